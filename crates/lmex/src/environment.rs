//! Which exchange to talk to, and where it is.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use url::{Host, Url};

/// The three exchanges one can talk to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Environment {
    /// An exchange on this machine, with play money.
    #[default]
    Local,
    /// LMEX's test exchange, with play money.
    Testnet,
    /// LMEX itself, with real money.
    Live,
}

impl Environment {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Testnet => "testnet",
            Self::Live => "live",
        }
    }

    /// LMEX's origin for REST; the local one must be given or found.
    pub fn rest_origin(self) -> Option<&'static str> {
        match self {
            Self::Local => None,
            Self::Testnet => Some("https://test-api.lmex.io"),
            Self::Live => Some("https://api.lmex.io"),
        }
    }

    /// LMEX's origin for streams. The testnet's is not known for certain (three sources name three hosts), so it must
    /// be given.
    pub fn ws_origin(self) -> Option<&'static str> {
        match self {
            Self::Local | Self::Testnet => None,
            Self::Live => Some("wss://ws.lmex.io"),
        }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Environment {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        [Self::Local, Self::Testnet, Self::Live]
            .into_iter()
            .find(|environment| environment.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| EndpointError::UnknownEnvironment(text.to_owned()))
    }
}

/// Where an exchange is: checked origins of its REST API and its streams.
///
/// `local` means this machine and nothing else. `testnet` and `live` are only spoken to over TLS, each at its own hosts.
/// Other hosts must be allowed by name, except those of LMEX's other exchange, which are refused in any case. A loopback
/// address that is allowed by name needs no TLS, so that what is meant for them can be tried on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    environment: Environment,
    rest: Url,
    ws: Option<Url>,
}

/// An address that may not be used, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// Not one of the three.
    #[error("environment {0:?} is not known: use local, testnet or live")]
    UnknownEnvironment(String),
    /// No address given and none known.
    #[error("no {what} address for {environment}: {next}")]
    Missing {
        /// REST or stream.
        what: &'static str,
        /// For which environment.
        environment: Environment,
        /// What to do.
        next: &'static str,
    },
    /// Not an origin.
    #[error(
        "{url:?} is not an origin: write scheme, host and port without a path, such as http://127.0.0.1:9090"
    )]
    NotAnOrigin {
        /// As given.
        url: String,
    },
    /// Another machine under the name `local`.
    #[error(
        "{host} is not this machine: the local environment takes loopback addresses only (127.0.0.1, [::1], localhost)"
    )]
    NotLoopback {
        /// As given.
        host: String,
    },
    /// Unencrypted, where secrets and orders travel.
    #[error("{scheme}:// is not encrypted: {environment} takes https and wss only")]
    NotEncrypted {
        /// As given.
        scheme: String,
        /// For which environment.
        environment: Environment,
    },
    /// A host that is not known as LMEX's for this environment.
    #[error(
        "{host} is not known as a host of LMEX's {environment}: name it in `allowed_hosts` (CLI: --allow-host {host}) if you trust it with your key"
    )]
    ForeignHost {
        /// As given.
        host: String,
        /// For which environment.
        environment: Environment,
    },
    /// A host of LMEX's other exchange: what guards real money goes by the environment's name.
    #[error(
        "{host} is LMEX's {belongs_to}, not its {environment}: name the environment {belongs_to} if you mean it (CLI: --env {belongs_to})"
    )]
    OtherEnvironment {
        /// As given.
        host: String,
        /// Whose host it is.
        belongs_to: Environment,
        /// What was asked for.
        environment: Environment,
    },
}

impl Endpoints {
    /// Checks the addresses of an environment. Without an override, LMEX's own are used. `allowed_hosts` are the
    /// hosts besides their own that testnet and live may name.
    pub fn new(
        environment: Environment,
        rest: Option<&str>,
        ws: Option<&str>,
        allowed_hosts: &[String],
    ) -> Result<Self, EndpointError> {
        let check = |text: &str, schemes| origin(environment, text, schemes, allowed_hosts);
        let rest = rest.or(environment.rest_origin()).ok_or(EndpointError::Missing {
            what: "REST",
            environment,
            next: "start one with `lmex exchange`, or give its address (`rest`; CLI: LMEX_REST_URL)",
        })?;
        // REST first: the local stream address is made from it, and nobody typed that one.
        let rest = check(rest, ["http", "https"])?;
        let ws = ws.or(environment.ws_origin()).map(|text| check(text, ["ws", "wss"])).transpose()?;
        Ok(Self { environment, rest, ws })
    }

