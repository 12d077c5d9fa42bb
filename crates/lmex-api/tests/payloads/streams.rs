//! Streams: subscriptions, books, best prices and trades.

use lmex_api::Dialect;
use lmex_api::Signer;
use lmex_api::stream::{
    BookError, BookUpdate, BookUpdateKind, ClientFrame, DataFrame, Event, Incoming, LoginOperation,
    OrderBook, StreamTrade, TopOfBook, Topic, UpdateLevel,
};
use lmex_types::{Side, Symbol, TimeMs};
use serde::Serialize;

use crate::json::{Json, decimal};
use crate::support;

fn recorded(file: &str) -> Option<String> {
    support::shared_file(&format!("payloads/{file}"))
}

fn btc() -> Symbol {
    "BTC-PERP".parse().unwrap()
}

fn assert_written(recorded: &str, ours: &str) {
    assert_eq!(Json::read(recorded).differences(&Json::read(ours), false), [], "{recorded}");
}

/// The message in the other spellings it may come in: with numbers as text, and with fields nobody has heard of.
fn spellings(text: &str) -> [String; 2] {
    let message = Json::read(text);
    [message.with_numbers_as_text().to_string(), message.with_unknown_fields().to_string()]
}

fn data(text: &str) -> DataFrame<'_> {
    match Incoming::read(text) {
        Ok(Incoming::Data(frame)) => frame,
        other => panic!("{other:?}: {text}"),
    }
}

// Requests.

#[test]
fn subscriptions_are_the_documented_ones() {
    let first = |topic: Topic| topic.spellings(Dialect::Lmex).into_iter().take(1);
    let book = Topic::Book(btc());
    let top = Topic::Top(btc());
    let trades =
        |version: usize| Topic::Trades(btc()).spellings(Dialect::Lmex).into_iter().skip(version).take(1);
    let lmex = "lmex-docs-ws/ws-oss-futures";
    let btse = "btse-docs-futures-v2.3";
    for (file, frame) in [
        (
            format!("{lmex}-orderbook-incremental-updates-1-request-subscribe.json"),
            ClientFrame::subscribe(first(book)),
        ),
        (
            format!("{lmex}-orderbook-incremental-updates-2-request-unsubscribe.json"),
            ClientFrame::unsubscribe(first(book)),
        ),
        (format!("{lmex}-oss-l1-snapshot-1-request-subscribe.json"), ClientFrame::subscribe(first(top))),
        (format!("{lmex}-oss-l1-snapshot-2-request-unsubscribe.json"), ClientFrame::unsubscribe(first(top))),
        (
            format!("{btse}/order_book_ws__orderbook_incremental_updates__request.json"),
            ClientFrame::subscribe(first(book)),
        ),
        (
            format!("{btse}/order_book_ws__orderbook_incremental_updates__request__2.json"),
            ClientFrame::unsubscribe(first(book)),
        ),
        (format!("{btse}/ws__public_trade_fills__request.json"), ClientFrame::subscribe(trades(0))),
        (format!("{btse}/ws__subscription__request.json"), ClientFrame::subscribe(trades(0))),
        (
            "lmex-docs-ws/ws-futures-public-trade-fills-1-request.json".to_owned(),
            ClientFrame::subscribe(trades(1)),
        ),
    ] {
        let Some(text) = recorded(&file) else { return };
        assert_written(&text, &frame.to_json());
        assert_eq!(serde_json::from_str::<ClientFrame>(&text).unwrap(), frame, "{file}");
    }
}

/// BTSE spells the topic of best prices with a grouping: it is tried where LMEX's spelling is not known.
#[test]
fn the_other_spelling_of_best_prices_is_tried_second() {
    let Some(text) =
        recorded("btse-docs-futures-v2.3/order_book_ws__oss_l1_snapshot_by_grouping__request.txt")
    else {
        return;
    };
    let printed: Vec<ClientFrame> =
        serde_json::Deserializer::from_str(&text).into_iter().collect::<Result<_, _>>().unwrap();
    let second = || Topic::Top(btc()).spellings(Dialect::Lmex).into_iter().skip(1);
    assert_eq!(printed, [ClientFrame::subscribe(second()), ClientFrame::unsubscribe(second())]);
}

#[test]
fn the_documented_login_is_a_frame_with_our_signature() {
    let Some(text) = recorded("lmex-docs-ws/ws-futures-authentication-1-request.json") else { return };
    let frame: ClientFrame = serde_json::from_str(&text).unwrap();
    assert_eq!(frame.op, "login");
    // The secret is printed beside the example.
    let signer = Signer::new(b"848db84ac252b6726e5f6e7a711d9c96d9fd77d020151b45839a5b59c37203bx");
    assert_eq!(frame.args[2], signer.sign_login("/ws/futures", &frame.args[1]).as_str());
    assert_written(&text, &frame.to_json());
}

