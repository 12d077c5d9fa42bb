//! TLS on this machine, with a certificate authority of the test's own: who is trusted, who is not, and what an untrusted
//! server learns.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails by a panic says where")]

mod tls_server;

use std::time::Duration;

use lmex::futures::{CancelTarget, OrderRef};
use lmex::{Client, ClientBuilder, Credentials, Endpoints, Environment, Error, StreamEvent, TlsError, Topic};
use lmex_types::Symbol;
use tls_server::{Authority, Certificate, Server};

const KEY: &str = "the-key-of-the-test";

fn builder(rest: &str, ws: &str) -> ClientBuilder {
    let endpoints =
        Endpoints::new(Environment::Live, Some(rest), Some(ws), &["127.0.0.1".to_owned()]).unwrap();
    let credentials = Credentials::new(KEY, "the-secret-of-the-test").unwrap();
    Client::builder(endpoints).credentials(credentials).timeout(Duration::from_secs(30))
}

fn client(server: &Server, trusted: &Authority) -> Client {
    builder(&server.url("https"), &server.url("wss")).root_certificates(trusted.pem()).build().unwrap()
}

fn btc() -> Symbol {
    "BTC-PERP".parse().unwrap()
}

/// What comes before the first end of a connection.
async fn stream_events(client: &Client) -> Vec<StreamEvent> {
    let mut stream = client.subscribe([Topic::Book(btc())]).unwrap();
    let mut events = Vec::new();
    while let Some(event) = stream.next().await {
        let is_over = matches!(event, StreamEvent::Connected | StreamEvent::Disconnected { .. });
        events.push(event);
        if is_over {
            break;
        }
    }
    events
}

#[tokio::test]
async fn who_is_vouched_for_by_a_named_authority_is_spoken_to() {
    let authority = Authority::new("ours");
    let server = Server::start(authority.vouch(Certificate::Good)).await;
    let client = client(&server, &authority);
    let order = client.order(OrderRef::Client("mine".parse().unwrap())).await.unwrap_err();
    assert!(order.is_order_not_found(), "{order}");
    assert_eq!(stream_events(&client).await, [StreamEvent::Connected]);
    let heard = server.heard();
    assert!(!heard.contains(KEY), "what is sent is encrypted");
    assert!(server.requests().contains(KEY), "the server can read it");
}

#[tokio::test]
async fn who_is_not_to_be_trusted_is_named_and_learns_nothing() {
    let (authority, other) = (Authority::new("ours"), Authority::new("theirs"));
    let false_one = Authority::new("ours");
    for (by, certificate, expected) in [
        (&other, Certificate::Good, TlsError::UnknownAuthority),
        (&false_one, Certificate::Good, TlsError::UnknownAuthority),
        (&authority, Certificate::OfAnotherHost, TlsError::WrongHost),
        (&authority, Certificate::Expired, TlsError::Expired),
        (&authority, Certificate::OfTomorrow, TlsError::NotYetValid),
    ] {
        let server = Server::start(by.vouch(certificate)).await;
        let client = client(&server, &authority);
        // A change, an account's read and a public read.
        let cancel = client.cancel(btc(), CancelTarget::All).await.map(drop);
        let open = client.positions(None).await.map(drop);
        let price = client.price(btc()).await.map(drop);
        for result in [cancel, open, price] {
            assert_refused(&result.unwrap_err(), &expected);
        }
        let events = stream_events(&client).await;
        assert_eq!(events[0], StreamEvent::Untrusted(expected.clone()));
        assert!(matches!(&events[1], StreamEvent::Disconnected { .. }), "{events:?}");
        assert_learned_nothing(&server);
    }
}

fn assert_refused(error: &Error, expected: &TlsError) {
    let error = match error {
        Error::BeforeSending(error) => error,
        error => error,
    };
    let Error::Tls { error: found, .. } = error else { panic!("{error:?} is not {expected:?}") };
    assert_eq!(found, expected);
    assert!(!error.was_sent() && !error.is_unknown());
    assert!(error.to_string().contains("check") || error.to_string().contains("give"), "{error}");
}

/// Neither the key nor what was asked for left this machine.
fn assert_learned_nothing(server: &Server) {
    assert!(!server.heard().is_empty(), "nobody has even asked");
    for secret in [KEY, "request-sign", "/api/v2.3", "/ws/oss"] {
        assert!(!server.heard().contains(secret), "{secret} was sent");
    }
    assert_eq!(server.requests(), "", "a handshake was finished");
}

#[tokio::test]
async fn a_server_without_tls_is_named_and_learns_nothing() {
    let server = Server::start_plain().await;
    let client = client(&server, &Authority::new("ours"));
    assert_refused(&client.positions(None).await.unwrap_err(), &TlsError::NotTls);
    assert_eq!(stream_events(&client).await[0], StreamEvent::Untrusted(TlsError::NotTls));
    assert_learned_nothing(&server);
}

/// On this machine only: elsewhere such an address is refused before anything is tried.
#[tokio::test]
async fn asking_without_tls_where_there_is_tls_says_so() {
    let server = Server::start(Authority::new("ours").vouch(Certificate::Good)).await;
    let client = builder(&server.url("http"), &server.url("ws")).build().unwrap();
    let error = client.price(btc()).await.unwrap_err();
    assert!(matches!(&error, Error::Lost { reason, .. } if reason.contains("https://")), "{error:?}");
}

#[tokio::test]
async fn without_the_authority_nobody_of_its_is_trusted() {
    let server = Server::start(Authority::new("ours").vouch(Certificate::Good)).await;
    let client = builder(&server.url("https"), &server.url("wss")).build().unwrap();
    assert_refused(&client.price(btc()).await.unwrap_err(), &TlsError::UnknownAuthority);
}

#[test]
fn certificates_that_are_none_are_refused_when_the_client_is_built() {
    for pem in ["not PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let built = builder("https://127.0.0.1:1", "wss://127.0.0.1:1").root_certificates(pem).build();
        assert!(matches!(built, Err(Error::RootCertificates(_))), "{pem}: {built:?}");
    }
}
