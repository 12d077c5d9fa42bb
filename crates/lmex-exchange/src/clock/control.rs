//! Whoever moves the venue's time.

use lmex_types::TimeMs;
use serde::Serialize;

use super::speed::{Flow, Speed};
use super::{Clock, VenueTime};
use crate::desk::{DeskGone, DeskHandle, StepError};

/// Moves the venue's time. Cheap to clone.
///
/// Orders, their expiry, funding, candles, the crowd and a replayed tape live by venue time. Nonces, rate limits and
/// time-outs of connections do not: they go by the clock on the wall, whatever is done here.
#[derive(Debug, Clone)]
pub struct TimeControl {
    desk: DeskHandle,
    venue: VenueTime,
    wall: Clock,
}

/// What the clocks show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TimeStatus {
    /// Venue time, in milliseconds since 1970.
    pub venue_ms: i64,
    /// Wall time, in milliseconds since 1970: what nonces are compared with.
    pub wall_ms: i64,
    /// Whether venue time stands still.
    pub is_paused: bool,
    /// How many times faster than real time it runs, or will when it goes on: `10`.
    pub speed: String,
}

/// Why time was not moved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// A step that can't be made.
    #[error(transparent)]
    Step(#[from] StepError),
    /// The exchange has stopped.
    #[error(transparent)]
    Gone(#[from] DeskGone),
}

impl TimeControl {
    pub(crate) fn new(desk: DeskHandle, venue: VenueTime, wall: Clock) -> Self {
        Self { desk, venue, wall }
    }

    /// What the clocks show.
    pub fn status(&self) -> TimeStatus {
        let Flow { is_paused, speed } = self.venue.flow();
        let (venue_ms, wall_ms) = (self.venue.now().as_millis(), self.wall.now().as_millis());
        TimeStatus { venue_ms, wall_ms, is_paused, speed: speed.to_string() }
    }

    /// Venue time stands still: the crowd too. Orders still match, all at the same moment.
    pub async fn pause(&self) -> Result<TimeStatus, TimeError> {
        self.change(|flow| Flow { is_paused: true, ..flow }).await
    }

    /// Venue time goes on, at the speed it had.
    pub async fn resume(&self) -> Result<TimeStatus, TimeError> {
        self.change(|flow| Flow { is_paused: false, ..flow }).await
    }

    /// Sets how fast venue time runs, now or, if it stands still, when it goes on.
    pub async fn run_at(&self, speed: Speed) -> Result<TimeStatus, TimeError> {
        self.change(move |flow| Flow { speed, ..flow }).await
    }

    /// Lives through so many milliseconds at once, and returns when all that was due in them has happened, in its
    /// order. Time then stands still or runs on as before. At most 31 days.
    pub async fn step(&self, millis: i64) -> Result<TimeStatus, TimeError> {
        self.desk.act(move |desk| desk.begin_step(desk.state.now.plus_ms(millis))).await??;
        self.arrive().await
    }

    /// The same, to a moment.
    pub async fn step_to(&self, at: TimeMs) -> Result<TimeStatus, TimeError> {
        self.desk.act(move |desk| desk.begin_step(at)).await??;
        self.arrive().await
    }

    /// The desk answers nobody while it is under way.
    async fn arrive(&self) -> Result<TimeStatus, TimeError> {
        self.desk.read(|_| ()).await?;
        Ok(self.status())
    }

    /// By way of the desk, so that it wakes and sleeps by the new flow from here on.
    async fn change(&self, to: impl FnOnce(Flow) -> Flow + Send + 'static) -> Result<TimeStatus, TimeError> {
        let venue = self.venue.clone();
        self.desk.act(move |_| venue.set_flow(to(venue.flow()))).await?;
        Ok(self.status())
    }
}
