//! What funding is paid, and when.

use lmex_types::{Decimal, TimeMs};
use serde::{Deserialize, Serialize};

use crate::margin::Slot;
use crate::market::Market;
use crate::{FundingRules, LegId, MarketId, Money, Rate};

/// A market's funding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Funding {
    /// The rate to come, where it is not computed.
    pub(crate) rate: Rate,
    /// When it is paid; 1970 when it was never said.
    pub(crate) next: TimeMs,
    /// What the mark has been above the index since it was paid last.
    pub(crate) premium: Premium,
}

/// Funding that is being paid, position by position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FundingRun {
    pub(crate) market: MarketId,
    pub(crate) rate: Rate,
    /// Value of one contract at the mark price.
    pub(crate) value: Money,
    /// Who paid last.
    pub(crate) last: Option<(Slot, LegId)>,
    /// Paid less received so far.
    pub(crate) paid: Money,
}

/// The mean, by time, of how far the mark is above the index, as a part of the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Premium {
    /// Since the last prices.
    now: Rate,
    /// Up to when it is in the sum; `None` before the first prices.
    measured: Option<TimeMs>,
    /// Parts × milliseconds. A premium is at most 1, so that the sum of any number of years is far inside the range.
    sum: i128,
    /// Milliseconds that are in the sum.
    ms: i128,
}

/// Of several times that were missed, the oldest is paid and so many of the latest.
const MOST_MISSED: i128 = 2;

impl Premium {
    /// The premium up to a moment, at which it changes.
    pub(crate) fn changed(self, at: TimeMs, premium: Rate) -> Self {
        Self { now: premium, measured: Some(at), ..self.until(at) }
    }

    /// Goes on as it is up to a moment.
    pub(crate) fn until(self, at: TimeMs) -> Self {
        let Some(before) = self.measured.filter(|&before| before < at) else { return self };
        let passed = i128::from(at.ms_since(before));
        let sum = self.sum.saturating_add(passed.saturating_mul(i128::from(self.now.parts())));
        Self { measured: Some(at), sum, ms: self.ms.saturating_add(passed), ..self }
    }

    /// The mean starts anew at a moment.
    pub(crate) fn restarted(self, at: TimeMs) -> Self {
        Self { measured: self.measured.map(|before| before.max(at)), sum: 0, ms: 0, ..self }
    }

    /// Rounded down; the premium as it is where no time has passed.
    fn mean(&self) -> Rate {
        if self.ms <= 0 {
            return self.now;
        }
        i64::try_from(self.sum.div_euclid(self.ms)).map_or(self.now, Rate::from_parts)
    }

    /// For the digest: now, measured, sum, milliseconds.
    pub(crate) fn parts(&self) -> (Rate, Option<TimeMs>, i128, i128) {
        (self.now, self.measured, self.sum, self.ms)
    }
}

impl Market {
    /// The rate to come, as it stands at the last prices.
    pub(crate) fn funding_rate(&self) -> Rate {
        self.rate_of(&self.funding.premium)
    }

    /// The rate that is paid at a moment.
    pub(crate) fn funding_rate_at(&self, at: TimeMs) -> Rate {
        self.rate_of(&self.funding.premium.until(at))
    }

    /// The rate to come when the mean starts anew.
    pub(crate) fn funding_rate_restarted(&self) -> Rate {
        self.rate_of(&self.funding.premium.restarted(self.funding.next))
    }

    fn rate_of(&self, premium: &Premium) -> Rate {
        let rules = &self.rules.funding;
        if rules.computed { rules.rate(premium.mean()) } else { self.funding.rate }
    }
}

impl FundingRules {
    /// The rate that a mean premium comes to: `premium + clamp(interest − premium, ±clamp)`, cut to `±cap`, the usual rate of
    /// perpetuals (Binance, Bybit, BitMEX). LMEX publishes none.
    pub fn rate(&self, premium: Rate) -> Rate {
        let (clamp, cap) = (self.clamp.parts().saturating_abs(), self.cap.parts().saturating_abs());
        let pull = self.interest.parts().saturating_sub(premium.parts()).clamp(-clamp, clamp);
        Rate::from_parts(premium.parts().saturating_add(pull).clamp(-cap, cap))
    }
}

