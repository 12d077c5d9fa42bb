//! What we send, against the requests that the documents print and that another client is known to send.

use lmex_api::futures::{
    AmendOrder, Amendment, BookByGrouping, CancelAllAfter, CancelOrder, CancelTarget, Candles, ClosePosition,
    CreateOrder, MarginMode, MarketSummaryRequest, OpenOrders, OrderForm, OrderRef, OrderbookL2,
    PositionMode, Positions, QueryRiskLimit, Resolution, SetLeverage, SetPositionMode, SetRiskLimit,
    SettleIn, SubaccountTransfer, Trades, TransferAmount, TransferAsset, TransferFunds, TriggerSource,
    TxType, UnifiedWalletMargin, UserTrades, WalletHistory, WalletType,
};
use lmex_api::{Endpoint, Method, prepare};
use lmex_types::{Symbol, TimeMs};
use serde::Deserialize;

use crate::coverage;
use crate::json::{Json, decimal};
use crate::orders::{algo, bind, close, create};
use crate::support;
use crate::wallets::transfer;

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
        body(&CreateOrder { order_type: OrderForm::Market, price: None, ..create() }),
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
    let mut printed = printed_orders();
    printed.extend(printed_changes());
    printed.extend(printed_settings());
    printed
}

fn printed_orders() -> Vec<Printed> {
    let new = |file: &'static str, order: &CreateOrder| Printed { file, ours: body(order), not_ours: &[] };
    let limit = create();
    let market = CreateOrder { order_type: OrderForm::Market, price: None, ..create() };
    let waiting =
        |tx_type| CreateOrder { tx_type: Some(tx_type), trigger_price: Some(decimal("30000")), ..create() };
    let pair = CreateOrder {
        order_type: OrderForm::Oco,
        trigger: Some(TriggerSource::MarkPrice),
        stop_price: Some(decimal("30010")),
        ..waiting(TxType::Limit)
    };
    let at_29000 = CreateOrder { price: Some(decimal("29000")), ..create() };
    let profit = CreateOrder {
        take_profit_price: Some(decimal("31000")),
        take_profit_trigger: Some(TriggerSource::MarkPrice),
        ..at_29000.clone()
    };
    let with_loss = |order: &CreateOrder| CreateOrder {
        stop_loss_price: Some(decimal("27000")),
        stop_loss_trigger: Some(TriggerSource::LastPrice),
        ..order.clone()
    };
    let hedged = CreateOrder { position_mode: Some(PositionMode::Hedge), ..market.clone() };
    let reducing = CreateOrder { reduce_only: true, ..hedged.clone() };
    vec![
        new("trade__create_new_order__request_create_limit_order.json", &limit),
        new("trade__create_new_order__request_create_market_order.json", &market),
        new("trade__create_new_order__request_create_limit_trigger_order.json", &waiting(TxType::Trigger)),
        new("trade__create_new_order__request_create_limit_stop_order.json", &waiting(TxType::Stop)),
        new("trade__create_new_order__request_create_oco_order.json", &pair),
        new("trade__create_new_order__request_create_limit_order_with_tp_sl.json", &with_loss(&profit)),
        new("trade__create_new_order__request_create_limit_order_with_tp_only.json", &profit),
        new("trade__create_new_order__request_create_limit_order_with_sl_only.json", &with_loss(&at_29000)),
        new("trade__create_new_order__request_create_hedge_mode_long_position_market_order.json", &hedged),
        new(
            "trade__create_new_order__request_create_hedge_mode_short_position_market_reduce_order.json",
            &reducing,
        ),
        Printed { file: "trade__create_new_algo_order__request.json", ours: body(&algo()), not_ours: &[] },
    ]
}

