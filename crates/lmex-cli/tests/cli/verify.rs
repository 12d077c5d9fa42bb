//! `lmex verify`: what it finds of both dialects, what it leaves behind, and what it must not tell.

use lmex_exchange::Dialect;
use serde_json::Value;

use crate::support::{KEY, SECRET, Venue};

fn answers(report: &Value) -> Vec<(String, String)> {
    let text = |fact: &Value, name: &str| fact[name].as_str().unwrap().to_owned();
    let facts = report["facts"].as_array().unwrap();
    facts.iter().map(|fact| (text(fact, "question"), text(fact, "answer"))).collect()
}

fn answer<'a>(answers: &'a [(String, String)], question: &str) -> &'a str {
    let found = answers.iter().find(|(asked, _)| asked == question);
    &found.unwrap_or_else(|| panic!("{question}: {answers:?}")).1
}

/// Runs it against a venue of this dialect and gives its report.
fn verified(dialect: Dialect, line: &str) -> (Venue, Value) {
    let venue = Venue::speaking(dialect);
    let path = venue.place.work().join("report.json");
    let ran = venue.lmex(&format!("verify {line} --json --report {}", path.display())).ok();
    let report: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&ran.out).unwrap(), report);
    let text = format!("{}{}{report}", ran.out, ran.err);
    assert!(!text.contains(SECRET), "the secret is told");
    assert!(!report.to_string().contains(KEY), "the key is in the report");
    (venue, report)
}

#[test]
fn it_settles_what_is_open_of_both_dialects_and_leaves_no_order() {
    for dialect in [Dialect::Lmex, Dialect::Btse] {
        let (venue, report) = verified(dialect, "");
        assert_eq!((report["orders_left"].as_u64(), venue.open_orders()), (Some(0), 0), "{report}");
        let answers = answers(&report);
        let is_lmex = dialect == Dialect::Lmex;
        assert_eq!(answer(&answers, "a nonce that is used twice"), "refused the second time");
        assert!(answer(&answers, "nonces behind the clock").ends_with("-2 s taken"), "{answers:?}");
        for (operation, host) in [("login", "/ws/futures"), ("authKeyExpires", "/ws/oss/futures")] {
            assert_eq!(answer(&answers, &format!("login as `{operation}`")), "accepted");
            assert_eq!(answer(&answers, &format!("stream host, {host}")), "connected");
        }
        let books = answer(&answers, "topics on /ws/oss/futures");
        assert_eq!(
            books.contains("snapshotL1:BTC-PERP,") || books.ends_with("snapshotL1:BTC-PERP"),
            is_lmex,
            "{books}"
        );
        let main = answer(&answers, "topics on /ws/futures");
        assert_eq!(main.contains("positionsV2"), is_lmex, "{main}");
        assert!(main.contains("notificationApiV4") && main.contains("tradeHistoryApiV3:BTC-PERP"), "{main}");
        let status = if is_lmex { "HTTP 400" } else { "HTTP 429" };
        assert!(answer(&answers, "an order that does not exist").starts_with(status), "{answers:?}");
        assert!(answer(&answers, "the same clOrderID again").starts_with("1 open"), "{answers:?}");
        assert!(answer(&answers, "the status of a cancelled order").contains("cancelled"), "{answers:?}");
    }
}

#[test]
fn asked_to_it_sends_no_order() {
    let (venue, report) = verified(Dialect::Lmex, "--read-only");
    assert_eq!((&report["orders_left"], &report["read_only"]), (&Value::Null, &Value::Bool(true)));
    assert!(answers(&report).iter().all(|(question, _)| !question.contains("clOrderID")));
    assert_eq!(venue.lmex("fills --json").json(), serde_json::json!([]));
}

#[test]
fn on_live_it_only_asks() {
    let venue = Venue::start();
    let (rest, ws) = (venue.handle().rest_url(), venue.handle().ws_url());
    let variables = [
        ("LMEX_REST_URL", rest.as_str()),
        ("LMEX_WS_URL", ws.as_str()),
        ("LMEX_API_KEY", KEY),
        ("LMEX_API_SECRET", SECRET),
    ];
    let report = venue.place.lmex_with(&variables, "verify --env live --allow-host 127.0.0.1 --json").json();
    assert_eq!((&report["orders_left"], &report["read_only"]), (&Value::Null, &Value::Bool(true)));
    assert_eq!(report["environment"], "live");
}

#[test]
fn on_testnet_it_asks_before_it_sends_orders() {
    let venue = Venue::start();
    let (rest, ws) = (venue.handle().rest_url(), venue.handle().ws_url());
    let variables = [
        ("LMEX_REST_URL", rest.as_str()),
        ("LMEX_WS_URL", ws.as_str()),
        ("LMEX_TESTNET_API_KEY", KEY),
        ("LMEX_TESTNET_API_SECRET", SECRET),
    ];
    let told = venue
        .place
        .lmex_with(&variables, "verify --env testnet --allow-host 127.0.0.1")
        .failed(9, "declined");
    assert!(told.contains("--yes"), "{told}");
    let report =
        venue.place.lmex_with(&variables, "verify --env testnet --allow-host 127.0.0.1 --yes --json").json();
    assert_eq!((report["orders_left"].as_u64(), venue.open_orders()), (Some(0), 0), "{report}");
}
