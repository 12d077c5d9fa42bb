//! Isolated and hedge positions with their wallets, over HTTP, against numbers worked out by hand.

use lmex_types::Decimal;
use serde_json::{Value, json};

use crate::quiet::{cross, mark, numbers, other_waits, quiet, take};
use crate::venue::{Venue, rows};

const POSITION: &str = "DOGE-PERP-USDT|1#1";
const WALLET: &str = "ISOLATED@DOGE-PERP-USDT|1#1";

async fn mode(venue: &Venue, mode: &str) {
    let set = venue.post("/position_mode", json!({"symbol": "DOGE-PERP", "positionMode": mode})).await.ok();
    assert_eq!(set["status"], 20, "{set}");
}

async fn position(venue: &Venue) -> Value {
    venue.my("/user/positions?symbol=DOGE-PERP").await.one()
}

async fn isolated_wallet(venue: &Venue) -> [String; 4] {
    let wallet = venue
        .my(&format!("/user/wallet?wallet={}", WALLET.replace('|', "%7C").replace('#', "%23")))
        .await
        .one();
    assert_eq!(wallet["wallet"], WALLET);
    numbers(&wallet, ["totalValue", "marginBalance", "maintenanceMargin", "unrealisedProfitLoss"])
}

#[tokio::test]
async fn an_isolated_position_has_a_wallet_of_its_own_from_its_first_contract_to_its_last() {
    let venue = quiet().await;
    mode(&venue, "ISOLATED").await;
    other_waits(&venue, "SELL", 1_000, json!(100)).await;
    take(&venue, "BUY", 1_000, json!({"positionMode": "ISOLATED"})).await;
    // 100,000 of notional: 1 % of margin is 1,000, 0.05 % of fee is 50. The fee is paid out of what was brought along.
    assert_eq!(cross(&venue).await, ["98950", "98950"]);
    assert_eq!(isolated_wallet(&venue).await, ["1000", "1000", "500", "0"]);
    let held = position(&venue).await;
    assert_eq!((&held["walletName"], &held["positionId"]), (&json!(WALLET), &json!(POSITION)));
    // (100,000 − 1,000) / (1,000 − 5) = 99.4975, up to the tick.
    assert_eq!(numbers(&held, ["liquidationPrice", "isolatedLeverage", "marginType"]), ["99.5", "100", "92"]);

    let lever = async |leverage: i64| {
        let body = json!({"symbol": "DOGE-PERP", "leverage": leverage, "positionId": POSITION});
        let set = venue.post("/leverage", body).await.ok();
        assert_eq!(set["status"], 20, "{set}");
    };
    // Ten times: 10,000 of margin, 9,000 more than there are.
    lever(10).await;
    assert_eq!(cross(&venue).await, ["89950", "89950"]);
    assert_eq!(isolated_wallet(&venue).await, ["10000", "10000", "500", "0"]);
    // 90,000 / 995 = 90.4523.
    assert_eq!(numbers(&position(&venue).await, ["liquidationPrice"]), ["90.46"]);
    // Fifty times: 2,000, and the rest goes back.
    lever(50).await;
    assert_eq!(cross(&venue).await, ["97950", "97950"]);
    assert_eq!(isolated_wallet(&venue).await, ["2000", "2000", "500", "0"]);

    mark(&venue, Decimal::from(102)).await;
    assert_eq!(isolated_wallet(&venue).await, ["2000", "4000", "510", "2000"], "its profit is its own");
    assert_eq!(cross(&venue).await, ["97950", "97950"]);

    other_waits(&venue, "BUY", 1_000, json!(102)).await;
    let close = json!({"symbol": "DOGE-PERP", "type": "MARKET", "positionId": POSITION});
    let closed = venue.post("/order/close_position", close).await.one();
    assert_eq!((&closed["status"], &closed["totalFilledSize"]), (&json!(4), &json!(1_000)));
    // 100,000 − 50 + 2,000 of profit − 51 of fee.
    assert_eq!(cross(&venue).await, ["101899", "101899"]);
    assert_eq!(venue.my("/user/positions").await.ok(), json!([]));
    let wallets: Vec<_> =
        rows(venue.my("/user/wallet").await.ok()).iter().map(|wallet| wallet["wallet"].clone()).collect();
    assert_eq!(wallets, ["CROSS@"]);
    the_history_tells_it_all(&venue).await;
}

