//! How long orders stay.

use super::check;

#[test]
fn immediate_or_cancel_leaves_nothing_behind() {
    check(
        "
        A a1 sell 5 @ 100
        B b1 buy 8 @ 100 IOC
          => accepted b1 8
          => fill 5 @ 100: a1 left 0 <- b1 left 3, level 0
          => cancelled b1 3 ImmediateRemainder
          | nothing
        B b2 buy 8 @ 100 IOC
          => accepted b2 8
          => cancelled b2 8 ImmediateRemainder
        ",
    );
}

#[test]
fn fill_or_kill_counts_users_and_crowd_before_it_trades() {
    check(
        "
        depth ask 101 3
        A a1 sell 5 @ 100
        B b1 buy 9 @ 101 FOK
          => accepted b1 9
          => cancelled b1 9 FillOrKill
        B b2 buy 8 @ 100 FOK
          => accepted b2 8
          => cancelled b2 8 FillOrKill
        B b3 buy 8 @ 101 FOK
          => accepted b3 8
          => fill 5 @ 100: a1 left 0 <- b3 left 3, level 0
          => fill 3 @ 101: crowd <- b3 left 0, level 0
          | nothing
        ",
    );
}

#[test]
fn fill_or_kill_does_not_count_what_lies_behind_an_own_order() {
    check(
        "
        A a1 sell 5 @ 100
        B b1 sell 1 @ 101
        A a2 sell 5 @ 101
        B b2 buy 6 @ 101 FOK
          => accepted b2 6
          => cancelled b2 6 FillOrKill
        B b3 buy 5 @ 101 FOK
          => accepted b3 5
          => fill 5 @ 100: a1 left 0 <- b3 left 0, level 0
        ",
    );
}

#[test]
fn fill_or_kill_counts_of_reduce_only_orders_what_the_position_allows() {
    check(
        "
        B b1 sell 5 @ 100
        A a1 buy 5 @ 100
        A a2 sell 5 @ 101 reduce
        A a3 sell 5 @ 102 reduce
        C c1 buy 6 @ 102 FOK
          => accepted c1 6
          => cancelled c1 6 FillOrKill
        C c2 buy 5 @ 102 FOK
          => accepted c2 5
          => fill 5 @ 101: a2 left 0 pnl 5 <- c2 left 0, level 0
          => cancelled a3 5 ReduceOnly, level 0
        ",
    );
}

#[test]
fn fill_or_kill_counts_the_crowd_behind_the_last_user() {
    check(
        "
        depth ask 100 2
        A a1 sell 1 @ 100
        depth ask 100 5
          | ask 100: crowd 2, a1 1, crowd 3
        B b1 buy 7 @ 100 FOK
          => accepted b1 7
          => cancelled b1 7 FillOrKill
        B b2 buy 6 @ 100 FOK
          => accepted b2 6
          => fill 2 @ 100: crowd <- b2 left 4, level 4
          => fill 1 @ 100: a1 left 0 <- b2 left 3, level 3
          => fill 3 @ 100: crowd <- b2 left 0, level 0
        ",
    );
}

#[test]
fn a_timed_order_ends_at_its_moment_and_before_the_command_of_that_moment() {
    check(
        "
        A a1 sell 5 @ 100 HALFMIN
        A a2 sell 5 @ 101 FIVEMIN
        time +29_999
          => nothing
        time +1
          => cancelled a1 5 Expired, level 0
          | ask 101: a2 5
        time +269_999
          => nothing
        time +1
          => cancelled a2 5 Expired, level 0
        ",
    );
}

#[test]
fn every_lifetime_ends_to_the_millisecond() {
    // An hour is 3,600,000 ms; 12 hours 43,200,000; a day 86,400,000; a week 604,800,000; a month, 30 days, 2,592,000,000.
    for (word, ms) in [
        ("HALFMIN", "30_000"),
        ("FIVEMIN", "300_000"),
        ("HOUR", "3_600_000"),
        ("TWELVEHOUR", "43_200_000"),
        ("DAY", "86_400_000"),
        ("WEEK", "604_800_000"),
        ("MONTH", "2_592_000_000"),
    ] {
        let last = ms.replace('_', "").parse::<i64>().unwrap() - 1;
        check(&format!(
            "
            A a1 sell 5 @ 100 {word}
            time +{last}
              ~ nothing
              | ask 100: a1 5
            time +1
              => cancelled a1 5 Expired, level 0
            "
        ));
    }
}

#[test]
fn a_timed_order_that_is_filled_does_not_expire() {
    check(
        "
        A a1 sell 5 @ 100 HALFMIN
        B b1 buy 5 @ 100
        time +30_000
          => nothing
        ",
    );
}

#[test]
fn post_only_never_takes() {
    check(
        "
        A a1 sell 5 @ 100
        B b1 buy 5 @ 100 post
          => accepted b1 5
          => cancelled b1 5 PostOnlyWouldCross
        B b2 buy 5 @ 99 post
          => accepted b2 5
          => rested b2 5 @ 99, level 5
          | ask 100: a1 5
          | bid 99: b2 5
        ",
    );
}

#[test]
fn post_only_sees_the_crowd() {
    check(
        "
        depth ask 100 1
        B b1 buy 5 @ 100 post
          => accepted b1 5
          => cancelled b1 5 PostOnlyWouldCross
        ",
    );
}

#[test]
fn fill_or_kill_counts_each_leg_of_a_maker_by_itself() {
    // Both legs of B sell: the short one opens with the first order, the long one is closed by the second.
    check(
        "
        B mode hedge
        depth ask 100 5
        B b1 buy 5 @ 100
        B b2 sell 5 @ 101
        B b3 sell 5 @ 101 reduce
        A a1 buy 10 @ 101 FOK
          => accepted a1 10
          => fill 5 @ 101: b2 left 0 on SHORT <- a1 left 5, level 5
          => fill 5 @ 101: b3 left 0 on LONG pnl 5 <- a1 left 0, level 0
        ",
    );
}
