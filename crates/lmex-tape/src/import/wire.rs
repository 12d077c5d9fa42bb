//! The messages of Binance, as they stand on a line.

use lmex_types::{Decimal, Side};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::error::{LineProblem, shortened};
use super::market::Family;
use super::sequence::Ids;
use crate::{Quote, TapeBody, TapeLevel};

/// One line, understood.
pub(super) struct Line<'a> {
    /// By the recorder's clock, in nanoseconds since 1970.
    pub(super) received_ns: i64,
    /// By the venue's clock, in milliseconds since 1970; some messages have none.
    pub(super) venue_ms: Option<i64>,
    pub(super) claim: Claim<'a>,
    pub(super) content: Content,
}

/// Which market a message says or shows that it is of.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Claim<'a> {
    pub(super) symbol: Option<&'a str>,
    pub(super) family: Option<Family>,
}

pub(super) enum Content {
    Update {
        ids: Ids,
        levels: Vec<TapeLevel>,
    },
    Snapshot {
        last: u64,
        levels: Vec<TapeLevel>,
    },
    /// A trade or a best bid and ask.
    Plain(TapeBody),
    /// A trade that was not made on the market, or of nothing.
    SkippedTrade,
    /// A best bid and ask of which one side is missing.
    SkippedTop,
    /// Something else than a tape holds.
    Other,
}

/// Takes a line apart.
pub(super) fn parse(line: &str) -> Result<Line<'_>, LineProblem> {
    let (time, json) = line.split_once(' ').unwrap_or((line, ""));
    let received_ns = time.parse().ok().filter(|ns| *ns > 0);
    let received_ns = received_ns.ok_or_else(|| LineProblem::NoTime { found: shortened(time) })?;
    let envelope: Envelope<'_> = read(json)?;
    let (venue_ms, claim, content) = match (&envelope.data, envelope.last_update_id) {
        (None, Some(_)) => snapshot(json)?,
        (data, _) => event(data.map_or(json, |data| data.get()), envelope.stream)?,
    };
    Ok(Line { received_ns, venue_ms, claim, content })
}

type Understood<'a> = (Option<i64>, Claim<'a>, Content);

fn read<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, LineProblem> {
    serde_json::from_str(json).map_err(LineProblem::Json)
}

fn event<'a>(json: &'a str, stream: Option<&str>) -> Result<Understood<'a>, LineProblem> {
    let stream = stream.unwrap_or_default();
    let head: Head<'_> = read(json)?;
    match head.event {
        // The partial streams (`@depth20`) call their cut-off books updates too.
        Some("depthUpdate") if is_partial(stream) => Ok(other()),
        Some("depthUpdate") => update(&read(json)?),
        Some("trade") => trade(&read(json)?),
        Some("bookTicker") => top(&read(json)?),
        // Spot leaves the event's name out here.
        None if stream.ends_with("@bookTicker") => top(&read(json)?),
        _ => Ok(other()),
    }
}

fn other<'a>() -> Understood<'a> {
    (None, Claim::default(), Content::Other)
}

fn is_partial(stream: &str) -> bool {
    let speed_or_depth = stream.split_once("@depth").map(|(_, rest)| rest);
    speed_or_depth.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

fn update<'a>(update: &Update<'a>) -> Result<Understood<'a>, LineProblem> {
    let (first, last) = (update.first, update.last);
    if first > last {
        return Err(LineProblem::Ids { first, last });
    }
    let family = match (update.pair, update.previous) {
        (Some(_), _) => Family::CoinM,
        (None, Some(_)) => Family::UsdM,
        (None, None) => Family::Spot,
    };
    let ids = Ids { after: update.previous.unwrap_or(first.saturating_sub(1)), last };
    let levels = levels(&update.bids, &update.asks)?;
    let claim = Claim { symbol: Some(update.symbol), family: Some(family) };
    Ok((update.transacted_ms.or(update.event_ms), claim, Content::Update { ids, levels }))
}

fn snapshot(json: &str) -> Result<Understood<'_>, LineProblem> {
    let snapshot: Snapshot<'_> = read(json)?;
    let levels = levels(&snapshot.bids, &snapshot.asks)?;
    let claim = Claim { symbol: snapshot.symbol, family: snapshot.pair.map(|_| Family::CoinM) };
    let content = Content::Snapshot { last: snapshot.last, levels };
    Ok((snapshot.transacted_ms.or(snapshot.event_ms), claim, content))
}

fn trade<'a>(trade: &Trade<'a>) -> Result<Understood<'a>, LineProblem> {
    let family = match (trade.origin, trade.spot_flag) {
        (Some(_), _) if trade.symbol.contains("USD_") => Some(Family::CoinM),
        (Some(_), _) => Some(Family::UsdM),
        (None, Some(_)) => Some(Family::Spot),
        (None, None) => None,
    };
    let (price, size) = (number("p", trade.price)?, number("q", trade.size)?);
    // Insurance fund and auto-deleveraging trades (`X`) happen off the book.
    let off_market = trade.origin.is_some_and(|origin| origin != "MARKET");
    let content = if off_market || price.is_zero() || size.is_zero() {
        Content::SkippedTrade
    } else {
        let aggressor = if trade.buyer_is_maker { Side::Sell } else { Side::Buy };
        Content::Plain(TapeBody::Trade { aggressor, price, size })
    };
    Ok((trade.transacted_ms.or(trade.event_ms), Claim { symbol: Some(trade.symbol), family }, content))
}

