//! What an order may wait for, bring along or follow.

use lmex_types::{OrderId, Side};
use serde::{Deserialize, Serialize};

use crate::{Purpose, Rate};

/// Which price a trigger looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum PriceSource {
    /// The mark price. LMEX's default.
    #[default]
    Mark,
    /// The price of the last trade.
    Last,
}

/// Which way the price must come for a trigger to fire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Crossing {
    /// At the trigger price or above.
    Rising,
    /// At the trigger price or below.
    Falling,
}

/// What an accepted order waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Trigger {
    /// In ticks. Of a trailing stop: where it stands now.
    pub price: i64,
    /// Which price is looked at.
    pub source: PriceSource,
    /// Which way it must come.
    pub crossing: Crossing,
    /// Of a trailing stop: how far behind the best price it stays, in ticks.
    pub trail: Option<i64>,
    /// Whether it has come: the order is live.
    pub fired: bool,
}

/// What kind of trigger a new order asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TriggerKind {
    /// A stop: a buy waits for the price to rise, a sell for it to fall. (`txType: STOP`)
    Stop,
    /// Waits for the price to reach the trigger from wherever it is when the order comes in. (`txType: TRIGGER`)
    Touch,
}

/// A trigger as it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NewTrigger {
    /// Stop or touch.
    pub kind: TriggerKind,
    /// In ticks. Ignored with a trail, which starts from the price as it is.
    pub price: i64,
    /// Which price is looked at.
    pub source: PriceSource,
    /// How far a trailing stop stays behind the best price, in ticks, above zero.
    pub trail: Option<i64>,
}

/// The stop leg of an OCO pair; the limit leg is the order that brings it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OcoStop {
    /// The venue's id of the stop leg.
    pub order: OrderId,
    /// When it fires, in ticks.
    pub trigger_price: i64,
    /// Which price is looked at.
    pub source: PriceSource,
    /// The limit price of the stop leg, in ticks.
    pub price: i64,
}

/// One exit of a position: a market order for all of it that waits for a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Exit {
    /// The venue's id that its order will have.
    pub order: OrderId,
    /// When it fires, in ticks.
    pub price: i64,
    /// Which price is looked at.
    pub source: PriceSource,
}

/// The exits of a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Exits {
    /// At a profit.
    pub take_profit: Option<Exit>,
    /// At a loss.
    pub stop_loss: Option<Exit>,
}

/// How an algo order follows the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Peg {
    /// How far its price is from the index, as a part of the index: negative is below. At most 10 %.
    pub deviation: Rate,
    /// The part of its remaining contracts that everyone sees, rounded up to a whole one. Above nothing. (`stealth`)
    pub shown: Rate,
    /// The worst price it may come to, in ticks: the highest of a buy, the lowest of a sell. It takes precedence over
    /// the deviation. (`price` of an algo order, which LMEX requires.)
    pub limit: Option<i64>,
}

impl Peg {
    /// The most that a price may be away from the index.
    const MAX_DEVIATION: Rate = Rate::from_basis_points(1_000);

    /// Whether deviation and shown part are within their bounds.
    pub(crate) fn is_in_range(&self) -> bool {
        let max = Self::MAX_DEVIATION.parts();
        (-max..=max).contains(&self.deviation.parts())
            && (1..=Rate::ONE.parts()).contains(&self.shown.parts())
    }

    /// The shown part of so many contracts, rounded up.
    pub(crate) fn shown_of(&self, contracts: i64) -> i64 {
        let one = i128::from(Rate::ONE.parts());
        let shown = (i128::from(contracts) * i128::from(self.shown.parts()) + one - 1).div_euclid(one);
        // At most the contracts themselves, so it always fits.
        i64::try_from(shown).unwrap_or(contracts)
    }
}

impl Exits {
    /// Neither.
    pub const NONE: Self = Self { take_profit: None, stop_loss: None };

    /// Those there are, with what each is for; the profit first.
    pub fn iter(&self) -> impl Iterator<Item = (Purpose, Exit)> + use<> {
        let profit = self.take_profit.map(|exit| (Purpose::TakeProfit, exit));
        let loss = self.stop_loss.map(|exit| (Purpose::StopLoss, exit));
        profit.into_iter().chain(loss)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.take_profit.is_none() && self.stop_loss.is_none()
    }
}

impl Crossing {
    /// Which way the price must come for a stop of this side.
    pub(crate) fn of_stop(side: Side) -> Self {
        match side {
            Side::Buy => Self::Rising,
            Side::Sell => Self::Falling,
        }
    }

    /// Which way the price must come for an exit of a position that was opened by this side.
    pub(crate) fn of_exit(purpose: Purpose, opened: Side) -> Self {
        match purpose {
            Purpose::StopLoss => Self::of_stop(opened.opposite()),
            Purpose::TakeProfit | Purpose::Trade => Self::of_stop(opened),
        }
    }
}
