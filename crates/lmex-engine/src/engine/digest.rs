//! One number for a state: equal states have equal digests.

use lmex_types::{Decimal, OrderId, Side};

use super::{Due, Engine};
use crate::book::{BookSide, Orders, QueueModel};
use crate::margin::{Account, Holding};
use crate::market::Market;
use crate::{FundingRules, MarketRules, Money, Order, Rate};

impl Engine {
    /// A digest of everything that bears on future decisions. Equal for engines that went through the same events,
    /// on every machine and in every version of this crate that counts the same things; for comparing, not for
    /// security.
    ///
    /// Take it between commands.
    pub fn digest(&self) -> u64 {
        let mut digest = Digest::new();
        let state = &self.state;
        digest.word(match self.config.queue_model {
            QueueModel::Tail => 0,
            QueueModel::Proportional => 1,
        });
        digest.word(state.next_trade);
        digest.money(state.fees);
        digest.money(state.deposits);
        digest.word(u64::from(state.in_flight.is_some()));
        for account in state.accounts.iter() {
            digest.account(account, &state.orders);
        }
        for market in state.markets() {
            digest.market(market, &state.orders);
        }
        digest.money(state.residue);
        digest.money(state.insurance);
        digest.word(state.next_liquidation);
        digest.word(u64::from(state.funding.is_some()) | u64::from(state.liquidation.is_some()) << 1);
        digest.word(state.doomed.iter().flatten().count() as u64);
        digest.word(state.unbound.iter().flatten().count() as u64);
        for &(at, due) in &state.agenda {
            digest.signed(at.as_millis());
            digest.due(due);
        }
        digest.0
    }
}

/// Folds words by multiplication, as the wyhash family does: fast, and the same everywhere.
struct Digest(u64);

