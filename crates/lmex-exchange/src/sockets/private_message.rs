//! How news about one's own orders is written: `fillsV2`, `notificationApiV3` and `notificationApiV4`.

use axum::extract::ws::Utf8Bytes;
use lmex_api::Status;
use lmex_api::stream::{Notification, StreamFill};
use lmex_types::{Decimal, TimeMs};
use serde::Serialize;

use super::market_feed::MarketFeed;
use super::own_orders::{News, What};
use super::reply;
use crate::ids::Ids;
use crate::translate::{asked_price, kind, leg_name, money, peg_parts, shown_remaining, tx_type};
use crate::views::{OrderRecord, Origin};

/// A message of `fillsV2`; `None` if the news is not a fill. `seed` is that of the exchange's ids.
pub(super) fn fill_message(market: &MarketFeed, news: &News, seed: u64) -> Option<Utf8Bytes> {
    let row = fill(market, news, seed)?;
    // Strings and numbers: writing them cannot fail.
    let data = serde_json::to_string(&[row]).unwrap_or_default();
    // The documents show an empty `id` on this topic alone.
    Some(format!(r#"{{"topic":"fillsV2","id":"","data":{data}}}"#).into())
}

/// A message of `notificationApiV4`.
pub(super) fn notification(market: &MarketFeed, news: &News) -> Utf8Bytes {
    let row = notified(market, news);
    reply::data("notificationApiV4", &serde_json::to_string(&[row]).unwrap_or_default())
}

/// A message of `notificationApiV3`.
pub(super) fn notification_v3(market: &MarketFeed, news: &News) -> Utf8Bytes {
    let row = NotificationV3::of(notified(market, news));
    reply::data("notificationApiV3", &serde_json::to_string(&[row]).unwrap_or_default())
}

fn fill(market: &MarketFeed, news: &News, seed: u64) -> Option<StreamFill> {
    let What::Filled(trade) = news.what else { return None };
    let order = &news.record.order;
    let quote = market.instrument.quote.clone();
    Some(StreamFill {
        order_id: order.id.to_string(),
        serial_id: i64::try_from(trade.id).unwrap_or(i64::MAX),
        cl_order_id: client_id(&news.record),
        order_type: kind(order),
        symbol: market.symbol(),
        side: order.side,
        price: market.price(trade.price),
        // With one decimal, as the documents have it.
        size: Decimal::from_i128_with_scale(i128::from(trade.contracts) * 10, 1),
        fee_amount: money(trade.fee),
        fee_currency: quote.clone(),
        base: market.symbol().to_string(),
        quote,
        maker: trade.maker,
        timestamp: news.at,
        contract_size: Some(market.instrument.grid.contract_size()),
        trade_id: Ids::fill(seed, trade.id, order.account, order.side).to_string(),
    })
}

fn notified(market: &MarketFeed, news: &News) -> Notification {
    let record = &news.record;
    let order = &record.order;
    let told = Told::of(news);
    let (peg_price_deviation, stealth) = peg_parts(order);
    Notification {
        symbol: market.symbol(),
        order_id: order.id.to_string(),
        side: order.side,
        order_type: Some(kind(order)),
        kind: tx_type(order),
        tx_type: None,
        price: market.price(told.price),
        trigger_price: order.trigger.map_or(Decimal::ZERO, |trigger| market.price(trigger.price)),
        peg_price_deviation,
        stealth,
        status: told.status,
        timestamp: news.at,
        avg_filled_price: average_price(market, record),
        cl_order_id: client_id(record),
        post_only: order.post_only,
        maker: told.maker,
        position_id: Some(leg_name(&market.instrument, order.leg)),
        order_detail_type: None,
        order_user_initiated: told.by_user,
        original_order_size: order.ordered.into(),
        current_order_size: order.contracts.into(),
        filled_size: told.filled.into(),
        total_filled_size: order.filled.into(),
        remaining_size: shown_remaining(order).into(),
        time_in_force: order.time_in_force.to_string(),
    }
}

/// What of a notification depends on the kind of news.
struct Told {
    status: Status,
    price: i64,
    filled: i64,
    maker: bool,
    by_user: bool,
}

impl Told {
    fn of(news: &News) -> Self {
        let order = &news.record.order;
        match news.what {
            What::Filled(trade) => Self {
                status: trade.said.unwrap_or(match order.remaining() {
                    0 => Status::FULLY_TRANSACTED,
                    _ => Status::PARTIALLY_TRANSACTED,
                }),
                price: trade.price,
                filled: trade.contracts,
                maker: trade.maker,
                by_user: news.record.origin == Origin::User,
            },
            What::Changed { status, by_user } => {
                let price = asked_price(order).unwrap_or(0);
                Self { status, price, filled: 0, maker: false, by_user }
            }
        }
    }
}

/// What became of an order, with the fields of version 2.2 and in LMEX's spelling: the kind of the order is text, what
/// it waits for stands beside it. `size` is the order's, `fillSize` the fill's.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NotificationV3 {
    #[serde(with = "lmex_api::wire::symbol")]
    symbol: lmex_types::Symbol,
    #[serde(rename = "orderID")]
    order_id: String,
    #[serde(with = "lmex_api::wire::word")]
    side: lmex_types::Side,
    #[serde(rename = "type")]
    kind: String,
    tx_type: i64,
    #[serde(with = "lmex_api::wire::decimal")]
    price: Decimal,
    #[serde(with = "lmex_api::wire::decimal")]
    size: Decimal,
    #[serde(with = "lmex_api::wire::decimal")]
    trigger_price: Decimal,
    #[serde(with = "lmex_api::wire::decimal")]
    peg_price_deviation: Decimal,
    #[serde(with = "lmex_api::wire::decimal")]
    stealth: Decimal,
    status: Status,
    #[serde(with = "lmex_api::wire::time")]
    timestamp: TimeMs,
    #[serde(with = "lmex_api::wire::decimal")]
    avg_fill_price: Decimal,
    #[serde(with = "lmex_api::wire::decimal")]
    fill_size: Decimal,
    #[serde(rename = "clOrderID")]
    cl_order_id: String,
    #[serde(with = "lmex_api::wire::decimal")]
    original_size: Decimal,
    maker: bool,
    #[serde(with = "lmex_api::wire::decimal")]
    remaining_size: Decimal,
    #[serde(rename = "time_in_force")]
    time_in_force: String,
}

impl NotificationV3 {
    fn of(new: Notification) -> Self {
        Self {
            symbol: new.symbol,
            kind: new.order_kind().0.to_string(),
            order_id: new.order_id,
            side: new.side,
            tx_type: new.kind,
            price: new.price,
            size: new.current_order_size,
            trigger_price: new.trigger_price,
            peg_price_deviation: new.peg_price_deviation,
            stealth: new.stealth,
            status: new.status,
            timestamp: new.timestamp,
            avg_fill_price: new.avg_filled_price,
            fill_size: new.filled_size,
            cl_order_id: new.cl_order_id,
            original_size: new.original_order_size,
            maker: new.maker,
            remaining_size: new.remaining_size,
            time_in_force: new.time_in_force,
        }
    }
}

fn client_id(record: &OrderRecord) -> String {
    record.order.client_id.map(|id| id.to_string()).unwrap_or_default()
}

/// Average of the fills, with 9 decimals as elsewhere; 0 without any.
fn average_price(market: &MarketFeed, record: &OrderRecord) -> Decimal {
    let ticks = record.average_ticks().unwrap_or_default();
    ticks.checked_mul(market.instrument.grid.tick()).unwrap_or_default().round_dp(9)
}
