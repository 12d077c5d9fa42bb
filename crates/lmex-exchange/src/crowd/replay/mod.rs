//! A recorded market, played again.
//!
//! Messages come in the order in which they were received, and the receive times set the pace. A depth message becomes
//! one command with absolute quantities, a trade becomes a print. The engine takes a print's volume from the book, and
//! the depth that follows states what is left, so volume goes once. A trade that was received after depth which has
//! it already is followed by a re-statement of the levels it reached.

mod book;
mod half;
mod market;
mod pace;

use std::path::Path;

use lmex_engine::{Command, CrowdLevel, MarketId, Rate};
use lmex_tape::{TapeBody, TapeError, TapeLevel, TapeMessage, TapeReader};
use lmex_types::{Decimal, Side, TimeMs};

use super::{FUNDING_PERIOD_MS, Listing, MarketSource, SourceError};
use book::TapeBook;
use pace::Pace;

/// Most messages of one step.
const STEP_MESSAGES: usize = 1_000;
/// Most levels that are stated again after a late trade.
const RESTATED: usize = 20;
/// Venue time between two messages of index and mark price.
const PRICES_MS: i64 = 250;
/// 0.01 % a period: a tape has no funding, and this is the usual rate of the venues it may come from.
const FUNDING_RATE: Rate = Rate::from_basis_points(1);

/// A tape as a source. One message and one batch of the file's rows are in memory, and the book.
#[derive(Debug)]
pub struct Replay {
    reader: TapeReader,
    source: String,
    speed: Decimal,
    pace: Pace,
    listing: Listing,
    book: TapeBook,
    /// Whether best bids and asks stand for the book, because the tape has none.
    top_is_book: bool,
    state: State,
    /// Venue time on the tape of the latest depth: trades up to it are in the book.
    depth_ns: i64,
    /// Middle of the latest best bid and ask.
    top: Option<Decimal>,
    told: Option<(Decimal, Decimal)>,
    prices_at: TimeMs,
    funding_at: TimeMs,
}

#[derive(Debug)]
enum State {
    /// This message is next.
    Playing(TapeMessage),
    /// All was played.
    Ended,
    /// The tape could not be read on.
    Failed,
}

impl Replay {
    /// Opens a tape whose first whole book, or first message if it has none, is due at `start`, and finds its market:
    /// the one with the tape's base currency, else a new one with tick and contract size as fine as the tape's.
    ///
    /// `speed` is how much faster than it was recorded the tape is played: more than 0, at most 1,000,000.
    pub fn open(
        path: &Path,
        speed: Decimal,
        start: TimeMs,
        listings: &[Listing],
    ) -> Result<Self, SourceError> {
        let listing = market::find(path, listings)?;
        let mut reader = TapeReader::open(path)?;
        let first = first_message(&mut reader)?.ok_or_else(|| SourceError::NoPrice { path: path.into() })?;
        let info = reader.info();
        Ok(Self {
            source: info.header.source.clone(),
            speed,
            pace: Pace::new(start, first.received_ns, speed)?,
            book: TapeBook::new(&listing, info.header.size_unit),
            top_is_book: info.depths + info.snapshots == 0,
            listing,
            reader,
            state: State::Playing(first),
            depth_ns: i64::MIN,
            top: None,
            told: None,
            prices_at: start,
            funding_at: start,
        })
    }

    /// The tape's market, at the tape's first price.
    pub fn listing(&self) -> &Listing {
        &self.listing
    }

    fn market(&self) -> MarketId {
        self.listing.market
    }

    /// Whether all was played.
    pub fn has_ended(&self) -> bool {
        matches!(self.state, State::Ended)
    }

    /// The message that is due, after the next one has taken its place.
    fn take_due(&mut self, now: TimeMs) -> Result<Option<TapeMessage>, TapeError> {
        let State::Playing(message) = &self.state else { return Ok(None) };
        if self.pace.due(message.received_ns) > now {
            return Ok(None);
        }
        let next = match self.reader.next().transpose() {
            Ok(next) => next.map_or(State::Ended, State::Playing),
            Err(error) => {
                self.state = State::Failed;
                return Err(error);
            }
        };
        let State::Playing(message) = std::mem::replace(&mut self.state, next) else { return Ok(None) };
        Ok(Some(message))
    }

