//! Each fault of requests, as a client over a socket meets it, and what the exchange has done of what it was asked.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helper functions are tests too")]

use crate::venue;

use std::io;
use std::time::{Duration, Instant};

use lmex_engine::AccountId;
use lmex_exchange::faults::{FaultSpec, Kind, Target};
use lmex_exchange::{ConnectionBounds, DeskState, ExchangeConfig, LimitsMode};
use lmex_types::Decimal;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use venue::{KEY, START, Venue, rows};

/// So small that a connection on which nothing will be answered is given up in less than a tenth of a second.
const HURRY: Decimal = Decimal::from_parts(1, 0, 0, false, 4);

async fn venue(lines: &[&str]) -> Venue {
    let faults = lines.iter().map(|line| FaultSpec::parse(line).unwrap()).collect();
    let long = Duration::from_secs(200_000);
    let connections = ConnectionBounds { head_within: long, body_within: long, most: 100 };
    let config = ExchangeConfig { limits: LimitsMode::Off, ..ExchangeConfig::default() };
    Venue::start_with(ExchangeConfig { faults, connections, timeout_scale: HURRY, ..config }).await
}

fn order(client_id: &str) -> Value {
    let order = json!({"symbol": "BTC-PERP", "side": "BUY", "type": "LIMIT", "price": 55_000, "size": 100});
    venue::with(order, json!({"clOrderID": client_id}))
}

