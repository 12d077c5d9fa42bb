//! Random commands that meet each other: few accounts, few prices, few ids.

use lmex_engine::{
    AccountId, CancelTarget, Command, CrowdLevel, Exit, Exits, LegId, MarginMode, MarketId, MarketRules,
    Money, NewOrder, NewTrigger, OcoStop, OrderRef, Peg, PositionMode, Rate, SmallOrders, Tiers, Trading,
};
use lmex_types::{ClientOrderId, Decimal, Grid, Instrument, OrderId, OrderType, Side, TimeInForce, TimeMs};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::conditions::{bind, condition};

/// A command and how much later than the one before.
pub(crate) type Step = (i64, Command);

/// Opens two markets, the second of which hides small orders, and four accounts: one without fees, one with, one with a rebate, one nearly broke.
pub(crate) fn opening() -> Vec<Command> {
    let rules = |tiers: [(i64, u32); 3], small_orders| {
        let mut rules =
            MarketRules { tiers: Tiers::ladder(&tiers).unwrap(), small_orders, ..MarketRules::default() };
        // Funding is paid, and the mark computed, within a short history.
        rules.funding.interval_ms = 1_000;
        rules.mark.impact_notional = Money::from_quote(1);
        rules
    };
    let wide = rules([(2_500, 100), (6_000, 50), (3_000_000, 20)], SmallOrders::Refuse);
    let narrow = rules([(2, 100), (5, 50), (30, 20)], SmallOrders::Hide);
    let spam = Decimal::new(4, 1);
    let mut commands: Vec<Command> = [
        (1, instrument("1", "1"), wide),
        (2, Instrument { min_notional: spam, ..instrument("0.1", "0.013") }, narrow),
    ]
    .map(|(market, instrument, rules)| Command::OpenMarket {
        market: MarketId(market),
        instrument,
        rules,
        price: 100,
    })
    .into();
    for (account, maker, taker, quote) in
        [(1, 0, 0, 1_000_000), (2, 200, 500, 50_000), (3, -100, 333, 400), (4, 1, 1, 30)]
    {
        let account = AccountId(account);
        let (maker_fee, taker_fee) =
            (Rate::from_parts(maker * 1_000_001), Rate::from_parts(taker * 1_000_001));
        commands.push(Command::OpenAccount { account, maker_fee, taker_fee });
        commands.push(Command::Deposit { account, amount: Money::from_quote(quote) });
    }
    commands
}

pub(crate) fn instrument(tick: &str, contract_size: &str) -> Instrument {
    Instrument {
        symbol: "TEST-PERP".parse().unwrap(),
        base: "TEST".into(),
        quote: "USDT".into(),
        grid: Grid::new(tick.parse().unwrap(), contract_size.parse().unwrap()).unwrap(),
        min_contracts: 1,
        max_contracts: 1_000_000,
        step_contracts: 1,
        min_notional: Decimal::ZERO,
    }
}

/// Histories with users and the crowd. Many start in another mode than the net position, since modes change only while
/// there is nothing.
pub(crate) fn history(length: usize) -> impl Strategy<Value = Vec<Step>> {
    let start = vec((Just(0), settings()), 0..8);
    (start, vec((later(), command()), length / 4..length)).prop_map(|(start, steps)| [start, steps].concat())
}

/// Terms of the accounts.
pub(crate) fn settings() -> impl Strategy<Value = Command> {
    prop_oneof![set_mode(), set_leverage(), set_risk_limit()]
}

/// Whatever happens at a venue.
pub(crate) fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        12 => new_order().prop_map(Command::Place),
        5 => amend(),
        3 => cancel(),
        1 => close(),
        2 => bind(account(), market(), leg()),
        4 => crowd_depth(),
        2 => crowd_trade(),
        2 => set_prices(),
        2 => set_leverage(),
        4 => set_risk_limit(),
        1 => set_mode(),
        2 => pegged().prop_map(Command::Place),
        1 => (account(), option::weighted(0.8, -5_i64..300)).prop_map(|(account, timeout_ms)| {
            Command::CancelAllAfter { account, timeout_ms }
        }),
        1 => (account(), prop_oneof![-5_i64..50, Just(1_000_000)]).prop_map(|(account, quote)| {
            Command::Withdraw { account, amount: Money::from_quote(quote) }
        }),
        1 => (account(), market(), leg(), -40_i64..80).prop_map(|(account, market, leg, quote)| {
            Command::MoveMargin { account, market, leg, amount: Money::from_quote(quote) }
        }),
        1 => price_shock(),
        1 => (market(), -9_000_i64..9_000, 0_i64..3_000).prop_map(|(market, millionths, next)| {
            let (rate, next) = (Rate::from_parts(millionths * 1_000_000), TimeMs::from_millis(next));
            Command::SetFundingRate { market, rate, next }
        }),
        1 => (-1_i64..20).prop_map(|quote| Command::FundInsurance { amount: Money::from_quote(quote) }),
        1 => (account(), -5_i64..50).prop_map(|(account, quote)| {
            Command::Deposit { account, amount: Money::from_quote(quote) }
        }),
        1 => set_trading(),
        1 => Just(Command::Advance),
    ]
}

