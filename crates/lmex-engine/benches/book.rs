//! What the book costs alone, beside the fastest matching engine on crates.io that gives the same fills.

#![allow(
    clippy::unwrap_used,
    clippy::float_arithmetic,
    clippy::print_stdout,
    dead_code,
    reason = "a benchmark: a failure says where, and draws are no money; some of the shared module is the engine's"
)]

mod cpu;
mod stream;

use std::hint::black_box;

use cpu::Summary;
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use lmex_engine::BareBook;
use lmex_types::{Decimal, Side};
use stream::{Op, Stream, uuid};

const OPS: usize = 2_000_000;

/// Fills and filled contracts of an order.
type Answer = (u32, u32);

trait MatchingEngine: Sized {
    fn place(&mut self, id: u32, buy: bool, price: u32, contracts: u32) -> Answer;
    fn cancel(&mut self, id: u32) -> bool;

    /// Answers the fills and filled contracts of all operations.
    fn run(&mut self, ops: &[Op]) -> (u64, u64) {
        let (mut all_fills, mut all_filled) = (0, 0);
        for op in ops {
            match *op {
                Op::Place { id, buy, price, contracts, .. } => {
                    let (fills, filled) = self.place(id, buy, price, contracts);
                    all_fills += u64::from(fills);
                    all_filled += u64::from(filled);
                }
                Op::Cancel { id } => {
                    black_box(self.cancel(id));
                }
            }
        }
        (all_fills, all_filled)
    }

    /// Every operation must answer as the reference does.
    fn check(mut self, stream: &Stream) {
        for op in stream.opening.iter().chain(&stream.ops) {
            match *op {
                Op::Place { id, buy, price, contracts, filled, fills } => {
                    assert_eq!(self.place(id, buy, price, contracts), (fills, filled), "order {id}");
                }
                Op::Cancel { id } => assert!(self.cancel(id), "cancel of {id}"),
            }
        }
    }
}

impl MatchingEngine for BareBook {
    fn place(&mut self, id: u32, buy: bool, price: u32, contracts: u32) -> Answer {
        let side = if buy { Side::Buy } else { Side::Sell };
        let (filled, fills) = BareBook::place(self, uuid(id), side, price.into(), contracts.into());
        (fills as u32, filled as u32)
    }

    fn cancel(&mut self, id: u32) -> bool {
        BareBook::cancel(self, uuid(id))
    }
}

struct RustOb(rust_ob::OrderBook<u32>);

impl MatchingEngine for RustOb {
    fn place(&mut self, id: u32, buy: bool, price: u32, contracts: u32) -> Answer {
        let side = if buy { rust_ob::Side::Buy } else { rust_ob::Side::Sell };
        let matches =
            self.0.process_limit_order(id, side, Decimal::from(price), Decimal::from(contracts)).unwrap();
        // The last one is the incoming order, with the sum.
        matches.last().map_or((0, 0), |taker| (matches.len() as u32 - 1, taker.quantity.try_into().unwrap()))
    }

    fn cancel(&mut self, id: u32) -> bool {
        self.0.cancel_order(id).is_ok()
    }
}

fn measure<E: MatchingEngine>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    summary: &mut Summary,
    name: &'static str,
    new: impl Fn() -> E,
    stream: &Stream,
) {
    new().check(stream);
    let totals = stream.totals();
    let filled = || {
        let mut engine = new();
        engine.run(&stream.opening);
        engine
    };
    let run = |engine: &mut E| assert_eq!(engine.run(&stream.ops), totals);
    group.bench_function(name, |b| b.iter_custom(|times| summary.measure(name, times, filled, run)));
}

fn book(c: &mut Criterion) {
    const PEER: &str = "baseline: rust_ob 2.5";
    let stream = Stream::new(OPS, 7, 10_000);
    assert_eq!(stream.totals(), (663_278, 26_927_561), "another stream than the peers' harness draws");
    let mut group = c.benchmark_group("matching");
    group.sample_size(10).throughput(Throughput::Elements(OPS as u64));
    let mut summary = Summary::new(OPS);
    measure(&mut group, &mut summary, PEER, || RustOb(rust_ob::OrderBook::new()), &stream);
    measure(&mut group, &mut summary, "bare book", BareBook::default, &stream);
    group.finish();
    summary.print(PEER);
}

criterion_group!(benches, book);
criterion_main!(benches);
