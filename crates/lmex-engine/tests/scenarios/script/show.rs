//! Events, books and accounts as text.

use lmex_engine::{
    AccountId, Crossing, CrowdPurpose, Engine, Event, Fill, LegId, LevelCause, Order, Party, Purpose, Queued,
};
use lmex_types::{OrderId, Side};

use super::MARKET;

pub(crate) fn event(event: &Event) -> String {
    match event {
        Event::OrderAccepted { order } => {
            let waits = if order.waits() { format!(" waits: {}", waits_for(order)) } else { String::new() };
            format!("accepted {} {}{waits}", name(order.id), order.contracts)
        }
        Event::OrderTriggered { order, contracts, .. } => format!("triggered {} {contracts}", name(*order)),
        Event::OrderRefused { order, refusal, .. } => format!("refused {}: {refusal}", name(*order)),
        Event::OrderRested { order, price, remaining, level, .. } => {
            format!("rested {} {remaining} @ {price}, level {level}", name(*order))
        }
        Event::Fill(fill) => show_fill(fill),
        Event::OrderCancelled { order, remaining, reason, level, .. } => {
            let level = level.map_or(String::new(), |level| format!(", level {level}"));
            format!("cancelled {} {remaining} {reason:?}{level}", name(*order))
        }
        Event::OrderAmended { order, price, remaining, trigger: Some(trigger), cause, .. } => {
            format!("amended {} {remaining} @ {price} trigger {trigger} {cause:?}", name(*order))
        }
        Event::OrderAmended { order, price, remaining, kept_place, cause, level, .. } => {
            let place = if *kept_place { "kept" } else { "lost" };
            let level = level.map_or(String::new(), |level| format!(", old level {level}"));
            format!("amended {} {remaining} @ {price} {place} {cause:?}{level}", name(*order))
        }
        Event::AmendRefused { refusal, .. } => format!("amend refused: {refusal}"),
        Event::CancelRefused { refusal, .. } => format!("cancel refused: {refusal}"),
        Event::CrowdEntered { side, price, contracts, purpose, .. } => {
            let purpose = match purpose {
                CrowdPurpose::Print => "print",
                CrowdPurpose::Depth => "depth",
            };
            format!("crowd {} {contracts} @ {price} {purpose}", way(*side))
        }
        Event::LevelChanged { side, price, contracts, crowd, cause, .. } => {
            let cause = match cause {
                LevelCause::Taken => "taken",
                LevelCause::Set => "set",
            };
            format!("{cause} {} {price}: level {contracts}, crowd {crowd}", book_side(*side))
        }
        Event::Trade { price, contracts, aggressor, .. } => {
            format!("trade {} {contracts} @ {price}", way(*aggressor))
        }
        Event::CommandRefused { refusal, .. } => format!("refused: {refusal}"),
        Event::PricesSet { mark, .. } => format!("mark {mark}"),
        Event::TradingSet { trading, .. } => format!("trading {trading:?}"),
        Event::LeverageSet { leverage, .. } => format!("leverage {leverage}"),
        other => format!("{other:?}"),
    }
}

fn show_fill(fill: &Fill) -> String {
    let party = |party: &Party| match party.order {
        Some(order) => {
            let pnl = match party.realised_pnl.units() {
                0 => String::new(),
                _ => format!(" pnl {}", party.realised_pnl),
            };
            let fee = if party.fee.units() == 0 { String::new() } else { format!(" fee {}", party.fee) };
            format!("{} left {}{pnl}{fee}", name(order), party.remaining)
        }
        None => "crowd".to_owned(),
    };
    let (maker, taker) = (party(&fill.maker), party(&fill.taker));
    format!("fill {} @ {}: {maker} <- {taker}, level {}", fill.contracts, fill.price, fill.level)
}

pub(crate) fn book(engine: &Engine) -> Vec<String> {
    let market = engine.market(MARKET).unwrap();
    let line = |side, (price, _)| {
        let queue: Vec<String> = engine.queue(MARKET, side, price).iter().map(queued).collect();
        format!("{} {price}: {}", book_side(side), queue.join(", "))
    };
    let mut asks: Vec<String> = market.depth(Side::Sell).map(|level| line(Side::Sell, level)).collect();
    asks.reverse();
    asks.extend(market.depth(Side::Buy).map(|level| line(Side::Buy, level)));
    asks
}

/// Each order that waits, account by account, oldest first.
pub(crate) fn waiting(engine: &Engine) -> Vec<String> {
    let orders = engine.accounts().flat_map(|account| engine.open_orders(account, Some(MARKET)));
    let waiting = orders.filter(|order| order.waits());
    waiting
        .map(|order| {
            let price = if order.price == 0 { String::new() } else { format!(" @ {}", order.price) };
            let contracts = order.remaining();
            let side = order.side.as_str().to_lowercase();
            format!("{} {side} {contracts}{price}: {}", name(order.id), waits_for(order))
        })
        .collect()
}

/// `mark >= 105`, and what more there is to say.
fn waits_for(order: &Order) -> String {
    let trigger = order.trigger.unwrap();
    let source = format!("{:?}", trigger.source).to_lowercase();
    let crossing = match trigger.crossing {
        Crossing::Rising => ">=",
        Crossing::Falling => "<=",
    };
    let trail = trigger.trail.map_or(String::new(), |trail| format!(" trail {trail}"));
    let purpose = match order.purpose {
        Purpose::Trade => String::new(),
        purpose => format!(" {purpose:?}"),
    };
    format!("{source} {crossing} {}{trail}{purpose}", trigger.price)
}

fn queued(queued: &Queued) -> String {
    match queued {
        Queued::Crowd(contracts) => format!("crowd {contracts}"),
        Queued::Order(order) => format!("{} {}", name(order.id), order.remaining()),
    }
}

/// `A 5 at 100, balance 1000, available 995`, or `A flat, …`.
pub(crate) fn account(engine: &Engine, account: &str) -> String {
    let id = AccountId(u32::from(account.as_bytes()[0]));
    let wallet = engine.wallet(id).unwrap();
    let position = match engine.position(id, MARKET, LegId::ONE_WAY) {
        Some(position) => format!("{} at {}", position.contracts, position.entry_price),
        None => "flat".to_owned(),
    };
    format!("{account} {position}, balance {}, available {}", wallet.balance, wallet.available)
}

fn name(order: OrderId) -> String {
    let bytes = order.to_bits().to_be_bytes();
    String::from_utf8_lossy(&bytes).trim_start_matches('\0').to_owned()
}

fn way(side: Side) -> &'static str {
    match side {
        Side::Buy => "buys",
        Side::Sell => "sells",
    }
}

fn book_side(side: Side) -> &'static str {
    match side {
        Side::Buy => "bid",
        Side::Sell => "ask",
    }
}
