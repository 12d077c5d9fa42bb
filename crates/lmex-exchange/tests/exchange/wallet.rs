//! Wallets, their history, and moving play money.

use crate::venue;

use lmex_exchange::{AccountConfig, ExchangeConfig, Fees, KeyConfig, LimitsMode, Secret};
use lmex_types::Decimal;
use serde_json::{Value, json};
use venue::{Venue, assert_shape, number, recorded, rows};

const FRIEND: (&str, &str) = ("friend-key", "friend-secret");

fn with_friend() -> ExchangeConfig {
    let keys = vec![KeyConfig::full(FRIEND.0, Secret::new(FRIEND.1))];
    let friend = AccountConfig {
        name: "friend".to_owned(),
        balance: Decimal::from(500),
        fees: Some(Fees { maker: Decimal::ZERO, taker: Decimal::new(1, 3) }),
        keys,
    };
    ExchangeConfig { limits: LimitsMode::Off, accounts: vec![friend], ..ExchangeConfig::default() }
}

#[allow(clippy::needless_pass_by_value, reason = "it is a literal wherever this is called")]
fn between(from: &str, to: &str, balance: Value) -> Value {
    json!({
        "walletSrcType": from,
        "walletDestType": to,
        "apiWallets": [{"currency": "USDT", "allBalance": false, "balance": balance}],
    })
}

async fn cross(venue: &Venue) -> Decimal {
    number(&venue.my("/user/wallet?wallet=CROSS@").await.one()["totalValue"])
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap_or_default()
}

#[tokio::test]
async fn amounts_less_fees_of_the_history_are_what_is_in_the_wallet() {
    let venue = Venue::start().await;
    let order =
        |side: &str, size: i64| json!({"symbol": "BTC-PERP", "side": side, "type": "MARKET", "size": size});
    venue.post("/order", order("BUY", 1_000)).await.one();
    venue.pass_ms(60_000);
    venue.post("/order", order("SELL", 1_500)).await.one();
    venue.pass_ms(8 * 3_600_000);
    venue.post("/user/wallet/transfer", between("CROSS", "SPOT", json!(250))).await.ok();
    venue.post("/order", order("BUY", 500)).await.one();
    let history = rows(venue.my("/user/wallet_history?count=500").await.ok());
    let total: Decimal = history.iter().map(|row| number(&row["amount"]) - number(&row["fees"])).sum();
    // The balance has more digits than the numbers that this test reads JSON into.
    assert_eq!(total.round_dp(8), cross(&venue).await.round_dp(8));
    let kinds: Vec<_> = history.iter().map(|row| row["type"].as_i64().unwrap()).collect();
    for kind in [105, 108, 110] {
        assert!(kinds.contains(&kind), "{kind} is not in {kinds:?}");
    }
    assert_eq!(number(&history.last().unwrap()["amount"]), decimal("100000"), "the oldest: the play money");
    assert!(history.is_sorted_by_key(|row| -row["timestamp"].as_i64().unwrap()), "newest first");
}

#[tokio::test]
async fn the_history_is_asked_for_by_wallet_and_time() {
    let venue = Venue::start().await;
    venue.pass_ms(1_000);
    venue.post("/user/wallet/transfer", between("CROSS", "SPOT", json!(1))).await.ok();
    let now = venue.now_ms();
    let recent = venue.my(&format!("/user/wallet_history?startTime={now}")).await.one();
    assert_eq!((&recent["amount"], &recent["wallet"]), (&json!(-1), &json!("CROSS@")));
    assert_eq!((&recent["username"], &recent["status"]), (&json!("demo"), &json!(10)));
    let older = venue.my(&format!("/user/wallet_history?endTime={}", now - 1)).await.one();
    assert_eq!(older["amount"], 100_000);
    assert_eq!(venue.my("/user/wallet_history?count=1").await.one(), recent);
    let isolated = venue.my("/user/wallet_history?wallet=ISOLATED@BTC-PERP-USDT").await.ok();
    assert_eq!(isolated, json!([]));
    let Some(documented) = recorded("btse-docs-futures-v2.3/wallet__query_wallet_history__response.json")
    else {
        return;
    };
    for key in venue::keys(&documented[0]) {
        // Of blockchains, which play money has none of.
        let is_shown = !["txid", "currencyNetwork"].contains(&key);
        assert_eq!(recent.get(key).is_some(), is_shown, "{key}");
    }
}

#[tokio::test]
async fn money_goes_to_the_spot_wallet_and_back() {
    let venue = Venue::start().await;
    let transfer = |body: Value| venue.post("/user/wallet/transfer", body);
    let receipt = transfer(between("CROSS", "SPOT", json!(40_000))).await.ok();
    let Some(documented) =
        recorded("lmex-docs-rest-futures-v2.2/post_user_wallet_transfer.response200.Response.json")
    else {
        return;
    };
    assert_shape(&receipt, &documented);
    assert_eq!(cross(&venue).await, decimal("60000"));
    // LMEX's own example has the amount in quotes.
    transfer(between("SPOT", "CROSS", json!("0.5"))).await.ok();
    assert_eq!(cross(&venue).await, decimal("60000.5"));
    let all = |from: &str, to: &str| json!({"walletSrcType": from, "walletDestType": to, "apiWallets": [{"currency": "USDT", "allBalance": true}]});
    transfer(all("SPOT", "CROSS")).await.ok();
    assert_eq!(cross(&venue).await, decimal("100000"));
    assert_eq!(transfer(all("SPOT", "CROSS")).await.refused(400).0, 51_523, "nothing is left");
    transfer(all("CROSS", "SPOT")).await.ok();
    assert_eq!(cross(&venue).await, Decimal::ZERO);
}

