//! What the engine asks of the allocator.

#![allow(
    clippy::unwrap_used,
    clippy::float_arithmetic,
    reason = "helpers are tests too, and draws are no money"
)]

#[path = "../benches/mixed/mod.rs"]
mod mixed;
#[path = "../benches/open_orders/mod.rs"]
mod open_orders;

use lmex_engine::MarketRules;
use mixed::{Mix, Venue};

/// Trees and tables may still grow a little now and then; a command as such allocates nothing.
#[test]
fn commands_allocate_next_to_nothing_in_the_steady_state() {
    let mut venue = Venue::new(Mix { markets: 2, open: 2_000, seed: 1, ..Mix::TYPICAL });
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
    let mut engine = mixed::engine(1, 100, &rules);
    let mut events = Vec::with_capacity(1_000);
    let counted = allocation_counter::measure(|| {
        open_orders::open(&mut engine, ORDERS, &mut events);
    });
    assert!(
        counted.bytes_max * 8 < 1 << 30,
        "{} bytes at most for an eighth of a million",
        counted.bytes_max
    );
}
