//! What an account owns, owes and may still risk: a wallet, legs in each market, cross and isolated margin.

mod account;
mod fee;
mod liquidation;
mod position;
mod requirement;
mod sums;
mod tier;
mod transfer;
mod wallet;

pub(crate) use account::{Account, Accounts, Holding, OpenSide, Slot, Terms};
pub(crate) use fee::fee;
pub(crate) use liquidation::liquidation_price;
pub(crate) use position::Position;
pub(crate) use requirement::{Candidate, Initial, order_margin};
pub(crate) use sums::Sums;
pub use tier::{Tier, Tiers};
pub(crate) use transfer::Transfer;
pub use wallet::Wallet;
