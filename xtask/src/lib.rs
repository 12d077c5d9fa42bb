//! Is the house tidy? Reads the workspace's own files and reports where they break a rule, each with its reason.
//!
//! It decides nothing about trading and never changes a file. `cargo test -p xtask` runs every rule over the
//! workspace; `cargo run -p xtask` lists what it finds without a test around it. A rule that is wrong in one place
//! is waived there by a comment, see [`waiver`].

pub mod clients;
pub mod finding;
pub mod house;
mod manifest;
mod rules;
mod rust_text;
pub mod waiver;

use finding::Finding;
use house::House;

/// Everything that breaks a rule, in the order of the files, after waivers.
pub fn tidy(house: &House) -> Vec<Finding> {
    let found = rules::ALL.iter().flat_map(|check| check(house)).collect();
    let mut left = waiver::settle(house, found);
    left.sort_by(|a, b| (&a.path, a.line, a.rule.name).cmp(&(&b.path, b.line, b.rule.name)));
    left
}

/// Functions that pass the rule but are longer than the goal: a note, not a finding.
pub fn over_the_goal(house: &House) -> Vec<Finding> {
    rules::length::functions_over(house, rules::length::FUNCTION_GOAL)
}

/// Rules that can't be checked yet, each with what is missing.
pub fn skipped(house: &House) -> Vec<String> {
    rules::papers::WAITED_FOR
        .iter()
        .filter(|(path, _)| house.file(path).is_none())
        .map(|(path, what)| format!("{what}: skipped, because {path} does not exist yet"))
        .collect()
}
