//! What an order may wait for, what may follow it, and which of that goes together.

use lmex_api::futures::TriggerSource;
use lmex_types::{Decimal, Grid, Side};

use super::new_order::{NewOrder, OrderPrice};
use crate::error::Error;

/// What an order waits for before it becomes live. It is not in the book until then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// The price runs away: a buy becomes live when it rises to `price`, a sell when it falls to it.
    Stop {
        /// In the quote currency.
        price: Decimal,
    },
    /// The price comes to `price`, from wherever it is.
    Touch {
        /// In the quote currency.
        price: Decimal,
    },
    /// The price turns round: a sell becomes live when it falls by `distance` from the highest it has reached, a buy when
    /// it rises so far from the lowest.
    Trail {
        /// In the quote currency.
        distance: Decimal,
    },
}

impl Trigger {
    /// The price that fires it, where that is known beforehand.
    pub fn price(self) -> Option<Decimal> {
        match self {
            Self::Stop { price } | Self::Touch { price } => Some(price),
            Self::Trail { .. } => None,
        }
    }
}

/// Orders that wait for the position that an order opens, and close it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Exits {
    /// The price that closes it at a profit.
    pub take_profit: Option<Decimal>,
    /// The price that closes it at a loss.
    pub stop_loss: Option<Decimal>,
    /// Which price fires them; the mark price if nothing is said.
    pub source: Option<TriggerSource>,
}

impl Exits {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.take_profit.is_none() && self.stop_loss.is_none()
    }
}

/// Parts of an order that don't go together. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OrderError {
    /// A trailing order has no price of its own.
    #[error(
        "a trailing order trades at the market: use NewOrder::market, or a trigger price in the place of the distance"
    )]
    TrailingLimit,
    /// The venue takes no exits with it.
    #[error(
        "a trailing order takes no take profit or stop loss: leave them out, or bind them to the position later"
    )]
    TrailingExits,
    /// A pair is its own condition.
    #[error("a pair (OCO) waits for nothing else: leave the trigger out")]
    PairTrigger,
    /// A pair closes or opens; exits of it would be ambiguous.
    #[error(
        "a pair (OCO) takes no take profit or stop loss: leave them out, or bind them to the position later"
    )]
    PairExits,
    /// Its stop leg would fire before its limit leg is reached, or at once.
    #[error("a {side} pair (OCO) has its limit price {} its trigger price: {price} and {trigger_price} are not so", if *side == Side::Buy { "below" } else { "above" })]
    PairPrices {
        /// Of the pair.
        side: Side,
        /// Of its limit leg.
        price: Decimal,
        /// What fires its stop leg.
        trigger_price: Decimal,
    },
    /// Exits are for a position that is opened.
    #[error("an order that only reduces opens nothing: leave take profit and stop loss out")]
    ReducingExits,
    /// It would fire at once, and close at the other end of what it is for.
    #[error("{what} {exit} is on the wrong side of {entry}, at which the {side} is expected to trade")]
    ExitSide {
        /// `take profit` or `stop loss`.
        what: &'static str,
        /// Its price.
        exit: Decimal,
        /// Of the order.
        side: Side,
        /// Where the order is expected to trade.
        entry: Decimal,
    },
    /// Further from the index than the venue lets an algo order be.
    #[error("a deviation of {0} % is too far from the index: use -10 to 10")]
    Deviation(Decimal),
    /// No part of the order.
    #[error("a stealth of {0} % is no part of the order: use 0 to 100")]
    Stealth(Decimal),
    /// Only what trades at once is immediate.
    #[error("a post-only order can't be {0}: it never trades at once")]
    ImmediatePostOnly(lmex_types::TimeInForce),
}

impl NewOrder {
    /// Becomes live when the price runs away: a buy when it rises to this price, a sell when it falls to it.
    #[must_use]
    pub fn stop(mut self, price: Decimal) -> Self {
        self.trigger = Some(Trigger::Stop { price });
        self
    }

    /// Becomes live when the price comes to this one, from wherever it is.
    #[must_use]
    pub fn touch(mut self, price: Decimal) -> Self {
        self.trigger = Some(Trigger::Touch { price });
        self
    }

