//! A recorded market, played again.
//!
//! Messages come in the order in which they were received, and the receive times set the pace. A depth message becomes
//! one command with absolute quantities, a trade becomes a print. The engine takes a print's volume from the book, and
//! the depth that follows states what is left, so volume goes once. A trade that was received after depth which has
//! it already is played right before that depth (`order`); should one come too late for that, it is followed by a
//! re-statement of the levels it reached.
//!
//! # What a tape can't know
//!
//! A user's order waits behind all that is recorded at its price when it comes, and is filled when more was sold there
//! than stood before it, or when the other side's quotes went through its price. Beyond that a tape says nothing of it:
//!
//! - **who left the queue**: depth that shrinks without a trade is taken to be from behind the user's order, or the
//!   order would gain by a guess (the engine's `QueueModel::Tail`);
//! - **what the order does to the market**: nobody on the tape sees it. What a user takes is back with the next message
//!   that names the level; what a user was sold is not missing from what the tape's own orders were sold;
//! - **hidden orders and orders inside the spread**: a trade better than the best recorded price reaches users at that
//!   price alone.

mod ahead;
mod book;
mod half;
mod market;
mod order;
mod pace;

use std::path::Path;

use lmex_engine::{Command, CrowdLevel, FundingRules, MarketId, Rate};
use lmex_tape::{TapeBody, TapeError, TapeLevel, TapeMessage, TapeReader};
use lmex_types::{Decimal, Side, TimeMs};

use super::{FUNDING_PERIOD_MS, Listing, MarketSource, SourceError};
use ahead::{Read, ReadAhead};
use book::TapeBook;
use order::InOrder;
use pace::Pace;

/// Most messages of one step.
const STEP_MESSAGES: usize = 1_000;
/// Most levels that are stated again after a late trade.
const RESTATED: usize = 20;
/// Venue time between two messages of index and mark price.
const PRICES_MS: i64 = 250;
/// How far a tape's market is above its index: nothing, since its index is its own middle. So its rate is the interest.
const PREMIUM: Rate = Rate::ZERO;
/// What of a replayed market is not its tape's: the funding above, and what `history` makes up before the start.
const NOT_RECORDED: &str = "its funding and earlier candles and trades simulated";

/// How long after it asked in vain a replay that does not wait asks the reader again.
const RETRY_MS: i64 = 2;

/// A tape as a source. A thread of its own reads it ahead: a few chunks of messages and one batch of the file's rows
/// are in memory, and the book.
#[derive(Debug)]
pub struct Replay {
    tape: ReadAhead,
    waits: bool,
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
    /// Index and middle of the book when prices were told last.
    told: Option<(Decimal, Decimal)>,
    prices_at: TimeMs,
    funding_at: TimeMs,
}

#[derive(Debug)]
enum State {
    /// This message is next.
    Playing(TapeMessage),
    /// What is next is not known, and asked at this time.
    Asking(TimeMs),
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
    ///
    /// A step waits until the tape is decoded as far as it is due, so the same steps give the same commands; see
    /// [`Replay::without_waiting`].
    pub fn open(
        path: &Path,
        speed: Decimal,
        start: TimeMs,
        listings: &[Listing],
    ) -> Result<Self, SourceError> {
        let listing = market::find(path, listings)?;
        let mut reader = TapeReader::open(path)?;
        let first = first_message(&mut reader)?.ok_or_else(|| SourceError::NoPrice { path: path.into() })?;
        let info = reader.info().clone();
        Ok(Self {
            source: info.header.source,
            speed,
            pace: Pace::new(start, first.received_ns, speed)?,
            book: TapeBook::new(&listing, info.header.size_unit),
            top_is_book: info.depths + info.snapshots == 0,
            listing,
            tape: ReadAhead::start(InOrder::new(reader)).map_err(SourceError::Thread)?,
            waits: true,
            state: State::Playing(first),
            depth_ns: i64::MIN,
            top: None,
            told: None,
            prices_at: start,
            funding_at: start,
        })
    }

