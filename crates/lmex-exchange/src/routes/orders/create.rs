//! `POST /order`: a new order.

use std::sync::Arc;

use axum::extract::State;
use lmex_api::futures::{OrderAnswer, OrderForm, TxType};
use lmex_engine::{AccountId, Command, MarketView, NewOrder, PositionMode, TriggerKind};
use lmex_types::{ClientOrderId, Decimal, OrderType, Side, TimeInForce};

use super::asked::{self, AskedExits, AskedOco, AskedTrigger, named_leg, ticks};
use super::{market_named, placed};
use crate::call::PrivateCall;
use crate::desk::Desk;
use crate::dialect::Dialect;
use crate::error_body::Refused;
use crate::fields::{Fields, mandatory};
use crate::ids::Ids;
use crate::routes::{Answer, Json};
use crate::server::App;

/// Places an order; the answer is a list of one, of two for a pair, and of the exits that were bound at once.
pub(in crate::routes) async fn create(
    State(app): State<Arc<App>>,
    call: PrivateCall,
) -> Answer<Vec<OrderAnswer>> {
    let request = CreateRequest::read(call.body()?)?;
    let dialect = app.dialect;
    let answers = app.desk.act(move |desk| request.place(desk, call.account, dialect)).await??;
    Ok(Json(answers))
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
    trigger: Option<AskedTrigger>,
    oco: Option<AskedOco>,
    exits: AskedExits,
    mode: PositionMode,
    /// Not in the table of `POST /order`; taken as the other requests and FIX (tag 5002) do, since no order could add
    /// to an isolated position or reduce it otherwise.
    position: Option<String>,
}

impl CreateRequest {
    fn read(mut fields: Fields<'_>) -> Result<Self, Refused> {
        let symbol = mandatory("symbol", fields.text("symbol")?)?;
        let side = mandatory("side", fields.word("side")?)?;
        let form = mandatory("type", fields.word::<OrderForm>("type")?)?;
        let size = asked::size(&mut fields)?;
        let price = fields.decimal("price")?;
        let conditions = Conditions::read(&mut fields, form)?;
        let request = Self {
            symbol,
            side,
            order_type: if form == OrderForm::Market { OrderType::Market } else { OrderType::Limit },
            size,
            price,
            time_in_force: fields.word("time_in_force")?.unwrap_or_default(),
            post_only: fields.flag("postOnly")?.unwrap_or(false),
            reduce_only: fields.flag("reduceOnly")?.unwrap_or(false),
            client_id: fields.client_id()?,
            trigger: conditions.trigger,
            oco: conditions.oco,
            exits: AskedExits::read(&mut fields)?,
            mode: asked::mode(&mut fields)?,
            position: fields.text("positionId")?,
        };
        fields.finish()?;
        match (request.order_type, request.price) {
            (OrderType::Limit, None) => mandatory("price", None),
            // A price of a market order is documented as "not for MARKET": it is ignored.
            _ => Ok(request),
        }
    }

    fn place(
        self,
        desk: &mut Desk,
        account: AccountId,
        dialect: Dialect,
    ) -> Result<Vec<OrderAnswer>, Refused> {
        let market = market_named(&desk.state, &self.symbol)?;
        let new = self.on_grid(account, &market, &mut desk.ids)?;
        let batch = desk.apply(Command::Place(new));
        placed(desk, &new, &batch, dialect)
    }

    fn on_grid(
        &self,
        account: AccountId,
        market: &MarketView<'_>,
        ids: &mut Ids,
    ) -> Result<NewOrder, Refused> {
        let price = match (self.order_type, self.price) {
            (OrderType::Limit, Some(price)) => ticks(market, "price", price)?,
            _ => 0,
        };
        let plain = NewOrder::limit(account, market.id(), ids.next_order(), self.side, price, self.size);
        Ok(NewOrder {
            client_id: self.client_id,
            order_type: self.order_type,
            time_in_force: self.time_in_force,
            post_only: self.post_only,
            reduce_only: self.reduce_only,
            mode: Some(self.mode),
            leg: self.position.as_deref().map(|name| named_leg(market, name)).transpose()?,
            trigger: self.trigger.as_ref().map(|asked| asked.on_grid(market)).transpose()?,
            oco: self.oco.as_ref().map(|asked| asked.on_grid(market, ids)).transpose()?,
            exits: self.exits.on_grid(market, ids)?,
            ..plain
        })
    }
}

/// What the order waits for, or the pair it is one of.
struct Conditions {
    trigger: Option<AskedTrigger>,
    oco: Option<AskedOco>,
}

impl Conditions {
    /// A price that the kind of order has no use for is refused: whoever sent it expects something of it.
    fn read(fields: &mut Fields<'_>, form: OrderForm) -> Result<Self, Refused> {
        let kind = match fields.word::<TxType>("txType")? {
            None | Some(TxType::Limit) => None,
            Some(TxType::Stop) => Some(TriggerKind::Stop),
            Some(TxType::Trigger) => Some(TriggerKind::Touch),
        };
        let source = asked::source(fields, "trigger")?;
        let trigger_price = asked::price(fields, "triggerPrice")?;
        let stop_price = asked::price(fields, "stopPrice")?;
        let trail = asked::price(fields, "trailValue")?;
        let refused = |message| Err(Refused::parameter(message));
        match (form, kind) {
            (OrderForm::Oco, Some(_)) => {
                refused("txType does not go with type OCO: use LIMIT or leave it out")
            }
            (OrderForm::Oco, None) if trail.is_some() => {
                refused("trailValue does not go with type OCO: leave it out, or use txType STOP")
            }
            (OrderForm::Oco, None) => {
                let trigger_price = mandatory("triggerPrice", trigger_price)?;
                let stop_price = mandatory("stopPrice", stop_price)?;
                Ok(Self { trigger: None, oco: Some(AskedOco { trigger_price, stop_price, source }) })
            }
            (_, _) if stop_price.is_some() => {
                refused("stopPrice is for type OCO: leave it out, or use triggerPrice and txType STOP")
            }
            (_, None) if trigger_price.is_some() => refused(
                "triggerPrice needs something that waits for it: use txType STOP or TRIGGER, or leave it out",
            ),
            (_, None) if trail.is_some() => {
                refused("trailValue is for orders that wait: use txType STOP, or leave it out")
            }
            (_, None) => Ok(Self { trigger: None, oco: None }),
            (_, Some(_)) if trail.is_none() && trigger_price.is_none() => mandatory("triggerPrice", None),
            (_, Some(kind)) => {
                let trigger = AskedTrigger { kind, price: trigger_price, source, trail };
                Ok(Self { trigger: Some(trigger), oco: None })
            }
        }
    }
}
