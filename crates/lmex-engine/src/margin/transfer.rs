//! What a fill moves between the balance and an isolated position's own money.

use lmex_types::Side;

use super::Holding;
use crate::Money;
use crate::market::Market;

/// A fill of an isolated position.
///
/// LMEX publishes no rule but "isolated per position"; these are the usual ones. Profit and fees settle in the
/// position's wallet. What opens brings its initial margin and its fee from the balance; what closes then gives its
/// share of the wallet back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Transfer<'a> {
    pub(crate) holding: &'a Holding,
    pub(crate) market: &'a Market,
    pub(crate) side: Side,
    pub(crate) contracts: i64,
    /// Of one contract.
    pub(crate) value: Money,
    pub(crate) fee: Money,
    /// Realised profit less all fees.
    pub(crate) gained: Money,
}

impl Transfer<'_> {
    /// A fill of the account's own order. Above zero moves into the wallet, below out of it.
    ///
    /// Opening takes initial margin and fee, but no more than `spare`: so a fill never takes from the balance what cross
    /// positions need, and a position that finds less starts with less. (A rebate stays in the wallet.) A part
    /// that is closed releases its share of the wallet, rounded down and never below zero; a loss it bears alone, so that
    /// what stays open is not left with less for each contract, and a trader can't take out what it still needs. All
    /// that is closed releases all of it, and the balance makes up for a wallet below zero. A flip closes all, then
    /// opens the rest.
    pub(crate) fn own(&self, spare: Money) -> Money {
        let opening = self.contracts - self.closing();
        let margin = self.holding.initial(self.market).of(self.value.times(opening));
        let settled = self.settled();
        if self.closing() == 0 {
            (margin + self.fee.max(Money::ZERO)).min(spare)
        } else if self.closes_all() {
            margin.min((spare + settled).max(Money::ZERO)) - settled
        } else {
            -self.share_released(settled)
        }
    }

    /// A fill of the venue's, of a position it liquidates: what is left goes back when all is closed. A wallet below
    /// zero stays so, for the insurance fund to fill up.
    pub(crate) fn forced(&self) -> Money {
        if self.closes_all() { -self.settled().max(Money::ZERO) } else { Money::ZERO }
    }

    /// A part of a position that is closed against one that is liquidated: as if its owner had closed it, but a wallet
    /// below zero stays so. The balance never pays for what the venue did.
    pub(crate) fn deleveraged(&self, spare: Money) -> Money {
        self.own(spare).min(Money::ZERO)
    }

    fn closing(&self) -> i64 {
        self.holding.position.closable(self.side).min(self.contracts)
    }

    fn closes_all(&self) -> bool {
        self.closing() == self.holding.position.contracts.saturating_abs()
    }

    fn settled(&self) -> Money {
        self.holding.wallet + self.gained
    }

    fn share_released(&self, settled: Money) -> Money {
        let share = |wallet: Money| {
            let all = self.holding.position.contracts.saturating_abs();
            wallet.max(Money::ZERO).share(self.closing(), all)
        };
        share(settled).min(share(self.holding.wallet) + self.gained).max(Money::ZERO)
    }
}

#[cfg(test)]
mod tests {
    use lmex_types::{Decimal, Grid, Instrument};

    use super::*;
    use crate::margin::{Position, Terms};
    use crate::message::OpenedMarket;
    use crate::{LegId, MarginMode, MarketId, MarketRules};

    /// What the venue moves when it sells so many of 10 contracts, bought at 100 with 100 set aside, at this price.
    fn forced(contracts: i64, price: i64) -> Money {
        let instrument = Instrument {
            symbol: "TEST-PERP".parse().unwrap(),
            base: "TEST".into(),
            quote: "USDT".into(),
            grid: Grid::new(Decimal::ONE, Decimal::ONE).unwrap(),
            min_contracts: 1,
            max_contracts: 100,
            step_contracts: 1,
            min_notional: Decimal::ZERO,
        };
        let (market, rules) = (MarketId(1), MarketRules::default());
        let market = &Market::new(&OpenedMarket { market, instrument, rules, price: 100 }).unwrap();
        let terms = Terms { leverage: 10, margin: MarginMode::Isolated, level: 1 };
        let mut holding = Holding::new(market.id, LegId::ONE_WAY, terms);
        holding.position = Position { contracts: 10, cost: Money::from_quote(1_000) };
        holding.wallet = Money::from_quote(100);
        let (fee, gained) = (Money::ZERO, Money::from_quote((price - 100) * contracts));
        let (side, value) = (Side::Sell, Money::from_quote(price));
        Transfer { holding: &holding, market, side, contracts, value, fee, gained }.forced()
    }

    #[test]
    fn what_the_venue_closes_gives_back_at_the_end_alone_and_never_takes() {
        assert_eq!(forced(4, 95), Money::ZERO, "the rest may need it");
        assert_eq!(forced(10, 95), Money::from_quote(-50));
        assert_eq!(forced(10, 85), Money::ZERO, "the 50 that are missing are the fund's");
    }
}
