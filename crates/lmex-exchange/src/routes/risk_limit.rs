//! Risk limits: the more may be held, the more margin it takes.

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;
use lmex_api::futures::{Envelope, RiskLimit, RiskTier, SettingAnswer, SettingKind};
use lmex_engine::{AccountId, LegId, MarketView, NewTerms};
use lmex_types::Decimal;

use super::market::{market_named, markets};
use super::settings::{NotSet, agree, answer_to, counted, expect_mode, legs_in};
use super::{Answer, Json};
use crate::call::{PrivateCall, PublicCall};
use crate::desk::Desk;
use crate::error_body::Refused;
use crate::fields::{Fields, mandatory};
use crate::server::App;

/// The tiers of a market, or of all, in the envelope that this endpoint alone has: for a market that is not there, too.
pub(super) async fn tiers(
    State(app): State<Arc<App>>,
    mut call: PublicCall,
) -> Result<(StatusCode, Json<Envelope<Option<Vec<RiskTier>>>>), Refused> {
    let symbol = call.query.text("symbol")?;
    call.query.finish()?;
    let (status, answer) = app
        .desk
        .read(move |state| {
            let time = state.now;
            match markets(state, symbol.as_deref()) {
                Ok(markets) => {
                    let (msg, data) =
                        (Some("Success".to_owned()), Some(markets.iter().flat_map(rows).collect()));
                    (StatusCode::OK, Envelope { code: 1, msg, time, data, success: true })
                }
                Err(refused) => {
                    let msg = Some(format!("Invalid request parameters: {}", refused.message()));
                    (StatusCode::BAD_REQUEST, Envelope { code: -2, msg, time, data: None, success: false })
                }
            }
        })
        .await?;
    Ok((status, Json(answer)))
}

fn rows(market: &MarketView<'_>) -> Vec<RiskTier> {
    let row = |(level, tier): (i64, &lmex_engine::Tier)| RiskTier {
        symbol: market.instrument().symbol,
        risk_level: level,
        risk_limit_value: tier.limit.into(),
        initial_margin_rate: Decimal::from(tier.initial).normalize(),
        maintenance_margin_rate: Decimal::from(tier.maintenance).normalize(),
        max_leverage: tier.max_leverage.into(),
    };
    (1..).zip(market.rules().tiers.iter()).map(row).collect()
}

/// The risk limit that new positions of the account start with in a market.
pub(super) async fn risk_limit(State(app): State<Arc<App>>, call: PrivateCall) -> Answer<RiskLimit> {
    let mut fields = call.query()?;
    let symbol = mandatory("symbol", fields.text("symbol")?)?;
    fields.finish()?;
    let limit = app.desk.read(move |state| -> Result<_, Refused> {
        let market = market_named(state, &symbol)?;
        let level = state.engine.risk_limit_level(call.account, market.id(), LegId::ONE_WAY).unwrap_or(1);
        Ok(RiskLimit {
            symbol: market.instrument().symbol,
            risk_limit: market.rules().tiers.tier(level).limit.into(),
            risk_limit_level: Some(level.into()),
        })
    });
    Ok(Json(limit.await??))
}

/// Goes to another tier, with all positions in the market.
pub(super) async fn set(State(app): State<Arc<App>>, call: PrivateCall) -> Answer<SettingAnswer> {
    let request = Request::read(call.body()?)?;
    let set = app.desk.act(move |desk| request.carry_out(desk, call.account));
    Ok(Json(set.await??))
}

#[derive(Debug)]
struct Request {
    symbol: String,
    level: i64,
    mode: Option<lmex_api::futures::PositionMode>,
}

impl Request {
    fn read(mut fields: Fields<'_>) -> Result<Self, Refused> {
        if fields.decimal("riskLimit")?.is_some() {
            let advice =
                "riskLimit is no longer accepted: send riskLimitLevel, the tiers are at /market/risk_limit";
            return Err(Refused::parameter(advice));
        }
        let request = Self {
            symbol: mandatory("symbol", fields.text("symbol")?)?,
            level: mandatory("riskLimitLevel", fields.whole("riskLimitLevel")?)?,
            mode: fields.word("positionMode")?,
        };
        fields.finish()?;
        Ok(request)
    }

    fn carry_out(self, desk: &mut Desk, account: AccountId) -> Result<SettingAnswer, Refused> {
        let market = market_named(&desk.state, &self.symbol)?;
        expect_mode(&desk.state, account, &market, self.mode)?;
        let id = market.id();
        let level = counted(self.level);
        let legs = legs_in(&desk.state, account, id);
        let outcome = match agree(desk, account, id, &legs, NewTerms::RiskLimit { level }) {
            None => Ok(format!("Risk limit changed successfully, level: {level}")),
            Some(refusal) => Err(NotSet::with_number(refusal, self.level)),
        };
        answer_to(desk, id, SettingKind::RISK_LIMIT, outcome)
    }
}
