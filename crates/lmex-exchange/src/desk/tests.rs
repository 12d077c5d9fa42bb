//! The desk without sockets.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use lmex_engine::{AccountId, Command, Money};
use lmex_types::TimeMs;
use tokio::sync::{mpsc, watch};

use super::{Desk, DeskParts, queue};
use crate::clock::{Clock, VenueTime};
use crate::crowd::{MarketSource, SourceError};
use crate::desk::DeskState;
use crate::ids::Ids;

/// A market in which nothing happens.
struct Quiet;

impl MarketSource for Quiet {
    fn next_at(&self) -> Option<TimeMs> {
        None
    }

    fn step(&mut self, _now: TimeMs, _out: &mut Vec<Command>) -> Result<(), SourceError> {
        Ok(())
    }

    fn describe(&self) -> String {
        "quiet".to_owned()
    }
}

#[tokio::test]
async fn time_stands_still_while_a_request_is_carried_out() {
    let readings = Arc::new(AtomicI64::new(0));
    // Each look at the clock finds it an hour later.
    let clock = Clock::new(move || TimeMs::from_millis(3_600_000 * readings.fetch_add(1, Ordering::SeqCst)));
    let (hub, _told) = mpsc::channel(64);
    let (described, _) = watch::channel(String::new());
    let parts = DeskParts {
        ids: Ids::new(1),
        source: Box::new(Quiet),
        described,
        clock: VenueTime::new(clock, Default::default()),
        hub,
        journal: None,
    };
    let (handle, requests) = queue(None);
    let desk = Desk::resume(parts, DeskState::new(Default::default(), Default::default()));
    tokio::spawn(desk.run(requests));
    let deposit = || Command::Deposit { account: AccountId(1), amount: Money::from_units(1) };
    let mut last = None;
    for _ in 0..3 {
        let times =
            handle.act(move |desk| [desk.apply(deposit()).at, desk.apply(deposit()).at]).await.unwrap();
        assert_eq!(times[0], times[1]);
        assert!(last < Some(times[0]), "and goes on between two");
        last = Some(times[0]);
    }
}
