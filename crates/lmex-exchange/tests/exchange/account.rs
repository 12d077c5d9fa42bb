//! Wallet, positions, fees, fills, leverage and position mode.

use crate::venue;

use lmex_engine::AccountId;
use lmex_exchange::{DeskState, ExchangeConfig, LimitsMode};
use lmex_types::Decimal;
use serde_json::{Value, json};
use venue::{Venue, assert_shape, number, recorded};

async fn buy(venue: &Venue, size: i64) -> Value {
    let order =
        json!({"symbol": "BTC-PERP", "side": "BUY", "type": "MARKET", "size": size, "clOrderID": "entry"});
    venue.post("/order", order).await.one()
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap_or_default()
}

#[tokio::test]
async fn an_idle_account_has_its_play_money_and_nothing_else() {
    let venue = Venue::start().await;
    let wallet = venue.my("/user/wallet?wallet=CROSS@").await.one();
    for key in ["totalValue", "marginBalance", "availableBalance"] {
        assert_eq!(wallet[key], 100_000, "{key}");
    }
    assert_eq!(wallet["assets"][0]["currency"], "USDT");
    assert_eq!(wallet["assetsInUse"], json!([]));
    for target in ["/user/positions", "/user/open_orders", "/user/trade_history"] {
        assert_eq!(venue.my(target).await.ok(), json!([]), "{target}");
    }
}

#[tokio::test]
async fn shapes_are_the_recorded_ones() {
    let venue = Venue::start().await;
    buy(&venue, 100).await;
    let Some(position) = recorded("ccxt-btse-comments/3072_parse_position.json") else { return };
    let held = venue.my("/user/positions?symbol=BTC-PERP").await.one();
    assert_eq!(venue::keys(&held), venue::keys(&position));
    let trades = recorded(
        "ccxt-btse-aug2026/fetchMyTrades.0.btse_fetchmytrades_rave_linear_swap_live_captured_2026_08_13.json",
    );
    assert_shape(&venue.my("/user/trade_history").await.one(), &trades.unwrap()[0]);
    let leverage = recorded(
        "ccxt-btse-aug2026/fetchLeverage.0.btse_fetchleverage_rave_linear_swap_live_captured_2026_08_12.json",
    );
    assert_shape(&venue.my("/leverage?symbol=BTC-PERP").await.one(), &leverage.unwrap()[0]);
    let set = recorded(
        "ccxt-btse-aug2026/setLeverage.0.btse_setleverage_20_rave_linear_swap_live_captured_2026_08_1.json",
    );
    let answer = venue.post("/leverage", json!({"symbol": "BTC-PERP", "leverage": 20})).await.ok();
    assert_shape(&answer, &set.unwrap());
    let fees = recorded("btse-docs-futures-v2.3/trade__query_account_fee__response.json").unwrap();
    assert_shape(&venue.my("/user/fees?symbol=BTC-PERP").await.one(), &fees);
    let mode = recorded("btse-docs-futures-v2.3/trade__query_position_mode__response.json").unwrap();
    assert_shape(&venue.my("/position_mode?symbol=BTC-PERP").await.one(), &mode[0]);
    let wallet = recorded(
        "ccxt-btse-aug2026/fetchBalance.1.btse_fetchbalance_swap_cross_wallet_live_captured_2026_08_13.json",
    );
    // That capture has its numbers in quotes, which is its parser's doing: keys only.
    assert_eq!(venue::keys(&venue.my("/user/wallet").await.one()), venue::keys(&wallet.unwrap()[0]));
}

#[tokio::test]
async fn a_fill_shows_in_position_wallet_and_history_alike() {
    let venue = Venue::start().await;
    let order = buy(&venue, 100).await;
    let price = number(&order["avgFilledPrice"]);
    let notional = price * decimal("100") * decimal("0.00001");
    let fee = notional * decimal("0.0005");
    let deposit = decimal("100000");

    let fill = venue.my("/user/trade_history").await.one();
    assert_eq!((&fill["orderId"], &fill["clOrderID"]), (&order["orderID"], &json!("entry")));
    assert_eq!(
        (&fill["price"], &fill["filledSize"], &fill["feeCurrency"]),
        (&json!(0), &json!(100), &json!("USDT"))
    );
    assert_eq!((number(&fill["feeAmount"]), number(&fill["total"])), (fee, -fee));

    let position = venue.my("/user/positions").await.one();
    assert_eq!((&position["side"], &position["size"]), (&json!("BUY"), &json!(100)));
    assert_eq!(number(&position["entryPrice"]), price);
    assert_eq!((&position["positionMode"], &position["marginType"]), (&json!("ONE_WAY"), &json!(91)));

    let wallet = venue.my("/user/wallet").await.one();
    assert_eq!(number(&wallet["totalValue"]), deposit - fee);
    let profit = number(&position["unrealizedProfitLoss"]);
    assert_eq!(number(&wallet["marginBalance"]), deposit - fee + profit);
}

