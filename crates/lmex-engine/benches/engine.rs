//! What a command costs in the whole engine, with margin, fees and events.
//!
//! CPU time of the one thread, so that a busy machine shows less in the figures. Beside criterion's report stands what
//! to look at: commands a second, and each mix against its baseline in the same run.

#![allow(
    clippy::unwrap_used,
    clippy::float_arithmetic,
    clippy::print_stdout,
    dead_code,
    reason = "a benchmark that fails by a panic says where; draws are no money; fills are checked by the book's own"
)]

mod cpu;
mod mixed;
mod stream;

use std::hint::black_box;

use cpu::Summary;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lmex_engine::{BareBook, Engine, Stamped};
use lmex_types::Side;
use mixed::{Mix, Venue};
use stream::{Op, Stream, uuid};

/// Commands of one measurement.
const COMMANDS: usize = 100_000;
/// What matching alone costs: limit orders and cancels without accounts, money and events.
const BARE_BOOK: &str = "baseline: the bare book";

/// Mixes beside the typical one: no figure may hold for one input alone.
fn mixes() -> [(&'static str, Mix); 9] {
    let typical = Mix::TYPICAL;
    [
        ("5 markets", typical),
        ("another seed", Mix { seed: 8, ..typical }),
        ("1 market", Mix { markets: 1, ..typical }),
        ("20 markets", Mix { markets: 20, ..typical }),
        ("10,000 accounts", Mix { accounts: 10_000, ..typical }),
        ("deep books", Mix { depth: 1_000.0, ..typical }),
        ("many takers", Mix { takers: 25, amends: 5, crossing: 3, ..typical }),
        ("many cancels", Mix { takers: 1, amends: 5, cancels: 60, crossing: 50, ..typical }),
        ("prices after each 100 commands", Mix { prices: 100, ..typical }),
    ]
}

fn engine(c: &mut Criterion) {
    let mut group = c.benchmark_group("engine");
    group.sample_size(10).throughput(Throughput::Elements(COMMANDS as u64));
    let mut summary = Summary::new(COMMANDS);
    let stream = Stream::new(COMMANDS, 7, Mix::TYPICAL.open);
    let mut opened = BareBook::default();
    run_bare(&mut opened, &stream.opening);
    group.bench_function(BARE_BOOK, |b| {
        b.iter_custom(|times| {
            summary.measure(BARE_BOOK, times, || opened.clone(), |book| run_bare(book, &stream.ops))
        });
    });
    for (name, mix) in mixes() {
        let (engine, commands) = prepared(mix, 100_000);
        group.bench_function(name, |b| {
            b.iter_custom(|times| {
                summary.measure(name, times, || engine.clone(), |engine| run(engine, &commands))
            });
        });
    }
    group.finish();
    summary.print(BARE_BOOK);
}

/// The time per command must not grow with what went before. The engines are measured in turn, which criterion can't do: a
/// shared machine is not as fast in one minute as in the next.
fn growth(_: &mut Criterion) {
    const BASELINE: &str = "baseline: after 100,000 commands";
    const ROUNDS: usize = 60;
    let mut summary = Summary::new(COMMANDS);
    let after = [
        (BASELINE, 100_000),
        ("after 1,000,000 commands", 1_000_000),
        ("after 10,000,000 commands", 10_000_000),
    ];
    let all = after.map(|(name, before)| (name, prepared(Mix::TYPICAL, before)));
    for _ in 0..ROUNDS {
        for (name, (engine, commands)) in &all {
            summary.measure(name, 1, || engine.clone(), |engine| run(engine, commands));
        }
    }
    summary.print_in_turn(BASELINE);
}

/// An engine after so many commands, and those to be measured.
fn prepared(mix: Mix, before: usize) -> (Engine, Vec<Stamped>) {
    let mut venue = Venue::new(mix);
    venue.run(before);
    let (engine, mut commands) = (venue.engine.clone(), Vec::new());
    venue.record(COMMANDS, |stamped| commands.push(stamped));
    (engine, commands)
}

fn run(engine: &mut Engine, commands: &[Stamped]) {
    let mut events = Vec::new();
    for stamped in commands {
        events.clear();
        engine.apply(stamped, &mut events);
        black_box(&events);
    }
}

fn run_bare(book: &mut BareBook, ops: &[Op]) {
    for op in ops {
        match *op {
            Op::Place { id, buy, price, contracts, .. } => {
                let side = if buy { Side::Buy } else { Side::Sell };
                black_box(book.place(uuid(id), side, price.into(), contracts.into()));
            }
            Op::Cancel { id } => {
                black_box(book.cancel(uuid(id)));
            }
        }
    }
}

criterion_group!(benches, engine, growth);
criterion_main!(benches);
