//! An order as it is known here, and how what is heard of it adds up.
//!
//! What is heard may come in any order, twice, or not at all. So nothing depends on which message came last: what was
//! filled only grows, an end stays an end, and the terms of an order are those of the latest event.

use std::fmt;

use lmex_api::{OrderKind, Status};
use lmex_types::{ClientOrderId, Decimal, Side, Symbol, TimeInForce, TimeMs};

use super::report::{Report, Source, TrackedFill};

/// What is known of an order's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OrderState {
    /// Its intent is in the journal; nothing has left.
    Intended,
    /// On its way: the exchange may have it.
    Sent,
    /// Its answer was lost. It is being asked for.
    Unknown,
    /// In the book, or waiting for its trigger.
    Open,
    /// In the book, with some of it filled.
    PartlyFilled,
    /// Filled whole.
    Filled,
    /// Cancelled, whole or what was left of it: by its owner, or by the exchange (post-only that would cross, fill or
    /// kill, self-trade), or gone without the exchange remembering why.
    Cancelled,
    /// Cancelled by the exchange because its time in force was over.
    Expired,
    /// The exchange said no: nothing of it exists.
    Refused,
    /// It never left, or the exchange has not got it and can't execute it any more.
    Absent,
}

impl OrderState {
    /// Whether nothing more can become of it.
    pub fn is_final(self) -> bool {
        match self {
            Self::Intended | Self::Sent | Self::Unknown | Self::Open | Self::PartlyFilled => false,
            Self::Filled | Self::Cancelled | Self::Expired | Self::Refused | Self::Absent => true,
        }
    }

    /// Whether the exchange has it and it may trade.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::PartlyFilled)
    }
}

impl fmt::Display for OrderState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Intended => "intended",
            Self::Sent => "sent",
            Self::Unknown => "unknown",
            Self::Open => "open",
            Self::PartlyFilled => "partly filled",
            Self::Filled => "filled",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Refused => "refused",
            Self::Absent => "absent",
        })
    }
}

/// Who caused an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// This client, or a process that died and left its journal to it.
    Own,
    /// Somebody else with the same account: another program, the website, an earlier run whose orders were settled.
    Foreign,
    /// The exchange, since the margin did not suffice any more.
    Liquidation,
    /// The exchange, to cover somebody else's loss out of a position in profit (ADL).
    AutoDeleveraging,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Own => "own",
            Self::Foreign => "foreign",
            Self::Liquidation => "liquidation",
            Self::AutoDeleveraging => "auto-deleveraging",
        })
    }
}

/// An order as it is known at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrackedOrder {
    /// One's own id, if it has one. A closing order of our own has one here that the exchange does not know.
    pub client_id: Option<ClientOrderId>,
    /// The exchange's id, once it is known.
    pub order_id: Option<String>,
    /// The market.
    pub symbol: Symbol,
    /// Buy or sell, once it is known.
    pub side: Option<Side>,
    /// Limit, market or peg, once it is known.
    pub kind: Option<OrderKind>,
    /// The limit price; 0 where there is none.
    pub price: Decimal,
    /// The price that fires it; 0 where there is none.
    pub trigger_price: Decimal,
    /// The size now, after amendments, in contracts; 0 as long as it is not known.
    pub size: Decimal,
    /// Filled so far, in contracts.
    pub filled: Decimal,
    /// The average price of what was filled; 0 if nothing was.
    pub average_price: Decimal,
    /// How long it may wait, once it is known.
    pub time_in_force: Option<TimeInForce>,
    /// Where it stands.
    pub state: OrderState,
    /// Who caused it.
    pub origin: Origin,
    /// Why it was refused; empty if it was not.
    pub reason: String,
}

impl TrackedOrder {
    /// Contracts that may still trade.
    pub fn remaining(&self) -> Decimal {
        if self.state.is_final() {
            return Decimal::ZERO;
        }
        self.size.saturating_sub(self.filled).max(Decimal::ZERO)
    }
}

/// What is kept of an order.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) shown: TrackedOrder,
    /// How far our own sending has come.
    phase: Phase,
    /// Whether the venue has said or shown that it has it.
    exists: bool,
    end: Option<End>,
    /// What the fills that were counted come to.
    fill_size: Decimal,
    fill_value: Decimal,
    /// The most that a report said was filled, and at which average price.
    told_filled: Decimal,
    told_average: Decimal,
    /// When it was placed, when a stream told that it was cancelled, and of when its size and its prices are.
    placed: Option<TimeMs>,
    cancelled: Option<TimeMs>,
    size_of: TimeMs,
    prices_of: TimeMs,
    /// The round in which a stream or an answer was heard of it last.
    pub(super) heard_in: u64,
    /// Whether something about it can be known by asking only.
    pub(super) is_doubtful: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    Intended,
    Sent,
    Unknown,
}

