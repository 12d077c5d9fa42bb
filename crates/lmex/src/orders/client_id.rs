//! Ids for our orders.

use lmex_types::{ClientOrderId, TimeMs};

/// A client order id that no other process makes: the millisecond and 60 random bits, 27 characters.
pub fn new_client_id(now: TimeMs) -> ClientOrderId {
    let millis = u64::try_from(now.as_millis()).unwrap_or(0) & 0xfff_ffff_ffff;
    let random = rand::random::<u64>() >> 4;
    let text = format!("x{millis:011x}{random:015x}");
    #[expect(clippy::expect_used, reason = "27 hexadecimal characters are a client id by its definition")]
    text.parse().expect("hexadecimal text of 27 characters")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_of_one_millisecond_differ_and_are_short_enough() {
        let now = TimeMs::from_millis(1_795_392_000_000);
        let ids: BTreeSet<_> = (0..10_000).map(|_| new_client_id(now)).collect();
        assert_eq!(ids.len(), 10_000);
        assert!(ids.iter().all(|id| id.as_str().len() == 27));
    }
}
