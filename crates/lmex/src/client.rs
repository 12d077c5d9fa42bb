//! The client: cheap to clone, one pool of connections, one pace.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use lmex_api::stream::{ClientFrame, LoginOperation, StreamPath};
use lmex_api::{Dialect, Retry, Signature, Signer};

use crate::budget::Budget;
use crate::clock::Clock;
use crate::credentials::Credentials;
use crate::environment::{Endpoints, Environment};
use crate::error::Error;
use crate::gate::{Gate, Pace};
use crate::instruments::Instruments;
use crate::orders::{self, Durability, OrderDesk};
use crate::tls::Trust;
use crate::transport::{HttpTransport, Transport};

/// A client of one exchange. Cloning it shares connections, pace, nonces and the journal of orders.
///
/// ```no_run
/// # async fn run() -> Result<(), lmex::Error> {
/// use lmex::{Client, Endpoints, Environment};
///
/// let endpoints = Endpoints::new(Environment::Local, Some("http://127.0.0.1:9090"), None, &[])?;
/// let client = Client::builder(endpoints).build()?;
/// let price = client.price("BTC-PERP".parse().unwrap()).await?;
/// println!("{} (HTTP {}, {:?})", price.last_price, price.status, price.latency);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    endpoints: Endpoints,
    transport: Arc<dyn Transport>,
    trust: Trust,
    signer: Option<RequestSigner>,
    clock: Clock,
    gate: Gate,
    retry: Retry,
    dialect: Dialect,
    instruments: Instruments,
    orders: OrderDesk,
    resolve_within: Duration,
    venue_gives_up: Duration,
}

/// Builds a [`Client`].
pub struct ClientBuilder {
    endpoints: Endpoints,
    credentials: Option<Credentials>,
    transport: Option<Arc<dyn Transport>>,
    root_certificates: Vec<u8>,
    clock: Clock,
    pace: Pace,
    retry: Retry,
    dialect: Dialect,
    timeout: Duration,
    resolve_within: Duration,
    venue_gives_up: Duration,
    journal: Option<PathBuf>,
    durability: Durability,
}

impl Client {
    /// Starts building a client for an exchange.
    pub fn builder(endpoints: Endpoints) -> ClientBuilder {
        ClientBuilder {
            endpoints,
            credentials: None,
            transport: None,
            root_certificates: Vec::new(),
            clock: Clock::system(),
            pace: Pace::default(),
            retry: Retry::default(),
            dialect: Dialect::default(),
            timeout: Duration::from_secs(10),
            resolve_within: Duration::from_secs(8),
            venue_gives_up: Duration::from_secs(35),
            journal: None,
            durability: Durability::default(),
        }
    }

    /// Which exchange it talks to.
    pub fn environment(&self) -> Environment {
        self.inner.endpoints.environment()
    }

    /// Where the exchange is.
    pub fn endpoints(&self) -> &Endpoints {
        &self.inner.endpoints
    }

    /// The clock nonces are taken from.
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// For how long the venue has blocked this client's key, if it has, whichever client met the block.
    pub fn blocked_for(&self) -> Option<Duration> {
        let until = self.gate().blocked_until(self.clock())?;
        u64::try_from(until.ms_since(self.clock().steady())).ok().map(Duration::from_millis)
    }

    pub(crate) fn transport(&self) -> &dyn Transport {
        &*self.inner.transport
    }

    pub(crate) fn trust(&self) -> &Trust {
        &self.inner.trust
    }

    pub(crate) fn signer(&self) -> Option<&RequestSigner> {
        self.inner.signer.as_ref()
    }

    pub(crate) fn gate(&self) -> &Gate {
        &self.inner.gate
    }

    pub(crate) fn retry(&self) -> Retry {
        self.inner.retry
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.inner.dialect
    }

    pub(crate) fn instruments(&self) -> &Instruments {
        &self.inner.instruments
    }

    pub(crate) fn orders(&self) -> &OrderDesk {
        &self.inner.orders
    }

    pub(crate) fn resolve_within(&self) -> Duration {
        self.inner.resolve_within
    }

    /// How long the venue could still execute a request whose bytes have left.
    pub(crate) fn venue_gives_up(&self) -> Duration {
        self.inner.venue_gives_up
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("endpoints", &self.inner.endpoints).finish_non_exhaustive()
    }
}

impl ClientBuilder {
    /// The key to sign with. Without one, only public calls work.
    #[must_use]
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Requests a second, and how long they may wait for their turn. What has left is counted over all clients of the key:
    /// each keeps its own limits, of what leaves in all.
    #[must_use]
    pub fn pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// How often and after how long requests that are safe to repeat are repeated.
    #[must_use]
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// Which form to send first where the sources about the venue contradict each other: LMEX's unless this says
    /// otherwise. What comes is read in every form.
    #[must_use]
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// How long to wait for an answer (default 10 s).
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long to ask after an order whose answer was lost before it is reported as unknown (default 8 s).
    #[must_use]
    pub fn resolve_within(mut self, patience: Duration) -> Self {
        self.resolve_within = patience;
        self
    }

