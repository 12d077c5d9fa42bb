//! Text that must not be seen.

use std::fmt;

use zeroize::Zeroizing;

/// An API secret. `Debug` and `Display` show nothing of it, there is no serialisation, and its memory is wiped on
/// drop.
///
/// ```
/// let secret = lmex::Secret::new("hunter2").unwrap();
/// assert_eq!(format!("{secret:?}"), "Secret(hidden)");
/// ```
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Any non-empty printable text is well-formed.
    pub fn new(text: impl Into<String>) -> Result<Self, MalformedKey> {
        let text = Zeroizing::new(text.into());
        check("secret", &text)?;
        Ok(Self(text))
    }

    /// The secret itself, for signing. Named so that its uses can be found.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

/// A key or secret that can't be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the API {what} {problem}: copy it again from lmex.io, without spaces around it")]
pub struct MalformedKey {
    what: &'static str,
    problem: &'static str,
}

pub(crate) fn check(what: &'static str, text: &str) -> Result<(), MalformedKey> {
    let problem = if text.is_empty() {
        "is empty"
    } else if text.chars().any(char::is_control) {
        "has a line break or another character that can't be printed"
    } else if text.trim() != text {
        "begins or ends with a space"
    } else {
        return Ok(());
    };
    Err(MalformedKey { what, problem })
}
