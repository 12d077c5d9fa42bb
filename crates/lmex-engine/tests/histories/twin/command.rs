//! What each command does.

use lmex_engine::{
    AccountId, AmendCause, CancelReason, CancelTarget, Command, Event, Exit, Exits, LegId, MarketId,
    NewOrder, NewTrigger, OcoStop, Order, OrderRef, PriceSource, Purpose, Refusal, Trading, Trigger,
    TriggerKind,
};
use lmex_types::{OrderId, OrderType, Side};

use super::given::some_day;
use super::{Crossing, Place, Twin, TwinMarket, place_of, stop_crossing};

/// What an amend asks for.
type Change = (Option<i64>, Option<i64>, Option<i64>);

impl Twin {
    pub(super) fn command(&mut self, command: &Command) {
        match *command {
            Command::Place(ref new) => self.place(new),
            Command::Close { account, market, leg, order, price, post_only } => {
                self.close((account, market, leg), order, price, post_only);
            }
            Command::Amend { account, market, target, price, contracts, trigger } => {
                self.amend(self.named(account, market, target), (price, contracts, trigger));
            }
            Command::Cancel { account, market, target } => self.cancel(account, market, target),
            Command::BindExits { account, market, leg, ref exits } => {
                self.bind_exits((account, market, leg), exits);
            }
            Command::CrowdDepth { market, ref levels, snapshot } => {
                self.crowd_depth(market, levels, snapshot);
            }
            Command::CrowdTrade { market, aggressor, price, contracts } => {
                self.crowd_trade(market, aggressor, price, contracts);
            }
            Command::SetTrading { market, trading } => self.set_trading(market, trading),
            Command::CancelAllAfter { .. } => self.cancel_all_after(),
            Command::Advance => {}
            _ => self.terms_and_money(),
        }
        self.settle();
    }

    /// Commands with one answer, which is given.
    fn terms_and_money(&mut self) {
        match self.given() {
            Event::MarketOpened(opened) => {
                let price = opened.instrument.grid.price(opened.price);
                self.markets.push(TwinMarket {
                    id: opened.market,
                    instrument: opened.instrument,
                    rules: opened.rules,
                    trading: Trading::Active,
                    last: opened.price,
                    index: price,
                    mark: price,
                    funding: None,
                });
            }
            Event::AccountOpened { account, .. } => {
                if self.accounts.iter().all(|(other, _)| *other != account) {
                    self.accounts.push((account, None));
                }
            }
            Event::PricesSet { market, index, mark, .. } => {
                let found = self.market_mut(market);
                (found.index, found.mark) = (index, mark);
                self.price_moved(market, PriceSource::Mark, 0);
                self.repriced.push((market, 0));
            }
            Event::FundingRateSet { market, next, .. } => self.market_mut(market).funding = some_day(next),
            Event::Deposited { .. }
            | Event::Withdrawn { .. }
            | Event::InsuranceFunded { .. }
            | Event::PositionModeSet { .. }
            | Event::LeverageSet { .. }
            | Event::RiskLimitSet { .. }
            | Event::MarginMoved { .. }
            | Event::CommandRefused { .. } => {}
            other => panic!("{other:?} answers a command about terms or money"),
        }
    }

    /// Whether it is accepted, for which leg, and whether it is spam is given. What is accepted must be lawful.
    fn place(&mut self, new: &NewOrder) {
        let (leg, is_spam) = match self.events.front() {
            Some(Event::OrderAccepted { order }) => (order.leg, order.is_spam),
            Some(Event::OrderRefused { .. }) => return drop(self.given()),
            other => panic!("{other:?} answers {new:?}"),
        };
        let limit = Order { leg, is_spam, ..self.wanted(new, leg) };
        self.must_be_lawful(&limit, new.oco);
        if let Some(oco) = new.oco {
            self.accept(stop_leg(&limit, &oco));
            self.settle();
        }
        self.accept(Order { peer: new.oco.map(|oco| oco.order), ..limit });
        if !limit.waits() {
            self.come_in(limit.id);
        }
    }

