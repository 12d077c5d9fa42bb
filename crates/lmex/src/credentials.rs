//! Who is calling: a key and its secret, a pair for each environment.

use std::fmt;

use lmex_api::Signer;

use crate::environment::Environment;
use crate::secret::{MalformedKey, Secret, check};

/// An API key and its secret.
#[derive(Clone)]
pub struct Credentials {
    key: String,
    secret: Secret,
    source: String,
}

/// Why there are no usable credentials.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialsError {
    /// Neither half of a pair is set.
    #[error(
        "no API key for {environment}: set {key_name} and {secret_name}. {}",
        how_to_get_one(*environment)
    )]
    Missing {
        /// Which environment.
        environment: Environment,
        /// The variable for the key.
        key_name: &'static str,
        /// The variable for the secret.
        secret_name: &'static str,
    },
    /// Only one half of a pair is set; halves of different pairs are never combined.
    #[error("{present} is set, but {missing} is not: set both, as a pair from one key")]
    Half {
        /// The variable that is set.
        present: &'static str,
        /// The variable that is not.
        missing: &'static str,
    },
    /// The halves come from different places, so they may be of different keys.
    #[error(
        "{key_name} comes from {key_source}, but {secret_name} from {secret_source}: set both in one place"
    )]
    Mixed {
        /// The variable for the key.
        key_name: &'static str,
        /// Where it was found.
        key_source: String,
        /// The variable for the secret.
        secret_name: &'static str,
        /// Where it was found.
        secret_source: String,
    },
    /// A key or secret that can't be one.
    #[error("{name}: {source}")]
    Malformed {
        /// The variable.
        name: &'static str,
        /// What is wrong.
        source: MalformedKey,
    },
}

impl Credentials {
    /// A pair, checked for being printable text.
    pub fn new(key: impl Into<String>, secret: impl Into<String>) -> Result<Self, MalformedKey> {
        let key = key.into();
        check("key", &key)?;
        Ok(Self { key, secret: Secret::new(secret)?, source: "given by the program".to_owned() })
    }

    /// Looks a pair up by variable names: first the environment's own, then `LMEX_API_KEY` and `LMEX_API_SECRET`.
    ///
    /// `lookup` finds a variable and says where it came from. Halves of different pairs are never combined, so a live
    /// key is never signed with a testnet secret or sent to the wrong exchange.
    pub fn from_variables(
        environment: Environment,
        lookup: impl Fn(&str) -> Option<(String, String)>,
    ) -> Result<Self, CredentialsError> {
        let own = names(environment);
        for (key_name, secret_name) in own.into_iter().chain([("LMEX_API_KEY", "LMEX_API_SECRET")]) {
            let half = |present, missing| Err(CredentialsError::Half { present, missing });
            match (lookup(key_name), lookup(secret_name)) {
                (None, None) => {}
                (Some(_), None) => return half(key_name, secret_name),
                (None, Some(_)) => return half(secret_name, key_name),
                (Some((_, key_source)), Some((_, secret_source))) if key_source != secret_source => {
                    return Err(CredentialsError::Mixed { key_name, key_source, secret_name, secret_source });
                }
                (Some((key, source)), Some((secret, _))) => {
                    check("key", &key)
                        .map_err(|source| CredentialsError::Malformed { name: key_name, source })?;
                    let secret = Secret::new(secret)
                        .map_err(|source| CredentialsError::Malformed { name: secret_name, source })?;
                    return Ok(Self { key, secret, source: format!("{key_name} from {source}") });
                }
            }
        }
        let (key_name, secret_name) = own.unwrap_or(("LMEX_API_KEY", "LMEX_API_SECRET"));
        Err(CredentialsError::Missing { environment, key_name, secret_name })
    }

    /// Looks a pair up in the process's environment variables.
    pub fn from_env(environment: Environment) -> Result<Self, CredentialsError> {
        Self::from_variables(environment, |name| {
            std::env::var(name).ok().map(|value| (value, "the environment".to_owned()))
        })
    }

    /// Says where the pair came from, for people.
    #[must_use]
    pub fn with_source(self, source: impl Into<String>) -> Self {
        Self { source: source.into(), ..self }
    }

