//! Who is closed against a position that the book could not take.

use super::check;

/// A is long 25,000: 10,000 from B at 100, 10,000 from C at 101, 5,000 from the crowd at 101.
const OPENING: &str = "
    B b1 sell 10000 @ 100
    C c1 sell 10000 @ 101
    depth ask 101 5000
    A a1 buy 25000 @ 101
";

fn after_opening(script: &str) {
    check(&format!("{OPENING}{script}"));
}

#[test]
fn profit_and_leverage_decide_who_is_first_and_the_crowd_is_last() {
    // At 97: A has 10,000 of 12,125, bankrupt at 97 − 0.4 = 96.6, up to the tick.
    // B gains 30,000 / 1,000,000 = 3 %, at 970,000 / 130,000 = 7.46 times: 0.224.
    // C gains 40,000 / 1,010,000 = 3.96 %, at 970,000 / 140,000 = 6.93 times: 0.274.
    after_opening(
        "
        mark 98
          : adl A 5 B 3 C 5
        mark 97
          => index 97 mark 97
          => A at risk: 10000 of 12125
          => #1 sells 25000 @ 88, bankrupt at 96.6
          => #1 ended, left 25000
          => deleveraged 10000 @ 97: C pnl 40000 <- A pnl -36000, left 15000
          => deleveraged 10000 @ 97: B pnl 30000 <- A pnl -36000, left 5000
          => deleveraged 5000 @ 97: crowd pnl 20000 <- A pnl -18000, left 0
          => A done
          : A flat, balance 10000, available 10000
          : B flat, balance 130000, available 130000
          : C flat, balance 140000, available 140000
        ",
    );
}

#[test]
fn at_a_loss_the_lower_leverage_is_first() {
    // A, short 50,000 at 100 from the crowd, is bankrupt at 102. B and C are long 1,000 from 106 and 105. At 101.6
    // B loses 4,400 / 106,000 = 4.15 %, at 101,600 / 95,600 = 1.063 times: −0.0391.
    // C loses 3,400 / 105,000 = 3.24 %, at 101,600 / 96,600 = 1.052 times: −0.0308, and is first.
    check(
        "
        depth bid 100 50000
        A a1 sell 50000 @ 100
        depth bid 100 0
        mark 101
        B b1 buy 1000 @ 106
        trade sell 1000 @ 106
        C c1 buy 1000 @ 105
        trade sell 1000 @ 105
        mark 101.6
          => index 101.6 mark 101.6
          => A at risk: 20000 of 25400
          => #1 buys 50000 @ 111, bankrupt at 102
          => #1 ended, left 50000
          => deleveraged 1000 @ 102: C pnl -3000 <- A pnl -2000, left 49000
          => deleveraged 1000 @ 102: B pnl -4000 <- A pnl -2000, left 48000
          => deleveraged 48000 @ 102: crowd pnl 96000 <- A pnl -96000, left 0
          => A done
        ",
    );
}

#[test]
fn only_as_much_is_closed_as_is_left() {
    // A's entry is 2,515,000 / 25,000 = 100.6. In the book 18,000 × (97 − 100.6) = −64,800, and 18,000 × 97 × 0.2 % = 3,492 for the fund; the rest
    // 7,000 × (97 − 100.6) = −25,200: 100,000 − 64,800 − 3,492 − 25,200 = 6,508. C gains 7,000 × (101 − 97) = 28,000; its 3,000 left have
    // 12,000 and need 3,000 × 97 / 100 = 2,910: 128,000 + 12,000 − 2,910 = 137,090.
    after_opening(
        "
        depth bid 97 18000
        mark 97
          => index 97 mark 97
          => A at risk: 10000 of 12125
          => #1 sells 25000 @ 88, bankrupt at 96.6
          => fill 18000 @ 97: crowd <- #1 left 7000 pnl -64800 insurance 3492, level 0
          => #1 ended, left 7000
          => deleveraged 7000 @ 97: C pnl 28000 <- A pnl -25200, left 0
          => A done
          : A flat, balance 6508, available 6508
          : C -3000 at 101, balance 128000, available 137090
        ",
    );
}

