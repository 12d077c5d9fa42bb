//! How an event changes the state. Nothing else does.

mod account;
mod crowd;
mod fill;
mod funding;
mod liquidation;
mod order;
mod trigger;

use lmex_types::OrderId;

use super::{Engine, InFlight, State, Taker};
use crate::book::Key;
use crate::margin::Account;
use crate::market::Market;
use crate::message::{CancelReason, Event};
use crate::{AccountId, MarketId, Money};

impl Engine {
    /// Takes the state past an event. Replaying all events of an engine into a new one of the same `Config` gives an
    /// equal state.
    ///
    /// An event that does not fit the state (of a damaged journal) is passed over where it does not; `digest`
    /// and `audit` tell.
    pub fn evolve(&mut self, event: &Event) {
        let model = self.config.queue_model;
        let state = &mut self.state;
        match *event {
            Event::MarketOpened(ref opened) => {
                if let Some(market) = Market::new(opened) {
                    state.insert_market(market);
                }
            }
            Event::TradingSet { market, trading } => {
                state.on_market(market, |market| market.trading = trading);
                state.look_for_due(market);
            }
            Event::AccountOpened { account, maker_fee, taker_fee } => {
                state.accounts.open(account, maker_fee, taker_fee);
            }
            Event::Deposited { account, amount, .. } => state.deposited(account, amount),
            Event::Withdrawn { account, amount, .. } => state.deposited(account, -amount),
            Event::InsuranceFunded { amount } => {
                state.insurance += amount;
                state.deposits += amount;
            }
            Event::OrderAccepted { ref order } => state.accepted(order),
            Event::OrderTriggered { order, contracts, .. } => {
                state.on_order(order, |state, key| state.triggered(key, contracts));
            }
            Event::OrderRested { order, .. } => state.on_order(order, |state, key| {
                state.rest(key);
                state.in_flight = None;
            }),
            Event::Fill(ref fill) => state.filled(fill),
            Event::OrderCancelled { order, reason, .. } => state.on_order(order, |state, key| {
                if reason == CancelReason::Oco {
                    state.separate(key);
                }
                state.cancelled(key);
            }),
            Event::OrderAmended { order, price, contracts, trigger, kept_place, .. } => {
                state.on_order(order, |state, key| match trigger {
                    Some(trigger) => state.amended_waiting(key, price, contracts, trigger),
                    None => state.amended(key, price, contracts, kept_place),
                });
            }
            Event::CrowdEntered { market, side, price, contracts, purpose } => {
                let taker = Taker::Crowd { purpose, remaining: contracts, unreported: contracts };
                state.in_flight = Some(InFlight { market, side, limit: price, taker });
            }
            Event::LevelChanged { market, side, price, crowd, cause, .. } => {
                state.level_changed(market, side, price, crowd, cause, model);
            }
            Event::Trade { market, trade_id, price, .. } => {
                state.next_trade = trade_id + 1;
                state.in_flight = None;
                state.last_price(market, price);
            }
            _ => state.evolve_money(event),
        }
    }
}

impl State {
    /// Events about prices, terms and money.
    fn evolve_money(&mut self, event: &Event) {
        match *event {
            Event::PricesSet { market, index, mark, at } => {
                self.prices_set(market, index, mark);
                self.premium_measured(market, at);
            }
            Event::FundingRateSet { market, rate, next } => self.funding_rate_set(market, rate, next),
            Event::FundingStarted { market, rate, value } => self.funding_started(market, rate, value),
            Event::FundingPaid { account, market, leg, amount, .. } => {
                self.funding_paid(account, market, leg, amount);
            }
            Event::FundingEnded { market, rate, next, residue } => {
                self.funding_ended(market, rate, next, residue);
            }
            Event::CancelAllAfterSet { account, at } => self.cancel_all_after_set(account, at),
            Event::PositionModeSet { account, market, mode } => {
                self.on_account(account, |account| account.set_mode(market, mode));
            }
            Event::LeverageSet { account, market, leg, leverage, margin, moved } => {
                self.leverage_set(account, market, leg, (leverage, margin), moved);
            }
            Event::RiskLimitSet { account, market, leg, level, moved } => {
                self.risk_limit_set(account, market, leg, level, moved);
            }
            Event::MarginMoved { account, market, leg, moved } => {
                self.margin_moved(account, market, leg, moved);
            }
            Event::LiquidationStarted { account, position, .. } => {
                self.liquidation_started(account, position);
            }
            Event::LiquidationOrder { .. } => self.liquidation_order(event),
            Event::LiquidationOrderEnded { remaining, .. } => self.liquidation_order_ended(remaining),
            Event::Deleveraged(ref deleveraged) => self.deleveraged(deleveraged),
            Event::InsurancePaid { account, position, amount, .. } => {
                self.insurance_paid(account, position, amount);
            }
            Event::LiquidationEnded { .. } => self.liquidation = None,
            Event::OrderRefused { .. }
            | Event::AmendRefused { .. }
            | Event::CancelRefused { .. }
            | Event::CommandRefused { .. } => {}
            // Named, so that an event that nobody evolves by does not compile: these never get here.
            Event::MarketOpened(_)
            | Event::TradingSet { .. }
            | Event::AccountOpened { .. }
            | Event::Deposited { .. }
            | Event::Withdrawn { .. }
            | Event::InsuranceFunded { .. }
            | Event::OrderAccepted { .. }
            | Event::OrderTriggered { .. }
            | Event::OrderRested { .. }
            | Event::Fill(_)
            | Event::OrderCancelled { .. }
            | Event::OrderAmended { .. }
            | Event::CrowdEntered { .. }
            | Event::LevelChanged { .. }
            | Event::Trade { .. } => {}
        }
    }

    fn on_market(&mut self, market: MarketId, change: impl FnOnce(&mut Market)) {
        if let Some(market) = self.market_mut(market) {
            change(market);
        }
    }

    fn on_order(&mut self, order: OrderId, change: impl FnOnce(&mut Self, Key)) {
        // Most events are about what has just come in.
        let coming = self.in_flight.and_then(|in_flight| in_flight.taker.order());
        let known = coming.filter(|&key| self.orders[key].order.id == order);
        if let Some(key) = known.or_else(|| self.orders.find(order)) {
            change(self, key);
        }
    }

    fn on_account(&mut self, account: AccountId, change: impl FnOnce(&mut Account)) {
        if let Some(slot) = self.accounts.slot(account) {
            change(&mut self.accounts[slot]);
        }
    }

    fn deposited(&mut self, account: AccountId, amount: Money) {
        if let Some(slot) = self.accounts.slot(account) {
            self.accounts[slot].balance += amount;
            self.deposits += amount;
        }
    }
}
