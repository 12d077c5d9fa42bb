//! `docs/CONFORMANCE.md`: what is served of each endpoint and topic, and on what evidence.
//!
//! It is made from the CATALOG, from the table of the dialects, and from the tables here. After a wanted change:
//! `LMEX_RENEW_DOCS=1 cargo test -p lmex-exchange --test served conformance`.

use std::fmt::Write as _;
use std::path::PathBuf;

use lmex_api::{CATALOG, EndpointInfo, Evidence, Permission};
use lmex_exchange::{DIFFERENCES, Dialect, ExchangeConfig, LimitsMode};

use crate::evidence::{DEVIATIONS, ENDPOINTS, TOPICS, Told};
use crate::stream::Stream;
use crate::venue::{KEY, SECRET, Venue};

const RENEW: &str = "LMEX_RENEW_DOCS=1 cargo test -p lmex-exchange --test served conformance";
const DOCUMENT: &str = "https://github.com/btsecom/docs/blob/master/source/futuresV2_3/en/index.html.md";

/// The topics that want a login, with a market's name where they have one.
pub(crate) fn private_topics() -> impl Iterator<Item = String> {
    TOPICS.iter().filter(|topic| topic.is_private).map(|topic| topic.name.replace("SYM", "BTC-PERP"))
}

#[test]
fn the_document_is_what_the_tables_say() {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/CONFORMANCE.md"));
    let document = document();
    if std::env::var_os("LMEX_RENEW_DOCS").is_some() {
        std::fs::write(&path, document).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == document, "docs/CONFORMANCE.md is out of date: renew it with {RENEW}");
}

#[test]
fn every_endpoint_of_the_catalog_has_its_evidence_and_no_other() {
    let listed: Vec<_> = ENDPOINTS.iter().map(|told| (told.method, told.path.to_owned())).collect();
    let known: Vec<_> = CATALOG
        .iter()
        .map(|info| (info.method.as_str(), info.path.trim_start_matches("/api/v2.3").to_owned()))
        .collect();
    assert_eq!(listed, known, "in the order of the CATALOG");
}

#[test]
fn every_payload_that_is_named_is_there() {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared"));
    let payloads = std::env::var_os("LMEX_SHARED").map_or_else(beside, PathBuf::from).join("payloads");
    if !payloads.exists() {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{} is missing", payloads.display());
        return;
    }
    let topics = TOPICS.iter().flat_map(|topic| topic.payloads);
    for file in ENDPOINTS.iter().flat_map(|told| told.payloads).chain(topics) {
        assert!(payloads.join(file).exists(), "{file}");
    }
}

#[test]
fn differences_concern_what_there_is() {
    let endpoints: Vec<_> = ENDPOINTS.iter().map(|told| format!("{} {}", told.method, told.path)).collect();
    for concern in DIFFERENCES.iter().flat_map(|difference| difference.concerns) {
        let is_topic = TOPICS.iter().any(|topic| topic.name == *concern);
        assert!(is_topic || endpoints.iter().any(|name| name == concern), "{concern}");
    }
}

#[tokio::test]
async fn the_topics_that_are_listed_are_served() {
    for dialect in [Dialect::Lmex, Dialect::Btse] {
        let config = ExchangeConfig { limits: LimitsMode::Off, dialect, ..ExchangeConfig::default() };
        let venue = Venue::start_with(config).await;
        let mut books = Stream::connect(&venue, "/ws/oss/futures").await;
        let mut main = Stream::logged_in(&venue, (KEY, SECRET)).await;
        for topic in TOPICS {
            let stream = if topic.is_book { &mut books } else { &mut main };
            let served = if dialect == Dialect::Lmex { topic.lmex } else { topic.btse };
            let name = topic.name.replace("SYM", "BTC-PERP");
            assert_eq!(stream.subscribe(&name).await, served, "{name} in {dialect:?}");
        }
    }
}

#[tokio::test]
async fn every_endpoint_is_served() {
    let venue = Venue::start().await;
    for info in CATALOG {
        let path = format!("/futures{}", info.path);
        let answer = venue.send(info.method.as_str(), &path, &[], b"").await;
        assert!(![404, 405].contains(&answer.status), "{} {path}: {}", info.method, answer.text);
    }
}

