//! Who may log in to a stream.

use lmex_engine::AccountId;

/// Checks the logins of streams.
///
/// A closure `|path, key, nonce, signature|` is one. It is called on a connection's task and must not block.
pub(crate) trait Authenticator: Send + Sync + 'static {
    /// The account of a login: `signature` is hex HMAC-SHA384 over `path` + `nonce`, with the secret of `key`; `path`
    /// is the stream's, such as `/ws/futures`.
    fn authenticate(
        &self,
        path: &str,
        key: &str,
        nonce: &str,
        signature: &str,
    ) -> Result<AccountId, LoginRefused>;
}

impl<F> Authenticator for F
where
    F: Fn(&str, &str, &str, &str) -> Result<AccountId, LoginRefused> + Send + Sync + 'static,
{
    fn authenticate(
        &self,
        path: &str,
        key: &str,
        nonce: &str,
        signature: &str,
    ) -> Result<AccountId, LoginRefused> {
        self(path, key, nonce, signature)
    }
}

/// A login that is not accepted, and why: for the log, the client hears only that it failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("stream login refused: {reason}")]
pub(crate) struct LoginRefused {
    /// Such as "signature does not match: sign /ws/futures + nonce".
    pub(crate) reason: String,
}
