//! A twin of plain orders that a reader can check at a glance: one list of orders, searched from end to end for each match. With
//! users alone it must give the same fills and the same book. It also says which orders are refused; `twin` knows every kind
//! of order, and takes that from the engine.

use lmex_engine::{
    AccountId, CancelTarget, Command, Engine, Event, LegId, MarketId, Money, NewOrder, OrderRef, Stamped,
};
use lmex_types::{OrderId, OrderType, Side, TimeInForce, TimeMs};
use proptest::prelude::*;

use crate::generate::{opening, user_history};

const MARKET: MarketId = MarketId(1);

proptest! {
    #![proptest_config(crate::config())]

    #[test]
    fn the_plain_twin_agrees(steps in user_history(150)) {
        let mut engine = Engine::default();
        let mut twin = Twin::default();
        let deposits = (1..=4).map(|account| Command::Deposit {
            account: AccountId(account),
            amount: Money::from_quote(1_000_000_000),
        });
        let limits = (1..=4).map(|account| Command::SetRiskLimit {
            account: AccountId(account),
            market: MARKET,
            leg: LegId::ONE_WAY,
            level: 3,
        });
        let commands = opening().into_iter().chain(deposits).chain(limits).chain(steps.into_iter().map(|step| step.1));
        for (seq, command) in (1..).zip(commands) {
            let mut events = Vec::new();
            let stamped = Stamped { seq, at: TimeMs::from_millis(0), command };
            engine.apply(&stamped, &mut events);
            twin.fills.clear();
            twin.apply(&stamped.command);
            prop_assert_eq!(&twin.fills, &fills(&events), "after {:?}", stamped.command);
            prop_assert_eq!(twin.book(), book(&engine), "after {:?}", stamped.command);
        }
    }
}

/// Maker, taker, price, contracts.
type TwinFill = (OrderId, OrderId, i64, i64);

fn fills(events: &[Event]) -> Vec<TwinFill> {
    events
        .iter()
        .filter_map(|event| match event {
            Event::Fill(fill) => Some((fill.maker.order?, fill.taker.order?, fill.price, fill.contracts)),
            _ => None,
        })
        .collect()
}

/// Each order that rests with what is left of it; by id, to be compared.
fn book(engine: &Engine) -> Vec<(OrderId, i64, i64)> {
    let orders = engine.accounts().flat_map(|account| engine.open_orders(account, Some(MARKET)));
    let mut book: Vec<_> = orders.map(|order| (order.id, order.price, order.remaining())).collect();
    book.sort_unstable();
    book
}

#[derive(Clone)]
struct TwinOrder {
    new: NewOrder,
    price: i64,
    left: i64,
    filled: i64,
}

/// Orders in the order of their time.
#[derive(Default)]
struct Twin {
    orders: Vec<TwinOrder>,
    fills: Vec<TwinFill>,
}

impl Twin {
    fn apply(&mut self, command: &Command) {
        match *command {
            Command::Place(new) => self.place(new),
            Command::Cancel { account, target: CancelTarget::Order(id), .. } => {
                self.orders.retain(|order| order.new.order != id || order.new.account != account);
            }
            Command::Amend { account, target: OrderRef::Id(id), price, contracts, .. } => {
                self.amend(account, id, price, contracts);
            }
            _ => {}
        }
    }

    fn book(&self) -> Vec<(OrderId, i64, i64)> {
        let mut book: Vec<_> =
            self.orders.iter().map(|order| (order.new.order, order.price, order.left)).collect();
        book.sort_unstable();
        book
    }

    fn place(&mut self, new: NewOrder) {
        let too_bold = new.order_type == OrderType::Limit
            && match new.side {
                Side::Buy => new.price > 110,
                Side::Sell => new.price < 90,
            };
        let same_client = |order: &TwinOrder| {
            new.client_id.is_some()
                && order.new.client_id == new.client_id
                && order.new.account == new.account
        };
        if too_bold || self.orders.iter().any(|order| order.new.order == new.order || same_client(order)) {
            return;
        }
        let price = match (new.order_type, new.side) {
            (OrderType::Limit, _) => new.price,
            (OrderType::Market, Side::Buy) => 110,
            (OrderType::Market, Side::Sell) => 90,
        };
        let taker = TwinOrder { new, price, left: new.contracts, filled: 0 };
        if new.post_only && self.best(&taker).is_some() {
            return;
        }
        if new.time_in_force == TimeInForce::Fok && !self.would_fill(&taker) {
            return;
        }
        self.take(taker);
    }

    /// Tries it out on a copy.
    fn would_fill(&self, taker: &TwinOrder) -> bool {
        let mut copy = Self { orders: self.orders.clone(), fills: Vec::new() };
        copy.take(taker.clone());
        copy.fills.iter().map(|fill| fill.3).sum::<i64>() == taker.left
    }

    fn take(&mut self, mut taker: TwinOrder) {
        while taker.left > 0 {
            let Some(at) = self.best(&taker) else { break };
            let maker = &mut self.orders[at];
            if maker.new.account == taker.new.account {
                return;
            }
            let contracts = taker.left.min(maker.left);
            self.fills.push((maker.new.order, taker.new.order, maker.price, contracts));
            for order in [maker, &mut taker] {
                order.left -= contracts;
                order.filled += contracts;
            }
            self.orders.retain(|order| order.left > 0);
        }
        let rests = taker.new.order_type == OrderType::Limit && !taker.new.time_in_force.is_immediate();
        if taker.left > 0 && rests {
            self.orders.push(taker);
        }
    }

    /// The order that would trade next: the best price, and of those the earliest.
    fn best(&self, taker: &TwinOrder) -> Option<usize> {
        let sign = taker.new.side.sign();
        let fits =
            |order: &TwinOrder| order.new.side != taker.new.side && sign * order.price <= sign * taker.price;
        let candidates = self.orders.iter().enumerate().filter(|(_, order)| fits(order));
        candidates.min_by_key(|(at, order)| (sign * order.price, *at)).map(|(at, _)| at)
    }

    fn amend(&mut self, account: AccountId, id: OrderId, price: Option<i64>, contracts: Option<i64>) {
        let Some(at) =
            self.orders.iter().position(|order| order.new.order == id && order.new.account == account)
        else {
            return;
        };
        let old = self.orders[at].clone();
        let price = price.unwrap_or(old.price);
        let left = contracts.map_or(old.left, |contracts| contracts - old.filled);
        let changed = TwinOrder { price, left, ..old.clone() };
        let nothing_new = price == old.price && left == old.left;
        if nothing_new || left <= 0 || (old.new.post_only && self.best(&changed).is_some()) {
            return;
        }
        if price == old.price && left < old.left {
            self.orders[at] = changed;
            return;
        }
        self.orders.remove(at);
        self.take(changed);
    }
}
