//! The folder that an exchange lives in.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lmex_journal::{Disk, DiskError, Durability, Folder, OpenError, RecoverError, Recovered};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::bounds::KeepingBounds;
use super::keys::KeptKeys;
use super::{JOURNAL, RestoreError, TAG, file};
use crate::config::{AccountConfig, ExchangeConfig};
use crate::dialect::Dialect;

/// The version of the folder's layout.
const FORMAT: u32 = 1;
const MADE: &str = "exchange.json";
const KEYS: &str = "keys.json";

/// Where an exchange keeps what happens, and what it promises.
#[derive(Debug, Clone)]
pub struct DataDir {
    /// The folder: made if it isn't there.
    pub path: PathBuf,
    /// When an answer, a stream or a read may show what happened.
    pub durability: Durability,
    /// How much is kept.
    pub bounds: KeepingBounds,
    /// For tests: what the journal is kept on instead of its folder within `path`.
    pub disk: Option<JournalDisk>,
}

impl DataDir {
    /// A folder that survives a power loss.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            durability: Durability::Fsync,
            bounds: KeepingBounds::default(),
            disk: None,
        }
    }
}

/// A disk, or what a test puts in its place.
#[derive(Clone)]
pub struct JournalDisk(pub Arc<dyn Disk>);

impl fmt::Debug for JournalDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("JournalDisk").field(&self.0.path("")).finish()
    }
}

/// Why an exchange can't live in a folder.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// Another process has it.
    #[error("data folder {} is in use by another exchange: stop that one, or name another folder", .0.display())]
    InUse(PathBuf),
    /// There is something in it that no exchange put there.
    #[error("{} is no file of an exchange: name a new or an empty folder as data folder", .0.display())]
    Foreign(PathBuf),
    /// The journal can't be opened.
    #[error(transparent)]
    Open(OpenError),
    /// The journal can't be read.
    #[error(transparent)]
    Recover(#[from] RecoverError),
    /// The state can't be made again.
    #[error(transparent)]
    Restore(#[from] RestoreError),
    /// The journal can't be written to.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// A file that can't be read or written.
    #[error("{} can't be {action}: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// A file with something else in it.
    #[error("{} can't be understood ({why}): bring it back from a copy, or name a new folder", path.display())]
    Content {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A folder of another exchange.
    #[error("the exchange in {} was made with seed {made}, not {given}: leave the seed out, or name another folder", path.display())]
    OtherSeed {
        /// The folder.
        path: PathBuf,
        /// The seed that it was made with.
        made: u64,
        /// The seed that was given.
        given: u64,
    },
    /// A folder of an exchange with other manners.
    #[error("the exchange in {} was made with dialect {made}, not {given}: leave the dialect out, or name another folder", path.display())]
    OtherDialect {
        /// The folder.
        path: PathBuf,
        /// The dialect that it was made with.
        made: Dialect,
        /// The dialect that was given.
        given: Dialect,
    },
    /// A folder with a past and without its journal, or without the file that says how it was made.
    #[error("{} is missing or empty, though what stands beside it is there: bring it back from a copy, or name a new folder", .0.display())]
    Missing(PathBuf),
    /// A market that the folder doesn't have, or has otherwise.
    #[error(
        "market {symbol} is not the one in the data folder: a tape of another market needs a folder of its own"
    )]
    OtherMarket {
        /// Its name.
        symbol: String,
    },
}

/// How the exchange in a folder was made: the file `exchange.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    format: u32,
    /// Its seed: ids of fills come from it.
    pub seed: u64,
    /// Its dialect: the rules of its markets come from it.
    #[serde(default)]
    pub dialect: Dialect,
}

impl Made {
    fn by(config: &ExchangeConfig) -> Self {
        Self { format: FORMAT, seed: config.seed, dialect: config.dialect }
    }
}

/// A data folder, locked for this process. Nothing in it is changed before the whole of it has been read.
#[derive(Debug)]
pub(crate) struct DataFolder {
    papers: Papers,
    journal: Folder,
}

/// The small files of a data folder.
#[derive(Debug)]
pub(crate) struct Papers {
    path: PathBuf,
}

