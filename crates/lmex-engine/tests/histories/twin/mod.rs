//! A second engine that a trader can check: plain lists, searched from end to end, and no line of the first one's code.
//!
//! It hears each command and says, event by event, what must happen: who trades with whom at which price, what rests
//! where, which orders wait, fire, are cut and end, and why. Two things it takes as given, from the engine's own events:
//! what money decides (whether an order is accepted or can be paid for when it fires; who is liquidated, for how much and
//! against whom), and the terms an account has agreed on. Everything else it works out by itself, and the whole stream
//! has to be the same.
//!
//! [`Twin::hear`] reads a command; [`Twin::compare`] holds the two books against each other.

mod clock;
mod command;
mod crowd;
mod follow;
mod given;
mod matching;
mod price;
mod queue;

use std::collections::VecDeque;

use lmex_engine::{
    AccountId, CancelReason, Crossing, Event, Exits, LegId, MarketId, MarketRules, Order, PriceSource,
    QueueModel, Stamped, Trading,
};
use lmex_types::{Decimal, Instrument, OrderId, Side, TimeMs};

use queue::Queue;

/// A position: whose, where, which.
type Place = (AccountId, MarketId, LegId);

#[derive(Clone)]
pub(crate) struct Twin {
    model: QueueModel,
    markets: Vec<TwinMarket>,
    /// In the order they were opened, each with the moment of its dead man's switch.
    accounts: Vec<(AccountId, Option<TimeMs>)>,
    /// All open orders, in the order they were accepted.
    orders: Vec<TwinOrder>,
    /// Every price at which anyone rests.
    queues: Vec<Queue>,
    positions: Vec<(Place, i64)>,
    /// The positions that the last trade changed: the maker's, the taker's.
    touched: Vec<Place>,
    /// Other legs of OCO pairs that end next.
    doomed: Vec<OrderId>,
    /// Exits on their way to their position.
    unbound: Vec<(Place, Exits)>,
    /// Markets whose pegged orders look at the index again, with the last order that did.
    repriced: Vec<(MarketId, u64)>,
    trades: u64,
    accepted: u64,
    at: TimeMs,
    /// What the engine says, as far as it was not heard.
    events: VecDeque<Event>,
    /// While something is only tried out, on a copy: contracts that have traded.
    trial: Option<i64>,
}

#[derive(Clone)]
struct TwinOrder {
    order: Order,
    serial: u64,
    rests: bool,
}

#[derive(Clone)]
struct TwinMarket {
    id: MarketId,
    instrument: Instrument,
    rules: MarketRules,
    trading: Trading,
    last: i64,
    index: Decimal,
    mark: Decimal,
    /// When funding is paid.
    funding: Option<TimeMs>,
}

impl Twin {
    pub(crate) fn new(model: QueueModel) -> Self {
        Self {
            model,
            markets: Vec::new(),
            accounts: vec![(AccountId::CROWD, None)],
            orders: Vec::new(),
            queues: Vec::new(),
            positions: Vec::new(),
            touched: Vec::new(),
            doomed: Vec::new(),
            unbound: Vec::new(),
            repriced: Vec::new(),
            trades: 0,
            accepted: 0,
            at: TimeMs::from_millis(0),
            events: VecDeque::new(),
            trial: None,
        }
    }

    /// Goes through a command, and finds each event that the engine answered it with.
    pub(crate) fn hear(&mut self, stamped: &Stamped, events: &[Event]) {
        self.at = stamped.at;
        self.events = events.iter().cloned().collect();
        self.repriced.clear();
        self.clock();
        self.command(&stamped.command);
        assert!(self.events.is_empty(), "the twin expects nothing more, and hears {:?}", self.events);
    }

    /// What must be said now.
    fn say(&mut self, expected: &Event) {
        if self.trial.is_none() {
            assert_eq!(&self.given(), expected, "engine left, twin right");
        }
    }

