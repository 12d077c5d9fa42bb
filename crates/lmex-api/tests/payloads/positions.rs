//! Positions.

use lmex_api::futures::{Positions, ProtectiveOrder};
use lmex_types::{Side, TimeMs};

use crate::json::decimal;
use crate::payload::Origin::{Btse, Documents};
use crate::payload::{Payload, prove};

pub(crate) fn payloads() -> Vec<Payload> {
    vec![flat(), recorded(), documented()]
}

fn flat() -> Payload {
    let file = "ccxt-btse-aug2026/fetchPositions.1.btse_fetchpositions_rave_linear_swap_live_captured_2026_08_1.json";
    Payload::new(Positions::default(), Btse, file, |positions| assert_eq!(positions[..], []))
}

fn recorded() -> Payload {
    Payload::new(Positions::default(), Btse, "ccxt-btse-comments/3072_parse_position.json", |positions| {
        let [position] = &positions[..] else { panic!("{positions:?}") };
        assert_eq!((position.symbol.as_str(), position.side), ("ETH-PERP", Side::Buy));
        assert_eq!((position.size, position.margin_type), (decimal("20"), 91));
        assert_eq!(
            (position.entry_price, position.mark_price),
            (decimal("1968.78"), decimal("1967.47829431"))
        );
        assert_eq!(position.order_value, decimal("3.93495658"));
        assert_eq!(position.unrealized_profit_loss, decimal("-0.00260341"));
        assert_eq!(position.total_maintenance_margin, decimal("0.0218963"));
        assert_eq!((position.isolated_leverage, position.current_leverage), (decimal("25"), decimal("0.2")));
        assert_eq!((position.adl_score_bucket, position.liquidation_price), (1, decimal("0")));
        assert_eq!(position.timestamp, TimeMs::from_millis(1_770_880_518_034));
        assert_eq!(
            position.take_profit_order,
            Some(sell("18b4056a-59de-424a-843e-c2df5c9f7265", "2500", false))
        );
        assert_eq!(
            position.stop_loss_order,
            Some(sell("e7ef1035-0773-446d-9a80-2de0e1de2c13", "1000", false))
        );
        assert_eq!(position.position_mode.as_deref(), Some("ONE_WAY"));
        assert_eq!(position.position_direction, None);
        assert_eq!(position.wallet_name.as_deref(), Some("CROSS@"));
        assert_eq!(position.contract_size, Some(decimal("0.0001")));
        assert_eq!(position.minimum_required_margin, Some(decimal("0")));
    })
    .edited("one element of the list was kept", |text| format!("[{text}]"))
}

fn documented() -> Payload {
    let file = "btse-docs-futures-v2.3/trade__query_position__response.json";
    let printed_once = |text: &str| {
        let repeated = "\"currentLeverage\": 0.0340349245,\n     \"takeProfitOrder\": null,\n     \"stopLossOrder\": null";
        text.replace(repeated, "\"currentLeverage\": 0.0340349245")
    };
    Payload::new(Positions::default(), Documents, file, |positions| {
        let [btc, eth] = &positions[..] else { panic!("{positions:?}") };
        assert_eq!((btc.symbol.as_str(), btc.mark_price), ("BTC-PERP", decimal("29286.4")));
        assert_eq!((btc.margin_type, btc.settle_with_asset.as_str()), (0, "BTC"));
        assert_eq!((btc.size, btc.isolated_leverage), (decimal("62"), decimal("25")));
        assert_eq!(btc.take_profit_order, Some(sell("ea1ab233-c79a-4503-a475-f8633ecc9d79", "31000", false)));
        assert_eq!(btc.stop_loss_order, Some(sell("48523190-77b9-44ea-bee0-d67a428a51b8", "27000", true)));
        assert_eq!((btc.wallet_name.as_ref(), btc.contract_size), (None, None));

        assert_eq!((eth.symbol.as_str(), eth.entry_price), ("ETH-PERP", decimal("1631.106666667")));
        assert_eq!(
            (eth.order_value, eth.current_leverage),
            (decimal("48.9119684176"), decimal("0.0340349245"))
        );
        assert_eq!((eth.take_profit_order.as_ref(), eth.stop_loss_order.as_ref()), (None, None));
        assert_eq!(eth.position_direction.as_deref(), Some("LONG"));
        assert_eq!(eth.position_id.as_deref(), Some("ETH-PERP-USDT|LONG"));
    })
    .edited("takeProfitOrder and stopLossOrder are printed twice in one object", printed_once)
}

fn sell(order_id: &str, trigger_price: &str, trigger_use_last_price: bool) -> ProtectiveOrder {
    ProtectiveOrder {
        order_id: order_id.to_owned(),
        side: Side::Sell,
        trigger_price: decimal(trigger_price),
        trigger_use_last_price,
    }
}

#[test]
fn positions_are_read_and_written_as_recorded() {
    prove(&payloads());
}
