//! Servers that say one thing only.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;

use futures_util::SinkExt as _;
use tokio_tungstenite::tungstenite::Message;

use super::Venue;

/// Answers every request with these bytes. Gives its origin.
pub(crate) fn http(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client.unwrap();
            let mut request = BufReader::new(client.try_clone().unwrap());
            let mut line = String::new();
            while request.read_line(&mut line).is_ok_and(|read| read > 2) {
                line.clear();
            }
            let _ = client.write_all(answer.as_bytes());
        }
    });
    origin
}

/// Sends these messages to everyone who connects, and nothing more. Gives its origin.
pub(crate) fn stream(venue: &Venue, messages: Vec<String>) -> String {
    let listener = venue.runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let origin = format!("ws://{}", listener.local_addr().unwrap());
    venue.runtime.spawn(async move {
        // Kept open: what was said last is all there is.
        let mut sockets = Vec::new();
        while let Ok((client, _)) = listener.accept().await {
            let Ok(mut socket) = tokio_tungstenite::accept_async(client).await else { continue };
            for message in &messages {
                let _ = socket.send(Message::text(message)).await;
            }
            sockets.push(socket);
        }
    });
    origin
}
