//! `lmex exchange`: its first line, the file by which commands find it, and its end.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;

use rustix::process::Signal;
use serde_json::Value;

use crate::support::{Place, Running, redacted};

const SERVE: &str = "exchange --listen 127.0.0.1:0 --seed 11 --limits off --json";

fn serve(place: &Place) -> (Running, Value) {
    let mut exchange = place.start(&[], SERVE);
    let ready = serde_json::from_str(&exchange.line()).unwrap();
    (exchange, ready)
}

#[test]
fn the_first_line_is_all_a_client_needs() {
    let place = Place::new();
    let (_exchange, ready) = serve(&place);
    let names: Vec<_> = ready.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["accounts", "admin", "admin_token", "api_key", "api_secret", "rest", "ws"]);
    assert_eq!(ready["accounts"][0]["keys"][0]["api_key"], ready["api_key"], "the demo account is the first");
    let text = |name: &str| ready[name].as_str().unwrap().to_owned();
    let port = text("rest").strip_prefix("http://127.0.0.1:").unwrap().parse::<u16>().unwrap();
    assert_eq!(text("ws"), format!("ws://127.0.0.1:{port}"), "origins without a path");

    let elsewhere = Place::new();
    let variables = [
        ("LMEX_REST_URL", text("rest")),
        ("LMEX_API_KEY", text("api_key")),
        ("LMEX_API_SECRET", text("api_secret")),
    ];
    let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
    elsewhere.lmex_with(&variables, "balance").ok();
}

#[test]
fn other_commands_find_it_and_forget_it_when_it_ends() {
    let place = Place::new();
    let (exchange, ready) = serve(&place);
    let file = place.state().join("exchange.json");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let ran = place.lmex("balance").ok();
    assert_eq!(ran.err, format!("local {} (simulated, seed 11)\n", ready["rest"].as_str().unwrap()));

    exchange.signal(Signal::TERM);
    let ended = exchange.wait();
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), "asked to end: closing\n"));
    assert!(!file.exists(), "the file is gone with the exchange");
    place.lmex("balance").failed(8, "config");
}

#[test]
fn ctrl_c_ends_it_as_well() {
    let place = Place::new();
    let (exchange, _) = serve(&place);
    exchange.signal(Signal::INT);
    let ended = exchange.wait();
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), "interrupted: closing\n"));
    assert!(!place.state().join("exchange.json").exists());
}

#[test]
fn one_that_was_killed_is_not_believed_and_the_next_takes_its_place() {
    let place = Place::new();
    let (exchange, _) = serve(&place);
    exchange.signal(Signal::KILL);
    exchange.wait();
    assert!(place.state().join("exchange.json").exists(), "it could not clean up");
    let said = place.lmex("balance").failed(8, "config");
    assert!(said.contains("no local exchange is running"), "{said}");
    let (_next, ready) = serve(&place);
    assert!(place.lmex("balance").ok().err.contains(ready["rest"].as_str().unwrap()));
}

#[test]
fn a_second_one_says_that_commands_find_the_first() {
    let place = Place::new();
    let (_first, ready) = serve(&place);
    let mut people = place.start(&[], "exchange --listen 127.0.0.1:0");
    let rest = std::iter::repeat_with(|| people.line()).find(|line| line.contains("  REST ")).unwrap();
    let rest = rest.split_whitespace().nth(1).unwrap().split("/futures").next().unwrap().to_owned();
    people.signal(Signal::TERM);
    let said = people.wait().out;
    assert!(said.contains(&format!("In another terminal: LMEX_REST_URL={rest} lmex price")), "{said}");
    let (second, _) = serve(&place);
    assert!(place.lmex("price BTC-PERP").ok().err.contains(ready["rest"].as_str().unwrap()));
    second.signal(Signal::TERM);
    let said = second.wait().err;
    assert!(
        said.contains("warning: clients won't find this exchange") && said.contains("LMEX_REST_URL="),
        "{said}"
    );
    assert!(place.state().join("exchange.json").exists(), "the first one's file stays");
}

/// The exchange's wallet, asked for with a key.
fn balance(ready: &Value, key: &Value) -> crate::support::Ran {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let variables = [
        ("LMEX_REST_URL", text(&ready["rest"])),
        ("LMEX_API_KEY", text(&key["api_key"])),
        ("LMEX_API_SECRET", text(&key["api_secret"])),
    ];
    let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
    Place::new().lmex_with(&variables, "balance")
}

