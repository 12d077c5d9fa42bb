use super::*;
use lmex_types::TimeMs;

/// The file of a process, and its clock.
fn process(folder: &Path) -> (KeyFile, Clock) {
    (KeyFile::new(folder), Clock::from_fn(|| TimeMs::from_millis(1_000)))
}

fn draw((file, clock): &mut (KeyFile, Clock)) -> Result<i64> {
    let nonces = lmex_api::Nonces::new();
    file.with(clock, |record, now| record.draw(&nonces, now.wall))
}

#[test]
fn whatever_was_in_the_file_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE);
    let foreign = [&b"soon"[..], b"            1700000000000\n", &[0xff; 5_000], &[0; Record::BYTES + 1]];
    for left in foreign {
        std::fs::write(&path, left).unwrap();
        let nonces = [draw(&mut process(folder.path())).unwrap(), draw(&mut process(folder.path())).unwrap()];
        assert_eq!(nonces, [1_000, 1_001]);
        assert_eq!(std::fs::metadata(&path).unwrap().len(), Record::BYTES as u64);
    }
}

#[test]
fn a_folder_that_cannot_be_used_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let taken = folder.path().join("taken");
    std::fs::write(&taken, "").unwrap();
    assert!(draw(&mut process(&taken)).is_err(), "a file stands where the folder should be");
    let other = folder.path().join("other");
    std::fs::create_dir_all(other.join(FILE)).unwrap();
    assert!(draw(&mut process(&other)).is_err(), "a folder stands where the file should be");
}

#[test]
fn a_lock_that_is_stuck_is_waited_for_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = process(folder.path());
    draw(&mut process).unwrap();
    let held = File::open(folder.path().join(FILE)).unwrap();
    held.lock().unwrap();
    let mut refused = || {
        let start = Instant::now();
        assert!(draw(&mut process).is_err());
        start.elapsed()
    };
    assert!(refused() >= LOCK_WITHIN);
    let fastest = (0..20).map(|_| refused()).min().unwrap();
    assert!(fastest < LOCK_WITHIN / 2, "{fastest:?}");
    held.unlock().unwrap();
    assert_eq!(draw(&mut process).unwrap(), 1_001);
    assert!(!process.0.is_stuck);
}

#[cfg(unix)]
#[test]
fn a_folder_that_was_swept_away_is_made_anew_and_shared() {
    use std::os::unix::fs::PermissionsExt as _;
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("local-0123456789abcdef");
    let mut idle = process(&folder);
    assert_eq!(draw(&mut idle).unwrap(), 1_000);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&folder.join(FILE))), (0o700, 0o600));
    let file = File::open(folder.join(FILE)).unwrap();
    let long_ago = file.metadata().unwrap().modified().unwrap() - Duration::from_secs(3_700);
    file.set_modified(long_ago).unwrap();
    draw(&mut process(&root.path().join("local-fedcba9876543210"))).unwrap();
    assert!(!folder.exists());
    let mut fresh = process(&folder);
    let nonces = [draw(&mut idle), draw(&mut fresh), draw(&mut idle)].map(|nonce| nonce.unwrap());
    assert_eq!(nonces, [1_000, 1_001, 1_002]);
}

#[test]
fn one_run_of_the_machine_has_one_number() {
    assert_eq!(run_of_machine(), run_of_machine());
    assert!(run_of_machine() != 0 || !cfg!(target_os = "linux"));
}
