//! `lmex exchange fault`, `lmex exchange time` and `lmex exchange market`: control of a running exchange.

use serde_json::{Value, json};

use crate::support::{Place, Venue, redacted};

#[test]
fn faults_are_made_listed_and_cleared() {
    let venue = Venue::start();
    let added = venue.lmex("exchange fault add bad-gateway --path /price --times 1 --json").json();
    let expected =
        json!({"id": 1, "hits": 0, "left": 1, "kind": "bad-gateway", "path": "/price", "times": 1});
    assert_eq!(added, expected);
    venue.lmex("exchange fault add silence --topic update:*").ok();
    venue.lmex("price BTC-PERP").ok();
    let listed = venue.lmex("exchange fault list").ok();
    assert_eq!(listed.err, "", "no exchange is named that does not trade");
    redacted().bind(|| insta::assert_snapshot!("faults", listed.out));
    let counted = venue.lmex("exchange fault list --json").json();
    assert_eq!((&counted["faults"][0]["hits"], &counted["faults"][0]["left"]), (&json!(1), &json!(0)));
    let (columns, rows) = venue.lmex("exchange fault list --csv").csv();
    assert_eq!((columns.join(","), rows.len()), ("id,fault,members,hits,left".to_owned(), 2));
    assert_eq!(venue.lmex("exchange fault clear 2 --json").json()["id"], 2);
    let said = venue.lmex("exchange fault clear 2").failed(2, "invalid");
    assert!(
        said.contains("there is no fault \"2\"") && said.contains("`lmex exchange fault list`"),
        "{said}"
    );
    venue.lmex("exchange fault clear").ok();
    assert_eq!(venue.lmex("exchange fault list").ok().out, "no faults\n");
}

#[test]
fn time_is_shown_and_moved() {
    let venue = Venue::start();
    let time = |line: &str| venue.lmex(&format!("exchange time {line} --json")).json();
    assert_eq!(time("")["is_paused"], false);
    let paused = time("pause");
    assert_eq!((&paused["is_paused"], &paused["speed"]), (&json!(true), &json!("1")));
    let millis = |status: &Value| status["venue_ms"].as_i64().unwrap();
    assert_eq!(millis(&time("step 1m30s")) - millis(&paused), 90_000);
    let to = millis(&paused) + 100_000;
    assert_eq!(millis(&time(&format!("step --to {to}"))), to);
    assert_eq!(time("speed x10")["speed"], "10");
    assert_eq!(time("resume")["is_paused"], false);
    venue.lmex("exchange time pause").ok();
    let shown = venue.lmex("exchange time").ok();
    redacted().bind(|| insta::assert_snapshot!("time", shown.out));
    let said = venue.lmex("exchange time step --to 2020-01-01T00:00:00Z").failed(2, "invalid");
    assert!(said.contains("would go back") && said.contains("next: venue time is 20"), "{said}");
}

#[test]
fn candles_go_by_venue_time() {
    let venue = Venue::start();
    venue.lmex("exchange time pause").ok();
    let newest = || {
        let venue_ms = venue.lmex("exchange time --json").json()["venue_ms"].as_i64().unwrap();
        let candles = venue.lmex("candles BTC-PERP 1h -n 3 --json").json();
        let candles = candles.as_array().unwrap();
        let finished: Vec<_> = candles.iter().map(|candle| candle["finished"].as_bool().unwrap()).collect();
        assert_eq!(finished, [true, true, false], "{candles:?}");
        assert_eq!(candles[2]["time"].as_i64().unwrap(), venue_ms / 3_600_000 * 3_600, "{candles:?}");
    };
    newest();
    venue.lmex("exchange time step 3h").ok();
    newest();
}

