//! Captures of other recorders: what is imported is a sound tape, what is refused leaves none.

use std::path::Path;

use lmex_tape::import::{BinanceOptions, binance};
use lmex_tape::scan;

use super::put;

pub(super) fn run(folder: &Path, bytes: &[u8]) {
    let (capture, tape) = (folder.join("capture"), folder.join("tape.parquet"));
    put(&capture, bytes);
    let options = BinanceOptions { max_line_bytes: 64 << 10, ..BinanceOptions::default() };
    match binance(&[capture], &tape, &options, &mut |_, _| {}) {
        Ok(summary) => {
            let scanned = scan(&tape);
            assert_eq!(scanned.as_ref().ok().map(|scan| &scan.info), Some(&summary.info), "{scanned:?}");
        }
        Err(error) => {
            assert!(!tape.exists(), "refused and there: {error}");
            assert!(error.to_string().len() < 4_096, "an error of {} bytes", error.to_string().len());
        }
    }
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    CAPTURES.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// The tapes that these captures become.
pub(super) fn tapes() -> Vec<Vec<u8>> {
    CAPTURES.iter().filter_map(|text| tape(text)).collect()
}

fn tape(text: &str) -> Option<Vec<u8>> {
    let folder = tempfile::tempdir().ok()?;
    let (capture, tape) = (folder.path().join("capture"), folder.path().join("tape.parquet"));
    put(&capture, text.as_bytes());
    binance(&[capture], &tape, &BinanceOptions::default(), &mut |_, _| {}).ok()?;
    std::fs::read(tape).ok()
}

/// The shapes that Binance documents for its three families, with made-up numbers.
const CAPTURES: &[&str] = &[
    r#"1700000000000000000 {"lastUpdateId":10,"E":1700000000001,"T":1700000000000,"symbol":"BTCUSDT","bids":[["99.5","3"],["99","1"]],"asks":[["100","1"]]}
1700000000100000000 {"stream":"btcusdt@depth@0ms","data":{"e":"depthUpdate","E":1700000000101,"T":1700000000100,"s":"BTCUSDT","U":9,"u":11,"pu":8,"b":[["99.5","0"]],"a":[["100.5","2"]]}}
1700000000200000000 {"stream":"btcusdt@trade","data":{"e":"trade","E":1700000000201,"T":1700000000200,"s":"BTCUSDT","t":1,"p":"100","q":"0.5","X":"MARKET","m":true}}
1700000000300000000 {"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":12,"s":"BTCUSDT","b":"99","B":"1","a":"100","A":"1","T":1700000000300,"E":1700000000301}}
"#,
    r#"1700000000000000000 {"stream":"btcusd_perp@depth@0ms","data":{"e":"depthUpdate","E":1700000000001,"T":1700000000000,"s":"BTCUSD_PERP","ps":"BTCUSD","U":1,"u":2,"pu":0,"b":[["99.5","10"]],"a":[["100","10"]]}}
1700000000200000000 {"stream":"btcusd_perp@trade","data":{"e":"trade","E":1700000000201,"T":1700000000200,"s":"BTCUSD_PERP","t":1,"p":"100","q":"5","X":"MARKET","m":false}}
"#,
    r#"1700000000000000000 {"stream":"btcusdt@bookTicker","data":{"u":12,"s":"BTCUSDT","b":"99","B":"1","a":"100","A":"1"}}
1700000000200000000 {"stream":"btcusdt@trade","data":{"e":"trade","E":1700000000201,"T":1700000000200,"s":"BTCUSDT","t":1,"p":"100","q":"0.5","m":true,"M":true}}
"#,
];