impl DataFolder {
    /// Opens a folder or makes it, and gives the configuration the keys that are in it.
    pub(crate) fn open(data: &DataDir, config: &mut ExchangeConfig) -> Result<Self, DataError> {
        refuse_foreign(&data.path)?;
        let journal = match &data.disk {
            None => Folder::open(&data.path.join(JOURNAL), TAG),
            Some(JournalDisk(disk)) => {
                std::fs::create_dir_all(&data.path).map_err(fault(&data.path, "made"))?;
                Folder::on(Arc::clone(disk), TAG)
            }
        };
        let journal = journal.map_err(|error| match error {
            OpenError::InUse { .. } => DataError::InUse(data.path.clone()),
            other => DataError::Open(other),
        })?;
        let papers = Papers { path: data.path.clone() };
        if let Some(kept) = read::<KeptKeys>(&papers.path.join(KEYS))? {
            kept.complete(config);
        }
        Ok(Self { papers, journal })
    }

    /// What is in the journal.
    pub(crate) fn recover(self) -> Result<(Recovered, Papers), DataError> {
        Ok((self.journal.recover()?, self.papers))
    }
}

impl Papers {
    /// Whether what happened in this folder can go on with this configuration. A folder in which nothing happened takes
    /// any.
    pub(crate) fn check(&self, config: &ExchangeConfig, has_past: bool) -> Result<(), DataError> {
        let made = made_as(&self.path)?;
        let path = self.path.clone();
        if !has_past {
            // Keys are kept when the beginning is.
            return match path.join(KEYS).exists() {
                true => Err(DataError::Missing(path.join(JOURNAL))),
                false => self.write(MADE, &Made::by(config)),
            };
        }
        match made {
            None => Err(DataError::Missing(path.join(MADE))),
            Some(made) if made.seed != config.seed => {
                Err(DataError::OtherSeed { path, made: made.seed, given: config.seed })
            }
            Some(made) if made.dialect != config.dialect => {
                Err(DataError::OtherDialect { path, made: made.dialect, given: config.dialect })
            }
            Some(_) => Ok(()),
        }
    }

    /// Keeps the accounts' keys for the next start.
    pub(crate) fn keep_keys<'a>(
        &self,
        accounts: impl IntoIterator<Item = &'a AccountConfig>,
    ) -> Result<(), DataError> {
        self.write(KEYS, &KeptKeys::of(accounts))
    }

    fn write(&self, name: &str, content: &impl Serialize) -> Result<(), DataError> {
        let path = self.path.join(name);
        // Strings and numbers: writing them cannot fail. There may be secrets among them.
        let text = Zeroizing::new(serde_json::to_string_pretty(content).unwrap_or_default());
        file::write(&path, &text).map_err(fault(&path, "written"))
    }
}

/// How the exchange in a folder was made; none in a new folder.
///
/// # Errors
/// Where the file that says so can't be read, or is of another version.
pub fn made_as(data_dir: &Path) -> Result<Option<Made>, DataError> {
    let path = data_dir.join(MADE);
    match read::<Made>(&path)? {
        Some(Made { format, .. }) if format != FORMAT => {
            let why = format!("format {format} where this program has {FORMAT}");
            Err(DataError::Content { path, why })
        }
        made => Ok(made),
    }
}

/// Of a file that can't be understood only the place is told: what stands there may be a secret.
fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<Option<T>, DataError> {
    let Some(text) = file::read(path).map_err(fault(path, "read"))? else { return Ok(None) };
    serde_json::from_str(&Zeroizing::new(text)).map(Some).map_err(|error| {
        let why = format!("line {}, column {}", error.line(), error.column());
        DataError::Content { path: path.to_owned(), why }
    })
}

fn fault(path: &Path, action: &'static str) -> impl FnOnce(io::Error) -> DataError {
    let path = path.to_owned();
    move |source| DataError::File { path, action, source }
}

/// A folder that isn't ours stays as it is.
fn refuse_foreign(path: &Path) -> Result<(), DataError> {
    let entries = match std::fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(fault(path, "read")(error)),
    };
    for entry in entries {
        let name = entry.map_err(fault(path, "read"))?.file_name();
        let name = name.to_string_lossy();
        let is_ours = [JOURNAL, MADE, KEYS, "exchange.tmp", "keys.tmp"].contains(&name.as_ref());
        if !is_ours && !name.starts_with('.') {
            return Err(DataError::Foreign(path.join(name.as_ref())));
        }
    }
    Ok(())
}
