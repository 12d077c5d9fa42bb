//! Proves that the books balance. Slow; for tests and for `verify`.

mod conditions;
mod lists;

use lmex_types::Side;

use super::{Engine, State};
use crate::book::BookSide;
use crate::liquidation::{Cover, scope_after};
use crate::margin::{Account, Holding, OpenSide, Sums, Terms};
use crate::market::Market;
use crate::{AccountId, LegId, MarketId, Money, PositionMode};

/// A law that the state breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuditError {
    /// Money appeared or vanished.
    #[error(
        "balances − costs + fees + residue + insurance come to {found}, deposits to {deposits}: money is not conserved"
    )]
    MoneyNotConserved {
        /// What there is.
        found: Money,
        /// What came in.
        deposits: Money,
    },
    /// Longs and shorts differ.
    #[error("positions in market {market} sum to {sum} contracts, not to zero")]
    PositionsNotZero {
        /// Where.
        market: MarketId,
        /// The sum.
        sum: i64,
    },
    /// Best bid at or above best ask.
    #[error("market {market} is crossed: bid {bid} against ask {ask} (ticks)")]
    Crossed {
        /// Where.
        market: MarketId,
        /// Best bid in ticks.
        bid: i64,
        /// Best ask in ticks.
        ask: i64,
    },
    /// A level's totals are not the sums of its queue, or it is empty or negative.
    #[error("market {market}: level {price} does not add up")]
    LevelOff {
        /// Where.
        market: MarketId,
        /// In ticks.
        price: i64,
    },
    /// What an account's holdings come to at the mark prices is not what is kept of it.
    #[error(
        "account {account}: the margin and profit that are kept are not those of its positions and orders"
    )]
    SumsOff {
        /// Whose.
        account: AccountId,
    },
    /// An account's order totals are not the sums of its orders.
    #[error("account {account}: open orders in market {market} do not add up")]
    OrdersOff {
        /// Whose.
        account: AccountId,
        /// Where.
        market: MarketId,
    },
    /// A flat position with a cost, or a cost against its direction.
    #[error("account {account}: the cost of the position in market {market} has the wrong sign")]
    CostOff {
        /// Whose.
        account: AccountId,
        /// Where.
        market: MarketId,
    },
    /// A reduce-only order larger than the position.
    #[error("account {account}: a reduce-only order in market {market} exceeds the position")]
    ReduceOnlyTooLarge {
        /// Whose.
        account: AccountId,
        /// Where.
        market: MarketId,
    },
    /// Something is due by the clock that is not known where it belongs, or the other way round.
    #[error("what is due by the clock does not fit the orders and accounts it is due for")]
    AgendaOff,
    /// A market's list of pegged orders is not that of its open pegged orders, or a closed market has orders.
    #[error("market {market}: its open orders do not fit its list of pegged ones or its being closed")]
    MarketOrdersOff {
        /// Where.
        market: MarketId,
    },
    /// Orders that wait and their index differ.
    #[error("market {market}: the index of waiting orders is not what waits")]
    TriggersOff {
        /// Where.
        market: MarketId,
    },
    /// The price of a waiting order has come, and it did not fire.
    #[error("market {market} is active, and an order that waits is due")]
    TriggerDue {
        /// Where.
        market: MarketId,
    },
    /// A bound exit that its position does not know, or whose position is gone.
    #[error("account {account}: an exit in market {market} is not bound to a position")]
    ExitOff {
        /// Whose.
        account: AccountId,
        /// Where.
        market: MarketId,
    },
    /// An order of a pair whose other leg does not know it.
    #[error("account {account}: an OCO pair in market {market} is broken")]
    PeerOff {
        /// Whose.
        account: AccountId,
        /// Where.
        market: MarketId,
    },
    /// An account that should have been liquidated, or a debt that nobody has paid.
    #[error("account {account} is short of its maintenance margin and was not liquidated")]
    AtRisk {
        /// Whose.
        account: AccountId,
    },
    /// The list of those with a position is wrong.
    #[error("market {market}: those with a position are not those who are listed")]
    HoldersOff {
        /// Where.
        market: MarketId,
    },
    /// A liquidation or a funding that has not ended.
    #[error("a liquidation or a payment of funding has not ended")]
    Unfinished,
    /// Money set aside for a flat position or for one that the balance covers, or a flat position of the isolated mode
    /// that is still known.
    #[error("account {account}: leg {leg} in market {market} has money or a place that it should not have")]
    WalletOff {
        /// Whose.
        account: AccountId,
        /// Where.
        market: MarketId,
        /// Which.
        leg: LegId,
    },
    /// A position or an order in a leg of another mode, against the leg's direction or in one that was never opened; or
    /// terms that the market does not have.
    #[error("account {account}: leg {leg} in market {market} does not fit the mode or the market's tiers")]
    LegOff {
        /// Whose.
        account: AccountId,
        /// Where.
        market: MarketId,
        /// Which.
        leg: LegId,
    },
    /// Something is in flight between commands, or an order is in no list.
    #[error("an order is neither resting nor gone")]
    OrderAdrift,
}

