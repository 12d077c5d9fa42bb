//! An HTTP/1.1 connection that is kept, as cheap as it can be: the load shares its processors with the server.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Outcome;

/// One connection; one request at a time.
#[derive(Debug)]
pub(crate) struct Connection {
    socket: TcpStream,
    /// What was read of the answer.
    read: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Outcome<Self> {
        let socket = TcpStream::connect(address).await?;
        socket.set_nodelay(true)?;
        Ok(Self { socket, read: Vec::with_capacity(4_096) })
    }

    /// Sends a request and reads its answer to the end. Any answer but a success is an error.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Outcome<&[u8]> {
        self.socket.write_all(request).await?;
        self.read.clear();
        let mut whole = None;
        while whole.is_none_or(|(_, end)| self.read.len() < end) {
            if self.socket.read_buf(&mut self.read).await? == 0 {
                return Err("the server ended the connection".into());
            }
            if whole.is_none() {
                whole = body_of(&self.read);
            }
        }
        let (begin, end) = whole.unwrap_or_default();
        let body = self.read.get(begin..end).unwrap_or_default();
        if !self.read.starts_with(b"HTTP/1.1 200") {
            return Err(String::from_utf8_lossy(&self.read).into());
        }
        Ok(body)
    }
}

/// Where the body of an answer begins and ends, once its head is there.
fn body_of(answer: &[u8]) -> Option<(usize, usize)> {
    const NAME: &[u8] = b"\r\ncontent-length: ";
    let head = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    let length = answer.windows(NAME.len()).position(|bytes| bytes.eq_ignore_ascii_case(NAME))? + NAME.len();
    let digits = answer.get(length..)?.iter().take_while(|byte| byte.is_ascii_digit());
    let length = digits.fold(0, |length, digit| 10 * length + usize::from(digit - b'0'));
    Some((head + 4, head + 4 + length))
}
