//! All orders, fills and positions of an account, as far as they are known: pure, so that every order of messages can be
//! tried.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use lmex_types::{ClientOrderId, Symbol};

use super::order::{End, Entry, Origin, Phase, TrackedOrder};
use super::position::TrackedPosition;
use super::report::{Report, TrackedFill};
use super::update::{Update, Updates};

/// How many orders that have ended are remembered.
const ENDED_KEPT: usize = 10_000;
/// How many fills are remembered, so that none is counted twice.
const FILLS_KEPT: usize = 100_000;

/// An order in the ledger.
type Key = u64;

#[derive(Debug, Default)]
pub(super) struct Ledger {
    orders: BTreeMap<Key, Entry>,
    by_order_id: HashMap<String, Key>,
    by_client_id: HashMap<ClientOrderId, Key>,
    /// Ids of orders that this client placed before it was followed.
    own: HashSet<ClientOrderId>,
    next: Key,
    /// Orders of which something may become still, or can be known by asking only.
    live: BTreeSet<Key>,
    ended: VecDeque<Key>,
    fills: CountedFills,
    positions: BTreeMap<String, (TrackedPosition, u64)>,
    /// Who traded in a market since there was no position in it.
    traded_by: BTreeMap<Symbol, BTreeSet<Origin>>,
    /// Counts comparisons with the venue: what is heard after one began is newer than what it asked for.
    round: u64,
    pub(super) updates: Updates,
}

/// An order that has to be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    key: Key,
    pub(super) order_id: Option<String>,
    pub(super) client_id: Option<ClientOrderId>,
}

impl Ledger {
    /// All orders that have not been forgotten, in the order in which they became known.
    pub(super) fn orders(&self) -> impl Iterator<Item = &TrackedOrder> {
        self.orders.values().map(|entry| &entry.shown)
    }

    pub(super) fn order(&self, client_id: ClientOrderId) -> Option<&TrackedOrder> {
        self.by_client_id.get(&client_id).and_then(|key| self.orders.get(key)).map(|entry| &entry.shown)
    }

    pub(super) fn order_by_id(&self, order_id: &str) -> Option<&TrackedOrder> {
        self.by_order_id.get(order_id).and_then(|key| self.orders.get(key)).map(|entry| &entry.shown)
    }

    /// Orders that may trade.
    pub(super) fn open_orders(&self) -> impl Iterator<Item = &TrackedOrder> {
        let live = self.live.iter().filter_map(|key| self.orders.get(key));
        live.map(|entry| &entry.shown).filter(|order| order.state.is_open())
    }

    /// Positions that are open.
    pub(super) fn positions(&self) -> impl Iterator<Item = &TrackedPosition> {
        self.positions.values().map(|(position, _)| position).filter(|position| !position.is_closed())
    }

    // Our own sending.

    pub(super) fn intend(&mut self, client_id: ClientOrderId, symbol: Symbol) {
        let key = match self.by_client_id.get(&client_id) {
            Some(key) => *key,
            None => self.insert(Entry::new(symbol, Origin::Own)),
        };
        self.by_client_id.insert(client_id, key);
        self.change(key, |entry| {
            entry.shown.client_id = Some(client_id);
            entry.shown.origin = Origin::Own;
        });
    }

    /// Orders with these ids are our own, should they be heard of.
    pub(super) fn know_as_own(&mut self, client_ids: impl IntoIterator<Item = ClientOrderId>) {
        self.own.extend(client_ids);
    }

    pub(super) fn advance(&mut self, client_id: ClientOrderId, phase: Phase) {
        if let Some(key) = self.by_client_id.get(&client_id).copied() {
            self.change(key, |entry| entry.advance(phase));
        }
    }

    /// Our own sending has ended without an order.
    pub(super) fn end_unborn(&mut self, client_id: ClientOrderId, end: End, reason: String) {
        if let Some(key) = self.by_client_id.get(&client_id).copied() {
            self.change(key, |entry| entry.end_unborn(end, reason));
        }
    }

    /// The answer to an order of our own, which the venue may not know by our id.
    pub(super) fn answered(&mut self, client_id: ClientOrderId, report: &Report) {
        self.name(client_id, &report.order_id);
        self.hear(report);
    }

    /// An amendment of our own is answered.
    pub(super) fn amended(&mut self, report: &Report) {
        self.hear(report);
        if let Some(key) = self.by_order_id.get(&report.order_id).copied() {
            self.change(key, |entry| entry.amend(report));
        }
    }

    // What the venue tells.

    pub(super) fn hear(&mut self, report: &Report) {
        let key = self.find(&report.order_id, report.client_id).unwrap_or_else(|| {
            let origin = report.origin().unwrap_or(Origin::Foreign);
            self.insert(Entry::new(report.symbol, origin))
        });
        self.index(key, &report.order_id, report.client_id);
        let round = self.round;
        self.change(key, |entry| {
            entry.shown.client_id = entry.shown.client_id.or(report.client_id);
            entry.hear(report);
            if report.is_news() {
                entry.heard_in = round;
            }
        });
    }