    fn play(&mut self, message: &TapeMessage, out: &mut Vec<Command>) {
        match message.body {
            TapeBody::Depth { snapshot, ref levels } => {
                self.depth_ns = self.depth_ns.max(message.at_ns);
                self.depth(snapshot, levels, out);
            }
            TapeBody::Trade { aggressor, price, size } => {
                let is_late = message.at_ns <= self.depth_ns;
                self.trade(aggressor, price, size, is_late, out);
            }
            TapeBody::Top { bid, ask } => {
                self.top = middle(bid.price, ask.price);
                if self.top_is_book {
                    let level = |side, quote: lmex_tape::Quote| TapeLevel {
                        side,
                        price: quote.price,
                        size: quote.size,
                    };
                    self.depth(true, &[level(Side::Buy, bid), level(Side::Sell, ask)], out);
                }
            }
        }
    }

    fn depth(&mut self, snapshot: bool, levels: &[TapeLevel], out: &mut Vec<Command>) {
        let mut changed: Vec<CrowdLevel> = Vec::with_capacity(levels.len());
        self.book.apply(snapshot, levels, &mut changed);
        if snapshot || !changed.is_empty() {
            out.push(Command::CrowdDepth { market: self.market(), levels: changed, snapshot });
        }
    }

    fn trade(
        &mut self,
        aggressor: Side,
        price: Decimal,
        size: Decimal,
        is_late: bool,
        out: &mut Vec<Command>,
    ) {
        let passive = aggressor.opposite();
        let Some(ticks) = self.book.ticks(passive, price) else { return };
        let contracts = self.book.contracts(ticks, size).max(1);
        let market = self.market();
        out.push(Command::CrowdTrade { market, aggressor, price: ticks, contracts });
        if is_late {
            let levels: Vec<_> = self.book.reached(passive, ticks).take(RESTATED).collect();
            if !levels.is_empty() {
                out.push(Command::CrowdDepth { market, levels, snapshot: false });
            }
        }
    }

    /// The mark is the middle of the book, the index the middle of the venue's best prices where the tape has them.
    fn tell_prices(&mut self, now: TimeMs, out: &mut Vec<Command>) {
        if now < self.prices_at {
            return;
        }
        let grid = &self.listing.instrument.grid;
        let best = self.book.best();
        let Some(mark) = best.and_then(|(bid, ask)| middle(grid.price(bid), grid.price(ask))) else { return };
        let index = self.top.unwrap_or(mark);
        if self.told.replace((index, mark)) != Some((index, mark)) {
            self.prices_at = now.plus_ms(PRICES_MS);
            out.push(Command::SetPrices { market: self.market(), index, mark });
        }
    }

    fn tell_funding(&mut self, now: TimeMs, out: &mut Vec<Command>) {
        if now >= self.funding_at {
            self.funding_at = now.floor_to(FUNDING_PERIOD_MS).plus_ms(FUNDING_PERIOD_MS);
            let (market, next) = (self.market(), self.funding_at);
            out.push(Command::SetFundingRate { market, rate: FUNDING_RATE, next });
        }
    }
}

impl MarketSource for Replay {
    fn next_at(&self) -> Option<TimeMs> {
        match &self.state {
            State::Playing(message) => Some(self.pace.due(message.received_ns)),
            State::Ended | State::Failed => None,
        }
    }

    fn step(&mut self, now: TimeMs, out: &mut Vec<Command>) -> Result<(), SourceError> {
        self.tell_funding(now, out);
        for _ in 0..STEP_MESSAGES {
            let Some(message) = self.take_due(now)? else { break };
            self.play(&message, out);
        }
        self.tell_prices(now, out);
        Ok(())
    }

    fn describe(&self) -> String {
        let (source, speed) = (&self.source, self.speed.normalize());
        match self.state {
            State::Playing(_) => format!("{source}, replayed at {speed}x"),
            State::Ended => {
                format!("{source}, replayed at {speed}x: the tape has ended, its last book stays")
            }
            State::Failed => {
                format!("{source}, replayed at {speed}x: the tape can't be read on, its last book stays")
            }
        }
    }
}

/// Where to begin: at the snapshot that the tape's book starts with, since before it there is no market to trade in. A
/// tape whose book starts otherwise begins at its first message, and its book builds up.
fn first_message(reader: &mut TapeReader) -> Result<Option<TapeMessage>, TapeError> {
    let has_snapshot = reader.info().starts_with_snapshot;
    let begins = |message: &TapeMessage| {
        !has_snapshot || matches!(message.body, TapeBody::Depth { snapshot: true, .. })
    };
    reader.find(|message| message.as_ref().map_or(true, begins)).transpose()
}

fn middle(bid: Decimal, ask: Decimal) -> Option<Decimal> {
    bid.checked_add(ask)?.checked_div(Decimal::TWO)
}
