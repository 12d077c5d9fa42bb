//! Every target for a few seconds: its seeds, and seeded changes of them. The long run is `.ci/fuzz`.

#![allow(
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that fails by a panic says where"
)]

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use lmex_fuzz::{Target, mutated, shared_folder, target};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// Longer inputs take more time and tell nothing new.
const LONGEST_BYTES: usize = 16 << 10;

fn short_run(name: &str, changes: u64) {
    let target = target(name).unwrap_or_else(|| panic!("{name} is no target"));
    let shared = shared_folder();
    assert!(
        shared.is_some() || std::env::var("CI").as_deref() != Ok("true"),
        "there is no shared folder: set LMEX_SHARED to it"
    );
    if shared.is_none() {
        println!("without the recorded payloads: set LMEX_SHARED to the shared folder");
    }
    let seeds = target.seeds(shared.as_deref());
    for seed in &seeds {
        run(target, seed);
    }
    for number in 0..changes {
        let input = mutated(&seeds, LONGEST_BYTES, &mut ChaCha8Rng::seed_from_u64(number));
        run(target, &input);
    }
    println!("{name}: {} seeds and {changes} changes of them", seeds.len());
}

/// An input that fails is kept, so that it can be run again.
fn run(target: &Target, input: &[u8]) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| target.run(input))) {
        let path = std::env::temp_dir().join(format!("lmex-fuzz-{}-failed", target.name));
        match std::fs::write(&path, input) {
            Ok(()) => eprintln!("cargo run -p lmex-fuzz -- run {} {}", target.name, path.display()),
            Err(error) => eprintln!("the input can't be kept: {error}"),
        }
        resume_unwind(panic);
    }
}

#[test]
fn rest_answers() {
    short_run("rest_answers", 20_000);
}

#[test]
fn stream_messages() {
    short_run("stream_messages", 20_000);
}

#[test]
fn stream_session() {
    short_run("stream_session", 10_000);
}

#[test]
fn tapes() {
    short_run("tapes", 1_000);
}
