//! The futures API, version 2.3: one module for each subject, one type for each endpoint.

mod account;
mod amend;
mod book;
mod cancel;
mod candles;
mod close;
mod create;
mod funding;
mod market;
mod open_orders;
mod order_answer;
mod position;
mod query_order;
mod trades;

pub use account::{AccountFees, FeeRate, FuturesWallet, Wallet, WalletAsset};
pub use amend::{AmendOrder, Amendment};
pub use book::{BookByGrouping, BookLevel, BookSnapshot, OrderbookL2};
pub use cancel::{CancelOrder, CancelTarget};
pub use candles::{Candle, Candles, Resolution};
pub use close::ClosePosition;
pub use create::CreateOrder;
pub use funding::{FundingHistory, FundingPeriod, FundingRate};
pub use market::{MarketSummary, MarketSummaryRequest, Price, PriceRequest};
pub use open_orders::{OpenOrder, OpenOrders};
pub use order_answer::{OrderAnswer, OrderRef};
pub use position::{Position, Positions, ProtectiveOrder};
pub use query_order::{OrderDetail, QueryOrder};
pub use trades::{PublicTrade, Trades, UserTrade, UserTrades};
