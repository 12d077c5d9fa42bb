//! Deciding again: the commands of a data folder, carried out once more, must lead to the same events.

use std::fmt;
use std::path::Path;

use lmex_engine::{AuditError, Event, Stamped};
use lmex_journal::{Folder, OpenError, Recovered};

use super::entry::Entry;
use super::recover::{RestoreError, Restored, beginning};
use super::snapshot;
use super::{JOURNAL, TAG};
use crate::desk::DeskState;

/// What was compared and found equal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verified {
    /// The record after which it began: that of the oldest snapshot, or 0 for the beginning of all.
    pub from: u64,
    /// The last record.
    pub to: u64,
    /// The last command.
    pub last_command: u64,
    /// Commands decided again.
    pub commands: u64,
    /// Events compared.
    pub events: u64,
    /// Digests compared, those of snapshots among them.
    pub digests: u64,
    /// What a start would mend: a torn end, a bad snapshot.
    pub to_mend: Vec<String>,
}

/// Why a data folder is not what its commands lead to.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The folder can't be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// What is in it can't be read.
    #[error(transparent)]
    Restore(#[from] RestoreError),
    /// The engine decides otherwise than what was kept.
    #[error("command {command} (record {number}) leads to other events than were kept: {difference}")]
    Events {
        /// The command's number.
        command: u64,
        /// The record that it stands in.
        number: u64,
        /// The first of them that differs.
        difference: Box<Disagreement>,
    },
    /// A snapshot is not the state at its record.
    #[error(
        "snapshot {number} is not what the commands up to it lead to: {found:016x} where {kept:016x} was kept"
    )]
    Snapshot {
        /// Its number.
        number: u64,
        /// The digest of the state that the commands lead to.
        found: u64,
        /// The digest that was kept.
        kept: u64,
    },
    /// The journal ends before a snapshot of it does.
    #[error(
        "the journal ends with record {last}, but snapshot {number} says that the records up to it were written"
    )]
    Ends {
        /// The snapshot's number.
        number: u64,
        /// The journal's last record.
        last: u64,
    },
    /// The state that all commands lead to breaks a law of the engine.
    #[error("the last state breaks a law of the engine: {0}")]
    Audit(#[from] AuditError),
}

/// The first event of a command that is not as it was kept.
#[derive(Debug)]
pub struct Disagreement {
    /// Its place among the command's events, counted from 1.
    pub place: usize,
    /// What was kept, if anything.
    pub kept: Option<Event>,
    /// What the engine decides now, if anything.
    pub decided: Option<Event>,
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown =
            |event: &Option<Event>| event.as_ref().map_or("nothing".to_owned(), |it| format!("{it:?}"));
        write!(f, "event {} was {}, is now {}", self.place, shown(&self.kept), shown(&self.decided))
    }
}

/// Carries out the commands of a data folder again, from the oldest state that is still kept, and compares: events, and the
/// digests of the engine's state and the spot wallets. What the exchange tells of the past (orders that ended, fills,
/// candles, wallet histories) follows from the events and is not compared. The folder is only read, and must not be in
/// use.
///
/// # Errors
/// Where it can't be read, or the first difference.
pub fn verify(data_dir: &Path) -> Result<Verified, VerifyError> {
    let journal = data_dir.join(JOURNAL);
    let snapshots = Folder::open_to_read(&journal, TAG)?.snapshots().map_err(RestoreError::from)?;
    let recovered = Folder::open_to_read(&journal, TAG)?.recover_from_oldest().map_err(RestoreError::from)?;
    let mut checker = Checker::begin(&recovered)?;
    let mut marks = Vec::new();
    for kept in snapshots.iter().filter(|kept| kept.number > checker.told.from) {
        let number = kept.number;
        let state = snapshot::take(&mut kept.bytes.as_slice());
        let state = state.map_err(|why| RestoreError::Snapshot { number, why })?;
        marks.push((number, state.digest()));
    }
    checker.run(recovered, &marks)?;
    match marks.iter().find(|(number, _)| *number > checker.told.to) {
        Some(&(number, _)) => Err(VerifyError::Ends { number, last: checker.told.to }),
        None => Ok(checker.told),
    }
}

struct Checker {
    state: Option<DeskState>,
    told: Verified,
    /// What the engine decides. Kept for its memory.
    decided: Vec<Event>,
}

