//! Which exchange, with which key: everything that is refused before a byte leaves.

use crate::support::{KEY, Place, SECRET, Venue};

const DOWN: &str = "http://127.0.0.1:1";

/// Variables, command, exit code, category, and what must be said.
type Refused =
    (&'static [(&'static str, &'static str)], &'static str, i32, &'static str, &'static [&'static str]);

const REFUSED: [Refused; 15] = [
    (&[], "price BTC-PERP", 8, "config", &["no local exchange is running", "`lmex exchange`", "`lmex demo`"]),
    (&[("LMEX_REST_URL", "")], "price BTC-PERP", 8, "config", &["`lmex exchange`"]),
    (&[("LMEX_REST_URL", DOWN)], "price BTC-PERP", 5, "network", &[DOWN, "`lmex exchange`"]),
    (
        &[("LMEX_REST_URL", DOWN)],
        "balance",
        4,
        "credentials",
        &["LMEX_API_KEY", "LMEX_API_SECRET", "lmex.io", "shown once", "Read and Trading"],
    ),
    (
        &[],
        "balance --env testnet",
        4,
        "credentials",
        &[
            "testnet",
            "LMEX_TESTNET_API_KEY",
            "LMEX_TESTNET_API_SECRET",
            "shown once",
            "not Transfer or Withdraw",
        ],
    ),
    (&[("LMEX_ENV", "live")], "balance", 4, "credentials", &["LMEX_LIVE_API_KEY", "LMEX_LIVE_API_SECRET"]),
    (
        &[("LMEX_TESTNET_API_KEY", "k")],
        "balance --env testnet",
        4,
        "credentials",
        &["LMEX_TESTNET_API_KEY is set, but LMEX_TESTNET_API_SECRET is not"],
    ),
    (
        &[("LMEX_LIVE_API_SECRET", "s"), ("LMEX_API_KEY", "k")],
        "balance --env live",
        4,
        "credentials",
        &["LMEX_LIVE_API_SECRET is set, but LMEX_LIVE_API_KEY is not"],
    ),
    (
        &[("LMEX_TESTNET_API_KEY", "k"), ("LMEX_TESTNET_API_SECRET", "s")],
        "balance --env live",
        4,
        "credentials",
        &["no API key for live"],
    ),
    (&[("LMEX_REST_URL", "http://10.0.0.1:9090")], "price BTC-PERP", 8, "config", &["10.0.0.1", "loopback"]),
    (
        &[("LMEX_REST_URL", "https://api.lmex.io")],
        "price BTC-PERP",
        8,
        "config",
        &["api.lmex.io", "not this machine"],
    ),
    (
        &[("LMEX_REST_URL", "http://api.lmex.io")],
        "price BTC-PERP --env live",
        8,
        "config",
        &["not encrypted", "https"],
    ),
    (
        &[("LMEX_REST_URL", "https://proxy.example.org")],
        "price BTC-PERP --env testnet",
        8,
        "config",
        &["--allow-host proxy.example.org"],
    ),
    (&[], "stream book BTC-PERP --env testnet", 8, "config", &["LMEX_WS_URL", "not known for certain"]),
    (
        &[("LMEX_REST_URL", "http://127.0.0.1:9090/futures")],
        "price BTC-PERP",
        8,
        "config",
        &["not an origin", "without a path"],
    ),
];

#[test]
fn each_refusal_names_the_variable_and_the_next_step() {
    let place = Place::new();
    for (variables, line, code, category, said) in REFUSED {
        let err = place.lmex_with(variables, line).failed(code, category);
        for words in said {
            assert!(err.contains(words), "{variables:?} lmex {line} does not say {words:?}\n{err}");
        }
    }
}

#[test]
fn a_dotenv_file_sets_keys() {
    let venue = Venue::start();
    std::fs::write(
        venue.place.work().join(".env"),
        format!("LMEX_API_KEY={KEY}\nLMEX_API_SECRET='{SECRET}'\n"),
    )
    .unwrap();
    let url = venue.handle().rest_url();
    let found = venue.place.lmex_with(&[("LMEX_REST_URL", &url)], "doctor --json").json();
    let key = found.as_array().unwrap().iter().find(|check| check["what"] == "key").unwrap().clone();
    assert_eq!(key["found"], "4e95…816x: LMEX_API_KEY from .env");
    assert_eq!(key["ok"], true);
}

#[test]
fn a_dotenv_file_never_chooses_the_exchange() {
    let venue = Venue::start();
    let text = "LMEX_ENV=live\nexport LMEX_REST_URL=https://evil.example\nLMEX_WS_URL=wss://evil.example\n";
    std::fs::write(venue.place.work().join(".env"), text).unwrap();
    let ran = venue.lmex("price BTC-PERP").ok();
    for name in ["LMEX_ENV", "LMEX_REST_URL", "LMEX_WS_URL"] {
        assert!(ran.err.contains(&format!("warning: {name} in .env is ignored")), "{}", ran.err);
    }
    assert!(ran.err.contains("local http://127.0.0.1:"), "{}", ran.err);
}

#[test]
fn the_shell_comes_before_the_file() {
    let place = Place::new();
    std::fs::write(place.work().join(".env"), "LMEX_API_KEY=file-key-0123\nLMEX_API_SECRET=x\n").unwrap();
    let variables = [("LMEX_API_KEY", KEY), ("LMEX_API_SECRET", SECRET)];
    let said = place.lmex_with(&variables, "sign GET /x --nonce 1").ok().err;
    assert_eq!(said, "local: key 4e95…816x (LMEX_API_KEY from the environment)\n");
}

#[test]
fn an_empty_variable_is_not_set() {
    let venue = Venue::start();
    let empty = [("LMEX_ENV", ""), ("LMEX_REST_URL", ""), ("LMEX_WS_URL", ""), ("LMEX_API_KEY", "")];
    let ran = venue.place.lmex_with(&empty, "balance").ok();
    assert!(ran.err.starts_with("local "), "{}", ran.err);
}

#[test]
fn addresses_can_be_given_by_option() {
    let venue = Venue::start();
    let elsewhere = Place::new();
    let (rest, ws) = (venue.handle().rest_url(), venue.handle().ws_url());
    elsewhere.lmex(&format!("price BTC-PERP --rest-url {rest}")).ok();
    // A local exchange serves its streams where it serves REST.
    elsewhere.lmex(&format!("stream top BTC-PERP --updates 1 --rest-url {rest}/")).ok();
    elsewhere.lmex(&format!("stream top BTC-PERP --updates 1 --rest-url {rest} --ws-url {ws}")).ok();
}
