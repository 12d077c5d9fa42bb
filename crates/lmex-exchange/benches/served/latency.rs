//! How long an order takes at half of the rate that the exchange can do, beside an echo at the same rate.

use crate::Outcome;
use crate::child::Server;
use crate::kind::{Kind, echo};
use crate::load::Load;
use crate::others::Others;
use crate::requests::WAITING;
use crate::summary::{grouped, median, quantile_ms, row};

/// Calm rounds of each kind, of whose quantiles the median counts.
const CALM_ROUNDS: usize = 9;
/// Rounds of each kind at most, in turn.
const MOST_ROUNDS: usize = 40;
/// A round is calm if others took no more than this part of the processors meanwhile, from the exchange and from the
/// echo: where the virtual machine stands still, or its kernel holds one of two processors for 40 ms, it is not the
/// exchange whose latency is measured.
const MOST_TAKEN: f64 = 0.01;

const GOAL: &str = "< 5 ms";

/// What one server did in one round.
#[derive(Debug, Clone, Copy)]
struct Round {
    /// Orders a second that were sent.
    rate: f64,
    p50_ms: f64,
    p99_ms: f64,
    p999_ms: f64,
    /// The part of the processors that others took.
    taken: f64,
}

/// Prints two rows for each way to keep what happens: of its calm rounds, and of all.
pub(crate) fn measure() -> Outcome {
    let mut rounds = Kind::ALL.map(|_| Vec::new());
    for number in 1..=MOST_ROUNDS {
        for (kind, rounds) in Kind::ALL.iter().zip(&mut rounds) {
            if calm(rounds).len() < CALM_ROUNDS {
                let round = Pair::run(kind)?;
                eprintln!("latency: round {number} of at most {MOST_ROUNDS}: {kind} {round:?}");
                rounds.push(round);
            }
        }
    }
    Kind::ALL.iter().zip(&rounds).for_each(|(kind, rounds)| report(kind, rounds));
    Ok(())
}

/// The exchange and the echo, one after the other at the same rate.
#[derive(Debug, Clone, Copy)]
struct Pair {
    exchange: Round,
    echo: Round,
}

impl Pair {
    fn run(kind: &Kind) -> Outcome<Self> {
        let (server, mut load, _folder) = kind.start()?;
        let rate = load.orders(WAITING)? / 2.0;
        load.cancel()?;
        let exchange = Round::run(&server, &mut load, rate).map_err(|error| format!("{kind}: {error}"))?;
        drop((load, server));
        // As warm as the exchange was.
        let (server, mut load) = echo()?;
        load.orders(WAITING)?;
        load.cancel()?;
        Ok(Self { exchange, echo: Round::run(&server, &mut load, rate)? })
    }

    fn is_calm(&self) -> bool {
        self.exchange.taken.max(self.echo.taken) <= MOST_TAKEN
    }
}

fn calm(rounds: &[Pair]) -> Vec<Pair> {
    rounds.iter().filter(|round| round.is_calm()).copied().collect()
}

fn report(kind: &Kind, rounds: &[Pair]) {
    let calm = calm(rounds);
    let has_goal = kind.goal != "reported";
    // A few calm rounds don't show that it is met.
    let is_enough = calm.len() >= CALM_ROUNDS;
    let goal_if = |counts: bool| if has_goal && counts { GOAL } else { "reported" };
    if !calm.is_empty() {
        let which = format!("{} calm rounds of {}", calm.len(), rounds.len());
        report_of(kind, &calm, &which, goal_if(is_enough));
    }
    report_of(kind, rounds, &format!("all {} rounds", rounds.len()), goal_if(!is_enough));
}

fn report_of(kind: &Kind, rounds: &[Pair], which: &str, goal: &str) {
    let (ours, echoes): (Vec<_>, Vec<_>) = rounds.iter().map(|round| (round.exchange, round.echo)).unzip();
    let (median, echo) = (Round::median(&ours), Round::median(&echoes));
    let p99 = || ours.iter().map(|round| round.p99_ms);
    let (least, most) = (p99().fold(f64::INFINITY, f64::min), p99().fold(0.0, f64::max));
    row(
        &format!("latency of an order at {} a second, open loop, {kind} ({which})", grouped(median.rate)),
        &format!(
            "p99: {:.2} ms ({least:.1} to {most:.1}; p50: {:.2} ms, p99.9: {:.2} ms)",
            median.p99_ms, median.p50_ms, median.p999_ms
        ),
        &format!(
            "axum echo: p99: {:.2} ms (p50: {:.2} ms, p99.9: {:.2} ms)",
            echo.p99_ms, echo.p50_ms, echo.p999_ms
        ),
        &format!("{:.1}", median.p99_ms / echo.p99_ms),
        goal,
    );
}

impl Round {
    fn run(server: &Server, load: &mut Load, rate: f64) -> Outcome<Self> {
        let before = Others::now(server.id())?;
        let mut latencies = load.open_loop(rate, WAITING)?;
        let taken = before.taken_until(&Others::now(server.id())?)?;
        let mut at = |part| quantile_ms(&mut latencies, part);
        Ok(Self { rate, p50_ms: at(0.5), p99_ms: at(0.99), p999_ms: at(0.999), taken })
    }

    fn median(rounds: &[Self]) -> Self {
        let middle = |figure: fn(&Self) -> f64| median(&rounds.iter().map(figure).collect::<Vec<_>>());
        Self {
            rate: middle(|round| round.rate),
            p50_ms: middle(|round| round.p50_ms),
            p99_ms: middle(|round| round.p99_ms),
            p999_ms: middle(|round| round.p999_ms),
            taken: middle(|round| round.taken),
        }
    }
}
