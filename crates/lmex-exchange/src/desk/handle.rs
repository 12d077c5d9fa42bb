//! The way to the desk from elsewhere.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use lmex_engine::Command;
use lmex_journal::{Durability, Failed};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;

use super::{Desk, DeskState};
use crate::feed::Batch;

/// Requests that wait for the desk before senders have to wait.
const QUEUE: usize = 1_024;

/// The desk is gone: the exchange is shutting down, or it has failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeskGone {
    /// It was stopped.
    #[error("the exchange has stopped: start it again")]
    Stopped,
    /// What happens can't be kept any more, so nothing is shown or acknowledged any more.
    #[error("{failed}. {}; whether this request is, is not known", is_kept(*promise, *kept))]
    Unkept {
        /// What the journal says.
        failed: Failed,
        /// The last record that was kept as promised.
        kept: u64,
        /// What was promised.
        promise: Durability,
    },
    /// It has failed otherwise. The log has said so, too.
    #[error(
        "the exchange has failed: {why}. Start it again, and tell its makers; whether this request was carried out is \
         not known"
    )]
    Failed {
        /// What happened.
        why: String,
    },
}

/// What has become of what was acknowledged, by what was promised.
fn is_kept(promise: Durability, kept: u64) -> String {
    match promise {
        Durability::Fsync => format!("What was acknowledged is on disk, up to record {kept}"),
        Durability::Os => format!(
            "What was acknowledged is with the system, up to record {kept}: only a power loss can take it away"
        ),
        Durability::None => {
            format!("What was acknowledged may be lost: written are the records up to record {kept}")
        }
    }
}

/// What the rest of the server holds of the desk. Cheap to clone; when the last one is dropped the desk stops.
#[derive(Debug, Clone)]
pub struct DeskHandle {
    requests: mpsc::Sender<Request>,
    journal: Option<lmex_journal::Handle>,
    end: watch::Receiver<Option<DeskGone>>,
}

/// A way to the desk that does not keep it running.
#[derive(Debug, Clone)]
pub(crate) struct WeakDeskHandle {
    requests: mpsc::WeakSender<Request>,
    journal: Option<lmex_journal::Handle>,
    end: watch::Receiver<Option<DeskGone>>,
}

impl WeakDeskHandle {
    /// The desk, if anybody still keeps it running.
    pub(crate) fn upgrade(&self) -> Result<DeskHandle, DeskGone> {
        let requests = self.requests.upgrade().ok_or(DeskGone::Stopped)?;
        Ok(DeskHandle { requests, journal: self.journal.clone(), end: self.end.clone() })
    }

    /// How the desk has ended, if it says so in time: what it tells of ends a little before it does.
    pub(crate) async fn end_within(&self, patience: Duration) -> Option<DeskGone> {
        if let Some(unkept) = unkept(self.journal.as_ref()) {
            return Some(unkept);
        }
        let mut end = self.end.clone();
        let told = timeout(patience, end.wait_for(Option::is_some)).await;
        let told = told.ok().and_then(|told| told.ok().and_then(|end| end.clone()));
        unkept(self.journal.as_ref()).or(told)
    }
}

/// Runs on the desk; what it returns is called once the hub has been told.
pub(super) type Request = Box<dyn FnOnce(&mut Desk) -> Answer + Send>;

/// Sends an answer.
pub(super) type Answer = Box<dyn FnOnce() + Send>;

/// The desk's end of the queue. Once it is dropped, handles know how the desk has ended: on every way out.
#[derive(Debug)]
pub(crate) struct Requests {
    pub(super) queue: mpsc::Receiver<Request>,
    end: watch::Sender<Option<DeskGone>>,
}

impl Requests {
    /// This is how the desk ends.
    pub(super) fn end(self, gone: DeskGone) {
        self.end.send_replace(Some(gone));
    }
}

impl Drop for Requests {
    fn drop(&mut self) {
        self.end.send_if_modified(|end| {
            let is_silent = end.is_none();
            end.get_or_insert_with(unsaid);
            is_silent
        });
    }
}

/// How the desk ends where nobody has said so: torn down by a panic, or with the runtime that it was a task of.
fn unsaid() -> DeskGone {
    if !thread::panicking() {
        return DeskGone::Stopped;
    }
    let why = "a fault of the program has ended the task that carries out requests".to_owned();
    tracing::error!("{why}: nothing is served any more");
    DeskGone::Failed { why }
}

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
        WeakDeskHandle {
            requests: self.requests.downgrade(),
            journal: self.journal.clone(),
            end: self.end.clone(),
        }
    }

    /// Why the desk is gone, or soon will be; `None` while nothing says that it will.
    pub(crate) fn end(&self) -> Option<DeskGone> {
        self.unkept().or_else(|| self.end.borrow().clone())
    }

    fn unkept(&self) -> Option<DeskGone> {
        unkept(self.journal.as_ref())
    }

    /// Why there is no answer. A request that is dropped without one is the first that shows it: the desk says why only
    /// when all of it has come down.
    async fn gone(&self) -> DeskGone {
        if let Some(unkept) = self.unkept() {
            return unkept;
        }
        let told = self.end.clone().wait_for(Option::is_some).await.map(|end| end.clone());
        self.unkept().or(told.ok().flatten()).unwrap_or(DeskGone::Stopped)
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
        if self.requests.send(request).await.is_err() {
            return Err(self.gone().await);
        }
        match answered.await {
            Ok(answer) => Ok(answer),
            Err(_) => Err(self.gone().await),
        }
    }
}

fn unkept(journal: Option<&lmex_journal::Handle>) -> Option<DeskGone> {
    let journal = journal?;
    let (kept, promise) = (journal.kept(), journal.promise());
    journal.failure().map(|failed| DeskGone::Unkept { failed, kept, promise })
}

/// The queue between handles and desk; the journal is that which the desk writes, if any.
pub(crate) fn queue(journal: Option<lmex_journal::Handle>) -> (DeskHandle, Requests) {
    let (requests, queue) = mpsc::channel(QUEUE);
    let (end, ended) = watch::channel(None);
    (DeskHandle { requests, journal, end: ended }, Requests { queue, end })
}
