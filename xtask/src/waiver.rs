//! Where a rule is wrong, a comment says so: `// tidy: allow(rule-name): the reason` (`#` in TOML), on the line
//! itself or the line above. A waiver without a reason, or one that waives nothing, is a finding too, so that
//! waivers don't outlive what they were for.

use crate::finding::{Finding, Rule};
use crate::house::{File, House};

static WAIVER: Rule = Rule {
    name: "waiver",
    reason: "an exception nobody can explain or that nothing needs any more hides the next real one",
};

const MARK: &str = "tidy: allow(";

struct Waiver<'a> {
    path: &'a str,
    line: usize,
    rule: &'a str,
    reason: &'a str,
}

/// Takes away what is waived, and adds what is wrong with the waivers.
pub(crate) fn settle(house: &House, found: Vec<Finding>) -> Vec<Finding> {
    let waivers: Vec<Waiver<'_>> = house.files.iter().flat_map(waivers_of).collect();
    let mut used = vec![false; waivers.len()];
    let mut left: Vec<Finding> = found
        .into_iter()
        .filter(|finding| {
            let waived = waivers.iter().position(|waiver| waiver.covers(finding));
            waived.is_none_or(|index| {
                used[index] = true;
                false
            })
        })
        .collect();
    left.extend(waivers.iter().zip(used).filter_map(|(waiver, used)| waiver.fault(used)));
    left
}

impl Waiver<'_> {
    fn covers(&self, finding: &Finding) -> bool {
        let near = finding.line == self.line || finding.line == self.line + 1;
        near && finding.path == self.path && finding.rule.name == self.rule
    }

    fn fault(&self, used: bool) -> Option<Finding> {
        let what = match (used, self.reason.is_empty()) {
            (true, false) => return None,
            (true, true) => format!("allow({}) gives no reason: write it after a colon", self.rule),
            (false, _) => format!("allow({}) waives nothing here: take it out", self.rule),
        };
        Some(Finding::new(self.path, self.line, &WAIVER, what))
    }
}

fn waivers_of(file: &File) -> Vec<Waiver<'_>> {
    let (text, comment) = match (&file.rust, &file.text) {
        (Some(rust), _) => (rust.comments.as_str(), "// "),
        (None, Some(text)) if file.path.ends_with(".toml") => (text.as_str(), "# "),
        _ => return Vec::new(),
    };
    text.lines().enumerate().filter_map(|(index, line)| parse(&file.path, index + 1, line, comment)).collect()
}

fn parse<'a>(path: &'a str, line_number: usize, line: &'a str, comment: &str) -> Option<Waiver<'a>> {
    // The comment must begin with the mark: prose that quotes it, as this file's docs do, is no waiver.
    let (before, after) = line.split_once(MARK)?;
    let starts = before.trim_start() == comment || (comment == "# " && before.ends_with(" # "));
    let (rule, rest) = after.split_once(')').filter(|_| starts)?;
    Some(Waiver { path, line: line_number, rule, reason: rest.trim_start_matches(':').trim() })
}

#[cfg(test)]
mod tests {
    use super::*;

    static NO_FISH: Rule = Rule { name: "no-fish", reason: "it smells" };

    fn left(text: &str, lines: &[usize]) -> Vec<(usize, &'static str)> {
        let house = House::of(&[("a.rs", text)]);
        let found = lines.iter().map(|line| Finding::new("a.rs", *line, &NO_FISH, "")).collect();
        settle(&house, found).iter().map(|finding| (finding.line, finding.rule.name)).collect()
    }

    #[test]
    fn a_waiver_with_a_reason_covers_its_line_and_the_next() {
        assert_eq!(left("let fish; // tidy: allow(no-fish): a pet\n", &[1]), []);
        assert_eq!(left("// tidy: allow(no-fish): a pet\nlet fish;\nlet fish;", &[2, 3]), [(3, "no-fish")]);
    }

    #[test]
    fn a_waiver_needs_a_reason_a_use_and_the_right_rule() {
        assert_eq!(left("let fish; // tidy: allow(no-fish)\n", &[1]), [(1, "waiver")]);
        assert_eq!(left("// tidy: allow(no-fish): a pet\n", &[]), [(1, "waiver")]);
        assert_eq!(left("// tidy: allow(no-fowl): a pet\n", &[1]), [(1, "no-fish"), (1, "waiver")]);
    }

    #[test]
    fn a_waiver_in_a_string_or_in_docs_is_none() {
        assert_eq!(left("let a = \"// tidy: allow(no-fish): a pet\";\n", &[1]), [(1, "no-fish")]);
        assert_eq!(left("//! Say `// tidy: allow(no-fish): a pet`.\n", &[1]), [(1, "no-fish")]);
    }
}
