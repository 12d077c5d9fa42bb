//! What has become of every order: heard, asked for and added up.

mod follow;
mod handle;
mod ledger;
mod order;
mod position;
mod reconcile;
mod report;
mod shared;
mod update;
mod witness;

pub use handle::{OrderTracker, TrackerConfig};
pub use order::{OrderState, Origin, TrackedOrder};
pub use position::TrackedPosition;
pub use report::TrackedFill;
pub use shared::SyncState;
pub use update::Update;
pub(crate) use witness::{Appointed, Witness};

#[cfg(test)]
mod tests;
