//! The tiers of BTC-PERP as they were recorded, row by row.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helper functions are tests too")]

use std::path::PathBuf;
use std::{env, fs};

use lmex_engine::{Money, Tiers};
use lmex_types::Decimal;

const PAYLOAD: &str = "payloads/ccxt-btse-aug2026/fetchMarketLeverageTiers.0.btse_fetchmarketleveragetiers_btc_linear_swap_live_captured_.json";

/// The recorded answer. Where there is none the test is skipped, but not in CI.
fn recorded() -> Option<String> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = env::var_os("LMEX_SHARED").map_or_else(beside, PathBuf::from);
    if let Ok(text) = fs::read_to_string(shared.join(PAYLOAD)) {
        return Some(text);
    }
    assert_ne!(env::var("CI").as_deref(), Ok("true"), "set LMEX_SHARED: {} is missing", shared.display());
    println!("skipped: {} has no {PAYLOAD}: set LMEX_SHARED", shared.display());
    None
}

/// The values of a key, one a line, in order. The engine knows no JSON, and the payload is indented.
fn values<'a>(text: &'a str, key: &'a str) -> impl Iterator<Item = Decimal> + 'a {
    let lines = text.lines().filter_map(move |line| line.trim().strip_prefix('"')?.strip_prefix(key));
    lines.map(|rest| rest.trim_start_matches("\":").trim().trim_end_matches(',').parse().unwrap())
}

#[test]
fn every_recorded_row_is_the_tier() {
    let Some(text) = recorded() else { return };
    let tiers = Tiers::btc_perp();
    let column = |key| values(&text, key).collect::<Vec<_>>();
    let (limits, initial) = (column("riskLimitValue"), column("initialMarginRate"));
    let (maintenance, leverage) = (column("maintenanceMarginRate"), column("maxLeverage"));
    assert_eq!([limits.len(), initial.len(), maintenance.len(), leverage.len()], [10; 4]);
    for (at, tier) in tiers.iter().enumerate() {
        let level = at + 1;
        assert_eq!(tier.limit, Money::try_from(limits[at]).unwrap(), "limit of level {level}");
        assert_eq!(Decimal::from(tier.initial), initial[at], "initial margin of level {level}");
        assert_eq!(Decimal::from(tier.maintenance), maintenance[at], "maintenance margin of level {level}");
        assert_eq!(Decimal::from(tier.max_leverage), leverage[at], "leverage of level {level}");
    }
    assert_eq!(usize::try_from(tiers.count()).unwrap(), 10);
}
