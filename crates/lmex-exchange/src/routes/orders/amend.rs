//! `PUT /order`: changes an open order.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use lmex_api::Status;
use lmex_api::futures::OrderAnswer;
use lmex_engine::{AccountId, Command, Event, MarketView, OrderRef};
use lmex_types::{Decimal, OrderId, Side};

use super::{answer_about, market_named, order_ref, ticks};
use crate::call::PrivateCall;
use crate::desk::{Desk, DeskState};
use crate::error_body::Refused;
use crate::fields::{Fields, mandatory};
use crate::routes::Answer;
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
}

impl AmendRequest {
    fn read(mut fields: Fields) -> Result<Self, Refused> {
        let symbol = mandatory("symbol", fields.text("symbol")?)?;
        let target = mandatory("orderID or clOrderID", order_ref(&mut fields)?)?;
        let kind = mandatory("type", fields.text("type")?)?;
        let (value, price) = (fields.decimal("value")?, fields.decimal("orderPrice")?);
        let (size, trigger) = (fields.decimal("orderSize")?, fields.decimal("triggerPrice")?);
        // Removed by LMEX (change log 1.1.6) and still sent by some clients.
        fields.flag("slide")?;
        fields.finish()?;
        let no_trigger =
            || Err(Refused::rejected("triggerPrice is not served by the local exchange: leave it out"));
        if trigger.is_some_and(|price| !price.is_zero()) {
            return no_trigger();
        }
        let (price, contracts) = match kind.as_str() {
            "PRICE" => (Some(("value", mandatory("value", value)?)), None),
            "SIZE" => (None, Some(whole("value", mandatory("value", value)?)?)),
            "ALL" => {
                let size = size.map(|size| whole("orderSize", size)).transpose()?;
                (price.map(|price| ("orderPrice", price)), size)
            }
            "TRIGGERPRICE" => return no_trigger(),
            _ => return Err(Refused::parameter("type is not known: use PRICE, SIZE or ALL")),
        };
        if price.is_none() && contracts.is_none() {
            return mandatory("orderPrice or orderSize", None);
        }
        Ok(Self { symbol, target, price, contracts })
    }

    fn carry_out(self, desk: &mut Desk, account: AccountId) -> Result<OrderAnswer, Refused> {
        let market = market_named(&desk.state, &self.symbol)?;
        let id = find(&desk.state, account, &market, self.target).ok_or_else(Refused::order_not_found)?;
        let price = self.price.map(|(field, price)| ticks(&market, field, price)).transpose()?;
        let market = market.id();
        let target = OrderRef::Id(id);
        let batch = desk.apply(Command::Amend {
            account,
            market,
            target,
            price,
            contracts: self.contracts,
            trigger: None,
        });
        let refusal = batch.events.iter().find_map(|event| match event {
            Event::AmendRefused { refusal, target: refused, .. } if *refused == target => Some(*refusal),
            _ => None,
        });
        let Some(refusal) = refusal else {
            return answer_about(&desk.state, account, id, &batch, Some(Status::AMENDED));
        };
        let side = desk.state.orders.find(account, id).map_or(Side::Buy, |record| record.order.side);
        match desk.state.engine.market(market) {
            Some(market) => Err(Refused::by_engine(&refusal, side, &market)),
            None => Err(Refused::order_not_found()),
        }
    }
}

fn find(state: &DeskState, account: AccountId, market: &MarketView<'_>, target: OrderRef) -> Option<OrderId> {
    let record = match target {
        OrderRef::Id(id) => state.orders.find(account, id),
        OrderRef::Client(id) => state.orders.find_client(account, Some(market.id()), id),
    };
    record.map(|record| record.order.id)
}

fn whole(field: &str, size: Decimal) -> Result<i64, Refused> {
    let whole = size.is_integer().then(|| i64::try_from(size).ok()).flatten();
    whole.ok_or_else(|| Refused::size(format!("{field} must be a whole number of contracts, not {size}")))
}
