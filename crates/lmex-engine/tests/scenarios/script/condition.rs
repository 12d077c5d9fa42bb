//! The words for orders that wait: `stop 95`, `touch 95`, `trail 3`, `oco s1 105 @ 106`, `tp t1 110`, `sl l1 90`. Each
//! looks at the mark, or with `last` anywhere behind it at the last trade.

use lmex_engine::{Exit, Exits, NewTrigger, OcoStop, PriceSource, TriggerKind};

use super::{after, number, order_id};

pub(super) fn trigger(words: &[&str]) -> Option<NewTrigger> {
    let at = |name| after(words, name).map(number);
    let trail = at("trail");
    let (kind, price) = match (at("stop"), at("touch")) {
        (Some(price), _) => (TriggerKind::Stop, price),
        (None, Some(price)) => (TriggerKind::Touch, price),
        (None, None) => (TriggerKind::Stop, trail.map(|_| 0)?),
    };
    Some(NewTrigger { kind, price, source: source(words), trail })
}

pub(super) fn oco(words: &[&str]) -> Option<OcoStop> {
    let at = words.iter().position(|word| *word == "oco")?;
    let [order, trigger, _, price] = [1, 2, 3, 4].map(|ahead| words[at + ahead]);
    Some(OcoStop {
        order: order_id(order),
        trigger_price: number(trigger),
        source: source(words),
        price: number(price),
    })
}

pub(super) fn exits(words: &[&str]) -> Exits {
    let exit = |name| {
        let at = words.iter().position(|word| *word == name)?;
        Some(Exit { order: order_id(words[at + 1]), price: number(words[at + 2]), source: source(words) })
    };
    Exits { take_profit: exit("tp"), stop_loss: exit("sl") }
}

fn source(words: &[&str]) -> PriceSource {
    if words.contains(&"last") { PriceSource::Last } else { PriceSource::Mark }
}
