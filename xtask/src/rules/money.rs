//! Money is never a float.

use crate::finding::{Finding, Rule};
use crate::house::{File, House};
use crate::rules::floors::is_pure;
use crate::rust_text::{RustText, words};

static MONEY: Rule = Rule {
    name: "money-in-float",
    reason: "a float can't hold 0.1, so sums drift and equal amounts compare unequal: use Decimal, ticks or contracts",
};
static FLOAT: Rule = Rule {
    name: "float-in-pure-crate",
    reason: "the crates that decide count in integers and exact decimals: the same input gives the same digits everywhere",
};

const MONEY_WORDS: [&str; 12] = [
    "balance", "fee", "fees", "margin", "notional", "pnl", "price", "prices", "qty", "quantity", "size",
    "sizes",
];

pub(crate) fn check(house: &House) -> Vec<Finding> {
    let members = house.members();
    let pure_member = members.iter().filter(|member| member.name().is_some_and(is_pure));
    let pure: Vec<String> = pure_member.map(|member| format!("{}/src/", member.folder())).collect();
    let mut found = Vec::new();
    for (file, rust) in house.rust_files().filter(|(file, _)| !file.is_test()) {
        let is_pure = pure.iter().any(|source| file.path.starts_with(source.as_str()));
        found.extend(check_file(file, rust, is_pure));
    }
    found
}

/// At most one finding a line: the same line often names its float twice.
fn check_file(file: &File, rust: &RustText, is_pure: bool) -> Vec<Finding> {
    let mut start = 0;
    let mut found = Vec::new();
    for (index, line) in rust.code.split('\n').enumerate() {
        let float = words(line).find(|(_, word)| matches!(*word, "f32" | "f64"));
        if let Some((at, float)) = float.filter(|(at, _)| !rust.in_tests(start + at)) {
            let money = words(line).map(|(_, word)| word).find(|word| is_money(word));
            let fault = match money {
                Some(name) => Some((&MONEY, format!("`{name}` beside {float}"))),
                None => is_pure.then(|| (&FLOAT, format!("{float} at column {}", at + 1))),
            };
            found.extend(fault.map(|(rule, what)| Finding::new(&file.path, index + 1, rule, what)));
        }
        start += line.len() + 1;
    }
    found
}

/// Whether a name has a word of money in it: `mark_price`, `MarkPrice`, `PRICE`.
fn is_money(name: &str) -> bool {
    let mut snake = String::with_capacity(name.len() + 4);
    let mut after_lower = false;
    for letter in name.chars() {
        if after_lower && letter.is_uppercase() {
            snake.push('_');
        }
        after_lower = letter.is_lowercase();
        snake.extend(letter.to_lowercase());
    }
    snake.split('_').any(|word| MONEY_WORDS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EDGE: (&str, &str) = ("crates/lmex/Cargo.toml", "[package]\nname = \"lmex\"\n");
    const PURE: (&str, &str) = ("crates/lmex-types/Cargo.toml", "[package]\nname = \"lmex-types\"\n");

    fn found(path: &str, text: &str) -> Vec<(usize, &'static str)> {
        let house = House::of(&[EDGE, PURE, (path, text)]);
        check(&house).iter().map(|finding| (finding.line, finding.rule.name)).collect()
    }

    #[test]
    fn a_float_beside_money_is_found_anywhere() {
        for line in [
            "entry_price: f64,",
            "size: Option<f32>,",
            "fn fee(&self) -> f64;",
            "MarkPrice(f64)",
            "let pnl = a as f64;",
        ] {
            assert_eq!(
                found("crates/lmex/src/lib.rs", &format!("//! A.\n{line}\n")),
                [(2, "money-in-float")],
                "{line}"
            );
        }
    }

    #[test]
    fn a_float_is_found_in_a_pure_crate_only() {
        let text = "fn ratio() -> f64 { 0 }\nfn resize(seconds: u64) {}\n// price: f64\n";
        assert_eq!(found("crates/lmex-types/src/lib.rs", text), [(1, "float-in-pure-crate")]);
        assert_eq!(found("crates/lmex/src/lib.rs", text), []);
    }

    #[test]
    fn tests_may_use_floats() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b(price: f64) {}\n}\n";
        assert_eq!(found("crates/lmex-types/src/lib.rs", text), []);
    }
}