    /// Which exchange it is.
    pub fn environment(&self) -> Environment {
        self.environment
    }

    /// The REST origin, such as `http://127.0.0.1:9090`.
    pub fn rest(&self) -> &str {
        self.rest.as_str().trim_end_matches('/')
    }

    /// The stream origin, such as `ws://127.0.0.1:9090`.
    pub fn ws(&self) -> Result<&str, EndpointError> {
        let known = self.ws.as_ref().map(|url| url.as_str().trim_end_matches('/'));
        known.ok_or(EndpointError::Missing {
            what: "stream",
            environment: self.environment,
            next: match self.environment {
                Environment::Testnet => {
                    "the testnet's stream host is not known for certain: ask LMEX support for it and give it (`ws`; CLI: LMEX_WS_URL)"
                }
                _ => "give it (`ws`; CLI: LMEX_WS_URL)",
            },
        })
    }

    pub(crate) fn is_encrypted(&self) -> bool {
        self.rest.scheme() == "https" || self.ws.as_ref().is_some_and(|ws| ws.scheme() == "wss")
    }
}

fn origin(
    environment: Environment,
    text: &str,
    [plain, encrypted]: [&str; 2],
    allowed_hosts: &[String],
) -> Result<Url, EndpointError> {
    let not_an_origin = || EndpointError::NotAnOrigin { url: without_credentials(text) };
    let url = Url::parse(text).map_err(|_| not_an_origin())?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let anonymous = url.username().is_empty() && url.password().is_none();
    if !bare || !anonymous || ![plain, encrypted].contains(&url.scheme()) {
        return Err(not_an_origin());
    }
    let host = url.host().ok_or_else(not_an_origin)?.to_owned();
    match environment {
        Environment::Local if is_loopback(&host) => Ok(url),
        Environment::Local => Err(EndpointError::NotLoopback { host: host.to_string() }),
        // What does not leave this machine needs no encryption, but must still be allowed by name.
        _ if url.scheme() != encrypted && !is_loopback(&host) => {
            Err(EndpointError::NotEncrypted { scheme: url.scheme().to_owned(), environment })
        }
        _ => match belongs_to(&host) {
            Some(owner) if owner == environment => Ok(url),
            Some(belongs_to) => {
                Err(EndpointError::OtherEnvironment { host: host.to_string(), belongs_to, environment })
            }
            None if allowed_hosts.iter().any(|allowed| *allowed == host.to_string()) => Ok(url),
            None => Err(EndpointError::ForeignHost { host: host.to_string(), environment }),
        },
    }
}

fn is_loopback(host: &Host<String>) -> bool {
    match host {
        // Resolved names could point anywhere, so only the one that every system pins to itself counts.
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(ip) => IpAddr::V4(*ip).is_loopback(),
        Host::Ipv6(ip) => IpAddr::V6(*ip).is_loopback(),
    }
}

/// Which of LMEX's exchanges a host is of, if it is known. Every source names the testnet's hosts with a label that begins
/// with `test`, whatever else they disagree about; the live ones are two.
fn belongs_to(host: &Host<String>) -> Option<Environment> {
    let Host::Domain(name) = host else { return None };
    // With the dot of the root it is the same host.
    let below = name.strip_suffix('.').unwrap_or(name).strip_suffix(".lmex.io")?;
    if below.split('.').any(|label| label.starts_with("test")) {
        return Some(Environment::Testnet);
    }
    matches!(below, "api" | "ws").then_some(Environment::Live)
}

