//! What the desk knows: the engine and the views beside it.

use lmex_engine::{Command, Engine, Event, MarketView, Stamped};
use lmex_types::TimeMs;

use crate::feed::Batch;
use crate::views::{Candles, Fills, Fundings, Orders, Trades};

/// What can be read between two commands.
#[derive(Debug)]
pub struct DeskState {
    /// The exchange itself.
    pub engine: Engine,
    pub(crate) orders: Orders,
    pub(crate) fills: Fills,
    pub(crate) candles: Candles,
    pub(crate) trades: Trades,
    pub(crate) fundings: Fundings,
    /// Commands applied so far.
    pub seq: u64,
    /// Venue time of the last command or request.
    pub now: TimeMs,
}

impl DeskState {
    /// A state in which nothing has happened, with views that know the past.
    pub(super) fn new(candles: Candles, fundings: Fundings) -> Self {
        Self {
            engine: Engine::default(),
            orders: Orders::default(),
            fills: Fills::default(),
            candles,
            trades: Trades::default(),
            fundings,
            seq: 0,
            now: TimeMs::default(),
        }
    }

    /// The market with this name, spelt as LMEX spells it.
    pub(crate) fn market(&self, symbol: &str) -> Option<MarketView<'_>> {
        self.engine.markets().find(|market| market.instrument().symbol.as_str() == symbol)
    }

    /// Carries out a command, the next in the sequence, at `now`.
    pub(super) fn carry_out(&mut self, command: Command) -> Batch {
        self.seq += 1;
        let stamped = Stamped { seq: self.seq, at: self.now, command };
        let mut events = Vec::new();
        self.engine.apply(&stamped, &mut events);
        for event in &events {
            self.note(stamped.at, event);
        }
        Batch { seq: stamped.seq, at: stamped.at, events }
    }

    fn note(&mut self, at: TimeMs, event: &Event) {
        self.orders.apply(at, event);
        if let Event::Fill(fill) = event {
            self.fills.apply(at, fill, &self.orders);
        }
        self.candles.apply(at, event);
        self.trades.apply(at, event);
        self.fundings.apply(at, event);
    }
}
