//! Tests that wait by the clock, or that don't run.

use crate::finding::{Finding, Rule};
use crate::house::House;

static SLEEP: Rule = Rule {
    name: "sleep-in-test",
    reason: "a test that waits by the clock is slow when it passes and wrong when the machine is busy: \
             pass the time as an argument, or use the runtime's paused clock",
};
static IGNORED: Rule = Rule {
    name: "ignored-test",
    reason: "a test switched off without a reason stays off and goes on looking like proof",
};

pub(crate) fn check(house: &House) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, rust) in house.rust_files() {
        for (at, _) in rust.code.match_indices("::sleep") {
            let module =
                rust.code[..at].rsplit(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default();
            let in_test = file.is_test() || rust.in_tests(at);
            if in_test && matches!(module, "thread" | "time") {
                let what = format!("{module}::sleep in a test");
                found.push(Finding::new(&file.path, rust.line(at), &SLEEP, what));
            }
        }
        for (at, _) in rust.code.match_indices("#[ignore]") {
            let what = "an ignored test: write #[ignore = \"why, and the command that runs it\"]";
            found.push(Finding::new(&file.path, rust.line(at), &IGNORED, what));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::places;

    #[test]
    fn a_sleep_is_found_in_tests_and_only_there() {
        let live = "fn wait() { thread::sleep(LONG); }\n";
        let mixed =
            format!("{live}#[cfg(test)]\nmod tests {{\n    fn a() {{ tokio::time::sleep(LONG) }}\n}}\n");
        let house = House::of(&[("crates/a/src/lib.rs", &mixed), ("crates/a/tests/b.rs", live)]);
        assert_eq!(places(&check(&house)), ["crates/a/src/lib.rs:4", "crates/a/tests/b.rs:1"]);
    }

    #[test]
    fn an_ignored_test_needs_a_reason() {
        let house = House::of(&[(
            "a.rs",
            "#[ignore]\nfn a() {}\n#[ignore = \"needs a venue: cargo test live\"]\nfn b() {}",
        )]);
        assert_eq!(places(&check(&house)), ["a.rs:1"]);
    }
}
