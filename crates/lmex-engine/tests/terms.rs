//! What is agreed on for positions: the server asks for it, and the digest tells it, for it bears on future decisions.

#![allow(clippy::unwrap_used, reason = "helper functions are tests too")]

use lmex_engine::{
    AccountId, CancelTarget, Command, CrowdLevel, Engine, LegId, MarginMode, MarketId, MarketRules, Money,
    NewOrder, NewTerms, PositionMode, Rate, Refusal, Stamped, Tiers,
};
use lmex_types::{Decimal, Grid, Instrument, OrderId, Side, TimeMs};

const ACCOUNT: AccountId = AccountId(1);
const MARKET: MarketId = MarketId(1);

/// A trader with money has said this.
fn after(said: &[Command]) -> Engine {
    let instrument = Instrument {
        symbol: "TEST-PERP".parse().unwrap(),
        base: "TEST".into(),
        quote: "USDT".into(),
        grid: Grid::new(Decimal::ONE, Decimal::ONE).unwrap(),
        min_contracts: 1,
        max_contracts: 1_000_000,
        step_contracts: 1,
        min_notional: Decimal::from(5),
    };
    let rules = MarketRules { tiers: Tiers::btc_perp(), ..MarketRules::default() };
    let start = [
        Command::OpenMarket { market: MARKET, instrument, rules, price: 100 },
        Command::OpenAccount { account: ACCOUNT, maker_fee: Rate::ZERO, taker_fee: Rate::ZERO },
        Command::Deposit { account: ACCOUNT, amount: Money::from_quote(1_000) },
    ];
    let (mut engine, mut events) = (Engine::default(), Vec::new());
    for (seq, command) in (1..).zip(start.iter().chain(said).cloned()) {
        engine.apply(&Stamped { seq, at: TimeMs::from_millis(0), command }, &mut events);
    }
    assert_eq!(engine.audit(), Ok(()));
    engine
}

fn digest_after(said: &[Command]) -> u64 {
    after(said).digest()
}

fn buy(id: u128) -> Command {
    Command::Place(NewOrder::limit(ACCOUNT, MARKET, OrderId::from_bits(id), Side::Buy, 99, 1))
}

fn legs(said: &[Command]) -> Vec<LegId> {
    after(said).legs(ACCOUNT, MARKET).map(|leg| leg.leg).collect()
}

fn mode(mode: PositionMode) -> Command {
    Command::SetPositionMode { account: ACCOUNT, market: MARKET, mode }
}

fn leverage(leverage: u32, margin: MarginMode) -> Command {
    let (account, market, leg) = (ACCOUNT, MARKET, LegId::ONE_WAY);
    Command::SetLeverage { account, market, leg, leverage, margin: Some(margin) }
}

#[test]
fn modes_and_terms_count() {
    let level = Command::SetRiskLimit { account: ACCOUNT, market: MARKET, leg: LegId::ONE_WAY, level: 2 };
    let digests = [
        digest_after(&[]),
        digest_after(&[mode(PositionMode::Hedge)]),
        digest_after(&[mode(PositionMode::Isolated)]),
        digest_after(&[leverage(10, MarginMode::Cross)]),
        digest_after(&[leverage(10, MarginMode::Isolated)]),
        digest_after(&[leverage(20, MarginMode::Cross)]),
        digest_after(&[level]),
    ];
    for (at, digest) in digests.iter().enumerate() {
        assert!(!digests[..at].contains(digest), "number {at} equals an earlier one");
    }
}

#[test]
fn a_mode_that_is_taken_back_leaves_nothing() {
    let back = [mode(PositionMode::Hedge), mode(PositionMode::OneWay)];
    assert_eq!(digest_after(&back), digest_after(&[]));
}

#[test]
fn the_number_of_a_position_that_never_came_to_be_counts() {
    let target = CancelTarget::Order(OrderId::from_bits(1));
    let cancel = Command::Cancel { account: ACCOUNT, market: MARKET, target };
    let tried = [mode(PositionMode::Isolated), buy(1), cancel];
    assert_ne!(digest_after(&tried), digest_after(&tried[..1]), "the next one is #2");
}

#[test]
fn the_mode_tells_the_legs() {
    assert_eq!(legs(&[buy(1)]), [LegId::ONE_WAY]);
    assert_eq!(legs(&[mode(PositionMode::Hedge)]), [LegId::LONG, LegId::SHORT]);
    assert_eq!(legs(&[mode(PositionMode::Isolated)]), []);
    let both = [LegId::isolated(1), LegId::isolated(2)];
    assert_eq!(legs(&[mode(PositionMode::Isolated), buy(1), buy(2)]), both);
}

#[test]
fn a_leg_tells_its_terms() {
    let engine = after(&[leverage(3, MarginMode::Isolated), mode(PositionMode::Hedge)]);
    let long = engine.legs(ACCOUNT, MARKET).next().unwrap();
    assert_eq!((long.mode, long.margin, long.level), (PositionMode::Hedge, MarginMode::Isolated, 1));
    assert_eq!((long.leverage_set, long.leverage), (3, 3), "as new legs start");
    assert_eq!(long.limit, Money::from_quote(3_000_000));
    assert_eq!(long.initial.to_string(), "0.333333333334", "1/3, up");
    assert_eq!(long.maintenance, Rate::from_basis_points(50));
    let unset = after(&[]).leg(ACCOUNT, MARKET, LegId::ONE_WAY).unwrap();
    assert_eq!((unset.leverage_set, unset.leverage), (0, 100), "0 is the tier's most");
    assert_eq!(after(&[]).legs(AccountId::CROWD, MARKET).count(), 0);
}

/// Lent from a hedge, so that either leg could have the new leverage, but not both.
#[test]
fn legs_that_share_the_money_are_asked_together() {
    let start = [leverage(10, MarginMode::Isolated), mode(PositionMode::Hedge)];
    let asks = CrowdLevel { side: Side::Sell, price: 100, contracts: 50 };
    let bids = CrowdLevel { side: Side::Buy, price: 99, contracts: 50 };
    let depth = Command::CrowdDepth { market: MARKET, levels: vec![asks, bids], snapshot: true };
    let order =
        |id, side| Command::Place(NewOrder::market(ACCOUNT, MARKET, OrderId::from_bits(id), side, 40));
    let trades = [depth, order(1, Side::Buy), order(2, Side::Sell)];
    let engine = after(&[&start[..], &trades[..]].concat());
    // 1,000 less 400 and 396 as margin at 10 times: 204 are left. At 7 times the legs take 171.43 and 169.72 more.
    let ask = |legs: &[LegId], leverage| {
        engine.all_agree(ACCOUNT, MARKET, legs, NewTerms::Leverage { leverage, margin: None })
    };
    let both = [LegId::LONG, LegId::SHORT];
    assert_eq!((ask(&both[..1], 7), ask(&both[1..], 7)), (Ok(()), Ok(())));
    assert!(matches!(ask(&both, 7), Err(Refusal::InsufficientMargin { .. })), "{:?}", ask(&both, 7));
    assert_eq!(ask(&both, 9), Ok(()), "44.44 and 44");
    assert_eq!(ask(&[LegId::ONE_WAY], 101), Err(Refusal::LeverageOutOfRange { leverage: 101, max: 100 }));
}
