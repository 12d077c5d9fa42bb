//! Names that say nothing.

use crate::finding::{Finding, Rule};
use crate::house::{File, House};
use crate::rust_text::RustText;

static MODULE: Rule = Rule {
    name: "empty-name",
    reason: "a drawer named for no concept collects what has no place: name what it holds",
};
static GETTER: Rule =
    Rule { name: "getter", reason: "in Rust a getter is named for what it gives: price(), not a verb" };

const DRAWERS: [&str; 6] = ["utils", "util", "common", "helpers", "helper", "misc"];

pub(crate) fn check(house: &House) -> Vec<Finding> {
    let by_path = house.files.iter().filter_map(drawer_in_path);
    let by_code = house.rust_files().flat_map(|(file, rust)| names_in_code(file, rust));
    by_path.chain(by_code).collect()
}

/// A folder or a source file named for a drawer.
fn drawer_in_path(file: &File) -> Option<Finding> {
    let stem = file.path.rsplit_once('.').map_or(file.path.as_str(), |(stem, _)| stem);
    let drawer = stem.split('/').find(|part| DRAWERS.contains(part))?;
    Some(Finding::new(&file.path, 1, &MODULE, format!("named `{drawer}`")))
}

fn names_in_code(file: &File, rust: &RustText) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut previous = "";
    for (at, word) in rust.words() {
        if previous == "mod" && DRAWERS.contains(&word) {
            found.push(Finding::new(&file.path, rust.line(at), &MODULE, format!("module `{word}`")));
        }
        // A container's get and get_mut are called so everywhere.
        if previous == "fn" && word.starts_with("get_") && word != "get_mut" {
            let name = word.trim_start_matches("get_");
            found.push(Finding::new(
                &file.path,
                rust.line(at),
                &GETTER,
                format!("fn {word}: call it `{name}`"),
            ));
        }
        previous = word;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::places;

    #[test]
    fn drawers_are_found_as_files_folders_and_modules() {
        let house = House::of(&[
            ("crates/a/src/utils.rs", ""),
            ("crates/a/tests/common/mod.rs", ""),
            ("crates/a/src/lib.rs", "//! A.\nmod book;\nmod helpers {}\n"),
            ("crates/a/src/commonplace.rs", ""),
        ]);
        let wanted = ["crates/a/src/utils.rs:1", "crates/a/tests/common/mod.rs:1", "crates/a/src/lib.rs:3"];
        assert_eq!(places(&check(&house)), wanted);
    }

    #[test]
    fn getters_are_found_in_code_only() {
        let house =
            House::of(&[("a.rs", "// fn get_a() {}\nfn get_price() {}\nfn get() {}\nfn get_mut() {}\n")]);
        assert_eq!(places(&check(&house)), ["a.rs:2"]);
    }
}
