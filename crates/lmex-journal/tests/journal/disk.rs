//! A disk in memory that knows what is written and what is synced. It can run full, fail a sync, and lose its power.

use std::collections::BTreeMap;
use std::io::{Error, ErrorKind, Result};
use std::panic::panic_any;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{ThreadId, current, yield_now};

use lmex_journal::{Disk, DiskFile};

use crate::ask::random;

/// What reaches the disk at once, or not.
const SECTOR: usize = 64;

/// Clones are the same disk.
#[derive(Clone, Default)]
pub(crate) struct SimDisk(Arc<Mutex<Sim>>);

#[derive(Clone, Default)]
pub(crate) struct Sim {
    files: Vec<SimFile>,
    names: BTreeMap<String, usize>,
    synced_names: BTreeMap<String, usize>,
    unsynced: Vec<Renaming>,
    /// Bytes that can be written still.
    pub(crate) room: Option<usize>,
    /// Writes that found no room.
    pub(crate) writes_without_room: usize,
    /// Whether who removes a file waits until this is no more.
    pub(crate) holds_removals: bool,
    /// Syncs of files that will succeed still.
    pub(crate) good_syncs: Option<usize>,
    /// Operations until the power is lost.
    pub(crate) power: Option<usize>,
    /// Operations so far.
    pub(crate) operations: usize,
    /// Who has waited for the disk, each time.
    pub(crate) syncs: Vec<ThreadId>,
    /// Whether files can't get other names.
    pub(crate) keeps_names: bool,
    /// Whether no file can be made.
    pub(crate) makes_no_files: bool,
    /// Whether no file can be removed.
    pub(crate) removes_nothing: bool,
    /// Whether who gives a file another name panics.
    pub(crate) panics_at_names: bool,
}

#[derive(Clone, Default)]
struct SimFile {
    live: Vec<u8>,
    synced: Vec<u8>,
    unsynced: Vec<Change>,
}

#[derive(Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Truncate(usize),
}

#[derive(Clone)]
enum Renaming {
    Link(String, usize),
    Rename(String, String),
    Remove(String),
}

struct Open(SimDisk, usize);

impl SimDisk {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Sim> {
        self.0.lock().unwrap()
    }

    /// Waits until so many writes have found no room.
    pub(crate) fn wait_for_writes_without_room(&self, writes: usize) {
        while self.lock().writes_without_room < writes {
            yield_now();
        }
    }

    /// Another disk with the same on it, and nothing wrong with it.
    pub(crate) fn copy(&self) -> Self {
        let mut sim = self.lock().clone();
        (sim.room, sim.good_syncs, sim.power) = (None, None, None);
        (sim.keeps_names, sim.panics_at_names) = (false, false);
        (sim.makes_no_files, sim.removes_nothing, sim.holds_removals) = (false, false, false);
        Self(Arc::new(Mutex::new(sim)))
    }

    pub(crate) fn file(&self, name: &str) -> Vec<u8> {
        let sim = self.lock();
        sim.files[sim.names[name]].live.clone()
    }

    /// Changes a file behind the journal's back.
    pub(crate) fn put(&self, name: &str, bytes: Vec<u8>) {
        let mut sim = self.lock();
        let file = SimFile { synced: bytes.clone(), live: bytes, unsynced: Vec::new() };
        sim.files.push(file);
        let at = sim.files.len() - 1;
        sim.names.insert(name.to_owned(), at);
        sim.synced_names.insert(name.to_owned(), at);
    }

    pub(crate) fn names(&self, beginning: &str) -> Vec<String> {
        self.lock().names.keys().filter(|name| name.starts_with(beginning)).cloned().collect()
    }

    /// What may be on the disk after a power loss: what was synced, any part of what was not, sector by sector,
    /// and the names as they were at some time since the folder was synced.
    pub(crate) fn after_power_loss(&self, seed: &mut u64) -> Self {
        let sim = self.lock();
        let mut names = sim.synced_names.clone();
        let lasting = random(seed) as usize % (sim.unsynced.len() + 1);
        sim.unsynced.iter().take(lasting).for_each(|renaming| renaming.apply(&mut names));
        let files = sim.files.iter().map(|file| file.after_power_loss(seed)).collect();
        let sim = Sim { files, synced_names: names.clone(), names, ..Sim::default() };
        Self(Arc::new(Mutex::new(sim)))
    }
}

