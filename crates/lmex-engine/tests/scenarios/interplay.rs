//! Where rules meet: orders that wait, with market states, position modes, liquidation, risk limits and spam.

use lmex_engine::{MarketRules, SmallOrders, Tiers};

use super::{check, check_in};

#[test]
fn a_market_that_closes_cancels_what_waits() {
    check(
        "
        A a1 buy 10 @ 95 oco s1 105 @ 106
        B b1 sell 5 stop 90
        shut
          => trading Closed
          => cancelled s1 10 MarketClosed
          => cancelled a1 10 Oco, level 0
          => cancelled b1 5 MarketClosed
          ~ nothing
        ",
    );
}

#[test]
fn a_dead_mans_switch_cancels_what_waits_and_bound_exits() {
    check(
        "
        depth ask 100 5
        A a1 buy 5 @ 100 sl l1 90
        A a2 buy 1 stop 105
        A switch 1000
        time 1000
          => cancelled l1 5 CancelAllAfter
          => cancelled a2 1 CancelAllAfter
          => switch A off
          ~ nothing
          : A 5 at 100, balance 100000, available 99995
        ",
    );
}

#[test]
fn who_is_no_longer_safe_is_liquidated_before_a_stop_of_theirs_fires() {
    // At 98.4 there are 20,000 left of 24,600. While the market is halted neither happens.
    check(
        "
        depth ask 100 50000, bid 99 50000
        A a1 buy 50000 @ 100 sl l1 99
        halt
        mark 98.4
          => index 98.4 mark 98.4
        resume
          => trading Active
          => A at risk: 20000 of 24600
          => cancelled l1 50000 Liquidation
          => #1 sells 50000 @ 89, bankrupt at 98
          => fill 50000 @ 99: crowd <- #1 left 0 pnl -50000 insurance 9900, level 0
          => #1 ended, left 0
          => A done
        ",
    );
}

/// A's loss at 98 is 50,000 × 2 = 100,000, all there is; 0.5 % × 50,000 × 98 = 24,500 would have to be left. At 99 it is 50,000, and
/// the fund gets 0.2 % × 50,000 × 99 = 9,900.
#[test]
fn stops_of_those_who_are_safe_fire_after_it_nearest_first() {
    check(
        "
        depth ask 100 52000, bid 99 51000, bid 98 50000
        A a1 buy 50000 @ 100 sl l1 99
        B b1 buy 1000 @ 100 sl l2 99
        C c1 buy 1000 @ 100 sl l3 99
        C amend #l3 trigger 98
        mark 98
          => index 98 mark 98
          => A at risk: 0 of 24500
          => cancelled l1 50000 Liquidation
          => #1 sells 50000 @ 89, bankrupt at 98
          => fill 50000 @ 99: crowd <- #1 left 0 pnl -50000 insurance 9900, level 1000
          => #1 ended, left 0
          => A done
          => triggered l2 1000
          => fill 1000 @ 99: crowd <- l2 left 0 pnl -1000, level 0
          => triggered l3 1000
          => fill 1000 @ 98: crowd <- l3 left 0 pnl -2000, level 49000
        ",
    );
}

#[test]
fn liquidation_cancels_what_waits() {
    check(
        "
        depth ask 100 50000, bid 99 50000
        A a1 buy 50000 @ 100 tp t1 110
        A a2 buy 1 stop 105
        mark 98.4
          => index 98.4 mark 98.4
          => A at risk: 20000 of 24600
          => cancelled t1 50000 Liquidation
          => cancelled a2 1 Liquidation
          => #1 sells 50000 @ 89, bankrupt at 98
          => fill 50000 @ 99: crowd <- #1 left 0 pnl -50000 insurance 9900, level 0
          => #1 ended, left 0
          => A done
          ~ nothing
        ",
    );
}

#[test]
fn what_a_liquidation_makes_due_fires_when_it_is_done() {
    // The venue sells 20,000 at 99 and 100 at 90, the crowd's short closes the rest at 98. C's stop is due after the first
    // fill. A keeps 20,000 − 3,960 − 800 − 18.
    check(
        "
        depth ask 100 50000
        A a1 buy 50000 @ 100
        C c1 sell 10 stop 99 last
        depth bid 99 20000, bid 90 100
        mark 98.4
          => index 98.4 mark 98.4
          => A at risk: 20000 of 24600
          => #1 sells 50000 @ 89, bankrupt at 98
          => fill 20000 @ 99: crowd <- #1 left 30000 pnl -20000 insurance 3960, level 0
          => fill 100 @ 90: crowd <- #1 left 29900 pnl -1000 insurance 18, level 0
          => #1 ended, left 29900
          => deleveraged 29900 @ 98: crowd pnl 59800 <- A pnl -59800, left 0
          => A done
          => triggered c1 10
          => cancelled c1 10 MarketNoLiquidity
          : A flat, balance 15222, available 15222
        ",
    );
}

