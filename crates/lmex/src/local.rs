//! Finding the exchange that runs on this machine.

mod admin;

pub use admin::{AdminError, LocalAdmin};

use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{Secret, private};

/// What a running local exchange leaves behind for clients: where it is, and its play-money key.
#[derive(Clone, Serialize, Deserialize)]
pub struct LocalExchange {
    /// REST origin.
    pub rest: String,
    /// Stream origin.
    pub ws: String,
    /// The demo account's key.
    pub api_key: String,
    /// The demo account's secret: play money, but a secret all the same.
    #[serde(with = "exposed")]
    pub api_secret: Secret,
    /// Where its prices come from: `simulated` or a tape's source.
    pub market_data: String,
    /// What opens its admin path.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "exposed_if_any")]
    pub admin_token: Option<Secret>,
}

/// The one place where a secret is written down: play money, in a file for its owner alone.
mod exposed {
    use serde::{Deserialize as _, Deserializer, Serializer};
    use zeroize::Zeroizing;

    use crate::Secret;

    pub(super) fn serialize<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(secret.expose())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
        let text = Zeroizing::<String>::deserialize(deserializer)?;
        Secret::new(text.as_str()).map_err(serde::de::Error::custom)
    }
}

/// The same for one that may be absent.
mod exposed_if_any {
    use serde::{Deserialize as _, Deserializer, Serializer};
    use zeroize::Zeroizing;

    use crate::Secret;

    pub(super) fn serialize<S: Serializer>(
        secret: &Option<Secret>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match secret {
            Some(secret) => serializer.serialize_some(secret.expose()),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Secret>, D::Error> {
        let text = Option::<Zeroizing<String>>::deserialize(deserializer)?;
        text.map(|text| Secret::new(text.as_str()).map_err(serde::de::Error::custom)).transpose()
    }
}

impl std::fmt::Debug for LocalExchange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LocalExchange").field("rest", &self.rest).finish_non_exhaustive()
    }
}

/// The state file of a running exchange; removed when dropped.
#[derive(Debug)]
pub struct LocalState {
    path: PathBuf,
    // Locked while the exchange runs, so that a state left by one that was killed is told from a live one. A file of
    // its own, since on some systems nobody else can read a locked file.
    lock: File,
}

impl LocalExchange {
    /// Reads what the exchange that runs on this machine has left at `path`; `None` if none runs.
    pub fn find(path: &Path) -> Option<Self> {
        if !is_running(path) {
            return None;
        }
        let mut text = Zeroizing::new(String::new());
        File::open(path).ok()?.take(64 * 1024).read_to_string(&mut text).ok()?;
        let found: Self = serde_json::from_str(&text).ok()?;
        // It may have ended since, and another begun: what was read could be of either.
        is_running(path).then_some(found)
    }

    /// Leaves this for clients at `path`, readable by the present user only (0600, in a folder of 0700 if that is not
    /// there yet), until the result is dropped. An exchange that is announced there and still runs is not overwritten.
    pub fn publish(&self, path: &Path) -> std::io::Result<LocalState> {
        if let Some(folder) = path.parent() {
            private::make_folder(folder)?;
        }
        let lock = private::file().create(true).truncate(false).open(lock_path(path))?;
        match lock_patiently(&lock) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let message = format!("another local exchange is announced in {}", path.display());
                return Err(std::io::Error::new(ErrorKind::AlreadyExists, message));
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // What a killed one left is not to be taken for ours, now that the lock is held.
        remove(path)?;
        let text = Zeroizing::new(serde_json::to_vec(self).map_err(std::io::Error::other)?);
        // Whoever reads finds all of it or nothing. Made anew, so that permissions a leftover had don't stay.
        let unnamed = path.with_extension("new");
        remove(&unnamed)?;
        let mut file = private::file().create_new(true).open(&unnamed)?;
        file.write_all(&text)?;
        file.sync_all()?;
        fs::rename(&unnamed, path)?;
        Ok(LocalState { path: path.to_owned(), lock })
    }
}

/// A client that looks whether the lock is held holds it itself for a moment.
fn lock_patiently(lock: &File) -> Result<(), TryLockError> {
    for _ in 0..20 {
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(5)),
            result => return result,
        }
    }
    lock.try_lock()
}

/// A lock nobody holds was left by an exchange that was killed. One that can't be looked at proves nothing.
fn is_running(path: &Path) -> bool {
    let lock = File::open(lock_path(path)).map(|file| file.try_lock_shared());
    matches!(lock, Ok(Err(TryLockError::WouldBlock)))
}

fn remove(path: &Path) -> std::io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

impl Drop for LocalState {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
        let _ = self.lock.unlock();
    }
}

fn lock_path(path: &Path) -> PathBuf {
    path.with_extension("lock")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange() -> LocalExchange {
        LocalExchange {
            rest: "http://127.0.0.1:1".into(),
            ws: "ws://127.0.0.1:1".into(),
            api_key: "key".into(),
            api_secret: Secret::new("hunter2").unwrap(),
            market_data: "simulated".into(),
            admin_token: Some(Secret::new("hunter3").unwrap()),
        }
    }

    #[test]
    fn it_is_found_while_it_runs_and_not_after() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("below").join("exchange.json");
        assert!(LocalExchange::find(&path).is_none());
        let state = exchange().publish(&path).unwrap();
        assert_eq!(LocalExchange::find(&path).unwrap().rest, "http://127.0.0.1:1");
        assert!(exchange().publish(&path).is_err(), "a second one does not take its place");
        drop(state);
        assert!(LocalExchange::find(&path).is_none());
    }

    #[test]
    fn what_a_killed_exchange_left_is_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("exchange.json");
        fs::write(&path, serde_json::to_vec(&exchange()).unwrap()).unwrap();
        fs::write(path.with_extension("new"), "half a st").unwrap();
        assert!(LocalExchange::find(&path).is_none());
        let state = exchange().publish(&path).unwrap();
        assert_eq!(LocalExchange::find(&path).unwrap().api_key, "key");
        assert!(!path.with_extension("new").exists());
        drop(state);
    }

    #[test]
    fn clients_that_look_do_not_keep_an_exchange_from_starting() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("exchange.json");
        let over = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !over.load(std::sync::atomic::Ordering::Relaxed) {
                    let found = LocalExchange::find(&path);
                    assert!(found.is_none_or(|found| found.api_key == "key"));
                }
            });
            let failed = (0..200).find_map(|_| exchange().publish(&path).err());
            over.store(true, std::sync::atomic::Ordering::Relaxed);
            assert!(failed.is_none(), "{failed:?}");
        });
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_can_read_it_and_debug_shows_no_secret() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let made = folder.path().join("made");
        let path = made.join("exchange.json");
        let _state = exchange().publish(&path).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&made), mode(&path), mode(&lock_path(&path))), (0o700, 0o600, 0o600));
        let found = LocalExchange::find(&path).unwrap();
        assert_eq!(found.api_secret.expose(), "hunter2");
        assert_eq!(found.admin_token.as_ref().map(Secret::expose), Some("hunter3"));
        assert!(!format!("{found:?} {:?}", found.api_secret).contains("hunter"));
    }
}
