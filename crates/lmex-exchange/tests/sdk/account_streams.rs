//! Streams about the account: logged in, in both dialects, through every failure of the login.

use lmex::{
    AccountTopic, Client, Credentials, Dialect, Endpoints, Environment, Error, NewOrder, Retry,
    SessionConfig, Side, Signer, Size, Status, StreamEvent, Subscription, Topic,
};
use lmex_exchange::ExchangeConfig;

use crate::rig::{Rig, btc, config, resting};
use crate::script_server::{KEY, Peer, SECRET, Server};
use crate::streams::{eager, hear, hear_event, soon};

const EVERYTHING: [AccountTopic; 4] =
    [AccountTopic::Notifications, AccountTopic::Fills, AccountTopic::Positions, AccountTopic::AllPositions];

/// Waits for news of an order with this status; passes over other news.
async fn hear_status(stream: &mut Subscription, client_id: &str, status: Status) {
    hear(stream, |event| match event {
        StreamEvent::Notifications(news) => {
            news.iter().any(|news| news.cl_order_id == client_id && news.status == status).then_some(())
        }
        _ => None,
    })
    .await;
}

#[tokio::test]
async fn orders_fills_and_positions_are_heard_in_both_dialects() {
    for dialect in [Dialect::Lmex, Dialect::Btse] {
        let rig = Rig::start_with(ExchangeConfig { dialect, ..config() }).await;
        let client = rig.builder().dialect(dialect).build().unwrap();
        let mut stream = client.subscribe_with(EVERYTHING, eager()).unwrap();
        soon(stream.ready()).await.unwrap();
        client.place(&resting(btc(), "waits")).await.unwrap().done().unwrap();
        hear_status(&mut stream, "waits", Status::INSERTED).await;
        let market =
            NewOrder::market(btc(), Side::Buy, Size::Contracts(100)).client_id("trades".parse().unwrap());
        let done = client.place(&market).await.unwrap().done().unwrap();
        let (mut fills, mut changed, mut all) = (Vec::new(), None, None);
        hear(&mut stream, |event| {
            match event {
                StreamEvent::Fills(heard) => fills.extend(heard),
                StreamEvent::Positions(topic, rows) if topic == AccountTopic::Positions.into() => {
                    changed = rows.into_iter().next();
                }
                StreamEvent::Positions(_, rows) if !rows.is_empty() => all = Some(rows),
                _ => {}
            }
            (!fills.is_empty() && changed.is_some() && all.is_some()).then_some(())
        })
        .await;
        assert_eq!(
            (fills[0].order_id.as_str(), fills[0].cl_order_id.as_str()),
            (&*done.order.order_id, "trades")
        );
        assert_eq!(fills[0].price, done.order.avg_filled_price);
        let changed = changed.unwrap();
        assert_eq!(
            (changed.symbol(), changed.side(), changed.total_contracts),
            (Some(btc()), Some(Side::Buy), 100.into())
        );
        client.close_position(btc(), None).await.unwrap();
        hear(&mut stream, |event| match event {
            StreamEvent::Positions(_, rows) => rows.iter().any(lmex::StreamPosition::is_closed).then_some(()),
            _ => None,
        })
        .await;
    }
}

#[tokio::test]
async fn open_orders_are_all_of_them_and_then_what_changes() {
    let rig = Rig::start().await;
    let client = rig.client();
    client.place(&resting(btc(), "before")).await.unwrap().done().unwrap();
    let mut stream = client.subscribe([AccountTopic::OpenOrders(btc())]).unwrap();
    let all = hear(&mut stream, |event| match event {
        StreamEvent::OpenOrders(_, update) => Some(update),
        _ => None,
    });
    let all = all.await;
    assert!(all.is_snapshot());
    assert_eq!(all.data.len(), 1);
    let placed = client.place(&resting(btc(), "after")).await.unwrap().done().unwrap();
    let change = hear(&mut stream, |event| match event {
        StreamEvent::OpenOrders(_, update) => Some(update),
        _ => None,
    });
    let change = change.await;
    assert!(!change.is_snapshot());
    assert_eq!(change.data[0].order_id, placed.order.order_id);
}

#[tokio::test]
async fn a_topic_that_is_acknowledged_with_an_empty_list_is_an_error() {
    let rig = Rig::start_with(ExchangeConfig { dialect: Dialect::Btse, ..config() }).await;
    let nowhere = Topic::Trades("NONE-PERP".parse().unwrap());
    for topic in [nowhere, AccountTopic::OpenOrders(btc()).into()] {
        let mut stream = rig.client().subscribe([topic, Topic::Trades(btc())]).unwrap();
        let error = soon(stream.ready()).await.unwrap_err();
        assert!(matches!(error, Error::TopicRefused(refused) if refused == topic), "{error}");
    }
}

