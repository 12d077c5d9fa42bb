//! What the venue says about an order or a fill, whichever message says it.

use lmex_api::futures::{OpenOrder, OrderAnswer, OrderDetail, UserTrade};
use lmex_api::stream::{Notification, StreamFill};
use lmex_api::{OrderKind, Status};
use lmex_types::{ClientOrderId, Decimal, Side, Symbol, TimeInForce, TimeMs};

use super::order::Origin;
use crate::orders::{from_detail, from_open};

/// What one message says about an order.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    pub(super) source: Source,
    pub(super) order_id: String,
    pub(super) client_id: Option<ClientOrderId>,
    pub(super) symbol: Symbol,
    pub(super) side: Side,
    pub(super) kind: OrderKind,
    pub(super) status: Status,
    /// Why it was refused, if it was.
    pub(super) reason: String,
    /// The limit price; `None` where the message tells another, such as that of a fill.
    pub(super) price: Option<Decimal>,
    pub(super) trigger_price: Decimal,
    /// The size now, in contracts.
    pub(super) size: Decimal,
    /// Filled so far; `None` where the message does not tell.
    pub(super) filled: Option<Decimal>,
    pub(super) average_price: Decimal,
    pub(super) time_in_force: Option<TimeInForce>,
    /// When: the event of a stream, the order's own time elsewhere.
    pub(super) at: TimeMs,
}

/// How a message came. It decides how new it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// A stream tells what happened, and when.
    Stream,
    /// The answer to a request that changes something.
    Answer,
    /// The answer to a question that was asked in this round: what streams told since then is newer.
    Query(u64),
}

impl Report {
    /// Of an answer to a request that changes something.
    pub(crate) fn of_answer(order: &OrderAnswer) -> Self {
        Self {
            source: Source::Answer,
            order_id: order.order_id.clone(),
            client_id: order.cl_order_id.parse().ok(),
            symbol: order.symbol,
            side: order.side,
            kind: order.order_type,
            status: order.status,
            reason: order.reason(),
            price: Some(order.price),
            trigger_price: order.trigger_price,
            size: order.current_order_size,
            filled: Some(order.total_filled_size),
            average_price: order.avg_filled_price,
            time_in_force: order.time_in_force.parse().ok(),
            at: order.timestamp,
        }
    }

    pub(super) fn of_notification(news: &Notification) -> Self {
        // The forerunner of this topic has no total, which reads as nothing.
        let has_total = news.tx_type.is_none();
        let is_of_fill = !news.filled_size.is_zero();
        Self {
            source: Source::Stream,
            order_id: news.order_id.clone(),
            client_id: news.cl_order_id.parse().ok(),
            symbol: news.symbol,
            side: news.side,
            kind: news.order_kind(),
            status: news.status,
            reason: String::new(),
            price: (!is_of_fill).then_some(news.price),
            trigger_price: news.trigger_price,
            size: news.current_order_size,
            filled: has_total.then_some(news.total_filled_size),
            average_price: news.avg_filled_price,
            time_in_force: news.time_in_force.parse().ok(),
            at: news.timestamp,
        }
    }

    pub(super) fn of_detail(order: OrderDetail, round: u64) -> Self {
        Self { source: Source::Query(round), ..Self::of_answer(&from_detail(order)) }
    }

    pub(super) fn of_open(order: OpenOrder, round: u64) -> Self {
        Self { source: Source::Query(round), ..Self::of_answer(&from_open(order)) }
    }

    /// Whether the venue told it of itself, or in answer to a change, so that it is newer than what was asked for before.
    pub(super) fn is_news(&self) -> bool {
        !matches!(self.source, Source::Query(_))
    }

    /// Who caused such an order, if its status says so.
    pub(super) fn origin(&self) -> Option<Origin> {
        match self.status {
            Status::LIQUIDATION | Status::ACCOUNT_LIQUIDATION => Some(Origin::Liquidation),
            Status::AUTO_DELEVERAGING => Some(Origin::AutoDeleveraging),
            _ => None,
        }
    }
}

/// A trade of one of one's orders. Each is told once, however often the venue tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrackedFill {
    /// The venue's id of the order.
    pub order_id: String,
    /// One's own id of it, if it has one.
    pub client_id: Option<ClientOrderId>,
    /// The venue's id of this trade; empty where it does not tell one.
    pub trade_id: String,
    /// The number of the trade among those of the market.
    pub serial_id: i64,
    /// The market.
    pub symbol: Symbol,
    /// The side of the order.
    pub side: Side,
    /// In the quote currency.
    pub price: Decimal,
    /// In contracts.
    pub size: Decimal,
    /// Positive when paid.
    pub fee: Decimal,
    /// The currency of the fee.
    pub fee_currency: String,
    /// When (venue time).
    pub at: TimeMs,
    /// Who caused the order.
    pub origin: Origin,
}

impl TrackedFill {
    pub(super) fn of_stream(fill: &StreamFill) -> Self {
        Self {
            order_id: fill.order_id.clone(),
            client_id: fill.cl_order_id.parse().ok(),
            trade_id: fill.trade_id.clone(),
            serial_id: fill.serial_id,
            symbol: fill.symbol,
            side: fill.side,
            price: fill.price,
            size: fill.size,
            fee: fill.fee_amount,
            fee_currency: fill.fee_currency.clone(),
            at: fill.timestamp,
            origin: Origin::Foreign,
        }
    }

    pub(super) fn of_history(fill: &UserTrade) -> Self {
        Self {
            order_id: fill.order_id.clone(),
            client_id: fill.cl_order_id.parse().ok(),
            trade_id: fill.trade_id.clone(),
            serial_id: fill.serial_id,
            symbol: fill.symbol,
            side: fill.side,
            price: fill.filled_price,
            size: fill.filled_size,
            fee: fill.fee_amount,
            fee_currency: fill.fee_currency.clone(),
            at: fill.timestamp,
            origin: match fill.trigger_type {
                Some(LIQUIDATION) => Origin::Liquidation,
                Some(AUTO_DELEVERAGING) => Origin::AutoDeleveraging,
                _ => Origin::Foreign,
            },
        }
    }
}

/// What caused a fill (`triggerType`): the status of the same number.
const LIQUIDATION: i64 = Status::LIQUIDATION.0;
const AUTO_DELEVERAGING: i64 = Status::AUTO_DELEVERAGING.0;
