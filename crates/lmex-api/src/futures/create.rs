//! Creating an order.

use lmex_types::{ClientOrderId, Decimal, Side, Symbol, TimeInForce};
use serde::{Deserialize, Serialize};

use super::order_answer::OrderAnswer;
use super::words::{OrderForm, PositionMode, TriggerSource, TxType};
use crate::endpoint::{Bucket, Endpoint, EndpointInfo, Evidence, Method, Permission, Safety};
use crate::pace::RateClass;
use crate::request::PrepareError;
use crate::wire;
use crate::wire::many::Many;

/// `POST /api/v2.3/order`: a new order.
///
/// Prices are in the quote currency and on the market's grid; sizes are whole contracts. Market orders carry no
/// price: the venue ignores or refuses it. What goes together:
///
/// - a trigger order has `tx_type` `STOP` or `TRIGGER` and a `trigger_price`; a trailing one has a `trail_value`, and
///   no take profit or stop loss;
/// - an OCO pair has a `price` for its limit leg, a `trigger_price` that fires its stop leg, and the `stop_price` that
///   this leg is placed at (the document names both prices without saying which is which; this is the usual reading);
/// - `take_profit_price` and `stop_loss_price` are triggers of orders that wait for the position this order opens.
///
/// ```
/// use lmex_api::futures::{CreateOrder, OrderForm, TxType};
/// use lmex_types::Side;
/// let stop = CreateOrder {
///     tx_type: Some(TxType::Stop),
///     trigger_price: Some(58_000.into()),
///     reduce_only: true,
///     ..CreateOrder::new("BTC-PERP".parse()?, Side::Sell, OrderForm::Market, 100, "my-stop".parse()?)
/// };
/// assert_eq!(stop.price, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateOrder {
    /// The market.
    #[serde(with = "wire::symbol")]
    pub symbol: Symbol,
    /// Buy or sell. In hedge mode with `reduce_only`: sell makes the long position smaller, buy the short one.
    #[serde(with = "wire::word")]
    pub side: Side,
    /// Limit, market or a pair. The key is `type`; `orderType` only exists in answers.
    #[serde(rename = "type", with = "wire::word")]
    pub order_type: OrderForm,
    /// Limit price.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::decimal::option")]
    pub price: Option<Decimal>,
    /// Whole contracts.
    #[serde(with = "wire::integer")]
    pub size: i64,
    /// How long it stays in the book.
    #[serde(with = "wire::word")]
    pub time_in_force: TimeInForce,
    /// When it becomes live; at once if absent.
    #[serde(
        default,
        rename = "txType",
        skip_serializing_if = "Option::is_none",
        with = "wire::word::option"
    )]
    pub tx_type: Option<TxType>,
    /// OCO: the price of the stop leg.
    #[serde(
        default,
        rename = "stopPrice",
        skip_serializing_if = "Option::is_none",
        with = "wire::decimal::option"
    )]
    pub stop_price: Option<Decimal>,
    /// Stop, trigger and OCO: the price that fires it.
    #[serde(
        default,
        rename = "triggerPrice",
        skip_serializing_if = "Option::is_none",
        with = "wire::decimal::option"
    )]
    pub trigger_price: Option<Decimal>,
    /// Trailing stops: how far behind the best price the trigger stays, in the quote currency. The document gives no
    /// unit; a recorded open order has `trailValueType` `DISTANCE`.
    #[serde(
        default,
        rename = "trailValue",
        skip_serializing_if = "Option::is_none",
        with = "wire::decimal::option"
    )]
    pub trail_value: Option<Decimal>,
    /// Which price fires it; the mark price if absent.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::word::option")]
    pub trigger: Option<TriggerSource>,
    /// Whether it may only add liquidity; one that would trade at once is cancelled instead.
    #[serde(default, rename = "postOnly")]
    pub post_only: bool,
    /// Whether it may only make a position smaller.
    #[serde(default, rename = "reduceOnly")]
    pub reduce_only: bool,
    /// The trader's own id.
    #[serde(rename = "clOrderID", with = "wire::client_id")]
    pub cl_order_id: ClientOrderId,
    /// Fires an order that closes the position at a profit.
    #[serde(
        default,
        rename = "takeProfitPrice",
        skip_serializing_if = "Option::is_none",
        with = "wire::decimal::option"
    )]
    pub take_profit_price: Option<Decimal>,
    /// Which price fires it; the mark price if absent.
    #[serde(
        default,
        rename = "takeProfitTrigger",
        skip_serializing_if = "Option::is_none",
        with = "wire::word::option"
    )]
    pub take_profit_trigger: Option<TriggerSource>,
    /// Fires an order that closes the position at a loss.
    #[serde(
        default,
        rename = "stopLossPrice",
        skip_serializing_if = "Option::is_none",
        with = "wire::decimal::option"
    )]
    pub stop_loss_price: Option<Decimal>,
    /// Which price fires it; the mark price if absent.
    #[serde(
        default,
        rename = "stopLossTrigger",
        skip_serializing_if = "Option::is_none",
        with = "wire::word::option"
    )]
    pub stop_loss_trigger: Option<TriggerSource>,
    /// The position mode that the market is in; one-way if absent.
    #[serde(
        default,
        rename = "positionMode",
        skip_serializing_if = "Option::is_none",
        with = "wire::word::option"
    )]
    pub position_mode: Option<PositionMode>,
}

impl CreateOrder {
    /// An order that says nothing but what every order must; a limit order needs a `price` besides.
    pub fn new(
        symbol: Symbol,
        side: Side,
        order_type: OrderForm,
        size: i64,
        cl_order_id: ClientOrderId,
    ) -> Self {
        Self {
            symbol,
            side,
            order_type,
            price: None,
            size,
            time_in_force: TimeInForce::Gtc,
            tx_type: None,
            stop_price: None,
            trigger_price: None,
            trail_value: None,
            trigger: None,
            post_only: false,
            reduce_only: false,
            cl_order_id,
            take_profit_price: None,
            take_profit_trigger: None,
            stop_loss_price: None,
            stop_loss_trigger: None,
            position_mode: None,
        }
    }
}

impl Endpoint for CreateOrder {
    const INFO: EndpointInfo = EndpointInfo {
        method: Method::Post,
        path: "/api/v2.3/order",
        permission: Permission::Trade,
        bucket: Bucket::Order,
        safety: Safety::Once,
        documented: "Create New Order",
        evidence: Evidence::LiveBtse,
    };

    type Response = Many<OrderAnswer>;

    fn body(&self) -> Result<Option<Vec<u8>>, PrepareError> {
        Ok(Some(serde_json::to_vec(self)?))
    }

    fn rate_class(&self) -> RateClass {
        if self.reduce_only { RateClass::Close } else { RateClass::Order }
    }
}
