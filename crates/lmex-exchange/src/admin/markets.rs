//! What markets take, over HTTP.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use http::StatusCode;
use lmex_engine::{Command, Trading};
use serde::{Deserialize, Serialize};

use super::Admin;
use super::faults::read;
use super::refused::Refused;
use crate::desk::{DeskGone, DeskState};

#[derive(Debug, Serialize)]
pub(super) struct Markets {
    markets: Vec<Market>,
}

/// A market with what it takes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Market {
    symbol: String,
    trading: Word,
}

/// A market's state, as it is written.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    Active,
    Halted,
    Closed,
}

pub(super) async fn list(State(admin): State<Arc<Admin>>) -> Result<Json<Markets>, Refused> {
    admin.desk.read(all).await.map(Json).map_err(|error| gone(&error))
}

pub(super) async fn change(State(admin): State<Arc<Admin>>, body: Bytes) -> Result<Json<Markets>, Refused> {
    let Market { symbol, trading } = read(&body)?;
    let (name, trading) = (symbol.clone(), Trading::from(trading));
    let changed = admin.desk.act(move |desk| {
        let market = desk.state.market(&symbol)?.id();
        desk.apply(Command::SetTrading { market, trading });
        Some(all(&desk.state))
    });
    let unknown = || {
        let message = format!("no market is called {name:?}: GET /admin/markets lists them");
        Refused::new(StatusCode::NOT_FOUND, message)
    };
    changed.await.map_err(|error| gone(&error))?.map(Json).ok_or_else(unknown)
}

fn all(state: &DeskState) -> Markets {
    let market = |market: lmex_engine::MarketView<'_>| Market {
        symbol: market.instrument().symbol.to_string(),
        trading: market.trading().into(),
    };
    Markets { markets: state.engine.markets().map(market).collect() }
}

fn gone(error: &DeskGone) -> Refused {
    Refused::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string())
}

impl From<Word> for Trading {
    fn from(word: Word) -> Self {
        match word {
            Word::Active => Self::Active,
            Word::Halted => Self::Halted,
            Word::Closed => Self::Closed,
        }
    }
}

impl From<Trading> for Word {
    fn from(trading: Trading) -> Self {
        match trading {
            Trading::Active => Self::Active,
            Trading::Halted => Self::Halted,
            Trading::Closed => Self::Closed,
        }
    }
}