impl Engine {
    /// Checks every law that must hold between commands; the first that does not is the error.
    pub fn audit(&self) -> Result<(), AuditError> {
        self.audit_money()?;
        for market in self.state.markets() {
            self.audit_market(market)?;
        }
        self.audit_agenda()?;
        if self.state.liquidation.is_some() || self.state.funding.is_some() {
            return Err(AuditError::Unfinished);
        }
        self.audit_risk()?;
        self.audit_conditions()?;
        let mut orders = 0;
        for account in self.state.accounts.iter() {
            self.audit_sums(account)?;
            for holding in account.holdings() {
                self.audit_holding(account, holding)?;
                self.audit_leg(account, holding)?;
                self.audit_ties(account, holding)?;
                orders += holding.open_orders(&self.state.orders).count();
            }
        }
        let adrift = self.state.in_flight.is_some() || orders != self.state.orders.len();
        if adrift { Err(AuditError::OrderAdrift) } else { Ok(()) }
    }

    fn audit_money(&self) -> Result<(), AuditError> {
        let equity = |account: &Account| {
            let held = |holding: &Holding| holding.wallet - holding.position.cost;
            account.balance + account.holdings().iter().map(held).sum()
        };
        let State { fees, residue, insurance, .. } = self.state;
        let found = self.state.accounts.iter().map(equity).sum::<Money>() + fees + residue + insurance;
        let deposits = self.state.deposits;
        if found == deposits { Ok(()) } else { Err(AuditError::MoneyNotConserved { found, deposits }) }
    }

    /// Where a market is not open for trading, nothing could be done so far.
    fn audit_risk(&self) -> Result<(), AuditError> {
        for account in self.state.accounts.iter().filter(|account| account.id != AccountId::CROWD) {
            let mut seen = None;
            while let Some(scope) = scope_after(account, seen) {
                seen = Some(scope);
                if Cover::of(&self.state, account, scope).is_at_risk() {
                    return Err(AuditError::AtRisk { account: account.id });
                }
            }
        }
        Ok(())
    }

    fn audit_sums(&self, account: &Account) -> Result<(), AuditError> {
        let mut found = Sums::default();
        for holding in account.holdings() {
            let Some(market) = self.state.market(holding.market) else { continue };
            found.replace(Sums::default(), Sums::of(holding, market));
        }
        if found == account.sums() { Ok(()) } else { Err(AuditError::SumsOff { account: account.id }) }
    }

    fn audit_holders(&self, market: &Market) -> Result<(), AuditError> {
        let holds = |account: &&Account| {
            let held = account.holdings_in(market.id).iter().any(|holding| !holding.position.is_flat());
            held && account.id != AccountId::CROWD
        };
        let holders = self.state.accounts.iter().filter(holds);
        let listed = market.holders.iter().map(|&slot| self.state.accounts[slot].id);
        if holders.map(|account| account.id).eq(listed) {
            return Ok(());
        }
        Err(AuditError::HoldersOff { market: market.id })
    }

    fn audit_market(&self, market: &Market) -> Result<(), AuditError> {
        self.audit_holders(market)?;
        let holdings = self.state.accounts.iter().flat_map(|account| account.holdings_in(market.id));
        let positions = holdings.map(|holding| holding.position.contracts);
        let (market_id, sum) = (market.id, positions.sum());
        if sum != 0 {
            return Err(AuditError::PositionsNotZero { market: market_id, sum });
        }
        let best = |side| market.book.side(side).best().map(|(price, _)| price);
        if let (Some(bid), Some(ask)) = (best(Side::Buy), best(Side::Sell))
            && bid >= ask
        {
            return Err(AuditError::Crossed { market: market_id, bid, ask });
        }
        if market.reduce_only != self.reduce_only_resting(market) {
            return Err(AuditError::OrderAdrift);
        }
        self.audit_orders_of(market)?;
        self.audit_side(market_id, market.book.side(Side::Buy))?;
        self.audit_side(market_id, market.book.side(Side::Sell))
    }

