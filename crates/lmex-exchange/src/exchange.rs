//! Starting and stopping an exchange.

mod opening;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use axum::Router;
use lmex_api::Permission;
use lmex_engine::Money;
use lmex_types::{Decimal, Symbol};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use crate::accounts::{AccountError, Accounts};
use crate::admin;
use crate::auth::Auth;
use crate::clock::{Clock, Clocks, TimeControl};
use crate::config::{AccountConfig, ExchangeConfig};
use crate::crowd::SourceError;
use crate::desk::{self, Desk, DeskGone, DeskHandle};
use crate::faults::{FaultError, Faults};
use crate::journal::{DataError, Recovery};
use crate::limits::Limiter;
use crate::secret::{Secret, random_hex};
use crate::server::{self, App, Connections, Greeting};
use crate::sockets::{self, Audience, Hub, HubHandle, LoginRefused, SocketConfig};
use opening::{Found, Opened};

/// What the insurance fund starts with.
const INSURANCE: Money = Money::from_quote(1_000_000);
/// Batches that wait for the hub before the desk waits.
const UNTOLD: usize = 4_096;
/// How long open connections have to finish when the exchange stops.
const GRACE: Duration = Duration::from_secs(2);

/// A local exchange.
#[derive(Debug)]
pub struct Exchange;

/// A running exchange. Dropping it stops the exchange too, without waiting for it.
#[derive(Debug)]
pub struct Handle {
    address: SocketAddr,
    api_key: String,
    api_secret: Secret,
    accounts: Vec<AccountConfig>,
    market_source: watch::Receiver<String>,
    main_market: Symbol,
    recovery: Option<Recovery>,
    desk: DeskHandle,
    faults: Faults,
    time: TimeControl,
    admin_token: Secret,
    /// Dropped to stop the server.
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
    /// Told when the desk has ended in order.
    desk_ended: oneshot::Receiver<()>,
}

/// Why an exchange can't start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An address that others could reach.
    #[error(
        "listen address {0} is not loopback: this is a test exchange for this machine only, use 127.0.0.1:9090"
    )]
    NotLoopback(SocketAddr),
    /// The address is taken, or not allowed.
    #[error("can't listen on {address}: {source}; use another port, or 0 for a free one")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The market source can't start.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Accounts or keys that can't be.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// The data folder can't be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A window without room.
    #[error("nonce_window_ms must be above zero, not {0}: LMEX does not publish its own, 4000 is usual")]
    NonceWindow(i64),
    /// A server that lets nobody in.
    #[error("connections.most must be above zero: 512 is usual")]
    NoConnections,
    /// A fault that can't be.
    #[error("fault {number} can't be put in place: {source}")]
    Fault {
        /// Its place in the list, counted from 1.
        number: usize,
        /// What is wrong with it.
        source: FaultError,
    },
    /// Time-outs of nothing, or of for ever.
    #[error("timeout_scale must be above 0 and at most 1000, not {0}: 1 is usual")]
    TimeoutScale(Decimal),
    /// The desk ended before it began.
    #[error("the exchange has ended before it was open: {0}")]
    Desk(DeskGone),
    /// The data folder was not read to its end.
    #[error("reading the data folder has failed: it was not changed")]
    Reading,
    /// No thread for the desk.
    #[error("can't start the exchange's thread: {0}")]
    Thread(#[source] io::Error),
}

impl Exchange {
    /// Starts an exchange on the machine's clock. Call it inside a tokio runtime.
    pub async fn start(config: ExchangeConfig) -> Result<Handle, StartError> {
        Self::start_with(config, Clocks::system()).await
    }

