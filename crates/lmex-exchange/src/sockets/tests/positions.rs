//! Positions: all of them every five seconds, and each as it changes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use lmex_api::stream::StreamPath;
use lmex_engine::AccountId;
use serde_json::{Value, json};

use super::fake::{Client, OTHER, TRADER, Venue};
use crate::desk::DeskGone;
use crate::feed::PositionNews;
use crate::sockets::SocketConfig;
use crate::sockets::all_positions::tell;
use crate::sockets::hub::HubRequest;

async fn listening(venue: &Venue, key: &str, topics: &[&str]) -> Client {
    let mut client = venue.connect(StreamPath::Main);
    client.say(&json!({"op": "login", "args": [key, "5", "/ws/futures5!"]}).to_string());
    assert_eq!(client.text().await, r#"{"event":"login","success":true}"#);
    client.subscribe(topics);
    assert_eq!(client.json().await, json!({"event": "subscribe", "channel": topics}));
    client
}

pub(super) fn held(account: AccountId, contracts: i64) -> PositionNews {
    let position = json!({
        "username": "friend",
        "marketName": "BTC-PERP-USDT",
        "orderType": if contracts == 0 { 0 } else { 90 },
        "orderMode": if contracts == 0 { 0 } else { 66 },
        "totalContracts": contracts,
        "positionId": "BTC-PERP-USDT",
        "avgFilledPrice": 0,
    });
    PositionNews { account, position: serde_json::from_str(&position.to_string()).unwrap() }
}

fn told(message: &Value) -> (Value, Value) {
    (message["topic"].clone(), message["data"][0]["totalContracts"].clone())
}

#[tokio::test(start_paused = true)]
async fn all_positions_are_told_every_five_seconds_to_their_owner() {
    let venue = Venue::open();
    let mut owner = listening(&venue, "friend", &["allPositionV4"]).await;
    let mut other = listening(&venue, "other", &["allPositionV3"]).await;
    let mut stranger = venue.connect(StreamPath::Main);
    stranger.subscribe(&["allPositionV4"]);
    assert_eq!(stranger.json().await["channel"], json!(["allPositionV4"]));
    let positions = || async { Ok::<_, DeskGone>((0, vec![held(TRADER, 30)])) };
    tokio::spawn(tell(positions, venue.desk.hub.clone(), SocketConfig::default()));
    owner.hears_nothing_for(4_900).await;
    for _ in 0..3 {
        let started = tokio::time::Instant::now();
        assert_eq!(told(&owner.json().await), (json!("allPositionV4"), json!(30)));
        assert!(started.elapsed().as_millis() <= 5_000);
        assert_eq!(other.json().await, json!({"topic": "allPositionV3", "data": []}), "it has none");
    }
    stranger.hears_nothing_for(20_000).await;
}

#[tokio::test(start_paused = true)]
async fn positions_are_not_even_asked_for_while_nobody_listens() {
    let venue = Venue::open();
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let positions = move || {
        counter.fetch_add(1, Ordering::SeqCst);
        async { Ok::<_, DeskGone>((0, vec![held(TRADER, 30)])) }
    };
    tokio::spawn(tell(positions, venue.desk.hub.clone(), SocketConfig::default()));
    let mut bystander = listening(&venue, "friend", &["positionsV3"]).await;
    bystander.hears_nothing_for(60_000).await;
    let mut owner = listening(&venue, "friend", &["allPositionV4"]).await;
    assert_eq!(asked.load(Ordering::SeqCst), 0);
    assert_eq!(told(&owner.json().await), (json!("allPositionV4"), json!(30)));
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_position_is_told_when_it_changes_and_once_more_when_it_is_closed() {
    let mut venue = Venue::open();
    let mut owner = listening(&venue, "friend", &["positionsV3"]).await;
    let mut older = listening(&venue, "friend", &["positionsV2"]).await;
    let mut other = listening(&venue, "other", &["positionsV3", "positionsV2"]).await;
    for contracts in [10, 25, 0] {
        venue.change(vec![held(TRADER, contracts)]).await;
        assert_eq!(told(&owner.json().await), (json!("positionsV3"), json!(contracts)));
        assert_eq!(told(&older.json().await), (json!("positionsV2"), json!(contracts)));
    }
    other.hears_nothing_for(60_000).await;
    venue.change(vec![held(OTHER, 3)]).await;
    assert_eq!(told(&other.json().await).1, json!(3));
    owner.hears_nothing_for(1_000).await;
}

/// The list is read at the desk, and comes to the hub behind what the desk has done since.
#[tokio::test(start_paused = true)]
async fn a_list_of_all_positions_is_never_older_than_what_was_told_of_one() {
    let mut venue = Venue::open();
    let mut owner = listening(&venue, "friend", &["allPositionV4", "positionsV3"]).await;
    let mut other = listening(&venue, "other", &["allPositionV4"]).await;
    venue.change(vec![held(TRADER, 0)]).await;
    assert_eq!(told(&owner.json().await), (json!("positionsV3"), json!(0)));
    for (seq, is_told) in [(0, false), (1_000, true)] {
        let all = vec![held(TRADER, 30), held(OTHER, 4)];
        venue.desk.hub.ask(HubRequest::AllPositions(seq, all)).await.unwrap();
        assert_eq!(told(&other.json().await), (json!("allPositionV4"), json!(4)));
        if is_told {
            assert_eq!(told(&owner.json().await), (json!("allPositionV4"), json!(30)));
        } else {
            owner.hears_nothing_for(1_000).await;
        }
    }
}

/// It is no newer than what this account has heard: nothing.
#[tokio::test(start_paused = true)]
async fn who_was_told_of_no_change_gets_a_list_from_before_it() {
    let mut venue = Venue::open();
    let mut owner = listening(&venue, "friend", &["allPositionV4"]).await;
    let mut other = listening(&venue, "other", &["positionsV3"]).await;
    venue.change(vec![held(TRADER, 5), held(OTHER, 6)]).await;
    assert_eq!(told(&other.json().await), (json!("positionsV3"), json!(6)));
    venue.desk.hub.ask(HubRequest::AllPositions(0, vec![held(TRADER, 4)])).await.unwrap();
    assert_eq!(told(&owner.json().await), (json!("allPositionV4"), json!(4)));
}

#[tokio::test(start_paused = true)]
async fn the_older_topics_have_the_fields_of_their_own_document() {
    let mut venue = Venue::open();
    let mut older = listening(&venue, "friend", &["positionsV2"]).await;
    venue.change(vec![held(TRADER, 10)]).await;
    let heard = older.json().await;
    let row = heard["data"][0].as_object().unwrap();
    assert_eq!((&row["marketName"], &row["avgFillPrice"]), (&json!("BTC-PERP-USD"), &json!(0)));
    for newer in ["avgFilledPrice", "activeWalletName", "serviceType", "isFuture"] {
        assert!(!row.contains_key(newer), "{newer}");
    }
    let Some(documented) = super::shapes::documented("lmex-docs-ws/ws-futures-positions-2-response.json")
    else {
        return;
    };
    for key in documented["data"][0].as_object().unwrap().keys() {
        assert!(row.contains_key(key), "{key}");
    }
}
