//! What we send, against the requests that the documents print and that another client is known to send.

use lmex_api::futures::{
    AmendOrder, Amendment, BookByGrouping, CancelOrder, CancelTarget, Candles, ClosePosition, CreateOrder,
    MarketSummaryRequest, OpenOrders, OrderRef, OrderbookL2, Positions, Resolution, Trades, UserTrades,
};
use lmex_api::{Endpoint, Method, prepare};
use lmex_types::{OrderType, Symbol};
use serde::Deserialize;

use crate::coverage;
use crate::json::{Json, decimal};
use crate::orders::{close, create};
use crate::support;

fn btc() -> Symbol {
    "BTC-PERP".parse().unwrap()
}

fn body(endpoint: &impl Endpoint) -> String {
    String::from_utf8(prepare(endpoint).unwrap().body().to_vec()).unwrap()
}

/// The bytes that are signed: a change of them is a change of what the venue hears.
#[test]
fn the_bodies_of_orders_are_golden() {
    assert_eq!(
        body(&create()),
        r#"{"symbol":"BTC-PERP","side":"BUY","type":"LIMIT","price":21000,"size":10,"time_in_force":"GTC","postOnly":false,"reduceOnly":false,"clOrderID":"my-order-id"}"#
    );
    assert_eq!(
        body(&CreateOrder { price: Some(decimal("0.10")), post_only: true, ..create() }),
        r#"{"symbol":"BTC-PERP","side":"BUY","type":"LIMIT","price":0.1,"size":10,"time_in_force":"GTC","postOnly":true,"reduceOnly":false,"clOrderID":"my-order-id"}"#
    );
    assert_eq!(
        body(&CreateOrder { order_type: OrderType::Market, price: None, ..create() }),
        r#"{"symbol":"BTC-PERP","side":"BUY","type":"MARKET","size":10,"time_in_force":"GTC","postOnly":false,"reduceOnly":false,"clOrderID":"my-order-id"}"#
    );
    assert_eq!(body(&close()), r#"{"symbol":"BTC-PERP","type":"MARKET"}"#);
}

/// A request that the document prints, what we send for it, and which of its fields we have no word for.
struct Printed {
    file: &'static str,
    ours: String,
    not_ours: &'static [&'static str],
}

fn printed() -> Vec<Printed> {
    let limit = create();
    let at_29000 = CreateOrder { price: Some(decimal("29000")), ..create() };
    let market = CreateOrder { order_type: OrderType::Market, price: None, ..create() };
    let reduce = CreateOrder { reduce_only: true, ..market.clone() };
    let order = |file, order: &CreateOrder, not_ours| Printed { file, ours: body(order), not_ours };
    let amend = |file, amendment, not_ours| {
        let order = OrderRef::Id("604c3ebf-d7fa-468d-9ff0-f6ad030221b4".parse().unwrap());
        Printed { file, ours: body(&AmendOrder { symbol: btc(), order, amendment }), not_ours }
    };
    let both = Amendment::PriceAndSize(decimal("30010"), 10);
    let hedged = ClosePosition { position_id: Some("BTC-PERP-USDT|LONG".to_owned()), ..close() };
    vec![
        order("trade__create_new_order__request_create_limit_order.json", &limit, &[]),
        order("trade__create_new_order__request_create_market_order.json", &market, &[]),
        order(
            "trade__create_new_order__request_create_limit_trigger_order.json",
            &limit,
            &["txType", "triggerPrice"],
        ),
        order(
            "trade__create_new_order__request_create_limit_stop_order.json",
            &limit,
            &["txType", "triggerPrice"],
        ),
        order(
            "trade__create_new_order__request_create_oco_order.json",
            &limit,
            &["type", "txType", "trigger", "stopPrice", "triggerPrice"],
        ),
        order(
            "trade__create_new_order__request_create_limit_order_with_tp_sl.json",
            &at_29000,
            &["takeProfitPrice", "takeProfitTrigger", "stopLossPrice", "stopLossTrigger"],
        ),
        order(
            "trade__create_new_order__request_create_limit_order_with_tp_only.json",
            &at_29000,
            &["takeProfitPrice", "takeProfitTrigger"],
        ),
        order(
            "trade__create_new_order__request_create_limit_order_with_sl_only.json",
            &at_29000,
            &["stopLossPrice", "stopLossTrigger"],
        ),
        order(
            "trade__create_new_order__request_create_hedge_mode_long_position_market_order.json",
            &market,
            &["positionMode"],
        ),
        order(
            "trade__create_new_order__request_create_hedge_mode_short_position_market_reduce_order.json",
            &reduce,
            &["positionMode"],
        ),
        amend("trade__amend_order__request_amend_price.json", Amendment::Price(decimal("22000")), &[]),
        amend("trade__amend_order__request_amend_size.json", Amendment::Size(100), &[]),
        amend("trade__amend_order__request_amend_all_not_trigger_order.json", both, &[]),
        amend("trade__amend_order__request_amend_all_trigger_order.json", both, &["triggerPrice"]),
        // The document sends a price of 0 with a market order; we send none, as for new market orders.
        Printed { file: "trade__close_position__request.json", ours: body(&close()), not_ours: &["price"] },
        Printed {
            file: "trade__close_position__request_for_hedge_mode_position.json",
            ours: body(&hedged),
            not_ours: &["price"],
        },
    ]
}