    /// Starts an exchange on other clocks.
    pub async fn start_with(config: ExchangeConfig, clocks: Clocks) -> Result<Handle, StartError> {
        let address = config.listen;
        if !address.ip().is_loopback() {
            return Err(StartError::NotLoopback(address));
        }
        if config.nonce_window_ms <= 0 {
            return Err(StartError::NonceWindow(config.nonce_window_ms));
        }
        if config.connections.most == 0 {
            return Err(StartError::NoConnections);
        }
        if config.timeout_scale <= Decimal::ZERO || config.timeout_scale > Decimal::ONE_THOUSAND {
            return Err(StartError::TimeoutScale(config.timeout_scale));
        }
        let failed = |source| StartError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;

        let mut found = match config.data {
            None => Found::look(config)?,
            // A large folder takes seconds.
            Some(_) => tokio::task::spawn_blocking(|| Found::look(config))
                .await
                .map_err(|_| StartError::Reading)??,
        };
        let faults = faults_of(&found.config, &found.accounts)?;
        let (hub, batches) = mpsc::channel(UNTOLD);
        let opened = found.open(&clocks, hub)?;
        let Opened {
            desk,
            papers,
            venue,
            journal,
            standing,
            market_source,
            main_market,
            recovery,
            floor,
            believed,
        } = opened;
        let Found { config, accounts, .. } = found;
        let clocks = Clocks { venue: venue.clock(), wall: shifted(clocks.wall, faults.clone()) };
        let (handle, requests) = desk::queue(journal);
        let audience = Audience::default();
        let sockets = socket_config(&config);
        let hub = Hub::spawn(standing, batches, sockets, audience.clone()).of(handle.downgrade());
        let desk_ended = spawn_desk(desk.heard_by(audience), requests)?;

        let auth = Auth::new(accounts.keys(), config.nonce_window_ms, clocks.wall.clone(), config.dialect);
        let auth = Arc::new(auth.keeping(floor, believed, faults.clone()));
        let time = TimeControl::new(handle.clone(), venue, clocks.wall.clone());
        let admin_token = Secret::new(random_hex());
        let streams = streams(hub, &handle, Arc::clone(&auth), sockets, faults.clone());
        let streams =
            streams.merge(admin::router(address, &admin_token, faults.clone(), time.clone(), handle.clone()));
        // The desk's first answer comes after it has told the hub of the markets: whoever connects finds them.
        handle.read(|_| ()).await.map_err(StartError::Desk)?;
        // Last, when the beginning is kept: a start that fails changes no key, and a folder with keys has a past. Nobody has
        // been told of new ones yet.
        papers.map_or(Ok(()), |papers| papers.keep_keys(accounts.configs()))?;
        let limiter = Mutex::new(Limiter::new(config.limits, config.block_scale));
        let greeting = Greeting { address, market_source: market_source.clone(), market: main_market };
        let app = App {
            desk: handle.clone(),
            auth,
            limiter,
            clocks,
            faults: faults.clone(),
            seed: config.seed,
            dialect: config.dialect,
            greeting,
        };
        let router = server::router(Arc::new(app), streams);
        let bounds = config.connections.scaled(config.timeout_scale);
        let connections = Connections::new(router, bounds, market_source.clone(), faults.clone());
        let (stop, stopped) = oneshot::channel();
        let server = tokio::spawn(connections.serve(listener, stopped));
        tracing::info!(%address, market_source = *market_source.borrow(), "the exchange is open");
        let (api_key, api_secret) = accounts.demo_key();
        Ok(Handle {
            address,
            api_key,
            api_secret,
            accounts: accounts.into_all(),
            market_source,
            main_market,
            recovery,
            desk: handle,
            faults,
            time,
            admin_token,
            stop,
            server,
            desk_ended,
        })
    }
}

impl Handle {
    /// Where the REST API is: `http://127.0.0.1:9090`. The path follows it.
    pub fn rest_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where the streams are: `ws://127.0.0.1:9090`. The path follows it.
    pub fn ws_url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// The demo account's API key.
    pub fn api_key(&self) -> &str {
        &self.api_key
    }

    /// The demo account's secret. It is play money's, but treat it like a real one.
    pub fn api_secret(&self) -> &str {
        self.api_secret.expose()
    }

    /// All accounts with their keys, the demo account first.
    pub fn accounts(&self) -> &[AccountConfig] {
        &self.accounts
    }

    /// Where the market comes from, for a person: `simulated, seed 7`. It changes when a tape ends or can't be read on.
    pub fn market_source(&self) -> String {
        self.market_source.borrow().clone()
    }

    /// Waits until the market comes from elsewhere than was `told`, and says where from.
    pub async fn market_source_after(&self, told: &str) -> String {
        match self.market_source.clone().wait_for(|now| now != told).await {
            Ok(now) => now.clone(),
            // Nothing changes any more.
            Err(_) => std::future::pending().await,
        }
    }

    /// The market to look at first: the tape's, or `BTC-PERP`.
    pub fn main_market(&self) -> Symbol {
        self.main_market
    }

