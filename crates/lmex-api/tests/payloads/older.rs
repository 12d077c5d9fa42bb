//! Answers of versions 2.1 and 2.2, and trimmed ones: read, but not written, since what we write is of version 2.3.
//!
//! Version 2.2 has other names for sizes and average prices. Its document has descriptions in the place of some values.

use http::HeaderMap;
use lmex_api::futures::{
    AccountFees, AmendOrder, Amendment, BookByGrouping, CancelOrder, CancelTarget, Candles, FundingHistory,
    FundingPeriod, FuturesWallet, MarginMode, MarketSummaryRequest, OpenOrders, OrderAnswer, OrderRef,
    OrderbookL2, Positions, PriceRequest, QueryLeverage, QueryOrder, QueryPositionMode, QueryRiskLimit,
    Resolution, SetLeverage, SetRiskLimit, SettingKind, Trades, UnifiedWalletMargin, UserTrades,
    WalletHistory, WalletMargin, WalletRecordKind,
};
use lmex_api::{Status, answer};
use lmex_types::{Decimal, Side, Symbol, TimeMs};

use crate::json::decimal;
use crate::orders::{algo, bind, close, create};
use crate::payload::Origin::{Documents, LmexThroughCcxt};
use crate::payload::{Payload, prove};
use crate::support;

fn btc() -> Symbol {
    "BTC-PERP".parse().unwrap()
}

fn serial_id(text: &str) -> String {
    text.replace(r#""<Serial Id>""#, "7")
}

const A_DESCRIPTION: &str = "a description stands in the place of the serial number";

#[test]
fn answers_to_orders_are_read() {
    let order = OrderRef::Client("mine".parse().unwrap());
    let amend = AmendOrder { symbol: btc(), order, amendment: Amendment::Size(1) };
    let cancel = CancelOrder { symbol: btc(), target: CancelTarget::All };
    read([
        Payload::new(
            create(),
            Documents,
            "lmex-docs-rest-futures-v2.2/post_order.response200.Response_general_.json",
            |orders| {
                assert_eq!((orders.len(), orders[0].status), (1, Status::FULLY_TRANSACTED));
                assert_eq!(sizes(&orders[0]), [1, 1, 1, 0].map(Decimal::from));
                assert_eq!(orders[0].avg_filled_price, decimal("21000"));
            },
        ),
        Payload::new(
            create(),
            Documents,
            "lmex-docs-rest-futures-v2.2/post_order.response200.Response_for_OCO_order_.json",
            |orders| {
                assert_eq!(orders.iter().map(|order| order.status.0).collect::<Vec<_>>(), [9, 2]);
                assert_eq!(orders[0].position_mode, None);
                assert_eq!(sizes(&orders[1]), [1, 1, 0, 1].map(Decimal::from));
            },
        ),
        Payload::new(
            create(),
            Documents,
            "lmex-docs-rest-futures-v2.2/post_order.response200.Response_for_hedge_mode_order_.json",
            |orders| {
                assert_eq!(orders[0].symbol.as_str(), "BTCPFC");
                assert_eq!(orders[0].position_id.as_deref(), Some("BTC-PERP-USDT|LONG"));
            },
        ),
        Payload::new(
            algo(),
            Documents,
            "lmex-docs-rest-futures-v2.2/post_order_peg.response200.General.json",
            |orders| {
                // Refused, so without an id, and with two of its numbers as text.
                assert_eq!(
                    (orders[0].status, orders[0].order_id.as_str()),
                    (Status::INSUFFICIENT_BALANCE, "")
                );
                assert_eq!((orders[0].trigger_price, orders[0].deviation), (decimal("0"), decimal("100")));
                assert_eq!(sizes(&orders[0]), [1, 1, 0, 1].map(Decimal::from));
            },
        ),
        Payload::new(
            amend,
            Documents,
            "lmex-docs-rest-futures-v2.2/put_order.response200.General.json",
            |orders| {
                // The failure that the document prints as an answer of status 200.
                assert_eq!(orders[0].status, Status::NOT_FOUND);
                assert_eq!(sizes(&orders[0]), [0, 0, 0, 0].map(Decimal::from));
            },
        ),
        Payload::new(
            cancel,
            Documents,
            "lmex-docs-rest-futures-v2.2/delete_order.response200.General.json",
            |orders| {
                assert_eq!((orders[0].status, orders[0].price), (Status::CANCELLED, decimal("100")));
                assert_eq!(sizes(&orders[0]), [1, 1, 0, 1].map(Decimal::from));
            },
        ),
        Payload::new(
            close(),
            Documents,
            "lmex-docs-rest-futures-v2.2/post_order_close_position.response200.General.json",
            |orders| {
                assert_eq!((orders[0].status, orders[0].time_in_force.as_str()), (Status(0), ""));
                assert_eq!(sizes(&orders[0]), [4, 4, 0, 2].map(Decimal::from));
            },
        ),
        Payload::new(
            QueryOrder { order },
            Documents,
            "lmex-docs-rest-futures-v2.2/get_order.response200.Response_general_.json",
            |order| {
                assert_eq!(
                    (order.status, order.order_id.as_str()),
                    (Status::FULLY_TRANSACTED, "<Order UUID>")
                );
                assert_eq!(
                    (order.original_order_size, order.current_order_size),
                    (decimal("1"), decimal("1"))
                );
                assert_eq!((order.total_filled_size, order.remaining_size), (decimal("1"), decimal("0")));
                assert_eq!((order.avg_filled_price, order.time_in_force.as_str()), (decimal("21000"), "GTC"));
            },
        ),
    ]);
}

/// Original, current, filled and remaining size.
fn sizes(order: &OrderAnswer) -> [Decimal; 4] {
    let filled = order.filled_size.expect("version 2.2 says what was filled");
    [order.original_order_size, order.current_order_size, filled, order.remaining_size]
}

/// The payloads hold zeros, or the same number twice, in some of these places.
#[test]
fn every_older_name_is_read() {
    let open = r#"[{"orderType":76,"side":"BUY","symbol":"BTC-PERP","orderID":"x","timestamp":1,
        "originalSize":7,"size":5,"filledSize":2}]"#;
    let open = answer(&OpenOrders::default(), 200, &HeaderMap::new(), open.as_bytes()).unwrap();
    assert_eq!(open[0].original_order_size, decimal("7"));
    assert_eq!((open[0].current_order_size, open[0].total_filled_size), (decimal("5"), decimal("2")));

    let created = r#"[{"status":5,"orderType":76,"side":"BUY","symbol":"BTC-PERP","clOrderId":"mine",
        "originalSize":7,"size":5,"fillSize":2,"averageFillPrice":9.5,"timeInForce":"IOC"}]"#;
    let created = answer(&create(), 200, &HeaderMap::new(), created.as_bytes()).unwrap();
    assert_eq!(sizes(&created[0]), [7, 5, 2, 0].map(Decimal::from));
    assert_eq!((created[0].avg_filled_price, created[0].cl_order_id.as_str()), (decimal("9.5"), "mine"));
    assert_eq!(created[0].time_in_force, "IOC");

    let position = r#"[{"symbol":"BTC-PERP","side":"SELL","markedPrice":47293.5,"totalContracts":14}]"#;
    let position = answer(&Positions::default(), 200, &HeaderMap::new(), position.as_bytes()).unwrap();
    assert_eq!((position[0].mark_price, position[0].size), (decimal("47293.5"), decimal("14")));
}

