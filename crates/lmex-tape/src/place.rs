//! A file that appears under its name whole, or not at all.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use parquet::errors::ParquetError;
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

/// Why a tape could not be written: in the system's words where it was the system, such as a full disk.
pub(crate) fn unwritable(path: &Path, source: ParquetError) -> TapeError {
    let source = match source {
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(source) => return failed("write", path)(*source),
            Err(other) => ParquetError::External(other),
        },
        other => other,
    };
    TapeError::Parquet { action: "write", path: path.into(), source }
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> TapeError {
    move |source| TapeError::Io { action, path: path.into(), source: of_the_system(source) }
}

/// The error without the name of the hidden file, which means nothing to a person. `tempfile` wraps the system's error
/// and gives it back as a text only.
fn of_the_system(error: io::Error) -> io::Error {
    match error.to_string().split_once(" at path ") {
        Some((reason, _)) => io::Error::new(error.kind(), reason),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_error_names_the_tape_and_not_the_hidden_file() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("missing").join("tape.parquet");
        let system = || tempfile::Builder::new().prefix(".tape-").tempfile_in(folder(&path)).unwrap_err();
        assert!(system().to_string().contains(".tape-"), "it has the hidden name: {}", system());
        let expected =
            |action| format!("can't {action} {}: {}", path.display(), io::Error::from_raw_os_error(2));
        assert_eq!(hidden_file(&path).unwrap_err().to_string(), expected("create"));
        assert_eq!(unwritable(&path, system().into()).to_string(), expected("write"));
        let other = unwritable(&path, ParquetError::General("no such encoding".into()));
        assert!(matches!(other, TapeError::Parquet { .. }), "{other}");
    }
}
