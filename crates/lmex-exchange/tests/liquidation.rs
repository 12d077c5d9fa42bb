//! An account that no longer covers its maintenance margin, as its owner sees it.

mod venue;

use lmex_engine::{AccountId, Command, MarketId, Money};
use lmex_types::Decimal;
use serde_json::json;
use venue::{Venue, number};

const ACCOUNT: AccountId = AccountId(1);
const BTC: MarketId = MarketId(0);

async fn act(venue: &Venue, command: Command) {
    venue.exchange.desk().command(command).await.unwrap();
}

async fn mark(venue: &Venue, price: i64) {
    let price = Decimal::from(price);
    act(venue, Command::SetPrices { market: BTC, index: price, mark: Some(price) }).await;
}

/// A long position of 0.01 BTC with 4 USDT beyond its initial margin.
async fn thin(venue: &Venue) {
    mark(venue, 77_000).await;
    let order = json!({"symbol": "BTC-PERP", "side": "BUY", "type": "MARKET", "size": 1_000});
    assert_eq!(venue.post("/order", order).await.one()["status"], 4);
    let available = number(&venue.my("/user/wallet").await.one()["availableBalance"]);
    let amount = Money::try_from((available - Decimal::from(4)).round_dp(6)).unwrap();
    act(venue, Command::Withdraw { account: ACCOUNT, amount }).await;
}

#[tokio::test]
async fn orders_go_first_then_the_position_and_the_owner_finds_both() {
    let venue = Venue::start().await;
    thin(&venue).await;
    let resting = json!({"symbol": "BTC-PERP", "side": "BUY", "type": "LIMIT", "price": 72_000, "size": 10});
    let resting = venue.post("/order", resting).await.one();
    mark(&venue, 76_000).await;

    assert_eq!(venue.my("/user/positions").await.ok(), json!([]), "it is closed");
    let asked = venue.my(&format!("/order?orderID={}", resting["orderID"].as_str().unwrap())).await.ok();
    assert_eq!(asked["status"], 6);
    let fills = venue.my("/user/trade_history").await.ok();
    let sold: Vec<_> = fills.as_array().unwrap().iter().filter(|fill| fill["side"] == "SELL").collect();
    let size: Decimal = sold.iter().map(|fill| number(&fill["filledSize"])).sum();
    assert_eq!(size, Decimal::from(1_000), "{fills:#}");

    let order = sold[0]["orderId"].as_str().unwrap();
    let order = venue.my(&format!("/order?orderID={order}")).await.ok();
    assert_eq!((&order["status"], &order["side"]), (&json!(4), &json!("SELL")));
    assert_eq!((&order["reduceOnly"], &order["totalFilledSize"]), (&json!(true), &json!(1_000)));
    let balance = number(&venue.my("/user/wallet").await.one()["totalValue"]);
    assert!(balance >= Decimal::ZERO, "{balance}");
}
