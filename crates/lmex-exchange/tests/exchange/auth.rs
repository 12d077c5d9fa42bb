//! Who is believed, and what the others are told.

use crate::venue;

use lmex_api::Signer;
use serde_json::json;
use venue::{Answer, KEY, SECRET, START, Venue};

/// What a request says about who sent it; the default is a good one.
struct Sent<'a> {
    key: Option<&'a str>,
    nonce: Option<String>,
    signature: Option<String>,
}

impl Sent<'_> {
    /// Signed as it should be, over `path` and `body`.
    fn over(venue: &Venue, path: &str, body: &str) -> Self {
        let nonce = venue.nonce();
        let signature = venue.signer.sign_request(path, &nonce, body.as_bytes()).to_string();
        Sent { key: Some(KEY), nonce: Some(nonce), signature: Some(signature) }
    }

    fn headers(&self) -> Vec<(&str, &str)> {
        let named = [
            ("request-api", self.key),
            ("request-nonce", self.nonce.as_deref()),
            ("request-sign", self.signature.as_deref()),
        ];
        named.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    async fn wallet(&self, venue: &Venue) -> Answer {
        venue.send("GET", "/futures/api/v2.3/user/wallet?wallet=CROSS@", &self.headers(), b"").await
    }

    async fn order(&self, venue: &Venue, body: &str) -> Answer {
        venue.send("POST", "/futures/api/v2.3/order", &self.headers(), body.as_bytes()).await
    }
}

const WALLET: &str = "/api/v2.3/user/wallet";

fn refused(answer: &Answer) -> String {
    let (code, message) = answer.refused(401);
    assert_eq!(code, -7, "{message}");
    assert!(message.starts_with("Authenticate failed: "), "{message}");
    assert!(!message.contains(SECRET), "{message}");
    message
}

#[tokio::test]
async fn a_missing_header_is_named() {
    let venue = Venue::start().await;
    for missing in ["request-api", "request-nonce", "request-sign"] {
        let mut sent = Sent::over(&venue, WALLET, "");
        match missing {
            "request-api" => sent.key = None,
            "request-nonce" => sent.nonce = None,
            _ => sent.signature = None,
        }
        assert!(refused(&sent.wallet(&venue).await).contains(&format!("header {missing} is missing")));
    }
}

#[tokio::test]
async fn a_header_that_is_given_twice_is_named() {
    let venue = Venue::start().await;
    for repeated in ["request-api", "request-nonce", "request-sign"] {
        let sent = Sent::over(&venue, WALLET, "");
        let good = sent.headers();
        let same = good.iter().find(|(name, _)| *name == repeated).copied().unwrap();
        for second in [same, (repeated, "other"), (repeated, "")] {
            for headers in [[&good[..], &[second]].concat(), [&[second], &good[..]].concat()] {
                let answer =
                    venue.send("GET", "/futures/api/v2.3/user/wallet?wallet=CROSS@", &headers, b"").await;
                assert!(refused(&answer).contains(&format!("header {repeated} is given more than once")));
            }
        }
        assert_eq!(sent.wallet(&venue).await.status, 200, "its nonce was not used up");
    }
}

#[tokio::test]
async fn a_header_that_is_not_ascii_is_told_from_a_missing_one() {
    let venue = Venue::start().await;
    let sent = Sent { key: Some("ключ"), ..Sent::over(&venue, WALLET, "") };
    let message = refused(&sent.wallet(&venue).await);
    assert!(message.contains("header request-api has characters outside of printable ASCII"), "{message}");
}

#[tokio::test]
async fn a_body_is_signed_whatever_the_method() {
    let venue = Venue::start().await;
    let body = r#"{"symbol":"BTC-PERP"}"#;
    let target = "/futures/api/v2.3/leverage";
    let unsigned = Sent::over(&venue, "/api/v2.3/leverage", "");
    let answer = venue.send("GET", target, &unsigned.headers(), body.as_bytes()).await;
    assert!(refused(&answer).contains("you left out the body"));
    let signed = Sent::over(&venue, "/api/v2.3/leverage", body);
    let answer = venue.send("GET", target, &signed.headers(), body.as_bytes()).await;
    assert_eq!(answer.one()["symbol"], "BTC-PERP");
}

#[tokio::test]
async fn an_unknown_key_and_a_wrong_secret_are_told_apart() {
    let venue = Venue::start().await;
    let sent = Sent { key: Some("other"), ..Sent::over(&venue, WALLET, "") };
    assert!(refused(&sent.wallet(&venue).await).contains("key \"other\" is not known here"));
    let nonce = venue.nonce();
    let signature = Signer::new(b"wrong").sign_request(WALLET, &nonce, b"").to_string();
    let sent = Sent { key: Some(KEY), nonce: Some(nonce.clone()), signature: Some(signature) };
    let message = refused(&sent.wallet(&venue).await);
    assert!(message.contains(&format!("HMAC-SHA384 of `{WALLET}{nonce}`")), "{message}");
    assert!(message.contains("None of the usual mistakes fits: is it the right secret?"), "{message}");
}

