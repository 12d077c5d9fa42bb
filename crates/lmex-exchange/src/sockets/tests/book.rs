//! A client that applies a snapshot and what follows has the exact best 50 levels, always.

use std::collections::BTreeMap;

use lmex_api::stream::{BookUpdate, BookUpdateKind, OrderBook};
use lmex_types::{Decimal, Side, TimeMs};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::grouping::Grouping;
use crate::sockets::book_feed::{BookFeed, DEPTH, Numbered};
use crate::sockets::book_message::book_data;

/// What happens to a market and its reader.
#[derive(Debug, Clone)]
enum Step {
    Level(Side, i64, i64),
    Publish,
    /// The reader forgets all and subscribes again.
    Resubscribe,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    // Bids below 200, asks from 200: more prices than the window holds, so that levels cross its edge often.
    let level = (0_i64..180, 0_i64..4, any::<bool>()).prop_map(|(offset, contracts, buy)| {
        let (side, price) = if buy { (Side::Buy, 199 - offset) } else { (Side::Sell, 200 + offset) };
        Step::Level(side, price, contracts)
    });
    let step = prop_oneof![20 => level, 3 => Just(Step::Publish), 1 => Just(Step::Resubscribe)];
    vec(step, 0..600)
}

/// A grouping and its step in ticks.
fn groupings() -> impl Strategy<Value = (i64, i64)> {
    prop_oneof![4 => Just((0, 1)), 1 => Just((1, 5)), 1 => Just((2, 10)), 1 => Just((8, 10_000))]
}

/// A reader as the SDK has it.
#[derive(Default)]
struct Reader {
    book: OrderBook,
    update: BookUpdate,
}

impl Reader {
    fn hear(&mut self, kind: BookUpdateKind, message: &Numbered) {
        let tick = Decimal::new(1, 1);
        let data = book_data("BTC-PERP".parse().unwrap(), tick, kind, message);
        let text = format!(r#"{{"topic":"update:BTC-PERP_0","data":{data}}}"#);
        self.update.decode(&text).unwrap();
        self.book.apply(&self.update).unwrap();
    }
}

/// The whole truth, kept simply.
#[derive(Default)]
struct Truth {
    bids: BTreeMap<i64, i64>,
    asks: BTreeMap<i64, i64>,
}

impl Truth {
    fn set(&mut self, side: Side, price: i64, contracts: i64) {
        let levels = if side == Side::Buy { &mut self.bids } else { &mut self.asks };
        levels.insert(price, contracts);
        levels.retain(|_, contracts| *contracts > 0);
    }

    /// With prices that are multiples of so many ticks: bids below, asks above where they are.
    fn check(&self, book: &OrderBook, step: i64) -> Result<(), TestCaseError> {
        let (mut bids, mut asks) = (BTreeMap::new(), BTreeMap::new());
        for (price, contracts) in &self.bids {
            *bids.entry(price / step * step).or_insert(0) += contracts;
        }
        for (price, contracts) in &self.asks {
            *asks.entry((price + step - 1) / step * step).or_insert(0) += contracts;
        }
        let decimal = |(price, contracts): (&i64, &i64)| (Decimal::new(*price, 1), Decimal::from(*contracts));
        bids.remove(&0);
        let bids: Vec<_> = bids.iter().rev().take(DEPTH).map(decimal).collect();
        let asks: Vec<_> = asks.iter().take(DEPTH).map(decimal).collect();
        prop_assert_eq!(book.bids().collect::<Vec<_>>(), bids);
        prop_assert_eq!(book.asks().collect::<Vec<_>>(), asks);
        Ok(())
    }
}

/// The delta of the book without a grouping.
fn delta(feed: &mut BookFeed) -> Option<Numbered> {
    delta_of(feed, Grouping::NONE)
}

fn delta_of(feed: &mut BookFeed, grouping: Grouping) -> Option<Numbered> {
    let mut deltas = feed.deltas(TimeMs::default()).into_iter();
    deltas.find(|(other, _)| *other == grouping).map(|(_, delta)| delta)
}

fn snapshot(feed: &mut BookFeed, grouping: Grouping) -> Numbered {
    feed.snapshot(grouping, TimeMs::default())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn snapshot_and_deltas_give_the_exact_best_levels(steps in steps(), (number, ticks) in groupings()) {
        let grouping = Grouping::numbered(number).unwrap();
        let mut feed = BookFeed::new(TimeMs::default(), &[(150, 3)], &[(250, 2)]);
        let mut truth = Truth::default();
        truth.set(Side::Buy, 150, 3);
        truth.set(Side::Sell, 250, 2);
        let mut reader = Reader::default();
        reader.hear(BookUpdateKind::Snapshot, &snapshot(&mut feed, grouping));
        for step in steps {
            match step {
                Step::Level(side, price, contracts) => {
                    feed.set(side, price, contracts);
                    truth.set(side, price, contracts);
                }
                Step::Publish => {
                    if let Some(delta) = delta_of(&mut feed, grouping) {
                        prop_assert!(!delta.levels.is_empty());
                        reader.hear(BookUpdateKind::Delta, &delta);
                    }
                    truth.check(&reader.book, ticks)?;
                }
                Step::Resubscribe => {
                    let before = snapshot(&mut feed, grouping);
                    reader = Reader::default();
                    reader.hear(BookUpdateKind::Snapshot, &before);
                    prop_assert_eq!(reader.book.seq_num(), Some(before.seq_num));
                }
            }
        }
    }
}

#[test]
fn a_change_that_is_undone_before_it_is_told_is_not_told() {
    let mut feed = BookFeed::new(TimeMs::default(), &[(150, 3)], &[]);
    feed.set(Side::Buy, 150, 4);
    feed.set(Side::Buy, 150, 3);
    assert_eq!(delta(&mut feed), None);
    assert_eq!(snapshot(&mut feed, Grouping::NONE).seq_num, 1);
}

#[test]
fn a_change_below_the_window_is_not_told() {
    let bids: Vec<_> = (0..60).map(|offset| (1_000 - offset, 1)).collect();
    let mut feed = BookFeed::new(TimeMs::default(), &bids, &[]);
    assert_eq!(snapshot(&mut feed, Grouping::NONE).levels.bids.len(), DEPTH);
    feed.set(Side::Buy, 945, 9);
    assert_eq!(delta(&mut feed), None);
    feed.set(Side::Buy, 1_000, 0);
    let delta = delta(&mut feed).unwrap();
    assert_eq!(delta.levels.bids, [(1_000, 0), (950, 1)]);
}
