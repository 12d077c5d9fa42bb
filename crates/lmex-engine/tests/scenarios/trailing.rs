//! Stops that follow the price.

use super::check;

#[test]
fn a_trailing_sell_follows_the_mark_up_and_never_down() {
    // 100 − 3 = 97; 104 − 3 = 101; at 102 it stays; at 101 it fires.
    check(
        "
        depth bid 99 10
        A s1 sell 5 trail 3
          => accepted s1 5 waits: mark <= 97 trail 3
        mark 104
          => index 104 mark 104
          ~ s1 sell 5: mark <= 101 trail 3
        mark 102
          => index 102 mark 102
          ~ s1 sell 5: mark <= 101 trail 3
        mark 101
          => index 101 mark 101
          => triggered s1 5
          => fill 5 @ 99: crowd <- s1 left 0, level 5
        ",
    );
}

#[test]
fn a_trailing_buy_follows_the_last_trade_down_and_never_up() {
    // 100 + 2 = 102; 95 + 2 = 97; at 97 it fires.
    check(
        "
        A s1 buy 5 @ 96 trail 2 last
          => accepted s1 5 waits: last >= 102 trail 2
        trade sells 1 @ 95
          ~ s1 buy 5 @ 96: last >= 97 trail 2
        mark 94
          ~ s1 buy 5 @ 96: last >= 97 trail 2
        trade buys 1 @ 96
          ~ s1 buy 5 @ 96: last >= 97 trail 2
        trade buys 1 @ 97
          => trade buys 1 @ 97
          => triggered s1 5
          => rested s1 5 @ 96, level 5
        ",
    );
}

#[test]
fn a_mark_between_ticks_is_rounded_away_from_the_stop() {
    // Sell: 104.9 is 104 ticks and a bit, 104 − 3 = 101. Buy: 95.1 counts as 96, 96 + 3 = 99.
    check(
        "
        A s1 sell 5 @ 101 trail 3
        A s2 buy 5 @ 99 trail 3
          ~ s1 sell 5 @ 101: mark <= 97 trail 3
          ~ s2 buy 5 @ 99: mark >= 103 trail 3
        mark 102.9
          ~ s1 sell 5 @ 101: mark <= 99 trail 3
          ~ s2 buy 5 @ 99: mark >= 103 trail 3
        mark 99.1
          ~ s1 sell 5 @ 101: mark <= 99 trail 3
          ~ s2 buy 5 @ 99: mark >= 103 trail 3
        mark 99.05
          => index 99.05 mark 99.05
        mark 99
          => index 99 mark 99
          => triggered s1 5
          => rested s1 5 @ 101, level 5
          ~ s2 buy 5 @ 99: mark >= 102 trail 3
        ",
    );
}

#[test]
fn fills_move_it_and_fire_it() {
    // Trades at 101 and 103 lift it to 100; the fall to 100 fires it.
    check(
        "
        depth ask 101 1, ask 103 5, bid 100 5, bid 99 5
        A s1 sell 2 trail 3 last
        B b1 buy 3 @ 103
          => accepted b1 3
          => fill 1 @ 101: crowd <- b1 left 2, level 0
          => fill 2 @ 103: crowd <- b1 left 0, level 3
          ~ s1 sell 2: last <= 100 trail 3
        C c1 sell 1 @ 100
          => accepted c1 1
          => fill 1 @ 100: crowd <- c1 left 0, level 4
          => triggered s1 2
          => fill 2 @ 100: crowd <- s1 left 0, level 2
        ",
    );
}

#[test]
fn a_halt_does_not_stop_it_from_following() {
    check(
        "
        A s1 sell 5 @ 106 trail 3
        halt
        mark 108
          ~ s1 sell 5 @ 106: mark <= 105 trail 3
        mark 104
          => index 104 mark 104
        resume
          => trading Active
          => triggered s1 5
          => rested s1 5 @ 106, level 5
        ",
    );
}

#[test]
fn a_trail_lies_between_nothing_and_the_price() {
    let range = "is out of range: use more than 0 and less than the price";
    check(&format!(
        "
        A s1 sell 5 trail 0
          => refused s1: trailValue of 0 ticks {range}
        A s1 sell 5 trail -3
          => refused s1: trailValue of -3 ticks {range}
        A s1 buy 5 trail 100
          => refused s1: trailValue of 100 ticks {range}
        A s1 sell 5 trail 99
          => accepted s1 5 waits: mark <= 1 trail 99
        "
    ));
}

#[test]
fn a_trail_goes_with_a_stop_alone() {
    check(
        "
        A s1 sell 5 touch 95 trail 3
          => refused s1: trailValue and txType TRIGGER can't be combined
        A s1 sell 5 @ 99 trail 3 tp t1 90
          => refused s1: trailValue and takeProfitPrice or stopLossPrice can't be combined
        ",
    );
}

#[test]
fn where_it_stands_is_not_amended() {
    check(
        "
        A s1 sell 5 @ 98 trail 3
        A amend s1 trigger 96
          => amend refused: triggerPrice of this order can't be amended: cancel it and place a new one
        A amend s1 price 97 size 6
          => amended s1 6 @ 97 trigger 97 User
        mark 102
          ~ s1 sell 6 @ 97: mark <= 99 trail 3
        ",
    );
}

#[test]
fn a_cancelled_one_follows_no_more() {
    check(
        "
        A s1 sell 5 trail 3
        A cancel s1
          => cancelled s1 5 User
        mark 104
          => index 104 mark 104
          ~ nothing
        ",
    );
}
