//! Whether anybody listens to what costs something to make up. The hub says so, the desk and the five-second round ask.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Who listens to positions. Cheap to clone; all clones are the same.
///
/// It is said before a subscription is acknowledged, so that who acts after that misses nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Audience(Arc<Topics>);

#[derive(Debug, Default)]
struct Topics {
    changed: AtomicBool,
    all: AtomicBool,
}

impl Audience {
    /// Whether anybody hears of positions when they change.
    pub(crate) fn hears_changed_positions(&self) -> bool {
        self.0.changed.load(Ordering::Acquire)
    }

    /// Whether anybody hears of all positions every five seconds.
    pub(crate) fn hears_all_positions(&self) -> bool {
        self.0.all.load(Ordering::Acquire)
    }

    pub(super) fn set(&self, changed: bool, all: bool) {
        self.0.changed.store(changed, Ordering::Release);
        self.0.all.store(all, Ordering::Release);
    }
}
