//! What is stored comes back the same; what is damaged comes back as an error or as a state that can be told.

use lmex_engine::{Config, Engine, Event, QueueModel, Stamped};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;

use crate::generate::{history, wild};
use crate::laws::stamped;

proptest! {
    #![proptest_config(crate::config())]

    /// Cut between any two commands; both go on alike, and are equal to the byte.
    #[test]
    fn a_restored_engine_goes_on_as_if_nothing_had_been(
        steps in history(120),
        cut: Index,
        proportional: bool,
    ) {
        let queue_model = if proportional { QueueModel::Proportional } else { QueueModel::Tail };
        let mut engine = Engine::new(Config { queue_model });
        let commands = stamped(&steps);
        let (before, after) = commands.split_at(cut.index(commands.len()));
        run(&mut engine, before);
        let bytes = stored(&engine);
        let mut restored: Engine = postcard::from_bytes(&bytes).unwrap();
        prop_assert_eq!(restored.digest(), engine.digest());
        prop_assert_eq!(restored.audit(), Ok(()));
        prop_assert_eq!(&stored(&restored), &bytes);
        for command in after {
            let command = std::slice::from_ref(command);
            prop_assert_eq!(run(&mut restored, command), run(&mut engine, command));
            prop_assert_eq!(restored.digest(), engine.digest());
        }
        prop_assert_eq!(stored(&restored), stored(&engine));
    }

    #[test]
    fn commands_and_events_come_back_as_they_were(steps in history(60), wild in prop::collection::vec(wild(), 20)) {
        let mut engine = Engine::default();
        let wild = wild.into_iter().map(|command| (0, command));
        for command in stamped(&steps.into_iter().chain(wild).collect::<Vec<_>>()) {
            let bytes = postcard::to_stdvec(&command).unwrap();
            prop_assert_eq!(&postcard::from_bytes::<Stamped>(&bytes).unwrap(), &command);
            let events = run(&mut engine, &[command]);
            let bytes = postcard::to_stdvec(&events).unwrap();
            prop_assert_eq!(postcard::from_bytes::<Vec<Event>>(&bytes).unwrap(), events);
        }
    }

    /// A journal checks its bytes; should damage get through, it is an error, or audit or digest tell of it, or it is in
    /// what no decision looks at.
    #[test]
    fn damaged_bytes_are_an_error_or_can_be_told(
        steps in history(80),
        later in history(20),
        flips in prop::collection::vec((any::<Index>(), 0_u32..8), 40),
    ) {
        let mut engine = Engine::default();
        let commands = stamped(&[steps.clone(), later].concat());
        let (before, after) = commands.split_at(commands.len().min(stamped(&steps).len()));
        run(&mut engine, before);
        let bytes = stored(&engine);
        for (at, bit) in flips {
            let mut damaged = bytes.clone();
            damaged[at.index(bytes.len())] ^= 1 << bit;
            let Ok(mut restored) = postcard::from_bytes::<Engine>(&damaged) else { continue };
            if restored.audit().is_ok() && restored.digest() == engine.digest() {
                prop_assert_eq!(run(&mut restored, after), run(&mut engine.clone(), after));
            }
        }
        let cut = bytes.len() / 2;
        prop_assert!(postcard::from_bytes::<Engine>(&bytes[..cut]).is_err());
    }
}

/// The events of some commands.
fn run(engine: &mut Engine, commands: &[Stamped]) -> Vec<Event> {
    let mut events = Vec::new();
    for command in commands {
        engine.apply(command, &mut events);
    }
    events
}

fn stored(engine: &Engine) -> Vec<u8> {
    postcard::to_stdvec(engine).unwrap()
}

#[test]
fn an_engine_in_the_middle_of_a_command_is_not_stored() {
    let (mut engine, mut replica) = (Engine::default(), Engine::default());
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let steps = history(200).new_tree(&mut runner).unwrap().current();
    let mut refused = 0;
    for event in run(&mut engine, &stamped(&steps)) {
        replica.evolve(&event);
        let comes_in = matches!(event, Event::OrderAccepted { order } if !order.waits());
        assert!(!comes_in || postcard::to_stdvec(&replica).is_err(), "{event:?}");
        refused += u32::from(comes_in);
    }
    assert!(refused > 10);
}
