//! Starts an exchange and prints one line of JSON that says how to reach it: `serve [PORT] [--limits-off]`.
//!
//! It stops when its input ends.

use std::error::Error;

use lmex_exchange::{Exchange, ExchangeConfig, LimitsMode};

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut config = ExchangeConfig::default();
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--limits-off" => config.limits = LimitsMode::Off,
            port => config.listen.set_port(port.parse()?),
        }
    }
    let exchange = Exchange::start(config).await?;
    announce(&serde_json::json!({
        "rest": exchange.rest_url(),
        "ws": exchange.ws_url(),
        "api_key": exchange.api_key(),
        "api_secret": exchange.api_secret(),
        "market": exchange.market_source(),
    }));
    wait_for_end_of_input().await?;
    exchange.shutdown().await;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the line is what this program is for")]
fn announce(line: &serde_json::Value) {
    println!("{line}");
}

async fn wait_for_end_of_input() -> Result<(), Box<dyn Error>> {
    let input = tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink()));
    input.await??;
    Ok(())
}