#[tokio::test]
async fn what_can_not_be_moved_stays_where_it_is() {
    let venue = Venue::start().await;
    let mut named = between("CROSS", "SPOT", json!(1));
    named["walletSrc"] = json!("CROSS@");
    let mut both = between("CROSS", "SPOT", json!(1));
    both["apiWallets"][0]["allBalance"] = json!(true);
    let mut foreign = between("CROSS", "SPOT", json!(1));
    foreign["apiWallets"][0]["currency"] = json!("BTC");
    let mut unknown = between("CROSS", "SPOT", json!(1));
    unknown["apiWallets"][0]["colour"] = json!("red");
    for (body, code, message) in [
        (between("CROSS", "SPOT", json!(100_001)), 51_523, "is more than the 100000 available"),
        (between("SPOT", "CROSS", json!(1)), 51_523, "is more than the 0 in the spot wallet"),
        (between("CROSS", "SPOT", json!(0)), -2, "apiWallets.balance must be above zero"),
        (between("CROSS", "SPOT", json!(-5)), -2, "apiWallets.balance must be above zero"),
        (between("CROSS", "CROSS", json!(1)), -2, "are the same"),
        (between("CROSS", "ISOLATED", json!(1)), -2, "walletDest parameter is mandatory"),
        (between("ISOLATED", "CROSS", json!(1)), -2, "walletSrc parameter is mandatory"),
        (between("POCKET", "SPOT", json!(1)), -2, "use SPOT, CROSS, ISOLATED"),
        (named, -2, "walletSrc goes with walletSrcType ISOLATED only"),
        (both, -2, "apiWallets.balance goes without allBalance"),
        (foreign, -2023, "use USDT"),
        (unknown, -2, "colour is not a known parameter"),
        (
            json!({"walletSrcType": "CROSS", "walletDestType": "SPOT"}),
            -2,
            "apiWallets parameter is mandatory",
        ),
        (
            json!({"walletSrcType": "CROSS", "walletDestType": "SPOT", "apiWallets": [{"currency": "USDT"}]}),
            -2,
            "apiWallets.balance parameter is mandatory",
        ),
    ] {
        let (given, text) = venue.post("/user/wallet/transfer", body.clone()).await.refused(400);
        assert!(given == code && text.contains(message), "{body}\n{given} {text}");
    }
    assert_eq!(cross(&venue).await, decimal("100000"));
}

#[tokio::test]
async fn accounts_move_their_own_money_and_the_main_one_everybodys() {
    let venue = Venue::start_with(with_friend()).await;
    let body = |from: &str, receiver: &str, amount: i64| {
        let mut body = between("CROSS", "CROSS", json!(amount));
        (body["fromUser"], body["receiver"]) = (json!(from), json!(receiver));
        body
    };
    let target = "/subaccount/wallet/transfer";
    let friends = async || {
        let wallet = venue.signed_by(FRIEND, "GET", "/user/wallet?wallet=CROSS@", b"").await.one();
        number(&wallet["totalValue"])
    };
    let sent = venue.post(target, body("demo", "friend", 1_000)).await.ok();
    assert_eq!((&sent["code"], &sent["success"], &sent["msg"]), (&json!(1), &json!(true), &json!("Success")));
    assert_eq!((cross(&venue).await, friends().await), (decimal("99000"), decimal("1500")));
    let by_friend =
        async |body: Value| venue.signed_by(FRIEND, "POST", target, body.to_string().as_bytes()).await;
    by_friend(body("friend", "demo", 500)).await.ok();
    for name in ["demo", "nobody"] {
        let (code, message) = by_friend(body(name, "friend", 1)).await.refused(400);
        assert!(code == -2 && message.contains("friend can move its own money"), "{message}");
    }
    venue.post(target, body("friend", "demo", 900)).await.ok();
    assert_eq!((cross(&venue).await, friends().await), (decimal("100400"), decimal("100")));
    assert_eq!(by_friend(body("friend", "demo", 101)).await.refused(400).0, -1046);
    let mut spot = body("friend", "demo", 1);
    spot["walletSrcType"] = json!("SPOT");
    assert_eq!(by_friend(spot).await.refused(400).0, -1047);
    assert!(
        venue
            .post(target, body("demo", "nobody", 1))
            .await
            .refused(400)
            .1
            .contains("receiver is not an account")
    );
    assert_eq!(venue.post(target, body("demo", "demo", 1)).await.refused(400).0, -2);
    assert_eq!((cross(&venue).await, friends().await), (decimal("100400"), decimal("100")));
}

