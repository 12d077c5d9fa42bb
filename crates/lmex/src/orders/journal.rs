//! The journal of intents: what was about to be sent, on disk before it was.
//!
//! Each client has a file of its own, locked while it lives. A file whose lock is free was left by a process that
//! died: its unsettled intents are adopted by whoever finds it. So processes never wait for each other, and a kill at
//! any moment loses nothing.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use lmex_types::{ClientOrderId, Symbol, TimeMs};
use serde::{Deserialize, Serialize};

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
    #[error("the order journal {path} is damaged at line {line}: look at it, then move it away", path = path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
    },
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
    /// No byte of it has left later than this (milliseconds since 1970), once that is known: when its answer was given
    /// up, or its process was found dead.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "lmex_api::wire::integer::option")]
    pub(crate) left_by: Option<i64>,
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
    folder: PathBuf,
    path: PathBuf,
    file: File,
    unsettled: BTreeMap<ClientOrderId, Intent>,
    bytes: u64,
}

/// No byte of an order leaves later than this after its intent was written.
pub(crate) const LONGEST_ON_ITS_WAY_MS: i64 = 60_000;

/// With nothing unsettled, a file larger than this is begun anew.
const BEGIN_ANEW_AFTER_BYTES: u64 = 1024 * 1024;

impl Journal {
    /// Makes a file of our own in the folder. `session` tells this client from all others.
    pub(crate) fn create(folder: &Path, session: &str) -> Result<Self, JournalError> {
        make_folder(folder).map_err(|source| io(folder, "made", source))?;
        let path = folder.join(format!("{session}.ndjson"));
        let mut options = OpenOptions::new();
        options.read(true).append(true).create_new(true);
        private(&mut options);
        // It gets its name once it is locked: others take a file that isn't for one left by a dead process, and
        // remove it.
        let unnamed = folder.join(format!("{session}.new"));
        let file = options.open(&unnamed).map_err(|source| io(&unnamed, "made", source))?;
        file.try_lock().map_err(|error| io(&unnamed, "locked", error.into()))?;
        fs::rename(&unnamed, &path).map_err(|source| io(&path, "made", source))?;
        sync_folder(folder).map_err(|source| io(folder, "written", source))?;
        Ok(Self { folder: folder.to_owned(), path, file, unsettled: BTreeMap::new(), bytes: 0 })
    }

    /// Takes over what processes that died have left unsettled, and returns it.
    pub(crate) fn adopt(&mut self, now: TimeMs) -> Result<Vec<Intent>, JournalError> {
        let mut adopted = Vec::new();
        let entries = fs::read_dir(&self.folder).map_err(|source| io(&self.folder, "read", source))?;
        for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
            if path != self.path && path.extension().is_some_and(|extension| extension == "ndjson") {
                adopted.extend(self.adopt_file(&path, now)?);
            }
        }
        Ok(adopted)
    }

    /// Writes an intent and waits until the disk has it.
    pub(crate) fn intend(&mut self, intent: Intent) -> Result<(), JournalError> {
        self.append(&Line::Intended(intent.clone()))?;
        self.file.sync_data().map_err(|source| io(&self.path, "written", source))?;
        self.unsettled.insert(intent.client_id, intent);
        Ok(())
    }

    /// Notes by when an intent's bytes had left, for whoever adopts it. If the note is lost, they wait longer.
    pub(crate) fn note_left(&mut self, intent: &Intent) -> Result<(), JournalError> {
        self.append(&Line::Intended(intent.clone()))
    }

    /// Notes what became of an intent. If the note is lost, the order is asked for once more, which is harmless.
    pub(crate) fn settle(&mut self, client_id: ClientOrderId, how: Settled) -> Result<(), JournalError> {
        self.unsettled.remove(&client_id);
        if self.unsettled.is_empty() && self.bytes > BEGIN_ANEW_AFTER_BYTES {
            self.bytes = 0;
            return self.file.set_len(0).map_err(|source| io(&self.path, "begun anew", source));
        }
        self.append(&Line::Settled { client_id, how })
    }

    fn append(&mut self, line: &Line) -> Result<(), JournalError> {
        let written = serde_json::to_vec(line).map_err(std::io::Error::other).and_then(|mut text| {
            text.push(b'\n');
            self.file.write_all(&text)?;
            self.bytes += text.len() as u64;
            Ok(())
        });
        if written.is_err() {
            // Half a line, as when the disk is full, would spoil the next one.
            let _ = self.file.set_len(self.bytes);
        }
        written.map_err(|source| io(&self.path, "written", source))
    }

    fn adopt_file(&mut self, path: &Path, now: TimeMs) -> Result<Vec<Intent>, JournalError> {
        let file = match OpenOptions::new().read(true).append(true).open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            // What can't be read may hold an order that exists.
            Err(source) => return Err(io(path, "read", source)),
        };
        // Locked: its process lives, and the intents are its own business. Gone: another has adopted it meanwhile.
        if file.try_lock().is_err() || !path.exists() {
            return Ok(Vec::new());
        }
        let mut orphans = read(&file, path)?;
        for intent in &mut orphans {
            // Its process is dead by now, and would not have sent it later than that.
            let dead_by = now.min(intent.at.plus_ms(LONGEST_ON_ITS_WAY_MS));
            intent.left_by.get_or_insert(dead_by.as_millis());
            self.intend(intent.clone())?;
        }
        // Only now that our own file has them on disk.
        fs::remove_file(path).map_err(|source| io(path, "removed", source))?;
        Ok(orphans)
    }
}

