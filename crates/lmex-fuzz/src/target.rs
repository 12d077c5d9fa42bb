//! The four targets.

use std::path::Path;

use crate::{memory, rest_answers, stream_messages, stream_session, tapes};

/// One place where outside data comes in.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// As it is named on the command line.
    pub name: &'static str,
    run: fn(&[u8]),
    seeds: fn(Option<&Path>) -> Vec<Vec<u8>>,
    /// Bytes of memory that an input may take at its highest, apart from those that its length accounts for.
    memory_bytes: u64,
    /// Bytes of memory for each byte of input.
    memory_ratio: u64,
}

/// All of them.
pub const TARGETS: &[Target] = &[
    Target {
        name: "rest_answers",
        run: rest_answers::run,
        seeds: rest_answers::seeds,
        memory_bytes: 128 << 10,
        memory_ratio: 1_000,
    },
    Target {
        name: "stream_messages",
        run: stream_messages::run,
        seeds: stream_messages::seeds,
        memory_bytes: 128 << 10,
        memory_ratio: 1_000,
    },
    Target {
        name: "stream_session",
        run: stream_session::run,
        seeds: stream_session::seeds,
        memory_bytes: 256 << 10,
        memory_ratio: 1_000,
    },
    Target {
        name: "tapes",
        run: tapes::run,
        seeds: tapes::seeds,
        // The decoder of a column's page takes what the page says that it unpacks to.
        memory_bytes: 96 << 20,
        memory_ratio: 1_000,
    },
];

/// The target of a name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

impl Target {
    /// Runs one input.
    ///
    /// # Panics
    ///
    /// If a law is broken, or if the input takes more memory than its length accounts for: that is a finding.
    pub fn run(&self, data: &[u8]) {
        let allowed = self.memory_bytes + self.memory_ratio * data.len() as u64;
        memory::within(allowed, || (self.run)(data));
    }

    /// Inputs to begin with: some that are built in, and those made of the payloads in the shared folder.
    pub fn seeds(&self, shared: Option<&Path>) -> Vec<Vec<u8>> {
        (self.seeds)(shared)
    }
}
