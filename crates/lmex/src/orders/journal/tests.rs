pub(super) mod disk;

use std::fs::{File, OpenOptions};

use super::*;

fn intent(id: &str) -> Intent {
    let (at, symbol) = (TimeMs::from_millis(5), "BTC-PERP".parse().unwrap());
    Intent { at, symbol, client_id: id.parse().unwrap(), left_by: None, closing: None }
}

/// As it is once its process was found dead at 9 ms.
fn adopted(id: &str) -> Intent {
    Intent { left_by: Some(9), ..intent(id) }
}

/// A process that dies: its lock is freed, its file stays.
fn die(mut journal: Journal) {
    let elsewhere = tempfile::tempdir().unwrap();
    let named = |name: &str| elsewhere.path().join(name);
    journal.log = Log::create(&named("unnamed"), &named("named")).unwrap();
}

/// Writes an intent, and waits for the disk.
fn intend(journal: &mut Journal, id: &str) {
    journal.intend(intent(id)).unwrap().sync().unwrap();
}

/// What is adopted at 9 ms.
fn adopt(journal: &mut Journal) -> Vec<Intent> {
    let mut intents = Vec::new();
    journal.adopt(TimeMs::from_millis(9), &mut intents).unwrap();
    intents
}

fn reread(path: &Path) -> Result<Vec<Intent>, JournalError> {
    read(&File::open(path).unwrap(), path)
}

#[test]
fn what_a_dead_process_left_is_adopted_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = Journal::create(folder.path(), "first").unwrap();
    intend(&mut first, "a");
    intend(&mut first, "b");
    first.settle("a".parse().unwrap(), Settled::Done).unwrap();
    die(first);
    let mut second = Journal::create(folder.path(), "second").unwrap();
    assert_eq!(adopt(&mut second), [adopted("b")]);
    assert_eq!(adopt(&mut second), []);
    die(second);
    let mut third = Journal::create(folder.path(), "third").unwrap();
    assert_eq!(adopt(&mut third), [adopted("b")], "an adopted intent survives its adopter");
}

#[test]
fn what_was_written_under_a_clock_that_was_ahead_counts_from_when_it_was_found() {
    let folder = tempfile::tempdir().unwrap();
    let tomorrow = TimeMs::from_millis(86_400_000);
    let mut first = Journal::create(folder.path(), "first").unwrap();
    for (id, left_by) in [("a", None), ("b", Some(tomorrow.as_millis()))] {
        let written = first.intend(Intent { at: tomorrow, left_by, ..intent(id) }).unwrap();
        written.sync().unwrap();
    }
    die(first);
    let mut second = Journal::create(folder.path(), "second").unwrap();
    let expected = ["a", "b"].map(|id| Intent { at: tomorrow, ..adopted(id) });
    assert_eq!(adopt(&mut second), expected);
    die(second);
    let mut third = Journal::create(folder.path(), "third").unwrap();
    let mut later = Vec::new();
    third.adopt(TimeMs::from_millis(50_000), &mut later).unwrap();
    assert_eq!(later, expected, "the next process goes on counting from there");
}

#[test]
fn the_living_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = Journal::create(folder.path(), "first").unwrap();
    intend(&mut first, "a");
    assert_eq!(adopt(&mut Journal::create(folder.path(), "second").unwrap()), []);
}

