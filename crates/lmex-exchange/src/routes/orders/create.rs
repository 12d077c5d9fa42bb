//! `POST /order`: a new order.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use lmex_api::futures::OrderAnswer;
use lmex_engine::{AccountId, Command, NewOrder};
use lmex_types::{ClientOrderId, Decimal, OrderType, Side, TimeInForce};

use super::{market_named, placed, ticks};
use crate::call::PrivateCall;
use crate::desk::Desk;
use crate::error_body::Refused;
use crate::fields::{Fields, mandatory};
use crate::routes::Answer;
use crate::routes::settings::only_one_way;
use crate::server::App;

/// Places an order; the answer is a list of one.
pub(in crate::routes) async fn create(
    State(app): State<Arc<App>>,
    call: PrivateCall,
) -> Answer<Vec<OrderAnswer>> {
    let request = CreateRequest::read(call.body()?)?;
    let answer = app.desk.act(move |desk| request.place(desk, call.account)).await??;
    Ok(Json(vec![answer]))
}

#[derive(Debug)]
struct CreateRequest {
    symbol: String,
    side: Side,
    order_type: OrderType,
    size: i64,
    price: Option<Decimal>,
    time_in_force: TimeInForce,
    post_only: bool,
    reduce_only: bool,
    client_id: Option<ClientOrderId>,
}

impl CreateRequest {
    fn read(mut fields: Fields) -> Result<Self, Refused> {
        let request = Self {
            symbol: mandatory("symbol", fields.text("symbol")?)?,
            side: mandatory("side", fields.word("side")?)?,
            order_type: order_type(&mut fields)?,
            size: size(&mut fields)?,
            price: fields.decimal("price")?,
            time_in_force: fields.word("time_in_force")?.unwrap_or_default(),
            post_only: fields.flag("postOnly")?.unwrap_or(false),
            reduce_only: fields.flag("reduceOnly")?.unwrap_or(false),
            client_id: fields.client_id()?,
        };
        refuse_unserved(&mut fields)?;
        fields.finish()?;
        match (request.order_type, request.price) {
            (OrderType::Limit, None) => mandatory("price", None),
            // A price of a market order is documented as "not for MARKET": it is ignored.
            _ => Ok(request),
        }
    }

    fn place(self, desk: &mut Desk, account: AccountId) -> Result<OrderAnswer, Refused> {
        let market = market_named(&desk.state, &self.symbol)?;
        let price = match (self.order_type, self.price) {
            (OrderType::Limit, Some(price)) => ticks(&market, "price", price)?,
            _ => 0,
        };
        let new = NewOrder {
            client_id: self.client_id,
            order_type: self.order_type,
            time_in_force: self.time_in_force,
            post_only: self.post_only,
            reduce_only: self.reduce_only,
            ..NewOrder::limit(account, market.id(), desk.ids.next_order(), self.side, price, self.size)
        };
        let batch = desk.apply(Command::Place(new));
        placed(desk, &new, &batch)
    }
}

fn order_type(fields: &mut Fields) -> Result<OrderType, Refused> {
    let given = mandatory("type", fields.text("type")?)?;
    match given.as_str() {
        "LIMIT" => Ok(OrderType::Limit),
        "MARKET" => Ok(OrderType::Market),
        "OCO" => Err(Refused::rejected("type OCO is not served by the local exchange: use LIMIT or MARKET")),
        _ => {
            let given: String = given.chars().take(40).collect();
            Err(Refused::parameter(format!("type {given:?} is not known: use LIMIT or MARKET")))
        }
    }
}

fn size(fields: &mut Fields) -> Result<i64, Refused> {
    let size = mandatory("size", fields.decimal("size")?)?;
    if !size.is_integer() {
        return Err(Refused::size(format!(
            "size must be a whole number of contracts, not {size}: divide the amount by the market's contractSize"
        )));
    }
    i64::try_from(size)
        .map_err(|_| Refused::size("size is out of range: send a number of contracts that fits the market"))
}

/// Features that LMEX documents and this exchange does not have yet: their neutral values pass.
fn refuse_unserved(fields: &mut Fields) -> Result<(), Refused> {
    let unserved = |what: String| {
        Err(Refused::rejected(format!("{what} is not served by the local exchange: leave it out")))
    };
    for name in
        ["stopPrice", "triggerPrice", "trailValue", "takeProfitPrice", "stopLossPrice", "activationPrice"]
    {
        if let Some(value) = fields.decimal(name)?.filter(|value| !value.is_zero()) {
            return unserved(format!("{name} {value}"));
        }
    }
    match fields.text("txType")?.as_deref() {
        None | Some("LIMIT") => {}
        Some(kind @ ("STOP" | "TRIGGER")) => return unserved(format!("txType {kind}")),
        Some(_) => return Err(Refused::parameter("txType is not known: use LIMIT or leave it out")),
    }
    for name in ["trigger", "takeProfitTrigger", "stopLossTrigger"] {
        // Says which price a trigger looks at; without a trigger it says nothing.
        if fields.text(name)?.is_some_and(|price| price != "markPrice" && price != "lastPrice") {
            return Err(Refused::parameter(format!("{name} is not known: use markPrice or lastPrice")));
        }
    }
    only_one_way(fields.text("positionMode")?.as_deref())
}
