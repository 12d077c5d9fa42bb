//! What a million open orders take in memory.

#![allow(
    clippy::unwrap_used,
    clippy::float_arithmetic,
    clippy::print_stdout,
    dead_code,
    reason = "a benchmark that fails by a panic says where; the stream of commands is not needed here"
)]

mod mixed;
mod open_orders;

use lmex_engine::MarketRules;

const ORDERS: u32 = 1_000_000;

fn main() {
    let rules = MarketRules { max_open_orders: ORDERS, ..MarketRules::default() };
    let mut engine = mixed::engine(1, 100, &rules);
    let mut events = Vec::with_capacity(1_000);
    let counted = allocation_counter::measure(|| open_orders::open(&mut engine, ORDERS, &mut events));
    let mebibytes = |bytes: i64| bytes / (1 << 20);
    println!("{} MiB for {ORDERS} open orders", mebibytes(counted.bytes_current));
    println!("{} MiB at most, while tables grew", mebibytes(counted.bytes_max.try_into().unwrap()));
}