#[test]
fn a_market_is_halted_and_opened_again() {
    let venue = Venue::start();
    let takes = |row: usize, line: &str| {
        venue.lmex(&format!("exchange market {line} --json")).json()["markets"][row].clone()
    };
    assert_eq!(takes(0, ""), json!({"symbol": "BTC-PERP", "trading": "active"}));
    venue.lmex("buy BTC-PERP 100ct --limit 50000 --client-id stays").ok();
    assert_eq!(takes(0, "BTC-PERP halted")["trading"], "halted");
    let shown = venue.lmex("exchange market").ok().out;
    assert!(shown.contains("cancels only (halted)") && shown.contains("everything"), "{shown}");
    for order in ["buy BTC-PERP 100ct --limit 50000", "sell BTC-PERP 100ct --market"] {
        let said = venue.lmex(order).failed(2, "invalid");
        assert!(said.contains("takes no orders now"), "{said}");
    }
    venue.lmex("buy ETH-PERP 60usdt --limit 2000").ok();
    assert_eq!(venue.open_orders(), 2, "orders stay in a halted market, and others go on");
    venue.lmex("cancel stays").ok();
    assert_eq!(venue.open_orders(), 1, "a halted market takes cancels");
    assert_eq!(takes(0, "BTC-PERP active")["trading"], "active");
    venue.lmex("buy BTC-PERP 100ct --limit 50000").ok();
    assert_eq!(takes(0, "BTC-PERP closed")["trading"], "closed");
    assert_eq!(venue.open_orders(), 1, "in a closed market all orders were cancelled");
    assert!(venue.lmex("exchange market").ok().out.contains("nothing (closed)"));
    assert_eq!(takes(0, "BTC-PERP active")["trading"], "active");
    let said = venue.lmex("exchange market BTC halted").failed(2, "invalid");
    assert!(said.contains("no market is called \"BTC\""), "{said}");
    assert!(said.contains("next: `lmex exchange market` lists all"), "{said}");
    assert_eq!(takes(0, "btc-perp active")["symbol"], "BTC-PERP", "in any case, as everywhere");
    let said = venue.lmex("exchange market BTC-PERP");
    assert!(said.code == Some(2) && said.err.contains("<TRADING>"), "{said:?}");
}

#[test]
fn what_can_not_be_done_says_why() {
    let venue = Venue::start();
    for (line, said) in [
        ("exchange fault add delay", "ms is missing: delay needs it"),
        ("exchange fault add drop --account nobody", "account \"nobody\" is not here"),
        ("exchange time step 1000h", "at most 31 days"),
    ] {
        let told = venue.lmex(line).failed(2, "invalid");
        assert!(told.contains(said), "{line}: {told}");
    }
    let variables = [("LMEX_ADMIN_TOKEN", "0000")];
    let said = venue.place.lmex_with(&variables, "exchange fault list").failed(4, "authentication");
    assert!(said.contains("the admin token is not this one's"), "{said}");
    let said = venue.lmex("exchange time pause --env testnet").failed(8, "config");
    assert!(said.contains("testnet has no time to move"), "{said}");

    let place = Place::new();
    let said = place.lmex("exchange fault list").failed(8, "config");
    assert!(said.contains("no local exchange is running"), "{said}");
    let said = place.lmex("exchange time --rest-url http://127.0.0.1:1").failed(4, "credentials");
    assert!(said.contains("LMEX_ADMIN_TOKEN"), "{said}");
    let variables = [("LMEX_ADMIN_TOKEN", "0000")];
    let ran = place.lmex_with(&variables, "exchange time --rest-url http://127.0.0.1:1");
    assert!(ran.failed(5, "network").contains("is it running?"));
}

#[test]
fn another_program_needs_address_and_token_only() {
    let venue = Venue::start();
    let url = venue.handle().rest_url();
    let token = venue.handle().admin_token().to_owned();
    let variables = [("LMEX_REST_URL", url.as_str()), ("LMEX_ADMIN_TOKEN", token.as_str())];
    let elsewhere = Place::new();
    assert_eq!(elsewhere.lmex_with(&variables, "exchange fault list --json").json()["faults"], json!([]));
}

