//! Algo orders: where their price is, how much of them is seen, how they follow the index.

use super::check;

#[test]
fn the_price_is_index_and_deviation_rounded_away_from_the_market() {
    // 101 × 0.99 = 99.99, down to 99. 101 × 1.01 = 102.01, up to 103. 101 × 0.995 = 100.495, down to 100.
    check(
        "
        mark 101
        A a1 buy 10 peg -1%
          => accepted a1 10
          => rested a1 10 @ 99, level 10
        B b1 sell 10 peg 1%
          => accepted b1 10
          => rested b1 10 @ 103, level 10
        A a2 buy 10 peg -0.5%
          => accepted a2 10
          => rested a2 10 @ 100, level 10
        B b2 sell 10 peg 0%
          => accepted b2 10
          => rested b2 10 @ 101, level 10
        ",
    );
}

#[test]
fn the_owners_worst_price_comes_before_the_deviation() {
    check(
        "
        A a1 buy 10 peg -1% limit 98
          => accepted a1 10
          => rested a1 10 @ 98, level 10
        A a2 buy 10 peg -1% limit 100
          => accepted a2 10
          => rested a2 10 @ 99, level 10
        B b1 sell 10 peg 1% limit 103
          => accepted b1 10
          => rested b1 10 @ 103, level 10
        A a3 buy 1 peg 0% limit 0
          => refused a3: price of 0 ticks is out of range: use 1 to 1000000
        mark 98
          => index 98 mark 98
          => amended a1 10 @ 97 lost Peg, old level 0
          => rested a1 10 @ 97, level 10
          => amended a2 10 @ 97 lost Peg, old level 0
          => rested a2 10 @ 97, level 20
        ",
    );
}

#[test]
fn the_price_is_cut_to_the_markets_protection() {
    // 108 × 1.05 = 113.4; the mark of 100 allows buys up to 110. 92 × 0.95 = 87.4; sells from 90 on.
    check(
        "
        index 108 mark 100
        A a1 buy 10 peg 5%
          => accepted a1 10
          => rested a1 10 @ 110, level 10
        A cancel all
        index 92 mark 100
        A a2 sell 10 peg -5%
          => accepted a2 10
          => rested a2 10 @ 90, level 10
        ",
    );
}

#[test]
fn an_algo_order_may_take_when_it_comes_in() {
    check(
        "
        B b1 sell 4 @ 101
        A a1 buy 10 peg 2%
          => accepted a1 10
          => fill 4 @ 101: b1 left 0 <- a1 left 6, level 0
          => rested a1 6 @ 102, level 6
        ",
    );
}

#[test]
fn only_a_part_of_it_is_seen_rounded_up() {
    // A quarter of 10 is 2.5: 3 are seen. Of 7 left 1.75: 2. Of 1 left 0.25: 1. The crowd's 5 are behind it.
    check(
        "
        A a1 buy 10 peg -1% show 25%
          => accepted a1 10
          => rested a1 10 @ 99, level 3
        depth bid 99 5
          => set bid 99: level 8, crowd 5
          | bid 99: a1 10 shows 3, crowd 5
        B b1 sell 3 @ 99
          => accepted b1 3
          => fill 3 @ 99: a1 left 7 <- b1 left 0, level 7
          | bid 99: a1 7 shows 2, crowd 5
        B b2 sell 6 @ 99
          => accepted b2 6
          => fill 6 @ 99: a1 left 1 <- b2 left 0, level 6
        A cancel a1
          => cancelled a1 1 User, level 5
          | bid 99: crowd 5
        ",
    );
}

#[test]
fn what_is_hidden_trades_in_the_orders_turn() {
    // 10 % of 10 is 1; with b1 behind it everyone sees 6. c1 takes all 10 of a1 before b1.
    check(
        "
        A a1 sell 10 peg 1% show 10%
        B b1 sell 5 @ 101
          => accepted b1 5
          => rested b1 5 @ 101, level 6
        C c1 buy 12 @ 101
          => accepted c1 12
          => fill 10 @ 101: a1 left 0 <- c1 left 2, level 5
          => fill 2 @ 101: b1 left 3 <- c1 left 0, level 3
        ",
    );
}

#[test]
fn a_fill_or_kill_counts_what_is_hidden() {
    check(
        "
        A a1 sell 10 peg 1% show 10%
        C c1 buy 11 @ 101 FOK
          => accepted c1 11
          => cancelled c1 11 FillOrKill
        C c2 buy 10 @ 101 FOK
          => accepted c2 10
          => fill 10 @ 101: a1 left 0 <- c2 left 0, level 0
        ",
    );
}

#[test]
fn a_print_reaches_what_is_hidden() {
    check(
        "
        A a1 sell 10 peg 1% show 10%
        trade buy 4 @ 101
          => crowd buys 4 @ 101 print
          => fill 4 @ 101: a1 left 6 <- crowd, level 1
        ",
    );
}

#[test]
fn the_index_moves_them_oldest_first_and_behind_who_is_there() {
    // p1 is older than p2, though p2 was put where x1 had been. 102 × 0.99 = 100.98; 102 × 1.02 = 104.04.
    check(
        "
        A x1 buy 1 @ 90
        C p1 sell 5 peg 2%
        A cancel x1
        B p2 buy 10 peg -1% show 50%
        A a1 buy 3 @ 100
        mark 102
          => index 102 mark 102
          => amended p1 5 @ 105 lost Peg, old level 0
          => rested p1 5 @ 105, level 5
          => amended p2 10 @ 100 lost Peg, old level 0
          => rested p2 10 @ 100, level 8
          | ask 105: p1 5
          | bid 100: a1 3, p2 10 shows 5
        ",
    );
}

