//! The rules, one concept a file. Each is a function from the house to what breaks it.

mod floors;
pub(crate) mod length;
mod links;
mod members;
mod money;
mod names;
pub(crate) mod papers;
mod purity;
mod switched_off;
mod words;

use crate::finding::Finding;
use crate::house::House;

/// Every rule of the house.
pub(crate) const ALL: &[fn(&House) -> Vec<Finding>] = &[
    floors::check,
    length::check_files,
    length::check_functions,
    links::check,
    members::check,
    money::check,
    names::check,
    papers::check,
    purity::check,
    switched_off::check,
    words::check,
];

/// `path:line` of each finding, for the rules' own tests.
#[cfg(test)]
pub(crate) fn places(found: &[Finding]) -> Vec<String> {
    found.iter().map(|finding| format!("{}:{}", finding.path, finding.line)).collect()
}
