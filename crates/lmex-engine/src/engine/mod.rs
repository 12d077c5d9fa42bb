//! The engine: state, and the loop of deciding one event and evolving by it.

mod audit;
pub(crate) mod decide;
mod digest;
mod evolve;
mod legs;
mod scratch;
mod state;
mod stored;
mod terms;
mod view;

pub use audit::AuditError;
pub use legs::LegView;
pub(crate) use scratch::Scratch;
pub(crate) use state::{Due, InFlight, Parts, State, Taker, Unbound};
pub use terms::NewTerms;
pub use view::{MarketView, PositionView, Queued};

use serde::{Deserialize, Serialize};

use crate::book::QueueModel;
use crate::message::{Event, Stamped};
use decide::Reading;

/// What is fixed for the life of an engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Config {
    /// Where in the queue the crowd leaves from.
    pub queue_model: QueueModel,
}

/// An exchange without a clock, a wire or a thread: commands in, events out.
///
/// ```
/// use lmex_engine::{AccountId, Command, Engine, Event, Money, Rate, Stamped};
/// use lmex_types::TimeMs;
/// let mut engine = Engine::default();
/// let account = AccountId(1);
/// let fee = Rate::from_basis_points(5);
/// let mut events = Vec::new();
/// for (seq, command) in [
///     Command::OpenAccount { account, maker_fee: Rate::ZERO, taker_fee: fee },
///     Command::Deposit { account, amount: Money::from_quote(1_000) },
/// ].into_iter().enumerate() {
///     engine.apply(&Stamped { seq: seq as u64, at: TimeMs::from_millis(0), command }, &mut events);
/// }
/// let balance = Money::from_quote(1_000);
/// assert_eq!(events[1], Event::Deposited { account, amount: balance, balance });
/// assert_eq!(engine.wallet(account).unwrap().available, balance);
/// ```
#[derive(Debug, Clone)]
pub struct Engine {
    pub(crate) config: Config,
    pub(crate) state: State,
    scratch: Scratch,
}

impl Default for Engine {
    fn default() -> Self {
        Self::new(Config::default())
    }
}

impl Engine {
    /// An engine with no market and no account but the crowd's.
    pub fn new(config: Config) -> Self {
        Self { config, state: State::new(), scratch: Scratch::default() }
    }

    /// What was fixed at the start.
    pub fn config(&self) -> Config {
        self.config
    }

    /// Carries out a command. Its events are appended to `sink`, which the caller clears and re-uses.
    ///
    /// When it returns nothing is in flight. Commands come in the order of their `seq` and with `at` not falling;
    /// that is the caller's care.
    pub fn apply(&mut self, stamped: &Stamped, sink: &mut Vec<Event>) {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.start(&stamped.command);
        let mut reading = Reading::new(stamped, &self.state);
        while let Some(event) = reading.next(&self.state, &scratch) {
            sink.push(event);
            let event = &sink[sink.len() - 1];
            self.evolve(event);
            scratch.note(&self.state, event);
        }
        self.scratch = scratch;
    }
}
