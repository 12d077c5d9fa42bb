//! What a signature and a book message cost, each against a named baseline in the same run.

#![allow(clippy::unwrap_used, reason = "a benchmark that fails by a panic says where")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use hmac::{Hmac, KeyInit, Mac};
use lmex_api::futures::{CreateOrder, OrderForm};
use lmex_api::stream::{BookUpdate, OrderBook};
use lmex_api::{Signer, prepare};
use lmex_types::{Decimal, Side};
use serde::Deserialize;
use sha2::Sha384;

const SECRET: &[u8] = b"848db84ac252b6726e5f6e7a711d9c96d9fd77d020151b45839a5b59c37203bx";
const NONCE: &str = "1624985375123";

fn order() -> CreateOrder {
    let client_id = "x19aaf2d3e1b0123456789abcde".parse().unwrap();
    CreateOrder {
        price: Some("60000.5".parse().unwrap()),
        post_only: true,
        ..CreateOrder::new("BTC-PERP".parse().unwrap(), Side::Buy, OrderForm::Limit, 100, client_id)
    }
}

/// Building and signing an order, against the bare cached HMAC-SHA384 of the same bytes.
fn sign(c: &mut Criterion) {
    let order = order();
    let request = prepare(&order).unwrap();
    let mut message = request.signed_path().as_bytes().to_vec();
    message.extend_from_slice(NONCE.as_bytes());
    message.extend_from_slice(request.body());
    let keyed: Hmac<Sha384> = Hmac::new_from_slice(SECRET).unwrap();
    let signer = Signer::new(SECRET);

    let mut group = c.benchmark_group("sign");
    group.bench_function("baseline: bare cached HMAC-SHA384", |b| {
        b.iter(|| {
            let mut mac = keyed.clone();
            mac.update(black_box(&message));
            black_box(mac.finalize().into_bytes())
        });
    });
    group.bench_function("build and sign an order", |b| {
        b.iter(|| {
            let request = prepare(black_box(&order)).unwrap();
            black_box(signer.sign_request(request.signed_path(), black_box(NONCE), request.body()))
        });
    });
    group.finish();
}

/// A change of 200 levels, as the stream sends it; the sizes differ from one to the next.
fn delta(seq_num: i64) -> String {
    let side = |first: i64, step: i64| {
        (0..100)
            .map(|n| {
                let price = Decimal::new(first + step * 5 * n, 1);
                let size = (n * 7_919 + seq_num * 104_729) % 4_999_999 + 1;
                format!("[\"{price}\",\"{size}\"]")
            })
            .collect::<Vec<_>>()
            .join(",")
    };
    format!(
        r#"{{"topic":"update:BTC-PERP_0","data":{{"bids":[{}],"asks":[{}],"seqNum":{seq_num},"prevSeqNum":{},"type":"{}","timestamp":1565135165600,"symbol":"BTC-PERP"}}}}"#,
        side(592_525, -1),
        side(592_530, 1),
        seq_num - 1,
        if seq_num == 1 { "snapshot" } else { "delta" }
    )
}

/// What serde_json makes of the same bytes: decimals in vectors, and nothing applied.
#[derive(Deserialize)]
struct Baseline {
    #[expect(dead_code, reason = "decoded, not read")]
    topic: String,
    data: BaselineData,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "decoded, not read")]
struct BaselineData {
    bids: Vec<(BaselineDecimal, BaselineDecimal)>,
    asks: Vec<(BaselineDecimal, BaselineDecimal)>,
    seq_num: i64,
    prev_seq_num: i64,
    #[serde(rename = "type")]
    kind: String,
    timestamp: i64,
    symbol: String,
}

struct BaselineDecimal(#[expect(dead_code, reason = "decoded, not read")] Decimal);

impl<'de> Deserialize<'de> for BaselineDecimal {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&str>::deserialize(deserializer)?;
        text.parse().map(Self).map_err(serde::de::Error::custom)
    }
}

/// Decoding a change and applying it, against serde_json into decimals applying nothing.
fn book(c: &mut Criterion) {
    let messages: Vec<String> = (1..=64).map(delta).collect();
    let mut group = c.benchmark_group("book");
    let mut next = 0;
    group.bench_function("baseline: serde_json to rust_decimal, not applied", |b| {
        b.iter(|| {
            next = next % 63 + 1;
            black_box(serde_json::from_str::<Baseline>(black_box(&messages[next])).unwrap().data.seq_num)
        });
    });
    let (mut book, mut update) = (OrderBook::default(), BookUpdate::default());
    let mut next = 0;
    group.bench_function("decode and apply", |b| {
        b.iter(|| {
            update.decode(black_box(&messages[next])).unwrap();
            book.apply(&update).unwrap();
            // After the last change comes the snapshot again, one in 64: it is dearer than a change, not cheaper.
            next = (next + 1) % messages.len();
        });
    });
    group.finish();
}

criterion_group!(benches, sign, book);
criterion_main!(benches);
