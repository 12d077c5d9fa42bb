//! Random triggers, pairs and exits for random orders.

use lmex_engine::{
    AccountId, Command, Exit, Exits, LegId, MarketId, NewOrder, NewTrigger, OcoStop, PriceSource, TriggerKind,
};
use lmex_types::{OrderId, OrderType, Side};
use proptest::option;
use proptest::prelude::*;

/// What an order may wait for, be tied to or bring.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Condition {
    Plain,
    Trigger(NewTrigger),
    /// With so many ticks between the order's price and the stop leg's.
    Oco(OcoStop, i64),
    /// At so many ticks from the order's price.
    Exits(Exits),
    /// Whatever comes.
    Wild(Option<NewTrigger>, Option<OcoStop>, Exits),
}

impl Condition {
    /// Mostly such that the order makes sense.
    pub(crate) fn apply(self, order: NewOrder) -> NewOrder {
        let sign = order.side.sign();
        match self {
            Self::Plain => order,
            Self::Trigger(trigger) => NewOrder { trigger: Some(trigger), ..order },
            Self::Oco(oco, apart) => {
                let price = order.price - sign * 3;
                let trigger_price = price + sign * apart;
                let oco = OcoStop {
                    order: own(oco.order, order.account),
                    trigger_price,
                    price: trigger_price + sign,
                    ..oco
                };
                NewOrder { price, reduce_only: false, oco: Some(oco), ..order }
            }
            Self::Exits(exits) => {
                let place = |exit: Exit, sign: i64| Exit {
                    order: own(exit.order, order.account),
                    price: order.price + sign * exit.price,
                    ..exit
                };
                let exits = Exits {
                    take_profit: exits.take_profit.map(|exit| place(exit, sign)),
                    stop_loss: exits.stop_loss.map(|exit| place(exit, -sign)),
                };
                NewOrder { reduce_only: false, exits, ..order }
            }
            Self::Wild(trigger, oco, exits) => NewOrder { trigger, oco, exits, ..order },
        }
    }
}

/// The nearest id that belongs to an account as `owned` in `generate.rs` has it.
fn own(id: OrderId, account: AccountId) -> OrderId {
    OrderId::from_bits(id.to_bits() / 4 * 4 + u128::from(account.0) - 1)
}

pub(crate) fn condition() -> impl Strategy<Value = Condition> {
    prop_oneof![
        16 => Just(Condition::Plain),
        4 => trigger().prop_map(Condition::Trigger),
        2 => (oco(), 4_i64..9).prop_map(|(oco, apart)| Condition::Oco(oco, apart)),
        4 => exits(1_i64..7).prop_map(Condition::Exits),
        1 => (option::of(trigger()), option::of(oco()), exits(94_i64..107))
            .prop_map(|(trigger, oco, exits)| Condition::Wild(trigger, oco, exits)),
    ]
}

pub(crate) fn bind(
    account: impl Strategy<Value = AccountId>,
    market: impl Strategy<Value = MarketId>,
    leg: impl Strategy<Value = LegId>,
) -> impl Strategy<Value = Command> {
    let side = prop_oneof![Just(Side::Buy), Just(Side::Sell)];
    (account, market, leg, side, exits(-1_i64..6)).prop_map(|(account, market, leg, side, exits)| {
        // Borrows the way an order's exits lie around its price.
        let order = NewOrder::limit(account, market, OrderId::from_bits(1), side, 100, 1);
        let order = NewOrder { order_type: OrderType::Market, ..order };
        let exits = Condition::Exits(exits).apply(order).exits;
        Command::BindExits { account, market, leg, exits }
    })
}

fn trigger() -> impl Strategy<Value = NewTrigger> {
    let kind = prop_oneof![Just(TriggerKind::Stop), Just(TriggerKind::Touch)];
    let trail = prop_oneof![8 => 1_i64..6, 1 => -1_i64..1, 1 => Just(i64::MAX)];
    (kind, 94_i64..107, source(), option::weighted(0.3, trail)).prop_map(|(kind, price, source, trail)| {
        // A touch order can't trail: seldom, so that trails are tried.
        let kind = if trail.is_some_and(|trail| trail != 1) { TriggerKind::Stop } else { kind };
        NewTrigger { kind, price, source, trail }
    })
}

fn oco() -> impl Strategy<Value = OcoStop> {
    (extra_id(), 94_i64..107, source(), 94_i64..107)
        .prop_map(|(order, trigger_price, source, price)| OcoStop { order, trigger_price, source, price })
}

fn exits(prices: std::ops::Range<i64>) -> impl Strategy<Value = Exits> {
    let exit =
        (extra_id(), prices, source()).prop_map(|(order, price, source)| Exit { order, price, source });
    let exit = option::weighted(0.7, exit);
    (exit.clone(), exit).prop_map(|(take_profit, stop_loss)| Exits { take_profit, stop_loss })
}

fn source() -> impl Strategy<Value = PriceSource> + Clone {
    prop_oneof![Just(PriceSource::Mark), Just(PriceSource::Last)]
}

fn extra_id() -> impl Strategy<Value = OrderId> + Clone {
    (16_u128..64).prop_map(OrderId::from_bits)
}
