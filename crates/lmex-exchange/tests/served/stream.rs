//! A client of the streams that knows nothing of the exchange's code.

use futures_util::{SinkExt, StreamExt};
use lmex_api::Signer;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::venue::Venue;

pub(crate) struct Stream(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Stream {
    pub(crate) async fn connect(venue: &Venue, path: &str) -> Self {
        Self(connect_async(format!("{}{path}", venue.exchange.ws_url())).await.unwrap().0)
    }

    pub(crate) async fn logged_in(venue: &Venue, (key, secret): (&str, &str)) -> Self {
        let mut stream = Self::connect(venue, "/ws/futures").await;
        let nonce = venue.nonce();
        let signature = Signer::new(secret.as_bytes()).sign_login("/ws/futures", &nonce);
        stream.say(&json!({"op": "login", "args": [key, nonce, signature.as_str()]})).await;
        assert_eq!(stream.hear().await, json!({"event": "login", "success": true}));
        stream
    }

    pub(crate) async fn say(&mut self, message: &Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    /// Whether a topic is acknowledged.
    pub(crate) async fn subscribe(&mut self, topic: &str) -> bool {
        self.say(&json!({"op": "subscribe", "args": [topic]})).await;
        loop {
            let heard = self.hear().await;
            if heard["event"] == "subscribe" {
                return heard["channel"] == json!([topic]);
            }
        }
    }

    /// Everything that was said before the answer to a question that is asked now.
    pub(crate) async fn heard_so_far(&mut self) -> Vec<Value> {
        self.say(&json!({"op": "ping"})).await;
        let mut heard = Vec::new();
        loop {
            match self.hear().await {
                pong if pong["event"] == "pong" => return heard,
                other => heard.push(other),
            }
        }
    }

    pub(crate) async fn hear(&mut self) -> Value {
        loop {
            if let Message::Text(text) = self.0.next().await.unwrap().unwrap() {
                return serde_json::from_str(&text).unwrap();
            }
        }
    }
}
