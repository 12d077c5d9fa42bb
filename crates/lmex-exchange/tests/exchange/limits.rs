//! Rate limits as a client meets them. The table of decisions is tested where they are made.

use crate::venue;

use lmex_exchange::{ExchangeConfig, LimitsMode};
use lmex_types::Decimal;
use serde_json::json;
use venue::{START, Venue};

async fn limited(block_scale: Decimal) -> Venue {
    Venue::start_with(ExchangeConfig { limits: LimitsMode::Lmex, block_scale, ..ExchangeConfig::default() })
        .await
}

#[tokio::test]
async fn the_sixteenth_query_of_a_second_is_answered_with_the_end_of_the_block() {
    let venue = limited(Decimal::ONE).await;
    for _ in 0..15 {
        venue.my("/user/positions").await.ok();
    }
    let answer = venue.my("/user/positions").await;
    let (code, message) = answer.refused(429);
    assert!(code == 303 && message.contains("at most 15 requests a second"), "{message}");
    assert!(answer.headers.contains(&format!("retry-after: {}", START + 1_000)), "{}", answer.headers);
    venue.pass_ms(999);
    venue.my("/user/positions").await.refused(429);
    venue.pass_ms(1);
    venue.my("/user/positions").await.ok();
}

#[tokio::test]
async fn orders_public_queries_and_private_ones_have_budgets_of_their_own() {
    let venue = limited(Decimal::ONE).await;
    for _ in 0..15 {
        venue.get("/price").await.ok();
        venue.my("/user/positions").await.ok();
    }
    venue.get("/price").await.refused(429);
    venue.my("/user/positions").await.refused(429);
    for _ in 0..75 {
        venue.delete("/order?symbol=BTC-PERP").await.ok();
    }
    let body = json!({"symbol": "BTC-PERP", "side": "BUY", "type": "LIMIT", "price": 55_000, "size": 100});
    let (code, message) = venue.post("/order", body).await.refused(429);
    assert!(code == 303 && message.contains("at most 75"), "{message}");
    let body = json!({
        "walletSrcType": "CROSS",
        "walletDestType": "SPOT",
        "apiWallets": [{"currency": "USDT", "allBalance": false, "balance": 1}],
    });
    for _ in 0..5 {
        venue.post("/user/wallet/transfer", body.clone()).await.ok();
    }
    let (code, message) = venue.post("/user/wallet/transfer", body).await.refused(429);
    assert!(code == 303 && message.contains("at most 5 "), "{message}");
}

#[tokio::test]
async fn the_greeting_and_the_time_cost_nobody_a_query() {
    let venue = limited(Decimal::ONE).await;
    let ask = async || {
        for target in ["/", "/spot/api/v3.2/time", "/spot/api/v3.3/time"] {
            let answer = venue.send("GET", target, &[], b"").await;
            assert_eq!(answer.status, 200, "{target}: {}", answer.text);
        }
    };
    for _ in 0..15 {
        ask().await;
        venue.get("/price").await.ok();
    }
    venue.get("/price").await.refused(429);
    ask().await;
}

#[tokio::test]
async fn guessing_signatures_is_limited_too() {
    let venue = limited(Decimal::ONE).await;
    let headers = [("request-api", "guess"), ("request-nonce", "1"), ("request-sign", "00")];
    for _ in 0..15 {
        let answer = venue.send("GET", "/futures/api/v2.3/user/wallet", &headers, b"").await;
        assert_eq!(answer.status, 401);
    }
    let answer = venue.send("GET", "/futures/api/v2.3/user/wallet", &headers, b"").await;
    assert_eq!(answer.status, 429);
    venue.my("/user/wallet").await.ok();
}

#[tokio::test]
async fn blocks_can_be_shortened_for_tests_and_switched_off() {
    let venue = limited(Decimal::new(1, 2)).await;
    for _ in 0..15 {
        venue.get("/price").await.ok();
    }
    let answer = venue.get("/price").await;
    assert!(answer.headers.contains(&format!("retry-after: {}", START + 10)), "{}", answer.headers);
    let venue = Venue::start().await;
    for _ in 0..50 {
        venue.get("/price").await.ok();
    }
}
