//! What leaves the desk: batches for the hub, answers for those who asked. Nothing of it shows what is not kept yet.

use std::sync::Arc;

use lmex_engine::Stamped;
use lmex_journal::Durability;
use tokio::sync::mpsc;

use super::DeskState;
use crate::feed::Batch;
use crate::journal::Journal;

/// Batches that are let out at the latest, though nobody waits for them.
const MOST_UNTOLD: usize = 64;

/// The desk can't go on, and why: the hub has ended, or the journal has stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ended(pub(super) String);

/// The only way out of the desk.
///
/// Where a record survives something, the desk writes it itself, and waits for the disk if that was promised; batches and
/// answers leave then. Meanwhile requests gather, and the next record holds them all. With a journal that promises
/// nothing, the journal's thread writes it some time.
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

    /// Whether enough was taken to let it out, though nobody waits for it.
    pub(super) fn is_heavy(&self) -> bool {
        self.untold.len() >= MOST_UNTOLD
    }

    /// Lets out what was taken. Answers may follow.
    pub(super) async fn release(&mut self, state: &mut DeskState) -> Result<(), Ended> {
        if let Some(journal) = &mut self.journal {
            let kept = match journal.promise() {
                Durability::None => journal.append(state),
                Durability::Os | Durability::Fsync => journal.write(state),
            };
            kept.map_err(|error| stopped(&error))?;
        }
        for batch in self.untold.drain(..) {
            self.hub.send(batch).await.map_err(|_| unheard())?;
        }
        Ok(())
    }

    /// Writes what is left and ends.
    pub(super) fn close(self, state: &mut DeskState) {
        let Some(journal) = self.journal else { return };
        if let Err(error) = journal.close(state) {
            tracing::error!("the data folder was not closed in order: {error}");
        }
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
