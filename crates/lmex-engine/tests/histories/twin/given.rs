//! What money decides is given: the twin goes along, and checks what does not depend on it.

use lmex_engine::{CancelReason, Event, MarketId, Order};
use lmex_types::{OrderId, Side, TimeMs};

use super::matching::Taker;
use super::queue::Entry;
use super::{Place, Twin, place_of};

impl Twin {
    /// Everyone who holds a position pays, each once.
    pub(super) fn funding(&mut self, market: MarketId) {
        let event = self.given();
        assert!(matches!(event, Event::FundingStarted { market: of, .. } if of == market), "{event:?}");
        let mut paid = Vec::new();
        loop {
            match self.given() {
                Event::FundingPaid { account, market: of, leg, contracts, .. } => {
                    let place = (account, of, leg);
                    assert_eq!((of, contracts), (market, self.position(place)));
                    paid.push(place);
                }
                Event::FundingEnded { market: of, next, .. } => {
                    assert!(of == market && next > self.market(market).funding.unwrap());
                    self.market_mut(market).funding = some_day(next);
                    break;
                }
                other => panic!("{other:?} while funding is paid"),
            }
        }
        let held = self.positions.iter().filter(|((_, of, _), contracts)| *of == market && *contracts != 0);
        let mut held: Vec<Place> = held.map(|(place, _)| *place).collect();
        held.sort_unstable();
        paid.sort_unstable();
        assert_eq!(paid, held, "who pays: engine left, twin right");
    }

    /// Who, which position, how much and against whom is given; the venue's order trades like any other.
    pub(super) fn liquidation(&mut self) {
        let started = self.given();
        loop {
            if let Some(&Event::OrderCancelled { order, reason: CancelReason::Liquidation, .. }) =
                self.events.front()
            {
                self.end(order, CancelReason::Liquidation);
                continue;
            }
            match self.given() {
                Event::LiquidationOrder { account, market, leg, order, side, contracts, limit, .. } => {
                    assert!(contracts <= self.closable((account, market, leg), side));
                    assert_eq!(limit, self.protection(market, side));
                    self.venue_comes_in((account, market, leg), order, side, contracts, limit);
                }
                Event::Deleveraged(trade) => {
                    self.trades += 1;
                    assert_eq!(trade.trade_id, self.trades);
                    let loser = (trade.loser.account, trade.market, trade.loser.leg);
                    let winner = (trade.winner.account, trade.market, trade.winner.leg);
                    assert!(trade.contracts <= self.closable(loser, trade.side));
                    assert!(trade.contracts <= self.closable(winner, trade.side.opposite()));
                    self.change_position(loser, trade.side.sign() * trade.contracts);
                    self.change_position(winner, -trade.side.sign() * trade.contracts);
                    self.touched = vec![loser, winner];
                    self.follow();
                }
                Event::RiskLimitSet { .. } | Event::InsurancePaid { .. } => {}
                Event::LiquidationEnded { .. } => return,
                other => panic!("{other:?} after {started:?}"),
            }
        }
    }

    /// Whether an order has come to the bankruptcy price of its owner's position is given.
    pub(super) fn runs_out_of_money(&self, id: OrderId) -> bool {
        let says = |event: &Event| matches!(event, Event::OrderCancelled { order, reason: CancelReason::Bankruptcy, .. } if *order == id);
        self.trial.is_none() && self.events.front().is_some_and(says)
    }

    /// The order in front ends where its owner's money does. That is so only if it closes: what opens has its margin.
    pub(super) fn maker_has_to_go(&mut self, id: OrderId) -> bool {
        if !self.runs_out_of_money(id) {
            return false;
        }
        let order = self.order(id);
        assert!(self.closable(place_of(&order), order.side) > 0, "{order:?} closes nothing");
        self.end(id, CancelReason::Bankruptcy);
        true
    }

    /// Fill or kill: where the book is too small it must end; where someone's money might be, whether it does is given.
    pub(super) fn fills_whole(&self, order: &Order) -> bool {
        let says = |event: &Event| matches!(event, Event::OrderCancelled { order: of, reason: CancelReason::FillOrKill, .. } if *of == order.id);
        self.would_fill(order) && !self.events.front().is_some_and(says)
    }

    /// How far the fund lets it trade is given.
    fn venue_comes_in(&mut self, place: Place, order: OrderId, side: Side, contracts: i64, limit: i64) {
        let (account, market, leg) = place;
        let mut remaining = contracts;
        while !matches!(self.events.front(), Some(Event::LiquidationOrderEnded { .. })) {
            let best = self.best(market, side.opposite(), limit).expect("someone to trade with");
            let (price, front) = (best.price, best.entries[0]);
            let (maker, most) = match front {
                Entry::Crowd(there) => (None, there),
                Entry::User(maker) if self.order(maker).account == account => {
                    self.end(maker, CancelReason::Liquidation);
                    continue;
                }
                Entry::User(maker) if self.maker_has_to_go(maker) => continue,
                Entry::User(maker) => (Some(maker), self.order(maker).remaining()),
            };
            let Some(Event::Fill(fill)) = self.events.front() else {
                panic!("the venue's order should trade, not {:?}", self.events.front());
            };
            let traded = fill.contracts;
            assert!(traded <= most.min(remaining));
            self.fill(market, price, traded, maker, Taker::Venue(place, order, remaining), side);
            remaining -= traded;
        }
        self.say(&Event::LiquidationOrderEnded { account, market, leg, order, remaining });
    }
}

/// The end of time is never.
pub(super) fn some_day(at: TimeMs) -> Option<TimeMs> {
    (at != TimeMs::from_millis(i64::MAX)).then_some(at)
}
