//! Money: margin, profits, fees, leverage, liquidation price.

use super::check;

#[test]
fn an_order_needs_margin_for_what_it_would_open() {
    // 10,000 × 100 / 10 = 100,000: all there is. One contract more: 100 / 10 = 10. Sells count beside buys only where they are dearer:
    // 10,000 × 101 / 10 = 101,000 is 1,000 more; 9,900 × 101 / 10 = 99,990 is not more.
    check(
        "
        A leverage 10
          => leverage 10
        A a1 buy 10000 @ 100
          : A flat, balance 100000, available 0
        A a2 buy 1 @ 100
          => refused a2: margin 10 needed, 0 available: deposit, or use a smaller size
        A a3 sell 10000 @ 101
          => refused a3: margin 1000 needed, 0 available: deposit, or use a smaller size
        A a4 sell 9900 @ 101
          => accepted a4 9900
          => rested a4 9900 @ 101, level 9900
        A cancel all
          : A flat, balance 100000, available 100000
        ",
    );
}

#[test]
fn closing_needs_no_margin() {
    // The position takes 10,000 × 100 / 10 = 100,000. At 95 it takes 95,000 and has lost 50,000: 100,000 − 50,000 − 95,000 = −45,000.
    // All of it may be sold. One contract beyond would open a short: 96 / 10 = 9.6.
    check(
        "
        A leverage 10
        depth ask 100 10000
        A a1 buy 10000 @ 100
          : A 10000 at 100, balance 100000, available 0
        mark 95
          : A 10000 at 100, balance 100000, available -45000
        A a2 sell 10000 @ 96
          => accepted a2 10000
          => rested a2 10000 @ 96, level 10000
        A a3 sell 1 @ 96
          => refused a3: margin 9.6 needed, -45000 available: deposit, or use a smaller size
        ",
    );
}

#[test]
fn buying_back_a_short_needs_no_margin() {
    // The short takes 10,000 × 100 / 10 = 100,000. One contract beyond what it needs to close: 99 / 10 = 9.9.
    check(
        "
        A leverage 10
        depth bid 100 10000
        A a1 sell 10000 @ 100
        A a2 buy 10000 @ 99
          => accepted a2 10000
          => rested a2 10000 @ 99, level 10000
          : A -10000 at 100, balance 100000, available 0
        A a3 buy 1 @ 99
          => refused a3: margin 9.9 needed, 0 available: deposit, or use a smaller size
        ",
    );
}

#[test]
fn an_order_must_carry_the_loss_it_opens_with_and_the_taker_fee() {
    // 100 times leverage, mark 100, taker fee 0.05 %. At 110: margin 10,000 × 110 / 100 = 11,000, loss 10,000 × 10 = 100,000,
    // fee 1,100,000 × 0.05 % = 550; together 111,550. At 100 while it rests: 10,000 × 100 / 100 = 10,000.
    check(
        "
        F f1 buy 10000 @ 110
          => refused f1: margin 111550 needed, 100000 available: deposit, or use a smaller size
        F f2 buy 10000 @ 100
          => accepted f2 10000
          => rested f2 10000 @ 100, level 10000
          : F flat, balance 100000, available 90000
        ",
    );
}

#[test]
fn profits_of_partial_closes_sum_exactly() {
    // Cost 2 × 100 + 101 = 301, a third of it 100.333…: cut to 12 decimals, so the last contract bears what the cuts left.
    // −0.333333333333 × 2 − 0.333333333334 = −1 = 300 − 301. Available: 100,000 − 1 − 3 × 100 / 100 = 99,996.
    check(
        "
        depth ask 100 2, ask 101 1
        A a1 buy 3 @ 101
          : A 3 at 100.333333333333, balance 100000, available 99996
        depth bid 100 9
        A a2 sell 1 @ 100
          => accepted a2 1
          => fill 1 @ 100: crowd <- a2 left 0 pnl -0.333333333333, level 8
        A a3 sell 1 @ 100
          => accepted a3 1
          => fill 1 @ 100: crowd <- a3 left 0 pnl -0.333333333333, level 7
        A a4 sell 1 @ 100
          => accepted a4 1
          => fill 1 @ 100: crowd <- a4 left 0 pnl -0.333333333334, level 6
          : A flat, balance 99999, available 99999
        ",
    );
}

