//! Fills on the wire.

use lmex_api::Status;
use lmex_api::futures::UserTrade;
use lmex_engine::MarketView;
use lmex_types::Decimal;

use super::orders::{asked_price, kind, trigger_kind};
use super::{CROSS_WALLET, average_price, leg_name, money};
use crate::ids::Ids;
use crate::views::{Origin, OwnFill};

/// A fill of the account with this username; `seed` is that of the exchange's ids.
pub(crate) fn user_trade(fill: &OwnFill, market: &MarketView<'_>, username: &str, seed: u64) -> UserTrade {
    let instrument = market.instrument();
    let (order, grid) = (&fill.order, &instrument.grid);
    let price_of = |ticks: Option<i64>| ticks.map_or(Decimal::ZERO, |ticks| grid.price(ticks));
    let position_id = leg_name(instrument, order.leg);
    UserTrade {
        trade_id: Ids::fill(seed, fill.trade_id, order.account, order.side).to_string(),
        order_id: order.id.to_string(),
        username: username.to_owned(),
        side: order.side,
        order_type: kind(order),
        trigger_type: trigger_type(fill),
        price: price_of(asked_price(order)),
        size: order.contracts.into(),
        filled_price: grid.price(fill.price),
        filled_size: fill.contracts.into(),
        trigger_price: price_of(order.trigger.map(|trigger| trigger.price)),
        base: instrument.base.clone(),
        quote: instrument.quote.clone(),
        symbol: instrument.symbol,
        fee_currency: instrument.quote.clone(),
        fee_amount: money(fill.fee),
        wallet: if fill.is_isolated { format!("ISOLATED@{position_id}") } else { CROSS_WALLET.to_owned() },
        realized_pnl: money(fill.realised_pnl),
        total: money(fill.realised_pnl - fill.fee),
        serial_id: i64::try_from(fill.trade_id).unwrap_or(i64::MAX),
        timestamp: fill.at,
        order_detail_type: None,
        contract_size: grid.contract_size(),
        cl_order_id: order.client_id.map(|id| id.to_string()).unwrap_or_default(),
        position_id,
        avg_filled_price: average_price(Some(fill.average_ticks), market),
    }
}

/// Why it came to this fill, unless its owner simply wanted it.
fn trigger_type(fill: &OwnFill) -> Option<i64> {
    match fill.origin {
        Origin::Liquidation => Some(Status::LIQUIDATION.0),
        Origin::Deleveraging => Some(Status::AUTO_DELEVERAGING.0),
        Origin::User => trigger_kind(&fill.order),
    }
}
