//! The standing papers: which must be there, and how README begins.

use crate::finding::{Finding, Rule};
use crate::house::House;

static PAPERS: Rule = Rule {
    name: "papers",
    reason: "a newcomer needs the licence, the map, the way to contribute and one command that checks all",
};
static FIRST_STEPS: Rule = Rule {
    name: "first-steps",
    reason: "a newcomer copies the first commands they see: what runs it, and what proves it works",
};

const ALWAYS: [&str; 7] =
    ["Cargo.lock", "LICENSE-MIT", "LICENSE-APACHE", "CONTRIBUTING.md", "deny.toml", ".ci/run", ".ci/clients"];
const RUNNABLE: [&str; 2] = [".ci/run", ".ci/clients"];
const FIRST_COMMANDS: [&str; 2] = ["cargo run --release -- demo", "cargo test --workspace"];
const FIRST_LINES: usize = 30;

/// Papers that come with the first release, and what can't be checked before.
pub(crate) const WAITED_FOR: [(&str, &str); 2] = [
    ("README.md", "that README begins with the first commands"),
    ("ARCHITECTURE.md", "that every crate is on the map"),
];

pub(crate) fn check(house: &House) -> Vec<Finding> {
    let missing = ALWAYS.iter().filter(|path| house.file(path).is_none());
    let missing = missing.map(|path| Finding::new(path, 1, &PAPERS, "the file is missing"));
    let still = RUNNABLE.iter().filter(|path| house.file(path).is_some_and(|file| !file.executable));
    let still = still.map(|path| Finding::new(path, 1, &PAPERS, format!("no run bit: chmod +x {path}")));
    let lock = house.file("Cargo.lock").filter(|file| !file.tracked);
    let lock = lock.map(|file| Finding::new(&file.path, 1, &PAPERS, "not tracked: git add Cargo.lock"));
    missing.chain(still).chain(lock).chain(first_steps(house)).collect()
}

fn first_steps(house: &House) -> Vec<Finding> {
    let Some(readme) = house.file("README.md").and_then(|file| file.text.as_deref()) else {
        return Vec::new();
    };
    let first: Vec<&str> = readme.lines().take(FIRST_LINES).collect();
    let absent = FIRST_COMMANDS.iter().filter(|command| !first.iter().any(|line| line.contains(**command)));
    let what = |command: &&str| format!("`{command}` is not in the first {FIRST_LINES} lines");
    absent.map(|command| Finding::new("README.md", 1, &FIRST_STEPS, what(command))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete() -> House {
        let mut house = House::of(&ALWAYS.map(|path| (path, "text")));
        for file in &mut house.files {
            file.executable = true;
        }
        house
    }

    fn what(house: &House) -> Vec<String> {
        check(house).into_iter().map(|finding| format!("{}: {}", finding.path, finding.what)).collect()
    }

    #[test]
    fn each_missing_paper_is_found() {
        assert_eq!(what(&complete()), [""; 0]);
        for paper in ALWAYS {
            let mut house = complete();
            house.files.retain(|file| file.path != paper);
            assert_eq!(what(&house), [format!("{paper}: the file is missing")]);
        }
    }

    #[test]
    fn a_script_that_can_not_run_and_a_lock_that_is_not_tracked_are_found() {
        let mut house = complete();
        for file in &mut house.files {
            file.executable = file.path != ".ci/run";
            file.tracked = file.path != "Cargo.lock";
        }
        assert_eq!(
            what(&house),
            [".ci/run: no run bit: chmod +x .ci/run", "Cargo.lock: not tracked: git add Cargo.lock"]
        );
    }

    #[test]
    fn readme_begins_with_the_two_commands() {
        let good = format!("# lmex\n\n    {}\n    {}\n", FIRST_COMMANDS[0], FIRST_COMMANDS[1]);
        let late = format!("{}{good}", "\n".repeat(FIRST_LINES));
        assert_eq!(first_steps(&House::of(&[("README.md", &good)])).len(), 0);
        assert_eq!(first_steps(&House::of(&[("README.md", &late)])).len(), 2);
    }
}