#[test]
fn who_need_not_move_stays_in_place() {
    // 100.9 × 0.99 = 99.891: still 99. Only the index counts, not the mark.
    check(
        "
        A p1 buy 5 peg -1%
        B b1 buy 5 @ 99
        index 100.9 mark 101
          => index 100.9 mark 101
          | bid 99: p1 5, b1 5
        ",
    );
}

#[test]
fn a_partly_filled_one_moves_with_what_is_left() {
    check(
        "
        A p1 buy 10 peg -1% show 50%
        B b1 sell 4 @ 99
        mark 102
          => index 102 mark 102
          => amended p1 6 @ 100 lost Peg, old level 0
          => rested p1 6 @ 100, level 3
        ",
    );
}

#[test]
fn one_that_moves_may_trade() {
    // 102 × 0.995 = 101.49: 101.
    check(
        "
        A p1 buy 10 peg -0.5%
        B b1 sell 4 @ 101
        mark 102
          => index 102 mark 102
          => amended p1 10 @ 101 lost Peg, old level 0
          => fill 4 @ 101: b1 left 0 <- p1 left 6, level 0
          => rested p1 6 @ 101, level 6
        ",
    );
}

#[test]
fn one_that_meets_its_own_account_is_cancelled() {
    check(
        "
        A p1 buy 10 peg -0.5%
        A a1 sell 4 @ 101
        mark 102
          => index 102 mark 102
          => amended p1 10 @ 101 lost Peg, old level 0
          => cancelled p1 10 SelfTrade
          | ask 101: a1 4
        ",
    );
}

#[test]
fn an_older_one_may_trade_with_a_younger_one_that_has_not_moved_yet() {
    // At 100: 100.4, so 100, and 100.6, so 101. At 101 the buy comes to 101.404, so 101; the sell would go to 102.
    check(
        "
        A p1 buy 5 peg 0.4%
        B p2 sell 8 peg 0.6%
        mark 101
          => index 101 mark 101
          => amended p1 5 @ 101 lost Peg, old level 0
          => fill 5 @ 101: p2 left 3 <- p1 left 0, level 3
          => amended p2 3 @ 102 lost Peg, old level 0
          => rested p2 3 @ 102, level 3
        ",
    );
    check(
        "
        B p2 sell 8 peg 0.6%
        A p1 buy 5 peg 0.4%
        mark 101
          => index 101 mark 101
          => amended p2 8 @ 102 lost Peg, old level 0
          => rested p2 8 @ 102, level 8
          => amended p1 5 @ 101 lost Peg, old level 0
          => rested p1 5 @ 101, level 5
        ",
    );
}

#[test]
fn one_that_can_no_longer_be_paid_for_is_cancelled() {
    // At ten times, 10,000 at 99 need 99,000 of 100,000. At 103 × 0.99 = 101.97, so 101, they would need 2,000 more.
    check(
        "
        A leverage 10
        A p1 buy 10000 peg -1%
          => accepted p1 10000
          => rested p1 10000 @ 99, level 10000
          : A flat, balance 100000, available 1000
        index 101 mark 100
          => index 101 mark 100
        index 103 mark 100
          => index 103 mark 100
          => cancelled p1 10000 InsufficientMargin, level 0
          : A flat, balance 100000, available 100000
        ",
    );
}

#[test]
fn one_that_needs_less_moves_whatever_is_available() {
    // At ten times, 9,901 at 100 and 100 at 99 hold all of the 100,000. At 95: a loss of 49,505, margin of 94,059.5 for
    // the long and of 940 for p1 at 95 × 0.99 = 94.05.
    check(
        "
        A leverage 10
        A p1 buy 100 peg -1%
        depth ask 100 9901
        A a1 buy 9901 @ 100
          : A 9901 at 100, balance 100000, available 0
        mark 95
          => index 95 mark 95
          => amended p1 100 @ 94 lost Peg, old level 0
          => rested p1 100 @ 94, level 100
          : A 9901 at 100, balance 100000, available -44504.5
        ",
    );
}

#[test]
fn deviation_and_shown_part_have_bounds() {
    check(
        "
        A a1 buy 1 peg 10.1%
          => refused a1: deviation must lie between -10 and 10 percent, stealth above 0 and at most 100 percent
        A a2 sell 1 peg -10.1%
          => refused a2: deviation must lie between -10 and 10 percent, stealth above 0 and at most 100 percent
        A a3 buy 1 peg -1% show 0%
          => refused a3: deviation must lie between -10 and 10 percent, stealth above 0 and at most 100 percent
        A a4 buy 1 peg -1% show 100.1%
          => refused a4: deviation must lie between -10 and 10 percent, stealth above 0 and at most 100 percent
        A a5 buy 1 peg -10%
          => accepted a5 1
          => rested a5 1 @ 90, level 1
        A a6 sell 1 peg 10% show 0.1%
          => accepted a6 1
          => rested a6 1 @ 110, level 1
        A a7 buy 0 peg 1%
          => refused a7: size 0 contracts is out of range: use 1 to 1000000
        ",
    );
}

#[test]
fn it_is_a_plain_limit_order_good_till_cancelled() {
    check(
        "
        A a1 buy 1 peg 1% post
          => refused a1: an algo order and postOnly can't be combined
        A a2 buy 1 peg 1% reduce
          => refused a2: an algo order and reduceOnly can't be combined
        A a3 buy 1 peg 1% IOC
          => refused a3: an algo order and anything but LIMIT with GTC can't be combined
        ",
    );
}
