//! Leverage, margin mode, position mode, risk limit, settlement.

#![allow(clippy::unwrap_used, reason = "helper functions are tests too")]

use crate::venue;

use lmex_engine::{Command, MarketId, MarketRules, Money, Rate, Tier, Tiers};
use lmex_types::{Decimal, Grid, Instrument};
use serde_json::{Value, json};
use venue::{Venue, keys, number, recorded};

async fn lever(venue: &Venue, leverage: i64, more: Value) -> Value {
    let mut body = json!({"symbol": "BTC-PERP", "leverage": leverage});
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    venue.post("/leverage", body).await.ok()
}

async fn mode(venue: &Venue, mode: &str) -> venue::Answer {
    venue.post("/position_mode", json!({"symbol": "BTC-PERP", "positionMode": mode})).await
}

async fn order(venue: &Venue, side: &str, size: i64) -> Value {
    let order = json!({"symbol": "BTC-PERP", "side": side, "type": "MARKET", "size": size});
    venue.post("/order", order).await.one()
}

#[tokio::test]
async fn a_leverage_without_a_margin_mode_keeps_the_one_that_is_set() {
    let venue = Venue::start().await;
    let set = lever(&venue, 20, json!({"marginMode": "ISOLATED"})).await;
    assert_eq!((&set["status"], &set["type"]), (&json!(20), &json!(93)));
    assert_eq!(
        set["message"], "Leverage changed successfully to isolated mode, leverage: 20.0",
        "as recorded"
    );
    let kept = lever(&venue, 10, json!({})).await;
    assert_eq!(kept["message"], "Leverage changed successfully to isolated mode, leverage: 10.0");
    let row = venue.my("/leverage?symbol=BTC-PERP").await.one();
    assert_eq!((&row["leverage"], &row["marginMode"]), (&json!(10), &json!("ISOLATED")));
    lever(&venue, 5, json!({"marginMode": "CROSS"})).await;
    lever(&venue, 0, json!({})).await;
    let row = venue.my("/leverage?symbol=BTC-PERP").await.one();
    assert_eq!(
        (&row["leverage"], &row["marginMode"]),
        (&json!(0), &json!("CROSS")),
        "0 is the most there is"
    );
    assert_eq!(venue.my("/leverage?symbol=ETH-PERP").await.one()["marginMode"], "CROSS", "another market");
}

#[tokio::test]
async fn what_the_document_lists_as_a_status_is_one() {
    let venue = Venue::start().await;
    let refused = lever(&venue, 101, json!({})).await;
    assert_eq!((&refused["status"], &refused["type"]), (&json!(13), &json!(93)));
    assert!(refused["message"].as_str().unwrap().contains("use at most 100"), "{refused}");
    let level =
        |level: i64| venue.post("/risk_limit", json!({"symbol": "BTC-PERP", "riskLimitLevel": level}));
    for none in [0, -1, 11, 5_000_000_000] {
        let refused = level(none).await.ok();
        assert_eq!((&refused["status"], &refused["type"]), (&json!(41), &json!(94)), "{none}");
        let said = format!("riskLimitLevel {none} does not exist: use 1 to 10");
        assert_eq!(refused["message"], said.as_str(), "the number that was sent");
    }
    let beyond = venue.post("/leverage", json!({"symbol": "BTC-PERP", "leverage": 5_000_000_000_i64})).await;
    assert!(beyond.ok()["message"].as_str().unwrap().starts_with("leverage 5000000000 is above"));
    let set = level(1).await.ok();
    assert_eq!((&set["status"], &set["type"]), (&json!(20), &json!(94)));
    assert_eq!(venue.my("/leverage?symbol=BTC-PERP").await.one()["leverage"], 0, "nothing was changed");
}

#[tokio::test]
async fn a_position_mode_changes_only_while_there_is_nothing() {
    let venue = Venue::start().await;
    for word in ["HEDGE", "ISOLATED", "ONE_WAY"] {
        let set = mode(&venue, word).await.ok();
        assert_eq!((&set["status"], &set["type"], &set["message"]), (&json!(20), &json!(129), &json!("")));
        assert_eq!(venue.my("/position_mode?symbol=BTC-PERP").await.one()["positionMode"], word);
    }
    order(&venue, "BUY", 100).await;
    let (code, message) = mode(&venue, "HEDGE").await.refused(400);
    assert!(code == 134 && message.contains("Remaining positions."), "{code} {message}");
    let modes = venue.my("/position_mode").await.ok();
    let words: Vec<_> = modes.as_array().unwrap().iter().map(|row| row["positionMode"].clone()).collect();
    assert_eq!(words, [json!("ONE_WAY"), json!("ONE_WAY"), json!("ONE_WAY")]);
    assert_eq!(mode(&venue, "hedge").await.refused(400).0, -2, "spelt as LMEX spells it");
}

