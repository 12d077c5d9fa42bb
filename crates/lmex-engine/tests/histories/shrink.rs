//! A history, and how a smaller one that fails is found.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use lmex_engine::{QueueModel, Stamped};

use crate::generate::Step;
use crate::hush::hushed;
use crate::laws::{hold, stamped};
use crate::tally::Tally;

#[derive(Debug, Clone)]
pub(crate) struct History {
    pub(crate) steps: Vec<Step>,
    /// The engine is stored before this command.
    pub(crate) cut: usize,
    pub(crate) queue_model: QueueModel,
}

impl History {
    pub(crate) fn commands(&self) -> Vec<Stamped> {
        stamped(&self.steps)
    }

    /// Which law does not hold, and at which command.
    pub(crate) fn failure(&self, tally: &mut Tally) -> Option<String> {
        let commands = self.commands();
        let held = || catch_unwind(AssertUnwindSafe(|| hold(&commands, self.queue_model, self.cut, tally)));
        let (held, said) = hushed(held);
        held.err().map(|_| format!("at command {}: {said}", tally.commands + 1))
    }

    /// Leaves out halves, quarters and so on down to single steps, as long as what stays fails.
    ///
    /// Strategies of proptest make a command simpler, but no history of a set length shorter; and a short one of
    /// any commands is read faster than a long one of simple ones.
    pub(crate) fn smaller(mut self, most: Duration) -> Self {
        let start = Instant::now();
        let mut part = self.steps.len();
        while part > 0 {
            let mut at = 0;
            while at < self.steps.len() && start.elapsed() < most {
                let mut fewer = self.clone();
                fewer.steps.drain(at..(at + part).min(self.steps.len()));
                match fewer.failure(&mut Tally::default()) {
                    Some(_) => self = fewer,
                    None => at += part,
                }
            }
            part /= 2;
        }
        self
    }
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let &Self { cut, queue_model, .. } = self;
        writeln!(f, "with {queue_model:?} and stored before command {cut}:")?;
        self.commands().iter().try_for_each(|command| writeln!(f, "{command:?}"))?;
        match self.failure(&mut Tally::default()) {
            Some(failure) => writeln!(f, "fails {failure}"),
            None => writeln!(f, "fails no more"),
        }
    }
}
