//! What is asked of the disk, and when: orders wait for it, and a disk that failed is not trusted again.

use std::collections::BTreeMap;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response};

use super::*;
use crate::{Client, Credentials, Endpoints, Environment, NewOrder, Side, Size};
use crate::{Transport, TransportError, TransportFuture};

/// Watched folders, each with what was asked of the disk below it: tests run beside each other.
static DISKS: Mutex<BTreeMap<PathBuf, Watched>> = Mutex::new(BTreeMap::new());

#[derive(Default)]
struct Watched {
    asked: Vec<PathBuf>,
    fails: bool,
}

/// Called before the disk is asked for something about a file or folder.
pub(in crate::orders::journal) fn asked(path: &Path) -> Result<()> {
    let mut disks = DISKS.lock().unwrap();
    let Some((_, disk)) = disks.iter_mut().find(|(folder, _)| path.starts_with(folder)) else {
        return Ok(());
    };
    disk.asked.push(path.to_owned());
    if disk.fails { Err(Error::other("the test's disk fails")) } else { Ok(()) }
}

/// A folder on a disk that is watched.
struct Disk {
    folder: tempfile::TempDir,
}

impl Disk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        DISKS.lock().unwrap().insert(folder.path().to_owned(), Watched::default());
        Self { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn journal(&self, session: &str) -> Journal {
        Journal::create(self.path(), session).unwrap()
    }

    fn fails(&self, fails: bool) {
        DISKS.lock().unwrap().get_mut(self.path()).unwrap().fails = fails;
    }

    /// How often the disk was asked for a file of this extension; for folders with an empty one.
    fn asked(&self, extension: &str) -> usize {
        let disks = DISKS.lock().unwrap();
        let is_such = |path: &&PathBuf| path.extension().unwrap_or_default() == extension;
        disks[self.path()].asked.iter().filter(is_such).count()
    }
}

/// Notes, for each order that leaves, how often the disk had been asked for the journal by then.
#[derive(Clone)]
struct Venue {
    disk: Arc<Disk>,
    orders: Arc<Mutex<Vec<usize>>>,
}

const MARKETS: &str = r#"[{"symbol":"BTC-PERP","base":"BTC","quote":"USDT","active":true,"contractSize":0.00001,
    "minPriceIncrement":0.1,"minValidPrice":0.1,"minOrderSize":1,"maxOrderSize":7500000,"minSizeIncrement":1}]"#;

impl Transport for Venue {
    fn send(&self, request: Request<Bytes>) -> TransportFuture<'_> {
        let path = request.uri().path();
        let body = match path {
            _ if path.ends_with("/market_summary") => MARKETS,
            _ if path.ends_with("/orderbook/L2") => {
                r#"{"symbol":"BTC-PERP","buyQuote":[{"price":"1","size":"1"}],
                "sellQuote":[{"price":"60000","size":"1"}],"timestamp":1}"#
            }
            _ => {
                self.orders.lock().unwrap().push(self.disk.asked(NAMED));
                return Box::pin(async { Err(TransportError::NotSent("as scripted".to_owned())) });
            }
        };
        Box::pin(async move { Ok(Response::new(Bytes::from_static(body.as_bytes()))) })
    }
}

/// Places an order on a disk that works or fails; how it went, and what the venue noted.
async fn place(durability: Durability, fails: bool) -> (std::result::Result<(), crate::Error>, Vec<usize>) {
    let venue = Venue { disk: Arc::new(Disk::new()), orders: Arc::default() };
    let endpoints = Endpoints::new(Environment::Local, Some("http://127.0.0.1:9"), None, &[]).unwrap();
    let client = Client::builder(endpoints)
        .credentials(Credentials::new("watched-key", "watched-secret").unwrap())
        .transport(venue.clone())
        .retry(lmex_api::Retry { attempts: 1, ..lmex_api::Retry::default() })
        .journal(venue.disk.path())
        .journal_durability(durability)
        .build()
        .unwrap();
    let symbol = "BTC-PERP".parse().unwrap();
    let order = NewOrder::limit(symbol, Side::Buy, Size::Contracts(1_000), "50000".parse().unwrap());
    let checked = client.check(&order).await.unwrap();
    // The folder is made and looked through before the disk fails.
    client.resolve(symbol).await.unwrap();
    venue.disk.fails(fails);
    let placed = client.place_checked(&checked).await.map(drop);
    let noted = venue.orders.lock().unwrap().clone();
    (placed, noted)
}

#[tokio::test]
async fn no_order_is_sent_before_the_disk_has_it() {
    let (_, sent) = place(Durability::Fsync, false).await;
    assert_eq!(sent, [1], "once for the one order, before it left");
    let (placed, sent) = place(Durability::Fsync, true).await;
    assert!(matches!(placed, Err(crate::Error::Journal(_))), "{placed:?}");
    assert!(sent.is_empty(), "{sent:?}");
}

#[tokio::test]
async fn whoever_counts_on_the_system_does_not_wait_for_the_disk() {
    for fails in [false, true] {
        assert_eq!(place(Durability::Os, fails).await.1, [0]);
    }
}

#[test]
fn a_disk_that_failed_once_is_not_trusted_again() {
    let disk = Disk::new();
    let mut journal = disk.journal("first");
    disk.fails(true);
    let before = journal.intend(intent("a")).unwrap();
    assert!(before.sync().is_err());
    disk.fails(false);
    let error = journal.intend(intent("b")).unwrap().sync().unwrap_err().to_string();
    assert!(error.contains("an earlier write failed") && error.contains("first.ndjson"), "{error}");
}

#[test]
fn what_is_adopted_is_on_disk_before_the_file_it_was_in_goes() {
    let disk = Disk::new();
    let mut left = disk.journal("left");
    intend(&mut left, "a");
    let path = left.log.path().to_owned();
    die(left);
    let mut journal = disk.journal("first");
    disk.fails(true);
    assert!(journal.adopt(TimeMs::from_millis(9), &mut Vec::new()).is_err());
    assert!(path.exists(), "the only copy that the disk is known to have");
}

#[cfg(unix)]
#[test]
fn a_journal_is_not_begun_before_its_folder_is_on_disk() {
    let disk = Disk::new();
    let _journal = disk.journal("first");
    assert_eq!(disk.asked(""), 1);
    disk.fails(true);
    assert!(Journal::create(disk.path(), "second").is_err());
}

#[test]
fn a_journal_that_can_not_be_begun_anew_takes_no_more_lines() {
    let disk = Disk::new();
    let mut journal = disk.journal("first");
    intend(&mut journal, "a");
    while journal.log.bytes() <= BEGIN_ANEW_AFTER_BYTES {
        journal.note_left(&intent("a")).unwrap();
    }
    disk.fails(true);
    assert!(journal.settle("a".parse().unwrap(), Settled::Done).is_err());
    disk.fails(false);
    let error = journal.intend(intent("b")).unwrap_err().to_string();
    assert!(error.contains("an earlier write failed"), "{error}");
}
