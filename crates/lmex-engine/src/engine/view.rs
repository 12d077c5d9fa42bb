//! Questions to the engine. They change nothing and may be asked between commands.

use std::collections::BTreeMap;

use lmex_types::{ClientOrderId, Decimal, Instrument, OrderId, Side, TimeMs};

use super::Engine;
use crate::deleverage::{bucket, buckets};
use crate::margin::{Account, Holding, Wallet, liquidation_price};
use crate::market::Market;
use crate::{AccountId, LegId, MarginMode, MarketId, MarketRules, Money, Order, PositionMode, Rate, Trading};

/// A market as everyone sees it.
#[derive(Debug, Clone, Copy)]
pub struct MarketView<'a>(&'a Market);

/// An account's position in a market.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PositionView {
    /// Where.
    pub market: MarketId,
    /// Which of the account's positions there.
    pub leg: LegId,
    /// Cross or isolated.
    pub margin: MarginMode,
    /// The money set aside for it, if it is isolated.
    pub wallet: Money,
    /// Above zero is long, below is short.
    pub contracts: i64,
    /// Average price of what is held, to 12 decimals.
    pub entry_price: Decimal,
    /// What it cost: exact, negative for a short.
    pub cost: Money,
    /// Profit at the mark price.
    pub unrealised: Money,
    /// The mark price at which the balance, or the money set aside, no longer covers the maintenance margin; `None` when
    /// no price does it, and for the two legs of a hedge that are equal.
    pub liquidation_price: Option<Decimal>,
    /// At the mark price and the account's leverage.
    pub initial_margin: Money,
    /// At the mark price.
    pub maintenance_margin: Money,
    /// Of an isolated position: what its owner may take out of its wallet. Of a cross one nothing.
    pub removable: Money,
    /// The leverage that counts.
    pub leverage: u32,
    /// The tier of its risk limit, counted from 1.
    pub level: u32,
    /// The order that closes it at a profit.
    pub take_profit: Option<OrderId>,
    /// The order that closes it at a loss.
    pub stop_loss: Option<OrderId>,
}

/// Who waits in the queue of a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "made for looking closely at one level; never kept in numbers")]
pub enum Queued {
    /// So many contracts of the crowd.
    Crowd(i64),
    /// A user's order.
    Order(Order),
}

