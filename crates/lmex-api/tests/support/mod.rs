//! The shared folder, with what was recorded of the venue.

use std::path::{Path, PathBuf};

/// The folder named by `LMEX_SHARED`, or `shared` beside the workspace.
///
/// `None` where it is absent, with the reason printed, so that the tests run on machines without it; on a machine with
/// `CI=true` its absence is a failure, since there nobody would see that nothing was tested.
pub(crate) fn shared_folder() -> Option<PathBuf> {
    let folder = std::env::var_os("LMEX_SHARED").map_or_else(beside_the_workspace, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    let absent = format!("{} is absent: set LMEX_SHARED to the shared folder", folder.display());
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{absent}");
    println!("skipped: {absent}");
    None
}

/// A file of the shared folder; `None` without the folder. A file that is missing from the folder is a failure.
pub(crate) fn shared_file(path: &str) -> Option<String> {
    let path = shared_folder()?.join(path);
    let text = std::fs::read_to_string(&path);
    Some(text.unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

fn beside_the_workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared")
}
