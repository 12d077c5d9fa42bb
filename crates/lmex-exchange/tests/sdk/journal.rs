//! Intents on disk: there before the order leaves, and found by whoever comes after.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lmex::{Error, OrderOutcome, Resolution};

use crate::faults::Fault;
use crate::rig::{LONG, Rig, SHORT, Shift, btc, id, resting};

/// All that is in the files below a folder; the budget, which is no text, last.
fn all_text(folder: &Path) -> String {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort_by_key(|path| !is_journal(path));
    let text = |path: &PathBuf| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
    paths.iter().map(|path| if path.is_dir() { all_text(path) } else { text(path) }).collect()
}

fn is_journal(path: &Path) -> bool {
    path.extension().is_some()
}

#[tokio::test]
async fn the_intent_is_on_disk_when_the_order_arrives() {
    let rig = Rig::start().await;
    let folder = tempfile::tempdir().unwrap();
    let (path, seen) = (folder.path().to_owned(), Arc::new(Mutex::new(None)));
    let note = Arc::clone(&seen);
    rig.proxy.watch(move |arrival| {
        if arrival.method == "POST" {
            *note.lock().unwrap() = Some(all_text(&path));
        }
    });
    let client = rig.builder().journal(folder.path()).build().unwrap();
    client.place(&resting(btc(), "written-first")).await.unwrap().done().unwrap();
    let on_disk = seen.lock().unwrap().take().unwrap();
    let (_, line) = on_disk.split_once("written-first").unwrap();
    assert!(line.starts_with("\"}}\n"), "{on_disk:?}");
    assert!(!on_disk.contains("settled"), "{on_disk}");
    assert!(all_text(folder.path()).contains("settled"));
    for secret in [rig.exchange.api_secret(), rig.exchange.api_key()] {
        assert!(!all_text(folder.path()).contains(secret), "neither key nor secret is on disk");
    }
}

#[tokio::test]
async fn without_its_journal_no_order_leaves() {
    let rig = Rig::start().await;
    let file = tempfile::NamedTempFile::new().unwrap();
    let client = rig.builder().journal(file.path()).build().unwrap();
    let error = client.place(&resting(btc(), "a")).await.unwrap_err();
    assert!(matches!(error, Error::Journal(_)) && !error.was_sent(), "{error}");
    assert!(error.to_string().starts_with("never sent: the order journal"), "{error}");
    assert_eq!(rig.proxy.arrivals("POST", "/order"), 0);
}

#[tokio::test]
async fn an_order_dropped_on_its_way_is_unresolved_and_found_by_the_next_one() {
    let rig = Rig::start().await;
    let folder = tempfile::tempdir().unwrap();
    let client = rig.builder().journal(folder.path()).build().unwrap();
    rig.proxy.next("POST", "/order", Fault::Silence);
    let order = resting(btc(), "dropped");
    tokio::select! {
        outcome = client.place(&order) => panic!("{outcome:?}"),
        () = rig.proxy.wait_for("POST", "/order", 1) => {}
    }
    // The next order in its market asks for it first, and goes out since it was found.
    let next = resting(btc(), "next");
    let done = loop {
        match client.place(&next).await {
            Ok(outcome) => break outcome.done().unwrap(),
            Err(error) => assert!(matches!(error, Error::Unresolved { .. }), "{error}"),
        }
    };
    assert!(!done.found_by_asking);
    assert!(rig.proxy.arrivals("GET", "/order") >= 1, "the dropped one was asked for");
    assert_eq!((rig.orders_with(id("dropped")).await, rig.orders_with(id("next")).await), (1, 1));
    assert_eq!(rig.proxy.arrivals("POST", "/order"), 2);
}

