//! Finding the exchange that runs on this machine.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

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
    pub api_secret: Zeroizing<String>,
    /// Where its prices come from: `simulated` or a tape's source.
    pub market_data: String,
    /// The process that serves it.
    pub pid: u32,
}

impl std::fmt::Debug for LocalExchange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LocalExchange")
            .field("rest", &self.rest)
            .field("pid", &self.pid)
            .finish_non_exhaustive()
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
        // A lock nobody holds was left by an exchange that was killed.
        if File::open(lock_path(path)).ok()?.try_lock_shared().is_ok() {
            return None;
        }
        let mut text = Zeroizing::new(String::new());
        File::open(path).ok()?.take(64 * 1024).read_to_string(&mut text).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Leaves this for clients at `path`, readable by the present user only (0600), until the result is dropped. An
    /// exchange that is announced there and still runs is not overwritten.
    pub fn publish(&self, path: &Path) -> std::io::Result<LocalState> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let lock = private(false).open(lock_path(path))?;
        if lock.try_lock().is_err() {
            let message = format!("another local exchange is announced in {}", path.display());
            return Err(std::io::Error::new(std::io::ErrorKind::AlreadyExists, message));
        }
        let text = Zeroizing::new(serde_json::to_vec(self).map_err(std::io::Error::other)?);
        // Anew, so that permissions a leftover had don't stay.
        let _ = fs::remove_file(path);
        let mut file = private(true).open(path)?;
        file.write_all(&text)?;
        file.sync_all()?;
        Ok(LocalState { path: path.to_owned(), lock })
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

#[cfg(unix)]
fn private(truncate: bool) -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = writable(truncate);
    options.mode(0o600);
    options
}

#[cfg(not(unix))]
fn private(truncate: bool) -> OpenOptions {
    writable(truncate)
}

fn writable(truncate: bool) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(truncate);
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange() -> LocalExchange {
        LocalExchange {
            rest: "http://127.0.0.1:1".into(),
            ws: "ws://127.0.0.1:1".into(),
            api_key: "key".into(),
            api_secret: Zeroizing::new("hunter2".into()),
            market_data: "simulated".into(),
            pid: 1,
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
        assert!(LocalExchange::find(&path).is_none());
        assert!(exchange().publish(&path).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_can_read_it_and_debug_shows_no_secret() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("exchange.json");
        let _state = exchange().publish(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(!format!("{:?}", exchange()).contains("hunter2"));
    }
}
