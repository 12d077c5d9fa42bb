//! What must hold after every command of any history.

use std::collections::BTreeMap;

use lmex_engine::{AccountId, AmendCause, Command, Config, Engine, Event, MarketId, QueueModel, Stamped};
use lmex_types::{TimeInForce, TimeMs};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::bookkeeper::Bookkeeper;
use crate::fund::Fund;
use crate::generate::{Step, history, moment, opening, wild};
use crate::server::Server;
use crate::tally::Tally;
use crate::twin::Twin;

proptest! {
    #![proptest_config(crate::config())]

    #[test]
    fn every_law_holds_after_every_command(steps in history(120), proportional: bool, cut: Index) {
        let queue_model = if proportional { QueueModel::Proportional } else { QueueModel::Tail };
        let commands = stamped(&steps);
        hold(&commands, queue_model, cut.index(commands.len()), &mut Tally::default());
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
    fn positions_that_are_ranked_together_stand_as_each_alone(steps in history(80)) {
        let (mut engine, mut events) = (Engine::default(), Vec::new());
        for stamped in stamped(&steps) {
            engine.apply(&stamped, &mut events);
        }
        for market in engine.markets().map(|market| market.id()) {
            let users = engine.accounts().filter(|account| *account != AccountId::CROWD);
            let held = users.flat_map(|account| {
                let held = engine.positions(account).filter(|held| held.market == market);
                held.map(move |held| (account, held.leg)).collect::<Vec<_>>()
            });
            let alone = |(account, leg)| Some(((account, leg), engine.adl_bucket(account, market, leg)?));
            let alone: BTreeMap<_, _> = held.filter_map(alone).collect();
            prop_assert_eq!(engine.adl_buckets(market), alone);
        }
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

/// Goes through a history, and stores the engine before one command. Panics where a law does not hold: by itself, by
/// audit, by events alone, by the twin, and by the engine that was stored and read back.
pub(crate) fn hold(commands: &[Stamped], queue_model: QueueModel, cut: usize, tally: &mut Tally) {
    let config = Config { queue_model };
    let (mut engine, mut replica) = (Engine::new(config), Engine::new(config));
    let (mut server, mut twin) = (Server::default(), Twin::new(queue_model));
    let mut bookkeeper = Bookkeeper::default();
    let mut restored = None;
    let (mut events, mut again) = (Vec::new(), Vec::new());
    for (at, stamped) in commands.iter().enumerate() {
        if at == cut {
            let bytes = postcard::to_stdvec(&engine).unwrap();
            restored = Some(postcard::from_bytes::<Engine>(&bytes).unwrap());
        }
        events.clear();
        let idle = idle_markets(&engine);
        engine.apply(stamped, &mut events);
        assert_eq!(engine.audit(), Ok(()));
        nobody_trades_in(&idle, &stamped.command, &events);
        let mut fund = Fund::default();
        for event in &events {
            bookkeeper.expect(event, &replica);
            replica.evolve(event);
            fund.hear(event, &replica);
            bookkeeper.hear(event, &replica);
            server.hear(event, &replica);
            tally.count(event);
        }
        let digest = engine.digest();
        assert_eq!(replica.digest(), digest, "replay gives another state");
        if let Some(restored) = &mut restored {
            again.clear();
            restored.apply(stamped, &mut again);
            assert_eq!(again, events, "what was restored decides otherwise");
            assert_eq!(restored.digest(), digest, "what was restored is another state");
        }
        server.compare(&engine);
        bookkeeper.nobody_is_short(&engine);
        server.new_leg(&stamped.command, &events);
        twin.hear(stamped, &events);
        twin.compare(&engine);
        print_is_reported_once(&stamped.command, &events);
        fill_or_kill_is_whole_or_nothing(&stamped.command, &events);
        tally.commands += 1;
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

fn print_is_reported_once(command: &Command, events: &[Event]) {
    let &Command::CrowdTrade { contracts, .. } = command else { return };
    if events.iter().any(|event| matches!(event, Event::CommandRefused { .. })) {
        return;
    }
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