/// Histories of users alone in one market with money for everything.
pub(crate) fn user_history(length: usize) -> impl Strategy<Value = Vec<Step>> {
    let rich = |order: NewOrder| NewOrder {
        market: MarketId(1),
        reduce_only: false,
        mode: None,
        leg: None,
        trigger: None,
        oco: None,
        exits: Exits::NONE,
        ..order
    };
    let command = prop_oneof![
        8 => new_order().prop_map(move |order| Command::Place(rich(order))),
        2 => (owned(), option::of(price()), option::of(1_i64..20)).prop_map(
            |((account, id), price, contracts)| Command::Amend {
                account,
                market: MarketId(1),
                target: OrderRef::Id(id),
                price,
                contracts,
                trigger: None,
            }
        ),
        2 => owned().prop_map(|(account, id)| Command::Cancel {
            account,
            market: MarketId(1),
            target: CancelTarget::Order(id),
        }),
    ];
    vec((Just(1), command), 1..length)
}

/// Single commands with numbers at the ends of their ranges.
pub(crate) fn wild() -> impl Strategy<Value = Command> {
    let number =
        || prop::sample::select(vec![i64::MIN, -1, 0, 1, 100, 1_000_000, 1_000_000_000_000, i64::MAX]);
    let decimal = || {
        let wild = [Decimal::MIN, Decimal::ZERO, Decimal::new(1, 28), Decimal::ONE_HUNDRED, Decimal::MAX];
        prop::sample::select(wild.to_vec())
    };
    let money = || number().prop_map(|n| Money::from_units(i128::from(n).saturating_mul(1 << 66)));
    let market = MarketId(1);
    prop_oneof![
        (new_order(), number(), number())
            .prop_map(|(order, price, contracts)| { Command::Place(NewOrder { price, contracts, ..order }) }),
        (new_order(), number(), number(), number()).prop_map(|(order, trigger_price, price, trail)| {
            let oco = order.oco.map(|oco| OcoStop { trigger_price, price, ..oco });
            let trigger = order.trigger.map(|trigger| NewTrigger {
                price: trigger_price,
                trail: trigger.trail.map(|_| trail),
                ..trigger
            });
            let exit = |exit: Exit| Exit { price, ..exit };
            let Exits { take_profit, stop_loss } = order.exits;
            let exits = Exits { take_profit: take_profit.map(exit), stop_loss: stop_loss.map(exit) };
            Command::Place(NewOrder { oco, trigger, exits, ..order })
        }),
        (account(), order_id(), option::of(number()), option::of(number()), option::of(number())).prop_map(
            move |(account, id, price, contracts, trigger)| {
                Command::Amend { account, market, target: OrderRef::Id(id), price, contracts, trigger }
            }
        ),
        (account(), leg(), order_id(), option::of(number())).prop_map(move |(account, leg, order, price)| {
            Command::Close { account, market, leg, order, price, post_only: false }
        }),
        (side(), number(), number()).prop_map(move |(aggressor, price, contracts)| {
            Command::CrowdTrade { market, aggressor, price, contracts }
        }),
        (side(), number(), number()).prop_map(move |(side, price, contracts)| Command::CrowdDepth {
            market,
            levels: vec![CrowdLevel { side, price, contracts }],
            snapshot: false,
        }),
        (decimal(), option::of(decimal())).prop_map(move |(index, mark)| Command::SetPrices {
            market,
            index,
            mark,
        }),
        (number(), number()).prop_map(move |(rate, next)| Command::SetFundingRate {
            market,
            rate: Rate::from_parts(rate),
            next: TimeMs::from_millis(next),
        }),
        (account(), money()).prop_map(|(account, amount)| Command::Deposit { account, amount }),
        (account(), money()).prop_map(|(account, amount)| Command::Withdraw { account, amount }),
        money().prop_map(|amount| Command::FundInsurance { amount }),
        (account(), option::of(number()))
            .prop_map(|(account, timeout_ms)| Command::CancelAllAfter { account, timeout_ms }),
        (pegged(), number(), number(), number(), option::of(number())).prop_map(
            |(order, contracts, deviation, shown, limit)| {
                let (deviation, shown) = (Rate::from_parts(deviation), Rate::from_parts(shown));
                let peg = Some(Peg { deviation, shown, limit });
                let (post_only, reduce_only) = (false, false);
                Command::Place(NewOrder { contracts, peg, post_only, reduce_only, ..order })
            }
        ),
        (account(), number(), number()).prop_map(|(account, maker, taker)| Command::OpenAccount {
            account,
            maker_fee: Rate::from_parts(maker),
            taker_fee: Rate::from_parts(taker),
        }),
        (account(), leg(), any::<u32>()).prop_map(move |(account, leg, leverage)| {
            Command::SetLeverage { account, market, leg, leverage, margin: Some(MarginMode::Isolated) }
        }),
        (account(), any::<u32>(), any::<u32>()).prop_map(move |(account, leg, level)| {
            Command::SetRiskLimit { account, market, leg: LegId::isolated(leg), level }
        }),
        (account(), any::<u32>(), money()).prop_map(move |(account, leg, amount)| {
            Command::MoveMargin { account, market, leg: LegId::isolated(leg), amount }
        }),
        (number(), number(), number(), decimal()).prop_map(|(price, min, max, min_notional)| {
            let bounds =
                Instrument { min_contracts: min, max_contracts: max, min_notional, ..instrument("1", "1") };
            let rules = MarketRules::default();
            Command::OpenMarket { market: MarketId(3), instrument: bounds, rules, price }
        }),
    ]
}

