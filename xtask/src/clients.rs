//! Judges what other people's clients said of the local exchange: which failures are known, and which are news.
//!
//! A log is what a smoke script prints: a line `PASS name …` or `FAIL name …` for each check, the name padded to 34
//! columns, and a last line `N passed, M failed`. A log without that line is of a client that broke off.

use std::collections::BTreeSet;
use std::fmt;

const NAME_WIDTH: usize = 34;

/// Checks that are known to fail, each with its reason.
#[derive(Debug, Default)]
pub struct Expected {
    names: BTreeSet<String>,
}

/// A line of the list of expected failures that says too little.
#[derive(Debug, PartialEq, Eq)]
pub struct NoReason {
    line: usize,
    name: String,
}

/// What the logs come to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    passed: usize,
    known: usize,
    faults: Vec<String>,
}

impl Expected {
    /// Reads the list: `check name # reason` on each line; blank lines and lines that begin with `#` are comments.
    pub fn parse(text: &str) -> Result<Self, NoReason> {
        let mut names = BTreeSet::new();
        for (index, line) in text.lines().enumerate() {
            let (name, reason) = line.split_once('#').unwrap_or((line, ""));
            match (name.trim(), reason.trim()) {
                ("", _) => {}
                (name, "") => return Err(NoReason { line: index + 1, name: name.to_owned() }),
                (name, _) => {
                    names.insert(clip(name));
                }
            }
        }
        Ok(Self { names })
    }
}

impl Verdict {
    /// Weighs the logs, each a name and a text, against what was expected.
    pub fn of(expected: &Expected, logs: &[(String, String)]) -> Self {
        let mut verdict = Self::default();
        let mut seen = BTreeSet::new();
        for (log, text) in logs {
            let checks: Vec<(bool, String)> = text.lines().filter_map(check).collect();
            if checks.is_empty() || !text.lines().any(is_summary) {
                verdict.faults.push(format!("{log}: the client broke off after {} checks", checks.len()));
            }
            for (passed, name) in checks {
                verdict.weigh(expected, log, passed, &name);
                seen.insert(name);
            }
        }
        let unseen = expected.names.difference(&seen);
        verdict
            .faults
            .extend(unseen.map(|name| format!("{name}: expected to fail, but no client checks it")));
        verdict
    }

    /// Whether nothing is news.
    pub fn is_clean(&self) -> bool {
        self.faults.is_empty()
    }

    fn weigh(&mut self, expected: &Expected, log: &str, passed: bool, name: &str) {
        match (passed, expected.names.contains(name)) {
            (true, false) => self.passed += 1,
            (false, true) => self.known += 1,
            (false, false) => self.faults.push(format!("{log}: {name}: failed")),
            (true, true) => {
                self.faults
                    .push(format!("{log}: {name}: passes now, take it off the list of expected failures"));
            }
        }
    }
}

/// Whether the check passed, and its name.
fn check(line: &str) -> Option<(bool, String)> {
    let failed = line.strip_prefix("FAIL ").map(|rest| (false, rest));
    let (passed, rest) = failed.or_else(|| line.strip_prefix("PASS ").map(|rest| (true, rest)))?;
    Some((passed, clip(rest)))
}

/// The name in the columns it has; a longer one runs into what follows and is cut the same way everywhere.
fn clip(text: &str) -> String {
    text.chars().take(NAME_WIDTH).collect::<String>().trim_end().to_owned()
}

fn is_summary(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    matches!(words.as_slice(), [_, "passed,", _, "failed"])
}

impl fmt::Display for NoReason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}: `{}` has no reason: write `{} # why it fails`", self.line, self.name, self.name)
    }
}

impl std::error::Error for NoReason {}

impl fmt::Display for Verdict {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in &self.faults {
            writeln!(out, "{fault}")?;
        }
        write!(
            out,
            "{} passed, {} failed as expected, {} to look at",
            self.passed,
            self.known,
            self.faults.len()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "PASS v2.3 price                           3ms [{'indexPrice': 1}]\n\
                       FAIL v2.3 user/wallet                    12ms AssertionError: missing ['assets']\n\
                       PASS cancelOrder again -> OrderNotFound   1ms 'OrderNotFound'\n\
                       2 passed, 1 failed\n";

    fn judged(expected: &str, log: &str) -> Verdict {
        Verdict::of(&Expected::parse(expected).unwrap(), &[("ccxt.log".into(), log.into())])
    }

    #[test]
    fn an_expected_failure_is_no_news() {
        let verdict = judged("# known\nv2.3 user/wallet # one wallet only\n", LOG);
        assert!(verdict.is_clean());
        assert_eq!(verdict.to_string(), "2 passed, 1 failed as expected, 0 to look at");
    }

    #[test]
    fn an_unexpected_failure_is_news() {
        assert_eq!(judged("", LOG).faults, ["ccxt.log: v2.3 user/wallet: failed"]);
    }

    #[test]
    fn an_expected_failure_that_passes_or_is_not_checked_is_news() {
        let verdict = judged("v2.3 user/wallet # a\nv2.3 price # b\nv2.4 price # c\n", LOG);
        let wanted = [
            "ccxt.log: v2.3 price: passes now, take it off the list of expected failures",
            "v2.4 price: expected to fail, but no client checks it",
        ];
        assert_eq!(verdict.faults, wanted);
    }

    #[test]
    fn a_client_that_breaks_off_is_news() {
        let cut = LOG.replace("2 passed, 1 failed\n", "Traceback\n").replace("FAIL", "PASS");
        assert_eq!(judged("", &cut).faults, ["ccxt.log: the client broke off after 3 checks"]);
        assert!(!judged("", "").is_clean());
    }

    #[test]
    fn an_expected_failure_needs_a_reason() {
        let error = Expected::parse("\nv2.3 price\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "line 2: `v2.3 price` has no reason: write `v2.3 price # why it fails`"
        );
    }
}
