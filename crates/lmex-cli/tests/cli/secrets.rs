//! The secret is never shown: not in data, messages, errors, or the most talkative log.

use crate::support::tls::Tls;
use crate::support::{KEY, SECRET, Venue};

const LINES: [&str; 26] = [
    "markets",
    "price BTC-PERP",
    "candles BTC-PERP",
    "book BTC-PERP",
    "trades BTC-PERP",
    "funding BTC-PERP",
    "buy BTC-PERP 100ct --limit 50000 --client-id mine",
    "sell BTC-PERP 100ct --limit 80000 --dry-run",
    "buy BTC-PERP 100ct --market",
    "buy BTC-PERP 100ct --limit 0.05",
    "orders",
    "order mine",
    "amend mine --limit 50001",
    "cancel mine",
    "cancel mine",
    "fills",
    "positions",
    "close BTC-PERP",
    "balance",
    "fees",
    "stream top BTC-PERP --updates 1",
    "stream book BTC-PERP --updates 1",
    "doctor",
    "sign GET /api/v2.3/user/wallet --nonce 1",
    "api GET /api/v2.3/user/wallet",
    "api GET /api/v2.3/nothing",
];

#[test]
fn no_command_shows_it_in_any_format_however_talkative() {
    let venue = Venue::start();
    for format in ["-vv", "--json -vv"] {
        for line in LINES {
            let ran = venue.lmex(&format!("{line} {format}"));
            assert!(ran.err.len() > 20, "lmex {line} {format} says something");
            for text in [&ran.out, &ran.err] {
                assert!(!text.contains(SECRET), "lmex {line} {format}\n{text}");
            }
        }
    }
}

#[test]
fn neither_do_refusals_of_a_wrong_one_nor_tls() {
    let venue = Venue::start();
    let url = venue.handle().rest_url();
    let wrong = "wrong-secret-that-must-not-be-shown";
    let variables = [
        ("LMEX_REST_URL", url.as_str()),
        ("LMEX_API_KEY", KEY),
        ("LMEX_API_SECRET", wrong),
        ("LMEX_LOG", "trace"),
    ];
    for line in
        ["balance", "buy BTC-PERP 100ct --limit 50000", "api GET /api/v2.3/user/wallet", "doctor --json"]
    {
        let ran = venue.place.lmex_with(&variables, line);
        assert_ne!(ran.code, Some(0), "lmex {line}");
        assert!(!format!("{}{}", ran.out, ran.err).contains(wrong), "lmex {line}: {ran:?}");
    }
    let tls = Tls::start(&venue);
    let ran = tls.lmex(&venue, "live", &[("LMEX_LOG", "trace")], "balance").ok();
    assert!(!format!("{}{}", ran.out, ran.err).contains(SECRET));
}

#[test]
fn a_secret_that_can_not_be_one_is_refused_without_showing_it() {
    let venue = Venue::start();
    let url = venue.handle().rest_url();
    let variables =
        [("LMEX_REST_URL", url.as_str()), ("LMEX_API_KEY", KEY), ("LMEX_API_SECRET", "hunter2\u{7}")];
    // The exchange that runs here has a key of its own, so this asks for the variables' by signing.
    let said = venue.place.lmex_with(&variables, "sign GET /api/x --nonce 1").failed(4, "credentials");
    assert!(said.contains("LMEX_API_SECRET") && !said.contains("hunter2"), "{said}");
}