    /// What was found in the data folder; none of an exchange that begins anew.
    pub fn recovery(&self) -> Option<&Recovery> {
        self.recovery.as_ref()
    }

    /// Why nothing is served any more, if the journal has stopped or the exchange has failed: requests are answered with
    /// 503 from then on, and streams are closed. What was acknowledged is where the folder's durability promises it, and a new
    /// start finds it.
    pub fn failure(&self) -> Option<DeskGone> {
        self.desk.end().filter(|gone| *gone != DeskGone::Stopped)
    }

    /// The desk, for whoever wants to look inside or to act as the venue.
    pub fn desk(&self) -> &DeskHandle {
        &self.desk
    }

    /// What goes wrong on demand.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// The venue's time.
    pub fn time(&self) -> &TimeControl {
        &self.time
    }

    /// Where faults and time are controlled from outside: `http://127.0.0.1:9090/admin`.
    pub fn admin_url(&self) -> String {
        format!("http://{}/admin", self.address)
    }

    /// What opens the admin path: new with every start.
    pub fn admin_token(&self) -> &str {
        self.admin_token.expose()
    }

    /// Takes no more connections, lets requests finish for two seconds, then ends.
    pub async fn shutdown(self) {
        let Self { stop, mut server, desk, desk_ended, .. } = self;
        drop(stop);
        if tokio::time::timeout(GRACE, &mut server).await.is_err() {
            server.abort();
            // Aborted is ended: there is nothing to learn from it.
            let _ = server.await;
        }
        // With the desk the hub ends, and with the hub the streams. If the desk is gone already, so much the better.
        let _ = desk.act(Desk::stop).await;
        if desk_ended.await.is_err() {
            tracing::warn!("the desk did not end in order");
        }
    }
}

/// Starts the desk. One that waits for the disk has a thread of its own. Any other is a task among the connections: to
/// hand a request to another thread takes about as long as to carry it out.
fn spawn_desk(desk: Desk, requests: desk::Requests) -> Result<oneshot::Receiver<()>, StartError> {
    let (ended, has_ended) = oneshot::channel();
    let waits_for_disk = desk.waits_for_disk();
    let run = async move {
        desk.run(requests).await;
        // Who has dropped the exchange's handle does not wait for it.
        let _ = ended.send(());
    };
    if waits_for_disk {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let runtime = runtime.map_err(StartError::Thread)?;
        let thread = thread::Builder::new().name("lmex-desk".to_owned());
        thread.spawn(move || runtime.block_on(run)).map_err(StartError::Thread)?;
    } else {
        tokio::spawn(run);
    }
    Ok(has_ended)
}

fn faults_of(config: &ExchangeConfig, accounts: &Accounts) -> Result<Faults, StartError> {
    let faults = Faults::new(config.seed, accounts.owners(), config.timeout_scale);
    // Half of the connections stay for whoever is not held back.
    let faults = faults.holding(config.connections.most / 2);
    for (index, spec) in config.faults.iter().enumerate() {
        let added = faults.add(spec.clone());
        added.map_err(|source| StartError::Fault { number: index + 1, source })?;
    }
    Ok(faults)
}

/// The clock on the venue's wall, which a fault may set wrong.
fn shifted(wall: Clock, faults: Faults) -> Clock {
    Clock::new(move || wall.now().plus_ms(faults.clock_offset_ms()))
}

fn socket_config(of: &ExchangeConfig) -> SocketConfig {
    let config = SocketConfig { id_seed: of.seed, dialect: of.dialect, ..SocketConfig::default() };
    config.scaled(of.timeout_scale)
}

fn streams(
    hub: HubHandle,
    desk: &DeskHandle,
    auth: Arc<Auth>,
    config: SocketConfig,
    faults: Faults,
) -> Router {
    tokio::spawn(sockets::tell_all_positions(desk.downgrade(), hub.clone(), config));
    let login = move |path: &str, key: &str, nonce: &str, signature: &str| {
        let refused = |reason: String| LoginRefused { reason };
        let caller = auth.login(path, key, nonce, signature).map_err(|error| refused(error.to_string()))?;
        // No document says which permission a login needs; what it shows is what Read shows.
        caller.grants.require(Permission::Read).map_err(|error| refused(error.to_string()))?;
        Ok(caller.account)
    };
    sockets::router(hub, Arc::new(login), config, faults)
}
