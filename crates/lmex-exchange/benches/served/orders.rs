//! Signed orders a second and their latency, beside a bare echo of the same bodies.

use std::time::Duration;

use crate::Outcome;
use crate::child::{Server, own_cpu};
use crate::load::Load;
use crate::requests::{Mix, Nonces, Requests};
use crate::server::ACCOUNTS;
use crate::summary::{grouped, median, quantile_ms, row};

/// Rounds of each server, in turn: the medians are compared.
const ROUNDS: usize = 5;
const LENGTH: Duration = Duration::from_secs(3);
/// A window so wide that a round's requests can be signed before it.
const NONCE_WINDOW_MS: i64 = 600_000;
/// Requests of each connection that are signed beforehand: more than it sends in a round.
const SIGNED: usize = 4_000;
const MIX: Mix = Mix::Resting { each: 99 };

/// What one server did in one round.
#[derive(Debug, Clone, Copy)]
struct Round {
    /// Orders a second.
    rate: f64,
    /// Processor time of the server for an order, in microseconds.
    server_us: f64,
    /// Processor time of the load for an order, in microseconds.
    load_us: f64,
}

/// Prints a row for each server and each figure.
pub(crate) fn measure() -> Outcome {
    let (mut echo, mut exchange) = (Vec::new(), Vec::new());
    for number in 1..=ROUNDS {
        echo.push(round("echo", &["echo"], false)?);
        exchange.push(round("exchange", &["exchange", &NONCE_WINDOW_MS.to_string()], true)?);
        eprintln!("orders: round {number} of {ROUNDS}: {:?} {:?}", echo.last(), exchange.last());
    }
    let middle = |rounds: &[Round], figure: fn(&Round) -> f64| {
        median(&rounds.iter().map(figure).collect::<Vec<_>>())
    };
    let (bare, rate) = (middle(&echo, |round| round.rate), middle(&exchange, |round| round.rate));
    row(
        &format!("signed orders a second, {ACCOUNTS} connections"),
        &grouped(rate),
        &format!("axum echo of the same body: {}", grouped(bare)),
        &format!("{:.2}", rate / bare),
        "≥ 0.5",
    );
    let (ours, theirs) = (middle(&exchange, |round| round.server_us), middle(&echo, |round| round.server_us));
    row(
        "the server's processor time of an order",
        &format!("{ours:.1} µs"),
        &format!("axum echo: {theirs:.1} µs; the load: {:.1} µs", middle(&exchange, |round| round.load_us)),
        &format!("{:.2}", ours / theirs),
        "reported",
    );
    let mut latencies = latencies(rate / 2.0)?;
    row(
        &format!("latency of an order at {} a second, open loop, p99", grouped(rate / 2.0)),
        &format!("{:.2} ms", quantile_ms(&mut latencies, 0.99)),
        &format!("p50: {:.2} ms", quantile_ms(&mut latencies, 0.5)),
        "",
        "< 5 ms",
    );
    Ok(())
}

fn round(name: &str, server: &[&str], trades: bool) -> Outcome<Round> {
    let server = Server::start(server)?;
    let mut load = Load::open(server.address(), signed(&server, SIGNED), trades)?;
    let (server_before, load_before) = (server.cpu()?, own_cpu()?);
    let begin = std::time::Instant::now();
    let rate = load.closed(LENGTH).map_err(|error| format!("{name}: {error}"))?;
    let orders = rate * begin.elapsed().as_secs_f64();
    let us = |spent: Duration| spent.as_secs_f64() * 1e6 / orders;
    Ok(Round {
        rate,
        server_us: us(server.cpu()? - server_before),
        load_us: us(own_cpu()? - load_before),
    })
}

fn latencies(rate: f64) -> Outcome<Vec<Duration>> {
    let server = Server::start(&["exchange", &NONCE_WINDOW_MS.to_string()])?;
    let mut load = Load::open(server.address(), signed(&server, SIGNED), true)?;
    load.open_loop(rate, LENGTH * 2)
}

fn signed(server: &Server, each: usize) -> Vec<Requests> {
    let prepared = |account| {
        let mut requests =
            Requests::new(account, server.address(), MIX, Nonces::Behind(NONCE_WINDOW_MS / 2));
        requests.prepare(each);
        requests
    };
    (0..ACCOUNTS).map(prepared).collect()
}
