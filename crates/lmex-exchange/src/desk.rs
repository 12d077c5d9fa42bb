//! The desk: one task owns the engine and the views, and everything that happens passes through it in order.
//!
//! Requests come in by one bounded channel. Each runs alone: it may apply commands and read, and sees the state as it
//! is between two commands. Batches of events go to the hub before the request is answered, so whoever gets an
//! answer can rely on the streams having been told. Where the exchange keeps what happens, both wait until it is kept, and
//! so does the desk. Requests that wait together are carried out one after the other, kept by one record and answered
//! together: to write, to sync and to wake the hub for each of them would take longer than to carry it out.

mod handle;
mod outlet;
mod owners;
mod positions;
mod state;
mod step;
#[cfg(test)]
mod tests;

use handle::{Answer, Request};
pub use handle::{DeskGone, DeskHandle};
pub(crate) use handle::{Requests, WeakDeskHandle, queue};
pub(crate) use owners::Owners;
pub use state::DeskState;
pub use step::StepError;

use std::collections::VecDeque;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use lmex_engine::{AccountId, Command, Money};
use lmex_journal::Durability;
use lmex_types::TimeMs;
use tokio::sync::{mpsc, watch};
use tokio::task::yield_now;

use crate::clock::VenueTime;
use crate::crowd::{MarketSource, SourceError};
use crate::feed::Batch;
use crate::history::Opening;
use crate::ids::Ids;
use crate::journal::Journal;
use crate::sockets::Audience;
use outlet::{Ended, Outlet};

/// The longest the desk sleeps: what is due by the clock alone (expiry, dead man's switch) is at most so late, and a sync
/// where the desk waits for one.
const LONGEST_SLEEP: Duration = Duration::from_millis(250);
/// The shortest: what is due every moment, as it is when time runs fast, must not keep a processor busy for nothing.
const SHORTEST_SLEEP: Duration = Duration::from_millis(1);
/// Steps of the source between two requests: one that is always behind must not keep the desk from answering.
const MOST_STEPS: usize = 4;
/// Requests that are answered together, at most.
const MOST_TOGETHER: usize = 32;
/// The same where one sync does for all of them. Their news leave at once, and what waits for one listener is bounded: had
/// all been of one account, whoever reads as fast as he can would still not be taken for slow.
const MOST_FOR_A_SYNC: usize = 256;

/// Owner of the engine and the views.
pub(crate) struct Desk {
    pub(crate) state: DeskState,
    pub(crate) ids: Ids,
    source: Box<dyn MarketSource>,
    /// What the source says of itself.
    described: watch::Sender<String>,
    clock: VenueTime,
    /// A step through time that is under way.
    step: Option<step::Step>,
    outlet: Outlet,
    is_stopped: bool,
    /// When time was last moved for its own sake.
    advanced_to: TimeMs,
    /// Who listens to positions.
    audience: Audience,
    /// Re-used between steps of the source.
    commands: Vec<Command>,
}

/// What a desk is made of.
pub(crate) struct DeskParts {
    pub(crate) ids: Ids,
    pub(crate) source: Box<dyn MarketSource>,
    /// Is told what the source says of itself whenever that changes.
    pub(crate) described: watch::Sender<String>,
    pub(crate) clock: VenueTime,
    pub(crate) hub: mpsc::Sender<Arc<Batch>>,
    /// Where what happens is kept, if it is.
    pub(crate) journal: Option<Journal>,
}

impl Desk {
    /// A desk at which the past has happened: the markets are open, the last trades are told.
    pub(crate) fn new(parts: DeskParts, opening: Opening) -> Self {
        let state = DeskState::new(opening.candles, opening.fundings);
        let mut desk = Self::resume(parts, state);
        if let Some(journal) = &mut desk.outlet.journal {
            journal.begun(&desk.state);
        }
        for (at, command) in opening.commands {
            desk.state.now = desk.state.now.max(at);
            desk.apply(command);
        }
        desk
    }

    /// A desk that goes on from a state.
    pub(crate) fn resume(parts: DeskParts, state: DeskState) -> Self {
        let DeskParts { ids, source, described, clock, hub, journal } = parts;
        Self {
            state,
            ids,
            source,
            described,
            clock,
            step: None,
            outlet: Outlet::new(hub, journal),
            is_stopped: false,
            advanced_to: TimeMs::default(),
            audience: Audience::default(),
            commands: Vec::new(),
        }
    }

    /// The same, with somebody who may listen to positions: they are made up only then.
    pub(crate) fn heard_by(self, audience: Audience) -> Self {
        Self { audience, ..self }
    }

    /// Opens an account's spot wallet, empty, under the name of its owner.
    pub(crate) fn add_owner(&mut self, account: AccountId, name: &str) {
        self.state.owners.add(account, name);
        if let Some(journal) = &mut self.outlet.journal {
            journal.owner(account, name);
        }
    }

    /// Adds to the spot wallet of an account, or takes away from it; false, and nothing changed, where that would
    /// leave less than nothing.
    pub(crate) fn change_spot(&mut self, account: AccountId, by: Money) -> bool {
        let has_changed = self.state.owners.change_spot(account, by);
        if let Some(journal) = self.outlet.journal.as_mut().filter(|_| has_changed) {
            journal.spot(account, by);
        }
        has_changed
    }

