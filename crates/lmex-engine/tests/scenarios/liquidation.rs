//! Who is liquidated, and how the book closes the position.
//!
//! The account of most scenarios: A has 100,000 and is long 50,000 at 100 from the crowd. Maintenance is 0.5 %, the
//! liquidation fee 0.2 %. At a mark of 98.4 its equity is 100,000 − 50,000 × 1.6 = 20,000, its maintenance margin
//! 50,000 × 98.4 × 0.005 = 24,600, and its bankruptcy price 98.4 − 20,000 / 50,000 = 98.

use lmex_engine::{MarketRules, Rate, Tier, Tiers};

use super::{check, check_in};
use lmex_engine::Money;

#[test]
fn a_position_is_closed_in_the_book_and_pays_the_insurance_fund() {
    // 50,000 × (99 − 98) = 50,000 is left, of which 0.2 % of 4,950,000 goes to the fund.
    check(
        "
        depth ask 100 50000, bid 99 50000
        A a1 buy 50000 @ 100
        mark 98.5
          => index 98.5 mark 98.5
          : A 50000 at 100, balance 100000, available -24250
        mark 98.4
          => index 98.4 mark 98.4
          => A at risk: 20000 of 24600
          => #1 sells 50000 @ 89, bankrupt at 98
          => fill 50000 @ 99: crowd <- #1 left 0 pnl -50000 insurance 9900, level 0
          => #1 ended, left 0
          => A done
          : A flat, balance 40100, available 40100
          : fund 9900
        ",
    );
}

#[test]
fn a_short_is_bought_back() {
    // At 101.6: equity 20,000, maintenance 25,400, bankrupt at 101.6 + 0.4. The ask of 103 costs the fund 1 each.
    check(
        "
        depth bid 100 50000, ask 102 30000, ask 103 50000
        A a1 sell 50000 @ 100
        fund 20000
        mark 101.6
          => index 101.6 mark 101.6
          => A at risk: 20000 of 25400
          => #1 buys 50000 @ 111, bankrupt at 102
          => fill 30000 @ 102: crowd <- #1 left 20000 pnl -60000, level 0
          => fill 20000 @ 103: crowd <- #1 left 0 pnl -60000, level 30000
          => #1 ended, left 0
          => insurance pays 20000 for A, fund 0
          => A done
          : A flat, balance 0, available 0
        ",
    );
}

#[test]
fn fees_take_no_more_than_what_is_left() {
    // F pays 5 basis points. Long 50,000 at 100: fee 2,500, equity at 98.4 is 17,500, bankrupt at 98.4 − 0.35 = 98.05.
    // At 98 the fund would have to pay; at 99, 950 are left of the first 1,000 contracts: the fee takes 49.5, the
    // fund 198. Of the next 49,000 at 98 nothing is left, 702.5 of them are paid from what the first left over.
    check(
        "
        depth ask 100 50000, bid 99 1000, bid 98 49000
        F f1 buy 50000 @ 100
        fund 5000
        mark 98.4
          => index 98.4 mark 98.4
          => F at risk: 17500 of 24600
          => #1 sells 50000 @ 89, bankrupt at 98.05
          => fill 1000 @ 99: crowd <- #1 left 49000 pnl -1000 fee 49.5 insurance 198, level 0
          => fill 49000 @ 98: crowd <- #1 left 0 pnl -98000, level 0
          => #1 ended, left 0
          => insurance pays 1747.5 for F, fund 3450.5
          => F done
          : F flat, balance 0, available 0
        ",
    );
    // At the bankruptcy price exactly nothing is left for fees.
    check(
        "
        depth ask 100 50000, bid 98 50000
        A a1 buy 50000 @ 100
        mark 98.4
          => index 98.4 mark 98.4
          => A at risk: 20000 of 24600
          => #1 sells 50000 @ 89, bankrupt at 98
          => fill 50000 @ 98: crowd <- #1 left 0 pnl -100000, level 0
          => #1 ended, left 0
          => A done
          : A flat, balance 0, available 0
          : fund 0
        ",
    );
}

#[test]
fn open_orders_are_cancelled_first() {
    check(
        "
        depth ask 100 50000, bid 99 50000
        A a1 buy 50000 @ 100
        A a2 buy 10 @ 90
        A a3 sell 20 @ 105 reduce
        B b1 buy 10 @ 90
        mark 98.4
          => index 98.4 mark 98.4
          => A at risk: 20000 of 24600
          => cancelled a2 10 Liquidation, level 10
          => cancelled a3 20 Liquidation, level 0
          => #1 sells 50000 @ 89, bankrupt at 98
          => fill 50000 @ 99: crowd <- #1 left 0 pnl -50000 insurance 9900, level 0
          => #1 ended, left 0
          => A done
          | bid 90: b1 10
        ",
    );
}

