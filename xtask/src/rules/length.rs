//! How long a file and a function may be.

use crate::finding::{Finding, Rule};
use crate::house::House;

const FILE_LIMIT: usize = 600;
const FUNCTION_LIMIT: usize = 100;

/// The length a function should stay under; above it, [`crate::over_the_goal`] notes it.
pub(crate) const FUNCTION_GOAL: usize = 70;

static FILE: Rule =
    Rule { name: "file-length", reason: "a file holds one concept, and one concept is read in one sitting" };
static FUNCTION: Rule = Rule {
    name: "function-length",
    reason: "a function that doesn't fit a screen (70 lines is the goal) can't be checked by eye",
};

pub(crate) fn check_files(house: &House) -> Vec<Finding> {
    let long = house.texts().filter(|(file, _)| file.rust.is_some()).filter_map(|(file, text)| {
        let lines = text.lines().count();
        let what = format!("{lines} lines, over {FILE_LIMIT}: split it by concept");
        (lines > FILE_LIMIT).then(|| Finding::new(&file.path, 1, &FILE, what))
    });
    long.collect()
}

pub(crate) fn check_functions(house: &House) -> Vec<Finding> {
    functions_over(house, FUNCTION_LIMIT)
}

/// Functions with more than `limit` lines that aren't blank.
pub(crate) fn functions_over(house: &House, limit: usize) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, rust) in house.rust_files() {
        let text = file.text.as_deref().unwrap_or_default();
        for function in rust.functions() {
            let body = text.get(function.span.clone()).unwrap_or_default();
            let lines = body.lines().filter(|line| !line.trim().is_empty()).count();
            if lines > limit {
                let what = format!("fn {} has {lines} lines, over {limit}: name its parts", function.name);
                found.push(Finding::new(&file.path, rust.line(function.span.start), &FUNCTION, what));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::places;

    #[test]
    fn a_file_over_the_limit_is_found() {
        let (full, over) = ("\n".repeat(FILE_LIMIT), "\n".repeat(FILE_LIMIT + 1));
        let house = House::of(&[("a.rs", &full), ("b.rs", &over), ("c.md", &over)]);
        assert_eq!(places(&check_files(&house)), ["b.rs:1"]);
    }

    #[test]
    fn a_function_over_the_limit_is_found_and_blank_lines_are_free() {
        let body = |lines: usize| format!("\nfn f() {{\n\n{}}}\n", "    a(\"}\");\n".repeat(lines));
        let (full, over) = (body(FUNCTION_LIMIT - 2), body(FUNCTION_LIMIT - 1));
        let house = House::of(&[("a.rs", &full), ("b.rs", &over)]);
        assert_eq!(places(&check_functions(&house)), ["b.rs:2"]);
    }

    #[test]
    fn a_method_among_others_is_measured_alone() {
        let source = format!("impl A {{\n{}}}\n", "    fn short() {\n    }\n".repeat(80));
        assert!(check_functions(&House::of(&[("a.rs", &source)])).is_empty());
    }
}
