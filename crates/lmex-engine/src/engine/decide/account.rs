//! Decisions about an account itself.

use super::refused;
use crate::engine::State;
use crate::margin::Holding;
use crate::message::{Event, Refusal};
use crate::{AccountId, MarketId, Money, Rate};

/// The largest deposit: 1e15 of the quote currency.
const MAX_DEPOSIT: Money = Money::from_quote(1_000_000_000_000_000);

pub(super) fn open(account: AccountId, maker_fee: Rate, taker_fee: Rate) -> Event {
    let is_part = |fee: Rate| fee.parts().unsigned_abs() <= Rate::ONE.parts().unsigned_abs();
    let refusal = if account == AccountId::CROWD {
        Refusal::UnknownAccount(account)
    } else if !is_part(maker_fee) || !is_part(taker_fee) {
        Refusal::FeeOutOfRange
    } else {
        return Event::AccountOpened { account, maker_fee, taker_fee };
    };
    refused(Some(account), None, refusal)
}

pub(super) fn deposit(state: &State, account: AccountId, amount: Money) -> Event {
    let refusal = match state.accounts.find(account) {
        None => Refusal::UnknownAccount(account),
        Some(_) if account == AccountId::CROWD => Refusal::UnknownAccount(account),
        Some(_) if amount <= Money::ZERO || amount > MAX_DEPOSIT => Refusal::AmountOutOfRange(amount),
        Some(found) => return Event::Deposited { account, amount, balance: found.balance + amount },
    };
    refused(Some(account), None, refusal)
}

pub(super) fn set_leverage(state: &State, account: AccountId, market: MarketId, leverage: u32) -> Event {
    match refuse_leverage(state, account, market, leverage) {
        Some(refusal) => refused(Some(account), Some(market), refusal),
        None => Event::LeverageSet { account, market, leverage },
    }
}

fn refuse_leverage(state: &State, account: AccountId, id: MarketId, leverage: u32) -> Option<Refusal> {
    let Some(market) = state.market(id) else { return Some(Refusal::UnknownMarket(id)) };
    let Some(found) = state.user(account) else { return Some(Refusal::UnknownAccount(account)) };
    let max = market.rules.max_leverage;
    if leverage > max {
        return Some(Refusal::LeverageOutOfRange { leverage, max });
    }
    let before = found.holding(id)?;
    let mut after = before.clone();
    after.leverage = leverage;
    let margin = |holding: &Holding| holding.position_margin(market) + holding.order_margin(market);
    let required = margin(&after) - margin(before);
    let available = state.wallet(found).available;
    (required > Money::ZERO && required > available)
        .then_some(Refusal::InsufficientMargin { required, available })
}