    /// Counts a fill, once. `is_news` if the venue told it of itself.
    pub(super) fn fill(&mut self, mut fill: TrackedFill, is_news: bool) {
        if !self.fills.insert(&fill) {
            return;
        }
        let key = self
            .find(&fill.order_id, fill.client_id)
            .unwrap_or_else(|| self.insert(Entry::new(fill.symbol, fill.origin)));
        self.index(key, &fill.order_id, fill.client_id);
        let round = self.round;
        self.change(key, |entry| {
            entry.shown.client_id = entry.shown.client_id.or(fill.client_id);
            entry.count(&fill);
            if is_news {
                entry.heard_in = round;
            }
        });
        if let Some(entry) = self.orders.get(&key) {
            fill.origin = entry.shown.origin;
            fill.client_id = entry.shown.client_id;
        }
        self.traded_by.entry(fill.symbol).or_default().insert(fill.origin);
        self.updates.push(Update::Fill(Box::new(fill)));
    }

    /// A fill from before anything was followed. It is counted if it is of an order that is known, and otherwise noted, so
    /// that it is no news when it is told again: positions are taken from the venue as they are, not from their fills.
    pub(super) fn fill_before_start(&mut self, fill: TrackedFill) {
        match self.find(&fill.order_id, fill.client_id) {
            Some(_) => self.fill(fill, false),
            None => drop(self.fills.insert(&fill)),
        }
    }

    /// A stream tells a position.
    pub(super) fn hear_position(&mut self, position: TrackedPosition) {
        let round = self.round;
        self.set_position(position, round);
    }

    // Comparing with the venue.

    /// Begins a comparison. What is heard from now on is newer than what is asked for now.
    pub(super) fn begin(&mut self) -> u64 {
        self.round += 1;
        self.round
    }

    pub(super) fn round(&self) -> u64 {
        self.round
    }

    /// Orders that should be open, but are not among the open ones that were asked for in this round: they have to be asked
    /// for one by one. So have those about which something can't be known otherwise.
    pub(super) fn missing(&self, round: u64, open: &[Report]) -> Vec<Question> {
        let listed: HashSet<&str> = open.iter().map(|report| report.order_id.as_str()).collect();
        let is_listed =
            |entry: &Entry| entry.shown.order_id.as_deref().is_some_and(|order_id| listed.contains(order_id));
        let is_asked = |entry: &Entry| {
            let is_missing = entry.shown.state.is_open() && !is_listed(entry) && entry.heard_in < round;
            is_missing || entry.is_doubtful
        };
        let live = self.live.iter().filter_map(|key| Some((key, self.orders.get(key)?)));
        live.filter(|(_, entry)| is_asked(entry))
            .map(|(key, entry)| Question {
                key: *key,
                order_id: entry.shown.order_id.clone(),
                client_id: entry.shown.client_id,
            })
            .collect()
    }

    /// The venue remembers nothing of an order that was asked for in this round.
    pub(super) fn is_gone(&mut self, question: &Question, round: u64) {
        let is_news = self.orders.get(&question.key).is_some_and(|entry| entry.heard_in < round);
        if is_news {
            self.change(question.key, Entry::is_gone);
        }
    }

    /// All open positions, as they were asked for in this round.
    pub(super) fn compare_positions(&mut self, round: u64, positions: Vec<TrackedPosition>) {
        let listed: BTreeSet<_> = positions.iter().map(|position| position.position_id.clone()).collect();
        let closed: Vec<_> = self
            .positions
            .values()
            .filter(|(known, heard_in)| {
                !known.is_closed() && !listed.contains(&known.position_id) && *heard_in < round
            })
            .map(|(known, _)| TrackedPosition { side: None, contracts: Default::default(), ..known.clone() })
            .collect();
        for position in positions.into_iter().chain(closed) {
            let is_older =
                self.positions.get(&position.position_id).is_some_and(|(_, heard)| *heard >= round);
            if !is_older {
                self.set_position(position, round.saturating_sub(1));
            }
        }
    }

    fn set_position(&mut self, mut position: TrackedPosition, heard_in: u64) {
        let (id, symbol) = (position.position_id.clone(), position.symbol);
        let traded_by = self.traded_by.entry(symbol).or_default();
        // Nobody is known to have traded it, but somebody did.
        if traded_by.is_empty() && !position.is_closed() {
            traded_by.insert(Origin::Foreign);
        }
        position.origins.clone_from(traded_by);
        let is_closed = position.is_closed();
        let before = self.positions.insert(id.clone(), (position.clone(), heard_in));
        let is_new = match &before {
            Some((before, _)) => !is_the_same(before, &position),
            None => !is_closed,
        };
        if is_new {
            self.updates.push(Update::Position(Box::new(position)));
        }
        let is_flat = self.positions.values().all(|(other, _)| other.symbol != symbol || other.is_closed());
        if is_flat {
            self.traded_by.remove(&symbol);
        }
    }

