//! Resolving an order whose fate is unknown, by asking.

use std::time::Duration;

use lmex_api::futures::{OpenOrder, OrderAnswer, OrderDetail, OrderRef, QueryOrder, UserTrade, UserTrades};
use lmex_api::{OrderKind, Status};
use lmex_types::{ClientOrderId, Decimal, Symbol, TimeMs};

use super::desk::Unresolved;
use super::journal::{Intent, Settled};
use crate::client::Client;
use crate::clock::Clock;
use crate::error::Error;

/// The venue gives a request up after 30 s (HTTP 408 in its documents); a little more for clocks and queues.
const VENUE_COULD_STILL_EXECUTE_MS: i64 = 35_000;

/// From when on the venue can't execute an order any more (wall time).
pub(super) fn settles(unresolved: &Unresolved) -> TimeMs {
    unresolved.left_by.plus_ms(VENUE_COULD_STILL_EXECUTE_MS)
}

/// How long the venue could still execute an order, in milliseconds; not above zero once it can't. The wall's clock
/// decides only about orders of processes that died: a correction of it must not end the wait.
fn left_to_wait_ms(unresolved: &Unresolved, clock: &Clock) -> i64 {
    match unresolved.waits_since {
        Some(since) => VENUE_COULD_STILL_EXECUTE_MS - clock.waited().ms_since(since),
        None => settles(unresolved).ms_since(clock.wall()),
    }
}

/// What asking for an unknown order has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// The venue has it.
    Exists(Box<OrderAnswer>),
    /// The venue has not got it and can't execute it any more.
    Absent(ClientOrderId),
    /// Not clear yet: ask again after this moment (wall time).
    StillUnknown(ClientOrderId, TimeMs),
}

impl Client {
    /// Whether an order of this id has been sent by this client, so that it may exist; one that still waits for older
    /// ones to be resolved has not.
    pub fn has_sent(&self, client_id: ClientOrderId) -> bool {
        self.orders().knows(client_id)
    }

    /// Asks for every unknown order in a market.
    pub async fn resolve(&self, symbol: Symbol) -> Result<Vec<Resolution>, Error> {
        let mut resolutions = Vec::new();
        for unresolved in self.orders().unresolved(symbol).await? {
            resolutions.push(self.resolve_one(&unresolved).await);
        }
        Ok(resolutions)
    }

    /// Before a new order: anything unknown in its market must be cleared up, or the two could be one too many. The
    /// order of that very client id is returned if it exists.
    pub(super) async fn resolve_before(
        &self,
        symbol: Symbol,
        client_id: ClientOrderId,
    ) -> Result<Option<Box<OrderAnswer>>, Error> {
        let mut same = None;
        for unresolved in self.orders().unresolved(symbol).await? {
            match self.resolve_one(&unresolved).await {
                Resolution::StillUnknown(client_id, settles) => {
                    return Err(Error::Unresolved { symbol, client_id, sent: unresolved.intent.at, settles });
                }
                Resolution::Exists(order) if unresolved.intent.client_id == client_id => same = Some(order),
                Resolution::Exists(_) | Resolution::Absent(_) => {}
            }
        }
        Ok(same)
    }

    async fn resolve_one(&self, unresolved: &Unresolved) -> Resolution {
        let intent = &unresolved.intent;
        let asked = self.clock().wall();
        let left_ms = left_to_wait_ms(unresolved, self.clock());
        let settles = match asked.plus_ms(left_ms) {
            // The wall's clock was corrected meanwhile.
            moved if moved.ms_since(settles(unresolved)).abs() > 1_000 => moved,
            _ => settles(unresolved),
        };
        match self.ask(intent).await {
            Found::Order(order) => {
                self.orders().settle(intent.client_id, Settled::Done);
                Resolution::Exists(order)
            }
            // Twice absent, the second time later than the venue could still execute it: it never will.
            Found::Nothing if unresolved.first_absent.is_some() && left_ms < 0 => {
                self.orders().settle(intent.client_id, Settled::Absent);
                Resolution::Absent(intent.client_id)
            }
            Found::Nothing => {
                self.orders().note_absent(intent.client_id, asked);
                if left_ms < 0 {
                    let again = Unresolved { first_absent: Some(asked), ..unresolved.clone() };
                    return Box::pin(self.resolve_one(&again)).await;
                }
                Resolution::StillUnknown(intent.client_id, settles)
            }
            Found::NoAnswer => Resolution::StillUnknown(intent.client_id, settles.max(asked)),
        }
    }

