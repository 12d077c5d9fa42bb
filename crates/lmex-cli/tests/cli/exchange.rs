//! `lmex exchange`: its first line, the file by which commands find it, and its end.

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
    assert_eq!(names.len(), 4, "{names:?}");
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
    place.lmex("exchange verify nowhere").failed(8, "io");
}