#[test]
fn exits_of_a_deleveraged_position_end() {
    // At 98.9 A has 30,000 − 22,000 and is bankrupt at 98.5. Nobody bids, so B's short closes the long at 99.
    check(
        "
        B b1 sell 20000 @ 100 sl l1 110
        A leverage 100
        A withdraw 70000
        A a1 buy 20000 @ 100
        mark 98.9
          => index 98.9 mark 98.9
          => A at risk: 8000 of 9890
          => #1 sells 20000 @ 90, bankrupt at 98.5
          => #1 ended, left 20000
          => deleveraged 20000 @ 99: B pnl 20000 <- A pnl -20000, left 0
          => cancelled l1 20000 Unbound
          => A done
        ",
    );
}

#[test]
fn each_leg_of_a_hedge_has_its_exits() {
    check(
        "
        A mode hedge
        depth ask 100 5, bid 99 5
        A a1 buy 5 @ 100 tp t1 107 sl l1 95
        A a2 sell 5 @ 99 tp t2 94 sl l2 104
          ~ t1 sell 5: mark >= 107 TakeProfit
          ~ l1 sell 5: mark <= 95 StopLoss
          ~ t2 buy 5: mark <= 94 TakeProfit
          ~ l2 buy 5: mark >= 104 StopLoss
        depth ask 106 9
        mark 104
          => index 104 mark 104
          => triggered l2 5
          => fill 5 @ 106: crowd <- l2 left 0 on SHORT pnl -35, level 4
          => cancelled t2 5 Unbound
        A bind on long tp t3 108
          => cancelled t1 5 Unbound
          => accepted t3 5 waits: mark >= 108 TakeProfit
        A bind on short tp t4 108
          => refused: no position to close in market 1
        ",
    );
}

#[test]
fn each_isolated_position_has_its_exits() {
    // 500 at 100 times set 5 aside; with the profit of 20 all 25 go back.
    check(
        "
        A mode isolated
        depth ask 100 10
        A a1 buy 5 @ 100 tp t1 105
        A a2 buy 5 @ 100 tp t2 110
        depth bid 104 9
        mark 105
          => index 105 mark 105
          => triggered t1 5
          => fill 5 @ 104: crowd <- t1 left 0 on #1 pnl 20 moved -25, level 4
          ~ t2 sell 5: mark >= 110 TakeProfit
          : A/#2 5 at 100 Isolated 100x tier 1, wallet 5, pnl 25, initial 5.25, maintenance 2.625, liquidation 100, 1 orders
        ",
    );
}

/// 5 × 106 / 10 = 53 are set aside.
#[test]
fn the_legs_of_a_pair_are_for_the_same_new_position() {
    check(
        "
        A mode isolated
        A leverage 10
        A a1 buy 5 @ 95 oco s1 105 @ 106
          => accepted s1 5 waits: mark >= 105
          => accepted a1 5
          => rested a1 5 @ 95, level 5
          : A/#1 flat Isolated 10x tier 1, 2 orders
        depth ask 106 9
        mark 105
          => index 105 mark 105
          => cancelled a1 5 Oco, level 0
          => triggered s1 5
          => fill 5 @ 106: crowd <- s1 left 0 on #1 moved 53, level 4
        A a2 buy 1 @ 100
          : A/#2 flat Isolated 10x tier 1, 1 orders
        ",
    );
}

