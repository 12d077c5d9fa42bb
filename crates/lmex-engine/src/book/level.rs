//! One price: a queue of users' orders, and the crowd as quantities between them.
//!
//! ```text
//!   front ─► [crowd 30] A [crowd 0] B [crowd 12 = tail] ◄─ back
//! ```
//!
//! Each order knows the crowd directly before it (`ahead`); the level knows the crowd behind the last (`tail`).
//!
//! There is one queue, hidden or not: what nobody sees of an order trades in the order's turn. LMEX says nothing about
//! it; with a second queue behind the first, the crowd's place against hidden orders would be a guess.

use super::{Key, Orders, QueueModel};

#[derive(Debug, Clone)]
pub(crate) struct Level {
    /// The crowd's contracts in all, `tail` included.
    crowd: i64,
    /// The crowd's contracts behind the last user's order.
    tail: i64,
    /// Users' contracts, seen or not.
    users: i64,
    /// Those of the users' contracts that nobody sees.
    hidden: i64,
    first: Key,
    last: Key,
}

/// Who is next to trade at a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Front {
    /// So many contracts of the crowd.
    Crowd(i64),
    /// A user's order.
    User(Key),
}

impl Level {
    pub(crate) fn new() -> Self {
        Self { crowd: 0, tail: 0, users: 0, hidden: 0, first: Key::NONE, last: Key::NONE }
    }

    pub(crate) fn crowd(&self) -> i64 {
        self.crowd
    }

    pub(crate) fn users(&self) -> i64 {
        self.users
    }

    pub(crate) fn tail(&self) -> i64 {
        self.tail
    }

    pub(crate) fn hidden(&self) -> i64 {
        self.hidden
    }

    /// What everyone sees: crowd and users without what is hidden. It may be 0 where a hidden order rests.
    pub(crate) fn total(&self) -> i64 {
        self.crowd.saturating_add(self.users) - self.hidden
    }

    pub(crate) fn has_users(&self) -> bool {
        self.first != Key::NONE
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.crowd == 0 && !self.has_users()
    }

    pub(crate) fn front(&self, orders: &Orders) -> Front {
        match self.first.some() {
            None => Front::Crowd(self.tail),
            Some(first) if orders[first].ahead > 0 => Front::Crowd(orders[first].ahead),
            Some(first) => Front::User(first),
        }
    }

    /// Users' orders, front first.
    pub(crate) fn queue<'a>(&self, orders: &'a Orders) -> impl Iterator<Item = Key> + use<'a> {
        std::iter::successors(self.first.some(), |&key| orders[key].next.some())
    }

    /// An order joins behind everyone.
    pub(crate) fn push_back(&mut self, orders: &mut Orders, key: Key) {
        let last = self.last;
        self.hidden += orders.hidden(key);
        let resting = &mut orders[key];
        resting.ahead = std::mem::take(&mut self.tail);
        resting.previous = last;
        resting.next = Key::NONE;
        resting.rests = true;
        self.users += resting.order.remaining();
        match last.some() {
            Some(last) => orders[last].next = key,
            None => self.first = key,
        }
        self.last = key;
    }

    /// An order leaves; the crowd before it stays, now before the next.
    pub(crate) fn remove(&mut self, orders: &mut Orders, key: Key) {
        self.hidden -= orders.hidden(key);
        let resting = &mut orders[key];
        let (previous, next) = (resting.previous, resting.next);
        let ahead = std::mem::take(&mut resting.ahead);
        resting.rests = false;
        self.users -= resting.order.remaining();
        match previous.some() {
            Some(previous) => orders[previous].next = next,
            None => self.first = next,
        }
        match next.some() {
            Some(next) => {
                orders[next].previous = previous;
                orders[next].ahead += ahead;
            }
            None => {
                self.last = previous;
                self.tail += ahead;
            }
        }
    }

    /// Users have so many contracts less here, so many of them hidden: an order was filled or cut in its place.
    pub(crate) fn shrink(&mut self, contracts: i64, hidden: i64) {
        self.users -= contracts;
        self.hidden -= hidden;
    }

    /// Contracts of the crowd at the very front are traded away.
    pub(crate) fn take_crowd(&mut self, orders: &mut Orders, contracts: i64) {
        let front = match self.first.some() {
            Some(first) => &mut orders[first].ahead,
            None => &mut self.tail,
        };
        let taken = contracts.min(*front);
        *front -= taken;
        self.crowd -= taken;
    }

    /// The crowd's total is re-stated: an increase joins the back, a decrease goes where the model says.
    pub(crate) fn set_crowd(&mut self, orders: &mut Orders, crowd: i64, model: QueueModel) {
        if crowd >= self.crowd {
            self.tail += crowd - self.crowd;
        } else {
            let gone = self.crowd - crowd;
            match model {
                QueueModel::Tail => self.leave_from_back(orders, gone),
                QueueModel::Proportional => self.leave_everywhere(orders, gone),
            }
        }
        self.crowd = crowd;
    }

    fn leave_from_back(&mut self, orders: &mut Orders, mut gone: i64) {
        let mut leave = |segment: &mut i64| {
            let part = gone.min(*segment);
            *segment -= part;
            gone -= part;
            gone == 0
        };
        let mut done = leave(&mut self.tail);
        let mut at = self.last;
        while let (false, Some(key)) = (done, at.some()) {
            done = leave(&mut orders[key].ahead);
            at = orders[key].previous;
        }
    }

    fn leave_everywhere(&mut self, orders: &mut Orders, gone: i64) {
        let part = |segment: i64| {
            let part = i128::from(gone) * i128::from(segment) / i128::from(self.crowd.max(1));
            // A part of a segment is no larger than the segment.
            i64::try_from(part).unwrap_or(segment)
        };
        let tail_part = part(self.tail);
        let mut rest = gone - tail_part;
        let mut at = self.first;
        while let Some(key) = at.some() {
            let ahead_part = part(orders[key].ahead);
            orders[key].ahead -= ahead_part;
            rest -= ahead_part;
            at = orders[key].next;
        }
        self.tail -= tail_part;
        // What rounding left over goes from the back: never to a user's advantage.
        self.leave_from_back(orders, rest);
    }
}
