//! Limits that take many orders or many markets to reach.

#![allow(clippy::unwrap_used, reason = "helper functions are tests too")]

use lmex_engine::{
    AccountId, Command, CrowdLevel, Engine, Event, Exit, Exits, LegId, MarketId, MarketRules, Money,
    NewOrder, NewTrigger, OcoStop, PriceSource, Rate, Refusal, Stamped, Trading, TriggerKind,
};
use lmex_types::{Decimal, Grid, Instrument, OrderId, Side, TimeMs};

const TRADER: AccountId = AccountId(1);

/// Two markets at 100 with contracts of one, and a trader with so much money.
fn opened(quote: i64) -> Engine {
    let mut engine = Engine::default();
    for market in [MarketId(1), MarketId(2)] {
        let (instrument, rules) = (instrument(), MarketRules::default());
        tell(&mut engine, Command::OpenMarket { market, instrument, rules, price: 100 });
    }
    let (maker_fee, taker_fee) = (Rate::ZERO, Rate::ZERO);
    tell(&mut engine, Command::OpenAccount { account: TRADER, maker_fee, taker_fee });
    tell(&mut engine, Command::Deposit { account: TRADER, amount: Money::from_quote(quote) });
    engine
}

fn instrument() -> Instrument {
    Instrument {
        symbol: "TEST-PERP".parse().unwrap(),
        base: "TEST".into(),
        quote: "USDT".into(),
        grid: Grid::new(Decimal::ONE, Decimal::ONE).unwrap(),
        min_contracts: 1,
        max_contracts: 1_000_000,
        step_contracts: 1,
        min_notional: Decimal::from(5),
    }
}

fn tell(engine: &mut Engine, command: Command) -> Vec<Event> {
    let mut events = Vec::new();
    engine.apply(&Stamped { seq: 0, at: TimeMs::from_millis(0), command }, &mut events);
    assert_eq!(engine.audit(), Ok(()));
    events
}

fn offer(engine: &mut Engine, market: MarketId, contracts: i64) {
    let levels = vec![CrowdLevel { side: Side::Sell, price: 100, contracts }];
    tell(engine, Command::CrowdDepth { market, levels, snapshot: false });
}

/// The last event of a limit buy at 100, or at 99 to rest.
fn buy(engine: &mut Engine, market: MarketId, id: u128, price: i64, contracts: i64) -> Event {
    let order = NewOrder::limit(TRADER, market, OrderId::from_bits(id), Side::Buy, price, contracts);
    tell(engine, Command::Place(order)).pop().unwrap()
}

fn refusal(event: &Event) -> Option<Refusal> {
    match event {
        Event::OrderRefused { refusal, .. } => Some(*refusal),
        _ => None,
    }
}

#[test]
fn an_account_has_so_many_orders_in_a_market() {
    let mut engine = opened(1_000_000);
    for id in 1..=500 {
        assert_eq!(refusal(&buy(&mut engine, MarketId(1), id, 99, 1)), None);
    }
    let one_more = buy(&mut engine, MarketId(1), 501, 99, 1);
    assert_eq!(refusal(&one_more), Some(Refusal::TooManyOpenOrders { max: 500 }));
    assert_eq!(refusal(&buy(&mut engine, MarketId(2), 501, 99, 1)), None, "each market counts its own");
}

#[test]
fn what_waits_counts_and_exits_are_bound_beyond_the_limit() {
    let mut engine = opened(1_000_000);
    offer(&mut engine, MarketId(1), 1);
    let order = |id| NewOrder::limit(TRADER, MarketId(1), OrderId::from_bits(id), Side::Buy, 99, 1);
    let stop = NewTrigger { kind: TriggerKind::Stop, price: 105, source: PriceSource::Mark, trail: None };
    for id in 1..=498 {
        tell(&mut engine, Command::Place(NewOrder { trigger: Some(stop), ..order(id) }));
    }
    let max = Refusal::TooManyOpenOrders { max: 500 };
    let id = OrderId::from_bits(1_001);
    let pair = |at: u128| NewOrder {
        oco: Some(OcoStop { order: id, trigger_price: 105, source: PriceSource::Mark, price: 106 }),
        ..order(at)
    };
    tell(&mut engine, Command::Place(order(499)));
    assert_eq!(refusal(&tell(&mut engine, Command::Place(pair(500)))[0]), Some(max), "a pair is two orders");
    let exit = |id, price| Some(Exit { order: OrderId::from_bits(id), price, source: PriceSource::Mark });
    let exits = Exits { take_profit: exit(1_002, 110), stop_loss: exit(1_003, 90) };
    let bringing = NewOrder { price: 100, exits, ..order(500) };
    tell(&mut engine, Command::Place(bringing));
    assert_eq!(engine.open_orders(TRADER, None).count(), 501, "499, and two exits that none may refuse");
    let waiting = NewOrder { trigger: Some(stop), ..order(501) };
    assert_eq!(refusal(&tell(&mut engine, Command::Place(waiting))[0]), Some(max));
    let bind = |stop_loss| {
        let exits = Exits { take_profit: None, stop_loss };
        Command::BindExits { account: TRADER, market: MarketId(1), leg: LegId::ONE_WAY, exits }
    };
    let replaced = tell(&mut engine, bind(exit(1_004, 91)));
    assert!(matches!(replaced[..], [Event::OrderCancelled { .. }, Event::OrderAccepted { .. }]));
}