/// How an order ended, what is told more surely the greater. The first two are believed until it shows that it exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum End {
    Absent,
    Refused,
    Cancelled,
    Filled,
}

impl Entry {
    pub(super) fn new(symbol: Symbol, origin: Origin) -> Self {
        let shown = TrackedOrder {
            client_id: None,
            order_id: None,
            symbol,
            side: None,
            kind: None,
            price: Decimal::ZERO,
            trigger_price: Decimal::ZERO,
            size: Decimal::ZERO,
            filled: Decimal::ZERO,
            average_price: Decimal::ZERO,
            time_in_force: None,
            state: OrderState::Intended,
            origin,
            reason: String::new(),
        };
        Self {
            shown,
            phase: Phase::Intended,
            exists: false,
            end: None,
            fill_size: Decimal::ZERO,
            fill_value: Decimal::ZERO,
            told_filled: Decimal::ZERO,
            told_average: Decimal::ZERO,
            placed: None,
            cancelled: None,
            size_of: TimeMs::default(),
            prices_of: TimeMs::default(),
            heard_in: 0,
            is_doubtful: false,
        }
    }

    pub(super) fn advance(&mut self, phase: Phase) {
        self.phase = self.phase.max(phase);
        self.show();
    }

    /// Our own sending has ended without an order.
    pub(super) fn end_unborn(&mut self, end: End, reason: String) {
        if !self.exists {
            self.finish(end);
            if !reason.is_empty() {
                self.shown.reason = reason;
            }
            self.show();
        }
    }

    /// The venue remembers nothing of an order that it had: its fills tell how it ended.
    pub(super) fn is_gone(&mut self) {
        self.is_doubtful = false;
        let is_filled = !self.shown.size.is_zero() && self.shown.filled >= self.shown.size;
        self.finish(if is_filled { End::Filled } else { End::Cancelled });
        self.show();
    }

    pub(super) fn hear(&mut self, report: &Report) {
        if let Some(origin) = report.origin() {
            self.shown.origin = origin;
        }
        self.shown.side = Some(report.side);
        self.shown.kind = Some(report.kind);
        self.shown.time_in_force = self.shown.time_in_force.or(report.time_in_force);
        if !report.order_id.is_empty() {
            self.shown.order_id = Some(report.order_id.clone());
        }
        // A refusal of something else, such as an amendment, ends nothing.
        if report.status.is_refusal() {
            return self.end_unborn(End::Refused, report.reason.clone());
        }
        self.exists = true;
        self.end = self.end.filter(|end| *end > End::Refused);
        self.placed = Some(self.placed.map_or(report.at, |placed| placed.min(report.at)));
        self.take_terms(report);
        self.take_total(report);
        self.take_end(report);
        self.show();
    }

    /// Counts a fill that was not counted before.
    pub(super) fn count(&mut self, fill: &TrackedFill) {
        self.exists = true;
        self.end = self.end.filter(|end| *end > End::Refused);
        if matches!(fill.origin, Origin::Liquidation | Origin::AutoDeleveraging) {
            self.shown.origin = fill.origin;
        }
        self.shown.side = Some(fill.side);
        self.shown.order_id.get_or_insert_with(|| fill.order_id.clone());
        self.fill_size = self.fill_size.saturating_add(fill.size);
        self.fill_value = self.fill_value.saturating_add(fill.size.saturating_mul(fill.price));
        self.show();
    }

    /// Takes over what was heard of the same order under another name.
    pub(super) fn absorb(&mut self, other: Self) {
        let (ours, theirs) = (&mut self.shown, other.shown);
        ours.order_id = theirs.order_id.or(ours.order_id.take());
        ours.side = theirs.side.or(ours.side);
        ours.kind = theirs.kind.or(ours.kind);
        ours.time_in_force = theirs.time_in_force.or(ours.time_in_force);
        if other.exists && other.size_of >= self.size_of {
            (ours.size, self.size_of) = (theirs.size, other.size_of);
        }
        if other.exists && other.prices_of >= self.prices_of {
            (ours.price, ours.trigger_price) = (theirs.price, theirs.trigger_price);
            self.prices_of = other.prices_of;
        }
        self.exists |= other.exists;
        if other.exists {
            self.end = self.end.filter(|end| *end > End::Refused).max(other.end);
        }
        self.fill_size = self.fill_size.saturating_add(other.fill_size);
        self.fill_value = self.fill_value.saturating_add(other.fill_value);
        if other.told_filled >= self.told_filled {
            (self.told_filled, self.told_average) = (other.told_filled, other.told_average);
        }
        self.placed = self.placed.into_iter().chain(other.placed).min();
        self.cancelled = self.cancelled.max(other.cancelled);
        self.heard_in = self.heard_in.max(other.heard_in);
        self.is_doubtful |= other.is_doubtful;
        self.show();
    }

