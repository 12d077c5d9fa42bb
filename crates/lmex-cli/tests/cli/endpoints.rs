//! `docs/ENDPOINTS.md`: each endpoint with what it needs, the SDK's call, the CLI's verb, and how well it is known.
//!
//! It is made from the CATALOG and the table here. After a wanted change:
//! `LMEX_RENEW_DOCS=1 cargo test -p lmex-cli --test cli endpoints`.

use std::fmt::Write as _;
use std::path::PathBuf;

use lmex::Client;
use lmex_api::{Bucket, CATALOG, EndpointInfo, Evidence, Permission, Safety};

use crate::catalog::VERBS;

/// The calls of `lmex::Client` for each endpoint, in the order of the CATALOG. The compiler looks them up.
macro_rules! calls {
    ($($($call:ident),+;)+) => {
        const CALLS: &[&[&str]] = &[$(&[$(stringify!($call)),+]),+];

        #[allow(path_statements, clippy::no_effect, reason = "that they exist is all that is asked")]
        fn calls_exist() {
            $($(let _ = Client::$call;)+)+
        }
    };
}

calls! {
    market_summary, market;
    ohlcv, ohlcv_between;
    price;
    orderbook;
    orderbook_l2;
    trades;
    funding_history;
    risk_tiers;
    place, place_checked;
    place_algo;
    order;
    amend;
    cancel;
    dead_mans_switch, cancel_all_after;
    open_orders;
    trade_history;
    positions;
    close_position;
    risk_limit;
    set_risk_limit;
    set_leverage;
    leverage;
    settle_in;
    fees;
    bind_exits;
    position_mode;
    set_position_mode;
    margin_settings;
    wallet;
    wallet_history;
    unified_wallet_margin;
    wallet_margin;
    transfer;
    subaccount_transfer;
}

#[test]
fn the_document_is_what_the_tables_say() {
    calls_exist();
    assert_eq!((CALLS.len(), VERBS.len()), (CATALOG.len(), CATALOG.len()), "in the order of the CATALOG");
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/ENDPOINTS.md"));
    let document = document();
    if std::env::var_os("LMEX_RENEW_DOCS").is_some() {
        std::fs::write(&path, document).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == document, "docs/ENDPOINTS.md is out of date: renew it as its head says");
}

fn document() -> String {
    let mut text = String::from(INTRODUCTION);
    for ((info, calls), (_, _, line)) in CATALOG.iter().zip(CALLS).zip(VERBS) {
        let calls: Vec<_> = calls.iter().map(|call| format!("`{call}`")).collect();
        let path = info.path.trim_start_matches("/api/v2.3");
        let verb = match line.split(' ').next().unwrap_or_default() {
            "api" => format!("`lmex api {} …`", info.method),
            "buy" => "`lmex buy`, `lmex sell`".to_owned(),
            verb => format!("`lmex {verb}`"),
        };
        let _ = writeln!(
            text,
            "| `{} {path}` | {} | {} | {} | {} | {verb} | yes | {} |",
            info.method,
            permission(info),
            bucket(info),
            safety(info),
            calls.join(", "),
            evidence(info)
        );
    }
    text
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

fn bucket(info: &EndpointInfo) -> &'static str {
    match info.bucket {
        Bucket::Query => "queries",
        Bucket::Order => "orders",
        Bucket::Wallet => "wallet",
    }
}

fn safety(info: &EndpointInfo) -> &'static str {
    match (info.safety, info.method) {
        (Safety::Safe, _) => "repeated",
        (Safety::Once, lmex_api::Method::Delete) => "once; by orderID repeated",
        (Safety::Once, _) => "once",
    }
}

fn evidence(info: &EndpointInfo) -> &'static str {
    match info.evidence {
        Evidence::LiveLmex => "LIVE (LMEX)",
        Evidence::LiveBtse => "LIVE (BTSE)",
        Evidence::Documented => "DOC",
    }
}

const INTRODUCTION: &str = "\
# Endpoints

This file is made by a test from the tables it is about; `LMEX_RENEW_DOCS=1 cargo test -p lmex-cli --test cli endpoints` renews it.

Every endpoint of the futures API 2.3 and of the wallets that trading needs; withdrawal is left out. Paths begin with
`/futures/api/v2.3`. **Repeated** is what changes nothing when it is sent again, so it is, when its answer is lost; what goes **once**
is never sent twice: its fate is found out by asking, where it shows. The rates are LMEX's: 15 queries a second for each API, 75 orders, 5 of the
wallet. The SDK's calls are those of `lmex::Client`; what has no verb of its own in the CLI is reached by `lmex api`, signed. The
local exchange serves all of them: [CONFORMANCE.md](CONFORMANCE.md) has the evidence file by file. **LIVE** was recorded from a running
venue, **DOC** is printed in official documents.

| endpoint | permission | rate | sent | SDK | CLI | local | evidence |
|---|---|---|---|---|---|---|---|
";