#[tokio::test]
async fn fills_are_found_by_market_order_and_time() {
    let venue = Venue::start().await;
    let first = buy(&venue, 20).await;
    venue.pass_ms(10_000);
    let sell = json!({"symbol": "BTC-PERP", "side": "SELL", "type": "MARKET", "size": 20});
    let second = venue.post("/order", sell).await.one();
    let all = venue.my("/user/trade_history").await.ok();
    let orders: Vec<_> = all.as_array().unwrap().iter().map(|fill| fill["orderId"].clone()).collect();
    assert_eq!(orders, [second["orderID"].clone(), first["orderID"].clone()], "newest first");
    let start = venue.now_ms();
    for (query, expected) in [
        (format!("orderID={}", first["orderID"].as_str().unwrap()), &first),
        ("clOrderID=entry".to_owned(), &first),
        (format!("startTime={start}"), &second),
        (format!("endTime={}", start - 1), &first),
        ("count=1".to_owned(), &second),
    ] {
        let fill = venue.my(&format!("/user/trade_history?{query}")).await.one();
        assert_eq!(fill["orderId"], expected["orderID"], "{query}");
    }
    assert_eq!(venue.my("/user/trade_history?symbol=ETH-PERP").await.ok(), json!([]));
}

#[tokio::test]
async fn leverage_decides_how_much_margin_an_order_binds() {
    let venue = Venue::start().await;
    let bound = async || {
        let order =
            json!({"symbol": "BTC-PERP", "side": "BUY", "type": "LIMIT", "price": 55_000, "size": 1_000});
        venue.post("/order", order).await.one();
        let bound = number(&venue.my("/user/wallet").await.one()["openMargin"]);
        venue.delete("/order?symbol=BTC-PERP").await.one();
        bound
    };
    assert_eq!(venue.my("/leverage?symbol=BTC-PERP").await.one()["leverage"], 0, "the maximum at first");
    assert_eq!(bound().await, decimal("5.5"), "550 USDT at 100×");
    let set = venue
        .post("/leverage", json!({"symbol": "BTC-PERP", "leverage": 10, "marginMode": "CROSS"}))
        .await
        .ok();
    assert_eq!((&set["status"], &set["type"]), (&json!(20), &json!(93)));
    assert_eq!(venue.my("/leverage?symbol=BTC-PERP").await.one()["leverage"], 10);
    assert_eq!(bound().await, decimal("55"), "550 USDT at 10×");
}

#[tokio::test]
async fn a_position_has_every_documented_field_and_its_exits() {
    let venue = Venue::start().await;
    buy(&venue, 100).await;
    let Some(documented) = recorded("btse-docs-futures-v2.3/trade__query_position__response.json") else {
        return;
    };
    let held = venue.my("/user/positions?symbol=BTC-PERP").await.one();
    for key in venue::keys(&documented[0]) {
        assert!(held.get(key).is_some(), "{key} is missing");
    }
    // The leverage that counts, as was recorded of a cross position (ccxt-btse-comments/3072_parse_position.json).
    assert_eq!((&held["marginType"], &held["isolatedLeverage"]), (&json!(91), &json!(100)));
    assert_eq!((&held["walletName"], &held["positionDirection"]), (&json!("CROSS@"), &Value::Null));
    assert_eq!(
        (&held["positionId"], &held["liquidationInProgress"]),
        (&json!("BTC-PERP-USDT"), &json!(false))
    );
    let value = number(&held["markPrice"]) * decimal("0.001");
    assert_eq!(number(&held["orderValue"]), value);
    assert_eq!(venue.my("/user/positions?symbol=ETH-PERP").await.ok(), json!([]));
    assert!((1..=5).contains(&held["adlScoreBucket"].as_i64().unwrap()));
}

/// They are ranked together where there are many, which must come to the same as one by one.
#[tokio::test]
async fn each_of_many_positions_has_its_own_place_in_the_queue() {
    let config = ExchangeConfig { limits: LimitsMode::Off, ..ExchangeConfig::default() };
    let venue = Venue::start_with(config).await;
    let isolated = json!({"symbol": "BTC-PERP", "positionMode": "ISOLATED"});
    let set = venue.post("/position_mode", isolated).await;
    assert_eq!(set.status, 200, "{}", set.text);
    let many = 12;
    for size in 1..=many {
        let order = json!({"symbol": "BTC-PERP", "side": "BUY", "type": "MARKET", "size": 9 + size, "positionMode": "ISOLATED"});
        let answer = venue.post("/order", order).await;
        assert_eq!(answer.status, 200, "{size}: {}", answer.text);
        venue.pass_ms(100);
    }
    let shown = venue.my("/user/positions").await.ok();
    let mut shown: Vec<i64> =
        shown.as_array().unwrap().iter().map(|row| row["adlScoreBucket"].as_i64().unwrap()).collect();
    let alone = |state: &DeskState| -> Vec<i64> {
        let buckets = state.engine.positions(AccountId(1));
        buckets
            .map(|held| state.engine.adl_bucket(AccountId(1), held.market, held.leg).unwrap().into())
            .collect()
    };
    let mut alone = venue.exchange.desk().read(alone).await.unwrap();
    shown.sort_unstable();
    alone.sort_unstable();
    assert_eq!(shown, alone);
    assert!(i64::try_from(shown.len()).unwrap() == many && shown.first() != shown.last(), "{shown:?}");
}
