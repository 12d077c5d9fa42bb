//! `PUT /order`: changes an open order.

use std::sync::Arc;

use axum::extract::State;
use lmex_api::Status;
use lmex_api::futures::OrderAnswer;
use lmex_engine::{AccountId, Command, Event, MarketView, OrderRef};
use lmex_types::{Decimal, OrderId, Side};

use super::asked::{self, ticks};
use super::{answer_about, market_named, order_ref};
use crate::call::PrivateCall;
use crate::desk::{Desk, DeskState};
use crate::error_body::Refused;
use crate::fields::{Fields, mandatory};
use crate::routes::{Answer, Json};
use crate::server::App;

/// Amends an order; the answer is a list of one, with status 123.
pub(in crate::routes) async fn amend(
    State(app): State<Arc<App>>,
    call: PrivateCall,
) -> Answer<Vec<OrderAnswer>> {
    let request = AmendRequest::read(call.body()?)?;
    let answer = app.desk.act(move |desk| request.carry_out(desk, call.account)).await??;
    Ok(Json(vec![answer]))
}

#[derive(Debug)]
struct AmendRequest {
    symbol: String,
    target: OrderRef,
    /// The new price, and the field it came in.
    price: Option<(&'static str, Decimal)>,
    contracts: Option<i64>,
    /// The new trigger price, and the field it came in.
    trigger: Option<(&'static str, Decimal)>,
}

impl AmendRequest {
    fn read(mut fields: Fields<'_>) -> Result<Self, Refused> {
        let symbol = mandatory("symbol", fields.text("symbol")?)?;
        let target = mandatory("orderID or clOrderID", order_ref(&mut fields)?)?;
        let kind = mandatory("type", fields.text("type")?)?;
        let (value, price) = (fields.decimal("value")?, fields.decimal("orderPrice")?);
        let (size, trigger) = (fields.decimal("orderSize")?, asked::price(&mut fields, "triggerPrice")?);
        // Removed by LMEX (change log 1.1.6) and still sent by some clients.
        fields.flag("slide")?;
        fields.finish()?;
        let blank = Self { symbol, target, price: None, contracts: None, trigger: None };
        let value = || mandatory("value", value);
        let request = match kind.as_str() {
            "PRICE" => Self { price: Some(("value", value()?)), ..blank },
            "SIZE" => Self { contracts: Some(whole("value", value()?)?), ..blank },
            "TRIGGERPRICE" => Self { trigger: Some(("value", value()?)), ..blank },
            "ALL" => Self {
                price: price.map(|price| ("orderPrice", price)),
                contracts: size.map(|size| whole("orderSize", size)).transpose()?,
                trigger: trigger.map(|price| ("triggerPrice", price)),
                ..blank
            },
            _ => {
                return Err(Refused::parameter("type is not known: use PRICE, SIZE, TRIGGERPRICE or ALL"));
            }
        };
        match (request.price, request.contracts, request.trigger) {
            (None, None, None) => mandatory("orderPrice, orderSize or triggerPrice", None),
            _ if kind != "ALL" && trigger.is_some() => {
                Err(Refused::parameter("triggerPrice is read with type ALL: leave it out, or use value"))
            }
            _ => Ok(request),
        }
    }

    fn carry_out(self, desk: &mut Desk, account: AccountId) -> Result<OrderAnswer, Refused> {
        let market = market_named(&desk.state, &self.symbol)?;
        let id = find(&desk.state, account, &market, self.target).ok_or_else(Refused::order_not_found)?;
        let on_grid = |(field, price)| ticks(&market, field, price).map(|ticks| (field, ticks));
        let price = self.price.map(on_grid).transpose()?;
        let trigger = self.trigger.map(on_grid).transpose()?;
        let market = market.id();
        let target = OrderRef::Id(id);
        let batch = desk.apply(Command::Amend {
            account,
            market,
            target,
            price: price.map(|(_, price)| price),
            contracts: self.contracts,
            trigger: trigger.map(|(_, price)| price),
        });
        let refusal = batch.events.iter().find_map(|event| match event {
            Event::AmendRefused { refusal, target: refused, .. } if *refused == target => Some(*refusal),
            _ => None,
        });
        let Some(refusal) = refusal else {
            return answer_about(&desk.state, account, id, &batch, Some(Status::AMENDED));
        };
        let order = desk.state.orders.find(account, id).map(|record| record.order);
        let side = order.map_or(Side::Buy, |order| order.side);
        match desk.state.engine.market(market) {
            Some(market) => {
                // The price comes last: an exit that it has passed may be the same.
                let exits =
                    order.into_iter().flat_map(|order| asked::exit_prices(&order.exits).collect::<Vec<_>>());
                let named: Vec<_> = trigger.into_iter().chain(exits).chain(price).collect();
                Err(Refused::by_engine_named(&refusal, side, &market, &named))
            }
            None => Err(Refused::order_not_found()),
        }
    }
}

fn find(state: &DeskState, account: AccountId, market: &MarketView<'_>, target: OrderRef) -> Option<OrderId> {
    let record = match target {
        OrderRef::Id(id) => state.orders.find(account, id),
        OrderRef::Client(id) => state.orders.find_client(account, [market.id()], id),
    };
    record.map(|record| record.order.id)
}

fn whole(field: &str, size: Decimal) -> Result<i64, Refused> {
    let whole = size.is_integer().then(|| i64::try_from(size).ok()).flatten();
    whole.ok_or_else(|| Refused::size(format!("{field} must be a whole number of contracts, not {size}")))
}
