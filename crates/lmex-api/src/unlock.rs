//! `Retry-After` on LMEX: the time at which the block ends, in a unit that nobody has documented.

use lmex_types::TimeMs;

/// Nothing that the venue documents blocks for longer: the highest tier is 15 minutes.
pub(crate) const LONGEST_BLOCK_MS: i64 = 15 * 60 * 1_000;
/// Shortest documented tier.
const SHORTEST_BLOCK_MS: i64 = 1_000;

/// Reads a `Retry-After` value as the moment at which requests may leave again.
///
/// The documents say "unlocked timestamp" without a unit; the HTTP standard says a number of seconds from now. The
/// unit is guessed from the size of the number: 13 digits are milliseconds since 1970, 10 digits seconds since
/// 1970, fewer are seconds from now. The result is kept between one second and 15 minutes from now (the lowest
/// and highest documented tiers), so that neither a strange value nor a wrong clock can stop a client for good or
/// let it hammer on. What can't be read counts as the lowest tier.
///
/// ```
/// use lmex_api::unlock_time;
/// use lmex_types::TimeMs;
/// let now = TimeMs::from_millis(1_700_000_000_000);
/// assert_eq!(unlock_time("1700000300000", now).ms_since(now), 300_000);
/// assert_eq!(unlock_time("1700000300", now).ms_since(now), 300_000);
/// assert_eq!(unlock_time("5", now).ms_since(now), 5_000);
/// assert_eq!(unlock_time("soon", now).ms_since(now), 1_000);
/// ```
pub fn unlock_time(retry_after: &str, now: TimeMs) -> TimeMs {
    let whole = retry_after.trim().split('.').next().unwrap_or_default();
    let unlock = match whole.parse::<i64>() {
        Ok(millis) if millis >= 100_000_000_000 => TimeMs::from_millis(millis),
        Ok(secs) if secs >= 1_000_000_000 => TimeMs::from_secs(secs),
        Ok(secs) if secs >= 0 => now.plus_ms(secs.saturating_mul(1_000)),
        _ => now,
    };
    unlock.clamp(now.plus_ms(SHORTEST_BLOCK_MS), now.plus_ms(LONGEST_BLOCK_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_result_is_clamped() {
        let now = TimeMs::from_millis(1_700_000_000_000);
        for (raw, expected) in [
            ("9999999999999", LONGEST_BLOCK_MS),
            ("1600000000", SHORTEST_BLOCK_MS),
            ("-5", SHORTEST_BLOCK_MS),
            ("99999999999999999999999", SHORTEST_BLOCK_MS),
            ("86400", LONGEST_BLOCK_MS),
            ("1.5", SHORTEST_BLOCK_MS),
        ] {
            assert_eq!(unlock_time(raw, now).ms_since(now), expected, "{raw}");
        }
    }
}
