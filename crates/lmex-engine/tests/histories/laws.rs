//! What must hold after every command of any history.

use std::collections::{BTreeMap, BTreeSet};

use lmex_engine::{
    AccountId, AmendCause, Command, Config, Deleveraged, Engine, Event, Exits, LegId, MarketId, Money,
    NewOrder, Order, Party, QueueModel, Refusal, Stamped, Trigger,
};
use lmex_types::{OrderId, Side, TimeInForce, TimeMs};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::generate::{Step, history, moment, opening, wild};

proptest! {
    #![proptest_config(crate::config())]

    #[test]
    fn every_law_holds_after_every_command(steps in history(120), proportional: bool) {
        let queue_model = if proportional { QueueModel::Proportional } else { QueueModel::Tail };
        let config = Config { queue_model };
        let mut engine = Engine::new(config);
        let mut replica = Engine::new(config);
        let mut server = Server::default();
        for stamped in stamped(&steps) {
            let mut events = Vec::new();
            let idle = idle_markets(&engine);
            engine.apply(&stamped, &mut events);
            prop_assert_eq!(engine.audit(), Ok(()));
            nobody_trades_in(&idle, &stamped.command, &events);
            for event in &events {
                replica.evolve(event);
                server.hear(event);
            }
            prop_assert_eq!(replica.digest(), engine.digest(), "replay gives another state");
            server.compare(&engine);
            server.new_leg(&stamped.command, &events);
            the_balance_is_told(&engine, &events);
            print_is_reported_once(&stamped.command, &events);
            fill_or_kill_is_whole_or_nothing(&stamped.command, &events);
            only_a_debt_without_a_position_overdraws_the_fund(&engine, &events);
        }
    }

    #[test]
    fn numbers_at_the_ends_of_their_ranges_do_no_harm(
        steps in history(30),
        wild in prop::collection::vec(wild(), 1..30),
    ) {
        let mut engine = Engine::default();
        let mut events = Vec::new();
        let mixed = steps.into_iter().zip(wild).flat_map(|(step, wild)| [step, (i64::MAX / 64, wild)]);
        for stamped in stamped(&mixed.collect::<Vec<_>>()) {
            engine.apply(&stamped, &mut events);
            prop_assert_eq!(engine.audit(), Ok(()), "after {:?}", stamped);
        }
    }

    #[test]
    fn events_of_a_damaged_journal_do_not_bring_the_engine_down(
        steps in history(60),
        lost in prop::collection::vec(prop::bool::weighted(0.05), 400),
    ) {
        let (mut engine, mut events) = (Engine::default(), Vec::new());
        for stamped in stamped(&steps) {
            engine.apply(&stamped, &mut events);
        }
        let mut replica = Engine::default();
        for (event, _) in events.iter().zip(lost).filter(|(_, lost)| !lost) {
            replica.evolve(event);
        }
        let _ = replica.audit();
    }

    #[test]
    fn the_same_commands_give_the_same_events(steps in history(80)) {
        let run = || {
            let (mut engine, mut events) = (Engine::default(), Vec::new());
            for stamped in stamped(&steps) {
                engine.apply(&stamped, &mut events);
            }
            (engine.digest(), events)
        };
        prop_assert_eq!(run(), run());
    }
}

