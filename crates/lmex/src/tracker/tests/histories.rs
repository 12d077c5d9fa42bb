//! Random lives of an order, of which the messages come in any order, twice, or not at all.

use lmex_api::Status;
use lmex_types::Decimal;
use proptest::prelude::*;

use super::super::ledger::Ledger;
use super::super::order::{OrderState, Phase};
use super::super::report::{Report, Source, TrackedFill};
use super::messages::{btc, fill, id, report, told};

/// What happens to an order at the venue.
#[derive(Debug, Clone, Copy)]
enum Step {
    Fill(i64),
    Amend { price: i64, more: i64 },
    Cancel,
}

/// An order at the venue.
#[derive(Debug, Clone, Copy)]
struct Venue {
    price: i64,
    size: i64,
    filled: i64,
    status: Status,
}

/// A message of the venue.
#[derive(Debug, Clone)]
enum Message {
    Answer(Report),
    News(Report),
    Fill(TrackedFill),
}

impl Venue {
    fn is_over(&self) -> bool {
        self.status.is_final()
    }

    fn tell(&self, source: Source, at: i64) -> Report {
        Report {
            price: Some(self.price.into()),
            size: self.size.into(),
            ..report(source, self.status, at, self.filled)
        }
    }

    fn take(&mut self, step: Step, at: i64) -> Vec<Message> {
        let mut fills = Vec::new();
        match step {
            _ if self.is_over() => return fills,
            Step::Fill(most) => {
                let size = most.min(self.size - self.filled);
                self.filled += size;
                let is_whole = self.filled == self.size;
                self.status = if is_whole { Status::FULLY_TRANSACTED } else { Status::PARTIALLY_TRANSACTED };
                fills.push(Message::Fill(fill(at, size)));
            }
            Step::Amend { price, more } => (self.price, self.size) = (price, self.size + more),
            Step::Cancel => self.status = Status::CANCELLED,
        }
        let is_amendment = matches!(step, Step::Amend { .. });
        let mut news = self.tell(Source::Stream, at);
        if is_amendment {
            news.status = Status::AMENDED;
        } else if matches!(step, Step::Fill(_)) {
            news.price = None;
        }
        fills.push(Message::News(news));
        fills
    }
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1_i64..40).prop_map(Step::Fill),
        2 => (40_i64..60, 1_i64..50).prop_map(|(price, more)| Step::Amend { price, more }),
        1 => Just(Step::Cancel),
    ]
}

/// A life, and everything that was said of it.
fn live(steps: &[Step]) -> (Venue, Vec<Message>) {
    let mut venue = Venue { price: 50, size: 100, filled: 0, status: Status::INSERTED };
    let mut messages = vec![
        Message::Answer(report(Source::Answer, Status::INSERTED, 1, 0)),
        Message::News(told(Status::INSERTED, 1, 0)),
    ];
    for (at, step) in steps.iter().enumerate() {
        messages.extend(venue.take(*step, i64::try_from(at).unwrap() + 2));
    }
    (venue, messages)
}

fn hear(ledger: &mut Ledger, message: &Message) {
    match message {
        Message::Answer(report) => ledger.answered(id("mine"), report),
        Message::News(report) => ledger.hear(report),
        Message::Fill(fill) => ledger.fill(fill.clone(), true),
    }
}

/// As the tracker does it.
fn compare(ledger: &mut Ledger, venue: &Venue, fills: &[TrackedFill]) {
    let round = ledger.begin();
    let open: Vec<_> = (!venue.is_over()).then(|| venue.tell(Source::Query(round), 1)).into_iter().collect();
    open.iter().for_each(|report| ledger.hear(report));
    fills.iter().for_each(|fill| ledger.fill(fill.clone(), false));
    let questions = ledger.missing(round, &open);
    for _ in questions {
        ledger.hear(&venue.tell(Source::Query(round), 1));
    }
}

fn shown(ledger: &Ledger) -> (OrderState, Decimal, Decimal, Decimal) {
    let order = ledger.order(id("mine")).unwrap();
    (order.state, order.filled, order.size, order.price)
}

fn expected(venue: &Venue) -> (OrderState, Decimal, Decimal, Decimal) {
    let state = match venue.status {
        Status::FULLY_TRANSACTED => OrderState::Filled,
        Status::CANCELLED => OrderState::Cancelled,
        _ if venue.filled > 0 => OrderState::PartlyFilled,
        _ => OrderState::Open,
    };
    (state, venue.filled.into(), venue.size.into(), venue.price.into())
}

fn sent() -> Ledger {
    let mut ledger = Ledger::default();
    ledger.intend(id("mine"), btc());
    ledger.advance(id("mine"), Phase::Sent);
    ledger
}

proptest! {
    #[test]
    fn in_any_order_and_repeated_they_come_to_the_same(
        steps in prop::collection::vec(step(), 0..12),
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..60),
    ) {
        let (venue, messages) = live(&steps);
        let mut ledger = sent();
        // Some of them, some twice, in any order; then whatever was not among them.
        order.iter().for_each(|index| hear(&mut ledger, index.get(&messages)));
        messages.iter().rev().for_each(|message| hear(&mut ledger, message));
        prop_assert_eq!(shown(&ledger), expected(&venue));
        prop_assert_eq!(ledger.orders().count(), 1);
    }

    #[test]
    fn whatever_was_not_told_is_known_after_a_comparison(
        steps in prop::collection::vec(step(), 0..12),
        heard in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
        is_answered in any::<bool>(),
    ) {
        let (venue, messages) = live(&steps);
        let mut ledger = sent();
        // That it exists is known from its answer or from asking for it: `Client::resolve_order` sees to that.
        if is_answered {
            hear(&mut ledger, &messages[0]);
        } else {
            ledger.answered(id("mine"), &venue.tell(Source::Answer, 1));
        }
        heard.iter().for_each(|index| hear(&mut ledger, index.get(&messages)));
        let fills: Vec<_> = messages
            .iter()
            .filter_map(|message| match message { Message::Fill(fill) => Some(fill.clone()), _ => None })
            .collect();
        compare(&mut ledger, &venue, &fills);
        prop_assert_eq!(shown(&ledger).0, expected(&venue).0);
        prop_assert_eq!(shown(&ledger).1, expected(&venue).1);
        if !venue.is_over() {
            prop_assert_eq!(shown(&ledger), expected(&venue));
        }
        // Late messages change nothing.
        let known = shown(&ledger);
        messages.iter().for_each(|message| hear(&mut ledger, message));
        if venue.is_over() {
            prop_assert_eq!((shown(&ledger).0, shown(&ledger).1), (known.0, known.1));
        } else {
            prop_assert_eq!(shown(&ledger), known);
        }
    }
}
