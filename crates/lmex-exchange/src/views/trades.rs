//! The last public trades of every market.

use std::collections::{BTreeMap, VecDeque};

use lmex_api::futures::PublicTrade;
use lmex_engine::{Event, MarketId};
use lmex_types::{Decimal, Grid, Side, Symbol, TimeMs};
use serde::{Deserialize, Serialize};

/// Trades that are kept of each market.
const KEPT: usize = 1_000;

/// The public trades of all markets.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Trades(BTreeMap<MarketId, MarketTrades>);

/// Which trades are asked for. `TradesQuery::default()` is all that are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TradesQuery {
    /// Not before this moment.
    pub start: Option<TimeMs>,
    /// Not after this moment.
    pub end: Option<TimeMs>,
    /// Only trades with a smaller serial number.
    pub before: Option<i64>,
    /// Only trades with a larger serial number.
    pub after: Option<i64>,
    /// The newest so many of them.
    pub count: usize,
}

impl Default for TradesQuery {
    fn default() -> Self {
        Self { start: None, end: None, before: None, after: None, count: usize::MAX }
    }
}

impl Trades {
    /// Takes note of an event at venue time `at`.
    pub fn apply(&mut self, at: TimeMs, event: &Event) {
        let (market, trade) = match *event {
            Event::MarketOpened(ref opened) => {
                let (symbol, grid) = (opened.instrument.symbol, opened.instrument.grid);
                self.0.entry(opened.market).or_insert(MarketTrades { symbol, grid, rows: VecDeque::new() });
                return;
            }
            Event::Fill(ref fill) => {
                let (side, price, contracts) = (fill.aggressor, fill.price, fill.contracts);
                (fill.market, Row { at, serial: serial(fill.trade_id), side, price, contracts })
            }
            Event::Trade { market, trade_id, price, contracts, aggressor: side } => {
                (market, Row { at, serial: serial(trade_id), side, price, contracts })
            }
            _ => return,
        };
        if let Some(trades) = self.0.get_mut(&market) {
            if trades.rows.len() >= KEPT {
                trades.rows.pop_front();
            }
            trades.rows.push_back(trade);
        }
    }

    /// Trades of a market that the query names, newest first; none of a market that is not here.
    pub fn query(&self, market: MarketId, query: &TradesQuery) -> Vec<PublicTrade> {
        let Some(trades) = self.0.get(&market) else { return Vec::new() };
        let rows = trades.rows.iter().rev().filter(|row| row.fits(query)).take(query.count);
        rows.map(|row| row.public(trades)).collect()
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct MarketTrades {
    symbol: Symbol,
    grid: Grid,
    /// Earliest first.
    rows: VecDeque<Row>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Row {
    at: TimeMs,
    serial: i64,
    side: Side,
    price: i64,
    contracts: i64,
}

impl Row {
    fn fits(&self, query: &TradesQuery) -> bool {
        query.start.is_none_or(|start| self.at >= start)
            && query.end.is_none_or(|end| self.at <= end)
            && query.before.is_none_or(|before| self.serial < before)
            && query.after.is_none_or(|after| self.serial > after)
    }

    fn public(&self, trades: &MarketTrades) -> PublicTrade {
        PublicTrade {
            price: trades.grid.price(self.price),
            size: Decimal::from(self.contracts),
            side: self.side,
            symbol: trades.symbol,
            serial_id: self.serial,
            timestamp: self.at,
        }
    }
}

fn serial(trade_id: u64) -> i64 {
    i64::try_from(trade_id).unwrap_or(i64::MAX)
}
