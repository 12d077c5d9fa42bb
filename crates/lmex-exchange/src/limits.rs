//! How many requests are taken: LMEX's limits, and the blocks that follow a breach.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;

use lmex_api::Bucket;
use lmex_engine::AccountId;
use lmex_types::{Decimal, TimeMs};

/// Whether rate limits apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LimitsMode {
    /// LMEX's: 15 queries a second for a key and 30 for a user, 75 order requests a second; 15 public queries a second
    /// for an address.
    #[default]
    Lmex,
    /// None.
    Off,
}

/// Who is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Subject {
    /// An API key.
    Key(String),
    /// All keys of an account.
    User(AccountId),
    /// Whoever has not said who it is.
    Address(IpAddr),
}

/// The blocks that follow the first, second and every further breach (BTSE futures API, "Rate limits").
const BLOCKS_MS: [i64; 3] = [1_000, 5 * 60_000, 15 * 60_000];
/// After so long without a breach the next one counts as the first.
const CLEAN_MS: i64 = 60 * 60_000;
const WINDOW_MS: i64 = 1_000;
/// Subjects beyond this many make room by forgetting those that are idle.
const MOST_SUBJECTS: usize = 10_000;

/// Counts requests and blocks who sends too many. Time is an argument; it is wall time.
#[derive(Debug)]
pub(crate) struct Limiter {
    mode: LimitsMode,
    blocks_ms: [i64; 3],
    subjects: HashMap<(Subject, Class), Record>,
}

/// Budgets are counted apart; a block holds for the budget that was overdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Class {
    Query,
    Order,
    /// Moving money between wallets.
    Wallet,
}

impl Class {
    fn of(bucket: Bucket) -> Self {
        match bucket {
            Bucket::Query => Self::Query,
            Bucket::Order => Self::Order,
            Bucket::Wallet => Self::Wallet,
        }
    }
}

#[derive(Debug, Default)]
struct Record {
    /// When the requests of the last second came, oldest first: never more than the limit.
    recent: VecDeque<TimeMs>,
    blocked_until: Option<TimeMs>,
    /// Breaches since the record was last clean.
    breaches: usize,
}

/// A request that comes while its sender is blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Blocked {
    /// When the block ends.
    pub(crate) until: TimeMs,
    /// How many requests a second would have been taken.
    pub(crate) limit: usize,
}

impl Limiter {
    /// `block_scale` multiplies the length of all blocks: 1 is LMEX's, less is for tests.
    pub(crate) fn new(mode: LimitsMode, block_scale: Decimal) -> Self {
        let scaled = |block: i64| {
            let scaled = Decimal::from(block).checked_mul(block_scale).and_then(|ms| i64::try_from(ms).ok());
            scaled.unwrap_or(block).max(1)
        };
        Self { mode, blocks_ms: BLOCKS_MS.map(scaled), subjects: HashMap::new() }
    }

    /// Takes a request of all these subjects, or none: each must have room.
    pub(crate) fn admit(
        &mut self,
        now: TimeMs,
        bucket: Bucket,
        subjects: impl IntoIterator<Item = Subject>,
    ) -> Result<(), Blocked> {
        if self.mode == LimitsMode::Off && self.subjects.is_empty() {
            return Ok(());
        }
        self.make_room(now);
        let keys: Vec<_> = subjects.into_iter().map(|subject| (subject, Class::of(bucket))).collect();
        if self.mode == LimitsMode::Off {
            // Only what was blocked on purpose is.
            return keys.iter().try_for_each(|key| self.blocked(now, key).map_or(Ok(()), Err));
        }
        for key in &keys {
            let limit = limit_of(key);
            let record = self.subjects.entry(key.clone()).or_default();
            record.check(now, limit, &self.blocks_ms)?;
        }
        for key in keys {
            self.subjects.entry(key).or_default().recent.push_back(now);
        }
        Ok(())
    }

    /// Blocks the first of these subjects as after its so many-th breach: 1, 2 or 3. Also where no limits apply.
    pub(crate) fn block(
        &mut self,
        now: TimeMs,
        bucket: Bucket,
        subjects: impl IntoIterator<Item = Subject>,
        tier: u8,
    ) -> Result<(), Blocked> {
        self.make_room(now);
        let Some(subject) = subjects.into_iter().next() else { return Ok(()) };
        let key = (subject, Class::of(bucket));
        let limit = limit_of(&key);
        let record = self.subjects.entry(key).or_default();
        record.breaches = usize::from(tier).clamp(1, self.blocks_ms.len()) - 1;
        Err(record.breach(now, limit, &self.blocks_ms))
    }

    /// The block that holds for this, if one does.
    fn blocked(&self, now: TimeMs, key: &(Subject, Class)) -> Option<Blocked> {
        let until = self.subjects.get(key)?.blocked_until.filter(|until| now < *until)?;
        Some(Blocked { until, limit: limit_of(key) })
    }

    fn make_room(&mut self, now: TimeMs) {
        if self.subjects.len() >= MOST_SUBJECTS {
            self.subjects.retain(|_, record| !record.is_idle(now));
        }
    }
}

fn limit_of((subject, class): &(Subject, Class)) -> usize {
    match (class, subject) {
        (Class::Order, _) => 75,
        (Class::Wallet, _) => 5,
        (Class::Query, Subject::User(_)) => 30,
        (Class::Query, Subject::Key(_) | Subject::Address(_)) => 15,
    }
}

