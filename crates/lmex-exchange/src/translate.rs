//! Where the words of the wire and of the engine meet: answers are made here, and nowhere else.

mod account;
mod market;
mod orders;

pub(crate) use account::{fee_rate, position, user_trade, wallet};
pub(crate) use market::{LEVELS, book, grouped_book, price, summary};
pub(crate) use orders::{
    Answered, ended_because, open_order, order_answer, order_detail, refused_answer, status,
};

use lmex_engine::MarketView;
use lmex_types::{Decimal, Instrument};

/// The one position mode that is served.
pub(crate) const ONE_WAY: &str = "ONE_WAY";
/// The one wallet that is served.
pub(crate) const CROSS_WALLET: &str = "CROSS@";

/// The name of a position in one-way mode, such as `BTC-PERP-USDT`.
pub(crate) fn position_id(instrument: &Instrument) -> String {
    format!("{}-{}", instrument.symbol, instrument.quote)
}

/// A computed price, in ticks, as the venue writes averages: with 9 decimals.
fn average_price(ticks: Option<Decimal>, market: &MarketView<'_>) -> Decimal {
    let price = ticks.and_then(|ticks| ticks.checked_mul(market.instrument().grid.tick()));
    price.unwrap_or_default().round_dp(9).normalize()
}
