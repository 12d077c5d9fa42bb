//! What each family of Binance becomes on a tape.

use lmex_tape::import::{BinanceOptions, Family, binance};
use lmex_tape::{SizeUnit, TapeBody, TapeMessage};
use lmex_types::{Decimal, Side};

use crate::captures::{BEHIND_NS, Capture, Desk, START_MS, dec, depth_body, outline, quote, read};

const BID: (&str, &str) = ("61800.2", "2.507");
const ASK: (&str, &str) = ("61800.30", "2.51000000");

fn one_of_each(family: Family) -> Capture {
    Capture::of(family)
        .depth(90, 95, &[("1.0", "1")], &[])
        .snapshot(100, &[BID], &[ASK])
        .depth(100, 105, &[("61800.2", "0.000"), ("61800.1", "3")], &[])
        .trade("61800.3", "0.006", false)
        .top(("61800.1", "3"), ASK)
        .trade("61800.1", "1", true)
}

/// Messages 10 ms apart from the second line of the capture on.
fn expected() -> Vec<TapeMessage> {
    let trade = |aggressor, price, size| TapeBody::Trade { aggressor, price: dec(price), size: dec(size) };
    let bodies = vec![
        depth_body(true, &[BID], &[ASK]),
        depth_body(false, &[("61800.2", "0"), ("61800.1", "3")], &[]),
        trade(Side::Buy, "61800.3", "0.006"),
        TapeBody::Top { bid: quote(("61800.1", "3")), ask: quote(ASK) },
        trade(Side::Sell, "61800.1", "1"),
    ];
    let ats = (START_MS + 10..).step_by(10).map(|ms| ms * 1_000_000);
    let message = |(at_ns, body)| TapeMessage { at_ns, received_ns: at_ns - BEHIND_NS, body };
    ats.zip(bodies).map(message).collect()
}

#[test]
fn every_family_becomes_the_same_messages() {
    for family in [Family::UsdM, Family::CoinM, Family::Spot] {
        let desk = Desk::new();
        let summary = desk.import(&one_of_each(family)).unwrap();
        assert_eq!(read(&desk.tape()), expected(), "{family}");
        assert_eq!((summary.family, summary.lines, summary.old_depths), (family, 6, 1));
        assert_eq!(summary.warnings(), Vec::<String>::new());
        assert!(summary.info.has_whole_book());
    }
}

#[test]
fn the_header_says_source_and_unit() {
    for (family, symbol, source, unit) in [
        (Family::UsdM, "ETHUSDT", "Binance USD-M futures ETHUSDT, recorded 2023-11-14", SizeUnit::Base),
        (Family::Spot, "ETHBTC", "Binance spot ETHBTC, recorded 2023-11-14", SizeUnit::Base),
        (
            Family::CoinM,
            "BTCUSD_240927",
            "Binance COIN-M futures BTCUSD_240927, recorded 2023-11-14",
            contracts(100),
        ),
        (
            Family::CoinM,
            "ETHUSD_PERP",
            "Binance COIN-M futures ETHUSD_PERP, recorded 2023-11-14",
            contracts(10),
        ),
    ] {
        let summary = Desk::new().import(&one_of_each(family).symbol(symbol).trade("1", "1", true));
        // The lines before have another symbol.
        assert!(summary.unwrap_err().to_string().contains("symbol"));
        let summary = Desk::new().import(&Capture::of(family).symbol(symbol).trade("1", "1", true)).unwrap();
        let header = summary.info.header;
        assert_eq!(
            (header.symbol.as_str(), header.source.as_str(), header.size_unit),
            (symbol, source, unit)
        );
    }
}

fn contracts(value: i64) -> SizeUnit {
    SizeUnit::QuoteContracts { value: Decimal::from(value) }
}

#[test]
fn the_caller_can_name_source_and_contract_value() {
    let desk = Desk::new();
    let input = desk.put("capture.gz", one_of_each(Family::CoinM).gzip());
    let options = BinanceOptions {
        source: Some("mine".into()),
        contract_value: Some(dec("7.5")),
        ..BinanceOptions::default()
    };
    let summary = binance(&[input], &desk.tape(), &options, &mut |_, _| {}).unwrap();
    assert_eq!(summary.info.header.source, "mine");
    assert_eq!(summary.info.header.size_unit, SizeUnit::QuoteContracts { value: dec("7.5") });
}

#[test]
fn what_is_not_of_the_market_is_left_out_and_counted() {
    let desk = Desk::new();
    let partial =
        r#"{"e":"depthUpdate","E":1,"T":1,"s":"BTCUSDT","U":1,"u":2,"pu":0,"b":[["9","9"]],"a":[]}"#;
    let capture = one_of_each(Family::UsdM)
        .trade_by("INSURANCE_FUND", "61800.3", "1", false)
        .trade_by("NA", "0", "0", false)
        .top(("0.00", "0"), ASK)
        .event("markPrice", r#"{"e":"markPriceUpdate","p":"1"}"#)
        .event("depth20@100ms", partial)
        .line(r#"{"result":null,"id":1}"#)
        .depth(105, 110, &[], &[]);
    let summary = desk.import(&capture).unwrap();
    assert_eq!(outline(&desk.tape()), "S2 D2 T B T");
    assert_eq!((summary.skipped_trades, summary.skipped_tops), (2, 1));
    assert_eq!((summary.other_messages, summary.empty_depths), (3, 1));
    let left_out = summary.skipped_trades
        + summary.skipped_tops
        + summary.other_messages
        + summary.empty_depths
        + summary.old_depths;
    assert_eq!(summary.lines, summary.info.messages + left_out);
}

#[test]
fn spot_tops_before_any_venue_time_borrow_the_first_offset() {
    let desk = Desk::new();
    let capture = Capture::of(Family::Spot).top(BID, ASK).trade("61800.3", "1", false);
    assert!(!desk.import(&capture).unwrap().no_venue_time);
    let ats: Vec<_> = read(&desk.tape()).iter().map(|message| message.at_ns / 1_000_000).collect();
    assert_eq!(ats, [START_MS, START_MS + 10]);
}

#[test]
fn without_any_venue_time_the_receive_time_stands_in_and_the_summary_says_so() {
    let desk = Desk::new();
    let summary = desk.import(&Capture::of(Family::Spot).top(BID, ASK)).unwrap();
    assert!(summary.no_venue_time && summary.warnings().iter().any(|text| text.contains("venue time")));
    assert!(read(&desk.tape()).iter().all(|message| message.at_ns == message.received_ns));
}

#[test]
fn plain_text_without_a_last_line_end_is_read_too() {
    let desk = Desk::new();
    let text = one_of_each(Family::UsdM).text();
    let input = desk.put("capture.txt", text.trim_end());
    assert_eq!(desk.import_files(&[input]).unwrap().info.messages, 5);
}

#[test]
fn progress_grows_to_the_total() {
    let desk = Desk::new();
    let inputs = [desk.put("1.gz", one_of_each(Family::UsdM).gzip()), {
        desk.put("2.gz", Capture::of(Family::UsdM).pass_ms(500).trade("61800.3", "1", false).gzip())
    }];
    let mut seen = Vec::new();
    binance(&inputs, &desk.tape(), &BinanceOptions::default(), &mut |done, total| seen.push((done, total)))
        .unwrap();
    let total = inputs.iter().map(|input| input.metadata().unwrap().len()).sum();
    assert!(seen.is_sorted() && seen.iter().all(|(_, of)| *of == total));
    assert_eq!(seen.last(), Some(&(total, total)));
}
