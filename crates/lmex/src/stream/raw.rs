//! A stream word for word, for tools that find out how an exchange behaves.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use lmex_api::stream::{LoginOperation, StreamPath};
use tokio_tungstenite::tungstenite::Message;

use super::socket::{ConnectError, Socket, connect};
use crate::client::Client;
use crate::error::Error;

const WITHIN: Duration = Duration::from_secs(10);

/// A connection on which nothing is said of itself: what to ask for and what to make of the answer is the caller's.
/// Everything else is better served by [`Client::subscribe`].
#[derive(Debug)]
pub struct RawStream {
    client: Client,
    path: StreamPath,
    socket: Box<Socket>,
}

impl Client {
    /// Opens a stream and says nothing on it.
    pub async fn raw_stream(&self, path: StreamPath) -> Result<RawStream, Error> {
        let origin = self.endpoints().ws()?.to_owned();
        let url = format!("{origin}{}", path.as_str());
        match connect(&url, WITHIN, self.trust()).await {
            Ok(socket) => Ok(RawStream { client: self.clone(), path, socket: Box::new(socket) }),
            Err(ConnectError::Tls(error)) => Err(Error::Tls { origin, error }),
            Err(ConnectError::Other(reason)) => Err(Error::NotSent { origin, reason }),
        }
    }
}

impl RawStream {
    /// Sends a text.
    pub async fn send(&mut self, text: impl Into<String>) -> Result<(), Error> {
        let sent = self.socket.send(Message::text(text.into())).await;
        sent.map_err(|error| self.lost(&error.to_string()))
    }

    /// Logs in under one of the names of it. The text holds the key and a signature, so it is not given out.
    pub async fn log_in(&mut self, operation: LoginOperation) -> Result<(), Error> {
        let signer = self.client.signer().ok_or(Error::NoCredentials)?;
        let frame = signer.log_in(operation, self.path, self.client.clock());
        self.send(frame.to_json()).await
    }

    /// The next text; `None` if none comes within that time. Cancel safe.
    pub async fn next(&mut self, within: Duration) -> Result<Option<String>, Error> {
        let text = async {
            loop {
                match self.socket.next().await {
                    Some(Ok(Message::Text(text))) => return Ok(text.to_string()),
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return Err(error.to_string()),
                    None => return Err("the exchange closed the connection".to_owned()),
                }
            }
        };
        match tokio::time::timeout(within, text).await {
            Ok(Ok(text)) => Ok(Some(text)),
            Ok(Err(reason)) => Err(self.lost(&reason)),
            Err(_) => Ok(None),
        }
    }

    fn lost(&self, reason: &str) -> Error {
        let origin = self.client.endpoints().ws().unwrap_or_default().to_owned();
        Error::Lost { origin, reason: reason.to_owned() }
    }
}
