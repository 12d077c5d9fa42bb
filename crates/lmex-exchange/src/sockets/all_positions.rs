//! Tells everyone their open positions again and again, changed or not (LMEX: `allPositionV3`, every 5 seconds).

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use super::config::SocketConfig;
use super::hub::{HubHandle, HubRequest};
use crate::desk::{DeskGone, WeakDeskHandle};
use crate::feed::PositionNews;

/// Runs until the desk or the hub is gone. It goes by real time: a venue whose clock stands still has positions too.
pub(crate) async fn tell_all_positions(desk: WeakDeskHandle, hub: HubHandle, config: SocketConfig) {
    let positions = || {
        let desk = desk.upgrade();
        async { desk?.read(|state| (state.seq, state.all_positions())).await }
    };
    tell(positions, hub, config).await;
}

pub(super) async fn tell<P>(positions: impl Fn() -> P, hub: HubHandle, config: SocketConfig)
where
    P: Future<Output = Result<(u64, Vec<PositionNews>), DeskGone>>,
{
    let mut ticks = interval(Duration::from_millis(config.positions_every_ms.max(1)));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first is at once.
    ticks.tick().await;
    loop {
        ticks.tick().await;
        // To make them up keeps the desk from serving others.
        if !hub.audience.hears_all_positions() {
            continue;
        }
        let Ok((seq, all)) = positions().await else { return };
        if hub.ask(HubRequest::AllPositions(seq, all)).await.is_err() {
            return;
        }
    }
}
