//! Who is calling: keys, nonces and signatures.

mod believed;
mod grants;
mod mistakes;
mod nonces;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use lmex_api::Signer;
use lmex_engine::AccountId;
use lmex_types::TimeMs;

use crate::clock::Clock;
use crate::dialect::{Dialect, Manners as _};
use crate::faults::Faults;
use crate::secret::Secret;
pub(crate) use believed::{Believed, Floor};
pub(crate) use grants::{Grants, NotGranted, needed};
use nonces::SeenNonces;

/// The most characters of a body that an error shows.
const SHOWN: usize = 300;

/// The keys of the exchange. Checks requests and stream logins; answers only with who calls, or why not.
pub(crate) struct Auth {
    keys: BTreeMap<String, Key>,
    window_ms: i64,
    clock: Clock,
    dialect: Dialect,
    floor: Floor,
    kept: Option<Kept>,
}

/// Where it is kept which nonces were believed.
struct Kept {
    believed: Arc<Believed>,
    /// By how much the clock is wrong.
    faults: Faults,
}

struct Key {
    caller: Caller,
    signer: Signer,
    seen: Mutex<SeenNonces>,
}

/// Who calls, and what the key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Caller {
    /// Whose key it is.
    pub(crate) account: AccountId,
    /// The key's permissions.
    pub(crate) grants: Grants,
}

/// A key that is to be known.
#[derive(Debug)]
pub(crate) struct NewKey<'a> {
    /// Its name: the header `request-api`.
    pub(crate) key: &'a str,
    /// What its requests are signed with.
    pub(crate) secret: &'a Secret,
    /// Whose it is and what it may do.
    pub(crate) caller: Caller,
}

/// What a request says about who sent it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claim<'a> {
    /// Path of the request line, such as `/futures/api/v2.3/order`.
    pub(crate) full_path: &'a str,
    /// The query without `?`.
    pub(crate) query: &'a str,
    /// The exact bytes of the body.
    pub(crate) body: &'a [u8],
    /// The header `request-api`.
    pub(crate) key: Option<&'a str>,
    /// The header `request-nonce`.
    pub(crate) nonce: Option<&'a str>,
    /// The header `request-sign`.
    pub(crate) signature: Option<&'a str>,
}

/// Why a request is not believed. The message never shows a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AuthError {
    #[error("header {0} is missing: private requests carry request-api, request-nonce and request-sign")]
    MissingHeader(&'static str),
    #[error("header {0} is given more than once: send it once")]
    RepeatedHeader(&'static str),
    #[error("header {0} has characters outside of printable ASCII: send it exactly as it was given to you")]
    UnreadableHeader(&'static str),
    #[error("key {0:?} is not known here: use the key that the exchange printed when it started")]
    UnknownKey(String),
    #[error("request-nonce {0:?} is not a number: send milliseconds since 1970 in decimal digits")]
    NotANonce(String),
    #[error(
        "request-nonce {nonce} is {difference_ms} ms from the server's time {server_ms}, the window is ±{window_ms} ms: set your clock, and send milliseconds since 1970"
    )]
    StaleNonce {
        nonce: i64,
        server_ms: i64,
        /// Nonce minus server time.
        difference_ms: i64,
        window_ms: i64,
    },
    #[error(
        "request-nonce {nonce} is from before the exchange came back, when it may have been used: send one above {floor}"
    )]
    EarlierRun { nonce: i64, floor: i64 },
    #[error("request-nonce {0} was used before: take a new one, higher than the last, for every request")]
    RepeatedNonce(i64),
    #[error("signature does not match. Expected: hex HMAC-SHA384 of `{expected}`.{}", shown_mistake(.mistake))]
    Signature {
        /// Path, nonce and the beginning of the body.
        expected: String,
        /// The usual mistake that was made, if one fits.
        mistake: Option<String>,
    },
}

fn shown_mistake(mistake: &Option<String>) -> String {
    match mistake {
        Some(mistake) => format!(" Found: {mistake}"),
        None => " None of the usual mistakes fits: is it the right secret?".to_owned(),
    }
}

