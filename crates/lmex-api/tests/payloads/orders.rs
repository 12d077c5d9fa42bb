//! Answers to creating, amending, cancelling and closing.

use lmex_api::futures::{
    AmendOrder, Amendment, BindTpSl, CancelOrder, CancelTarget, ClosePosition, CreateAlgoOrder, CreateOrder,
    OrderAnswer, OrderForm, OrderRef, TriggerSource,
};
use lmex_api::{OrderKind, Status};
use lmex_types::{Decimal, OrderType, Side, Symbol, TimeMs};

use crate::json::decimal;
use crate::payload::Origin::{Btse, BtseThroughCcxt, Documents};
use crate::payload::{Payload, prove};

pub(crate) fn payloads() -> Vec<Payload> {
    let mut payloads = created();
    payloads.extend([amended(), cancelled(), documented_cancel(), closed(), documented_close()]);
    payloads.extend([following(), bound()]);
    payloads
}

fn created() -> Vec<Payload> {
    let rave =
        "ccxt-btse-aug2026/createOrder.0.btse_createorder_limit_buy_rave_linear_swap_live_captured_20.json";
    let eth = "ccxt-btse-comments/2479_parse_order_createorder_swap.json";
    let general = "btse-docs-futures-v2.3/trade__create_new_order__response_general.json";
    let pair = "btse-docs-futures-v2.3/trade__create_new_order__response_for_oco_order.json";
    let hedge = "btse-docs-futures-v2.3/trade__create_new_order__response_for_hedge_mode_order.json";
    vec![
        Payload::new(create(), Btse, rave, |orders| {
            let [order] = &orders[..] else { panic!("{orders:?}") };
            assert_eq!((order.status, order.order_type), (Status::INSERTED, OrderKind::LIMIT));
            assert_eq!((order.symbol.as_str(), order.side), ("RAVE-PERP", Side::Buy));
            assert_eq!(order.order_id, "478a5d7a-2a36-4cd1-ba65-09fc394db974");
            assert_eq!((order.price, order.avg_filled_price), (decimal("0.01"), decimal("0")));
            assert_eq!(sizes(order), [1, 1, 0, 0, 1].map(Decimal::from));
            assert_eq!((order.deviation, order.stealth), (decimal("100"), decimal("100")));
            assert_eq!((order.trigger, order.post_only), (false, false));
            assert_eq!((order.message.as_str(), order.cl_order_id.as_str()), ("", ""));
            assert_eq!(order.timestamp, TimeMs::from_millis(1_786_594_634_886));
            assert_eq!((order.order_detail_type.as_ref(), order.position_direction.as_ref()), (None, None));
            assert_eq!(order.position_mode.as_deref(), Some("ONE_WAY"));
            assert_eq!(order.position_id.as_deref(), Some("RAVE-PERP-USDT"));
            assert_eq!(order.time_in_force, "GTC");
        }),
        Payload::new(create(), Btse, eth, |orders| {
            let [order] = &orders[..] else { panic!("{orders:?}") };
            assert_eq!((order.status, order.order_type), (Status::FULLY_TRANSACTED, OrderKind::MARKET));
            // A market order is answered with the price of its fill.
            assert_eq!((order.price, order.avg_filled_price), (decimal("1956.59"), decimal("1956.59")));
            assert_eq!(sizes(order), [1, 1, 1, 1, 0].map(Decimal::from));
        })
        .edited("one element of the list was kept", |text| format!("[{text}]")),
        Payload::new(create(), Documents, general, |orders| {
            assert_eq!((orders.len(), orders[0].status), (1, Status::FULLY_TRANSACTED));
            assert_eq!(orders[0].avg_filled_price, decimal("111199.8"));
            assert_eq!(orders[0].timestamp, TimeMs::from_millis(1_752_138_139_421));
        }),
        Payload::new(create(), Documents, pair, |orders| {
            let [trigger, limit] = &orders[..] else { panic!("{orders:?}") };
            assert_eq!((trigger.status, limit.status), (Status::TRIGGER_INSERTED, Status::INSERTED));
            assert_eq!((trigger.trigger, trigger.trigger_price), (true, decimal("111255.6")));
            assert_eq!((limit.trigger, limit.price), (false, decimal("111055.6")));
            // The waiting leg has nothing left to fill, by the venue's count.
            assert_eq!(sizes(trigger), [1, 1, 0, 0, 0].map(Decimal::from));
        }),
        Payload::new(create(), Documents, hedge, |orders| {
            assert_eq!((orders.len(), orders[0].status), (1, Status::INSERTED));
            assert_eq!(orders[0].position_mode.as_deref(), Some("HEDGE"));
            assert_eq!(orders[0].position_direction.as_deref(), Some("LONG"));
            assert_eq!(orders[0].position_id.as_deref(), Some("BTC-PERP-USDT|LONG"));
        }),
    ]
}

