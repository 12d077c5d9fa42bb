//! Risk limits: how large a position may be, at which margin.
//!
//! 1,000 USDT at 100 times, initial margin 1 % and maintenance margin 0.5 %; 5,000 at 50 times, 2 % and 1.2 %;
//! 1,000,000 at 20 times, 5 % and 3.3 %.

use lmex_engine::{MarketRules, Money, Rate, Tier, Tiers};

use super::check_in;

fn check(script: &str) {
    let tiers = Tiers::ladder(&[(1_000, 100), (5_000, 50), (1_000_000, 20)]).unwrap();
    check_in(MarketRules { tiers, ..MarketRules::default() }, script);
}

#[test]
fn position_and_orders_stay_within_the_risk_limit() {
    // 11 × 100 = 1100. 6 × 100 held and 4 × 100 wanted are 1000, the limit; 99 more are 1099, and 5 instead of 4 are 1100.
    check(
        "
        A a1 buy 11 @ 100
          => refused a1: position and open orders would come to 1100: riskLimit allows 1000; raise riskLimitLevel
        depth ask 100 6
        A a2 buy 6 @ 100
        A a3 buy 4 @ 100
          => accepted a3 4
          => rested a3 4 @ 100, level 4
        A a4 buy 1 @ 99
          => refused a4: position and open orders would come to 1099: riskLimit allows 1000; raise riskLimitLevel
        A amend a3 size 5
          => amend refused: position and open orders would come to 1100: riskLimit allows 1000; raise riskLimitLevel
        A amend a3 size 3
          => amended a3 3 @ 100 kept User, old level 3
        A risk 2
          => risk limit 2
        A a4 buy 1 @ 99
          => accepted a4 1
          => rested a4 1 @ 99, level 1
        ",
    );
}

#[test]
fn orders_against_the_position_count_for_what_goes_beyond_it() {
    // Selling 17 with 6 held opens 11 × 100 = 1100; selling 16 opens 10 × 100 = 1000.
    check(
        "
        depth ask 100 6
        A a1 buy 6 @ 100
        A a2 sell 17 @ 100
          => refused a2: position and open orders would come to 1100: riskLimit allows 1000; raise riskLimitLevel
        A a3 sell 16 @ 100
          => accepted a3 16
          => rested a3 16 @ 100, level 16
        ",
    );
}

#[test]
fn a_position_that_outgrows_its_limit_may_shrink_but_not_grow() {
    // At 112 the position is 9 × 112 = 1008; with 100 and 101 of orders 1209.
    check(
        "
        depth ask 100 9
        A a1 buy 9 @ 100
        A a2 buy 1 @ 100
        mark 112
        A a3 buy 1 @ 101
          => refused a3: position and open orders would come to 1209: riskLimit allows 1000; raise riskLimitLevel
        A amend a2 price 99
          => amended a2 1 @ 99 lost User, old level 0
          => rested a2 1 @ 99, level 1
        A a4 sell 9 @ 115
          => accepted a4 9
          => rested a4 9 @ 115, level 9
        A close c1 @ 114
          => accepted c1 9
          => rested c1 9 @ 114, level 9
        ",
    );
}

#[test]
fn a_higher_tier_needs_more_margin() {
    // 30 × 100 = 3000: × 2 % = 60 and × 1.2 % = 36 maintenance; then × 5 % = 150 and × 3.3 % = 99. Available: 100,000 − 150.
    check(
        "
        A risk 2
        depth ask 100 30
        A a1 buy 30 @ 100
          : A/one-way 30 at 100 Cross 50x tier 2, pnl 0, initial 60, maintenance 36, liquidation none
        A risk 3
          => risk limit 3
          : A/one-way 30 at 100 Cross 20x tier 3, pnl 0, initial 150, maintenance 99, liquidation none
          : A$ balance 100000, isolated 0, unrealised 0, orders 0, positions 150, maintenance 99, available 99850
        A risk 1
          => refused: position and open orders would come to 3000: riskLimit allows 1000; raise riskLimitLevel
        A risk 4
          => refused: riskLimitLevel 4 does not exist: use 1 to 3
        A risk 0
          => refused: riskLimitLevel 0 does not exist: use 1 to 3
        A risk 2
          => risk limit 2
        ",
    );
}

