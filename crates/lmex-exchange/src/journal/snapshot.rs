//! A snapshot: all that the desk knows, as bytes.

use crate::desk::DeskState;

use super::entry::{Unreadable, unreadable};

/// Why a snapshot can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadSnapshot {
    /// Its bytes are none.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// What was read is not what was kept.
    #[error("its digest is {found:016x} where {kept:016x} was kept")]
    Digest {
        /// What the state comes to.
        found: u64,
        /// What it came to when it was kept.
        kept: u64,
    },
}

/// The state, with its digest.
pub(crate) fn write(state: &DeskState) -> Result<Vec<u8>, Unreadable> {
    postcard::to_allocvec(&(state.digest(), state)).map_err(|error| unreadable(&error))
}

/// The state that stands at the beginning of `bytes`, its digest checked; they are left with what is behind it.
pub(crate) fn take(bytes: &mut &[u8]) -> Result<DeskState, BadSnapshot> {
    let ((kept, state), rest): ((u64, DeskState), _) =
        postcard::take_from_bytes(bytes).map_err(|error| unreadable(&error))?;
    *bytes = rest;
    let found = state.digest();
    if found == kept { Ok(state) } else { Err(BadSnapshot::Digest { found, kept }) }
}