#[test]
fn reduce_only_orders_of_the_winner_follow() {
    // As above; of C's 10,000 there are 3,000 left, and the order of 8,000 shrinks to them.
    after_opening(
        "
        C c2 buy 8000 @ 80 reduce
        depth bid 97 18000
        mark 97
          => index 97 mark 97
          => A at risk: 10000 of 12125
          => #1 sells 25000 @ 88, bankrupt at 96.6
          => fill 18000 @ 97: crowd <- #1 left 7000 pnl -64800 insurance 3492, level 0
          => #1 ended, left 7000
          => deleveraged 7000 @ 97: C pnl 28000 <- A pnl -25200, left 0
          => amended c2 3000 @ 80 kept ReduceOnly, old level 3000
          => A done
        ",
    );
}

#[test]
fn of_equal_ones_the_older_account_is_first() {
    // A: 100,000 − 20,000 × 4.6 = 8,000, of 20,000 × 95.4 × 0.5 % = 9,540. Bankrupt at 95.4 − 8,000 / 20,000 = 95; each of the others gains
    // 10,000 × 5 = 50,000.
    check(
        "
        C c1 sell 10000 @ 100
        B b1 sell 10000 @ 100
        A a1 buy 20000 @ 100
          : adl A 5 B 5 C 5
        mark 95.4
          => index 95.4 mark 95.4
          => A at risk: 8000 of 9540
          => #1 sells 20000 @ 86, bankrupt at 95
          => #1 ended, left 20000
          => deleveraged 10000 @ 95: B pnl 50000 <- A pnl -50000, left 10000
          => deleveraged 10000 @ 95: C pnl 50000 <- A pnl -50000, left 0
          => A done
        ",
    );
}

#[test]
fn without_a_fund_the_winner_gains_no_more_than_the_loser_had() {
    // At 80 A owes 400,000 and there is no fund: it is bankrupt at 80 + 16. So B gains 4 a contract and not 20.
    check(
        "
        B b1 sell 25000 @ 100
        A a1 buy 25000 @ 100
        mark 80
          => index 80 mark 80
          => A at risk: -400000 of 10000
          => #1 sells 25000 @ 72, bankrupt at 96
          => #1 ended, left 25000
          => deleveraged 25000 @ 96: B pnl 100000 <- A pnl -100000, left 0
          => A done
          : A flat, balance 0, available 0
          : B flat, balance 200000, available 200000
        ",
    );
}

#[test]
fn the_legs_of_a_hedge_close_each_other_first() {
    // A has 60,000 long and 10,000 short: 100,000 − 0.5 − 50,000 × 1.4 = 29,999.5 of 70,000 × 98.6 × 0.5 % = 34,510. Without the 10,000 that
    // both have it needs 50,000 × 98.6 × 0.5 % = 24,650. They close at 98.6, up to 99: ±10,000 × 1. Liquidation of the rest:
    // (5,000,000 − 99,999.5) / (50,000 × 0.995) = 98.49, up.
    check(
        "
        A mode hedge
        B b1 sell 60000 @ 100
        A a1 buy 60000 @ 100
        B b2 buy 10000 @ 100
        A a2 sell 10000 @ 100
        A withdraw 0.5
        mark 98.6
          => index 98.6 mark 98.6
          => A at risk: 29999.5 of 34510
          => deleveraged 10000 @ 99: A on SHORT pnl 10000 <- A on LONG pnl -10000, left 0
          => A done
          : A/long 50000 at 100 Cross 100x tier 1, pnl -70000, initial 49300, maintenance 24650, liquidation 99
          : A/short flat Cross 100x tier 1
        ",
    );
}

#[test]
fn what_is_left_of_a_hedge_is_closed_at_the_price_of_all_its_money() {
    // 98.3: equity 15,000, of 24,575 for the 50,000 that are left. Bankrupt at 98.3 − 0.3 = 98.
    check(
        "
        A mode hedge
        B b1 sell 60000 @ 100
        A a1 buy 60000 @ 100
        B b2 buy 10000 @ 100
        A a2 sell 10000 @ 100
        mark 98.3
          => index 98.3 mark 98.3
          => A at risk: 15000 of 34405
          => deleveraged 10000 @ 99: A on SHORT pnl 10000 <- A on LONG pnl -10000, left 0
          => #1 sells 50000 @ 89, bankrupt at 98
          => #1 ended, left 50000
          => deleveraged 50000 @ 98: B pnl 100000 <- A on LONG pnl -100000, left 0
          => A done
          : A flat, balance 0, available 0
        ",
    );
}