#[test]
fn users_in_the_book_take_the_position_and_their_reduce_only_orders_follow() {
    // B is short 1,000 and wants to buy back with two orders: the second is cut by what the first has done. The 800 that
    // A's first contracts left over, 197.6 of them in the fund by then, pay for as many at 97.
    check(
        "
        depth bid 100 1000
        B b1 sell 1000 @ 100
        depth ask 100 50000
        A a1 buy 50000 @ 100
        B b2 buy 800 @ 99 reduce
        B b3 buy 800 @ 98 reduce
        depth bid 97 100000
        mark 98.4
          => index 98.4 mark 98.4
          => A at risk: 20000 of 24600
          => #1 sells 50000 @ 89, bankrupt at 98
          => fill 800 @ 99: b2 left 0 pnl 800 <- #1 left 49200 pnl -800 insurance 158.4, level 0
          => amended b3 200 @ 98 kept ReduceOnly, old level 200
          => fill 200 @ 98: b3 left 0 pnl 400 <- #1 left 49000 pnl -400 insurance 39.2, level 0
          => fill 800 @ 97: crowd <- #1 left 48200 pnl -2400, level 99200
          => #1 ended, left 48200
          => deleveraged 48200 @ 98: crowd pnl 96400 <- A pnl -96400, left 0
          => insurance pays 197.6 for A, fund 0
          => A done
          : B flat, balance 101200, available 101200
        ",
    );
}

/// Up to 2,000,000 at 0.5 %, beyond at 1 %.
fn tiers() -> MarketRules {
    let tier = |limit, initial, max_leverage| Tier {
        limit: Money::from_quote(limit),
        initial: Rate::from_basis_points(initial),
        maintenance: Rate::from_basis_points(initial / 2),
        max_leverage,
    };
    let tiers = Tiers::new(vec![tier(2_000_000, 100, 100), tier(1_000_000_000, 200, 50)]);
    MarketRules { tiers: tiers.unwrap(), ..MarketRules::default() }
}

#[test]
fn of_a_higher_tier_only_as_much_goes_as_brings_it_to_the_one_below() {
    // At 98.9: equity 45,000, maintenance 1 % of 4,945,000. 2,000,000 / 98.9 = 20,222.4, so 29,778 go.
    // Bankrupt at 98.9 − 0.9. Then equity 64,325.956 − 20,222 × 1.1 = 42,081.756, maintenance 9,999.779.
    check_in(
        tiers(),
        "
        A risk 2
          => risk limit 2
        depth ask 100 50000, bid 99 50000
        A a1 buy 50000 @ 100
        mark 98.9
          => index 98.9 mark 98.9
          => A at risk: 45000 of 49450
          => #1 sells 29778 @ 90, bankrupt at 98
          => fill 29778 @ 99: crowd <- #1 left 0 pnl -29778 insurance 5896.044, level 20222
          => #1 ended, left 0
          => risk limit 1
          => A done
          : A 20222 at 100, balance 64325.956, available 22082.198
        ",
    );
}

#[test]
fn a_part_that_is_not_enough_is_followed_by_the_rest() {
    // As above at 98.1: equity 5,000, 2,000,000 / 98.1 = 20,387.3, 29,613 go at 98.1 − 0.1 = 98. What stays has
    // 100,000 − 29,613 × 2 − 20,387 × 1.9 = 2,038.7 of 9,999.8235, and is bankrupt at 98.1 − 0.1 still.
    check_in(
        tiers(),
        "
        A risk 2
        depth ask 100 50000, bid 98 50000
        A a1 buy 50000 @ 100
        mark 98.1
          => index 98.1 mark 98.1
          => A at risk: 5000 of 49050
          => #1 sells 29613 @ 89, bankrupt at 98
          => fill 29613 @ 98: crowd <- #1 left 0 pnl -59226, level 20387
          => #1 ended, left 0
          => risk limit 1
          => #2 sells 20387 @ 89, bankrupt at 98
          => fill 20387 @ 98: crowd <- #2 left 0 pnl -40774, level 0
          => #2 ended, left 0
          => A done
          : A flat, balance 0, available 0
        ",
    );
}

#[test]
fn a_small_position_in_a_high_tier_is_first_put_into_the_lower_one() {
    // Long 15,000 with a loss already taken elsewhere: at 94.2 equity is 100,000 − 87,000 = 13,000 of 14,130 in
    // tier 2; 1,413,000 is within tier 1, where 7,065 are enough.
    check_in(
        tiers(),
        "
        A risk 2
        depth ask 100 15000
        A a1 buy 15000 @ 100
        mark 94.2
          => index 94.2 mark 94.2
          => A at risk: 13000 of 14130
          => risk limit 1
          => A done
          : A 15000 at 100, balance 100000, available -1130
        ",
    );
}

