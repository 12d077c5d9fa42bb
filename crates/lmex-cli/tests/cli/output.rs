//! Nobody reads stdout any more: enough was seen of data, and what became of orders is still said.

use std::process::{Command, Stdio};

use crate::support::{KEY, Place, SECRET, Venue};

/// Runs a command whose stdout nobody reads. Gives its exit code and its messages.
fn unread(place: &Place, line: &str) -> (Option<i32>, String) {
    unread_with(place, &[], line)
}

fn unread_with(place: &Place, variables: &[(&str, &str)], line: &str) -> (Option<i32>, String) {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = Command::new(env!("CARGO_BIN_EXE_lmex"));
    command.args(line.split_whitespace()).current_dir(place.work()).env_clear();
    command.env("LMEX_STATE_DIR", place.state()).env("HOME", place.work()).envs(variables.iter().copied());
    let done = command.stdin(Stdio::null()).stdout(writer).stderr(Stdio::piped()).output().unwrap();
    (done.status.code(), String::from_utf8(done.stderr).unwrap())
}

#[test]
fn enough_was_seen_of_data() {
    let venue = Venue::streaming();
    let quiet = format!("local {} (simulated, seed 7)\n", venue.handle().rest_url());
    for line in ["markets", "price BTC-PERP --csv", "stream top BTC-PERP --json", "orders --json"] {
        assert_eq!(unread(&venue.place, line), (Some(0), quiet.clone()), "lmex {line}");
    }
}

#[test]
fn an_error_of_the_exchange_is_one_whether_or_not_it_is_read() {
    let venue = Venue::start();
    let (code, said) = unread(&venue.place, "api GET /api/v2.3/price --query symbol=FOO-PERP");
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("error (unknown_market): "), "{said}");
    let (code, said) = unread(&venue.place, "api POST /api/v2.3/order --body {}");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("error (invalid): "), "{said}");
}

#[test]
fn a_demo_that_was_not_walked_to_its_end_has_not_shown_anything() {
    let (code, said) = unread(&Place::new(), "demo");
    assert_eq!(code, Some(8), "{said}");
    assert!(said.contains("error (io): nobody reads stdout any more: 0 of 11 steps were walked"), "{said}");
}

#[test]
fn an_exchange_that_could_not_say_where_it_is_takes_its_announcement_back() {
    let place = Place::new();
    let (code, said) = unread(&place, "exchange --listen 127.0.0.1:0");
    assert_eq!(code, Some(8), "{said}");
    assert!(said.contains("error (io): nobody reads stdout any more"), "{said}");
    assert!(!place.state().join("exchange.json").exists(), "it is gone, and nobody is sent there");
}

#[test]
fn what_became_of_an_order_is_said_on_stderr() {
    let venue = Venue::start();
    let said = |line: &str| {
        let (code, said) = unread(&venue.place, line);
        assert_eq!(code, Some(7), "lmex {line}\n{said}");
        said
    };
    let placed = said("buy BTC-PERP 100ct --limit 50000 --client-id mine");
    let id = venue.lmex("order mine --json").json()["orderID"].as_str().unwrap().to_owned();
    assert!(placed.contains("the order was placed") && placed.contains(&id), "{placed}");
    for (line, words) in [
        ("amend mine --limit 50100", "at 50100"),
        ("cancel mine", "cancelled: "),
        ("cancel --all BTC-PERP --json", "[]"),
    ] {
        let said = said(line);
        assert!(said.contains("the exchange has answered") && said.contains(words), "lmex {line}\n{said}");
    }
    for line in ["cancel --all BTC-PERP --dry-run", "api DELETE /api/v2.3/order --dry-run"] {
        let (code, said) = unread(&venue.place, line);
        assert_eq!(code, Some(0), "nothing was sent, and nothing is to be told: lmex {line}\n{said}");
    }
}

#[test]
fn what_a_check_found_decides_how_it_ends() {
    let venue = Venue::start();
    let url = venue.handle().rest_url();
    let variables = [("LMEX_REST_URL", url.as_str()), ("LMEX_API_KEY", KEY), ("LMEX_API_SECRET", SECRET)];
    assert_eq!(unread_with(&venue.place, &variables, "doctor").0, Some(0));
    let (code, said) =
        unread_with(&venue.place, &[variables[0], ("LMEX_WS_URL", "ws://127.0.0.1:1")], "doctor");
    assert_eq!(code, Some(5), "{said}");
}