#[tokio::test]
async fn a_nonce_must_be_near_and_new() {
    let venue = Venue::start().await;
    for (nonce, expected) in [
        ("now", "request-nonce \"now\" is not a number".to_owned()),
        (
            "1790000004001",
            format!(
                "request-nonce 1790000004001 is 4001 ms from the server's time {START}, the window is ±4000 ms"
            ),
        ),
        ("1790000000", "request-nonce 1790000000 is -1788210000000 ms from".to_owned()),
    ] {
        let signature = venue.signer.sign_request(WALLET, nonce, b"").to_string();
        let sent = Sent { key: Some(KEY), nonce: Some(nonce.to_owned()), signature: Some(signature) };
        let message = refused(&sent.wallet(&venue).await);
        assert!(message.contains(&expected), "{message}");
    }
    let sent = Sent::over(&venue, WALLET, "");
    assert_eq!(sent.wallet(&venue).await.status, 200);
    assert!(refused(&sent.wallet(&venue).await).contains("was used before"));
}

#[tokio::test]
async fn nonces_may_come_in_any_order() {
    let venue = Venue::start().await;
    let sent: Vec<_> = (0..5).map(|_| Sent::over(&venue, WALLET, "")).collect();
    for sent in sent.iter().rev() {
        assert_eq!(sent.wallet(&venue).await.status, 200);
    }
}

#[tokio::test]
async fn the_usual_mistakes_are_recognised() {
    let venue = Venue::start().await;
    let body = r#"{"symbol":"BTC-PERP","side":"BUY","type":"LIMIT","price":55000,"size":100}"#;
    let spaced = body.replace(',', ", ").replace(':', ": ");
    for (path, signed, expected) in [
        ("/futures/api/v2.3/order", body, "you signed /futures/api/v2.3/order: leave out the product"),
        ("/order", body, "you signed /order: sign the whole path /api/v2.3/order"),
        ("/api/v2.3/order", "", "you left out the body"),
        ("/api/v2.3/order", &spaced, "another spelling than you sent"),
    ] {
        let message = refused(&Sent::over(&venue, path, signed).order(&venue, body).await);
        assert!(message.contains(expected), "{path}: {message}");
    }
    let with_query = Sent::over(&venue, "/api/v2.3/user/wallet?wallet=CROSS@", "");
    assert!(refused(&with_query.wallet(&venue).await).contains("you signed the query string"));
    let sha256 = Sent { signature: Some("ab".repeat(32)), ..Sent::over(&venue, WALLET, "") };
    assert!(refused(&sha256.wallet(&venue).await).contains("HMAC-SHA256: use HMAC-SHA384"));
    assert_eq!(venue.my("/user/open_orders").await.ok(), json!([]), "nothing of it was done");
}

#[tokio::test]
async fn the_documented_signature_is_the_one_that_counts() {
    let venue = Venue::start().await;
    let body = r#"{"symbol": "BTC-PERP", "side": "BUY", "type": "LIMIT", "price": 55000.0, "size": 100}"#;
    assert_eq!(Sent::over(&venue, "/api/v2.3/order", body).order(&venue, body).await.one()["status"], 2);
    assert_eq!(Sent::over(&venue, WALLET, "").wallet(&venue).await.status, 200);
}

#[tokio::test]
async fn every_private_endpoint_asks_for_a_signature() {
    let venue = Venue::start().await;
    for info in lmex_api::CATALOG {
        let target = format!("/futures{}", info.path);
        let answer = venue.send(info.method.as_str(), &target, &[], b"").await;
        let is_public = info.permission == lmex_api::Permission::Public;
        assert_eq!(answer.status == 401, !is_public, "{} {}: {}", info.method, info.path, answer.text);
    }
    for (method, path) in [
        ("GET", "/leverage"),
        ("POST", "/leverage"),
        ("GET", "/position_mode"),
        ("POST", "/position_mode"),
        ("POST", "/order/cancelAllAfter"),
    ] {
        let answer = venue.send(method, &format!("/futures/api/v2.3{path}"), &[], b"").await;
        assert_eq!(answer.status, 401, "{method} {path}");
    }
}

#[tokio::test]
async fn a_clock_that_was_ahead_for_a_while_lets_no_request_in_twice() {
    let venue = Venue::start().await;
    let faults = venue.exchange.faults();
    let nonce = START.to_string();
    let signature = venue.signer.sign_request("/api/v2.3/user/open_orders", &nonce, b"");
    let headers = [("request-api", KEY), ("request-nonce", &nonce), ("request-sign", signature.as_str())];
    let again = async || venue.send("GET", "/futures/api/v2.3/user/open_orders", &headers, b"").await;
    again().await.ok();
    let ahead = serde_json::from_str(r#"{"kind": "clock-offset", "ms": 20000}"#).unwrap();
    faults.add(ahead).unwrap();
    venue.set_nonce(START + 20_000);
    venue.my("/user/open_orders").await.ok();
    faults.clear();
    let (_, message) = again().await.refused(401);
    assert!(message.contains("was used before"), "{message}");
}
