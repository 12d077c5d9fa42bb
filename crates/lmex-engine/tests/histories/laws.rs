//! What must hold after every command of any history.

use std::collections::BTreeSet;

use lmex_engine::{
    AccountId, AmendCause, Command, Config, Engine, Event, MarketId, Money, Party, QueueModel, Refusal,
    Stamped,
};
use lmex_types::{TimeInForce, TimeMs};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::generate::{Step, history, moment, opening, wild};
use crate::server::Server;

proptest! {
    #![proptest_config(crate::config())]

    #[test]
    fn every_law_holds_after_every_command(steps in history(120), proportional: bool) {
        let queue_model = if proportional { QueueModel::Proportional } else { QueueModel::Tail };
        let config = Config { queue_model };
        let mut engine = Engine::new(config);
        let mut replica = Engine::new(config);
        let mut server = Server::default();
        for stamped in stamped(&steps) {
            let mut events = Vec::new();
            let idle = idle_markets(&engine);
            engine.apply(&stamped, &mut events);
            prop_assert_eq!(engine.audit(), Ok(()));
            nobody_trades_in(&idle, &stamped.command, &events);
            for event in &events {
                replica.evolve(event);
                server.hear(event, &replica);
            }
            prop_assert_eq!(replica.digest(), engine.digest(), "replay gives another state");
            server.compare(&engine);
            server.new_leg(&stamped.command, &events);
            print_is_reported_once(&stamped.command, &events);
            fill_or_kill_is_whole_or_nothing(&stamped.command, &events);
            only_a_debt_without_a_position_overdraws_the_fund(&engine, &events);
        }
    }

    #[test]
    fn numbers_at_the_ends_of_their_ranges_do_no_harm(
        steps in history(30),
        wild in prop::collection::vec(wild(), 1..30),
    ) {
        let mut engine = Engine::default();
        let mut events = Vec::new();
        let mixed = steps.into_iter().zip(wild).flat_map(|(step, wild)| [step, (i64::MAX / 64, wild)]);
        for stamped in stamped(&mixed.collect::<Vec<_>>()) {
            engine.apply(&stamped, &mut events);
            prop_assert_eq!(engine.audit(), Ok(()), "after {:?}", stamped);
        }
    }

    #[test]
    fn events_of_a_damaged_journal_do_not_bring_the_engine_down(
        steps in history(60),
        lost in prop::collection::vec(prop::bool::weighted(0.05), 400),
    ) {
        let (mut engine, mut events) = (Engine::default(), Vec::new());
        for stamped in stamped(&steps) {
            engine.apply(&stamped, &mut events);
        }
        let mut replica = Engine::default();
        for (event, _) in events.iter().zip(lost).filter(|(_, lost)| !lost) {
            replica.evolve(event);
        }
        let _ = replica.audit();
    }

    #[test]
    fn the_same_commands_give_the_same_events(steps in history(80)) {
        let run = || {
            let (mut engine, mut events) = (Engine::default(), Vec::new());
            for stamped in stamped(&steps) {
                engine.apply(&stamped, &mut events);
            }
            (engine.digest(), events)
        };
        prop_assert_eq!(run(), run());
    }
}

