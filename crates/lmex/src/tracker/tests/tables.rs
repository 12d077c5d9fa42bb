//! One behaviour of the ledger each.

use lmex_api::Status;
use lmex_types::{Decimal, Side, TimeInForce};

use super::super::ledger::Ledger;
use super::super::order::{End, OrderState, Origin, Phase};
use super::super::position::TrackedPosition;
use super::super::report::{Report, Source};
use super::super::update::Update;
use super::messages::{btc, fill, id, report, told};

fn state(ledger: &Ledger) -> OrderState {
    ledger.order(id("mine")).unwrap().state
}

fn sent() -> Ledger {
    let mut ledger = Ledger::default();
    ledger.intend(id("mine"), btc());
    ledger.advance(id("mine"), Phase::Sent);
    ledger
}

#[test]
fn an_order_is_intended_sent_open_partly_filled_and_filled() {
    let mut ledger = Ledger::default();
    ledger.intend(id("mine"), btc());
    assert_eq!(state(&ledger), OrderState::Intended);
    ledger.advance(id("mine"), Phase::Sent);
    assert_eq!(state(&ledger), OrderState::Sent);
    ledger.answered(id("mine"), &report(Source::Answer, Status::INSERTED, 1, 0));
    assert_eq!(state(&ledger), OrderState::Open);
    ledger.hear(&told(Status::PARTIALLY_TRANSACTED, 2, 40));
    assert_eq!(state(&ledger), OrderState::PartlyFilled);
    ledger.hear(&told(Status::FULLY_TRANSACTED, 3, 100));
    let order = ledger.order(id("mine")).unwrap();
    assert_eq!((order.state, order.filled, order.remaining()), (OrderState::Filled, 100.into(), 0.into()));
    assert_eq!((order.origin, order.order_id.as_deref()), (Origin::Own, Some("order")));
}

#[test]
fn what_never_existed_ends_as_refused_or_absent_unless_it_shows_that_it_does() {
    for (end, shown) in [(End::Refused, OrderState::Refused), (End::Absent, OrderState::Absent)] {
        let mut ledger = sent();
        ledger.advance(id("mine"), Phase::Unknown);
        assert_eq!(state(&ledger), OrderState::Unknown);
        ledger.end_unborn(id("mine"), end, "why".to_owned());
        assert_eq!(state(&ledger), shown);
        assert_eq!(ledger.order(id("mine")).unwrap().reason, "why");
        ledger.fill(fill(1, 10), true);
        assert_eq!(state(&ledger), OrderState::PartlyFilled);
        ledger.end_unborn(id("mine"), end, String::new());
        assert_eq!(state(&ledger), OrderState::PartlyFilled, "nothing refuses what has traded");
    }
}

#[test]
fn scenario_03_the_stream_tells_of_an_order_before_its_answer_is_given_up() {
    let mut ledger = sent();
    ledger.hear(&told(Status::INSERTED, 1, 0));
    ledger.advance(id("mine"), Phase::Unknown);
    assert_eq!(state(&ledger), OrderState::Open);
}

#[test]
fn scenario_07_what_the_stream_says_is_filled_is_not_open_again_because_rest_lags() {
    let mut ledger = sent();
    ledger.hear(&told(Status::FULLY_TRANSACTED, 3, 100));
    for _ in 0..3 {
        let round = ledger.begin();
        let lagging = report(Source::Query(round), Status::INSERTED, 1, 0);
        ledger.hear(&lagging);
        assert_eq!(ledger.missing(round, &[lagging]), []);
        assert_eq!(state(&ledger), OrderState::Filled);
    }
}

#[test]
fn scenario_19_fills_that_are_repeated_or_out_of_order_count_once() {
    let mut ledger = sent();
    ledger.fill(fill(2, 30), true);
    ledger.fill(fill(1, 10), true);
    ledger.fill(fill(2, 30), true);
    // Each message lacks one of the names.
    ledger.fill(super::super::report::TrackedFill { trade_id: String::new(), ..fill(1, 10) }, false);
    ledger.fill(super::super::report::TrackedFill { serial_id: 99, ..fill(2, 30) }, false);
    assert_eq!(ledger.order(id("mine")).unwrap().filled, 40.into());
    let told = std::iter::from_fn(|| ledger.updates.pop());
    assert_eq!(told.filter(|update| matches!(update, Update::Fill(_))).count(), 2);
}

