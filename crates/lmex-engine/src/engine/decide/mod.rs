//! Decides one event at a time. Reads the state, never changes it.

mod account;
mod amend;
mod bind;
mod cancel;
mod check;
mod condition;
mod crowd;
mod deleverage;
mod funding;
mod leg;
mod liquidation;
mod market;
mod peg;
mod place;
mod reduce_only;
mod terms;
mod tied;
mod trigger;

pub(crate) use cancel::cancelled;
pub(crate) use crowd::{MAX_CROWD, set, taken};
pub(crate) use market::refuse_open;
pub(super) use terms::all_agree;

use lmex_types::TimeMs;

use super::{Scratch, State};
use crate::matching;
use crate::message::{CancelReason, Command, Event, Refusal, Stamped};
use crate::{AccountId, MarketId, Trading};

/// A command being read, with the place where reading has come to.
///
/// Call `next` and evolve by what it answers, again and again until it answers nothing. What is in flight is in the
/// state; the place in the command is not, because between commands there is none.
pub(crate) struct Reading<'a> {
    stamped: &'a Stamped,
    stage: Stage,
    /// The next trade when the positions that traded were looked at last. All that did before the command were.
    looked: u64,
    /// How far [`Scratch::risky`] has been read.
    risk: liquidation::Cursor,
    /// How far [`Scratch::repriced`] has been read.
    pegs: peg::Cursor,
}

enum Stage {
    /// What is due by the clock comes first.
    Due,
    /// The command has not been looked at.
    Starting,
    /// Levels of a depth message are compared with the book.
    Depth(crowd::DepthCursor),
    /// A print takes the crowd's depth where no user rests: so many contracts are left to take.
    Print(i64),
    /// All orders of an account are cancelled, oldest first.
    CancellingAll,
    /// A dead man's switch without any time left cancels at once.
    SwitchingOff,
    /// All orders in a market that closed are cancelled; so many accounts have none left there.
    Closing(usize),
    /// The stop leg of a pair was accepted; its limit leg comes next.
    LimitLeg,
    /// So many exits have been bound.
    Binding(usize),
    /// Nothing is left to read.
    Finished,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(stamped: &'a Stamped, state: &State) -> Self {
        Self {
            stamped,
            stage: Stage::Due,
            looked: state.next_trade,
            risk: liquidation::Cursor::default(),
            pegs: peg::Cursor::default(),
        }
    }

    /// The next event, or nothing when the command is done.
    ///
    /// What follows from the last event comes before anything new: orders tied to one that traded, then the rest of
    /// what is in flight, then who is no longer safe, then what waited for the new price, funding, pegs; then the clock,
    /// then the command.
    ///
    /// Liquidation comes before waiting orders, because it cancels those of who is liquidated: a stop loss that fired
    /// where nothing is left would take from the insurance fund what a liquidation may not.
    pub(crate) fn next(&mut self, state: &State, scratch: &Scratch) -> Option<Event> {
        if let Some(event) = self.follow(state) {
            return Some(event);
        }
        if let Some(in_flight) = &state.in_flight {
            return matching::next(state, in_flight);
        }
        if let Some(event) = liquidation::next(state, &scratch.risky, &mut self.risk) {
            return Some(event);
        }
        if let Some(event) = trigger::next(state) {
            return Some(event);
        }
        if let Some(event) = funding::next(state, self.stamped.at) {
            return Some(event);
        }
        if let Some(event) = peg::next(state, &scratch.repriced, &mut self.pegs) {
            return Some(event);
        }
        if let Stage::Due = self.stage {
            if let Some(event) = cancel::due(state, self.stamped.at) {
                return Some(event);
            }
            self.stage = Stage::Starting;
        }
        match &mut self.stage {
            Stage::Due | Stage::Starting => self.start(state, scratch),
            Stage::Finished => None,
            _ => self.go_on(state, scratch),
        }
    }

    /// What a trade does to the orders of those who traded. Only a trade can make a reduce-only order too large or leave
    /// an exit without a position, so nobody is looked at twice for the same one.
    fn follow(&mut self, state: &State) -> Option<Event> {
        let traded = self.looked != state.next_trade;
        if !traded && !state.has_tied() {
            return None;
        }
        let tied = tied::next(state, self.stamped.at, traded);
        let event = tied.or_else(|| if traded { reduce_only::next(state) } else { None });
        if event.is_none() {
            self.looked = state.next_trade;
        }
        event
    }