/// Random histories are worth something only if everything happens in them.
#[test]
fn every_kind_of_event_and_end_happens() {
    let mut runner = TestRunner::deterministic();
    let mut seen = BTreeSet::new();
    for _ in 0..2_000 {
        let steps = history(120).new_tree(&mut runner).unwrap().current();
        let (mut engine, mut events) = (Engine::default(), Vec::new());
        for stamped in stamped(&steps) {
            engine.apply(&stamped, &mut events);
        }
        seen.extend(events.iter().map(kind));
    }
    let wanted = [
        "OrderAccepted",
        "OrderRested",
        "OrderAmended kept User",
        "OrderAmended kept ReduceOnly",
        "OrderAmended lost User",
        "OrderAmended lost Peg",
        "OrderCancelled User",
        "OrderCancelled ImmediateRemainder",
        "OrderCancelled FillOrKill",
        "OrderCancelled PostOnlyWouldCross",
        "OrderCancelled SelfTrade",
        "OrderCancelled Expired",
        "OrderCancelled ReduceOnly",
        "OrderCancelled MarketNoLiquidity",
        "OrderCancelled InsufficientMargin",
        "OrderCancelled CancelAllAfter",
        "OrderCancelled MarketClosed",
        "OrderCancelled Liquidation",
        "OrderCancelled Oco",
        "OrderCancelled Unbound",
        "OrderCancelled NotAllowed",
        "OrderAccepted waits Trade",
        "OrderAccepted waits TakeProfit",
        "OrderAccepted waits StopLoss",
        "OrderTriggered",
        "OrderAmended waits User",
        "OrderRefused Incompatible",
        "OrderRefused TriggerWrongSide",
        "OrderRefused TrailOutOfRange",
        "AmendRefused NotAmendable",
        "AmendRefused TriggerWrongSide",
        "CommandRefused NoPosition",
        "CommandRefused NoExit",
        "CommandRefused DuplicateOrderId",
        "CommandRefused TriggerWrongSide",
        "OrderRefused MarketClosed",
        "OrderRefused DuplicateOrderId",
        "OrderRefused DuplicateClientId",
        "OrderRefused ReduceOnlyNoPosition",
        "OrderRefused InsufficientMargin",
        "OrderRefused NoPosition",
        "OrderRefused PriceProtection",
        "OrderRefused PegOutOfRange",
        "OrderRefused PostOnlySpam",
        "AmendRefused OrderNotFound",
        "AmendRefused NothingToAmend",
        "AmendRefused SizeBelowFilled",
        "AmendRefused PostOnlyWouldCross",
        "CancelRefused",
        "CrowdEntered Print",
        "CrowdEntered Depth",
        "LevelChanged Taken",
        "LevelChanged Set",
        "Trade",
        "Fill user user",
        "Fill user crowd",
        "Fill crowd user",
        "CommandRefused LeverageOutOfRange",
        "CommandRefused NotAvailable",
        "TradingSet",
        "Withdrawn",
        "InsuranceFunded",
        "CancelAllAfterSet",
        "FundingPaid",
        "FundingEnded",
        "LiquidationStarted",
        "LiquidationOrder",
        "Fill user venue",
        "Fill crowd venue",
        "Deleveraged user",
        "Deleveraged crowd",
        "InsurancePaid",
        "LiquidationEnded",
        "CommandRefused NotFlat",
        "CommandRefused UnknownLeg",
        "CommandRefused InsufficientMargin",
        "CommandRefused RiskLimitExceeded",
        "CommandRefused RiskLimitOutOfRange",
        "OrderRefused PositionModeInvalid",
        "OrderRefused UnknownLeg",
        "OrderRefused RiskLimitExceeded",
        "PositionModeSet OneWay",
        "PositionModeSet Hedge",
        "PositionModeSet Isolated",
        "LeverageSet Cross stays",
        "LeverageSet Isolated stays",
        "LeverageSet Isolated in",
        "LeverageSet Isolated out",
        "RiskLimitSet stays",
        "RiskLimitSet in",
    ];
    let missing: Vec<_> = wanted.into_iter().filter(|kind| !seen.contains(*kind)).collect();
    assert!(missing.is_empty(), "never happened: {missing:?}; happened: {seen:?}");
}

