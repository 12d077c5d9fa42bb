//! The dead man's switch: while a program lives it puts off the moment at which the venue cancels all its orders.

use std::fmt;
use std::time::Duration;

use lmex_api::futures::CancelAllAfter;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use crate::client::Client;
use crate::error::Error;

/// A renewal is due when this part of the time-out has passed: two may fail in a row.
const PART: u32 = 3;
/// The shortest time between two renewals.
const SHORTEST: Duration = Duration::from_millis(100);
/// How soon after a failed renewal the next one is tried.
const AGAIN: Duration = Duration::from_millis(200);

/// What the switch stands at.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SwitchState {
    /// The venue cancels nothing before this moment.
    Armed {
        /// Counted from when the last renewal that was answered was sent.
        until: Instant,
    },
    /// It could not be renewed in time: the venue may have cancelled all orders. Renewing goes on, for the orders that are
    /// placed from now on.
    Overdue {
        /// When the venue may have cancelled.
        since: Instant,
        /// Why the last renewal failed.
        why: String,
    },
}

/// Keeps the venue's `cancelAllAfter` renewed until it is dropped. Then renewing stops, and the venue cancels all orders
/// of the account when the time-out is over, as it does when the program dies; [`call_off`](Self::call_off) ends it
/// without that.
pub struct DeadMansSwitch {
    client: Client,
    state: watch::Receiver<SwitchState>,
    renewing: JoinHandle<()>,
}

impl Client {
    /// Has the venue cancel all orders of the account after so long, unless it is asked again: once. Zero calls it off, as
    /// on other venues; LMEX's document does not say so. See [`Client::dead_mans_switch`].
    ///
    /// It is not repeated when its answer is lost: ask again, well within the time.
    pub async fn cancel_all_after(&self, timeout: Duration) -> Result<(), Error> {
        let timeout_ms = i64::try_from(timeout.as_millis()).unwrap_or(i64::MAX);
        self.send(&CancelAllAfter { timeout_ms }).await.map(drop)
    }

    /// Arms the dead man's switch, and keeps it renewed as long as what is returned lives. A time-out of some ten seconds
    /// outlasts a reconnect; a renewal leaves every third of it.
    ///
    /// # Errors
    /// Where the first request fails: the switch may be armed then if that [is unknown](Error::is_unknown).
    ///
    /// ```no_run
    /// # async fn run(client: lmex::Client) -> Result<(), lmex::Error> {
    /// let switch = client.dead_mans_switch(std::time::Duration::from_secs(15)).await?;
    /// // … trade; if this program dies, its orders are cancelled 15 s later
    /// switch.call_off().await
    /// # }
    /// ```
    pub async fn dead_mans_switch(&self, timeout: Duration) -> Result<DeadMansSwitch, Error> {
        let sent = Instant::now();
        self.cancel_all_after(timeout).await?;
        let (tell, state) = watch::channel(SwitchState::Armed { until: sent + timeout });
        let renewing = tokio::spawn(renew(self.clone(), timeout, sent, tell));
        Ok(DeadMansSwitch { client: self.clone(), state, renewing })
    }
}

impl DeadMansSwitch {
    /// What it stands at.
    pub fn state(&self) -> SwitchState {
        self.state.borrow().clone()
    }

    /// Waits until it is overdue, and says why. Cancel safe.
    pub async fn overdue(&mut self) -> String {
        let is_overdue = |state: &SwitchState| matches!(state, SwitchState::Overdue { .. });
        match self.state.wait_for(is_overdue).await.as_deref() {
            Ok(SwitchState::Overdue { why, .. }) => why.clone(),
            Ok(SwitchState::Armed { .. }) | Err(_) => "renewing has ended".to_owned(),
        }
    }

    /// Ends it without cancelling anything.
    ///
    /// # Errors
    /// Where the venue was not told: all orders are cancelled when the time-out is over.
    pub async fn call_off(self) -> Result<(), Error> {
        self.renewing.abort();
        self.client.cancel_all_after(Duration::ZERO).await
    }
}

impl Drop for DeadMansSwitch {
    fn drop(&mut self) {
        self.renewing.abort();
    }
}

impl fmt::Debug for DeadMansSwitch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeadMansSwitch").field("state", &self.state()).finish_non_exhaustive()
    }
}

/// Renews for ever. `sent` is when the last renewal that was answered left.
async fn renew(client: Client, timeout: Duration, mut sent: Instant, tell: watch::Sender<SwitchState>) {
    loop {
        sleep_until(sent + pause(timeout)).await;
        sent = renewed(&client, timeout, sent + timeout, &tell).await;
        tell.send_replace(SwitchState::Armed { until: sent + timeout });
    }
}

/// Tries until one is answered, and says so when the time is over; when that one was sent.
async fn renewed(
    client: &Client,
    timeout: Duration,
    due: Instant,
    tell: &watch::Sender<SwitchState>,
) -> Instant {
    loop {
        let sent = Instant::now();
        // One that hangs must keep neither the next one from leaving nor the end from being told.
        let patience = sent + pause(timeout);
        let patience = if sent < due { patience.min(due) } else { patience };
        let answer = timeout_at(patience, client.cancel_all_after(timeout)).await;
        let why = match answer {
            Ok(Ok(())) => return sent,
            Ok(Err(error)) => error.to_string(),
            Err(_) => "no answer in time".to_owned(),
        };
        tracing::warn!(%why, "the dead man's switch was not renewed");
        if Instant::now() >= due {
            tell.send_replace(SwitchState::Overdue { since: due, why });
        }
        sleep(AGAIN.min(pause(timeout))).await;
    }
}

/// Between two renewals. A switch with a tiny time-out does not flood the venue.
fn pause(timeout: Duration) -> Duration {
    (timeout / PART).max(SHORTEST)
}
