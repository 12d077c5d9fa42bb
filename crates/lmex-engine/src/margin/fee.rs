//! What a fill costs.

use crate::margin::Account;
use crate::{AccountId, Money};

/// The fee of a party to a fill: its rate of the notional, rounded up to the unit. The crowd pays none.
pub(crate) fn fee(account: &Account, notional: Money, is_maker: bool) -> Money {
    if account.id == AccountId::CROWD {
        return Money::ZERO;
    }
    notional.part_up(if is_maker { account.maker_fee } else { account.taker_fee })
}
