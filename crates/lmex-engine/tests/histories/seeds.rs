//! Histories by seed: ten thousand of a thousand commands each, in one command that says how far it is.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use lmex_engine::{Engine, QueueModel, Stamped};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};

use crate::generate::Step;
use crate::kinds::{EVENTS, REFUSALS, WANTED};
use crate::laws::{hold, stamped};
use crate::odd::long_history;
use crate::tally::Tally;

/// Commands in the history of a seed, besides those that open markets and accounts.
const COMMANDS: usize = 1_000;

/// Random histories are worth something only if everything happens in them: here without the laws, which cost the most.
#[test]
fn every_kind_of_event_and_refusal_happens() {
    let mut tally = Tally::default();
    for seed in 0..300 {
        let (mut engine, mut events) = (Engine::default(), Vec::new());
        for command in &history_of(seed).0 {
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
        run(seed, &mut tally).unwrap_or_else(|failure| panic!("{failure}"));
    }
}

/// `SEEDS=4000..10000` goes on where another run was stopped.
#[test]
#[ignore = "long: cargo test --release -p lmex-engine --test histories -- --ignored --nocapture ten_thousand_seeds"]
fn ten_thousand_seeds() {
    let (from, to) = asked_seeds().unwrap_or((0, 10_000));
    // A history that fails does so hundreds of times while it shrinks; what it says is told at the end.
    std::panic::set_hook(Box::new(|_| {}));
    let (next, done) = (AtomicU64::new(from), AtomicU64::new(0));
    let whole = Mutex::new(Tally::default());
    let work = || {
        let mut tally = Tally::default();
        while let Some(seed) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|seed| *seed < to) {
            run(seed, &mut tally).unwrap_or_else(|failure| {
                eprintln!("{failure}");
                std::process::exit(1);
            });
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            if done.is_multiple_of(250) {
                eprintln!("{done} of {} seeds, up to {seed}", to - from);
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

/// Goes through the history of a seed. A failure names the seed and the smallest history found that fails too.
fn run(seed: u64, tally: &mut Tally) -> Result<(), String> {
    let (commands, cut, queue_model) = history_of(seed);
    let mut counted = Tally::default();
    let held = catch_unwind(AssertUnwindSafe(|| hold(&commands, queue_model, cut, &mut counted)));
    if let Err(panic) = held {
        let said = panic.downcast_ref::<String>().map_or("", String::as_str);
        return Err(format!("seed {seed} fails: {said}\n{}", shrunk(seed)));
    }
    tally.add(counted);
    Ok(())
}

/// The smallest history found that fails as that of a seed does. `SHRINK=0` looks for none.
fn shrunk(seed: u64) -> String {
    let asked = std::env::var("SHRINK").ok().and_then(|most| most.parse().ok());
    let config =
        Config { failure_persistence: None, max_shrink_iters: asked.unwrap_or(2_000), ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, rng(seed));
    let tree = plan().new_tree(&mut runner).unwrap();
    let held = runner.run_one(tree, |(steps, cut, proportional)| {
        let (commands, cut, queue_model) = plan_of(&steps, cut, proportional);
        hold(&commands, queue_model, cut, &mut Tally::default());
        Ok(())
    });
    match held {
        Err(TestError::Fail(reason, (steps, cut, proportional))) => {
            let (commands, cut, model) = plan_of(&steps, cut, proportional);
            format!("shrunk, with {model:?} and stored before command {cut}: {reason}\n{commands:#?}")
        }
        other => format!("not again: {other:?}"),
    }
}

fn rng(seed: u64) -> TestRng {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    TestRng::from_seed(RngAlgorithm::ChaCha, &bytes)
}

/// Steps, where the engine is stored, and how the crowd leaves queues.
fn plan() -> impl Strategy<Value = (Vec<Step>, prop::sample::Index, bool)> {
    (long_history(COMMANDS), any::<prop::sample::Index>(), any::<bool>())
}

fn plan_of(
    steps: &[Step],
    cut: prop::sample::Index,
    proportional: bool,
) -> (Vec<Stamped>, usize, QueueModel) {
    let commands = stamped(steps);
    let cut = cut.index(commands.len());
    (commands, cut, if proportional { QueueModel::Proportional } else { QueueModel::Tail })
}

fn history_of(seed: u64) -> (Vec<Stamped>, usize, QueueModel) {
    let mut runner = TestRunner::new_with_rng(Config::default(), rng(seed));
    let (steps, cut, proportional) = plan().new_tree(&mut runner).unwrap().current();
    plan_of(&steps, cut, proportional)
}