/// `(mark − index) / index` to the nearest part, within ±1.
pub(crate) fn premium(mark: Decimal, index: Decimal) -> Rate {
    let part = mark.checked_sub(index).and_then(|above| above.checked_div(index)).unwrap_or_default();
    let part = part.clamp(Decimal::NEGATIVE_ONE, Decimal::ONE).round_dp(12);
    Rate::try_from(part).unwrap_or(Rate::ZERO)
}

/// What a position pays (below zero: receives): value × rate, rounded up to the unit for everyone. So what is paid is
/// never less than what is received, and the difference is less than one unit a position.
pub(crate) fn payment(value: Money, contracts: i64, rate: Rate) -> Money {
    value.times(contracts).part_up(rate)
}

/// When funding is paid after `due`: an interval later. When the clock jumped over several times, the oldest and the
/// two latest of them are paid, at the mark price of now; those between are left out.
pub(crate) fn due_after(due: TimeMs, at: TimeMs, interval_ms: i64) -> TimeMs {
    let interval = i128::from(interval_ms.max(1));
    let missed = (i128::from(at.as_millis()) - i128::from(due.as_millis())).div_euclid(interval);
    let intervals = (missed - MOST_MISSED + 1).max(1);
    let next = i128::from(due.as_millis()).saturating_add(intervals.saturating_mul(interval));
    TimeMs::from_millis(i64::try_from(next).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(millis: i64) -> TimeMs {
        TimeMs::from_millis(millis)
    }

    fn points(points: i64) -> Rate {
        Rate::from_basis_points(points)
    }

    #[test]
    fn interest_pulls_as_far_as_the_clamp_and_the_cap_cuts() {
        // Interest 1, clamp 5, cap 75 basis points.
        let rules = FundingRules::default();
        for (premium, rate) in [(0, 1), (3, 1), (-4, 1), (10, 5), (-10, -5), (100, 75), (-100, -75)] {
            assert_eq!(rules.rate(points(premium)), points(rate), "premium {premium}");
        }
    }

    #[test]
    fn a_premium_counts_as_long_as_it_lasts() {
        let premium = Premium::default();
        assert_eq!(premium.until(ms(50)), premium, "nothing is measured before the first prices");
        let premium = premium.changed(ms(100), points(10)).changed(ms(400), points(-2));
        assert_eq!(premium.mean(), points(10));
        // (300 × 10 − 100 × 2) / 400 = 7.
        assert_eq!(premium.until(ms(500)).mean(), points(7));
        assert_eq!(premium.restarted(ms(450)).until(ms(451)).mean(), points(-2));
    }

    #[test]
    fn of_many_missed_times_three_are_paid() {
        let paid = |at: i64| {
            let mut paid = Vec::new();
            let mut due = ms(1_000);
            while due <= ms(at) {
                paid.push(due.as_millis());
                due = due_after(due, ms(at), 1_000);
            }
            paid
        };
        assert_eq!(paid(1_999), [1_000]);
        assert_eq!(paid(3_000), [1_000, 2_000, 3_000]);
        assert_eq!(paid(9_500), [1_000, 8_000, 9_000]);
    }

    #[test]
    fn the_ends_of_time_do_no_harm() {
        assert_eq!(due_after(ms(i64::MIN), ms(i64::MAX), 1).as_millis(), i64::MAX - 1);
        assert_eq!(due_after(ms(i64::MAX), ms(i64::MAX), 1_000).as_millis(), i64::MAX);
    }

    #[test]
    fn a_premium_is_cut_at_the_whole() {
        let decimal = |text: &str| text.parse::<Decimal>().unwrap();
        assert_eq!(premium(decimal("101"), decimal("100")), points(100));
        assert_eq!(premium(decimal("1"), decimal("3")).parts(), -666_666_666_667);
        assert_eq!(premium(Decimal::MAX, decimal("0.0001")), Rate::ZERO, "no decimal holds the quotient");
        assert_eq!(premium(decimal("500"), decimal("100")), Rate::ONE);
    }
}
