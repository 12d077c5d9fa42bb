//! Trades before the depth that has them already.
//!
//! Venues send trades and depth on streams of their own, so that a depth message may arrive before a trade whose volume
//! is gone from it. Played like that, the volume would go twice from before a user's order: once with the depth, once with
//! the trade. So such a trade is moved to where it happened, right before that depth, and takes its receive time.

use std::collections::VecDeque;

use lmex_tape::{TapeBody, TapeError, TapeMessage};

/// How much later than its depth a trade is looked for. In the captures at hand it is at most 183 ms (Binance spot).
const WINDOW_NS: i64 = 500_000_000;
/// Most messages that are held for it.
const MOST: usize = 4_096;

/// A tape with its trades in place.
pub(super) struct InOrder<I> {
    tape: I,
    held: VecDeque<TapeMessage>,
    /// What the tape ends with, after what is held.
    end: Option<Option<TapeError>>,
}

impl<I: Iterator<Item = Result<TapeMessage, TapeError>>> InOrder<I> {
    pub(super) fn new(tape: I) -> Self {
        Self { tape, held: VecDeque::new(), end: None }
    }

    /// Holds all that may belong before the first that is held.
    fn hold(&mut self) {
        while self.end.is_none() && self.held.len() < MOST && !self.sees_far_enough() {
            match self.tape.next() {
                Some(Ok(message)) => self.held.push_back(message),
                Some(Err(error)) => self.end = Some(Some(error)),
                None => self.end = Some(None),
            }
        }
    }

    fn sees_far_enough(&self) -> bool {
        let (Some(first), Some(last)) = (self.held.front(), self.held.back()) else { return false };
        !matches!(first.body, TapeBody::Depth { .. })
            || last.received_ns.saturating_sub(first.received_ns) > WINDOW_NS
    }

    /// A trade that the first message, if it is depth, has already.
    fn late_trade(&mut self) -> Option<TapeMessage> {
        let first = self.held.front().filter(|first| matches!(first.body, TapeBody::Depth { .. }))?;
        let (at_ns, received_ns) = (first.at_ns, first.received_ns);
        let is_late =
            |message: &TapeMessage| matches!(message.body, TapeBody::Trade { .. }) && message.at_ns <= at_ns;
        let place = self.held.iter().position(is_late)?;
        self.held.remove(place).map(|trade| TapeMessage { received_ns, ..trade })
    }
}

impl<I: Iterator<Item = Result<TapeMessage, TapeError>>> Iterator for InOrder<I> {
    type Item = Result<TapeMessage, TapeError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.hold();
        if let Some(trade) = self.late_trade() {
            return Some(Ok(trade));
        }
        match self.held.pop_front() {
            Some(message) => Some(Ok(message)),
            None => self.end.as_mut().and_then(Option::take).map(Err),
        }
    }
}

#[cfg(test)]
mod tests {
    use lmex_types::{Decimal, Side};

    use super::*;

    const MS: i64 = 1_000_000;

    fn trade(at_ms: i64, received_ms: i64) -> TapeMessage {
        let body = TapeBody::Trade { aggressor: Side::Buy, price: Decimal::ONE, size: Decimal::ONE };
        TapeMessage { at_ns: at_ms * MS, received_ns: received_ms * MS, body }
    }

    fn depth(at_ms: i64, received_ms: i64) -> TapeMessage {
        let body = TapeBody::Depth { snapshot: false, levels: Vec::new() };
        TapeMessage { body, ..trade(at_ms, received_ms) }
    }

    /// As `trade|depth at, received`, in milliseconds.
    fn played(messages: Vec<TapeMessage>) -> Vec<(bool, i64, i64)> {
        let ordered = InOrder::new(messages.into_iter().map(Ok)).map(Result::unwrap);
        let line = |message: TapeMessage| {
            let is_trade = matches!(message.body, TapeBody::Trade { .. });
            (is_trade, message.at_ns / MS, message.received_ns / MS)
        };
        ordered.map(line).collect()
    }

    #[test]
    fn a_late_trade_comes_before_its_depth_and_at_its_time() {
        let tape =
            vec![trade(1, 5), depth(10, 12), depth(20, 22), trade(9, 30), trade(15, 31), trade(25, 32)];
        let expected =
            [(true, 1, 5), (true, 9, 12), (false, 10, 12), (true, 15, 22), (false, 20, 22), (true, 25, 32)];
        assert_eq!(played(tape), expected);
    }

    #[test]
    fn one_beyond_the_window_stays_where_it_is() {
        let tape = vec![depth(10, 10), depth(11, 511), trade(9, 512)];
        assert_eq!(played(tape), [(false, 10, 10), (true, 9, 511), (false, 11, 511)]);
        let tape = vec![depth(10, 10), trade(12, 511), trade(9, 512)];
        assert_eq!(played(tape), [(false, 10, 10), (true, 12, 511), (true, 9, 512)]);
    }

    #[test]
    fn nothing_is_lost_and_an_error_comes_last() {
        let broken = TapeError::NotAFile { path: "tape".into() };
        let tape = vec![Ok(depth(1, 1)), Ok(trade(1, 2)), Err(broken)];
        let mut ordered = InOrder::new(tape.into_iter());
        assert!(matches!(ordered.next(), Some(Ok(TapeMessage { body: TapeBody::Trade { .. }, .. }))));
        assert!(matches!(ordered.next(), Some(Ok(TapeMessage { body: TapeBody::Depth { .. }, .. }))));
        assert!(matches!(ordered.next(), Some(Err(TapeError::NotAFile { .. }))));
        assert!(ordered.next().is_none());
        let many: Vec<_> =
            (0..10_000).map(|n| if n % 3 == 0 { depth(n, n) } else { trade(n - 5, n) }).collect();
        assert_eq!(played(many).len(), 10_000);
    }
}
