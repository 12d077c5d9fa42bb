//! A scripted server of streams, and a client of it.

use futures_util::{SinkExt, StreamExt};
use lmex::{Client, Credentials, Endpoints, Environment};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::{Bytes, Message};
use tokio_tungstenite::{WebSocketStream, accept_async};

use crate::streams::soon;

/// The client's key.
pub(crate) const KEY: &str = "script-key";
/// Its secret.
pub(crate) const SECRET: &str = "script-secret";

/// A server of streams that does nothing of itself.
pub(crate) struct Server(pub(crate) TcpListener);

/// A connection of the client's.
pub(crate) struct Peer(pub(crate) WebSocketStream<TcpStream>);

impl Server {
    pub(crate) async fn start() -> (Self, Client) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (rest, ws) = (format!("http://{address}"), format!("ws://{address}"));
        let endpoints = Endpoints::new(Environment::Local, Some(&rest), Some(&ws), &[]).unwrap();
        let credentials = Credentials::new(KEY, SECRET).unwrap();
        (Self(listener), Client::builder(endpoints).credentials(credentials).build().unwrap())
    }

    pub(crate) async fn accept(&self) -> Peer {
        soon(async { Peer(accept_async(self.0.accept().await.unwrap().0).await.unwrap()) }).await
    }
}

impl Peer {
    pub(crate) async fn say(&mut self, text: impl Into<String>) {
        self.0.send(Message::text(text.into())).await.unwrap();
    }

    /// The next text of the client.
    pub(crate) async fn hear(&mut self) -> String {
        soon(async {
            loop {
                if let Message::Text(text) = self.0.next().await.unwrap().unwrap() {
                    return text.to_string();
                }
            }
        })
        .await
    }

    /// Hears these, in this order.
    pub(crate) async fn expect(&mut self, texts: &[&str]) {
        for text in texts {
            assert_eq!(self.hear().await, *text);
        }
    }

    /// Waits until the client has taken everything that was said.
    pub(crate) async fn until_taken(&mut self) {
        self.0.send(Message::Ping(Bytes::from_static(b"all"))).await.unwrap();
        soon(async {
            loop {
                if let Message::Pong(text) = self.0.next().await.unwrap().unwrap()
                    && text.as_ref() == b"all"
                {
                    return;
                }
            }
        })
        .await;
    }
}
