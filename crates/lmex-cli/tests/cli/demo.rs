//! `lmex demo`: the whole walk, for people and for programs.

use std::io::Write as _;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::support::Place;

const STEPS: [&str; 11] = [
    "Price",
    "Closes",
    "Spread",
    "Limit order, post-only",
    "Market order",
    "Fill",
    "Position",
    "Live stream",
    "Cancel",
    "Close",
    "Rate limit",
];

#[test]
fn people_see_eleven_steps_each_with_the_command_to_repeat_it() {
    let place = Place::new();
    let start = Instant::now();
    let out = place.lmex("demo").ok().out;
    assert!(start.elapsed() < Duration::from_secs(40), "{:?}", start.elapsed());
    for (at, title) in STEPS.iter().enumerate() {
        assert!(out.contains(&format!("{:>2}. {title}: ", at + 1)), "step {title}\n{out}");
    }
    assert_eq!(out.matches("\n    $ lmex ").count(), 10, "the last needs no command\n{out}");
    assert!(out.contains("Prices: simulated, seed 7. Play money"), "{out}");
    assert!(out.contains("All 11 steps did what they say"), "{out}");
    assert_eq!(std::fs::read_dir(place.state()).unwrap().count(), 0, "it leaves nothing behind");
}

#[test]
fn programs_get_a_line_for_each_step() {
    let place = Place::new();
    let ran = place.lmex("demo --json").ok();
    assert!(
        ran.err.starts_with("local http://127.0.0.1:") && ran.err.contains("(simulated, seed 7)"),
        "{}",
        ran.err
    );
    let steps = ran.json_lines();
    let titles: Vec<_> = steps.iter().map(|step| step["title"].as_str().unwrap()).collect();
    assert_eq!(titles, STEPS);
    assert!(steps.iter().zip(1..).all(|(step, number)| step["step"] == number));
    let (columns, rows) = place.lmex("demo --csv").csv();
    assert_eq!((columns.join(",").as_str(), rows.len()), ("step,title,result,command", 11));
}

/// A minute of a recording in Binance's form: a whole book, then changes and trades, ten a second.
fn capture() -> String {
    let start = 1_700_000_000_000_i64;
    let book = format!(
        r#"{{"lastUpdateId":100,"E":{start},"T":{start},"bids":[["60000.1","1.5"],["60000.0","2"]],"asks":[["60000.3","1"],["60000.5","3"]]}}"#
    );
    let mut text = format!("{}000000 {book}\n", start);
    for n in 0..600_i64 {
        let (t, id, before) = (start + 100 * (n + 1), 101 + n, 100 + n);
        let change = format!(
            r#"{{"e":"depthUpdate","E":{t},"T":{t},"s":"BTCUSDT","U":{id},"u":{id},"pu":{before},"b":[["60000.1","{n}.5"]],"a":[]}}"#
        );
        let trade = format!(
            r#"{{"e":"trade","E":{t},"T":{t},"s":"BTCUSDT","t":{id},"p":"60000.3","q":"0.001","X":"MARKET","m":false}}"#
        );
        for (stream, data) in [("depth@0ms", change), ("trade", trade)] {
            text.push_str(&format!("{t}000000 {{\"stream\":\"btcusdt@{stream}\",\"data\":{data}}}\n"));
        }
    }
    text
}

#[test]
fn with_a_tape_what_is_made_up_is_said_to_be() {
    let place = Place::new();
    let file = std::fs::File::create(place.work().join("capture.gz")).unwrap();
    let mut packer = GzEncoder::new(file, Compression::fast());
    packer.write_all(capture().as_bytes()).unwrap();
    packer.finish().unwrap();
    place.lmex("data import --format binance capture.gz -o btc.parquet").ok();
    let out = place.lmex("demo --replay btc.parquet").ok().out;
    let closes = out.lines().find(|line| line.starts_with(" 2. Closes: ")).unwrap();
    assert!(closes.contains(" (simulated: from before the tape); "), "{closes}");
    let simulated = place.lmex("demo").ok().out;
    assert!(!simulated.contains("before the tape"), "there all is simulated, and said to be\n{simulated}");
}
