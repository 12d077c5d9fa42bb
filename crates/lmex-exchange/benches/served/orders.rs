//! Signed orders a second, beside a bare echo of the same requests.

use std::time::Duration;

use crate::Outcome;
use crate::child::{Server, own_cpu};
use crate::kind::{Kind, echo};
use crate::load::Load;
use crate::requests::WAITING;
use crate::server::ACCOUNTS;
use crate::summary::{grouped, median, row};

/// Rounds of each server, in turn: the medians are compared.
const ROUNDS: usize = 5;
/// Bursts of a round that count, after one that does not. Between two of them all orders are cancelled, at nobody's cost.
const BURSTS: usize = 3;

/// What one server did in one burst, or in the middle one of several.
#[derive(Debug, Clone, Copy)]
struct Round {
    /// Orders a second.
    rate: f64,
    /// Processor time of the server for an order, in microseconds.
    server_us: f64,
    /// Processor time of the load for an order, in microseconds.
    load_us: f64,
}

/// Prints two rows for each way to keep what happens: orders a second, and what they cost.
pub(crate) fn measure() -> Outcome {
    let (mut echoes, mut rounds) = (Vec::new(), Kind::ALL.map(|_| Vec::new()));
    for number in 1..=ROUNDS {
        let (server, mut load) = echo()?;
        echoes.push(Round::run(&server, &mut load)?);
        eprintln!("orders: round {number} of {ROUNDS}: echo {:?}", echoes.last());
        for (kind, rounds) in Kind::ALL.iter().zip(&mut rounds) {
            let (server, mut load, _folder) = kind.start()?;
            let round = Round::run(&server, &mut load).map_err(|error| format!("{kind}: {error}"))?;
            eprintln!("orders: round {number} of {ROUNDS}: {kind} {round:?}");
            rounds.push(round);
        }
    }
    let echo = Round::median(&echoes);
    for (kind, rounds) in Kind::ALL.iter().zip(&rounds) {
        report(kind, Round::median(rounds), echo);
    }
    Ok(())
}

fn report(kind: &Kind, ours: Round, echo: Round) {
    row(
        &format!("signed orders a second, {kind}"),
        &grouped(ours.rate),
        &format!("axum echo of the same requests: {}", grouped(echo.rate)),
        &format!("{:.2}", ours.rate / echo.rate),
        kind.goal,
    );
    row(
        &format!("the server's processor time of an order, {kind}"),
        &format!("{:.1} µs", ours.server_us),
        &format!("axum echo: {:.1} µs; the load: {:.1} µs", echo.server_us, ours.load_us),
        &format!("{:.2}", ours.server_us / echo.server_us),
        "reported",
    );
}

impl Round {
    fn run(server: &Server, load: &mut Load) -> Outcome<Self> {
        load.orders(WAITING)?;
        let mut bursts = Vec::new();
        for _ in 0..BURSTS {
            load.cancel()?;
            bursts.push(Self::burst(server, load)?);
        }
        Ok(Self::median(&bursts))
    }

    fn burst(server: &Server, load: &mut Load) -> Outcome<Self> {
        let (server_before, load_before) = (server.cpu()?, own_cpu()?);
        let rate = load.orders(WAITING)?;
        let us = |spent: Duration| spent.as_secs_f64() * 1e6 / (ACCOUNTS as f64 * f64::from(WAITING));
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