    fn start(&mut self, state: &State, scratch: &Scratch) -> Option<Event> {
        self.stage = Stage::Finished;
        let at = self.stamped.at;
        match self.stamped.command {
            Command::SetTrading { market, trading } => {
                if trading == Trading::Closed {
                    self.stage = Stage::Closing(0);
                }
                Some(market::set_trading(state, market, trading))
            }
            Command::CancelAllAfter { account, timeout_ms } => {
                self.stage = Stage::SwitchingOff;
                Some(account::cancel_all_after(state, account, timeout_ms, at))
            }
            Command::BindExits { account, market, leg, exits } => {
                if let Some(refused) = bind::refuse(state, account, market, leg, &exits) {
                    return Some(refused);
                }
                self.stage = Stage::Binding(0);
                self.go_on(state, scratch)
            }
            Command::Place(ref new) => {
                let event = place::place(state, new, at);
                if new.oco.is_some() && matches!(event, Event::OrderAccepted { .. }) {
                    self.stage = Stage::LimitLeg;
                }
                Some(event)
            }
            Command::Cancel { account, market, target } => {
                let event = cancel::cancel(state, account, market, target);
                if event.is_none() {
                    self.stage = Stage::CancellingAll;
                    return self.go_on(state, scratch);
                }
                event
            }
            Command::CrowdDepth { market, ref levels, snapshot } => {
                if let Some(refused) = crowd::refuse_depth(state, market, levels) {
                    return Some(refused);
                }
                self.stage = Stage::Depth(crowd::DepthCursor::new(snapshot));
                self.go_on(state, scratch)
            }
            Command::CrowdTrade { market, aggressor, price, contracts } => {
                if let Some(event) = crowd::enter_or_refuse(state, market, aggressor, price, contracts) {
                    return Some(event);
                }
                self.stage = Stage::Print(contracts);
                self.go_on(state, scratch)
            }
            ref other => answer(state, other, at),
        }
    }

    fn go_on(&mut self, state: &State, scratch: &Scratch) -> Option<Event> {
        match (&mut self.stage, &self.stamped.command) {
            (Stage::Depth(cursor), Command::CrowdDepth { market, levels, .. }) => {
                cursor.next(state.market(*market)?, levels, &scratch.named)
            }
            (Stage::Print(left), &Command::CrowdTrade { market, aggressor, price, contracts }) => {
                let market = state.market(market)?;
                if let Some((taken, event)) = crowd::take(market, aggressor, price, *left) {
                    *left -= taken;
                    return Some(event);
                }
                self.stage = Stage::Finished;
                Some(matching::trade(state, market.id, aggressor, price, contracts))
            }
            (Stage::CancellingAll, &Command::Cancel { account, market, .. }) => {
                cancel::oldest(state, state.accounts.find(account)?, market, CancelReason::User)
            }
            (Stage::SwitchingOff, &Command::CancelAllAfter { account, .. }) => {
                cancel::switch_off(state, account, self.stamped.at)
            }
            (Stage::Closing(accounts), &Command::SetTrading { market, .. }) => {
                market::clear(state, market, accounts)
            }
            (Stage::LimitLeg, Command::Place(new)) => {
                self.stage = Stage::Finished;
                place::limit_leg(state, new)
            }
            (Stage::Binding(done), &Command::BindExits { account, market, leg, ref exits }) => {
                bind::next(state, account, (market, leg), exits, done, self.stamped.at)
            }
            _ => None,
        }
    }
}

/// The event of a command that is answered by one alone.
fn answer(state: &State, command: &Command, at: TimeMs) -> Option<Event> {
    Some(match *command {
        Command::OpenMarket { market, ref instrument, ref rules, price } => {
            market::open(state, market, instrument, rules, price)
        }
        Command::SetPrices { market, index, mark } => market::set_prices(state, market, index, mark, at),
        Command::SetFundingRate { market, rate, next } => market::set_funding_rate(state, market, rate, next),
        Command::OpenAccount { account, maker_fee, taker_fee } => {
            account::open(account, maker_fee, taker_fee)
        }
        Command::Deposit { account, amount } => account::deposit(state, account, amount),
        Command::Withdraw { account, amount } => account::withdraw(state, account, amount),
        Command::FundInsurance { amount } => account::fund_insurance(amount),
        Command::SetPositionMode { account, market, mode } => terms::set_mode(state, account, market, mode),
        Command::SetLeverage { account, market, leg, leverage, margin } => {
            terms::set_leverage(state, account, market, leg, leverage, margin)
        }
        Command::SetRiskLimit { account, market, leg, level } => {
            terms::set_risk_limit(state, account, market, leg, level)
        }
        Command::MoveMargin { account, market, leg, amount } => {
            account::move_margin(state, account, market, leg, amount)
        }
        Command::Close { account, market, leg, order, price, post_only } => {
            place::close(state, account, (market, leg), order, price, post_only, at)
        }
        Command::Amend { account, market, target, price, contracts, trigger } => {
            let change = amend::Change { price, contracts, trigger };
            amend::amend(state, account, market, target, change)
        }
        Command::Advance
        | Command::SetTrading { .. }
        | Command::CancelAllAfter { .. }
        | Command::BindExits { .. }
        | Command::Place(_)
        | Command::Cancel { .. }
        | Command::CrowdDepth { .. }
        | Command::CrowdTrade { .. } => return None,
    })
}

/// A command that is not about an order is refused.
fn refused(account: Option<AccountId>, market: Option<MarketId>, refusal: Refusal) -> Event {
    Event::CommandRefused { account, market, refusal }
}
