//! `kill -9` at any moment: a child process appends and says what was acknowledged; then it is killed, and the
//! folder must hold at least that.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use lmex_journal::{Bounds, Durability, Folder, Handle, Writer};

use crate::ask::{TAG, checked_records, checked_snapshot, payload, random};

const DIR: &str = "LMEX_JOURNAL_TEST_DIR";
const DURABILITY: &str = "LMEX_JOURNAL_TEST_DURABILITY";
const BOUNDS: Bounds =
    Bounds { segment_bytes: 16 << 10, record_bytes: 4096, queue_bytes: 4096, queue_records: 64 };

/// This test program, run again for `child_appends` alone.
pub(crate) struct Child {
    process: std::process::Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Child {
    pub(crate) fn start(folder: &Path, durability: &str) -> Self {
        let mut process = Command::new(env::current_exe().unwrap())
            .args(["--exact", "--ignored", "--nocapture", "--test-threads=1", "kill::child_appends"])
            .env(DIR, folder)
            .env(DURABILITY, durability)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        Self { process, lines }
    }

    /// What it says until it ends, without the test harness's own lines.
    pub(crate) fn all_lines(mut self) -> Vec<String> {
        let lines = self.lines.by_ref().map(|line| line.unwrap()).filter(|line| line.starts_with("refused"));
        let lines = lines.collect();
        self.process.wait().unwrap();
        lines
    }

    /// Kills it after so many acknowledgements; the highest it said.
    fn kill_after(mut self, acknowledgements: usize) -> u64 {
        let number = |line: &str| line.strip_prefix("kept ")?.strip_suffix('.')?.parse::<u64>().ok();
        let mut heard = self.lines.by_ref().filter_map(|line| number(&line.unwrap()));
        // Two threads say them.
        let highest = heard.by_ref().take(acknowledgements).max().unwrap();
        self.process.kill().unwrap();
        // What it said before it died counts; the last line may be torn, and then means nothing.
        let rest = heard.max().unwrap_or_default();
        self.process.wait().unwrap();
        highest.max(rest)
    }
}

#[test]
#[ignore = "the child of the tests that kill: they start it: cargo test -p lmex-journal kill"]
fn child_appends() {
    let Some(folder) = env::var_os(DIR) else { return };
    let durability = if env::var(DURABILITY).unwrap() == "os" { Durability::Os } else { Durability::Fsync };
    let folder = match Folder::open(Path::new(&folder), TAG) {
        Ok(folder) => folder,
        Err(error) => return println!("\nrefused {error}"),
    };
    let writer =
        Writer::start(folder.recover().unwrap().records.finish().unwrap(), durability, BOUNDS).unwrap();
    let (ask, asked) = sync_channel(0);
    let (appended, has_appended) = sync_channel(0);
    let handle = writer.handle().clone();
    std::thread::spawn(move || append_beside(&handle, &asked, &appended));
    loop {
        let next = writer.handle().last() + 1;
        if next.is_multiple_of(5) {
            ask.send(next).unwrap();
            has_appended.recv().unwrap();
        } else {
            // As the exchange's desk does it; it may find what was appended not yet written.
            writer.write(&payload(next)).unwrap();
            say(next);
        }
    }
}

fn say(kept: u64) {
    println!("kept {kept}.");
}

/// Another thread: appends the records it is asked for, without waiting for them, and has snapshots taken.
fn append_beside(handle: &Handle, asked: &Receiver<u64>, appended: &SyncSender<()>) {
    for next in asked {
        handle.append(&payload(next), move || say(next)).unwrap();
        appended.send(()).unwrap();
        if next.is_multiple_of(300) {
            // One that isn't done yet stands for the next.
            let _ = handle.snapshot(next, next.to_le_bytes().to_vec(), |result| result.unwrap());
        }
    }
}

fn kill_often(times: u64, durability: &str) {
    let place = tempfile::tempdir().unwrap();
    let (mut seed, mut last) = (times, 0);
    for time in 0..times {
        let acknowledgements = 1 + random(&mut seed) % 600;
        let kept = Child::start(place.path(), durability).kill_after(acknowledgements as usize);
        let mut recovered = Folder::open(place.path(), TAG).unwrap().recover().unwrap();
        assert_eq!(recovered.passed_over, []);
        let snapshot = checked_snapshot(&recovered);
        last = checked_records(&mut recovered, snapshot).unwrap();
        assert!(last >= kept, "killed for the {time}th time: {kept} was acknowledged, {last} is the last");
    }
    let files = std::fs::read_dir(place.path()).unwrap().count();
    println!("{durability}: killed {times} times, {last} records, {files} files");
    assert!(last >= times);
}

#[test]
fn nothing_synced_is_lost_by_a_kill() {
    kill_often(20, "fsync");
}

#[test]
fn nothing_given_to_the_system_is_lost_by_a_kill() {
    kill_often(20, "os");
}

#[test]
#[ignore = "takes up to a minute: cargo test -p lmex-journal --release -- --ignored a_thousand_kills"]
fn a_thousand_kills_lose_nothing() {
    kill_often(500, "fsync");
    kill_often(500, "os");
}