impl Sim {
    /// Counts an operation; an error once the power is lost.
    fn operate(&mut self) -> Result<()> {
        self.operations += 1;
        match &mut self.power {
            Some(0) => Err(Error::other("the power is lost")),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn rename(&mut self, renaming: Renaming) {
        renaming.apply(&mut self.names);
        self.unsynced.push(renaming);
    }

    fn give_back(&mut self, bytes: usize) {
        self.room = self.room.map(|room| room + bytes);
    }

    /// Loses a file.
    pub(crate) fn lose(&mut self, name: &str) {
        self.names.remove(name);
        self.synced_names.remove(name);
    }

    fn find(&self, name: &str) -> Result<usize> {
        self.names.get(name).copied().ok_or_else(|| ErrorKind::NotFound.into())
    }
}

impl Renaming {
    fn apply(&self, names: &mut BTreeMap<String, usize>) {
        match self {
            Self::Link(name, file) => drop(names.insert(name.clone(), *file)),
            Self::Rename(from, to) => {
                let file = names.remove(from).unwrap();
                names.insert(to.clone(), file);
            }
            Self::Remove(name) => drop(names.remove(name)),
        }
    }
}

impl SimFile {
    fn after_power_loss(&self, seed: &mut u64) -> Self {
        let mut image = self.synced.clone();
        // None, all, or any sectors: the extremes are as likely as the middle.
        let share = [0, 50, 100][random(seed) as usize % 3];
        for change in &self.unsynced {
            match change {
                Change::Truncate(length) if random(seed) % 100 < share => image.truncate(*length),
                Change::Truncate(_) => {}
                Change::Write(offset, bytes) => {
                    for (index, sector) in bytes.chunks(SECTOR).enumerate() {
                        if random(seed) % 100 < share {
                            write(&mut image, offset + index * SECTOR, sector);
                        }
                    }
                }
            }
        }
        Self { live: image.clone(), synced: image, unsynced: Vec::new() }
    }
}

fn write(image: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    image.resize(image.len().max(offset + bytes.len()), 0);
    image[offset..offset + bytes.len()].copy_from_slice(bytes);
}

impl Disk for SimDisk {
    fn path(&self, name: &str) -> PathBuf {
        PathBuf::from("disk").join(name)
    }

    fn list(&self) -> Result<Vec<String>> {
        Ok(self.names(""))
    }

    fn read(&self, name: &str, into: &mut Vec<u8>) -> Result<()> {
        let mut sim = self.lock();
        sim.operate()?;
        into.clear();
        into.extend_from_slice(&sim.files[sim.find(name)?].live);
        Ok(())
    }

    fn create(&self, name: &str) -> Result<Box<dyn DiskFile>> {
        let mut sim = self.lock();
        sim.operate()?;
        if sim.makes_no_files {
            return Err(Error::other("too many files are open"));
        }
        sim.files.push(SimFile::default());
        let file = sim.files.len() - 1;
        sim.rename(Renaming::Link(name.to_owned(), file));
        Ok(Box::new(Open(self.clone(), file)))
    }

    fn open(&self, name: &str) -> Result<Box<dyn DiskFile>> {
        let mut sim = self.lock();
        sim.operate()?;
        Ok(Box::new(Open(self.clone(), sim.find(name)?)))
    }

    fn rename(&self, from: &str, to: &str) -> Result<()> {
        if self.lock().panics_at_names {
            panic_any("a fault of the disk");
        }
        let mut sim = self.lock();
        sim.operate()?;
        if sim.keeps_names {
            return Err(Error::other("names can't be changed"));
        }
        sim.rename(Renaming::Rename(from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<()> {
        while self.lock().holds_removals {
            yield_now();
        }
        let mut sim = self.lock();
        sim.operate()?;
        let file = sim.find(name)?;
        if sim.removes_nothing {
            return Err(Error::other("files can't be removed"));
        }
        sim.rename(Renaming::Remove(name.to_owned()));
        let bytes = sim.files[file].live.len();
        sim.give_back(bytes);
        Ok(())
    }

    fn sync_folder(&self) -> Result<()> {
        let mut sim = self.lock();
        sim.syncs.push(current().id());
        sim.operate()?;
        sim.synced_names = sim.names.clone();
        sim.unsynced.clear();
        Ok(())
    }
}

impl DiskFile for Open {
    fn write_at(&mut self, bytes: &[u8], offset: u64) -> Result<()> {
        let mut sim = self.0.lock();
        let powered = sim.operate();
        // The power may go while the write is under way, and a full disk takes what fits.
        let room_there = sim.files[self.1].live.len().saturating_sub(offset as usize);
        let fits = sim.room.unwrap_or(usize::MAX).saturating_add(room_there).min(bytes.len());
        let room = sim.room.map(|room| room - fits.saturating_sub(room_there));
        sim.room = room;
        let file = &mut sim.files[self.1];
        write(&mut file.live, offset as usize, &bytes[..fits]);
        file.unsynced.push(Change::Write(offset as usize, bytes[..fits].to_vec()));
        powered?;
        if fits < bytes.len() {
            sim.writes_without_room += 1;
            return Err(ErrorKind::StorageFull.into());
        }
        Ok(())
    }

    fn truncate(&mut self, length: u64) -> Result<()> {
        let mut sim = self.0.lock();
        sim.operate()?;
        let file = &mut sim.files[self.1];
        let bytes = file.live.len().saturating_sub(length as usize);
        file.live.truncate(length as usize);
        file.unsynced.push(Change::Truncate(length as usize));
        sim.give_back(bytes);
        Ok(())
    }

    fn sync_data(&mut self) -> Result<()> {
        let mut sim = self.0.lock();
        sim.syncs.push(current().id());
        sim.operate()?;
        match &mut sim.good_syncs {
            Some(0) => return Err(Error::other("the disk doesn't answer")),
            Some(left) => *left -= 1,
            None => {}
        }
        let file = &mut sim.files[self.1];
        file.synced = file.live.clone();
        file.unsynced.clear();
        Ok(())
    }
}