#[test]
fn the_exchange_that_runs_here_is_known_by_every_name_of_this_machine() {
    let venue = Venue::start();
    let url = venue.handle().rest_url().replace("127.0.0.1", "localhost");
    for given in [url.as_str(), &format!("{url}/"), &url.to_uppercase()] {
        let line = "exchange fault list --json";
        let listed = venue.place.lmex_with(&[("LMEX_REST_URL", given)], line).json();
        assert_eq!(listed["faults"], json!([]), "{given}");
    }
    let elsewhere = Place::new().lmex_with(&[("LMEX_REST_URL", &url)], "exchange fault list");
    let said = elsewhere.failed(4, "credentials");
    assert!(said.contains("has printed at its start"), "{said}");
}

#[test]
fn an_exchange_starts_with_faults_and_another_time() {
    let place = Place::new();
    let file = place.work().join("faults.json");
    std::fs::write(&file, r#"[{"kind":"gap","topic":"update:*","every":100}]"#).unwrap();
    let line = "exchange --listen 127.0.0.1:0 --json --time paused --block-scale 0.01 --timeout-scale 0.5 --faults faults.json --fault delay,path=/order,ms=5,times=3";
    let mut exchange = place.start(&[], line);
    let ready: Value = serde_json::from_str(&exchange.line()).unwrap();
    assert!(ready["admin"].as_str().unwrap().ends_with("/admin"), "{ready}");
    assert_eq!(ready["admin_token"].as_str().map(str::len), Some(64));
    let faults = place.lmex("exchange fault list --json").json();
    let kinds: Vec<_> = faults["faults"].as_array().unwrap().iter().map(|fault| &fault["kind"]).collect();
    assert_eq!(kinds, ["gap", "delay"]);
    assert_eq!(place.lmex("exchange time --json").json()["is_paused"], true);
}

#[test]
fn an_exchange_does_not_start_with_what_can_not_be() {
    let place = Place::new();
    for (line, said) in [
        ("exchange --fault explode", "use one of delay, drop"),
        ("exchange --fault delay,ms", "write a kind and its members"),
        ("exchange --time slow", "use real, paused or x10"),
        ("exchange --time x1001", "give 0.001 to 1000"),
        ("exchange time step", "<BY|--to <MOMENT>>"),
        ("exchange time step 8", "such as 500ms, 90s or 1h30m"),
        ("exchange fault add explode", "use one of delay, drop"),
    ] {
        let ran = place.lmex(line);
        assert!(ran.code == Some(2) && ran.err.contains(said), "lmex {line}: {ran:?}");
    }
    let said = place.lmex("exchange --listen 127.0.0.1:0 --fault delay").failed(8, "config");
    assert!(said.contains("fault 1 can't be put in place: ms is missing"), "{said}");
    for scale in ["1001", "-1"] {
        let said = place.lmex(&format!("exchange --block-scale {scale}")).failed(2, "invalid");
        assert!(said.contains(&format!("--block-scale {scale} is out of range")), "{said}");
    }
    std::fs::write(place.work().join("f.json"), "{}").unwrap();
    let said = place.lmex("exchange --faults f.json").failed(2, "invalid");
    assert!(said.contains("f.json is no list of faults"), "{said}");
}

/// Every command in the page's tables does what it says there: it puts its fault in place.
#[test]
fn every_command_of_the_page_is_one() {
    let page = include_str!("../../../../docs/FAULTS.md");
    let commands = page.split('`').filter_map(|code| code.strip_prefix("lmex exchange fault add "));
    let commands: Vec<_> = commands.map(|command| command.replace('\'', "")).collect();
    assert!(commands.len() >= 22, "{}", commands.len());
    let venue = Venue::start();
    for command in commands {
        let added = venue.lmex(&format!("exchange fault add {command} --json")).json();
        assert_eq!(added["kind"], command.split(' ').next().unwrap());
    }
}