fn amended() -> Payload {
    let order = OrderRef::Id("39ff44d2-513a-4ea6-858c-e07498d424fd".parse().unwrap());
    let request = AmendOrder { symbol: btc(), order, amendment: Amendment::Price(decimal("10104.1")) };
    let file = "btse-docs-futures-v2.3/trade__amend_order__response.json";
    Payload::new(request, Documents, file, |orders| {
        assert_eq!((orders.len(), orders[0].status), (1, Status::AMENDED));
        assert_eq!((orders[0].price, orders[0].side), (decimal("10104.1"), Side::Buy));
        assert_eq!(orders[0].order_id, "39ff44d2-513a-4ea6-858c-e07498d424fd");
    })
}

fn cancelled() -> Payload {
    let request = CancelOrder {
        symbol: "RAVE-PERP".parse().unwrap(),
        target: CancelTarget::Order("478a5d7a-2a36-4cd1-ba65-09fc394db974".parse().unwrap()),
    };
    let file =
        "ccxt-btse-aug2026/cancelOrder.0.btse_cancelorder_rave_linear_swap_live_captured_2026_08_13_c.json";
    Payload::new(request, Btse, file, |orders| {
        let [order] = &orders[..] else { panic!("{orders:?}") };
        assert_eq!((order.status, order.price), (Status::CANCELLED, decimal("0.01")));
        assert_eq!(order.order_id, "478a5d7a-2a36-4cd1-ba65-09fc394db974");
        assert_eq!(sizes(order), [1, 1, 0, 0, 1].map(Decimal::from));
        assert_eq!(order.timestamp, TimeMs::from_millis(1_786_594_756_964));
    })
}

fn documented_cancel() -> Payload {
    let request = CancelOrder { symbol: btc(), target: CancelTarget::All };
    let file = "btse-docs-futures-v2.3/trade__cancel_order__response.json";
    Payload::new(request, Documents, file, |orders| {
        assert_eq!((orders.len(), orders[0].status), (1, Status::CANCELLED));
        assert_eq!((orders[0].price, orders[0].remaining_size), (decimal("100090.6"), decimal("1")));
    })
}

fn closed() -> Payload {
    let file = "ccxt-btse-aug2026/closePosition.0.close_isolated_position.json";
    Payload::new(close(), BtseThroughCcxt, file, |orders| {
        let [order] = &orders[..] else { panic!("{orders:?}") };
        assert_eq!((order.status, order.order_type), (Status::FULLY_TRANSACTED, OrderKind::MARKET));
        assert_eq!((order.side, order.price), (Side::Sell, decimal("1979.28")));
        assert_eq!(sizes(order), [10, 10, 10, 10, 0].map(Decimal::from));
        assert_eq!(order.timestamp, TimeMs::from_millis(1_770_890_126_091));
        assert_eq!(order.position_mode.as_deref(), Some("ISOLATED"));
        assert_eq!(order.position_direction.as_deref(), Some("LONG"));
        assert_eq!(order.position_id.as_deref(), Some("ETH-PERP-USDT|4#1"));
    })
}

