//! The ids that the exchange hands out: random to look at, the same in every run with the same seed.

use lmex_engine::AccountId;
use lmex_types::{OrderId, Side};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Makes ids from a seed and a counter.
#[derive(Debug)]
pub(crate) struct Ids {
    orders: ChaCha8Rng,
}

impl Ids {
    /// Starts at the beginning of the seed's sequence.
    pub(crate) fn new(seed: u64) -> Self {
        Self { orders: ChaCha8Rng::seed_from_u64(seed) }
    }

    /// Starts a sequence of its own behind so many commands: an exchange that comes back doesn't know which ids it has
    /// given away, and gives none of them again.
    pub(crate) fn resume(seed: u64, commands: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&commands.to_le_bytes());
        Self { orders: ChaCha8Rng::from_seed(key) }
    }

    /// The next order's id.
    pub(crate) fn next_order(&mut self) -> OrderId {
        OrderId::from_bits(uuid_bits(&mut self.orders))
    }

    /// The id of an account's part in a trade: the same whenever it is asked for. Two legs of an account may trade with
    /// each other, on two sides.
    pub(crate) fn fill(seed: u64, trade_id: u64, account: AccountId, side: Side) -> OrderId {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let part = u64::from(account.0) | if side == Side::Sell { 1 << 19 } else { 0 };
        // Stream 0 is the orders'.
        random.set_stream(trade_id.wrapping_mul(1 << 20).wrapping_add(part).max(1));
        OrderId::from_bits(uuid_bits(&mut random))
    }

    /// The id of the order that somebody in profit never sent when a trade outside the book closes its position.
    ///
    /// Like those of the engine's liquidation orders, it is no UUID of any version that exists, so that it never meets
    /// another order's.
    pub(crate) fn deleveraging(trade_id: u64) -> OrderId {
        OrderId::from_bits(u128::from(u64::MAX - 1) << 64 | u128::from(trade_id))
    }

    /// The id of the order that nobody sent when two legs of an account close each other: that of the one which trades
    /// this side.
    pub(crate) fn offset(trade_id: u64, side: Side) -> OrderId {
        let space = match side {
            Side::Buy => u64::MAX - 2,
            Side::Sell => u64::MAX - 3,
        };
        OrderId::from_bits(u128::from(space) << 64 | u128::from(trade_id))
    }
}

/// 122 random bits as a UUID of version 4 (RFC 9562, 5.4).
fn uuid_bits(random: &mut ChaCha8Rng) -> u128 {
    let bits = (u128::from(random.next_u64()) << 64) | u128::from(random.next_u64());
    uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid().as_u128()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_uuids_of_version_4_and_repeat_with_the_seed() {
        let mut ids = Ids::new(7);
        let (first, second) = (ids.next_order(), ids.next_order());
        assert_ne!(first, second);
        assert_eq!(Ids::new(7).next_order(), first);
        assert_ne!(Ids::new(8).next_order(), first);
        for id in [first, second, Ids::fill(7, 1, AccountId(1), Side::Buy)] {
            let text = id.to_string();
            assert_eq!(text.as_bytes()[14], b'4', "{text}");
            assert!(b"89ab".contains(&text.as_bytes()[19]), "{text}");
        }
    }

    #[test]
    fn each_part_in_a_trade_has_its_own_id() {
        let id = |trade, account, side| Ids::fill(7, trade, AccountId(account), side);
        assert_eq!(id(5, 1, Side::Buy), id(5, 1, Side::Buy));
        for other in [id(5, 2, Side::Buy), id(6, 1, Side::Buy), id(5, 1, Side::Sell)] {
            assert_ne!(id(5, 1, Side::Buy), other);
        }
    }
}
