//! A clock for an open loop. The runtime's own has milliseconds, which is as long as the answers that are measured take.

use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
};
use tokio::io::unix::AsyncFd;

use crate::Outcome;

/// A timer of the system that goes off again and again.
#[derive(Debug)]
pub(crate) struct Pace {
    timer: AsyncFd<OwnedFd>,
}

impl Pace {
    /// Goes off when `first` is over, and every `step` from then on.
    pub(crate) fn new(first: Duration, step: Duration) -> Outcome<Self> {
        let timer =
            timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
        let times = Itimerspec { it_interval: timespec(step)?, it_value: timespec(first)? };
        timerfd_settime(&timer, TimerfdTimerFlags::empty(), &times)?;
        // It was given up since it also takes what does not own its descriptor. What takes its place is unsafe to call.
        #[allow(deprecated, reason = "this one owns its descriptor")]
        let timer = AsyncFd::new(timer)?;
        Ok(Self { timer })
    }

    /// How often it went off since the last time: at least once.
    pub(crate) async fn went_off(&self) -> Outcome<u64> {
        loop {
            let mut ready = self.timer.readable().await?;
            let mut count = [0; 8];
            // What it has counted is read as eight bytes (timerfd_create(2)).
            match ready.try_io(|timer| Ok(rustix::io::read(timer, &mut count)?)) {
                Ok(read) => {
                    read?;
                    return Ok(u64::from_ne_bytes(count));
                }
                Err(_not_yet) => {}
            }
        }
    }
}

fn timespec(duration: Duration) -> Outcome<Timespec> {
    Ok(Timespec { tv_sec: duration.as_secs().try_into()?, tv_nsec: duration.subsec_nanos().into() })
}