impl Checker {
    fn begin(recovered: &Recovered) -> Result<Self, RestoreError> {
        let Restored { state, told } = Restored::begin(recovered)?;
        let told = Verified {
            from: told.snapshot,
            to: told.snapshot,
            digests: told.digests,
            to_mend: told.mended,
            ..Verified::default()
        };
        Ok(Self { state, told, decided: Vec::new() })
    }

    fn run(&mut self, mut recovered: Recovered, snapshots: &[(u64, u64)]) -> Result<(), VerifyError> {
        while let Some((number, mut record)) = recovered.records.read().map_err(RestoreError::from)? {
            self.told.to = number;
            while let Some(entry) =
                Entry::read(&mut record).map_err(|why| RestoreError::Record { number, why })?
            {
                match entry {
                    Entry::Begun => {
                        self.state = Some(beginning(number, &mut record)?);
                        self.told.digests += 1;
                    }
                    entry => self.entry(number, entry)?,
                }
            }
            for (number, kept) in snapshots.iter().copied().filter(|(at, _)| *at == number) {
                self.told.digests += 1;
                let found = self.state.as_ref().map_or(0, DeskState::digest);
                if found != kept {
                    return Err(VerifyError::Snapshot { number, found, kept });
                }
            }
        }
        self.state.as_ref().map_or(Ok(()), |state| Ok(state.engine.audit()?))
    }

    fn entry(&mut self, number: u64, entry: Entry<'static>) -> Result<(), VerifyError> {
        let state = self.state.as_mut().ok_or(RestoreError::NoBeginning { number })?;
        match entry {
            Entry::Command { stamped, events } => {
                self.decided.clear();
                state.engine.apply(&stamped, &mut self.decided);
                self.told.compared(&stamped, events.len());
                differs(&events, &self.decided).map_or(Ok(()), |difference| {
                    let command = stamped.seq;
                    Err(VerifyError::Events { command, number, difference: Box::new(difference) })
                })?;
            }
            Entry::Digest(kept) => {
                self.told.digests += 1;
                let (command, found) = (self.told.last_command, state.digest());
                if found != kept {
                    return Err(RestoreError::Digest { command, number, found, kept }.into());
                }
            }
            // Not the engine's to decide, but digests count it.
            other if state.go_past(&other) => {}
            _ => return Err(RestoreError::Overdrawn { number }.into()),
        }
        Ok(())
    }
}

impl Verified {
    fn compared(&mut self, stamped: &Stamped, events: usize) {
        self.last_command = stamped.seq;
        self.commands += 1;
        self.events += events as u64;
    }
}

