//! Reading: what was stored is put together by the steps that events are evolved by, after checks that keep numbers
//! inside the range that those steps count on.

use lmex_types::{Decimal, Side};
use serde::{Deserialize, Deserializer};

use super::{Engine, StoredAccount, StoredEngine, StoredHolding, StoredLevel, StoredMarket};
use crate::book::{Key, OpenOrder, QueueModel, Resting};
use crate::engine::decide::{MAX_CROWD, refuse_open};
use crate::engine::{Due, Parts, State};
use crate::margin::Slot;
use crate::market::{Mark, Market};
use crate::message::{OpenedMarket, Refusal};
use crate::{AccountId, MarketId, Order};

/// The most contracts in all positions of one side, and in all resting orders: their sums stay inside the numbers.
const MAX_CONTRACTS: i128 = 1 << 61;

impl<'de> Deserialize<'de> for Engine {
    /// From storage. What no engine could have written is an error that names it.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = StoredEngine::<Vec<Order>>::deserialize(deserializer)?;
        engine(&stored).map_err(serde::de::Error::custom)
    }
}

/// What of a stored engine does not fit.
#[derive(Debug, thiserror::Error)]
enum Misfit {
    #[error("the first stored account is not the crowd's")]
    NoCrowd,
    #[error("account {0} is stored twice, or with modes or holdings that don't fit")]
    Account(AccountId),
    #[error("market {0} can't be opened as it is stored: {1}")]
    Market(MarketId, Refusal),
    #[error("market {0} is stored with prices that it can't have")]
    Prices(MarketId),
    #[error("the level at {1} ticks in market {0} does not fit its orders")]
    Level(MarketId, i64),
    #[error("stored order {0} of the list does not fit: its account, market, leg, id or numbers")]
    Order(usize),
    #[error("stored positions or orders come to more contracts than are counted")]
    TooMany,
    #[error("an open order neither waits nor stands in a stored book")]
    Adrift,
    #[error("the last trade is stored with an account that is not")]
    Touched,
}

fn engine(stored: &StoredEngine<Vec<Order>>) -> Result<Engine, Misfit> {
    let mut engine = Engine::new(stored.config);
    let state = &mut engine.state;
    state.next_trade = stored.next_trade;
    state.next_liquidation = stored.next_liquidation;
    state.fees = stored.fees;
    state.residue = stored.residue;
    state.insurance = stored.insurance;
    state.deposits = stored.deposits;
    for market in &stored.markets {
        open_market(state, market)?;
    }
    open_accounts(state, &stored.accounts)?;
    let keys = accept_orders(state, &stored.orders)?;
    for market in &stored.markets {
        fill_book(state, market, &keys)?;
    }
    let all_there = keys.iter().all(|&key| state.orders[key].rests != state.orders.waits(key));
    if !all_there {
        return Err(Misfit::Adrift);
    }
    for (into, from) in state.touched.iter_mut().zip(stored.touched) {
        let Some((account, market, leg)) = from else { continue };
        *into = Some((state.accounts.slot(account).ok_or(Misfit::Touched)?, market, leg));
    }
    Ok(engine)
}

fn open_market(state: &mut State, stored: &StoredMarket) -> Result<(), Misfit> {
    let StoredMarket { id, ref instrument, ref rules, trading, last, index, mark, funding, .. } = *stored;
    let opened =
        OpenedMarket { market: id, instrument: instrument.clone(), rules: rules.clone(), price: last };
    if let Some(refusal) = refuse_open(state, &opened) {
        return Err(Misfit::Market(id, refusal));
    }
    let mut market = Market::new(&opened).ok_or(Misfit::Prices(id))?;
    if index <= Decimal::ZERO {
        return Err(Misfit::Prices(id));
    }
    market.mark = Mark::of(mark, instrument, rules, &market.scale).ok_or(Misfit::Prices(id))?;
    market.index = index;
    market.trading = trading;
    market.funding = funding;
    state.insert_market(market);
    if stored.pays_funding {
        state.agenda.insert((funding.next, Due::Funding(id)));
    }
    Ok(())
}

fn open_accounts(state: &mut State, stored: &[StoredAccount]) -> Result<(), Misfit> {
    let Some((crowd, users)) = stored.split_first().filter(|(crowd, _)| crowd.id == AccountId::CROWD) else {
        return Err(Misfit::NoCrowd);
    };
    for account in users {
        if state.accounts.slot(account.id).is_some() {
            return Err(Misfit::Account(account.id));
        }
        state.accounts.open(account.id, account.maker_fee, account.taker_fee);
    }
    for account in [crowd].into_iter().chain(users) {
        fill_account(state, account)?;
    }
    let held = stored.iter().flat_map(|account| &account.holdings);
    let contracts: i128 = held.map(|holding| i128::from(holding.position.contracts).abs()).sum();
    if contracts > 2 * MAX_CONTRACTS { Err(Misfit::TooMany) } else { Ok(()) }
}

fn fill_account(state: &mut State, stored: &StoredAccount) -> Result<(), Misfit> {
    let misfit = Misfit::Account(stored.id);
    let rises = stored.holdings.is_sorted_by(|a, b| (a.market, a.leg) < (b.market, b.leg));
    let known = stored.holdings.iter().all(|holding| state.market(holding.market).is_some());
    if !rises || !known || !stored.modes.is_sorted_by(|a, b| a.0 < b.0) {
        return Err(misfit);
    }
    let slot = state.accounts.slot(stored.id).ok_or(misfit)?;
    let account = &mut state.accounts[slot];
    account.balance = stored.balance;
    account.cancel_all_at = stored.cancel_all_at;
    account.isolated_legs = stored.isolated_legs;
    for &(market, mode) in &stored.modes {
        account.set_mode(market, mode);
    }
    if let Some(at) = stored.cancel_all_at {
        state.agenda.insert((at, Due::CancelAll(stored.id)));
    }
    for holding in &stored.holdings {
        open_holding(state, slot, holding);
    }
    Ok(())
}

