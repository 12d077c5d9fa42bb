//! How long an order takes at half of the rate that the exchange can do, beside an echo at the same rate.

use crate::Outcome;
use crate::kind::{Kind, echo};
use crate::load::Load;
use crate::requests::WAITING;
use crate::summary::{grouped, median, quantile_ms, row};

/// Rounds of each server, in turn: of each quantile the median counts.
const ROUNDS: usize = 5;

/// What one server did in one round.
#[derive(Debug, Clone, Copy)]
struct Round {
    /// Orders a second that were sent.
    rate: f64,
    p50_ms: f64,
    p99_ms: f64,
    p999_ms: f64,
}

/// Prints a row for each way to keep what happens.
pub(crate) fn measure() -> Outcome {
    let mut rounds = Kind::ALL.map(|_| (Vec::new(), Vec::new()));
    for number in 1..=ROUNDS {
        for (kind, (ours, echoes)) in Kind::ALL.iter().zip(&mut rounds) {
            let (server, mut load, _folder) = kind.start()?;
            let rate = load.orders(WAITING)? / 2.0;
            load.cancel()?;
            let round = Round::run(&mut load, rate).map_err(|error| format!("{kind}: {error}"))?;
            drop((load, server));
            let (_echo, mut load) = echo()?;
            let beside = Round::run(&mut load, rate)?;
            eprintln!("latency: round {number} of {ROUNDS}: {kind} {round:?}, echo {beside:?}");
            ours.push(round);
            echoes.push(beside);
        }
    }
    for (kind, (ours, echoes)) in Kind::ALL.iter().zip(&rounds) {
        report(kind, Round::median(ours), Round::median(echoes));
    }
    Ok(())
}

fn report(kind: &Kind, ours: Round, echo: Round) {
    row(
        &format!("latency of an order at {} a second, open loop, {kind}", grouped(ours.rate)),
        &format!("p99: {:.2} ms (p50: {:.2} ms, p99.9: {:.2} ms)", ours.p99_ms, ours.p50_ms, ours.p999_ms),
        &format!(
            "axum echo: p99: {:.2} ms (p50: {:.2} ms, p99.9: {:.2} ms)",
            echo.p99_ms, echo.p50_ms, echo.p999_ms
        ),
        &format!("{:.1}", ours.p99_ms / echo.p99_ms),
        "< 5 ms",
    );
}

impl Round {
    fn run(load: &mut Load, rate: f64) -> Outcome<Self> {
        let mut latencies = load.open_loop(rate, WAITING)?;
        let mut at = |part| quantile_ms(&mut latencies, part);
        Ok(Self { rate, p50_ms: at(0.5), p99_ms: at(0.99), p999_ms: at(0.999) })
    }

    fn median(rounds: &[Self]) -> Self {
        let middle = |figure: fn(&Self) -> f64| median(&rounds.iter().map(figure).collect::<Vec<_>>());
        Self {
            rate: middle(|round| round.rate),
            p50_ms: middle(|round| round.p50_ms),
            p99_ms: middle(|round| round.p99_ms),
            p999_ms: middle(|round| round.p999_ms),
        }
    }
}