#[test]
fn more_accounts_come_from_the_command_line_and_from_a_file() {
    let place = Place::new();
    let file = place.state().join("accounts.json");
    std::fs::create_dir_all(place.state()).unwrap();
    let accounts = r#"[{"name":"carol","balance":"7.5","maker_fee":-0.0001,"keys":[{"permissions":["trade"]},
        {"api_key":"carols-key","api_secret":"carols-secret","permissions":["read"]}]},{"name":"dave"}]"#;
    std::fs::write(&file, accounts).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let mut exchange = place.start(&[], &format!("{SERVE} --account bob:5000 --accounts {}", file.display()));
    let ready: Value = serde_json::from_str(&exchange.line()).unwrap();
    let names: Vec<_> =
        ready["accounts"].as_array().unwrap().iter().map(|account| &account["name"]).collect();
    assert_eq!(names, ["demo", "bob", "carol", "dave"]);
    let keys = |at: usize| &ready["accounts"][at]["keys"];
    assert!(balance(&ready, &keys(1)[0]).ok().out.contains("5000"));
    assert_eq!(keys(2)[0]["permissions"], serde_json::json!(["trade"]));
    balance(&ready, &keys(2)[0]).failed(4, "permission");
    assert_eq!(keys(2)[1]["api_secret"], "carols-secret");
    assert!(balance(&ready, &keys(2)[1]).ok().out.contains("7.5"));
    assert!(balance(&ready, &keys(3)[0]).ok().out.contains("100000"), "with a key for everything");
}

#[test]
fn the_file_of_accounts_of_the_page_is_one() {
    let page = include_str!("../../../../docs/EXCHANGE.md");
    let text = page.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
    let place = Place::new();
    let file = place.state().join("accounts.json");
    std::fs::write(&file, text).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let mut exchange = place.start(&[], &format!("{SERVE} --accounts {}", file.display()));
    let ready: Value = serde_json::from_str(&exchange.line()).unwrap();
    let keys = |name: &str| {
        let accounts = ready["accounts"].as_array().unwrap();
        accounts.iter().find(|account| account["name"] == name).unwrap()["keys"].clone()
    };
    assert!(balance(&ready, &keys("bob")[0]).ok().out.contains("5000"));
    assert_eq!(keys("carol")[0]["permissions"], serde_json::json!(["read"]));
    assert_eq!(keys("carol")[1]["api_key"], "carols-key");
}

