//! Nothing is left unproven: every endpoint, and every answer that its document prints.

use lmex_api::{CATALOG, EndpointInfo, Evidence};
use serde::Deserialize;

use crate::payload::Payload;
use crate::{
    account, book, candles, errors, fills, funding, markets, open_orders, orders, positions, settings,
    support, wallets,
};

/// Every payload of version 2.3.
pub(crate) fn payloads() -> Vec<Payload> {
    let subjects = [
        markets::payloads(),
        candles::payloads(),
        book::payloads(),
        fills::payloads(),
        funding::payloads(),
        orders::payloads(),
        open_orders::payloads(),
        positions::payloads(),
        account::payloads(),
        settings::payloads(),
        wallets::payloads(),
    ];
    subjects.into_iter().flatten().collect()
}

fn of<'a>(info: &'a EndpointInfo, payloads: &'a [Payload]) -> impl Iterator<Item = &'a Payload> {
    payloads.iter().filter(move |payload| payload.info == *info)
}

/// Endpoints whose successful answer no document prints and nobody recorded: their tests stand beside the payloads.
const NEVER_SEEN: &[(&str, &str)] = &[
    ("/api/v2.3/order/cancelAllAfter", "a status of 200, says the document"),
    ("/api/v2.3/settle_in", "a body only when it fails"),
    ("POST /api/v2.3/position_mode", "a table"),
    ("/api/v2.3/subaccount/wallet/transfer", "a table"),
];

fn was_never_seen(info: &EndpointInfo) -> bool {
    let name = format!("{} {}", info.method, info.path);
    NEVER_SEEN.iter().any(|(endpoint, _)| *endpoint == info.path || *endpoint == name)
}

#[test]
fn every_endpoint_has_a_payload() {
    let payloads = payloads();
    for info in CATALOG {
        let files: Vec<_> = of(info, &payloads).map(|payload| payload.file).collect();
        assert_eq!(files.is_empty(), was_never_seen(info), "{} {}: {files:?}", info.method, info.path);
        println!("{} {}: {files:?}", info.method, info.path);
    }
    for payload in &payloads {
        assert!(CATALOG.contains(&payload.info), "{} is of no endpoint in the catalog", payload.file);
    }
}

/// The catalog claims no more evidence than there is, and no less.
#[test]
fn the_evidence_of_every_endpoint_is_the_best_of_its_payloads() {
    let payloads = payloads();
    let rank = |evidence: &Evidence| match evidence {
        Evidence::Documented => 0,
        Evidence::LiveBtse => 1,
        Evidence::LiveLmex => 2,
    };
    for info in CATALOG {
        let best = of(info, &payloads).map(|payload| payload.origin.evidence()).max_by_key(rank);
        assert_eq!(info.evidence, best.unwrap_or(Evidence::Documented), "{} {}", info.method, info.path);
    }
}

#[derive(Deserialize)]
struct Printed {
    file: String,
    endpoint: Option<String>,
    label: String,
}

/// The files of the official document that belong to endpoints of the catalog.
pub(crate) fn documented(label: &str) -> Option<Vec<String>> {
    let index = support::shared_file("payloads/btse-docs-futures-v2.3/INDEX.json")?;
    let printed: Vec<Printed> = serde_json::from_str(&index).unwrap();
    let ours = |printed: &Printed| {
        let endpoint = printed.endpoint.as_deref();
        CATALOG.iter().any(|info| endpoint == Some(format!("{} {}", info.method, info.path).as_str()))
    };
    let files = printed.into_iter().filter(|printed| printed.label.starts_with(label) && ours(printed));
    Some(files.map(|printed| format!("btse-docs-futures-v2.3/{}", printed.file)).collect())
}

#[test]
fn every_answer_that_the_document_prints_is_proven() {
    let Some(files) = documented("Response") else { return };
    assert_eq!(files.len(), 33, "{files:?}");
    let payloads = payloads();
    for file in files {
        let is_error = errors::PRINTED.contains(&file.as_str());
        assert!(is_error || payloads.iter().any(|payload| payload.file == file), "{file} is not proven");
    }
}
