//! A book message costs no allocation once the buffers have grown.

use lmex_api::stream::{BookUpdate, OrderBook};

fn message(seq_num: i64) -> String {
    let levels = |first: i64, step: i64| {
        let level = |n: i64| format!("[\"{}.5\",\"{}\"]", first + step * n, (n * 31 + seq_num) % 7);
        (0..100).map(level).collect::<Vec<_>>().join(",")
    };
    format!(
        r#"{{"topic":"update:BTC-PERP_0","data":{{"bids":[{}],"asks":[{}],"seqNum":{seq_num},"prevSeqNum":{},"type":"{}","timestamp":1,"symbol":"BTC-PERP"}}}}"#,
        levels(1_000, -1),
        levels(2_000, 1),
        seq_num - 1,
        if seq_num == 1 { "snapshot" } else { "delta" }
    )
}

#[test]
fn the_steady_state_allocates_nothing() {
    let messages: Vec<_> = (1..200).map(message).collect();
    let (mut book, mut update) = (OrderBook::default(), BookUpdate::default());
    let mut play = |messages: &[String]| {
        for text in messages {
            update.decode(text).unwrap();
            book.apply(&update).unwrap();
        }
    };
    play(&messages[..100]);
    let counted = allocation_counter::measure(|| play(&messages[100..]));
    assert_eq!(counted.count_total, 0, "99 messages allocated {} times", counted.count_total);
}
