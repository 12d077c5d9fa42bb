//! The journal of intents: what was about to be sent, on disk before it was.
//!
//! Each client has a file of its own, locked while it lives. A file whose lock is free was left by a process that
//! died: its unsettled intents are adopted by whoever finds it. So processes never wait for each other, and a kill at
//! any moment loses nothing.

mod folder;
mod log;
mod read;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use lmex_types::{ClientOrderId, Symbol, TimeMs};
use serde::{Deserialize, Serialize};

use folder::{Folder, NAMED, UNNAMED, sync_folder};
use log::Log;
pub(crate) use log::Written;
use read::read;

use crate::private;

use super::close::Closing;

/// Why the journal can't be trusted or used. Without it no order is sent.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The same order again: it would be doubled.
    #[error("order {0} was sent already: look at it, or give a new order an id of its own")]
    AlreadySent(ClientOrderId),
    /// The disk says no.
    #[error("the order journal {path} can't be {action}: {source}", path = path.display())]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// What the system says.
        source: std::io::Error,
    },
    /// A line in the middle can't be read: someone has changed the file.
    #[error(
        "the order journal {path} is damaged at line {line} (byte {byte}): look at it, then move it away",
        path = path.display()
    )]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// Where the line begins, from 0.
        byte: u64,
    },
}

/// What a written intent survives. Either way it is written before its order is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// A power cut: the order waits until the disk has the intent. This costs more than all else that is done for an
    /// order.
    #[default]
    Fsync,
    /// The end of the program, also by `kill -9`: the order waits until the system has the intent.
    Os,
}

/// An order that was about to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Intent {
    #[serde(with = "lmex_api::wire::time")]
    pub(crate) at: TimeMs,
    #[serde(with = "lmex_api::wire::symbol")]
    pub(crate) symbol: Symbol,
    #[serde(with = "lmex_api::wire::word")]
    pub(crate) client_id: ClientOrderId,
    /// No byte of it was given to the system later than this (milliseconds since 1970), once that is known: when its
    /// answer was given up, or its process was found dead. What waits in the system's queue by then is dropped within
    /// one more time-out of a request where there is `TCP_USER_TIMEOUT` (Linux, Android), elsewhere when the system
    /// gives up; what comes seconds late is refused for its nonce.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "lmex_api::wire::integer::option")]
    pub(crate) left_by: Option<i64>,
    /// Of an order that closes a position: the venue does not learn its client id, so it is told by this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) closing: Option<Closing>,
}

/// What became of an intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Settled {
    /// The venue has it.
    Done,
    /// The venue refused it.
    Refused,
    /// It never left, or the venue can't execute it any more.
    Absent,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Intended(Intent),
    Settled {
        #[serde(with = "lmex_api::wire::word")]
        client_id: ClientOrderId,
        how: Settled,
    },
}

/// One client's file.
#[derive(Debug)]
pub(crate) struct Journal {
    log: Log,
    folder: Folder,
    unsettled: BTreeMap<ClientOrderId, Intent>,
}

/// No byte of an order leaves later than this after its intent was written.
pub(crate) const LONGEST_ON_ITS_WAY_MS: i64 = 60_000;

/// With nothing unsettled, a file larger than this is begun anew.
const BEGIN_ANEW_AFTER_BYTES: u64 = 1024 * 1024;

impl Journal {
    /// Makes a file of our own in the folder. `session` tells this client from all others.
    pub(crate) fn create(folder: &Path, session: &str) -> Result<Self, JournalError> {
        private::make_folder(folder).map_err(|source| io(folder, "made", source))?;
        let named = |extension| folder.join(format!("{session}.{extension}"));
        let log = Log::create(&named(UNNAMED), &named(NAMED))?;
        sync_folder(folder).map_err(|source| io(folder, "written", source))?;
        Ok(Self { log, folder: Folder::new(folder), unsettled: BTreeMap::new() })
    }

    /// Whether nothing has come into the folder since it was seen to hold no file but ours, so that there is nothing to
    /// adopt. Cheap.
    pub(crate) fn is_alone(&self) -> bool {
        self.folder.is_known_to_be_ours()
    }

    /// Takes over what processes that died have left unsettled, and adds it to `adopted`, also if it fails half-way.
    pub(crate) fn adopt(&mut self, now: TimeMs, adopted: &mut Vec<Intent>) -> Result<(), JournalError> {
        for path in self.folder.others(self.log.path())? {
            adopted.extend(self.adopt_file(&path, now)?);
        }
        Ok(())
    }

    /// Writes an intent. The system has it from now on, the disk once it was waited for.
    pub(crate) fn intend(&mut self, intent: Intent) -> Result<Written, JournalError> {
        let written = self.append(&Line::Intended(intent.clone()))?;
        self.unsettled.insert(intent.client_id, intent);
        Ok(written)
    }

    /// Notes by when an intent's bytes had left, for whoever adopts it. If the note is lost, they wait longer.
    pub(crate) fn note_left(&mut self, intent: &Intent) -> Result<(), JournalError> {
        self.append(&Line::Intended(intent.clone())).map(drop)
    }

    /// Notes what became of an intent. If the note is lost, the order is asked for once more, which is harmless.
    pub(crate) fn settle(&mut self, client_id: ClientOrderId, how: Settled) -> Result<(), JournalError> {
        self.unsettled.remove(&client_id);
        if self.unsettled.is_empty() && self.log.bytes() > BEGIN_ANEW_AFTER_BYTES {
            return self.log.begin_anew();
        }
        self.append(&Line::Settled { client_id, how }).map(drop)
    }

    fn append(&mut self, line: &Line) -> Result<Written, JournalError> {
        let text = serde_json::to_vec(line).map_err(|error| io(self.log.path(), "written", error.into()))?;
        self.log.append(text)
    }

    fn adopt_file(&mut self, path: &Path, now: TimeMs) -> Result<Vec<Intent>, JournalError> {
        let Some(file) = folder::take(path)? else { return Ok(Vec::new()) };
        let mut orphans = read(&file, path)?;
        let mut written = None;
        for intent in &mut orphans {
            // Its process is dead by now, whatever its clock said, and would not have sent it later than that.
            let left_by = intent.left_by.unwrap_or(intent.at.plus_ms(LONGEST_ON_ITS_WAY_MS).as_millis());
            intent.left_by = Some(left_by.min(now.as_millis()));
            written = Some(self.intend(intent.clone())?);
        }
        written.map_or(Ok(()), Written::sync)?;
        // Only now that our own file has them on disk.
        fs::remove_file(path).map_err(|source| io(path, "removed", source))?;
        Ok(orphans)
    }
}

impl Drop for Journal {
    /// A file with nothing unsettled has nothing to tell.
    fn drop(&mut self) {
        if self.unsettled.is_empty() {
            let _ = fs::remove_file(self.log.path());
        }
    }
}

fn io(path: &Path, action: &'static str, source: std::io::Error) -> JournalError {
    JournalError::Io { path: path.to_owned(), action, source }
}

#[cfg(test)]
mod tests;
