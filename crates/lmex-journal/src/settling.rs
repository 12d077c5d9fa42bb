//! What a recovery changes, once all that it reads was found good.

use std::collections::VecDeque;
use std::io::ErrorKind;

use crate::disk::{Disk, open};
use crate::error::DiskError;
use crate::folder::{list, write_whole};
use crate::names::{self, Kind};
use crate::scan::Segment;

/// What is to be done before anyone relies on what was read.
pub(crate) struct Settling {
    /// The first numbers of the segments before the last one.
    earlier: Vec<u64>,
    /// The last segment's first number, and its file.
    last: u64,
    name: String,
    /// Where it ends.
    end: u64,
    /// What is behind that.
    torn: Option<Vec<u8>>,
}

impl Settling {
    pub(crate) fn of(earlier: &VecDeque<u64>, last: &Segment, torn: Option<Vec<u8>>) -> Self {
        let (earlier, name) = (earlier.iter().copied().collect(), last.name.clone());
        Self { earlier, last: last.first, name, end: last.at as u64, torn }
    }

    /// Removes what was never completed, cuts the torn end off, brings everything to the disk, and gives the last segment its
    /// name.
    pub(crate) fn carry_out(self, disk: &dyn Disk) -> Result<(), DiskError> {
        for name in list(disk)?.iter().filter(|name| names::kind(name) == Kind::Leftover) {
            disk.remove(name).map_err(DiskError::of(disk, name, "removed"))?;
        }
        if let Some(torn) = &self.torn {
            self.keep(disk, torn)?;
        }
        for name in self.earlier.iter().copied().map(names::segment) {
            open(disk, &name)?.sync_data().map_err(DiskError::of(disk, &name, "synced"))?;
        }
        let mut file = open(disk, &self.name)?;
        if self.torn.is_some() {
            file.truncate(self.end).map_err(DiskError::of(disk, &self.name, "cut"))?;
        }
        file.sync_data().map_err(DiskError::of(disk, &self.name, "synced"))?;
        drop(file);
        let name = names::segment(self.last);
        if self.name != name {
            disk.rename(&self.name, &name).map_err(DiskError::of(disk, &name, "made"))?;
        }
        disk.sync_folder().map_err(DiskError::of(disk, "", "synced"))
    }

    /// What is cut off means nothing to this program. It may to who looks for what went wrong, so the last of it is kept,
    /// unless the disk is full: that is a usual reason for a torn end.
    fn keep(&self, disk: &dyn Disk, torn: &[u8]) -> Result<(), DiskError> {
        let name = names::cut(self.last, self.end);
        match write_whole(disk, &name, &[torn]) {
            Err(error) if error.source.kind() == ErrorKind::StorageFull => return Ok(()),
            written => written?,
        }
        for older in list(disk)?.iter().filter(|it| names::is_cut(it) && **it != name) {
            disk.remove(older).map_err(DiskError::of(disk, older, "removed"))?;
        }
        Ok(())
    }
}