#[test]
fn bodies_agree_with_every_request_that_the_document_prints() {
    let Some(files) = coverage::documented("Request") else { return };
    let printed = printed();
    for file in files.iter().filter(|file| file.ends_with(".json")) {
        let known = |printed: &&Printed| *file == format!("btse-docs-futures-v2.3/{}", printed.file);
        let Printed { ours, not_ours, .. } =
            printed.iter().find(known).unwrap_or_else(|| panic!("{file} is not compared"));
        let Some(text) = support::shared_file(&format!("payloads/{file}")) else { return };
        let Json::Object(fields) = Json::read(&text) else { panic!("{text}") };
        let ours = Json::read(ours);
        let differs = fields.iter().filter(|(name, value)| ours.field(name) != Some(value));
        let differs: Vec<_> = differs.map(|(name, _)| name.as_str()).collect();
        let mut expected = not_ours.to_vec();
        expected.sort_by_key(|name| fields.iter().position(|(field, _)| field == name));
        assert_eq!(differs, expected, "{file}");
    }
}

#[test]
fn amendments_say_nothing_that_the_document_does_not() {
    for printed in printed().iter().filter(|printed| printed.file.contains("amend")) {
        let file = format!("payloads/btse-docs-futures-v2.3/{}", printed.file);
        let Some(text) = support::shared_file(&file) else { return };
        let (theirs, Json::Object(ours)) = (Json::read(&text), Json::read(&printed.ours)) else { panic!() };
        assert!(ours.iter().all(|(name, value)| theirs.field(name) == Some(value)), "{file}");
    }
}

#[test]
fn targets_are_the_documented_ones() {
    let target = |method, target: &str| (method, target.to_owned());
    let of = |request: lmex_api::Request| (request.method(), request.target().to_owned());
    let cancel = CancelTarget::Client("my-order-id".parse().unwrap());
    let fills = UserTrades { symbol: Some(btc()), ..UserTrades::default() };
    for (file, method, ours) in [
        (
            "cancel_order",
            Method::Delete,
            of(prepare(&CancelOrder { symbol: btc(), target: cancel }).unwrap()),
        ),
        ("query_open_orders", Method::Get, of(prepare(&OpenOrders { symbol: Some(btc()) }).unwrap())),
        ("query_position", Method::Get, of(prepare(&Positions::default()).unwrap())),
        ("query_trades_fills", Method::Get, of(prepare(&fills).unwrap())),
    ] {
        let file = format!("payloads/btse-docs-futures-v2.3/trade__{file}__request.txt");
        let Some(text) = support::shared_file(&file) else { return };
        assert_eq!(ours, target(method, &format!("/futures{}", text.trim())));
    }
}

/// The addresses under which another client of LMEX reaches the futures venue.
#[test]
fn targets_are_those_of_another_client() {
    #[derive(Deserialize)]
    struct Sent {
        url: String,
    }

    let Some(text) = support::shared_file("payloads/ccxt-lmex-pr28684/_requests.json") else { return };
    let sent: Vec<Sent> = serde_json::from_str(&text).unwrap();
    let targets = sent.iter().filter_map(|sent| sent.url.strip_prefix("https://api.lmex.io"));
    let mut theirs: Vec<_> = targets.filter(|target| target.starts_with("/futures/")).collect();
    theirs.dedup();

    let one = MarketSummaryRequest { symbol: Some(btc()), full: false };
    let candles = Candles { symbol: btc(), resolution: Resolution::H1, start: None, end: None };
    let trades = Trades { symbol: btc(), start: None, end: None, count: None };
    let ours = [
        prepare(&one),
        prepare(&OrderbookL2 { symbol: btc(), depth: None }),
        prepare(&candles),
        prepare(&trades),
        prepare(&one),
        prepare(&MarketSummaryRequest::default()),
    ];
    assert_eq!(theirs, ours.iter().map(|request| request.as_ref().unwrap().target()).collect::<Vec<_>>());
}

#[test]
fn a_grouped_book_is_asked_for_by_its_group() {
    let request = prepare(&BookByGrouping { symbol: btc(), group: Some(2) }).unwrap();
    assert_eq!(request.target(), "/futures/api/v2.3/orderbook?symbol=BTC-PERP&group=2");
}
