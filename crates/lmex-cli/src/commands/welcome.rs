//! `lmex` alone: what this is, and what to do next.

use crate::error::CliError;
use crate::output::Output;

const TEXT: &str = "\
lmex: trade on LMEX, its testnet, or an exchange on your own machine. Unofficial; trading risks money.

Next:
  lmex demo                   see everything happen on a local exchange, with play money
  lmex exchange               run that exchange; then, in another terminal:
  lmex buy BTC-PERP 0.001btc --limit 60000 --post-only

`lmex help` lists all commands. Without --env or LMEX_ENV everything stays on this machine.
";

pub fn run(output: &Output) -> Result<(), CliError> {
    output.text(TEXT)
}
