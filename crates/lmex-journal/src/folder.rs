//! Opening a folder: is it ours, of our version, and nobody else's at this time?

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::disk::read_only::ReadOnlyDisk;
use crate::disk::{Disk, FsDisk, fs};
use crate::error::{DiskError, OpenError};
use crate::header::VERSION;
use crate::names::{self, Kind};

/// The version of the folder's format that this crate writes, and the only one that it reads.
pub const FORMAT_VERSION: u32 = VERSION;

/// A journal's folder, locked for this process. [`Folder::recover`] reads what is in it.
pub struct Folder {
    pub(crate) disk: Arc<dyn Disk>,
}

impl Folder {
    /// Opens a folder, or makes it. `tag` is one line that names the records' writer and their version, as
    /// `exchange/1`: a folder with another tag is refused, since its records mean something else.
    ///
    /// # Errors
    /// Where another process has the folder, it was written in another format or under another tag, or holds files
    /// that are none of a journal's; then nothing is changed in it.
    pub fn open(folder: &Path, tag: &str) -> Result<Self, OpenError> {
        if folder.exists() {
            let fault = |source| DiskError { path: folder.to_owned(), action: "listed", source };
            let listed = fs::list(folder).map_err(fault)?;
            // Before the lock's file is made: a folder that isn't ours stays as it is.
            refuse_foreign(listed.iter().map(String::as_str), |name| folder.join(name))?;
        }
        Self::on(Arc::new(FsDisk::open(folder)?), tag)
    }

    /// Opens a folder to look at it: nothing in it is changed, whatever is recovered from it. It can't be written to.
    ///
    /// # Errors
    /// As [`Folder::open`], also where there is no journal in it.
    pub fn open_to_read(folder: &Path, tag: &str) -> Result<Self, OpenError> {
        Self::on(Arc::new(ReadOnlyDisk::open(folder)?), tag)
    }

    /// The same on a disk that is locked already.
    ///
    /// # Errors
    /// As [`Folder::open`].
    pub fn on(disk: Arc<dyn Disk>, tag: &str) -> Result<Self, OpenError> {
        let listed = list(disk.as_ref())?;
        refuse_foreign(listed.iter().map(String::as_str), |name| disk.path(name))?;
        let kinds: Vec<Kind> = listed.iter().map(|name| names::kind(name)).collect();
        let line = format!("lmex-journal/{VERSION} {tag}\n");
        if kinds.contains(&Kind::Format) {
            check_format(disk.as_ref(), &line)?;
        } else if kinds.iter().any(|kind| matches!(kind, Kind::Segment(_) | Kind::Snapshot(_))) {
            return Err(OpenError::NoFormat { file: disk.path(names::FORMAT) });
        }
        if !kinds.contains(&Kind::Format) {
            write_whole(disk.as_ref(), names::FORMAT, &[line.as_bytes()])?;
        }
        Ok(Self { disk })
    }
}

impl fmt::Debug for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Folder").field(&self.disk.path("")).finish()
    }
}

impl DiskError {
    /// For `map_err`: what was tried on a file.
    pub(crate) fn of(
        disk: &dyn Disk,
        name: &str,
        action: &'static str,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let path = disk.path(name);
        move |source| Self { path, action, source }
    }
}

/// The names of all files in the folder.
pub(crate) fn list(disk: &dyn Disk) -> Result<Vec<String>, DiskError> {
    disk.list().map_err(DiskError::of(disk, "", "listed"))
}

/// Writes a file so that it is there whole, or not at all. When this returns, it is on the disk.
pub(crate) fn write_whole(disk: &dyn Disk, name: &str, parts: &[&[u8]]) -> Result<(), DiskError> {
    let unnamed = names::temporary(name);
    let written = write_synced(disk, &unnamed, parts)
        .and_then(|()| disk.rename(&unnamed, name).map_err(DiskError::of(disk, name, "made")));
    if written.is_err() {
        // On a full disk it may have taken the last room, which others need.
        let _ = disk.remove(&unnamed);
    }
    written?;
    disk.sync_folder().map_err(DiskError::of(disk, "", "synced"))
}

fn write_synced(disk: &dyn Disk, name: &str, parts: &[&[u8]]) -> Result<(), DiskError> {
    let mut file = disk.create(name).map_err(DiskError::of(disk, name, "made"))?;
    let mut offset = 0;
    for part in parts {
        file.write_at(part, offset).map_err(DiskError::of(disk, name, "written"))?;
        offset += part.len() as u64;
    }
    file.sync_data().map_err(DiskError::of(disk, name, "synced"))
}

fn refuse_foreign<'a>(
    mut listed: impl Iterator<Item = &'a str>,
    path: impl Fn(&str) -> std::path::PathBuf,
) -> Result<(), OpenError> {
    let foreign = listed.find(|name| names::kind(name) == Kind::Foreign);
    foreign.map_or(Ok(()), |name| Err(OpenError::Foreign { file: path(name) }))
}

fn check_format(disk: &dyn Disk, line: &str) -> Result<(), OpenError> {
    let mut found = Vec::new();
    disk.read(names::FORMAT, &mut found).map_err(DiskError::of(disk, names::FORMAT, "read"))?;
    if found == line.as_bytes() {
        return Ok(());
    }
    let file = disk.path(names::FORMAT);
    // On a terminal it must not do anything.
    let found =
        String::from_utf8_lossy(&found).trim_end().chars().take(80).flat_map(char::escape_debug).collect();
    Err(OpenError::OtherFormat { file, found, wanted: line.trim_end().to_owned() })
}