#[test]
fn markets_are_read() {
    let candles = Candles { symbol: btc(), resolution: Resolution::M1, start: None, end: None };
    let funding = FundingHistory { symbol: None, period: FundingPeriod::Default };
    let trades = Trades { symbol: btc(), start: None, end: None, count: None };
    read([
        Payload::new(
            MarketSummaryRequest::default(),
            LmexThroughCcxt,
            "ccxt-lmex-pr28684/fetchFundingRate.0.fetch_funding_rate_for_a_swap_market.json",
            |rows| {
                assert_eq!((rows.len(), rows[0].funding_rate), (1, decimal("0.00005104")));
                assert_eq!((rows[0].last, rows[0].contract_size), (decimal("77203.3"), decimal("0.00001")));
            },
        ),
        Payload::new(
            MarketSummaryRequest::default(),
            Documents,
            "lmex-docs-rest-futures-v2.2/get_market_summary.response200.General.json",
            |rows| assert_eq!(rows[0].min_order_size, decimal("0.00001")),
        ),
        Payload::new(
            PriceRequest::default(),
            Documents,
            "lmex-docs-rest-futures-v2.2/get_price.response200.General.json",
            |rows| assert_eq!(rows[0].index_price, decimal("36288.949684967")),
        ),
        Payload::new(
            BookByGrouping { symbol: btc(), group: None },
            Documents,
            "lmex-docs-rest-futures-v2.2/get_orderbook.response200.General.json",
            // One price is a number, the other a text.
            |book| {
                assert_eq!(
                    (book.buy_quote[0].price, book.sell_quote[0].price),
                    (decimal("36371"), decimal("36380.5"))
                );
            },
        ),
        Payload::new(
            OrderbookL2 { symbol: btc(), depth: None },
            Documents,
            "lmex-docs-rest-futures-v2.2/get_orderbook_L2.response200.General.json",
            // The offers are missing.
            |book| {
                assert_eq!(
                    (book.buy_quote[1].price, book.buy_quote[1].size),
                    (decimal("18954.5"), decimal("1116"))
                );
                assert_eq!((book.sell_quote.len(), book.depth), (0, Some(10)));
            },
        ),
        Payload::new(
            candles,
            Documents,
            "lmex-docs-rest-futures-v2.2/get_ohlcv.response200.General.json",
            |candles| assert_eq!((candles.len(), candles[1].close), (2, decimal("26000"))),
        ),
        Payload::new(
            funding,
            Documents,
            "lmex-docs-rest-futures-v2.2/get_funding_history.response200.Response.json",
            |markets| assert_eq!(markets["BTC-PERP"][0].rate, decimal("0.000011405")),
        ),
        Payload::new(
            trades,
            Documents,
            "lmex-docs-rest-futures-v2.2/get_trades.response200.Response.json",
            |trades| assert_eq!((trades[0].price, trades[0].serial_id), (decimal("36164"), 7)),
        )
        .edited(A_DESCRIPTION, serial_id),
    ]);
}

