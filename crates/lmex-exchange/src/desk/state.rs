//! What the desk knows: the engine and the views beside it.

use std::borrow::Cow;

use lmex_engine::{Command, Engine, Event, MarketView, Stamped};
use lmex_types::TimeMs;

use crate::feed::Batch;
use crate::views::{
    Candles, Fills, Fundings, Liquidations, OrderRecord, OrderState, Orders, Trades, WalletHistory,
};

use super::owners::Owners;

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
    pub(crate) liquidations: Liquidations,
    pub(crate) wallet_history: WalletHistory,
    pub(crate) owners: Owners,
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
            liquidations: Liquidations::default(),
            wallet_history: WalletHistory::default(),
            owners: Owners::default(),
            seq: 0,
            now: TimeMs::default(),
        }
    }

    /// The market with this name, spelt as LMEX spells it.
    pub(crate) fn market(&self, symbol: &str) -> Option<MarketView<'_>> {
        self.engine.markets().find(|market| market.instrument().symbol.as_str() == symbol)
    }

    /// An order as it stands now. A take profit or stop loss that waits for its price closes all there is: it has the size
    /// of its position, which may have changed since it was bound.
    pub(crate) fn standing<'a>(&self, record: &'a OrderRecord) -> Cow<'a, OrderRecord> {
        let order = &record.order;
        let waits = record.state == OrderState::Open && order.is_bound() && order.waits();
        let held = waits.then(|| self.engine.position(order.account, order.market, order.leg)).flatten();
        match held {
            Some(held) if held.contracts.saturating_abs() != order.contracts => {
                let mut standing = record.clone();
                standing.order.contracts = held.contracts.saturating_abs();
                Cow::Owned(standing)
            }
            _ => Cow::Borrowed(record),
        }
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
        self.orders.follow(&self.engine);
        let positions = self.changed_positions(&events);
        Batch { seq: stamped.seq, at: stamped.at, events, positions }
    }

    fn note(&mut self, at: TimeMs, event: &Event) {
        self.orders.apply(at, event);
        self.fills.apply(at, event, &self.orders, &self.engine);
        self.candles.apply(at, event);
        self.trades.apply(at, event);
        self.fundings.apply(at, event);
        self.liquidations.apply(event);
        self.wallet_history.apply(at, event, &self.engine, &self.liquidations);
    }
}
