//! The dead man's switch.

use lmex_engine::{AccountId, Command, Engine, Event, MarketId, MarketRules, Money, NewOrder, Rate, Stamped};
use lmex_types::{OrderId, Side, TimeMs};

use super::check;
use super::script::instrument;

#[test]
fn at_its_moment_all_orders_go_oldest_first() {
    check(
        "
        A a1 buy 1 @ 99
        A a2 sell 2 @ 105
        B b1 buy 3 @ 99
        A switch 1000
          => switch A at 1000
        time 999
          => nothing
        time 1
          => cancelled a1 1 CancelAllAfter, level 3
          => cancelled a2 2 CancelAllAfter, level 0
          => switch A off
          | bid 99: b1 3
        time 1000
          => nothing
        ",
    );
}

#[test]
fn it_goes_off_before_the_command_that_comes_too_late() {
    check(
        "
        A a1 buy 1 @ 99
        A switch 1000
        time 5000
          => cancelled a1 1 CancelAllAfter, level 0
          => switch A off
        A a2 buy 1 @ 98
          => accepted a2 1
          => rested a2 1 @ 98, level 1
        ",
    );
}

#[test]
fn the_last_word_counts() {
    check(
        "
        A a1 buy 1 @ 99
        A switch 1000
        time 900
        A switch 1000
          => switch A at 1900
        time 999
          => nothing
        A switch 500
          => switch A at 2399
        A switch off
          => switch A off
        time 100000
          => nothing
        A switch off
          => switch A off
        A switch 9223372036854775807
          => switch A at 9223372036854775807
        time 100000
          => nothing
          | bid 99: a1 1
        ",
    );
}

#[test]
fn no_time_at_all_cancels_at_once() {
    check(
        "
        time 10
        A a1 buy 1 @ 99
        A switch 500
        A switch 0
          => switch A at 10
          => cancelled a1 1 CancelAllAfter, level 0
          => switch A off
        A switch -5
          => switch A at 10
          => switch A off
        A switch 0
        time 1000
          => nothing
        ",
    );
}

#[test]
fn two_accounts_have_a_switch_each() {
    check(
        "
        B b1 buy 1 @ 99
        A a1 buy 1 @ 99
        B switch 100
        A switch 100
        C switch 100
        time 100
          => cancelled a1 1 CancelAllAfter, level 1
          => switch A off
          => cancelled b1 1 CancelAllAfter, level 0
          => switch B off
          => switch C off
        ",
    );
}

#[test]
fn an_order_may_expire_before_or_after_it() {
    check(
        "
        A a1 buy 1 @ 99 HALFMIN
        A a2 buy 1 @ 98
        A switch 30000
        time 30000
          => cancelled a1 1 Expired, level 0
          => cancelled a2 1 CancelAllAfter, level 0
          => switch A off
        ",
    );
}

#[test]
fn it_works_in_a_halted_market() {
    check(
        "
        A a1 buy 1 @ 99
        A a2 buy 4 peg -2% show 50%
        A switch 100
        halt
        time 100
          => cancelled a1 1 CancelAllAfter, level 0
          => cancelled a2 4 CancelAllAfter, level 0
          => switch A off
        ",
    );
}

#[test]
fn nobody_else_can_have_one() {
    check(
        "
        X switch 100
          => refused: account 88 can't be used: open an account other than 0 first
        X switch off
          => refused: account 88 can't be used: open an account other than 0 first
        ",
    );
}

#[test]
fn it_reaches_all_markets_oldest_first() {
    let mut engine = Engine::default();
    let account = AccountId(1);
    let mut commands: Vec<Command> = [2, 1]
        .map(|market| Command::OpenMarket {
            market: MarketId(market),
            instrument: instrument(),
            rules: MarketRules::default(),
            price: 100,
        })
        .into();
    commands.push(Command::OpenAccount { account, maker_fee: Rate::ZERO, taker_fee: Rate::ZERO });
    commands.push(Command::Deposit { account, amount: Money::from_quote(1_000) });
    for (id, market) in [(1, 2), (2, 1), (3, 2)] {
        let (market, id) = (MarketId(market), OrderId::from_bits(id));
        commands.push(Command::Place(NewOrder::limit(account, market, id, Side::Buy, 99, 1)));
    }
    commands.push(Command::CancelAllAfter { account, timeout_ms: Some(0) });
    let mut events = Vec::new();
    for (seq, command) in (0..).zip(commands) {
        engine.apply(&Stamped { seq, at: TimeMs::from_millis(0), command }, &mut events);
    }
    let cancelled = events.iter().filter_map(|event| match event {
        Event::OrderCancelled { order, .. } => Some(order.to_bits()),
        _ => None,
    });
    assert_eq!(cancelled.collect::<Vec<_>>(), [1, 2, 3]);
}
