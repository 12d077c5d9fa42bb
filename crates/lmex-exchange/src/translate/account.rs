//! Positions and fees on the wire.

use lmex_api::futures::{FeeRate, Position, ProtectiveOrder};
use lmex_engine::{
    AccountId, Engine, LegId, MarginMode, MarketView, PositionMode, PositionView, PriceSource, Purpose, Rate,
};
use lmex_types::{Decimal, Side};

use super::wallet::{backing, ratio, value_at_mark, wallet_name};
use super::{cut, leg_name, mode_word, money};
use crate::desk::DeskState;

/// Margin types, as numbers.
const CROSS: i64 = 91;
const ISOLATED: i64 = 92;

/// An open position with its fifth of the queue for auto-deleveraging; its time is that of the question.
pub(crate) fn position(
    state: &DeskState,
    account: AccountId,
    held: &PositionView,
    market: &MarketView<'_>,
    bucket: Option<u8>,
) -> Position {
    let (engine, instrument) = (&state.engine, market.instrument());
    let value = value_at_mark(held, market);
    let is_isolated = held.margin == MarginMode::Isolated;
    let mode = engine.position_mode(account, held.market).unwrap_or_default();
    Position {
        margin_type: if is_isolated { ISOLATED } else { CROSS },
        entry_price: held.entry_price.round_dp(9).normalize(),
        mark_price: market.mark(),
        symbol: instrument.symbol,
        side: side(held),
        order_value: cut(value),
        settle_with_asset: instrument.quote.clone(),
        unrealized_profit_loss: money(held.unrealised),
        total_maintenance_margin: money(held.maintenance_margin),
        size: held.contracts.saturating_abs().into(),
        liquidation_price: held.liquidation_price.unwrap_or_default(),
        // Recorded of a cross position, too.
        isolated_leverage: held.leverage.into(),
        // The last one when there is no queue.
        adl_score_bucket: bucket.unwrap_or(1).into(),
        liquidation_in_progress: state.liquidations.concern(account, held),
        timestamp: state.now,
        take_profit_order: exit(engine, held, market, Purpose::TakeProfit),
        stop_loss_order: exit(engine, held, market, Purpose::StopLoss),
        position_mode: Some(mode_word(mode).to_string()),
        position_direction: (mode != PositionMode::OneWay).then(|| direction(held).to_owned()),
        position_id: Some(leg_name(instrument, held.leg)),
        wallet_name: Some(wallet_name(instrument, held)),
        current_leverage: ratio(value, backing(engine, account, held)),
        contract_size: Some(instrument.grid.contract_size()),
        minimum_required_margin: Some(Decimal::ZERO),
    }
}

/// Which side opened what is held.
pub(super) fn side(held: &PositionView) -> Side {
    if held.contracts > 0 { Side::Buy } else { Side::Sell }
}

/// Which way a position points.
pub(super) fn direction(held: &PositionView) -> &'static str {
    match held.leg {
        LegId::LONG => "LONG",
        LegId::SHORT => "SHORT",
        _ if held.contracts > 0 => "LONG",
        _ => "SHORT",
    }
}

/// The waiting order that is bound to a position as its take profit or stop loss.
pub(super) fn exit(
    engine: &Engine,
    held: &PositionView,
    market: &MarketView<'_>,
    purpose: Purpose,
) -> Option<ProtectiveOrder> {
    let id = match purpose {
        Purpose::TakeProfit => held.take_profit,
        Purpose::StopLoss => held.stop_loss,
        Purpose::Trade => None,
    };
    let order = engine.order(id?)?;
    let trigger = order.trigger?;
    Some(ProtectiveOrder {
        order_id: order.id.to_string(),
        side: order.side,
        trigger_price: market.instrument().grid.price(trigger.price),
        trigger_use_last_price: trigger.source == PriceSource::Last,
    })
}

/// The fees of an account in a market.
pub(crate) fn fee_rate(market: &MarketView<'_>, (maker, taker): (Rate, Rate)) -> FeeRate {
    FeeRate { symbol: market.instrument().symbol, maker_fee: maker.into(), taker_fee: taker.into() }
}
