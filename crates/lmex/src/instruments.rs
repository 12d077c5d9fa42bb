//! The specifications of markets, as the venue last told them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use lmex_api::futures::MarketSummaryRequest;
use lmex_types::{Instrument, Symbol, TimeMs};

use crate::client::Client;
use crate::error::Error;

/// Remembers specifications for a while: they change, but rarely.
#[derive(Debug, Default)]
pub(crate) struct Instruments {
    known: Mutex<BTreeMap<Symbol, (TimeMs, Instrument)>>,
}

/// Ticks and contract sizes have changed overnight on other venues; a minute-old one is safe enough, since the venue
/// checks again.
const TRUSTED_FOR_MS: i64 = 60_000;

impl Client {
    /// The specification of a market: price step, contract size, bounds. Asked of the venue at most once a minute.
    pub async fn instrument(&self, symbol: Symbol) -> Result<Instrument, Error> {
        let now = self.clock().steady();
        if let Some(instrument) = self.instruments().fresh(symbol, now) {
            return Ok(instrument);
        }
        let summaries = self
            .send(&MarketSummaryRequest { symbol: Some(symbol), full: false })
            .await
            .map_err(|error| match error {
                Error::Api(api) if api.kind == lmex_api::ErrorKind::UnknownMarket => {
                    Error::UnknownMarket(symbol)
                }
                other => other,
            })?;
        let summary = summaries.data.iter().find(|summary| summary.symbol == symbol);
        let instrument = summary.ok_or(Error::UnknownMarket(symbol))?.instrument()?;
        self.instruments().remember(now, instrument.clone());
        Ok(instrument)
    }
}

impl Instruments {
    fn fresh(&self, symbol: Symbol, now: TimeMs) -> Option<Instrument> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, instrument) = known.get(&symbol)?;
        (now.ms_since(*since) < TRUSTED_FOR_MS).then(|| instrument.clone())
    }

    fn remember(&self, now: TimeMs, instrument: Instrument) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(instrument.symbol, (now, instrument));
    }
}