fn differs(kept: &[Event], decided: &[Event]) -> Option<Disagreement> {
    if kept == decided {
        return None;
    }
    let place = kept.iter().zip(decided).take_while(|(kept, decided)| kept == decided).count();
    let event = |of: &[Event]| of.get(place).cloned();
    Some(Disagreement { place: place + 1, kept: event(kept), decided: event(decided) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::restore;
    use crate::views::{Candles, Fundings};
    use lmex_engine::{AccountId, Command, Money, Rate};
    use lmex_journal::{Bounds, Durability, Writer};
    use lmex_types::TimeMs;

    const ACCOUNT: AccountId = AccountId(1);

    /// A folder in which an account was opened, got 5 USDT and, as the entries say, so much more.
    fn folder(dir: &Path, deposited: i64, digest: Option<u64>) -> DeskState {
        let mut state = DeskState::new(Candles::default(), Fundings::default());
        let mut record = Vec::new();
        Entry::Begun.write(&mut record).unwrap();
        record.extend(snapshot::write(&state).unwrap());
        let amount = Money::from_quote(5);
        let open = Command::OpenAccount { account: ACCOUNT, maker_fee: Rate::ZERO, taker_fee: Rate::ZERO };
        for (seq, command) in [(1, open), (2, Command::Deposit { account: ACCOUNT, amount })] {
            let stamped = Stamped { seq, at: TimeMs::default(), command };
            let mut events = Vec::new();
            state.engine.clone().apply(&stamped, &mut events);
            if let [Event::Deposited { amount, balance, .. }] = events.as_mut_slice() {
                (*amount, *balance) = (Money::from_quote(deposited), Money::from_quote(deposited));
            }
            Entry::command(&stamped, &events).write(&mut record).unwrap();
            state.go_through(&stamped, &events);
        }
        if let Some(digest) = digest {
            Entry::Digest(digest).write(&mut record).unwrap();
        }
        keep(dir, &record, None);
        state
    }

    /// Appends a record, and a snapshot of the state after it.
    fn keep(dir: &Path, record: &[u8], snapshot: Option<&DeskState>) {
        let ready = Folder::open(&dir.join(JOURNAL), TAG).unwrap().recover().unwrap().records.finish();
        let writer = Writer::start(ready.unwrap(), Durability::Os, Bounds::default()).unwrap();
        let last = writer.handle().append(record, || ()).unwrap();
        if let Some(state) = snapshot {
            writer.handle().snapshot(last, snapshot::write(state).unwrap(), |kept| kept.unwrap()).unwrap();
        }
        writer.close().unwrap();
    }

    fn written(entries: &[Entry<'_>]) -> Vec<u8> {
        let mut record = Vec::new();
        entries.iter().for_each(|entry| entry.write(&mut record).unwrap());
        record
    }

    #[test]
    fn what_was_decided_otherwise_is_named() {
        let dir = tempfile::tempdir().unwrap();
        folder(dir.path(), 5, None);
        let verified = verify(dir.path()).unwrap();
        assert_eq!((verified.last_command, verified.commands, verified.events), (2, 2, 2));

        let dir = tempfile::tempdir().unwrap();
        folder(dir.path(), 6, None);
        let error = verify(dir.path()).unwrap_err();
        assert!(matches!(error, VerifyError::Events { command: 2, number: 1, .. }), "{error}");
        let said = error.to_string();
        assert!(said.contains("event 1 was Deposited") && said.contains("is now Deposited"), "{said}");
    }

    #[test]
    fn a_digest_that_is_another_is_refused_by_start_and_verify_alike() {
        let dir = tempfile::tempdir().unwrap();
        let state = folder(dir.path(), 5, Some(77));
        let error = verify(dir.path()).unwrap_err();
        assert!(matches!(error, VerifyError::Restore(RestoreError::Digest { kept: 77, .. })), "{error}");
        let mut recovered = Folder::open(&dir.path().join(JOURNAL), TAG).unwrap().recover().unwrap();
        let error = restore(&mut recovered).unwrap_err();
        let found = state.digest();
        assert!(
            matches!(error, RestoreError::Digest { command: 2, number: 1, found: it, kept: 77 } if it == found),
            "{error}"
        );
    }

    #[test]
    fn a_spot_wallet_that_is_overdrawn_is_refused_by_start_and_verify_alike() {
        let dir = tempfile::tempdir().unwrap();
        folder(dir.path(), 5, None);
        let owner = Entry::Owner { account: ACCOUNT, name: "demo".into() };
        let spot = |quote| Entry::Spot { account: ACCOUNT, by: Money::from_quote(quote) };
        keep(dir.path(), &written(&[owner, spot(5), spot(-6)]), None);
        let error = verify(dir.path()).unwrap_err();
        assert!(matches!(error, VerifyError::Restore(RestoreError::Overdrawn { number: 2 })), "{error}");
        let mut recovered = Folder::open(&dir.path().join(JOURNAL), TAG).unwrap().recover().unwrap();
        let error = restore(&mut recovered).unwrap_err();
        assert!(matches!(error, RestoreError::Overdrawn { number: 2 }), "{error}");
    }

    #[test]
    fn a_snapshot_with_other_spot_wallets_is_not_what_the_records_lead_to() {
        for (in_snapshot, is_the_same) in [(5, true), (6, false)] {
            let dir = tempfile::tempdir().unwrap();
            let mut state = folder(dir.path(), 5, None);
            let spot = |quote| Entry::Spot { account: ACCOUNT, by: Money::from_quote(quote) };
            let owner = Entry::Owner { account: ACCOUNT, name: "demo".into() };
            assert!(state.go_past(&owner) && state.go_past(&spot(in_snapshot)));
            keep(dir.path(), &written(&[owner, spot(5)]), Some(&state));
            match verify(dir.path()) {
                Ok(verified) => assert!(is_the_same && verified.digests == 2, "{verified:?}"),
                Err(error) => {
                    assert!(
                        !is_the_same && matches!(error, VerifyError::Snapshot { number: 2, .. }),
                        "{error}"
                    );
                }
            }
        }
    }
}
