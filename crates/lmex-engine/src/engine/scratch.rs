//! What `apply` notes while it reads a command. No part of the state: kept for its memory alone.

use lmex_types::Side;

use super::State;
use crate::margin::Slot;
use crate::message::{Command, Event};
use crate::{MarketId, Trading};

#[derive(Debug, Clone, Default)]
pub(crate) struct Scratch {
    /// Levels that a crowd snapshot names, sorted.
    pub(crate) named: Vec<(Side, i64)>,
    /// Accounts whose money or positions this command changed, in the order of the events. Some come more than once.
    pub(crate) risky: Vec<Slot>,
    /// Markets whose index this command changed, or may have changed while they were halted.
    pub(crate) repriced: Vec<MarketId>,
}

impl Scratch {
    pub(crate) fn start(&mut self, command: &Command) {
        self.named.clear();
        self.risky.clear();
        self.repriced.clear();
        if let Command::CrowdDepth { levels, snapshot: true, .. } = command {
            self.named.extend(levels.iter().map(|level| (level.side, level.price)));
            self.named.sort_unstable();
        }
    }

    /// Notes whom an event may have put at risk.
    pub(crate) fn note(&mut self, state: &State, event: &Event) {
        match event {
            Event::Fill(fill) => {
                let parties = [&fill.maker, &fill.taker].map(|party| state.accounts.slot(party.account));
                self.risky.extend(parties.into_iter().flatten().filter(|&slot| slot != Slot::CROWD));
            }
            Event::PricesSet { market, .. } => {
                self.repriced.push(*market);
                self.risky.extend(state.market(*market).into_iter().flat_map(|market| &market.holders));
            }
            Event::TradingSet { market, trading: Trading::Active } => self.repriced.push(*market),
            Event::FundingPaid { account, .. } => self.risky.extend(state.accounts.slot(*account)),
            _ => {}
        }
    }
}
