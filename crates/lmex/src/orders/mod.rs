//! Orders: never lost, never doubled.
//!
//! Every order has a client id and a line in the journal of intents before it is sent; so has the closing of a position,
//! whose id the venue does not learn. Placing one has three outcomes: *done*, *refused* and *unknown*. An order is never
//! sent twice; an unknown one is resolved by asking, and the next order, amendment or close in its market waits for that.

mod algo;
mod bind;
mod change;
mod client_id;
mod close;
mod condition;
mod desk;
mod journal;
mod new_order;
mod outcome;
mod place;
mod resolve;

pub use algo::NewAlgoOrder;
pub use client_id::new_client_id;
pub use condition::{Exits, OrderError, Trigger};
pub(crate) use desk::{OrderDesk, scope};
pub use journal::{Durability, JournalError};
pub use new_order::{CheckedOrder, NewOrder, OrderPrice};
pub use outcome::{DoneOrder, OrderOutcome, Refusal, UnknownOrder};
pub use resolve::Resolution;
pub(crate) use resolve::{from_detail, from_open};
