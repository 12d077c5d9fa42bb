//! Resolving an order whose fate is unknown, by asking.

use std::time::Duration;

use lmex_api::futures::{OpenOrder, OrderAnswer, OrderDetail, OrderRef, QueryOrder, UserTrade, UserTrades};
use lmex_api::{ErrorKind, OrderKind, Status};
use lmex_types::{ClientOrderId, Decimal, Symbol, TimeMs};

use super::desk::Unresolved;
use super::journal::{Intent, Settled};
use crate::client::Client;
use crate::error::Error;

/// From when on the venue can't execute an order any more (wall time).
pub(super) fn settles(unresolved: &Unresolved, client: &Client) -> TimeMs {
    unresolved.left_by.plus_ms(gives_up_ms(client))
}

fn gives_up_ms(client: &Client) -> i64 {
    i64::try_from(client.venue_gives_up().as_millis()).unwrap_or(i64::MAX)
}

/// How long the venue could still execute an order, in milliseconds; not above zero once it can't. The wall's clock
/// decides only about orders of processes that died: a correction of it must not end the wait.
fn left_to_wait_ms(unresolved: &Unresolved, client: &Client) -> i64 {
    match unresolved.waits_since {
        Some(since) => gives_up_ms(client).saturating_sub(client.clock().waited().ms_since(since)),
        None => settles(unresolved, client).ms_since(client.clock().wall()),
    }
}

