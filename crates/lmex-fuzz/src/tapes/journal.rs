//! Journals of intents that a dead process has left: adopted whole, or refused and left where they are.

use std::path::Path;

use bytes::Bytes;
use http::Request;
use lmex::{
    Client, Durability, Endpoints, Environment, Error, Pace, Retry, Transport, TransportError,
    TransportFuture,
};

use super::put;

/// An exchange that can't be reached.
struct Unreachable;

impl Transport for Unreachable {
    fn send(&self, _: Request<Bytes>) -> TransportFuture<'_> {
        Box::pin(std::future::ready(Err(TransportError::NotSent("nobody is there".to_owned()))))
    }
}

pub(super) fn run(folder: &Path, bytes: &[u8]) {
    #[expect(clippy::expect_used, reason = "without a runtime nothing can be tried")]
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime can be made");
    runtime.block_on(adopt(folder, bytes));
}

async fn adopt(folder: &Path, bytes: &[u8]) {
    let Some(client) = client(folder) else { return };
    let Ok(symbol) = "BTC-PERP".parse() else { return };
    // The first look makes the folder of this client's scope.
    let _ = client.resolve(symbol).await;
    let Some(scope) = only_entry(folder) else { return };
    let left = scope.join("left.ndjson");
    put(&left, bytes);
    let result = client.resolve(symbol).await;
    let is_refused = matches!(result, Err(Error::Journal(_)));
    assert_eq!(is_refused, left.exists(), "{result:?}");
    if let Err(error) = result {
        assert!(error.to_string().len() < 4_096, "an error of {} bytes", error.to_string().len());
    }
}

fn client(folder: &Path) -> Option<Client> {
    let endpoints = Endpoints::new(Environment::Local, Some("http://127.0.0.1:1"), None, &[]).ok()?;
    let once = Retry { attempts: 1, base_ms: 0, cap_ms: 0 };
    let builder = Client::builder(endpoints).transport(Unreachable).retry(once).pace(Pace::default());
    builder
        .resolve_within(std::time::Duration::ZERO)
        .journal(folder)
        .journal_durability(Durability::Os)
        .build()
        .ok()
}

fn only_entry(folder: &Path) -> Option<std::path::PathBuf> {
    std::fs::read_dir(folder).ok()?.next()?.ok().map(|entry| entry.path())
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let intent =
        r#"{"intended":{"at":1700000000000,"symbol":"BTC-PERP","client_id":"a","left_by":1700000000001}}"#;
    let other = intent.replace("BTC", "ETH").replace("\"a\"", "\"b\"");
    let settled = r#"{"settled":{"client_id":"a","how":"done"}}"#;
    let files = [
        format!("{intent}\n{other}\n{settled}\n"),
        format!("{intent}\n\n\n\0\0{}", intent.get(..20).unwrap_or_default()),
        format!("{other}\n{settled}\n\n\n"),
    ];
    files.map(String::into_bytes).into()
}
