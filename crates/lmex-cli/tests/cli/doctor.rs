//! `lmex doctor`: all well, and what is not.

use crate::support::{Place, Venue, canned, redacted};

#[test]
fn all_is_well_with_a_running_exchange() {
    let venue = Venue::start();
    let ran = venue.lmex("doctor").ok();
    assert!(ran.err.ends_with("(simulated, seed 7)\n"), "{}", ran.err);
    let mut settings = redacted();
    settings.add_filter(r"[+-]\d+\.\d s", "[skew]");
    settings.add_filter(" {2,}", "  ");
    settings.bind(|| insta::assert_snapshot!("doctor", ran.out));
    let checks = venue.lmex("doctor --json").json();
    assert!(checks.as_array().unwrap().iter().all(|check| check["ok"] == true), "{checks}");
    let (columns, rows) = venue.lmex("doctor --csv").csv();
    assert_eq!((columns.join(",").as_str(), rows.len()), ("ok,what,found", checks.as_array().unwrap().len()));
    assert!(rows.iter().all(|row| row[0] == "true"), "{rows:?}");
}

/// What is printed, and how it ends when something is wrong.
#[track_caller]
fn unwell(place: &Place, variables: &[(&str, &str)], line: &str, code: i32, category: &str) -> String {
    let ran = place.lmex_with(variables, line);
    assert_eq!(ran.code, Some(code), "{ran:?}");
    assert!(ran.err.contains(category) && ran.err.contains("checks failed"), "{}", ran.err);
    ran.out
}

#[test]
fn without_an_exchange_it_names_the_command_that_starts_one() {
    let out = unwell(&Place::new(), &[], "doctor", 8, "config");
    assert!(out.contains("NO") && out.contains("`lmex exchange`"), "{out}");
}

#[test]
fn nobody_listening_and_a_missing_key_are_found_and_it_ends_as_the_network_does() {
    // Port 1 is reserved, and nothing of ours listens there.
    let down = [("LMEX_REST_URL", "http://127.0.0.1:1")];
    let out = unwell(&Place::new(), &down, "doctor --json", 5, "network");
    let checks: serde_json::Value = serde_json::from_str(&out).unwrap();
    let check =
        |what: &str| checks.as_array().unwrap().iter().find(|check| check["what"] == what).unwrap().clone();
    assert_eq!(
        (&check("connection")["ok"], &check("connection")["category"]),
        (&false.into(), &"network".into())
    );
    assert_eq!((&check("key")["ok"], &check("key")["category"]), (&false.into(), &"credentials".into()));
    assert!(check("key")["found"].as_str().unwrap().contains("LMEX_API_SECRET"), "{checks}");
    assert_eq!(check("REST address")["ok"], true);

    let table = unwell(&Place::new(), &down, "doctor", 5, "network");
    for row in ["ok  REST address", "NO  key", "NO  connection", "is it running? `lmex exchange`", "ok  pace"]
    {
        assert!(table.contains(row), "{row}\n{table}");
    }
}

#[test]
fn a_stream_that_can_not_be_had_is_found_by_trying_it() {
    let venue = Venue::start();
    let silent = canned::stream(&venue, Vec::new());
    for (url, why) in [
        ("ws://127.0.0.1:1", "no connection to ws://127.0.0.1:1/ws/"),
        (silent.as_str(), "top BTC-PERP: not acknowledged within 6 s"),
    ] {
        let out = unwell(&venue.place, &[("LMEX_WS_URL", url)], "doctor --json", 5, "network");
        let checks: Vec<serde_json::Value> = serde_json::from_str(&out).unwrap();
        let failed: Vec<_> = checks.iter().filter(|check| check["ok"] == false).collect();
        assert_eq!((failed.len(), &failed[0]["what"]), (1, &"stream".into()), "{out}");
        let found = failed[0]["found"].as_str().unwrap();
        assert!(found.contains(why) && found.contains("check LMEX_WS_URL"), "{found}");
    }
    let table = unwell(&venue.place, &[("LMEX_WS_URL", "ws://127.0.0.1:1")], "doctor", 5, "network");
    assert!(table.contains("\nNO  stream          no connection to "), "{table}");
}

#[test]
fn a_wrong_secret_is_found_by_trying_it() {
    let venue = Venue::start();
    let url = venue.handle().rest_url();
    let variables = [
        ("LMEX_REST_URL", url.as_str()),
        ("LMEX_API_KEY", crate::support::KEY),
        ("LMEX_API_SECRET", "wrong-secret"),
    ];
    let out = unwell(&venue.place, &variables, "doctor", 4, "authentication");
    assert!(out.contains("signed call") && !out.contains("wrong-secret"), "{out}");
}

/// A `Date` header may be of a clock that signatures have nothing to do with.
#[test]
fn the_clock_is_the_one_that_signatures_are_judged_by() {
    let venue = Venue::start();
    venue.lmex("exchange fault add clock-offset --ms -60000").ok();
    let out = unwell(&venue.place, &[], "doctor", 8, "config");
    assert!(out.contains("NO  clock ") && out.contains("+60.") && out.contains("clock-offset"), "{out}");
    assert!(!out.contains("signed call"), "{out}");
    venue.lmex("exchange fault clear").ok();
    assert!(venue.lmex("doctor").ok().out.contains("(its /time)"));
}

#[test]
fn a_missing_key_alone_ends_as_a_missing_key_does() {
    let venue = Venue::start();
    let url = venue.handle().rest_url();
    let out = unwell(&Place::new(), &[("LMEX_REST_URL", &url)], "doctor", 4, "credentials");
    assert!(out.contains("NO  key") && out.contains("ok  connection"), "{out}");
}
