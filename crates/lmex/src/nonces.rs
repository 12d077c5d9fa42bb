//! One sequence of nonces for each key on this machine, however many clients and processes use it.

mod left;

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io::{Read as _, Result, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use lmex_api::Nonces;
use lmex_types::TimeMs;

use crate::private;

/// The file's name in the folder of a key.
const FILE: &str = "nonce";

/// Keys of which no client is left, beyond which they are forgotten.
const MOST_UNUSED: usize = 1_000;

/// The nonces of a key. The venue refuses a repeated nonce whoever sends it, so clients of one key must not count
/// each for itself, nor begin anew where one ended a moment ago. This is the SDK's only process-wide state.
pub(crate) fn of_key(key: &str) -> Arc<Nonces> {
    static BY_KEY: Mutex<BTreeMap<String, Arc<Nonces>>> = Mutex::new(BTreeMap::new());
    let mut by_key = BY_KEY.lock().unwrap_or_else(PoisonError::into_inner);
    if by_key.len() > MOST_UNUSED {
        by_key.retain(|other, nonces| other == key || Arc::strong_count(nonces) > 1);
    }
    Arc::clone(by_key.entry(key.to_owned()).or_insert_with(|| Arc::new(Nonces::new())))
}

/// The latest nonce of a key, in a file that processes share. Two that start in the same millisecond would otherwise
/// take the same nonce, and the venue would refuse one of them.
#[derive(Debug)]
pub(crate) struct SharedNonces {
    in_process: Arc<Nonces>,
    shared: Option<Mutex<Shared>>,
}

#[derive(Debug)]
struct Shared {
    path: PathBuf,
    file: Option<File>,
    /// Whether its lock was not to be had the last time.
    is_stuck: bool,
}

/// The lock is held for some microseconds. Whoever holds it longer was stopped, and may never go on.
const LOCK_WITHIN: Duration = Duration::from_millis(40);
const LOCK_AGAIN_AFTER: Duration = Duration::from_millis(2);

impl SharedNonces {
    /// The nonces of a key; shared with other processes if there is a folder to do it in.
    pub(crate) fn new(key: &str, folder: Option<PathBuf>) -> Self {
        let shared = |folder: PathBuf| Shared { path: folder.join(FILE), file: None, is_stuck: false };
        Self { in_process: of_key(key), shared: folder.map(shared).map(Mutex::new) }
    }

    /// The next nonce. If the file can't be used, or another process does not let go of it within 40 ms, this process
    /// counts for itself: a rare refusal is better than none of the calls.
    pub(crate) fn next(&self, now: TimeMs) -> i64 {
        let Some(shared) = &self.shared else { return self.in_process.next(now) };
        let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
        shared.next(&self.in_process, now).unwrap_or_else(|_| self.in_process.next(now))
    }

    /// How far the nonces of this process have run ahead of its clock, in milliseconds.
    pub(crate) fn ahead_ms(&self, now: TimeMs) -> i64 {
        self.in_process.ahead_ms(now)
    }
}

impl Shared {
    fn next(&mut self, in_process: &Nonces, now: TimeMs) -> Result<i64> {
        let file = match self.file.take() {
            Some(file) => file,
            None => {
                left::sweep_beside(&self.path);
                open(&self.path)?
            }
        };
        let file = self.file.insert(file);
        lock(file, &mut self.is_stuck)?;
        if is_removed(file) {
            *file = open(&self.path)?;
            lock(file, &mut self.is_stuck)?;
        }
        let nonce = next_locked(file, in_process, now);
        file.unlock()?;
        nonce
    }
}

fn open(path: &Path) -> Result<File> {
    if let Some(folder) = path.parent() {
        private::make_folder(folder)?;
    }
    private::file().create(true).truncate(false).open(path)
}

/// Waits a little, but not again for a lock that was not to be had the last time.
fn lock(file: &File, is_stuck: &mut bool) -> Result<()> {
    let patience = if *is_stuck { Duration::ZERO } else { LOCK_WITHIN };
    let start = Instant::now();
    loop {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if start.elapsed() < patience => {
                std::thread::sleep(LOCK_AGAIN_AFTER);
            }
            locked => {
                *is_stuck = locked.is_err();
                return Ok(locked?);
            }
        }
    }
}

/// Whether another process has removed it, because nobody used it for long: a new one is shared from now on.
#[cfg(unix)]
fn is_removed(file: &File) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    file.metadata().is_ok_and(|metadata| metadata.nlink() == 0)
}

#[cfg(not(unix))]
fn is_removed(_: &File) -> bool {
    false
}

