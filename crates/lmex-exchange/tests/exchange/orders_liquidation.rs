//! What the venue itself trades for an account, as the account sees it.

use crate::venue;

use lmex_types::Decimal;
use serde_json::{Value, json};
use venue::{Venue, assert_shape, field, number, recorded, rows};

const FILLS: &str =
    "ccxt-btse-aug2026/fetchMyTrades.0.btse_fetchmytrades_rave_linear_swap_live_captured_2026_08_13.json";

/// A long position with hardly any money behind it.
async fn thin(venue: &Venue) {
    venue.set_mark(77_000.into()).await;
    let order = json!({"symbol": "BTC-PERP", "side": "BUY", "type": "MARKET", "size": 1_000});
    assert_eq!(venue.post("/order", order).await.one()["status"], 4);
    let available = number(&venue.my("/user/wallet").await.one()["availableBalance"]);
    venue.withdraw((available - Decimal::from(4)).round_dp(6)).await;
}

#[tokio::test]
async fn a_liquidation_is_in_the_trade_history_and_its_order_can_be_asked_for() {
    let venue = Venue::start().await;
    thin(&venue).await;
    let resting = json!({"symbol": "BTC-PERP", "side": "BUY", "type": "LIMIT", "price": 72_000, "size": 10});
    let resting = venue.post("/order", resting).await.one();
    venue.set_mark(76_000.into()).await;
    assert_eq!(venue.my("/user/positions").await.ok(), json!([]), "it is closed");
    let asked = venue.my(&format!("/order?orderID={}", field(&resting, "orderID"))).await.ok();
    assert_eq!(asked["status"], 6, "orders go first");

    let fills = rows(venue.my("/user/trade_history").await.ok());
    let (ours, venues): (Vec<_>, Vec<_>) = fills.iter().partition(|fill| fill["triggerType"].is_null());
    assert!(ours.iter().all(|fill| fill["side"] == "BUY"));
    assert!(!venues.is_empty(), "{fills:?}");
    let sizes: Decimal = venues.iter().map(|fill| number(&fill["filledSize"])).sum();
    assert_eq!(sizes, Decimal::from(1_000));
    for fill in &venues {
        assert_eq!((&fill["triggerType"], &fill["side"]), (&json!(1003), &json!("SELL")));
        assert_eq!((&fill["orderType"], &fill["clOrderID"]), (&json!(77), &json!("")));
    }
    if let Some(recorded) = recorded(FILLS) {
        let mut shaped = Value::clone(venues[0]);
        // It is null in the recording, where nobody was liquidated.
        shaped["triggerType"] = json!(null);
        assert_shape(&shaped, &recorded[0]);
    }
    let order = venue.my(&format!("/order?orderID={}", field(venues[0], "orderId"))).await.ok();
    assert_eq!((&order["status"], &order["side"]), (&json!(4), &json!("SELL")));
    assert_eq!((&order["reduceOnly"], &order["totalFilledSize"]), (&json!(true), &json!(1_000)));
}