    /// Asks for an order whose key or signature was refused. If that goes for asking too, nothing of it exists.
    pub(super) async fn find(&self, intent: Option<&Intent>) -> Found {
        let Some(intent) = intent else { return Found::Nothing };
        match self.send(&QueryOrder { order: OrderRef::Client(intent.client_id) }).await {
            Err(Error::Authentication { .. }) => Found::Nothing,
            _ => self.ask(intent).await,
        }
    }

    /// Asks a few times, at growing distances, for an order that was sent a moment ago.
    pub(super) async fn ask_for_a_while(&self, intent: &Intent) -> Option<OrderAnswer> {
        let patience = self.resolve_within();
        let asking = async {
            let mut pause = Duration::from_millis(100);
            loop {
                match self.ask(intent).await {
                    Found::Order(order) => return *order,
                    Found::Nothing => self.orders().note_absent(intent.client_id, self.clock().wall()),
                    Found::NoAnswer => {}
                }
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(2));
            }
        };
        tokio::time::timeout(patience, asking).await.ok()
    }

    /// Looks everywhere an order can be: by its id, among the open ones, among the fills.
    async fn ask(&self, intent: &Intent) -> Found {
        let id = intent.client_id;
        match self.send(&QueryOrder { order: OrderRef::Client(id) }).await {
            Ok(reply) if reply.data.status == Status::NOT_FOUND => {}
            // The venue does not know either.
            Ok(reply) if reply.data.status.is_unknown() => return Found::NoAnswer,
            Ok(reply) => return Found::Order(Box::new(from_detail(reply.into_data()))),
            Err(error) if error.is_order_not_found() => {}
            Err(_) => return Found::NoAnswer,
        }
        let Ok(open) = self.open_orders(Some(intent.symbol)).await else { return Found::NoAnswer };
        if let Some(order) = open.into_data().into_iter().find(|order| order.cl_order_id == id.as_str()) {
            return Found::Order(Box::new(from_open(order)));
        }
        self.ask_fills(intent).await
    }

    async fn ask_fills(&self, intent: &Intent) -> Found {
        let start = intent.at.plus_ms(-CLOCKS_APART_MS);
        let end = self.clock().wall().plus_ms(CLOCKS_APART_MS).min(start.plus_ms(LONGEST_PERIOD_MS));
        let request = UserTrades {
            symbol: Some(intent.symbol),
            start: Some(start),
            end: Some(end),
            count: Some(MOST_FILLS),
            cl_order_id: Some(intent.client_id.to_string()),
            ..UserTrades::default()
        };
        let Ok(fills) = self.trade_history(&request).await else { return Found::NoAnswer };
        let mut fills = fills.into_data();
        // A venue that passes over the client id sends other fills too, and perhaps not all.
        let is_cut = fills.len() >= MOST_FILLS as usize;
        fills.retain(|fill| fill.cl_order_id == intent.client_id.as_str());
        match from_fills(&fills) {
            Some(order) => Found::Order(Box::new(order)),
            None if is_cut => Found::NoAnswer,
            None => Found::Nothing,
        }
    }
}

/// The most fills in an answer.
const MOST_FILLS: u32 = 500;
/// How far our clock and the venue's may be apart: fills that early or late are looked at too.
const CLOCKS_APART_MS: i64 = 5 * 60_000;
/// The venue answers for at most 30 days at once.
const LONGEST_PERIOD_MS: i64 = 29 * 24 * 60 * 60_000;

/// What asking for an order has brought.
pub(super) enum Found {
    /// The venue has it.
    Order(Box<OrderAnswer>),
    /// The venue knows nothing of it.
    Nothing,
    /// The venue did not answer all that was asked.
    NoAnswer,
}

