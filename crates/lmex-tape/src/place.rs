//! A file that appears under its name whole, or not at all.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use tempfile::NamedTempFile;

use crate::{Existing, TapeError};

/// Refuses, before any work is done, what would fail at the end.
pub(crate) fn check_place(path: &Path, existing: Existing) -> Result<(), TapeError> {
    if path.file_name().is_none() || path.is_dir() {
        return Err(TapeError::NotAFile { path: path.into() });
    }
    let folder = folder(path);
    if !folder.is_dir() {
        return Err(TapeError::NoFolder { path: folder.into() });
    }
    // A dangling link is something too: it would be replaced.
    if existing == Existing::Refuse && path.symlink_metadata().is_ok() {
        return Err(TapeError::Exists { path: path.into() });
    }
    Ok(())
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// In the same folder, because a rename is one step only within one file system.
pub(crate) fn hidden_file(path: &Path) -> Result<NamedTempFile, TapeError> {
    let mut hidden = tempfile::Builder::new();
    hidden.prefix(".tape-").suffix(".partial");
    // Temporary files are private by default; a tape is an ordinary file under the user's umask.
    #[cfg(unix)]
    let permissions = <fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o666);
    #[cfg(unix)]
    hidden.permissions(permissions);
    hidden.tempfile_in(folder(path)).map_err(failed("create", path))
}

pub(crate) fn publish(hidden: NamedTempFile, path: &Path, existing: Existing) -> Result<(), TapeError> {
    hidden.as_file().sync_all().map_err(failed("write", path))?;
    let renamed = match existing {
        Existing::Refuse => hidden.persist_noclobber(path),
        Existing::Replace => hidden.persist(path),
    };
    renamed.map_err(|refused| match refused.error.kind() {
        io::ErrorKind::AlreadyExists => TapeError::Exists { path: path.into() },
        _ => failed("name", path)(refused.error),
    })?;
    // The name lives in the folder, which has to reach the disk as well.
    if cfg!(unix) {
        File::open(folder(path)).and_then(|it| it.sync_all()).map_err(failed("name", path))
    } else {
        Ok(())
    }
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> TapeError {
    move |source| TapeError::Io { action, path: path.into(), source }
}