    /// The same tape, but a step does not wait for the disk: it does what is decoded, and the rest comes later, in
    /// the same order.
    #[must_use]
    pub fn without_waiting(self) -> Self {
        Self { waits: false, ..self }
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

    /// The message that is due.
    fn take_due(&mut self, now: TimeMs) -> Result<Option<TapeMessage>, SourceError> {
        if matches!(self.state, State::Asking(_)) {
            // Stands unless there is something to read.
            self.state = State::Failed;
            self.state = match self.tape.next(self.waits)? {
                Read::Message(message) => State::Playing(message),
                Read::NotYet => State::Asking(now.plus_ms(RETRY_MS)),
                Read::End => State::Ended,
            };
        }
        match &self.state {
            State::Playing(message) if self.pace.due(message.received_ns) <= now => {}
            _ => return Ok(None),
        }
        let State::Playing(message) = std::mem::replace(&mut self.state, State::Asking(now)) else {
            return Ok(None);
        };
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

    fn tell_prices(&mut self, now: TimeMs, out: &mut Vec<Command>) {
        let Some((index, middle)) = self.untold().filter(|_| now >= self.prices_at) else { return };
        self.told = Some((index, middle));
        self.prices_at = now.plus_ms(PRICES_MS);
        out.push(Command::SetPrices { market: self.market(), index, mark: None });
    }

    /// The index and the middle of the book, if they are not as when prices were told last. The index is the middle of
    /// the venue's best prices where the tape has them, else that of the book; the mark follows from both, by the
    /// engine's rules.
    fn untold(&self) -> Option<(Decimal, Decimal)> {
        let grid = &self.listing.instrument.grid;
        let (bid, ask) = self.book.best()?;
        let middle = middle(grid.price(bid), grid.price(ask))?;
        let prices = (self.top.unwrap_or(middle), middle);
        (self.told != Some(prices)).then_some(prices)
    }

    fn play_due(&mut self, now: TimeMs, out: &mut Vec<Command>) -> Result<(), SourceError> {
        for _ in 0..STEP_MESSAGES {
            let Some(message) = self.take_due(now)? else { break };
            self.play(&message, out);
        }
        Ok(())
    }

    fn tell_funding(&mut self, now: TimeMs, out: &mut Vec<Command>) {
        if now >= self.funding_at {
            self.funding_at = now.floor_to(FUNDING_PERIOD_MS).plus_ms(FUNDING_PERIOD_MS);
            let (market, next) = (self.market(), self.funding_at);
            let rate = FundingRules::default().rate(PREMIUM);
            out.push(Command::SetFundingRate { market, rate, next });
        }
    }
}

impl MarketSource for Replay {
    fn next_at(&self) -> Option<TimeMs> {
        let plays = match &self.state {
            State::Playing(message) => Some(self.pace.due(message.received_ns)),
            State::Asking(at) => Some(*at),
            State::Ended | State::Failed => None,
        };
        // Prices that changed are told even where the tape says nothing more, or for long.
        let tells = self.untold().map(|_| self.prices_at);
        plays.into_iter().chain(tells).min()
    }

    fn step(&mut self, now: TimeMs, out: &mut Vec<Command>) -> Result<(), SourceError> {
        self.tell_funding(now, out);
        let played = self.play_due(now, out);
        self.tell_prices(now, out);
        played
    }

    fn describe(&self) -> String {
        let (source, speed) = (&self.source, self.speed.normalize());
        let state = match self.state {
            State::Playing(_) | State::Asking(_) => "",
            State::Ended => ": the tape has ended, its last book stays",
            State::Failed => ": the tape can't be read on, its last book stays",
        };
        let left_out = self.book.left_out_above().map_or_else(String::new, |highest| {
            format!("; prices above {highest}, 100 times the market's first, are left out")
        });
        format!("{source}, replayed at {speed}x{state}{left_out}; {NOT_RECORDED}")
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

#[cfg(test)]
mod tests {
    use super::*;
    use lmex_tape::{Existing, SizeUnit, TapeHeader, TapeWriter};
    use std::sync::mpsc::sync_channel;

    const START: TimeMs = TimeMs::from_millis(1_760_000_000_000);

    fn depth(ms: i64, price: i64) -> TapeMessage {
        let level = |side, price: i64| TapeLevel { side, price: price.into(), size: Decimal::ONE };
        let levels = vec![level(Side::Buy, price), level(Side::Sell, price + 1)];
        let ns = ms * 1_000_000;
        TapeMessage { at_ns: ns, received_ns: ns, body: TapeBody::Depth { snapshot: true, levels } }
    }

    fn replay() -> Replay {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tape.parquet");
        let header = TapeHeader::new("a test", "BTCUSDT", SizeUnit::Base);
        let mut writer = TapeWriter::create(&path, header, Existing::Refuse).unwrap();
        writer.write(&depth(0, 100)).unwrap();
        writer.finish().unwrap();
        Replay::open(&path, Decimal::ONE, START, &Listing::standard()).unwrap().without_waiting()
    }

    fn depths(replay: &mut Replay, ms: i64) -> Result<usize, SourceError> {
        let mut commands = Vec::new();
        let stepped = replay.step(START.plus_ms(ms), &mut commands);
        let is_depth = |command: &&Command| matches!(command, Command::CrowdDepth { .. });
        stepped.map(|()| commands.iter().filter(is_depth).count())
    }

    /// Without the sleep that the disk takes: the tape is a channel that gives nothing until it is told to.
    #[test]
    fn a_step_does_not_wait_for_a_slow_disk() {
        let (disk, tape) = sync_channel(0);
        let mut replay = replay();
        replay.tape = ReadAhead::start(tape.into_iter()).unwrap();
        assert_eq!(depths(&mut replay, 0).unwrap(), 1, "the first message was read on opening");
        assert_eq!(replay.next_at(), Some(START.plus_ms(RETRY_MS)), "it asks again");
        assert_eq!(depths(&mut replay, 500).unwrap(), 0);
        assert_eq!(replay.describe(), format!("a test, replayed at 1x; {NOT_RECORDED}"));
        [depth(100, 101), depth(200, 102)].into_iter().for_each(|message| disk.send(Ok(message)).unwrap());
        let broken = TapeError::NotAFile { path: "tape".into() };
        disk.send(Err(broken)).unwrap();
        replay.waits = true;
        let mut commands = Vec::new();
        let failed = replay.step(START.plus_ms(500), &mut commands);
        assert!(matches!(failed, Err(SourceError::Tape(_))), "{failed:?}");
        assert_eq!(commands.len(), 3, "what came before the damage was played, and its price is told");
        assert_eq!(replay.next_at(), None);
        assert!(replay.describe().contains("can't be read on"));
    }
}