#[test]
fn the_login_of_the_samples_has_the_other_name() {
    let Some(text) = recorded("lmexofficial-api/ws_auth_request_authKeyExpires.json") else { return };
    let frame: ClientFrame = serde_json::from_str(&text).unwrap();
    let [key, nonce, signature] = &frame.args[..] else { panic!("{frame:?}") };
    assert_eq!(ClientFrame::login(LoginOperation::AuthKeyExpires, key, nonce, signature), frame);
    assert_written(&text, &frame.to_json());
}

// Events.

#[test]
fn acknowledgements_are_told_apart() {
    let v3 = vec!["tradeHistoryApiV3:BTC-PERP".to_owned()];
    for (file, channel) in [
        ("btse-docs-futures-v2.3/ws__subscription__response.json", v3.clone()),
        ("btse-docs-futures-v2.3/ws__public_trade_fills__response_subscription_acknowledged.json", v3),
        ("lmex-docs-ws/ws-futures-subscription-2-response.json", vec!["topic-name".to_owned()]),
        ("lmex-docs-ws/ws-futures-subscription-3-failed-response.json", vec![]),
    ] {
        let Some(text) = recorded(file) else { return };
        let Ok(Incoming::Event(Event::Subscribed(ack))) = Incoming::read(&text) else { panic!("{text}") };
        assert_eq!(ack.channel, channel, "{file}");
    }
}

#[test]
fn a_login_and_a_pong_are_told_apart() {
    let Some(login) = recorded("lmex-docs-ws/ws-futures-authentication-2-response.json") else { return };
    assert!(matches!(Incoming::read(&login), Ok(Incoming::Event(Event::Login { success: true }))), "{login}");
    let Some(pong) = recorded("btse-docs-futures-v2.3/ws__ping_pong__response.txt") else { return };
    assert!(matches!(Incoming::read(&pong), Ok(Incoming::Pong)), "{pong}");
}

// Books.

/// The message written from what was read. A level's text keeps its digits: `0.24000` stays so.
fn book_message(topic: &str, update: &BookUpdate) -> String {
    let level = |level: &UpdateLevel| {
        let text = |fixed: lmex_api::stream::Fixed| Json::Text(fixed.to_decimal().to_string());
        Json::List(vec![text(level.price), text(level.size)])
    };
    let side = |levels: &[UpdateLevel]| Json::List(levels.iter().map(level).collect());
    let kind = match update.kind.unwrap() {
        BookUpdateKind::Snapshot => "snapshot",
        BookUpdateKind::Delta => "delta",
    };
    format!(
        r#"{{"topic":"{topic}","data":{{"bids":{},"asks":{},"seqNum":{},"prevSeqNum":{},"type":"{kind}","timestamp":{},"symbol":"{}"}}}}"#,
        side(&update.bids),
        side(&update.asks),
        update.seq_num,
        update.prev_seq_num,
        update.timestamp.as_millis(),
        update.symbol.unwrap(),
    )
}

/// Reads a book message, checks that nothing is lost, and hands it on with its topic.
fn book_update(file: &str) -> Option<BookUpdate> {
    let text = recorded(file)?;
    let frame = data(&text);
    assert!(Topic::Book(btc()).matches(&frame.topic, None), "{}", frame.topic);
    let mut update = BookUpdate::default();
    update.decode(&text).unwrap();
    assert_written(&text, &book_message(&frame.topic, &update));
    for spelling in spellings(&text) {
        let mut again = BookUpdate::default();
        again.decode(&spelling).unwrap();
        assert_eq!(
            Json::read(&book_message("", &again)),
            Json::read(&book_message("", &update)),
            "{spelling}"
        );
    }
    Some(update)
}

#[test]
fn the_book_of_lmex_is_followed() {
    let folder = "lmex-docs-ws/ws-oss-futures-orderbook-incremental-updates";
    let Some(snapshot) = book_update(&format!("{folder}-3-response-subscribe.json")) else { return };
    let Some(change) = book_update(&format!("{folder}-4-response-unsubscribe.json")) else { return };
    assert_eq!((snapshot.seq_num, snapshot.prev_seq_num), (628_282, 628_281));
    assert_eq!((snapshot.symbol, snapshot.timestamp.as_millis()), (Some(btc()), 1_565_135_165_600));
    assert_eq!((snapshot.bids.len(), snapshot.asks.len()), (5, 5));
    assert_eq!(snapshot.bids[1].size.to_decimal().to_string(), "0.24000");
    // The worst offer first.
    assert_eq!(snapshot.asks[0].price.to_decimal(), decimal("59292"));

    let mut book = OrderBook::default();
    book.apply(&snapshot).unwrap();
    assert_eq!(book.best_bid(), Some((decimal("59252.5"), decimal("0.06865"))));
    assert_eq!(book.best_ask(), Some((decimal("59278.5"), decimal("0.01472"))));

    assert_eq!((change.kind, change.bids.len()), (Some(BookUpdateKind::Delta), 0));
    assert!(change.asks[1].size.is_zero());
    // It takes away a price that the book does not have.
    book.apply(&change).unwrap();
    assert_eq!(book.best_ask(), Some((decimal("59278.5"), decimal("0.01472"))));
    assert_eq!((book.asks().count(), book.seq_num()), (6, Some(628_283)));
}