    /// The engine's next word, whatever it is.
    fn given(&mut self) -> Event {
        self.events.pop_front().expect("the twin expects one more event")
    }

    fn market(&self, id: MarketId) -> &TwinMarket {
        self.markets.iter().find(|market| market.id == id).expect("an open market")
    }

    fn market_mut(&mut self, id: MarketId) -> &mut TwinMarket {
        self.markets.iter_mut().find(|market| market.id == id).expect("an open market")
    }

    fn find(&self, id: OrderId) -> Option<&TwinOrder> {
        self.orders.iter().find(|open| open.order.id == id)
    }

    fn order(&self, id: OrderId) -> Order {
        self.find(id).expect("an open order").order
    }

    fn order_mut(&mut self, id: OrderId) -> &mut TwinOrder {
        self.orders.iter_mut().find(|open| open.order.id == id).expect("an open order")
    }

    fn position(&self, place: Place) -> i64 {
        self.positions.iter().find(|(other, _)| *other == place).map_or(0, |(_, contracts)| *contracts)
    }

    fn change_position(&mut self, place: Place, contracts: i64) {
        match self.positions.iter_mut().find(|(other, _)| *other == place) {
            Some((_, held)) => *held += contracts,
            None => self.positions.push((place, contracts)),
        }
    }

    /// Contracts that an order of this side would close.
    fn closable(&self, place: Place, side: Side) -> i64 {
        (-side.sign() * self.position(place)).max(0)
    }

    /// An order ends, and what is tied to it follows.
    fn end(&mut self, id: OrderId, reason: CancelReason) {
        let TwinOrder { order, rests, .. } = *self.find(id).expect("an open order");
        self.say(&Event::OrderCancelled {
            account: order.account,
            market: order.market,
            order: id,
            client_id: order.client_id,
            side: order.side,
            price: order.price,
            remaining: order.remaining(),
            reason,
            level: rests
                .then(|| self.seen(order.market, order.side, order.price) - shown(&order, order.remaining())),
        });
        if reason == CancelReason::Oco {
            self.separate(id);
        }
        self.remove(id);
        self.follow();
    }

    /// The order is no longer open; the other leg of its pair ends next.
    fn remove(&mut self, id: OrderId) {
        if self.doomed.contains(&id) {
            self.doomed.retain(|doomed| *doomed != id);
        } else if let Some(peer) = self.separate(id) {
            self.doomed.push(peer);
        }
        self.leave_queue(id);
        self.orders.retain(|open| open.order.id != id);
    }

    /// The legs of a pair no longer know each other. Answers the other.
    fn separate(&mut self, id: OrderId) -> Option<OrderId> {
        let peer = self.order_mut(id).order.peer.take()?;
        let other =
            self.orders.iter_mut().find(|open| open.order.id == peer && open.order.peer == Some(id))?;
        other.order.peer = None;
        Some(peer)
    }

    /// Accepts an order: it waits, or comes in.
    fn accept(&mut self, order: Order) {
        self.say(&Event::OrderAccepted { order });
        self.accepted += 1;
        self.orders.push(TwinOrder { order, serial: self.accepted, rests: false });
    }
}

fn place_of(order: &Order) -> Place {
    (order.account, order.market, order.leg)
}

/// What everyone sees of so many contracts of an order: nothing of spam; of a stealth order its part, rounded up.
fn shown(order: &Order, contracts: i64) -> i64 {
    match order.peg {
        _ if order.is_spam => 0,
        None => contracts,
        Some(peg) => {
            let parts = i128::from(contracts) * i128::from(peg.shown.parts());
            i64::try_from((parts + 999_999_999_999) / 1_000_000_000_000).unwrap()
        }
    }
}

/// Which way the price must come for a stop of this side.
fn stop_crossing(side: Side) -> Crossing {
    if side == Side::Buy { Crossing::Rising } else { Crossing::Falling }
}

/// In the order in which triggers are looked at.
const SOURCES: [PriceSource; 2] = [PriceSource::Mark, PriceSource::Last];