/// Oldest first: in which wallet what kind of record with which amount and fees.
async fn the_history_tells_it_all(venue: &Venue) {
    let history = rows(venue.my("/user/wallet_history?count=100").await.ok());
    let told: Vec<_> = history
        .iter()
        .rev()
        .map(|row| {
            let [kind, amount, fees] = numbers(row, ["type", "amount", "fees"]);
            (row["wallet"].as_str().unwrap().to_owned(), [kind, amount, fees])
        })
        .collect();
    let expected = [
        ("CROSS@", ["105", "100000", "0"]),
        ("CROSS@", ["105", "-1050", "0"]),
        (WALLET, ["105", "1050", "0"]),
        (WALLET, ["108", "0", "50"]),
        ("CROSS@", ["105", "-9000", "0"]),
        (WALLET, ["105", "9000", "0"]),
        ("CROSS@", ["105", "8000", "0"]),
        (WALLET, ["105", "-8000", "0"]),
        // 2,000 + 2,000 of profit − 51 of fee go back.
        ("CROSS@", ["105", "3949", "0"]),
        (WALLET, ["105", "-3949", "0"]),
        (WALLET, ["108", "2000", "51"]),
    ];
    assert_eq!(told, expected.map(|(wallet, row)| (wallet.to_owned(), row.map(str::to_owned))));
}

#[tokio::test]
async fn the_legs_of_a_hedge_share_the_cross_wallet() {
    let venue = quiet().await;
    mode(&venue, "HEDGE").await;
    let hedge = || json!({"positionMode": "HEDGE"});
    other_waits(&venue, "SELL", 1_000, json!(100)).await;
    take(&venue, "BUY", 1_000, hedge()).await;
    other_waits(&venue, "BUY", 500, json!(101)).await;
    take(&venue, "SELL", 500, hedge()).await;
    mark(&venue, Decimal::from(102)).await;
    let held = rows(venue.my("/user/positions?symbol=DOGE-PERP").await.ok());
    let names = ["size", "entryPrice", "orderValue", "unrealizedProfitLoss", "totalMaintenanceMargin"];
    assert_eq!(numbers(&held[0], names), ["1000", "100", "102000", "2000", "510"]);
    assert_eq!(numbers(&held[1], names), ["500", "101", "51000", "-500", "255"]);
    assert!(held.iter().all(|row| row["walletName"] == "CROSS@"));
    // 100,000 − 50 − 25.25 of fees; with 1,500 of profit less 1 % of 153,000.
    assert_eq!(cross(&venue).await, ["99924.75", "99894.75"]);
    // With 5,000 behind them: (100,000 − 50,500 − 5,000) / (500 − 7.5) = 90.3553, up to the tick, for both.
    venue.withdraw("94924.75".parse().unwrap()).await;
    for row in rows(venue.my("/user/positions?symbol=DOGE-PERP").await.ok()) {
        assert_eq!(numbers(&row, ["liquidationPrice"]), ["90.36"]);
    }
    // Each is closed by itself.
    other_waits(&venue, "SELL", 500, json!(103)).await;
    let close = json!({"symbol": "DOGE-PERP", "type": "MARKET", "positionId": "DOGE-PERP-USDT|SHORT"});
    venue.post("/order/close_position", close).await.one();
    // 5,000 − 1,000 of loss − 25.75 of fee; 2,000 of profit less 1,020 of margin.
    assert_eq!(cross(&venue).await, ["3974.25", "4954.25"]);
    let left = position(&venue).await;
    assert_eq!(left["positionDirection"], "LONG");
    // (100,000 − 3,974.25) / 995 = 96.5083.
    assert_eq!(numbers(&left, ["liquidationPrice"]), ["96.51"]);
}
