//! What `apply` notes while it reads a command. No part of the state: kept for its memory alone.

use lmex_types::Side;

use super::State;
use crate::margin::Slot;
use crate::message::{Command, Event};
use crate::{AccountId, MarketId, Trading};

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
                self.risk(state, fill.maker.account);
                self.risk(state, fill.taker.account);
            }
            Event::Deleveraged(deleveraged) => {
                self.risk(state, deleveraged.loser.account);
                self.risk(state, deleveraged.winner.account);
            }
            Event::PricesSet { market, .. } => {
                self.repriced.push(*market);
                self.risk_holders(state, *market);
            }
            Event::TradingSet { market, trading } => {
                if *trading == Trading::Active {
                    self.repriced.push(*market);
                }
                self.risk_holders(state, *market);
            }
            Event::FundingPaid { account, .. }
            | Event::Withdrawn { account, .. }
            | Event::LeverageSet { account, .. }
            | Event::MarginMoved { account, .. }
            | Event::RiskLimitSet { account, .. } => self.risk(state, *account),
            _ => {}
        }
    }

    fn risk(&mut self, state: &State, account: AccountId) {
        self.risky.extend(state.accounts.slot(account).filter(|&slot| slot != Slot::CROWD));
    }

    fn risk_holders(&mut self, state: &State, market: MarketId) {
        self.risky.extend(state.market(market).into_iter().flat_map(|market| &market.holders));
    }
}