fn document() -> String {
    let mut text = String::from(INTRODUCTION);
    text.push_str("\n## Endpoints\n\n| endpoint | document | permission | served | evidence | recorded or printed | differs by dialect | known deviations |\n|---|---|---|---|---|---|---|---|\n");
    for (info, told) in CATALOG.iter().zip(ENDPOINTS) {
        let _ = writeln!(text, "{}", endpoint_row(info, told));
    }
    text.push_str("\n## Stream topics\n\n`SYM` is a market such as `BTC-PERP`. Private topics want a login with a key that may read.\n\n| topic | path | who | `lmex` | `btse` | printed or recorded | notes |\n|---|---|---|---|---|---|---|\n");
    for topic in TOPICS {
        let path = if topic.is_book { "/ws/oss/futures" } else { "/ws/futures" };
        let who = if topic.is_private { "the account" } else { "anyone" };
        let files = files(topic.payloads);
        let [lmex, btse] = [topic.lmex, topic.btse].map(|served| if served { "yes" } else { "no" });
        let _ = writeln!(
            text,
            "| `{}` | `{path}` | {who} | {lmex} | {btse} | {files} | {} |",
            topic.name, topic.notes
        );
    }
    text.push_str("\n## Dialects\n\n`--dialect lmex` is the default. Nothing else differs between the two.\n\n| about | `lmex` | `btse` | evidence |\n|---|---|---|---|\n");
    for difference in DIFFERENCES {
        let concerns: Vec<_> = difference.concerns.iter().map(|name| format!("`{name}`")).collect();
        let concerns =
            if concerns.is_empty() { String::new() } else { format!(" ({})", concerns.join(", ")) };
        let (about, lmex, btse) = (difference.subject, difference.lmex, difference.btse);
        let _ = writeln!(text, "| {about}{concerns} | {lmex} | {btse} | {} |", difference.evidence);
    }
    text.push_str("\n## Known deviations and doubts\n\n");
    for deviation in DEVIATIONS {
        let _ = writeln!(text, "- {deviation}");
    }
    text.push_str(OUTSIDE);
    text
}

fn endpoint_row(info: &EndpointInfo, told: &Told) -> String {
    let heading = info.documented.split(" (").next().unwrap_or(info.documented);
    let again = if info.documented.ends_with("(user)") { "-1" } else { "" };
    let heading = if info.documented.contains("(By") || info.documented.contains("(Cancel") {
        info.documented
    } else {
        heading
    };
    let anchor: String = heading
        .to_lowercase()
        .chars()
        .filter_map(|c| match c {
            ' ' => Some('-'),
            _ if c.is_alphanumeric() || c == '-' => Some(c),
            _ => None,
        })
        .collect();
    let name = format!("{} {}", told.method, told.path);
    let differing: Vec<_> = DIFFERENCES
        .iter()
        .filter(|difference| difference.concerns.contains(&name.as_str()))
        .map(|difference| difference.subject)
        .collect();
    let [permission, evidence] = [permission(info), evidence(info)];
    format!(
        "| `{name}` | [{heading}]({DOCUMENT}#{anchor}{again}) | {permission} | yes | {evidence} | {} | {} | {} |",
        files(told.payloads),
        differing.join("; "),
        told.deviations
    )
}

fn permission(info: &EndpointInfo) -> &'static str {
    match info.permission {
        Permission::Public => "none",
        Permission::Read => "Read",
        Permission::Trade => "Trading",
        Permission::Transfer => "Transfer",
        Permission::Wallet => "Wallet",
    }
}

fn evidence(info: &EndpointInfo) -> &'static str {
    match info.evidence {
        Evidence::LiveLmex => "LIVE (LMEX)",
        Evidence::LiveBtse => "LIVE (BTSE)",
        Evidence::Documented => "DOC",
    }
}

/// Files with what kind of evidence their folder is.
fn files(payloads: &[&str]) -> String {
    let kind = |file: &str| match file.split('/').next().unwrap_or_default() {
        "ccxt-lmex-pr28684" | "cryptofeed-pr1104" => "LIVE, LMEX",
        "ccxt-btse-aug2026" | "ccxt-btse-comments" => "LIVE, BTSE",
        folder if folder.starts_with("lmex") => "DOC, LMEX",
        _ => "DOC, BTSE",
    };
    let shown: Vec<_> = payloads.iter().map(|file| format!("`{file}` ({})", kind(file))).collect();
    shown.join("<br>")
}

const INTRODUCTION: &str = "\
# What the local exchange serves, and how we know

This file is made by a test from the tables it is about; `LMEX_RENEW_DOCS=1 cargo test -p lmex-exchange --test served
conformance` renews it. The exchange also describes itself, at `/openapi.json`.

Nobody in this project has called LMEX. The shapes come from LMEX's own documents (futures v2.1 and v2.2, streams), from
those of BTSE, which runs the same engine (futures v2.3), and from what others recorded of both. **LIVE** was recorded
from a running venue, **DOC** is printed in official documents. The files are those of a collection that is not part of
this repository; tests hold the exchange's answers to them. Every path below begins with `/futures/api/v2.3`.
";

const OUTSIDE: &str = "
## Checked from outside

| command | what | result |
|---|---|---|
| `.ci/clients` | ccxt's `btse` class, each call of its v2.3 part (37 of 37) and its own smoke test (26), `ws_smoke.py` (11), in both dialects | 148 passed, none expected to fail |
| `.ci/schemathesis` | 25 cases an endpoint of `/openapi.json`, signed; no failure of the server, only documented statuses and shapes | 2,629 cases passed in 26 s |

Both run in CI; `.ci/schemathesis 1000` is the same for longer. The figures are of a debug build on two shared cores of an AMD EPYC; ccxt 4.5 and schemathesis 4.32.5.
";
