//! What kind of order one is: when it becomes live, at which price, and what it brings along.

use lmex::futures::{OpenOrder, OrderAnswer, OrderDetail, ProtectiveOrder};
use lmex::{Decimal, OrderKind};

use crate::output::Format;

/// `triggerOrderType` of a stop loss.
const STOP: i64 = 1_001;
/// The same of a take profit.
const TAKE_PROFIT: i64 = 1_002;

/// The terms of an order, of whichever answer it comes.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    kind: OrderKind,
    price: Decimal,
    trigger: Option<Trigger>,
    is_pair: bool,
    take_profit: Option<&'a ProtectiveOrder>,
    stop_loss: Option<&'a ProtectiveOrder>,
}

/// What an order waits for.
#[derive(Debug, Clone, Copy)]
struct Trigger {
    price: Decimal,
    /// [`STOP`], [`TAKE_PROFIT`], or another number where the answer does not say.
    kind: i64,
    trail: Decimal,
    /// Whether it looks at the last price instead of the mark price, where the answer says.
    uses_last_price: Option<bool>,
    has_fired: bool,
}

impl Terms<'_> {
    /// The same of a leg of an OCO pair: the query for one order does not say that it is one.
    #[must_use]
    pub fn of_a_pair(self) -> Self {
        Self { is_pair: true, ..self }
    }

    /// `stop market`, `limit`, `trailing stop market`; for programs the venue's number.
    pub fn kind(&self, format: Format) -> String {
        if format == Format::Csv {
            return self.kind.0.to_string();
        }
        let pair = if self.is_pair { "OCO " } else { "" };
        let waits_for = self.trigger.as_ref().map(Trigger::name).unwrap_or_default();
        let exit = |name: &str, exit: Option<&ProtectiveOrder>| {
            let price = exit.map(|exit| exit.trigger_price.normalize());
            price.map(|price| format!(", {name} {price}")).unwrap_or_default()
        };
        let exits = exit("TP", self.take_profit) + &exit("SL", self.stop_loss);
        format!("{pair}{waits_for}{}{exits}", self.kind)
    }

    /// The price; none for people where the venue writes 0 because there is none.
    pub fn price(&self, format: Format) -> String {
        number(self.price, format)
    }

    /// The price that makes it live, and by which price that goes; none if it is live at once.
    pub fn trigger(&self, format: Format) -> String {
        let Some(trigger) = self.trigger else { return number(Decimal::ZERO, format) };
        let price = number(trigger.price, format);
        match trigger.uses_last_price.filter(|_| format == Format::People) {
            Some(true) => format!("{price} last"),
            Some(false) => format!("{price} mark"),
            None => price,
        }
    }
}

impl Trigger {
    fn name(&self) -> &'static str {
        match self.kind {
            _ if self.has_fired => "fired ",
            _ if !self.trail.is_zero() => "trailing stop ",
            STOP => "stop ",
            TAKE_PROFIT => "take-profit ",
            _ => "trigger ",
        }
    }
}

fn number(number: Decimal, format: Format) -> String {
    if number.is_zero() && format == Format::People { "-".to_owned() } else { number.normalize().to_string() }
}

impl<'a> From<&'a OpenOrder> for Terms<'a> {
    fn from(order: &'a OpenOrder) -> Self {
        let trigger = Trigger {
            price: order.trigger_price,
            kind: order.trigger_order_type,
            trail: order.trail_value,
            uses_last_price: Some(order.trigger_use_last_price),
            has_fired: order.triggered,
        };
        Self {
            kind: order.order_type,
            price: order.price,
            trigger: order.trigger_order.then_some(trigger),
            is_pair: order.oco_peer_order_id.is_some(),
            take_profit: order.take_profit_order.as_ref(),
            stop_loss: order.stop_loss_order.as_ref(),
        }
    }
}

impl<'a> From<&'a OrderDetail> for Terms<'a> {
    fn from(order: &'a OrderDetail) -> Self {
        let trigger = Trigger {
            price: order.trigger_price,
            kind: order.trigger_order_type,
            trail: order.trail_value,
            uses_last_price: Some(order.trigger_use_last_price),
            has_fired: order.triggered,
        };
        Self {
            kind: order.order_type,
            price: order.price,
            trigger: order.trigger_order.then_some(trigger),
            is_pair: false,
            take_profit: order.take_profit_order.as_ref(),
            stop_loss: order.stop_loss_order.as_ref(),
        }
    }
}

impl From<&OrderAnswer> for Terms<'_> {
    fn from(order: &OrderAnswer) -> Self {
        let trigger = Trigger {
            price: order.trigger_price,
            kind: 0,
            trail: Decimal::ZERO,
            uses_last_price: None,
            has_fired: false,
        };
        Self {
            kind: order.order_type,
            price: order.price,
            trigger: (order.trigger || !order.trigger_price.is_zero()).then_some(trigger),
            is_pair: false,
            take_profit: None,
            stop_loss: None,
        }
    }
}