pub(super) fn from_detail(detail: OrderDetail) -> OrderAnswer {
    OrderAnswer {
        status: detail.status,
        symbol: detail.symbol,
        order_type: detail.order_type,
        price: detail.price,
        side: detail.side,
        order_id: detail.order_id,
        timestamp: detail.timestamp,
        trigger_price: detail.trigger_price,
        trigger: detail.trigger_order,
        deviation: detail.peg_price_deviation,
        stealth: detail.stealth,
        message: String::new(),
        avg_filled_price: detail.avg_filled_price,
        cl_order_id: detail.cl_order_id,
        original_order_size: detail.original_order_size,
        current_order_size: detail.current_order_size,
        filled_size: None,
        total_filled_size: detail.total_filled_size,
        remaining_size: detail.remaining_size,
        post_only: false,
        order_detail_type: None,
        position_mode: None,
        position_direction: None,
        position_id: None,
        time_in_force: detail.time_in_force,
    }
}

fn from_open(open: OpenOrder) -> OrderAnswer {
    let partly = !open.total_filled_size.is_zero();
    OrderAnswer {
        status: if partly { Status::PARTIALLY_TRANSACTED } else { Status::INSERTED },
        symbol: open.symbol,
        order_type: open.order_type,
        price: open.price,
        side: open.side,
        order_id: open.order_id,
        timestamp: open.timestamp,
        trigger_price: open.trigger_price,
        trigger: open.trigger_order,
        deviation: open.peg_price_deviation,
        stealth: open.stealth,
        message: String::new(),
        avg_filled_price: open.avg_filled_price,
        cl_order_id: open.cl_order_id,
        original_order_size: open.original_order_size,
        current_order_size: open.current_order_size,
        filled_size: None,
        total_filled_size: open.total_filled_size,
        remaining_size: open.remaining_size,
        post_only: false,
        order_detail_type: None,
        position_mode: open.position_mode,
        position_direction: open.position_direction,
        position_id: open.position_id,
        time_in_force: open.time_in_force,
    }
}

/// An order that only its fills remember.
fn from_fills(fills: &[UserTrade]) -> Option<OrderAnswer> {
    let newest = fills.first()?;
    let filled = fills.iter().fold(Decimal::ZERO, |sum, fill| sum.saturating_add(fill.filled_size));
    let remaining = newest.size.saturating_sub(filled).max(Decimal::ZERO);
    Some(OrderAnswer {
        status: if remaining.is_zero() { Status::FULLY_TRANSACTED } else { Status::PARTIALLY_TRANSACTED },
        symbol: newest.symbol,
        order_type: if newest.price.is_zero() { OrderKind::MARKET } else { newest.order_type },
        price: newest.price,
        side: newest.side,
        order_id: newest.order_id.clone(),
        timestamp: newest.timestamp,
        trigger_price: newest.trigger_price,
        trigger: false,
        deviation: Decimal::ZERO,
        stealth: Decimal::ZERO,
        message: String::new(),
        avg_filled_price: newest.avg_filled_price,
        cl_order_id: newest.cl_order_id.clone(),
        original_order_size: newest.size,
        current_order_size: newest.size,
        filled_size: Some(newest.filled_size),
        total_filled_size: filled,
        remaining_size: remaining,
        post_only: false,
        order_detail_type: None,
        position_mode: None,
        position_direction: None,
        position_id: Some(newest.position_id.clone()),
        time_in_force: String::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_corrected_clock_does_not_end_the_wait_of_an_order_of_our_own() {
        let clock = Clock::system();
        let sent = clock.wall();
        let client_id = "a".parse().unwrap();
        let intent = Intent { at: sent, symbol: "BTC-PERP".parse().unwrap(), client_id, left_by: None };
        // As if the wall's clock had been set forward by a minute since.
        let left_by = sent.plus_ms(-60_000);
        let adopted = Unresolved { intent, left_by, waits_since: None, first_absent: None };
        let own = Unresolved { waits_since: Some(clock.waited()), ..adopted.clone() };
        assert!(left_to_wait_ms(&adopted, &clock) < 0);
        assert_eq!(left_to_wait_ms(&own, &clock), VENUE_COULD_STILL_EXECUTE_MS);
        tokio::time::advance(Duration::from_secs(36)).await;
        assert!(left_to_wait_ms(&own, &clock) < 0);
    }
}