fn kind(event: &Event) -> String {
    let debug = format!("{event:?}");
    let name = debug.split(['(', ' ']).next().unwrap_or_default();
    let of =
        |refusal: &Refusal| format!("{refusal:?}").split(['(', ' ']).next().unwrap_or_default().to_owned();
    let party = |party: &Party| match party.order {
        Some(order) if order.to_bits() >> 64 == u128::from(u64::MAX) => "venue",
        Some(_) => "user",
        None if party.account == AccountId::CROWD => "crowd",
        None => "user",
    };
    match event {
        Event::OrderAccepted { order } if order.waits() => format!("{name} waits {:?}", order.purpose),
        Event::OrderAmended { trigger: Some(_), cause, .. } => format!("{name} waits {cause:?}"),
        Event::OrderAmended { kept_place, cause, .. } => {
            format!("{name} {} {cause:?}", if *kept_place { "kept" } else { "lost" })
        }
        Event::OrderCancelled { reason, .. } => format!("{name} {reason:?}"),
        Event::OrderRefused { refusal, .. }
        | Event::AmendRefused { refusal, .. }
        | Event::CommandRefused { refusal, .. } => format!("{name} {}", of(refusal)),
        Event::PositionModeSet { mode, .. } => format!("{name} {mode:?}"),
        Event::LeverageSet { margin, moved, .. } => format!("{name} {margin:?} {}", way(*moved)),
        Event::RiskLimitSet { moved, .. } => format!("{name} {}", way(*moved)),
        Event::CrowdEntered { purpose, .. } => format!("{name} {purpose:?}"),
        Event::LevelChanged { cause, .. } => format!("{name} {cause:?}"),
        Event::Fill(fill) => format!("{name} {} {}", party(&fill.maker), party(&fill.taker)),
        Event::Deleveraged(deleveraged) => format!("{name} {}", party(&deleveraged.winner)),
        _ => name.to_owned(),
    }
}

fn way(moved: Money) -> &'static str {
    match moved.units().signum() {
        0 => "stays",
        1 => "in",
        _ => "out",
    }
}

fn stamped(steps: &[Step]) -> Vec<Stamped> {
    let mut at = TimeMs::from_millis(1_000);
    let opening = opening().into_iter().map(|command| (0, command));
    opening
        .chain(steps.iter().cloned())
        .zip(1..)
        .map(|(step, seq)| {
            at = moment(at, &step);
            Stamped { seq, at, command: step.1 }
        })
        .collect()
}

/// What a server knows from events alone.
#[derive(Default)]
struct Server {
    orders: BTreeMap<OrderId, Order>,
    levels: BTreeMap<(MarketId, Side, i64), i64>,
    /// With what is set aside for isolated positions.
    balances: BTreeMap<u32, Money>,
    positions: BTreeMap<(u32, MarketId, LegId), i64>,
    last_trade: u64,
    /// The venue's own order with what is left of it.
    venue: Option<(OrderId, i64)>,
    fund: Money,
    /// The last leg of the isolated mode of each account.
    last_leg: BTreeMap<u32, u32>,
}