/// An address may hold a password by mistake; errors are logged.
fn without_credentials(text: &str) -> String {
    let shown = match (text.find("://"), text.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => format!("{}://…{}", &text[..scheme], &text[at..]),
        (_, Some(at)) => format!("…{}", &text[at..]),
        (_, None) => text.to_owned(),
    };
    shown.chars().take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(environment: Environment, url: &str, allowed: &[&str]) -> Result<String, String> {
        let allowed: Vec<_> = allowed.iter().map(|host| (*host).to_owned()).collect();
        Endpoints::new(environment, Some(url), None, &allowed)
            .map(|endpoints| endpoints.rest().to_owned())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn local_is_this_machine_only() {
        for url in ["http://127.0.0.1:9090", "http://[::1]:1", "http://localhost:9090", "http://127.8.8.8:9"]
        {
            assert_eq!(rest(Environment::Local, url, &[]), Ok(url.to_owned()));
        }
        for url in ["http://10.0.0.1:9090", "https://api.lmex.io", "http://localhost.example.org"] {
            assert!(rest(Environment::Local, url, &[]).unwrap_err().contains("not this machine"), "{url}");
        }
    }

    #[test]
    fn live_is_encrypted_and_lmex_unless_allowed() {
        assert!(rest(Environment::Live, "http://api.lmex.io", &[]).unwrap_err().contains("not encrypted"));
        assert!(
            rest(Environment::Live, "https://api.lmex.io.evil.org", &[])
                .unwrap_err()
                .contains("`allowed_hosts`")
        );
        assert!(rest(Environment::Live, "https://evillmex.io", &[]).is_err());
        assert!(rest(Environment::Live, "https://proxy.example.org", &["proxy.example.org"]).is_ok());
        let live = Endpoints::new(Environment::Live, None, None, &[]).unwrap();
        assert_eq!((live.rest(), live.ws().unwrap()), ("https://api.lmex.io", "wss://ws.lmex.io"));
    }

    #[test]
    fn without_encryption_only_this_machine_is_spoken_to_and_only_if_named() {
        for environment in [Environment::Testnet, Environment::Live] {
            let error = rest(environment, "http://127.0.0.1:9090", &[]).unwrap_err();
            assert!(error.contains("--allow-host 127.0.0.1"), "{error}");
            assert!(rest(environment, "http://127.0.0.1:9090", &["127.0.0.1"]).is_ok());
            for host in ["10.0.0.1", "proxy.example.org"] {
                let error = rest(environment, &format!("http://{host}"), &[host]).unwrap_err();
                assert!(error.contains("not encrypted"), "{error}");
            }
        }
    }

    #[test]
    fn no_environment_takes_the_hosts_of_another() {
        for (host, owner) in [
            ("api.lmex.io", Environment::Live),
            ("ws.lmex.io", Environment::Live),
            ("API.lmex.io.", Environment::Live),
            ("test-api.lmex.io", Environment::Testnet),
            ("ws.test-api.lmex.io", Environment::Testnet),
            ("testnet.lmex.io", Environment::Testnet),
        ] {
            let other = if owner == Environment::Live { Environment::Testnet } else { Environment::Live };
            let (rest_url, ws_url) = (format!("https://{host}"), format!("wss://{host}"));
            let allowed = [host.to_ascii_lowercase()];
            assert!(Endpoints::new(owner, Some(&rest_url), Some(&ws_url), &[]).is_ok(), "{host}");
            let rest = Endpoints::new(other, Some(&rest_url), None, &allowed).unwrap_err();
            let ws = Endpoints::new(other, None, Some(&ws_url), &allowed).unwrap_err();
            for error in [rest, ws] {
                assert!(error.to_string().contains(&format!("--env {owner}")), "{error}");
            }
        }
    }

    #[test]
    fn other_hosts_of_lmex_must_be_allowed_by_name() {
        for environment in [Environment::Testnet, Environment::Live] {
            let error = rest(environment, "https://uat.lmex.io", &[]).unwrap_err();
            assert!(error.contains("--allow-host uat.lmex.io"), "{error}");
            assert!(rest(environment, "https://uat.lmex.io", &["uat.lmex.io"]).is_ok());
        }
    }

    #[test]
    fn origins_have_no_path_and_no_password() {
        for url in [
            "http://127.0.0.1:9090/futures",
            "http://127.0.0.1:9090/?x=1",
            "127.0.0.1:9090",
            "ws://127.0.0.1",
        ] {
            assert!(rest(Environment::Local, url, &[]).unwrap_err().contains("not an origin"), "{url}");
        }
        let long = format!("https://me:{}@127.0.0.1", "hunter2".repeat(50));
        for url in ["http://me:hunter2@127.0.0.1:9090", "me:hunter2@127.0.0.1:9090", long.as_str()] {
            let error = rest(Environment::Local, url, &[]).unwrap_err();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn the_testnets_stream_host_must_be_given() {
        let testnet = Endpoints::new(Environment::Testnet, None, None, &[]).unwrap();
        assert!(testnet.ws().unwrap_err().to_string().contains("not known for certain"));
    }
}