#[tokio::test]
async fn a_new_client_adopts_what_a_dead_one_left_and_resolves_it() {
    let rig = Rig::start().await;
    let folder = tempfile::tempdir().unwrap();
    let dying = rig.builder().journal(folder.path()).build().unwrap();
    rig.proxy.next("POST", "/order", Fault::Silence);
    let order = resting(btc(), "orphan");
    tokio::select! {
        outcome = dying.place(&order) => panic!("{outcome:?}"),
        () = rig.proxy.wait_for("POST", "/order", 1) => {}
    }
    drop(dying);
    let heir = rig.builder().journal(folder.path()).build().unwrap();
    let found = loop {
        match heir.resolve(btc()).await.unwrap().pop() {
            Some(Resolution::Exists(order)) => break order,
            Some(Resolution::StillUnknown(..)) => {}
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(found.cl_order_id, "orphan");
    drop(heir);
    let third = rig.builder().journal(folder.path()).build().unwrap();
    assert_eq!(third.resolve(btc()).await.unwrap(), [], "it was settled on disk too");
}

#[tokio::test]
async fn an_orphan_that_never_arrived_blocks_its_heir_until_it_is_absent() {
    let rig = Rig::start().await;
    let (folder, shift) = (tempfile::tempdir().unwrap(), Shift::default());
    let dying = rig.builder().journal(folder.path()).build().unwrap();
    rig.proxy.next("POST", "/order", Fault::Swallow);
    let order = resting(btc(), "orphan");
    tokio::select! {
        outcome = dying.place(&order) => panic!("{outcome:?}"),
        () = rig.proxy.wait_for("POST", "/order", 1) => {}
    }
    drop(dying);
    let heir = rig.builder().journal(folder.path()).clock(shift.clock()).build().unwrap();
    let refused = heir.place(&resting(btc(), "next")).await.unwrap_err();
    assert!(matches!(refused, Error::Unresolved { client_id, .. } if client_id == id("orphan")), "{refused}");
    assert_eq!(rig.proxy.arrivals("POST", "/order"), 1);
    shift.set(100_000);
    heir.place(&resting(btc(), "next")).await.unwrap().done().unwrap();
    assert_eq!((rig.orders_with(id("orphan")).await, rig.orders_with(id("next")).await), (0, 1));
}

#[tokio::test]
async fn two_living_clients_leave_each_others_intents_alone() {
    let rig = Rig::start().await;
    let folder = tempfile::tempdir().unwrap();
    let builder =
        || rig.builder().journal(folder.path()).timeout(SHORT).resolve_within(Duration::from_millis(200));
    let (first, second) = (builder().build().unwrap(), builder().build().unwrap());
    rig.proxy.next("POST", "/order", Fault::Swallow);
    assert!(matches!(first.place(&resting(btc(), "first")).await.unwrap(), OrderOutcome::Unknown(_)));
    assert_eq!(second.resolve(btc()).await.unwrap(), [], "the first one lives and asks for itself");
    second.place(&resting(btc(), "second")).await.unwrap().done().unwrap();
    assert!(matches!(first.resolve(btc()).await.unwrap()[..], [Resolution::StillUnknown(..)]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_start_at_once_in_one_folder_all_keep_their_journals() {
    let rig = Arc::new(Rig::start().await);
    let folder = tempfile::tempdir().unwrap();
    let placed = (0..16).map(|number| {
        let client = rig.builder().timeout(LONG).journal(folder.path()).build().unwrap();
        tokio::spawn(async move {
            let order = resting(btc(), &format!("start-{number}"));
            client.place(&order).await.map(|outcome| (outcome.done().is_some(), client))
        })
    });
    let placed: Vec<_> = placed.collect();
    let mut clients = Vec::new();
    for task in placed {
        let (done, client) = task.await.unwrap().unwrap();
        assert!(done);
        clients.push(client);
    }
    assert_eq!(files(folder.path()), 16, "each has a file of its own while it lives");
    drop(clients);
    assert_eq!(files(folder.path()), 0, "settled journals leave nothing behind");
}

/// Journals in a folder; the file of the budget beside them has no extension.
fn files(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { files(&path) } else { usize::from(is_journal(&path)) }).sum()
}
