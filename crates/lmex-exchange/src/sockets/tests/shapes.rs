//! What is written equals the documented messages.

use std::path::PathBuf;

use lmex_api::stream::BookUpdateKind;
use lmex_engine::{AccountId, Event, Exits, Fill, LegId, Money, Order, Party, Purpose};
use lmex_types::{Decimal, Grid, OrderType, Side, TimeInForce, TimeMs};
use serde_json::Value;

use super::cost::heard_by;
use super::fake::{BTC, TRADER, instrument};
use crate::sockets::book_feed::Numbered;
use crate::sockets::book_message::{book_data, top_data};
use crate::sockets::ladder::{Level, Top, Window};
use crate::sockets::market_feed::MarketFeed;
use crate::sockets::own_orders::{OwnOrders, Tidings};
use crate::sockets::private_message::{fill_message, notification};
use crate::sockets::reply;

/// A documented message, or nothing where the documents are not at hand (CI must have them).
pub(super) fn documented(name: &str) -> Option<Value> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = std::env::var_os("LMEX_SHARED").map_or_else(beside, PathBuf::from);
    let path = shared.join("payloads").join(name);
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(serde_json::from_str(&text).unwrap()),
        Err(error) => {
            assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{}: {error}", path.display());
            println!("skipped: {} is not here: set LMEX_SHARED", path.display());
            None
        }
    }
}

const BTSE: &str = "btse-docs-futures-v2.3/";
const LMEX: &str = "lmex-docs-ws/";

fn tick() -> Decimal {
    Decimal::new(1, 1)
}

/// Levels of a documented message, best first, as ticks of 0.1 and contracts.
fn levels(message: &Value, side: &str, best_last: bool) -> Vec<Level> {
    let level = |pair: &Value| {
        let price: Decimal = pair[0].as_str().unwrap().parse().unwrap();
        let ticks = i64::try_from((price / tick()).normalize()).unwrap();
        (ticks, pair[1].as_str().unwrap().parse().unwrap())
    };
    let mut levels: Vec<_> = message["data"][side].as_array().unwrap().iter().map(level).collect();
    if best_last {
        levels.reverse();
    }
    levels
}

fn rewritten(message: &Value, kind: BookUpdateKind) -> Value {
    let numbered = Numbered {
        levels: Window { bids: levels(message, "bids", false), asks: levels(message, "asks", true) },
        seq_num: message["data"]["seqNum"].as_i64().unwrap(),
        at: TimeMs::from_millis(message["data"]["timestamp"].as_i64().unwrap()),
    };
    let data = book_data("BTC-PERP".parse().unwrap(), tick(), kind, &numbered);
    serde_json::from_str(&reply::data(message["topic"].as_str().unwrap(), &data)).unwrap()
}

#[test]
fn book_messages_equal_the_documented_ones() {
    for (name, kind) in [
        ("order_book_ws__orderbook_incremental_updates__response.json", BookUpdateKind::Snapshot),
        ("order_book_ws__orderbook_incremental_updates__response__2.json", BookUpdateKind::Delta),
    ] {
        let Some(message) = documented(&format!("{BTSE}{name}")) else { return };
        assert_eq!(rewritten(&message, kind), message);
    }
}

/// LMEX's examples have sizes in coins, so their fields are compared but not their numbers.
#[test]
fn book_messages_have_the_fields_of_lmex_documents() {
    for (name, kind) in [
        ("ws-oss-futures-orderbook-incremental-updates-3-response-subscribe.json", BookUpdateKind::Snapshot),
        ("ws-oss-futures-orderbook-incremental-updates-4-response-unsubscribe.json", BookUpdateKind::Delta),
    ] {
        let Some(mut message) = documented(&format!("{LMEX}{name}")) else { return };
        for side in ["bids", "asks"] {
            for pair in message["data"][side].as_array_mut().unwrap() {
                let coins: Decimal = pair[1].as_str().unwrap().parse().unwrap();
                pair[1] = (coins * Decimal::from(100_000)).normalize().to_string().into();
            }
        }
        assert_eq!(rewritten(&message, kind), message);
    }
}

