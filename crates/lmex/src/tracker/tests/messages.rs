//! Messages as a venue would send them about an order.

use lmex_api::{OrderKind, Status};
use lmex_types::{ClientOrderId, Decimal, Side, Symbol, TimeInForce, TimeMs};

use super::super::order::Origin;
use super::super::report::{Report, Source, TrackedFill};

pub(super) fn btc() -> Symbol {
    "BTC-PERP".parse().unwrap()
}

pub(super) fn id(text: &str) -> ClientOrderId {
    text.parse().unwrap()
}

/// An order of 100 contracts at 50, with the id `order` at the venue and `mine` at ours.
pub(super) fn report(source: Source, status: Status, at: i64, filled: i64) -> Report {
    Report {
        source,
        order_id: "order".to_owned(),
        client_id: Some(id("mine")),
        symbol: btc(),
        side: Side::Buy,
        kind: OrderKind::LIMIT,
        status,
        reason: String::new(),
        price: Some(50.into()),
        trigger_price: Decimal::ZERO,
        size: 100.into(),
        filled: Some(filled.into()),
        average_price: if filled == 0 { Decimal::ZERO } else { 50.into() },
        time_in_force: Some(TimeInForce::Gtc),
        at: TimeMs::from_millis(at),
    }
}

pub(super) fn told(status: Status, at: i64, filled: i64) -> Report {
    report(Source::Stream, status, at, filled)
}

pub(super) fn fill(serial_id: i64, size: i64) -> TrackedFill {
    TrackedFill {
        order_id: "order".to_owned(),
        client_id: Some(id("mine")),
        trade_id: format!("trade-{serial_id}"),
        serial_id,
        symbol: btc(),
        side: Side::Buy,
        price: 50.into(),
        size: size.into(),
        fee: Decimal::ONE,
        fee_currency: "USDT".to_owned(),
        at: TimeMs::from_millis(serial_id),
        origin: Origin::Foreign,
    }
}
