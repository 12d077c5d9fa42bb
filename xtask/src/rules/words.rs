//! Words that must not stand in any text of the project: paths of one machine, registry hosts, and marks of
//! unfinished work.

use crate::finding::{Finding, Rule};
use crate::house::{File, House};
use crate::rust_text::words;

static MACHINE_PATH: Rule =
    Rule { name: "machine-path", reason: "a path of one machine means nothing on the reader's" };
static REGISTRY_HOST: Rule = Rule {
    name: "registry-host",
    reason: "where packages come from is the reader's setting; a fixed host breaks behind a mirror",
};
static UNFINISHED: Rule = Rule {
    name: "unfinished",
    reason: "what is not done belongs in an issue with an owner; in the tree it stays for ever",
};

// Split, so that this file doesn't break the rule it states.
const FOLDERS: [&str; 4] = ["work", "root", "home", "farm"];
const HOSTS: [&str; 8] = [
    concat!("index.", "crates.io"),
    concat!("static.", "crates.io"),
    concat!("crates.io", "-index"),
    concat!("pypi", ".org"),
    concat!("python", "hosted.org"),
    concat!("registry.", "npmjs"),
    concat!("proxy.", "golang.org"),
    concat!("index", "-url"),
];
const MARKS: [&str; 4] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X"), concat!("HA", "CK")];
const MACROS: [&str; 3] = [concat!("to", "do"), concat!("unimple", "mented"), concat!("db", "g")];

pub(crate) fn check(house: &House) -> Vec<Finding> {
    let ours = house.texts().filter(|(file, _)| !is_given(&file.path));
    ours.flat_map(|(file, text)| {
        text.lines()
            .enumerate()
            .flat_map(|(index, line)| check_line(file, index + 1, line))
            .collect::<Vec<_>>()
    })
    .collect()
}

/// Texts whose words aren't ours to choose.
fn is_given(path: &str) -> bool {
    path.starts_with("LICENSE") || path.ends_with(".lock")
}

fn check_line(file: &File, number: usize, line: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    if let Some(folder) = FOLDERS.into_iter().find(|folder| has_machine_path(line, folder)) {
        let what = format!(
            "a path under /{folder}: write it relative to the workspace, or take it from the environment"
        );
        found.push(Finding::new(&file.path, number, &MACHINE_PATH, what));
    }
    if let Some(host) = HOSTS.into_iter().find(|host| line.contains(host)) {
        found.push(Finding::new(
            &file.path,
            number,
            &REGISTRY_HOST,
            format!("names {host}: install by name"),
        ));
    }
    if let Some(mark) = unfinished(line) {
        found.push(Finding::new(
            &file.path,
            number,
            &UNFINISHED,
            format!("{mark}: finish it or take it out"),
        ));
    }
    found
}

/// Whether `/folder/` begins a path here, not in the middle of one.
fn has_machine_path(line: &str, folder: &str) -> bool {
    line.match_indices(&format!("/{folder}/")).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|letter| !letter.is_alphanumeric() && !matches!(letter, '_' | '.' | '-' | '~'))
    })
}

fn unfinished(line: &str) -> Option<&str> {
    words(line).find_map(|(at, word)| {
        let is_macro = MACROS.contains(&word) && line[at + word.len()..].starts_with("!(");
        (MARKS.contains(&word) || is_macro).then_some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(line: &str) -> Vec<&'static str> {
        check(&House::of(&[("a.md", line)])).iter().map(|finding| finding.rule.name).collect()
    }

    #[test]
    fn a_path_of_one_machine_is_found_at_the_start_of_a_path_only() {
        for folder in FOLDERS {
            assert_eq!(rules(&format!("see /{folder}/a")), ["machine-path"]);
            assert_eq!(rules(&format!("\"/{folder}/a\"")), ["machine-path"]);
            assert_eq!(rules(&format!("see docs/{folder}/a, ../{folder}/a or /{folder}s/a")), [""; 0]);
        }
    }

    #[test]
    fn a_registry_host_is_found() {
        for host in HOSTS {
            assert_eq!(rules(&format!("see {host} for more")), ["registry-host"]);
        }
    }

    #[test]
    fn marks_of_unfinished_work_are_found_as_whole_words() {
        for mark in MARKS {
            assert_eq!(rules(&format!("// {mark}: later")), ["unfinished"]);
            assert_eq!(rules(&format!("// {mark}S_OF_PIE")), [""; 0]);
        }
        for name in MACROS {
            assert_eq!(rules(&format!("    {name}!(\"x\")")), ["unfinished"]);
            assert_eq!(rules(&format!("the word {name}!")), [""; 0]);
        }
    }
}