#[test]
fn best_prices_equal_the_documented_ones() {
    let name = format!("{BTSE}order_book_ws__oss_l1_snapshot_by_grouping__response.json");
    let Some(message) = documented(&name) else { return };
    let top = Top {
        bid: levels(&message, "bids", false).first().copied(),
        ask: levels(&message, "asks", false).first().copied(),
    };
    let at = TimeMs::from_millis(message["data"]["timestamp"].as_i64().unwrap());
    let data = top_data("BTC-PERP".parse().unwrap(), tick(), top, at);
    let written = reply::data("snapshotL1:BTC-PERP_0", &data);
    assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), message);
}

fn market_order(id: &str, client_id: Option<&str>, contracts: i64) -> Order {
    Order {
        id: id.parse().unwrap(),
        client_id: client_id.map(|id| id.parse().unwrap()),
        account: TRADER,
        market: BTC,
        leg: LegId::ONE_WAY,
        side: Side::Buy,
        order_type: OrderType::Market,
        price: 0,
        ordered: contracts,
        contracts,
        filled: 0,
        time_in_force: TimeInForce::Gtc,
        post_only: false,
        reduce_only: false,
        accepted_at: TimeMs::default(),
        expires_at: None,
        trigger: None,
        purpose: Purpose::Trade,
        peer: None,
        exits: Exits::NONE,
        peg: None,
        is_spam: false,
    }
}

/// The order is filled whole, as taker.
fn news_of(
    order: Order,
    trade_id: u64,
    price: i64,
    fee: Decimal,
    at: TimeMs,
) -> crate::sockets::own_orders::News {
    let taker = Party {
        account: TRADER,
        order: Some(order.id),
        remaining: 0,
        fee: Money::try_from(fee).unwrap(),
        realised_pnl: Money::ZERO,
        leg: LegId::ONE_WAY,
        moved: Money::ZERO,
        liquidation_fee: Money::ZERO,
    };
    let maker = Party { account: AccountId::CROWD, order: None, ..taker };
    let contracts = order.contracts;
    let fill = Fill { market: BTC, trade_id, price, contracts, aggressor: Side::Buy, maker, taker, level: 0 };
    let (mut orders, mut tidings) = (OwnOrders::default(), Tidings::default());
    let listeners = heard_by(TRADER);
    orders.apply(&Event::OrderAccepted { order }, at, &mut tidings, &listeners);
    orders.apply(&Event::Fill(fill), at, &mut tidings, &listeners);
    tidings.news.pop().unwrap()
}

#[test]
fn a_notification_equals_the_documented_one() {
    let Some(message) = documented(&format!("{BTSE}ws__notifications__response.json")) else { return };
    let market = MarketFeed::new(instrument("BTC-PERP"), TimeMs::default(), &[], &[]);
    let order = market_order("45e8bb8d-d708-4a90-a428-c61583f90efe", None, 900);
    let at = TimeMs::from_millis(1_752_147_101_805);
    let news = news_of(order, 1, 1_110_851, Decimal::ZERO, at);
    assert_eq!(serde_json::from_str::<Value>(&notification(&market, &news)).unwrap(), message);
}

#[test]
fn a_fill_equals_the_documented_one_but_for_its_id() {
    let Some(mut message) = documented(&format!("{BTSE}ws__user_trade_fills__response.json")) else { return };
    let mut instrument = instrument("BTC-PERP");
    instrument.grid = Grid::new(tick(), Decimal::new(1, 4)).unwrap();
    let market = MarketFeed::new(instrument, TimeMs::default(), &[], &[]);
    let order = market_order("6aa36da1-0ed8-46c1-9327-c9d6313b3d12", Some("_W_ekxogc1711427518228"), 1);
    let at = TimeMs::from_millis(1_711_427_518_338);
    let news = news_of(order, 189_349_157, 697_044, "0.0348522".parse().unwrap(), at);
    let written: Value = serde_json::from_str(&fill_message(&market, &news, 7).unwrap()).unwrap();
    message["data"][0]["tradeId"] = written["data"][0]["tradeId"].clone();
    assert_eq!(written, message);
}