/// Sends an order and keeps the connection.
async fn sent(venue: &Venue, body: &Value) -> TcpStream {
    let (nonce, body) = (venue.nonce(), body.to_string());
    let signature = venue.signer.sign_request("/api/v2.3/order", &nonce, body.as_bytes()).to_string();
    let address = venue.exchange.rest_url().strip_prefix("http://").unwrap().to_owned();
    let head = format!(
        "POST /futures/api/v2.3/order HTTP/1.1\r\nhost: {address}\r\nrequest-api: {KEY}\r\nrequest-nonce: {nonce}\r\nrequest-sign: {signature}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(head.as_bytes()).await.unwrap();
    socket
}

/// All that comes until the connection ends, and how it ends.
async fn heard(mut socket: TcpStream) -> (String, io::Result<()>) {
    let mut bytes = Vec::new();
    let ended = socket.read_to_end(&mut bytes).await.map(drop);
    (String::from_utf8(bytes).unwrap(), ended)
}

async fn open_orders(venue: &Venue) -> usize {
    rows(venue.my("/user/open_orders?symbol=BTC-PERP").await.ok()).len()
}

fn hits(venue: &Venue) -> Vec<u64> {
    venue.exchange.faults().list().iter().map(|fault| fault.hits).collect()
}

/// Past the API, where nonces run out.
async fn wait_for_orders(venue: &Venue, count: usize) {
    let open = |state: &DeskState| state.engine.open_orders(AccountId(1), None).count();
    while venue.exchange.desk().read(open).await.unwrap() < count {
        tokio::task::yield_now().await;
    }
}

/// The fault has hit so often: what it hit has arrived.
async fn wait_for_hits(venue: &Venue, times: u64) {
    while venue.exchange.faults().list().iter().all(|fault| fault.hits < times) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_answer_can_be_late() {
    let venue = venue(&["delay,path=/order,ms=120,times=1"]).await;
    let began = Instant::now();
    let late = venue.post("/order", order("late")).await;
    assert!(began.elapsed() >= Duration::from_millis(120));
    assert_eq!((late.one()["status"].clone(), hits(&venue)), (json!(2), vec![1]));
    venue.exchange.faults().add(FaultSpec::parse("delay,ms=600000,method=POST").unwrap()).unwrap();
    let _never_answered = sent(&venue, &order("at-once")).await;
    wait_for_orders(&venue, 2).await;
}

#[tokio::test]
async fn a_request_can_arrive_late_even_if_its_client_has_gone() {
    let venue = venue(&["delay,path=/order,method=POST,ms=100,execution=before"]).await;
    let socket = sent(&venue, &order("late")).await;
    wait_for_hits(&venue, 1).await;
    assert_eq!(open_orders(&venue).await, 0);
    drop(socket);
    wait_for_orders(&venue, 1).await;
}

/// Dropped requests hold all places, for ten minutes: the way to end it stays open.
#[tokio::test]
async fn requests_that_are_never_answered_keep_nobody_out() {
    let faults = vec![FaultSpec::parse("drop,path=/order").unwrap()];
    let connections = ConnectionBounds { most: 3, ..ConnectionBounds::default() };
    let config = ExchangeConfig { limits: LimitsMode::Off, ..ExchangeConfig::default() };
    let venue = Venue::start_with(ExchangeConfig { faults, connections, ..config }).await;
    let mut unanswered = Vec::new();
    for number in 1..=3 {
        unanswered.push(sent(&venue, &order(&format!("lost-{number}"))).await);
        wait_for_hits(&venue, number).await;
    }
    let authorization = format!("Bearer {}", venue.exchange.admin_token());
    let headers = [("authorization", authorization.as_str())];
    let clear = venue.send("DELETE", "/admin/faults", &headers, b"");
    let cleared = tokio::time::timeout(Duration::from_secs(60), clear).await.expect("there is room");
    assert_eq!(cleared.ok()["faults"][0]["hits"], 3);
    let (said, ended) = heard(unanswered.remove(0)).await;
    assert!(said.is_empty() && ended.is_ok(), "the longest waiting went: {said}");
    venue.post("/order", order("answered")).await.one();
}

#[tokio::test]
async fn an_answer_can_never_come_whether_the_request_is_executed_or_not() {
    for (execution, executed) in [("before", 0), ("after", 1)] {
        let venue = venue(&[&format!("drop,path=/order,times=1,execution={execution}")]).await;
        let (said, ended) = heard(sent(&venue, &order("once")).await).await;
        assert!(said.is_empty() && ended.is_ok(), "{said}");
        assert_eq!((open_orders(&venue).await, hits(&venue)), (executed, vec![1]), "{execution}");
    }
}

#[tokio::test]
async fn a_connection_can_be_reset_whether_the_request_is_executed_or_not() {
    for (execution, executed) in [("before", 0), ("after", 1)] {
        let venue = venue(&[&format!("reset,path=/order,times=1,execution={execution}")]).await;
        let (said, ended) = heard(sent(&venue, &order("once")).await).await;
        assert_eq!(ended.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
        assert_eq!((said.as_str(), open_orders(&venue).await), ("", executed), "{execution}");
    }
}

#[tokio::test]
async fn somebody_else_can_answer_whether_the_request_is_executed_or_not() {
    for (kind, status, page) in [("bad-gateway", 502, "<h1>502 Bad Gateway</h1>"), ("time-out", 408, "Time")]
    {
        for (execution, executed) in [("before", 0), ("after", 1)] {
            let venue = venue(&[&format!("{kind},path=/order,times=1,execution={execution}")]).await;
            let answer = venue.post("/order", order("once")).await;
            assert!(answer.status == status && answer.text.contains(page), "{}", answer.text);
            assert_eq!(answer.headers.contains("content-type: text/html"), status == 502);
            assert_eq!(open_orders(&venue).await, executed, "{kind} {execution}");
        }
    }
}

#[tokio::test]
async fn a_request_can_be_executed_twice() {
    let venue = venue(&["duplicate,path=/order,method=POST"]).await;
    let plain = json!({"symbol": "BTC-PERP", "side": "BUY", "type": "LIMIT", "price": 55_000, "size": 100});
    let answer = venue.post("/order", plain).await.one();
    let open = rows(venue.my("/user/open_orders?symbol=BTC-PERP").await.ok());
    assert_eq!(open.len(), 2, "the venue did it twice");
    assert!(open.iter().any(|order| order["orderID"] == answer["orderID"]), "the first one is told");
    assert_eq!(hits(&venue), [1]);
}

#[tokio::test]
async fn a_gateway_that_says_it_twice_is_refused_the_second_time() {
    let venue = venue(&["replay,path=/order,method=POST"]).await;
    let answer = venue.post("/order", order("once")).await;
    assert!(answer.refused(401).1.contains("was used before"), "{}", answer.text);
    assert_eq!(open_orders(&venue).await, 1);
}

#[tokio::test]
async fn requests_can_change_places() {
    let venue = venue(&["reorder,path=/order,times=1,ms=600000"]).await;
    let first = sent(&venue, &order("first")).await;
    wait_for_hits(&venue, 1).await;
    let cancelled = venue.delete("/order?symbol=BTC-PERP").await;
    assert_eq!(cancelled.status, 200, "{}", cancelled.text);
    let (said, _) = heard(first).await;
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    assert_eq!(open_orders(&venue).await, 1, "the order came after the cancelling of all");
}

#[tokio::test]
async fn who_is_not_overtaken_goes_on_alone() {
    let venue = venue(&["reorder,path=/order,times=1,ms=50"]).await;
    let (said, _) = heard(sent(&venue, &order("alone")).await).await;
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
}

#[tokio::test]
async fn an_answer_can_end_in_the_middle() {
    let venue = venue(&["truncate,path=/order"]).await;
    let (said, _) = heard(sent(&venue, &order("once")).await).await;
    let (head, body) = said.split_once("\r\n\r\n").unwrap();
    let head = head.to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let length: usize = length.parse().unwrap();
    assert_eq!(body.len(), length / 2, "{said}");
    assert!(serde_json::from_str::<Value>(body).is_err());
    assert_eq!(open_orders(&venue).await, 1);
}

#[tokio::test]
async fn an_answer_can_trickle() {
    let venue = venue(&["slow,path=/market_summary,per_second=5000,times=1"]).await;
    let began = Instant::now();
    let slow = venue.get("/market_summary").await;
    let took = began.elapsed();
    let fast = venue.get("/market_summary").await;
    assert_eq!(slow.json().as_array().map(Vec::len), fast.json().as_array().map(Vec::len));
    let at_least = Duration::from_millis(slow.text.len() as u64 * 1_000 / 5_000 / 2);
    assert!(took >= at_least && at_least > Duration::ZERO, "{took:?} for {} bytes", slow.text.len());
}

#[tokio::test]
async fn a_rate_limit_of_each_tier_blocks_as_a_real_one_does() {
    for (tier, block_ms) in [(1, 1_000), (2, 300_000), (3, 900_000)] {
        let venue = venue(&[&format!("rate-limit,path=/user/*,tier={tier},times=1")]).await;
        let blocked = venue.my("/user/positions").await;
        assert_eq!(blocked.refused(429).0, 303);
        let retry_after = format!("retry-after: {}", START + block_ms);
        assert!(blocked.headers.contains(&retry_after), "{}", blocked.headers);
        venue.pass_ms(block_ms - 1);
        assert!(venue.my("/user/wallet").await.headers.contains(&retry_after), "the key is blocked");
        venue.post("/order", order("apart")).await.one();
        venue.get("/price").await.ok();
        venue.pass_ms(1);
        venue.my("/user/wallet").await.ok();
    }
    let venue = venue(&["rate-limit,path=/price"]).await;
    venue.get("/price").await.refused(429);
    venue.get("/trades?symbol=BTC-PERP").await.refused(429);
    venue.my("/user/wallet").await.ok();
}

#[tokio::test]
async fn blocks_can_be_scaled() {
    let faults = vec![FaultSpec::parse("rate-limit,tier=3,times=1").unwrap()];
    let block_scale = Decimal::new(1, 3);
    let venue = Venue::start_with(ExchangeConfig { faults, block_scale, ..ExchangeConfig::default() }).await;
    let blocked = venue.get("/price").await;
    assert!(blocked.headers.contains(&format!("retry-after: {}", START + 900)), "{}", blocked.headers);
}

#[tokio::test]
async fn the_venues_clock_can_be_off_and_says_so() {
    let venue = venue(&["clock-offset,ms=5000"]).await;
    let refused = venue.my("/user/wallet").await.refused(401).1;
    assert!(refused.contains(&format!("is -5000 ms from the server's time {}", START + 5_000)), "{refused}");
    let time = venue.send("GET", "/spot/api/v3.3/time", &[], b"").await.ok();
    assert_eq!(time["epoch"], (START + 5_000) / 1_000, "whoever asks for the time can correct for it");
    assert_eq!(hits(&venue), [2]);
    venue.exchange.faults().clear();
    venue.my("/user/wallet").await.ok();
}

#[tokio::test]
async fn a_clock_that_was_off_exhausts_no_budget() {
    let faults = vec![FaultSpec::parse("clock-offset,ms=86400000").unwrap()];
    let venue = Venue::start_with(ExchangeConfig { faults, ..ExchangeConfig::default() }).await;
    for _ in 0..15 {
        venue.get("/price").await.ok();
    }
    let blocked = venue.get("/price").await;
    let told = START + 86_400_000 + 1_000;
    assert!(blocked.headers.contains(&format!("retry-after: {told}")), "{}", blocked.headers);
    venue.exchange.faults().clear();
    venue.pass_ms(1_000);
    venue.get("/price").await.ok();
}

#[tokio::test]
async fn the_opening_of_a_stream_fails_where_its_path_is_named() {
    let venue = venue(&["bad-gateway", "bad-gateway,path=/ws/futures"]).await;
    let open =
        async |path| tokio_tungstenite::connect_async(format!("{}{path}", venue.exchange.ws_url())).await;
    assert!(open("/ws/futures").await.unwrap_err().to_string().contains("502"));
    open("/ws/oss/futures").await.unwrap();
    assert_eq!(hits(&venue), [0, 1]);
}

/// Were all places taken, nobody could even end the fault.
#[tokio::test]
async fn a_long_delay_leaves_half_of_the_connections_to_others() {
    for fault in ["delay", "delay,execution=before", "slow"] {
        let amount = if fault == "slow" { "per_second=1" } else { "ms=600000" };
        let faults = vec![FaultSpec::parse(&format!("{fault},path=/order,{amount}")).unwrap()];
        let connections = ConnectionBounds { most: 4, ..ConnectionBounds::default() };
        let config =
            ExchangeConfig { limits: LimitsMode::Off, faults, connections, ..ExchangeConfig::default() };
        let venue = Venue::start_with(config).await;
        let _held = [sent(&venue, &order("one")).await, sent(&venue, &order("two")).await];
        wait_for_hits(&venue, 2).await;
        if fault != "delay,execution=before" {
            wait_for_orders(&venue, 2).await;
        }
        // Without room for it, it is answered at once.
        venue.post("/order", order("three")).await.one();
        assert_eq!(hits(&venue), [3], "{fault}");
    }
}

#[tokio::test]
async fn faults_that_match_nobody_are_in_nobodys_way() {
    let venue = venue(&["drop,path=/trades", "reset,method=PUT", "truncate,path=/order/peg"]).await;
    venue.post("/order", order("once")).await.one();
    venue.get("/price").await.ok();
    assert_eq!(hits(&venue), [0, 0, 0]);
}

#[tokio::test]
async fn a_fault_that_can_not_be_keeps_the_exchange_from_starting() {
    let faults = vec![FaultSpec::new(Kind::Drop), FaultSpec::new(Kind::Delay)];
    let mut config = ExchangeConfig { faults, ..ExchangeConfig::default() };
    config.listen.set_port(0);
    let refused = lmex_exchange::Exchange::start(config).await.unwrap_err().to_string();
    assert_eq!(refused, "fault 2 can't be put in place: ms is missing: delay needs it");
    let venue = venue(&[]).await;
    let refused = venue.exchange.faults().add(FaultSpec::parse("drop,account=nobody").unwrap()).unwrap_err();
    assert_eq!(refused.to_string(), "account \"nobody\" is not here: use one of demo");
    let never = venue.exchange.faults().add(FaultSpec::parse("drop,path=/orders").unwrap()).unwrap_err();
    assert!(never.to_string().starts_with("path \"/orders\" would never hit"), "{never}");
    assert!(venue.exchange.faults().list().is_empty());
}

/// Whatever goes wrong on the way, the books of the exchange are right.
#[tokio::test]
async fn no_fault_breaks_the_laws_of_the_engine() {
    let of_requests = Kind::ALL.into_iter().filter(|kind| kind.does(Target::Requests).is_some());
    let lines = of_requests.map(|kind| match kind {
        Kind::Slow => "slow,per_second=1000000,percent=20".to_owned(),
        Kind::RateLimit => "rate-limit,percent=3".to_owned(),
        Kind::ClockOffset => "clock-offset,ms=10".to_owned(),
        Kind::Delay | Kind::Reorder => format!("{kind},ms=1,percent=20"),
        _ => format!("{kind},percent=10"),
    });
    let lines: Vec<_> = lines.collect();
    let venue = venue(&lines.iter().map(String::as_str).collect::<Vec<_>>()).await;
    for index in 0..120 {
        let side = if index % 3 == 0 { "SELL" } else { "BUY" };
        let kind = if index % 2 == 0 { "MARKET" } else { "LIMIT" };
        let plain = json!({"symbol": "BTC-PERP", "side": side, "type": kind, "size": 100});
        let priced = json!({"price": if side == "BUY" { 55_000 } else { 75_000 }});
        let body = if kind == "LIMIT" { venue::with(plain, priced) } else { plain };
        let _any = heard(sent(&venue, &body).await).await;
        venue.pass_ms(200);
    }
    let hits: u64 = hits(&venue).iter().sum();
    assert!(hits > 60, "{hits}");
    venue.exchange.desk().read(|state| state.engine.audit()).await.unwrap().unwrap();
}
