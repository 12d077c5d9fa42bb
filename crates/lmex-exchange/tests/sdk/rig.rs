//! An exchange whose market stands still, a proxy in front of it, and clients.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use lmex::{
    Client, ClientBuilder, ClientOrderId, Clock, Credentials, Endpoints, Environment, Limits, NewOrder, Pace,
    Retry, Side, Size, Symbol, TimeMs,
};
use lmex_exchange::{Clocks, Exchange, ExchangeConfig, Handle, LimitsMode};

use crate::faults::Proxy;

/// The moment at which the market stands still.
pub(crate) const STANDSTILL: i64 = 1_790_000_000_000;

pub(crate) struct Rig {
    pub(crate) exchange: Handle,
    pub(crate) proxy: Proxy,
}

impl Rig {
    /// No rate limits, and nonces may be a day off, so that tests can move a client's clock.
    pub(crate) async fn start() -> Self {
        let config = ExchangeConfig { nonce_window_ms: 86_400_000, ..config() };
        Self::start_with(config).await
    }

    pub(crate) async fn start_with(config: ExchangeConfig) -> Self {
        let venue = lmex_exchange::Clock::new(|| TimeMs::from_millis(STANDSTILL));
        Self::start_at(config, Clocks { venue, wall: lmex_exchange::Clock::system() }).await
    }

    pub(crate) async fn start_at(config: ExchangeConfig, clocks: Clocks) -> Self {
        let exchange = Exchange::start_with(config, clocks).await.unwrap();
        // The desk answers once it has told the streams of the markets; before that no topic exists.
        exchange.desk().read(|_| ()).await.unwrap();
        let proxy = Proxy::start(exchange.rest_url().strip_prefix("http://").unwrap()).await;
        Self { exchange, proxy }
    }

    /// Through the proxy.
    pub(crate) fn builder(&self) -> ClientBuilder {
        let address = self.proxy.address();
        self.at(&format!("http://{address}"), &format!("ws://{address}"))
    }

    pub(crate) fn client(&self) -> Client {
        self.builder().build().unwrap()
    }

    /// Past the proxy, to see what is.
    pub(crate) fn direct(&self) -> Client {
        self.at(&self.exchange.rest_url(), &self.exchange.ws_url()).build().unwrap()
    }

    fn at(&self, rest: &str, ws: &str) -> ClientBuilder {
        let endpoints = Endpoints::new(Environment::Local, Some(rest), Some(ws), &[]).unwrap();
        let credentials = Credentials::new(self.exchange.api_key(), self.exchange.api_secret()).unwrap();
        let retry = Retry { attempts: 4, base_ms: 5, cap_ms: 20 };
        Client::builder(endpoints).credentials(credentials).pace(fast()).retry(retry)
    }

    /// How many orders the exchange has with this id, open or not.
    pub(crate) async fn orders_with(&self, id: ClientOrderId) -> usize {
        let account = self.exchange.desk().read(move |state| {
            let open = state.engine.open_orders(lmex_engine::AccountId(1), None);
            open.filter(|order| order.client_id == Some(id)).count()
        });
        account.await.unwrap()
    }
}

pub(crate) fn config() -> ExchangeConfig {
    let mut config = ExchangeConfig { limits: LimitsMode::Off, seed: 7, ..ExchangeConfig::default() };
    config.listen.set_port(0);
    config
}

/// So fast that it never waits.
pub(crate) fn fast() -> Pace {
    let limits = Limits {
        queries_per_key: 100_000,
        queries_per_user: 100_000,
        orders: 100_000,
        reserve: 5,
        transfers: 100_000,
        ..Limits::default()
    };
    Pace { limits, ..Pace::default() }
}

pub(crate) fn btc() -> Symbol {
    "BTC-PERP".parse().unwrap()
}

pub(crate) fn eth() -> Symbol {
    "ETH-PERP".parse().unwrap()
}

pub(crate) fn id(text: &str) -> ClientOrderId {
    text.parse().unwrap()
}

/// An order far enough below the market to wait in the book.
pub(crate) fn resting(symbol: Symbol, client_id: &str) -> NewOrder {
    let price = if symbol == btc() { "55000" } else { "2800" };
    NewOrder::limit(symbol, Side::Buy, Size::Contracts(100), price.parse().unwrap()).client_id(id(client_id))
}

/// The machine's clock and a number of milliseconds that a test sets.
#[derive(Clone, Default)]
pub(crate) struct Shift(Arc<AtomicI64>);

impl Shift {
    pub(crate) fn clock(&self) -> Clock {
        let (system, shift) = (Clock::system(), Arc::clone(&self.0));
        Clock::from_fn(move || system.wall().plus_ms(shift.load(Ordering::SeqCst)))
    }

    pub(crate) fn set(&self, millis: i64) {
        self.0.store(millis, Ordering::SeqCst);
    }
}

/// Long enough for a busy machine to answer, short enough to wait for.
pub(crate) const SHORT: Duration = Duration::from_millis(500);
/// Longer than any test.
pub(crate) const LONG: Duration = Duration::from_secs(20);
