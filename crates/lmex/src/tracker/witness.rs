//! How a client tells its tracker what it does itself.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use lmex_api::futures::OrderAnswer;
use lmex_types::{ClientOrderId, Symbol};

use super::ledger::Ledger;
use super::order::{End, Phase};
use super::report::Report;
use super::shared::Shared;

/// A tracker that is to be told.
pub(crate) type Appointed = Arc<Shared>;

/// Whoever follows the orders of a client, if anybody does.
#[derive(Debug, Clone, Default)]
pub(crate) struct Witness {
    tracker: Arc<Mutex<Weak<Shared>>>,
}

impl Witness {
    /// Whether nobody followed them yet.
    pub(crate) fn appoint(&self, tracker: &Arc<Shared>) -> bool {
        let mut present = self.tracker.lock().unwrap_or_else(PoisonError::into_inner);
        let is_free = present.upgrade().is_none_or(|tracker| tracker.is_over());
        if is_free {
            *present = Arc::downgrade(tracker);
        }
        is_free
    }

    pub(crate) fn intended(&self, client_id: ClientOrderId, symbol: Symbol) {
        self.tell(|ledger| ledger.intend(client_id, symbol));
    }

    pub(crate) fn left(&self, client_id: ClientOrderId) {
        self.tell(|ledger| ledger.advance(client_id, Phase::Sent));
    }

    /// Its answer was lost: it is to be asked for.
    pub(crate) fn unknown(&self, client_id: ClientOrderId, symbol: Symbol) {
        self.tell(|ledger| {
            ledger.intend(client_id, symbol);
            ledger.advance(client_id, Phase::Unknown);
        });
        if let Some(tracker) = self.present() {
            tracker.nudge();
        }
    }

    /// Orders that this client has placed before it was followed.
    pub(crate) fn placed(&self, client_ids: impl IntoIterator<Item = ClientOrderId>) {
        self.tell(|ledger| ledger.know_as_own(client_ids));
    }

    pub(crate) fn refused(&self, client_id: ClientOrderId, reason: String) {
        self.tell(|ledger| ledger.end_unborn(client_id, End::Refused, reason));
    }

    pub(crate) fn absent(&self, client_id: ClientOrderId) {
        self.tell(|ledger| ledger.end_unborn(client_id, End::Absent, String::new()));
    }

    /// The venue has it: as answered, or as found by asking.
    pub(crate) fn exists(&self, client_id: ClientOrderId, order: &OrderAnswer) {
        self.tell(|ledger| ledger.answered(client_id, &Report::of_answer(order)));
    }

    pub(crate) fn amended(&self, order: &OrderAnswer) {
        self.tell(|ledger| ledger.amended(&Report::of_answer(order)));
    }

    /// Orders that an answer tells of besides.
    pub(crate) fn told(&self, orders: &[OrderAnswer]) {
        self.tell(|ledger| orders.iter().for_each(|order| ledger.hear(&Report::of_answer(order))));
    }

    fn present(&self) -> Option<Arc<Shared>> {
        let tracker = self.tracker.lock().unwrap_or_else(PoisonError::into_inner).upgrade();
        tracker.filter(|tracker| !tracker.is_over())
    }

    fn tell(&self, tell: impl FnOnce(&mut Ledger)) {
        if let Some(tracker) = self.present() {
            tracker.change(tell);
        }
    }
}
