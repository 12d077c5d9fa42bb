//! The ledger, told a venue's history in every order, twice and with gaps.

mod histories;
mod messages;
mod tables;