impl Engine {
    /// A market.
    pub fn market(&self, market: MarketId) -> Option<MarketView<'_>> {
        self.state.market(market).map(MarketView)
    }

    /// All markets, by number.
    pub fn markets(&self) -> impl Iterator<Item = MarketView<'_>> {
        self.state.markets().map(MarketView)
    }

    /// All accounts in the order they were opened, the crowd first.
    pub fn accounts(&self) -> impl Iterator<Item = AccountId> {
        self.state.accounts.iter().map(|account| account.id)
    }

    /// When something happens by the clock alone: funding, the end of an order, a dead man's switch. A moment that has
    /// passed means with the next command.
    pub fn next_due(&self) -> Option<TimeMs> {
        self.state.agenda.first().map(|(at, _)| *at)
    }

    /// An open order.
    pub fn order(&self, order: OrderId) -> Option<Order> {
        self.state.orders.find(order).map(|key| self.state.orders.whole(key))
    }

    /// An open order by the trader's id.
    pub fn order_of_client(
        &self,
        account: AccountId,
        market: MarketId,
        client_id: ClientOrderId,
    ) -> Option<Order> {
        let key = self.state.orders.find_client(account, market, client_id)?;
        Some(self.state.orders.whole(key))
    }

    /// The queue of a level, front first. For looking closely; `MarketView::depth` is the fast question.
    pub fn queue(&self, market: MarketId, side: Side, price: i64) -> Vec<Queued> {
        let level = self.state.market(market).and_then(|market| market.book.side(side).level(price));
        let Some(level) = level else { return Vec::new() };
        let mut queue = Vec::new();
        for key in level.queue(&self.state.orders) {
            let resting = &self.state.orders[key];
            queue.extend([Queued::Crowd(resting.ahead), Queued::Order(self.state.orders.whole(key))]);
        }
        queue.push(Queued::Crowd(level.tail()));
        queue.retain(|queued| *queued != Queued::Crowd(0));
        queue
    }

    /// Contracts that trade before an order at its price, the crowd's and users'; `None` unless it rests.
    pub fn queue_ahead(&self, order: OrderId) -> Option<i64> {
        let order = self.order(order)?;
        let mut ahead = 0;
        for queued in self.queue(order.market, order.side, order.price) {
            match queued {
                Queued::Order(other) if other.id == order.id => return Some(ahead),
                Queued::Order(other) => ahead += other.remaining(),
                Queued::Crowd(contracts) => ahead += contracts,
            }
        }
        None
    }

    /// An account's open orders, by market, oldest first; of all markets when none is given.
    pub fn open_orders(&self, account: AccountId, market: Option<MarketId>) -> impl Iterator<Item = Order> {
        let holdings = self.state.accounts.find(account).map_or(&[][..], Account::holdings);
        holdings
            .iter()
            .filter(move |holding| market.is_none_or(|market| holding.market == market))
            .flat_map(|holding| holding.open_orders(&self.state.orders))
            .map(|key| self.state.orders.whole(key))
    }

    /// One position of an account; `None` when it is flat.
    pub fn position(&self, account: AccountId, market: MarketId, leg: LegId) -> Option<PositionView> {
        let account = self.state.accounts.find(account)?;
        let holding = account.holding(market, leg).filter(|holding| !holding.position.is_flat())?;
        Some(self.position_view(account, holding, self.state.market(market)?))
    }

    /// All positions of an account, by market and leg.
    pub fn positions(&self, account: AccountId) -> impl Iterator<Item = PositionView> {
        let account = self.state.accounts.find(account);
        let holdings = account.map_or(&[][..], Account::holdings).iter();
        holdings.filter(|holding| !holding.position.is_flat()).filter_map(move |holding| {
            Some(self.position_view(account?, holding, self.state.market(holding.market)?))
        })
    }

    /// An account's wallet.
    pub fn wallet(&self, account: AccountId) -> Option<Wallet> {
        self.state.accounts.find(account).map(Wallet::of)
    }

    /// An account's fees as parts of the notional: maker, taker.
    pub fn fees(&self, account: AccountId) -> Option<(Rate, Rate)> {
        self.state.accounts.find(account).map(|account| (account.maker_fee, account.taker_fee))
    }

    /// An account's leverage for a position as it was set: 0 is the most that the risk limit allows.
    pub fn leverage(&self, account: AccountId, market: MarketId, leg: LegId) -> Option<u32> {
        let account = self.state.accounts.find(account)?;
        self.state.market(market)?;
        Some(account.terms(market, leg).leverage)
    }

    /// Whose money covers a position of an account.
    pub fn margin_mode(&self, account: AccountId, market: MarketId, leg: LegId) -> Option<MarginMode> {
        Some(self.state.accounts.find(account)?.terms(market, leg).margin)
    }

    /// The risk limit of a position: its tier, counted from 1.
    pub fn risk_limit_level(&self, account: AccountId, market: MarketId, leg: LegId) -> Option<u32> {
        Some(self.state.accounts.find(account)?.terms(market, leg).level)
    }

    /// An account's position mode in a market.
    pub fn position_mode(&self, account: AccountId, market: MarketId) -> Option<PositionMode> {
        Some(self.state.accounts.find(account)?.mode(market))
    }

    /// The fifth of the queue for auto-deleveraging that a position is in, among those of its side: 5 goes first, 1 last.
    /// `None` when it is flat.
    pub fn adl_bucket(&self, account: AccountId, market: MarketId, leg: LegId) -> Option<u8> {
        bucket(&self.state, self.state.accounts.find(account)?, market, leg)
    }

    /// [`Engine::adl_bucket`] of all users' positions in a market: to ask for each alone ranks all of them each time.
    pub fn adl_buckets(&self, market: MarketId) -> BTreeMap<(AccountId, LegId), u8> {
        let found = self.state.market(market).map(|market| buckets(&self.state, market));
        found.into_iter().flatten().map(|(account, leg, bucket)| ((account, leg), bucket)).collect()
    }

    /// What is in the insurance fund.
    pub fn insurance_fund(&self) -> Money {
        self.state.insurance
    }

    /// What rounding left over, all in all.
    pub fn residue(&self) -> Money {
        self.state.residue
    }

    /// What the venue has earned: fees received less rebates paid.
    pub fn fee_income(&self) -> Money {
        self.state.fees
    }

    fn position_view(&self, account: &Account, holding: &Holding, market: &Market) -> PositionView {
        let position = holding.position;
        let grid = &market.instrument.grid;
        let liquidation_price = match account.id {
            AccountId::CROWD => None,
            _ => liquidation_price(account, holding, market),
        };
        PositionView {
            market: market.id,
            leg: holding.leg,
            margin: holding.terms.margin,
            wallet: holding.wallet,
            contracts: position.contracts,
            entry_price: entry_price(position.contracts, position.cost, grid.contract_size()),
            cost: position.cost,
            unrealised: holding.unrealised(market),
            liquidation_price,
            initial_margin: holding.position_margin(market),
            maintenance_margin: holding.maintenance(market),
            removable: if holding.is_isolated() { holding.removable(market) } else { Money::ZERO },
            leverage: u32::try_from(holding.leverage(market)).unwrap_or(u32::MAX),
            level: holding.terms.level,
            take_profit: holding.take_profit,
            stop_loss: holding.stop_loss,
        }
    }
}