#[test]
fn csv_has_a_row_for_each_key() {
    let place = Place::new();
    let line = "exchange --listen 127.0.0.1:0 --csv --account bob --account carol:5";
    let mut exchange = place.start(&[], line);
    let mut said = exchange.line() + &exchange.line();
    exchange.signal(Signal::TERM);
    said.push_str(&exchange.wait().out);
    let mut reader = csv::Reader::from_reader(said.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let names: Vec<_> = rows.iter().map(|row| &row[6]).collect();
    assert_eq!(names, ["demo", "bob", "carol"]);
    let keys: BTreeSet<_> = rows.iter().map(|row| (&row[2], &row[3])).collect();
    assert_eq!(keys.len(), 3, "{said}");
}

#[test]
fn accounts_that_can_not_be_are_refused_without_showing_a_secret() {
    let place = Place::new();
    let file = place.state().join("accounts.json");
    std::fs::create_dir_all(place.state()).unwrap();
    let secret = r#"[{"name":"carol","keys":[{"api_key":"k","api_secret":"hunter2"}]}]"#;
    for (text, mode, expected) in [
        (secret, 0o644, "others may read it"),
        (&secret.replace("\"api_key\":\"k\",", ""), 0o600, "only one of api_key and api_secret"),
        (&secret.replace('}', ""), 0o600, "line 1, column 63: it is not a list of accounts"),
        (r#"[{"name":"carol","keys":"hunter2"}]"#, 0o600, "it is not a list of accounts"),
        (
            r#"[{"name":"carol","ballance":5}]"#,
            0o600,
            "unknown field `ballance`, expected one of `name`, `balance`",
        ),
        (
            r#"[{"name":"carol","keys":[{"permissions":["withdraw"]}]}]"#,
            0o600,
            "unknown variant `withdraw`, expected one of `read`, `trade`, `transfer`, `wallet`",
        ),
        (r#"[{"balance":5}]"#, 0o600, "missing field `name`"),
        (r#"[{"name":"carol","keys":[{"permissions":["hunter2hunter2"]}]}]"#, 0o600, "it is not a list"),
        (&secret.replace("carol", "demo"), 0o600, "account name \"demo\" is taken"),
    ] {
        std::fs::write(&file, text).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        let command = format!("exchange --listen 127.0.0.1:0 --accounts {}", file.display());
        let said = place.lmex(&command).failed(8, "config");
        assert!(said.contains(expected) && !said.contains("hunter2"), "{said}");
    }
    let said = place.lmex("exchange --listen 127.0.0.1:0 --account bob:many");
    assert!(said.code == Some(2) && said.err.contains("NAME:5000"), "{}", said.err);
}

#[test]
fn people_are_told_where_it_is_and_what_to_do() {
    let place = Place::new();
    let mut exchange = place.start(&[], "exchange --listen 127.0.0.1:0 --seed 11");
    let mut said = exchange.line();
    exchange.signal(Signal::TERM);
    said.push_str(&exchange.wait().out);
    let mut settings = redacted();
    settings.add_filter("[0-9a-f]{64}", "[hex]");
    settings.bind(|| insta::assert_snapshot!("exchange", said));
}

#[test]
fn it_serves_this_machine_only_and_says_when_a_port_is_taken() {
    let place = Place::new();
    let said = place.lmex("exchange --listen 0.0.0.0:9090").failed(8, "config");
    assert!(said.contains("not loopback") && said.contains("127.0.0.1:9090"), "{said}");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let said = place.lmex(&format!("exchange --listen {address}")).failed(8, "config");
    assert!(said.contains(&format!("can't listen on {address}")) && said.contains("another port"), "{said}");
    let said = place.lmex("exchange --replay missing.parquet --speed 0").failed(2, "invalid");
    assert!(said.contains("speed 0 is out of range"), "{said}");
}

#[test]
fn with_a_data_folder_it_goes_on_where_it_was_and_verify_agrees() {
    const LINE: &str = "exchange --listen 127.0.0.1:0 --limits off --json --data-dir data --durability os";
    let place = Place::new();
    let mut exchange = place.start(&[], &format!("{LINE} --seed 11"));
    let first: Value = serde_json::from_str(&exchange.line()).unwrap();
    place.lmex("buy BTC-PERP 100ct --market").ok();
    let said = place.lmex(&LINE.replace(" --json", "")).failed(8, "config");
    assert!(said.contains("data is in use by another exchange: stop that one"), "{said}");
    place.lmex("exchange verify data").failed(8, "io");
    exchange.signal(Signal::TERM);
    assert_eq!(exchange.wait().code, Some(0));

    let said = place.lmex(&format!("{} --seed 12", LINE.replace(" --json", ""))).failed(8, "config");
    assert!(said.contains("was made with seed 11, not 12"), "{said}");
    let mut exchange = place.start(&[], LINE);
    let second: Value = serde_json::from_str(&exchange.line()).unwrap();
    assert_eq!((&second["api_key"], &second["api_secret"]), (&first["api_key"], &first["api_secret"]));
    let positions = place.lmex("positions").ok().out;
    assert!(positions.contains("BTC-PERP"), "{positions}");
    exchange.signal(Signal::TERM);
    let ended = exchange.wait();
    assert!(ended.err.contains("goes on from the data folder: "), "{}", ended.err);

    let verified = place.lmex("exchange verify data --json").json();
    assert!(
        verified["commands"].as_u64().unwrap() > 0 && verified["digests"].as_u64().unwrap() > 0,
        "{verified}"
    );
    let said = place.lmex("exchange verify nowhere").failed(8, "io");
    assert!(said.contains("next: name the folder that `lmex exchange --data-dir` was given"), "{said}");
    let said = place.lmex("exchange --accounts nowhere").failed(8, "io");
    assert!(said.contains(r#"next: such as [{"name":"bob""#), "{said}");
}
