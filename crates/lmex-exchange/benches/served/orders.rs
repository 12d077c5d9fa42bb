//! Signed orders a second, beside a bare echo of the same requests.

use std::time::Duration;

use tempfile::TempDir;

use crate::Outcome;
use crate::child::{Server, own_cpu};
use crate::kind::{Kind, echo};
use crate::load::Load;
use crate::requests::WAITING;
use crate::server::ACCOUNTS;
use crate::summary::{grouped, median, row};

/// Bursts of each of the two servers that count, in turn, after one that does not. What counts is the ratio of two that
/// follow each other: a shared machine is not as fast in one second as in the next.
const BURSTS: usize = 15;

/// A server with its load, and what it did so far.
struct Subject {
    server: Server,
    load: Load,
    /// Where an exchange keeps what happens.
    _folder: Option<TempDir>,
    bursts: Vec<Burst>,
}

/// What a server did in one burst.
#[derive(Debug, Clone, Copy)]
struct Burst {
    /// Orders a second.
    rate: f64,
    /// Processor time of the server for an order, in microseconds.
    server_us: f64,
    /// Processor time of the load for an order, in microseconds.
    load_us: f64,
}

/// Prints two rows for each way to keep what happens: orders a second, and what they cost. Beside the exchange runs the
/// echo alone, so that nothing else takes of the processors what one of them could have.
pub(crate) fn measure() -> Outcome {
    Kind::ALL.iter().try_for_each(|kind| {
        let (server, load, folder) = kind.start()?;
        let mut ours = Subject { server, load, _folder: Some(folder), bursts: Vec::new() };
        let (server, load) = echo()?;
        let mut beside = Subject { server, load, _folder: None, bursts: Vec::new() };
        for number in 0..=BURSTS {
            let echo = beside.burst()?;
            let burst = ours.burst().map_err(|error| format!("{kind}: {error}"))?;
            let ratio = burst.rate / echo.rate;
            eprintln!("orders: burst {number} of {BURSTS}: {kind} {burst:?}, echo {echo:?}, {ratio:.3}");
        }
        report(kind, &ours, &beside);
        Ok(())
    })
}

fn report(kind: &Kind, ours: &Subject, echo: &Subject) {
    let ratio = |figure: fn(&Burst) -> f64| {
        let pairs = ours.counted().iter().zip(echo.counted());
        median(&pairs.map(|(burst, beside)| figure(burst) / figure(beside)).collect::<Vec<_>>())
    };
    row(
        &format!("signed orders a second, {kind}"),
        &grouped(ours.median(|burst| burst.rate)),
        &format!("axum echo of the same requests: {}", grouped(echo.median(|burst| burst.rate))),
        &format!("{:.3}", ratio(|burst| burst.rate)),
        kind.goal,
    );
    row(
        &format!("the server's processor time of an order, {kind}"),
        &format!("{:.1} µs", ours.median(|burst| burst.server_us)),
        &format!(
            "axum echo: {:.1} µs; the load: {:.1} µs",
            echo.median(|burst| burst.server_us),
            ours.median(|burst| burst.load_us)
        ),
        &format!("{:.2}", ratio(|burst| burst.server_us)),
        "reported",
    );
}

impl Subject {
    /// As many orders as may wait; they are cancelled again, and the next ones signed, at nobody's cost.
    fn burst(&mut self) -> Outcome<Burst> {
        let Self { server, load, bursts, .. } = self;
        load.prepare();
        let (server_before, load_before) = (server.cpu()?, own_cpu()?);
        let rate = load.orders(WAITING)?;
        let us = |spent: Duration| spent.as_secs_f64() * 1e6 / (ACCOUNTS as f64 * f64::from(WAITING));
        let (server_us, load_us) = (us(server.cpu()? - server_before), us(own_cpu()? - load_before));
        load.cancel()?;
        let burst = Burst { rate, server_us, load_us };
        bursts.push(burst);
        Ok(burst)
    }

    /// All bursts but the first, in which the server warms up.
    fn counted(&self) -> &[Burst] {
        self.bursts.get(1..).unwrap_or_default()
    }

    fn median(&self, figure: fn(&Burst) -> f64) -> f64 {
        median(&self.counted().iter().map(figure).collect::<Vec<_>>())
    }
}