    /// Becomes live when the price turns round by this much, in the quote currency. For market orders without exits.
    #[must_use]
    pub fn trail(mut self, distance: Decimal) -> Self {
        self.trigger = Some(Trigger::Trail { distance });
        self
    }

    /// Which price it waits for; the mark price if nothing is said.
    #[must_use]
    pub fn triggered_by(mut self, source: TriggerSource) -> Self {
        self.trigger_source = Some(source);
        self
    }

    /// Closes the position that it opens when the price has come so far.
    #[must_use]
    pub fn take_profit(mut self, price: Decimal) -> Self {
        self.exits.take_profit = Some(price);
        self
    }

    /// Closes the position that it opens when the price has gone so far against it.
    #[must_use]
    pub fn stop_loss(mut self, price: Decimal) -> Self {
        self.exits.stop_loss = Some(price);
        self
    }

    /// Which price fires take profit and stop loss; the mark price if nothing is said.
    #[must_use]
    pub fn exits_triggered_by(mut self, source: TriggerSource) -> Self {
        self.exits.source = Some(source);
        self
    }

    /// Refuses what does not go together, and prices off the grid. `reference` is where a market order is expected to
    /// trade, as far as that is known.
    pub(super) fn check_conditions(&self, grid: &Grid, reference: Option<Decimal>) -> Result<(), Error> {
        self.check_combination()?;
        self.check_exits(self.entry().or(reference))?;
        let trigger = self.trigger.map(|trigger| match trigger {
            Trigger::Stop { price } | Trigger::Touch { price } => price,
            Trigger::Trail { distance } => distance,
        });
        let pair = match self.price {
            OrderPrice::Pair { trigger_price, stop_price, .. } => [Some(trigger_price), Some(stop_price)],
            _ => [None, None],
        };
        let exits = [self.exits.take_profit, self.exits.stop_loss];
        for price in [trigger].into_iter().chain(pair).chain(exits).flatten() {
            grid.ticks(price)?;
        }
        Ok(())
    }

    fn check_combination(&self) -> Result<(), OrderError> {
        let has_exits = !self.exits.is_empty();
        match (self.price, self.trigger) {
            (OrderPrice::Pair { .. }, Some(_)) => return Err(OrderError::PairTrigger),
            (OrderPrice::Pair { .. }, None) if has_exits => return Err(OrderError::PairExits),
            (OrderPrice::Pair { price, trigger_price, .. }, None) => {
                let is_apart = match self.side {
                    Side::Buy => price < trigger_price,
                    Side::Sell => price > trigger_price,
                };
                if !is_apart {
                    return Err(OrderError::PairPrices { side: self.side, price, trigger_price });
                }
            }
            (OrderPrice::Limit { .. } | OrderPrice::PostOnly { .. }, Some(Trigger::Trail { .. })) => {
                return Err(OrderError::TrailingLimit);
            }
            (_, Some(Trigger::Trail { .. })) if has_exits => return Err(OrderError::TrailingExits),
            (OrderPrice::PostOnly { time_in_force, .. }, _) if time_in_force.is_immediate() => {
                return Err(OrderError::ImmediatePostOnly(time_in_force));
            }
            _ => {}
        }
        if has_exits && self.reduce_only { Err(OrderError::ReducingExits) } else { Ok(()) }
    }

    fn check_exits(&self, entry: Option<Decimal>) -> Result<(), OrderError> {
        let Some(entry) = entry else { return Ok(()) };
        let side = self.side;
        let is_above =
            |exit: Decimal, wants_above: bool| if wants_above { exit > entry } else { exit < entry };
        let checked = |what, exit: Option<Decimal>, wants_above| match exit {
            Some(exit) if !is_above(exit, wants_above) => {
                Err(OrderError::ExitSide { what, exit, side, entry })
            }
            _ => Ok(()),
        };
        checked("take profit", self.exits.take_profit, side == Side::Buy)?;
        checked("stop loss", self.exits.stop_loss, side == Side::Sell)
    }
}
