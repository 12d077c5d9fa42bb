//! A connection's socket, and a way to end it without a farewell.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Says how a connection ends. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wire(Arc<AtomicBool>);

impl Wire {
    /// When the connection ends, it is reset (RST) instead of closed.
    pub(crate) fn reset(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// The socket, which ends as this says.
    pub(super) fn carry(&self, socket: TcpStream) -> WiredSocket {
        WiredSocket { socket, wire: self.clone() }
    }
}

/// A socket that may be reset when it is dropped.
#[derive(Debug)]
pub(super) struct WiredSocket {
    socket: TcpStream,
    wire: Wire,
}

impl WiredSocket {
    fn is_reset(&self) -> bool {
        self.wire.0.load(Ordering::Acquire)
    }
}

impl Drop for WiredSocket {
    fn drop(&mut self) {
        if self.is_reset() {
            // Where the system does not know it, the connection is closed the common way.
            let _ = self.socket.set_zero_linger();
        }
    }
}

impl AsyncRead for WiredSocket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(context, buffer)
    }
}

impl AsyncWrite for WiredSocket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    /// The end of what is written is told to the client, unless there is to be no farewell.
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.is_reset() {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}
