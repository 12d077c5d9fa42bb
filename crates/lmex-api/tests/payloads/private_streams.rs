//! Streams about one's own account: orders, fills, positions.

use lmex_api::stream::{
    AccountTopic, ClientFrame, DataFrame, Incoming, LoginOperation, Notification, OrderMode, StreamFill,
    StreamPosition,
};
use lmex_api::{OrderKind, Signer, Status};
use lmex_types::{Side, Symbol, TimeMs};
use serde::Serialize;

use crate::json::{Difference, Json, decimal};
use crate::support;

fn recorded(file: &str) -> Option<String> {
    support::shared_file(&format!("payloads/{file}"))
}

fn btc() -> Symbol {
    "BTC-PERP".parse().unwrap()
}

fn data(text: &str) -> DataFrame<'_> {
    match Incoming::read(text) {
        Ok(Incoming::Data(frame)) => frame,
        other => panic!("{other:?}: {text}"),
    }
}

/// What differs between the data of a message and what we write for it.
fn differences(text: &str, rows: &impl Serialize) -> Vec<Difference> {
    let message = Json::read(text);
    message.field("data").unwrap().differences(&Json::read(&serde_json::to_string(rows).unwrap()), false)
}

/// Nothing is lost, and the message in its other spellings means the same.
fn assert_whole<T: PartialEq + std::fmt::Debug + Serialize>(
    text: &str,
    read: impl Fn(&DataFrame<'_>) -> T,
) -> T {
    let rows = read(&data(text));
    assert_eq!(differences(text, &rows), [], "{text}");
    assert_same_in_other_spellings(text, &rows, read);
    rows
}

fn assert_same_in_other_spellings<T: PartialEq + std::fmt::Debug>(
    text: &str,
    rows: &T,
    read: impl Fn(&DataFrame<'_>) -> T,
) {
    let message = Json::read(text);
    for spelling in [message.with_numbers_as_text(), message.with_unknown_fields()] {
        assert_eq!(read(&data(&spelling.to_string())), *rows, "{spelling}");
    }
}

// Requests.

#[test]
fn subscriptions_are_the_documented_ones() {
    let btse = |file: &str| format!("btse-docs-futures-v2.3/ws__{file}__request.json");
    let lmex = |file: &str| format!("lmex-docs-ws/ws-futures-{file}-1-request.json");
    for (file, topic, spelling) in [
        (btse("notifications"), AccountTopic::Notifications, 0),
        (lmex("notifications"), AccountTopic::Notifications, 1),
        (btse("user_trade_fills"), AccountTopic::Fills, 0),
        (lmex("user-trade-fills"), AccountTopic::Fills, 0),
        (btse("all_position"), AccountTopic::AllPositions, 0),
        (lmex("all-position"), AccountTopic::AllPositions, 1),
        (btse("positions"), AccountTopic::Positions, 0),
        (lmex("positions"), AccountTopic::Positions, 1),
        (lmex("open-orders"), AccountTopic::OpenOrders(btc()), 0),
    ] {
        let Some(text) = recorded(&file) else { return };
        let name = topic.spellings().swap_remove(spelling);
        assert!(topic.matches(&name), "{name}");
        assert_eq!(
            serde_json::from_str::<ClientFrame>(&text).unwrap(),
            ClientFrame::subscribe([name]),
            "{file}"
        );
    }
}

#[test]
fn a_login_is_the_documented_frame() {
    let Some(text) = recorded("lmex-docs-ws/ws-futures-authentication-1-request.json") else { return };
    let printed: ClientFrame = serde_json::from_str(&text).unwrap();
    let signer = Signer::new(b"848db84ac252b6726e5f6e7a711d9c96d9fd77d020151b45839a5b59c37203bx");
    let [key, nonce, _] = &printed.args[..] else { panic!("{text}") };
    let signature = signer.sign_login("/ws/futures", nonce);
    assert_eq!(ClientFrame::login(LoginOperation::Login, key, nonce, signature.as_str()), printed);
    // BTSE's document has another word for it, and in its example the signature of the spot stream.
    let Some(text) = recorded("btse-docs-futures-v2.3/ws__authentication__request__2.json") else { return };
    let other: ClientFrame = serde_json::from_str(&text).unwrap();
    let [key, nonce, _] = &other.args[..] else { panic!("{text}") };
    let signature = signer.sign_login("/ws/spot", nonce);
    assert_eq!(ClientFrame::login(LoginOperation::AuthKeyExpires, key, nonce, signature.as_str()), other);
}

// Orders and fills.

#[test]
fn news_about_orders_is_read_and_written_as_printed() {
    let Some(text) = recorded("btse-docs-futures-v2.3/ws__notifications__response.json") else { return };
    let rows: Vec<Notification> = assert_whole(&text, |frame| frame.notifications().unwrap());
    let [news] = &rows[..] else { panic!("{rows:?}") };
    assert!(AccountTopic::Notifications.matches(&data(&text).topic));
    assert_eq!((news.symbol, news.side, news.status), (btc(), Side::Buy, Status::FULLY_TRANSACTED));
    assert_eq!((news.order_kind(), news.kind, news.tx_type.as_ref()), (OrderKind::MARKET, 0, None));
    assert_eq!(news.order_id, "45e8bb8d-d708-4a90-a428-c61583f90efe");
    assert_eq!((news.price, news.avg_filled_price), (decimal("111085.1"), decimal("111085.1")));
    let sizes = [news.original_order_size, news.current_order_size, news.filled_size, news.total_filled_size];
    assert_eq!((sizes, news.remaining_size), ([decimal("900"); 4], decimal("0")));
    assert_eq!(news.timestamp, TimeMs::from_millis(1_752_147_101_805));
    assert_eq!((news.maker, news.post_only, news.order_user_initiated), (false, false, true));
    assert_eq!(news.position_id.as_deref(), Some("BTC-PERP-USDT"));
    assert_eq!((news.peg_price_deviation, news.stealth), (decimal("1"), decimal("1")));
    assert_eq!((news.time_in_force.as_str(), news.cl_order_id.as_str()), ("GTC", ""));
}

/// LMEX's document has descriptions in the place of most values. The kind of the order stands in `type` there.
#[test]
fn the_forerunner_of_news_about_orders_is_read() {
    let Some(mut text) = recorded("lmex-docs-ws/ws-futures-notifications-2-response.json") else { return };
    for (description, value) in [
        ("\"Market Symbol (eg. BTC-PERP)\"", "\"BTC-PERP\""),
        ("\"Order price or transacted price\"", "35000"),
        ("\"Order size or transacted size\"", "3"),
        ("\"Trade Trigger Price\"", "0"),
        ("\"Indicate the deviation percentage. Valid for only algo orders.\"", "1"),
        ("\"<Refer to Status description on the left>\"", "5"),
        ("\"Order size\"", "4"),
        ("\"<Maker flag, if true indicates that trade is a maker trade>\"", "true"),
        ("\"<Remaining size on the order>\"", "2"),
    ] {
        assert!(text.contains(description), "{description}");
        text = text.replace(description, value);
    }
    let rows = data(&text).notifications().unwrap();
    assert_same_in_other_spellings(&text, &rows, |frame| frame.notifications().unwrap());
    let news = &rows[0];
    assert!(AccountTopic::Notifications.matches(&data(&text).topic));
    assert_eq!((news.order_kind(), news.order_type), (OrderKind::LIMIT, None));
    assert_eq!((news.tx_type.as_deref(), news.status), (Some("0"), Status::PARTIALLY_TRANSACTED));
    assert_eq!((news.original_order_size, news.current_order_size), (decimal("4"), decimal("3")));
    assert_eq!((news.filled_size, news.remaining_size), (decimal("0.001"), decimal("2")));
    assert_eq!((news.avg_filled_price, news.maker), (decimal("35000"), true));
}

#[test]
fn fills_are_read_and_written_as_printed() {
    let Some(text) = recorded("btse-docs-futures-v2.3/ws__user_trade_fills__response.json") else { return };
    let read = |frame: &DataFrame<'_>| -> Vec<StreamFill> { frame.fills().unwrap() };
    let rows = assert_whole(&text, read);
    let [fill] = &rows[..] else { panic!("{rows:?}") };
    assert!(AccountTopic::Fills.matches(&data(&text).topic));
    assert_eq!((fill.symbol, fill.side, fill.order_type), (btc(), Side::Buy, OrderKind::MARKET));
    assert_eq!((fill.price, fill.size), (decimal("69704.4"), decimal("1")));
    assert_eq!((fill.fee_amount, fill.fee_currency.as_str()), (decimal("0.0348522"), "USDT"));
    assert_eq!((fill.serial_id, fill.maker), (189_349_157, false));
    assert_eq!(fill.order_id, "6aa36da1-0ed8-46c1-9327-c9d6313b3d12");
    assert_eq!(fill.cl_order_id, "_W_ekxogc1711427518228");
    assert_eq!(fill.trade_id, "e094117f-9f84-4c82-b55d-d3d2a54d0dca");
    assert_eq!((fill.base.as_str(), fill.quote.as_str()), ("BTC-PERP", "USDT"));
    assert_eq!(fill.timestamp, TimeMs::from_millis(1_711_427_518_338));
    assert_eq!(fill.contract_size, Some(decimal("0.0001")));

    let Some(text) = recorded("lmex-docs-ws/ws-futures-user-trade-fills-2-response.json") else { return };
    let rows = read(&data(&text));
    assert_same_in_other_spellings(&text, &rows, read);
    assert_eq!((rows[0].price, rows[0].contract_size), (decimal("22366.4"), None));
    assert_eq!(rows[0].fee_amount, decimal("0.0111832"));
    // LMEX's document misspells the fee; we write it as it is meant.
    let written = Json::read(&serde_json::to_string(&rows).unwrap());
    let meant = Json::read(&text.replace("freeAmount", "feeAmount"));
    assert_eq!(meant.field("data").unwrap().differences(&written, false), []);
}

#[test]
fn open_orders_are_read_and_written_as_printed() {
    for (number, (kind, price, gone)) in
        [("SNAPSHOT", "1", false), ("UPDATE", "1", false), ("UPDATE", "2", false), ("UPDATE", "0", true)]
            .into_iter()
            .enumerate()
    {
        let file = format!("lmex-docs-ws/ws-futures-open-orders-{}-response.json", number + 2);
        let Some(text) = recorded(&file) else { return };
        let update = data(&text).open_orders().unwrap();
        let written = Json::read(&serde_json::to_string(&update).unwrap());
        assert_eq!(Json::read(&text).differences(&written, false), [], "{file}");
        assert_same_in_other_spellings(&text, &update, |frame| frame.open_orders().unwrap());
        assert!(AccountTopic::OpenOrders(btc()).matches(&update.topic));
        assert_eq!((update.kind.as_str(), update.is_snapshot()), (kind, kind == "SNAPSHOT"));
        assert_eq!(update.serial_id, i64::try_from(number).unwrap() + 1);
        let [order] = &update.data[..] else { panic!("{update:?}") };
        assert_eq!((order.price, order.is_gone()), (decimal(price), gone));
        let (market, side) = if gone { (None, None) } else { (Some(btc()), Some(Side::Buy)) };
        assert_eq!((order.symbol(), order.order_mode.side()), (market, side));
    }
    let unnumbered = r#"{"topic":"open-order:BTC-PERP-USD","type":"SNAPSHOT","data":[]}"#;
    assert!(data(unnumbered).open_orders().is_err());
}

// Positions.

fn positions(frame: &DataFrame<'_>) -> Vec<StreamPosition> {
    frame.positions().unwrap()
}

#[test]
fn positions_are_read_and_written_as_printed() {
    let Some(text) = recorded("btse-docs-futures-v2.3/ws__all_position__response.json") else { return };
    let rows = assert_whole(&text, positions);
    let [position] = &rows[..] else { panic!("{rows:?}") };
    assert!(AccountTopic::AllPositions.matches(&data(&text).topic));
    assert_eq!((position.symbol(), position.side()), (Some(btc()), Some(Side::Buy)));
    assert_eq!((position.order_type, position.order_mode), (OrderKind::POSITION, OrderMode::BUY));
    assert_eq!((position.total_contracts, position.entry_price), (decimal("899"), decimal("111126")));
    assert_eq!((position.marked_price, position.margin_type), (decimal("111115.5"), 91));
    assert_eq!(position.unrealized_profit_loss, decimal("-0.094395"));
    assert_eq!(position.total_value, decimal("998.928345"));
    assert_eq!(position.taker_fees_ratio.as_ref().unwrap()[0].0, decimal("0.00055"));
    assert_eq!((position.adl_score_bucket, position.adl_score_percentile), (1, decimal("0.0070422535")));
    let profit = position.take_profit_order.as_ref().unwrap();
    assert_eq!((profit.trigger_price, profit.side), (decimal("116682.3"), Side::Sell));
    let loss = position.stop_loss_order.as_ref().unwrap();
    assert_eq!((loss.trigger_price, loss.trigger_use_last_price), (decimal("110014.7"), false));
    assert_eq!((position.position_id.as_str(), position.is_closed()), ("BTC-PERP-USDT", false));
    assert_eq!(position.position_mode.as_deref(), Some("ONE_WAY"));
    assert_eq!(position.settle_with_non_usd_asset.as_deref(), Some("USDT"));
    // Profit is contracts times contract size times the way from entry to mark.
    let way = position.marked_price - position.entry_price;
    assert_eq!(position.total_contracts * position.contract_size * way, position.unrealized_profit_loss);
}

#[test]
fn a_position_that_is_closed_comes_once_more() {
    let Some(open) = recorded("btse-docs-futures-v2.3/ws__positions__response.json") else { return };
    let Some(closed) =
        recorded("btse-docs-futures-v2.3/ws__positions__response_the_position_has_been_closed.json")
    else {
        return;
    };
    let (open, closed) = (&assert_whole(&open, positions)[0], &assert_whole(&closed, positions)[0]);
    assert_eq!((open.total_contracts, open.is_closed()), (decimal("666"), false));
    assert_eq!((open.total_value, open.current_leverage), (decimal("9990"), decimal("0.0999085912")));
    assert!(closed.is_closed());
    assert_eq!((closed.side(), closed.position_mode.as_ref()), (None, None));
    assert_eq!((closed.status, closed.order_type), (Status::ACTIVE, OrderKind(0)));
    assert_eq!((&open.position_id, open.symbol()), (&closed.position_id, closed.symbol()));
}

/// LMEX's document prints the same message for both; we write the newer one, which has more fields.
#[test]
fn the_forerunners_of_positions_are_read() {
    for (file, topic) in [
        ("lmex-docs-ws/ws-futures-all-position-2-response.json", AccountTopic::AllPositions),
        ("lmex-docs-ws/ws-futures-positions-2-response.json", AccountTopic::Positions),
    ] {
        let Some(text) = recorded(file) else { return };
        let text = text.replace("\"<Request Id>\"", "0");
        assert!(topic.matches(&data(&text).topic), "{file}");
        let rows = positions(&data(&text));
        assert_same_in_other_spellings(&text, &rows, positions);
        let [btc_position, ltc] = &rows[..] else { panic!("{rows:?}") };
        assert_eq!((btc_position.symbol(), btc_position.side()), (Some(btc()), Some(Side::Buy)));
        assert_eq!(btc_position.marked_price, decimal("47293.949862586"));
        assert_eq!(btc_position.position_id, "BTC-PERP-USD|SHORT");
        assert!(btc_position.stop_loss_order.as_ref().unwrap().trigger_use_last_price);
        assert_eq!((ltc.side(), ltc.total_contracts), (Some(Side::Sell), decimal("30")));
        assert_eq!((ltc.total_value, ltc.position_mode.as_deref()), (decimal("-21.01870402"), Some("HEDGE")));
        assert_eq!(ltc.take_profit_order, None);
    }
}