pub(crate) fn moment(start: TimeMs, step: &Step) -> TimeMs {
    start.plus_ms(step.0)
}

pub(crate) fn later() -> impl Strategy<Value = i64> {
    prop_oneof![60 => 0_i64..100, 1 => 0_i64..60_000]
}

fn account() -> impl Strategy<Value = AccountId> {
    (1_u32..=4).prop_map(AccountId)
}

fn market() -> impl Strategy<Value = MarketId> {
    prop_oneof![7 => Just(MarketId(1)), 2 => Just(MarketId(2))]
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Buy), Just(Side::Sell)]
}

fn price() -> impl Strategy<Value = i64> {
    94_i64..107
}

/// Bids tend to lie below asks: users overlap by `overlap` ticks, so that some trade and many rest.
fn sided(overlap: i64) -> impl Strategy<Value = (Side, i64)> {
    let away = prop_oneof![40 => 0_i64..6, 1 => Just(-15_i64)];
    (side(), away).prop_map(move |(side, away)| (side, 100 + side.sign() * (overlap - away)))
}

fn order_id() -> impl Strategy<Value = OrderId> {
    (1_u128..16).prop_map(OrderId::from_bits)
}

/// An id and the account that usually has it, so that amends and cancels find their orders.
fn owned() -> impl Strategy<Value = (AccountId, OrderId)> {
    let id = prop_oneof![9 => 1_u32..16, 1 => 16_u32..64];
    (id, prop::bool::weighted(0.9), account()).prop_map(|(id, is_owner, other)| {
        let account = if is_owner { AccountId(id % 4 + 1) } else { other };
        (account, OrderId::from_bits(u128::from(id)))
    })
}

fn client_id() -> impl Strategy<Value = ClientOrderId> {
    (0_u8..6).prop_map(|n| format!("mine-{n}").parse().unwrap())
}

fn new_order() -> impl Strategy<Value = NewOrder> {
    let who = (owned(), market(), option::weighted(0.2, client_id()));
    let what = (sided(1), prop::bool::weighted(0.1), 1_i64..20);
    let tif = prop_oneof![
        12 => Just(TimeInForce::Gtc),
        1 => Just(TimeInForce::Ioc),
        2 => Just(TimeInForce::Fok),
        1 => Just(TimeInForce::HalfMin),
    ];
    let at = (option::weighted(0.02, mode()), option::weighted(0.25, leg()));
    let how = (tif, prop::bool::weighted(0.1), prop::bool::weighted(0.3), at);
    let plain = (who, what, how).prop_map(|(who, what, how)| NewOrder {
        account: who.0.0,
        market: who.1,
        order: who.0.1,
        client_id: who.2,
        side: what.0.0,
        order_type: if what.1 { OrderType::Market } else { OrderType::Limit },
        price: what.0.1,
        contracts: what.2,
        time_in_force: how.0,
        post_only: how.1,
        reduce_only: how.2,
        mode: how.3.0,
        leg: how.3.1,
        ..NewOrder::market(who.0.0, who.1, who.0.1, what.0.0, what.2)
    });
    (plain, condition()).prop_map(|(order, condition)| condition.apply(order))
}