#[test]
fn accounts_are_read() {
    read([
        Payload::new(
            OpenOrders::default(),
            Documents,
            "lmex-docs-rest-futures-v2.2/get_user_open_orders.response200.General.json",
            |orders| {
                assert_eq!(
                    (orders[0].current_order_size, orders[0].total_filled_size),
                    (decimal("1"), decimal("0"))
                );
                assert_eq!(
                    (orders[0].stealth, orders[0].peg_price_deviation),
                    (decimal("0.1"), decimal("-0.1"))
                );
                assert_eq!(orders[0].bot_id.as_deref(), Some("<bot ID>"));
            },
        ),
        Payload::new(
            UserTrades::default(),
            Documents,
            "lmex-docs-rest-futures-v2.2/get_user_trade_history.response200.General.json",
            |fills| {
                assert_eq!((fills[0].avg_filled_price, fills[0].serial_id), (decimal("15705.5"), 7));
                assert_eq!((fills[0].fee_amount, fills[0].position_id.as_str()), (decimal("0.00785275"), ""));
            },
        )
        .edited(A_DESCRIPTION, serial_id),
        Payload::new(
            Positions::default(),
            Documents,
            "lmex-docs-rest-futures-v2.2/get_user_positions.response200.General.json",
            |positions| {
                assert_eq!((positions[0].mark_price, positions[0].side), (decimal("71126.6"), Side::Buy));
                assert_eq!(positions[1].symbol.as_str(), "ETHPFC");
                assert_eq!(positions[1].contract_size, Some(decimal("0.001")));
            },
        ),
        Payload::new(
            FuturesWallet::default(),
            Documents,
            "lmex-docs-rest-futures-v2.2/get_user_wallet.response200.General.json",
            |wallets| {
                assert_eq!(wallets[0].total_value, decimal("98833163.39324835"));
                assert_eq!(wallets[0].margin_balance, decimal("98833163.39324833"));
                assert_eq!(wallets[0].assets[0].display, Some(true));
            },
        ),
        Payload::new(
            AccountFees::default(),
            Documents,
            "lmex-docs-rest-futures-v2.2/get_user_fees.response200.General.json",
            |fees| assert_eq!((fees.len(), fees[0].symbol), (1, btc())),
        ),
    ]);
}

