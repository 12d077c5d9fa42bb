//! What leaves the desk: batches for the hub, answers for those who asked. Nothing of it shows what is not kept yet.

use std::sync::Arc;

use lmex_engine::Stamped;
use lmex_journal::Durability;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use super::DeskState;
use crate::feed::Batch;
use crate::journal::Journal;

/// Sends an answer.
pub(super) type Answer = Box<dyn FnOnce() + Send>;

/// The desk can't go on, and why: the hub has ended, or the journal has stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ended(pub(super) String);

/// The only way out of the desk.
///
/// Without a journal, or with one that promises nothing, batches and answers leave at once. Where a record is kept once
/// the system has it, the desk writes it itself, and they leave then. Where the disk is to be waited for, they leave by
/// the journal's thread, in order, when their record is there; the desk runs ahead meanwhile, as far as the journal's
/// queue lets it.
#[derive(Debug)]
pub(super) struct Outlet {
    hub: mpsc::Sender<Arc<Batch>>,
    /// Batches that have not left.
    untold: Vec<Arc<Batch>>,
    pub(super) journal: Option<Journal>,
}

impl Outlet {
    pub(super) fn new(hub: mpsc::Sender<Arc<Batch>>, journal: Option<Journal>) -> Self {
        Self { hub, untold: Vec::new(), journal }
    }

    /// Takes a command that was carried out. One that led to nothing is nothing that happened.
    pub(super) fn take(&mut self, stamped: &Stamped, batch: &Arc<Batch>) {
        if batch.events.is_empty() {
            return;
        }
        if let Some(journal) = &mut self.journal {
            journal.command(stamped, &batch.events);
        }
        self.untold.push(Arc::clone(batch));
    }

    /// Lets out what was taken, and an answer behind it.
    pub(super) async fn release(&mut self, state: &mut DeskState, answer: Answer) -> Result<(), Ended> {
        match self.journal.as_mut().map(|journal| (journal.promise(), journal)) {
            None => {
                self.release_now().await?;
                answer();
                Ok(())
            }
            Some((Durability::None, _)) => {
                self.release_now().await?;
                answer();
                self.append(state, Box::new(|| ()))
            }
            Some((Durability::Os, journal)) => {
                journal.write(state).map_err(|error| stopped(&error))?;
                self.release_now().await?;
                answer();
                Ok(())
            }
            Some((Durability::Fsync, _)) => self.release_when_kept(state, answer),
        }
    }

    /// Writes what is left and ends.
    pub(super) fn close(self, state: &mut DeskState) {
        let Some(journal) = self.journal else { return };
        if let Err(error) = journal.close(state) {
            tracing::error!("the data folder was not closed in order: {error}");
        }
    }

    async fn release_now(&mut self) -> Result<(), Ended> {
        for batch in self.untold.drain(..) {
            self.hub.send(batch).await.map_err(|_| unheard())?;
        }
        Ok(())
    }

    fn release_when_kept(&mut self, state: &mut DeskState, answer: Answer) -> Result<(), Ended> {
        if self.hub.is_closed() {
            return Err(unheard());
        }
        let Some(journal) = self.journal.as_ref() else { return Ok(()) };
        if !journal.has_draft() {
            return journal.after_all(answer).map_err(|error| stopped(&error));
        }
        let (untold, hub) = (std::mem::take(&mut self.untold), self.hub.clone());
        let leave = move || {
            untold.into_iter().for_each(|batch| tell(&hub, batch));
            answer();
        };
        self.append(state, Box::new(leave))
    }

    fn append(&mut self, state: &mut DeskState, kept: Answer) -> Result<(), Ended> {
        match self.journal.as_mut().filter(|journal| journal.has_draft()) {
            Some(journal) => journal.append(state, kept).map_err(|error| stopped(&error)),
            None => Ok(()),
        }
    }
}

/// Tells the hub from a thread that may wait. A hub that has ended has nobody left to tell.
fn tell(hub: &mpsc::Sender<Arc<Batch>>, batch: Arc<Batch>) {
    if let Err(TrySendError::Full(batch)) = hub.try_send(batch) {
        let _ = hub.blocking_send(batch);
    }
}

/// Said once: the desk ends with it.
fn stopped(error: &dyn std::error::Error) -> Ended {
    tracing::error!(
        "{error}. Nothing is acknowledged any more: see to the disk, then start the exchange again"
    );
    Ended(error.to_string())
}

/// Said once, too.
fn unheard() -> Ended {
    let why = "a fault of the program has ended the task that tells the streams";
    tracing::error!("{why}: nothing is served any more");
    Ended(why.to_owned())
}
