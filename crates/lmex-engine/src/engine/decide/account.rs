//! Decisions about an account itself.

use lmex_types::TimeMs;

use super::{check, leg, refused};
use crate::engine::State;
use crate::margin::Wallet;
use crate::message::{Event, Refusal};
use crate::{AccountId, LegId, MarketId, Money, Rate};

/// The largest deposit and withdrawal: 1e15 of the quote currency.
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

/// What is free, at most: neither margin, nor profits that are not yet earned, nor the money of isolated positions.
pub(super) fn withdraw(state: &State, account: AccountId, amount: Money) -> Event {
    let refusal = match state.user(account) {
        None => Refusal::UnknownAccount(account),
        // What could not be put in again is not taken out: a transfer that fails half-way is put back.
        Some(_) if amount <= Money::ZERO || amount > MAX_DEPOSIT => Refusal::AmountOutOfRange(amount),
        Some(found) => {
            let available = Wallet::of(found).withdrawable();
            if amount <= available {
                return Event::Withdrawn { account, amount, balance: found.balance - amount };
            }
            Refusal::NotAvailable { amount, available }
        }
    };
    refused(Some(account), None, refusal)
}

/// See [`Command::MoveMargin`](crate::Command::MoveMargin) for the bounds.
pub(super) fn move_margin(
    state: &State,
    account: AccountId,
    market: MarketId,
    leg: LegId,
    amount: Money,
) -> Event {
    match movable(state, account, market, leg, amount) {
        Ok(()) => Event::MarginMoved { account, market, leg, moved: amount },
        Err(refusal) => refused(Some(account), Some(market), refusal),
    }
}

fn movable(
    state: &State,
    account: AccountId,
    market: MarketId,
    leg: LegId,
    amount: Money,
) -> Result<(), Refusal> {
    let (account, market) = check::parties(state, account, market)?;
    leg::known(account, market.id, leg)?;
    let holding = account.holding(market.id, leg).filter(|held| held.is_isolated());
    let holding = holding.filter(|held| !held.position.is_flat()).ok_or(Refusal::NoOwnWallet(leg))?;
    if amount == Money::ZERO || amount.abs() > MAX_DEPOSIT {
        return Err(Refusal::AmountOutOfRange(amount.abs()));
    }
    let available = match amount.is_negative() {
        true => holding.removable(market),
        false => Wallet::of(account).withdrawable(),
    };
    let amount = amount.abs();
    if amount <= available { Ok(()) } else { Err(Refusal::NotAvailable { amount, available }) }
}

pub(super) fn fund_insurance(amount: Money) -> Event {
    if amount <= Money::ZERO || amount > MAX_DEPOSIT {
        return refused(None, None, Refusal::AmountOutOfRange(amount));
    }
    Event::InsuranceFunded { amount }
}

/// Sets the switch anew, whatever it stood at: the last word counts. No time at all, or less, is over at once; only
/// `None` takes the switch away. (LMEX: `timeout`, "Timeout value in milliseconds"; it names no value that disarms.)
pub(super) fn cancel_all_after(
    state: &State,
    account: AccountId,
    timeout_ms: Option<i64>,
    at: TimeMs,
) -> Event {
    match state.user(account) {
        None => refused(Some(account), None, Refusal::UnknownAccount(account)),
        Some(_) => {
            let at = timeout_ms.map(|timeout| at.plus_ms(timeout.max(0)));
            Event::CancelAllAfterSet { account, at }
        }
    }
}
