//! Where the words of the wire and of the engine meet: answers are made here, and nowhere else.

mod account;
mod fills;
mod leg;
mod market;
mod orders;
mod stream_position;
mod wallet;

pub(crate) use account::{fee_rate, position};
pub(crate) use fills::user_trade;
pub(crate) use leg::{leg_name, leg_named, mode_of, mode_word};
pub(crate) use market::{Extent, LEVELS, book, grouped_book, price, summary};
pub(crate) use orders::{
    Answered, asked_price, ended, ended_because, kind, open_order, order_answer, order_detail, peg_parts,
    refused_answer, shown_remaining, status, tx_type,
};
pub(crate) use stream_position::{closed_position, stream_position};
pub(crate) use wallet::{
    CROSS_WALLET, CURRENCY, ISOLATED_WALLET, empty_wallet, isolated_wallet, transferable, wallet,
    wallet_record, wallet_share,
};

use lmex_engine::{MarketView, Money};
use lmex_types::Decimal;

/// Decimals of money on the wire.
const MONEY_DECIMALS: u32 = 8;

/// Money as the venue writes it: cut to 8 decimals, not rounded. Recorded of BTSE: 0.002 contracts at 1967.47829431 are
/// worth 3.93495658, where 3.93495658862 would be rounded up. Only what is printed is cut: the books stay exact.
pub(crate) fn money(amount: Money) -> Decimal {
    cut(amount.into())
}

/// The same of what was worked out as a decimal.
fn cut(amount: Decimal) -> Decimal {
    amount.trunc_with_scale(MONEY_DECIMALS).normalize()
}

/// A computed price, in ticks, as the venue writes averages: with 9 decimals.
fn average_price(ticks: Option<Decimal>, market: &MarketView<'_>) -> Decimal {
    let price = ticks.and_then(|ticks| ticks.checked_mul(market.instrument().grid.tick()));
    price.unwrap_or_default().round_dp(9).normalize()
}
