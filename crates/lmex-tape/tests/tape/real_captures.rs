//! Captures of the shared folder, imported whole. Expected counts are those that the folder states, less what the
//! documented rule drops.

use std::env;
use std::path::{Path, PathBuf};

use lmex_tape::import::{Family, ImportSummary};
use lmex_tape::{SizeUnit, TapeBody, TapeScan, scan};
use lmex_types::Decimal;

use crate::captures::{Desk, read};

/// The captures, or `None` where the shared folder is not at hand.
fn captures(names: &[&str]) -> Option<Vec<PathBuf>> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = env::var_os("LMEX_SHARED").map_or(beside, PathBuf::from);
    let inputs: Vec<_> = names.iter().map(|name| shared.join("data/l2").join(name)).collect();
    if inputs.iter().all(|input| input.is_file()) {
        return Some(inputs);
    }
    assert!(env::var("CI").as_deref() != Ok("true"), "set LMEX_SHARED: {} is missing", shared.display());
    println!("skipped: no captures in {}", shared.display());
    None
}

fn imported(names: &[&str]) -> Option<(Desk, ImportSummary, TapeScan)> {
    let desk = Desk::new();
    let summary = desk.import_files(&captures(names)?).unwrap();
    let scan = scan(&desk.tape()).unwrap();
    assert_eq!(scan.info, summary.info);
    Some((desk, summary, scan))
}

/// `stated` is lines, depth changes, levels in them and trades. One more line is the snapshot of 2,000 levels.
fn check_counts(summary: &ImportSummary, stated: [u64; 4], dropped: [u64; 2]) {
    let info = &summary.info;
    assert_eq!([summary.old_depths, summary.old_levels], dropped);
    assert_eq!(summary.lines, stated[0]);
    assert_eq!(info.messages + summary.old_depths, stated[0]);
    assert_eq!(info.depths + summary.old_depths, stated[1]);
    assert_eq!(info.levels + summary.old_levels, stated[2] + 2_000);
    assert_eq!(info.trades, stated[3]);
    assert_eq!((info.snapshots, info.gaps, summary.adjusted_times), (1, 0, 0));
    assert!(info.has_whole_book() && summary.warnings().is_empty());
}

/// Never crossed, and at least 99 % agreement with the venue's own best prices of the same millisecond.
fn check_book(scan: &TapeScan, compared_at_least: u64) {
    let book = scan.book;
    assert_eq!((book.crossed, book.checked), (0, scan.info.depths + scan.info.snapshots));
    assert!(book.compared >= compared_at_least, "{book:?}");
    assert!(book.agreed * 100 >= book.compared * 99, "{book:?}");
}

#[test]
fn a_linear_perpetual() {
    let Some((_desk, summary, scan)) = imported(&["usdm/btcusdt_20240808.gz"]) else { return };
    check_counts(&summary, [93_954, 6_551, 443_521, 21_313], [4, 259]);
    check_book(&scan, 700);
    assert_eq!((summary.family, summary.info.header.size_unit), (Family::UsdM, SizeUnit::Base));
    assert_eq!(summary.info.header.source, "Binance USD-M futures BTCUSDT, recorded 2024-08-08");
    assert_eq!(scan.median_spread, Some(Decimal::new(1, 1)));
}

#[test]
fn an_inverse_perpetual_of_two_files() {
    let names = ["coinm/btcusd_perp_20240808.gz", "coinm/btcusd_perp_20240809.gz"];
    let Some((_desk, summary, scan)) = imported(&names) else { return };
    check_counts(&summary, [98_386, 44_795, 659_671, 5_235], [23, 266]);
    check_book(&scan, 3_000);
    assert_eq!(summary.info.header.size_unit, SizeUnit::QuoteContracts { value: Decimal::ONE_HUNDRED });
}

#[test]
fn a_continuation_alone_builds_its_book_up() {
    let Some((_desk, summary, scan)) = imported(&["coinm/btcusd_perp_20240809.gz"]) else { return };
    assert_eq!((summary.info.snapshots, summary.info.gaps, summary.old_depths), (0, 0, 0));
    assert_eq!(summary.warnings().len(), 1);
    assert_eq!(scan.book.crossed, 0);
}

#[test]
fn a_spot_market() {
    let Some((desk, summary, scan)) = imported(&["spot/btcusdt_20240808.gz"]) else { return };
    // The shared folder states no counts here; these were counted by hand from the file.
    check_counts(&summary, [41_249, 3_451, 124_090, 9_757], [2, 17]);
    check_book(&scan, 0);
    let (same, all) = agreement_with_the_top_before(&desk.tape());
    assert!(all > 3_000 && same * 100 >= all * 99, "{same} of {all}");
}

/// Spot's best prices have no venue time to compare by: how many changes of the book leave it with the best prices
/// that were received last.
fn agreement_with_the_top_before(tape: &Path) -> (u64, u64) {
    let mut bids = std::collections::BTreeMap::new();
    let mut asks = std::collections::BTreeMap::new();
    let (mut top, mut same, mut all) = (None, 0, 0);
    for message in read(tape) {
        match message.body {
            TapeBody::Trade { .. } => {}
            TapeBody::Top { bid, ask } => top = Some((bid.price, ask.price)),
            TapeBody::Depth { levels, .. } => {
                for level in levels {
                    let side = if level.side == lmex_types::Side::Buy { &mut bids } else { &mut asks };
                    if level.size.is_zero() {
                        side.remove(&level.price);
                    } else {
                        side.insert(level.price, level.size);
                    }
                }
                let best =
                    bids.last_key_value().zip(asks.first_key_value()).map(|(bid, ask)| (*bid.0, *ask.0));
                all += u64::from(top.is_some());
                same += u64::from(top.is_some() && top == best);
            }
        }
    }
    (same, all)
}
