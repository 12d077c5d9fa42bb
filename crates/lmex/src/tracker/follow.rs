//! Hears the account's streams, and says when something may have been missed.

use std::sync::Arc;

use lmex_api::stream::{AccountTopic, Topic};

use super::position::TrackedPosition;
use super::report::{Report, TrackedFill};
use super::shared::Shared;
use crate::stream::{StreamEvent, Subscription};

/// What has to be heard for everything to be known.
pub(super) const TOPICS: [Topic; 3] = [
    Topic::Account(AccountTopic::Notifications),
    Topic::Account(AccountTopic::Fills),
    Topic::Account(AccountTopic::Positions),
];

/// Hears for as long as it is polled.
pub(super) async fn follow(mut stream: Subscription, shared: Arc<Shared>) {
    while let Some(event) = stream.next().await {
        hear(event, &shared);
    }
}

fn hear(event: StreamEvent, shared: &Shared) {
    match event {
        StreamEvent::Notifications(news) => shared.change(|ledger| {
            news.iter().for_each(|news| ledger.hear(&Report::of_notification(news)));
        }),
        StreamEvent::Fills(fills) => shared.change(|ledger| {
            fills.iter().for_each(|fill| ledger.fill(TrackedFill::of_stream(fill), true));
        }),
        StreamEvent::Positions(_, positions) => shared.change(|ledger| {
            let told = positions.iter().filter_map(TrackedPosition::of_stream);
            told.for_each(|position| ledger.hear_position(position));
        }),
        // What happened before this moment was not told; what happens from now on is. A topic that the exchange has not
        // got will never tell: comparing from time to time is all there is.
        StreamEvent::Subscribed(topic) | StreamEvent::Refused(topic) => shared.settled(topic),
        StreamEvent::Disconnected { reason, .. } => shared.missed(&reason, TOPICS),
        StreamEvent::LoginRefused => shared.missed("the exchange refused the login of the stream", TOPICS),
        StreamEvent::Stale(topic) => shared.missed(&format!("the stream of {topic} is silent"), [topic]),
        StreamEvent::Lagged(_) => missed_some(shared, "the streams told more than was read in time"),
        StreamEvent::Warning(why) => missed_some(shared, &why),
        _ => {}
    }
}

fn missed_some(shared: &Shared, why: &str) {
    shared.missed(why, []);
    shared.nudge();
}
