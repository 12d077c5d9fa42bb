//! The way to the desk from elsewhere.

use std::sync::Arc;

use lmex_engine::Command;
use tokio::sync::{mpsc, oneshot};

use super::{Desk, DeskState};
use crate::feed::Batch;

/// Requests that wait for the desk before senders have to wait.
const QUEUE: usize = 1_024;

/// The desk is gone: the exchange is shutting down, or it has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the exchange has stopped: start it again")]
pub struct DeskGone;

/// What the rest of the server holds of the desk. Cheap to clone; when the last one is dropped the desk stops.
#[derive(Debug, Clone)]
pub struct DeskHandle {
    requests: mpsc::Sender<Request>,
}

/// A way to the desk that does not keep it running.
#[derive(Debug, Clone)]
pub(crate) struct WeakDeskHandle {
    requests: mpsc::WeakSender<Request>,
}

impl WeakDeskHandle {
    /// The desk, if anybody still keeps it running.
    pub(crate) fn upgrade(&self) -> Result<DeskHandle, DeskGone> {
        self.requests.upgrade().map(|requests| DeskHandle { requests }).ok_or(DeskGone)
    }
}

/// Runs on the desk; what it returns is called once the hub has been told.
type Request = Box<dyn FnOnce(&mut Desk) -> Box<dyn FnOnce() + Send> + Send>;

/// The desk's end of the queue.
pub(crate) type Requests = mpsc::Receiver<Request>;

impl DeskHandle {
    /// Applies a command and returns its events.
    pub async fn command(&self, command: Command) -> Result<Arc<Batch>, DeskGone> {
        self.act(move |desk| desk.apply(command)).await
    }

    /// Reads the state between two commands.
    pub async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&DeskState) -> T + Send + 'static,
    ) -> Result<T, DeskGone> {
        self.act(move |desk| read(&desk.state)).await
    }

    /// A handle that does not keep the desk running.
    pub(crate) fn downgrade(&self) -> WeakDeskHandle {
        WeakDeskHandle { requests: self.requests.downgrade() }
    }

    /// Applies commands and reads what they have come to, with nothing in between.
    pub(crate) async fn act<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Desk) -> T + Send + 'static,
    ) -> Result<T, DeskGone> {
        let (answer, answered) = oneshot::channel();
        let request: Request = Box::new(move |desk| {
            let result = act(desk);
            // Whoever asked may have gone; that is no concern of the desk.
            Box::new(move || drop(answer.send(result)))
        });
        self.requests.send(request).await.map_err(|_| DeskGone)?;
        answered.await.map_err(|_| DeskGone)
    }
}

/// The queue between handles and desk.
pub(crate) fn queue() -> (DeskHandle, Requests) {
    let (requests, queue) = mpsc::channel(QUEUE);
    (DeskHandle { requests }, queue)
}
