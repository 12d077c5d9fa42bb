//! Signed orders and cancellations a second and their latency, beside a bare echo of the same requests.

use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::Outcome;
use crate::child::{Server, own_cpu};
use crate::load::Load;
use crate::requests::{Mix, Nonces, Requests};
use crate::server::ACCOUNTS;
use crate::summary::{grouped, median, quantile_ms, row};

/// Rounds of each server, in turn: the medians are compared.
const ROUNDS: usize = 5;
const LENGTH: Duration = Duration::from_millis(2_500);
/// A window so wide that a round's requests can be signed before it.
const NONCE_WINDOW_MS: i64 = 600_000;
/// Requests of each connection that are signed beforehand: more than it sends in a round.
const SIGNED: usize = 4_000;

/// A way to serve an exchange, and what is asked of it.
#[derive(Debug, Clone, Copy)]
struct Kind {
    /// `--durability`, where there is a data folder.
    durability: Option<&'static str>,
    /// Least part of the echo's requests a second.
    goal: &'static str,
}

const KINDS: [Kind; 3] = [
    Kind { durability: None, goal: "reported" },
    Kind { durability: Some("os"), goal: "≥ 0.5" },
    Kind { durability: Some("fsync"), goal: "≥ 0.25" },
];

/// What one server did in one round.
#[derive(Debug, Clone, Copy)]
struct Round {
    /// Requests a second, half of them orders and half their cancellations.
    rate: f64,
    /// Processor time of the server for a request, in microseconds.
    server_us: f64,
    /// Processor time of the load for a request, in microseconds.
    load_us: f64,
}

/// Prints a row for each server and each figure.
pub(crate) fn measure() -> Outcome {
    let (mut echoes, mut rounds) = (Vec::new(), KINDS.map(|_| Vec::new()));
    for number in 1..=ROUNDS {
        echoes.push(echo()?);
        eprintln!("orders: round {number} of {ROUNDS}: echo {:?}", echoes.last());
        for (kind, rounds) in KINDS.iter().zip(&mut rounds) {
            rounds.push(kind.round()?);
            eprintln!("orders: round {number} of {ROUNDS}: {kind} {:?}", rounds.last());
        }
    }
    let echo = Round::median(&echoes);
    for (kind, rounds) in KINDS.iter().zip(&rounds) {
        kind.report(Round::median(rounds), echo);
    }
    for (kind, rounds) in KINDS.iter().zip(&rounds) {
        kind.report_latency(Round::median(rounds).rate / 2.0)?;
    }
    Ok(())
}

fn echo() -> Outcome<Round> {
    let server = Server::start(&["echo"])?;
    let mut load = Load::open(server.address(), signed(&server), false)?;
    Round::run(&server, &mut load)
}

/// Requests of all accounts, signed as far as a round needs them.
fn signed(server: &Server) -> Vec<Requests> {
    let prepared = |account| {
        let nonces = Nonces::Behind(NONCE_WINDOW_MS / 2);
        let mut requests = Requests::new(account, server.address(), Mix::Resting, nonces);
        requests.prepare(SIGNED);
        requests
    };
    (0..ACCOUNTS).map(prepared).collect()
}

impl Kind {
    /// The exchange, and its data folder: beside what cargo builds, since the system's folder for temporary files may
    /// be no disk.
    fn start(&self) -> Outcome<(Server, TempDir)> {
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR"))?;
        let (window, path) = (NONCE_WINDOW_MS.to_string(), folder.path().join("data").display().to_string());
        let server = match self.durability {
            None => Server::start(&["exchange", &window]),
            Some(durability) => Server::start(&["exchange", &window, durability, &path]),
        };
        Ok((server?, folder))
    }

    fn round(&self) -> Outcome<Round> {
        let (server, _folder) = self.start()?;
        let mut load = Load::open(server.address(), signed(&server), true)?;
        Round::run(&server, &mut load).map_err(|error| format!("{self}: {error}").into())
    }

    fn report(&self, ours: Round, echo: Round) {
        row(
            &format!("signed requests a second, an order placed or cancelled with each, {self}"),
            &grouped(ours.rate),
            &format!("axum echo of the same requests: {}", grouped(echo.rate)),
            &format!("{:.2}", ours.rate / echo.rate),
            self.goal,
        );
        row(
            &format!("the server's processor time of such a request, {self}"),
            &format!("{:.1} µs", ours.server_us),
            &format!("axum echo: {:.1} µs; the load: {:.1} µs", echo.server_us, ours.load_us),
            &format!("{:.2}", ours.server_us / echo.server_us),
            "reported",
        );
    }

    fn report_latency(&self, rate: f64) -> Outcome {
        let (server, _folder) = self.start()?;
        let mut load = Load::open(server.address(), signed(&server), true)?;
        let mut latencies = load.open_loop(rate, LENGTH * 2)?;
        let (middle, late) = (quantile_ms(&mut latencies, 0.5), quantile_ms(&mut latencies, 0.99));
        row(
            &format!("latency of such requests at {} a second, open loop, {self}", grouped(rate)),
            &format!("p99: {late:.2} ms"),
            &format!("p50: {middle:.2} ms, p99.9: {:.2} ms", quantile_ms(&mut latencies, 0.999)),
            "",
            "< 5 ms",
        );
        Ok(())
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.durability {
            None => f.write_str("nothing kept"),
            Some(durability) => write!(f, "`{durability}`"),
        }
    }
}

impl Round {
    fn run(server: &Server, load: &mut Load) -> Outcome<Self> {
        let (server_before, load_before, begin) = (server.cpu()?, own_cpu()?, Instant::now());
        let rate = load.closed(LENGTH)?;
        let requests = rate * begin.elapsed().as_secs_f64();
        let us = |spent: Duration| spent.as_secs_f64() * 1e6 / requests;
        let (server_us, load_us) = (us(server.cpu()? - server_before), us(own_cpu()? - load_before));
        Ok(Self { rate, server_us, load_us })
    }

    fn median(rounds: &[Self]) -> Self {
        let middle = |figure: fn(&Self) -> f64| median(&rounds.iter().map(figure).collect::<Vec<_>>());
        Self {
            rate: middle(|round| round.rate),
            server_us: middle(|round| round.server_us),
            load_us: middle(|round| round.load_us),
        }
    }
}
