//! Settings by REST: leverage and margin mode, risk limit, position mode, settlement currency.
//!
//! A setting is sent once. It is not repeated, since a repetition that comes late would undo what was set in between:
//! where its answer is lost, what is set is asked for, and an error that [is unknown](Error::is_unknown) comes back if
//! that does not show it.

use lmex_api::Endpoint;
use lmex_api::futures::{
    Leverage, MarginSetting, MarginSettings, MarketPositionMode, PositionMode, QueryLeverage,
    QueryPositionMode, QueryRiskLimit, RiskLimit, SetLeverage, SetPositionMode, SetRiskLimit, SettingAnswer,
    SettleIn,
};
use lmex_types::Symbol;

use crate::client::Client;
use crate::error::Error;
use crate::reply::Reply;

impl Client {
    /// The leverage set in a market: one row, or in hedge mode one for each direction.
    pub async fn leverage(&self, symbol: Symbol) -> Result<Reply<Vec<Leverage>>, Error> {
        Ok(self.send(&QueryLeverage { symbol }).await?.map(|rows| rows.0))
    }

    /// Sets the leverage and the margin mode of a market, or of one position. Once this returns it is set.
    pub async fn set_leverage(&self, setting: &SetLeverage) -> Result<(), Error> {
        let result = self.set(setting).await;
        // A row doesn't say of which position it is.
        if !is_unknown(&result) || setting.position_id.is_some() {
            return result;
        }
        let is_such = |row: &Leverage| {
            row.leverage == setting.leverage && row.margin_mode == setting.margin_mode.as_str()
        };
        shown(result, self.leverage(setting.symbol).await, |rows| {
            !rows.is_empty() && rows.iter().all(is_such)
        })
    }

    /// The risk limit that the account has in a market.
    pub async fn risk_limit(&self, symbol: Symbol) -> Result<Reply<RiskLimit>, Error> {
        self.send(&QueryRiskLimit { symbol }).await
    }

    /// Goes to another step of a market's risk limits. Once this returns it is set.
    pub async fn set_risk_limit(&self, setting: &SetRiskLimit) -> Result<(), Error> {
        let result = self.set(setting).await;
        if !is_unknown(&result) || setting.position_mode.is_some() {
            return result;
        }
        shown(result, self.risk_limit(setting.symbol).await, |limit| {
            limit.risk_limit_level == Some(setting.risk_limit_level)
        })
    }

    /// The position mode of every market, or of one.
    pub async fn position_mode(
        &self,
        symbol: Option<Symbol>,
    ) -> Result<Reply<Vec<MarketPositionMode>>, Error> {
        Ok(self.send(&QueryPositionMode { symbol }).await?.map(|modes| modes.0))
    }

    /// Changes the position mode of a market, which the venue refuses while there are positions or orders. Once this
    /// returns it is set.
    pub async fn set_position_mode(&self, symbol: Symbol, mode: PositionMode) -> Result<(), Error> {
        let result = self.set(&SetPositionMode { symbol, position_mode: mode }).await;
        if !is_unknown(&result) {
            return result;
        }
        shown(result, self.position_mode(Some(symbol)).await, |modes| {
            modes.iter().any(|row| row.symbol == symbol && row.position_mode == mode.as_str())
        })
    }

    /// The margin rates that count for the account, in every market or in one: fractions of notional.
    pub async fn margin_settings(&self, symbol: Option<Symbol>) -> Result<Reply<Vec<MarginSetting>>, Error> {
        Ok(self.send(&MarginSettings { symbol }).await?.map(|settings| settings.0))
    }

    /// Settles a position in another currency. Which one it is settled in can't be asked, so a lost answer stays unknown.
    pub async fn settle_in(&self, request: &SettleIn) -> Result<(), Error> {
        self.send(request).await.map(drop)
    }

    /// Sends a setting; an answer that does not say that it is set is an error.
    async fn set<E: Endpoint<Response = SettingAnswer>>(&self, setting: &E) -> Result<(), Error> {
        let answer = self.send(setting).await?.into_data();
        if answer.is_set() { Ok(()) } else { Err(Error::NotSet(Box::new(answer))) }
    }
}

fn is_unknown(result: &Result<(), Error>) -> bool {
    result.as_ref().is_err_and(Error::is_unknown)
}

/// A setting whose answer was lost is made if asking shows it; else its error stands.
fn shown<T>(
    result: Result<(), Error>,
    asked: Result<Reply<T>, Error>,
    shows: impl FnOnce(&T) -> bool,
) -> Result<(), Error> {
    match asked {
        Ok(now) if shows(&now) => Ok(()),
        _ => result,
    }
}