    /// The order as it should be accepted.
    fn wanted(&self, new: &NewOrder, leg: LegId) -> Order {
        let closable = self.closable((new.account, new.market, leg), new.side);
        let cut = new.reduce_only && new.trigger.is_none();
        let price = match new.order_type {
            OrderType::Market => 0,
            OrderType::Limit => new.peg.map_or(new.price, |peg| self.peg_price(new.market, new.side, &peg)),
        };
        let stays = new.order_type == OrderType::Limit || new.trigger.is_some();
        let lifetime = new.time_in_force.lifetime_ms().filter(|_| stays);
        Order {
            leg,
            price,
            contracts: if cut { new.contracts.min(closable) } else { new.contracts },
            expires_at: lifetime.map(|lifetime| self.at.plus_ms(lifetime)),
            trigger: new.trigger.map(|asked| self.trigger(new.market, new.side, &asked)),
            ..Order::of(new, self.at)
        }
    }

    fn trigger(&self, market: MarketId, side: Side, asked: &NewTrigger) -> Trigger {
        let NewTrigger { kind, price, source, trail } = *asked;
        let crossing = match kind {
            TriggerKind::Stop => stop_crossing(side),
            TriggerKind::Touch if self.compare_price(market, source, price).is_gt() => Crossing::Falling,
            TriggerKind::Touch => Crossing::Rising,
        };
        let price = trail.map_or(price, |trail| self.behind(market, source, crossing, trail));
        Trigger { price, source, crossing, trail, fired: false }
    }

    fn must_be_lawful(&self, order: &Order, oco: Option<OcoStop>) {
        let brought = self.orders.iter().flat_map(|open| open.order.exits.iter().map(|(_, exit)| exit.order));
        let taken: Vec<OrderId> = self.orders.iter().map(|open| open.order.id).chain(brought).collect();
        let own = order.exits.iter().map(|(_, exit)| exit.order).chain(oco.map(|oco| oco.order));
        let mut ids = own.chain([order.id]);
        let closable = self.closable(place_of(order), order.side);
        let lawful = self.market(order.market).trading == Trading::Active
            && ids.all(|id| !taken.contains(&id))
            && order.trigger.is_none_or(|trigger| !self.has_come(order.market, &trigger))
            && (order.waits() || !self.is_off_band(order))
            && (order.waits() || !order.reduce_only || closable > 0)
            && self.exits_fit(order);
        assert!(lawful, "the engine accepts {order:?}");
    }

    /// A profit lies beyond the price that the order should trade at, a loss before it.
    fn exits_fit(&self, order: &Order) -> bool {
        let fits = |purpose: Purpose, exit: &Exit| {
            let rising = (order.side == Side::Buy) == (purpose == Purpose::TakeProfit);
            let entry = match (order.order_type, order.trigger) {
                (OrderType::Limit, _) => exit.price.cmp(&order.price),
                (OrderType::Market, Some(trigger)) => exit.price.cmp(&trigger.price),
                (OrderType::Market, None) => {
                    self.compare_price(order.market, exit.source, exit.price).reverse()
                }
            };
            if rising { entry.is_gt() } else { entry.is_lt() }
        };
        order.exits.iter().all(|(purpose, exit)| fits(purpose, &exit))
    }

    fn close(&mut self, place: Place, id: OrderId, price: Option<i64>, post_only: bool) {
        let (account, market, leg) = place;
        let held = self.position(place);
        let side = if held > 0 || leg == LegId::LONG { Side::Sell } else { Side::Buy };
        let limit = NewOrder::limit(account, market, id, side, price.unwrap_or(0), held.abs());
        let order_type = if price.is_some() { OrderType::Limit } else { OrderType::Market };
        self.place(&NewOrder { order_type, post_only, reduce_only: true, leg: Some(leg), ..limit });
    }