impl Server {
    fn hear(&mut self, event: &Event) {
        if let Some(change) = event.level_change() {
            let key = (change.market, change.side, change.price);
            assert!(change.contracts >= 0, "{event:?}");
            match change.contracts {
                0 => self.levels.remove(&key),
                contracts => self.levels.insert(key, contracts),
            };
        }
        match event {
            Event::Deposited { account, amount, .. } => {
                *self.balances.entry(account.0).or_default() += *amount;
            }
            Event::Withdrawn { account, amount, .. } => {
                *self.balances.entry(account.0).or_default() -= *amount;
            }
            Event::OrderAccepted { order } => {
                assert!(self.orders.insert(order.id, *order).is_none());
            }
            Event::OrderTriggered { order, contracts, .. } => {
                let order = self.orders.get_mut(order).unwrap();
                assert!(order.waits());
                order.contracts = *contracts;
                order.trigger = order.trigger.map(|trigger| Trigger { fired: true, ..trigger });
            }
            Event::OrderCancelled { order, remaining, .. } => {
                assert_eq!(self.orders.remove(order).unwrap().remaining(), *remaining);
            }
            Event::OrderAmended { order, price, contracts, remaining, trigger, .. } => {
                let order = self.orders.get_mut(order).unwrap();
                assert_eq!(order.waits(), trigger.is_some());
                order.trigger =
                    order.trigger.map(|old| Trigger { price: trigger.unwrap_or(old.price), ..old });
                (order.price, order.contracts) = (*price, *contracts);
                assert_eq!(order.remaining(), *remaining);
            }
            Event::Fill(fill) => {
                self.trade(fill.trade_id);
                for (party, side) in [(&fill.maker, fill.aggressor.opposite()), (&fill.taker, fill.aggressor)]
                {
                    self.settle(party, fill.market, side.sign() * fill.contracts);
                    let Some(id) = party.order.filter(|&id| !self.is_of_venue(id, party)) else { continue };
                    let order = self.orders.get_mut(&id).unwrap();
                    order.filled += fill.contracts;
                    assert_eq!(order.remaining(), party.remaining);
                    assert!(!order.reduce_only || order.remaining() >= 0);
                    if party.remaining == 0 {
                        self.orders.remove(&id);
                    }
                }
            }
            Event::LiquidationOrder { order, contracts, .. } => {
                assert_eq!(self.venue, None);
                self.venue = Some((*order, *contracts));
            }
            Event::LiquidationOrderEnded { order, remaining, .. } => {
                assert_eq!(self.venue.take(), Some((*order, *remaining)));
            }
            Event::Deleveraged(deleveraged) => {
                let Deleveraged { market, trade_id, contracts, side, ref loser, ref winner, .. } =
                    *deleveraged;
                self.trade(trade_id);
                self.settle(loser, market, side.sign() * contracts);
                self.settle(winner, market, -side.sign() * contracts);
            }
            Event::FundingPaid { account, amount, .. } => {
                *self.balances.entry(account.0).or_default() -= *amount;
            }
            Event::InsuranceFunded { amount } => self.fund += *amount,
            Event::InsurancePaid { account, amount, fund, .. } => {
                *self.balances.entry(account.0).or_default() += *amount;
                self.fund -= *amount;
                assert_eq!(self.fund, *fund);
            }
            Event::Trade { trade_id, contracts, .. } => {
                assert!(*contracts > 0);
                self.trade(*trade_id);
            }
            _ => {}
        }
    }

    fn settle(&mut self, party: &Party, market: MarketId, contracts: i64) {
        let gained = party.realised_pnl - party.fee - party.liquidation_fee;
        *self.balances.entry(party.account.0).or_default() += gained;
        *self.positions.entry((party.account.0, market, party.leg)).or_default() += contracts;
        self.fund += party.liquidation_fee;
        assert!(!party.liquidation_fee.is_negative());
    }

    /// The venue's own order is filled.
    fn is_of_venue(&mut self, id: OrderId, party: &Party) -> bool {
        let Some((_, remaining)) = self.venue.as_mut().filter(|(order, _)| *order == id) else {
            return false;
        };
        assert!(party.remaining < *remaining);
        *remaining = party.remaining;
        true
    }

    /// A position of the isolated mode that is opened was never there before.
    fn new_leg(&mut self, command: &Command, events: &[Event]) {
        let Command::Place(NewOrder { leg: None, account, order: id, .. }) = command else { return };
        for event in events {
            let Event::OrderAccepted { order } = event else { continue };
            let Some(number) = order.leg.isolated_number().filter(|_| order.id == *id) else { continue };
            let last = self.last_leg.insert(account.0, number).unwrap_or(0);
            assert!(number > last, "{event:?} after leg {last}");
        }
    }

    fn trade(&mut self, trade_id: u64) {
        assert_eq!(trade_id, self.last_trade + 1);
        self.last_trade = trade_id;
    }