#[tokio::test]
async fn each_leg_of_a_hedge_has_a_leverage_of_its_own() {
    let venue = Venue::start().await;
    mode(&venue, "HEDGE").await.ok();
    lever(&venue, 7, json!({"positionMode": "HEDGE"})).await;
    lever(&venue, 3, json!({"positionMode": "HEDGE", "positionId": "BTC-PERP-USDT|SHORT"})).await;
    let rows = venue.my("/leverage?symbol=BTC-PERP").await.ok();
    let told = |at: usize| (rows[at]["leverage"].clone(), rows[at]["positionDirection"].clone());
    assert_eq!((told(0), told(1)), ((json!(7), json!("LONG")), (json!(3), json!("SHORT"))));
    let (code, message) = venue
        .post("/leverage", json!({"symbol": "BTC-PERP", "leverage": 5, "positionMode": "ONE_WAY"}))
        .await
        .refused(400);
    assert!(code == 133 && message.contains("positionMode HEDGE"), "{message}");
    let unknown = lever(&venue, 5, json!({"positionId": "BTC-PERP-USDT"})).await;
    assert_eq!(unknown["status"], 135, "the net position is none of this mode's");
}

#[tokio::test]
async fn an_isolated_position_must_be_named_as_was_recorded() {
    let venue = Venue::start().await;
    mode(&venue, "ISOLATED").await.ok();
    let refused = lever(&venue, 5, json!({})).await;
    assert_eq!((&refused["status"], &refused["type"]), (&json!(135), &json!(93)));
    let inner: Value = serde_json::from_str(refused["message"].as_str().unwrap()).unwrap();
    let Some(bodies) = recorded("ccxt-btse-comments/3478_handle_errors_futures_order_and_leverage_end.json")
    else {
        return;
    };
    let theirs: Value = serde_json::from_str(bodies["message"].as_str().unwrap()).unwrap();
    assert_eq!((keys(&inner), &inner["msgKey"]), (keys(&theirs), &theirs["msgKey"]));
}

#[tokio::test]
async fn both_legs_of_a_hedge_are_positions() {
    let venue = Venue::start().await;
    mode(&venue, "HEDGE").await.ok();
    for (side, size) in [("BUY", 100), ("SELL", 40)] {
        let order = json!({"symbol": "BTC-PERP", "side": side, "type": "MARKET", "size": size, "positionMode": "HEDGE"});
        venue.post("/order", order).await.one();
    }
    let held = venue.my("/user/positions?symbol=BTC-PERP").await.ok();
    let told = |at: usize| {
        let row = &held[at];
        ["side", "size", "positionDirection", "positionId"].map(|key| row[key].clone())
    };
    assert_eq!(held.as_array().unwrap().len(), 2);
    assert_eq!(told(0), [json!("BUY"), json!(100), json!("LONG"), json!("BTC-PERP-USDT|LONG")]);
    assert_eq!(told(1), [json!("SELL"), json!(40), json!("SHORT"), json!("BTC-PERP-USDT|SHORT")]);
}

#[tokio::test]
async fn positions_are_settled_in_usdt_alone() {
    let venue = Venue::start().await;
    let settle = |body: Value| venue.post("/settle_in", body);
    let settled = settle(json!({"symbol": "BTC-PERP", "currency": "USDT"})).await;
    assert_eq!((settled.status, settled.text.as_str()), (200, ""), "nothing is said");
    let (code, message) = settle(json!({"symbol": "BTC-PERP", "currency": "BTC"})).await.refused(400);
    assert!(code == 11 && message.contains("use USDT"), "{message}");
    assert!(
        settle(json!({"symbol": "BTC-PERP"}))
            .await
            .refused(400)
            .1
            .contains("currency parameter is mandatory")
    );
    mode(&venue, "HEDGE").await.ok();
    let (code, _) = settle(json!({"symbol": "BTC-PERP", "currency": "USDT"})).await.refused(400);
    assert_eq!(code, 135, "a hedge has two positions");
    let short = json!({"symbol": "BTC-PERP", "currency": "USDT", "positionId": "BTC-PERP-USDT|SHORT"});
    assert_eq!(settle(short).await.status, 200);
}

