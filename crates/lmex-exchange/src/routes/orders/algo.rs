//! `POST /order/peg`: a new order whose price follows the index.

use std::sync::Arc;

use axum::extract::State;
use lmex_api::futures::OrderAnswer;
use lmex_engine::{AccountId, Command, NewOrder, Peg, PositionMode, Rate};
use lmex_types::{ClientOrderId, Decimal, Side};

use super::asked::{self, ticks};
use super::{market_named, placed};
use crate::call::PrivateCall;
use crate::desk::Desk;
use crate::dialect::Dialect;
use crate::error_body::Refused;
use crate::fields::{Fields, mandatory};
use crate::routes::{Answer, Json};
use crate::server::App;

/// Places an algo order; the answer is a list of one.
pub(in crate::routes) async fn create_algo(
    State(app): State<Arc<App>>,
    call: PrivateCall,
) -> Answer<Vec<OrderAnswer>> {
    let request = AlgoRequest::read(call.body()?)?;
    let dialect = app.dialect;
    let answers = app.desk.act(move |desk| request.place(desk, call.account, dialect)).await??;
    Ok(Json(answers))
}

#[derive(Debug)]
struct AlgoRequest {
    symbol: String,
    side: Side,
    size: i64,
    /// The worst price it may come to.
    price: Decimal,
    client_id: Option<ClientOrderId>,
    deviation: Rate,
    shown: Rate,
    mode: PositionMode,
}

impl AlgoRequest {
    /// Without a deviation the price is the index, without a stealth all of the order is shown: LMEX says of both only
    /// that they need not be there.
    fn read(mut fields: Fields<'_>) -> Result<Self, Refused> {
        let request = Self {
            symbol: mandatory("symbol", fields.text("symbol")?)?,
            side: mandatory("side", fields.word("side")?)?,
            size: asked::size(&mut fields)?,
            price: mandatory("price", fields.decimal("price")?)?,
            client_id: fields.client_id()?,
            deviation: percent(&mut fields, "deviation")?.unwrap_or(Rate::ZERO),
            shown: percent(&mut fields, "stealth")?.unwrap_or(Rate::ONE),
            mode: asked::mode(&mut fields)?,
        };
        fields.finish()?;
        Ok(request)
    }

    fn place(
        self,
        desk: &mut Desk,
        account: AccountId,
        dialect: Dialect,
    ) -> Result<Vec<OrderAnswer>, Refused> {
        let market = market_named(&desk.state, &self.symbol)?;
        let limit = ticks(&market, "price", self.price)?;
        let peg = Peg { deviation: self.deviation, shown: self.shown, limit: Some(limit) };
        let plain = NewOrder::limit(account, market.id(), desk.ids.next_order(), self.side, limit, self.size);
        let new = NewOrder { client_id: self.client_id, mode: Some(self.mode), peg: Some(peg), ..plain };
        let batch = desk.apply(Command::Place(new));
        placed(desk, &new, &batch, dialect)
    }
}

fn percent(fields: &mut Fields<'_>, name: &'static str) -> Result<Option<Rate>, Refused> {
    let Some(percent) = fields.decimal(name)? else { return Ok(None) };
    // The engine says what is out of its range; here it need only be a number that it can be told.
    let rate = percent.checked_div(Decimal::ONE_HUNDRED).and_then(|part| Rate::try_from(part).ok());
    let refused =
        || Refused::parameter(format!("{name} is in percent, with at most 10 decimals: {percent} is not"));
    rate.map(Some).ok_or_else(refused)
}
