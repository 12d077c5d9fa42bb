//! The load: connections that each send one request after the other.

use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use tokio::sync::Semaphore;
use tokio::task::{JoinSet, LocalSet};

use crate::Outcome;
use crate::connection::Connection;
use crate::pace::Pace;
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
        let step = Duration::from_secs_f64(rate.recip());
        let turns: Rc<[Semaphore]> = (0..count).map(|_| Semaphore::new(0)).collect();
        let begin = Instant::now() + LEAD;
        let pacing = self.runtime.block_on(async { Pace::new(LEAD, step) })?;
        let clients = Rc::clone(&turns);
        let beside = async move {
            let mut passed = 0;
            loop {
                for _ in 0..pacing.went_off().await? {
                    clients[passed % count].add_permits(1);
                    passed += 1;
                }
            }
        };
        let mut number = 0;
        let latencies: Vec<Vec<Duration>> = self.all_beside(beside, move |mut client| {
            let (mine, turns) = (number, Rc::clone(&turns));
            number += 1;
            async move {
                let mut latencies = Vec::new();
                for turn in 0..each as usize {
                    turns[mine].acquire().await?.forget();
                    let request = client.requests.next();
                    client.ask(&request).await?;
                    let intended = begin + step.mul_f64((turn * count + mine) as f64);
                    latencies.push(intended.elapsed());
                }
                Ok((client, latencies))
            }
        })?;
        Ok(latencies.concat())
    }

    /// Runs all clients at once and takes them back when they are done.
    fn all<T, F>(&mut self, run: impl FnMut(Client) -> F) -> Outcome<Vec<T>>
    where
        T: 'static,
        F: Future<Output = Outcome<(Client, T)>> + 'static,
    {
        self.all_beside(std::future::pending(), run)
    }

    /// The same, with something beside them that goes on until they are done.
    fn all_beside<T, F>(
        &mut self,
        beside: impl Future<Output = Outcome>,
        mut run: impl FnMut(Client) -> F,
    ) -> Outcome<Vec<T>>
    where
        T: 'static,
        F: Future<Output = Outcome<(Client, T)>> + 'static,
    {
        let mut running = JoinSet::new();
        let tasks = LocalSet::new();
        for client in std::mem::take(&mut self.clients) {
            running.spawn_local_on(run(client), &tasks);
        }
        let done = tasks.block_on(&self.runtime, async {
            tokio::select! {
                done = running.join_all() => Ok(done),
                Err(error) = beside => Err(error),
            }
        })?;
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
