//! How news about one's own orders is written: `fillsV2` and `notificationApiV4`.

use axum::extract::ws::Utf8Bytes;
use lmex_api::{OrderKind, Status, wire};
use lmex_types::{Decimal, OrderType, Symbol};
use serde::Serialize;

use super::market_feed::MarketFeed;
use super::own_orders::{News, OwnOrder, What};
use super::reply;
use crate::ids::Ids;

/// A message of `fillsV2`; `None` if the news is not a fill. `seed` is that of the exchange's ids.
pub(super) fn fill_message(market: &MarketFeed, news: &News, seed: u64) -> Option<Utf8Bytes> {
    let row = FillRow::of(market, news, seed)?;
    // Strings and numbers: writing them cannot fail.
    let data = serde_json::to_string(&[row]).unwrap_or_default();
    // The documents show an empty `id` on this topic alone.
    Some(format!(r#"{{"topic":"fillsV2","id":"","data":{data}}}"#).into())
}

/// A message of `notificationApiV4`.
pub(super) fn notification(market: &MarketFeed, news: &News) -> Utf8Bytes {
    let row = NotificationRow::of(market, news);
    reply::data("notificationApiV4", &serde_json::to_string(&[row]).unwrap_or_default())
}

/// A fill. Price, size and kind are strings here (LMEX's documents).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FillRow {
    order_id: String,
    serial_id: u64,
    cl_order_id: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(with = "wire::symbol")]
    symbol: Symbol,
    side: &'static str,
    price: String,
    size: String,
    fee_amount: String,
    fee_currency: String,
    #[serde(with = "wire::symbol")]
    base: Symbol,
    quote: String,
    maker: bool,
    timestamp: i64,
    #[serde(with = "wire::decimal")]
    contract_size: Decimal,
    trade_id: String,
}

impl FillRow {
    fn of(market: &MarketFeed, news: &News, seed: u64) -> Option<Self> {
        let What::Filled { fill, maker } = news.what else { return None };
        let (order, party) = (&news.own.order, if maker { fill.maker } else { fill.taker });
        let quote = market.instrument.quote.clone();
        Some(Self {
            order_id: order.id.to_string(),
            serial_id: fill.trade_id,
            cl_order_id: client_id(&news.own),
            kind: kind(order.order_type).0.to_string(),
            symbol: market.symbol(),
            side: order.side.as_str(),
            price: market.price(fill.price).to_string(),
            size: format!("{}.0", fill.contracts),
            fee_amount: party.fee.to_string(),
            fee_currency: quote.clone(),
            base: market.symbol(),
            quote,
            maker,
            timestamp: news.at.as_millis(),
            contract_size: market.instrument.grid.contract_size(),
            trade_id: Ids::fill(seed, fill.trade_id, order.account).to_string(),
        })
    }
}

/// What became of an order (fields of version 2.3).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NotificationRow {
    #[serde(with = "wire::symbol")]
    symbol: Symbol,
    #[serde(rename = "orderID")]
    order_id: String,
    side: &'static str,
    order_type: OrderKind,
    /// Plain orders; triggers have other numbers.
    #[serde(rename = "type")]
    tx_type: u8,
    #[serde(with = "wire::decimal")]
    price: Decimal,
    trigger_price: u8,
    peg_price_deviation: u8,
    stealth: u8,
    status: Status,
    timestamp: i64,
    #[serde(with = "wire::decimal")]
    avg_filled_price: Decimal,
    #[serde(rename = "clOrderID")]
    cl_order_id: String,
    post_only: bool,
    maker: bool,
    position_id: String,
    order_detail_type: Option<String>,
    order_user_initiated: bool,
    original_order_size: i64,
    current_order_size: i64,
    filled_size: i64,
    total_filled_size: i64,
    remaining_size: i64,
    #[serde(rename = "time_in_force")]
    time_in_force: &'static str,
}

impl NotificationRow {
    fn of(market: &MarketFeed, news: &News) -> Self {
        let own = &news.own;
        let order = &own.order;
        let Told { status, price, filled, maker, by_user } = Told::of(news);
        Self {
            symbol: market.symbol(),
            order_id: order.id.to_string(),
            side: order.side.as_str(),
            order_type: kind(order.order_type),
            tx_type: 0,
            price: market.price(price),
            trigger_price: 0,
            peg_price_deviation: 1,
            stealth: 1,
            status,
            timestamp: news.at.as_millis(),
            avg_filled_price: average_price(market, own),
            cl_order_id: client_id(own),
            post_only: order.post_only,
            maker,
            position_id: format!("{}-{}", market.symbol(), market.instrument.quote),
            order_detail_type: None,
            order_user_initiated: by_user,
            original_order_size: own.original_contracts,
            current_order_size: order.contracts,
            filled_size: filled,
            total_filled_size: order.filled,
            remaining_size: order.remaining(),
            time_in_force: order.time_in_force.as_str(),
        }
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
        let order = &news.own.order;
        match news.what {
            What::Filled { fill, maker } => Self {
                status: if order.remaining() == 0 {
                    Status::FULLY_TRANSACTED
                } else {
                    Status::PARTIALLY_TRANSACTED
                },
                price: fill.price,
                filled: fill.contracts,
                maker,
                by_user: true,
            },
            What::Changed { status, by_user } => {
                Self { status, price: order.price, filled: 0, maker: false, by_user }
            }
        }
    }
}

fn kind(order_type: OrderType) -> OrderKind {
    match order_type {
        OrderType::Limit => OrderKind::LIMIT,
        OrderType::Market => OrderKind::MARKET,
    }
}

fn client_id(own: &OwnOrder) -> String {
    own.order.client_id.map(|id| id.to_string()).unwrap_or_default()
}

/// Average of the fills, with 9 decimals as elsewhere; 0 without any.
fn average_price(market: &MarketFeed, own: &OwnOrder) -> Decimal {
    let value = Decimal::try_from_i128_with_scale(own.filled_value, 0).unwrap_or_default();
    let ticks = value.checked_div(Decimal::from(own.order.filled)).unwrap_or_default();
    ticks.checked_mul(market.instrument.grid.tick()).unwrap_or_default().round_dp(9)
}
