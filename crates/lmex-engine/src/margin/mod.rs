//! What an account owns, owes and may still risk: one wallet, one position per market, cross margin.

mod account;
mod fee;
mod liquidation;
mod position;
mod requirement;
mod tier;
mod wallet;

pub(crate) use account::{Account, Accounts, Holding, OpenSide, Slot, Terms};
pub(crate) use fee::fee;
pub(crate) use liquidation::{Equity, liquidation_price};
pub(crate) use position::Position;
pub(crate) use requirement::{Candidate, order_margin};
pub use tier::{Tier, Tiers};
pub use wallet::Wallet;
