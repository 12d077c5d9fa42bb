//! Which positions a command has changed, as their owners are told.

use std::collections::BTreeMap;

use lmex_engine::{AccountId, Event, LegId, MarketId, MarketView, Party};

use super::DeskState;
use crate::feed::PositionNews;
use crate::translate;

/// A position, and whether it traded: one that has not and is flat was flat before. By market, since queues for
/// auto-deleveraging are each of one.
type Touched = BTreeMap<(MarketId, AccountId, LegId), bool>;

/// So many positions of a market are ranked for auto-deleveraging one by one: each looks at the whole queue. Of more the
/// queue is ranked once.
const FEW: usize = 4;

/// The fifths that a market's positions are in.
type Queue = BTreeMap<(AccountId, LegId), u8>;

impl DeskState {
    /// The positions that a command's events have changed, as they are after it.
    pub(super) fn changed_positions(&self, events: &[Event]) -> Vec<PositionNews> {
        let mut touched = Touched::new();
        for event in events {
            self.touch(event, &mut touched);
        }
        let queues = self.queues_of_many(&touched);
        let news = touched.into_iter().filter_map(|((market, account, leg), traded)| {
            let market = self.engine.market(market)?;
            let position = match self.engine.position(account, market.id(), leg) {
                Some(held) => {
                    let bucket = match queues.get(&market.id()) {
                        Some(queue) => queue.get(&(account, leg)).copied(),
                        None => self.engine.adl_bucket(account, market.id(), leg),
                    };
                    translate::stream_position(self, account, &held, &market, bucket)
                }
                None if traded => translate::closed_position(self, account, market.instrument(), leg),
                None => return None,
            };
            Some(PositionNews { account, position })
        });
        news.collect()
    }

    /// The queues of markets with more than a [`FEW`] positions here.
    fn queues_of_many(&self, touched: &Touched) -> BTreeMap<MarketId, Queue> {
        let mut counts = BTreeMap::<_, usize>::new();
        for (market, ..) in touched.keys() {
            *counts.entry(*market).or_default() += 1;
        }
        let many = counts.into_iter().filter(|(_, count)| *count > FEW);
        many.map(|(market, _)| (market, self.engine.adl_buckets(market))).collect()
    }

    /// All open positions of all users.
    pub(crate) fn all_positions(&self) -> Vec<PositionNews> {
        let ranked = |market: MarketView<'_>| (market.id(), self.engine.adl_buckets(market.id()));
        let buckets: BTreeMap<_, Queue> = self.engine.markets().map(ranked).collect();
        let buckets = &buckets;
        let users = self.engine.accounts().filter(|account| *account != AccountId::CROWD);
        let news = users.flat_map(|account| {
            self.engine.positions(account).filter_map(move |held| {
                let market = self.engine.market(held.market)?;
                let bucket = buckets.get(&held.market).and_then(|all| all.get(&(account, held.leg)).copied());
                let position = translate::stream_position(self, account, &held, &market, bucket);
                Some(PositionNews { account, position })
            })
        });
        news.collect()
    }

    fn touch(&self, event: &Event, touched: &mut Touched) {
        let mut trade = |market: MarketId, parties: [&Party; 2]| {
            for party in parties.into_iter().filter(|party| party.account != AccountId::CROWD) {
                touched.insert((market, party.account, party.leg), true);
            }
        };
        match *event {
            Event::Fill(ref fill) => trade(fill.market, [&fill.maker, &fill.taker]),
            Event::Deleveraged(ref closed) => trade(closed.market, [&closed.loser, &closed.winner]),
            Event::LeverageSet { account, market, leg, .. }
            | Event::MarginMoved { account, market, leg, .. }
            | Event::RiskLimitSet { account, market, leg, .. } => {
                touched.entry((market, account, leg)).or_insert(false);
            }
            // An exit came or went.
            Event::OrderAccepted { ref order } if order.is_bound() => {
                touched.entry((order.market, order.account, order.leg)).or_insert(false);
            }
            Event::OrderCancelled { account, order, .. } => {
                let bound = self.orders.find(account, order).filter(|record| record.order.is_bound());
                if let Some(record) = bound {
                    touched.entry((record.order.market, account, record.order.leg)).or_insert(false);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use lmex_engine::{Command, MarketRules, Money, NewOrder, Rate};
    use lmex_types::{Decimal, Grid, Instrument, OrderId, Side};

    use super::*;
    use crate::views::{Candles, Fundings};

    const MARKET: MarketId = MarketId(1);

    /// One user takes the orders of so many others with one order, and the mark falls: all others gain, each with other
    /// money behind it. The events are those of the one order.
    fn taken(makers: u32) -> (DeskState, Vec<Event>) {
        let mut state = DeskState::new(Candles::default(), Fundings::default());
        let mut carry_out = |command| state.carry_out(command, false).1.events;
        let instrument = Instrument {
            symbol: "TEST-PERP".parse().unwrap(),
            base: "TEST".to_owned(),
            quote: "USDT".to_owned(),
            grid: Grid::new(Decimal::ONE, Decimal::ONE).unwrap(),
            min_contracts: 1,
            max_contracts: 1_000_000,
            step_contracts: 1,
            min_notional: Decimal::from(5),
        };
        carry_out(Command::OpenMarket {
            market: MARKET,
            instrument,
            rules: MarketRules::default(),
            price: 100,
        });
        let taker = AccountId(makers + 1);
        let order = |account: AccountId| OrderId::from_bits(account.0.into());
        for account in (1..=taker.0).map(AccountId) {
            let fee = Rate::from_basis_points(0);
            carry_out(Command::OpenAccount { account, maker_fee: fee, taker_fee: fee });
            let amount = if account == taker { 1_000_000 } else { 1_000 + i64::from(account.0) };
            carry_out(Command::Deposit { account, amount: Money::from_quote(amount) });
            if account != taker {
                carry_out(Command::Place(NewOrder::limit(
                    account,
                    MARKET,
                    order(account),
                    Side::Sell,
                    100,
                    1,
                )));
            }
        }
        let all = NewOrder::market(taker, MARKET, order(taker), Side::Buy, makers.into());
        let events = carry_out(Command::Place(all));
        let price = Decimal::from(99);
        carry_out(Command::SetPrices { market: MARKET, index: price, mark: Some(price) });
        (state, events)
    }

    #[test]
    fn a_changed_position_stands_where_it_does_among_all() {
        for makers in [2, 40] {
            let (state, events) = taken(makers);
            let changed = state.changed_positions(&events);
            assert_eq!(changed.len(), makers as usize + 1);
            let mut buckets: Vec<_> = changed
                .iter()
                .map(|news| {
                    let alone = state.engine.adl_bucket(news.account, MARKET, LegId::ONE_WAY).unwrap();
                    assert_eq!(news.position.adl_score_bucket, i64::from(alone), "{:?}", news.account);
                    alone
                })
                .collect();
            buckets.sort_unstable();
            buckets.dedup();
            assert!(buckets.len() > 1, "{buckets:?}");
        }
    }

    /// To rank each alone would take many times as long as to rank all at once.
    #[test]
    fn many_changed_positions_are_ranked_once() {
        let (state, events) = taken(600);
        let fastest = |work: &dyn Fn() -> usize| {
            let time = |_| {
                let began = Instant::now();
                assert_eq!(work(), 601);
                began.elapsed()
            };
            (0..3).map(time).min().unwrap_or(Duration::MAX)
        };
        let all = fastest(&|| state.all_positions().len());
        let changed = fastest(&|| state.changed_positions(&events).len());
        assert!(changed < all * 8, "{changed:?} for what takes {all:?}");
    }
}
