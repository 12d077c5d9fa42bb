//! `POST /order/bind/tpsl`: take profit and stop loss of an open position.

use std::sync::Arc;

use axum::extract::State;
use lmex_api::futures::OrderAnswer;
use lmex_engine::{AccountId, Command, Event, Exits, LegId, MarketId, MarketView, PositionMode, Refusal};
use lmex_types::{Decimal, Side};

use super::asked::{self, AskedExits, closing_side, exit_prices};
use super::{answer_about, market_named};
use crate::call::PrivateCall;
use crate::desk::{Desk, DeskState};
use crate::error_body::Refused;
use crate::feed::Batch;
use crate::fields::{Fields, mandatory};
use crate::routes::{Answer, Json};
use crate::server::App;

/// Binds exits to a position; the answer lists them, the stop loss first, each with status 9.
pub(in crate::routes) async fn bind(
    State(app): State<Arc<App>>,
    call: PrivateCall,
) -> Answer<Vec<OrderAnswer>> {
    let request = BindRequest::read(call.body()?)?;
    let answers = app.desk.act(move |desk| request.carry_out(desk, call.account)).await??;
    Ok(Json(answers))
}

#[derive(Debug)]
struct BindRequest {
    symbol: String,
    side: Option<Side>,
    exits: AskedExits,
    mode: PositionMode,
    position: Option<String>,
}

impl BindRequest {
    fn read(mut fields: Fields<'_>) -> Result<Self, Refused> {
        let request = Self {
            symbol: mandatory("symbol", fields.text("symbol")?)?,
            side: fields.word("side")?,
            exits: AskedExits::read(&mut fields)?,
            mode: asked::mode(&mut fields)?,
            position: fields.text("positionId")?,
        };
        fields.finish()?;
        match request.mode {
            // The document's table demands it always, its example has none.
            PositionMode::Hedge => mandatory("side", request.side).map(|_| request),
            _ => Ok(request),
        }
    }

    fn carry_out(self, desk: &mut Desk, account: AccountId) -> Result<Vec<OrderAnswer>, Refused> {
        let market = market_named(&desk.state, &self.symbol)?;
        let leg = self.leg(&desk.state, account, &market)?;
        let exits = self.exits.on_grid(&market, &mut desk.ids)?;
        let market = market.id();
        let batch = desk.apply(Command::BindExits { account, market, leg, exits });
        if let Some(refusal) = refusal(&batch) {
            return Err(refused(&desk.state, &refusal, &exits, market));
        }
        let bound = [exits.stop_loss, exits.take_profit].into_iter().flatten();
        let answers = bound.map(|exit| answer_about(&desk.state, account, exit.order, &batch, None));
        let mut answers: Vec<_> = answers.collect::<Result<_, _>>()?;
        // Of two the first shows nothing that remains, as of a pair (BTSE's example); one alone does (LMEX's).
        if let [first, _] = answers.as_mut_slice() {
            first.remaining_size = Decimal::ZERO;
        }
        Ok(answers)
    }

    /// In hedge mode the side tells the position: a sell closes the long one, a buy the short one.
    fn leg(&self, state: &DeskState, account: AccountId, market: &MarketView<'_>) -> Result<LegId, Refused> {
        let set = state.engine.position_mode(account, market.id()).unwrap_or_default();
        if self.mode != set {
            return Err(Refused::by_engine(&Refusal::PositionModeInvalid { set }, Side::Buy, market));
        }
        let by_side = match self.side {
            Some(Side::Sell) => LegId::LONG,
            _ => LegId::SHORT,
        };
        let leg = match (self.position.as_deref(), set) {
            (None, PositionMode::Hedge) => by_side,
            (name, _) => asked::leg(state, account, market, name)?,
        };
        let held = state.engine.position(account, market.id(), leg).map_or(0, |held| held.contracts);
        let fits = held == 0 || self.side.is_none_or(|side| side == closing_side(held, leg));
        if fits { Ok(leg) } else { Err(wrong_side(closing_side(held, leg))) }
    }
}

fn wrong_side(closing: Side) -> Refused {
    Refused::parameter(format!("side must be that of the order which closes the position: use {closing}"))
}

fn refusal(batch: &Batch) -> Option<Refusal> {
    batch.events.iter().find_map(|event| match event {
        Event::CommandRefused { refusal, .. } => Some(*refusal),
        _ => None,
    })
}

fn refused(state: &DeskState, refusal: &Refusal, exits: &Exits, market: MarketId) -> Refused {
    let Some(market) = state.engine.market(market) else { return Refused::order_not_found() };
    if let Refusal::NoPosition(_) = refusal {
        return Refused::rejected("there is no position to bind to in this market: open one first");
    }
    let named: Vec<_> = exit_prices(exits).collect();
    Refused::by_engine_named(refusal, Side::Buy, &market, &named)
}
