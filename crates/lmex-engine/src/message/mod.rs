//! What the engine is told and what it answers.

mod command;
mod event;
mod named;
mod refusal;

pub use command::{CancelTarget, Command, CrowdLevel, NewOrder, OrderRef, Stamped};
pub use event::{
    AmendCause, CancelReason, CrowdPurpose, Deleveraged, Event, Fill, LevelCause, LevelChange, OpenedMarket,
    Party,
};
pub use named::{Conflict, Fixed, InstrumentPart};
pub use refusal::Refusal;