    /// Where the pair came from, for people.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The key, which is sent in the clear with every signed request.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The key with its middle hidden, for people.
    pub fn key_shown(&self) -> String {
        let chars: Vec<char> = self.key.chars().collect();
        match chars.len() {
            0..12 => "…".to_owned(),
            len => chars[..4].iter().chain(&['…']).chain(&chars[len - 4..]).collect(),
        }
    }

    /// The secret, for those who sign by themselves.
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    pub(crate) fn signer(&self) -> Signer {
        Signer::new(self.secret.expose().as_bytes())
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("key", &self.key_shown()).field("secret", &self.secret).finish()
    }
}

/// Each exchange has keys of its own: one of real money has no business on this machine's.
fn how_to_get_one(environment: Environment) -> String {
    let site = match environment {
        Environment::Local => return "`lmex exchange` prints its play-money key when it starts".to_owned(),
        Environment::Testnet => "test.lmex.io (the testnet of lmex.io)",
        Environment::Live => "lmex.io",
    };
    format!(
        "A key is made on {site} under Account > API: tick Read and Trading (not Transfer or Withdraw); the secret is \
         shown once, so store it then"
    )
}

fn names(environment: Environment) -> Option<(&'static str, &'static str)> {
    match environment {
        Environment::Local => None,
        Environment::Testnet => Some(("LMEX_TESTNET_API_KEY", "LMEX_TESTNET_API_SECRET")),
        Environment::Live => Some(("LMEX_LIVE_API_KEY", "LMEX_LIVE_API_SECRET")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(environment: Environment, set: &[(&str, &str)]) -> Result<Credentials, CredentialsError> {
        Credentials::from_variables(environment, |name| {
            let value = set.iter().find(|(known, _)| *known == name)?.1;
            Some((value.to_owned(), "a test".to_owned()))
        })
    }

    #[test]
    fn an_environments_own_pair_comes_first_and_pairs_never_mix() {
        let set = [
            ("LMEX_API_KEY", "common-key-0001"),
            ("LMEX_API_SECRET", "common"),
            ("LMEX_LIVE_API_KEY", "live-key-00001"),
            ("LMEX_LIVE_API_SECRET", "live"),
        ];
        assert_eq!(find(Environment::Live, &set).unwrap().key(), "live-key-00001");
        assert_eq!(find(Environment::Testnet, &set).unwrap().key(), "common-key-0001");
        let half = find(Environment::Live, &set[..3]).unwrap_err();
        assert_eq!(
            half.to_string(),
            "LMEX_LIVE_API_KEY is set, but LMEX_LIVE_API_SECRET is not: set both, as a pair from one key"
        );
    }

    #[test]
    fn halves_from_different_places_are_not_combined() {
        let error = Credentials::from_variables(Environment::Live, |name| {
            let source = if name == "LMEX_API_KEY" { "the environment" } else { ".env" };
            name.starts_with("LMEX_API").then(|| ("value-of-it".to_owned(), source.to_owned()))
        });
        let text = error.unwrap_err().to_string();
        assert_eq!(
            text,
            "LMEX_API_KEY comes from the environment, but LMEX_API_SECRET from .env: set both in one place"
        );
    }

    #[test]
    fn a_missing_key_names_the_variable_and_the_next_step() {
        let text = find(Environment::Testnet, &[]).unwrap_err().to_string();
        for part in
            ["LMEX_TESTNET_API_KEY", "LMEX_TESTNET_API_SECRET", "lmex.io", "shown once", "Read and Trading"]
        {
            assert!(text.contains(part), "{text}");
        }
        let local = find(Environment::Local, &[]).unwrap_err().to_string();
        assert!(local.contains("`lmex exchange` prints") && !local.contains("lmex.io"), "{local}");
    }

    #[test]
    fn a_malformed_secret_is_named_and_not_shown() {
        let set = [("LMEX_API_KEY", "k"), ("LMEX_API_SECRET", "hunter2\n")];
        let error = find(Environment::Live, &set).unwrap_err();
        assert!(error.to_string().starts_with("LMEX_API_SECRET: the API secret has a line break"));
        assert!(!format!("{error:?}{error}").contains("hunter2"));
    }

    #[test]
    fn debug_shows_neither_secret_nor_whole_key() {
        let credentials = Credentials::new("0123456789abcdef", "hunter2").unwrap();
        let shown = format!("{credentials:?}");
        assert!(!shown.contains("hunter2") && !shown.contains("0123456789abcdef"), "{shown}");
        assert!(shown.contains("0123…cdef"));
    }
}
