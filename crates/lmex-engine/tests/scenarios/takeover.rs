//! How far from the mark price others take over a position, when its owner has another one with the same money.
//!
//! A has 100,000, and is long 90,000 at 100 from the crowd and long 10 at 100 from B in the other market; its book is
//! empty, so that B's short is what is left to close A's long with.

use super::check;

const OPENING: &str = "
    open other
    depth ask 100 90000
    A a1 buy 90000 @ 100
    other B b1 sell 10 @ 100
    other A a2 buy 10 @ 100
";

fn after_opening(script: &str) {
    check(&format!("{OPENING}{script}"));
}

#[test]
fn what_is_left_of_the_money_is_not_given_away() {
    // At 99.3: 100,000 − 90,000 × 0.7 = 37,000, of 44,685 and 5. The large position can't be closed. Of the small one each
    // contract has 3,700 behind it: it would be sold at the lowest price there is. But 10 % below 100 is far enough: B gains 10 × 10.
    // When the market is open again 36,900 are left, 0.41 a contract: 99.3 − 0.41 = 98.89.
    after_opening(
        "
        halt
        mark 99.3
          => index 99.3 mark 99.3
          => A at risk: 37000 of 44690
          => other: #1 sells 10 @ 90, bankrupt at 90
          => other: #1 ended, left 10
          => other: deleveraged 10 @ 90: B pnl 100 <- A pnl -100, left 0
          => A done
          : A 90000 at 100, balance 99900, available -52470
          : B flat, balance 100100, available 100100
        resume
          => trading Active
          => A at risk: 36900 of 44685
          => #2 sells 90000 @ 90, bankrupt at 98.89
          => #2 ended, left 90000
          => deleveraged 90000 @ 99: crowd pnl 90000 <- A pnl -90000, left 0
          => A done
          : A flat, balance 9900, available 9900
        ",
    );
}

#[test]
fn nor_where_all_markets_are_open() {
    // Funding of 0.62 % takes 55,800. The small position lost 10 and the large one nothing, so it goes first: 44,190 of
    // 45,000 and 4.95. 10 % below 99 is 89.1, up to 90: A loses 100 instead of nearly 1,000, and the other 44,100 are 0.49 a contract.
    after_opening(
        "
        other mark 99
        funding 0.0062 at 1000
        time 1000
          => funding of 0.0062 on 100
          => crowd pays -55800 for -90000
          => A pays 55800 for 90000
          => funding done, residue 0, next 0.0062 at 28801000
          => A at risk: 44190 of 45004.95
          => other: #1 sells 10 @ 90, bankrupt at 90
          => other: #1 ended, left 10
          => other: deleveraged 10 @ 90: B pnl 100 <- A pnl -100, left 0
          => #2 sells 90000 @ 90, bankrupt at 99.51
          => #2 ended, left 90000
          => deleveraged 90000 @ 100: crowd pnl 0 <- A pnl 0, left 0
          => A done
          : A flat, balance 44100, available 44100
        ",
    );
}

#[test]
fn a_debt_of_a_halted_market_does_not_fall_on_those_who_are_not_in_it() {
    // At 50 A owes 4,400,000, and 20 for the small position, 2 a contract: that much it bears, and is closed at 98 + 2. (All of it
    // would be 440,002 a contract, of B's money.) The halted one bears the rest when it opens: 50 + 4,400,000 / 90,000.
    // That is as far from the mark as can be, but whom it costs is who gained from the fall: the crowd, short from 100.
    after_opening(
        "
        other mark 98
        halt
        mark 50
          => index 50 mark 50
          => A at risk: -4400020 of 22504.9
          => other: #1 sells 10 @ 89, bankrupt at 100
          => other: #1 ended, left 10
          => other: deleveraged 10 @ 100: B pnl 0 <- A pnl 0, left 0
          => A done
          : A$ balance 100000, isolated 0, unrealised -4500000, orders 0, positions 45000, maintenance 22500, available -4445000
          : B flat, balance 100000, available 100000
        resume
          => trading Active
          => A at risk: -4400000 of 22500
          => #2 sells 90000 @ 45, bankrupt at 98.888888888889
          => #2 ended, left 90000
          => deleveraged 90000 @ 99: crowd pnl 90000 <- A pnl -90000, left 0
          => A done
          : A flat, balance 10000, available 10000
          : fund 0
        ",
    );
}

#[test]
fn a_position_in_profit_bears_nothing_of_it() {
    // B lost 5 a contract at the mark of 105, and no more than that when it is closed there.
    after_opening(
        "
        other mark 105
        halt
        mark 50
          => index 50 mark 50
          => A at risk: -4399950 of 22505.25
          => other: #1 sells 10 @ 95, bankrupt at 105
          => other: #1 ended, left 10
          => other: deleveraged 10 @ 105: B pnl -50 <- A pnl 50, left 0
          => A done
        ",
    );
}

#[test]
fn a_short_bears_its_own_loss_too_and_the_fund_is_not_overdrawn() {
    // Short 10 from 100 at a mark of 103: 30 of the debt, 3 a contract. All of it would be more than the price of 103.
    check(
        "
        open other
        depth ask 100 90000
        A a1 buy 90000 @ 100
        other B b1 buy 10 @ 100
        other A a2 sell 10 @ 100
        other mark 103
        halt
        mark 50
          => index 50 mark 50
          => A at risk: -4400030 of 22505.15
          => other: #1 buys 10 @ 113, bankrupt at 100
          => other: #1 ended, left 10
          => other: deleveraged 10 @ 100: B pnl 0 <- A pnl 0, left 0
          => A done
          : B flat, balance 100000, available 100000
          : fund 0
        ",
    );
}

#[test]
fn what_the_fund_has_counts_before_the_own_loss() {
    // Of the debt of 4,400,020 the fund has all but 5: half a USDT a contract, at 98.5 and up to the tick. In the book nothing
    // is sold below that, since the fund's money is needed for the other position.
    after_opening(
        "
        fund 4400015
        other mark 98
        other depth bid 98 10
        halt
        mark 50
          => index 50 mark 50
          => A at risk: -4400020 of 22504.9
          => other: #1 sells 10 @ 89, bankrupt at 98.5
          => other: #1 ended, left 10
          => other: deleveraged 10 @ 99: B pnl 10 <- A pnl -10, left 0
          => A done
          : fund 4400015
        ",
    );
}