    // Names.

    fn find(&self, order_id: &str, client_id: Option<ClientOrderId>) -> Option<Key> {
        if let Some(key) = self.by_order_id.get(order_id) {
            return Some(*key);
        }
        let key = *self.by_client_id.get(&client_id?)?;
        // Several orders may have one client id: a pair, exits. The first that is heard of is the one that was sent.
        let is_named = self.orders.get(&key).is_some_and(|entry| entry.shown.order_id.is_some());
        (!is_named || order_id.is_empty()).then_some(key)
    }

    fn index(&mut self, key: Key, order_id: &str, client_id: Option<ClientOrderId>) {
        if !order_id.is_empty() {
            self.by_order_id.entry(order_id.to_owned()).or_insert(key);
        }
        let Some(client_id) = client_id else { return };
        let first = *self.by_client_id.entry(client_id).or_insert(key);
        // The other half of a pair is as much our own.
        let is_own = self.own.contains(&client_id)
            || self.orders.get(&first).is_some_and(|entry| entry.shown.origin == Origin::Own);
        if let Some(entry) = self.orders.get_mut(&key).filter(|_| is_own)
            && entry.shown.origin == Origin::Foreign
        {
            entry.shown.origin = Origin::Own;
        }
    }

    /// An order of our own has this id at the venue. What was heard of that one is of ours.
    fn name(&mut self, client_id: ClientOrderId, order_id: &str) {
        let Some(ours) = self.by_client_id.get(&client_id).copied() else { return };
        if order_id.is_empty() {
            return;
        }
        if let Some(other) = self.by_order_id.insert(order_id.to_owned(), ours).filter(|other| *other != ours)
            && let Some(heard) = self.orders.remove(&other)
        {
            self.live.remove(&other);
            self.change(ours, |entry| entry.absorb(heard));
        }
    }

    fn insert(&mut self, entry: Entry) -> Key {
        self.next += 1;
        self.orders.insert(self.next, entry);
        self.live.insert(self.next);
        self.next
    }

    /// Changes an order, tells if something of it can be seen, and forgets the oldest that have ended.
    fn change(&mut self, key: Key, change: impl FnOnce(&mut Entry)) {
        let Some(entry) = self.orders.get_mut(&key) else { return };
        let before = entry.shown.clone();
        change(entry);
        if entry.shown.state.is_final() && !entry.is_doubtful {
            self.live.remove(&key);
        } else {
            self.live.insert(key);
        }
        if entry.shown == before {
            return;
        }
        let after = entry.shown.clone();
        if after.state.is_final() && !before.state.is_final() {
            self.ended.push_back(key);
        }
        self.updates.push(Update::Order(Box::new(after)));
        while self.ended.len() > ENDED_KEPT {
            let oldest = self.ended.pop_front();
            oldest.into_iter().for_each(|key| self.forget(key));
        }
    }

    /// Unless it has turned out to live after all.
    fn forget(&mut self, key: Key) {
        if self.orders.get(&key).is_none_or(|entry| !entry.shown.state.is_final()) {
            return;
        }
        let Some(entry) = self.orders.remove(&key) else { return };
        self.live.remove(&key);
        if let Some(order_id) = &entry.shown.order_id {
            self.by_order_id.remove(order_id);
        }
        if let Some(client_id) = entry.shown.client_id
            && self.by_client_id.get(&client_id) == Some(&key)
        {
            self.by_client_id.remove(&client_id);
        }
    }
}

/// But for what changes with every price.
fn is_the_same(one: &TrackedPosition, other: &TrackedPosition) -> bool {
    let but_profit = |position: &TrackedPosition| TrackedPosition {
        unrealized_profit: Default::default(),
        liquidation_price: Default::default(),
        ..position.clone()
    };
    but_profit(one) == but_profit(other)
}

/// Fills by both names that a fill has, so that a message which lacks one of them is known again.
#[derive(Debug, Default)]
struct CountedFills {
    by_trade: HashSet<String>,
    by_serial: HashSet<(String, i64)>,
    oldest_first: VecDeque<(String, (String, i64))>,
}

impl CountedFills {
    /// Whether it was not known.
    fn insert(&mut self, fill: &TrackedFill) -> bool {
        let (trade, serial) = (fill.trade_id.clone(), (fill.order_id.clone(), fill.serial_id));
        let is_known =
            (!trade.is_empty() && self.by_trade.contains(&trade)) || self.by_serial.contains(&serial);
        if is_known {
            return false;
        }
        if !trade.is_empty() {
            self.by_trade.insert(trade.clone());
        }
        self.by_serial.insert(serial.clone());
        self.oldest_first.push_back((trade, serial));
        if self.oldest_first.len() > FILLS_KEPT
            && let Some((trade, serial)) = self.oldest_first.pop_front()
        {
            self.by_trade.remove(&trade);
            self.by_serial.remove(&serial);
        }
        true
    }
}
