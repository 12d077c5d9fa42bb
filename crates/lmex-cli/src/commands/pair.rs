//! OCO pairs: the list of open orders names the other leg of each, the query for one order does not.

use std::collections::HashMap;

use lmex::futures::{OpenOrder, OpenOrders, OrderDetail, OrderRef};
use lmex::{Client, Error};

use crate::output::Output;

/// Open orders in the order of the list, but the two of a pair one after the other.
pub fn side_by_side(orders: &[OpenOrder]) -> Vec<&OpenOrder> {
    let places: HashMap<_, _> =
        orders.iter().enumerate().map(|(at, order)| (order.order_id.as_str(), at)).collect();
    let place = |id: &str| places.get(id).copied();
    let first_of_pair = |order: &&OpenOrder| {
        let own = place(&order.order_id);
        own.into_iter().chain(order.oco_peer_order_id.as_deref().and_then(place)).min()
    };
    let mut sorted: Vec<_> = orders.iter().collect();
    sorted.sort_by_key(first_of_pair);
    sorted
}

/// The other leg of the pair that an open order is one of; `None` if there is none, or the order has ended. Where that can't
/// be learnt, it is said beside the data: the order itself is known.
pub async fn other_leg(client: &Client, order: &OrderDetail, output: &Output) -> Option<OrderDetail> {
    ask(client, order).await.unwrap_or_else(|error| {
        output.note(&format!("note: whether the order is one of an OCO pair is not known: {error}"));
        None
    })
}

async fn ask(client: &Client, order: &OrderDetail) -> Result<Option<OrderDetail>, Error> {
    let (false, Ok(id)) = (order.status.is_final(), order.order_id.parse()) else { return Ok(None) };
    let request = OpenOrders { symbol: Some(order.symbol), order: Some(OrderRef::Id(id)) };
    let open = client.send(&request).await?.into_data();
    let own = open.iter().find(|open| open.order_id == order.order_id);
    match own.and_then(|own| own.oco_peer_order_id.as_deref()).map(str::parse) {
        Some(Ok(other)) => Ok(Some(client.order(OrderRef::Id(other)).await?.into_data())),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_legs_of_a_pair_stand_together_and_all_else_where_it_stood() {
        let order = |(id, other): (&str, Option<&str>)| -> OpenOrder {
            let row = serde_json::json!({
                "orderID": id, "ocoPeerOrderId": other, "orderType": 76, "side": "SELL", "symbol": "BTC-PERP",
                "timestamp": 1,
            });
            serde_json::from_str(&row.to_string()).unwrap()
        };
        let listed = [
            ("a", None),
            ("stop", Some("limit")),
            ("b", None),
            ("alone", Some("ended")),
            ("limit", Some("stop")),
            ("c", None),
        ];
        let orders = listed.map(order);
        let shown: Vec<_> = side_by_side(&orders).iter().map(|order| order.order_id.as_str()).collect();
        assert_eq!(shown, ["a", "stop", "limit", "b", "alone", "c"]);
    }
}
