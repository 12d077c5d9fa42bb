//! The load: connections that each send one request after the other.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::Outcome;
use crate::connection::Connection;
use crate::requests::{Request, Requests, WAITING};

/// How long before its first moment an open loop is made ready.
const LEAD: Duration = Duration::from_millis(50);
/// One answer in so many is looked into.
const LOOKED_INTO: usize = 15;

/// Connections to one server, with the requests that go over them.
#[derive(Debug)]
pub(crate) struct Load {
    runtime: Runtime,
    clients: Vec<Client>,
}

#[derive(Debug)]
struct Client {
    connection: Connection,
    requests: Requests,
    /// Whether orders are answered with orders: an echo does not.
    trades: bool,
    sent: usize,
}

impl Load {
    /// Opens a connection for each source of requests. All of them run on one thread.
    pub(crate) fn open(address: SocketAddr, requests: Vec<Requests>, trades: bool) -> Outcome<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let clients = runtime.block_on(async {
            let mut clients = Vec::new();
            for requests in requests {
                let connection = Connection::open(address).await?;
                clients.push(Client { connection, requests, trades, sent: 0 });
            }
            Outcome::Ok(clients)
        })?;
        Ok(Self { runtime, clients })
    }

    /// Signs what the next burst needs, the cancel at its end too.
    pub(crate) fn prepare(&mut self) {
        self.clients.iter_mut().for_each(|client| client.requests.prepare(WAITING as usize + 1));
    }

    /// Each connection sends so many orders, as soon as it has the answer to the last. Answers how many orders a second
    /// came back answered.
    pub(crate) fn orders(&mut self, each: u32) -> Outcome<f64> {
        let begin = Instant::now();
        let sent: Vec<u32> = self.all(move |mut client| async move {
            let mut orders = 0;
            while orders < each {
                let request = client.requests.next();
                client.ask(&request).await?;
                orders += u32::from(request.places);
            }
            Ok((client, orders))
        })?;
        Ok(f64::from(sent.iter().sum::<u32>()) / begin.elapsed().as_secs_f64())
    }

    /// Each connection cancels its orders, of which as many wait as may.
    pub(crate) fn cancel(&mut self) -> Outcome {
        let cancelled: Vec<()> = self.all(|mut client| async move {
            let request = client.requests.next();
            if request.places {
                return Err("fewer orders wait than were to be cancelled".into());
            }
            client.ask(&request).await?;
            Ok((client, ()))
        })?;
        drop(cancelled);
        Ok(())
    }

    /// Each connection sends so many orders at moments that are set beforehand, `rate` a second of all connections.
    /// Answers how long after its moment each was answered, also where it had to wait for the one before it (no
    /// coordinated omission).
    pub(crate) fn open_loop(&mut self, rate: f64, each: u32) -> Outcome<Vec<Duration>> {
        let count = self.clients.len();
        let begin = Instant::now() + LEAD;
        let (step, mut offset) = (Duration::from_secs_f64(count as f64 / rate), Duration::ZERO);
        let latencies: Vec<Vec<Duration>> = self.all(move |mut client| {
            let mut intended = begin + offset;
            offset += step / u32::try_from(count).unwrap_or(u32::MAX);
            async move {
                let mut latencies = Vec::new();
                for _ in 0..each {
                    sleep_until(intended).await;
                    let request = client.requests.next();
                    client.ask(&request).await?;
                    latencies.push(intended.elapsed());
                    intended += step;
                }
                Ok((client, latencies))
            }
        })?;
        Ok(latencies.concat())
    }

    /// Runs all clients at once and takes them back when they are done.
    fn all<T, F>(&mut self, mut run: impl FnMut(Client) -> F) -> Outcome<Vec<T>>
    where
        T: Send + 'static,
        F: Future<Output = Outcome<(Client, T)>> + 'static,
    {
        let clients = std::mem::take(&mut self.clients);
        let tasks = tokio::task::LocalSet::new();
        let done = tasks.block_on(&self.runtime, async {
            let mut running = JoinSet::new();
            for client in clients {
                running.spawn_local(run(client));
            }
            running.join_all().await
        });
        let mut results = Vec::new();
        for done in done {
            let (client, result) = done?;
            self.clients.push(client);
            results.push(result);
        }
        Ok(results)
    }
}

impl Client {
    async fn ask(&mut self, request: &Request) -> Outcome {
        self.sent += 1;
        let answer = self.connection.ask(&request.bytes).await?;
        let is_looked_into = self.trades && self.sent.is_multiple_of(LOOKED_INTO);
        if is_looked_into && !is_done(answer, request.places) {
            return Err(format!("not done: {}", String::from_utf8_lossy(answer)).into());
        }
        Ok(())
    }
}

/// Whether an answer shows an order that rests (2), is filled (4) or in part (5), or else one that is cancelled (6).
fn is_done(answer: &[u8], places: bool) -> bool {
    const NAME: &[u8] = b"\"status\":";
    let value = answer.windows(NAME.len()).position(|bytes| bytes == NAME).map(|at| at + NAME.len());
    match value.and_then(|at| answer.get(at..at + 2)) {
        Some(b"2," | b"4," | b"5,") => places,
        Some(b"6,") => !places,
        _ => false,
    }
}