#[tokio::test]
async fn a_wrong_secret_is_an_error_that_says_so() {
    let rig = Rig::start().await;
    let endpoints = rig.client().endpoints().clone();
    let credentials = Credentials::new(rig.exchange.api_key(), "of another key").unwrap();
    let client = Client::builder(endpoints).credentials(credentials).build().unwrap();
    let mut stream = client.subscribe_with([AccountTopic::Fills], eager()).unwrap();
    let error = soon(stream.ready()).await.unwrap_err();
    assert!(matches!(error, Error::LoginRefused), "{error}");
    hear_event(&mut stream, StreamEvent::LoginRefused).await;
}

#[tokio::test]
async fn without_a_key_private_topics_are_refused_before_anything_is_sent() {
    let (rest, ws) = (Some("http://127.0.0.1:9"), Some("ws://127.0.0.1:9"));
    let endpoints = Endpoints::new(Environment::Local, rest, ws, &[]).unwrap();
    let client = Client::builder(endpoints).build().unwrap();
    let topics = [Topic::Trades(btc()), AccountTopic::Fills.into()];
    assert!(matches!(client.subscribe(topics), Err(Error::NoCredentials)));
}

#[tokio::test]
async fn scenario_25_auth_dies_mid_stream_or_the_nonce_was_stale() {
    let rig = Rig::start().await;
    let client = rig.client();
    let mut stream = client.subscribe_with(EVERYTHING, eager()).unwrap();
    for round in 0..3 {
        soon(stream.ready()).await.unwrap();
        let name = format!("round-{round}");
        client.place(&resting(btc(), &name)).await.unwrap().done().unwrap();
        hear_status(&mut stream, &name, Status::INSERTED).await;
        rig.proxy.cut_streams();
        hear(&mut stream, |event| matches!(event, StreamEvent::Disconnected { .. }).then_some(())).await;
        hear_event(&mut stream, StreamEvent::LoggedIn).await;
    }
    // The venue says in the middle of it that the login does not count any more.
    let (server, client) = Server::start().await;
    let mut stream = client.subscribe_with([AccountTopic::Fills], eager()).unwrap();
    let mut peer = server.accept().await;
    let first = nonce_of_login(&peer.hear().await, "login");
    peer.say(r#"{"event":"login","success":true}"#).await;
    peer.expect(&[SUBSCRIBE]).await;
    peer.say(r#"{"event":"login","success":false}"#).await;
    hear_event(&mut stream, StreamEvent::LoginRefused).await;
    let mut peer = server.accept().await;
    let second = nonce_of_login(&peer.hear().await, "login");
    assert!(second > first, "a nonce is used once: {first}, {second}");
    peer.say(r#"{"event":"login","success":true}"#).await;
    peer.expect(&[SUBSCRIBE]).await;
}

const SUBSCRIBE: &str = r#"{"op":"subscribe","args":["fillsV2"]}"#;

/// The nonce of a login frame, whose signature is right.
fn nonce_of_login(text: &str, operation: &str) -> i64 {
    let frame: serde_json::Value = serde_json::from_str(text).unwrap();
    assert_eq!(frame["op"], operation);
    let args: Vec<_> = frame["args"].as_array().unwrap().iter().map(|arg| arg.as_str().unwrap()).collect();
    let [key, nonce, signature] = args[..] else { panic!("{text}") };
    assert_eq!(key, KEY);
    assert_eq!(signature, Signer::new(SECRET.as_bytes()).sign_login("/ws/futures", nonce).as_str());
    nonce.parse().unwrap()
}

#[tokio::test]
async fn a_login_that_is_not_answered_is_made_by_its_other_name_and_then_topics_are_asked_for() {
    let (server, client) = Server::start().await;
    let reconnect = Retry { attempts: u32::MAX, base_ms: 5, cap_ms: 20 };
    let config = SessionConfig { ack_within_ms: 50, reconnect, ..SessionConfig::default() };
    let mut stream = client.subscribe_with([AccountTopic::Fills], config).unwrap();
    let mut peer: Peer = server.accept().await;
    let first = nonce_of_login(&peer.hear().await, "login");
    let second = nonce_of_login(&peer.hear().await, "authKeyExpires");
    assert!(second > first);
    peer.expect(&[SUBSCRIBE]).await;
    let told = hear(&mut stream, |event| match event {
        StreamEvent::Warning(text) => Some(text),
        _ => None,
    });
    assert!(told.await.contains("did not answer the login"));
    peer.say(r#"{"event":"subscribe","channel":["fillsV2"]}"#).await;
    soon(stream.ready()).await.unwrap();
}
