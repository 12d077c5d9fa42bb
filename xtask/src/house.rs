//! The files of the workspace as the rules see them: what git tracks or would track, read once.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::manifest::Manifest;
use crate::rust_text::RustText;

/// Every file of the workspace that git tracks, or would track if it were added.
#[derive(Debug)]
pub struct House {
    /// Sorted by path.
    pub files: Vec<File>,
}

/// One file.
#[derive(Debug)]
pub struct File {
    /// From the workspace root, with forward slashes.
    pub path: String,
    /// Its text; `None` for a binary file.
    pub text: Option<String>,
    /// Whether git tracks it already.
    pub tracked: bool,
    /// Whether it may be run.
    pub executable: bool,
    /// Code and comments told apart, for Rust files.
    pub(crate) rust: Option<RustText>,
}

impl House {
    /// The workspace this program was built from.
    pub fn root() -> PathBuf {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        here.parent().unwrap_or(here).to_owned()
    }

    /// Reads the workspace at `root`. Files that are listed but gone from the disk are passed over.
    pub fn load(root: &Path) -> io::Result<Self> {
        let tracked: HashSet<String> = git_files(root, &["--cached"])?.into_iter().collect();
        let mut paths: Vec<String> = tracked.iter().cloned().collect();
        paths.extend(git_files(root, &["--others", "--exclude-standard"])?);
        paths.sort();
        paths.dedup();
        let mut files = Vec::with_capacity(paths.len());
        for path in paths {
            let full = root.join(&path);
            if full.is_file() {
                let text = String::from_utf8(std::fs::read(&full)?).ok().filter(|text| !text.contains('\0'));
                let is_tracked = tracked.contains(&path);
                files.push(File::new(path, text, is_tracked, is_executable(&full)?));
            }
        }
        Ok(Self { files })
    }

    /// The file at a path.
    pub fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Rust files with their code told apart from comments and literals.
    pub(crate) fn rust_files(&self) -> impl Iterator<Item = (&File, &RustText)> {
        self.files.iter().filter_map(|file| file.rust.as_ref().map(|rust| (file, rust)))
    }

    /// Text files with their text.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&File, &str)> {
        self.files.iter().filter_map(|file| file.text.as_deref().map(|text| (file, text)))
    }

    /// The manifests of the workspace's members.
    pub(crate) fn members(&self) -> Vec<Manifest<'_>> {
        self.texts()
            .filter(|(file, _)| is_member_manifest(&file.path))
            .map(|(file, text)| Manifest::parse(&file.path, text))
            .collect()
    }
}

impl File {
    fn new(path: String, text: Option<String>, tracked: bool, executable: bool) -> Self {
        let rust = text.as_deref().filter(|_| path.ends_with(".rs")).map(RustText::read);
        Self { path, text, tracked, executable, rust }
    }

    /// Whether the whole file is a test, a bench or an example, by its place or name.
    pub(crate) fn is_test(&self) -> bool {
        let mut parts = self.path.rsplit('/');
        let name = parts.next().unwrap_or_default();
        let place = parts.any(|part| matches!(part, "tests" | "benches" | "examples" | "fuzz"));
        place
            || matches!(name, "tests.rs" | "test.rs")
            || name.ends_with("_tests.rs")
            || name.ends_with("_test.rs")
    }
}

fn is_member_manifest(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    matches!(parts.as_slice(), ["xtask", "Cargo.toml"] | ["crates", _, "Cargo.toml"])
}

fn git_files(root: &Path, which: &[&str]) -> io::Result<Vec<String>> {
    // A clone owned by another user (a container's mount) is still ours to read.
    let output = Command::new("git")
        .args(["-c", "safe.directory=*", "ls-files", "-z"])
        .args(which)
        .current_dir(root)
        .output()
        .map_err(|error| {
            io::Error::new(error.kind(), format!("git could not be run ({error}): install git"))
        })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(io::Error::other(format!("git ls-files failed ({said}): run this in a git clone")));
    }
    let list = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(list.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect())
}

#[cfg(unix)]
fn is_executable(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(path.metadata()?.permissions().mode() & 0o111 != 0)
}

// Elsewhere the run bit lives in git only; the rule that asks for it is checked where CI runs.
#[cfg(not(unix))]
fn is_executable(_path: &Path) -> io::Result<bool> {
    Ok(true)
}

#[cfg(test)]
impl House {
    /// A house of the given paths and texts, all tracked and none executable.
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let file = |(path, text): &(&str, &str)| File::new((*path).into(), Some((*text).into()), true, false);
        Self { files: files.iter().map(file).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_is_read_through_git() {
        let house = House::load(&House::root()).unwrap();
        assert!(house.file("xtask/src/house.rs").is_some());
        assert!(house.files.iter().all(|file| !file.path.starts_with("target/")));
        assert!(house.members().iter().any(|member| member.name() == Some("xtask")));
    }

    #[test]
    fn tests_are_known_by_place_or_name() {
        for (path, is_test) in [
            ("crates/a/src/book.rs", false),
            ("crates/a/src/book/tests.rs", true),
            ("crates/a/src/book_tests.rs", true),
            ("crates/a/tests/route.rs", true),
            ("crates/a/benches/book.rs", true),
            ("crates/a/src/latest.rs", false),
        ] {
            let house = House::of(&[(path, "")]);
            assert_eq!(house.files[0].is_test(), is_test, "{path}");
        }
    }
}
