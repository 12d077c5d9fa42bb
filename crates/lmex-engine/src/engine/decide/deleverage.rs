//! Positions that the book could not take are closed against others, outside the book.

use lmex_types::Side;

use crate::deleverage::first;
use crate::engine::State;
use crate::liquidation::{Liquidation, Scope, covers, holdings, is_closable};
use crate::margin::{Slot, Transfer};
use crate::market::Market;
use crate::message::{Deleveraged, Event, Party};
use crate::{LegId, Money};

/// One counterparty at a time, at the bankruptcy price, without fees. Longs and shorts are equally many, the crowd's
/// included, so that there always is one.
pub(super) fn next(state: &State, liquidation: &Liquidation) -> Option<Event> {
    let closing = liquidation.closing.filter(|closing| closing.left > 0)?;
    let market = state.market(closing.market)?;
    let side = closing.side;
    let price = price(market, closing.bankruptcy, side);
    let (slot, leg) = first(state, market, side.opposite(), market.value(price, 1))?;
    let held = state.accounts[slot].position(market.id, leg).closable(side.opposite());
    let contracts = closing.left.min(held);
    let trade = Trade { state, market, price, contracts };
    let loser = trade.party(liquidation.slot, closing.leg, side, Role::Loser);
    let loser = Party { order: Some(closing.order), remaining: closing.left - contracts, ..loser };
    let winner = trade.party(slot, leg, side.opposite(), Role::Winner);
    let (market, trade_id) = (market.id, state.next_trade);
    Some(Event::Deleveraged(Deleveraged {
        market,
        trade_id,
        price: trade.price,
        contracts,
        side,
        loser,
        winner,
    }))
}

/// The cross legs of a hedge close each other as far as they go, before the venue closes anything against others: they
/// share the same money, so that this costs nothing at any price. It is done at the mark price. (OKX and Bybit do so.)
pub(super) fn offset(state: &State, slot: Slot, scope: Scope) -> Option<Event> {
    let account = &state.accounts[slot];
    let (market, contracts) = holdings(state, account, scope).find_map(|(long, market)| {
        let short = account.holding(market.id, LegId::SHORT).filter(|short| covers(scope, short))?;
        let contracts = long.position.contracts.min(-short.position.contracts);
        (long.leg == LegId::LONG && contracts > 0 && is_closable(market)).then_some((market, contracts))
    })?;
    let trade = Trade { state, market, price: price(market, market.mark.value, Side::Sell), contracts };
    Some(Event::Deleveraged(Deleveraged {
        market: market.id,
        trade_id: state.next_trade,
        price: trade.price,
        contracts,
        side: Side::Sell,
        loser: trade.party(slot, LegId::LONG, Side::Sell, Role::Loser),
        winner: trade.party(slot, LegId::SHORT, Side::Buy, Role::Winner),
    }))
}

/// The price of one contract's value, rounded in favour of the one that is liquidated: up for a sale, down for a purchase.
/// Within the prices that exist; beyond them the fund pays, whatever it has.
fn price(market: &Market, value: Money, side: Side) -> i64 {
    let (value, tick) = (value.units(), market.scale.tick_value.units().max(1));
    let down = value.div_euclid(tick);
    let ticks = match side {
        Side::Sell if value.rem_euclid(tick) != 0 => down.saturating_add(1),
        Side::Sell | Side::Buy => down,
    };
    i64::try_from(ticks.clamp(1, i128::from(market.scale.max_price))).unwrap_or(1)
}

/// Whose position is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Loser,
    Winner,
}

struct Trade<'a> {
    state: &'a State,
    market: &'a Market,
    price: i64,
    contracts: i64,
}

impl Trade<'_> {
    fn party(&self, slot: Slot, leg: LegId, side: Side, role: Role) -> Party {
        let account = &self.state.accounts[slot];
        let value = self.market.value(self.price, 1);
        let (_, realised_pnl) = account.position(self.market.id, leg).filled(side, self.contracts, value);
        let held = account.holding(self.market.id, leg).filter(|holding| holding.is_isolated());
        let moved = held.map_or(Money::ZERO, |holding| {
            let &Trade { market, contracts, .. } = self;
            let (fee, gained) = (Money::ZERO, realised_pnl);
            let transfer = Transfer { holding, market, side, contracts, value, fee, gained };
            match role {
                Role::Loser => transfer.forced(),
                Role::Winner => transfer.deleveraged(account.spare()),
            }
        });
        Party {
            account: account.id,
            order: None,
            remaining: 0,
            fee: Money::ZERO,
            realised_pnl,
            leg,
            moved,
            liquidation_fee: Money::ZERO,
        }
    }
}
