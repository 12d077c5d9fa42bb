//! Orders that are asked after: one, and the open ones.

use lmex_api::futures::{OpenOrders, OrderRef, QueryOrder};
use lmex_api::{OrderKind, Status};
use lmex_types::{Side, TimeMs};

use crate::json::decimal;
use crate::payload::Origin::{Btse, Documents};
use crate::payload::{Payload, prove};

pub(crate) fn payloads() -> Vec<Payload> {
    vec![recorded_open(), documented_open(), documented_query()]
}

fn recorded_open() -> Payload {
    let file = "ccxt-btse-aug2026/fetchOpenOrders.0.btse_fetchopenorders_rave_linear_swap_live_captured_2026_08_.json";
    Payload::new(OpenOrders::default(), Btse, file, |orders| {
        let [order] = &orders[..] else { panic!("{orders:?}") };
        assert_eq!(order.order_id, "478a5d7a-2a36-4cd1-ba65-09fc394db974");
        assert_eq!((order.order_type, order.side), (OrderKind::LIMIT, Side::Buy));
        assert_eq!((order.price, order.order_value), (decimal("0.01"), decimal("0.01")));
        assert_eq!(order.timestamp, TimeMs::from_millis(1_786_594_634_885));
        assert_eq!((order.original_order_size, order.current_order_size), (decimal("1"), decimal("1")));
        assert_eq!((order.total_filled_size, order.remaining_size), (decimal("0"), decimal("1")));
        assert_eq!((order.order_state.as_str(), order.time_in_force.as_str()), ("STATUS_ACTIVE", "GTC"));
        assert_eq!((order.peg_price_deviation, order.stealth), (decimal("1"), decimal("1")));
        assert_eq!(order.trail_value_type.as_deref(), Some("DISTANCE"));
        assert_eq!(order.current_peg_price, Some(decimal("0.01")));
        assert_eq!((order.activation_price, order.oco_peer_order_id.as_ref()), (None, None));
        assert_eq!((order.reduce_only, order.close_order, order.wrapper_order), (false, false, Some(false)));
        assert_eq!(order.position_id.as_deref(), Some("RAVE-PERP-USDT"));
    })
}

fn documented_open() -> Payload {
    let file = "btse-docs-futures-v2.3/trade__query_open_orders__response.json";
    Payload::new(OpenOrders::default(), Documents, file, |orders| {
        let [order] = &orders[..] else { panic!("{orders:?}") };
        assert_eq!((order.price, order.order_value), (decimal("10104.1"), decimal("0.101041")));
        assert_eq!(order.contract_size, decimal("0.00001"));
        assert_eq!((order.vendor_name.as_ref(), order.bot_id.as_ref()), (None, None));
        assert_eq!((order.trail_value_type.as_ref(), order.wrapper_order), (None, None));
        assert_eq!((order.take_profit_order.as_ref(), order.stop_loss_order.as_ref()), (None, None));
    })
}

fn documented_query() -> Payload {
    let order = OrderRef::Id("956a4e97-c229-42e8-a065-54c8b96f0732".parse().unwrap());
    let file = "btse-docs-futures-v2.3/trade__query_order__response.json";
    Payload::new(QueryOrder { order }, Documents, file, |order| {
        assert_eq!((order.order_type, order.status), (OrderKind::PEG, Status::FULLY_TRANSACTED));
        assert_eq!(order.order_id, "956a4e97-c229-42e8-a065-54c8b96f0732");
        assert_eq!((order.price, order.avg_filled_price), (decimal("111541.9"), decimal("111126.6")));
        assert_eq!((order.total_filled_size, order.remaining_size), (decimal("1"), decimal("0")));
        assert_eq!((order.order_value, order.peg_price_deviation), (decimal("1.115419"), decimal("0.1")));
        assert_eq!((order.peg_price_min, order.peg_price_max), (decimal("1"), decimal("111541.9")));
        assert_eq!(order.timestamp, TimeMs::from_millis(1_752_138_591_588));
        assert_eq!((order.time_in_force.as_str(), order.close_order), ("GTC", false));
    })
}

#[test]
fn orders_asked_after_are_read_and_written_as_recorded() {
    prove(&payloads());
}
