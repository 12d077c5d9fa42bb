//! Limits that take many orders or many markets to reach.

#![allow(clippy::unwrap_used, reason = "helper functions are tests too")]

use lmex_engine::{
    AccountId, Command, CrowdLevel, Engine, Event, Exit, Exits, LegId, MarketId, MarketRules, Money,
    NewOrder, NewTrigger, OcoStop, PriceSource, Rate, Refusal, Stamped, TriggerKind,
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
