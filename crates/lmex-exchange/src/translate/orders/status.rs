//! What has become of an order: the number, and the reason in words.

use lmex_api::Status;
use lmex_engine::{CancelReason, Order};
use lmex_types::{OrderType, TimeInForce};

use crate::views::{OrderRecord, OrderState, Origin};

/// The status number of an order.
///
/// One that has fired stays at 10 until it trades: LMEX has no number that says fired and in the book.
pub(crate) fn status(record: &OrderRecord) -> Status {
    let order = &record.order;
    match record.state {
        OrderState::Filled => Status::FULLY_TRANSACTED,
        OrderState::Cancelled(reason) => ended(order, reason),
        OrderState::Open if order.waits() => Status::TRIGGER_INSERTED,
        OrderState::Open if order.filled > 0 => Status::PARTIALLY_TRANSACTED,
        OrderState::Open if record.origin == Origin::Liquidation => Status::LIQUIDATION,
        OrderState::Open if order.trigger.is_some() => Status::TRIGGER_ACTIVATED,
        OrderState::Open => Status::INSERTED,
    }
}

/// The status number of an order that ended unfilled, or filled in part.
///
/// A market order that found nothing is refunded (7); one that could not be paid for (8) or was not allowed (15) when
/// it fired says so. All three mean that nothing of the order exists, so one that has traded is cancelled (6) instead.
pub(crate) fn ended(order: &Order, reason: CancelReason) -> Status {
    use CancelReason as Why;
    match reason {
        _ if order.filled > 0 => Status::CANCELLED,
        Why::InsufficientMargin => Status::INSUFFICIENT_BALANCE,
        Why::NotAllowed => Status::REJECTED,
        Why::MarketNoLiquidity | Why::SelfTrade | Why::ImmediateRemainder | Why::FillOrKill
            if order.order_type == OrderType::Market =>
        {
            Status::REFUNDED
        }
        _ => Status::CANCELLED,
    }
}

/// Why an order ended, for a person; empty when it needs no explanation.
pub(crate) fn ended_because(record: &OrderRecord) -> &'static str {
    let OrderState::Cancelled(reason) = record.state else { return "" };
    let follows_index = record.order.peg.is_some();
    match reason {
        CancelReason::User => "",
        CancelReason::ImmediateRemainder
            if record.order.order_type == OrderType::Market
                && record.order.time_in_force != TimeInForce::Ioc =>
        {
            "there was nothing more to trade with inside the price protection"
        }
        CancelReason::ImmediateRemainder => "IOC: what did not trade at once was cancelled",
        CancelReason::FillOrKill => "FOK: there was not enough to fill the order at once",
        CancelReason::PostOnlyWouldCross => "postOnly: the order would have traded at once",
        CancelReason::SelfTrade => "the order would have traded with another order of the same account",
        CancelReason::Expired => "the order's time was over",
        CancelReason::ReduceOnly => "reduceOnly: there is no position left to reduce",
        CancelReason::MarketNoLiquidity => "there was nothing to trade with inside the price protection",
        CancelReason::Oco => "OCO: it ended with the other order of its pair",
        CancelReason::InsufficientMargin if follows_index => {
            "the index moved, and the available balance did not cover the margin at the new price"
        }
        CancelReason::InsufficientMargin => "it fired, and the available balance did not cover its margin",
        CancelReason::NotAllowed if follows_index => {
            "the index moved, and at the new price the order was beyond the risk limit"
        }
        CancelReason::NotAllowed => {
            "it fired, and could not be accepted: no position to reduce, a price outside the protection, or beyond a limit"
        }
        CancelReason::Unbound => {
            "its position was closed, or another take profit or stop loss took its place"
        }
        CancelReason::CancelAllAfter => "cancelAllAfter: the time set had passed",
        CancelReason::MarketClosed => "the market closed",
        CancelReason::Liquidation => "the account was liquidated",
        CancelReason::Bankruptcy => {
            "bankruptcy: at the next price the order would have lost more than the money behind its position"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lmex_engine::{Crossing, PriceSource, Trigger};
    use lmex_types::{OrderId, Side, TimeMs};

    fn order() -> Order {
        Order {
            id: OrderId::from_bits(1),
            client_id: None,
            account: lmex_engine::AccountId(1),
            market: lmex_engine::MarketId(0),
            leg: lmex_engine::LegId::ONE_WAY,
            side: Side::Sell,
            order_type: OrderType::Market,
            price: 0,
            ordered: 3,
            contracts: 3,
            filled: 0,
            time_in_force: TimeInForce::Gtc,
            post_only: false,
            reduce_only: false,
            accepted_at: TimeMs::default(),
            expires_at: None,
            trigger: Some(Trigger {
                price: 90,
                source: PriceSource::Mark,
                crossing: Crossing::Falling,
                trail: None,
                fired: false,
            }),
            purpose: lmex_engine::Purpose::Trade,
            peer: None,
            exits: lmex_engine::Exits::NONE,
            peg: None,
            is_spam: false,
        }
    }

    #[test]
    fn a_stop_goes_through_the_numbers_of_its_life() {
        let mut record = OrderRecord::new(order());
        assert_eq!(status(&record), Status::TRIGGER_INSERTED);
        record.fire(3, 90);
        assert_eq!(status(&record), Status::TRIGGER_ACTIVATED);
        record.fill(90, 1);
        assert_eq!(status(&record), Status::PARTIALLY_TRANSACTED);
        record.state = OrderState::Filled;
        assert_eq!(status(&record), Status::FULLY_TRANSACTED);
    }

    #[test]
    fn how_it_ended_is_told_apart_only_if_nothing_traded() {
        use CancelReason as Why;
        let part = Order { filled: 1, ..order() };
        let limit = Order { order_type: OrderType::Limit, ..order() };
        for (reason, market_order, limit_order) in [
            (Why::User, 6, 6),
            (Why::Oco, 6, 6),
            (Why::Unbound, 6, 6),
            (Why::CancelAllAfter, 6, 6),
            (Why::Liquidation, 6, 6),
            (Why::InsufficientMargin, 8, 8),
            (Why::NotAllowed, 15, 15),
            (Why::MarketNoLiquidity, 7, 6),
            (Why::SelfTrade, 7, 6),
            (Why::FillOrKill, 7, 6),
        ] {
            assert_eq!(ended(&order(), reason), Status(market_order), "{reason:?}");
            assert_eq!(ended(&limit, reason), Status(limit_order), "{reason:?}");
            assert_eq!(ended(&part, reason), Status::CANCELLED, "{reason:?}");
        }
    }
}
