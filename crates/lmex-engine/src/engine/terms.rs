//! Terms for several legs at once: whether all of them can have what is asked for, before one of them gets it.

use super::{Engine, decide};
use crate::message::{Command, Refusal};
use crate::{AccountId, LegId, MarginMode, MarketId};

/// What an account wants to agree on for its positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewTerms {
    /// As [`Command::SetLeverage`] has it.
    Leverage {
        /// 0 is the most that the risk limit allows.
        leverage: u32,
        /// Cross or isolated; `None` keeps it.
        margin: Option<MarginMode>,
    },
    /// As [`Command::SetRiskLimit`] has it.
    RiskLimit {
        /// The tier, counted from 1.
        level: u32,
    },
}

impl NewTerms {
    /// The command that sets them for one leg.
    pub fn command(self, account: AccountId, market: MarketId, leg: LegId) -> Command {
        match self {
            Self::Leverage { leverage, margin } => {
                Command::SetLeverage { account, market, leg, leverage, margin }
            }
            Self::RiskLimit { level } => Command::SetRiskLimit { account, market, leg, level },
        }
    }
}

impl Engine {
    /// Whether an account can have new terms for all of these legs, set one after the other with nothing in between.
    ///
    /// To try and take back what was done is no way to find out: terms that move money into an isolated position at a
    /// loss don't let all of it out again.
    ///
    /// # Errors
    /// What the first leg that can't have them is refused for.
    pub fn all_agree(
        &self,
        account: AccountId,
        market: MarketId,
        legs: &[LegId],
        new: NewTerms,
    ) -> Result<(), Refusal> {
        decide::all_agree(&self.state, account, market, legs, new)
    }
}
