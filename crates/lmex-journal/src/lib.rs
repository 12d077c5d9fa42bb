//! How is what happened kept? This crate keeps numbered byte records in a folder so that what it acknowledged is
//! there after a kill or a power loss, and gives them back in order. It never decides what a record means.
//!
//! # The folder
//!
//! | file | what it is |
//! |---|---|
//! | `lock` | locked while a process has the folder open |
//! | `format` | one line of text: the version of this format, and the tag of the program whose records these are |
//! | `journal-00000000000000000001.log` | a segment: records from this number on |
//! | `journal-next.log` | the next segment, made ahead: with a header it was begun, and its name is under way |
//! | `snapshot-00000000000000000042.bin` | a state that holds all records up to this number |
//! | `.cut-…` | what was last cut off a segment's end |
//! | `….tmp` | a file not yet complete; it gets its name once it is, and is removed at the next start |
//!
//! A segment is a header and then *batches*: what one write brought to the disk. Checksums are CRC-32, integers
//! little-endian:
//!
//! ```text
//! segment header   magic "LMEXJRNL" | version u32 | first number u64 | crc u32
//! batch            magic u32 | body bytes u32 | records u32 | body crc u32 | first number u64 | header crc u32 | body
//! body             for each record: bytes u32 | payload
//! snapshot         magic "LMEXSNAP" | version u32 | number u64 | body bytes u64 | body crc u32 | crc u32 | body
//! ```
//!
//! A batch's header checksum covers the segment's first number too, so that a batch of another file is none here. After
//! the last batch a segment ends, or holds zeros: room made ahead, because a sync that doesn't change the file's
//! size takes about half as long.
//!
//! # A torn tail and a corrupt middle
//!
//! The checksum stands over a batch, not over a record, because the batch is what a power loss tears. Its sectors
//! reach the disk in any order, so a record in the middle of the last write may be missing while a later one of
//! the same write is whole; with a checksum for each record that would look like damage. The next batch is written
//! only when the one before was synced ([`Durability::Fsync`]) or handed to the system, in the present segment or as the
//! first of the next one. So:
//!
//! - a bad batch in the last segment with no good batch behind it was never acknowledged, or can't be told from one
//!   that wasn't: it is cut off once all else was found good, and [`Recovered::cut`] says so;
//! - any other fault is damage, also where bytes were taken out or put in: [`RecoverError::Corrupt`] names the file, the offset and what to do.
//!
//! A snapshot is evidence as well: it is written only when its records are synced, so a journal that ends before
//! the number of a good snapshot is damaged.
//!
//! # Who waits for the disk
//!
//! [`Writer::write`] is for one thread that answers for its records, and writes them by itself: that is the shortest way.
//! [`Handle::append`] is for those who don't wait, or are many: a thread of the journal's own takes what they append together.
//! Both may be used at once.
//!
//! Where a sync is promised, whoever writes: once for all that waited. Otherwise nobody but a thread of the journal's own. It
//! syncs behind the writes, so that neither a snapshot nor the system finds much to do at once; it makes the next
//! segment ahead, with its name and its room on the disk, and names it when it was begun. A recovery takes the file in either state,
//! and brings all that it gives back to the disk: what a start has shown outlives the next power loss, whatever was promised.
//!
//! On a full disk whoever writes also waits for what else is under way, a snapshot or the next segment: one that can't be
//! completed gives its room back, and then the record is tried once more.
//!
//! # Use
//!
//! ```
//! use lmex_journal::{Bounds, Durability, Folder, Writer};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let place = tempfile::tempdir()?;
//! # let dir = place.path().join("data");
//! let mut recovered = Folder::open(&dir, "sample/1")?.recover()?;
//! for record in &mut recovered.records {
//!     println!("{} has {} bytes", record.as_ref().map_or(0, |r| r.number), record?.payload.len());
//! }
//! let writer = Writer::start(recovered.records.finish()?, Durability::Fsync, Bounds::default())?;
//! let number = writer.handle().append(b"bought", || println!("safe"))?;
//! assert_eq!((number, writer.close()?), (1, 1));
//! # Ok(())
//! # }
//! ```

mod batch;
mod bounds;
mod disk;
mod error;
mod folder;
mod handle;
mod header;
mod keeper;
mod names;
mod queue;
mod records;
mod recovery;
mod scan;
mod settling;
mod snapshot;
mod syncer;
mod tail;
mod writer;

pub use bounds::{Bounds, Durability};
pub use disk::{Disk, DiskFile, FsDisk};
pub use error::{AppendError, CorruptError, DiskError, Failed, OpenError, RecoverError, SnapshotError};
pub use folder::{FORMAT_VERSION, Folder};
pub use handle::Handle;
pub use records::{Ready, Record, Records};
pub use recovery::{Cut, Recovered, Snapshot};
pub use writer::Writer;