fn top<'a>(top: &Top<'a>) -> Result<Understood<'a>, LineProblem> {
    let venue_ms = top.transacted_ms.or(top.event_ms);
    let family = match (top.pair, venue_ms) {
        (Some(_), _) => Family::CoinM,
        (None, Some(_)) => Family::UsdM,
        (None, None) => Family::Spot,
    };
    let bid = Quote { price: number("b", top.bid)?, size: number("B", top.bid_size)? };
    let ask = Quote { price: number("a", top.ask)?, size: number("A", top.ask_size)? };
    let content = if bid.price.is_zero() || ask.price.is_zero() {
        Content::SkippedTop
    } else {
        Content::Plain(TapeBody::Top { bid, ask })
    };
    Ok((venue_ms, Claim { symbol: Some(top.symbol), family: Some(family) }, content))
}

fn levels(bids: &[(&str, &str)], asks: &[(&str, &str)]) -> Result<Vec<TapeLevel>, LineProblem> {
    let bids = bids.iter().map(|level| (Side::Buy, level));
    let asks = asks.iter().map(|level| (Side::Sell, level));
    let level = |(side, (price, size)): (Side, &(&str, &str))| {
        Ok(TapeLevel { side, price: positive("price", price)?, size: number("size", size)? })
    };
    bids.chain(asks).map(level).collect()
}

fn positive(field: &'static str, text: &str) -> Result<Decimal, LineProblem> {
    number(field, text).ok().filter(|n| !n.is_zero()).ok_or_else(|| LineProblem::number(field, text))
}

/// Digits with at most one point: the decimal parser would take more than Binance ever writes.
fn number(field: &'static str, text: &str) -> Result<Decimal, LineProblem> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let value = plain.then(|| Decimal::from_str_exact(text).ok()).flatten();
    value.ok_or_else(|| LineProblem::number(field, text))
}

#[derive(Deserialize)]
struct Envelope<'a> {
    stream: Option<&'a str>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    #[serde(rename = "lastUpdateId")]
    last_update_id: Option<u64>,
}

#[derive(Deserialize)]
struct Head<'a> {
    #[serde(rename = "e")]
    event: Option<&'a str>,
}

#[derive(Deserialize)]
struct Update<'a> {
    #[serde(rename = "E")]
    event_ms: Option<i64>,
    #[serde(rename = "T")]
    transacted_ms: Option<i64>,
    #[serde(rename = "s")]
    symbol: &'a str,
    #[serde(rename = "ps")]
    pair: Option<&'a str>,
    #[serde(rename = "U")]
    first: u64,
    #[serde(rename = "u")]
    last: u64,
    #[serde(rename = "pu")]
    previous: Option<u64>,
    #[serde(rename = "b", borrow)]
    bids: Vec<(&'a str, &'a str)>,
    #[serde(rename = "a", borrow)]
    asks: Vec<(&'a str, &'a str)>,
}

#[derive(Deserialize)]
struct Snapshot<'a> {
    #[serde(rename = "lastUpdateId")]
    last: u64,
    #[serde(rename = "E")]
    event_ms: Option<i64>,
    #[serde(rename = "T")]
    transacted_ms: Option<i64>,
    symbol: Option<&'a str>,
    pair: Option<&'a str>,
    #[serde(borrow)]
    bids: Vec<(&'a str, &'a str)>,
    #[serde(borrow)]
    asks: Vec<(&'a str, &'a str)>,
}

#[derive(Deserialize)]
struct Trade<'a> {
    #[serde(rename = "E")]
    event_ms: Option<i64>,
    #[serde(rename = "T")]
    transacted_ms: Option<i64>,
    #[serde(rename = "s")]
    symbol: &'a str,
    #[serde(rename = "p")]
    price: &'a str,
    #[serde(rename = "q")]
    size: &'a str,
    #[serde(rename = "X")]
    origin: Option<&'a str>,
    #[serde(rename = "M")]
    spot_flag: Option<bool>,
    #[serde(rename = "m")]
    buyer_is_maker: bool,
}

#[derive(Deserialize)]
struct Top<'a> {
    #[serde(rename = "E")]
    event_ms: Option<i64>,
    #[serde(rename = "T")]
    transacted_ms: Option<i64>,
    #[serde(rename = "s")]
    symbol: &'a str,
    #[serde(rename = "ps")]
    pair: Option<&'a str>,
    #[serde(rename = "b")]
    bid: &'a str,
    #[serde(rename = "B")]
    bid_size: &'a str,
    #[serde(rename = "a")]
    ask: &'a str,
    #[serde(rename = "A")]
    ask_size: &'a str,
}