fn open_holding(state: &mut State, slot: Slot, stored: &StoredHolding) {
    let Some(Parts { market, accounts, .. }) = state.parts(stored.market) else { return };
    accounts[slot].change_leg(market, stored.leg, |holding| {
        holding.position = stored.position;
        holding.terms = stored.terms;
        holding.wallet = stored.wallet;
        holding.take_profit = stored.take_profit;
        holding.stop_loss = stored.stop_loss;
    });
    if slot != Slot::CROWD && !stored.position.is_flat() {
        market.holders.insert(slot);
    }
}

/// The key of each order of the list.
fn accept_orders(state: &mut State, stored: &[Order]) -> Result<Vec<Key>, Misfit> {
    let contracts: i128 = stored.iter().map(|order| i128::from(order.contracts)).sum();
    if contracts > MAX_CONTRACTS {
        return Err(Misfit::TooMany);
    }
    let mut keys = Vec::with_capacity(stored.len());
    for (at, order) in stored.iter().enumerate() {
        keys.push(accept(state, order).ok_or(Misfit::Order(at))?);
    }
    Ok(keys)
}

/// As a new order is, but that it neither comes in nor rests.
fn accept(state: &mut State, order: &Order) -> Option<Key> {
    let slot = state.accounts.slot(order.account).filter(|&slot| slot != Slot::CROWD)?;
    state.accounts[slot].holding(order.market, order.leg)?;
    if !numbers_fit(state.market(order.market)?, order) || !is_new(state, order) {
        return None;
    }
    let key = state.orders.insert(order, slot);
    state.accounts[slot].holding_mut(order.market, order.leg).link(&mut state.orders, key);
    if let Some(at) = order.expires_at {
        state.agenda.insert((at, Due::Order(order.id)));
    }
    let Resting { serial, order: open, .. } = state.orders[key];
    let market = state.market_mut(order.market)?;
    if order.peg.is_some() {
        market.pegged.insert(serial, key);
    }
    if let Some(trigger) = order.trigger.filter(|trigger| !trigger.fired) {
        market.triggers.insert(&open, trigger);
    }
    Some(key)
}

fn numbers_fit(market: &Market, order: &Order) -> bool {
    let prices = 1..=market.scale.max_price;
    let trails = |trail: i64| prices.contains(&trail);
    // A trailing stop that waits for the price to rise may stand beyond all prices, by as much as its trail.
    order.trigger.is_none_or(|trigger| trigger.price > 0 && trigger.trail.is_none_or(trails))
        && (0..=market.scale.max_price).contains(&order.price)
        && (0..order.contracts).contains(&order.filled)
        && order.exits.iter().all(|(_, exit)| prices.contains(&exit.price))
        && order
            .peg
            .is_none_or(|peg| peg.is_in_range() && peg.limit.is_none_or(|limit| prices.contains(&limit)))
}

/// All its ids are free.
fn is_new(state: &State, order: &Order) -> bool {
    let (orders, exits) = (&state.orders, order.exits);
    let mut ids = exits.iter().map(|(_, exit)| exit.order);
    let own = |id| id == order.id || orders.is_taken(id);
    let same =
        exits.take_profit.zip(exits.stop_loss).is_some_and(|(profit, loss)| profit.order == loss.order);
    let of_client = order.client_id.and_then(|id| orders.find_client(order.account, order.market, id));
    // The two legs of a pair share the trader's id.
    let client_taken = of_client.is_some_and(|key| order.peer != Some(orders[key].order.id));
    !orders.is_taken(order.id) && !ids.any(own) && !same && !client_taken
}

fn fill_book(state: &mut State, stored: &StoredMarket, keys: &[Key]) -> Result<(), Misfit> {
    for (side, levels) in [(Side::Buy, &stored.bids), (Side::Sell, &stored.asks)] {
        for level in levels {
            fill_level(state, stored.id, side, level, keys).ok_or(Misfit::Level(stored.id, level.price))?;
        }
    }
    Ok(())
}

/// The crowd and the orders join the level in turn, as they once did.
fn fill_level(
    state: &mut State,
    market: MarketId,
    side: Side,
    stored: &StoredLevel,
    keys: &[Key],
) -> Option<()> {
    let price = stored.price;
    let found = state.market(market)?;
    let is_new = found.book.side(side).level(price).is_none();
    if !is_new || !(1..=found.scale.max_price).contains(&price) {
        return None;
    }
    for &(place, ahead) in &stored.queue {
        crowd_joins(state, market, side, price, ahead)?;
        let key = *keys.get(usize::try_from(place).ok()?)?;
        let resting = &state.orders[key];
        let OpenOrder { market: of, side: on, price: at, .. } = resting.order;
        if (of, on, at) != (market, side, price) || resting.rests || state.orders.waits(key) {
            return None;
        }
        state.rest(key);
    }
    crowd_joins(state, market, side, price, stored.tail)
}

fn crowd_joins(state: &mut State, market: MarketId, side: Side, price: i64, contracts: i64) -> Option<()> {
    let parts = state.parts(market)?;
    let book = parts.market.book.side_mut(side);
    let crowd = book.crowd(price).checked_add(contracts).filter(|crowd| *crowd <= MAX_CROWD)?;
    if contracts > 0 {
        book.set_crowd(parts.orders, price, crowd, QueueModel::Tail);
    }
    (contracts >= 0).then_some(())
}
