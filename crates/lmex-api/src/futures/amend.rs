//! Changing an order.

use lmex_types::{Decimal, Symbol};
use serde::{Serialize, Serializer};

use super::order_answer::{OrderAnswer, OrderRef};
use crate::endpoint::{Bucket, Endpoint, EndpointInfo, Evidence, Method, Permission, Safety};
use crate::request::PrepareError;
use crate::wire;
use crate::wire::many::Many;

/// `PUT /api/v2.3/order`: changes an open order. Success has status 123.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AmendOrder {
    /// The market.
    pub symbol: Symbol,
    /// Which order.
    pub order: OrderRef,
    /// What to change.
    pub amendment: Amendment,
}

/// What an amendment changes. Algo orders can't be amended, and no trigger price once it has fired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amendment {
    /// The limit price.
    Price(Decimal),
    /// The whole size, in contracts, including what is filled already.
    Size(i64),
    /// Both.
    PriceAndSize(Decimal, i64),
    /// The price that fires a trigger order.
    TriggerPrice(Decimal),
    /// The price that fires a trigger order, and with it what else is given.
    WithTrigger {
        /// The limit price.
        price: Option<Decimal>,
        /// The whole size, in contracts.
        size: Option<i64>,
        /// The price that fires it.
        trigger_price: Decimal,
    },
}

impl Endpoint for AmendOrder {
    const INFO: EndpointInfo = EndpointInfo {
        method: Method::Put,
        path: "/api/v2.3/order",
        permission: Permission::Trade,
        bucket: Bucket::Order,
        // Late, it could reach an order that has been amended again since.
        safety: Safety::Once,
        documented: "Amend Order",
        evidence: Evidence::Documented,
    };

    type Response = Many<OrderAnswer>;

    fn body(&self) -> Result<Option<Vec<u8>>, PrepareError> {
        Ok(Some(serde_json::to_vec(&Body::from(self))?))
    }
}

#[derive(Serialize)]
struct Body {
    #[serde(with = "wire::symbol")]
    symbol: Symbol,
    #[serde(rename = "orderID", skip_serializing_if = "Option::is_none")]
    order_id: Option<String>,
    #[serde(rename = "clOrderID", skip_serializing_if = "Option::is_none")]
    cl_order_id: Option<String>,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "number")]
    value: Option<Decimal>,
    #[serde(rename = "orderPrice", skip_serializing_if = "Option::is_none", serialize_with = "number")]
    order_price: Option<Decimal>,
    #[serde(rename = "orderSize", skip_serializing_if = "Option::is_none")]
    order_size: Option<i64>,
    #[serde(rename = "triggerPrice", skip_serializing_if = "Option::is_none", serialize_with = "number")]
    trigger_price: Option<Decimal>,
}

fn number<S: Serializer>(value: &Option<Decimal>, serializer: S) -> Result<S::Ok, S::Error> {
    wire::decimal::option::serialize(value, serializer)
}

impl From<&AmendOrder> for Body {
    fn from(amend: &AmendOrder) -> Self {
        let (order_id, cl_order_id) = match amend.order {
            OrderRef::Id(id) => (Some(id.to_string()), None),
            OrderRef::Client(id) => (None, Some(id.to_string())),
        };
        let blank = Self {
            symbol: amend.symbol,
            order_id,
            cl_order_id,
            kind: "ALL",
            value: None,
            order_price: None,
            order_size: None,
            trigger_price: None,
        };
        match amend.amendment {
            Amendment::Price(price) => Self { kind: "PRICE", value: Some(price), ..blank },
            Amendment::Size(size) => Self { kind: "SIZE", value: Some(size.into()), ..blank },
            Amendment::PriceAndSize(price, size) => {
                Self { order_price: Some(price), order_size: Some(size), ..blank }
            }
            Amendment::TriggerPrice(price) => Self { kind: "TRIGGERPRICE", value: Some(price), ..blank },
            Amendment::WithTrigger { price, size, trigger_price } => {
                Self { order_price: price, order_size: size, trigger_price: Some(trigger_price), ..blank }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_the_documented_ones() {
        let body = |amendment| {
            let order = OrderRef::Id("604c3ebf-d7fa-468d-9ff0-f6ad030221b4".parse().unwrap());
            let amend = AmendOrder { symbol: "BTC-PERP".parse().unwrap(), order, amendment };
            String::from_utf8(amend.body().unwrap().unwrap()).unwrap()
        };
        let id = r#""symbol":"BTC-PERP","orderID":"604c3ebf-d7fa-468d-9ff0-f6ad030221b4""#;
        assert_eq!(
            body(Amendment::Price(22_000.into())),
            format!(r#"{{{id},"type":"PRICE","value":22000}}"#)
        );
        assert_eq!(body(Amendment::Size(100)), format!(r#"{{{id},"type":"SIZE","value":100}}"#));
        assert_eq!(
            body(Amendment::PriceAndSize(30_010.into(), 10)),
            format!(r#"{{{id},"type":"ALL","orderPrice":30010,"orderSize":10}}"#)
        );
        assert_eq!(
            body(Amendment::TriggerPrice(29_000.into())),
            format!(r#"{{{id},"type":"TRIGGERPRICE","value":29000}}"#)
        );
        let trigger_price = 30_000.into();
        let all = |price, size| body(Amendment::WithTrigger { price, size, trigger_price });
        assert_eq!(
            all(Some(30_010.into()), Some(10)),
            format!(r#"{{{id},"type":"ALL","orderPrice":30010,"orderSize":10,"triggerPrice":30000}}"#)
        );
        assert_eq!(
            all(None, Some(10)),
            format!(r#"{{{id},"type":"ALL","orderSize":10,"triggerPrice":30000}}"#)
        );
    }
}