impl Digest {
    fn new() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }

    fn word(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word) * 0xd6e8_feb8_6659_fd93 + 0xa076_1d64_78bd_642f;
        self.0 = (product as u64) ^ ((product >> 64) as u64).rotate_left(17);
    }

    fn wide(&mut self, wide: u128) {
        self.word(wide as u64);
        self.word((wide >> 64) as u64);
    }

    fn signed(&mut self, value: i64) {
        self.word(value as u64);
    }

    fn money(&mut self, money: Money) {
        self.wide(money.units() as u128);
    }

    fn text(&mut self, text: &str) {
        self.word(text.len() as u64);
        for byte in text.bytes() {
            self.word(u64::from(byte));
        }
    }

    fn decimal(&mut self, value: Decimal) {
        self.wide(value.mantissa() as u128);
        self.word(u64::from(value.scale()));
    }

    fn due(&mut self, due: Due) {
        let (kind, of) = match due {
            Due::Order(id) => (0, id.to_bits()),
            Due::CancelAll(account) => (1, u128::from(account.0)),
            Due::Funding(market) => (2, u128::from(market.0)),
        };
        self.word(kind);
        self.wide(of);
    }

    fn account(&mut self, account: &Account, orders: &Orders) {
        self.word(u64::from(account.id.0));
        self.signed(account.maker_fee.parts());
        self.signed(account.taker_fee.parts());
        self.money(account.balance);
        self.word(u64::from(account.isolated_legs));
        self.word(account.modes().len() as u64);
        for (market, mode) in account.modes() {
            self.word(u64::from(market.0));
            self.word(*mode as u64);
        }
        self.word(account.holdings().len() as u64);
        for holding in account.holdings() {
            self.holding(holding, orders);
        }
    }

    fn holding(&mut self, holding: &Holding, orders: &Orders) {
        self.word(u64::from(holding.market.0));
        self.signed(holding.position.contracts);
        self.money(holding.position.cost);
        self.word(u64::from(holding.leg.number()));
        self.word(u64::from(holding.terms.leverage));
        self.word(u64::from(holding.terms.level));
        self.word(u64::from(holding.is_isolated()));
        self.money(holding.wallet);
        for exit in [holding.take_profit, holding.stop_loss] {
            self.wide(exit.map_or(0, OrderId::to_bits));
        }
        self.word(u64::from(holding.orders));
        for side in [holding.buys, holding.sells] {
            self.signed(side.contracts);
            self.money(side.value);
        }
        for key in holding.open_orders(orders) {
            self.order(&orders.whole(key));
        }
    }

    fn order(&mut self, order: &Order) {
        self.wide(order.id.to_bits());
        self.text(order.client_id.as_ref().map_or("", |id| id.as_str()));
        self.word(u64::from(order.side == Side::Sell));
        self.text(order.order_type.as_str());
        for number in
            [order.price, order.ordered, order.contracts, order.filled, order.accepted_at.as_millis()]
        {
            self.signed(number);
        }
        self.text(order.time_in_force.as_str());
        let flags = [order.post_only, order.reduce_only, order.is_spam, order.waits()];
        self.word(flags.into_iter().fold(0, |bits, flag| bits << 1 | u64::from(flag)));
        self.word(order.purpose as u64);
        self.word(u64::from(order.leg.number()));
        self.wide(order.peer.map_or(0, OrderId::to_bits));
        self.conditions(order);
    }

    fn conditions(&mut self, order: &Order) {
        if let Some(trigger) = order.trigger {
            self.signed(trigger.price);
            self.word(trigger.source as u64 | (trigger.crossing as u64) << 1);
            self.signed(trigger.trail.unwrap_or(0));
        }
        for exit in [order.exits.take_profit, order.exits.stop_loss].into_iter().flatten() {
            self.wide(exit.order.to_bits());
            self.signed(exit.price);
            self.word(exit.source as u64);
        }
        if let Some(peg) = order.peg {
            self.signed(peg.deviation.parts());
            self.signed(peg.shown.parts());
            self.signed(peg.limit.unwrap_or(0));
        }
    }

    fn market(&mut self, market: &Market, orders: &Orders) {
        let instrument = &market.instrument;
        self.word(u64::from(market.id.0));
        for text in [instrument.symbol.as_str(), &instrument.base, &instrument.quote] {
            self.text(text);
        }
        for value in [
            instrument.grid.tick(),
            instrument.grid.contract_size(),
            instrument.min_notional,
            market.index,
            market.mark.price,
        ] {
            self.decimal(value);
        }
        for number in [
            instrument.min_contracts,
            instrument.max_contracts,
            instrument.step_contracts,
            market.rules.price_band.map_or(-1, Rate::parts),
            i64::from(market.rules.max_open_orders),
            market.trading as i64,
            market.last,
            market.funding.rate.parts(),
            market.funding.next.as_millis(),
        ] {
            self.signed(number);
        }
        let (premium, measured, sum, ms) = market.funding.premium.parts();
        self.signed(premium.parts());
        self.signed(measured.map_or(-1, lmex_types::TimeMs::as_millis));
        self.wide(sum as u128);
        self.wide(ms as u128);
        self.rules(&market.rules);
        for &key in market.pegged.values() {
            self.wide(orders[key].order.id.to_bits());
        }
        for side in [Side::Buy, Side::Sell] {
            self.side(market.book.side(side), orders);
        }
    }

    fn rules(&mut self, rules: &MarketRules) {
        for tier in rules.tiers.iter() {
            self.money(tier.limit);
            self.signed(tier.initial.parts());
            self.signed(tier.maintenance.parts());
            self.word(u64::from(tier.max_leverage));
        }
        self.word(rules.small_orders as u64);
        self.signed(rules.liquidation_fee.parts());
        self.signed(rules.mark.impact_weight.parts());
        self.money(rules.mark.impact_notional);
        let FundingRules { interval_ms, interest, clamp, cap, computed } = rules.funding;
        for number in [interval_ms, interest.parts(), clamp.parts(), cap.parts(), i64::from(computed)] {
            self.signed(number);
        }
    }

    fn side(&mut self, side: &BookSide, orders: &Orders) {
        for (price, level) in side.levels() {
            for number in [price, level.crowd(), level.tail(), level.users(), level.hidden()] {
                self.signed(number);
            }
            for key in level.queue(orders) {
                self.signed(orders[key].ahead);
                self.wide(orders[key].order.id.to_bits());
            }
        }
        // Ends the side, so that a bid and an ask of the same numbers differ.
        self.word(u64::MAX);
    }
}
