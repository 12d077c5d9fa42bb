//! Money on the wire: the wallet that all cross positions share, and those of isolated positions.

use lmex_api::futures::{Wallet, WalletAsset, WalletRecord, WalletShare, WalletStatus};
use lmex_engine::{AccountId, Engine, MarginMode, MarketView, Money, PositionView};
use lmex_types::{Decimal, Instrument};

use super::{leg_name, money};
use crate::desk::DeskState;
use crate::views::{WalletChange, WalletOf};

/// The wallet that all cross positions share.
pub(crate) const CROSS_WALLET: &str = "CROSS@";
/// What the names of isolated wallets begin with; the position's follows.
pub(crate) const ISOLATED_WALLET: &str = "ISOLATED@";
/// The one currency there is.
pub(crate) const CURRENCY: &str = "USDT";

/// The cross wallet of an account.
pub(crate) fn wallet(engine: &Engine, account: AccountId) -> Option<Wallet> {
    let wallet = engine.wallet(account)?;
    let free = money(transferable(engine, account));
    let sums = Sums {
        total: wallet.balance,
        unrealised: wallet.unrealised,
        maintenance: wallet.maintenance,
        order_margin: wallet.order_margin,
        bound: wallet.position_margin + wallet.order_margin,
        available: wallet.available,
        value: cross_value(engine, account),
    };
    Some(with_transferable(sums.shown(CROSS_WALLET.to_owned()), free))
}

/// The wallet of an isolated position.
pub(crate) fn isolated_wallet(held: &PositionView, market: &MarketView<'_>) -> Wallet {
    let sums = Sums {
        total: held.wallet,
        unrealised: held.unrealised,
        maintenance: held.maintenance_margin,
        order_margin: Money::ZERO,
        bound: held.initial_margin,
        available: held.wallet + held.unrealised - held.initial_margin,
        value: value_at_mark(held, market),
    };
    with_transferable(sums.shown(wallet_name(market.instrument(), held)), money(held.removable))
}

/// With what can leave it.
fn with_transferable(mut wallet: Wallet, free: Decimal) -> Wallet {
    for asset in &mut wallet.assets {
        asset.available_balance_for_transfer = Some(free);
    }
    wallet
}

/// An isolated wallet with nothing in it.
pub(crate) fn empty_wallet(name: String) -> Wallet {
    Sums::default().shown(name)
}

/// What can leave the cross wallet.
pub(crate) fn transferable(engine: &Engine, account: AccountId) -> Money {
    engine.wallet(account).unwrap_or_default().withdrawable()
}

/// The wallet that bears a position.
pub(super) fn wallet_name(instrument: &Instrument, held: &PositionView) -> String {
    match held.margin {
        MarginMode::Cross => CROSS_WALLET.to_owned(),
        MarginMode::Isolated => ISOLATED_WALLET.to_owned() + &leg_name(instrument, held.leg),
    }
}

/// A wallet as one of a unified one.
pub(crate) fn wallet_share(wallet: Wallet) -> WalletShare {
    WalletShare {
        active_wallet_name: wallet.wallet,
        unrealised_profit_loss: wallet.unrealised_profit_loss,
        wallet_total_value: wallet.total_value,
        margin_balance: wallet.margin_balance,
        available_balance: wallet.available_balance,
        maintenance_margin: wallet.maintenance_margin,
    }
}

/// What changed a wallet. Its `orderId` is its number among the account's records.
pub(crate) fn wallet_record(state: &DeskState, account: AccountId, change: &WalletChange) -> WalletRecord {
    let instrument = |market| state.engine.market(market).map(|market| market.instrument());
    let wallet = match change.wallet {
        WalletOf::Cross => CROSS_WALLET.to_owned(),
        WalletOf::Isolated(market, leg) => {
            let name = instrument(market).map(|instrument| leg_name(instrument, leg));
            ISOLATED_WALLET.to_owned() + &name.unwrap_or_default()
        }
    };
    WalletRecord {
        amount: money(change.amount),
        currency: CURRENCY.to_owned(),
        description: change.market.and_then(instrument).map(|instrument| instrument.symbol.to_string()),
        fees: money(change.fees),
        order_id: change.serial.to_string(),
        status: Some(WalletStatus::COMPLETED),
        timestamp: change.at,
        kind: change.kind,
        username: state.owners.name(account).to_owned(),
        wallet,
        txid: None,
        currency_network: None,
    }
}

/// What covers a position: the cross wallet, or its own.
pub(super) fn backing(engine: &Engine, account: AccountId, held: &PositionView) -> Decimal {
    let wallet = engine.wallet(account).unwrap_or_default();
    let (money, unrealised) = match held.margin {
        MarginMode::Cross => (wallet.balance, wallet.unrealised),
        MarginMode::Isolated => (held.wallet, held.unrealised),
    };
    (money + unrealised).into()
}

/// What a position is worth at the mark price, without sign.
pub(super) fn value_at_mark(held: &PositionView, market: &MarketView<'_>) -> Decimal {
    let grid = &market.instrument().grid;
    grid.notional(market.mark(), held.contracts.saturating_abs()).unwrap_or_default()
}

/// With 10 decimals; 0 when there is nothing to divide by.
pub(super) fn ratio(value: Decimal, by: Decimal) -> Decimal {
    value.checked_div(by).unwrap_or_default().max(Decimal::ZERO).round_dp(10).normalize()
}

fn cross_value(engine: &Engine, account: AccountId) -> Decimal {
    let crossed = engine.positions(account).filter(|held| held.margin == MarginMode::Cross);
    let value = |held: PositionView| engine.market(held.market).map(|market| value_at_mark(&held, &market));
    crossed.filter_map(value).fold(Decimal::ZERO, Decimal::saturating_add)
}

/// What a wallet comes to.
#[derive(Debug, Default)]
struct Sums {
    total: Money,
    unrealised: Money,
    maintenance: Money,
    order_margin: Money,
    /// Margin of positions and orders.
    bound: Money,
    /// May be below zero; nothing is shown then.
    available: Money,
    /// Notional of the positions.
    value: Decimal,
}

impl Sums {
    fn shown(&self, name: String) -> Wallet {
        let margin_balance = money(self.total + self.unrealised);
        let available = money(self.available.max(Money::ZERO));
        let in_use = (self.bound > Money::ZERO).then(|| asset(self.bound));
        Wallet {
            wallet: name,
            total_value: money(self.total),
            margin_balance,
            available_balance: available,
            unrealised_profit_loss: money(self.unrealised),
            maintenance_margin: money(self.maintenance),
            leverage: ratio(self.value, margin_balance),
            open_margin: money(self.order_margin),
            assets: vec![asset(self.total)],
            assets_in_use: in_use.into_iter().collect(),
            tracking_id: Some(0),
            request_id: Some(0),
            query_type: None,
            active_wallet_name: None,
            username: None,
            wallet_total_value: None,
            original_available_balance: Some(available),
        }
    }
}

/// An amount; the zeros are those of the capture.
fn asset(balance: Money) -> WalletAsset {
    WalletAsset {
        balance: money(balance),
        asset_price: Decimal::ONE,
        currency: CURRENCY.to_owned(),
        display: Some(false),
        timestamp: Some(0),
        snapshot_id: Some(0),
        value: Some(Decimal::ZERO),
        kind: Some(0),
        total: Some(Decimal::ZERO),
        available_balance_for_transfer: Some(Decimal::ZERO),
    }
}
