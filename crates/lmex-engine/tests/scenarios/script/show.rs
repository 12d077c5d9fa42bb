//! Events, books and accounts as text.

use lmex_engine::{
    AccountId, Crossing, CrowdPurpose, Deleveraged, Engine, Event, Fill, LegId, LevelCause, MarginMode,
    MarketId, Money, Order, Party, Purpose, Queued,
};
use lmex_types::{OrderId, Side};

use super::{MARKET, OTHER};

/// What happens in the other market says so.
pub(crate) fn event(event: &Event) -> String {
    let market = match event {
        Event::Fill(fill) => fill.market,
        Event::Deleveraged(trade) => trade.market,
        Event::LiquidationOrder { market, .. } | Event::LiquidationOrderEnded { market, .. } => *market,
        _ => MARKET,
    };
    let place = if market == OTHER { "other: " } else { "" };
    format!("{place}{}", what(event))
}

fn what(event: &Event) -> String {
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
        Event::TradingSet { trading, .. } => format!("trading {trading:?}"),
        Event::PricesSet { index, mark, .. } => format!("index {index} mark {mark}"),
        Event::CancelAllAfterSet { account, at } => {
            let name = char::from(u8::try_from(account.0).unwrap());
            at.map_or(format!("switch {name} off"), |at| format!("switch {name} at {}", at.as_millis()))
        }
        Event::Withdrawn { amount, balance, .. } => format!("withdrawn {amount}, balance {balance}"),
        Event::InsuranceFunded { amount } => format!("insurance {amount}"),
        Event::CommandRefused { refusal, .. } => format!("refused: {refusal}"),
        Event::LeverageSet { leverage, leg, margin, moved, .. } => {
            let cross = *margin == MarginMode::Cross;
            let margin = if cross { "" } else { " isolated" };
            format!("leverage {leverage}{margin}{}{}", on(*leg), show_moved(*moved))
        }
        Event::MarginMoved { leg, moved, .. } => format!("margin{}{}", on(*leg), show_moved(*moved)),
        Event::RiskLimitSet { level, leg, moved, .. } => {
            format!("risk limit {level}{}{}", on(*leg), show_moved(*moved))
        }
        Event::PositionModeSet { mode, .. } => format!("mode {mode:?}"),
        Event::FundingRateSet { rate, next, .. } => format!("funding {rate} at {next}"),
        Event::FundingStarted { rate, value, .. } => format!("funding of {rate} on {value}"),
        Event::FundingPaid { account, leg, contracts, amount, .. } => {
            format!("{} pays {amount} for {contracts}{}", who(*account), on(*leg))
        }
        Event::FundingEnded { rate, next, residue, .. } => {
            format!("funding done, residue {residue}, next {rate} at {next}")
        }
        Event::LiquidationStarted { account, position, equity, maintenance } => {
            format!("{}{} at risk: {equity} of {maintenance}", who(*account), scope(*position))
        }
        Event::LiquidationOrder { order, side, contracts, limit, bankruptcy, .. } => {
            format!("{} {} {contracts} @ {limit}, bankrupt at {bankruptcy}", name(*order), way(*side))
        }
        Event::LiquidationOrderEnded { order, remaining, .. } => {
            format!("{} ended, left {remaining}", name(*order))
        }
        Event::Deleveraged(deleveraged) => show_deleveraged(deleveraged),
        Event::InsurancePaid { account, position, amount, fund } => {
            format!("insurance pays {amount} for {}{}, fund {fund}", who(*account), scope(*position))
        }
        Event::LiquidationEnded { account, position } => {
            format!("{}{} done", who(*account), scope(*position))
        }
        other => format!("{other:?}"),
    }
}

fn scope(isolated: Option<(MarketId, LegId)>) -> String {
    isolated.map_or(String::new(), |(_, leg)| format!("{} isolated", on(leg)))
}

fn show_deleveraged(deleveraged: &Deleveraged) -> String {
    let Deleveraged { contracts, price, ref loser, ref winner, .. } = *deleveraged;
    let party = |party: &Party| {
        let (on, moved) = (on(party.leg), show_moved(party.moved));
        format!("{}{on} pnl {}{moved}", who(party.account), party.realised_pnl)
    };
    format!(
        "deleveraged {contracts} @ {price}: {} <- {}, left {}",
        party(winner),
        party(loser),
        loser.remaining
    )
}

