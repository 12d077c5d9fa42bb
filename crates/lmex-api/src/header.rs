//! Names of headers that only answers of a local exchange carry.

/// The header of an answer that says where its prices come from: `simulated, seed 7`, or a description of a tape, in
/// visible ASCII and spaces. LMEX sends no such header: who sees it does not speak to LMEX.
pub const MARKET_SOURCE: &str = "lmex-market-source";
