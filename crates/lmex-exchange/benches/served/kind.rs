//! The servers that are measured beside each other, each with its load.

use std::fmt;

use tempfile::TempDir;

use crate::Outcome;
use crate::child::Server;
use crate::load::Load;
use crate::requests::{Mix, Nonces, Requests, WAITING};
use crate::server::ACCOUNTS;

/// A window so wide that a round's requests can be signed before it.
const NONCE_WINDOW_MS: i64 = 600_000;
/// Requests of each connection that are signed beforehand: a round's orders, in four bursts, each of which is cancelled.
const SIGNED: usize = 4 * (WAITING as usize + 1);

/// A way to serve an exchange, and what is asked of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    /// `--durability`, where there is a data folder.
    durability: Option<&'static str>,
    /// Least part of the echo's orders a second.
    pub(crate) goal: &'static str,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [
        Self { durability: None, goal: "reported" },
        Self { durability: Some("os"), goal: "≥ 0.5" },
        Self { durability: Some("fsync"), goal: "≥ 0.25" },
    ];

    /// The exchange with a load, and its data folder: beside what cargo builds, since the system's folder for temporary
    /// files may be no disk.
    pub(crate) fn start(&self) -> Outcome<(Server, Load, TempDir)> {
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR"))?;
        let (window, path) = (NONCE_WINDOW_MS.to_string(), folder.path().join("data").display().to_string());
        let server = match self.durability {
            None => Server::start(&["exchange", &window]),
            Some(durability) => Server::start(&["exchange", &window, durability, &path]),
        }?;
        let load = Load::open(server.address(), signed(&server), true)?;
        Ok((server, load, folder))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.durability {
            None => f.write_str("nothing kept"),
            Some(durability) => write!(f, "`{durability}`"),
        }
    }
}

/// The echo, with the same load.
pub(crate) fn echo() -> Outcome<(Server, Load)> {
    let server = Server::start(&["echo"])?;
    let load = Load::open(server.address(), signed(&server), false)?;
    Ok((server, load))
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
