//! Placing an order.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use lmex_api::Endpoint;
use lmex_api::futures::OrderAnswer;
use lmex_api::wire::many::Many;
use lmex_types::{ClientOrderId, Decimal, Side, Symbol};

use super::client_id::new_client_id;
use super::desk::{InFlight, Unresolved};
use super::journal::{Intent, LONGEST_ON_ITS_WAY_MS, Settled};
use super::new_order::{CheckedOrder, NewOrder};
use super::outcome::{DoneOrder, OrderOutcome, Refusal, UnknownOrder};
use super::resolve::{Found, settles};
use crate::client::Client;
use crate::error::Error;
use crate::reply::Reply;

impl Client {
    /// Checks an order against its market and places it. See [`place_checked`](Self::place_checked).
    pub async fn place(&self, order: &NewOrder) -> Result<OrderOutcome, Error> {
        let reference = if order.needs_reference() {
            Some(self.best_price(order.symbol, order.side).await.map_err(Error::before_sending)?)
        } else {
            None
        };
        let checked = self.check_at(order, reference).await.map_err(Error::before_sending)?;
        self.place_checked(&checked).await
    }

    /// Checks an order against its market and says what it comes to, without sending it. The best price of the other
    /// side is asked for, since a market order or a sell limit below it is worth that.
    pub async fn check(&self, order: &NewOrder) -> Result<CheckedOrder, Error> {
        let reference = Some(self.best_price(order.symbol, order.side).await?);
        self.check_at(order, reference).await
    }

    /// Places a checked order: exactly once.
    ///
    /// An error means that the order was not sent, or was refused before anything of it could exist. Otherwise see
    /// the outcome. What is still unknown in its market is resolved first; if that is an order with the same client id,
    /// it is this one, and is reported instead of being sent again.
    ///
    /// Cancel safety: if the future is dropped after the order has left, the order is unresolved, and the next order
    /// in its market asks for it first.
    pub async fn place_checked(&self, order: &CheckedOrder) -> Result<OrderOutcome, Error> {
        self.place_once(&order.create, order.create.symbol, order.create.cl_order_id).await
    }

    /// Sends what creates an order of this client id: exactly once, with an intent in the journal.
    pub(super) async fn place_once<E: Endpoint<Response = Many<OrderAnswer>>>(
        &self,
        create: &E,
        symbol: Symbol,
        client_id: ClientOrderId,
    ) -> Result<OrderOutcome, Error> {
        let start = Instant::now();
        if let Some(order) = self.resolve_before(symbol, client_id).await? {
            return Ok(known(*order, start.elapsed()));
        }
        let start = Instant::now();
        let intent = Intent { at: self.clock().wall(), symbol, client_id, left_by: None, closing: None };
        let mut in_flight = self.orders().intend(intent).await?;
        in_flight.leaves();
        let result = self.send_in_time(create, start).await;
        let answer = result.map(|reply| answer_of(client_id, reply.into_data().0));
        self.conclude(in_flight, answer, start).await
    }

    /// What became of an order that was sent, by its answer or, without a clear one, by asking. The answer's first order
    /// is this one; it has none if the venue said yes without naming it.
    pub(super) async fn conclude(
        &self,
        mut in_flight: InFlight,
        answer: Result<VecDeque<OrderAnswer>, Error>,
        start: Instant,
    ) -> Result<OrderOutcome, Error> {
        let latency = start.elapsed();
        let client_id = in_flight.client_id();
        let witness = self.orders().witness();
        let answer = answer.map(|mut orders| orders.pop_front().map(|order| (order, orders)));
        let unknown_because = match answer {
            Ok(Some((order, _))) if order.status.is_refusal() => {
                witness.refused(client_id, order.reason());
                in_flight.settle(Settled::Refused);
                return Ok(OrderOutcome::Refused(Refusal::Status(Box::new(order))));
            }
            Ok(Some((order, others))) if !order.status.is_unknown() => {
                in_flight.settle(Settled::Done);
                let others: Vec<_> = others.into();
                witness.exists(client_id, &order);
                witness.told(&others);
                return Ok(done(DoneOrder { order, others, found_by_asking: false, latency }));
            }
            Ok(Some((order, _))) => {
                in_flight.named(&order.order_id);
                order.status.to_string()
            }
            Ok(None) => "the answer does not name the order".to_owned(),
            Err(error) if error.is_unknown() => error.to_string(),
            // A gateway that repeats a request gets this for the repetition, when the first one was executed: our
            // nonces are used once.
            Err(error @ Error::Authentication { .. }) => match self.find(in_flight.intent()).await {
                Found::Order(order) => {
                    in_flight.settle(Settled::Done);
                    witness.exists(client_id, &order);
                    return Ok(known(*order, start.elapsed()));
                }
                Found::Nothing => return self.settle_no(in_flight, error),
                Found::NoAnswer => error.to_string(),
            },
            Err(error) => return self.settle_no(in_flight, error),
        };
        match in_flight.unknown() {
            Some(unresolved) => Ok(self.ask_after(&unresolved, start, unknown_because).await),
            None => Err(Error::Unexpected("the order is settled already")),
        }
    }

