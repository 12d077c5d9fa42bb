//! How long an order takes at half of the rate that the exchange can do, beside an echo at the same rate.

use crate::Outcome;
use crate::child::{Processors, stolen_since};
use crate::kind::{Kind, echo};
use crate::load::Load;
use crate::requests::WAITING;
use crate::summary::{grouped, median, quantile_ms, row};

/// Rounds of each server, in turn: of each quantile the median counts.
const ROUNDS: usize = 15;
/// A round counts only if others on the host took no more than this part of the processors meanwhile, from the exchange
/// and from the echo: where a virtual machine stands still, nothing in it can answer.
const MOST_STOLEN: f64 = 0.005;

/// What one server did in one round.
#[derive(Debug, Clone, Copy)]
struct Round {
    /// Orders a second that were sent.
    rate: f64,
    p50_ms: f64,
    p99_ms: f64,
    p999_ms: f64,
    /// The part of the processors that others took.
    stolen: f64,
}

/// Prints a row for each way to keep what happens.
pub(crate) fn measure() -> Outcome {
    let mut rounds = Kind::ALL.map(|_| Vec::new());
    for number in 1..=ROUNDS {
        for (kind, rounds) in Kind::ALL.iter().zip(&mut rounds) {
            let (server, mut load, _folder) = kind.start()?;
            let rate = load.orders(WAITING)? / 2.0;
            load.cancel()?;
            let round = Round::run(&mut load, rate).map_err(|error| format!("{kind}: {error}"))?;
            drop((load, server));
            // As warm as the exchange was.
            let (_echo, mut load) = echo()?;
            load.orders(WAITING)?;
            load.cancel()?;
            let beside = Round::run(&mut load, rate)?;
            eprintln!("latency: round {number} of {ROUNDS}: {kind} {round:?}, echo {beside:?}");
            rounds.push((round, beside));
        }
    }
    Kind::ALL.iter().zip(&rounds).for_each(|(kind, rounds)| report(kind, rounds));
    Ok(())
}

fn report(kind: &Kind, rounds: &[(Round, Round)]) {
    let is_calm = |(ours, echo): &&(Round, Round)| ours.stolen.max(echo.stolen) <= MOST_STOLEN;
    let calm: Vec<_> = rounds.iter().filter(is_calm).copied().collect();
    let counted = if calm.is_empty() { rounds } else { &calm };
    let (ours, echoes): (Vec<_>, Vec<_>) = counted.iter().copied().unzip();
    let (ours, echo) = (Round::median(&ours), Round::median(&echoes));
    let of_all = rounds.len();
    let which = match calm.len() {
        0 => format!("none of {of_all} rounds was calm: all of them"),
        calm => format!("{calm} calm rounds of {of_all}"),
    };
    row(
        &format!("latency of an order at {} a second, open loop, {kind} ({which})", grouped(ours.rate)),
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
        let before = Processors::now()?;
        let mut latencies = load.open_loop(rate, WAITING)?;
        let stolen = stolen_since(before)?;
        let mut at = |part| quantile_ms(&mut latencies, part);
        Ok(Self { rate, p50_ms: at(0.5), p99_ms: at(0.99), p999_ms: at(0.999), stolen })
    }

    fn median(rounds: &[Self]) -> Self {
        let middle = |figure: fn(&Self) -> f64| median(&rounds.iter().map(figure).collect::<Vec<_>>());
        Self {
            rate: middle(|round| round.rate),
            p50_ms: middle(|round| round.p50_ms),
            p99_ms: middle(|round| round.p99_ms),
            p999_ms: middle(|round| round.p999_ms),
            stolen: middle(|round| round.stolen),
        }
    }
}