    fn reduce_only_resting(&self, market: &Market) -> usize {
        let sides = [Side::Buy, Side::Sell].map(|side| market.book.side(side));
        let levels = sides.into_iter().flat_map(BookSide::levels);
        let orders = &self.state.orders;
        levels.flat_map(|(_, level)| level.queue(orders)).filter(|&key| orders[key].order.reduce_only).count()
    }

    fn audit_side(&self, market: MarketId, side: &BookSide) -> Result<(), AuditError> {
        let orders = &self.state.orders;
        for (price, level) in side.levels() {
            let ahead: i64 = level.queue(orders).map(|key| orders[key].ahead).sum();
            let users: i64 = level.queue(orders).map(|key| orders[key].order.remaining()).sum();
            let negative = level.tail() < 0 || level.queue(orders).any(|key| orders[key].ahead < 0);
            let idle =
                level.queue(orders).any(|key| orders[key].order.remaining() <= 0 || !orders[key].rests);
            let hidden: i64 = level.queue(orders).map(|key| orders.hidden(key)).sum();
            let adds_up = level.crowd() == ahead + level.tail()
                && level.users() == users
                && level.hidden() == hidden
                && (0..=users).contains(&hidden);
            if negative || idle || !adds_up || level.is_empty() {
                return Err(AuditError::LevelOff { market, price });
            }
        }
        Ok(())
    }

    fn audit_holding(&self, account: &Account, holding: &Holding) -> Result<(), AuditError> {
        let (account, market) = (account.id, holding.market);
        let position = holding.position;
        if position.cost.units().signum() * i128::from(position.contracts.signum()) < 0
            || (position.is_flat() && position.cost != Money::ZERO)
        {
            return Err(AuditError::CostOff { account, market });
        }
        let orders = &self.state.orders;
        for key in holding.open_orders(orders) {
            let order = &orders[key].order;
            if orders[key].rests == orders.waits(key) {
                return Err(AuditError::OrderAdrift);
            }
            if order.reduce_only && !orders.waits(key) && order.remaining() > position.closable(order.side) {
                return Err(AuditError::ReduceOnlyTooLarge { account, market });
            }
        }
        let sums = [Side::Buy, Side::Sell].map(|side| self.sum_open(holding, side));
        let counts = holding.open_orders(orders).count() == holding.orders as usize;
        if sums != [holding.buys, holding.sells] || !counts {
            return Err(AuditError::OrdersOff { account, market });
        }
        Ok(())
    }

    fn audit_leg(&self, account: &Account, holding: &Holding) -> Result<(), AuditError> {
        let &Holding { market, leg, ref position, .. } = holding;
        let is_empty = position.is_flat() || !holding.is_isolated();
        let is_left_over = leg.mode() == PositionMode::Isolated && holding.is_idle();
        if (is_empty && holding.wallet != Money::ZERO) || is_left_over {
            return Err(AuditError::WalletOff { account: account.id, market, leg });
        }
        let turned =
            (leg == LegId::LONG && position.contracts < 0) || (leg == LegId::SHORT && position.contracts > 0);
        let foreign =
            !holding.is_idle() && account.id != AccountId::CROWD && leg.mode() != account.mode(market);
        let unopened = leg.isolated_number().is_some_and(|number| number > account.isolated_legs);
        let fits = self.state.market(market).is_some_and(|market| {
            let tiers = &market.rules.tiers;
            let Terms { level, leverage, .. } = holding.terms;
            (1..=tiers.count()).contains(&level) && leverage <= tiers.tier(level).max_leverage
        });
        if turned || foreign || unopened || !fits {
            return Err(AuditError::LegOff { account: account.id, market, leg });
        }
        Ok(())
    }

    fn sum_open(&self, holding: &Holding, side: Side) -> OpenSide {
        let orders = &self.state.orders;
        let mut sum = OpenSide::default();
        for key in holding.open_orders(orders) {
            let order = &orders[key].order;
            if let Some(market) = self.state.market(holding.market)
                && order.side == side
                && !order.reduce_only
                && !orders.waits(key)
            {
                sum.contracts += order.remaining();
                sum.value += market.value(order.price, order.remaining());
            }
        }
        sum
    }
}
