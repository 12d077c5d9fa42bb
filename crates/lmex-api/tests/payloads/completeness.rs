//! No recorded or printed payload is forgotten: each is named by a test, or left out for a reason that stands here.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::support;

/// Files that no test reads, by how their path begins.
struct LeftOut {
    begins: &'static str,
    reason: &'static str,
}

const SPOT: &str = "of the spot venue, whose API is another";
const MADE_UP: &str = "somebody made it up: no evidence of anything";
const NEWER: &str =
    "of BTSE's newer interfaces (`/public-api/…`, `orderSide`), which no version of LMEX's futures API has";
const REPEATED: &str = "the same words as in `_live_error_bodies.json`, whose every body is read";
const OLDER_REQUEST: &str = "a request of an older version: what we send is of version 2.3, whose printed requests are compared one by one";
const SIGNED: &str = "a shell command for making a signature: `signature-vectors` has what it makes";

const LEFT_OUT: &[LeftOut] = &[
    LeftOut { begins: "btse-docs-spot-v3.3/", reason: SPOT },
    LeftOut { begins: "lmex-docs-rest-spot-v3.2/", reason: SPOT },
    LeftOut { begins: "nautilus-pr4139/http_responses__", reason: SPOT },
    LeftOut { begins: "nautilus-pr4139/ws_messages__order_event_", reason: MADE_UP },
    LeftOut { begins: "nautilus-pr4139/ws_messages__", reason: SPOT },
    LeftOut { begins: "lmex-docs-ws/ws-spot-", reason: SPOT },
    LeftOut { begins: "lmex-docs-ws/ws-oss-spot-", reason: SPOT },
    LeftOut { begins: "lmex-docs-ws/ws-otc-", reason: "of the over-the-counter venue, whose API is another" },
    LeftOut { begins: "hummingbot-pr8258/", reason: MADE_UP },
    LeftOut { begins: "cryptofeed-pr1104/sample_data__", reason: MADE_UP },
    LeftOut { begins: "ccxt-lmex-pr28684/fetchOHLCV.", reason: MADE_UP },
    LeftOut { begins: "ccxt-lmex-pr28684/fetchOrderBook.", reason: MADE_UP },
    LeftOut { begins: "ccxt-lmex-pr28684/fetchTrades.", reason: MADE_UP },
    LeftOut { begins: "ccxt-lmex-pr28684/fetchTime.", reason: SPOT },
    LeftOut { begins: "ccxt-btse-aug2026/_requests", reason: NEWER },
    LeftOut { begins: "ccxt-btse-aug2026/fetchTime.", reason: SPOT },
    LeftOut { begins: "ccxt-btse-aug2026/fetchBalance.0.", reason: SPOT },
    LeftOut { begins: "ccxt-btse-aug2026/fetchDepositsWithdrawals.", reason: SPOT },
    LeftOut { begins: "ccxt-btse-aug2026/fetchOHLCV.3.", reason: SPOT },
    LeftOut { begins: "ccxt-btse-aug2026/fetchOrderBook.", reason: NEWER },
    LeftOut { begins: "ccxt-btse-aug2026/fetchTicker.", reason: NEWER },
    LeftOut { begins: "ccxt-btse-aug2026/fetchTrades.", reason: SPOT },
    LeftOut { begins: "ccxt-btse-comments/05", reason: REPEATED },
    LeftOut { begins: "ccxt-btse-comments/34", reason: REPEATED },
    LeftOut { begins: "ccxt-btse-comments/0632_fetch_time", reason: SPOT },
    LeftOut { begins: "ccxt-btse-comments/", reason: NEWER },
    LeftOut { begins: "lmex-docs-rest-futures-v2.1/", reason: OLDER_REQUEST },
    LeftOut { begins: "lmex-docs-rest-futures-v2.2/", reason: OLDER_REQUEST },
    LeftOut { begins: "btse-docs-futures-v2.3/overview__authentication__", reason: SIGNED },
    LeftOut { begins: "btse-docs-futures-v2.3/ws__authentication__generating_a_signature", reason: SIGNED },
    LeftOut {
        begins: "sooth-live-cache/",
        reason: "what another program made of market summaries: its shape is its own",
    },
];

#[test]
fn every_payload_is_read_or_left_out_for_a_reason() {
    let Some(shared) = support::shared_folder() else { return };
    let (files, named) = (files(&shared.join("payloads")), literals());
    // Files of the spot venue have the same names in other folders.
    let is_spot = |file: &str| {
        LEFT_OUT.iter().any(|left_out| left_out.reason == SPOT && file.starts_with(left_out.begins))
    };
    let is_named = |file: &String| {
        let twin = twin_of_older(file);
        named.iter().any(|name| file.ends_with(name) || twin.ends_with(name))
    };
    let unread: Vec<_> = files.iter().filter(|file| is_spot(file) || !is_named(file)).collect();
    println!("{} payloads, of which {} are left out", files.len(), unread.len());
    for file in &unread {
        let left_out = LEFT_OUT.iter().find(|left_out| file.starts_with(left_out.begins));
        let left_out = left_out.unwrap_or_else(|| panic!("{file} is read by no test"));
        assert!(left_out.reason != OLDER_REQUEST || file.contains(".request."), "{file} is no request");
        println!("{file}: {}", left_out.reason);
    }
    for LeftOut { begins, .. } in LEFT_OUT {
        assert!(unread.iter().any(|file| file.starts_with(begins)), "{begins} leaves nothing out any more");
    }
}

/// What is read of version 2.2 is read of version 2.1 as well: see `older`.
fn twin_of_older(file: &str) -> String {
    file.replace("lmex-docs-rest-futures-v2.1/", "lmex-docs-rest-futures-v2.2/")
}

/// All payloads, by folder and name.
fn files(payloads: &Path) -> BTreeSet<String> {
    let entries = |folder: &Path| {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.collect::<Vec<_>>()
    };
    let folders = entries(payloads).into_iter().filter(|path| path.is_dir());
    let files = folders.flat_map(|folder| entries(&folder));
    let files = files.map(|file| file.strip_prefix(payloads).unwrap().to_str().unwrap().to_owned());
    files.filter(|file| !file.ends_with("INDEX.json")).collect()
}

/// The names of files in our tests, or the ends of names whose beginnings are put before them.
fn literals() -> BTreeSet<String> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut sources = Vec::new();
    collect_sources(&tests, &mut sources);
    let texts = sources.iter().flat_map(|source| source.split('"').skip(1).step_by(2));
    let names = texts.filter(|text| [".json", ".txt"].iter().any(|end| text.ends_with(end)));
    let names = names.map(|name| name.strip_prefix("payloads/").unwrap_or(name));
    let ends = names.filter_map(|name| name.rsplit('}').next()).map(str::to_owned);
    ends.filter(|end| end.len() > 10).collect()
}

fn collect_sources(folder: &Path, sources: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect_sources(&path, sources);
        } else if path.file_name().is_some_and(|name| name != "completeness.rs") {
            sources.push(fs::read_to_string(&path).unwrap());
        }
    }
}
