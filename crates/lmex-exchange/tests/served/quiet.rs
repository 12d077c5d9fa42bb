//! A market in which nobody trades but the two accounts of a test: every number can be worked out by hand.

use lmex_engine::{Command, MarketId, MarketRules};
use lmex_exchange::{AccountConfig, ExchangeConfig, KeyConfig, LimitsMode, Secret};
use lmex_types::{Decimal, Grid, Instrument};
use serde_json::{Value, json};

use crate::cross_account::OTHER;
use crate::venue::{Venue, number, with};

const DOGE: MarketId = MarketId(9);

/// DOGE-PERP at 100: ticks of 0.01, contracts of 1, 1 % initial and 0.5 % maintenance margin. Both accounts have 100,000 and
/// pay 0.02 % as maker and 0.05 % as taker.
pub(crate) async fn quiet() -> Venue {
    let keys = vec![KeyConfig::full(OTHER.0, Secret::new(OTHER.1))];
    let balance = Decimal::from(100_000);
    let accounts = vec![AccountConfig { name: "other".to_owned(), balance, fees: None, keys }];
    let config = ExchangeConfig { limits: LimitsMode::Off, accounts, ..ExchangeConfig::default() };
    let venue = Venue::start_with(config).await;
    let instrument = instrument("DOGE-PERP");
    let command =
        Command::OpenMarket { market: DOGE, instrument, rules: MarketRules::default(), price: 10_000 };
    venue.exchange.desk().command(command).await.unwrap();
    venue
}

/// Ticks of 0.01 and contracts of 1.
pub(crate) fn instrument(symbol: &str) -> Instrument {
    Instrument {
        symbol: symbol.parse().unwrap(),
        base: symbol.split('-').next().unwrap().to_owned(),
        quote: "USDT".to_owned(),
        grid: Grid::new(Decimal::new(1, 2), Decimal::ONE).unwrap(),
        min_contracts: 1,
        max_contracts: 1_000_000,
        step_contracts: 1,
        min_notional: Decimal::from(5),
    }
}

/// Sets index and mark price.
pub(crate) async fn mark(venue: &Venue, price: Decimal) {
    let command = Command::SetPrices { market: DOGE, index: price, mark: Some(price) };
    venue.exchange.desk().command(command).await.unwrap();
}

/// The other account waits in the book; answers its order.
pub(crate) async fn other_waits(venue: &Venue, side: &str, size: i64, price: Value) -> Value {
    let order = json!({"symbol": "DOGE-PERP", "side": side, "type": "LIMIT", "size": size, "price": price});
    let order = venue.signed_by(OTHER, "POST", "/order", order.to_string().as_bytes()).await.one();
    assert_eq!(order["status"], 2, "{order}");
    order
}

/// The usual account takes it.
pub(crate) async fn take(venue: &Venue, side: &str, size: i64, more: Value) -> Value {
    let order = json!({"symbol": "DOGE-PERP", "side": side, "type": "MARKET", "size": size});
    let order = venue.post("/order", with(order, more)).await.one();
    assert_eq!(order["status"], 4, "{order}");
    order
}

/// Numbers of an object, by name.
pub(crate) fn numbers<const N: usize>(object: &Value, names: [&str; N]) -> [String; N] {
    names.map(|name| number(&object[name]).normalize().to_string())
}

/// Total and available money of the usual account's cross wallet.
pub(crate) async fn cross(venue: &Venue) -> [String; 2] {
    numbers(&venue.my("/user/wallet?wallet=CROSS@").await.one(), ["totalValue", "availableBalance"])
}
