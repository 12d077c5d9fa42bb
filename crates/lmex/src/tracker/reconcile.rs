//! Compares what is known with what the venue says by REST: at the start, after every new connection, from time to time,
//! and whenever something may have been missed.

use std::sync::Arc;
use std::time::Duration;

use lmex_api::Status;
use lmex_api::futures::{OrderDetail, OrderRef, UserTrade, UserTrades};
use lmex_types::TimeMs;
use tokio::time::{Instant, sleep, timeout_at};

use super::handle::TrackerConfig;
use super::ledger::{Ledger, Question};
use super::position::TrackedPosition;
use super::report::{Report, TrackedFill};
use super::shared::Shared;
use crate::client::Client;
use crate::error::Error;
use crate::orders::Resolution;

/// Fills in one answer, at most.
const FILLS_AT_ONCE: u32 = 500;
/// So many answers are leafed through; whatever is older is not counted.
const MOST_LEAVES: usize = 200;
/// The venue's history may be late: fills are asked for from so long before the newest that it told the last time.
const OVERLAP_MS: i64 = 5 * 60_000;
/// So long the first comparison waits for the streams, without which it would have to be made again.
const STREAMS_WITHIN: Duration = Duration::from_secs(2);

/// Compares for as long as it is polled.
pub(super) async fn reconcile(client: Client, shared: Arc<Shared>, config: TrackerConfig) {
    let mut newest_fill = None;
    let mut failures = 0_u32;
    let _ = timeout_at(Instant::now() + STREAMS_WITHIN.min(config.every), shared.nudged()).await;
    loop {
        let misses = shared.misses();
        let round = shared.change(Ledger::begin);
        let due = match compare(&client, &shared, round, &mut newest_fill).await {
            Ok(is_settled) => {
                failures = 0;
                shared.compared(round, misses);
                // What the venue could still execute is asked for until it can't.
                if is_settled { config.every } else { config.every.min(UNKNOWN_EVERY) }
            }
            Err(error) => {
                failures = failures.saturating_add(1);
                shared.missed(&format!("the account could not be asked for: {error}"), []);
                let pause = client.retry().backoff(failures, rand::random());
                Duration::from_millis(u64::try_from(pause).unwrap_or(0))
            }
        };
        sleep(config.at_most_every).await;
        let _ = timeout_at(Instant::now() + due, shared.nudged()).await;
    }
}

/// Orders whose fate is unknown are asked for so often.
const UNKNOWN_EVERY: Duration = Duration::from_secs(5);

/// One comparison. Whether no order of our own is unknown any more. `newest_fill` is when the newest fill was that the last
/// one was told: by the venue's clock, which need not be ours.
async fn compare(
    client: &Client,
    shared: &Shared,
    round: u64,
    newest_fill: &mut Option<TimeMs>,
) -> Result<bool, Error> {
    let (open, positions, fills) =
        tokio::try_join!(client.open_orders(None), client.positions(None), fills(client, *newest_fill))?;
    let open: Vec<_> = open.into_data().into_iter().map(|order| Report::of_open(order, round)).collect();
    let questions = shared.change(|ledger| {
        open.iter().for_each(|order| ledger.hear(order));
        let told = fills.iter().rev().map(TrackedFill::of_history);
        match newest_fill {
            Some(_) => told.for_each(|fill| ledger.fill(fill, false)),
            None => told.for_each(|fill| ledger.fill_before_start(fill)),
        }
        let questions = ledger.missing(round, &open);
        ledger.compare_positions(round, positions.iter().map(TrackedPosition::of_query).collect());
        questions
    });
    let newest = fills.iter().map(|fill| fill.timestamp).max();
    *newest_fill = Some((*newest_fill).max(newest).unwrap_or_default());
    for question in questions {
        match ask(client, &question).await? {
            Some(order) => shared.change(|ledger| ledger.hear(&Report::of_detail(order, round))),
            None => shared.change(|ledger| ledger.is_gone(&question, round)),
        }
    }
    resolve(client).await
}

/// Asks for our own orders whose answers were lost, and for what processes that died have left.
async fn resolve(client: &Client) -> Result<bool, Error> {
    let mut is_settled = true;
    for client_id in client.orders().all_unresolved().await? {
        let resolution = client.resolve_order(client_id).await?;
        is_settled &= !matches!(resolution, Some(Resolution::StillUnknown(..)));
    }
    Ok(is_settled)
}

/// One order; `None` if the venue does not remember it.
async fn ask(client: &Client, question: &Question) -> Result<Option<OrderDetail>, Error> {
    let by_id = question.order_id.as_ref().and_then(|id| id.parse().ok()).map(OrderRef::Id);
    let Some(order) = by_id.or(question.client_id.map(OrderRef::Client)) else { return Ok(None) };
    match client.order(order).await {
        Ok(reply) if reply.data.status == Status::NOT_FOUND => Ok(None),
        Ok(reply) => Ok(Some(reply.into_data())),
        Err(error) if error.is_order_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Fills, the newest first: those since the one that was the newest the last time, and some before it; or, where none
/// was, as many as fit into an answer.
async fn fills(client: &Client, newest: Option<TimeMs>) -> Result<Vec<UserTrade>, Error> {
    let mut all: Vec<UserTrade> = Vec::new();
    let mut before = None;
    for _ in 0..MOST_LEAVES {
        let count = Some(FILLS_AT_ONCE);
        let request = UserTrades { count, before_serial_id: before, ..UserTrades::default() };
        let leaf = client.trade_history(&request).await?.into_data();
        let (size, earliest) = (leaf.len(), leaf.iter().map(|fill| fill.timestamp).min());
        let oldest = leaf.iter().map(|fill| fill.serial_id).min();
        all.extend(leaf);
        let is_enough = match (newest, earliest) {
            (Some(newest), Some(earliest)) => newest.ms_since(earliest) > OVERLAP_MS,
            _ => true,
        };
        if is_enough || size < FILLS_AT_ONCE as usize || oldest == before {
            break;
        }
        before = oldest;
    }
    Ok(all)
}