#[tokio::test]
async fn five_transfers_a_second_are_taken() {
    let config = ExchangeConfig { limits: LimitsMode::Lmex, ..ExchangeConfig::default() };
    let venue = Venue::start_with(config).await;
    for _ in 0..5 {
        venue.post("/user/wallet/transfer", between("CROSS", "SPOT", json!(1))).await.ok();
    }
    let sixth = venue.post("/user/wallet/transfer", between("CROSS", "SPOT", json!(1))).await;
    assert_eq!(sixth.refused(429).0, 303);
    assert_eq!(cross(&venue).await, decimal("99995"), "queries are counted apart");
}

#[tokio::test]
async fn margin_is_told_for_the_old_and_the_unified_wallet() {
    let venue = Venue::start().await;
    venue
        .post("/order", json!({"symbol": "BTC-PERP", "side": "BUY", "type": "MARKET", "size": 1_000}))
        .await
        .one();
    let margin = venue.my("/user/margin?symbol=BTC-PERP").await.one();
    let unified = venue.my("/user/unifiedWallet/margin?symbol=BTC-PERP").await.ok();
    assert_eq!((&margin["wallet"], &unified["symbol"]), (&json!("CROSS@"), &json!("BTC-PERP")));
    assert_eq!(unified["wallets"][0]["activeWalletName"], "CROSS@");
    for (one, other) in [
        ("totalValue", "walletTotalValue"),
        ("unrealisedProfitLoss", "walletTotalUnrealizedProfitLoss"),
        ("availableBalance", "futuresTotalAvailableBalance"),
    ] {
        assert_eq!(margin[one], unified[other], "{one}");
    }
    assert!(number(&margin["maintenanceMargin"]) > Decimal::ZERO);
    let named = venue.my("/user/unifiedWallet/margin?positionId=BTC-PERP-USDT").await.ok();
    assert_eq!((&named["wallets"], &named["symbol"]), (&unified["wallets"], &json!("")));
    let (code, _) = venue.my("/user/unifiedWallet/margin?positionId=nothing").await.refused(400);
    assert_eq!(code, 135);
    assert!(venue.my("/user/margin").await.refused(400).1.contains("symbol parameter is mandatory"));
    let Some(documented) =
        recorded("btse-docs-futures-v2.3/wallet__query_unified_wallet_margin__response.json")
    else {
        return;
    };
    assert_shape(&unified, &documented);
    assert_shape(&unified["wallets"][0], &documented["wallets"][0]);
    let documented = recorded("btse-docs-futures-v2.3/wallet__query_wallet_margin__response.json").unwrap();
    for key in venue::keys(&documented[0]) {
        assert!(margin.get(key).is_some(), "{key}");
    }
}

#[tokio::test]
async fn an_isolated_wallet_without_a_position_is_empty() {
    let venue = Venue::start().await;
    let wallet = venue.my("/user/wallet?wallet=ISOLATED@BTC-PERP-USDT").await.one();
    assert_eq!((&wallet["wallet"], &wallet["totalValue"]), (&json!("ISOLATED@BTC-PERP-USDT"), &json!(0)));
}

/// What is taken must be able to go in somewhere: beyond the largest deposit, it could not even be put back.
#[tokio::test]
async fn a_transfer_of_more_than_can_be_deposited_moves_nothing() {
    let largest = decimal("1000000000000000");
    let rich = |name: &str, balance: Decimal| {
        let keys = vec![KeyConfig::full(format!("{name}-key"), Secret::new(format!("{name}-secret")))];
        AccountConfig { name: name.to_owned(), balance, fees: None, keys }
    };
    let accounts = vec![rich("one", largest), rich("two", largest), rich("poor", Decimal::ONE)];
    let config = ExchangeConfig { limits: LimitsMode::Off, accounts, ..ExchangeConfig::default() };
    let venue = Venue::start_with(config).await;
    let all = async |from: &'static str, secret: &'static str, way: Value| {
        let body = venue::with(
            json!({"walletSrcType": "CROSS", "walletDestType": "CROSS",
                   "apiWallets": [{"currency": "USDT", "allBalance": true}]}),
            way,
        );
        let target = "/subaccount/wallet/transfer";
        venue.signed_by((from, secret), "POST", target, body.to_string().as_bytes()).await
    };
    let held = async |key: &'static str, secret: &'static str| {
        let wallet = venue.signed_by((key, secret), "GET", "/user/wallet?wallet=CROSS@", b"").await.one();
        number(&wallet["totalValue"])
    };
    all("one-key", "one-secret", json!({"fromUser": "one", "receiver": "two"})).await.ok();
    let both = largest * Decimal::TWO;
    assert_eq!(held("two-key", "two-secret").await, both);
    let refused = all("two-key", "two-secret", json!({"fromUser": "two", "receiver": "poor"})).await;
    let (_, message) = refused.refused(400);
    assert!(message.contains("at most"), "{message}");
    assert_eq!(held("two-key", "two-secret").await, both, "nothing is gone");
    assert_eq!(held("poor-key", "poor-secret").await, Decimal::ONE);
}