    fn compare(&self, engine: &Engine) {
        let mut levels = BTreeMap::new();
        for market in engine.markets() {
            for side in [Side::Buy, Side::Sell] {
                let depth =
                    market.depth(side).map(|(price, contracts)| ((market.id(), side, price), contracts));
                levels.extend(depth);
            }
        }
        assert_eq!(self.levels, levels);
        assert_eq!(self.fund, engine.insurance_fund());
        for account in engine.accounts() {
            let wallet = engine.wallet(account).unwrap();
            let owned = wallet.balance + wallet.isolated;
            assert_eq!(self.balances.get(&account.0).copied().unwrap_or_default(), owned);
            for order in engine.open_orders(account, None) {
                assert_eq!(self.orders.get(&order.id).map(told), Some(told(order)));
            }
        }
        let positions = engine.accounts().flat_map(|account| {
            engine
                .positions(account)
                .map(move |found| ((account.0, found.market, found.leg), found.contracts))
        });
        let known = self.positions.iter().filter(|(_, contracts)| **contracts != 0);
        assert_eq!(
            known.map(|(&at, &contracts)| (at, contracts)).collect::<BTreeMap<_, _>>(),
            positions.collect()
        );
        let open: usize = engine.accounts().map(|account| engine.open_orders(account, None).count()).sum();
        assert_eq!(self.orders.len(), open);
    }
}

fn the_balance_is_told(engine: &Engine, events: &[Event]) {
    if let Some(Event::Deposited { account, balance, .. } | Event::Withdrawn { account, balance, .. }) =
        events.last()
    {
        assert_eq!(engine.wallet(*account).unwrap().balance, *balance);
    }
}

/// What events say of an order: its trail, its pair and its exits go their way without a word.
fn told(order: &Order) -> Order {
    let trigger = order.trigger.map(|trigger| match trigger.trail {
        Some(_) => Trigger { price: 0, ..trigger },
        None => trigger,
    });
    Order { trigger, peer: None, exits: Exits::NONE, ..*order }
}

fn fill_or_kill_is_whole_or_nothing(command: &Command, events: &[Event]) {
    let Command::Place(new) = command else { return };
    let Some(Event::OrderAccepted { order }) =
        events.iter().find(|event| matches!(event, Event::OrderAccepted { .. }))
    else {
        return;
    };
    if new.time_in_force != TimeInForce::Fok {
        return;
    }
    let filled: i64 = events
        .iter()
        .map(|event| match event {
            Event::Fill(fill) if fill.taker.order == Some(order.id) => fill.contracts,
            _ => 0,
        })
        .sum();
    assert!(filled == 0 || filled == order.contracts, "{events:?}");
}

/// Markets that are halted or closed.
fn idle_markets(engine: &Engine) -> Vec<MarketId> {
    engine.markets().filter(|market| !market.is_open()).map(|market| market.id()).collect()
}

fn nobody_trades_in(idle: &[MarketId], command: &Command, events: &[Event]) {
    let re_opens = |market| matches!(command, Command::SetTrading { market: of, .. } if *of == market);
    for event in events {
        let market = match event {
            Event::Fill(fill) => fill.market,
            Event::OrderTriggered { market, .. }
            | Event::OrderAmended { market, cause: AmendCause::Peg, .. } => *market,
            _ => continue,
        };
        assert!(!idle.contains(&market) || re_opens(market), "{event:?} in a market that is not open");
    }
}

/// Or one that is larger than any price could make up for.
fn only_a_debt_without_a_position_overdraws_the_fund(engine: &Engine, events: &[Event]) {
    let mut closed = false;
    for event in events {
        match event {
            Event::LiquidationStarted { .. } => closed = false,
            Event::LiquidationOrder { market, bankruptcy, .. } => {
                closed = *bankruptcy >= engine.market(*market).unwrap().value(1, 1);
            }
            Event::InsurancePaid { fund, .. } => assert!(!closed || !fund.is_negative(), "{events:?}"),
            _ => {}
        }
    }
}

fn print_is_reported_once(command: &Command, events: &[Event]) {
    let &Command::CrowdTrade { contracts, .. } = command else { return };
    let reported: i64 = events
        .iter()
        .map(|event| match event {
            Event::Fill(fill) if fill.taker.account == AccountId::CROWD => fill.contracts,
            Event::Trade { contracts, .. } => *contracts,
            _ => 0,
        })
        .sum();
    assert_eq!(reported, contracts);
}
