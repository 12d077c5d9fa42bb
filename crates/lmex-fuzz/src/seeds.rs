//! What a fuzzer begins with: the recorded payloads, read from the shared folder when it is needed and never kept here.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;

/// Where the shared folder is: `LMEX_SHARED`, or `shared` beside the workspace. `None` if there is none.
pub fn shared_folder() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = std::env::var_os("LMEX_SHARED").map_or_else(beside, PathBuf::from);
    folder.is_dir().then_some(folder)
}

/// Payloads larger than this are left out: what is in them is in smaller ones too.
const LARGEST_BYTES: u64 = 32 << 10;

/// Every recorded or printed payload as it would stand on the wire, and a few of our own.
pub(crate) fn payloads(shared: Option<&Path>) -> Vec<Vec<u8>> {
    let mut found: BTreeSet<Vec<u8>> = BUILT_IN.iter().map(|text| text.as_bytes().to_vec()).collect();
    let folders = shared.map(|shared| entries(&shared.join("payloads"))).unwrap_or_default();
    for file in folders.iter().flat_map(|folder| entries(folder)) {
        let is_small = file.metadata().is_ok_and(|about| about.len() <= LARGEST_BYTES);
        if let Some(bytes) = is_small.then(|| fs::read(&file).ok()).flatten() {
            found.insert(compact(bytes));
        }
    }
    found.into_iter().collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// Payloads are kept indented: a fuzzer would spend its time on the blanks.
fn compact(bytes: Vec<u8>) -> Vec<u8> {
    serde_json::from_slice::<Value>(&bytes).map_or(bytes, |value| json(&value))
}

/// The value as JSON.
pub(crate) fn json(value: &impl Serialize) -> Vec<u8> {
    #[expect(clippy::expect_used, reason = "a value that can't be written is a finding")]
    serde_json::to_vec(value).expect("what was read can be written")
}

/// The words of all payloads in libFuzzer's form: names, and short texts.
pub fn dictionary(shared: Option<&Path>) -> String {
    let mut words = BTreeSet::new();
    for payload in payloads(shared) {
        if let Ok(value) = serde_json::from_slice(&payload) {
            collect_words(&value, &mut words);
        }
    }
    words.iter().map(|word| format!("\"\\\"{word}\\\"\"\n")).collect()
}

fn collect_words(value: &Value, words: &mut BTreeSet<String>) {
    let mut add = |word: &str| {
        let is_plain = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-:.".contains(&byte));
        if is_plain && (2..=32).contains(&word.len()) {
            words.insert(word.to_owned());
        }
    };
    match value {
        Value::String(text) => add(text),
        Value::Array(values) => values.iter().for_each(|value| collect_words(value, words)),
        Value::Object(fields) => {
            fields.keys().for_each(|name| add(name));
            fields.values().for_each(|value| collect_words(value, words));
        }
        _ => {}
    }
}

/// One of each shape, so that there is something without the shared folder.
const BUILT_IN: &[&str] = &[
    "",
    "pong",
    "<html>502</html>",
    r#"{"status":400,"errorCode":-7006,"message":"Unsupported symbol","extraData":null}"#,
    r#"{"code":10002,"msg":"UNAUTHORIZED","success":false}"#,
    r#"[{"symbol":"BTC-PERP","indexPrice":1.5,"lastPrice":1.4,"markPrice":null}]"#,
    r#"[[1624987380,36477,36477,36473.5,"36473.5",693.049]]"#,
    r#"[{"status":4,"symbol":"BTC-PERP","orderType":76,"side":"BUY","orderID":"x","clOrderID":"y","message":""}]"#,
    r#"[{"symbol":"BTC-PERP","side":"SELL","markPrice":4.5,"size":14}]"#,
    r#"{"event":"subscribe","channel":["update:BTC-PERP_0"]}"#,
    r#"{"event":"login","success":true}"#,
    r#"{"errors":[{"error":{"code":1005,"message":"topic does not exist"}}]}"#,
    r#"{"topic":"update:BTC-PERP_0","data":{"bids":[["99.5","3"]],"asks":[["100","1"]],"seqNum":2,"prevSeqNum":1,"type":"snapshot","timestamp":1,"symbol":"BTC-PERP"}}"#,
    r#"{"topic":"update:BTC-PERP_0","data":{"bids":[["99.50","0"]],"asks":[["100.25","1.5"]],"seqNum":3,"prevSeqNum":2,"type":"delta","timestamp":2,"symbol":"BTC-PERP"}}"#,
    r#"{"topic":"snapshotL1:BTC-PERP","data":{"bids":[["99.5","3"]],"asks":[],"type":"snapshotL1","symbol":"BTC-PERP","timestamp":1}}"#,
    r#"{"topic":"tradeHistoryApi","data":[{"price":77099.9,"size":6530,"side":"SELL","symbol":"BTCPFC","tradeId":35993384,"timestamp":1779800209269}]}"#,
];