    /// The open order that is meant; of a pair, whose legs share the trader's id, the limit leg: the younger one.
    fn named(&self, account: AccountId, market: MarketId, target: OrderRef) -> Option<OrderId> {
        let own = self.orders.iter().map(|open| &open.order);
        let mut own = own.filter(|order| (order.account, order.market) == (account, market));
        own.rfind(|order| match target {
            OrderRef::Id(id) => order.id == id,
            OrderRef::Client(id) => order.client_id == Some(id),
        })
        .map(|order| order.id)
    }

    fn amend(&mut self, found: Option<OrderId>, (price, contracts, trigger): Change) {
        if let Some(Event::AmendRefused { refusal, .. }) = self.events.front() {
            assert!(found.is_none() || *refusal != Refusal::OrderNotFound);
            return drop(self.given());
        }
        let old = self.order(found.expect("an open order is amended"));
        let price = price.unwrap_or(old.price);
        let mut contracts = contracts.unwrap_or(old.contracts);
        let trigger = old.trigger.map(|at| Trigger { price: trigger.unwrap_or(at.price), ..at });
        let changed = Order { price, trigger, ..old };
        assert!(changed == old || self.exits_fit(&changed), "the engine amends {old:?}");
        if old.waits() {
            return self.change_waiting(old.id, (price, contracts, trigger), AmendCause::User);
        }
        if old.reduce_only {
            contracts = contracts.min(old.filled + self.closable(place_of(&old), old.side));
        }
        if price == old.price && contracts <= old.contracts {
            self.change_in_place(old.id, contracts, AmendCause::User);
        } else {
            self.change_and_come_in(old.id, price, contracts, AmendCause::User);
        }
    }

    fn cancel(&mut self, account: AccountId, market: MarketId, target: CancelTarget) {
        let target = match target {
            CancelTarget::Order(id) => OrderRef::Id(id),
            CancelTarget::Client(id) => OrderRef::Client(id),
            CancelTarget::All if matches!(self.events.front(), Some(Event::CancelRefused { .. })) => {
                return drop(self.given());
            }
            CancelTarget::All => return self.cancel_all(account, market, CancelReason::User),
        };
        match self.named(account, market, target) {
            Some(id) => self.end(id, CancelReason::User),
            None => {
                let event = self.given();
                assert!(matches!(event, Event::CancelRefused { .. }), "{event:?}");
            }
        }
    }

    fn cancel_all(&mut self, account: AccountId, market: MarketId, reason: CancelReason) {
        let own = |order: &Order| (order.account, order.market) == (account, market);
        while let Some(open) = self.orders.iter().find(|open| own(&open.order)) {
            self.end(open.order.id, reason);
        }
    }

    fn bind_exits(&mut self, place: Place, exits: &Exits) {
        if let Some(Event::CommandRefused { .. }) = self.events.front() {
            return drop(self.given());
        }
        for (purpose, exit) in exits.iter() {
            if self.bound(place, purpose).is_some() {
                self.bind(place, purpose, exit);
            }
            self.bind(place, purpose, exit);
        }
    }

    fn set_trading(&mut self, market: MarketId, trading: Trading) {
        if let Event::CommandRefused { .. } = self.given() {
            return;
        }
        self.market_mut(market).trading = trading;
        if trading == Trading::Active {
            self.repriced.push((market, 0));
        }
        self.settle();
        if trading == Trading::Closed {
            for (account, _) in self.accounts.clone() {
                self.cancel_all(account, market, CancelReason::MarketClosed);
            }
        }
    }

    fn cancel_all_after(&mut self) {
        let Event::CancelAllAfterSet { account, at } = self.given() else { return };
        self.set_switch(account, at);
        if at.is_some_and(|at| at <= self.at) {
            self.switch_off(account);
        }
    }
}

/// The stop leg of a pair: the limit leg's size, side and trader's id, at its own price, waiting.
fn stop_leg(limit: &Order, oco: &OcoStop) -> Order {
    let OcoStop { order, trigger_price, source, price } = *oco;
    let crossing = stop_crossing(limit.side);
    Order {
        id: order,
        price,
        post_only: false,
        peer: Some(limit.id),
        trigger: Some(Trigger { price: trigger_price, source, crossing, trail: None, fired: false }),
        ..*limit
    }
}
