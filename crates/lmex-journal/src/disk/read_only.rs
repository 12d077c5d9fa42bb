//! A folder that is looked at and left as it is.

use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::{Disk, DiskFile, fs};
use crate::error::{DiskError, OpenError};
use crate::names;

/// A folder that is read and never changed. What a recovery would mend there, a torn end and files that were not
/// completed, stays.
#[derive(Debug)]
pub(crate) struct ReadOnlyDisk {
    folder: PathBuf,
    // Held for their locks only; a copy of a folder may have no file for it.
    _lock: Option<File>,
    _folder_lock: Option<File>,
}

impl ReadOnlyDisk {
    /// Locks the folder, so that nobody writes while it is read.
    pub(crate) fn open(folder: &Path) -> Result<Self, OpenError> {
        let path = folder.join(names::LOCK);
        let _folder_lock = fs::lock_folder(folder)?;
        let lock = match File::open(&path) {
            Ok(lock) => lock,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Ok(Self { folder: folder.to_owned(), _lock: None, _folder_lock });
            }
            Err(source) => return Err(DiskError { path, action: "opened", source }.into()),
        };
        match lock.try_lock() {
            Ok(()) => Ok(Self { folder: folder.to_owned(), _lock: Some(lock), _folder_lock }),
            Err(TryLockError::WouldBlock) => Err(OpenError::InUse { folder: folder.to_owned() }),
            Err(TryLockError::Error(source)) => Err(DiskError { path, action: "locked", source }.into()),
        }
    }
}

impl Disk for ReadOnlyDisk {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn list(&self) -> io::Result<Vec<String>> {
        fs::list(&self.folder)
    }

    fn read(&self, name: &str, into: &mut Vec<u8>) -> io::Result<()> {
        fs::read(&self.path(name), into)
    }

    fn create(&self, _name: &str) -> io::Result<Box<dyn DiskFile>> {
        Err(only_read())
    }

    fn open(&self, _name: &str) -> io::Result<Box<dyn DiskFile>> {
        Err(only_read())
    }

    fn rename(&self, _from: &str, _to: &str) -> io::Result<()> {
        Err(only_read())
    }

    fn remove(&self, _name: &str) -> io::Result<()> {
        Err(only_read())
    }

    fn sync_folder(&self) -> io::Result<()> {
        Err(only_read())
    }
}

fn only_read() -> io::Error {
    io::Error::new(ErrorKind::ReadOnlyFilesystem, "the folder is only read")
}
