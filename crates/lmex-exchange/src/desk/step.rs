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
    stride: Option<Stride>,
    /// How time passes afterwards.
    then: Flow,
}

/// A stride under way. It is over when its end is reached, however often it is interrupted before.
#[derive(Debug, Clone, Copy)]
struct Stride {
    /// From here on it is lived through beat by beat.
    lived_from: TimeMs,
    ends: TimeMs,
}

impl Step {
    /// Where time goes next: to a moment at which the engine has something to do, else to the part of the stride that is
    /// lived through, else to the stride's end.
    fn next(&mut self, now: TimeMs, due: Option<TimeMs>) -> TimeMs {
        let &mut Self { to, stride_ms, .. } = self;
        let begin = || {
            let ends = now.plus_ms(stride_ms).min(to);
            Stride { lived_from: ends.plus_ms(-LIVED_MS), ends }
        };
        let Stride { lived_from, ends } =
            self.stride.filter(|stride| stride.ends > now).unwrap_or_else(begin);
        self.stride = Some(Stride { lived_from, ends });
        let next = if lived_from > now { lived_from } else { ends };
        due.filter(|due| *due > now).map_or(next, |due| due.min(next))
    }
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
        self.step = Some(Step { to, stride_ms, stride: None, then });
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
        self.clock.set_forward(step.next(now, self.state.engine.next_due()));
        self.step = Some(step);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    /// All moments that a step of an hour in strides of 9 s halts at, with something due at these moments.
    fn halts(due: &[i64]) -> Vec<i64> {
        let then = Flow::PAUSED;
        let mut step = Step { to: TimeMs::from_millis(HOUR), stride_ms: 9_000, stride: None, then };
        let (mut now, mut halts) = (0, Vec::new());
        while now < HOUR {
            let due = due.iter().copied().find(|due| *due > now).map(TimeMs::from_millis);
            now = step.next(TimeMs::from_millis(now), due).as_millis();
            halts.push(now);
        }
        halts
    }

    #[test]
    fn each_stride_is_lived_through_at_its_end_whatever_is_due_in_it() {
        let undisturbed = halts(&[]);
        assert_eq!(undisturbed[..4], [8_000, 9_000, 17_000, 18_000]);
        assert_eq!((undisturbed.len(), undisturbed.last()), (800, Some(&HOUR)));
        let due: Vec<i64> = (1..HOUR / 4_500).map(|number| number * 4_500 + 1).collect();
        let disturbed = halts(&due);
        assert_eq!(disturbed[..5], [4_501, 8_000, 9_000, 9_001, 13_501], "9,001 is in the second stride");
        assert!(undisturbed.iter().chain(&due).all(|moment| disturbed.contains(moment)), "none is left out");
    }
}
