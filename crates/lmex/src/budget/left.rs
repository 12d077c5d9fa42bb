//! Folders in which nothing is left but an old budget: each run of a local exchange has a key of its own, and each key a
//! folder.

use std::fs::{self, File};
use std::io::Result;
use std::path::Path;
use std::time::Duration;

use super::file::FILE;
use crate::environment::Environment;

/// A budget that was not touched for so long holds nobody back: the present is far beyond its nonce and its block.
const OLD: Duration = Duration::from_secs(3_600);
/// As many go at once, so that no call waits for long; the next client removes more.
const MOST: usize = 100;

/// What the file was called when it held the nonce alone.
const EARLIER: &str = "nonce";

/// Removes such folders of other keys, beside the one that this file is in.
pub(super) fn sweep_beside(budget: &Path) {
    let ours = budget.parent();
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

/// Whether it holds an old budget and nothing else. A journal is never left: it tells of orders.
fn is_left(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    let is_old = |entry: Result<fs::DirEntry>| {
        let entry = entry.ok()?;
        let name = entry.file_name();
        let touched = entry.metadata().and_then(|metadata| metadata.modified()).ok()?;
        Some((name == FILE || name == EARLIER) && touched.elapsed().ok()? > OLD)
    };
    let mut files = entries.map(|entry| is_old(entry).unwrap_or(false)).peekable();
    files.peek().is_some() && files.all(|is_old| is_old)
}

/// Whoever is using the budget just now keeps it; whoever comes meanwhile keeps the folder, since it is not empty then.
fn remove(folder: &Path) {
    for name in [FILE, EARLIER] {
        let path = folder.join(name);
        let Ok(file) = File::open(&path) else { continue };
        if file.try_lock().is_err() || fs::remove_file(&path).is_err() {
            return;
        }
    }
    let _ = fs::remove_dir(folder);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_folders_with_nothing_but_an_old_budget_go() {
        let root = tempfile::tempdir().unwrap();
        let now = fs::metadata(root.path()).unwrap().modified().unwrap();
        let folder = |name: &str| {
            let folder = root.path().join(name);
            fs::create_dir(&folder).unwrap();
            let budget = File::create(folder.join(FILE)).unwrap();
            budget.set_modified(now - Duration::from_secs(3_700)).unwrap();
            (folder, budget)
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
        let earlier = root.path().join("local-0000000000000007");
        fs::create_dir(&earlier).unwrap();
        let nonce = File::create(earlier.join(EARLIER)).unwrap();
        nonce.set_modified(now - Duration::from_secs(3_700)).unwrap();
        sweep_beside(&ours.0.join(FILE));
        let folders = [ours, old, young, journal, locked, foreign, long];
        let stay = folders.map(|(folder, _)| folder.join(FILE).exists());
        assert_eq!(stay, [true, false, true, true, true, true, true]);
        assert!(!root.path().join("local-0000000000000001").exists() && !earlier.exists());
    }
}
