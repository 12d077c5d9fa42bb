//! What moves prices: news, in spells of calm, trend and shock.
//!
//! One factor moves all coins, and each market has one of its own.

use super::fair::root_of_seconds;
use super::volatility::Volatility;
use crate::crowd::Chance;

/// How long spells last on average.
const CALM_MS: i64 = 900_000;
const TREND_MS: i64 = 360_000;
const SHOCK_MS: i64 = 20_000;
/// How fast a trend goes, in thousandths of a second's standard deviation each second.
const TREND_SPEED: i64 = 25;
/// How much larger moves are in a shock.
const SHOCK_FACTOR: i64 = 3;
/// The first blow of a shock, in thousandths of a second's standard deviation: this, and up to so much more.
const BLOW: (i64, i64) = (5_000, 13_000);
/// How long the first blow takes.
const BLOW_MS: i64 = 400;

/// A source of news.
#[derive(Debug, Clone)]
pub(super) struct Factor {
    volatility: Volatility,
    spell: Spell,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spell {
    /// Nothing in particular.
    Calm,
    /// One way, by sign.
    Trend(i64),
    /// A blow and its after-shocks. What is left of the blow.
    Shock(i64),
}

/// What a factor did over a stretch of time.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Weather {
    /// How far it moved, in thousandths of the usual standard deviation of one second.
    pub(super) moved: i64,
    /// How large moves are, in thousandths of the usual.
    pub(super) level: i64,
    /// Which way it trends: +1, -1, or 0.
    pub(super) trend: i64,
}

impl Factor {
    /// Calm, with the volatility of any moment.
    pub(super) fn new(chance: &mut Chance) -> Self {
        Self { volatility: Volatility::new(chance), spell: Spell::Calm }
    }

    /// Time passes.
    pub(super) fn advance(&mut self, elapsed_ms: i64, chance: &mut Chance) -> Weather {
        self.volatility.advance(elapsed_ms, chance);
        self.change_spell(elapsed_ms, chance);
        let level = self.level(elapsed_ms);
        let walk = level * chance.normal() / 1_000 * root_of_seconds(elapsed_ms) / 1_000_000;
        let trend = if let Spell::Trend(sign) = self.spell { sign } else { 0 };
        let drift = trend * TREND_SPEED * elapsed_ms.min(TREND_MS) / 1_000;
        Weather { moved: walk + drift + self.blow(elapsed_ms), level, trend }
    }

    fn change_spell(&mut self, elapsed_ms: i64, chance: &mut Chance) {
        let lasts_ms = match self.spell {
            Spell::Calm => CALM_MS,
            Spell::Trend(_) => TREND_MS,
            Spell::Shock(_) => SHOCK_MS,
        };
        if !chance.comes_within(elapsed_ms, lasts_ms) {
            return;
        }
        let sign = if chance.happens(500) { 1 } else { -1 };
        self.spell = match self.spell {
            Spell::Calm if chance.happens(700) => Spell::Trend(sign),
            Spell::Trend(_) if chance.happens(800) => Spell::Calm,
            Spell::Shock(_) => Spell::Calm,
            Spell::Calm | Spell::Trend(_) => Spell::Shock(sign * chance.between(BLOW.0, BLOW.1)),
        };
        if let Spell::Shock(_) = self.spell {
            self.volatility.excite();
        }
    }

    fn level(&self, elapsed_ms: i64) -> i64 {
        let level = self.volatility.level(elapsed_ms);
        match self.spell {
            // A long stride has room for many shocks: what they add to it is the blow.
            Spell::Shock(_) if elapsed_ms < SHOCK_MS => level * SHOCK_FACTOR,
            _ => level,
        }
    }

    fn blow(&mut self, elapsed_ms: i64) -> i64 {
        let Spell::Shock(left) = &mut self.spell else { return 0 };
        let part = *left * elapsed_ms.min(BLOW_MS) / BLOW_MS;
        *left -= part;
        part
    }
}
