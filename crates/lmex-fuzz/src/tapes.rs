//! Files that others may have written or damaged: tapes, captures to import, and journals of intents.
//!
//! An input is what kind of file it is (1 byte), and the file, or for [`rows`] what its rows are made of.

mod capture;
mod journal;
mod rows;

use std::path::Path;

use lmex_tape::{TapeBody, TapeError, TapeInfo, TapeReader, scan};

use crate::input::Input;

/// What a file can be.
const KINDS: [fn(&Path, &[u8]); 4] = [whole_tape, rows::run, capture::run, journal::run];
const TAPE: u8 = 0;
const ROWS: u8 = 1;
const CAPTURE: u8 = 2;
const JOURNAL: u8 = 3;

pub(crate) fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let kind = KINDS[input.index(KINDS.len())];
    #[expect(clippy::expect_used, reason = "without a folder nothing can be tried")]
    let folder = tempfile::tempdir_in(memory_folder()).expect("a folder can be made");
    kind(folder.path(), input.rest());
}

/// Where files are written without a disk, if there is such a place.
fn memory_folder() -> std::path::PathBuf {
    let shared_memory = Path::new("/dev/shm");
    if shared_memory.is_dir() { shared_memory.to_owned() } else { std::env::temp_dir() }
}

fn put(path: &Path, bytes: &[u8]) {
    #[expect(clippy::expect_used, reason = "without its file nothing can be tried")]
    std::fs::write(path, bytes).expect("a file can be written");
}

fn whole_tape(folder: &Path, bytes: &[u8]) {
    let path = folder.join("tape.parquet");
    put(&path, bytes);
    read(&path);
}

/// Reads a file in every way there is. What is read is what the file says of itself.
fn read(path: &Path) {
    let info = TapeInfo::read(path);
    let scanned = scan(path);
    let reader = match TapeReader::open(path) {
        Ok(reader) => reader,
        Err(error) => {
            assert!(info.is_err() && scanned.is_err(), "opened only sometimes: {error}");
            assert!(error.to_string().len() < 4_096, "an error of {} bytes", error.to_string().len());
            return;
        }
    };
    let told = reader.info().clone();
    assert_eq!(info.ok().as_ref(), Some(&told));
    let (messages, is_whole) = count(reader);
    assert!(messages <= told.messages, "{messages} messages, of {}", told.messages);
    assert!(!is_whole || messages == told.messages, "{messages} messages, of {}", told.messages);
    assert_eq!(scanned.is_ok(), is_whole, "{scanned:?}");
}

/// How many messages there are, and whether the end was reached. After an error nothing more comes.
fn count(mut reader: TapeReader) -> (u64, bool) {
    let mut messages = 0;
    loop {
        match reader.next() {
            Some(Ok(message)) => {
                messages += 1;
                let is_empty = matches!(message.body, TapeBody::Depth { levels, .. } if levels.is_empty());
                assert!(!is_empty, "a message without levels");
            }
            Some(Err(error)) => {
                assert!(matches!(error, TapeError::Damaged { .. }), "{error}");
                assert!(reader.next().is_none(), "it goes on after {error}");
                return (messages, false);
            }
            None => return (messages, true),
        }
    }
}

/// Tapes made from captures, the captures themselves, and journals.
pub(crate) fn seeds(_: Option<&Path>) -> Vec<Vec<u8>> {
    let of = |kind: u8, files: Vec<Vec<u8>>| files.into_iter().map(move |file| [&[kind], &file[..]].concat());
    let files = of(TAPE, capture::tapes()).chain(of(ROWS, rows::seeds()));
    files.chain(of(CAPTURE, capture::seeds())).chain(of(JOURNAL, journal::seeds())).collect()
}
