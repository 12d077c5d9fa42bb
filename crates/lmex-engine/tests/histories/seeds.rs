//! Histories by seed: ten thousand of a thousand commands each, in one command that says how far it is.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use lmex_engine::{Engine, QueueModel};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::kinds::{EVENTS, REFUSALS, WANTED};
use crate::laws::stamped;
use crate::odd::long_history;
use crate::shrink::History;
use crate::tally::Tally;

/// Commands in the history of a seed, besides those that open markets and accounts.
const COMMANDS: usize = 1_000;

/// Random histories are worth something only if everything happens in them: here without the laws, which cost the most.
#[test]
fn every_kind_of_event_and_refusal_happens() {
    let mut tally = Tally::default();
    for seed in 0..300 {
        let (mut engine, mut events) = (Engine::default(), Vec::new());
        for command in &history_of(seed).commands() {
            engine.apply(command, &mut events);
        }
        events.iter().for_each(|event| tally.count(event));
    }
    assert_everything_happened(&tally);
}

#[test]
fn every_law_holds_on_long_histories() {
    let mut tally = Tally::default();
    for seed in 0..12 {
        run(seed, &mut tally).unwrap_or_else(|failure| panic!("{failure}\n{}", shrunk(seed)));
    }
}

/// `SEEDS=4000..10000` goes on where another run was stopped; `SHRINK=0` looks for no smaller history where one fails.
#[test]
#[ignore = "long: cargo test --release -p lmex-engine --test histories -- --ignored --nocapture ten_thousand_seeds"]
fn ten_thousand_seeds() {
    let (from, to) = asked_seeds().unwrap_or((0, 10_000));
    let (start, next, done) = (Instant::now(), AtomicU64::new(from), AtomicU64::new(0));
    let whole = Mutex::new(Tally::default());
    let work = || {
        let mut tally = Tally::default();
        while let Some(seed) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|seed| *seed < to) {
            run(seed, &mut tally).unwrap_or_else(|failure| {
                eprintln!("{failure}\nlooking for a smaller history that fails");
                eprintln!("{}", shrunk(seed));
                std::process::exit(1);
            });
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            if done.is_multiple_of(100) {
                eprintln!(
                    "{done} of {} seeds, up to {seed}, after {} s",
                    to - from,
                    start.elapsed().as_secs()
                );
            }
        }
        whole.lock().unwrap().add(tally);
    };
    std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        (0..threads).for_each(|_| drop(scope.spawn(work)));
    });
    let whole = whole.into_inner().unwrap();
    eprintln!("seeds {from}..{to}: {} commands, {} events, and every law held", whole.commands, whole.events);
    eprintln!("{} s", start.elapsed().as_secs());
    for (name, count) in whole.by_name() {
        eprintln!("{count:>12}  {name}");
    }
    assert_everything_happened(&whole);
}

fn asked_seeds() -> Option<(u64, u64)> {
    let asked = std::env::var("SEEDS").ok()?;
    let (from, to) = asked.split_once("..").expect("SEEDS is written like 0..10000");
    Some((from.parse().unwrap(), to.parse().unwrap()))
}

fn assert_everything_happened(tally: &Tally) {
    let wanted = [WANTED, EVENTS, REFUSALS].concat();
    let missing = tally.missing(&wanted).into_iter();
    // A thousand of the largest orders come before that one: see `limits.rs`.
    let missing: Vec<_> = missing.filter(|name| *name != "PositionTooLarge").collect();
    assert!(missing.is_empty(), "never happened: {missing:?}; happened: {:?}", tally.by_name());
}

/// Goes through the history of a seed. A failure names the seed, the command and the law.
fn run(seed: u64, tally: &mut Tally) -> Result<(), String> {
    let mut counted = Tally::default();
    match history_of(seed).failure(&mut counted) {
        Some(failure) => Err(format!("seed {seed} fails {failure}")),
        None => {
            tally.add(counted);
            Ok(())
        }
    }
}

/// A smaller history that fails, if not as that of a seed does. `SHRINK=0` looks for none.
fn shrunk(seed: u64) -> String {
    match std::env::var("SHRINK").as_deref() {
        Ok("0") => String::new(),
        _ => history_of(seed).smaller(Duration::from_secs(60)).to_string(),
    }
}

/// Steps, where the engine is stored, and how the crowd leaves queues.
fn history_of(seed: u64) -> History {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let plan = (long_history(COMMANDS), any::<prop::sample::Index>(), any::<bool>());
    let (steps, cut, proportional) = plan.new_tree(&mut runner).unwrap().current();
    let cut = cut.index(stamped(&steps).len());
    let queue_model = if proportional { QueueModel::Proportional } else { QueueModel::Tail };
    History { steps, cut, queue_model }
}
