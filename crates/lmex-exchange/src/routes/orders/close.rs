//! `POST /order/close_position`: an order of the position's size against it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use lmex_api::futures::OrderAnswer;
use lmex_engine::{AccountId, Command, LegId, NewOrder};
use lmex_types::{Decimal, OrderType};

use super::{closing_side, market_named, placed, ticks};
use crate::call::PrivateCall;
use crate::desk::Desk;
use crate::error_body::Refused;
use crate::fields::{Fields, mandatory};
use crate::routes::Answer;
use crate::server::App;
use crate::translate::position_id;

/// Closes a position; the answer is a list of one order.
pub(in crate::routes) async fn close(
    State(app): State<Arc<App>>,
    call: PrivateCall,
) -> Answer<Vec<OrderAnswer>> {
    let request = CloseRequest::read(call.body()?)?;
    let answer = app.desk.act(move |desk| request.carry_out(desk, call.account)).await??;
    Ok(Json(vec![answer]))
}

#[derive(Debug)]
struct CloseRequest {
    symbol: String,
    /// Of a limit order; absent to close at the market.
    price: Option<Decimal>,
    position: Option<String>,
    post_only: bool,
}

impl CloseRequest {
    fn read(mut fields: Fields) -> Result<Self, Refused> {
        let symbol = mandatory("symbol", fields.text("symbol")?)?;
        let order_type = mandatory("type", fields.word("type")?)?;
        let price = fields.decimal("price")?;
        let position = fields.text("positionId")?;
        let post_only = fields.flag("postOnly")?.unwrap_or(false);
        fields.finish()?;
        let price = match order_type {
            OrderType::Limit => Some(mandatory("price", price)?),
            OrderType::Market => None,
        };
        Ok(Self { symbol, price, position, post_only })
    }

    fn carry_out(self, desk: &mut Desk, account: AccountId) -> Result<OrderAnswer, Refused> {
        let market = market_named(&desk.state, &self.symbol)?;
        let position = position_id(market.instrument());
        if self.position.is_some_and(|given| given != position) {
            return Err(Refused::position_mode(format!(
                "positionId is not a position here: use {position} or leave it out"
            )));
        }
        let price = self.price.map(|price| ticks(&market, "price", price)).transpose()?;
        let held =
            desk.state.engine.position(account, market.id(), LegId::ONE_WAY).map_or(0, |held| held.contracts);
        let (order, side) = (desk.ids.next_order(), closing_side(&desk.state, account, &market));
        let (id, contracts) = (market.id(), held.saturating_abs());
        let plain = match price {
            Some(price) => NewOrder::limit(account, id, order, side, price, contracts),
            None => NewOrder::market(account, id, order, side, contracts),
        };
        let new = NewOrder { post_only: self.post_only, reduce_only: true, ..plain };
        let post_only = self.post_only;
        let batch = desk.apply(Command::Close {
            account,
            market: new.market,
            leg: LegId::ONE_WAY,
            order,
            price,
            post_only,
        });
        desk.state.orders.note_closing(order);
        placed(desk, &new, &batch)
    }
}