/// BTSE's document prints a snapshot whose best bid is above its best offer. It is read, and no book is made of it.
#[test]
fn the_book_of_the_btse_document_is_crossed() {
    let folder = "btse-docs-futures-v2.3/order_book_ws";
    let Some(snapshot) = book_update(&format!("{folder}__orderbook_incremental_updates__response.json"))
    else {
        return;
    };
    let Some(change) = book_update(&format!("{folder}__orderbook_incremental_updates__response__2.json"))
    else {
        return;
    };
    assert_eq!((snapshot.bids.len(), snapshot.asks.len()), (5, 4));
    assert_eq!(snapshot.bids[0].size.to_decimal(), decimal("69350"));
    assert_eq!(change.asks[1].price.to_decimal(), decimal("122123.8"));
    let mut book = OrderBook::default();
    let crossed = BookError::Crossed { bid: decimal("122160.1"), ask: decimal("122123.8") };
    assert_eq!(book.apply(&snapshot), Err(crossed));
    assert_eq!(book.apply(&change), Err(BookError::NoSnapshot));
}

// Best prices and trades.

/// A message written from its topic and what was read of its data.
fn message(topic: &str, data: &impl Serialize) -> String {
    format!(r#"{{"topic":"{topic}","data":{}}}"#, serde_json::to_string(data).unwrap())
}

fn top(file: &str) -> Option<TopOfBook> {
    let text = recorded(file)?;
    let frame = data(&text);
    assert!(Topic::Top(btc()).matches(&frame.topic, None), "{}", frame.topic);
    let top = frame.top().unwrap();
    assert_written(&text, &message(&frame.topic, &top));
    for spelling in spellings(&text) {
        assert_eq!(data(&spelling).top(), Ok(top.clone()), "{spelling}");
    }
    Some(top)
}

#[test]
fn best_prices_are_read_and_written_as_recorded() {
    let Some(lmex) = top("lmex-docs-ws/ws-oss-futures-oss-l1-snapshot-3-response-subscribe.json") else {
        return;
    };
    assert_eq!((lmex.bids[0].0, lmex.bids[0].1), (decimal("28016.7"), decimal("1.48063")));
    assert_eq!((lmex.asks[0].0, lmex.asks[0].1), (decimal("28033.6"), decimal("1.34133")));
    assert_eq!((lmex.symbol, lmex.timestamp), (btc(), TimeMs::from_millis(1_680_750_154_232)));
    assert_eq!(lmex.kind, "snapshotL1");
    let Some(btse) = top("btse-docs-futures-v2.3/order_book_ws__oss_l1_snapshot_by_grouping__response.json")
    else {
        return;
    };
    assert_eq!((btse.bids[0].0, btse.bids[0].1), (decimal("28064.9"), decimal("1268")));
    assert_eq!((btse.asks.len(), btse.asks[0].0), (1, decimal("28065")));
}

/// Reads the one trade of a message and checks that nothing is lost.
fn trade(text: &str) -> StreamTrade {
    let frame = data(text);
    let mut trades = frame.trades().unwrap();
    assert_written(text, &message(&frame.topic, &trades));
    for spelling in spellings(text) {
        assert_eq!(data(&spelling).trades(), Ok(trades.clone()), "{spelling}");
    }
    assert_eq!(trades.len(), 1);
    let trade = trades.remove(0);
    assert!(Topic::Trades(btc()).matches(&frame.topic, Some(trade.symbol)), "{}", frame.topic);
    trade
}

#[test]
fn trades_are_read_and_written_as_recorded() {
    let Some(live) = recorded("cryptofeed-pr1104/probe_futures_ws_trade_legacy_topic.json") else { return };
    let expected = StreamTrade {
        symbol: "BTCPFC".parse().unwrap(),
        side: Side::Sell,
        size: decimal("6530"),
        price: decimal("77099.9"),
        trade_id: 35_993_384,
        timestamp: TimeMs::from_millis(1_779_800_209_269),
    };
    assert_eq!(trade(&live), expected);

    let Some(btse) =
        recorded("btse-docs-futures-v2.3/ws__public_trade_fills__response_data_notification.json")
    else {
        return;
    };
    let expected = StreamTrade {
        symbol: btc(),
        side: Side::Sell,
        size: decimal("152"),
        price: decimal("111144.8"),
        trade_id: 927_002_515,
        timestamp: TimeMs::from_millis(1_752_129_545_326),
    };
    assert_eq!(trade(&btse), expected);
}

/// The document has a description in the place of the number, and a size in base currency from the time before contracts.
#[test]
fn the_documented_trade_of_lmex_is_read_once_it_has_a_number() {
    let Some(text) = recorded("lmex-docs-ws/ws-futures-public-trade-fills-2-response.json") else { return };
    let printed = trade(&text.replace(r#""<Trade Sequence ID>""#, "1"));
    assert_eq!((printed.price, printed.size), (decimal("5302.8"), decimal("0.007")));
    assert_eq!((printed.side, printed.timestamp.as_millis()), (Side::Sell, 1_584_446_020_295));
}
