//! The file in which processes meet, and its lock.

use std::fs::{File, TryLockError};
use std::io::Result;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use super::left;
use super::record::{Moment, Record};
use crate::clock::Clock;
use crate::private;

/// The file's name in the folder of a key.
pub(super) const FILE: &str = "budget";

/// One client's handle on the file.
#[derive(Debug)]
pub(super) struct KeyFile {
    path: PathBuf,
    file: Option<File>,
    /// Whether its lock was not to be had the last time.
    is_stuck: bool,
    /// How long to wait for the lock.
    patience: Duration,
}

/// The lock is held for some microseconds. Whoever holds it longer was stopped, and may never go on.
const LOCK_WITHIN: Duration = Duration::from_millis(40);
/// What it takes to be sure that it is held by somebody who is stopped still, after it was not to be had before.
const LOCK_AGAIN_WITHIN: Duration = Duration::from_micros(50);
/// For so long whoever holds it is likely to be at it just now, so that sleeping would take longer than it does.
const YIELD_FOR: Duration = Duration::from_micros(200);
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(1);

impl KeyFile {
    /// In that folder, which is made when it is first needed.
    pub(super) fn new(folder: &Path) -> Self {
        Self { path: folder.join(FILE), file: None, is_stuck: false, patience: LOCK_WITHIN }
    }

    /// Nobody is stopped with the lock in tests that are about something else, but the machine may be busy.
    #[cfg(test)]
    pub(super) fn wait_for_the_lock_up_to(&mut self, patience: Duration) {
        self.patience = patience;
    }

    /// Does something with what is in the file, while nobody else does.
    ///
    /// # Errors
    /// Where the file or its lock is not to be had, or can't be written: nobody else knows of what was done.
    pub(super) fn with<T>(
        &mut self,
        clock: &Clock,
        work: impl FnOnce(&mut Record, Moment) -> T,
    ) -> Result<T> {
        let file = match self.file.take() {
            Some(file) => file,
            None => {
                left::sweep_beside(&self.path);
                open(&self.path)?
            }
        };
        let file = self.file.insert(file);
        let patience = if self.is_stuck { LOCK_AGAIN_WITHIN } else { self.patience };
        lock(file, patience, &mut self.is_stuck)?;
        if is_removed(file) {
            *file = open(&self.path)?;
            lock(file, patience, &mut self.is_stuck)?;
        }
        let done = with_locked(file, clock, work);
        file.unlock()?;
        done
    }
}

fn open(path: &Path) -> Result<File> {
    if let Some(folder) = path.parent() {
        private::make_folder(folder)?;
    }
    private::file().create(true).truncate(false).open(path)
}

/// Waits a little.
fn lock(file: &File, patience: Duration, is_stuck: &mut bool) -> Result<()> {
    let mut began = None;
    loop {
        let locked = file.try_lock();
        let waited = began.get_or_insert_with(Instant::now).elapsed();
        match locked {
            Err(TryLockError::WouldBlock) if waited < patience.min(YIELD_FOR) => std::thread::yield_now(),
            Err(TryLockError::WouldBlock) if waited < patience => std::thread::sleep(LOOK_AGAIN_AFTER),
            locked => {
                *is_stuck = locked.is_err();
                return Ok(locked?);
            }
        }
    }
}

fn with_locked<T>(file: &File, clock: &Clock, work: impl FnOnce(&mut Record, Moment) -> T) -> Result<T> {
    // One more than there should be.
    let mut bytes = [0; Record::BYTES + 1];
    let length = read(file, &mut bytes)?;
    let before = bytes.get(..length).unwrap_or_default();
    // Only now that it is our turn: no process sees another's time ahead of its own.
    let now = Moment { steady: clock.steady(), wall: clock.wall() };
    let mut record = Record::read(before, run_of_machine(), now);
    let done = work(&mut record, now);
    let after = record.write();
    if after != before {
        write(file, &after)?;
    }
    if length > after.len() {
        file.set_len(after.len() as u64)?;
    }
    Ok(done)
}

#[cfg(unix)]
fn read(file: &File, bytes: &mut [u8]) -> Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, bytes, 0)
}

#[cfg(unix)]
fn write(file: &File, bytes: &[u8]) -> Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, 0)
}

#[cfg(not(unix))]
fn read(mut file: &File, bytes: &mut [u8]) -> Result<usize> {
    std::io::Seek::rewind(&mut file)?;
    std::io::Read::read(&mut file, bytes)
}

#[cfg(not(unix))]
fn write(mut file: &File, bytes: &[u8]) -> Result<()> {
    std::io::Seek::rewind(&mut file)?;
    std::io::Write::write_all(&mut file, bytes)
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

/// Tells this run of the machine, since its clock began, from earlier ones; zero where the system does not tell.
fn run_of_machine() -> u128 {
    static RUN: OnceLock<u128> = OnceLock::new();
    *RUN.get_or_init(|| {
        if !cfg!(any(target_os = "linux", target_os = "android")) {
            return 0;
        }
        let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        u128::from_str_radix(&text.trim().replace('-', ""), 16).unwrap_or_default()
    })
}

#[cfg(test)]
mod tests;