/// What asking for an unknown order has shown. The id of a close is in the journal only.
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

    /// Asks for one order by its client id, if it is unknown: left so by this client, or by one that died. `None` if it is
    /// not, so that the venue's own answer about it is all there is.
    pub async fn resolve_order(&self, client_id: ClientOrderId) -> Result<Option<Resolution>, Error> {
        Ok(match self.orders().unresolved_order(client_id).await? {
            Some(unresolved) => Some(self.resolve_one(&unresolved).await),
            None => None,
        })
    }

    /// Before a new order: anything unknown in its market must be cleared up, or the two could be one too many. The
    /// order of that very client id is returned if it exists.
    pub(super) async fn resolve_before(
        &self,
        symbol: Symbol,
        client_id: ClientOrderId,
    ) -> Result<Option<Box<OrderAnswer>>, Error> {
        let resolved = self.resolve_all_before(symbol).await?;
        Ok(resolved.into_iter().find_map(|(intent, resolution)| match resolution {
            Resolution::Exists(order) if intent.client_id == client_id => Some(order),
            _ => None,
        }))
    }

    /// Clears up all that is unknown in a market, before something else is sent there; an error if it can't be yet.
    pub(super) async fn resolve_all_before(
        &self,
        symbol: Symbol,
    ) -> Result<Vec<(Intent, Resolution)>, Error> {
        let mut resolved = Vec::new();
        for unresolved in self.orders().unresolved(symbol).await? {
            let resolution = self.resolve_one(&unresolved).await;
            let intent = &unresolved.intent;
            if let Resolution::StillUnknown(client_id, settles) = resolution {
                let closing = intent.closing.is_some();
                let is_stuck = left_to_wait_ms(&unresolved, self) < 0;
                let journal = is_stuck.then(|| self.orders().folder()).flatten();
                return Err(Error::Unresolved {
                    symbol,
                    client_id,
                    closing,
                    sent: intent.at,
                    settles,
                    journal,
                });
            }
            resolved.push((unresolved.intent, resolution));
        }
        Ok(resolved)
    }

    async fn resolve_one(&self, unresolved: &Unresolved) -> Resolution {
        let intent = &unresolved.intent;
        let asked = self.clock().wall();
        let left_ms = left_to_wait_ms(unresolved, self);
        let settles = match asked.plus_ms(left_ms) {
            // The wall's clock was corrected meanwhile.
            moved if moved.ms_since(settles(unresolved, self)).abs() > 1_000 => moved,
            _ => settles(unresolved, self),
        };
        match self.ask(intent).await {
            Found::Order(order) => {
                self.orders().settle(intent.client_id, Settled::Done);
                self.orders().witness().exists(intent.client_id, &order);
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

    /// Asks for an order whose key, nonce or signature was refused. If that goes for asking too, nothing of it exists.
    pub(super) async fn find(&self, intent: Option<&Intent>) -> Found {
        let Some(intent) = intent else { return Found::Nothing };
        let probe = match intent.closing {
            Some(_) => self.open_orders(Some(intent.symbol)).await.err(),
            None => self.order(OrderRef::Client(intent.client_id)).await.err(),
        };
        if matches!(probe, Some(Error::Authentication { .. })) {
            return Found::Nothing;
        }
        match self.ask(intent).await {
            // The key is good, so it was the nonce: another copy of the order has used it, and may still be on its way.
            Found::Nothing => Found::NoAnswer,
            found => found,
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
        if let Some(closing) = &intent.closing {
            return self.ask_close(intent, closing).await;
        }
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
        let client_id = Some(intent.client_id.to_string());
        let Ok(mut fills) = self.fills_since(intent.symbol, intent.at, client_id).await else {
            return Found::NoAnswer;
        };
        // A venue that passes over the client id sends other fills too, and perhaps not all.
        let is_cut = fills.len() >= MOST_FILLS as usize;
        fills.retain(|fill| fill.cl_order_id == intent.client_id.as_str());
        match from_fills(&fills) {
            Some(order) => Found::Order(Box::new(order)),
            None if is_cut => Found::NoAnswer,
            None => Found::Nothing,
        }
    }

    /// Fills in a market since a moment of ours, and a little before: as many as fit into an answer, the newest first.
    pub(super) async fn fills_since(
        &self,
        symbol: Symbol,
        at: TimeMs,
        cl_order_id: Option<String>,
    ) -> Result<Vec<UserTrade>, Error> {
        let (recent, older) = periods(at, self.clock().wall());
        let request = |(start, end)| UserTrades {
            symbol: Some(symbol),
            start: Some(start),
            end: Some(end),
            count: Some(MOST_FILLS),
            cl_order_id: cl_order_id.clone(),
            ..UserTrades::default()
        };
        let mut fills = self.trade_history(&request(recent)).await?.into_data();
        if let Some(older) = older {
            match self.trade_history(&request(older)).await {
                Ok(more) => fills.extend(more.into_data()),
                // What is older than it answers for, it will never answer for.
                Err(Error::Api(error)) if error.is_definite() && error.kind == ErrorKind::Invalid => {}
                Err(error) => return Err(error),
            }
        }
        Ok(fills)
    }
}

/// The most fills in an answer.
pub(super) const MOST_FILLS: u32 = 500;
/// How far our clock and the venue's may be apart: fills that early or late are looked at too.
const CLOCKS_APART_MS: i64 = 5 * 60_000;
/// The venue answers for at most 30 days at once.
const LONGEST_PERIOD_MS: i64 = 29 * 24 * 60 * 60_000;

/// From when to when.
type Period = (TimeMs, TimeMs);

/// In which periods fills of an order of that moment can be: in one that ends now, and if the moment is longer ago, in
/// one that begins with it. A moment in the future was written under a wrong clock, and says nothing.
fn periods(at: TimeMs, now: TimeMs) -> (Period, Option<Period>) {
    let end = now.plus_ms(CLOCKS_APART_MS);
    let earliest = end.plus_ms(-LONGEST_PERIOD_MS);
    let start = at.plus_ms(-CLOCKS_APART_MS);
    if at > end {
        return ((earliest, end), None);
    }
    if start >= earliest {
        return ((start, end), None);
    }
    let older_end = start.plus_ms(LONGEST_PERIOD_MS).min(earliest.plus_ms(-1));
    let older = (at >= OLDEST_TOLD).then_some((start, older_end));
    ((earliest, end), older)
}

/// No order is older than 2020: the API did not exist. Clocks without a battery begin in 1970.
const OLDEST_TOLD: TimeMs = TimeMs::from_millis(1_577_836_800_000);

/// What asking for an order has brought.
pub(super) enum Found {
    /// The venue has it.
    Order(Box<OrderAnswer>),
    /// The venue knows nothing of it.
    Nothing,
    /// The venue did not answer all that was asked.
    NoAnswer,
}

pub(crate) fn from_detail(detail: OrderDetail) -> OrderAnswer {
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

pub(crate) fn from_open(open: OpenOrder) -> OrderAnswer {
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
pub(super) fn from_fills(fills: &[UserTrade]) -> Option<OrderAnswer> {
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

    #[test]
    fn fills_are_looked_for_in_periods_that_a_venue_answers_for() {
        let (now, day) = (TimeMs::from_millis(1_795_392_000_000), 24 * 60 * 60_000);
        for (days, is_two) in [(0, false), (1, false), (28, false), (30, true), (60, true), (700, true)] {
            let at = now.plus_ms(-days * day);
            let ((start, end), older) = periods(at, now);
            assert!(start < end && end.ms_since(start) <= LONGEST_PERIOD_MS && end > now, "{days}");
            assert_eq!(older.is_some(), is_two, "{days}");
            let first = older.unwrap_or((start, end));
            assert!(first.0 < at && first.0 < first.1 && first.1 > at, "{days}");
            assert!(older.is_none_or(|(_, older_end)| older_end < start), "a fill is counted once: {days}");
        }
        for wrong in [0, 86_400_000, now.plus_ms(600_000).as_millis(), now.plus_ms(day).as_millis(), i64::MAX]
        {
            let ((start, end), older) = periods(TimeMs::from_millis(wrong), now);
            assert_eq!((end.ms_since(start), older), (LONGEST_PERIOD_MS, None), "{wrong}");
            assert!(start < now && now < end, "{wrong}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_corrected_clock_does_not_end_the_wait_of_an_order_of_our_own() {
        let endpoints =
            crate::Endpoints::new(crate::Environment::Local, Some("http://127.0.0.1:9"), None, &[]).unwrap();
        let client = Client::builder(endpoints).build().unwrap();
        let sent = client.clock().wall();
        let client_id = "a".parse().unwrap();
        let intent =
            Intent { at: sent, symbol: "BTC-PERP".parse().unwrap(), client_id, left_by: None, closing: None };
        // As if the wall's clock had been set forward by a minute since.
        let left_by = sent.plus_ms(-60_000);
        let adopted = Unresolved { intent, left_by, waits_since: None, first_absent: None };
        let own = Unresolved { waits_since: Some(client.clock().waited()), ..adopted.clone() };
        assert!(left_to_wait_ms(&adopted, &client) < 0);
        assert_eq!(left_to_wait_ms(&own, &client), 35_000);
        tokio::time::advance(Duration::from_secs(36)).await;
        assert!(left_to_wait_ms(&own, &client) < 0);
    }
}
