//! Memory after many orders: what is closed is forgotten.

use crate::Outcome;
use crate::child::Server;
use crate::load::Load;
use crate::requests::{Mix, Nonces, Requests};
use crate::server::ACCOUNTS;
use crate::summary::row;

/// The usual window: a wide one would remember more nonces.
const NONCE_WINDOW_MS: &str = "4000";
/// Orders between two looks at the memory.
const STEP: u32 = 200_000;
const STEPS: u32 = 5;

/// Prints a row for orders that are placed and cancelled.
pub(crate) fn measure_cancelled() -> Outcome {
    measure("placed and cancelled", Mix::Resting)
}

/// Prints a row for orders that are filled.
pub(crate) fn measure_filled() -> Outcome {
    measure("filled", Mix::Filled)
}

fn measure(name: &str, mix: Mix) -> Outcome {
    let sizes = sizes(name, mix)?;
    let (first, last) =
        (sizes.first().copied().unwrap_or(f64::NAN), sizes.last().copied().unwrap_or(f64::NAN));
    row(
        &format!("memory after 1,000,000 orders that were {name}"),
        &format!("{last:.0} MiB"),
        &format!("after 200,000: {first:.0} MiB"),
        &format!("{:.2}", last / first),
        "≤ 1.1",
    );
    Ok(())
}

/// Resident MiB after each step.
fn sizes(name: &str, mix: Mix) -> Outcome<Vec<f64>> {
    let server = Server::start(&["exchange", NONCE_WINDOW_MS])?;
    let requests = (0..ACCOUNTS).map(|account| Requests::new(account, server.address(), mix, Nonces::Now));
    let mut load = Load::open(server.address(), requests.collect(), true)?;
    let mut sizes = Vec::new();
    for step in 1..=STEPS {
        load.orders(STEP / ACCOUNTS as u32)?;
        let size = server.resident()? as f64 / f64::from(1 << 20);
        eprintln!("memory: {} orders {name}: {size:.1} MiB", step * STEP);
        sizes.push(size);
    }
    Ok(sizes)
}
