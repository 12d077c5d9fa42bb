//! What a million open orders take in memory, and in a snapshot.

#![allow(
    clippy::unwrap_used,
    clippy::float_arithmetic,
    clippy::print_stdout,
    dead_code,
    reason = "a benchmark that fails by a panic says where; the stream of commands is not needed here"
)]

mod cpu;
mod mixed;
mod open_orders;

use lmex_engine::{Engine, MarketRules};

const ORDERS: u32 = 1_000_000;

fn main() {
    let rules = MarketRules { max_open_orders: ORDERS, ..MarketRules::default() };
    let mut engine = mixed::engine(1, 100, &rules);
    let mut events = Vec::with_capacity(1_000);
    let counted = allocation_counter::measure(|| open_orders::open(&mut engine, ORDERS, &mut events));
    let mebibytes = |bytes: i64| bytes / (1 << 20);
    println!("{} MiB for {ORDERS} open orders", mebibytes(counted.bytes_current));
    println!("{} MiB at most, while tables grew", mebibytes(counted.bytes_max.try_into().unwrap()));
    store(&engine);
}

/// Written and read as the exchange does it, but without the disk. In CPU time, which others on the machine don't take.
fn store(engine: &Engine) {
    let start = cpu::now();
    let bytes = postcard::to_allocvec(engine).unwrap();
    let written = (cpu::now() - start).as_secs_f64();
    let start = cpu::now();
    let restored: Engine = postcard::from_bytes(&bytes).unwrap();
    let read = (cpu::now() - start).as_secs_f64();
    assert_eq!(restored.digest(), engine.digest());
    println!("{} bytes in a snapshot, written in {written:.2} s and read in {read:.2} s", bytes.len());
}
