//! Connections that trade until the exchange is gone, and remember what they were told.

use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use serde_json::{Value, json};

use crate::exchange::{Client, Connection, Exchange};
use crate::random;

/// What was acknowledged of orders, by the trader's ids. An order that was being cancelled when the exchange went is in
/// none of the sets.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) open: BTreeSet<String>,
    pub(crate) cancelled: BTreeSet<String>,
    pub(crate) filled: BTreeSet<String>,
    /// Requests answered.
    pub(crate) acknowledged: u64,
}

/// Threads that trade.
pub(crate) struct Load {
    acknowledgements: Receiver<()>,
    traders: Vec<JoinHandle<Told>>,
}

impl Load {
    /// Starts so many connections. `round` keeps their orders' ids apart from those of other times.
    pub(crate) fn start(exchange: &Exchange, connections: u64, round: u64) -> Self {
        let (heard, acknowledgements) = channel();
        let start = |number| {
            let (client, heard) = (exchange.client().clone(), heard.clone());
            std::thread::spawn(move || trade(&client, &heard, round, number))
        };
        Self { traders: (0..connections).map(start).collect(), acknowledgements }
    }

    /// Kills the exchange after so many acknowledgements; what all connections were told up to then.
    pub(crate) fn kill_after(self, exchange: Exchange, acknowledgements: u64) -> Told {
        let wanted = usize::try_from(acknowledgements).unwrap();
        assert_eq!(self.acknowledgements.iter().take(wanted).count(), wanted, "the exchange ended by itself");
        exchange.kill();
        let mut all = Told::default();
        for trader in self.traders {
            let told = trader.join().unwrap();
            all.open.extend(told.open);
            all.cancelled.extend(told.cancelled);
            all.filled.extend(told.filled);
            all.acknowledged += told.acknowledged;
        }
        all
    }
}

/// Trades until no answer comes any more.
fn trade(client: &Client, heard: &Sender<()>, round: u64, connection: u64) -> Told {
    let (mut told, mut seed) = (Told::default(), 31 * round + connection);
    let Ok(mut connection_to) = client.connect() else { return told };
    for number in 0.. {
        let id = format!("r{round}c{connection}n{number}");
        if step(&mut connection_to, &mut told, &id, &mut seed).is_none() {
            break;
        }
        told.acknowledged += 1;
        let _ = heard.send(());
    }
    told
}

/// One request; none where no answer came.
fn step(connection: &mut Connection, told: &mut Told, id: &str, seed: &mut u64) -> Option<()> {
    match random(seed) % 10 {
        0..=4 => {
            let price = 40_000 + random(seed) % 1_000;
            let order = json!({"symbol": "BTC-PERP", "side": "BUY", "type": "LIMIT", "price": price, "size": 20,
                "clOrderID": id});
            placed(connection, &order)?;
            told.open.insert(id.to_owned());
        }
        5..=6 => {
            let order = json!({"symbol": "BTC-PERP", "side": if random(seed).is_multiple_of(2) { "BUY" } else { "SELL" },
                "type": "MARKET", "size": 20, "clOrderID": id});
            placed(connection, &order)?;
            told.filled.insert(id.to_owned());
        }
        _ => {
            // From here on nobody knows whether it is open, until that is answered.
            let Some(id) = told.open.pop_first() else { return Some(()) };
            let target = format!("/order?symbol=BTC-PERP&clOrderID={id}");
            expect(connection.send("DELETE", &target, "").ok()?);
            told.cancelled.insert(id);
        }
    }
    Some(())
}

fn placed(connection: &mut Connection, order: &Value) -> Option<()> {
    expect(connection.send("POST", "/order", &order.to_string()).ok()?);
    Some(())
}

fn expect((status, text): (u16, String)) {
    assert_eq!(status, 200, "{text}");
}
