//! What a record is made of.

use std::borrow::Cow;

use lmex_engine::{AccountId, Event, Money, Stamped};
use lmex_types::TimeMs;
use serde::{Deserialize, Serialize};

/// One thing that happened. A record is the entries between two answers, one behind the other: all of them are kept,
/// or none.
///
/// Written with postcard, which names nothing, as all that is in it: a new variant goes behind the last of its enum, and
/// anything else (a field more or less, another order) needs a new [`TAG`](super::TAG). `pinned` holds one of each.
#[derive(Debug, Serialize, Deserialize)]
#[allow(
    clippy::large_enum_variant,
    reason = "nearly all entries are commands, and each is written or read and gone"
)]
pub(crate) enum Entry<'a> {
    /// A [`snapshot`](super::snapshot) of what there was before the first command follows.
    Begun,
    /// A command that changed something or was refused, and its events.
    Command {
        /// The command, its number and its moment.
        stamped: Cow<'a, Stamped>,
        /// What it led to, in order; at least one.
        events: Cow<'a, [Event]>,
    },
    /// An account has an owner.
    Owner {
        /// Which.
        account: AccountId,
        /// Whose.
        name: Cow<'a, str>,
    },
    /// Play money came into a spot wallet, or went out of it.
    Spot {
        /// Whose.
        account: AccountId,
        /// How much.
        by: Money,
    },
    /// No request of an account was believed so far whose nonce is above this.
    Nonces {
        /// Whose.
        account: AccountId,
        /// The highest nonce.
        up_to: TimeMs,
    },
    /// What the engine's state comes to here.
    Digest(u64),
}

/// A record that can't be read although its checksum is right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is no record of this program: {0}")]
pub struct Unreadable(String);

impl<'a> Entry<'a> {
    /// A command and its events.
    pub(crate) fn command(stamped: &'a Stamped, events: &'a [Event]) -> Self {
        Self::Command { stamped: Cow::Borrowed(stamped), events: Cow::Borrowed(events) }
    }

    /// Appends the entry to a record.
    pub(crate) fn write(&self, record: &mut Vec<u8>) -> Result<(), Unreadable> {
        // After an error nothing is left that could be taken for a record.
        *record = postcard::to_extend(self, std::mem::take(record)).map_err(|error| unreadable(&error))?;
        Ok(())
    }

    /// The first entry of what is left of a record.
    pub(crate) fn read(record: &mut &[u8]) -> Result<Option<Entry<'static>>, Unreadable> {
        if record.is_empty() {
            return Ok(None);
        }
        let (entry, rest) = postcard::take_from_bytes(record).map_err(|error| unreadable(&error))?;
        *record = rest;
        Ok(Some(entry))
    }
}

pub(super) fn unreadable(error: &postcard::Error) -> Unreadable {
    Unreadable(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use lmex_engine::{Command, MarketId, NewOrder};
    use lmex_types::{OrderId, Side};

    /// One of each kind.
    fn entries() -> Vec<Entry<'static>> {
        let (account, amount) = (AccountId(1), Money::from_quote(5));
        let order = NewOrder::limit(account, MarketId(0), OrderId::from_bits(7), Side::Sell, 770_000, 12);
        let command = |seq, command, events: Vec<Event>| Entry::Command {
            stamped: Cow::Owned(Stamped { seq, at: TimeMs::from_millis(1_790_000_000_000), command }),
            events: Cow::Owned(events),
        };
        vec![
            Entry::Begun,
            command(
                1,
                Command::Deposit { account, amount },
                vec![Event::Deposited { account, amount, balance: amount }],
            ),
            command(2, Command::Place(order), Vec::new()),
            Entry::Owner { account, name: "demo".into() },
            Entry::Spot { account, by: -amount },
            Entry::Nonces { account, up_to: TimeMs::from_millis(1_790_000_000_001) },
            Entry::Digest(u64::MAX),
        ]
    }

    #[test]
    fn entries_are_written_as_ever_and_read_as_written() {
        let mut record = Vec::new();
        let mut lines = Vec::new();
        for entry in entries() {
            let at = record.len();
            entry.write(&mut record).unwrap();
            lines.push(const_hex::encode(&record[at..]));
        }
        // Folders of users are written like this: what changes here needs another tag, and a way to read the old one.
        insta::assert_snapshot!("entries", lines.join("\n"));
        let mut rest = record.as_slice();
        for written in entries() {
            let read = Entry::read(&mut rest).unwrap().unwrap();
            assert_eq!(format!("{read:?}"), format!("{written:?}"));
        }
        assert!(Entry::read(&mut rest).unwrap().is_none());
    }

    #[test]
    fn what_is_no_entry_is_an_error() {
        for bytes in [&[99][..], &[1, 2], &[255; 40]] {
            assert!(Entry::read(&mut { bytes }).is_err(), "{bytes:?}");
        }
    }
}