#[test]
fn the_latest_terms_are_those_of_the_latest_event_whichever_comes_last() {
    let mut ledger = sent();
    let amended = Report { price: Some(60.into()), size: 200.into(), ..told(Status::AMENDED, 5, 0) };
    ledger.hear(&amended);
    ledger.hear(&told(Status::INSERTED, 1, 0));
    ledger.answered(id("mine"), &report(Source::Answer, Status::INSERTED, 1, 0));
    let order = ledger.order(id("mine")).unwrap();
    assert_eq!((order.price, order.size), (60.into(), 200.into()));
    // The answer to an amendment bears the time at which the order was placed.
    ledger.amended(&Report { price: Some(70.into()), ..report(Source::Answer, Status::AMENDED, 1, 0) });
    assert_eq!(ledger.order(id("mine")).unwrap().price, 70.into());
    // What was asked for after all of that is newer; what was asked for before is not.
    let asked =
        |round| Report { price: Some(80.into()), ..report(Source::Query(round), Status::INSERTED, 1, 0) };
    ledger.hear(&asked(ledger.round()));
    assert_eq!(ledger.order(id("mine")).unwrap().price, 70.into());
    let round = ledger.begin();
    ledger.hear(&asked(round));
    assert_eq!(ledger.order(id("mine")).unwrap().price, 80.into());
}

#[test]
fn the_price_of_a_fill_is_not_the_orders() {
    let mut ledger = sent();
    ledger.hear(&told(Status::INSERTED, 1, 0));
    ledger.hear(&Report { price: None, ..told(Status::PARTIALLY_TRANSACTED, 2, 10) });
    assert_eq!(ledger.order(id("mine")).unwrap().price, 50.into());
}

#[test]
fn an_order_that_is_not_among_the_open_ones_is_asked_for_and_if_nobody_remembers_it_it_is_gone() {
    let mut ledger = sent();
    ledger.answered(id("mine"), &report(Source::Answer, Status::INSERTED, 1, 0));
    let round = ledger.begin();
    let questions = ledger.missing(round, &[]);
    assert_eq!(questions.len(), 1);
    assert_eq!(questions[0].order_id.as_deref(), Some("order"));
    ledger.is_gone(&questions[0], round);
    assert_eq!(state(&ledger), OrderState::Cancelled);

    let mut ledger = sent();
    ledger.hear(&told(Status::INSERTED, 1, 0));
    let round = ledger.begin();
    let questions = ledger.missing(round, &[]);
    ledger.fill(fill(1, 100), false);
    ledger.is_gone(&questions[0], round);
    assert_eq!(state(&ledger), OrderState::Filled, "its fills are remembered longer");
}

#[test]
fn an_order_that_was_placed_while_the_open_ones_were_asked_for_is_not_missed_among_them() {
    let mut ledger = sent();
    let round = ledger.begin();
    ledger.answered(id("mine"), &report(Source::Answer, Status::INSERTED, 1, 0));
    assert_eq!(ledger.missing(round, &[]), []);
    assert_eq!(state(&ledger), OrderState::Open);
    // Nor one that is still on its way.
    let mut ledger = sent();
    let round = ledger.begin();
    assert_eq!(ledger.missing(round, &[]), []);
}

#[test]
fn the_end_of_an_order_whose_fills_the_message_does_not_tell_is_asked_for() {
    let mut ledger = sent();
    ledger.hear(&Report { filled: None, ..told(Status::CANCELLED, 2, 0) });
    assert_eq!(state(&ledger), OrderState::Cancelled);
    let round = ledger.begin();
    assert_eq!(ledger.missing(round, &[]).len(), 1);
    ledger.hear(&report(Source::Query(round), Status::CANCELLED, 1, 30));
    assert_eq!(ledger.order(id("mine")).unwrap().filled, 30.into());
    assert_eq!(ledger.missing(round, &[]), []);
}

#[test]
fn status_88_is_settled_by_asking() {
    let mut ledger = sent();
    ledger.hear(&told(Status::INSERTED, 1, 0));
    ledger.hear(&told(Status::INACTIVE, 2, 0));
    assert_eq!(state(&ledger), OrderState::Open, "nobody knows whether it is");
    let round = ledger.begin();
    assert_eq!(ledger.missing(round, &[]).len(), 1);
}

#[test]
fn an_order_that_its_time_in_force_has_ended_is_expired() {
    for (ended, shown) in [(29_999, OrderState::Cancelled), (30_000, OrderState::Expired)] {
        let mut ledger = sent();
        let half_a_minute = |report| Report { time_in_force: Some(TimeInForce::HalfMin), ..report };
        ledger.hear(&half_a_minute(told(Status::CANCELLED, ended, 0)));
        // When it was placed is told later.
        ledger.hear(&half_a_minute(told(Status::INSERTED, 0, 0)));
        assert_eq!(state(&ledger), shown);
    }
}

