//! The futures API, version 2.3: one module for each subject, one type for each endpoint.

mod accepted;
mod account;
mod algo;
mod amend;
mod bind;
mod book;
mod cancel;
mod candles;
mod close;
mod create;
mod dead_man;
mod envelope;
mod funding;
mod leverage;
mod margin;
mod market;
mod open_orders;
mod order_answer;
mod position;
mod position_mode;
mod query_order;
mod risk_limit;
mod setting;
mod settlement;
mod trades;
mod transfer;
mod wallet_history;
mod words;

pub use accepted::Accepted;
pub use account::{AccountFees, FeeRate, FuturesWallet, Wallet, WalletAsset};
pub use algo::CreateAlgoOrder;
pub use amend::{AmendOrder, Amendment};
pub use bind::BindTpSl;
pub use book::{BookByGrouping, BookLevel, BookSnapshot, OrderbookL2};
pub use cancel::{CancelOrder, CancelTarget};
pub use candles::{Candle, Candles, Resolution};
pub use close::ClosePosition;
pub use create::CreateOrder;
pub use dead_man::CancelAllAfter;
pub use envelope::Envelope;
pub use funding::{FundingHistory, FundingPeriod, FundingRate};
pub use leverage::{Leverage, QueryLeverage, SetLeverage};
pub use margin::{
    MarginSetting, MarginSettings, UnifiedMargin, UnifiedWalletMargin, WalletMargin, WalletShare,
};
pub use market::{MarketSummary, MarketSummaryRequest, Price, PriceRequest};
pub use open_orders::{OpenOrder, OpenOrders};
pub use order_answer::{OrderAnswer, OrderRef};
pub use position::{Position, Positions, ProtectiveOrder};
pub use position_mode::{MarketPositionMode, QueryPositionMode, SetPositionMode};
pub use query_order::{OrderDetail, QueryOrder};
pub use risk_limit::{MarketRiskLimits, QueryRiskLimit, RiskLimit, RiskTier, SetRiskLimit};
pub use setting::{SettingAnswer, SettingKind};
pub use settlement::SettleIn;
pub use trades::{PublicTrade, Trades, UserTrade, UserTrades};
pub use transfer::{
    SubaccountTransfer, TransferAmount, TransferAsset, TransferFunds, TransferReceipt, Transferred,
};
pub use wallet_history::{WalletHistory, WalletRecord, WalletRecordKind, WalletStatus};
pub use words::{MarginMode, OrderForm, PositionMode, TriggerSource, TxType, UnknownWord, WalletType};
