//! The thread on which a blocking client's work goes on.

use std::io;
use std::thread;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::error::Error;

/// A runtime of one thread, until this is dropped.
#[derive(Debug)]
pub(super) struct Engine {
    handle: Handle,
    /// Dropped with this; then the thread ends.
    _lives: oneshot::Sender<()>,
}

impl Engine {
    pub(super) fn start() -> Result<Self, Error> {
        let failed = |error: io::Error| Error::Build(format!("a thread can't be started: {error}"));
        let runtime = Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let handle = runtime.handle().clone();
        let (lives, ended) = oneshot::channel();
        let turn = move || {
            // Only its own thread drives a runtime's sockets and clocks, also those of who waits on another.
            let _ = runtime.block_on(ended);
        };
        thread::Builder::new().name("lmex".to_owned()).spawn(turn).map_err(failed)?;
        Ok(Self { handle, _lives: lives })
    }

    /// Waits on the calling thread.
    pub(super) fn wait<F: Future>(&self, work: F) -> Result<F::Output, Error> {
        if Handle::try_current().is_ok() {
            return Err(Error::InsideRuntime);
        }
        Ok(self.handle.block_on(work))
    }

    /// Does what starts tasks, and returns at once.
    pub(super) fn within<T>(&self, work: impl FnOnce() -> T) -> T {
        let _inside = self.handle.enter();
        work()
    }
}