#[test]
fn a_closing_order_of_our_own_has_an_id_that_the_venue_does_not_know() {
    let nameless = |report| Report { client_id: None, ..report };
    for told_first in [true, false] {
        let mut ledger = sent();
        if told_first {
            ledger.hear(&nameless(told(Status::PARTIALLY_TRANSACTED, 2, 40)));
            assert_eq!(ledger.order_by_id("order").unwrap().origin, Origin::Foreign);
        }
        ledger.answered(id("mine"), &nameless(report(Source::Answer, Status::INSERTED, 1, 0)));
        if !told_first {
            ledger.hear(&nameless(told(Status::PARTIALLY_TRANSACTED, 2, 40)));
        }
        let order = ledger.order(id("mine")).unwrap();
        assert_eq!(
            (order.state, order.filled, order.origin),
            (OrderState::PartlyFilled, 40.into(), Origin::Own)
        );
        assert_eq!(ledger.orders().count(), 1);
    }
}

#[test]
fn both_orders_of_a_pair_are_our_own() {
    let mut ledger = sent();
    ledger.answered(id("mine"), &report(Source::Answer, Status::INSERTED, 1, 0));
    let other = Report { order_id: "other".to_owned(), ..told(Status::TRIGGER_INSERTED, 1, 0) };
    ledger.hear(&other);
    assert_eq!(ledger.orders().count(), 2);
    assert!(ledger.orders().all(|order| order.origin == Origin::Own));
    assert_eq!(ledger.order(id("mine")).unwrap().order_id.as_deref(), Some("order"));
}

#[test]
fn scenario_17_what_others_do_is_adopted_and_labelled() {
    let mut ledger = Ledger::default();
    ledger.hear(&told(Status::INSERTED, 1, 0));
    assert_eq!(ledger.order_by_id("order").unwrap().origin, Origin::Foreign);
    for (status, origin) in
        [(Status::LIQUIDATION, Origin::Liquidation), (Status::AUTO_DELEVERAGING, Origin::AutoDeleveraging)]
    {
        let mut ledger = Ledger::default();
        ledger.hear(&Report { client_id: None, ..told(status, 1, 10) });
        assert_eq!(ledger.order_by_id("order").unwrap().origin, origin);
        let mut ledger = Ledger::default();
        ledger.fill(super::super::report::TrackedFill { origin, client_id: None, ..fill(1, 10) }, true);
        assert_eq!(ledger.order_by_id("order").unwrap().origin, origin);
    }
}

fn position(contracts: i64) -> TrackedPosition {
    TrackedPosition {
        position_id: "BTC-PERP-USDT".to_owned(),
        symbol: btc(),
        side: (contracts != 0).then_some(Side::Buy),
        contracts: contracts.into(),
        entry_price: 50.into(),
        liquidation_price: Decimal::ZERO,
        unrealized_profit: Decimal::ZERO,
        origins: Default::default(),
    }
}

#[test]
fn scenario_18_a_position_that_is_older_than_any_fill_is_adopted_as_it_is() {
    let mut ledger = sent();
    let round = ledger.begin();
    ledger.compare_positions(round, vec![position(70)]);
    let found = ledger.positions().next().unwrap().clone();
    assert_eq!((found.contracts, found.origins), (70.into(), [Origin::Foreign].into()));
    ledger.fill(fill(1, 30), true);
    ledger.hear_position(position(100));
    assert_eq!(ledger.positions().next().unwrap().origins, [Origin::Own, Origin::Foreign].into());
    ledger.hear_position(position(0));
    assert_eq!(ledger.positions().count(), 0);
    // What is opened next is nobody's but ours.
    ledger.fill(fill(2, 5), true);
    ledger.hear_position(position(5));
    assert_eq!(ledger.positions().next().unwrap().origins, [Origin::Own].into());
}

#[test]
fn a_position_that_is_not_listed_any_more_is_closed_unless_it_was_heard_of_since() {
    let mut ledger = Ledger::default();
    ledger.hear_position(position(5));
    let round = ledger.begin();
    ledger.compare_positions(round, Vec::new());
    assert_eq!(ledger.positions().count(), 0);
    let round = ledger.begin();
    ledger.hear_position(position(7));
    ledger.compare_positions(round, vec![position(5)]);
    assert_eq!(ledger.positions().next().unwrap().contracts, 7.into());
}

#[test]
fn orders_that_have_ended_are_forgotten_at_last_and_open_ones_never() {
    let mut ledger = Ledger::default();
    for number in 0..10_100 {
        let status = if number < 50 { Status::INSERTED } else { Status::CANCELLED };
        let order_id = format!("order-{number}");
        ledger.hear(&Report { order_id, client_id: None, ..told(Status::INSERTED, 1, 0) });
        let order_id = format!("order-{number}");
        ledger.hear(&Report { order_id, client_id: None, ..told(status, 2, 0) });
    }
    assert_eq!(ledger.orders().count(), 10_050);
    assert_eq!(ledger.orders().filter(|order| order.state.is_open()).count(), 50);
    assert!(ledger.order_by_id("order-50").is_none() && ledger.order_by_id("order-10099").is_some());
}
