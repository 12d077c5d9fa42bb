//! The admin path: who gets in, and what can be done there.

#![allow(clippy::unwrap_used, reason = "helper functions are tests too")]

use crate::venue;

use lmex_exchange::{ExchangeConfig, LimitsMode};
use serde_json::{Value, json};
use venue::{Answer, START, Venue, keys, rows};

/// Sends a request with the right token.
async fn ask(venue: &Venue, method: &str, path: &str, body: Value) -> Answer {
    let token = format!("Bearer {}", venue.exchange.admin_token());
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
    venue.send(method, path, &headers, body.as_bytes()).await
}

/// The status and message of a refusal.
fn refused(answer: &Answer) -> (u16, String) {
    let body = answer.json();
    assert_eq!((keys(&body), &body["status"]), (vec!["message", "status"], &json!(answer.status)));
    (answer.status, body["message"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn faults_are_put_in_place_listed_counted_and_removed() {
    let venue = Venue::start().await;
    let delay = json!({"kind": "delay", "path": "/price", "ms": 1, "times": 3});
    let added = ask(&venue, "POST", "/admin/faults", delay).await;
    assert_eq!(added.status, 201);
    let expected =
        json!({"id": 1, "hits": 0, "left": 3, "kind": "delay", "path": "/price", "ms": 1, "times": 3});
    assert_eq!(added.json(), expected);
    ask(&venue, "POST", "/admin/faults", json!({"kind": "bad-gateway", "path": "/trades"})).await;
    venue.get("/price").await.ok();
    assert_eq!(venue.get("/trades?symbol=BTC-PERP").await.status, 502);
    let listed = ask(&venue, "GET", "/admin/faults", Value::Null).await.ok();
    let counted: Vec<_> =
        listed["faults"].as_array().unwrap().iter().map(|row| (&row["hits"], &row["left"])).collect();
    assert_eq!(counted, [(&json!(1), &json!(2)), (&json!(1), &Value::Null)]);
    let removed = ask(&venue, "DELETE", "/admin/faults/1", Value::Null).await.ok();
    assert_eq!((&removed["id"], &removed["hits"]), (&json!(1), &json!(1)));
    let (status, message) = refused(&ask(&venue, "DELETE", "/admin/faults/1", Value::Null).await);
    assert_eq!((status, message.as_str()), (404, "there is no fault \"1\": GET /admin/faults lists them"));
    let cleared = ask(&venue, "DELETE", "/admin/faults", Value::Null).await.ok();
    assert_eq!(cleared["faults"][0]["id"], 2);
    venue.get("/trades?symbol=BTC-PERP").await.ok();
}

#[tokio::test]
async fn what_can_not_be_done_is_named() {
    let venue = Venue::start().await;
    for (path, body, said) in [
        ("/admin/faults", json!({"kind": "delay"}), "ms is missing: delay needs it"),
        ("/admin/faults", json!({"kind": "explode"}), "unknown variant `explode`, expected one of `delay`"),
        ("/admin/faults", json!({"kind": "drop", "colour": "red"}), "unknown field `colour`"),
        ("/admin/faults", json!([]), "body can't be read"),
        ("/admin/time", json!({"do": "rewind"}), "unknown variant `rewind`"),
        ("/admin/time", json!({"do": "speed", "speed": "0"}), "give 0.001 to 1000"),
        ("/admin/time", json!({"do": "step"}), "give a step either ms or to_ms"),
        ("/admin/time", json!({"do": "step", "ms": -5}), "would go back"),
        ("/admin/time", json!({"do": "step", "ms": 31 * 86_400_000_i64 + 1}), "at most 31 days"),
        ("/admin/time", json!({"do": "step", "ms": i64::MAX}), "at most 31 days"),
    ] {
        let (status, message) = refused(&ask(&venue, "POST", path, body.clone()).await);
        assert!(status == 400 && message.contains(said), "{path} {body}: {message}");
    }
    let (status, message) = refused(&ask(&venue, "GET", "/admin/orders", Value::Null).await);
    assert!(status == 404 && message.contains("/admin/faults"), "{message}");
    assert_eq!(refused(&ask(&venue, "PUT", "/admin/time", Value::Null).await).0, 405);
}

#[tokio::test]
async fn only_programs_of_this_machine_with_the_token_get_in() {
    let venue = Venue::start().await;
    let token = format!("Bearer {}", venue.exchange.admin_token());
    let right = ("authorization", token.as_str());
    let wrong = ("authorization", "Bearer 0000");
    for (headers, status, next) in [
        (vec![], 401, "send Authorization: Bearer and the admin token"),
        (vec![wrong], 401, "use the one that was printed last"),
        (vec![right, ("origin", "http://127.0.0.1:9090")], 403, "send the request from a program"),
        (vec![right, ("host", "evil.example")], 403, "header Host must name this machine"),
        (vec![right], 200, ""),
    ] {
        for (method, path) in [("GET", "/admin/faults"), ("GET", "/admin/time"), ("DELETE", "/admin/faults")]
        {
            let answer = venue.send(method, path, &headers, b"").await;
            assert!(!answer.headers.contains("access-control"), "{}", answer.headers);
            if status == 200 {
                assert_eq!(answer.status, 200, "{}", answer.text);
            } else {
                let (got, message) = refused(&answer);
                assert!(got == status && message.contains(next), "{headers:?}: {message}");
                assert!(!message.contains(venue.exchange.admin_token()));
            }
        }
    }
    let preflight = [("origin", "http://evil.example"), ("access-control-request-method", "POST")];
    let answer = venue.send("OPTIONS", "/admin/faults", &preflight, b"").await;
    assert!(answer.status == 403 && !answer.headers.contains("access-control"), "{}", answer.headers);
    assert!(venue.exchange.faults().list().is_empty());
    let another = Venue::start().await;
    assert_ne!(another.exchange.admin_token(), venue.exchange.admin_token());
    assert_eq!(venue.exchange.admin_url(), format!("{}/admin", venue.exchange.rest_url()));
}

#[tokio::test]
async fn no_fault_and_no_limit_keeps_its_owner_out() {
    let venue =
        Venue::start_with(ExchangeConfig { limits: LimitsMode::Lmex, ..ExchangeConfig::default() }).await;
    for fault in [json!({"kind": "drop"}), json!({"kind": "reset", "path": "*"})] {
        assert_eq!(ask(&venue, "POST", "/admin/faults", fault).await.status, 201);
    }
    for _ in 0..50 {
        ask(&venue, "GET", "/admin/time", Value::Null).await.ok();
    }
    ask(&venue, "DELETE", "/admin/faults", Value::Null).await.ok();
    for _ in 0..15 {
        venue.get("/price").await.ok();
    }
    venue.get("/price").await.refused(429);
}

#[tokio::test]
async fn time_is_paused_stepped_and_run() {
    let venue = Venue::start().await;
    let status = ask(&venue, "GET", "/admin/time", Value::Null).await.ok();
    assert_eq!(status, json!({"venue_ms": START, "wall_ms": START, "is_paused": false, "speed": "1"}));
    let change = async |body| ask(&venue, "POST", "/admin/time", body).await.ok();
    assert_eq!(change(json!({"do": "pause"})).await["is_paused"], true);
    venue.pass_ms(500);
    let stepped = change(json!({"do": "step", "ms": 1_000})).await;
    assert_eq!((&stepped["venue_ms"], &stepped["wall_ms"]), (&json!(START + 1_000), &json!(START + 500)));
    let stepped = change(json!({"do": "step", "to_ms": START + 5_000})).await;
    assert_eq!((&stepped["venue_ms"], &stepped["is_paused"]), (&json!(START + 5_000), &json!(true)));
    change(json!({"do": "speed", "speed": "x10"})).await;
    change(json!({"do": "resume"})).await;
    venue.pass_ms(100);
    let status = change(json!({"do": "speed", "speed": "1"})).await;
    assert_eq!((&status["venue_ms"], &status["speed"]), (&json!(START + 6_000), &json!("1")));
}

#[tokio::test]
async fn a_market_is_halted_closed_and_opened_again() {
    let venue = Venue::start().await;
    let set = async |trading: &str| {
        let body = json!({"symbol": "BTC-PERP", "trading": trading});
        ask(&venue, "POST", "/admin/markets", body).await.ok()
    };
    let waits = |id: &str| json!({"symbol": "BTC-PERP", "side": "BUY", "type": "LIMIT", "price": 50_000, "size": 100, "clOrderID": id});
    let open = async || rows(venue.my("/user/open_orders").await.ok()).len();
    let active = async || venue.get("/market_summary?symbol=BTC-PERP").await.one()["active"].clone();
    venue.post("/order", waits("one")).await.one();
    venue.post("/order", waits("two")).await.one();

    let markets = set("halted").await;
    assert_eq!(markets["markets"][0], json!({"symbol": "BTC-PERP", "trading": "halted"}));
    assert_eq!((open().await, active().await), (2, json!(false)));
    assert_ne!(venue.post("/order", waits("three")).await.status, 200);
    venue.delete("/order?symbol=BTC-PERP&clOrderID=one").await.one();
    assert_eq!(open().await, 1, "cancels are taken");

    set("closed").await;
    assert_eq!(open().await, 0, "what was open is cancelled");
    set("active").await;
    venue.post("/order", waits("three")).await.one();
    assert_eq!((open().await, active().await), (1, json!(true)));

    let (status, message) =
        refused(&ask(&venue, "POST", "/admin/markets", json!({"symbol": "X", "trading": "halted"})).await);
    assert_eq!(status, 404);
    assert!(message.contains("GET /admin/markets lists them"), "{message}");
    let body = json!({"symbol": "BTC-PERP", "trading": "asleep"});
    assert_eq!(ask(&venue, "POST", "/admin/markets", body).await.status, 400);
}