#[test]
fn the_margin_of_a_higher_tier_must_be_available() {
    // From tier 2 to 3: 4900 × (5 % − 2 %) = 147. At 20 times initial margin stays 245, but maintenance margin grows by
    // 4900 × (3.3 % − 1.2 %) = 102.9.
    check(
        "
        A risk 2
        depth ask 100 49
        A a1 buy 49 @ 100
        A withdraw 99756
        A risk 3
          => refused: margin 147 needed, 146 available: deposit, or use a smaller size
        A deposit 1
        A risk 3
          => risk limit 3
          : A$ balance 245, isolated 0, unrealised 0, orders 0, positions 245, maintenance 161.7, available 0
        A risk 2
        A leverage 20
        A deposit 102
        A risk 3
          => refused: margin 102.9 needed, 102 available: deposit, or use a smaller size
        ",
    );
}

#[test]
fn a_tier_allows_so_much_leverage() {
    // The first tier allows 100 times, the second 50.
    check(
        "
        A leverage 60
        A risk 2
          => refused: leverage 60 is above the market's maximum: use at most 50, or 0 for it
        A leverage 40
        A risk 2
          => risk limit 2
        A leverage 51
          => refused: leverage 51 is above the market's maximum: use at most 50, or 0 for it
        A leverage 50
          => leverage 50
        ",
    );
}

#[test]
fn an_isolated_position_brings_its_margin_along() {
    // At the most leverage: 900 / 100 = 9, 900 / 50 = 18; maintenance 900 × 0.5 % = 4.5, 900 × 1.2 % = 10.8. Liquidation, up:
    // (900 − 9) / (9 × 0.995) = 99.497, (900 − 18) / (9 × 0.988) = 99.19. At 40 times 900 / 40 = 22.5: 13.5 more than 9, in either tier.
    check(
        "
        A leverage 0 isolated
        depth ask 100 9
        A a1 buy 9 @ 100
          : A/one-way 9 at 100 Isolated 100x tier 1, wallet 9, pnl 0, initial 9, maintenance 4.5, liquidation 100
        A risk 2
          => risk limit 2 moved 9
          : A/one-way 9 at 100 Isolated 50x tier 2, wallet 18, pnl 0, initial 18, maintenance 10.8, liquidation 100
        A risk 1
          => risk limit 1 moved -9
        A leverage 40
          => leverage 40 isolated moved 13.5
        A risk 2
          => risk limit 2
        ",
    );
}

#[test]
fn a_higher_tier_never_leaves_an_isolated_position_below_its_maintenance() {
    // 900 / 40 = 22.5, with a loss of 9 × 1.5: 9. Tier 2 asks for 9 × 98.5 × 1.2 % = 10.638, so 1.638 moves in though the
    // leverage stays.
    check(
        "
        A leverage 40 isolated
        depth ask 100 9
        A a1 buy 9 @ 100
        mark 98.5
        A risk 2
          => risk limit 2 moved 1.638
        ",
    );
}

#[test]
fn a_tier_may_ask_for_more_than_the_leverage_does() {
    // 5 % initial margin at 50 times: 10 × 100 × 5 % = 50, and not 20.
    let tier = Tier {
        limit: Money::from_quote(1_000_000),
        initial: Rate::from_basis_points(500),
        maintenance: Rate::from_basis_points(100),
        max_leverage: 50,
    };
    let tiers = Tiers::new(vec![tier]).unwrap();
    check_in(
        MarketRules { tiers, ..MarketRules::default() },
        "
        A a1 buy 10 @ 100
          : A$ balance 100000, isolated 0, unrealised 0, orders 50, positions 0, maintenance 0, available 99950
        A leverage 10
        trade sell 10 @ 100
          : A$ balance 100000, isolated 0, unrealised 0, orders 0, positions 100, maintenance 10, available 99900
        ",
    );
}

#[test]
fn each_leg_has_a_risk_limit_of_its_own() {
    // 20 × 99 = 1980 is within the 5,000 of the long leg, 20 × 101 = 2020 beyond the 1,000 of the short.
    check(
        "
        A mode hedge
        A risk 2 on long
          => risk limit 2 on LONG
        A a1 buy 20 @ 99
          => accepted a1 20
          => rested a1 20 @ 99, level 20
        A a2 sell 20 @ 101
          => refused a2: position and open orders would come to 2020: riskLimit allows 1000; raise riskLimitLevel
        A risk 2 on #1
          => refused: positionId #1 is not a position of this account in this market and mode
        ",
    );
}
