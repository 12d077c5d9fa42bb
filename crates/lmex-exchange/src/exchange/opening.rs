//! How a desk begins: with a made-up past, or where it was left.

use std::sync::Arc;

use lmex_engine::Command;
use lmex_journal::Records;
use lmex_types::{Symbol, TimeMs};
use tokio::sync::{mpsc, watch};

use super::{INSURANCE, StartError};
use crate::accounts::Accounts;
use crate::auth::{Believed, Floor};
use crate::clock::{Clocks, VenueTime};
use crate::config::{ExchangeConfig, Source};
use crate::crowd::{
    Listing, MarketSource, Replay, Several, SourceError, Standing as Stood, SyntheticCrowd, beside_simulated,
};
use crate::desk::{Desk, DeskParts, DeskState};
use crate::dialect::Manners as _;
use crate::feed::Batch;
use crate::history;
use crate::ids::Ids;
use crate::journal::{DataDir, DataError, DataFolder, Journal, Papers, Recovery, restore};
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
    papers: Papers,
    records: Records,
    past: Option<(DeskState, Recovery)>,
}

/// A desk with all that depends on how it began.
pub(super) struct Opened {
    pub(super) desk: Desk,
    pub(super) papers: Option<Papers>,
    pub(super) venue: VenueTime,
    pub(super) journal: Option<lmex_journal::Handle>,
    pub(super) standing: Standing,
    pub(super) market_source: watch::Receiver<String>,
    pub(super) main_market: Symbol,
    pub(super) recovery: Option<Recovery>,
    pub(super) floor: Floor,
    pub(super) believed: Arc<Believed>,
}

impl Found {
    /// Reads the data folder, if there is one. It may take long: not for a thread that others wait for.
    pub(super) fn look(mut config: ExchangeConfig) -> Result<Self, StartError> {
        let Some(data) = config.data.clone() else {
            return Ok(Self { accounts: Accounts::of(&config)?, config, kept: None });
        };
        let folder = DataFolder::open(&data, &mut config)?;
        let accounts = Accounts::of(&config)?;
        let (mut recovered, papers) = folder.recover()?;
        let past = restore(&mut recovered).map_err(DataError::from)?;
        papers.check(&config, past.is_some())?;
        let records = recovered.records;
        Ok(Self { config, accounts, kept: Some(Kept { data, papers, records, past }) })
    }

    /// Opens the desk: at the present, with all accounts.
    pub(super) fn open(
        &mut self,
        clocks: &Clocks,
        hub: mpsc::Sender<Arc<Batch>>,
    ) -> Result<Opened, StartError> {
        let believed = Arc::<Believed>::default();
        let (papers, records, past) = match self.kept.take() {
            None => (None, None, None),
            Some(Kept { data, papers, records, past }) => (Some(papers), Some((data, records)), past),
        };
        let base = clocks.venue.clone();
        let base = match &past {
            // Venue time never goes back behind what was kept, whatever became of the machine's clock. Time without an
            // event is not kept.
            Some((state, _)) => base.not_before(state.now),
            None => base,
        };
        let venue = VenueTime::new(base, self.config.time);
        let (now, seed) = (venue.now(), self.config.seed);
        let (listings, main_market, source) = match &past {
            None => market_source(&self.config, now)?,
            Some((state, _)) => {
                let market = resumed_source(&self.config, now, state)?;
                check_markets(state, &market.0)?;
                market
            }
        };
        // Last, when nothing can be refused any more: here the folder is changed.
        let journal = records.map(|(data, records)| begin(&data, records, &believed)).transpose()?;
        let handle = journal.as_ref().map(|journal| journal.handle().clone());
        let (described, market_source) = watch::channel(source.describe());
        let (ids, clock) = (Ids::new(seed), venue.clone());
        let parts = DeskParts { ids, source, described, clock, hub, journal };
        let (mut desk, standing, recovery, floor) = match past {
            None => {
                let mut opening = history::open(seed, now, &listings);
                for (_, command) in &mut opening.commands {
                    if let Command::OpenMarket { rules, .. } = command {
                        rules.small_orders = self.config.dialect.small_orders();
                    }
                }
                let mut desk = Desk::new(parts, opening);
                desk.apply(Command::FundInsurance { amount: INSURANCE });
                (desk, Standing::default(), None, Floor::default())
            }
            Some((state, recovery)) => {
                self.accounts.number_by(&state.owners);
                let begun = Some(clocks.wall.now().plus_ms(-1));
                let floor = Floor { begun, believed: state.nonces_up_to.clone() };
                let mut parts = DeskParts { ids: Ids::resume(seed, state.seq), ..parts };
                if let Some(journal) = &mut parts.journal {
                    journal.resumed(&state, recovery.bytes);
                }
                let standing = Standing::of(&state);
                (Desk::resume(parts, state), standing, Some(recovery), floor)
            }
        };
        self.accounts.open(&mut desk)?;
        Ok(Opened {
            desk,
            papers,
            venue,
            journal: handle,
            standing,
            market_source,
            main_market,
            recovery,
            floor,
            believed,
        })
    }
}

