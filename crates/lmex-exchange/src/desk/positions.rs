//! Which positions a command has changed, as their owners are told.

use std::collections::BTreeMap;

use lmex_engine::{AccountId, Event, LegId, MarketId, MarketView, Party};

use super::DeskState;
use crate::feed::PositionNews;
use crate::translate;

/// A position, and whether it traded: one that has not and is flat was flat before.
type Touched = BTreeMap<(AccountId, MarketId, LegId), bool>;

impl DeskState {
    /// The positions that a command's events have changed, as they are after it.
    pub(super) fn changed_positions(&self, events: &[Event]) -> Vec<PositionNews> {
        let mut touched = Touched::new();
        for event in events {
            self.touch(event, &mut touched);
        }
        let news = touched.into_iter().filter_map(|((account, market, leg), traded)| {
            let market = self.engine.market(market)?;
            let position = match self.engine.position(account, market.id(), leg) {
                Some(held) => {
                    let bucket = self.engine.adl_bucket(account, market.id(), leg);
                    translate::stream_position(self, account, &held, &market, bucket)
                }
                None if traded => translate::closed_position(self, account, market.instrument(), leg),
                None => return None,
            };
            Some(PositionNews { account, position })
        });
        news.collect()
    }

    /// All open positions of all users.
    pub(crate) fn all_positions(&self) -> Vec<PositionNews> {
        let ranked = |market: MarketView<'_>| (market.id(), self.engine.adl_buckets(market.id()));
        let buckets: BTreeMap<_, _> = self.engine.markets().map(ranked).collect();
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
                touched.insert((party.account, market, party.leg), true);
            }
        };
        match *event {
            Event::Fill(ref fill) => trade(fill.market, [&fill.maker, &fill.taker]),
            Event::Deleveraged(ref closed) => trade(closed.market, [&closed.loser, &closed.winner]),
            Event::LeverageSet { account, market, leg, .. }
            | Event::MarginMoved { account, market, leg, .. }
            | Event::RiskLimitSet { account, market, leg, .. } => {
                touched.entry((account, market, leg)).or_insert(false);
            }
            // An exit came or went.
            Event::OrderAccepted { ref order } if order.is_bound() => {
                touched.entry((order.account, order.market, order.leg)).or_insert(false);
            }
            Event::OrderCancelled { account, order, .. } => {
                let bound = self.orders.find(account, order).filter(|record| record.order.is_bound());
                if let Some(record) = bound {
                    touched.entry((account, record.order.market, record.order.leg)).or_insert(false);
                }
            }
            _ => {}
        }
    }
}
