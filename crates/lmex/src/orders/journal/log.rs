//! A log file that is cheap to sync: its space is on disk before it is needed, so a sync has nothing but a line to write.

use std::fs::{self, File};
use std::io::{Result, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::sync::Mutex;

use super::{JournalError, io};
use crate::private;

/// A file of lines, padded with empty ones. A line that overwrites padding changes neither the file's length nor its
/// blocks, so `fdatasync` has no metadata to commit, which would cost more than the line.
#[derive(Debug)]
pub(super) struct Log {
    disk: Arc<Disk>,
    /// Where the next line goes, and the file's position.
    end: u64,
    /// The file's length.
    reserved: u64,
    /// Whether it is unknown where the next line goes: it might overwrite another, or stand beside half of one.
    is_astray: bool,
}

/// What is shared with those who wait for the disk.
#[derive(Debug)]
struct Disk {
    file: File,
    path: PathBuf,
    /// How many lines were given to the system.
    written: AtomicU64,
    /// How many of them the disk has.
    synced: AtomicU64,
    /// A failed sync may have lost lines that a later one does not miss.
    failed: AtomicBool,
    /// Whoever syncs.
    turn: Arc<Mutex<()>>,
}

/// Space is reserved in steps of this: some hundred orders.
const RESERVE_BYTES: u64 = 64 * 1024;

impl Log {
    /// Makes a locked file. Until it is locked it has another name: others take a file that isn't for one left by a
    /// dead process.
    pub(super) fn create(unnamed: &Path, path: &Path) -> std::result::Result<Self, JournalError> {
        let file = private::file().create_new(true).open(unnamed);
        let file = file.map_err(|source| io(unnamed, "made", source))?;
        file.try_lock().map_err(|error| io(unnamed, "locked", error.into()))?;
        fs::rename(unnamed, path).map_err(|source| io(path, "made", source))?;
        let disk = Disk {
            file,
            path: path.to_owned(),
            written: AtomicU64::new(0),
            synced: AtomicU64::new(0),
            failed: AtomicBool::new(false),
            turn: Arc::default(),
        };
        Ok(Self { disk: Arc::new(disk), end: 0, reserved: 0, is_astray: false })
    }

    pub(super) fn path(&self) -> &Path {
        &self.disk.path
    }

    /// How much has been written since the file was begun.
    pub(super) fn bytes(&self) -> u64 {
        self.end
    }

    /// Gives a line to the system: it survives the process from now on, and a power cut once it was waited for.
    pub(super) fn append(&mut self, mut line: Vec<u8>) -> std::result::Result<Written, JournalError> {
        if self.is_astray {
            return Err(io(self.path(), "written", earlier_failure()));
        }
        line.push(b'\n');
        if let Err(source) = self.write(line) {
            // Half a line, as when the disk is full, would spoil the next one.
            let _ = self.cut(self.end);
            return Err(io(self.path(), "written", source));
        }
        let number = self.disk.written.fetch_add(1, Ordering::AcqRel) + 1;
        Ok(Written { disk: Arc::clone(&self.disk), number })
    }

    /// Forgets all lines.
    pub(super) fn begin_anew(&mut self) -> std::result::Result<(), JournalError> {
        self.cut(0).map_err(|source| io(self.path(), "begun anew", source))
    }

    /// Ends the file there. If that fails, nothing more is written to it.
    fn cut(&mut self, end: u64) -> Result<()> {
        let cut = disk_has(self.path(), || self.disk.file.set_len(end)).and_then(|()| self.go_to(end));
        (self.end, self.reserved, self.is_astray) = (end, end, cut.is_err());
        cut
    }

    fn write(&mut self, mut line: Vec<u8>) -> Result<()> {
        let end = self.end + line.len() as u64;
        if end <= self.reserved {
            (&self.disk.file).write_all(&line)?;
        } else {
            let reserved = end.next_multiple_of(RESERVE_BYTES);
            line.resize(usize::try_from(reserved - self.end).unwrap_or(line.len()), b'\n');
            (&self.disk.file).write_all(&line)?;
            self.go_to(end)?;
            self.reserved = reserved;
        }
        self.end = end;
        Ok(())
    }

    fn go_to(&self, position: u64) -> Result<()> {
        (&self.disk.file).seek(SeekFrom::Start(position)).map(drop)
    }
}

/// A line that the system has, but perhaps not the disk.
#[derive(Debug)]
#[must_use = "a line that nobody waits for may be lost"]
pub(crate) struct Written {
    disk: Arc<Disk>,
    number: u64,
}

impl Written {
    /// Waits, off the runtime's threads, until the disk has the line. Lines that are waited for at the same time share
    /// a sync.
    pub(crate) async fn synced(self) -> std::result::Result<(), JournalError> {
        let turn = Arc::clone(&self.disk.turn).lock_owned().await;
        let path = self.disk.path.clone();
        let synced = tokio::task::spawn_blocking(move || {
            let synced = self.sync();
            drop(turn);
            synced
        });
        synced.await.unwrap_or_else(|error| match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(io(&path, "written", std::io::Error::other("the program is shutting down"))),
        })
    }

    /// As [`synced`](Self::synced), on this thread.
    pub(super) fn sync(self) -> std::result::Result<(), JournalError> {
        self.disk.sync_up_to(self.number).map_err(|source| io(&self.disk.path, "written", source))
    }
}

impl Disk {
    fn sync_up_to(&self, number: u64) -> Result<()> {
        if self.failed.load(Ordering::Acquire) {
            return Err(earlier_failure());
        }
        if self.synced.load(Ordering::Acquire) >= number {
            return Ok(());
        }
        let written = self.written.load(Ordering::Acquire);
        let synced = disk_has(&self.path, || self.file.sync_data());
        match &synced {
            Ok(()) => self.synced.fetch_max(written, Ordering::AcqRel),
            Err(_) => {
                self.failed.store(true, Ordering::Release);
                0
            }
        };
        synced
    }
}

fn earlier_failure() -> std::io::Error {
    std::io::Error::other("an earlier write failed: mend the disk and build a new client")
}

/// Asks the disk for something that a write alone does not bring about. All such requests come through here, so that
/// tests can count them and let them fail.
pub(super) fn disk_has(path: &Path, ask: impl FnOnce() -> Result<()>) -> Result<()> {
    #[cfg(test)]
    super::tests::disk::asked(path)?;
    #[cfg(not(test))]
    let _ = path;
    ask()
}
