//! Trades over REST: everyone's, and one's own.

use lmex_api::OrderKind;
use lmex_api::futures::{Trades, UserTrades};
use lmex_types::{Side, TimeMs};

use crate::json::decimal;
use crate::payload::Origin::{Btse, Documents};
use crate::payload::{Payload, prove};

pub(crate) fn payloads() -> Vec<Payload> {
    vec![public(), recorded_in_august(), recorded_in_february(), documented()]
}

fn public() -> Payload {
    let request = Trades { symbol: "BTC-PERP".parse().unwrap(), start: None, end: None, count: None };
    let file = "btse-docs-futures-v2.3/public__query_trades_fills__response.json";
    Payload::new(request, Documents, file, |trades| {
        let [trade] = &trades[..] else { panic!("{trades:?}") };
        assert_eq!((trade.price, trade.size), (decimal("36164"), decimal("100")));
        assert_eq!((trade.side, trade.serial_id), (Side::Sell, 85_997_835));
        assert_eq!(trade.timestamp, TimeMs::from_millis(1_624_990_097_000));
    })
}

fn recorded_in_august() -> Payload {
    let file =
        "ccxt-btse-aug2026/fetchMyTrades.0.btse_fetchmytrades_rave_linear_swap_live_captured_2026_08_13.json";
    Payload::new(UserTrades::default(), Btse, file, |fills| {
        assert_eq!(fills.len(), 4);
        let newest = &fills[0];
        assert_eq!(newest.trade_id, "e825408a-83f5-4868-b2e6-c09aa5468130");
        assert_eq!(newest.order_id, "476ca17b-5737-4bd6-93e6-c0550259abc8");
        assert_eq!((newest.side, newest.order_type), (Side::Sell, OrderKind::MARKET));
        assert_eq!((newest.price, newest.filled_price), (decimal("0"), decimal("0.312")));
        assert_eq!((newest.size, newest.filled_size), (decimal("1"), decimal("1")));
        assert_eq!((newest.fee_amount, newest.fee_currency.as_str()), (decimal("0.0001716"), "USDT"));
        assert_eq!(newest.wallet, "VIRTUAL|1@RAVE-PERP-USDT#1");
        // A fee was paid, and yet the total is zero: it is no change of the wallet that could be relied on.
        assert_eq!((newest.realized_pnl, newest.total), (decimal("0"), decimal("0")));
        assert_eq!((newest.serial_id, newest.timestamp.as_millis()), (61_314_045, 1_786_516_122_897));
        assert_eq!((newest.trigger_type, newest.order_detail_type.as_ref()), (None, None));
        assert_eq!((newest.contract_size, newest.avg_filled_price), (decimal("1"), decimal("0.312")));
        assert_eq!((fills[1].side, fills[1].fee_amount), (Side::Buy, decimal("0.00017325")));
        assert_eq!((fills[2].wallet.as_str(), fills[3].wallet.as_str()), ("CROSS@", "CROSS@"));
        assert!(fills.is_sorted_by(|a, b| a.serial_id > b.serial_id), "newest first");
    })
}

fn recorded_in_february() -> Payload {
    let file = "ccxt-btse-comments/1718_parse_trade_fetchmytrades_swap.json";
    Payload::new(UserTrades::default(), Btse, file, |fills| {
        let [fill] = &fills[..] else { panic!("{fills:?}") };
        assert_eq!((fill.symbol.as_str(), fill.username.as_str()), ("ETH-PERP", "romancuhari"));
        assert_eq!((fill.filled_price, fill.fee_amount), (decimal("1956.59"), decimal("0.00010761")));
        assert_eq!((fill.total, fill.contract_size), (decimal("-0.00010761"), decimal("0.0001")));
        assert_eq!((fill.wallet.as_str(), fill.position_id.as_str()), ("CROSS@", "ETH-PERP-USDT"));
        assert_eq!((fill.cl_order_id.as_str(), fill.serial_id), ("", 50_953_296));
    })
    .edited("one element of the list was kept", |text| format!("[{text}]"))
}

fn documented() -> Payload {
    let file = "btse-docs-futures-v2.3/trade__query_trades_fills__response.json";
    Payload::new(UserTrades::default(), Documents, file, |fills| {
        let [fill] = &fills[..] else { panic!("{fills:?}") };
        assert_eq!((fill.filled_price, fill.filled_size), (decimal("100000"), decimal("99")));
        assert_eq!(
            (fill.fee_amount, fill.realized_pnl, fill.total),
            (decimal("0.0198"), decimal("-0.99"), decimal("-1.0098"))
        );
        assert_eq!(fill.cl_order_id, "_W_pip1752204538116");
        assert_eq!((fill.contract_size, fill.serial_id), (decimal("0.00001"), 374_029_591));
    })
}

#[test]
fn fills_are_read_and_written_as_recorded() {
    prove(&payloads());
}
