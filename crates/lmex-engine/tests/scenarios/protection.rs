//! How far from the mark orders may be, and how many may be open.

use lmex_engine::{MarketRules, Rate};

use super::check;
use super::script::check_in;

#[test]
fn the_edges_of_the_band_lie_inside_it() {
    // 100.5 ± 10.05 is 90.45 to 110.55: 91 to 110.
    check(
        "
        mark 100.5
        A a1 buy 1 @ 111
          => refused a1: price of 111 ticks is outside the market's protection: use 110 or a more cautious price
        A a2 buy 1 @ 110
          => accepted a2 1
          => rested a2 1 @ 110, level 1
        A cancel all
        A a3 sell 1 @ 90
          => refused a3: price of 90 ticks is outside the market's protection: use 91 or a more cautious price
        A a4 sell 1 @ 91
          => accepted a4 1
          => rested a4 1 @ 91, level 1
        ",
    );
}

#[test]
fn a_cautious_price_may_be_far_away() {
    check(
        "
        A a1 buy 6 @ 1
        A a2 sell 1 @ 1000000
        A a3 sell 1 @ 1000001
          => refused a3: price of 1000001 ticks is out of range: use 1 to 1000000
          | ask 1000000: a2 1
          | bid 1: a1 6
        ",
    );
}

/// The band is 100 ± 10 %: 90 to 110. Two of three bought at 110 are sold at 90: 2 × −20 = −40.
#[test]
fn a_market_order_trades_at_the_edge_and_no_further() {
    check(
        "
        depth ask 110 3, ask 111 3, bid 90 2, bid 89 3
        A a1 buy 5
          => accepted a1 5
          => fill 3 @ 110: crowd <- a1 left 2, level 0
          => cancelled a1 2 ImmediateRemainder
        A a2 sell 3
          => accepted a2 3
          => fill 2 @ 90: crowd <- a2 left 1 pnl -40, level 0
          => cancelled a2 1 ImmediateRemainder
        A a3 sell 1
          => accepted a3 1
          => cancelled a3 1 MarketNoLiquidity
        mark 101
        A a4 buy 1
          => accepted a4 1
          => fill 1 @ 111: crowd <- a4 left 0, level 2
        ",
    );
}

#[test]
fn an_order_that_was_inside_stays_when_the_mark_moves_on() {
    check(
        "
        A a1 buy 2 @ 110
        mark 90
        B b1 sell 1 @ 95
          => accepted b1 1
          => fill 1 @ 110: a1 left 1 <- b1 left 0, level 1
        A amend a1 price 105
          => amend refused: price of 105 ticks is outside the market's protection: use 99 or a more cautious price
        A amend a1 size 3
          => amended a1 2 @ 110 lost User, old level 0
          => rested a1 2 @ 110, level 2
        ",
    );
}

#[test]
fn a_market_may_have_no_band() {
    check_in(
        MarketRules { price_band: None, ..MarketRules::default() },
        "
        A a1 buy 1 @ 1000
          => accepted a1 1
          => rested a1 1 @ 1000, level 1
        B b1 sell 1
          => accepted b1 1
          => fill 1 @ 1000: a1 left 0 <- b1 left 0, level 0
        ",
    );
}

#[test]
fn a_band_of_nothing_leaves_the_ticks_around_the_mark() {
    check_in(
        MarketRules { price_band: Some(Rate::ZERO), ..MarketRules::default() },
        "
        mark 100.5
        A a1 buy 1 @ 101
          => refused a1: price of 101 ticks is outside the market's protection: use 100 or a more cautious price
        B b1 sell 1 @ 100
          => refused b1: price of 100 ticks is outside the market's protection: use 101 or a more cautious price
        A a2 buy 1 @ 100
        B b2 sell 1
          => accepted b2 1
          => cancelled b2 1 MarketNoLiquidity
        ",
    );
}

#[test]
fn so_many_orders_may_be_open() {
    check_in(
        MarketRules { max_open_orders: 2, ..MarketRules::default() },
        "
        A a1 buy 3 @ 99
        A a2 sell 1 @ 105
        A a3 buy 1 @ 98
          => refused a3: 2 orders are open in this market: cancel some first
        A a4 buy 1 @ 99 IOC
          => refused a4: 2 orders are open in this market: cancel some first
        A a5 buy 1 peg -1%
          => refused a5: 2 orders are open in this market: cancel some first
        A amend a1 price 98
          => amended a1 3 @ 98 lost User, old level 0
          => rested a1 3 @ 98, level 3
        B b1 buy 1 @ 98
          => accepted b1 1
          => rested b1 1 @ 98, level 4
        B b2 sell 4 @ 98
          => accepted b2 4
          => fill 3 @ 98: a1 left 0 <- b2 left 1, level 1
          => cancelled b2 1 SelfTrade
        A a6 buy 1 @ 97
          => accepted a6 1
          => rested a6 1 @ 97, level 1
        A a7 sell 1 @ 99 reduce
          => refused a7: 2 orders are open in this market: cancel some first
        A cancel a2
        A a8 sell 1 @ 99 reduce
          => accepted a8 1
          => rested a8 1 @ 99, level 1
        ",
    );
}
