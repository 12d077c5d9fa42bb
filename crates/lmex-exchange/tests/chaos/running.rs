//! Four clients of one key that live throughout.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use lmex::{Client, ClientOrderId, OrderState, OrderTracker};

use crate::audit::{Audit, Counts, Told};
use crate::dice::Dice;
use crate::trader::{Notes, Trader};
use crate::venue::{self, KEY, MARKETS};

const CLIENTS: usize = 4;

/// What one client was told.
#[derive(Default)]
struct Memory(BTreeMap<ClientOrderId, Told>);

impl Notes for Memory {
    fn attempted(&mut self, id: ClientOrderId) {
        self.0.insert(id, Told::Unknown);
    }

    fn told(&mut self, id: ClientOrderId, told: Told) {
        self.0.insert(id, told);
    }
}

/// One run: everything fails at random, then nothing any more, then all is compared.
async fn run(seed: u64, orders: usize) -> Counts {
    let exchange = venue::start(seed).await;
    let audit = Audit::start(&exchange).await;
    venue::break_things(&exchange, seed, true);
    let folder = tempfile::tempdir().unwrap();
    let clients: Vec<(Client, OrderTracker)> = (0..CLIENTS)
        .map(|_| {
            let builder = venue::client(&exchange.rest_url(), &exchange.ws_url(), KEY);
            let builder = builder.journal(folder.path()).journal_durability(lmex::Durability::Os);
            let client = builder.build().unwrap();
            let tracker = client.track_with(venue::tracking()).unwrap();
            (client, tracker)
        })
        .collect();
    let each = orders / CLIENTS / MARKETS.len();
    let traders = (0..CLIENTS * MARKETS.len()).map(|index| {
        let (client, tracker) = &clients[index / MARKETS.len()];
        let dice = Dice::new(seed * 1_000 + index as u64);
        let mut trader = Trader { client, tracker, symbol: venue::market(index), dice };
        async move {
            let mut memory = Memory::default();
            trader.trade(each, &mut memory).await;
            memory.0
        }
    });
    let told: Vec<_> = join_all(traders).await;
    exchange.faults().clear();
    exchange.time().pause().await.unwrap();
    let all: BTreeMap<_, _> = told.iter().flatten().map(|(id, told)| (*id, *told)).collect();
    for (index, (_, tracker)) in clients.iter().enumerate() {
        settle(tracker).await;
        let own = told.iter().skip(index * MARKETS.len()).take(MARKETS.len()).flat_map(BTreeMap::keys);
        audit.compare(tracker, own, true).await;
    }
    audit.check(&all)
}

/// Waits until nothing is unknown any more, and everything was compared since.
pub(crate) async fn settle(tracker: &OrderTracker) {
    let is_unsettled = |state| matches!(state, OrderState::Unknown | OrderState::Sent | OrderState::Intended);
    let settled = async {
        loop {
            tracker.reconcile().await;
            tracker.in_sync().await;
            if !tracker.orders().iter().any(|order| is_unsettled(order.state)) {
                return;
            }
            let _ = tokio::time::timeout(Duration::from_millis(100), tracker.next()).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(120), settled).await.expect("all is known by now");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_fails_no_order_is_doubled_or_lost_and_the_trackers_agree_with_the_exchange() {
    for seed in 1..=2 {
        let counts = run(seed, 480).await;
        assert!(counts.placed > 240, "{counts:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: cargo test --release -p lmex-exchange --test chaos -- --ignored --nocapture a_hundred_seeds"]
async fn a_hundred_seeds_of_ten_thousand_orders() {
    let seeds = numbers("SEEDS", 1..101);
    let orders = usize::try_from(numbers("ORDERS", 0..10_000).end).unwrap();
    let began = Instant::now();
    let mut all = Counts::default();
    let waiting: Vec<u64> = seeds.collect();
    for together in waiting.chunks(AT_ONCE) {
        let runs = together.iter().map(|seed| tokio::spawn(run(*seed, orders)));
        for (seed, counts) in together.iter().zip(join_all(runs).await) {
            let counts = counts.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
            all.placed += counts.placed;
            all.refused += counts.refused;
            all.never_sent += counts.never_sent;
            all.unknown += counts.unknown;
        }
        println!("{} seeds, {:?}, {} s", together.last().unwrap(), all, began.elapsed().as_secs());
    }
}

/// Runs wait more than they work.
const AT_ONCE: usize = 5;

/// `FROM..TO` of the environment.
pub(crate) fn numbers(name: &str, default: std::ops::Range<u64>) -> std::ops::Range<u64> {
    let Ok(text) = std::env::var(name) else { return default };
    let (from, to) = text.split_once("..").unwrap_or(("0", &text));
    from.parse().unwrap()..to.parse().unwrap()
}
