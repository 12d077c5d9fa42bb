//! What is asked by REST and changes nothing: signatures, nonces, errors, headers.

use std::time::Duration;

use lmex::new_client_id;
use lmex_api::{Method, Request};

use super::Asking;
use super::report::{Exchange, Fact};
use crate::error::CliError;

/// A signed question that every key may ask.
const SIGNED: &str = "/api/v2.3/user/open_orders";
/// How far nonces lie behind the present that are tried, in milliseconds, and ahead of it.
const BEHIND_MS: [i64; 6] = [120_000, 60_000, 30_000, 10_000, 5_000, 2_000];
const AHEAD_MS: [i64; 4] = [2_000, 5_000, 10_000, 60_000];

pub(super) async fn ask(asking: &Asking<'_>) -> Result<Vec<Fact>, CliError> {
    Ok(vec![
        behind(asking).await,
        headers(asking).await?,
        twice(asking).await,
        falling(asking).await,
        unknown_order(asking).await,
    ])
}

/// Which nonces of the past are taken: from the oldest on, so that each is the greatest so far.
async fn behind(asking: &Asking<'_>) -> Fact {
    window(asking, "nonces behind the clock", BEHIND_MS.map(|millis| -millis)).await
}

/// Which nonces of the future are taken. Afterwards an exchange that wants rising ones takes no other for a while.
pub(super) async fn ask_ahead(asking: &Asking<'_>) -> Vec<Fact> {
    vec![window(asking, "nonces ahead of the clock", AHEAD_MS).await]
}

async fn window<const N: usize>(asking: &Asking<'_>, question: &str, offsets: [i64; N]) -> Fact {
    let (mut answers, mut evidence) = (Vec::new(), Vec::new());
    for offset in offsets {
        let nonce = asking.client.clock().wall().plus_ms(offset).as_millis();
        let (taken, exchange) = with_nonce(asking, nonce, &format!("nonce {offset:+} ms")).await;
        answers.push(format!("{:+} s {}", offset / 1_000, if taken { "taken" } else { "refused" }));
        evidence.push(exchange);
    }
    Fact { question: question.to_owned(), answer: answers.join(", "), evidence }
}

async fn headers(asking: &Asking<'_>) -> Result<Fact, CliError> {
    let reply = asking.client.send_raw(&signed(SIGNED, &asking.market.to_string())).await?;
    let mut exchange = Exchange::of_reply(format!("GET {SIGNED}"), &reply, &asking.redactor);
    let is_telling = |name: &str| {
        ["date", "server", "retry-after", "content-type"].contains(&name) || name.contains("limit")
    };
    for (name, value) in &reply.headers {
        let value = value.to_str().ok().filter(|_| is_telling(name.as_str())).unwrap_or("…");
        exchange.headers.push(asking.redactor.text(&format!("{name}: {value}")));
    }
    let limits: Vec<_> = reply.headers.keys().filter(|name| name.as_str().contains("limit")).collect();
    let answer = if limits.is_empty() { "none tells rate limits".to_owned() } else { format!("{limits:?}") };
    Ok(Fact { question: "headers of an answer".to_owned(), answer, evidence: vec![exchange] })
}

async fn twice(asking: &Asking<'_>) -> Fact {
    let nonce = unused(asking).await;
    let (first, first_seen) = with_nonce(asking, nonce, "a nonce").await;
    let (second, second_seen) = with_nonce(asking, nonce, "the same nonce").await;
    let answer = match (first, second) {
        (true, true) => "taken twice",
        (true, false) => "refused the second time",
        (false, _) => "refused the first time",
    };
    Fact {
        question: "a nonce that is used twice".to_owned(),
        answer: answer.to_owned(),
        evidence: vec![first_seen, second_seen],
    }
}

async fn falling(asking: &Asking<'_>) -> Fact {
    let nonce = unused(asking).await;
    let (_, first) = with_nonce(asking, nonce, "a nonce").await;
    let (taken, second) = with_nonce(asking, nonce - 500, "a nonce that is 500 less").await;
    let answer = if taken { "taken: nonces need not rise" } else { "refused: nonces must rise" };
    Fact {
        question: "a nonce below the one before".to_owned(),
        answer: answer.to_owned(),
        evidence: vec![first, second],
    }
}

async fn unknown_order(asking: &Asking<'_>) -> Fact {
    let id = new_client_id(asking.client.clock().wall()).to_string();
    let query = [("clOrderID".to_owned(), id)];
    let request = Request::custom(Method::Get, "/api/v2.3/order", &query, Vec::new(), true);
    let (answer, exchange) = match asking.client.send_raw(&request).await {
        Ok(reply) => {
            let exchange = Exchange::of_reply(
                "GET /api/v2.3/order of an id that was never used",
                &reply,
                &asking.redactor,
            );
            (format!("HTTP {}: {}", reply.status.as_u16(), exchange.received), exchange)
        }
        Err(error) => (error.to_string(), Exchange::failed("GET /api/v2.3/order", &error, &asking.redactor)),
    };
    Fact { question: "an order that does not exist".to_owned(), answer, evidence: vec![exchange] }
}

/// A nonce of the present that no other call has taken: theirs are of the milliseconds in which they were sent.
async fn unused(asking: &Asking<'_>) -> i64 {
    tokio::time::sleep(Duration::from_millis(20)).await;
    asking.client.clock().wall().as_millis()
}

/// Whether a signed question with this nonce is answered.
async fn with_nonce(asking: &Asking<'_>, nonce: i64, sent: &str) -> (bool, Exchange) {
    match asking.client.send_raw_with_nonce(&signed(SIGNED, &asking.market.to_string()), nonce).await {
        Ok(reply) => {
            let is_taken = reply.status.is_success();
            let mut exchange = Exchange::of_reply(format!("GET {SIGNED}, {sent}"), &reply, &asking.redactor);
            if is_taken {
                exchange.received = "…".to_owned();
            }
            (is_taken, exchange)
        }
        Err(error) => (false, Exchange::failed(format!("GET {SIGNED}, {sent}"), &error, &asking.redactor)),
    }
}

fn signed(path: &str, symbol: &str) -> Request {
    let query = [("symbol".to_owned(), symbol.to_owned())];
    Request::custom(Method::Get, path, &query, Vec::new(), true)
}
