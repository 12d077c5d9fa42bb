//! One WebSocket connection.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config};

use crate::tls::{TlsError, Trust};

pub(super) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// More than any message of the venue; a larger one is a fault, and memory stays bounded.
const MAX_MESSAGE_BYTES: usize = 8 * 1024 * 1024;
/// We send subscriptions and pings; a peer that takes none of them is gone.
const MAX_UNSENT_BYTES: usize = 256 * 1024;

/// Why there is no connection.
pub(super) enum ConnectError {
    /// Nobody to be trusted is there.
    Tls(TlsError),
    /// A reason for people.
    Other(String),
}

/// Opens a connection.
pub(super) async fn connect(url: &str, within: Duration, trust: &Trust) -> Result<Socket, ConnectError> {
    let connector = if url.starts_with("wss://") {
        Connector::Rustls(Arc::clone(trust.config()))
    } else {
        Connector::Plain
    };
    let config = WebSocketConfig::default()
        .max_message_size(Some(MAX_MESSAGE_BYTES))
        .max_frame_size(Some(MAX_MESSAGE_BYTES))
        .max_write_buffer_size(MAX_UNSENT_BYTES);
    let connecting = connect_async_tls_with_config(url, Some(config), true, Some(connector));
    match tokio::time::timeout(within, connecting).await {
        Ok(Ok((socket, _))) => Ok(socket),
        Ok(Err(error)) => Err(TlsError::find(&error).map_or_else(
            || ConnectError::Other(format!("no connection to {url}: {error}")),
            ConnectError::Tls,
        )),
        Err(_) => Err(ConnectError::Other(format!("no connection to {url} within {} s", within.as_secs()))),
    }
}