    /// How long after its bytes have left the exchange could still execute an order whose answer was lost: only later
    /// does it count that nobody knows of it. LMEX gives a request up after 30 s (HTTP 408 in its documents); the default
    /// is 35 s, for clocks and queues. Less is for a local exchange whose time-outs are shorter (`--timeout-scale`): with
    /// LMEX it would let an order exist that was believed to be absent.
    #[must_use]
    pub fn venue_gives_up(mut self, after: Duration) -> Self {
        self.venue_gives_up = after;
        self
    }

    /// The folder for the journal of order intents. An order is written there before it is sent, so that a program
    /// that dies in between knows afterwards what to ask for. Processes that share the folder share the rate limits of a
    /// key too, its nonces, and the venue's blocks: they meet in a small file there, locked for some microseconds for
    /// each request. Without a folder all that is kept in memory only, where the clients of a key share it.
    ///
    /// The folder is to be one of this machine, since the file's times are; programs on other machines, or without the
    /// folder, are not counted, so leave them room with [`Limits`](lmex_api::Limits).
    #[must_use]
    pub fn journal(mut self, folder: impl Into<PathBuf>) -> Self {
        self.journal = Some(folder.into());
        self
    }

    /// What a written intent survives: a power cut unless this says otherwise.
    #[must_use]
    pub fn journal_durability(mut self, durability: Durability) -> Self {
        self.durability = durability;
        self
    }

    /// Another clock, such as one with a known skew.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Another way to the exchange, such as one in memory.
    #[must_use]
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Certificates of authorities to trust beside those that the operating system trusts, in PEM: of a proxy, or of an
    /// exchange of your own behind TLS. They hold for REST and streams alike. Called again, it adds more.
    #[must_use]
    pub fn root_certificates(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.root_certificates.extend_from_slice(pem.as_ref());
        self.root_certificates.push(b'\n');
        self
    }

    /// Builds the client. Opens the journal, but no connection.
    pub fn build(self) -> Result<Client, Error> {
        let trust = self.trust()?;
        let transport = match self.transport {
            Some(transport) => transport,
            None => Arc::new(
                HttpTransport::new(&self.endpoints, self.timeout, &trust)
                    .map_err(|error| Error::Build(error.to_string()))?,
            ),
        };
        let credentials = self.credentials.as_ref();
        let folder = self.journal.map(|folder| folder.join(orders::scope(&self.endpoints, credentials)));
        let key = credentials.map(Credentials::key);
        let budget = Arc::new(Budget::new(self.endpoints.rest(), key, folder.as_deref()));
        Ok(Client {
            inner: Arc::new(Inner {
                transport,
                trust,
                signer: credentials.map(|credentials| RequestSigner::new(credentials, Arc::clone(&budget))),
                orders: OrderDesk::new(folder, self.durability, self.clock.clone()),
                clock: self.clock,
                gate: Gate::new(self.pace, budget),
                retry: self.retry,
                dialect: self.dialect,
                instruments: Instruments::default(),
                resolve_within: self.resolve_within,
                venue_gives_up: self.venue_gives_up,
                endpoints: self.endpoints,
            }),
        })
    }

    /// Certificates that can't be read are told of, whether they are needed or not.
    fn trust(&self) -> Result<Trust, Error> {
        if self.root_certificates.is_empty() && !self.endpoints.is_encrypted() {
            return Ok(Trust::nobody());
        }
        Trust::system_and(&self.root_certificates).map_err(Error::RootCertificates)
    }
}

/// Signs with one key; its nonces rise.
pub(crate) struct RequestSigner {
    key: String,
    signer: Signer,
    budget: Arc<Budget>,
}

/// The three headers of a signed request.
pub(crate) struct Signed<'a> {
    pub(crate) key: &'a str,
    pub(crate) nonce: String,
    pub(crate) signature: Signature,
}

impl RequestSigner {
    fn new(credentials: &Credentials, budget: Arc<Budget>) -> Self {
        Self { key: credentials.key().to_owned(), signer: credentials.signer(), budget }
    }

    /// How far this process's nonces have run ahead of its clock, in milliseconds.
    pub(crate) fn nonces_ahead_ms(&self, clock: &Clock) -> i64 {
        self.budget.nonces_ahead_ms(clock.wall())
    }

    /// The next nonce of the key.
    pub(crate) fn nonce(&self, clock: &Clock) -> i64 {
        self.budget.nonce(clock)
    }

    pub(crate) fn sign(&self, path: &str, body: &[u8], nonce: i64) -> Signed<'_> {
        let nonce = nonce.to_string();
        let signature = self.signer.sign_request(path, &nonce, body);
        Signed { key: &self.key, nonce, signature }
    }

    /// The frame that logs a stream in.
    pub(crate) fn log_in(&self, operation: LoginOperation, path: StreamPath, clock: &Clock) -> ClientFrame {
        let nonce = self.nonce(clock).to_string();
        let signature = self.signer.sign_login(path.as_str(), &nonce);
        ClientFrame::login(operation, &self.key, &nonce, signature.as_str())
    }
}
