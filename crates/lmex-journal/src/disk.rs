//! What the journal asks of a disk: one flat folder of files. Tests put a simulated one in its place.

pub(crate) mod fs;
pub(crate) mod read_only;

use std::io;
use std::path::PathBuf;

pub use fs::FsDisk;

use crate::error::DiskError;

/// A folder of files, locked for whoever holds this value.
pub trait Disk: Send + Sync {
    /// The path of a file, for messages.
    fn path(&self, name: &str) -> PathBuf;

    /// The names of all files, in any order.
    ///
    /// # Errors
    /// What the system says.
    fn list(&self) -> io::Result<Vec<String>>;

    /// Puts a file's whole content in place of what `into` holds.
    ///
    /// # Errors
    /// What the system says; `NotFound` where no such file is.
    fn read(&self, name: &str, into: &mut Vec<u8>) -> io::Result<()>;

    /// Makes a file, or empties the one of that name.
    ///
    /// # Errors
    /// What the system says.
    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>>;

    /// Opens a file for writing.
    ///
    /// # Errors
    /// What the system says.
    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>>;

    /// Gives a file a new name. After a power loss it has the one or the other, unless the folder was synced.
    ///
    /// # Errors
    /// What the system says.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// What the system says.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Waits until all names given and taken so far are on the disk.
    ///
    /// # Errors
    /// What the system says.
    fn sync_folder(&self) -> io::Result<()>;
}

/// A file open for writing.
pub trait DiskFile: Send {
    /// Writes all bytes at an offset, making the file longer if needed.
    ///
    /// # Errors
    /// What the system says; some of the bytes may be written then.
    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()>;

    /// Cuts the file to a length.
    ///
    /// # Errors
    /// What the system says.
    fn truncate(&mut self, length: u64) -> io::Result<()>;

    /// Waits until all that was written to the file is on the disk, its length included.
    ///
    /// # Errors
    /// What the system says. What was not synced may then be lost although a later sync succeeds.
    fn sync_data(&mut self) -> io::Result<()>;
}

/// Opens a file, or says which one can't be.
pub(crate) fn open(disk: &dyn Disk, name: &str) -> Result<Box<dyn DiskFile>, DiskError> {
    disk.open(name).map_err(DiskError::of(disk, name, "opened"))
}