#[test]
fn in_a_halted_market_it_waits_until_orders_are_taken_again() {
    check(
        "
        depth ask 100 50000, bid 99 50000
        A a1 buy 50000 @ 100
        halt
        mark 98.4
          => index 98.4 mark 98.4
        resume
          => trading Active
          => A at risk: 20000 of 24600
          => #1 sells 50000 @ 89, bankrupt at 98
          => fill 50000 @ 99: crowd <- #1 left 0 pnl -50000 insurance 9900, level 0
          => #1 ended, left 0
          => A done
        ",
    );
}

#[test]
fn an_isolated_position_goes_alone_and_gives_back_what_is_left() {
    // 20,000 for 10,000 contracts: at 98.4 there are 4,000 of 4,920, bankrupt at 98. 10,000 − 1,980 are left.
    check(
        "
        depth ask 100 10000, bid 99 10000
        A leverage 50 isolated
        A a1 buy 10000 @ 100
        mark 98.4
          => index 98.4 mark 98.4
          => A isolated at risk: 4000 of 4920
          => #1 sells 10000 @ 89, bankrupt at 98
          => fill 10000 @ 99: crowd <- #1 left 0 pnl -10000 insurance 1980 moved -8020, level 0
          => #1 ended, left 0
          => A isolated done
          : A flat, balance 88020, available 88020
        ",
    );
}

#[test]
fn the_loss_of_an_isolated_position_never_reaches_the_balance() {
    // At 97 it owes 10,000; the fund has 4,000 of them, so it is bankrupt at 97 + 0.6. The bid of 97 costs more.
    check(
        "
        depth ask 100 10000, bid 97 10000
        A leverage 50 isolated
        A a1 buy 10000 @ 100
        fund 4000
        mark 97
          => index 97 mark 97
          => A isolated at risk: -10000 of 4850
          => #1 sells 10000 @ 88, bankrupt at 97.6
          => #1 ended, left 10000
          => deleveraged 10000 @ 98: crowd pnl 20000 <- A pnl -20000, left 0
          => A isolated done
          : A flat, balance 80000, available 80000
          : fund 4000
        ",
    );
}

#[test]
fn the_second_of_two_finds_what_the_first_left() {
    check(
        "
        depth ask 100 100000
        A a1 buy 50000 @ 100
        B b1 buy 50000 @ 100
        depth bid 99 50000
        mark 98.4
          => index 98.4 mark 98.4
          => A at risk: 20000 of 24600
          => #1 sells 50000 @ 89, bankrupt at 98
          => fill 50000 @ 99: crowd <- #1 left 0 pnl -50000 insurance 9900, level 0
          => #1 ended, left 0
          => A done
          => B at risk: 20000 of 24600
          => #2 sells 50000 @ 89, bankrupt at 98
          => #2 ended, left 50000
          => deleveraged 50000 @ 98: crowd pnl 100000 <- B pnl -100000, left 0
          => B done
        ",
    );
}

#[test]
fn a_fill_can_put_a_maker_at_risk() {
    // F's order for 50,000 at 100 rests while the mark falls to 98.5; filled by the crowd it has 98,500 − 75,000 −
    // 1,000 (maker fee 2 basis points) = 24,000 of 24,625.
    check(
        "
        F f1 buy 50000 @ 100
        mark 98.5
        trade sell 50000 @ 100
          => crowd sells 50000 @ 100 print
          => fill 50000 @ 100: f1 left 0 fee 1000 <- crowd, level 0
          => F at risk: 24000 of 24625
          => #1 sells 50000 @ 89, bankrupt at 98.02
          => #1 ended, left 50000
          => deleveraged 50000 @ 99: crowd pnl 50000 <- F pnl -50000, left 0
          => F done
          : F flat, balance 49000, available 49000
        ",
    );
}

#[test]
fn an_order_of_the_same_account_for_another_position_is_out_of_the_way() {
    check(
        "
        A mode hedge
        A leverage 50 isolated on long
        depth ask 100 10000
        A a1 buy 10000 @ 100
        depth bid 100 100
        A a2 sell 100 @ 100
        A a3 buy 100 @ 99 reduce
        depth bid 98 10000
        mark 98.4
          => index 98.4 mark 98.4
          => A on LONG isolated at risk: 4000 of 4920
          => #1 sells 10000 @ 89, bankrupt at 98
          => cancelled a3 100 Liquidation, level 0
          => fill 10000 @ 98: crowd <- #1 left 0 on LONG pnl -20000, level 0
          => #1 ended, left 0
          => A on LONG isolated done
        ",
    );
}
