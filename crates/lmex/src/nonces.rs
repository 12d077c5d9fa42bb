//! One sequence of nonces for each key on this machine, however many clients and processes use it.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use lmex_api::Nonces;
use lmex_types::TimeMs;

/// The nonces of a key. The venue refuses a repeated nonce whoever sends it, so clients of one key must not count
/// each for itself. This is the SDK's only process-wide state.
pub(crate) fn of_key(key: &str) -> Arc<Nonces> {
    static BY_KEY: Mutex<BTreeMap<String, Weak<Nonces>>> = Mutex::new(BTreeMap::new());
    let mut by_key = BY_KEY.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(nonces) = by_key.get(key).and_then(Weak::upgrade) {
        return nonces;
    }
    by_key.retain(|_, nonces| nonces.strong_count() > 0);
    let nonces = Arc::new(Nonces::new());
    by_key.insert(key.to_owned(), Arc::downgrade(&nonces));
    nonces
}

/// The latest nonce of a key, in a file that processes share. Two that start in the same millisecond would otherwise
/// take the same nonce, and the venue would refuse one of them.
#[derive(Debug)]
pub(crate) struct SharedNonces {
    in_process: Arc<Nonces>,
    path: Option<PathBuf>,
    file: Mutex<Option<File>>,
}

/// A nonce further ahead than this was written by a process whose clock was wrong.
const TRUSTED_AHEAD_MS: i64 = 60_000;

impl SharedNonces {
    /// The nonces of a key; shared with other processes if there is a folder to do it in.
    pub(crate) fn new(key: &str, folder: Option<PathBuf>) -> Self {
        let path = folder.map(|folder| folder.join("nonce"));
        Self { in_process: of_key(key), path, file: Mutex::new(None) }
    }

    /// The next nonce. If the file can't be used, this process counts for itself: a rare refusal is better than none
    /// of the calls.
    pub(crate) fn next(&self, now: TimeMs) -> i64 {
        let Some(path) = &self.path else { return self.in_process.next(now) };
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if file.is_none() {
            *file = open(path).ok();
        }
        let shared = file.as_mut().map(|file| self.next_in(file, now));
        match shared {
            Some(Ok(nonce)) => nonce,
            Some(Err(_)) | None => self.in_process.next(now),
        }
    }

    fn next_in(&self, file: &mut File, now: TimeMs) -> std::io::Result<i64> {
        file.lock()?;
        let nonce = self.next_locked(file, now);
        file.unlock()?;
        nonce
    }

    fn next_locked(&self, file: &mut File, now: TimeMs) -> std::io::Result<i64> {
        let mut text = String::new();
        file.seek(SeekFrom::Start(0))?;
        file.take(32).read_to_string(&mut text)?;
        let last = text.trim().parse::<i64>().unwrap_or(0);
        let is_trusted = last.saturating_sub(now.as_millis()) <= TRUSTED_AHEAD_MS;
        let floor = if is_trusted { last.saturating_add(1) } else { now.as_millis() };
        let nonce = self.in_process.next(TimeMs::from_millis(floor.max(now.as_millis())));
        // As wide as any nonce is, so that no digit of a longer one stays behind.
        file.seek(SeekFrom::Start(0))?;
        file.write_all(format!("{nonce:>20}\n").as_bytes())?;
        Ok(nonce)
    }
}

fn open(path: &PathBuf) -> std::io::Result<File> {
    if let Some(folder) = path.parent() {
        crate::orders::make_folder(folder)?;
    }
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        for (number, left) in ["", "soon", "99999999999999", "\u{1F600}"].into_iter().enumerate() {
            std::fs::write(folder.path().join("nonce"), left).unwrap();
            let nonces = SharedNonces::new(&format!("left-{number}"), Some(folder.path().to_owned()));
            assert_eq!(nonces.next(TimeMs::from_millis(1_000)), 1_000, "{left}");
        }
    }

    #[test]
    fn clients_of_one_key_share_their_nonces_and_others_do_not() {
        let now = TimeMs::from_millis(1_000);
        let (first, second, other) = (of_key("nonces-a"), of_key("nonces-a"), of_key("nonces-b"));
        assert_eq!((first.next(now), second.next(now), other.next(now)), (1_000, 1_001, 1_000));
    }
}
