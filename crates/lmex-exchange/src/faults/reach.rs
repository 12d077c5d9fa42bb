//! Whether a fault can hit anything at all: a typo in a path would make a test pass in which nothing went wrong.

use std::collections::BTreeMap;

use lmex_api::CATALOG;
use lmex_api::stream::StreamPath;

use super::kind::{Kind, Target};
use super::pattern::{fits, meet, spellings};
use super::spec::{FaultError, FaultSpec, cut};
use crate::sockets::topic_patterns;

/// What is served beside the catalogue, all by GET.
const BESIDE: [&str; 4] = ["/", "/openapi.json", "/spot/api/v3.2/time", "/spot/api/v3.3/time"];
const STREAMS: [StreamPath; 2] = [StreamPath::Book, StreamPath::Main];

impl FaultSpec {
    /// Refuses what names something that is not here. `owners` are the usernames by API key.
    pub(super) fn check_reach(&self, owners: &BTreeMap<String, String>) -> Result<(), FaultError> {
        if let Some(account) = &self.account
            && !owners.values().any(|owner| owner == account)
        {
            let mut known: Vec<_> = owners.values().map(String::as_str).collect();
            known.dedup();
            return Err(FaultError::Account(cut(account), known.join(", ")));
        }
        if let Some(key) = self.key.as_ref().filter(|key| !owners.contains_key(*key)) {
            return Err(nowhere("key", key, "no account here has it: use a key that the exchange showed"));
        }
        match self.target() {
            Target::Requests => self.check_request(),
            Target::Messages => self.check_message(),
        }
    }

    fn check_request(&self) -> Result<(), FaultError> {
        let is_method = |served: &str| {
            let asks = |method: &str| served.eq_ignore_ascii_case(method);
            self.method
                .as_deref()
                .is_none_or(|method| asks(method) || (served == "GET" && method.eq_ignore_ascii_case("HEAD")))
        };
        let (mut has_path, mut has_both) = (false, false);
        for (method, path) in served() {
            let is_path = self.path.as_deref().is_none_or(|wanted| is_named(wanted, &path));
            has_path |= is_path;
            has_both |= is_path && is_method(method);
        }
        match (has_path, has_both) {
            (_, true) => Ok(()),
            (true, false) => {
                let method = self.method.as_deref().unwrap_or_default();
                Err(nowhere("method", method, "nothing is served there by it: use GET, POST, PUT or DELETE"))
            }
            (false, _) => {
                let path = self.path.as_deref().unwrap_or_default();
                Err(nowhere(
                    "path",
                    path,
                    "nothing is served there: /openapi.json lists all, such as /order, '/user/*'",
                ))
            }
        }
    }

    fn check_message(&self) -> Result<(), FaultError> {
        if let Some(path) = &self.path
            && !STREAMS.iter().any(|stream| is_named(path, stream.as_str()))
        {
            return Err(nowhere("path", path, "no stream is there: use /ws/oss/futures or /ws/futures"));
        }
        let is_of_books = matches!(self.kind, Kind::Gap | Kind::Cross);
        let mut topics = topic_patterns().filter(|topic| !is_of_books || topic.starts_with("update:"));
        match &self.topic {
            Some(wanted) if !topics.any(|topic| meet(wanted, &topic)) => {
                let some = if is_of_books {
                    "update:BTC-PERP_0"
                } else {
                    "update:BTC-PERP_0, 'tradeHistory*', fillsV2"
                };
                Err(nowhere(
                    "topic",
                    wanted,
                    &format!("no message it is about has it: use a topic such as {some}"),
                ))
            }
            _ => Ok(()),
        }
    }
}

/// Every method with its path, as it is sent.
fn served() -> impl Iterator<Item = (&'static str, String)> {
    let listed = CATALOG.iter().map(|info| (info.method.as_str(), format!("/futures{}", info.path)));
    let streams = STREAMS.into_iter().map(StreamPath::as_str);
    listed.chain(BESIDE.into_iter().chain(streams).map(|path| ("GET", path.to_owned())))
}

fn is_named(wanted: &str, path: &str) -> bool {
    spellings(path).any(|spelling| fits(wanted, spelling))
}

fn nowhere(field: &'static str, given: &str, why: &str) -> FaultError {
    FaultError::Nowhere { field, given: cut(given), why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str) -> Result<(), String> {
        let owners = BTreeMap::from([("k1".to_owned(), "demo".to_owned())]);
        FaultSpec::parse(line).unwrap().check_reach(&owners).map_err(|error| error.to_string())
    }

    #[test]
    fn what_can_never_hit_is_refused_with_what_can() {
        for (line, said) in [
            ("drop,path=order", "path \"order\" would never hit: nothing is served there"),
            ("drop,path=/orders", "such as /order, '/user/*'"),
            ("drop,path=/api/v2.2/order", "path"),
            ("drop,path=/admin/*", "path"),
            ("drop,path=/order,method=PATCH", "method \"PATCH\" would never hit"),
            ("drop,path=/price,method=POST", "method"),
            ("drop,method=PATCH", "method"),
            ("drop,key=nokey", "key \"nokey\" would never hit: no account here has it"),
            ("drop,account=nobody", "account \"nobody\" is not here: use one of demo"),
            ("drop,topic=nonsense", "topic \"nonsense\" would never hit"),
            ("drop,topic=update:_0", "topic"),
            ("gap,topic=fillsV2", "use a topic such as update:BTC-PERP_0"),
            ("silence,path=/order", "path \"/order\" would never hit: no stream is there"),
        ] {
            let refused = check(line).unwrap_err();
            assert!(refused.contains(said), "{line}: {refused}");
        }
    }

    #[test]
    fn what_may_hit_is_taken() {
        for line in [
            "drop",
            "drop,path=*",
            "drop,path=/order,method=post",
            "drop,path=/futures/api/v2.3/order,method=DELETE",
            "drop,path=/order*",
            "drop,path=/price,method=HEAD",
            "drop,path=/openapi.json",
            "clock-offset,ms=5",
            "delay,ms=5,path=/spot/api/v3.3/time",
            "reset,path=/ws/futures",
            "drop,key=k1,account=demo",
            "silence",
            "silence,topic=update:BTC-*",
            "silence,topic=*_0",
            "drop,topic=open-order:BTC-PERP-USDT",
            "drop,topic=tradeHistoryApi",
            "drop,topic=snapshotL1:*",
            "drop,topic=fills*,path=/ws/*",
            "close,ms=5,path=/ws/oss/futures",
        ] {
            assert_eq!(check(line), Ok(()), "{line}");
        }
    }
}
