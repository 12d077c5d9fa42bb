//! A step through time: the desk lives through what lies ahead, stride by stride, before it serves anybody again.

use lmex_types::TimeMs;

use super::Desk;
use crate::clock::Flow;

/// The longest step, in milliseconds: 31 days.
const LONGEST_MS: i64 = 31 * 86_400_000;
/// A step has at most about so many strides, however long it is: eight hours take strides of 72 s.
const MOST_STRIDES: i64 = 400;
/// The shortest stride that is cut off by nothing, in milliseconds.
const SHORTEST_MS: i64 = 2_000;
/// What of each stride the crowd lives through beat by beat, in milliseconds, so that there are trades in it.
const LIVED_MS: i64 = 1_000;

/// A step under way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    to: TimeMs,
    stride_ms: i64,
    /// The stride under way ends here, after a part that is lived through.
    stride_to: Option<TimeMs>,
    /// How time passes afterwards.
    then: Flow,
}

/// A step that can't be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StepError {
    /// Time does not go back.
    #[error(
        "a step to {to} would go back, venue time is {now}: give a later moment (milliseconds since 1970)"
    )]
    Back {
        /// Where to.
        to: TimeMs,
        /// Where it is.
        now: TimeMs,
    },
    /// It would take too long.
    #[error("a step of {0} ms is too long: make several of at most 31 days (2678400000 ms) each")]
    TooLong(i64),
}

impl Desk {
    /// From now on the desk lives through the time until then, and serves nobody before it is there.
    pub(crate) fn begin_step(&mut self, to: TimeMs) -> Result<(), StepError> {
        let now = self.state.now;
        let ahead_ms = to.ms_since(now);
        if ahead_ms < 0 {
            return Err(StepError::Back { to, now });
        }
        if ahead_ms > LONGEST_MS {
            return Err(StepError::TooLong(ahead_ms));
        }
        let then = self.clock.flow();
        self.clock.set_flow(Flow { is_paused: true, ..then });
        let stride_ms = (ahead_ms / MOST_STRIDES).max(SHORTEST_MS);
        self.step = Some(Step { to, stride_ms, stride_to: None, then });
        Ok(())
    }

    /// Sets the clock forward for the next stride; false when no step is under way, or it has ended.
    ///
    /// Time halts at every moment at which the engine has something to do, such as funding or the end of an order, so
    /// that it happens at its own time, before anything that comes later.
    pub(super) fn stride(&mut self) -> bool {
        let Some(mut step) = self.step.take() else { return false };
        let now = self.clock.now();
        let is_behind = self.source.next_at().is_some_and(|due| due <= now);
        if is_behind {
            self.step = Some(step);
            return true;
        }
        if now >= step.to {
            self.clock.set_flow(step.then);
            return false;
        }
        let end = step.stride_to.take().filter(|end| *end > now);
        let next = end.unwrap_or_else(|| {
            let end = now.plus_ms(step.stride_ms).min(step.to);
            let lived_from = end.plus_ms(-LIVED_MS);
            step.stride_to = Some(end);
            if lived_from > now { lived_from } else { end }
        });
        let due = self.state.engine.next_due().filter(|due| *due > now);
        self.clock.set_forward(due.map_or(next, |due| due.min(next)));
        self.step = Some(step);
        true
    }
}
