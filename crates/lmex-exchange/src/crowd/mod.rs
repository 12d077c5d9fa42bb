//! Where the market comes from: a simulated crowd or a tape, as commands to the engine.
//!
//! A source reads no clock: the desk says what time it is and gets commands. The simulated crowd is pure; a replay reads
//! its tape ahead on a thread of its own. A source never sees users' orders. What a user takes from the crowd comes back
//! with the next command that names the level.

mod chance;
mod listing;
mod replay;
mod several;
mod source;
mod synthetic;

pub(crate) use chance::Chance;
pub use listing::{FUNDING_PERIOD_MS, Listing};
pub use replay::Replay;
pub use several::{Several, beside_simulated};
pub use source::{MarketSource, SourceError};
pub(crate) use synthetic::{
    Flow, MEAN_ORDER, Premium, Volatility, WITH_CHILDREN, contracts_of, root_of_seconds,
};
pub use synthetic::{Profile, Standing, SyntheticCrowd};