impl Auth {
    /// Knows these keys; of two with one name the last.
    pub(crate) fn new<'a>(
        keys: impl IntoIterator<Item = NewKey<'a>>,
        window_ms: i64,
        clock: Clock,
        dialect: Dialect,
    ) -> Self {
        let entry = |NewKey { key, secret, caller }: NewKey<'_>| {
            let signer = Signer::new(secret.expose().as_bytes());
            (key.to_owned(), Key { caller, signer, seen: Mutex::default() })
        };
        let keys = keys.into_iter().map(entry).collect();
        Self { keys, window_ms, clock, dialect, floor: Floor::default(), kept: None }
    }

    /// Believes no nonce up to the floor, and notes which ones it believes: what an exchange that comes back must know,
    /// so that no request of an earlier run is carried out again. Both go by the clock as it is without `faults`.
    pub(crate) fn keeping(self, floor: Floor, believed: Arc<Believed>, faults: Faults) -> Self {
        Self { floor, kept: Some(Kept { believed, faults }), ..self }
    }

    /// Who sent a request. Checks in the order of [`AuthError`]; a nonce is used up only by a request
    /// with the right signature.
    pub(crate) fn request(&self, claim: &Claim<'_>) -> Result<Caller, AuthError> {
        self.check(claim, true)
    }

    /// The same for a request that is executed a second time on purpose: a nonce that was used is no reason to refuse
    /// it.
    pub(crate) fn request_again(&self, claim: &Claim<'_>) -> Result<Caller, AuthError> {
        self.check(claim, false)
    }

    fn check(&self, claim: &Claim<'_>, uses_nonce: bool) -> Result<Caller, AuthError> {
        let header = |value: Option<_>, name| value.ok_or(AuthError::MissingHeader(name));
        let name = header(claim.key, "request-api")?;
        let nonce = header(claim.nonce, "request-nonce")?;
        let signature = header(claim.signature, "request-sign")?;
        let path = signed_path(claim.full_path);
        let signed = Signed { path, full_path: claim.full_path, query: claim.query, body: claim.body };
        self.verify(name, nonce, signature, &signed, uses_nonce)
    }

    /// Who logs in to a stream: `path` is signed as it is, such as `/ws/futures`.
    pub(crate) fn login(&self, path: &str, key: &str, nonce: &str, sign: &str) -> Result<Caller, AuthError> {
        self.verify(key, nonce, sign, &Signed { path, full_path: path, query: "", body: b"" }, true)
    }

    fn verify(
        &self,
        name: &str,
        nonce: &str,
        signature: &str,
        signed: &Signed<'_>,
        uses_nonce: bool,
    ) -> Result<Caller, AuthError> {
        let key = self.keys.get(name).ok_or_else(|| AuthError::UnknownKey(cut(name, 64)))?;
        let number = nonces::parse(nonce).ok_or_else(|| AuthError::NotANonce(cut(nonce, 32)))?;
        let now = self.clock.now();
        let difference_ms = TimeMs::from_millis(number).ms_since(now);
        if difference_ms.saturating_abs() > self.window_ms {
            let (server_ms, window_ms) = (now.as_millis(), self.window_ms);
            return Err(AuthError::StaleNonce { nonce: number, server_ms, difference_ms, window_ms });
        }
        let with_query =
            || self.dialect.takes_signed_query() && signed.with_query(&key.signer, nonce, signature);
        if !key.signer.verify(signed.path, nonce, signed.body, signature) && !with_query() {
            return Err(signed.mismatch(&key.signer, nonce, signature));
        }
        let account = key.caller.account;
        let offset_ms = self.kept.as_ref().map_or(0, |kept| kept.faults.clock_offset_ms());
        let unshifted = TimeMs::from_millis(number.saturating_sub(offset_ms));
        if let Some(floor) = self.floor.of(account).filter(|floor| unshifted <= *floor) {
            let floor = floor.as_millis().saturating_add(offset_ms);
            return Err(AuthError::EarlierRun { nonce: number, floor });
        }
        let mut seen = key.seen.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that a fault sets forward is back in time when the fault is cleared.
        let earliest = now.min(now.plus_ms(offset_ms.saturating_neg()));
        if !seen.insert(number, earliest, self.window_ms) && uses_nonce {
            return Err(AuthError::RepeatedNonce(number));
        }
        // Before its command comes to the desk, which keeps the two together.
        if let Some(kept) = &self.kept {
            kept.believed.note(account, unshifted);
        }
        Ok(key.caller)
    }
}

struct Signed<'a> {
    path: &'a str,
    full_path: &'a str,
    query: &'a str,
    body: &'a [u8],
}

impl Signed<'_> {
    /// Whether path and query were signed, as clients written for BTSE do where there is no body.
    fn with_query(&self, signer: &Signer, nonce: &str, signature: &str) -> bool {
        let Self { path, query, body, .. } = *self;
        let is_bare = body.is_empty() && !query.is_empty();
        is_bare && signer.verify(&format!("{path}?{query}"), nonce, b"", signature)
    }

    fn mismatch(&self, signer: &Signer, nonce: &str, signature: &str) -> AuthError {
        let Self { path, full_path, query, body } = *self;
        let body_shown = cut(&String::from_utf8_lossy(body), SHOWN);
        let refused = mistakes::Refused { path, full_path, query, nonce, body, signature };
        let mistake = mistakes::name(signer, &refused);
        AuthError::Signature { expected: format!("{path}{nonce}{body_shown}"), mistake }
    }
}