/// Brings the folder into order and goes on writing.
fn begin(data: &DataDir, records: Records, believed: &Arc<Believed>) -> Result<Journal, DataError> {
    let ready = records.finish()?;
    Ok(Journal::start(ready, data.durability, data.bounds, Arc::clone(believed))?)
}

/// The markets, the one to look at first, and what moves them.
type Market = (Vec<Listing>, Symbol, Box<dyn MarketSource>);

fn market_source(config: &ExchangeConfig, now: TimeMs) -> Result<Market, SourceError> {
    let listings = Listing::standard();
    match &config.source {
        Source::Synthetic => {
            let crowd = SyntheticCrowd::new(config.seed, now, &listings);
            Ok((listings.clone(), first(&listings)?, Box::new(crowd)))
        }
        Source::Replay { path, speed } => {
            let replay = Replay::open(path, *speed, now, &listings)?.without_waiting();
            let (listings, main, several) = beside_simulated(replay, config.seed, now, listings);
            Ok((listings, main, Box::new(several)))
        }
    }
}

/// The markets of an exchange that comes back: the simulated crowd goes on in them, and a tape begins again.
fn resumed_source(config: &ExchangeConfig, now: TimeMs, state: &DeskState) -> Result<Market, SourceError> {
    let listings: Vec<_> = state.engine.markets().map(|market| listing_of(&market)).collect();
    let resume = |listings: &[Listing]| {
        let stood = |listing: &Listing| Some(Stood::of(listing, &state.engine.market(listing.market)?));
        let stood: Vec<_> = listings.iter().filter_map(stood).collect();
        SyntheticCrowd::resume(config.seed, now, &stood)
    };
    let (path, speed) = match &config.source {
        Source::Synthetic => {
            let crowd = resume(&listings);
            return Ok((listings.clone(), first(&listings)?, Box::new(crowd)));
        }
        Source::Replay { path, speed } => (path, *speed),
    };
    let replay = Replay::open(path, speed, now, &listings)?.without_waiting();
    let played = replay.listing().clone();
    let others: Vec<_> = listings.into_iter().filter(|listing| listing.market != played.market).collect();
    let crowd = resume(&others);
    let main = played.instrument.symbol;
    let listings = others.into_iter().chain([played]).collect();
    Ok((listings, main, Box::new(Several::new(vec![Box::new(replay), Box::new(crowd)]))))
}

fn first(listings: &[Listing]) -> Result<Symbol, SourceError> {
    Ok(listings.first().ok_or(SourceError::NoMarkets)?.instrument.symbol)
}

/// A market as it was listed. What a crowd finds usual there follows from its first price, which is not kept where the
/// market is not a standard one: its last price does as well.
fn listing_of(market: &lmex_engine::MarketView<'_>) -> Listing {
    let (number, instrument) = (market.id(), market.instrument().clone());
    let standard = Listing::standard().into_iter().find(|listing| listing.instrument == instrument);
    let price = standard.map_or(market.last(), |listing| listing.price);
    Listing { market: number, instrument, price }
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
