//! The names of the files in a journal's folder.

pub(crate) const LOCK: &str = "lock";
pub(crate) const FORMAT: &str = "format";
/// The next segment, until it has its name: when it is made, its first number isn't known.
pub(crate) const NEXT: &str = "journal-next.log";
const TEMPORARY: &str = ".tmp";
const CUT: &str = ".cut-";

/// What a name says a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Lock,
    Format,
    /// With the number of its first record.
    Segment(u64),
    /// A segment made ahead; it may have been begun.
    Next,
    /// With the number of the last record in it.
    Snapshot(u64),
    /// One of ours that was not completed.
    Leftover,
    /// Desktop systems and editors leave files whose names begin with a dot.
    Hidden,
    /// None of ours.
    Foreign,
}

/// The name of the segment that begins with a number.
pub(crate) fn segment(first: u64) -> String {
    format!("journal-{first:020}.log")
}

/// The name of the snapshot of all records up to a number.
pub(crate) fn snapshot(number: u64) -> String {
    format!("snapshot-{number:020}.bin")
}

/// What was cut off a segment at an offset. Hidden: it is none of the journal any more.
pub(crate) fn cut(segment: u64, offset: u64) -> String {
    format!("{CUT}journal-{segment:020}-{offset}")
}

pub(crate) fn is_cut(name: &str) -> bool {
    name.starts_with(CUT)
}

/// What a file is called until it is complete.
pub(crate) fn temporary(name: &str) -> String {
    format!("{name}{TEMPORARY}")
}

pub(crate) fn kind(name: &str) -> Kind {
    match name {
        LOCK => Kind::Lock,
        FORMAT => Kind::Format,
        NEXT => Kind::Next,
        _ if name.starts_with('.') => Kind::Hidden,
        _ => numbered(name).unwrap_or_else(|| leftover(name)),
    }
}

fn numbered(name: &str) -> Option<Kind> {
    let (segments, snapshots) = (
        name.strip_prefix("journal-").and_then(|rest| rest.strip_suffix(".log")),
        name.strip_prefix("snapshot-").and_then(|rest| rest.strip_suffix(".bin")),
    );
    let found = match (segments, snapshots) {
        (Some(digits), _) => Kind::Segment(digits.parse().ok()?),
        (_, Some(digits)) => Kind::Snapshot(digits.parse().ok()?),
        _ => return None,
    };
    // Only the one spelling: two files must not mean the same number.
    match found {
        Kind::Segment(first) if is_number(first) && segment(first) == name => Some(found),
        Kind::Snapshot(number) if is_number(number) && snapshot(number) == name => Some(found),
        _ => None,
    }
}

/// Records are counted from 1, and there is a number after each.
fn is_number(number: u64) -> bool {
    (1..u64::MAX).contains(&number)
}

fn leftover(name: &str) -> Kind {
    let stem = name.strip_suffix(TEMPORARY).filter(|stem| *stem == FORMAT || numbered(stem).is_some());
    if stem.is_some() { Kind::Leftover } else { Kind::Foreign }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_as_it_is_written() {
        for number in [1, 42, u64::MAX - 1] {
            assert_eq!(kind(&segment(number)), Kind::Segment(number));
            assert_eq!(kind(&snapshot(number)), Kind::Snapshot(number));
            assert_eq!(kind(&temporary(&segment(number))), Kind::Leftover);
        }
        assert_eq!(
            [LOCK, FORMAT, NEXT, ".DS_Store", "format.tmp"].map(kind),
            [Kind::Lock, Kind::Format, Kind::Next, Kind::Hidden, Kind::Leftover]
        );
    }

    #[test]
    fn any_other_name_is_foreign() {
        for name in
            ["journal-1.log", "journal-+0000000000000000001.log", "notes.txt", "notes.tmp", "journal-.log"]
        {
            assert_eq!(kind(name), Kind::Foreign, "{name}");
        }
        for number in [0, u64::MAX] {
            assert_eq!([kind(&segment(number)), kind(&snapshot(number))], [Kind::Foreign; 2]);
        }
    }
}
