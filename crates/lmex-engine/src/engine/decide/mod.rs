//! Decides one event at a time. Reads the state, never changes it.

mod account;
mod amend;
mod cancel;
mod check;
mod crowd;
mod market;
mod place;
mod reduce_only;

pub(crate) use cancel::cancelled;
pub(crate) use crowd::{set, taken};

use lmex_types::Side;

use super::State;
use crate::matching;
use crate::message::{Command, Event, Refusal, Stamped};
use crate::{AccountId, MarketId};

/// A command being read, with the place where reading has come to.
///
/// Call `next` and evolve by what it answers, again and again until it answers nothing. What is in flight is in the
/// state; the place in the command is not, because between commands there is none.
pub(crate) struct Reading<'a> {
    stamped: &'a Stamped,
    /// What a crowd snapshot names, sorted.
    named: &'a [(Side, i64)],
    stage: Stage,
}

enum Stage {
    /// Orders that are due end first.
    Expiring,
    /// The command has not been looked at.
    Starting,
    /// Levels of a depth message are compared with the book.
    Depth(crowd::DepthCursor),
    /// A print takes the crowd's depth where no user rests: so many contracts are left to take.
    Print(i64),
    /// All orders of an account are cancelled, oldest first.
    CancellingAll,
    /// Nothing is left to read.
    Finished,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(stamped: &'a Stamped, named: &'a [(Side, i64)]) -> Self {
        Self { stamped, named, stage: Stage::Expiring }
    }

    /// The next event, or nothing when the command is done.
    pub(crate) fn next(&mut self, state: &State) -> Option<Event> {
        if let Some(event) = reduce_only::next(state) {
            return Some(event);
        }
        if let Some(in_flight) = &state.in_flight {
            return matching::next(state, in_flight);
        }
        if let Stage::Expiring = self.stage {
            if let Some(event) = cancel::due(state, self.stamped.at) {
                return Some(event);
            }
            self.stage = Stage::Starting;
        }
        match &mut self.stage {
            Stage::Expiring | Stage::Starting => self.start(state),
            Stage::Depth(_) | Stage::Print(_) | Stage::CancellingAll => self.go_on(state),
            Stage::Finished => None,
        }
    }

    fn start(&mut self, state: &State) -> Option<Event> {
        self.stage = Stage::Finished;
        let at = self.stamped.at;
        match self.stamped.command {
            Command::OpenMarket { market, ref instrument, rules, price } => {
                Some(market::open(state, market, instrument, rules, price))
            }
            Command::SetTrading { market, open } => Some(market::set_trading(state, market, open)),
            Command::SetPrices { market, index, mark } => {
                Some(market::set_prices(state, market, index, mark))
            }
            Command::SetFundingRate { market, rate, next } => {
                Some(market::set_funding_rate(state, market, rate, next))
            }
            Command::OpenAccount { account, maker_fee, taker_fee } => {
                Some(account::open(account, maker_fee, taker_fee))
            }
            Command::Deposit { account, amount } => Some(account::deposit(state, account, amount)),
            Command::SetLeverage { account, market, leverage } => {
                Some(account::set_leverage(state, account, market, leverage))
            }
            Command::Place(ref new) => Some(place::place(state, new, at)),
            Command::Close { account, market, order, price, post_only } => {
                Some(place::close(state, account, market, order, price, post_only, at))
            }
            Command::Amend { account, market, target, price, contracts } => {
                Some(amend::amend(state, account, market, target, price, contracts))
            }
            Command::Cancel { account, market, target } => {
                let event = cancel::cancel(state, account, market, target);
                if event.is_none() {
                    self.stage = Stage::CancellingAll;
                    return self.go_on(state);
                }
                event
            }
            Command::CrowdDepth { market, ref levels, snapshot } => {
                if let Some(refused) = crowd::refuse_depth(state, market, levels) {
                    return Some(refused);
                }
                self.stage = Stage::Depth(crowd::DepthCursor::new(snapshot));
                self.go_on(state)
            }
            Command::CrowdTrade { market, aggressor, price, contracts } => {
                if let Some(event) = crowd::enter_or_refuse(state, market, aggressor, price, contracts) {
                    return Some(event);
                }
                self.stage = Stage::Print(contracts);
                self.go_on(state)
            }
            Command::Advance => None,
        }
    }

    fn go_on(&mut self, state: &State) -> Option<Event> {
        match (&mut self.stage, &self.stamped.command) {
            (Stage::Depth(cursor), Command::CrowdDepth { market, levels, .. }) => {
                cursor.next(state.market(*market)?, levels, self.named)
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
                cancel::oldest(state, account, market)
            }
            _ => None,
        }
    }
}

/// A command that is not about an order is refused.
fn refused(account: Option<AccountId>, market: Option<MarketId>, refusal: Refusal) -> Event {
    Event::CommandRefused { account, market, refusal }
}