impl Drop for Journal {
    /// A file with nothing unsettled has nothing to tell.
    fn drop(&mut self) {
        if self.unsettled.is_empty() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// The intents in a file that nothing has become of.
fn read(mut file: &File, path: &Path) -> Result<Vec<Intent>, JournalError> {
    let mut text = Vec::new();
    let read = file.seek(SeekFrom::Start(0)).and_then(|_| file.read_to_end(&mut text));
    read.map_err(|source| io(path, "read", source))?;
    let mut unsettled = BTreeMap::new();
    // What follows the last line break was being written when the process died, so its order was never sent.
    let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    for (number, line) in
        text[..whole].split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty())
    {
        let damaged = |_| JournalError::Damaged { path: path.to_owned(), line: number + 1 };
        match serde_json::from_slice(line).map_err(damaged)? {
            Line::Intended(intent) => {
                unsettled.insert(intent.client_id, intent);
            }
            Line::Settled { client_id, .. } => {
                unsettled.remove(&client_id);
            }
        }
    }
    Ok(unsettled.into_values().collect())
}

fn io(path: &Path, action: &'static str, source: std::io::Error) -> JournalError {
    JournalError::Io { path: path.to_owned(), action, source }
}

#[cfg(unix)]
pub(crate) fn make_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
pub(crate) fn make_folder(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.mode(0o600);
}

#[cfg(not(unix))]
fn private(_: &mut OpenOptions) {}

/// A new file survives a power cut only once its folder has been written.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn intent(id: &str) -> Intent {
        let (at, symbol) = (TimeMs::from_millis(5), "BTC-PERP".parse().unwrap());
        Intent { at, symbol, client_id: id.parse().unwrap(), left_by: None }
    }

    /// As it is once its process was found dead at 9 ms.
    fn adopted(id: &str) -> Intent {
        Intent { left_by: Some(9), ..intent(id) }
    }

    /// A process that dies: its lock is freed, its file stays.
    fn die(journal: Journal) {
        let mut journal = std::mem::ManuallyDrop::new(journal);
        let file = std::mem::replace(&mut journal.file, tempfile::tempfile().unwrap());
        drop(file);
    }

    #[test]
    fn what_a_dead_process_left_is_adopted_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut first = Journal::create(folder.path(), "first").unwrap();
        first.intend(intent("a")).unwrap();
        first.intend(intent("b")).unwrap();
        first.settle("a".parse().unwrap(), Settled::Done).unwrap();
        die(first);
        let mut second = Journal::create(folder.path(), "second").unwrap();
        assert_eq!(second.adopt(TimeMs::from_millis(9)).unwrap(), [adopted("b")]);
        assert_eq!(second.adopt(TimeMs::from_millis(9)).unwrap(), []);
        die(second);
        let mut third = Journal::create(folder.path(), "third").unwrap();
        assert_eq!(
            third.adopt(TimeMs::from_millis(9)).unwrap(),
            [adopted("b")],
            "an adopted intent survives its adopter"
        );
    }

    #[test]
    fn the_living_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let mut first = Journal::create(folder.path(), "first").unwrap();
        first.intend(intent("a")).unwrap();
        assert_eq!(
            Journal::create(folder.path(), "second").unwrap().adopt(TimeMs::from_millis(9)).unwrap(),
            []
        );
    }

    #[test]
    fn nobody_takes_a_journal_that_is_just_being_made() {
        let folder = tempfile::tempdir().unwrap();
        let start = |thread| {
            let folder = folder.path();
            move || {
                for round in 0..100 {
                    let mut journal = Journal::create(folder, &format!("{thread}-{round}")).unwrap();
                    assert_eq!(journal.adopt(TimeMs::from_millis(9)).unwrap(), []);
                    assert!(journal.path.exists(), "an intent would be written to a file without a name");
                }
            }
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|thread| scope.spawn(start(thread))).collect();
            threads.into_iter().for_each(|thread| thread.join().unwrap());
        });
    }

    #[test]
    fn a_torn_last_line_was_never_sent_and_a_damaged_middle_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut first = Journal::create(folder.path(), "first").unwrap();
        first.intend(intent("a")).unwrap();
        let path = first.path.clone();
        die(first);
        let whole = fs::read_to_string(&path).unwrap();
        for cut in whole.len()..whole.len() * 2 {
            fs::write(&path, format!("{whole}{}", &whole[..cut - whole.len()])).unwrap();
            assert_eq!(read(&File::open(&path).unwrap(), &path).unwrap(), [intent("a")]);
        }
        fs::write(&path, format!("{whole}nonsense\n{whole}")).unwrap();
        let error = read(&File::open(&path).unwrap(), &path).unwrap_err();
        assert!(matches!(error, JournalError::Damaged { line: 2, .. }), "{error}");
    }

    #[test]
    fn a_settled_journal_leaves_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::create(folder.path(), "first").unwrap();
        journal.intend(intent("a")).unwrap();
        journal.settle("a".parse().unwrap(), Settled::Refused).unwrap();
        drop(journal);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_long_journal_is_begun_anew_when_all_is_settled() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::create(folder.path(), "first").unwrap();
        journal.bytes = BEGIN_ANEW_AFTER_BYTES + 1;
        journal.intend(intent("a")).unwrap();
        journal.settle("a".parse().unwrap(), Settled::Done).unwrap();
        assert_eq!(fs::metadata(&journal.path).unwrap().len(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_private() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::create(folder.path(), "first").unwrap();
        assert_eq!(fs::metadata(&journal.path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