fn documented_close() -> Payload {
    let file = "btse-docs-futures-v2.3/trade__close_position__response.json";
    Payload::new(close(), Documents, file, |orders| {
        let [order] = &orders[..] else { panic!("{orders:?}") };
        assert_eq!((order.status, order.price), (Status::FULLY_TRANSACTED, decimal("3900")));
        assert_eq!(order.cl_order_id, "_W_mizmtpf1752205761471");
        // The document leaves this one out here.
        assert_eq!((order.filled_size, order.total_filled_size), (None, decimal("1")));
    })
}

fn following() -> Payload {
    let file = "btse-docs-futures-v2.3/trade__create_new_algo_order__response.json";
    Payload::new(algo(), Documents, file, |orders| {
        let [order] = &orders[..] else { panic!("{orders:?}") };
        assert_eq!((order.status, order.order_type), (Status::INSERTED, OrderKind::PEG));
        assert_eq!((order.deviation, order.stealth), (decimal("10"), decimal("100")));
        assert_eq!((order.price, order.side), (decimal("111541.9"), Side::Buy));
        assert_eq!(sizes(order), [1, 1, 0, 0, 1].map(Decimal::from));
    })
}

fn bound() -> Payload {
    let file = "btse-docs-futures-v2.3/trade__bind_tp_sl__response.json";
    Payload::new(bind(), Documents, file, |orders| {
        let [loss, profit] = &orders[..] else { panic!("{orders:?}") };
        assert_eq!((loss.status, profit.status), (Status::TRIGGER_INSERTED, Status::TRIGGER_INSERTED));
        assert_eq!((loss.trigger_price, profit.trigger_price), (decimal("50000"), decimal("120000")));
        assert_eq!((loss.remaining_size, profit.remaining_size), (decimal("0"), decimal("8")));
        assert_eq!((loss.order_type, loss.side, loss.trigger), (OrderKind::MARKET, Side::Sell, true));
    })
}

fn sizes(order: &OrderAnswer) -> [Decimal; 5] {
    let filled = order.filled_size.expect("the answer says what the last event filled");
    [
        order.original_order_size,
        order.current_order_size,
        filled,
        order.total_filled_size,
        order.remaining_size,
    ]
}

fn btc() -> Symbol {
    "BTC-PERP".parse().unwrap()
}

pub(crate) fn create() -> CreateOrder {
    let client_id = "my-order-id".parse().unwrap();
    CreateOrder {
        price: Some(decimal("21000")),
        ..CreateOrder::new(btc(), Side::Buy, OrderForm::Limit, 10, client_id)
    }
}

/// The algo order of the document's example, but for its client id.
pub(crate) fn algo() -> CreateAlgoOrder {
    CreateAlgoOrder {
        symbol: btc(),
        price: decimal("21500"),
        size: 10,
        side: Side::Buy,
        cl_order_id: "60a30188-f2a2-4498-b061-7d72126c18c2".parse().unwrap(),
        deviation: Some(decimal("-10")),
        stealth: Some(decimal("10")),
        position_mode: None,
    }
}

/// The bound orders of the document's example.
pub(crate) fn bind() -> BindTpSl {
    BindTpSl {
        symbol: btc(),
        side: None,
        take_profit_price: Some(decimal("31000")),
        take_profit_trigger: Some(TriggerSource::MarkPrice),
        stop_loss_price: Some(decimal("22000")),
        stop_loss_trigger: Some(TriggerSource::LastPrice),
        position_mode: None,
        position_id: None,
    }
}

pub(crate) fn close() -> ClosePosition {
    ClosePosition {
        symbol: btc(),
        order_type: OrderType::Market,
        price: None,
        post_only: false,
        position_id: None,
    }
}

#[test]
fn answers_to_orders_are_read_and_written_as_recorded() {
    prove(&payloads());
}