#[test]
fn settings_and_wallets_are_read() {
    read([
        Payload::new(
            bind(),
            Documents,
            "lmex-docs-rest-futures-v2.2/post_order_bind_tpsl.response200.General.json",
            |orders| {
                assert_eq!((orders[0].status, orders[0].trigger), (Status::TRIGGER_INSERTED, true));
                assert_eq!(orders[0].trigger_price, decimal("31000"));
                assert_eq!(sizes(&orders[0]), [100, 100, 0, 100].map(Decimal::from));
            },
        )
        .edited("each value is a text that ends with the comma of its line", |text| {
            let fields = text.replace(",\",\n", "\",\n");
            fields.replace("\"true\"", "true").replace("\"false\"", "false").replace("\"null\"", "null")
        }),
        Payload::new(
            QueryLeverage { symbol: btc() },
            Documents,
            "lmex-docs-rest-futures-v2.2/get_leverage.response200.Response.json",
            |rows| {
                // A lone object here; a list in every recording.
                assert_eq!((rows.len(), rows[0].leverage), (1, decimal("100")));
                assert_eq!((rows[0].margin_mode.as_str(), &rows[0].position_direction), ("ISOLATED", &None));
            },
        ),
        Payload::new(
            SetLeverage {
                symbol: btc(),
                leverage: decimal("0"),
                position_mode: None,
                position_id: None,
                margin_mode: MarginMode::Cross,
            },
            Documents,
            "lmex-docs-rest-futures-v2.2/post_leverage.response200.Response.json",
            // The document prints the type of a risk limit here.
            |answer| assert_eq!((answer.is_set(), answer.kind), (true, SettingKind::RISK_LIMIT)),
        ),
        Payload::new(
            QueryRiskLimit { symbol: btc() },
            Documents,
            "lmex-docs-rest-futures-v2.2/get_risk_limit.response200.General.json",
            |limit| assert_eq!((limit.risk_limit, limit.risk_limit_level), (decimal("100000"), None)),
        ),
        Payload::new(
            SetRiskLimit { symbol: btc(), risk_limit_level: 1, position_mode: None },
            Documents,
            "lmex-docs-rest-futures-v2.2/post_risk_limit.response200.General.json",
            |answer| assert_eq!((answer.is_set(), answer.kind), (true, SettingKind::RISK_LIMIT)),
        ),
        Payload::new(
            QueryPositionMode::default(),
            Documents,
            "lmex-docs-rest-futures-v2.2/get_position_mode.response200.General.json",
            |rows| assert_eq!((rows.len(), rows[1].position_mode.as_str()), (2, "ONE_WAY")),
        ),
        Payload::new(
            WalletHistory::default(),
            Documents,
            "lmex-docs-rest-futures-v2.2/get_user_wallet_history.response200.General.json",
            |records| {
                assert_eq!(records[0].kind, WalletRecordKind::REALIZED_PNL);
                assert_eq!((records[0].amount, records[0].status), (decimal("-14.14512675"), None));
                // Seconds here, milliseconds in the document of version 2.3.
                assert_eq!(records[0].timestamp, TimeMs::from_secs(1_666_262_048));
            },
        ),
        Payload::new(
            UnifiedWalletMargin::default(),
            Documents,
            "lmex-docs-rest-futures-v2.2/get_user_unifiedWallet_margin.response200.General.json",
            |margin| assert_eq!(margin.wallets[0].available_balance, decimal("993.201492938")),
        ),
        Payload::new(
            WalletMargin { symbol: btc() },
            Documents,
            "lmex-docs-rest-futures-v2.2/get_user_margin.response200.General.json",
            |wallets| {
                // A lone object here.
                assert_eq!((wallets.len(), wallets[0].assets.len()), (1, 2));
                assert_eq!(wallets[0].assets[1].asset_price, decimal("19065.5007"));
            },
        ),
    ]);
}

fn read<const N: usize>(payloads: [Payload; N]) {
    let payloads = payloads.map(Payload::only_read);
    prove(&payloads);
    payloads.iter().for_each(read_oldest);
}

/// Version 2.1 answers as version 2.2, but calls some markets and currencies by other names.
const OLDEST_NAMES: [(&str, &str); 4] = [
    ("BTCPFC-USD", "BTC-PERP-USDT"),
    ("ETHPFC-USD", "ETH-PERP-USDT"),
    ("\"currency\": \"USD\"", "\"currency\": \"USDT\""),
    ("\"quote\": \"USD\"", "\"quote\": \"USDT\""),
];

/// It has no wallets in common, and its document prints other numbers for an algorithmic order.
const NOT_THE_SAME: [&str; 2] =
    ["get_user_unifiedWallet_margin.response200.General.json", "post_order_peg.response200.General.json"];

fn read_oldest(newer: &Payload) {
    let Some(name) = newer.file.strip_prefix("lmex-docs-rest-futures-v2.2/") else { return };
    if NOT_THE_SAME.contains(&name) {
        return;
    }
    let file = format!("payloads/lmex-docs-rest-futures-v2.1/{name}");
    let Some(text) = support::shared_file(&file) else { return };
    let renamed = OLDEST_NAMES.iter().fold(text, |text, (oldest, newer)| text.replace(oldest, newer));
    newer.prove_text(&renamed);
}

#[test]
fn the_oldest_answer_to_an_algorithmic_order_is_read() {
    let file = "lmex-docs-rest-futures-v2.1/post_order_peg.response200.General.json";
    read([Payload::new(algo(), Documents, file, |orders| {
        assert_eq!((orders.len(), orders[0].status), (1, Status::INSUFFICIENT_BALANCE));
        assert_eq!((orders[0].symbol.as_str(), orders[0].deviation), ("BTC-USD", decimal("1")));
        assert_eq!(sizes(&orders[0]), [0, 0, 0, 0].map(Decimal::from));
    })]);
}