/// A market with two tiers.
async fn open_tiered(venue: &Venue) {
    let decimal = |text: &str| text.parse::<Decimal>().unwrap();
    let tier = |limit, initial, maintenance, max_leverage| Tier {
        limit: Money::from_quote(limit),
        initial: Rate::from_basis_points(initial),
        maintenance: Rate::from_basis_points(maintenance),
        max_leverage,
    };
    let tiers = Tiers::new(vec![tier(10_000, 200, 100, 50), tier(50_000, 1_000, 500, 10)]).unwrap();
    let instrument = Instrument {
        symbol: "DOGE-PERP".parse().unwrap(),
        base: "DOGE".to_owned(),
        quote: "USDT".to_owned(),
        grid: Grid::new(decimal("0.0001"), decimal("1")).unwrap(),
        min_contracts: 1,
        max_contracts: 1_000_000,
        step_contracts: 1,
        min_notional: Decimal::from(5),
    };
    let rules = MarketRules { tiers, ..MarketRules::default() };
    let command = Command::OpenMarket { market: MarketId(9), instrument, rules, price: 1_000 };
    venue.exchange.desk().command(command).await.unwrap();
}

#[tokio::test]
async fn a_risk_limit_is_one_of_the_markets_tiers() {
    let venue = Venue::start().await;
    open_tiered(&venue).await;
    let tiers = venue.get("/market/risk_limit?symbol=DOGE-PERP").await.ok();
    assert_eq!((&tiers["code"], &tiers["success"]), (&json!(1), &json!(true)));
    let row = |at: usize| {
        let row = &tiers["data"][at];
        ["riskLevel", "riskLimitValue", "initialMarginRate", "maintenanceMarginRate", "maxLeverage"]
            .map(|key| number(&row[key]).normalize().to_string())
    };
    assert_eq!(row(0), ["1", "10000", "0.02", "0.01", "50"]);
    assert_eq!(row(1), ["2", "50000", "0.1", "0.05", "10"]);
    assert_eq!(tiers["data"].as_array().unwrap().len(), 2);

    let limit = venue.my("/risk_limit?symbol=DOGE-PERP").await.ok();
    assert_eq!(limit, json!({"symbol": "DOGE-PERP", "riskLimit": 10_000, "riskLimitLevel": 1}));
    let rates = venue.my("/user/margin_setting?symbol=DOGE-PERP").await.one();
    assert_eq!(number(&rates["initialMarginPercentage"]), "0.02".parse().unwrap());
    let set = venue.post("/risk_limit", json!({"symbol": "DOGE-PERP", "riskLimitLevel": 2})).await.ok();
    assert_eq!((&set["status"], &set["type"], &set["symbol"]), (&json!(20), &json!(94), &json!("DOGE-PERP")));
    let limit = venue.my("/risk_limit?symbol=DOGE-PERP").await.ok();
    assert_eq!((&limit["riskLimit"], &limit["riskLimitLevel"]), (&json!(50_000), &json!(2)));
    let rates = venue.my("/user/margin_setting?symbol=DOGE-PERP").await.one();
    assert_eq!(number(&rates["maintenanceMarginPercentage"]), "0.05".parse().unwrap());
    assert_eq!(venue.my("/leverage?symbol=DOGE-PERP").await.one()["leverage"], 0, "the tier's most");
    let old = json!({"symbol": "DOGE-PERP", "riskLimit": 50_000});
    assert!(venue.post("/risk_limit", old).await.refused(400).1.contains("send riskLimitLevel"));
}

#[tokio::test]
async fn every_market_has_margin_rates() {
    let venue = Venue::start().await;
    let all = venue.my("/user/margin_setting").await.ok();
    assert_eq!(all.as_array().unwrap().len(), 3);
    let Some(documented) = recorded(
        "btse-docs-futures-v2.3/trade__query_user_initial_margin_percentage_and_maintenance_margin_percentage__response.json",
    ) else {
        return;
    };
    venue::assert_shape(&all[0], &documented[0]);
}
