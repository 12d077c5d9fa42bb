//! Money into and out of the wallet of an isolated position, over HTTP, against numbers worked out by hand.

use lmex_types::Decimal;
use serde_json::{Value, json};

use crate::cross_account::OTHER;
use crate::quiet::{cross, mark, numbers, other_waits, quiet, take};
use crate::venue::{Venue, rows, with};

const WALLET: &str = "ISOLATED@DOGE-PERP-USDT";

/// 1,000 at 100, ten times: 10,000 of margin, 50 of fee. 89,950 stay in the cross wallet.
async fn held() -> Venue {
    let venue = quiet().await;
    let leverage = json!({"symbol": "DOGE-PERP", "leverage": 10, "marginMode": "ISOLATED"});
    assert_eq!(venue.post("/leverage", leverage).await.ok()["status"], 20);
    other_waits(&venue, "SELL", 1_000, json!(100)).await;
    take(&venue, "BUY", 1_000, json!({})).await;
    assert_eq!(cross(&venue).await, ["89950", "89950"]);
    assert_eq!(own(&venue).await, ["10000", "0"]);
    venue
}

/// What is in the position's wallet, and what can leave it.
async fn own(venue: &Venue) -> [String; 2] {
    let wallet = venue.my(&format!("/user/wallet?wallet={WALLET}")).await.one();
    assert_eq!(wallet["wallet"], WALLET);
    let [total] = numbers(&wallet, ["totalValue"]);
    let [free] = numbers(&wallet["assets"][0], ["availableBalanceForTransfer"]);
    [total, free]
}

fn way(from: &str, to: &str, amount: Value) -> Value {
    let asset = match amount {
        Value::Null => json!({"currency": "USDT", "allBalance": true}),
        amount => json!({"currency": "USDT", "balance": amount}),
    };
    let mut body = json!({"walletSrcType": from, "walletDestType": to, "apiWallets": [asset]});
    if from == "ISOLATED" {
        body["walletSrc"] = json!(WALLET);
    }
    if to == "ISOLATED" {
        body["walletDest"] = json!(WALLET);
    }
    body
}

async fn moved(venue: &Venue, from: &str, to: &str, amount: Value) {
    let receipt = venue.post("/user/wallet/transfer", way(from, to, amount)).await.ok();
    assert_eq!(receipt["success"], true, "{receipt}");
}

async fn refused(venue: &Venue, body: Value) -> (i64, String) {
    venue.post("/user/wallet/transfer", body).await.refused(400)
}

#[tokio::test]
async fn what_is_added_moves_the_liquidation_price_and_can_be_taken_out_again() {
    let venue = held().await;
    moved(&venue, "CROSS", "ISOLATED", json!(5_000)).await;
    assert_eq!(
        (cross(&venue).await, own(&venue).await),
        (["84950", "84950"].map(str::to_owned), ["15000", "5000"].map(str::to_owned))
    );
    // (100,000 − 15,000) / 995 = 85.4271, up to the tick.
    let position = venue.my("/user/positions").await.one();
    assert_eq!(numbers(&position, ["liquidationPrice"]), ["85.43"]);
    let (code, message) = refused(&venue, way("ISOLATED", "CROSS", json!(5_000.01))).await;
    assert!(code == 51_523 && message.contains("more than the 5000 available"), "{code} {message}");

    // At 98: 15,000 − 2,000 − 9,800.
    mark(&venue, Decimal::from(98)).await;
    assert_eq!(own(&venue).await, ["15000", "3200"]);
    moved(&venue, "ISOLATED", "CROSS", Value::Null).await;
    assert_eq!(
        (cross(&venue).await, own(&venue).await),
        (["88150", "88150"].map(str::to_owned), ["11800", "0"].map(str::to_owned))
    );
    let history = rows(venue.my("/user/wallet_history?count=4").await.ok());
    let told: Vec<_> =
        history.iter().map(|row| (row["wallet"].clone(), numbers(row, ["type", "amount"]))).collect();
    let row = |wallet: &str, amount: &str| (json!(wallet), ["105", amount].map(str::to_owned));
    assert_eq!(
        told,
        [row(WALLET, "-3200"), row("CROSS@", "3200"), row(WALLET, "5000"), row("CROSS@", "-5000")]
    );
}

