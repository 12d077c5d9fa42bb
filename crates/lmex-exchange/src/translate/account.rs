//! Money, positions and fills on the wire.

use lmex_api::futures::{FeeRate, Position, UserTrade, Wallet, WalletAsset};
use lmex_engine::{AccountId, Engine, MarketView, PositionView, Rate};
use lmex_types::{Decimal, OrderType, Side, TimeMs};

use super::orders::kind;
use super::{CROSS_WALLET, ONE_WAY, average_price, position_id};
use crate::ids::Ids;
use crate::views::OwnFill;

/// Cross margin, as a number.
const CROSS: i64 = 91;
/// What the demo account is called.
const USERNAME: &str = "demo";

/// The cross wallet of an account.
pub(crate) fn wallet(engine: &Engine, account: AccountId) -> Option<Wallet> {
    let wallet = engine.wallet(account)?;
    let margin_balance = Decimal::from(wallet.balance + wallet.unrealised);
    let bound = wallet.position_margin + wallet.order_margin;
    // The zeros are those of the capture.
    let asset = |balance: Decimal| WalletAsset {
        balance,
        asset_price: Decimal::ONE,
        currency: "USDT".to_owned(),
        display: Some(false),
        timestamp: Some(0),
        snapshot_id: Some(0),
        value: Some(Decimal::ZERO),
        kind: Some(0),
        total: Some(Decimal::ZERO),
        available_balance_for_transfer: Some(balance),
    };
    let in_use = (bound.units() > 0).then(|| asset(bound.into()));
    let available = Decimal::from(wallet.available).max(Decimal::ZERO);
    Some(Wallet {
        wallet: CROSS_WALLET.to_owned(),
        total_value: wallet.balance.into(),
        margin_balance,
        available_balance: available,
        unrealised_profit_loss: wallet.unrealised.into(),
        maintenance_margin: wallet.maintenance.into(),
        leverage: ratio(positions_value(engine, account), margin_balance),
        open_margin: wallet.order_margin.into(),
        assets: vec![asset(wallet.balance.into())],
        assets_in_use: in_use.into_iter().collect(),
        tracking_id: Some(0),
        request_id: Some(0),
        query_type: None,
        active_wallet_name: None,
        username: None,
        wallet_total_value: None,
        original_available_balance: Some(available),
    })
}

/// A position in one-way mode and cross margin.
pub(crate) fn position(
    engine: &Engine,
    account: AccountId,
    held: &PositionView,
    market: &MarketView<'_>,
    now: TimeMs,
) -> Position {
    let instrument = market.instrument();
    let wallet = engine.wallet(account).unwrap_or_default();
    let value = value_at_mark(held, market);
    Position {
        margin_type: CROSS,
        entry_price: held.entry_price.round_dp(9).normalize(),
        mark_price: market.mark(),
        symbol: instrument.symbol,
        side: if held.contracts > 0 { Side::Buy } else { Side::Sell },
        order_value: value,
        settle_with_asset: instrument.quote.clone(),
        unrealized_profit_loss: held.unrealised.into(),
        total_maintenance_margin: held.maintenance_margin.into(),
        size: held.contracts.saturating_abs().into(),
        liquidation_price: held.liquidation_price.unwrap_or_default(),
        isolated_leverage: Decimal::ZERO,
        adl_score_bucket: 1,
        liquidation_in_progress: false,
        timestamp: now,
        take_profit_order: None,
        stop_loss_order: None,
        position_mode: Some(ONE_WAY.to_owned()),
        position_direction: None,
        position_id: Some(position_id(instrument)),
        wallet_name: Some(CROSS_WALLET.to_owned()),
        current_leverage: ratio(value, (wallet.balance + wallet.unrealised).into()),
        contract_size: Some(instrument.grid.contract_size()),
        minimum_required_margin: Some(Decimal::ZERO),
    }
}

/// A fill of an account; `seed` is that of the exchange's ids.
pub(crate) fn user_trade(fill: &OwnFill, market: &MarketView<'_>, seed: u64) -> UserTrade {
    let instrument = market.instrument();
    let order = &fill.order;
    UserTrade {
        trade_id: Ids::fill(seed, fill.trade_id, order.account).to_string(),
        order_id: order.id.to_string(),
        username: USERNAME.to_owned(),
        side: order.side,
        order_type: kind(order.order_type),
        trigger_type: None,
        price: match order.order_type {
            OrderType::Limit => instrument.grid.price(order.price),
            OrderType::Market => Decimal::ZERO,
        },
        size: order.contracts.into(),
        filled_price: instrument.grid.price(fill.price),
        filled_size: fill.contracts.into(),
        trigger_price: Decimal::ZERO,
        base: instrument.base.clone(),
        quote: instrument.quote.clone(),
        symbol: instrument.symbol,
        fee_currency: instrument.quote.clone(),
        fee_amount: fill.fee.into(),
        wallet: CROSS_WALLET.to_owned(),
        realized_pnl: fill.realised_pnl.into(),
        total: (fill.realised_pnl - fill.fee).into(),
        serial_id: i64::try_from(fill.trade_id).unwrap_or(i64::MAX),
        timestamp: fill.at,
        order_detail_type: None,
        contract_size: instrument.grid.contract_size(),
        cl_order_id: order.client_id.map(|id| id.to_string()).unwrap_or_default(),
        position_id: position_id(instrument),
        avg_filled_price: average_price(Some(fill.average_ticks), market),
    }
}

/// The fees of an account in a market.
pub(crate) fn fee_rate(market: &MarketView<'_>, (maker, taker): (Rate, Rate)) -> FeeRate {
    FeeRate { symbol: market.instrument().symbol, maker_fee: maker.into(), taker_fee: taker.into() }
}

fn positions_value(engine: &Engine, account: AccountId) -> Decimal {
    let value = |held: PositionView| engine.market(held.market).map(|market| value_at_mark(&held, &market));
    engine.positions(account).filter_map(value).fold(Decimal::ZERO, Decimal::saturating_add)
}

fn value_at_mark(held: &PositionView, market: &MarketView<'_>) -> Decimal {
    let grid = &market.instrument().grid;
    grid.notional(market.mark(), held.contracts.saturating_abs()).unwrap_or_default()
}

/// With 10 decimals; 0 when there is nothing to divide by.
fn ratio(value: Decimal, by: Decimal) -> Decimal {
    value.checked_div(by).unwrap_or_default().max(Decimal::ZERO).round_dp(10).normalize()
}
