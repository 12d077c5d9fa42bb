//! How depth changes are joined to snapshots, and what becomes of gaps.

use lmex_tape::import::{Family, ImportSummary};
use lmex_tape::{TapeInfo, scan};

use crate::captures::{Capture, Desk, START_MS, outline, read, received};

const FAMILIES: [Family; 3] = [Family::UsdM, Family::CoinM, Family::Spot];

type Levels<'a> = &'a [(&'a str, &'a str)];
const ONE: Levels<'static> = &[("100", "1")];
const TWO: Levels<'static> = &[("100", "1"), ("99", "1")];
const ASKS: Levels<'static> = &[("101", "1")];

fn imported(capture: &Capture) -> (Desk, ImportSummary) {
    let desk = Desk::new();
    let summary = desk.import(capture).unwrap();
    (desk, summary)
}

#[test]
fn changes_before_the_snapshot_are_dropped_if_old_and_follow_it_if_newer() {
    for family in FAMILIES {
        let capture = Capture::of(family)
            .depth(80, 90, ONE, &[])
            .trade("100", "1", true)
            .depth(90, 110, TWO, &[])
            .snapshot(105, ONE, ASKS)
            .depth(110, 120, ONE, &[]);
        let (desk, summary) = imported(&capture);
        assert_eq!(outline(&desk.tape()), "T S2 D2 D1", "{family}");
        assert_eq!((summary.old_depths, summary.old_levels, summary.info.gaps), (1, 1, 0));
        let messages = read(&desk.tape());
        let times: Vec<_> = messages.iter().map(|message| message.received_ns).collect();
        let snapshot_ns = received(START_MS + 30);
        assert_eq!(times, [received(START_MS + 10), snapshot_ns, snapshot_ns, received(START_MS + 40)]);
        let depth_times: Vec<_> = messages.iter().skip(1).map(|message| message.at_ns).collect();
        assert!(depth_times.is_sorted());
    }
}

#[test]
fn a_gap_waits_for_the_next_snapshot_and_is_reported_with_its_place() {
    for family in FAMILIES {
        let capture = Capture::of(family)
            .snapshot(100, ONE, ASKS)
            .depth(100, 110, ONE, &[])
            .depth(115, 120, TWO, &[])
            .trade("100", "1", true)
            .depth(120, 130, TWO, &[])
            .snapshot(125, TWO, ASKS)
            .depth(130, 140, ONE, &[]);
        let (desk, summary) = imported(&capture);
        assert_eq!(outline(&desk.tape()), "S2 D1 T S3 D2 D1", "{family}");
        assert_eq!((summary.info.gaps, summary.old_depths), (1, 1));
        let gap = &summary.gaps[0];
        assert_eq!((gap.place.line, gap.known, gap.after), (3, 110, 115));
        assert!(summary.warnings()[0].contains("1 gap(s)"));
        assert_eq!(TapeInfo::read(&desk.tape()).unwrap(), summary.info);
        assert!(!summary.info.has_whole_book());
    }
}

#[test]
fn a_gap_without_another_snapshot_goes_on_with_the_changes_there_are() {
    let capture = Capture::of(Family::UsdM)
        .snapshot(100, ONE, ASKS)
        .depth(115, 120, TWO, &[])
        .depth(120, 130, ONE, &[])
        .depth(131, 140, ONE, &[]);
    let (desk, summary) = imported(&capture);
    assert_eq!(outline(&desk.tape()), "S2 D2 D1 D1");
    assert_eq!(summary.info.gaps, 2);
    assert_eq!(summary.gaps.iter().map(|gap| gap.place.line).collect::<Vec<_>>(), [2, 4]);
}

#[test]
fn a_snapshot_that_comes_late_is_followed_by_the_changes_it_lacks() {
    let capture = Capture::of(Family::Spot)
        .depth(80, 90, ONE, &[])
        .trade("100", "1", true)
        .pass_ms(40_000)
        .depth(90, 100, ONE, &[])
        .depth(100, 110, TWO, &[])
        .snapshot(100, ONE, ASKS);
    let (desk, summary) = imported(&capture);
    assert_eq!(outline(&desk.tape()), "D1 T S2 D2");
    assert_eq!((summary.old_depths, summary.info.gaps), (1, 0));
    assert!(!summary.info.starts_with_snapshot && summary.info.snapshots == 1);
}

#[test]
fn a_continuation_without_snapshot_is_imported_with_a_warning() {
    let capture = Capture::of(Family::CoinM).depth(80, 90, ONE, &[]).depth(90, 100, TWO, ASKS);
    let (desk, summary) = imported(&capture);
    assert_eq!(outline(&desk.tape()), "D1 D3");
    assert!(summary.warnings()[0].contains("builds up"));
    assert!(!summary.info.has_whole_book());
}

#[test]
fn a_second_file_continues_the_first() {
    let desk = Desk::new();
    let first = Capture::of(Family::UsdM).snapshot(100, ONE, ASKS).depth(100, 110, ONE, &[]);
    let second = Capture::of(Family::UsdM).pass_ms(20).depth(110, 120, TWO, &[]);
    let inputs = [desk.put("1.gz", first.gzip()), desk.put("2.gz", second.gzip())];
    let summary = desk.import_files(&inputs).unwrap();
    assert_eq!(outline(&desk.tape()), "S2 D1 D2");
    assert_eq!((summary.info.gaps, summary.lines), (0, 3));
    assert_eq!(summary.bytes, (first.text().len() + second.text().len()) as u64);
}

#[test]
fn what_comes_twice_is_dropped() {
    let capture = Capture::of(Family::UsdM)
        .snapshot(100, ONE, ASKS)
        .depth(100, 110, ONE, &[])
        .depth(100, 110, ONE, &[])
        .snapshot(105, TWO, ASKS)
        .depth(110, 120, ONE, &[]);
    let (desk, summary) = imported(&capture);
    assert_eq!(outline(&desk.tape()), "S2 D1 D1");
    assert_eq!((summary.old_depths, summary.old_snapshots, summary.info.gaps), (1, 1, 0));
}

#[test]
fn a_newer_snapshot_replaces_the_book() {
    let capture = Capture::of(Family::UsdM)
        .snapshot(100, TWO, ASKS)
        .snapshot(200, &[("90", "1")], ASKS)
        .depth(150, 210, &[("91", "1")], &[]);
    let (desk, summary) = imported(&capture);
    assert_eq!(outline(&desk.tape()), "S3 S2 D1");
    assert_eq!(summary.info.gaps, 0);
    assert_eq!(scan(&desk.tape()).unwrap().median_spread.unwrap().to_string(), "10");
}
