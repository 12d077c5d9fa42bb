//! `POST /order/close_position`: an order of the position's size against it.

use std::sync::Arc;

use axum::extract::State;
use lmex_api::futures::OrderAnswer;
use lmex_engine::{AccountId, Command, NewOrder};
use lmex_types::{Decimal, OrderType};

use super::asked::{self, closing_side, ticks};
use super::{market_named, placed};
use crate::call::PrivateCall;
use crate::desk::Desk;
use crate::dialect::Dialect;
use crate::error_body::Refused;
use crate::fields::{Fields, mandatory};
use crate::routes::{Answer, Json};
use crate::server::App;

/// Closes a position; the answer is a list of one order.
pub(in crate::routes) async fn close(
    State(app): State<Arc<App>>,
    call: PrivateCall,
) -> Answer<Vec<OrderAnswer>> {
    let request = CloseRequest::read(call.body()?)?;
    let dialect = app.dialect;
    let answers = app.desk.act(move |desk| request.carry_out(desk, call.account, dialect)).await??;
    Ok(Json(answers))
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
    fn read(mut fields: Fields<'_>) -> Result<Self, Refused> {
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

    fn carry_out(
        self,
        desk: &mut Desk,
        account: AccountId,
        dialect: Dialect,
    ) -> Result<Vec<OrderAnswer>, Refused> {
        let market = market_named(&desk.state, &self.symbol)?;
        let leg = asked::leg(&desk.state, account, &market, self.position.as_deref())?;
        let price = self.price.map(|price| ticks(&market, "price", price)).transpose()?;
        let id = market.id();
        let held = desk.state.engine.position(account, id, leg).map_or(0, |held| held.contracts);
        let (order, side, contracts) =
            (desk.ids.next_order(), closing_side(held, leg), held.saturating_abs());
        let plain = match price {
            Some(price) => NewOrder::limit(account, id, order, side, price, contracts),
            None => NewOrder::market(account, id, order, side, contracts),
        };
        let new = NewOrder { post_only: self.post_only, reduce_only: true, leg: Some(leg), ..plain };
        let post_only = self.post_only;
        let batch = desk.apply(Command::Close { account, market: id, leg, order, price, post_only });
        placed(desk, &new, &batch, dialect)
    }
}
