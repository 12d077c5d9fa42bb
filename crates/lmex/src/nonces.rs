//! One sequence of nonces for each key in this process, however many clients use it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use lmex_api::Nonces;

/// The nonces of a key. The venue refuses a repeated nonce whoever sends it, so clients of one key must not count
/// each for itself. This is the SDK's only process-wide state.
pub(crate) fn of_key(key: &str) -> Arc<Nonces> {
    static BY_KEY: Mutex<BTreeMap<String, Weak<Nonces>>> = Mutex::new(BTreeMap::new());
    let mut by_key = BY_KEY.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(nonces) = by_key.get(key).and_then(Weak::upgrade) {
        return nonces;
    }
    by_key.retain(|_, nonces| nonces.strong_count() > 0);
    let nonces = Arc::new(Nonces::new());
    by_key.insert(key.to_owned(), Arc::downgrade(&nonces));
    nonces
}

#[cfg(test)]
mod tests {
    use super::*;
    use lmex_types::TimeMs;

    #[test]
    fn clients_of_one_key_share_their_nonces_and_others_do_not() {
        let now = TimeMs::from_millis(1_000);
        let (first, second, other) = (of_key("nonces-a"), of_key("nonces-a"), of_key("nonces-b"));
        assert_eq!((first.next(now), second.next(now), other.next(now)), (1_000, 1_001, 1_000));
    }
}
