//! Whose words are spoken where the sources contradict each other.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Whose manners are taken for granted where the evidence about the venue contradicts itself.
///
/// LMEX and BTSE run the same engine. Their documents, and what was recorded of each, differ in places; nobody has
/// asked LMEX which is true of it today. What comes is read in both forms, whichever is expected; this decides which form
/// is sent first. The local exchange speaks either, and its `docs/CONFORMANCE.md` lists the differences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// LMEX's own documents, and what was recorded of LMEX.
    #[default]
    Lmex,
    /// What was recorded of BTSE and stands in its documents of version 2.3.
    Btse,
}

impl Dialect {
    /// Of what LMEX's documents call one way and BTSE's another: the name to try first, then the other.
    pub(crate) fn order<T>(self, lmex: T, btse: T) -> [T; 2] {
        match self {
            Self::Lmex => [lmex, btse],
            Self::Btse => [btse, lmex],
        }
    }
}

impl fmt::Display for Dialect {
    /// `lmex` or `btse`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lmex => "lmex",
            Self::Btse => "btse",
        })
    }
}

/// A dialect that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no dialect: say lmex or btse")]
pub struct UnknownDialect(String);

impl FromStr for Dialect {
    type Err = UnknownDialect;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "lmex" => Ok(Self::Lmex),
            "btse" => Ok(Self::Btse),
            other => Err(UnknownDialect(other.to_owned())),
        }
    }
}
