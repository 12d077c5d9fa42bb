//! What the engine asks of the allocator.

#![allow(
    clippy::unwrap_used,
    clippy::float_arithmetic,
    reason = "helpers are tests too, and draws are no money"
)]

#[path = "../benches/mixed/mod.rs"]
mod mixed;

use lmex_engine::{AccountId, Command, MarketId, MarketRules, NewOrder, Stamped};
use lmex_types::{OrderId, Side, TimeMs};
use mixed::Venue;

/// Trees and tables may still grow a little now and then; a command as such allocates nothing.
#[test]
fn commands_allocate_next_to_nothing_in_the_steady_state() {
    let mut venue = Venue::new(2, 2_000, 1);
    venue.run(30_000);
    let commands = venue.commands(1_000);
    let mut events = Vec::with_capacity(1_000);
    let counted = allocation_counter::measure(|| {
        for stamped in &commands {
            events.clear();
            venue.engine.apply(stamped, &mut events);
        }
    });
    assert!(counted.count_total < 50, "{} allocations in 1,000 commands", counted.count_total);
}

/// An eighth of a million, which fills tables of doubling size as far as a million does.
#[test]
fn a_million_open_orders_fit_into_a_gibibyte() {
    const ORDERS: u32 = 125_000;
    let rules = MarketRules { max_open_orders: ORDERS, ..MarketRules::default() };
    let mut engine = mixed::engine(1, &rules);
    let mut events = Vec::with_capacity(1_000);
    let counted = allocation_counter::measure(|| {
        for number in 0..ORDERS {
            let account = AccountId(number % 100 + 1);
            let (side, price) = if number % 2 == 0 { (Side::Buy, 119_999) } else { (Side::Sell, 120_001) };
            let away = side.sign() * i64::from(number % 5_000);
            let order = OrderId::from_bits(u128::from(number) << 64 | u128::from(number));
            let new = NewOrder::limit(account, MarketId(0), order, side, price - away, 1);
            let client_id = format!("x{number:026x}").parse().ok();
            let command = Command::Place(NewOrder { client_id, ..new });
            events.clear();
            let stamped = Stamped { seq: number.into(), at: TimeMs::from_millis(1), command };
            engine.apply(&stamped, &mut events);
        }
    });
    let open: usize = engine.accounts().map(|account| engine.open_orders(account, None).count()).sum();
    assert_eq!(open, 125_000);
    assert!(
        counted.bytes_max * 8 < 1 << 30,
        "{} bytes at most for an eighth of a million",
        counted.bytes_max
    );
}