#[test]
fn nobody_takes_a_journal_that_is_just_being_made() {
    let folder = tempfile::tempdir().unwrap();
    let start = |thread| {
        let folder = folder.path();
        move || {
            for round in 0..100 {
                let mut journal = Journal::create(folder, &format!("{thread}-{round}")).unwrap();
                assert_eq!(adopt(&mut journal), []);
                assert!(journal.log.path().exists(), "an intent would be written to a file without a name");
            }
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|thread| scope.spawn(start(thread))).collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

/// A file of a process that died with two orders on their way, and where its padding begins.
fn left_behind(folder: &Path) -> (PathBuf, Vec<u8>, usize) {
    let mut journal = Journal::create(folder, "left").unwrap();
    intend(&mut journal, "a");
    intend(&mut journal, "b");
    let (path, end) = (journal.log.path().to_owned(), journal.log.bytes());
    die(journal);
    let bytes = fs::read(&path).unwrap();
    (path, bytes, usize::try_from(end).unwrap())
}

#[test]
fn a_line_torn_by_a_power_cut_was_never_sent_wherever_it_is_torn() {
    let folder = tempfile::tempdir().unwrap();
    let (path, whole, end) = left_behind(folder.path());
    let line = end / 2;
    assert!(whole.len() > end && whole[end..].iter().all(|byte| *byte == b'\n'), "it is padded");
    for torn in line..end {
        for (lost, filler) in [(torn..end, b'\n'), (line..torn, b'\n'), (torn..end, 0), (line..torn, 0)] {
            let (is_all, mut bytes) = (lost.is_empty() || lost == (end - 1..end), whole.clone());
            bytes[lost].fill(filler);
            let expected = if is_all { vec![intent("a"), intent("b")] } else { vec![intent("a")] };
            fs::write(&path, bytes).unwrap();
            assert_eq!(reread(&path).unwrap(), expected, "{torn}");
        }
        fs::write(&path, &whole[..torn]).unwrap();
        assert_eq!(reread(&path).unwrap(), [intent("a")], "cut off at {torn}");
    }
}

#[test]
fn a_line_changed_among_whole_ones_is_damage() {
    let folder = tempfile::tempdir().unwrap();
    let (path, whole, end) = left_behind(folder.path());
    let (line, padding) = (&whole[..end / 2], &whole[end..]);
    for after in [line, b""] {
        fs::write(&path, [line, b"nonsense\n", after].concat()).unwrap();
        let error = reread(&path).unwrap_err();
        assert!(
            matches!(error, JournalError::Damaged { line: 2, byte, .. } if byte as usize == line.len()),
            "{error}"
        );
    }
    fs::write(&path, [line, b"nonsense\n", padding].concat()).unwrap();
    assert_eq!(reread(&path).unwrap(), [intent("a")], "beside padding, it is the beginning of a torn line");
}

#[test]
fn garbage_is_not_read_into_memory() {
    let folder = tempfile::tempdir().unwrap();
    let (path, whole, end) = left_behind(folder.path());
    for (garbage, length) in [(b'x', 8 << 20), (b'x', 5_000)] {
        fs::write(&path, [&whole[..end], &[garbage]].concat()).unwrap();
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        std::io::copy(&mut std::io::Read::take(std::io::repeat(garbage), length), &mut file).unwrap();
        let error = reread(&path).unwrap_err().to_string();
        assert!(error.contains(&format!("line 3 (byte {end})")) && error.contains("left.ndjson"), "{error}");
    }
}

#[test]
fn the_space_is_there_before_it_is_needed() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::create(folder.path(), "first").unwrap();
    let mut lengths = std::collections::BTreeSet::new();
    for number in 0..2_000 {
        let line = Intent { client_id: format!("order-{number}").parse().unwrap(), ..intent("a") };
        journal.intend(line).unwrap().sync().unwrap();
        lengths.insert(fs::metadata(journal.log.path()).unwrap().len());
    }
    assert!(lengths.len() < 5, "a growing file has metadata to sync: {lengths:?}");
    assert_eq!(reread(journal.log.path()).unwrap().len(), 2_000);
}

#[tokio::test]
async fn lines_that_are_waited_for_at_once_are_all_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::create(folder.path(), "first").unwrap();
    let written: Vec<_> = ["a", "b", "c"].map(|id| journal.intend(intent(id)).unwrap()).into();
    for synced in futures_util::future::join_all(written.into_iter().map(Written::synced)).await {
        synced.unwrap();
    }
    assert_eq!(reread(journal.log.path()).unwrap().len(), 3);
}

#[test]
fn what_comes_into_the_folder_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = Journal::create(folder.path(), "first").unwrap();
    assert!(!first.is_alone(), "nobody has looked yet");
    while !first.is_alone() {
        assert_eq!(adopt(&mut first), []);
    }
    let mut second = Journal::create(folder.path(), "second").unwrap();
    assert!(!first.is_alone());
    assert_eq!(adopt(&mut first), []);
    intend(&mut second, "a");
    die(second);
    assert!(!first.is_alone());
    assert_eq!(adopt(&mut first), [adopted("a")]);
}

#[test]
fn what_a_client_left_half_made_is_removed_once_it_is_old() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::create(folder.path(), "first").unwrap();
    let [old, young, alive] = ["old.new", "young.new", "alive.new"].map(|name| folder.path().join(name));
    let long_ago =
        fs::metadata(folder.path()).unwrap().modified().unwrap() - std::time::Duration::from_secs(100);
    let files = [&old, &young, &alive].map(|path| File::create(path).unwrap());
    files[2].lock().unwrap();
    files[0].set_modified(long_ago).unwrap();
    files[2].set_modified(long_ago).unwrap();
    assert_eq!(adopt(&mut journal), []);
    assert_eq!([old, young, alive].map(|path| path.exists()), [false, true, true]);
}

#[test]
fn a_settled_journal_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::create(folder.path(), "first").unwrap();
    intend(&mut journal, "a");
    journal.settle("a".parse().unwrap(), Settled::Refused).unwrap();
    drop(journal);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_long_journal_is_begun_anew_when_all_is_settled() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::create(folder.path(), "first").unwrap();
    intend(&mut journal, "a");
    while journal.log.bytes() <= BEGIN_ANEW_AFTER_BYTES {
        journal.note_left(&intent("a")).unwrap();
    }
    journal.settle("a".parse().unwrap(), Settled::Done).unwrap();
    assert_eq!(fs::metadata(journal.log.path()).unwrap().len(), 0);
    intend(&mut journal, "b");
    assert_eq!(reread(journal.log.path()).unwrap(), [intent("b")]);
}

#[cfg(unix)]
#[test]
fn the_file_is_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::create(folder.path(), "first").unwrap();
    assert_eq!(fs::metadata(journal.log.path()).unwrap().permissions().mode() & 0o777, 0o600);
}
