//! What an exchange is started with beside its market: its time, its faults, its time-outs.

use std::path::PathBuf;

use clap::Args;
use lmex::Decimal;
use lmex_exchange::faults::FaultSpec;
use lmex_exchange::{ExchangeConfig, Flow, Speed};

use crate::error::CliError;

#[derive(Debug, Args)]
pub struct Controls {
    /// How venue time passes: real, paused, or so many times faster: x10. `lmex exchange time` changes it later.
    #[arg(long, default_value = "real", value_name = "real|paused|xN", value_parser = flow)]
    pub time: Flow,
    /// A fault from the start: a kind and its members, as `lmex exchange fault add` takes them; may be repeated. See
    /// docs/FAULTS.md.
    #[arg(long, value_name = "KIND,NAME=VALUE", value_parser = fault)]
    pub fault: Vec<FaultSpec>,
    /// More of them: a JSON file with a list of faults.
    #[arg(long, value_name = "FILE")]
    pub faults: Option<PathBuf>,
    /// How long blocks after a breach of a limit are: 1 is LMEX's 1 s, 5 min and 15 min.
    #[arg(long, default_value = "1", value_name = "X", allow_negative_numbers = true)]
    pub block_scale: Decimal,
    /// How long the time-outs of connections and streams are: 1 is usual.
    #[arg(long, default_value = "1", value_name = "X", allow_negative_numbers = true)]
    pub timeout_scale: Decimal,
}

impl Controls {
    /// The same for an exchange.
    pub fn apply(&self, config: ExchangeConfig) -> Result<ExchangeConfig, CliError> {
        let most = Decimal::ONE_THOUSAND;
        if self.block_scale < Decimal::ZERO || self.block_scale > most {
            let message = format!("--block-scale {} is out of range: 0 to {most}", self.block_scale);
            return Err(CliError::new("invalid", message));
        }
        let mut faults = self.faults.as_ref().map_or_else(|| Ok(Vec::new()), of_file)?;
        faults.extend(self.fault.iter().cloned());
        let (block_scale, timeout_scale) = (self.block_scale, self.timeout_scale);
        Ok(ExchangeConfig { time: self.time, faults, block_scale, timeout_scale, ..config })
    }
}

fn of_file(path: &PathBuf) -> Result<Vec<FaultSpec>, CliError> {
    let text = std::fs::read(path)
        .map_err(|error| CliError::io(&format!("read the faults in {}", path.display()), &error))?;
    serde_json::from_slice(&text).map_err(|error| {
        CliError::new("invalid", format!("{} is no list of faults: {error}", path.display()))
            .hint(r#"write them as [{"kind":"delay","path":"/order","ms":500}]"#)
    })
}

fn flow(text: &str) -> Result<Flow, String> {
    match text {
        "real" => Ok(Flow::REAL),
        "paused" => Ok(Flow::PAUSED),
        _ => {
            let speed: Speed = text.parse().map_err(|error| format!("use real, paused or x10: {error}"))?;
            Ok(Flow { is_paused: false, speed })
        }
    }
}

fn fault(line: &str) -> Result<FaultSpec, String> {
    FaultSpec::parse(line).map_err(|error| error.to_string())
}