/// Algo orders near the index; some out of range, some with what can't be combined with them.
fn pegged() -> impl Strategy<Value = NewOrder> {
    let shown = prop_oneof![Just(1_i64), 0_i64..=10_100];
    let peg = (-40_i64..40, shown, option::weighted(0.2, price()), prop::bool::weighted(0.05));
    (new_order(), peg).prop_map(|(order, (deviation, shown, limit, wide))| {
        let deviation = Rate::from_basis_points(if wide { deviation * 100 } else { deviation * 10 });
        let (price, time_in_force) = (0, TimeInForce::Gtc);
        let peg = Some(Peg { deviation, shown: Rate::from_basis_points(shown), limit });
        NewOrder { order_type: OrderType::Limit, price, time_in_force, peg, ..order }
    })
}

fn set_trading() -> impl Strategy<Value = Command> {
    let trading =
        prop_oneof![20 => Just(Trading::Active), 4 => Just(Trading::Halted), 1 => Just(Trading::Closed)];
    (market(), trading).prop_map(|(market, trading)| Command::SetTrading { market, trading })
}

fn amend() -> impl Strategy<Value = Command> {
    let change = (option::of(price()), option::of(1_i64..25), option::weighted(0.2, price()));
    (owned(), market(), option::weighted(0.2, client_id()), change).prop_map(
        |((account, id), market, client_id, (price, contracts, trigger))| {
            let target = client_id.map_or(OrderRef::Id(id), OrderRef::Client);
            Command::Amend { account, market, target, price, contracts, trigger }
        },
    )
}

fn cancel() -> impl Strategy<Value = Command> {
    (owned(), market(), option::weighted(0.2, client_id()), prop::bool::weighted(0.1)).prop_map(
        |((account, id), market, client_id, all)| {
            let one = client_id.map_or(CancelTarget::Order(id), CancelTarget::Client);
            Command::Cancel { account, market, target: if all { CancelTarget::All } else { one } }
        },
    )
}

fn close() -> impl Strategy<Value = Command> {
    (account(), market(), leg(), order_id(), option::of(price()), any::<bool>()).prop_map(
        |(account, market, leg, order, price, post_only)| Command::Close {
            account,
            market,
            leg,
            order,
            price,
            post_only,
        },
    )
}

fn mode() -> impl Strategy<Value = PositionMode> {
    prop::sample::select(vec![PositionMode::OneWay, PositionMode::Hedge, PositionMode::Isolated])
}

/// Legs of all modes; of the isolated mode those that come first.
fn leg() -> impl Strategy<Value = LegId> {
    prop_oneof![
        4 => Just(LegId::ONE_WAY),
        1 => Just(LegId::LONG),
        1 => Just(LegId::SHORT),
        3 => (1_u32..7).prop_map(LegId::isolated),
    ]
}

fn set_mode() -> impl Strategy<Value = Command> {
    (account(), market(), mode()).prop_map(|(account, market, mode)| Command::SetPositionMode {
        account,
        market,
        mode,
    })
}

fn set_leverage() -> impl Strategy<Value = Command> {
    let margin = prop::sample::select(vec![None, None, Some(MarginMode::Cross), Some(MarginMode::Isolated)]);
    (account(), market(), leg(), prop_oneof![1 => Just(0), 2 => 0_u32..110], margin).prop_map(
        |(account, market, leg, leverage, margin)| Command::SetLeverage {
            account,
            market,
            leg,
            leverage,
            margin,
        },
    )
}

fn set_risk_limit() -> impl Strategy<Value = Command> {
    (account(), market(), leg(), prop_oneof![1_u32..4, 1_u32..6])
        .prop_map(|(account, market, leg, level)| Command::SetRiskLimit { account, market, leg, level })
}

fn crowd_depth() -> impl Strategy<Value = Command> {
    let level =
        (sided(1), 0_i64..30).prop_map(|((side, price), contracts)| CrowdLevel { side, price, contracts });
    (market(), vec(level, 1..6), prop::bool::weighted(0.1))
        .prop_map(|(market, levels, snapshot)| Command::CrowdDepth { market, levels, snapshot })
}

fn crowd_trade() -> impl Strategy<Value = Command> {
    (market(), sided(1), 1_i64..20).prop_map(|(market, (aggressor, price), contracts)| Command::CrowdTrade {
        market,
        aggressor,
        price,
        contracts,
    })
}

/// Far enough for the liquidation of whoever is poor or bold.
fn price_shock() -> impl Strategy<Value = Command> {
    (market(), 70_000_i64..130_000, any::<bool>()).prop_map(|(market, thousandths, given)| {
        let index = Decimal::new(thousandths, if market == MarketId(1) { 3 } else { 4 });
        Command::SetPrices { market, index, mark: given.then_some(index) }
    })
}

fn set_prices() -> impl Strategy<Value = Command> {
    (market(), 95_000_i64..106_000).prop_map(|(market, thousandths)| {
        let scale = if market == MarketId(1) { 3 } else { 4 };
        let mark = Decimal::new(thousandths, scale);
        Command::SetPrices { market, index: mark, mark: Some(mark) }
    })
}
