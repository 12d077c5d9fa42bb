//! Which exchange, with which key: everything that is refused before a byte leaves.

use crate::support::{KEY, Place, SECRET, Venue, canned};

const DOWN: &str = "http://127.0.0.1:1";

/// Variables, command, exit code, category, and what must be said.
type Refused =
    (&'static [(&'static str, &'static str)], &'static str, i32, &'static str, &'static [&'static str]);

const REFUSED: [Refused; 17] = [
    (&[], "price BTC-PERP", 8, "config", &["no local exchange is running", "`lmex exchange`", "`lmex demo`"]),
    (&[("LMEX_REST_URL", "")], "price BTC-PERP", 8, "config", &["`lmex exchange`"]),
    (&[("LMEX_REST_URL", DOWN)], "price BTC-PERP", 5, "network", &[DOWN, "is it running? `lmex exchange`"]),
    (
        &[("LMEX_REST_URL", DOWN)],
        "balance",
        4,
        "credentials",
        &["LMEX_API_KEY", "LMEX_API_SECRET", "`lmex exchange` prints"],
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
    (
        &[("LMEX_REST_URL", "https://api.lmex.io")],
        "buy BTC-PERP 1btc --market --env testnet --allow-host api.lmex.io",
        8,
        "config",
        &["api.lmex.io is LMEX's live", "--env live"],
    ),
    (
        &[("LMEX_REST_URL", "https://test-api.lmex.io")],
        "price BTC-PERP --env live --allow-host test-api.lmex.io",
        8,
        "config",
        &["test-api.lmex.io is LMEX's testnet", "--env testnet"],
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
    let said = place.lmex_with(&variables, "sign GET /api/x --nonce 1").ok().err;
    assert_eq!(said, "local: key 4e95…816x (LMEX_API_KEY from the environment)\n");
}

const NOT_TOLD: &str = "this exchange does not tell whether its prices are simulated or recorded";

/// The first message of a command that knows the exchange by this address only, and has no key.
fn named(url: &str, line: &str) -> String {
    let ran = Place::new().lmex_with(&[("LMEX_REST_URL", url)], line);
    ran.err.lines().next().unwrap().to_owned()
}

#[test]
fn an_exchange_known_by_address_only_is_asked_where_its_prices_come_from() {
    let venue = Venue::start();
    let url = venue.handle().rest_url();
    for line in ["price BTC-PERP", "stream top BTC-PERP --updates 1", "balance", "doctor"] {
        assert_eq!(named(&url, line), format!("local {url} (simulated, seed 7)"), "lmex {line}");
    }
    let found = Place::new().lmex_with(&[("LMEX_REST_URL", &url)], "doctor --json");
    assert!(found.out.contains("prices: simulated, seed 7"), "{found:?}");
}

#[test]
fn one_that_does_not_tell_or_does_not_answer_is_not_made_up_for() {
    let mute = canned::http("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n[]");
    let empty = canned::http(
        "HTTP/1.1 200 OK\r\nlmex-market-source: \r\ncontent-length: 2\r\nconnection: close\r\n\r\n[]",
    );
    // Connections are taken, and nothing is ever said.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("http://{}", silent.local_addr().unwrap());
    for url in [mute.as_str(), &empty, &silent, DOWN] {
        assert_eq!(named(url, "balance"), format!("local {url} ({NOT_TOLD})"));
    }
}

#[test]
fn outside_this_machine_the_hint_is_not_to_start_one() {
    let url = [("LMEX_REST_URL", "https://127.0.0.1:1"), ("LMEX_WS_URL", "wss://127.0.0.1:1")];
    for environment in ["testnet", "live"] {
        let line = format!("price BTC-PERP --env {environment} --allow-host 127.0.0.1");
        let said = Place::new().lmex_with(&url, &line).failed(5, "network");
        assert!(said.contains("`lmex doctor` checks") && !said.contains("running"), "{said}");
    }
}

#[test]
fn a_redirect_is_not_followed_and_says_what_to_look_at() {
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect"] {
        let answer = format!(
            "HTTP/1.1 {status}\r\nlocation: https://elsewhere.example/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        );
        let url = canned::http(answer.leak());
        let ran = Place::new().lmex_with(&[("LMEX_REST_URL", &url)], "price BTC-PERP");
        assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{ran:?}");
        for words in [&status[..3], "sends callers elsewhere", "LMEX_REST_URL"] {
            assert!(ran.err.contains(words), "{words}\n{}", ran.err);
        }
    }
}

#[test]
fn an_answer_that_is_not_the_exchanges_says_what_to_do() {
    let page = "<html>bad gateway</html>";
    for (answer, code, category) in [
        (
            format!("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 24\r\nconnection: close\r\n\r\n{page}"),
            5,
            "unavailable",
        ),
        (
            format!("HTTP/1.1 200 OK\r\ncontent-length: 24\r\nconnection: close\r\n\r\n{page}"),
            5,
            "unreadable",
        ),
        ("SSH-2.0-OpenSSH_9.6\r\n\r\n".to_owned(), 5, "network"),
    ] {
        let url = canned::http(answer.leak());
        let keys = [("LMEX_REST_URL", url.as_str()), ("LMEX_API_KEY", KEY), ("LMEX_API_SECRET", SECRET)];
        for line in ["price BTC-PERP", "balance", "buy BTC-PERP 100ct --market"] {
            let said = Place::new().lmex_with(&keys, line).failed(code, category);
            assert!(said.contains("next: the exchange is down, or something else answers"), "{line}\n{said}");
            assert!(!said.contains("is unknown"), "nothing was changed: {line}\n{said}");
        }
    }
}

#[test]
fn a_gateways_error_leaves_open_whether_a_raw_change_happened() {
    let url = canned::http("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    let keys = [("LMEX_REST_URL", url.as_str()), ("LMEX_API_KEY", KEY), ("LMEX_API_SECRET", SECRET)];
    let ran = Place::new().lmex_with(&keys, "api POST /api/v2.3/order --body {}");
    assert_eq!(ran.code, Some(7), "{ran:?}");
    assert!(ran.err.contains("may or may not have happened") && !ran.err.contains("try again"), "{ran:?}");
}

#[test]
fn variables_that_are_passed_over_for_the_running_exchanges_key_are_named() {
    let venue = Venue::start();
    let ran = venue.place.lmex_with(&[("LMEX_API_KEY", "half-a-pair-0123")], "balance").ok();
    assert!(ran.err.contains("note: LMEX_API_KEY is set, but LMEX_API_SECRET is not"), "{}", ran.err);
    assert!(ran.err.contains("Not used here: the running local exchange has its own key"), "{}", ran.err);
    assert!(!venue.lmex("balance").ok().err.contains("note: "));
}

#[test]
fn a_key_that_is_passed_over_is_told_of() {
    let venue = Venue::start();
    let pair = [("LMEX_API_KEY", "a-key-of-bobs-0123"), ("LMEX_API_SECRET", "a-secret-of-bobs-0123")];
    let ran = venue.place.lmex_with(&pair, "balance").ok();
    assert!(
        ran.err.contains("is not used") && ran.err.contains("LMEX_REST_URL=http://127.0.0.1:"),
        "{}",
        ran.err
    );
    assert!(!ran.err.contains("a-secret"), "{}", ran.err);
    let own = [("LMEX_API_KEY", venue.handle().api_key()), ("LMEX_API_SECRET", venue.handle().api_secret())];
    assert!(!venue.place.lmex_with(&own, "balance").ok().err.contains("not used"), "it is the same one");
}

#[test]
fn the_running_exchange_is_known_by_the_machines_name_too() {
    let venue = Venue::start();
    let url = venue.handle().rest_url().replace("127.0.0.1", "localhost");
    venue.place.lmex_with(&[("LMEX_REST_URL", &url)], "balance").ok();
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
