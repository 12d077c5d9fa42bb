//! The engine as it is stored: what can't be found from the rest, and nothing else.
//!
//! Storage, not wire: for snapshots in formats that don't describe themselves, such as postcard. The order of fields and
//! of variants, here and in the messages, is the format; whoever keeps snapshots says which version of it they hold.
//!
//! Left out is what follows from the rest and is built anew: the indexes of orders, the lists of an account's orders
//! and their sums, the triggers by price, who holds a position, what is due by the clock, the room for reading a command.
//! What was read passes the checks that a command passes, so that damaged bytes are an error, or a state that
//! [`Engine::audit`] or [`Engine::digest`] tells from the one that was stored, and never a panic.

mod read;
mod write;

use lmex_types::{Decimal, Instrument, OrderId, TimeMs};
use serde::{Deserialize, Serialize};

use super::{Config, Engine};
use crate::funding::Funding;
use crate::margin::{Position, Terms};
use crate::{AccountId, LegId, MarketId, MarketRules, Money, PositionMode, Rate, Trading};

/// The engine between two commands. `O` is the list of open orders, in the order they were accepted: borrowed to
/// write, owned when read.
#[derive(Serialize, Deserialize)]
struct StoredEngine<O> {
    config: Config,
    next_trade: u64,
    next_liquidation: u64,
    fees: Money,
    residue: Money,
    insurance: Money,
    deposits: Money,
    /// In the order they were opened, the crowd's first.
    accounts: Vec<StoredAccount>,
    /// By number.
    markets: Vec<StoredMarket>,
    orders: O,
    /// Whose positions the last trade changed.
    touched: [Option<(AccountId, MarketId, LegId)>; 2],
}

#[derive(Serialize, Deserialize)]
struct StoredAccount {
    id: AccountId,
    maker_fee: Rate,
    taker_fee: Rate,
    balance: Money,
    cancel_all_at: Option<TimeMs>,
    isolated_legs: u32,
    /// Those that are not one-way, by market.
    modes: Vec<(MarketId, PositionMode)>,
    /// By market and leg.
    holdings: Vec<StoredHolding>,
}

#[derive(Serialize, Deserialize)]
struct StoredHolding {
    market: MarketId,
    leg: LegId,
    position: Position,
    terms: Terms,
    wallet: Money,
    take_profit: Option<OrderId>,
    stop_loss: Option<OrderId>,
}

#[derive(Serialize, Deserialize)]
struct StoredMarket {
    id: MarketId,
    instrument: Instrument,
    rules: MarketRules,
    trading: Trading,
    last: i64,
    #[serde(with = "lmex_types::exact_decimal")]
    index: Decimal,
    #[serde(with = "lmex_types::exact_decimal")]
    mark: Decimal,
    funding: Funding,
    /// Whether funding is on the agenda.
    pays_funding: bool,
    /// Best first.
    bids: Vec<StoredLevel>,
    asks: Vec<StoredLevel>,
}

#[derive(Serialize, Deserialize)]
struct StoredLevel {
    /// In ticks.
    price: i64,
    /// Users' orders, front first: which of all open orders, and the crowd's contracts directly before it.
    queue: Vec<(u32, i64)>,
    /// The crowd's contracts behind them.
    tail: i64,
}
