//! What is shown of an order that was cut to its position.

use serde_json::{Value, json};

use crate::quiet::{numbers, other_waits, quiet, take};
use crate::venue::{Venue, field, with};

const SIZES: [&str; 3] = ["originalOrderSize", "currentOrderSize", "remainingSize"];

async fn exit(venue: &Venue, price: i64) -> Value {
    let order = json!({"symbol": "DOGE-PERP", "side": "SELL", "type": "LIMIT", "size": 5_000});
    venue.post("/order", with(order, json!({"price": price, "reduceOnly": true}))).await.one()
}

/// The document: "Original order quantity. This value will not change".
#[tokio::test]
async fn its_original_size_stays_what_was_asked_for() {
    let venue = quiet().await;
    other_waits(&venue, "SELL", 1_000, json!(100)).await;
    take(&venue, "BUY", 1_000, json!({})).await;
    let placed = exit(&venue, 110).await;
    assert_eq!(numbers(&placed, SIZES), ["5000", "1000", "1000"]);
    other_waits(&venue, "BUY", 300, json!(100)).await;
    take(&venue, "SELL", 300, json!({})).await;
    let open = venue.my("/user/open_orders?symbol=DOGE-PERP").await.one();
    assert_eq!(numbers(&open, SIZES), ["5000", "700", "700"]);
    let asked = venue.my(&format!("/order?orderID={}", field(&placed, "orderID"))).await.ok();
    assert_eq!(numbers(&asked, SIZES), ["5000", "700", "700"]);
}
