//! `docs/FAULTS.md` says what the code does: its table is made here.

#![allow(clippy::unwrap_used, reason = "helper functions are tests too")]

use std::fmt::Write as _;
use std::path::PathBuf;

use lmex_exchange::faults::{FaultSpec, Kind, Setting, Target};

const BEGIN: &str = "<!-- made by a test: fault table -->\n";
const END: &str = "<!-- end of the fault table -->\n";

#[test]
fn the_table_of_faults_is_that_of_the_code() {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/FAULTS.md"));
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let made = format!("{before}{BEGIN}{}{END}{after}", table());
    if page == made {
        return;
    }
    if std::env::var_os("LMEX_RENEW_DOCS").is_some() {
        std::fs::write(&path, made).unwrap();
        return;
    }
    panic!(
        "docs/FAULTS.md is out of date: LMEX_RENEW_DOCS=1 cargo test -p lmex-exchange --test exchange fault_docs"
    );
}

fn table() -> String {
    let mut table = String::new();
    for (target, head) in [(Target::Requests, "Requests"), (Target::Messages, "Messages of streams")] {
        writeln!(table, "\n### {head}\n\n| fault | what happens | its members | for example |").unwrap();
        writeln!(table, "|---|---|---|---|").unwrap();
        for kind in Kind::ALL {
            let Some(does) = kind.does(target) else { continue };
            let members: Vec<_> = kind.settings(target).iter().map(|setting| code(setting.name())).collect();
            let example = example(kind, target);
            FaultSpec::parse(&line(&example)).unwrap();
            let (name, members) = (code(kind.name()), members.join(", "));
            writeln!(table, "| {name} | {does} | {members} | `lmex exchange fault add {example}` |").unwrap();
        }
    }
    table.push('\n');
    table
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

fn example(kind: Kind, target: Target) -> String {
    let aimed = match (target, kind) {
        (_, Kind::ClockOffset) => "",
        (Target::Requests, Kind::Slow) => " --path /market_summary",
        (Target::Requests, Kind::RateLimit) => " --path '/user/*'",
        (Target::Requests, _) => " --path /order --method POST",
        (Target::Messages, Kind::Close) => " --path /ws/oss/futures",
        (Target::Messages, Kind::Slow) => " --topic '*'",
        (Target::Messages, Kind::Silence) => " --topic 'update:ETH-*'",
        (Target::Messages, Kind::Duplicate | Kind::Reorder) => " --topic fillsV2",
        (Target::Messages, _) => " --topic update:BTC-PERP_0",
    };
    let setting = |setting: &Setting| match (setting, kind) {
        (Setting::Ms, Kind::ClockOffset) => " --ms -5000".to_owned(),
        (Setting::Ms, Kind::Close) => " --ms 600000".to_owned(),
        (Setting::Ms, _) => " --ms 500".to_owned(),
        (Setting::PerSecond, _) => " --per-second 10".to_owned(),
        (Setting::Tier, _) => " --tier 2".to_owned(),
        (Setting::Execution, Kind::Delay) => String::new(),
        (Setting::Execution, _) => " --execution before".to_owned(),
    };
    let settings: String = kind.settings(target).iter().map(setting).collect();
    let often = match kind {
        Kind::ClockOffset | Kind::Silence | Kind::Close | Kind::Slow => "",
        Kind::Delay => " --percent 10",
        Kind::Gap => " --every 100",
        _ => " --times 1",
    };
    format!("{}{aimed}{settings}{often}", kind.name())
}

/// The same example as `--fault` takes it.
fn line(example: &str) -> String {
    let words = example.replace('\'', "").replace("per-second", "per_second");
    let mut words = words.split(" --");
    let kind = words.next().unwrap_or_default().to_owned();
    words.fold(kind, |line, word| format!("{line},{}", word.replacen(' ', "=", 1)))
}
