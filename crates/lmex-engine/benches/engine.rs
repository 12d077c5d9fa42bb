//! What a command costs in the whole engine, with margin, fees and events.

#![allow(
    clippy::unwrap_used,
    clippy::float_arithmetic,
    reason = "a benchmark that fails by a panic says where; draws are no money"
)]

mod mixed;

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use lmex_engine::Engine;
use mixed::Venue;

/// Commands of one measurement.
const COMMANDS: usize = 100_000;
/// Orders that are open all the time, about.
const OPEN: usize = 10_000;

/// The time per command must not grow with what went before: the last line is the baseline's 100 times later.
fn engine(c: &mut Criterion) {
    let mut group = c.benchmark_group("engine");
    group.sample_size(10).throughput(Throughput::Elements(COMMANDS as u64));
    for (name, markets, before) in [
        ("5 markets", 5, 100_000),
        ("baseline: 1 market, after 100,000 commands", 1, 100_000),
        ("1 market, after 10,000,000 commands", 1, 10_000_000),
    ] {
        let mut venue = Venue::new(markets, OPEN, 7);
        venue.run(before);
        let (engine, mut commands) = (venue.engine.clone(), Vec::new());
        venue.record(COMMANDS, |stamped| commands.push(stamped));
        let run = |mut engine: Engine| {
            let mut events = Vec::new();
            for stamped in &commands {
                events.clear();
                engine.apply(stamped, &mut events);
                black_box(&events);
            }
            engine
        };
        group.bench_function(name, |b| b.iter_batched(|| engine.clone(), run, BatchSize::PerIteration));
    }
    group.finish();
}

criterion_group!(benches, engine);
criterion_main!(benches);
