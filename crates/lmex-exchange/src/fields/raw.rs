//! The names and values of a request as they stand, before anybody asks what they mean.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::MOST;
use crate::error_body::Refused;

/// The pairs of a query string, in their order.
pub(super) fn query_pairs(query: &str) -> Result<Vec<(String, String)>, Refused> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let read = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Ok((decoded(name)?, decoded(value)?))
    };
    let pairs: Vec<_> = pairs.take(MOST + 1).map(read).collect::<Result<_, Refused>>()?;
    match pairs.len() > MOST {
        true => Err(Refused::parameter(format!("query has more than {MOST} parameters: send fewer"))),
        false => Ok(pairs),
    }
}

/// The members of a body that is one JSON object, in their order, repeated ones included.
pub(super) fn json_members(body: &[u8]) -> Result<Vec<(Cow<'_, str>, &RawValue)>, Refused> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Err(Refused::parameter("body is missing: send a JSON object"));
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let members = json.deserialize_map(Members).and_then(|members| json.end().map(|()| members));
    members.map_err(|error| Refused::parameter(format!("body is not a JSON object: {error}")))
}

/// Percent-encoding undone (WHATWG URL, `application/x-www-form-urlencoded`).
fn decoded(text: &str) -> Result<String, Refused> {
    let refused = || {
        let shown: String = text.chars().take(40).collect();
        Refused::parameter(format!("query can't be read at {shown:?}: encode it as UTF-8 with %XX"))
    };
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || rest.next().and_then(|b| char::from(b).to_digit(16));
                let (high, low) = (digit().ok_or_else(refused)?, digit().ok_or_else(refused)?);
                u8::try_from(high * 16 + low).map_err(|_| refused())?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).map_err(|_| refused())
}

/// A name, copied only where it is written with escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::with_capacity(super::USUALLY_KNOWN);
        while let Some((Name(name), value)) = map.next_entry()? {
            if members.len() == MOST {
                return Err(de::Error::custom(format!("more than {MOST} members")));
            }
            members.push((name, value));
        }
        Ok(members)
    }
}