#[tokio::test]
async fn spot_and_other_accounts_reach_it_too() {
    let venue = held().await;
    moved(&venue, "CROSS", "SPOT", json!(1_000)).await;
    moved(&venue, "SPOT", "ISOLATED", json!(1_000)).await;
    assert_eq!(
        (cross(&venue).await[0].as_str(), own(&venue).await),
        ("88950", ["11000", "1000"].map(str::to_owned))
    );
    moved(&venue, "ISOLATED", "SPOT", json!(400)).await;
    moved(&venue, "SPOT", "CROSS", Value::Null).await;
    assert_eq!(
        (cross(&venue).await[0].as_str(), own(&venue).await),
        ("89350", ["10600", "600"].map(str::to_owned))
    );

    let between = |from: &str, to: &str| {
        let users = if from == "ISOLATED" { ["demo", "other"] } else { ["other", "demo"] };
        with(way(from, to, json!(100)), json!({"fromUser": users[0], "receiver": users[1]}))
    };
    venue.post("/subaccount/wallet/transfer", between("ISOLATED", "CROSS")).await.ok();
    let wallet = venue.signed_by(OTHER, "GET", "/user/wallet?wallet=CROSS@", b"").await.one();
    // 100,000 less the maker's 20, and 100.
    assert_eq!(numbers(&wallet, ["totalValue"]), ["100080"]);
    venue.post("/subaccount/wallet/transfer", between("CROSS", "ISOLATED")).await.ok();
    assert_eq!(own(&venue).await, ["10600", "600"]);
    // It is the receiver's wallet that is named: the other account has no such position.
    let theirs = with(way("CROSS", "ISOLATED", json!(1)), json!({"fromUser": "demo", "receiver": "other"}));
    let (code, message) = venue.post("/subaccount/wallet/transfer", theirs).await.refused(400);
    assert!(
        code == -2 && message.contains("walletDest is not the wallet of an open isolated position"),
        "{message}"
    );
}

#[tokio::test]
async fn only_the_wallet_of_an_open_isolated_position_is_one() {
    let venue = held().await;
    for name in ["CROSS@", "DOGE-PERP-USDT", "ISOLATED@BTC-PERP-USDT", "ISOLATED@DOGE-PERP-USDT|LONG"] {
        let body = with(way("CROSS", "ISOLATED", json!(1)), json!({"walletDest": name}));
        let (code, message) = refused(&venue, body).await;
        assert!(code == -2 && message.contains("walletDest is not the wallet"), "{name}: {message}");
    }
    assert!(refused(&venue, way("ISOLATED", "ISOLATED", json!(1))).await.1.contains("are the same"));
    other_waits(&venue, "BUY", 1_000, json!(100)).await;
    take(&venue, "SELL", 1_000, json!({})).await;
    assert!(
        refused(&venue, way("CROSS", "ISOLATED", json!(1))).await.1.contains("is not the wallet of an open")
    );
}

/// Between spot and an isolated wallet money goes by way of the cross wallet, which may owe some.
#[tokio::test]
async fn a_cross_wallet_that_lacks_money_lets_none_through() {
    let venue = held().await;
    venue
        .post("/order", json!({"symbol": "BTC-PERP", "side": "BUY", "type": "MARKET", "size": 100_000}))
        .await
        .one();
    moved(&venue, "CROSS", "SPOT", Value::Null).await;
    let price = venue.get("/price?symbol=BTC-PERP").await.one()["markPrice"].to_string();
    venue.set_mark(price.parse::<Decimal>().unwrap() - Decimal::from(100)).await;
    let before = (cross(&venue).await, own(&venue).await);
    for (from, to) in [("SPOT", "ISOLATED"), ("ISOLATED", "SPOT")] {
        moved_nothing(&venue, way(from, to, json!(1))).await;
    }
    assert_eq!((cross(&venue).await, own(&venue).await), before);
}

async fn moved_nothing(venue: &Venue, body: Value) {
    let (code, message) = refused(venue, body).await;
    assert!(code == 51_523 && message.contains("the cross wallet lacks"), "{code} {message}");
}
