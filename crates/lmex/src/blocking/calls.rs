//! The calls of the client, waited for.

use std::time::Duration;

use bytes::Bytes;
use lmex_api::futures::{
    Amendment, BindTpSl, BookSnapshot, CancelTarget, FeeRate, FundingRate, Leverage, MarginSetting,
    MarketPositionMode, MarketSummary, OpenOrder, OrderAnswer, OrderDetail, OrderRef, Position, PositionMode,
    Price, PublicTrade, Resolution, RiskLimit, RiskTier, SetLeverage, SetRiskLimit, SettleIn,
    SubaccountTransfer, TransferFunds, TransferReceipt, Transferred, UnifiedMargin, UnifiedWalletMargin,
    UserTrade, UserTrades, Wallet, WalletHistory, WalletRecord,
};
use lmex_api::{Endpoint, Request};

use super::Client;
use crate::error::Error;
use crate::market::MarkedCandle;
use crate::reply::Reply;
use crate::{
    CheckedOrder, ClientOrderId, Decimal, Instrument, NewAlgoOrder, NewOrder, OrderOutcome, RawStream, Side,
    StreamPath, Symbol, TimeMs,
};

/// Each with the name, the arguments and the answer that it has where it does not wait.
macro_rules! calls {
    ($($name:ident($($argument:ident: $type:ty),*) -> $answer:ty;)*) => {
        impl Client {
            $(
                #[doc = concat!("[`", stringify!($name), "`](crate::Client::", stringify!($name), "), waited for.")]
                pub fn $name(&self, $($argument: $type),*) -> Result<$answer, Error> {
                    self.wait(self.client.$name($($argument),*))?
                }
            )*
        }
    };
}

calls! {
    positions(symbol: Option<Symbol>) -> Reply<Vec<Position>>;
    fees(symbol: Option<Symbol>) -> Reply<Vec<FeeRate>>;
    open_orders(symbol: Option<Symbol>) -> Reply<Vec<OpenOrder>>;
    trade_history(request: &UserTrades) -> Reply<Vec<UserTrade>>;
    send_raw(request: &Request) -> Reply<Bytes>;
    send_raw_with_nonce(request: &Request, nonce: i64) -> Reply<Bytes>;
    raw_stream(path: StreamPath) -> RawStream;
    instrument(symbol: Symbol) -> Instrument;
    market_summary() -> Reply<Vec<MarketSummary>>;
    market(symbol: Symbol) -> Reply<MarketSummary>;
    price(symbol: Symbol) -> Reply<Price>;
    ohlcv(symbol: Symbol, resolution: Resolution, count: usize) -> Reply<Vec<MarkedCandle>>;
    ohlcv_between(symbol: Symbol, resolution: Resolution, start: TimeMs, end: TimeMs) -> Reply<Vec<MarkedCandle>>;
    orderbook_l2(symbol: Symbol, depth: u32) -> Reply<BookSnapshot>;
    orderbook(symbol: Symbol, group: u8) -> Reply<BookSnapshot>;
    trades(symbol: Symbol, count: u32) -> Reply<Vec<PublicTrade>>;
    funding_history(symbol: Symbol, count: u32) -> Reply<Vec<FundingRate>>;
    risk_tiers(symbol: Option<Symbol>) -> Reply<Vec<RiskTier>>;
    leverage(symbol: Symbol) -> Reply<Vec<Leverage>>;
    set_leverage(setting: &SetLeverage) -> ();
    risk_limit(symbol: Symbol) -> Reply<RiskLimit>;
    set_risk_limit(setting: &SetRiskLimit) -> ();
    position_mode(symbol: Option<Symbol>) -> Reply<Vec<MarketPositionMode>>;
    set_position_mode(symbol: Symbol, mode: PositionMode) -> ();
    margin_settings(symbol: Option<Symbol>) -> Reply<Vec<MarginSetting>>;
    settle_in(request: &SettleIn) -> ();
    wallet() -> Reply<Wallet>;
    unified_wallet_margin(request: &UnifiedWalletMargin) -> Reply<UnifiedMargin>;
    wallet_margin(symbol: Symbol) -> Reply<Vec<Wallet>>;
    wallet_history(request: &WalletHistory) -> Reply<Vec<WalletRecord>>;
    transfer(request: &TransferFunds) -> Reply<Transferred>;
    subaccount_transfer(request: &SubaccountTransfer) -> Reply<TransferReceipt>;
    place_algo(order: &NewAlgoOrder) -> OrderOutcome;
    bind_exits(request: &BindTpSl) -> Vec<OrderAnswer>;
    order(order: OrderRef) -> Reply<OrderDetail>;
    amend(symbol: Symbol, order: OrderRef, amendment: Amendment) -> OrderAnswer;
    cancel(symbol: Symbol, target: CancelTarget) -> Reply<Vec<OrderAnswer>>;
    close_position(symbol: Symbol, price: Option<Decimal>) -> OrderAnswer;
    place(order: &NewOrder) -> OrderOutcome;
    check(order: &NewOrder) -> CheckedOrder;
    place_checked(order: &CheckedOrder) -> OrderOutcome;
    best_price(symbol: Symbol, side: Side) -> Decimal;
    resolve(symbol: Symbol) -> Vec<crate::Resolution>;
    resolve_order(client_id: ClientOrderId) -> Option<crate::Resolution>;
    cancel_all_after(timeout: Duration) -> ();
}

impl Client {
    /// [`send`](crate::Client::send), waited for.
    pub fn send<E: Endpoint>(&self, endpoint: &E) -> Result<Reply<E::Response>, Error> {
        self.wait(self.client.send(endpoint))?
    }
}
