//! Whether to send a request again, and after how long.

use crate::endpoint::Safety;

/// How an attempt failed, as far as it matters for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Its bytes certainly never left: the connection could not be made.
    NotSent,
    /// The venue answered that the rate limit is exceeded, and when it unlocks (milliseconds from now).
    RateLimited {
        /// From now.
        unlock_in_ms: i64,
    },
    /// The venue answered that it is down, or timed out (408, 5xx).
    Unavailable,
    /// No answer, or none that can be read.
    Lost,
    /// The venue said no; asking again changes nothing.
    Refused,
}

/// What to do after a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryDecision {
    /// Send it again after so many milliseconds, with a new nonce.
    After(i64),
    /// Don't.
    GiveUp,
}

/// Exponential back-off with full jitter.
///
/// The delay before attempt *n* + 1 is drawn evenly from zero to `base · 2ⁿ`, at most `cap` ("full jitter", as in the
/// AWS Architecture Blog's "Exponential Backoff and Jitter"), so that clients that failed together do not return
/// together. After a rate limit the delay comes on top of the unlock time.
///
/// [`Safety::Once`] requests are repeated only if their bytes never left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// Attempts in all, the first included.
    pub attempts: u32,
    /// Upper bound of the first delay, in milliseconds.
    pub base_ms: i64,
    /// Upper bound of every delay, in milliseconds.
    pub cap_ms: i64,
}

impl Default for Retry {
    fn default() -> Self {
        Self { attempts: 4, base_ms: 100, cap_ms: 5_000 }
    }
}

impl Retry {
    /// Decides after attempt number `attempt` (the first is 1). `jitter` is a fresh random number: all 32 bits count.
    pub fn decide(&self, outcome: Outcome, safety: Safety, attempt: u32, jitter: u32) -> RetryDecision {
        let may_repeat = match outcome {
            Outcome::Refused => false,
            Outcome::NotSent => true,
            Outcome::RateLimited { .. } | Outcome::Unavailable | Outcome::Lost => safety == Safety::Safe,
        };
        if !may_repeat || attempt >= self.attempts {
            return RetryDecision::GiveUp;
        }
        let unlock = match outcome {
            Outcome::RateLimited { unlock_in_ms } => unlock_in_ms.max(0),
            _ => 0,
        };
        RetryDecision::After(unlock.saturating_add(self.backoff(attempt, jitter)))
    }

    /// The delay alone: also used for reconnecting streams.
    pub fn backoff(&self, attempt: u32, jitter: u32) -> i64 {
        let doubled = 1_i64.checked_shl(attempt.saturating_sub(1).min(32)).unwrap_or(i64::MAX);
        let most = self.base_ms.saturating_mul(doubled).min(self.cap_ms).max(0);
        let drawn = i128::from(most) * i128::from(jitter) / i128::from(u32::MAX);
        i64::try_from(drawn).unwrap_or(most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RETRY: Retry = Retry { attempts: 4, base_ms: 100, cap_ms: 1_000 };

    #[test]
    fn what_could_create_an_order_is_repeated_only_if_it_never_left() {
        for outcome in [Outcome::RateLimited { unlock_in_ms: 5 }, Outcome::Unavailable, Outcome::Lost] {
            assert_eq!(RETRY.decide(outcome, Safety::Once, 1, 0), RetryDecision::GiveUp);
            assert!(matches!(RETRY.decide(outcome, Safety::Safe, 1, 0), RetryDecision::After(_)));
        }
        assert_eq!(RETRY.decide(Outcome::NotSent, Safety::Once, 1, 0), RetryDecision::After(0));
    }

    #[test]
    fn delays_double_up_to_the_cap_and_jitter_is_full() {
        let longest: Vec<_> = (1..7).map(|attempt| RETRY.backoff(attempt, u32::MAX)).collect();
        assert_eq!(longest, [100, 200, 400, 800, 1_000, 1_000]);
        assert_eq!(RETRY.backoff(3, 0), 0);
        assert_eq!(RETRY.backoff(3, u32::MAX / 2), 199);
        assert_eq!(RETRY.backoff(u32::MAX, u32::MAX), 1_000);
    }

    #[test]
    fn a_rate_limit_waits_for_the_unlock_first() {
        let decision = RETRY.decide(Outcome::RateLimited { unlock_in_ms: 5_000 }, Safety::Safe, 1, u32::MAX);
        assert_eq!(decision, RetryDecision::After(5_100));
    }

    #[test]
    fn attempts_end() {
        assert_eq!(RETRY.decide(Outcome::Lost, Safety::Safe, 4, 0), RetryDecision::GiveUp);
        assert_eq!(RETRY.decide(Outcome::Refused, Safety::Safe, 1, 0), RetryDecision::GiveUp);
    }
}