fn entry_price(contracts: i64, cost: Money, contract_size: Decimal) -> Decimal {
    let base = Decimal::from(contracts).checked_mul(contract_size);
    let price = base.and_then(|base| Decimal::from(cost).checked_div(base));
    price.unwrap_or_default().round_dp(12).normalize()
}

impl<'a> MarketView<'a> {
    /// Its number.
    pub fn id(&self) -> MarketId {
        self.0.id
    }

    /// What it trades.
    pub fn instrument(&self) -> &'a Instrument {
        &self.0.instrument
    }

    /// Its limits.
    pub fn rules(&self) -> &'a MarketRules {
        &self.0.rules
    }

    /// What is taken.
    pub fn trading(&self) -> Trading {
        self.0.trading
    }

    /// Whether orders are taken.
    pub fn is_open(&self) -> bool {
        self.0.trading == Trading::Active
    }

    /// The price of the last trade, in ticks.
    pub fn last(&self) -> i64 {
        self.0.last
    }

    /// The mark price.
    pub fn mark(&self) -> Decimal {
        self.0.mark.price
    }

    /// The index price.
    pub fn index(&self) -> Decimal {
        self.0.index
    }

    /// The funding rate to come; where the engine computes it, as it stands at the last prices.
    pub fn funding_rate(&self) -> Rate {
        self.0.funding_rate()
    }

    /// When funding is paid next; 1970 when it was never said.
    pub fn next_funding(&self) -> TimeMs {
        self.0.funding.next
    }

    /// The highest bid: price in ticks and visible contracts.
    pub fn best_bid(&self) -> Option<(i64, i64)> {
        self.depth(Side::Buy).next()
    }

    /// The lowest ask: price in ticks and visible contracts.
    pub fn best_ask(&self) -> Option<(i64, i64)> {
        self.depth(Side::Sell).next()
    }

    /// Levels of a side, best first: price in ticks and visible contracts. Where all is hidden there is no level.
    pub fn depth(&self, side: Side) -> impl Iterator<Item = (i64, i64)> + use<'a> {
        let levels = self.0.book.side(side).levels().map(|(price, level)| (price, level.total()));
        levels.filter(|&(_, contracts)| contracts > 0)
    }

    /// Visible contracts at a price.
    pub fn level(&self, side: Side, price: i64) -> i64 {
        self.0.book.side(side).total(price)
    }

    /// The crowd's contracts at a price.
    pub fn crowd(&self, side: Side, price: i64) -> i64 {
        self.0.book.side(side).crowd(price)
    }

    /// What `contracts` at `price` ticks are worth.
    pub fn value(&self, price: i64, contracts: i64) -> Money {
        self.0.value(price, contracts)
    }
}