    /// Stamps a command, applies it and takes note of its events. Time stands still while a request is carried out: nothing
    /// comes due between its commands that was not due before the first, so what was possible then still is.
    pub(crate) fn apply(&mut self, command: Command) -> Arc<Batch> {
        let (stamped, batch) = self.state.carry_out(command, self.audience.hears_changed_positions());
        let batch = Arc::new(batch);
        self.outlet.take(&stamped, &batch);
        batch
    }

    /// Serves requests until [`Desk::stop`], the end of the last handle or of the hub, or until nothing can be kept.
    pub(crate) async fn run(mut self, mut requests: Requests) {
        let gone = match self.serve(&mut requests).await {
            Ok(()) => {
                self.outlet.close(&mut self.state);
                DeskGone::Stopped
            }
            Err(Ended(why)) => DeskGone::Failed { why },
        };
        requests.end(gone);
    }

    async fn serve(&mut self, requests: &mut Requests) -> Result<(), Ended> {
        let most = if self.waits_for_disk() { MOST_FOR_A_SYNC } else { MOST_TOGETHER };
        let mut arrived = Vec::new();
        let mut waiting = VecDeque::new();
        while !self.is_stopped {
            self.catch_up();
            if self.stride() {
                // A long way through time: others on this thread go on meanwhile.
                yield_now().await;
                if self.outlet.is_heavy() {
                    self.outlet.release(&mut self.state).await?;
                }
                continue;
            }
            if waiting.is_empty() {
                if requests.queue.is_empty() {
                    // Else it leaves with what is asked for: it is written, and waited for, at once.
                    self.outlet.release(&mut self.state).await?;
                }
                let received = requests.queue.recv_many(&mut arrived, most);
                match tokio::time::timeout(self.sleep(), received).await {
                    Ok(0) => break,
                    Ok(_) => {}
                    Err(_) => continue,
                }
                // Where others are about to ask as well, they come along: where there is nothing else to do this takes no
                // time.
                match self.waits_for_disk() {
                    true => thread::yield_now(),
                    false => yield_now().await,
                }
                while arrived.len() < most
                    && let Ok(request) = requests.queue.try_recv()
                {
                    arrived.push(request);
                }
                waiting.extend(arrived.drain(..));
            }
            let answers = self.carry_out(&mut waiting);
            self.outlet.release(&mut self.state).await?;
            answers.into_iter().for_each(|answer| answer());
        }
        Ok(())
    }

    /// Carries requests out in their order, up to one that begins a step through time, which comes before the others, or
    /// stops the desk: whoever sent the others hears that it is gone.
    fn carry_out(&mut self, requests: &mut VecDeque<Request>) -> Vec<Answer> {
        let mut answers = Vec::with_capacity(requests.len());
        while self.step.is_none()
            && !self.is_stopped
            && let Some(request) = requests.pop_front()
        {
            // What was due before the request came happens before it.
            self.catch_up();
            answers.push(request(self));
        }
        answers
    }

    /// Whether it stands still while the disk does: it needs a thread of its own then.
    pub(crate) fn waits_for_disk(&self) -> bool {
        self.outlet.journal.as_ref().is_some_and(|journal| journal.promise() == Durability::Fsync)
    }

    /// This request is the last one that is served.
    pub(crate) fn stop(&mut self) {
        self.is_stopped = true;
    }

    /// Does what the clock makes due: steps of the source, and what the engine has to do by itself.
    fn catch_up(&mut self) {
        let now = self.state.now.max(self.clock.now());
        self.state.now = now;
        for _ in 0..MOST_STEPS {
            if self.source.next_at().is_none_or(|next| next > now) {
                break;
            }
            self.step_source(now);
        }
        if now > self.advanced_to {
            self.advanced_to = now;
            self.apply(Command::Advance);
        }
    }

    fn step_source(&mut self, now: TimeMs) {
        let mut commands = std::mem::take(&mut self.commands);
        let stepped = self.source.step(now, &mut commands);
        for command in commands.drain(..) {
            self.apply(command);
        }
        self.commands = commands;
        self.tell_source(stepped);
    }

    /// One line when the source fails or ends, and whoever shows where the prices come from says so from then on. It
    /// is an error to whoever trades there, and programs show errors unless they are told otherwise.
    fn tell_source(&self, stepped: Result<(), SourceError>) {
        let described = self.source.describe();
        let has_changed = self.described.send_if_modified(|told| {
            let has_changed = *told != described;
            told.clone_from(&described);
            has_changed
        });
        match stepped {
            Err(error) => tracing::error!("{error}: that market stands still from here on"),
            Ok(()) if has_changed => tracing::info!("the prices are now: {described}"),
            Ok(()) => {}
        }
    }

    /// By the venue's clock: at ten times its speed the desk sleeps a tenth as long, and never when time stands still.
    fn sleep(&self) -> Duration {
        let wake = [self.source.next_at(), self.state.engine.next_due()].into_iter().flatten().min();
        let wait = wake.and_then(|wake| self.clock.wait(wake));
        wait.map_or(LONGEST_SLEEP, |wait| wait.clamp(SHORTEST_SLEEP, LONGEST_SLEEP))
    }
}
