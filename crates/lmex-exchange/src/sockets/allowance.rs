//! How much of the hub's time a connection may ask for.

use std::time::Duration;

use tokio::time::Instant;

/// What is asked at once goes through, more than that bit by bit. Who asks for too much waits alone: the answer to a
/// topic may be a whole book or all of an account's open orders, and the hub writes those of everybody.
#[derive(Debug)]
pub(super) struct Allowance {
    /// For each topic.
    cost: Duration,
    /// When all that was asked is paid for.
    settled_at: Instant,
}

/// So far ahead of the clock one may be.
const CREDIT: Duration = Duration::from_secs(1);

impl Allowance {
    /// So many topics a second, and those of a second at once. None is as one.
    pub(super) fn new(topics_per_s: u32, now: Instant) -> Self {
        Self { cost: Duration::from_secs(1) / topics_per_s.max(1), settled_at: now }
    }

    /// Takes so many topics, and says how long to wait before they are asked for.
    pub(super) fn take(&mut self, topics: usize, now: Instant) -> Duration {
        let wait = self.settled_at.saturating_duration_since(now + CREDIT);
        let cost = self.cost.saturating_mul(u32::try_from(topics).unwrap_or(u32::MAX));
        self.settled_at = self.settled_at.max(now) + cost;
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_within_a_second_goes_through_at_once_and_more_waits_its_turn() {
        let now = Instant::now();
        let mut allowance = Allowance::new(100, now);
        assert_eq!(allowance.take(100, now), Duration::ZERO);
        assert_eq!(allowance.take(50, now), Duration::ZERO, "the first second is paid for by the credit");
        assert_eq!(allowance.take(1, now), Duration::from_millis(500));
        let later = now + Duration::from_millis(500);
        assert_eq!(allowance.take(1, later), Duration::from_millis(10));
        let rested = now + Duration::from_secs(60);
        assert_eq!(allowance.take(100, rested), Duration::ZERO);
        assert_eq!(allowance.take(1, rested), Duration::ZERO);
        assert_eq!(allowance.take(1, rested), Duration::from_millis(10), "no more is saved up than a second");
    }
}
