//! The crowd: queue position, prints, crossing depth, impact.

use lmex_engine::QueueModel;

use super::check;
use super::script::check_with;

#[test]
fn a_print_goes_through_the_crowd_ahead_before_it_reaches_a_user() {
    check(
        "
        depth bid 99 30
        A a1 buy 5 @ 99
        depth bid 99 40
          | bid 99: crowd 30, a1 5, crowd 10
        trade sell 20 @ 99
          => crowd sells 20 @ 99 print
          => taken bid 99: level 25, crowd 20
          => trade sells 20 @ 99
        trade sell 14 @ 99
          => crowd sells 14 @ 99 print
          => taken bid 99: level 15, crowd 10
          => fill 4 @ 99: a1 left 1 <- crowd, level 11
          => trade sells 10 @ 99
          | bid 99: a1 1, crowd 10
        ",
    );
}

#[test]
fn a_print_that_fills_users_to_its_end_is_no_other_trade() {
    check(
        "
        A a1 buy 5 @ 99
        trade sell 5 @ 99
          => crowd sells 5 @ 99 print
          => fill 5 @ 99: a1 left 0 <- crowd, level 0
          | nothing
        ",
    );
}

#[test]
fn a_print_reaches_better_prices_first() {
    check(
        "
        A a1 sell 5 @ 101
        B b1 sell 5 @ 100
        trade buy 7 @ 102
          => crowd buys 7 @ 102 print
          => fill 5 @ 100: b1 left 0 <- crowd, level 0
          => fill 2 @ 101: a1 left 3 <- crowd, level 3
        ",
    );
}

#[test]
fn a_print_where_no_user_rests_takes_depth_and_bypasses_matching() {
    check(
        "
        depth bid 99 10, bid 98 10
        A a1 buy 5 @ 97
        trade sell 12 @ 98
          => taken bid 99: level 0, crowd 0
          => taken bid 98: level 8, crowd 8
          => trade sells 12 @ 98
        depth bid 99 0, bid 98 8
          => nothing
          | bid 98: crowd 8
          | bid 97: a1 5
        ",
    );
}

#[test]
fn a_decrease_without_a_trade_leaves_from_the_back() {
    check(
        "
        depth bid 99 10
        A a1 buy 1 @ 99
        depth bid 99 14
        depth bid 99 12
          => set bid 99: level 13, crowd 12
          | bid 99: crowd 10, a1 1, crowd 2
        depth bid 99 7
          | bid 99: crowd 7, a1 1
        depth bid 99 0
          | bid 99: a1 1
        ",
    );
}

#[test]
fn a_decrease_may_be_spread_over_the_queue() {
    check_with(
        QueueModel::Proportional,
        "
        depth bid 99 10
        A a1 buy 1 @ 99
        depth bid 99 15
          | bid 99: crowd 10, a1 1, crowd 5
        depth bid 99 11
          | bid 99: crowd 8, a1 1, crowd 3
        ",
    );
}

#[test]
fn depth_that_crosses_a_user_trades_at_the_users_price_and_the_rest_rests() {
    check(
        "
        A a1 sell 5 @ 100
        B b1 sell 5 @ 102
        depth bid 101 8
          => crowd buys 8 @ 101 depth
          => fill 5 @ 100: a1 left 0 <- crowd, level 0
          => set bid 101: level 3, crowd 3
          | ask 102: b1 5
          | bid 101: crowd 3
        ",
    );
}

#[test]
fn depth_that_crosses_may_be_used_up() {
    check(
        "
        A a1 sell 5 @ 100
        depth bid 101 2, bid 99 4
          => crowd buys 2 @ 101 depth
          => fill 2 @ 100: a1 left 3 <- crowd, level 3
          => set bid 99: level 4, crowd 4
          | ask 100: a1 3
          | bid 99: crowd 4
        ",
    );
}

#[test]
fn depth_of_the_crowd_that_newer_depth_crosses_leaves() {
    check(
        "
        depth ask 100 7
        A a1 sell 5 @ 100
        depth ask 100 9
        depth bid 100 6
          => crowd buys 6 @ 100 depth
          => set ask 100: level 5, crowd 0
          => fill 5 @ 100: a1 left 0 <- crowd, level 0
          => set bid 100: level 1, crowd 1
          | bid 100: crowd 1
        ",
    );
}

#[test]
fn the_crowd_behind_a_user_leaves_too_when_newer_depth_crosses() {
    check(
        "
        A a1 sell 5 @ 100
        depth ask 100 7
        depth bid 100 3
          => crowd buys 3 @ 100 depth
          => set ask 100: level 5, crowd 0
          => fill 3 @ 100: a1 left 2 <- crowd, level 2
          | ask 100: a1 2
        ",
    );
}

#[test]
fn decreases_come_first_so_that_a_moving_market_does_not_cross() {
    check(
        "
        depth bid 99 5, ask 100 5
        depth bid 100 4, ask 100 0, ask 101 6
          => set ask 100: level 0, crowd 0
          => set bid 100: level 4, crowd 4
          => set ask 101: level 6, crowd 6
          | ask 101: crowd 6
          | bid 100: crowd 4
          | bid 99: crowd 5
        ",
    );
}

#[test]
fn a_snapshot_takes_away_what_it_does_not_name() {
    check(
        "
        depth bid 99 5, bid 98 5, ask 100 5, ask 101 5
        A a1 buy 2 @ 98
        snapshot ask 100 3, bid 99 5
          => set bid 98: level 2, crowd 0
          => set ask 101: level 0, crowd 0
          => set ask 100: level 3, crowd 3
          | ask 100: crowd 3
          | bid 99: crowd 5
          | bid 98: a1 2
        ",
    );
}

#[test]
fn what_a_user_takes_from_the_crowd_is_back_with_the_next_message() {
    check(
        "
        depth ask 100 10, ask 101 10
        A a1 buy 12 @ 101
          => accepted a1 12
          => fill 10 @ 100: crowd <- a1 left 2, level 0
          => fill 2 @ 101: crowd <- a1 left 0, level 8
        depth ask 101 10
          | ask 101: crowd 10
        depth ask 100 10
          | ask 101: crowd 10
          | ask 100: crowd 10
        ",
    );
}

#[test]
fn a_message_with_an_impossible_level_changes_nothing() {
    check(
        "
        depth bid 99 5, bid 0 5
          => refused: price of 0 ticks is out of range: use 1 to 1000000
          | nothing
        trade buy 0 @ 99
          => refused: size 0 contracts is out of range: use 1 to 1000000000000000
        ",
    );
}