#[test]
fn a_position_has_an_end_where_sums_stay_exact() {
    let mut engine = opened(1_000_000_000_000);
    offer(&mut engine, MarketId(1), 2_000_000_000);
    for id in 1..=1_000 {
        assert_eq!(refusal(&buy(&mut engine, MarketId(1), id, 100, 1_000_000)), None);
    }
    let one_more = buy(&mut engine, MarketId(1), 1_001, 100, 1);
    let (contracts, max) = (1_000_000_001, 1_000_000_000);
    assert_eq!(refusal(&one_more), Some(Refusal::PositionTooLarge { contracts, max }));
}

#[test]
fn a_liquidation_price_counts_what_the_other_positions_give_and_need() {
    let mut engine = opened(100);
    for (market, contracts) in [(MarketId(1), 10), (MarketId(2), 5)] {
        offer(&mut engine, market, contracts);
        buy(&mut engine, market, 1, 100, contracts);
    }
    let mark = Decimal::from(110);
    tell(&mut engine, Command::SetPrices { market: MarketId(2), index: mark, mark: Some(mark) });
    // Elsewhere: 100 + 5 × 10 − 550 × 0.005 = 147.25. Then (1000 − 147.25) / (10 × 0.995) = 85.70…, up to the tick.
    let position = engine.position(TRADER, MarketId(1), LegId::ONE_WAY).unwrap();
    assert_eq!(position.liquidation_price, Some(Decimal::from(86)));
    assert_eq!(position.initial_margin, Money::from_quote(10));
    assert_eq!(position.maintenance_margin, Money::from_quote(5));
    let wallet = engine.wallet(TRADER).unwrap();
    assert_eq!(Decimal::from(wallet.maintenance), "7.75".parse().unwrap());
    assert_eq!(Decimal::from(wallet.available), "134.5".parse().unwrap());
}

#[test]
fn of_several_cross_positions_the_one_with_the_largest_loss_goes_first() {
    let mut engine = opened(100);
    for (market, contracts) in [(MarketId(1), 20), (MarketId(2), 30)] {
        offer(&mut engine, market, contracts);
        buy(&mut engine, market, 1, 100, contracts);
    }
    for (market, mark) in [(MarketId(1), "97.5"), (MarketId(2), "98.1")] {
        let levels = vec![CrowdLevel { side: Side::Buy, price: 99, contracts: 100 }];
        tell(&mut engine, Command::CrowdDepth { market, levels, snapshot: true });
        let mark: Decimal = mark.parse().unwrap();
        let events = tell(&mut engine, Command::SetPrices { market, index: mark, mark: Some(mark) });
        let closed: Vec<_> = events
            .iter()
            .filter_map(|event| match event {
                Event::LiquidationOrder { market, contracts, bankruptcy, .. } => {
                    Some((*market, *contracts, bankruptcy.to_string()))
                }
                _ => None,
            })
            .collect();
        // Losses of 20 × 2.5 = 50 and then 30 × 1.9 = 57: it owes 7, and the second position is bankrupt at 98.1 +
        // 7 / 30, up to the unit.
        let expected =
            if market == MarketId(1) { vec![] } else { vec![(market, 30, "98.333333333334".to_owned())] };
        assert_eq!(closed, expected);
    }
    // 100 − 30 × 1 − 0.2 % of 2,970 = 64.06. Less the loss of 50 that is more than 20 × 97.5 × 0.5 % = 9.75: enough.
    assert_eq!(engine.wallet(TRADER).unwrap().balance.to_string(), "64.06");
    assert_eq!(engine.position(TRADER, MarketId(1), LegId::ONE_WAY).unwrap().contracts, 20);
}

#[test]
fn who_is_deleveraged_may_be_next() {
    let mut engine = opened(41_000);
    let poor = AccountId(2);
    let (maker_fee, taker_fee) = (Rate::ZERO, Rate::ZERO);
    tell(&mut engine, Command::OpenAccount { account: poor, maker_fee, taker_fee });
    tell(&mut engine, Command::Deposit { account: poor, amount: Money::from_quote(1_100) });
    // The trader is short 1,000 from the poor one, and long 1,000 elsewhere.
    for (account, side) in [(TRADER, Side::Sell), (poor, Side::Buy)] {
        let id = OrderId::from_bits(u128::from(account.0));
        let order = NewOrder::limit(account, MarketId(1), id, side, 100, 1_000);
        tell(&mut engine, Command::Place(order));
    }
    offer(&mut engine, MarketId(2), 1_000);
    buy(&mut engine, MarketId(2), 3, 100, 1_000);
    // While the first market is halted its gain of 40,000 covers a loss of 70,000 in the other.
    tell(&mut engine, Command::SetTrading { market: MarketId(1), trading: Trading::Halted });
    for (market, mark) in [(MarketId(1), 60), (MarketId(2), 30)] {
        let mark = Decimal::from(mark);
        tell(&mut engine, Command::SetPrices { market, index: mark, mark: Some(mark) });
    }
    let events = tell(&mut engine, Command::SetTrading { market: MarketId(1), trading: Trading::Active });
    // The poor one owes 38,900: the trader gains 1 a contract at 99 instead of 40, and owes 28,000.
    let started: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::LiquidationStarted { account, equity, .. } => Some((*account, *equity)),
            _ => None,
        })
        .collect();
    assert_eq!(started, [(poor, Money::from_quote(-38_900)), (TRADER, Money::from_quote(-28_000))]);
}