    fn take_terms(&mut self, report: &Report) {
        let is_news = |known: TimeMs| match report.source {
            Source::Stream | Source::Answer => report.at >= known,
            Source::Query(asked_in) => self.heard_in < asked_in,
        };
        let (has_size, has_prices) = (is_news(self.size_of), is_news(self.prices_of));
        if has_size {
            self.set_size(report);
        }
        if has_prices {
            self.set_prices(report);
        }
    }

    /// An amendment of our own is answered: these are the terms now, whatever its time says.
    pub(super) fn amend(&mut self, report: &Report) {
        self.set_size(report);
        self.set_prices(report);
        self.show();
    }

    fn set_size(&mut self, report: &Report) {
        if !report.size.is_zero() {
            self.shown.size = report.size;
            self.size_of = self.size_of.max(report.at);
        }
    }

    fn set_prices(&mut self, report: &Report) {
        if let Some(price) = report.price {
            (self.shown.price, self.shown.trigger_price) = (price, report.trigger_price);
            self.prices_of = self.prices_of.max(report.at);
        }
    }

    fn take_total(&mut self, report: &Report) {
        let Some(filled) = report.filled else {
            // Only asking tells how much of it was filled, unless the fills do.
            self.is_doubtful |= report.status.is_final();
            return;
        };
        if filled >= self.told_filled && !filled.is_zero() {
            (self.told_filled, self.told_average) = (filled, report.average_price);
        }
        if matches!(report.source, Source::Query(_)) {
            self.is_doubtful = false;
        }
    }

    fn take_end(&mut self, report: &Report) {
        match report.status {
            Status::FULLY_TRANSACTED => {
                self.told_filled = self.told_filled.max(report.size);
                self.finish(End::Filled);
            }
            Status::CANCELLED | Status::REFUNDED => {
                if report.source == Source::Stream {
                    self.cancelled = self.cancelled.max(Some(report.at));
                }
                self.finish(End::Cancelled);
            }
            // Whether it is open is not known of such an order: asking shows it.
            status if status == Status::INACTIVE || status.is_unknown() => {
                self.is_doubtful = !matches!(report.source, Source::Query(_));
            }
            _ => {}
        }
    }

    /// Only a stream tells when an order was cancelled; where none did, nothing can be said.
    fn is_past_its_time(&self) -> bool {
        let lifetime = self.shown.time_in_force.and_then(TimeInForce::lifetime_ms);
        match (lifetime, self.placed, self.cancelled) {
            (Some(lifetime), Some(placed), Some(cancelled)) => cancelled.ms_since(placed) >= lifetime,
            _ => false,
        }
    }

    fn finish(&mut self, end: End) {
        self.end = self.end.max(Some(end));
    }

    fn show(&mut self) {
        let filled = self.told_filled.max(self.fill_size);
        self.shown.filled = filled;
        self.shown.average_price = if self.fill_size == filled && !filled.is_zero() {
            self.fill_value.checked_div(filled).unwrap_or(self.told_average)
        } else {
            self.told_average
        };
        self.shown.state = self.state(filled);
    }

    fn state(&self, filled: Decimal) -> OrderState {
        match (self.end, self.exists) {
            (Some(End::Refused), _) => OrderState::Refused,
            (Some(End::Absent), _) => OrderState::Absent,
            (Some(End::Filled), _) => OrderState::Filled,
            (Some(End::Cancelled), _) if self.is_past_its_time() => OrderState::Expired,
            (Some(End::Cancelled), _) => OrderState::Cancelled,
            (None, true) if filled.is_zero() => OrderState::Open,
            (None, true) => OrderState::PartlyFilled,
            (None, false) => match self.phase {
                Phase::Intended => OrderState::Intended,
                Phase::Sent => OrderState::Sent,
                Phase::Unknown => OrderState::Unknown,
            },
        }
    }
}