fn printed_changes() -> Vec<Printed> {
    let amend = |file, amendment| {
        let order = OrderRef::Id("604c3ebf-d7fa-468d-9ff0-f6ad030221b4".parse().unwrap());
        Printed { file, ours: body(&AmendOrder { symbol: btc(), order, amendment }), not_ours: &[] }
    };
    let (price, size) = (decimal("30010"), 10);
    let trigger_price = decimal("30000");
    let all = Amendment::WithTrigger { price: Some(price), size: Some(size), trigger_price };
    let hedged = ClosePosition { position_id: Some("BTC-PERP-USDT|LONG".to_owned()), ..close() };
    vec![
        amend("trade__amend_order__request_amend_price.json", Amendment::Price(decimal("22000"))),
        amend("trade__amend_order__request_amend_size.json", Amendment::Size(100)),
        amend(
            "trade__amend_order__request_amend_all_not_trigger_order.json",
            Amendment::PriceAndSize(price, size),
        ),
        amend("trade__amend_order__request_amend_all_trigger_order.json", all),
        // The document sends a price of 0 with a market order; we send none, as for new market orders.
        Printed { file: "trade__close_position__request.json", ours: body(&close()), not_ours: &["price"] },
        Printed {
            file: "trade__close_position__request_for_hedge_mode_position.json",
            ours: body(&hedged),
            not_ours: &["price"],
        },
        Printed {
            file: "trade__dead_man_s_switch_cancel_all_after__request.json",
            ours: body(&CancelAllAfter { timeout_ms: 60_000 }),
            not_ours: &[],
        },
        Printed { file: "trade__bind_tp_sl__request.json", ours: body(&bind()), not_ours: &[] },
    ]
}