#[test]
fn a_flip_realises_the_old_side_and_opens_the_new() {
    // A closes 5 × (103 − 100) = 15 and is short 3 at 103. The mark is 100: A has 100,015 + 3 × 3 − 3 × 100 / 100 = 100,021 to use,
    // B 100,000 − 5 × 100 / 100 = 99,995.
    check(
        "
        B b1 sell 5 @ 100
        A a1 buy 5 @ 100
        C c1 buy 8 @ 103
        A a2 sell 8 @ 103
          => accepted a2 8
          => fill 8 @ 103: c1 left 0 <- a2 left 0 pnl 15, level 0
          : A -3 at 103, balance 100015, available 100021
          : B -5 at 100, balance 100000, available 99995
        ",
    );
}

#[test]
fn makers_and_takers_pay_their_own_fees() {
    // As maker 4 × 101 × 0.02 % = 0.0808, as taker 3 × 100 × 0.05 % = 0.15: 100,000 − 0.2308 = 99,999.7692. Entry (404 + 300) / 7.
    // Available: + (704 − 7 × 100) = 4, − 7 × 100 / 100 for the position and 6 × 101 / 100 = 6.06 for the rest of the order.
    check(
        "
        F f1 sell 10 @ 101
        A a1 buy 4 @ 101
          => accepted a1 4
          => fill 4 @ 101: f1 left 6 fee 0.0808 <- a1 left 0, level 6
        B b1 buy 3 @ 100
        F f2 sell 3 @ 100
          => accepted f2 3
          => fill 3 @ 100: b1 left 0 <- f2 left 0 fee 0.15, level 0
          : F -7 at 100.571428571429, balance 99999.7692, available 99990.7092
        ",
    );
}

#[test]
fn leverage_is_bounded_and_must_be_affordable() {
    // 50,000 × 100 / 100 = 50,000 of margin; at 50 times 100,000, all there is; at 49 times 102,040.816326530613 (rounded up): 2,040.8… more.
    check(
        "
        A leverage 101
          => refused: leverage 101 is above the market's maximum: use at most 100, or 0 for it
        A a1 buy 50000 @ 100
          : A flat, balance 100000, available 50000
        A leverage 50
          => leverage 50
          : A flat, balance 100000, available 0
        A leverage 49
          => refused: margin 2040.816326530613 needed, 0 available: deposit, or use a smaller size
        A leverage 0
          : A flat, balance 100000, available 50000
        ",
    );
}

#[test]
fn a_deposit_must_be_something() {
    check(
        "
        A deposit 0
          => refused: amount 0 must be above zero and at most 1e15
        A deposit 5
          : A flat, balance 100005, available 100005
        ",
    );
}

#[test]
fn a_maker_may_be_paid_and_the_taker_pays_for_it() {
    // R makes 10 × 101 × −0.01 % = −0.101 and takes 10 × 100 × 0.04 % = 0.4; what it loses is 10.
    check(
        "
        R r1 buy 10 @ 101
        A a1 sell 10 @ 101
          => accepted a1 10
          => fill 10 @ 101: r1 left 0 fee -0.101 <- a1 left 0, level 0
          : R 10 at 101, balance 100000.101, available 99980.101
        B b1 buy 10 @ 100
        R r2 sell 10 @ 100
          => accepted r2 10
          => fill 10 @ 100: b1 left 0 <- r2 left 0 pnl -10 fee 0.4, level 0
          : R flat, balance 99989.701, available 99989.701
        ",
    );
}

#[test]
fn long_and_short_have_their_margins_and_prices() {
    // Long 10,000: initial 1,000,000 / 20, maintenance × 0.5 %, (1,000,000 − 100,000) / (10,000 × 0.995) = 90.45, up.
    // Short: the same margins, (1,000,000 + 100,000) / (10,000 × 1.005) = 109.45, down.
    check(
        "
        A leverage 20
        B leverage 20
        A a1 buy 10000 @ 100
        B b1 sell 10000 @ 100
          : A/one-way 10000 at 100 Cross 20x tier 1, pnl 0, initial 50000, maintenance 5000, liquidation 91
          : B/one-way -10000 at 100 Cross 20x tier 1, pnl 0, initial 50000, maintenance 5000, liquidation 109
        mark 102
          : A/one-way 10000 at 100 Cross 20x tier 1, pnl 20000, initial 51000, maintenance 5100, liquidation 91
          : A$ balance 100000, isolated 0, unrealised 20000, orders 0, positions 51000, maintenance 5100, available 69000
          : B/one-way -10000 at 100 Cross 20x tier 1, pnl -20000, initial 51000, maintenance 5100, liquidation 109
          : B$ balance 100000, isolated 0, unrealised -20000, orders 0, positions 51000, maintenance 5100, available 29000
        ",
    );
}
