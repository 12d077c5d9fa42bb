//! `docs/RELIABILITY.md`: each failure that users of other clients have reported, and the tests that are named after it.
//!
//! The table is made from the names of all tests of this repository. After a wanted change:
//! `LMEX_RENEW_DOCS=1 cargo test -p lmex-exchange --test sdk reliability`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The failures of the client, in the order and with the numbers of the reports that were gathered.
const SCENARIOS: [(u8, &str, &str); 33] = [
    (
        1,
        "an order is accepted and its answer is late, lost, cut off, 408 or a page of HTML",
        "there is one order, and it is found by asking",
    ),
    (
        2,
        "the network is gone for ten minutes with six orders in flight",
        "none is dropped or doubled; markets are free again",
    ),
    (3, "the stream tells of an order before its answer is given up", "nothing is sent again"),
    (4, "an order fills before it is asked for", "it is looked for among the fills too"),
    (
        5,
        "the same client id again, where the venue refuses it and where it does not",
        "it is sent once either way",
    ),
    (6, "a cancel comes too late", "it is said so; nothing is placed again"),
    (7, "the stream says filled, REST says open for a while", "an end stays an end"),
    (8, "HTTP 200 with a status that refuses, or that says nobody knows", "never called done"),
    (9, "a part is filled and the rest cancelled", "what was filled stays known"),
    (10, "the same refusal at every tick", LEFT),
    (11, "a post-only order would trade", "told as cancelled by the exchange, not lost"),
    (
        12,
        "reduce-only after the position has shrunk; one-way and hedge mode",
        "a position never turns around",
    ),
    (13, "an entry is filled and its stop is late or refused", "exits are bound once, and found again"),
    (14, "a stop has fired and its limit order does not fill", LEFT),
    (15, "everything is to be closed and cancelled, with orders and triggers waiting", LEFT),
    (
        16,
        "the process is killed between journal, sending, answer and fill",
        "the next one knows what became of every order",
    ),
    (
        17,
        "orders, closes, liquidation and auto-deleveraging by others, while running and while down",
        "adopted, and labelled",
    ),
    (18, "a restart after longer than the history of fills", "positions are taken as they are"),
    (19, "fills that are repeated or out of order", "each counts once"),
    (
        20,
        "a gap in a book, a repeated change, a change before the snapshot",
        "asked for anew; no book is shown meanwhile",
    ),
    (21, "a crossed book", "asked for anew"),
    (22, "a stream that answers and tells nothing, or one topic of many", "stale, and asked for anew"),
    (
        23,
        "fills while the stream is gone, or that it never tells",
        "compared by REST before it counts as in sync, and from time to time",
    ),
    (24, "the exchange closes again and again", "called less and less often"),
    (
        25,
        "the login dies in the middle, or its nonce is stale",
        "logged in anew with a fresh nonce, then subscribed",
    ),
    (26, "a slow reader, a message of megabytes", "bounded memory; the reader is told"),
    (27, "a market under its old name", "recognised"),
    (
        28,
        "429 with blocks of 1 s, 5 min and 15 min",
        "nothing leaves until the block ends, then a trickle, cancels first",
    ),
    (29, "three processes with one key", "their joint rate stays below the limit"),
    (
        30,
        "a thousand calls in a millisecond; a clock that is off or set back",
        "nonces rise; the error is measured and named",
    ),
    (31, "HTML, nothing, half of a JSON, 451", "a typed error that is short and shows no secret"),
    (
        32,
        "sizes and prices off the grid, 1e-05, a contract size that changes",
        "refused before they are sent, with the remedy",
    ),
    (33, "12 coins where a contract is 10", "never rounded in silence"),
];

/// What only who decides what to trade can answer.
const LEFT: &str = "-";

const BEGIN: &str = "<!-- made by a test: scenarios -->\n";
const END: &str = "<!-- end of the scenarios -->\n";

#[test]
fn every_failure_of_the_client_has_a_test_that_is_named_after_it() {
    let tests = named_after_scenarios();
    for (number, what, holds) in SCENARIOS {
        assert_eq!(holds != LEFT, tests.contains_key(&number), "{number}: {what}");
    }
    let page = root().join("docs/RELIABILITY.md");
    let text = fs::read_to_string(&page).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let renewed = format!("{before}{BEGIN}\n{}\n{END}{after}", table(&tests));
    if std::env::var_os("LMEX_RENEW_DOCS").is_some() {
        fs::write(page, renewed).unwrap();
    } else {
        assert!(
            text == renewed,
            "docs/RELIABILITY.md is not what the tests are: LMEX_RENEW_DOCS=1 renews it"
        );
    }
}

fn table(tests: &BTreeMap<u8, Vec<String>>) -> String {
    let mut table = String::from("| | failure | what holds | tests |\n|---|---|---|---|\n");
    for (number, what, holds) in SCENARIOS {
        let holds = if holds == LEFT { "a strategy's to decide: not in the SDK" } else { holds };
        let names = tests.get(&number).map(|names| names.join("<br>")).unwrap_or_default();
        writeln!(table, "| {number} | {what} | {holds} | {names} |").unwrap();
    }
    table
}

/// By their number: where they are, and what they are called.
fn named_after_scenarios() -> BTreeMap<u8, Vec<String>> {
    let mut files = Vec::new();
    gather(&root().join("crates"), &mut files);
    files.sort();
    let mut tests = BTreeMap::<u8, Vec<String>>::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for name in text.split("fn scenario_").skip(1) {
            let name = name.split('(').next().unwrap();
            let Some(Ok(number)) = name.get(..2).map(str::parse) else { continue };
            let krate = file.strip_prefix(root().join("crates")).unwrap().iter().next().unwrap();
            let called = name.get(3..).unwrap().replace('_', " ");
            tests.entry(number).or_default().push(format!("`{}`: {called}", krate.to_str().unwrap()));
        }
    }
    tests
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
