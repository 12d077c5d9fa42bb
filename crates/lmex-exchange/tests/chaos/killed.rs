//! Clients in processes of their own that are killed at random moments and started again on the journal that they share.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use futures_util::future::join_all;
use lmex::{Client, ClientOrderId};
use lmex_exchange::Handle;

use crate::audit::{Audit, Counts, Told};
use crate::dice::Dice;
use crate::running::{numbers, settle};
use crate::trader::{Notes, Trader};
use crate::venue::{self, KEY, MARKETS};

const PROCESSES: u64 = 4;
/// What a child needs to know: where the exchange is, the folder of its journal and notes, and its seed.
const CHILD: &str = "LMEX_CHAOS_CHILD";

/// Notes of one process, which survive it: a line is in the system's hands before the order it is about is placed.
struct Diary(File);

impl Diary {
    fn write(&mut self, line: &str) {
        self.0.write_all(line.as_bytes()).unwrap();
    }
}

impl Notes for Diary {
    fn attempted(&mut self, id: ClientOrderId) {
        self.write(&format!("attempted {id}\n"));
    }

    fn told(&mut self, id: ClientOrderId, told: Told) {
        let word = match told {
            Told::Placed => "placed",
            Told::Refused => "refused",
            Told::NeverSent => "never-sent",
            Told::Unknown => "unknown",
        };
        self.write(&format!("{word} {id}\n"));
    }
}

/// Reads what all processes have noted. Of an order about which nothing more was noted, nobody was told anything.
fn read(folder: &Path) -> BTreeMap<ClientOrderId, Told> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "diary") {
            continue;
        }
        for line in std::fs::read_to_string(path).unwrap().lines() {
            let Some((word, id)) = line.split_once(' ') else { continue };
            let Ok(id) = id.parse() else { continue };
            let told = match word {
                "placed" => Told::Placed,
                "refused" => Told::Refused,
                "never-sent" => Told::NeverSent,
                _ => Told::Unknown,
            };
            all.insert(id, told);
        }
    }
    all
}

/// The journal's folder.
fn journal(folder: &Path) -> PathBuf {
    folder.join("journal")
}

fn client(rest: &str, ws: &str, folder: &Path) -> Client {
    let builder = venue::client(rest, ws, KEY).journal(journal(folder));
    builder.journal_durability(lmex::Durability::Os).build().unwrap()
}

/// A process that trades until it is killed. Not a test of itself: it is started by the others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the child of the tests below: they start it"]
async fn child() {
    let Ok(told) = std::env::var(CHILD) else { return };
    let [rest, ws, folder, seed] = told.split('|').collect::<Vec<_>>()[..] else { panic!("{told}") };
    let (folder, seed) = (Path::new(folder), seed.parse::<u64>().unwrap());
    let client = client(rest, ws, folder);
    let tracker = client.track_with(venue::tracking()).unwrap();
    let traders = (0..MARKETS.len()).map(|index| {
        let diary = folder.join(format!("{}-{index}.diary", std::process::id()));
        let mut diary = Diary(OpenOptions::new().create(true).append(true).open(diary).unwrap());
        let dice = Dice::new(seed * 10 + index as u64);
        let mut trader = Trader { client: &client, tracker: &tracker, symbol: venue::market(index), dice };
        async move { trader.trade(usize::MAX, &mut diary).await }
    });
    join_all(traders).await;
}

fn start(exchange: &Handle, folder: &Path, seed: u64) -> Child {
    let told = format!("{}|{}|{}|{seed}", exchange.rest_url(), exchange.ws_url(), folder.display());
    Command::new(std::env::current_exe().unwrap())
        .args(["killed::child", "--exact", "--ignored", "--nocapture"])
        .env(CHILD, told)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// One run: so many kills, and in the end all is compared.
async fn run(seed: u64, kills: u64) -> Counts {
    let exchange = venue::start(seed).await;
    let audit = Audit::start(&exchange).await;
    // A request that a gateway repeats is refused for its nonce. Should asking be refused for a nonce too, as it may where
    // processes fight for the file of their nonces, that is still taken for a no: see docs/RELIABILITY.md.
    venue::break_things(&exchange, seed, false);
    let folder = tempfile::tempdir().unwrap();
    let mut dice = Dice::new(seed);
    let mut children: Vec<_> =
        (0..PROCESSES).map(|index| start(&exchange, folder.path(), seed * 1_000 + index)).collect();
    for kill in 0..kills {
        audit.more(1 + usize::try_from(dice.below(40)).unwrap()).await;
        let chosen = usize::try_from(dice.below(PROCESSES)).unwrap();
        children[chosen].kill().unwrap();
        children[chosen].wait().unwrap();
        children[chosen] = start(&exchange, folder.path(), seed * 1_000 + PROCESSES + kill);
    }
    for child in &mut children {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    exchange.faults().clear();
    // Requests that were held back are carried out still.
    audit.quiet().await;
    exchange.time().pause().await.unwrap();
    let client = client(&exchange.rest_url(), &exchange.ws_url(), folder.path());
    let tracker = client.track_with(venue::tracking()).unwrap();
    settle(&tracker).await;
    audit.compare(&tracker, [].iter(), false).await;
    let told = read(folder.path());
    let counts = audit.check(&told);
    assert!(!is_anything_unsettled(&client).await, "an intent was left");
    counts
}

/// Whether anything is unsettled still, by whichever process.
async fn is_anything_unsettled(client: &Client) -> bool {
    for market in 0..MARKETS.len() {
        if !client.resolve(venue::market(market)).await.unwrap().is_empty() {
            return true;
        }
    }
    false
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scenario_16_processes_that_are_killed_double_and_lose_no_order_and_the_next_one_knows_them_all() {
    let counts = run(1, 12).await;
    assert!(counts.placed > 20, "{counts:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: cargo test --release -p lmex-exchange --test chaos -- --ignored --nocapture kills_of_clients"]
async fn kills_of_clients_at_random_moments() {
    let kills = numbers("KILLS", 0..100).end;
    let began = Instant::now();
    let mut all = Counts::default();
    for seed in numbers("SEEDS", 1..11) {
        let counts = run(seed, kills).await;
        all.placed += counts.placed;
        all.refused += counts.refused;
        all.never_sent += counts.never_sent;
        all.unknown += counts.unknown;
        println!("{} kills, {all:?}, {} s", seed * kills, began.elapsed().as_secs());
    }
}
