//! The real disk.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::{Disk, DiskFile};
use crate::error::{DiskError, OpenError};
use crate::names;

/// Of so many folders that were there before the names are brought to the disk: the journal's own, and the one around it.
const THERE_BEFORE: usize = 2;

/// A folder of the file system, locked until this value is dropped.
#[derive(Debug)]
pub struct FsDisk {
    folder: PathBuf,
    // Held for their locks only.
    _lock: File,
    _folder_lock: Option<File>,
}

impl FsDisk {
    /// Makes the folder if it isn't there, readable by its owner only, and locks it.
    ///
    /// # Errors
    /// Where another process has it open, or the system says no.
    pub fn open(folder: &Path) -> Result<Self, OpenError> {
        let fault = |action| move |source| DiskError { path: folder.to_owned(), action, source };
        make_folder(folder).map_err(fault("made"))?;
        let path = folder.join(names::LOCK);
        let lock = owners_file().create(true).truncate(false).open(&path);
        let lock = lock.map_err(|source| DiskError { path: path.clone(), action: "opened", source })?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { folder: folder.to_owned(), _lock: lock, _folder_lock: lock_folder(folder)? }),
            Err(TryLockError::WouldBlock) => Err(OpenError::InUse { folder: folder.to_owned() }),
            Err(TryLockError::Error(source)) => Err(DiskError { path, action: "locked", source }.into()),
        }
    }
}

impl Disk for FsDisk {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn list(&self) -> io::Result<Vec<String>> {
        list(&self.folder)
    }

    fn read(&self, name: &str, into: &mut Vec<u8>) -> io::Result<()> {
        read(&self.path(name), into)
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(owners_file().create(true).truncate(true).open(self.path(name))?))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(owners_file().open(self.path(name))?))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path(from), self.path(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.path(name))
    }

    fn sync_folder(&self) -> io::Result<()> {
        sync_folder(&self.folder)
    }
}

impl DiskFile for File {
    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.seek(SeekFrom::Start(offset))?;
        self.write_all(bytes)
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)
    }

    fn sync_data(&mut self) -> io::Result<()> {
        File::sync_data(self)
    }
}

/// Locks the folder itself too, since a lock goes with its file when somebody deletes that. None where the system
/// doesn't lock folders: there the file alone has to do.
///
/// # Errors
/// Where another process has it.
pub(crate) fn lock_folder(folder: &Path) -> Result<Option<File>, OpenError> {
    let Ok(opened) = File::open(folder) else { return Ok(None) };
    match opened.try_lock() {
        Ok(()) => Ok(Some(opened)),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { folder: folder.to_owned() }),
        Err(TryLockError::Error(_)) => Ok(None),
    }
}

/// Puts a file's whole content in place of what `into` holds.
pub(crate) fn read(file: &Path, into: &mut Vec<u8>) -> io::Result<()> {
    into.clear();
    File::open(file)?.read_to_end(into).map(drop)
}

/// The names in a folder.
pub(crate) fn list(folder: &Path) -> io::Result<Vec<String>> {
    let name =
        |entry: io::Result<fs::DirEntry>| entry.map(|it| it.file_name().to_string_lossy().into_owned());
    fs::read_dir(folder)?.map(name).collect()
}

/// Makes a folder with those above it, and waits until their names are on the disk. That of one which was there may not
/// be: who made it, or an earlier start that was killed, need not have waited.
fn make_folder(folder: &Path) -> io::Result<()> {
    let above: Vec<&Path> = folder.ancestors().filter(|it| !it.as_os_str().is_empty()).collect();
    let missing = above.iter().take_while(|it| !it.exists()).count();
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)?;
    let parents = above.iter().take(missing.max(THERE_BEFORE)).filter_map(|it| it.parent());
    parents.enumerate().try_for_each(|(index, parent)| match sync_folder(parent) {
        // Others' folders can't always be opened; what was made here can.
        Err(_) if index >= missing => Ok(()),
        synced => synced,
    })
}

fn owners_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Names are kept by the folder, and only its sync brings them to the disk. Elsewhere folders can't be opened.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if !cfg!(unix) {
        return Ok(());
    }
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder)?.sync_all()
}
