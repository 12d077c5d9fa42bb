//! The servers that are measured. Each says where it listens in one line, and ends with its input.

use std::io::Read;
use std::net::Ipv4Addr;

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use axum::serve::ListenerExt;
use lmex_exchange::{
    AccountConfig, DataDir, Durability, Exchange, ExchangeConfig, KeyConfig, LimitsMode, Permission, Secret,
};
use lmex_types::Decimal;
use tokio::net::TcpListener;

use crate::Outcome;
use crate::requests::{PATH, key_of, secret_of};

/// Accounts of the exchange that is measured, each with one key: as many as connections may send orders.
pub(crate) const ACCOUNTS: usize = 64;

/// `echo`, or `exchange` with the width of its nonce window in milliseconds, and with `os` or `fsync` and a folder if it
/// is to keep what happens.
pub(crate) fn run(what: &[&str]) -> Outcome {
    // As `lmex exchange` has it.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    match what {
        ["echo"] => runtime.block_on(echo()),
        ["exchange", nonce_window_ms, kept @ ..] => {
            runtime.block_on(exchange(nonce_window_ms.parse()?, kept_in(kept)?))
        }
        _ => Err("use: serve echo, or serve exchange NONCE_WINDOW_MS [os|fsync FOLDER]".into()),
    }
}

/// The least that a server of this kind does: it reads a body and sends it back.
async fn echo() -> Outcome {
    let answers = post(|body: Bytes| async move { body }).delete(|| async { "[]" });
    let router = Router::new().route(PATH, answers);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("{}", listener.local_addr()?);
    let listener = listener.tap_io(|socket| drop(socket.set_nodelay(true)));
    tokio::spawn(async move { axum::serve(listener, router).await });
    end_of_input().await
}

fn kept_in(kept: &[&str]) -> Outcome<Option<DataDir>> {
    let (durability, folder) = match kept {
        [] => return Ok(None),
        ["os", folder] => (Durability::Os, folder),
        ["fsync", folder] => (Durability::Fsync, folder),
        _ => return Err("use: os FOLDER or fsync FOLDER".into()),
    };
    Ok(Some(DataDir { durability, ..DataDir::new(folder) }))
}

async fn exchange(nonce_window_ms: i64, data: Option<DataDir>) -> Outcome {
    let mut config = ExchangeConfig {
        limits: LimitsMode::Off,
        nonce_window_ms,
        accounts: (0..ACCOUNTS).map(account).collect(),
        data,
        ..ExchangeConfig::default()
    };
    config.listen.set_port(0);
    config.connections.most = 4 * ACCOUNTS;
    let exchange = Exchange::start(config).await?;
    println!("{}", exchange.rest_url().trim_start_matches("http://"));
    end_of_input().await?;
    exchange.shutdown().await;
    Ok(())
}

fn account(number: usize) -> AccountConfig {
    let key = KeyConfig {
        key: key_of(number),
        secret: Secret::new(secret_of(number)),
        permissions: vec![Permission::Read, Permission::Trade],
        is_random: false,
    };
    AccountConfig {
        name: format!("bench-{number}"),
        balance: Decimal::from(1_000_000),
        fees: None,
        keys: vec![key],
    }
}

async fn end_of_input() -> Outcome {
    let input = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    input.await??;
    Ok(())
}