    /// Sends it, but not later than the journal promises: who finds its intent counts on that.
    pub(super) async fn send_in_time<E: Endpoint>(
        &self,
        order: &E,
        intended: Instant,
    ) -> Result<Reply<E::Response>, Error> {
        let longest = Duration::from_millis(LONGEST_ON_ITS_WAY_MS.unsigned_abs());
        let left = longest.saturating_sub(intended.elapsed());
        tokio::time::timeout(left, self.send(order)).await.unwrap_or_else(|_| {
            let reason = format!("given up after {} s", longest.as_secs());
            Err(Error::Lost { origin: self.endpoints().rest().to_owned(), reason })
        })
    }

    /// The best price that an order of this side would trade at now: the other side's, or the last one if that is empty.
    pub async fn best_price(&self, symbol: Symbol, side: Side) -> Result<Decimal, Error> {
        let book = self.orderbook_l2(symbol, 1).await?;
        let levels = match side {
            Side::Buy => &book.sell_quote,
            Side::Sell => &book.buy_quote,
        };
        match levels.first() {
            Some(level) => Ok(level.price),
            None => self.last_price(symbol).await,
        }
    }

    async fn last_price(&self, symbol: Symbol) -> Result<Decimal, Error> {
        Ok(self.price(symbol).await?.last_price)
    }

    async fn check_at(&self, order: &NewOrder, reference: Option<Decimal>) -> Result<CheckedOrder, Error> {
        let instrument = self.instrument(order.symbol).await?;
        let client_id = order.client_id.unwrap_or_else(|| new_client_id(self.clock().wall()));
        order.check(&instrument, reference, client_id)
    }

    async fn ask_after(&self, unresolved: &Unresolved, start: Instant, reason: String) -> OrderOutcome {
        let Intent { client_id, symbol, at: sent, .. } = unresolved.intent;
        let closing = unresolved.intent.closing.is_some();
        tracing::warn!(%client_id, %symbol, %reason, "order unknown: asking");
        match self.ask_for_a_while(&unresolved.intent).await {
            Some(order) => {
                self.orders().settle(client_id, Settled::Done);
                self.orders().witness().exists(client_id, &order);
                known(order, start.elapsed())
            }
            None => OrderOutcome::Unknown(UnknownOrder {
                client_id,
                closing,
                symbol,
                sent,
                settles: settles(unresolved, self),
                reason,
            }),
        }
    }

    /// A definite no: by the venue, or because the order never left.
    fn settle_no(&self, in_flight: InFlight, error: Error) -> Result<OrderOutcome, Error> {
        if error.was_sent() {
            self.orders().witness().refused(in_flight.client_id(), error.to_string());
            in_flight.settle(Settled::Refused);
            Ok(OrderOutcome::Refused(Refusal::Error(error)))
        } else {
            in_flight.settle(Settled::Absent);
            Err(error)
        }
    }
}

fn done(order: DoneOrder) -> OrderOutcome {
    OrderOutcome::Done(Box::new(order))
}

/// An order that was found by asking: one that the venue remembers as refused is refused.
pub(super) fn known(order: OrderAnswer, latency: Duration) -> OrderOutcome {
    if order.status.is_refusal() {
        return OrderOutcome::Refused(Refusal::Status(Box::new(order)));
    }
    done(DoneOrder { order, others: Vec::new(), found_by_asking: true, latency })
}

/// The venue answers with a list; ours is the one with our id, or the only one if it has none. It comes first then, before
/// the other half of a pair and the exits; where it is not among them, nothing comes.
fn answer_of(client_id: ClientOrderId, answers: Vec<OrderAnswer>) -> VecDeque<OrderAnswer> {
    let ours = answers.iter().position(|order| order.cl_order_id == client_id.as_str());
    let is_alone = matches!(answers.as_slice(), [only] if only.cl_order_id.is_empty());
    let mut answers = VecDeque::from(answers);
    match ours.or(is_alone.then_some(0)) {
        Some(ours) => {
            let first = answers.remove(ours);
            first.into_iter().for_each(|first| answers.push_front(first));
        }
        None => answers.clear(),
    }
    answers
}
