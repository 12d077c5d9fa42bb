//! Positions as the streams tell them.

use lmex_api::stream::{OrderMode, StreamPosition};
use lmex_api::wire::decimal::Number;
use lmex_api::{OrderKind, Status};
use lmex_engine::{AccountId, LegId, MarginMode, MarketView, PositionView, Purpose};
use lmex_types::{Decimal, Instrument, Side};

use super::account::{direction, exit, side};
use super::wallet::{backing, ratio, value_at_mark, wallet_name};
use super::{leg_name, mode_word, money};
use crate::desk::DeskState;

/// An open position with its fifth of the queue for auto-deleveraging; the last one when there is no queue. What the
/// documents print and do not explain has the value that they print.
pub(crate) fn stream_position(
    state: &DeskState,
    account: AccountId,
    held: &PositionView,
    market: &MarketView<'_>,
    bucket: Option<u8>,
) -> StreamPosition {
    let (engine, instrument) = (&state.engine, market.instrument());
    let (value, contract) = (value_at_mark(held, market), instrument.grid.contract_size());
    let is_isolated = held.margin == MarginMode::Isolated;
    let is_long = side(held) == Side::Buy;
    let bucket = bucket.unwrap_or(1);
    let mode = engine.position_mode(account, held.market).unwrap_or_default();
    let take_profit_order = exit(engine, held, market, Purpose::TakeProfit);
    let stop_loss_order = exit(engine, held, market, Purpose::StopLoss);
    // BTSE's example has id and trigger price of the take profit here.
    let closing = take_profit_order.as_ref().or(stop_loss_order.as_ref());
    StreamPosition {
        order_id: closing.map(|order| order.order_id.clone()),
        trigger_price: closing.map_or(Decimal::ZERO, |order| order.trigger_price),
        close_order: closing.is_some(),
        order_type: OrderKind::POSITION,
        // Both printed examples of BTSE agree with these two.
        taker_fees_ratio: engine.fees(account).map(|(_, taker)| vec![Number(taker.into())]),
        db_quote_bal_held: nine_decimals((held.unrealised - held.maintenance_margin).into()),
        order_mode: if is_long { OrderMode::BUY } else { OrderMode::SELL },
        original_amount: contract,
        stealth: Decimal::ONE,
        is_future: true,
        liquidation_in_progress: state.liquidations.concern(account, held),
        margin_type: if is_isolated { 92 } else { 91 },
        entry_price: held.entry_price.round_dp(9).normalize(),
        liquidation_price: held.liquidation_price.unwrap_or_default(),
        marked_price: market.mark(),
        unrealized_profit_loss: money(held.unrealised),
        total_maintenance_margin: nine_decimals(held.maintenance_margin.into()),
        total_contracts: held.contracts.saturating_abs().into(),
        isolated_leverage: if is_isolated { held.leverage.into() } else { Decimal::ZERO },
        // With the sign of the position, as LMEX's document has it.
        total_value: nine_decimals(if is_long { value } else { -value }),
        adl_score_bucket: bucket.into(),
        // The upper end of the fifth that the position is in.
        adl_score_percentile: Decimal::new(i64::from(bucket) * 2, 1).normalize(),
        order_type_name: Some("TYPE_FUTURES_POSITION".to_owned()),
        order_mode_name: Some(if is_long { "MODE_BUY" } else { "MODE_SELL" }.to_owned()),
        margin_type_name: Some(margin_name(is_isolated).to_owned()),
        current_leverage: ratio(value, backing(engine, account, held)),
        contract_size: contract,
        take_profit_order,
        stop_loss_order,
        active_wallet_name: Some(wallet_name(instrument, held)),
        position_mode: Some(mode_word(mode).to_string()),
        position_direction: Some(direction(held).to_owned()),
        future: true,
        ..closed_position(state, account, instrument, held.leg)
    }
}

/// The documents print these sums with 9 decimals, where profits have 8.
fn nine_decimals(amount: Decimal) -> Decimal {
    amount.trunc_with_scale(9).normalize()
}

fn margin_name(is_isolated: bool) -> &'static str {
    if is_isolated { "FUTURES_MARGIN_ISOLATED" } else { "FUTURES_MARGIN_CROSS" }
}

/// A position that has been closed: nothing is left but its name.
pub(crate) fn closed_position(
    state: &DeskState,
    account: AccountId,
    instrument: &Instrument,
    leg: LegId,
) -> StreamPosition {
    let zero = Decimal::ZERO;
    StreamPosition {
        request_id: 0,
        username: Some(state.owners.name(account).to_owned()),
        user_currency: None,
        market_name: format!("{}-{}", instrument.symbol, instrument.quote),
        order_type: OrderKind(0),
        order_mode: OrderMode::NONE,
        status: Status::ACTIVE,
        original_amount: zero,
        max_price_held: zero,
        peg_price_min: zero,
        stealth: zero,
        base_currency: None,
        quote_currency: None,
        quote_currency_fiat: false,
        parents: None,
        maker_fees_ratio: None,
        taker_fees_ratio: None,
        order_id: None,
        vendor_name: None,
        bot_id: None,
        max_stealth_display_amount: zero,
        sell_exchange_rate: zero,
        tag: None,
        trigger_price: zero,
        close_order: false,
        db_base_bal_held: zero,
        db_quote_bal_held: zero,
        is_future: false,
        liquidation_in_progress: false,
        margin_type: 0,
        entry_price: zero,
        liquidation_price: zero,
        marked_price: zero,
        margin_held: zero,
        unrealized_profit_loss: zero,
        total_maintenance_margin: zero,
        total_contracts: zero,
        margin_charged_long_open: zero,
        margin_charged_short_open: zero,
        uncharged_margin_long_open: zero,
        uncharged_margin_short_open: zero,
        isolated_currency: None,
        isolated_leverage: zero,
        total_fees: zero,
        total_value: zero,
        adl_score_bucket: 0,
        adl_score_percentile: zero,
        order_type_name: None,
        order_mode_name: None,
        margin_type_name: None,
        current_leverage: zero,
        contract_size: zero,
        minimum_required_margin: zero,
        filled_size: zero,
        take_profit_order: None,
        stop_loss_order: None,
        position_id: leg_name(instrument, leg),
        active_wallet_name: None,
        position_mode: None,
        position_direction: None,
        service_type: 0,
        avg_filled_price: zero,
        future: false,
        settle_with_non_usd_asset: Some(instrument.quote.clone()),
    }
}