fn printed_settings() -> Vec<Printed> {
    let limit = |risk_limit_level, position_mode| {
        body(&SetRiskLimit { symbol: btc(), risk_limit_level, position_mode })
    };
    let leverage = |position_mode| {
        let (leverage, margin_mode) = (decimal("0"), MarginMode::Cross);
        body(&SetLeverage { symbol: btc(), leverage, position_mode, position_id: None, margin_mode })
    };
    let settle = |currency: &str, position_id: Option<&str>| {
        let position_id = position_id.map(str::to_owned);
        body(&SettleIn { symbol: btc(), currency: currency.to_owned(), position_id })
    };
    let hedge = Some(PositionMode::Hedge);
    let mode = body(&SetPositionMode { symbol: btc(), position_mode: PositionMode::Hedge });
    let same = |file, ours| Printed { file, ours, not_ours: &[] };
    vec![
        same("trade__set_risk_limit__request.json", limit(2, None)),
        same("trade__set_risk_limit__request_when_positionmode_is_hedge_or_isolated.json", limit(3, hedge)),
        same("trade__set_leverage__request.json", leverage(None)),
        same("trade__set_leverage__request_when_positionmode_is_hedge_or_isolated.json", leverage(hedge)),
        same("trade__change_contract_settlement_currency__request.json", settle("BTC", None)),
        same(
            "trade__change_contract_settlement_currency__request_when_positionmode_is_hedge_or_isolated.json",
            settle("USDT", Some("BTC-PERP-USDT|LONG")),
        ),
        same("trade__change_position_mode__request.json", mode),
        // The document names the wallets that need no name with an empty text; we leave it out.
        Printed {
            file: "wallet__transfer_funds_between_futures_wallet__request.json",
            ours: body(&transfer()),
            not_ours: &["walletSrc", "walletDest"],
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
fn we_say_nothing_that_the_document_does_not_but_in_new_orders() {
    for printed in printed().iter().filter(|printed| !printed.file.contains("create_new_order")) {
        let file = format!("payloads/btse-docs-futures-v2.3/{}", printed.file);
        let Some(text) = support::shared_file(&file) else { return };
        let (theirs, Json::Object(ours)) = (Json::read(&text), Json::read(&printed.ours)) else { panic!() };
        let mut said = ours.iter().filter(|(name, _)| !printed.not_ours.contains(&name.as_str()));
        assert!(said.all(|(name, value)| theirs.field(name) == Some(value)), "{file}");
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
        (
            "query_open_orders",
            Method::Get,
            of(prepare(&OpenOrders { symbol: Some(btc()), order: None }).unwrap()),
        ),
        ("query_position", Method::Get, of(prepare(&Positions::default()).unwrap())),
        ("query_trades_fills", Method::Get, of(prepare(&fills).unwrap())),
        ("get_risk_limit", Method::Get, of(prepare(&QueryRiskLimit { symbol: btc() }).unwrap())),
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

/// What the documents' tables allow and no example shows.
#[test]
fn every_parameter_has_its_documented_name() {
    let target =
        |request: lmex_api::Request| request.target().trim_start_matches("/futures/api/v2.3").to_owned();
    let mine = Some(OrderRef::Client("mine".parse().unwrap()));
    let orders = OpenOrders { symbol: None, order: mine };
    assert_eq!(target(prepare(&orders).unwrap()), "/user/open_orders?clOrderID=mine");
    let (before, after) = (Some(9), Some(3));
    let fills = UserTrades {
        before_serial_id: before,
        after_serial_id: after,
        include_old: true,
        ..Default::default()
    };
    let expected = "/user/trade_history?beforeSerialId=9&afterSerialId=3&includeOld=true";
    assert_eq!(target(prepare(&fills).unwrap()), expected);
    let history = WalletHistory {
        wallet: Some("CROSS@".to_owned()),
        start: Some(TimeMs::from_millis(1)),
        end: Some(TimeMs::from_millis(2)),
        count: Some(3),
    };
    let expected = "/user/wallet_history?wallet=CROSS%40&startTime=1&endTime=2&count=3";
    assert_eq!(target(prepare(&history).unwrap()), expected);
    let margin =
        UnifiedWalletMargin { symbol: Some(btc()), position_id: Some("BTC-PERP-USDT|LONG".to_owned()) };
    let expected = "/user/unifiedWallet/margin?symbol=BTC-PERP&positionId=BTC-PERP-USDT%7CLONG";
    assert_eq!(target(prepare(&margin).unwrap()), expected);
}

#[test]
fn the_bodies_that_no_document_prints_are_golden() {
    let usdt = |amount| TransferAsset { currency: "USDT".to_owned(), amount };
    let between = SubaccountTransfer {
        wallet_src: None,
        wallet_src_type: WalletType::Cross,
        wallet_dest: Some("BTC-PERP".to_owned()),
        wallet_dest_type: WalletType::Isolated,
        from_user: "me".to_owned(),
        receiver: "my-sub".to_owned(),
        assets: vec![usdt(TransferAmount::Exactly(decimal("10.50")))],
    };
    assert_eq!(
        body(&between),
        r#"{"walletSrcType":"CROSS","walletDest":"BTC-PERP","walletDestType":"ISOLATED","fromUser":"me","receiver":"my-sub","apiWallets":[{"currency":"USDT","allBalance":false,"balance":10.5}]}"#
    );
    let own = TransferFunds { assets: vec![usdt(TransferAmount::All)], ..transfer() };
    assert_eq!(
        body(&own),
        r#"{"walletSrcType":"SPOT","walletDestType":"CROSS","apiWallets":[{"currency":"USDT","allBalance":true}]}"#
    );
    let trailing = CreateOrder { trail_value: Some(decimal("150.0")), ..create() };
    assert_eq!(Json::read(&body(&trailing)).field("trailValue"), Some(&Json::Number(decimal("150"))));
    let close = ClosePosition { price: Some(decimal("60000")), post_only: true, ..close() };
    assert_eq!(body(&close), r#"{"symbol":"BTC-PERP","type":"MARKET","price":60000,"postOnly":true}"#);
}

/// What is written is read again as the same: the local exchange and tools read what we send.
#[test]
fn new_orders_are_read_as_they_are_written() {
    for printed in printed_orders().iter().filter(|printed| printed.file.contains("create_new_order")) {
        let order: CreateOrder = serde_json::from_str(&printed.ours).unwrap();
        assert_eq!(body(&order), printed.ours);
    }
    assert!(serde_json::from_str::<CreateOrder>(&body(&create()).replace("postOnly", "postonly")).is_err());
}
