//! What a rule says about a place: where, which rule, what is wrong there and why it matters.

use std::fmt;

/// A rule of the house. The reason is printed with every finding: a rule nobody can explain is a rule to drop.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name, as waivers spell it.
    pub name: &'static str,
    /// Why the house has it.
    pub reason: &'static str,
}

/// One place that breaks one rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    /// The file, from the workspace root, with forward slashes.
    pub path: String,
    /// The line, counted from 1; 1 for what concerns the whole file.
    pub line: usize,
    /// The rule it breaks.
    pub rule: &'static Rule,
    /// What is wrong, and what to do where that isn't plain.
    pub what: String,
}

impl Finding {
    /// A finding at a line of a file.
    pub fn new(path: &str, line: usize, rule: &'static Rule, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, rule, what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{}:{}: [{}] {}\n    because {}",
            self.path, self.line, self.rule.name, self.what, self.rule.reason
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_gives_place_rule_and_reason() {
        static RULE: Rule = Rule { name: "no-fish", reason: "it smells" };
        let text = Finding::new("a/b.rs", 7, &RULE, "a fish").to_string();
        assert_eq!(text, "a/b.rs:7: [no-fish] a fish\n    because it smells");
    }
}
