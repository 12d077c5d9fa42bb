//! Which nonces may still come: near the present, and each once.

use std::collections::BTreeSet;

use lmex_types::TimeMs;

/// The nonces of one key that were used lately.
///
/// A nonce is accepted only within the window around the present, and stays remembered for twice the window, so that
/// what is remembered is bounded by the window and nothing is accepted twice even if the clock is set back by as much.
#[derive(Debug, Default)]
pub(super) struct SeenNonces(BTreeSet<i64>);

impl SeenNonces {
    /// Remembers a nonce; false if it is remembered already. `now` is the earliest time by any clock that nonces may be
    /// compared with: what that one would still accept is not forgotten.
    pub(super) fn insert(&mut self, nonce: i64, now: TimeMs, window_ms: i64) -> bool {
        let oldest = now.plus_ms(window_ms.saturating_mul(-2)).as_millis();
        // Hardly ever more than one: splitting the set would build it anew with every request.
        while self.0.first().is_some_and(|first| *first < oldest) {
            self.0.pop_first();
        }
        self.0.insert(nonce)
    }
}

/// A nonce as it is sent: milliseconds since 1970 in decimal digits.
pub(super) fn parse(text: &str) -> Option<i64> {
    let digits_only = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits_only.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_nonce_is_accepted_once_in_any_order() {
        let mut seen = SeenNonces::default();
        let now = TimeMs::from_millis(10_000);
        assert!([10_000, 9_000, 10_500].into_iter().all(|nonce| seen.insert(nonce, now, 4_000)));
        assert!(!seen.insert(9_000, now, 4_000));
        assert!(
            !seen.insert(9_000, now.plus_ms(4_000), 4_000),
            "still remembered when it is about to be too old"
        );
    }

    #[test]
    fn what_is_too_old_to_be_accepted_again_is_forgotten() {
        let mut seen = SeenNonces::default();
        for nonce in 0..100_000 {
            assert!(seen.insert(nonce, TimeMs::from_millis(nonce), 1_000));
        }
        assert!(seen.0.len() <= 2_001, "{}", seen.0.len());
    }

    #[test]
    fn only_plain_digits_are_a_nonce() {
        assert_eq!(parse("1624984297330"), Some(1_624_984_297_330));
        for text in ["", "+1", "-1", "1.5", "1e3", " 1", "99999999999999999999", "１"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