impl Record {
    fn check(&mut self, now: TimeMs, limit: usize, blocks_ms: &[i64; 3]) -> Result<(), Blocked> {
        if let Some(until) = self.blocked_until {
            if now < until {
                return Err(Blocked { until, limit });
            }
            let was_longest = self.breaches >= blocks_ms.len();
            if was_longest || now.ms_since(until) >= CLEAN_MS {
                self.breaches = 0;
                self.blocked_until = None;
            }
        }
        while self.recent.front().is_some_and(|came| now.ms_since(*came) >= WINDOW_MS) {
            self.recent.pop_front();
        }
        if self.recent.len() < limit {
            return Ok(());
        }
        Err(self.breach(now, limit, blocks_ms))
    }

    fn breach(&mut self, now: TimeMs, limit: usize, blocks_ms: &[i64; 3]) -> Blocked {
        let block = blocks_ms[self.breaches.min(blocks_ms.len() - 1)];
        let until = now.plus_ms(block);
        self.breaches += 1;
        self.blocked_until = Some(until);
        self.recent.clear();
        Blocked { until, limit }
    }

    fn is_idle(&self, now: TimeMs) -> bool {
        let is_past = |at: &TimeMs| now.ms_since(*at) >= CLEAN_MS;
        self.recent.back().is_none_or(is_past) && self.blocked_until.as_ref().is_none_or(is_past)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Bucket::{Order, Query};

    fn at(ms: i64) -> TimeMs {
        TimeMs::from_millis(1_700_000_000_000 + ms)
    }

    fn key() -> Subject {
        Subject::Key("key".into())
    }

    fn limiter() -> Limiter {
        Limiter::new(LimitsMode::Lmex, Decimal::ONE)
    }

    /// Sends one more than allowed at one moment and returns how long the block is.
    fn breach(limiter: &mut Limiter, now: i64) -> i64 {
        for _ in 0..15 {
            limiter.admit(at(now), Query, [key()]).unwrap();
        }
        limiter.admit(at(now), Query, [key()]).unwrap_err().until.ms_since(at(now))
    }

    #[test]
    fn each_budget_has_its_own_limit() {
        let address = Subject::Address([127, 0, 0, 1].into());
        for (bucket, subject, limit) in [
            (Query, key(), 15),
            (Query, Subject::User(AccountId(1)), 30),
            (Query, address, 15),
            (Order, key(), 75),
            (Order, Subject::User(AccountId(1)), 75),
        ] {
            let mut limiter = limiter();
            let taken = (0..100).take_while(|_| limiter.admit(at(0), bucket, [subject.clone()]).is_ok());
            assert_eq!(taken.count(), limit, "{bucket:?} {subject:?}");
        }
    }

    #[test]
    fn a_pace_within_the_limit_is_never_blocked() {
        let mut limiter = limiter();
        for request in 0..10_000 {
            limiter.admit(at(request * 67), Query, [key()]).unwrap();
        }
    }

    #[test]
    fn blocks_grow_and_the_longest_one_settles_the_account() {
        let mut limiter = limiter();
        let mut now = 0;
        for expected in [1_000, 300_000, 900_000, 1_000, 300_000] {
            assert_eq!(breach(&mut limiter, now), expected);
            let again = limiter.admit(at(now + expected - 1), Query, [key()]);
            assert_eq!(
                again.unwrap_err().until,
                at(now + expected),
                "a request in the block does not move its end"
            );
            now += expected;
        }
    }

    #[test]
    fn an_hour_without_breach_starts_over() {
        let mut limiter = limiter();
        assert_eq!(breach(&mut limiter, 0), 1_000);
        assert_eq!(breach(&mut limiter, 1_000 + CLEAN_MS - 1), 300_000);
        assert_eq!(breach(&mut limiter, 2 * CLEAN_MS + 400_000), 1_000);
    }

    #[test]
    fn a_request_counts_for_nobody_unless_all_have_room() {
        let mut limiter = limiter();
        let user = || Subject::User(AccountId(1));
        for key in ["a", "b"] {
            for _ in 0..15 {
                limiter.admit(at(0), Query, [Subject::Key(key.into()), user()]).unwrap();
            }
        }
        let third = limiter.admit(at(0), Query, [Subject::Key("c".into()), user()]).unwrap_err();
        assert_eq!(third.limit, 30);
        assert!(
            limiter.admit(at(0), Query, [Subject::Key("c".into())]).is_ok(),
            "the key itself was not counted"
        );
        assert!(
            limiter.admit(at(0), Order, [Subject::Key("c".into()), user()]).is_ok(),
            "orders are counted apart"
        );
    }

    #[test]
    fn a_block_can_be_asked_for_and_holds_where_no_limits_apply() {
        for mode in [LimitsMode::Lmex, LimitsMode::Off] {
            let mut limiter = Limiter::new(mode, Decimal::ONE);
            for (tier, block) in [(1, 1_000), (2, 300_000), (3, 900_000)] {
                let blocked = limiter.block(at(0), Query, [key(), Subject::User(AccountId(1))], tier);
                assert_eq!(blocked.unwrap_err().until, at(block));
                assert_eq!(limiter.admit(at(block - 1), Query, [key()]).unwrap_err().until, at(block));
                assert!(limiter.admit(at(block - 1), Order, [key()]).is_ok(), "orders are counted apart");
                assert!(limiter.admit(at(block), Query, [key()]).is_ok());
            }
        }
    }

    #[test]
    fn blocks_can_be_shortened_and_limits_switched_off() {
        let mut limiter = Limiter::new(LimitsMode::Lmex, Decimal::new(1, 2));
        assert_eq!(breach(&mut limiter, 0), 10);
        assert_eq!(breach(&mut limiter, 10), 3_000);
        let mut off = Limiter::new(LimitsMode::Off, Decimal::ONE);
        assert!((0..1_000).all(|_| off.admit(at(0), Query, [key()]).is_ok()));
    }
}
