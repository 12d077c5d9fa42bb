//! Histories of any length, in which what is seldom asked for is asked for too: whatever a venue refuses, and a small
//! market whose bounds are narrow and whose funding the engine computes.

use lmex_engine::{
    AccountId, CancelTarget, Command, Exits, LegId, MarginMode, MarketId, MarketRules, Money, NewOrder,
    OrderRef, Rate, SmallOrders, Trading,
};
use lmex_types::{Decimal, Instrument, OrderId, Side, TimeMs};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::generate::{Step, command, instrument, later, settings};

/// So many commands, after those that open the small market and set terms.
pub(crate) fn long_history(commands: usize) -> impl Strategy<Value = Vec<Step>> {
    let command = prop_oneof![40 => command(), 1 => odd(), 1 => small()];
    let start = vec((Just(0), settings()), 0..8);
    (start, vec((later(), command), commands)).prop_map(|(start, steps)| {
        let start = [vec![(0, open_small())], start].concat();
        let rest = steps.len().saturating_sub(start.len());
        start.into_iter().chain(steps.into_iter().take(rest)).collect()
    })
}

const SMALL: MarketId = MarketId(5);

fn open_small() -> Command {
    let mut rules = MarketRules {
        max_open_orders: 3,
        small_orders: SmallOrders::Refuse,
        price_band: Some(Rate::from_basis_points(500)),
        ..MarketRules::default()
    };
    rules.funding.interval_ms = 1_000;
    rules.funding.computed = true;
    let bounds = Instrument {
        min_contracts: 2,
        max_contracts: 20,
        step_contracts: 2,
        min_notional: Decimal::from(100),
        ..instrument("0.5", "1")
    };
    Command::OpenMarket { market: SMALL, instrument: bounds, rules, price: 100 }
}

/// Trading in the small market.
fn small() -> impl Strategy<Value = Command> {
    let account = || (1_u32..=4).prop_map(AccountId);
    let side = prop_oneof![Just(Side::Buy), Just(Side::Sell)];
    let order = (account(), 100_u128..110, side, 97_i64..104, 0_i64..24).prop_map(
        |(account, id, side, price, contracts)| {
            Command::Place(NewOrder::limit(account, SMALL, OrderId::from_bits(id), side, price, contracts))
        },
    );
    let prices = (4_900_i64..5_100).prop_map(|cents| Command::SetPrices {
        market: SMALL,
        index: Decimal::new(cents, 2),
        mark: None,
    });
    let funding = (0_i64..100_000).prop_map(|next| {
        let (market, next) = (SMALL, TimeMs::from_millis(next));
        Command::SetFundingRate { market, rate: Rate::ZERO, next }
    });
    prop_oneof![8 => order, 2 => prices, 1 => funding]
}

/// What is refused.
fn odd() -> impl Strategy<Value = Command> {
    let (account, market) = (AccountId(1), MarketId(1));
    let (nobody, nowhere) = (AccountId(99), MarketId(77));
    let id = OrderId::from_bits(3);
    let place = |account, market, price, contracts| {
        Command::Place(NewOrder::limit(account, market, OrderId::from_bits(99), Side::Buy, price, contracts))
    };
    let bad = |instrument| Command::OpenMarket {
        market: nowhere,
        instrument,
        rules: MarketRules::default(),
        price: 100,
    };
    let target = OrderRef::Id(id);
    let amend = |account, market, price| Command::Amend {
        account,
        market,
        target,
        price: Some(price),
        contracts: Some(2_000_000),
        trigger: None,
    };
    let half = Rate::from_parts(Rate::ONE.parts() / 2);
    select(vec![
        place(nobody, market, 100, 1),
        place(account, nowhere, 100, 1),
        place(account, market, 0, 1),
        place(account, market, i64::MAX, 1),
        place(account, market, 100, 0),
        place(account, market, 100, 2_000_000),
        place(account, SMALL, 100, 3),
        place(account, SMALL, 98, 2),
        amend(account, nowhere, 100),
        amend(account, market, 100),
        amend(account, market, 0),
        Command::Cancel { account, market: nowhere, target: CancelTarget::All },
        Command::Cancel { account: nobody, market, target: CancelTarget::Order(id) },
        Command::Close {
            account,
            market: nowhere,
            leg: LegId::ONE_WAY,
            order: id,
            price: None,
            post_only: false,
        },
        Command::BindExits { account, market, leg: LegId::ONE_WAY, exits: Exits::NONE },
        Command::OpenMarket {
            market,
            instrument: instrument("1", "1"),
            rules: MarketRules::default(),
            price: 100,
        },
        bad(Instrument { min_contracts: 0, ..instrument("1", "1") }),
        bad(instrument("0.0000001", "0.0000001")),
        Command::OpenAccount {
            account: AccountId(9),
            maker_fee: Rate::ZERO,
            taker_fee: Rate::from_parts(i64::MAX),
        },
        Command::OpenAccount { account: AccountId::CROWD, maker_fee: half, taker_fee: half },
        Command::Deposit { account, amount: Money::ZERO },
        Command::Deposit { account: nobody, amount: Money::from_quote(1) },
        Command::Withdraw { account, amount: Money::from_quote(-1) },
        Command::FundInsurance { amount: Money::ZERO },
        Command::SetPrices { market, index: Decimal::ZERO, mark: None },
        Command::SetPrices { market: nowhere, index: Decimal::ONE, mark: None },
        Command::SetFundingRate { market, rate: Rate::from_parts(i64::MAX), next: TimeMs::from_millis(0) },
        Command::SetTrading { market: nowhere, trading: Trading::Active },
        Command::SetRiskLimit { account, market, leg: LegId::ONE_WAY, level: 0 },
        Command::SetLeverage {
            account,
            market,
            leg: LegId::ONE_WAY,
            leverage: 1_000,
            margin: Some(MarginMode::Cross),
        },
        Command::CancelAllAfter { account: nobody, timeout_ms: None },
        Command::CrowdTrade { market: nowhere, aggressor: Side::Buy, price: 100, contracts: 1 },
        Command::CrowdTrade { market, aggressor: Side::Buy, price: 100, contracts: 0 },
        Command::CrowdDepth { market: nowhere, levels: Vec::new(), snapshot: true },
    ])
}
