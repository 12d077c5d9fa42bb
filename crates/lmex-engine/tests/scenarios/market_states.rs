//! Markets that are halted, closed and re-opened.

use super::check;

#[test]
fn a_halted_market_takes_cancels_only() {
    check(
        "
        A a1 buy 1 @ 99
        halt
          => trading Halted
        A a2 buy 1 @ 99
          => refused a2: market 1 is closed for trading: wait until it opens
        A a3 buy 1 peg -1%
          => refused a3: market 1 is closed for trading: wait until it opens
        A close a4
          => refused a4: market 1 is closed for trading: wait until it opens
        A amend a1 size 2
          => amend refused: market 1 is closed for trading: wait until it opens
        A cancel a1
          => cancelled a1 1 User, level 0
        ",
    );
}

#[test]
fn orders_expire_in_a_halted_market() {
    check(
        "
        A a1 buy 1 @ 99 HALFMIN
        halt
        time 30000
          => cancelled a1 1 Expired, level 0
        ",
    );
}

#[test]
fn halted_depth_is_set_where_it_crosses_no_user() {
    check(
        "
        A a1 sell 5 @ 101
        depth bid 99 5, ask 103 2
        halt
        depth bid 101 4, bid 100 3, bid 99 6, ask 103 1
          => set ask 103: level 1, crowd 1
          => set bid 100: level 3, crowd 3
          => set bid 99: level 6, crowd 6
          | ask 103: crowd 1
          | ask 101: a1 5
          | bid 100: crowd 3
          | bid 99: crowd 6
        depth ask 100 9
          => crowd sells 9 @ 100 depth
          => set bid 100: level 0, crowd 0
          => set ask 100: level 9, crowd 9
        snapshot bid 102 4, bid 98 1
          => set bid 99: level 0, crowd 0
          => set ask 100: level 0, crowd 0
          => set ask 103: level 0, crowd 0
          => set bid 98: level 1, crowd 1
          | ask 101: a1 5
          | bid 98: crowd 1
        ",
    );
}

#[test]
fn after_re_opening_the_next_message_that_names_a_level_trades() {
    check(
        "
        A a1 sell 5 @ 101
        halt
        depth bid 102 7
          => nothing
        resume
          => trading Active
        depth bid 102 7
          => crowd buys 7 @ 102 depth
          => fill 5 @ 101: a1 left 0 <- crowd, level 0
          => set bid 102: level 2, crowd 2
        ",
    );
}

#[test]
fn a_halted_print_takes_the_crowd_before_users_and_passes_them_by() {
    check(
        "
        depth ask 100 2, ask 101 4, ask 103 9
        A a1 sell 5 @ 101
        depth ask 101 6
        halt
        trade buy 8 @ 103
          => taken ask 100: level 0, crowd 0
          => trade buys 8 @ 103
          | ask 103: crowd 9
          | ask 101: crowd 4, a1 5, crowd 2
        trade buy 1 @ 102
          => trade buys 1 @ 102
        resume
        trade buy 5 @ 101
          => crowd buys 5 @ 101 print
          => taken ask 101: level 7, crowd 2
          => fill 1 @ 101: a1 left 4 <- crowd, level 6
          => trade buys 4 @ 101
        ",
    );
}

#[test]
fn pegs_stand_still_while_halted_and_follow_when_it_re_opens() {
    // 104 × 0.99 = 102.96; 103 × 0.99 = 101.97.
    check(
        "
        A p1 buy 5 peg -1%
        halt
        mark 104
          => index 104 mark 104
        mark 103
          => index 103 mark 103
          | bid 99: p1 5
        resume
          => trading Active
          => amended p1 5 @ 101 lost Peg, old level 0
          => rested p1 5 @ 101, level 5
        resume
          => trading Active
        ",
    );
}

/// 100,000 less a loss of 10 × 10 = 100 and a margin of 1 % × 10 × 90 = 9.
#[test]
fn prices_and_positions_go_on_while_halted() {
    check(
        "
        depth ask 100 10
        A a1 buy 10 @ 100
        halt
        mark 90
          : A 10 at 100, balance 100000, available 99891
        ",
    );
}

#[test]
fn closing_cancels_everything_account_by_account_oldest_first() {
    // A was opened before B. At 98 there are 3 of the crowd, 2 of b1 and 1 of a1; half of a3's 1 is 1.
    check(
        "
        depth bid 98 3
        B b1 buy 2 @ 98
        A a1 buy 1 @ 98
        A a2 sell 4 @ 105
        A a3 buy 1 peg -3% show 50%
        B b2 sell 5 @ 104 HALFMIN
        shut
          => trading Closed
          => cancelled a1 1 MarketClosed, level 5
          => cancelled a2 4 MarketClosed, level 0
          => cancelled a3 1 MarketClosed, level 0
          => cancelled b1 2 MarketClosed, level 3
          => cancelled b2 5 MarketClosed, level 0
          | bid 98: crowd 3
        time 60000
          => nothing
        ",
    );
}

#[test]
fn a_closed_market_has_nothing_to_cancel_and_opens_again() {
    check(
        "
        A a1 buy 1 @ 99
        shut
        A cancel a1
          => cancel refused: order not found among open orders: it is filled, cancelled or was never accepted
        A cancel all
          => nothing
        A a2 buy 1 @ 99
          => refused a2: market 1 is closed for trading: wait until it opens
        depth bid 99 5
          => set bid 99: level 5, crowd 5
        trade sell 2 @ 99
          => taken bid 99: level 3, crowd 3
          => trade sells 2 @ 99
        shut
          => trading Closed
        halt
        resume
        A a3 buy 1 @ 99
          => accepted a3 1
          => rested a3 1 @ 99, level 4
        ",
    );
}
