//! The world doesn't come into a pure crate through the standard library either.

use std::ops::Range;

use crate::finding::{Finding, Rule};
use crate::house::House;
use crate::rules::floors::is_pure;
use crate::rust_text::words;

static PURE: Rule = Rule {
    name: "impure",
    reason: "time, files, sockets, environment and threads are arguments of a pure crate: \
             what decides must give the same answer twice",
};

const PATHS: [&str; 7] =
    ["Instant::now", "std::env", "std::fs", "std::net", "std::process", "thread::spawn", "thread::sleep"];
const TYPES: [&str; 1] = ["SystemTime"];
const MODULES: [&str; 4] = ["env", "fs", "net", "process"];

pub(crate) fn check(house: &House) -> Vec<Finding> {
    let members = house.members();
    let pure = members.iter().filter(|member| member.name().is_some_and(is_pure));
    let sources: Vec<String> = pure.map(|member| format!("{}/src/", member.folder())).collect();
    let mut found = Vec::new();
    for (file, rust) in house.rust_files() {
        let is_inside = sources.iter().any(|source| file.path.starts_with(source.as_str()));
        if !is_inside || file.is_test() {
            continue;
        }
        for (at, what) in impurities(&rust.code).into_iter().filter(|(at, _)| !rust.in_tests(*at)) {
            found.push(Finding::new(&file.path, rust.line(at), &PURE, format!("{what} in a pure crate")));
        }
    }
    found
}

/// Where code reaches for the world, and by what.
fn impurities(code: &str) -> Vec<(usize, String)> {
    let paths =
        PATHS.iter().flat_map(|path| whole_matches(code, path).map(move |at| (at, (*path).to_owned())));
    let types = words(code).filter(|(_, word)| TYPES.contains(word)).map(|(at, word)| (at, word.to_owned()));
    let grouped = groups(code).flat_map(|group| {
        let inside = words(&code[group.clone()]).filter(|(_, word)| MODULES.contains(word));
        inside.map(|(at, word)| (group.start + at, format!("std::{word}"))).collect::<Vec<_>>()
    });
    let mut found: Vec<_> = paths.chain(types).chain(grouped).collect();
    found.sort();
    found
}

/// Matches that don't go on as a longer word.
fn whole_matches<'a>(code: &'a str, path: &'a str) -> impl Iterator<Item = usize> + 'a {
    let ends = |at: usize| {
        !code[at + path.len()..].starts_with(|letter: char| letter.is_alphanumeric() || letter == '_')
    };
    code.match_indices(path).map(|(at, _)| at).filter(move |at| ends(*at))
}

/// The insides of `use std::{...}`.
fn groups(code: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    code.match_indices("std::{").map(|(at, open)| {
        let start = at + open.len();
        start..code[start..].find(';').map_or(code.len(), |length| start + length)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::places;

    const PURE_CRATE: (&str, &str) = ("crates/lmex-engine/Cargo.toml", "[package]\nname = \"lmex-engine\"\n");
    const EDGE_CRATE: (&str, &str) = ("crates/lmex/Cargo.toml", "[package]\nname = \"lmex\"\n");

    #[test]
    fn the_world_is_found_in_the_source_of_a_pure_crate_only() {
        for world in [
            "fn a() -> SystemTime {}",
            "let a = Instant::now();",
            "use std::fs;",
            "use std::net::TcpStream;",
            "std::env::var(NAME)",
            "thread::spawn(work);",
            "use std::{fmt, fs::File};",
        ] {
            let text = format!("//! A.\n{world}\n");
            let house = House::of(&[
                PURE_CRATE,
                EDGE_CRATE,
                ("crates/lmex-engine/src/lib.rs", &text),
                ("crates/lmex-engine/tests/a.rs", &text),
                ("crates/lmex/src/lib.rs", &text),
            ]);
            assert_eq!(places(&check(&house)), ["crates/lmex-engine/src/lib.rs:2"], "{world}");
        }
    }

    #[test]
    fn prose_tests_and_longer_words_are_free() {
        let text =
            "// std::fs\nuse std::{fmt, mem};\nstd::envelope();\n#[cfg(test)]\nmod tests { use std::fs; }\n";
        let house = House::of(&[PURE_CRATE, ("crates/lmex-engine/src/lib.rs", text)]);
        assert_eq!(places(&check(&house)), [""; 0]);
    }
}
