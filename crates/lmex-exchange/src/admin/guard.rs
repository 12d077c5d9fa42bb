//! Who may come in: programs of this machine that know the token, and no web page.

use std::net::SocketAddr;

use http::header::{AUTHORIZATION, HOST, ORIGIN};
use http::{HeaderMap, HeaderName, StatusCode};
use subtle::ConstantTimeEq;

use super::refused::Refused;
use crate::secret::Secret;

/// Checks the headers of a request.
///
/// A browser puts the name of the page's server into `Host`, also when that name has been bound to this machine's
/// address, and the page into `Origin`: neither gets in, whatever it knows. No answer says that another origin may read
/// it.
#[derive(Debug)]
pub(super) struct Guard {
    hosts: Vec<String>,
    token: Secret,
}

impl Guard {
    pub(super) fn new(address: SocketAddr, token: &Secret) -> Self {
        let port = address.port();
        let mut hosts = vec![address.to_string(), format!("localhost:{port}")];
        hosts.extend(["127.0.0.1", "[::1]"].map(|host| format!("{host}:{port}")));
        Self { hosts, token: token.clone() }
    }

    pub(super) fn check(&self, headers: &HeaderMap) -> Result<(), Refused> {
        let forbidden = |message: &str| Err(Refused::new(StatusCode::FORBIDDEN, message));
        let is_host = |host: &str| self.hosts.iter().any(|known| known.eq_ignore_ascii_case(host));
        if !only(headers, &HOST).is_some_and(is_host) {
            return forbidden(
                "header Host must name this machine and the exchange's port: use the address that the exchange printed",
            );
        }
        if headers.contains_key(ORIGIN) {
            return forbidden("web pages may not come here: send the request from a program, without Origin");
        }
        let given = only(headers, &AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
        let Some(given) = given else {
            let message =
                "send Authorization: Bearer and the admin token that the exchange printed when it started";
            return Err(Refused::new(StatusCode::UNAUTHORIZED, message));
        };
        // How long this takes does not tell how much of it is right.
        if given.as_bytes().ct_eq(self.token.expose().as_bytes()).into() {
            return Ok(());
        }
        let message =
            "the admin token is not this one's: every start has a new one, use the one that was printed last";
        Err(Refused::new(StatusCode::UNAUTHORIZED, message))
    }
}

/// A header that is given once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    values.next().is_none().then(|| first.to_str().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn status(headers: &[(&'static str, &str)]) -> u16 {
        let guard = Guard::new(([127, 0, 0, 1], 9_090).into(), &Secret::new("hunter2"));
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_str(value).unwrap());
        }
        guard.check(&map).map_or_else(|refused| refused.status.as_u16(), |()| 200)
    }

    const TOKEN: (&str, &str) = ("authorization", "Bearer hunter2");

    #[test]
    fn only_this_machine_by_name_and_port() {
        for host in ["127.0.0.1:9090", "localhost:9090", "LocalHost:9090", "[::1]:9090"] {
            assert_eq!(status(&[("host", host), TOKEN]), 200, "{host}");
        }
        for host in [
            "evil.example:9090",
            "127.0.0.1",
            "127.0.0.1:9091",
            "localhost",
            "127.0.0.1:9090.evil.example",
            "",
        ] {
            assert_eq!(status(&[("host", host), TOKEN]), 403, "{host}");
        }
        assert_eq!(status(&[TOKEN]), 403);
        assert_eq!(status(&[("host", "localhost:9090"), ("host", "localhost:9090"), TOKEN]), 403);
    }

    #[test]
    fn no_web_page_whatever_it_knows() {
        for origin in ["http://localhost:9090", "https://evil.example", "null", ""] {
            assert_eq!(status(&[("host", "localhost:9090"), ("origin", origin), TOKEN]), 403, "{origin:?}");
        }
    }

    #[test]
    fn the_token_whole_and_once() {
        for token in ["Bearer hunter", "Bearer hunter22", "bearer hunter2", "hunter2", "Bearer ", ""] {
            assert_eq!(status(&[("host", "localhost:9090"), ("authorization", token)]), 401, "{token}");
        }
        assert_eq!(status(&[("host", "localhost:9090")]), 401);
        assert_eq!(status(&[("host", "localhost:9090"), TOKEN, TOKEN]), 401);
    }
}
