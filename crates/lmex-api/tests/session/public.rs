//! Books, best prices and trades: asked for, missed, asked for again.

use lmex_api::stream::{Action, Notice, Topic, TopicState};
use lmex_types::Symbol;

use crate::told::{Told, at, btc, subscribe, unsubscribe};

fn book(kind: &str, seq_num: i64, bid: &str, ask: &str) -> String {
    format!(
        r#"{{"topic":"update:BTC-PERP_0","data":{{"bids":[["{bid}","1"]],"asks":[["{ask}","1"]],"seqNum":{seq_num},"prevSeqNum":{},"type":"{kind}","timestamp":1,"symbol":"BTC-PERP"}}}}"#,
        seq_num - 1
    )
}

#[test]
fn a_book_follows_its_stream() {
    let topic = Topic::Book(btc());
    let (mut told, actions) = Told::open(&[topic]);
    assert_eq!(actions, [subscribe("update:BTC-PERP_0")]);
    assert_eq!(told.text(r#"{"event":"subscribe","channel":["update:BTC-PERP_0"]}"#), []);
    let first = told.text(&book("snapshot", 5, "99", "101"));
    assert_eq!(first, [Action::Notify(Notice::Subscribed(topic)), Action::Notify(Notice::Book(topic))]);
    assert_eq!(told.text(&book("delta", 6, "100", "102")), [Action::Notify(Notice::Book(topic))]);
    let book = told.session.book(topic).unwrap();
    assert_eq!(book.best_bid().unwrap().0, 100.into());
}

#[test]
fn a_gap_asks_for_the_book_anew_and_shows_none_meanwhile() {
    let topic = Topic::Book(btc());
    let (mut told, _) = Told::open(&[topic]);
    told.text(&book("snapshot", 5, "99", "101"));
    told.now = 2_000;
    let actions = told.text(&book("delta", 7, "99", "101"));
    assert!(matches!(&actions[0], Action::Notify(Notice::Resync(_, why)) if why.contains("out of sequence")));
    assert_eq!(actions[1..], [unsubscribe("update:BTC-PERP_0"), subscribe("update:BTC-PERP_0")]);
    assert!(!told.session.book(topic).unwrap().in_sync());
    assert_eq!(told.text(&book("delta", 8, "99", "101")), [], "changes without a snapshot are no news");
    told.text(&book("snapshot", 20, "98", "103"));
    assert!(told.session.book(topic).unwrap().in_sync());
}

#[test]
fn a_book_that_is_wrong_again_and_again_is_no_storm_of_requests() {
    let (mut told, _) = Told::open(&[Topic::Book(btc())]);
    let mut sent = 0;
    for round in 0..100 {
        told.now += 10;
        let actions = told.text(&book("snapshot", round * 10, "101", "99"));
        sent += actions.iter().filter(|action| matches!(action, Action::Send(_))).count();
    }
    assert!(sent <= 2, "{sent} messages in one second");
    let actions = told.wait(5_000);
    assert!(actions.contains(&subscribe("update:BTC-PERP_0")), "but it is asked for again: {actions:?}");
}

#[test]
fn a_snapshot_that_never_comes_is_asked_for_again() {
    let (mut told, _) = Told::open(&[Topic::Book(btc())]);
    told.text(r#"{"event":"subscribe","channel":["update:BTC-PERP_0"]}"#);
    told.text(&book("delta", 7, "99", "101"));
    assert_eq!(told.wait(4_999), []);
    assert_eq!(told.wait(1), [unsubscribe("update:BTC-PERP_0"), subscribe("update:BTC-PERP_0")]);
}

#[test]
fn the_next_spelling_is_tried_and_then_the_topic_is_refused() {
    let topic = Topic::Trades(btc());
    let (mut told, actions) = Told::open(&[topic]);
    assert_eq!(actions, [subscribe("tradeHistoryApiV3:BTC-PERP")]);
    let empty = r#"{"event":"subscribe","channel":[]}"#;
    assert_eq!(told.text(empty), [subscribe("tradeHistoryApiV2:BTC-PERP")]);
    assert_eq!(told.text(empty), [subscribe("tradeHistoryApi:BTC-PERP")]);
    assert_eq!(told.text(empty), [Action::Notify(Notice::Refused(topic))]);
    assert_eq!(told.session.state(topic), Some(TopicState::Refused));
}

#[test]
fn scenario_27_trades_under_the_legacy_name_arrive() {
    let topic = Topic::Trades(btc());
    let (mut told, _) = Told::open(&[topic]);
    let text = r#"{"topic":"tradeHistoryApi","data":[{"price":77099.9,"size":6530,"side":"SELL","symbol":"BTCPFC","tradeId":35993384,"timestamp":1779800209269}]}"#;
    let actions = told.text(text);
    assert!(
        matches!(&actions[1], Action::Notify(Notice::Trades(_, trades)) if trades[0].trade_id == 35_993_384)
    );
}

#[test]
fn a_silent_book_is_stale_and_asked_for_again_while_another_lives() {
    let eth: Symbol = "ETH-PERP".parse().unwrap();
    let (mut told, _) = Told::open(&[Topic::Book(btc()), Topic::Book(eth)]);
    told.text(&book("snapshot", 1, "99", "101"));
    told.text(&book("snapshot", 1, "9", "10").replace("BTC-PERP", "ETH-PERP"));
    for seq_num in 2..8 {
        told.now += 6_000;
        told.text(&book("delta", seq_num, "99", "101"));
        let actions = told.wait(0);
        let stale = actions.contains(&Action::Notify(Notice::Stale(Topic::Book(eth))));
        assert_eq!(stale, told.now == 30_000, "at {}", told.now);
        assert!(!actions.contains(&Action::Notify(Notice::Stale(Topic::Book(btc())))));
    }
    assert!(!told.session.book(Topic::Book(eth)).unwrap().in_sync(), "a stale book is not shown");
}

#[test]
fn a_connection_that_answers_and_brings_no_data_is_left() {
    for has_snapshot in [true, false] {
        let (mut told, _) = Told::open(&[Topic::Book(btc()), Topic::Trades(btc())]);
        told.text(r#"{"event":"subscribe","channel":["update:BTC-PERP_0","tradeHistoryApiV3:BTC-PERP"]}"#);
        if has_snapshot {
            told.text(&book("snapshot", 1, "99", "101"));
        }
        while told.now < 59_000 {
            let actions = told.wait(1_000);
            assert!(!actions.iter().any(|action| matches!(action, Action::Close(_))), "at {}", told.now);
            // Pongs and acknowledgements come.
            told.session.on_frame(at(told.now));
            told.text(r#"{"event":"subscribe","channel":["update:BTC-PERP_0"]}"#);
        }
        assert_eq!(told.session.next_timeout(), Some(at(60_000)));
        assert!(matches!(told.wait(1_000)[..], [Action::Close(why)] if why.contains("no data came")));
    }
}

#[test]
fn quiet_trades_are_not_stale_as_long_as_they_are_acknowledged() {
    let topic = Topic::Trades(btc());
    let (mut told, _) = Told::open(&[topic]);
    let acknowledged = r#"{"event":"subscribe","channel":["tradeHistoryApiV3:BTC-PERP"]}"#;
    told.text(acknowledged);
    assert_eq!(told.wait(35_000), [Action::Ping, subscribe("tradeHistoryApiV3:BTC-PERP")]);
    assert_eq!(told.text(acknowledged), []);
    assert_eq!(told.wait(5_000), []);
    assert_eq!(told.session.state(topic), Some(TopicState::Live));
}

#[test]
fn a_connection_that_says_nothing_is_closed() {
    let (mut told, _) = Told::open(&[Topic::Trades(btc())]);
    told.text(r#"{"event":"subscribe","channel":["tradeHistoryApiV3:BTC-PERP"]}"#);
    assert_eq!(told.wait(15_000), [Action::Ping]);
    told.session.on_frame(at(told.now));
    told.wait(15_000);
    assert!(matches!(told.wait(25_000)[..], [Action::Close(_)]));
}

#[test]
fn reconnecting_backs_off_until_a_connection_has_settled() {
    let (mut told, _) = Told::open(&[Topic::Book(btc())]);
    let mut delays = Vec::new();
    for _ in 0..4 {
        let again = told.session.on_closed(at(told.now), u32::MAX);
        delays.push(again.ms_since(at(told.now)));
        told.session.on_open(at(told.now), &mut Vec::new());
    }
    assert_eq!(delays, [250, 500, 1_000, 2_000]);
    told.now += 10_000;
    assert_eq!(told.session.on_closed(at(told.now), u32::MAX).ms_since(at(told.now)), 250);
}

#[test]
fn every_topic_is_asked_for_again_after_a_reconnect() {
    let (mut told, _) = Told::open(&[Topic::Book(btc()), Topic::Top(btc())]);
    told.text(&book("snapshot", 1, "99", "101"));
    told.session.on_closed(at(1), 0);
    assert!(!told.session.book(Topic::Book(btc())).unwrap().in_sync());
    let mut actions = Vec::new();
    told.session.on_open(at(2), &mut actions);
    assert_eq!(actions, [subscribe("update:BTC-PERP_0"), subscribe("snapshotL1:BTC-PERP")]);
}

#[test]
fn nonsense_is_reported_and_survived() {
    let (mut told, _) = Told::open(&[Topic::Book(btc())]);
    for text in ["", "<html>", "{}", r#"{"topic":"update:BTC-PERP_0","data":{}}"#, "\u{1F600}"] {
        assert!(matches!(told.text(text)[..], [Action::Notify(Notice::Unreadable(_))]), "{text}");
    }
    assert!(told.session.next_timeout().is_some());
}

#[test]
fn a_change_that_can_t_be_read_takes_the_book_away_at_once() {
    let topic = Topic::Book(btc());
    let (mut told, _) = Told::open(&[topic]);
    told.text(&book("snapshot", 5, "99", "101"));
    told.now = 2_000;
    let actions = told.text(&book("delta", 6, "many", "101"));
    assert!(matches!(&actions[0], Action::Notify(Notice::Resync(..))), "{actions:?}");
    assert!(!told.session.book(topic).unwrap().in_sync());
}

#[test]
fn a_message_without_a_market_goes_to_the_book_its_topic_names() {
    let eth: Symbol = "ETH-PERP".parse().unwrap();
    let (mut told, _) = Told::open(&[Topic::Book(btc()), Topic::Book(eth)]);
    let text = book("snapshot", 1, "9", "10").replace(",\"symbol\":\"BTC-PERP\"", "");
    told.text(&text.replace("update:BTC-PERP", "update:ETH-PERP"));
    assert!(told.session.book(Topic::Book(eth)).unwrap().in_sync());
    assert!(!told.session.book(Topic::Book(btc())).unwrap().in_sync());
}

#[test]
fn an_empty_acknowledgement_is_not_held_against_a_book_that_was_acknowledged() {
    let eth: Symbol = "ETH-PERP".parse().unwrap();
    let (mut told, _) = Told::open(&[Topic::Book(btc()), Topic::Book(eth)]);
    told.text(r#"{"event":"subscribe","channel":["update:BTC-PERP_0"]}"#);
    assert_eq!(told.text(r#"{"event":"subscribe","channel":[]}"#), [subscribe("update:ETH-PERP")]);
}
