//! `kill -9` of `lmex exchange` while several connections trade: whatever was acknowledged is there at the next start.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "helper functions are tests too")]

mod exchange;
mod load;

use std::collections::BTreeSet;
use std::time::Instant;

use exchange::Exchange;
use load::{Load, Told};

/// A data folder is used for so many kills, then verified and left for a new one.
const KILLS_OF_A_FOLDER: u64 = 25;
/// Connections that trade at once.
const CONNECTIONS: u64 = 4;

/// The next of a row of numbers that look random.
fn random(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *seed >> 33
}

/// Kills an exchange so many times, and looks each time what the next one knows.
fn kill_often(times: u64, durability: &str) {
    let (mut seed, mut done, mut acknowledged) = (times, 0, 0);
    let began = Instant::now();
    while done < times {
        let place = tempfile::tempdir().unwrap();
        let mut exchange = Exchange::start(place.path(), durability);
        for _ in 0..KILLS_OF_A_FOLDER.min(times - done) {
            let load = Load::start(&exchange, CONNECTIONS, done);
            let told = load.kill_after(exchange, 1 + random(&mut seed) % 120);
            acknowledged += told.acknowledged;
            exchange = Exchange::start(place.path(), durability);
            check(&exchange, &told);
            done += 1;
        }
        exchange.kill();
        exchange::verify(place.path());
    }
    let each_ms = began.elapsed().as_millis() / u128::from(times);
    println!("{durability}: {times} kills, {acknowledged} acknowledgements, none lost; {each_ms} ms each");
}

/// Everything acknowledged is there, and the market is cleared for the next time.
fn check(exchange: &Exchange, told: &Told) {
    let client = exchange.client();
    let open: BTreeSet<String> = client.client_ids("GET", "/user/open_orders");
    for id in &told.open {
        assert!(open.contains(id), "order {id} was acknowledged and is gone");
    }
    for id in &told.cancelled {
        assert!(!open.contains(id), "the end of order {id} was acknowledged and it is open");
    }
    let filled = client.client_ids("GET", "/user/trade_history?symbol=BTC-PERP&count=500");
    for id in &told.filled {
        assert!(filled.contains(id), "the fill of order {id} was acknowledged and is gone");
    }
    client.send("DELETE", "/order?symbol=BTC-PERP", "").unwrap();
}

#[test]
fn nothing_synced_is_lost_by_a_kill() {
    kill_often(5, "fsync");
}

#[test]
fn nothing_handed_to_the_system_is_lost_by_a_kill() {
    kill_often(5, "os");
}

#[test]
#[ignore = "takes minutes: cargo test -p lmex-cli --test kill -- --ignored --nocapture a_thousand_kills"]
fn a_thousand_kills_lose_nothing() {
    kill_often(500, "fsync");
    kill_often(500, "os");
}