/// Kinds of events, and ends, that random histories come to.
const WANTED: &[&str] = &[
    "OrderAccepted",
    "OrderRested",
    "OrderAmended kept User",
    "OrderAmended kept ReduceOnly",
    "OrderAmended lost User",
    "OrderAmended lost Peg",
    "OrderCancelled User",
    "OrderCancelled ImmediateRemainder",
    "OrderCancelled FillOrKill",
    "OrderCancelled PostOnlyWouldCross",
    "OrderCancelled SelfTrade",
    "OrderCancelled Expired",
    "OrderCancelled ReduceOnly",
    "OrderCancelled MarketNoLiquidity",
    "OrderCancelled InsufficientMargin",
    "OrderCancelled CancelAllAfter",
    "OrderCancelled MarketClosed",
    "OrderCancelled Liquidation",
    "OrderCancelled Oco",
    "OrderCancelled Unbound",
    "OrderCancelled NotAllowed",
    "OrderAccepted waits Trade",
    "OrderAccepted waits TakeProfit",
    "OrderAccepted waits StopLoss",
    "OrderTriggered",
    "OrderAmended waits User",
    "OrderRefused Incompatible",
    "OrderRefused TriggerWrongSide",
    "OrderRefused TrailOutOfRange",
    "AmendRefused NotAmendable",
    "AmendRefused TriggerWrongSide",
    "CommandRefused NoPosition",
    "CommandRefused NoExit",
    "CommandRefused DuplicateOrderId",
    "CommandRefused TriggerWrongSide",
    "OrderRefused MarketClosed",
    "OrderRefused DuplicateOrderId",
    "OrderRefused DuplicateClientId",
    "OrderRefused ReduceOnlyNoPosition",
    "OrderRefused InsufficientMargin",
    "OrderRefused NoPosition",
    "OrderRefused PriceProtection",
    "OrderRefused PegOutOfRange",
    "OrderRefused PostOnlySpam",
    "AmendRefused OrderNotFound",
    "AmendRefused NothingToAmend",
    "AmendRefused SizeBelowFilled",
    "AmendRefused PostOnlyWouldCross",
    "CancelRefused",
    "CrowdEntered Print",
    "CrowdEntered Depth",
    "LevelChanged Taken",
    "LevelChanged Set",
    "Trade",
    "Fill user user",
    "Fill user crowd",
    "Fill crowd user",
    "CommandRefused LeverageOutOfRange",
    "CommandRefused NotAvailable",
    "TradingSet",
    "Withdrawn",
    "InsuranceFunded",
    "CancelAllAfterSet",
    "FundingPaid",
    "FundingEnded",
    "LiquidationStarted",
    "LiquidationOrder",
    "Fill user venue",
    "Fill crowd venue",
    "Deleveraged user",
    "Deleveraged crowd",
    "InsurancePaid",
    "LiquidationEnded",
    "CommandRefused NotFlat",
    "CommandRefused UnknownLeg",
    "CommandRefused InsufficientMargin",
    "CommandRefused RiskLimitExceeded",
    "CommandRefused RiskLimitOutOfRange",
    "OrderRefused PositionModeInvalid",
    "OrderRefused UnknownLeg",
    "OrderRefused RiskLimitExceeded",
    "PositionModeSet OneWay",
    "PositionModeSet Hedge",
    "PositionModeSet Isolated",
    "LeverageSet Cross stays",
    "LeverageSet Isolated stays",
    "LeverageSet Isolated in",
    "LeverageSet Isolated out",
    "RiskLimitSet stays",
    "RiskLimitSet in",
];

/// Random histories are worth something only if everything happens in them.
#[test]
fn every_kind_of_event_and_end_happens() {
    let mut runner = TestRunner::deterministic();
    let mut seen = BTreeSet::new();
    for _ in 0..2_000 {
        let steps = history(120).new_tree(&mut runner).unwrap().current();
        let (mut engine, mut events) = (Engine::default(), Vec::new());
        for stamped in stamped(&steps) {
            engine.apply(&stamped, &mut events);
        }
        seen.extend(events.iter().map(kind));
    }
    let missing: Vec<_> = WANTED.iter().copied().filter(|kind| !seen.contains(*kind)).collect();
    assert!(missing.is_empty(), "never happened: {missing:?}; happened: {seen:?}");
}

