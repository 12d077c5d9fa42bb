//! What folder is taken, and by whom.

use std::fs;
use std::path::Path;

use lmex_journal::{Bounds, Durability, Folder, OpenError, Writer};

use crate::ask::TAG;
use crate::kill::Child;

fn tree(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_new_folder_is_its_owners_only_and_empty() {
    let place = tempfile::tempdir().unwrap();
    let dir = place.path().join("a/b");
    let mut recovered = Folder::open(&dir, TAG).unwrap().recover().unwrap();
    assert!(recovered.snapshot.is_none() && recovered.cut.is_none() && recovered.records.next().is_none());
    assert_eq!(recovered.records.finish().unwrap().last(), 0);
    assert_eq!(tree(&dir), ["format", "journal-00000000000000000001.log", "lock"]);
    #[cfg(unix)]
    for (path, mode) in [("", 0o700), ("format", 0o600), ("journal-00000000000000000001.log", 0o600)] {
        let metadata = fs::metadata(dir.join(path)).unwrap();
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777, mode, "{path}");
    }
}

#[test]
fn two_processes_do_not_share_a_folder() {
    let place = tempfile::tempdir().unwrap();
    let recovered = Folder::open(place.path(), TAG).unwrap().recover().unwrap();
    let writer =
        Writer::start(recovered.records.finish().unwrap(), Durability::Fsync, Bounds::default()).unwrap();
    let refusal = Child::start(place.path(), "fsync").all_lines();
    let dir = place.path().display();
    let expected = format!("{dir} is in use by another process: stop that one, or name another folder");
    assert_eq!(refusal, [format!("refused {expected}")]);
    assert_eq!(Folder::open(place.path(), TAG).unwrap_err().to_string(), expected);
    // Closed, the folder is free, though handles live.
    let handle = writer.handle().clone();
    writer.close().unwrap();
    Folder::open(place.path(), TAG).unwrap();
    assert!(handle.append(b"late", || {}).is_err());
}

/// A second process would write into the same segment, and both would lose what they acknowledged.
#[cfg(unix)]
#[test]
fn a_lock_outlives_its_file() {
    let place = tempfile::tempdir().unwrap();
    let held = Folder::open(place.path(), TAG).unwrap();
    fs::remove_file(place.path().join("lock")).unwrap();
    assert!(matches!(Folder::open(place.path(), TAG), Err(OpenError::InUse { .. })));
    assert!(matches!(Folder::open_to_read(place.path(), TAG), Err(OpenError::InUse { .. })));
    drop(held);
    Folder::open(place.path(), TAG).unwrap();
}

#[test]
fn what_another_program_wrote_is_shown_without_control_characters() {
    let place = tempfile::tempdir().unwrap();
    drop(Folder::open(place.path(), TAG).unwrap());
    fs::write(place.path().join("format"), "\u{1b}[2Jhello\r\u{7}").unwrap();
    let refusal = Folder::open(place.path(), TAG).unwrap_err().to_string();
    assert!(refusal.contains("hello") && !refusal.chars().any(char::is_control), "{refusal:?}");
}

#[test]
fn another_version_or_another_programs_records_are_refused() {
    let place = tempfile::tempdir().unwrap();
    drop(Folder::open(place.path(), "exchange/1").unwrap());
    let refusal = Folder::open(place.path(), "exchange/2").unwrap_err();
    assert_eq!(
        refusal.to_string(),
        format!(
            "{} says \"lmex-journal/1 exchange/1\" where this program keeps \"lmex-journal/1 exchange/2\": \
             use the program that wrote it, or name another folder",
            place.path().join("format").display()
        )
    );
    fs::remove_file(place.path().join("format")).unwrap();
    fs::write(place.path().join("snapshot-00000000000000000007.bin"), "").unwrap();
    assert!(matches!(Folder::open(place.path(), "exchange/1"), Err(OpenError::NoFormat { .. })));
}

#[test]
fn a_folder_with_other_files_is_refused_and_left_as_it_is() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("thesis.tex"), "").unwrap();
    let refusal = Folder::open(place.path(), TAG).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        format!(
            "{} is no file of a journal: name an empty or a new folder, or move the file away",
            place.path().join("thesis.tex").display()
        )
    );
    assert_eq!(tree(place.path()), ["thesis.tex"]);
}

#[test]
fn files_that_were_never_completed_are_removed() {
    let place = tempfile::tempdir().unwrap();
    for name in
        ["format.tmp", "journal-00000000000000000001.log.tmp", "snapshot-00000000000000000009.bin.tmp", ".x"]
    {
        fs::write(place.path().join(name), "half").unwrap();
    }
    let folder = Folder::open(place.path(), TAG).unwrap();
    folder.recover().unwrap().records.finish().unwrap();
    assert_eq!(tree(place.path()), [".x", "format", "journal-00000000000000000001.log", "lock"]);
}
