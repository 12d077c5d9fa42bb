//! What the desk knows: the engine and the views beside it.

use std::collections::BTreeMap;

use lmex_engine::{AccountId, Command, Engine, Event, MarketView, Stamped};
use lmex_types::TimeMs;
use serde::{Deserialize, Serialize};

use crate::feed::Batch;
use crate::journal::Entry;
use crate::views::{Candles, Fills, Fundings, Liquidations, Orders, Trades, WalletHistory};

use super::owners::Owners;

/// What can be read between two commands.
#[derive(Debug, Serialize, Deserialize)]
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
    /// No request of an account whose nonce is above this was believed before the last record was kept. Nothing where
    /// nothing is kept.
    pub(crate) nonces_up_to: BTreeMap<AccountId, TimeMs>,
    /// Commands applied so far.
    pub seq: u64,
    /// Venue time of the last command or request.
    pub now: TimeMs,
}

impl DeskState {
    /// A state in which nothing has happened, with views that know the past.
    pub(crate) fn new(candles: Candles, fundings: Fundings) -> Self {
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
            nonces_up_to: BTreeMap::new(),
            seq: 0,
            now: TimeMs::default(),
        }
    }

    /// The market with this name, spelt as LMEX spells it.
    pub(crate) fn market(&self, symbol: &str) -> Option<MarketView<'_>> {
        self.engine.markets().find(|market| market.instrument().symbol.as_str() == symbol)
    }

    /// Carries out a command, the next in the sequence, at `now`; with the positions that it has changed, if asked for.
    pub(crate) fn carry_out(&mut self, command: Command, with_positions: bool) -> (Stamped, Batch) {
        self.seq += 1;
        let stamped = Stamped { seq: self.seq, at: self.now, command };
        let mut events = Vec::new();
        self.engine.apply(&stamped, &mut events);
        self.note_all(&stamped, &events);
        let positions = if with_positions { self.changed_positions(&events) } else { Vec::new() };
        let batch = Batch { seq: stamped.seq, at: stamped.at, events, positions };
        (stamped, batch)
    }

    /// Takes the state past a command that was carried out before: by its events, deciding nothing.
    pub(crate) fn go_through(&mut self, stamped: &Stamped, events: &[Event]) {
        (self.seq, self.now) = (stamped.seq, stamped.at);
        for event in events {
            self.engine.evolve(event);
        }
        self.note_all(stamped, events);
    }

    /// Takes the state past what was kept and is no command; false, and nothing changed, where it can't have happened.
    pub(crate) fn go_past(&mut self, entry: &Entry<'_>) -> bool {
        match entry {
            Entry::Owner { account, name } => self.owners.add(*account, name),
            Entry::Spot { account, by } => return self.owners.change_spot(*account, *by),
            Entry::Nonces { account, up_to } => {
                self.nonces_up_to.insert(*account, *up_to);
            }
            Entry::Begun | Entry::Command { .. } | Entry::Digest(_) => {}
        }
        true
    }

    /// A digest of all that is money or decides about it: the engine and the spot wallets. What the views tell of the past
    /// is not in it.
    pub(crate) fn digest(&self) -> u64 {
        self.owners.digest(self.engine.digest())
    }

    /// The views hear of a command when the engine has gone through all of it.
    fn note_all(&mut self, stamped: &Stamped, events: &[Event]) {
        for event in events {
            self.note(stamped.at, event);
        }
        if let Command::Close { order, .. } = stamped.command {
            self.orders.note_closing(order);
        }
        self.orders.follow(events, &self.engine);
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
