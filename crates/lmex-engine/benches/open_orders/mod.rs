//! Many orders that are open at once.

use lmex_engine::{AccountId, Command, Engine, Event, MarketId, NewOrder, Stamped};
use lmex_types::{OrderId, Side, TimeMs};

/// Opens so many orders of 100 accounts at 10,000 prices, none of which trades.
pub(crate) fn open(engine: &mut Engine, orders: u32, events: &mut Vec<Event>) {
    for number in 0..orders {
        let account = AccountId(number % 100 + 1);
        let (side, price) = if number % 2 == 0 { (Side::Buy, 119_999) } else { (Side::Sell, 120_001) };
        let away = side.sign() * i64::from(number % 5_000);
        let order = OrderId::from_bits(u128::from(number) << 64 | u128::from(number));
        let new = NewOrder::limit(account, MarketId(0), order, side, price - away, 1);
        let client_id = format!("x{number:026x}").parse().ok();
        let command = Command::Place(NewOrder { client_id, ..new });
        events.clear();
        engine.apply(&Stamped { seq: number.into(), at: TimeMs::from_millis(1), command }, events);
    }
    let open: usize = engine.accounts().map(|account| engine.open_orders(account, None).count()).sum();
    assert_eq!(open, orders as usize);
}
