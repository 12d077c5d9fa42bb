//! Requests that no client should send: whatever comes, there is an answer, and it is never a failure of the server.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::venue::{KEY, Venue};

#[derive(Debug, Clone)]
struct Odd {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

fn odd() -> impl Strategy<Value = Odd> {
    let methods = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "get", "X", "BREW"];
    let paths: Vec<_> = lmex_api::CATALOG.iter().map(|info| format!("/futures{}", info.path)).collect();
    let known = prop::sample::select([paths, known_paths()].concat());
    let path = prop_oneof![
        4 => known.clone(),
        1 => known.clone().prop_map(|path| path + "/"),
        1 => known.clone().prop_map(|path| path.replacen('/', "//", 1)),
        1 => known.clone().prop_map(|path| path.to_uppercase()),
        1 => known.prop_map(|path| format!("{path}/%2e%2e/../%00")),
        1 => "/[!-~&&[^ ]]{0,60}",
    ];
    let query = prop_oneof![
        2 => Just(String::new()),
        2 => "\\?[!-~&&[^# ]]{0,60}",
        1 => Just("?symbol=BTC-PERP&symbol=ETH-PERP".to_owned()),
        1 => Just("?=&&==&symbol".to_owned()),
        1 => Just("?symbol=%F0%9F%92%B1%00%ff".to_owned()),
        1 => "[a-z]{1,8}".prop_map(|name| format!("?{}", format!("{name}=1&").repeat(300))),
    ];
    let names = [
        "request-api",
        "request-nonce",
        "request-sign",
        "content-type",
        "accept",
        "x-odd",
        "expect",
        "upgrade",
        "sec-websocket-key",
        "transfer-encoding-x",
        "accept-encoding",
        "range",
        "if-match",
    ];
    let values = prop_oneof![
        2 => "[ -~]{0,40}",
        1 => Just(KEY.to_owned()),
        1 => Just("websocket".to_owned()),
        1 => Just("9".repeat(400)),
        1 => Just("application/json; charset=utf-16".to_owned()),
        1 => "[\u{80}-\u{ff}]{1,20}",
    ];
    let headers =
        prop::collection::vec((prop::sample::select(names.to_vec()).prop_map(str::to_owned), values), 0..8);
    let bodies = prop_oneof![
        2 => Just(Vec::new()),
        2 => prop::collection::vec(any::<u8>(), 0..200),
        1 => Just(b"{\"symbol\":\"BTC-PERP\",\"symbol\":1}".to_vec()),
        1 => Just("[".repeat(20_000).into_bytes()),
        1 => Just("{\"a\":".repeat(5_000).into_bytes()),
        1 => Just(vec![b'9'; 70_000]),
        1 => Just(b"{\"size\":NaN,\"price\":Infinity,\"side\":\"\\ud800\"}".to_vec()),
    ];
    (prop::sample::select(methods.to_vec()), path, query, headers, bodies).prop_map(
        |(method, path, query, headers, body)| Odd {
            method: method.to_owned(),
            target: path + &query,
            headers,
            body,
        },
    )
}

fn known_paths() -> Vec<String> {
    ["/", "/openapi.json", "/ws/futures", "/ws/oss/futures", "/spot/api/v3.2/time", "/admin", "/futures"]
        .map(str::to_owned)
        .to_vec()
}

/// What HTTP itself is spelt wrong with is answered by the HTTP server, without our body.
#[tokio::test]
async fn whatever_comes_is_answered_and_never_as_a_failure() {
    let venue = Venue::start().await;
    let mut runner = TestRunner::deterministic();
    for _ in 0..400 {
        let sent = odd().new_tree(&mut runner).unwrap().current();
        let headers: Vec<_> =
            sent.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answer = venue.send(&sent.method, &sent.target, &headers, &sent.body).await;
        assert!((100..500).contains(&answer.status), "{} for {sent:?}: {}", answer.status, answer.text);
    }
    venue.my("/user/wallet").await.ok();
    assert_eq!(venue.get("/price?symbol=BTC-PERP").await.status, 200);
}

/// The same with a good signature, so that it gets past the door.
#[tokio::test]
async fn a_signed_oddity_is_refused_like_any_other() {
    let venue = Venue::start().await;
    let mut runner = TestRunner::deterministic();
    let bodies = prop::collection::vec(any::<u8>(), 0..200);
    for info in lmex_api::CATALOG {
        let target = info.path.strip_prefix("/api/v2.3").unwrap();
        for body in [
            bodies.new_tree(&mut runner).unwrap().current(),
            b"{\"symbol\":{\"a\":[]},\"size\":1e999}".to_vec(),
            "{\"symbol\":\"".repeat(3_000).into_bytes(),
            b"\xef\xbb\xbf{}".to_vec(),
            b"{\"symbol\":\"BTC-PERP\",\"size\":-9223372036854775808,\"leverage\":1e308,\"timeout\":-1}"
                .to_vec(),
        ] {
            let answer = venue.signed(info.method.as_str(), target, &body).await;
            assert!(
                matches!(answer.status, 200 | 400),
                "{} {target}: {} {}",
                info.method,
                answer.status,
                answer.text
            );
        }
    }
}
