//! What is private: the login, its two names, and topics that may be silent for hours.

use lmex_api::Dialect;
use lmex_api::stream::{AccountTopic, Action, LoginOperation, Notice, Topic, TopicState};

use crate::told::{Told, btc, subscribe, unsubscribe};

const FILLS: Topic = Topic::Account(AccountTopic::Fills);
const NEWS: Topic = Topic::Account(AccountTopic::Notifications);
const YES: &str = r#"{"event":"login","success":true}"#;
const NO: &str = r#"{"event":"login","success":false}"#;
const LOG_IN: Action = Action::Login(LoginOperation::Login);
const AUTHENTICATE: Action = Action::Login(LoginOperation::AuthKeyExpires);

fn tell(notice: Notice) -> Action {
    Action::Notify(notice)
}

fn acknowledge(name: &str) -> String {
    format!(r#"{{"event":"subscribe","channel":["{name}"]}}"#)
}

fn fill(id: i64) -> String {
    format!(
        r#"{{"topic":"fillsV2","data":[{{"orderId":"o","serialId":{id},"clOrderId":"c","type":"76","symbol":"BTC-PERP","side":"BUY","price":"1","size":"2","feeAmount":"0.1","timestamp":1,"tradeId":"t{id}"}}]}}"#
    )
}

/// Logged in and subscribed to fills.
fn with_fills() -> Told {
    let (mut told, _) = Told::open(&[FILLS]);
    told.text(YES);
    assert_eq!(told.text(&acknowledge("fillsV2")), [tell(Notice::Subscribed(FILLS))]);
    told
}

#[test]
fn private_topics_are_asked_for_after_the_login_and_public_ones_at_once() {
    let (mut told, actions) = Told::open(&[FILLS, Topic::Trades(btc())]);
    assert_eq!(actions, [LOG_IN, subscribe("tradeHistoryApiV3:BTC-PERP")]);
    assert_eq!(told.session.state(FILLS), Some(TopicState::Wanted));
    assert_eq!(told.text(YES), [tell(Notice::LoggedIn), subscribe("fillsV2")]);
    assert_eq!(told.text(&acknowledge("fillsV2")), [tell(Notice::Subscribed(FILLS))]);
    let actions = told.text(&fill(7));
    assert!(matches!(&actions[..], [Action::Notify(Notice::Fills(fills))] if fills[0].serial_id == 7));
}

#[test]
fn what_is_public_needs_no_login() {
    let (mut told, actions) = Told::open(&[Topic::Trades(btc())]);
    assert_eq!(actions, [subscribe("tradeHistoryApiV3:BTC-PERP")]);
    assert_eq!(told.text(NO), [], "an answer to nothing");
}

#[test]
fn a_login_that_is_not_answered_is_tried_by_its_other_name() {
    for (dialect, [first, second]) in
        [(Dialect::Lmex, [LOG_IN, AUTHENTICATE]), (Dialect::Btse, [AUTHENTICATE, LOG_IN])]
    {
        let (mut told, actions) = Told::open_as(dialect, &[FILLS]);
        assert_eq!(actions, [first]);
        assert_eq!(told.wait(4_999), []);
        assert_eq!(told.wait(1), [second]);
        assert_eq!(told.text(YES), [tell(Notice::LoggedIn), subscribe("fillsV2")]);
    }
}

#[test]
fn a_login_that_is_complained_about_is_tried_by_its_other_name_at_once() {
    let (mut told, _) = Told::open(&[FILLS]);
    let actions = told.text(r#"{"code":1003,"message":"unknown operation"}"#);
    assert_eq!(actions, [tell(Notice::Complaint("unknown operation".to_owned())), AUTHENTICATE]);
}

#[test]
fn where_no_login_is_answered_private_topics_are_asked_for_all_the_same() {
    let (mut told, _) = Told::open(&[FILLS]);
    told.wait(5_000);
    assert_eq!(told.wait(5_000), [tell(Notice::LoginUnanswered), subscribe("fillsV2")]);
    told.text(&acknowledge("fillsV2"));
    // It comes after all: what was asked for before may have been asked for in vain.
    assert_eq!(told.text(YES), [tell(Notice::LoggedIn), subscribe("fillsV2")]);
}

#[test]
fn a_refused_login_ends_the_connection_and_the_next_one_begins_with_a_fresh_one() {
    let (mut told, _) = Told::open(&[FILLS]);
    let actions = told.text(NO);
    assert!(matches!(&actions[..], [Action::Notify(Notice::LoginRefused), Action::Close(_)]), "{actions:?}");
    assert!(told.session.is_login_refused());
    told.session.on_closed(crate::told::at(told.now), 0);
    assert!(told.session.is_login_refused(), "until another is answered");
    assert_eq!(told.open_again(), [LOG_IN]);
    told.text(YES);
    assert!(!told.session.is_login_refused());
}

#[test]
fn a_login_that_ends_while_the_connection_lives_is_made_anew() {
    let mut told = with_fills();
    assert!(matches!(told.text(NO)[..], [Action::Notify(Notice::LoginRefused), Action::Close(_)]));
    told.session.on_closed(crate::told::at(told.now), 0);
    assert_eq!(told.open_again(), [LOG_IN]);
    assert_eq!(told.text(YES), [tell(Notice::LoggedIn), subscribe("fillsV2")]);
}

#[test]
fn a_silent_topic_is_asked_for_once_more_and_lives_if_that_is_acknowledged() {
    let mut told = with_fills();
    for _ in 0..3 {
        assert!(!told.wait(29_999).contains(&subscribe("fillsV2")));
        told.text("pong");
        assert_eq!(told.wait(1), [subscribe("fillsV2")], "nothing is given up meanwhile: no fill is missed");
        assert_eq!(told.text(&acknowledge("fillsV2")), []);
    }
    assert_eq!(told.session.state(FILLS), Some(TopicState::Live));
}

#[test]
fn a_silent_topic_that_is_not_acknowledged_any_more_is_stale_and_its_connection_left_at_last() {
    let mut told = with_fills();
    told.wait(15_000);
    told.text("pong");
    told.wait(15_000);
    told.text("pong");
    let stale = told.wait(5_000);
    assert_eq!(stale, [tell(Notice::Stale(FILLS)), unsubscribe("fillsV2"), subscribe("fillsV2")]);
    let mut closed = false;
    while !closed && told.now < 100_000 {
        let actions = told.wait(5_000);
        closed = actions.iter().any(|action| matches!(action, Action::Close(why) if why.contains("no data")));
        told.text("pong");
    }
    assert_eq!(told.now, 60_000);
}

#[test]
fn scenario_22_one_topic_that_dies_alone_is_noticed_while_another_lives() {
    let (mut told, _) = Told::open(&[FILLS, NEWS]);
    told.text(YES);
    told.text(&acknowledge("fillsV2"));
    told.text(&acknowledge("notificationApiV4"));
    let mut stale = None;
    while stale.is_none() && told.now < 60_000 {
        told.now += 1_000;
        told.text(&fill(told.now));
        let actions = told.wait(0);
        assert!(!actions.contains(&tell(Notice::Stale(FILLS))));
        stale = actions.contains(&tell(Notice::Stale(NEWS))).then_some(told.now);
    }
    assert_eq!(stale, Some(35_000));
}

#[test]
fn a_name_that_is_unknown_is_followed_by_the_forerunner() {
    let (mut told, _) = Told::open(&[NEWS]);
    assert_eq!(told.text(YES), [tell(Notice::LoggedIn), subscribe("notificationApiV4")]);
    let empty = r#"{"event":"subscribe","channel":[]}"#;
    assert_eq!(told.text(empty), [subscribe("notificationApiV3")]);
    assert_eq!(told.text(empty), [tell(Notice::Refused(NEWS))]);
    assert_eq!(told.session.state(NEWS), Some(TopicState::Refused));
}

#[test]
fn a_topic_that_is_unknown_all_at_once_is_asked_for_by_all_its_names_again() {
    let mut told = with_fills();
    told.wait(15_000);
    told.text("pong");
    assert!(told.wait(15_000).contains(&subscribe("fillsV2")));
    let empty = r#"{"event":"subscribe","channel":[]}"#;
    assert_eq!(told.text(empty), [subscribe("fillsV2")]);
    assert_eq!(told.text(empty), [tell(Notice::Refused(FILLS))]);
}

#[test]
fn open_orders_with_a_gap_are_asked_for_anew() {
    let topic = Topic::Account(AccountTopic::OpenOrders(btc()));
    let (mut told, _) = Told::open(&[topic]);
    told.text(YES);
    let message = |kind: &str, serial: i64| {
        format!(r#"{{"topic":"open-order:BTC-PERP-USD","type":"{kind}","serialId":{serial},"data":[]}}"#)
    };
    let heard = |actions: &[Action]| {
        actions.iter().any(|action| matches!(action, Action::Notify(Notice::OpenOrders(..))))
    };
    assert!(heard(&told.text(&message("SNAPSHOT", 4))));
    assert!(heard(&told.text(&message("UPDATE", 5))));
    told.now = 2_000;
    let actions = told.text(&message("UPDATE", 7));
    let name = "open-order:BTC-PERP-USD";
    assert!(
        matches!(&actions[0], Action::Notify(Notice::Resync(_, why)) if why.contains("7 came instead of 6"))
    );
    assert_eq!(actions[1..], [unsubscribe(name), subscribe(name)]);
    assert!(heard(&told.text(&message("SNAPSHOT", 9))));
    assert!(heard(&told.text(&message("UPDATE", 10))));
}
