//! What the desk remembers beside the engine, kept by its events: finished orders and fills of each account, public
//! trades and candles.

mod bar;
mod candles;
mod fills;
mod fundings;
mod latest;
mod liquidations;
mod orders;
mod trades;
mod wallet_history;

pub use bar::Bar;
pub use candles::{Candles, DayStats, TooMany};
pub(crate) use fills::{FillFilter, Fills, OwnFill};
pub use fundings::Fundings;
pub(crate) use liquidations::Liquidations;
pub(crate) use orders::{OrderRecord, OrderState, Orders, Origin};
pub use trades::{Trades, TradesQuery};
pub(crate) use wallet_history::{WalletChange, WalletFilter, WalletHistory, WalletOf, Wallets};
