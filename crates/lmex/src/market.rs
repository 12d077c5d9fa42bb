//! Market data by REST. None of these calls needs a key, and none sends one.

use lmex_api::futures::{
    BookByGrouping, BookSnapshot, Candle, Candles, FundingHistory, FundingPeriod, FundingRate,
    MarketRiskLimits, MarketSummary, MarketSummaryRequest, OrderbookL2, Price, PriceRequest, PublicTrade,
    Resolution, RiskTier, Trades,
};
use lmex_types::{Symbol, TimeMs};

use crate::client::Client;
use crate::environment::Environment;
use crate::error::Error;
use crate::reply::Reply;

/// A candle, and whether it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarkedCandle {
    /// The candle.
    pub candle: Candle,
    /// Whether it will not change any more. The newest one usually will: an indicator must not use it yet.
    pub finished: bool,
}

impl Client {
    /// Specification and last day of every market.
    pub async fn market_summary(&self) -> Result<Reply<Vec<MarketSummary>>, Error> {
        let request = MarketSummaryRequest { symbol: None, full: true };
        Ok(self.send(&request).await?.map(|markets| markets.0))
    }

    /// Specification and last day of one market.
    pub async fn market(&self, symbol: Symbol) -> Result<Reply<MarketSummary>, Error> {
        let reply = self.send(&MarketSummaryRequest { symbol: Some(symbol), full: true }).await?;
        one(reply.map(|markets| markets.0), symbol, |market| market.symbol)
    }

    /// Index, last and mark price of a market.
    pub async fn price(&self, symbol: Symbol) -> Result<Reply<Price>, Error> {
        let reply = self.send(&PriceRequest { symbol: Some(symbol) }).await?;
        one(reply.map(|prices| prices.0), symbol, |price| price.symbol)
    }

    /// The last `count` candles (at most 300), oldest first; the unfinished one is marked. What is last and what is
    /// unfinished goes by the venue's time: a local exchange's can stand still or jump, so its book is asked for it.
    pub async fn ohlcv(
        &self,
        symbol: Symbol,
        resolution: Resolution,
        count: usize,
    ) -> Result<Reply<Vec<MarkedCandle>>, Error> {
        let count = count.clamp(1, Candles::MAX);
        let now = self.venue_now(symbol).await?;
        let back = resolution.millis().saturating_mul(i64::try_from(count - 1).unwrap_or(i64::MAX));
        let start = now.floor_to(resolution.millis()).plus_ms(-back);
        self.candles_at(symbol, resolution, (start, now), now).await.map(|reply| {
            reply.map(|mut candles| {
                let surplus = candles.len().saturating_sub(count);
                candles.drain(..surplus);
                candles
            })
        })
    }

    /// The candles that begin between two moments of the venue's time (at most 300), oldest first; the unfinished one
    /// is marked.
    pub async fn ohlcv_between(
        &self,
        symbol: Symbol,
        resolution: Resolution,
        start: TimeMs,
        end: TimeMs,
    ) -> Result<Reply<Vec<MarkedCandle>>, Error> {
        let now = self.venue_now(symbol).await?;
        self.candles_at(symbol, resolution, (start, end), now).await
    }

    /// Candles of a period, marked by what was over at `now`, a moment before they were asked for: one that ends on the
    /// way is unfinished, never the other way round.
    async fn candles_at(
        &self,
        symbol: Symbol,
        resolution: Resolution,
        (start, end): (TimeMs, TimeMs),
        now: TimeMs,
    ) -> Result<Reply<Vec<MarkedCandle>>, Error> {
        let request = Candles { symbol, resolution, start: Some(start), end: Some(end) };
        let mark = |candle: Candle| MarkedCandle { candle, finished: candle.is_finished(resolution, now) };
        Ok(self.send(&request).await?.map(|mut candles| {
            // Documented as newest first; sorted so that nobody depends on it.
            candles.sort_by_key(|candle| candle.start);
            candles.into_iter().map(mark).collect()
        }))
    }

    /// The venue's time. Testnet and live go by the wall's clock; a local exchange's books tell when they stood so.
    async fn venue_now(&self, symbol: Symbol) -> Result<TimeMs, Error> {
        match self.environment() {
            Environment::Local => Ok(self.orderbook_l2(symbol, 1).await?.timestamp),
            Environment::Testnet | Environment::Live => Ok(self.clock().wall()),
        }
    }

    /// The order book, price by price, best first.
    pub async fn orderbook_l2(&self, symbol: Symbol, depth: u32) -> Result<Reply<BookSnapshot>, Error> {
        self.send(&OrderbookL2 { symbol, depth: Some(depth) }).await
    }

    /// The order book with its prices grouped (0 to 8; 0 is the market's own step), best first.
    pub async fn orderbook(&self, symbol: Symbol, group: u8) -> Result<Reply<BookSnapshot>, Error> {
        self.send(&BookByGrouping { symbol, group: Some(group) }).await
    }

    /// The last `count` public trades (at most 500), newest first.
    pub async fn trades(&self, symbol: Symbol, count: u32) -> Result<Reply<Vec<PublicTrade>>, Error> {
        self.send(&Trades { symbol, start: None, end: None, count: Some(count) }).await
    }

    /// The last `count` funding rates of a market, in the venue's order.
    pub async fn funding_history(
        &self,
        symbol: Symbol,
        count: u32,
    ) -> Result<Reply<Vec<FundingRate>>, Error> {
        let request = FundingHistory { symbol: Some(symbol), period: FundingPeriod::Last(count) };
        let reply = self.send(&request).await?;
        Ok(reply.map(|mut by_market| by_market.remove(symbol.as_str()).unwrap_or_default()))
    }

    /// The steps of the risk limits of every market, or of one.
    pub async fn risk_tiers(&self, symbol: Option<Symbol>) -> Result<Reply<Vec<RiskTier>>, Error> {
        Ok(self.send(&MarketRiskLimits { symbol }).await?.map(|envelope| envelope.data))
    }
}

/// The venue answers with a list even for one market.
fn one<T>(reply: Reply<Vec<T>>, symbol: Symbol, symbol_of: impl Fn(&T) -> Symbol) -> Result<Reply<T>, Error> {
    let Reply { data, status, headers, latency, attempts } = reply;
    let found = data.into_iter().find(|row| symbol_of(row) == symbol);
    let data = found.ok_or(Error::UnknownMarket(symbol))?;
    Ok(Reply { data, status, headers, latency, attempts })
}
