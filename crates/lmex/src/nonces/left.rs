//! Folders in which nothing is left but an old nonce: each run of a local exchange has a key of its own, and each key a
//! folder.

use std::fs::{self, File};
use std::path::Path;
use std::time::Duration;

use super::FILE;
use crate::environment::Environment;

/// A nonce that was not touched for so long holds nobody back: the present is far beyond it.
const OLD: Duration = Duration::from_secs(3_600);
/// As many go at once, so that no call waits for long; the next client removes more.
const MOST: usize = 100;

/// Removes such folders of other keys, beside the one that this nonce file is in.
pub(super) fn sweep_beside(nonce: &Path) {
    let ours = nonce.parent();
    let Some(entries) = ours.and_then(Path::parent).and_then(|folder| fs::read_dir(folder).ok()) else {
        return;
    };
    let others = entries.flatten().map(|entry| entry.path());
    let left = others.filter(|path| Some(path.as_path()) != ours && is_of_a_key(path) && is_left(path));
    left.take(MOST).for_each(|folder| remove(&folder));
}

/// Whether it is named as the folder of a key is, such as `local-0123456789abcdef`. Others are not ours to remove.
fn is_of_a_key(folder: &Path) -> bool {
    let name = folder.file_name().and_then(|name| name.to_str()).and_then(|name| name.rsplit_once('-'));
    let is_mark = |mark: &str| mark.len() == 16 && mark.bytes().all(|byte| byte.is_ascii_hexdigit());
    name.is_some_and(|(environment, mark)| environment.parse::<Environment>().is_ok() && is_mark(mark))
}

/// Whether it holds an old nonce and nothing else. A journal is never left: it tells of orders.
fn is_left(folder: &Path) -> bool {
    let touched = fs::metadata(folder.join(FILE)).and_then(|metadata| metadata.modified());
    touched.is_ok_and(|touched| touched.elapsed().is_ok_and(|age| age > OLD))
        && fs::read_dir(folder)
            .is_ok_and(|mut entries| entries.all(|entry| entry.is_ok_and(|entry| entry.file_name() == FILE)))
}

/// Whoever is using the nonce just now keeps it; whoever comes meanwhile keeps the folder, since it is not empty then.
fn remove(folder: &Path) {
    let path = folder.join(FILE);
    let Ok(file) = File::open(&path) else { return };
    if file.try_lock().is_ok() && fs::remove_file(&path).is_ok() {
        let _ = fs::remove_dir(folder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_folders_with_nothing_but_an_old_nonce_go() {
        let root = tempfile::tempdir().unwrap();
        let now = fs::metadata(root.path()).unwrap().modified().unwrap();
        let folder = |name: &str| {
            let folder = root.path().join(name);
            fs::create_dir(&folder).unwrap();
            let nonce = File::create(folder.join(FILE)).unwrap();
            nonce.set_modified(now - Duration::from_secs(3_700)).unwrap();
            (folder, nonce)
        };
        let [ours, old, young, journal, locked, foreign, long] = [
            "local-0000000000000000",
            "local-0000000000000001",
            "live-0000000000000002",
            "testnet-0000000000000003",
            "local-0000000000000004",
            "mine-0000000000000005",
            "local-00000000000000006",
        ]
        .map(folder);
        young.1.set_modified(now).unwrap();
        fs::write(journal.0.join("session.ndjson"), "").unwrap();
        locked.1.lock().unwrap();
        sweep_beside(&ours.0.join(FILE));
        let folders = [ours, old, young, journal, locked, foreign, long];
        let stay = folders.map(|(folder, _)| folder.join(FILE).exists());
        assert_eq!(stay, [true, false, true, true, true, true, true]);
        assert!(!root.path().join("local-0000000000000001").exists());
    }
}