/// The buckets of all who have a position, by name.
pub(crate) fn adl(engine: &Engine) -> String {
    let buckets = engine.accounts().filter_map(|account| {
        let bucket = engine.adl_bucket(account, MARKET, LegId::ONE_WAY)?;
        Some(format!(" {} {bucket}", who(account)))
    });
    format!("adl{}", buckets.collect::<String>())
}

fn who(account: AccountId) -> String {
    match account {
        AccountId::CROWD => "crowd".to_owned(),
        AccountId(letter) => char::from_u32(letter).unwrap_or('?').to_string(),
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
            let insurance = match party.liquidation_fee.units() {
                0 => String::new(),
                _ => format!(" insurance {}", party.liquidation_fee),
            };
            let (on, moved) = (on(party.leg), show_moved(party.moved));
            format!("{} left {}{on}{pnl}{fee}{insurance}{moved}", name(order), party.remaining)
        }
        None => "crowd".to_owned(),
    };
    let (maker, taker) = (party(&fill.maker), party(&fill.taker));
    format!("fill {} @ {}: {maker} <- {taker}, level {}", fill.contracts, fill.price, fill.level)
}

fn on(leg: LegId) -> String {
    if leg == LegId::ONE_WAY { String::new() } else { format!(" on {leg}") }
}

fn show_moved(moved: Money) -> String {
    if moved.units() == 0 { String::new() } else { format!(" moved {moved}") }
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
    let waiting = orders.filter(Order::waits);
    waiting
        .map(|order| {
            let price = if order.price == 0 { String::new() } else { format!(" @ {}", order.price) };
            let contracts = order.remaining();
            let side = order.side.as_str().to_lowercase();
            format!("{} {side} {contracts}{price}: {}", name(order.id), waits_for(&order))
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
        Queued::Order(order) if order.visible() < order.remaining() => {
            format!("{} {} shows {}", name(order.id), order.remaining(), order.visible())
        }
        Queued::Order(order) => format!("{} {}", name(order.id), order.remaining()),
    }
}

/// `A 5 at 100, balance 1000, available 995`, or `A flat, …`. `A/long` is one leg of A, `A$` all of A's wallet.
pub(crate) fn account(engine: &Engine, account: &str) -> String {
    if let Some((owner, leg)) = account.split_once('/') {
        return show_leg(engine, account, AccountId(u32::from(owner.as_bytes()[0])), super::leg(leg));
    }
    if account.ends_with('$') {
        return show_wallet(engine, account);
    }
    let id = AccountId(u32::from(account.as_bytes()[0]));
    let wallet = engine.wallet(id).unwrap();
    let position = match engine.position(id, MARKET, LegId::ONE_WAY) {
        Some(position) => format!("{} at {}", position.contracts, position.entry_price),
        None => "flat".to_owned(),
    };
    format!("{account} {position}, balance {}, available {}", wallet.balance, wallet.available)
}

fn show_leg(engine: &Engine, name: &str, account: AccountId, leg: LegId) -> String {
    let view = engine.leg(account, MARKET, leg).unwrap();
    let orders = if view.orders == 0 { String::new() } else { format!(", {} orders", view.orders) };
    let Some(position) = engine.position(account, MARKET, leg) else {
        return format!("{name} flat {:?} {}x tier {}{orders}", view.margin, view.leverage, view.level);
    };
    let liquidation = position.liquidation_price.map_or("none".to_owned(), |price| price.to_string());
    let wallet =
        if view.margin == MarginMode::Cross { String::new() } else { format!(", wallet {}", view.wallet) };
    format!(
        "{name} {} at {} {:?} {}x tier {}{wallet}, pnl {}, initial {}, maintenance {}, liquidation {liquidation}{orders}",
        position.contracts,
        position.entry_price,
        position.margin,
        position.leverage,
        position.level,
        position.unrealised,
        position.initial_margin,
        position.maintenance_margin,
    )
}

fn show_wallet(engine: &Engine, name: &str) -> String {
    let wallet = engine.wallet(AccountId(u32::from(name.as_bytes()[0]))).unwrap();
    format!(
        "{name} balance {}, isolated {}, unrealised {}, orders {}, positions {}, maintenance {}, available {}",
        wallet.balance,
        wallet.isolated,
        wallet.unrealised,
        wallet.order_margin,
        wallet.position_margin,
        wallet.maintenance,
        wallet.available,
    )
}

/// Orders of the venue are `#` and their serial number.
fn name(order: OrderId) -> String {
    let (venue, serial) = (order.to_bits() >> 64 == u128::from(u64::MAX), order.to_bits() as u64);
    if venue {
        return format!("#{serial}");
    }
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