#[test]
fn a_position_of_the_isolated_mode_is_liquidated_alone() {
    // 20,000 for the first: at 98.4 there are 4,000 of 4,920, bankrupt at 98; 10,000 for the second: 8,400 of 492.
    check(
        "
        A mode isolated
        A leverage 50
        depth ask 100 11000, bid 99 10000
        A a1 buy 10000 @ 100 tp t1 110
        A leverage 10
        A a2 buy 1000 @ 100 tp t2 110
          : A$ balance 70000, isolated 30000, unrealised 0, orders 0, positions 0, maintenance 0, available 70000
        mark 98.4
          => index 98.4 mark 98.4
          => A on #1 isolated at risk: 4000 of 4920
          => cancelled t1 10000 Liquidation
          => #1 sells 10000 @ 89, bankrupt at 98
          => fill 10000 @ 99: crowd <- #1 left 0 on #1 pnl -10000 insurance 1980 moved -8020, level 0
          => #1 ended, left 0
          => A on #1 isolated done
          ~ t2 sell 1000: mark >= 110 TakeProfit
          : A$ balance 78020, isolated 10000, unrealised 0, orders 0, positions 0, maintenance 0, available 78020
        A withdraw 78021
          => refused: amount 78021 is more than the 78020 available: withdraw less, or free margin first
        ",
    );
}

#[test]
fn an_isolated_winner_gets_its_share_when_it_is_deleveraged() {
    // B set 200 aside for 200 contracts. 100 of them are closed at 99: half of 200 + 100 is released.
    check(
        "
        B leverage 100 isolated
        B b1 sell 200 @ 100
        C c1 buy 100 @ 100
        A withdraw 99900
        A a1 buy 100 @ 100
        mark 99.4
          => index 99.4 mark 99.4
          => A at risk: 40 of 49.7
          => #1 sells 100 @ 90, bankrupt at 99
          => #1 ended, left 100
          => deleveraged 100 @ 99: B pnl 100 moved -150 <- A pnl -100, left 0
          => A done
          : B/one-way -100 at 100 Isolated 100x tier 1, wallet 150, pnl 60, initial 99.4, maintenance 49.7, liquidation 100
          : B$ balance 99950, isolated 150, unrealised 0, orders 0, positions 0, maintenance 0, available 99950
        ",
    );
}

#[test]
fn deleveraging_costs_an_isolated_position_no_more_than_its_own_money() {
    // A's 890 are gone at 101.1, and 102 is the next price. There B's 100 are 100 too few: the fund pays, not B's balance.
    check(
        "
        C c1 sell 100 @ 110
        A withdraw 99110
        mark 105
        A a1 buy 100 @ 110
        mark 102
        B leverage 25 isolated
        B b1 sell 100 @ 100
        C c2 buy 100 @ 100
        halt
        mark 99
        B leverage 100
          => leverage 100 isolated moved -300
        resume
          => trading Active
          => A at risk: -210 of 49.5
          => #1 sells 100 @ 90, bankrupt at 101.1
          => #1 ended, left 100
          => deleveraged 100 @ 102: B pnl -200 <- A pnl -800, left 0
          => A done
          => B isolated at risk: -100 of 0
          => insurance pays 100 for B isolated, fund -100
          => B isolated done
          : A flat, balance 90, available 90
          : B flat, balance 99900, available 99900
        ",
    );
}

#[test]
fn the_risk_limit_is_judged_when_it_fires() {
    // 1,000 USDT in the first tier.
    let tiers = Tiers::ladder(&[(1_000, 100), (5_000, 50)]).unwrap();
    check_in(
        MarketRules { tiers, ..MarketRules::default() },
        "
        A a1 buy 11 @ 105 stop 104
          => accepted a1 11 waits: mark >= 104
        A a2 buy 9 @ 105 stop 104
        mark 104
          => index 104 mark 104
          => cancelled a1 11 NotAllowed
          => triggered a2 9
          => rested a2 9 @ 105, level 9
        ",
    );
}

#[test]
fn what_waits_may_be_spam_and_a_pair_is_where_its_cheaper_leg_is() {
    let hiding = || MarketRules { small_orders: SmallOrders::Hide, ..MarketRules::default() };
    check_in(
        hiding(),
        "
        mark 6
        A a1 buy 1 @ 5 touch 5
          => accepted a1 1 waits: mark <= 5
        mark 5
          => index 5 mark 5
          => triggered a1 1
          => rested a1 1 @ 5, level 0
        ",
    );
    check_in(
        hiding(),
        "
        mark 5.5
        A a1 sell 1 @ 6 oco s1 5 @ 5
          => accepted s1 1 waits: mark <= 5
          => accepted a1 1
          => rested a1 1 @ 6, level 0
        ",
    );
    check(
        "
        mark 5.5
        A a1 sell 1 @ 6 oco s1 5 @ 5
          => refused a1: notional 5 is not above the minimum of 5: use more contracts
        ",
    );
}
