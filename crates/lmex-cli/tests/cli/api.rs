//! `lmex api`: any request, as it is.

use crate::support::{KEY, Place, Venue, redacted};

#[test]
fn a_signed_get_shows_the_answer() {
    let venue = Venue::start();
    let ran = venue.lmex("api GET /api/v2.3/user/positions --query symbol=BTC-PERP").ok();
    assert_eq!(ran.out, "[]\n");
    let mut said = ran.err.lines();
    assert!(said.next().unwrap().ends_with("(simulated, seed 7)"), "{}", ran.err);
    assert!(said.next().unwrap().starts_with("HTTP 200 OK in "), "{}", ran.err);
}

#[test]
fn people_get_it_indented_and_programs_as_it_came() {
    let venue = Venue::start();
    let people = venue.lmex("api get /api/v2.3/user/fees --query symbol=BTC-PERP").ok().out;
    redacted().bind(|| insta::assert_snapshot!("api", people));
    let raw = venue.lmex("api GET /api/v2.3/user/fees --query symbol=BTC-PERP --json").ok().out;
    assert_eq!(raw.lines().count(), 1);
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(read(&raw), read(&people));
}

#[test]
fn public_calls_and_product_prefixes_work_too() {
    let venue = Venue::start();
    for line in [
        "api GET /api/v2.3/price --query symbol=BTC-PERP --public --json",
        "api GET /futures/api/v2.3/price --query symbol=BTC-PERP --json",
    ] {
        assert_eq!(venue.lmex(line).json()[0]["symbol"], "BTC-PERP", "lmex {line}");
    }
}

#[test]
fn a_body_is_sent_as_it_is() {
    let venue = Venue::start();
    let body =
        r#"{"symbol":"BTC-PERP","side":"BUY","type":"LIMIT","price":50000,"size":100,"clOrderID":"raw"}"#;
    let answer = venue.lmex(&format!("api POST /api/v2.3/order --body {body} --json")).json();
    assert_eq!(answer[0]["clOrderID"], "raw");
    assert_eq!(venue.open_orders(), 1);
}

#[test]
fn a_dry_run_sends_nothing_and_needs_no_key() {
    let place = Place::new();
    let nowhere = [("LMEX_REST_URL", "http://127.0.0.1:1")];
    let line = r#"api POST /api/v2.3/order --query a=1 --body {"size":1} --dry-run"#;
    let dry = place.lmex_with(&nowhere, &format!("{line} --json")).json();
    assert_eq!(
        (&dry["sent"], &dry["method"], &dry["body"]["size"]),
        (&false.into(), &"POST".into(), &1.into())
    );
    assert_eq!(dry["url"], "http://127.0.0.1:1/futures/api/v2.3/order?a=1");
    assert_eq!(dry["signed"], r#"/api/v2.3/order<nonce>{"size":1}"#);
    let odd = place.lmex_with(&nowhere, "api POST /api/x --body no-json --public --dry-run --json").json();
    assert_eq!((&odd["body"], odd["signed"].is_null()), (&"no-json".into(), true));
    let people = place.lmex_with(&nowhere, line).ok().out;
    assert!(people.starts_with("dry run, nothing sent: POST /futures/api/v2.3/order?a=1\n"), "{people}");
}

#[test]
fn an_error_is_shown_whole_and_ends_with_its_category() {
    let venue = Venue::start();
    let ran = venue.lmex("api GET /api/v2.3/price --query symbol=FOO-PERP");
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.err.contains("error (unknown_market): "), "{}", ran.err);
    let body: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(body["status"], 400, "the venue's own words are data: {body}");
}

#[test]
fn a_refused_signature_is_explained() {
    let venue = Venue::start();
    let url = venue.handle().rest_url();
    let variables =
        [("LMEX_REST_URL", url.as_str()), ("LMEX_API_KEY", KEY), ("LMEX_API_SECRET", "wrong-secret")];
    let ran = venue.place.lmex_with(&variables, "api GET /api/v2.3/user/wallet");
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert!(ran.err.contains("error (authentication): ") && ran.err.contains("`lmex doctor`"), "{}", ran.err);
    assert!(!format!("{}{}", ran.out, ran.err).contains("wrong-secret"));
}

#[test]
fn a_path_must_be_a_path() {
    let venue = Venue::start();
    for (path, hint) in [
        ("api/v2.3/price", "such as /api/v2.3/price"),
        ("/api/../price", "such as /api/v2.3/price"),
        ("/api/v2.3/price?symbol=BTC-PERP", "--query name=value"),
    ] {
        let said = venue.lmex(&format!("api GET {path}")).failed(2, "invalid");
        assert!(said.contains(hint), "{said}");
    }
}