fn kind(event: &Event) -> String {
    let debug = format!("{event:?}");
    let name = debug.split(['(', ' ']).next().unwrap_or_default();
    let of =
        |refusal: &Refusal| format!("{refusal:?}").split(['(', ' ']).next().unwrap_or_default().to_owned();
    let party = |party: &Party| match party.order {
        Some(order) if order.to_bits() >> 64 == u128::from(u64::MAX) => "venue",
        Some(_) => "user",
        None if party.account == AccountId::CROWD => "crowd",
        None => "user",
    };
    match event {
        Event::OrderAccepted { order } if order.waits() => format!("{name} waits {:?}", order.purpose),
        Event::OrderAmended { trigger: Some(_), cause, .. } => format!("{name} waits {cause:?}"),
        Event::OrderAmended { kept_place, cause, .. } => {
            format!("{name} {} {cause:?}", if *kept_place { "kept" } else { "lost" })
        }
        Event::OrderCancelled { reason, .. } => format!("{name} {reason:?}"),
        Event::OrderRefused { refusal, .. }
        | Event::AmendRefused { refusal, .. }
        | Event::CommandRefused { refusal, .. } => format!("{name} {}", of(refusal)),
        Event::PositionModeSet { mode, .. } => format!("{name} {mode:?}"),
        Event::LeverageSet { margin, moved, .. } => format!("{name} {margin:?} {}", way(*moved)),
        Event::RiskLimitSet { moved, .. } => format!("{name} {}", way(*moved)),
        Event::CrowdEntered { purpose, .. } => format!("{name} {purpose:?}"),
        Event::LevelChanged { cause, .. } => format!("{name} {cause:?}"),
        Event::Fill(fill) => format!("{name} {} {}", party(&fill.maker), party(&fill.taker)),
        Event::Deleveraged(deleveraged) => format!("{name} {}", party(&deleveraged.winner)),
        _ => name.to_owned(),
    }
}

fn way(moved: Money) -> &'static str {
    match moved.units().signum() {
        0 => "stays",
        1 => "in",
        _ => "out",
    }
}

pub(crate) fn stamped(steps: &[Step]) -> Vec<Stamped> {
    let mut at = TimeMs::from_millis(1_000);
    let opening = opening().into_iter().map(|command| (0, command));
    opening
        .chain(steps.iter().cloned())
        .zip(1..)
        .map(|(step, seq)| {
            at = moment(at, &step);
            Stamped { seq, at, command: step.1 }
        })
        .collect()
}

fn fill_or_kill_is_whole_or_nothing(command: &Command, events: &[Event]) {
    let Command::Place(new) = command else { return };
    let Some(Event::OrderAccepted { order }) =
        events.iter().find(|event| matches!(event, Event::OrderAccepted { .. }))
    else {
        return;
    };
    if new.time_in_force != TimeInForce::Fok {
        return;
    }
    let filled: i64 = events
        .iter()
        .map(|event| match event {
            Event::Fill(fill) if fill.taker.order == Some(order.id) => fill.contracts,
            _ => 0,
        })
        .sum();
    assert!(filled == 0 || filled == order.contracts, "{events:?}");
}

/// Markets that are halted or closed.
fn idle_markets(engine: &Engine) -> Vec<MarketId> {
    engine.markets().filter(|market| !market.is_open()).map(|market| market.id()).collect()
}

fn nobody_trades_in(idle: &[MarketId], command: &Command, events: &[Event]) {
    let re_opens = |market| matches!(command, Command::SetTrading { market: of, .. } if *of == market);
    for event in events {
        let market = match event {
            Event::Fill(fill) => fill.market,
            Event::OrderTriggered { market, .. }
            | Event::OrderAmended { market, cause: AmendCause::Peg, .. } => *market,
            _ => continue,
        };
        assert!(!idle.contains(&market) || re_opens(market), "{event:?} in a market that is not open");
    }
}

/// Or one that is larger than any price could make up for.
fn only_a_debt_without_a_position_overdraws_the_fund(engine: &Engine, events: &[Event]) {
    let mut closed = false;
    for event in events {
        match event {
            Event::LiquidationStarted { .. } => closed = false,
            Event::LiquidationOrder { market, bankruptcy, .. } => {
                closed = *bankruptcy >= engine.market(*market).unwrap().value(1, 1);
            }
            Event::InsurancePaid { fund, .. } => assert!(!closed || !fund.is_negative(), "{events:?}"),
            _ => {}
        }
    }
}

fn print_is_reported_once(command: &Command, events: &[Event]) {
    let &Command::CrowdTrade { contracts, .. } = command else { return };
    let reported: i64 = events
        .iter()
        .map(|event| match event {
            Event::Fill(fill) if fill.taker.account == AccountId::CROWD => fill.contracts,
            Event::Trade { contracts, .. } => *contracts,
            _ => 0,
        })
        .sum();
    assert_eq!(reported, contracts);
}