/// The part of a path that is signed: without the product (LMEX API documentation, "Authentication").
pub(crate) fn signed_path(full_path: &str) -> &str {
    ["/futures", "/spot"]
        .iter()
        .find_map(|product| full_path.strip_prefix(product).filter(|rest| rest.starts_with('/')))
        .unwrap_or(full_path)
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

impl std::fmt::Debug for Auth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Auth").field("keys", &self.keys.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_700_000_000_000;
    const PATH: &str = "/futures/api/v2.3/user/wallet";

    fn auth() -> Auth {
        let clock = Clock::new(|| TimeMs::from_millis(NOW));
        let caller = Caller { account: AccountId(7), grants: Grants::of(&[]) };
        let key = NewKey { key: "key", secret: &Secret::new("hunter2"), caller };
        Auth::new([key], 4_000, clock, Dialect::Lmex)
    }

    fn ask(auth: &Auth, key: &str, nonce: &str, sign_with: &str) -> Result<AccountId, AuthError> {
        let signature = Signer::new(sign_with.as_bytes()).sign_request("/api/v2.3/user/wallet", nonce, b"");
        let caller = auth.request(&Claim {
            full_path: PATH,
            query: "wallet=CROSS@",
            body: b"",
            key: Some(key),
            nonce: Some(nonce),
            signature: Some(signature.as_str()),
        });
        caller.map(|caller| caller.account)
    }

    #[test]
    fn the_window_is_inclusive_and_order_does_not_matter() {
        let auth = auth();
        for nonce in [NOW + 4_000, NOW - 4_000, NOW] {
            assert_eq!(ask(&auth, "key", &nonce.to_string(), "hunter2"), Ok(AccountId(7)), "{nonce}");
        }
        for nonce in [NOW + 4_001, NOW - 4_001, 0, i64::MAX] {
            let refused = ask(&auth, "key", &nonce.to_string(), "hunter2").unwrap_err();
            assert!(matches!(refused, AuthError::StaleNonce { .. }), "{nonce}: {refused}");
        }
    }

    #[test]
    fn a_nonce_counts_once_and_only_with_the_right_signature() {
        let auth = auth();
        let nonce = NOW.to_string();
        assert!(matches!(ask(&auth, "key", &nonce, "wrong"), Err(AuthError::Signature { .. })));
        assert_eq!(ask(&auth, "key", &nonce, "hunter2"), Ok(AccountId(7)));
        assert_eq!(ask(&auth, "key", &nonce, "hunter2"), Err(AuthError::RepeatedNonce(NOW)));
        let padded = format!("0{nonce}");
        assert_eq!(ask(&auth, "key", &padded, "hunter2"), Err(AuthError::RepeatedNonce(NOW)), "same number");
    }

    #[test]
    fn messages_say_what_to_do_and_never_the_secret() {
        let auth = auth();
        let claim =
            Claim { full_path: PATH, query: "", body: b"", key: Some("key"), nonce: None, signature: None };
        let texts = [
            auth.request(&claim).unwrap_err().to_string(),
            ask(&auth, "other", "1", "hunter2").unwrap_err().to_string(),
            ask(&auth, "key", "soon", "hunter2").unwrap_err().to_string(),
            ask(&auth, "key", "1700000009000", "hunter2").unwrap_err().to_string(),
            ask(&auth, "key", "1700000000000", "wrong").unwrap_err().to_string(),
        ];
        let expected = [
            "header request-nonce is missing",
            "key \"other\" is not known",
            "request-nonce \"soon\" is not a number",
            "is 9000 ms from the server's time 1700000000000, the window is ±4000 ms",
            "hex HMAC-SHA384 of `/api/v2.3/user/wallet1700000000000`. None of the usual mistakes fits",
        ];
        for (text, expected) in texts.iter().zip(expected) {
            assert!(text.contains(expected), "{text}");
            assert!(!text.contains("hunter2"));
        }
        assert!(!format!("{auth:?}").contains("hunter2"));
    }

    #[test]
    fn a_long_body_is_cut_in_the_message() {
        let auth = auth();
        let body = "x".repeat(10_000);
        let refused = auth.request(&Claim {
            full_path: "/futures/api/v2.3/order",
            query: "",
            body: body.as_bytes(),
            key: Some("key"),
            nonce: Some("1700000000000"),
            signature: Some(&"0".repeat(96)),
        });
        assert!(refused.unwrap_err().to_string().len() < 500);
    }

    #[test]
    fn a_stream_login_signs_the_streams_path() {
        let nonce = NOW.to_string();
        let signature = Signer::new(b"hunter2").sign_login("/ws/futures", &nonce);
        let caller = auth().login("/ws/futures", "key", &nonce, signature.as_str()).unwrap();
        assert_eq!(caller.account, AccountId(7));
        assert!(auth().login("/ws/oss/futures", "key", &nonce, signature.as_str()).is_err());
    }
}
