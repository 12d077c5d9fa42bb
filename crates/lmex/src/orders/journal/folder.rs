//! The folder that clients of one key share: whose files are in it, and whether their owners live.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use super::log::disk_has;
use super::{JournalError, io};

/// The extension of a journal.
pub(super) const NAMED: &str = "ndjson";
/// Its extension until it is locked.
pub(super) const UNNAMED: &str = "new";

/// Between making a file and giving it its name lies a moment, unless its process died in it.
const UNNAMED_FOR: Duration = Duration::from_secs(60);

/// A folder, and what was last seen in it.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    seen: Option<Seen>,
}

/// The state of a folder when it was last looked through.
#[derive(Debug)]
struct Seen {
    /// When something last came or went (the system's time).
    changed: SystemTime,
    /// When that was first noticed.
    noticed: Instant,
    /// Whether it was looked through after any further change would have had another time, and held no other file.
    is_ours: bool,
}

impl Folder {
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), seen: None }
    }

    /// Whether it holds no file of others, without looking through it.
    pub(super) fn is_known_to_be_ours(&self) -> bool {
        self.seen.as_ref().is_some_and(|seen| seen.is_ours && self.changed() == Some(seen.changed))
    }

    /// The journals of others, of whom some may live. What clients that died left half made is removed.
    pub(super) fn others(&mut self, ours: &Path) -> Result<Vec<PathBuf>, JournalError> {
        // Before looking: what comes meanwhile is seen the next time.
        let settled = self.settle();
        let entries = fs::read_dir(&self.path).map_err(|source| io(&self.path, "read", source))?;
        let mut others = Vec::new();
        let mut is_ours = settled;
        for entry in entries {
            let path = entry.map_err(|source| io(&self.path, "read", source))?.path();
            match path.extension().and_then(|extension| extension.to_str()) {
                Some(NAMED) if path != ours => others.push(path),
                Some(UNNAMED) => {
                    is_ours = false;
                    remove_half_made(&path);
                }
                _ => {}
            }
        }
        if let Some(seen) = &mut self.seen {
            seen.is_ours = is_ours && others.is_empty();
        }
        Ok(others)
    }

    /// Notes when the folder last changed; whether that was long enough ago that another change would be told from it.
    fn settle(&mut self) -> bool {
        let Some(changed) = self.changed() else {
            self.seen = None;
            return false;
        };
        match &self.seen {
            Some(seen) if seen.changed == changed => seen.noticed.elapsed() > step(changed),
            _ => {
                self.seen = Some(Seen { changed, noticed: Instant::now(), is_ours: false });
                false
            }
        }
    }

    fn changed(&self) -> Option<SystemTime> {
        fs::metadata(&self.path).and_then(|metadata| metadata.modified()).ok()
    }
}

/// Two changes that are further apart than this have different times: systems count them in ticks of up to 10 ms, a
/// few file systems in whole seconds, by which they are known.
fn step(changed: SystemTime) -> Duration {
    let since = changed.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    if since.subsec_nanos() == 0 { Duration::from_secs(3) } else { Duration::from_millis(50) }
}

/// Opens and locks a journal whose process has died; `None` if it lives, or another has taken the file.
pub(super) fn take(path: &Path) -> Result<Option<File>, JournalError> {
    let file = match OpenOptions::new().read(true).write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        // What can't be read may hold an order that exists.
        Err(source) => return Err(io(path, "read", source)),
    };
    match file.try_lock() {
        // Gone: another has adopted it meanwhile.
        Ok(()) => Ok(path.exists().then_some(file)),
        // Its process lives, and the intents are its own business.
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(source)) => Err(io(path, "locked", source)),
    }
}

/// A file without its name holds no intent yet. Should its maker live after all, it finds that it is gone, and fails.
fn remove_half_made(path: &Path) {
    let Ok(file) = OpenOptions::new().read(true).write(true).open(path) else { return };
    let made = file.metadata().and_then(|metadata| metadata.modified());
    let is_old = made.is_ok_and(|made| made.elapsed().is_ok_and(|age| age > UNNAMED_FOR));
    if is_old && file.try_lock().is_ok() {
        let _ = fs::remove_file(path);
    }
}

/// A new file survives a power cut only once its folder has been written.
#[cfg(unix)]
pub(super) fn sync_folder(folder: &Path) -> std::io::Result<()> {
    disk_has(folder, || File::open(folder)?.sync_all())
}

#[cfg(not(unix))]
pub(super) fn sync_folder(_: &Path) -> std::io::Result<()> {
    Ok(())
}
