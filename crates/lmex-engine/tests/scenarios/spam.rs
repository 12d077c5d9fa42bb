//! Orders that are not worth more than 5 USDT: refused, or hidden and charged as takers.

use lmex_engine::{MarketRules, SmallOrders};

use super::check;
use super::script::check_in;

fn check_hiding(script: &str) {
    check_in(MarketRules { small_orders: SmallOrders::Hide, ..MarketRules::default() }, script);
}

#[test]
fn small_orders_are_refused_by_default() {
    check(
        "
        A a1 buy 1 @ 5
          => refused a1: notional 5 is not above the minimum of 5: use more contracts
        A a2 buy 1 @ 5 post
          => refused a2: notional 5 is not above the minimum of 5: use more contracts
        ",
    );
}

#[test]
fn a_small_order_is_hidden_where_the_market_says_so() {
    check_hiding(
        "
        A a1 buy 1 @ 5
          => accepted a1 1
          => rested a1 1 @ 5, level 0
          | nothing
        B b1 buy 2 @ 5
          => accepted b1 2
          => rested b1 2 @ 5, level 2
          | bid 5: a1 1 shows 0, b1 2
        depth bid 5 4
          => set bid 5: level 6, crowd 4
        A cancel a1
          => cancelled a1 1 User, level 6
        ",
    );
}

#[test]
fn a_hidden_order_pays_the_takers_fee_as_maker() {
    // F pays 2 basis points as maker, 5 as taker. 5 × 0.0005 = 0.0025; twice 5 × 0.0002 = 0.002.
    check_hiding(
        "
        mark 5
        F f1 sell 1 @ 5
        F f2 sell 2 @ 5
        B b1 buy 3 @ 5
          => accepted b1 3
          => fill 1 @ 5: f1 left 0 fee 0.0025 <- b1 left 2, level 2
          => fill 2 @ 5: f2 left 0 fee 0.002 <- b1 left 0, level 0
        ",
    );
}

#[test]
fn a_hidden_order_trades_in_its_turn() {
    check_hiding(
        "
        mark 1
        A a1 sell 4 @ 1
        B b1 sell 9 @ 1
        depth ask 1 7
          | ask 1: a1 4 shows 0, b1 9, crowd 7
        trade buy 3 @ 1
          => crowd buys 3 @ 1 print
          => fill 3 @ 1: a1 left 1 <- crowd, level 16
        C c1 buy 6 @ 1
          => accepted c1 6
          => fill 1 @ 1: a1 left 0 <- c1 left 5, level 16
          => fill 5 @ 1: b1 left 4 <- c1 left 0, level 11
        ",
    );
}

#[test]
fn a_hidden_order_stands_in_the_way_of_a_post_only_one() {
    check_hiding(
        "
        mark 5
        A a1 sell 1 @ 5
          | nothing
        B b1 buy 3 @ 5 post
          => accepted b1 3
          => cancelled b1 3 PostOnlyWouldCross
        depth bid 5 2
          => crowd buys 2 @ 5 depth
          => fill 1 @ 5: a1 left 0 <- crowd, level 0
          => set bid 5: level 1, crowd 1
        ",
    );
}

#[test]
fn small_and_post_only_is_refused() {
    check_hiding(
        "
        A a1 buy 1 @ 5 post
          => refused a1: postOnly: notional 5 is not above the 5 below which orders count as spam
        A a2 buy 2 @ 5 post
          => accepted a2 2
          => rested a2 2 @ 5, level 2
        ",
    );
}

/// 1 × 5 × 0.05 % = 0.0025.
#[test]
fn a_small_market_order_pays_as_taker_anyway() {
    check_hiding(
        "
        mark 5
        A a1 sell 2 @ 5
        F f1 buy 1
          => accepted f1 1
          => fill 1 @ 5: a1 left 1 <- f1 left 0 fee 0.0025, level 1
        F f2 buy 1 @ 5 IOC
          => accepted f2 1
          => fill 1 @ 5: a1 left 0 <- f2 left 0 fee 0.0025, level 0
        ",
    );
}

#[test]
fn what_is_left_of_a_position_can_be_closed_however_small() {
    check_hiding(
        "
        mark 5
        depth ask 5 1
        A a1 buy 1 @ 5
          : A 1 at 5, balance 100000, available 99999.95
        A a2 sell 1 @ 5 reduce post
          => accepted a2 1
          => rested a2 1 @ 5, level 1
        ",
    );
}

#[test]
fn an_amend_neither_makes_nor_unmakes_spam() {
    check_hiding(
        "
        A a1 buy 2 @ 5
        A amend a1 size 1
          => amend refused: notional 5 is not above the minimum of 5: use more contracts
        A a2 buy 1 @ 5
        A amend a2 size 3
          => amended a2 3 @ 5 lost User, old level 2
          => rested a2 3 @ 5, level 2
        ",
    );
}

#[test]
fn an_algo_order_that_is_small_shows_nothing() {
    // 4 × 0.99 = 3.96, so 3. At 6 × 0.99 = 5.94 it would be worth enough, but it came as spam.
    check_hiding(
        "
        mark 4
        A a1 buy 1 peg -1% show 50%
          => accepted a1 1
          => rested a1 1 @ 3, level 0
        mark 7
          => index 7 mark 7
          => amended a1 1 @ 6 lost Peg, old level 0
          => rested a1 1 @ 6, level 0
          | nothing
        ",
    );
}
