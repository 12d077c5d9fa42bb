//! How a desk begins: with a made-up past, or where it was left.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use lmex_engine::Command;
use lmex_journal::Ready;
use lmex_types::{Symbol, TimeMs};
use tokio::sync::{mpsc, watch};

use super::{INSURANCE, StartError};
use crate::accounts::Accounts;
use crate::clock::Clocks;
use crate::config::{ExchangeConfig, Source};
use crate::crowd::{Listing, MarketSource, Replay, SourceError, SyntheticCrowd, beside_simulated};
use crate::desk::{Desk, DeskParts, DeskState};
use crate::feed::Batch;
use crate::history;
use crate::ids::Ids;
use crate::journal::{DataDir, DataError, DataFolder, Journal, Recovery, restore};
use crate::sockets::Standing;

/// What there is before the desk: who trades, and what was left by an earlier run.
pub(super) struct Found {
    pub(super) config: ExchangeConfig,
    pub(super) accounts: Accounts,
    kept: Option<Kept>,
}

/// A data folder that was read to its end.
struct Kept {
    data: DataDir,
    ready: Ready,
    past: Option<(DeskState, Recovery)>,
}

/// A desk with all that depends on how it began.
pub(super) struct Opened {
    pub(super) desk: Desk,
    pub(super) journal: Option<lmex_journal::Handle>,
    pub(super) standing: Standing,
    pub(super) market_source: watch::Receiver<String>,
    pub(super) main_market: Symbol,
    pub(super) recovery: Option<Recovery>,
    /// No request up to this nonce is believed: an earlier run may have carried it out.
    pub(super) floor: Option<TimeMs>,
    /// The highest nonce that was believed.
    pub(super) nonces: Arc<AtomicI64>,
}

impl Found {
    /// Reads the data folder, if there is one. It may take long: not for a thread that others wait for.
    pub(super) fn look(mut config: ExchangeConfig) -> Result<Self, StartError> {
        let Some(data) = config.data.clone() else {
            return Ok(Self { accounts: Accounts::of(&config)?, config, kept: None });
        };
        let folder = DataFolder::open(&data, &mut config)?;
        let accounts = Accounts::of(&config)?;
        folder.keep_keys(accounts.configs())?;
        let mut recovered = folder.recover()?;
        let past = restore(&mut recovered).map_err(DataError::from)?;
        let ready = recovered.records.finish().map_err(DataError::from)?;
        Ok(Self { config, accounts, kept: Some(Kept { data, ready, past }) })
    }

    /// Opens the desk: at the present, with all accounts.
    pub(super) fn open(
        &mut self,
        clocks: &mut Clocks,
        hub: mpsc::Sender<Arc<Batch>>,
    ) -> Result<Opened, StartError> {
        let nonces = Arc::new(AtomicI64::default());
        let (journal, past) = match self.kept.take() {
            None => (None, None),
            Some(Kept { data, ready, past }) => {
                let journal = Journal::start(ready, data.durability, data.bounds, Arc::clone(&nonces));
                (Some(journal.map_err(DataError::from)?), past)
            }
        };
        let handle = journal.as_ref().map(|journal| journal.handle().clone());
        if let Some((state, _)) = &past {
            // Venue time never goes back, whatever became of the machine's clock.
            clocks.venue = clocks.venue.clone().not_before(state.now);
        }
        let (now, seed) = (clocks.venue.now(), self.config.seed);
        let known = past.as_ref().map_or_else(Listing::standard, |(state, _)| listings_of(state));
        let (listings, main_market, source) = market_source(&self.config, now, known)?;
        let (described, market_source) = watch::channel(source.describe());
        let (ids, clock) = (Ids::new(seed), clocks.venue.clone());
        let parts = DeskParts { ids, source, described, clock, hub, journal };
        let (mut desk, standing, recovery, floor) = match past {
            None => {
                let mut desk = Desk::new(parts, history::open(seed, now, &listings));
                desk.apply(Command::FundInsurance { amount: INSURANCE });
                (desk, Standing::default(), None, None)
            }
            Some((state, recovery)) => {
                check_markets(&state, &listings)?;
                self.accounts.number_by(&state.owners);
                let floor = clocks.wall.now().plus_ms(-1).max(state.nonces_up_to);
                let mut parts = DeskParts { ids: Ids::resume(seed, state.seq), ..parts };
                if let Some(journal) = &mut parts.journal {
                    journal.resumed(&state, recovery.bytes);
                }
                let standing = Standing::of(&state);
                (Desk::resume(parts, state), standing, Some(recovery), Some(floor))
            }
        };
        self.accounts.open(&mut desk)?;
        Ok(Opened { desk, journal: handle, standing, market_source, main_market, recovery, floor, nonces })
    }
}

fn market_source(config: &ExchangeConfig, now: TimeMs, known: Vec<Listing>) -> Result<Market, SourceError> {
    let listings = known;
    match &config.source {
        Source::Synthetic => {
            let crowd = SyntheticCrowd::new(config.seed, now, &listings);
            let main = listings.first().ok_or(SourceError::NoMarkets)?.instrument.symbol;
            Ok((listings, main, Box::new(crowd)))
        }
        Source::Replay { path, speed } => {
            let replay = Replay::open(path, *speed, now, &listings)?.without_waiting();
            let (listings, main, several) = beside_simulated(replay, config.seed, now, listings);
            Ok((listings, main, Box::new(several)))
        }
    }
}

/// The markets, the one to look at first, and what moves them.
type Market = (Vec<Listing>, Symbol, Box<dyn MarketSource>);

/// The markets of an exchange that comes back, each at the middle of its book, or at its last price where there is
/// none: there the crowd goes on.
fn listings_of(state: &DeskState) -> Vec<Listing> {
    let listing = |market: lmex_engine::MarketView<'_>| {
        let best = market.best_bid().zip(market.best_ask());
        Listing {
            market: market.id(),
            instrument: market.instrument().clone(),
            price: best.map_or(market.last(), |((bid, _), (ask, _))| bid.midpoint(ask)),
        }
    };
    state.engine.markets().map(listing).collect()
}

/// A tape may take the place of a simulated market and the other way round, but no market can come or change: what is
/// held there would be something else.
fn check_markets(state: &DeskState, listings: &[Listing]) -> Result<(), DataError> {
    let is_other = |listing: &&Listing| {
        let market = state.engine.market(listing.market);
        market.is_none_or(|market| *market.instrument() != listing.instrument)
    };
    match listings.iter().find(is_other) {
        None => Ok(()),
        Some(other) => Err(DataError::OtherMarket { symbol: other.instrument.symbol.to_string() }),
    }
}