fn next_locked(file: &mut File, in_process: &Nonces, now: TimeMs) -> Result<i64> {
    let mut text = String::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(32).read_to_string(&mut text)?;
    let nonce = in_process.next_after(now, text.trim().parse().unwrap_or(0));
    // As wide as any nonce is, so that no digit of a longer one stays behind.
    file.seek(SeekFrom::Start(0))?;
    file.write_all(format!("{nonce:>20}\n").as_bytes())?;
    Ok(nonce)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_begins_where_another_ended_repeats_no_nonce() {
        let now = TimeMs::from_millis(1_000);
        let used = SharedNonces::new("ended", None).next(now);
        assert_eq!(SharedNonces::new("ended", None).next(now), used + 1);
    }

    #[test]
    fn processes_that_share_a_folder_repeat_no_nonce() {
        let folder = tempfile::tempdir().unwrap();
        // Keys that differ stand for processes: they share nothing in memory.
        let process = |key: &str| SharedNonces::new(key, Some(folder.path().to_owned()));
        let (first, second) = (process("shared-a"), process("shared-b"));
        let now = TimeMs::from_millis(1_000);
        let nonces: Vec<_> = (0..50).flat_map(|_| [first.next(now), second.next(now)]).collect();
        assert_eq!(nonces, (1_000..1_100).collect::<Vec<_>>());
    }

    #[test]
    fn nonsense_in_the_file_and_a_clock_that_was_wrong_are_survived() {
        let folder = tempfile::tempdir().unwrap();
        for (number, left) in
            ["", "soon", "61000", "3001", "99999999999999", "\u{1F600}"].into_iter().enumerate()
        {
            std::fs::write(folder.path().join("nonce"), left).unwrap();
            let nonces = SharedNonces::new(&format!("left-{number}"), Some(folder.path().to_owned()));
            assert_eq!(nonces.next(TimeMs::from_millis(1_000)), 1_000, "{left}");
        }
    }

    #[test]
    fn nobody_waits_for_a_process_that_was_stopped_with_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let nonces = SharedNonces::new("stopped", Some(folder.path().to_owned()));
        let now = TimeMs::from_millis(1_000);
        assert_eq!(nonces.next(now), 1_000);
        let file = File::open(folder.path().join(FILE)).unwrap();
        file.lock().unwrap();
        let (give, nonce) = std::sync::mpsc::channel();
        std::thread::scope(|scope| {
            scope.spawn(|| (0..200).for_each(|_| give.send(nonces.next(now)).unwrap()));
            let given = (0..200).map_while(|_| nonce.recv_timeout(Duration::from_secs(5)).ok());
            let given: Vec<_> = given.collect();
            // Lets the thread go on if it waits after all.
            file.unlock().unwrap();
            assert_eq!(given, (1_001..1_201).collect::<Vec<_>>());
        });
        assert_eq!(nonces.next(now), 1_201);
        let other = SharedNonces::new("not stopped", Some(folder.path().to_owned()));
        assert_eq!(other.next(now), 1_202, "the file is shared again");
    }

    #[test]
    fn a_lock_that_is_stuck_is_waited_for_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let (held, file) = (open(&path).unwrap(), open(&path).unwrap());
        held.lock().unwrap();
        let mut is_stuck = false;
        let mut refused = || {
            let start = Instant::now();
            assert!(lock(&file, &mut is_stuck).is_err());
            start.elapsed()
        };
        assert!(refused() >= LOCK_WITHIN);
        let fastest = (0..20).map(|_| refused()).min().unwrap();
        assert!(fastest < LOCK_AGAIN_AFTER, "{fastest:?}");
        held.unlock().unwrap();
        lock(&file, &mut is_stuck).unwrap();
        assert!(!is_stuck);
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_was_swept_away_is_made_anew_and_shared() {
        use std::os::unix::fs::PermissionsExt as _;
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("local-0123456789abcdef");
        let (idle, now) = (SharedNonces::new("idle", Some(folder.clone())), TimeMs::from_millis(1_000));
        assert_eq!(idle.next(now), 1_000);
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&folder.join(FILE))), (0o700, 0o600));
        let file = File::open(folder.join(FILE)).unwrap();
        let long_ago = file.metadata().unwrap().modified().unwrap() - Duration::from_secs(3_700);
        file.set_modified(long_ago).unwrap();
        let beside = SharedNonces::new("beside", Some(root.path().join("local-fedcba9876543210")));
        beside.next(now);
        assert!(!folder.exists());
        let later = TimeMs::from_millis(2_000);
        let fresh = SharedNonces::new("fresh", Some(folder));
        assert_eq!((idle.next(later), fresh.next(later), idle.next(later)), (2_000, 2_001, 2_002));
    }

    /// Refuses every key.
    struct Refusing;

    impl crate::Transport for Refusing {
        fn send(&self, _: http::Request<bytes::Bytes>) -> crate::TransportFuture<'_> {
            let body = r#"{"status":401,"errorCode":-7,"message":"Authenticate failed"}"#;
            Box::pin(async move { Ok(http::Response::builder().status(401).body(body.into()).unwrap()) })
        }
    }

    #[tokio::test]
    async fn nonces_that_ran_out_of_the_window_are_named_when_they_are_refused() {
        let endpoints =
            crate::Endpoints::new(crate::Environment::Local, Some("http://127.0.0.1:9"), None, &[]).unwrap();
        let client = crate::Client::builder(endpoints)
            .credentials(crate::Credentials::new("ran-ahead", "secret").unwrap())
            .clock(crate::Clock::from_fn(|| TimeMs::from_millis(1_000_000)))
            .transport(Refusing)
            .build()
            .unwrap();
        let refused = async || client.wallet().await.unwrap_err().to_string();
        assert!(!refused().await.contains("nonces"), "one call is not to blame");
        (0..5_000).for_each(|_| drop(client.signer().unwrap().sign("/", b"", client.clock())));
        let told = refused().await;
        assert!(told.contains("nonces of this process run 5001 ms ahead of its clock"), "{told}");
    }

    #[test]
    fn clients_of_one_key_share_their_nonces_and_others_do_not() {
        let now = TimeMs::from_millis(1_000);
        let (first, second, other) = (of_key("nonces-a"), of_key("nonces-a"), of_key("nonces-b"));
        assert_eq!((first.next(now), second.next(now), other.next(now)), (1_000, 1_001, 1_000));
    }
}
