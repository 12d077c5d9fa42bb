//! What a data folder holds, byte by byte: one of each kind of command, event, refusal and reason, and a small state.
//!
//! Folders of users are written like this. postcard names nothing, so a field that comes, goes or moves and a variant
//! that is not behind the last make old folders unreadable, or worse, read as something else. Where a line of these
//! snapshots changes, [`TAG`](super::TAG) has to, too; where one is only added, it need not.

use lmex_engine::{
    AccountId, AmendCause, CancelReason, CancelTarget, Command, Conflict, Crossing, CrowdLevel, CrowdPurpose,
    Deleveraged, Event, Exit, Exits, Fill, Fixed, InstrumentPart, LegId, LevelCause, MarginMode, MarketId,
    MarketRules, Money, NewOrder, NewTrigger, OcoStop, OpenedMarket, Order, OrderRef, Party, Peg,
    PositionMode, PriceSource, Purpose, Rate, Refusal, Trading, Trigger, TriggerKind,
};
use lmex_types::{ClientOrderId, Decimal, Grid, Instrument, OrderId, OrderType, Side, TimeInForce, TimeMs};
use serde::Serialize;

use super::snapshot;
use crate::desk::DeskState;
use crate::views::{Candles, Fundings};

const ACCOUNT: AccountId = AccountId(1);
const MARKET: MarketId = MarketId(2);
const ORDER: OrderId = OrderId::from_bits(3);
const OTHER: OrderId = OrderId::from_bits(4);
const AT: TimeMs = TimeMs::from_millis(1_790_000_000_000);
const LATER: TimeMs = TimeMs::from_millis(1_790_000_060_000);
const MONEY: Money = Money::from_units(5);
const MORE: Money = Money::from_units(-6);

/// The name of each variant; one that is new does not compile until it is in the list, and then has to be pinned.
macro_rules! named {
    ($list:ident, $name:ident, $kind:ident: $($each:ident)*) => {
        const $list: &[&str] = &[$(stringify!($each),)*];

        fn $name(each: &$kind) -> &'static str {
            match each {
                $($kind::$each { .. } => stringify!($each),)*
            }
        }
    };
}

named! {
    COMMANDS, command_name, Command:
        OpenMarket SetTrading OpenAccount Deposit Withdraw FundInsurance Place Amend Cancel Close BindExits
        CancelAllAfter SetPositionMode SetLeverage SetRiskLimit CrowdDepth CrowdTrade SetPrices SetFundingRate
        Advance MoveMargin
}

named! {
    EVENTS, event_name, Event:
        MarketOpened TradingSet AccountOpened Deposited Withdrawn InsuranceFunded OrderAccepted OrderTriggered
        OrderRefused OrderRested Fill OrderCancelled OrderAmended AmendRefused CancelRefused CrowdEntered
        LevelChanged Trade PricesSet FundingRateSet FundingStarted FundingPaid FundingEnded CancelAllAfterSet
        PositionModeSet LeverageSet RiskLimitSet LiquidationStarted LiquidationOrder LiquidationOrderEnded
        Deleveraged InsurancePaid LiquidationEnded CommandRefused MarginMoved
}

named! {
    REFUSALS, refusal_name, Refusal:
        UnknownMarket UnknownAccount MarketExists InstrumentOutOfRange FeeOutOfRange AmountOutOfRange
        NotAvailable PositionModeInvalid UnknownLeg LegMissing NotFlat RiskLimitOutOfRange MarketClosed
        OrderNotFound DuplicateOrderId DuplicateClientId NoPosition NoExit Incompatible NotAmendable
        NothingToAmend LeverageOutOfRange SizeOutOfRange SizeOffStep SizeBelowFilled PriceOutOfRange
        TriggerWrongSide TrailOutOfRange PegOutOfRange MarkOutOfRange FundingRateOutOfRange PriceProtection
        NotionalTooSmall ReduceOnlyNoPosition PostOnlyWouldCross PostOnlySpam RiskLimitExceeded
        PositionTooLarge TooManyOpenOrders InsufficientMargin NoOwnWallet
}

named! {
    REASONS, reason_name, CancelReason:
        User ImmediateRemainder FillOrKill PostOnlyWouldCross SelfTrade Expired ReduceOnly MarketNoLiquidity Oco
        InsufficientMargin NotAllowed Unbound CancelAllAfter MarketClosed Liquidation Bankruptcy
}

named! {
    CAUSES, cause_name, AmendCause: User ReduceOnly Bound Peg
}

#[test]
fn each_kind_is_written_as_ever() {
    insta::assert_snapshot!("commands", pinned(COMMANDS, command_name, &commands()));
    insta::assert_snapshot!("events", pinned(EVENTS, event_name, &events()));
    insta::assert_snapshot!("refusals", pinned(REFUSALS, refusal_name, &refusals()));
    insta::assert_snapshot!("reasons", pinned(REASONS, reason_name, &reasons()));
    let causes = [AmendCause::User, AmendCause::ReduceOnly, AmendCause::Bound, AmendCause::Peg];
    insta::assert_snapshot!("causes", pinned(CAUSES, cause_name, &causes));
}

/// One market, one account with one order that has traded and one position; no map has two entries, whose order would be
/// the hasher's.
#[test]
fn a_state_is_written_as_ever() {
    let mut state = DeskState::new(Candles::default(), Fundings::default());
    assert!(state.go_past(&super::Entry::Owner { account: ACCOUNT, name: "demo".into() }));
    state.now = AT;
    assert!(state.go_past(&super::Entry::Nonces { account: ACCOUNT, up_to: LATER }));
    let deposit = Command::Deposit { account: ACCOUNT, amount: Money::from_quote(1_000) };
    let order =
        NewOrder { client_id: client_id(), ..NewOrder::limit(ACCOUNT, MARKET, ORDER, Side::Buy, 99, 3) };
    let trade = Command::CrowdTrade { market: MARKET, aggressor: Side::Sell, price: 99, contracts: 1 };
    for command in [open_market(), open_account(), deposit, Command::Place(order), trade] {
        let (_, batch) = state.carry_out(command, false);
        assert!(
            !batch
                .events
                .iter()
                .any(|event| matches!(event, Event::OrderRefused { .. } | Event::CommandRefused { .. }))
        );
    }
    assert_eq!(state.engine.positions(ACCOUNT).count(), 1);
    let bytes = snapshot::write(&state).unwrap();
    let lines: Vec<_> = bytes.chunks(50).map(const_hex::encode).collect();
    insta::assert_snapshot!("state", lines.join("\n"));
}

fn pinned<T: Serialize>(all: &[&str], name: impl Fn(&T) -> &'static str, each: &[T]) -> String {
    let names: Vec<_> = each.iter().map(&name).collect();
    assert_eq!(names, all, "one of each, in the order of the list");
    let line =
        |each: &T| format!("{} {}", name(each), const_hex::encode(postcard::to_allocvec(each).unwrap()));
    each.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn client_id() -> Option<ClientOrderId> {
    "mine".parse().ok()
}

fn rate(basis_points: i64) -> Rate {
    Rate::from_basis_points(basis_points)
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

fn open_market() -> Command {
    Command::OpenMarket {
        market: MARKET,
        instrument: instrument(),
        rules: MarketRules::default(),
        price: 100,
    }
}

fn open_account() -> Command {
    Command::OpenAccount { account: ACCOUNT, maker_fee: rate(-1), taker_fee: rate(5) }
}

fn exits() -> Exits {
    let exit = |order, price, source| Some(Exit { order: OrderId::from_bits(order), price, source });
    Exits { take_profit: exit(5, 110, PriceSource::Mark), stop_loss: exit(6, 90, PriceSource::Last) }
}

/// Nothing is left out, whether or not it goes together.
fn new_order() -> NewOrder {
    NewOrder {
        account: ACCOUNT,
        market: MARKET,
        order: ORDER,
        client_id: client_id(),
        side: Side::Sell,
        order_type: OrderType::Limit,
        price: 101,
        contracts: 7,
        time_in_force: TimeInForce::Gtc,
        post_only: true,
        reduce_only: false,
        mode: Some(PositionMode::Hedge),
        leg: Some(LegId::SHORT),
        trigger: Some(NewTrigger {
            kind: TriggerKind::Touch,
            price: 102,
            source: PriceSource::Last,
            trail: Some(8),
        }),
        oco: Some(OcoStop { order: OTHER, trigger_price: 95, source: PriceSource::Mark, price: 94 }),
        exits: exits(),
        peg: Some(Peg { deviation: rate(-10), shown: rate(2_500), limit: Some(99) }),
    }
}

fn order() -> Order {
    Order {
        id: ORDER,
        client_id: client_id(),
        account: ACCOUNT,
        market: MARKET,
        leg: LegId::LONG,
        side: Side::Buy,
        order_type: OrderType::Market,
        price: 101,
        ordered: 9,
        contracts: 8,
        filled: 7,
        time_in_force: TimeInForce::Ioc,
        post_only: false,
        reduce_only: true,
        accepted_at: AT,
        expires_at: Some(LATER),
        trigger: Some(Trigger {
            price: 102,
            source: PriceSource::Last,
            crossing: Crossing::Falling,
            trail: Some(10),
            fired: true,
        }),
        purpose: Purpose::StopLoss,
        peer: Some(OTHER),
        exits: exits(),
        peg: Some(Peg { deviation: rate(-10), shown: rate(2_500), limit: Some(99) }),
        is_spam: true,
    }
}

fn party(account: u32) -> Party {
    Party {
        account: AccountId(account),
        order: Some(ORDER),
        remaining: 11,
        fee: MONEY,
        realised_pnl: MORE,
        leg: LegId::isolated(1),
        moved: Money::from_units(7),
        liquidation_fee: Money::from_units(8),
    }
}

fn commands() -> Vec<Command> {
    let (account, market, leg) = (ACCOUNT, MARKET, LegId::LONG);
    let level = |side, price, contracts| CrowdLevel { side, price, contracts };
    let target = OrderRef::Id(ORDER);
    vec![
        open_market(),
        Command::SetTrading { market, trading: Trading::Halted },
        open_account(),
        Command::Deposit { account, amount: MONEY },
        Command::Withdraw { account, amount: MONEY },
        Command::FundInsurance { amount: MONEY },
        Command::Place(new_order()),
        Command::Amend { account, market, target, price: Some(1), contracts: Some(2), trigger: Some(3) },
        Command::Cancel { account, market, target: CancelTarget::All },
        Command::Close { account, market, leg, order: ORDER, price: Some(99), post_only: true },
        Command::BindExits { account, market, leg, exits: exits() },
        Command::CancelAllAfter { account, timeout_ms: Some(60_000) },
        Command::SetPositionMode { account, market, mode: PositionMode::Isolated },
        Command::SetLeverage { account, market, leg, leverage: 10, margin: Some(MarginMode::Isolated) },
        Command::SetRiskLimit { account, market, leg, level: 2 },
        Command::CrowdDepth {
            market,
            levels: vec![level(Side::Buy, 99, 4), level(Side::Sell, 101, 0)],
            snapshot: true,
        },
        Command::CrowdTrade { market, aggressor: Side::Sell, price: 99, contracts: 2 },
        Command::SetPrices { market, index: Decimal::new(1_005, 1), mark: Some(Decimal::new(-7, 2)) },
        Command::SetFundingRate { market, rate: rate(1), next: LATER },
        Command::Advance,
        Command::MoveMargin { account, market, leg, amount: MORE },
    ]
}

fn events() -> Vec<Event> {
    let mut events = about_orders();
    // The list has the kinds in the order of the enum, which goes from markets to orders, prices and liquidations.
    let rank = |event: &Event| EVENTS.iter().position(|name| *name == event_name(event));
    events.extend(about_markets_and_money());
    events.extend(about_liquidations());
    events.sort_by_key(rank);
    events
}

fn about_markets_and_money() -> Vec<Event> {
    let (account, market, leg) = (ACCOUNT, MARKET, LegId::LONG);
    let opened = OpenedMarket { market, instrument: instrument(), rules: MarketRules::default(), price: 100 };
    let level = |price| (Side::Sell, price, 4);
    let (side, price, contracts) = level(101);
    vec![
        Event::MarketOpened(Box::new(opened)),
        Event::TradingSet { market, trading: Trading::Closed },
        Event::AccountOpened { account, maker_fee: rate(-1), taker_fee: rate(5) },
        Event::Deposited { account, amount: MONEY, balance: MORE },
        Event::Withdrawn { account, amount: MONEY, balance: MORE },
        Event::InsuranceFunded { amount: MONEY },
        Event::CrowdEntered { market, side, price, contracts, purpose: CrowdPurpose::Depth },
        Event::LevelChanged { market, side, price, contracts, crowd: 3, cause: LevelCause::Set },
        Event::Trade { market, trade_id: 12, price, contracts, aggressor: side },
        Event::PricesSet { market, index: Decimal::new(1_005, 1), mark: Decimal::new(-7, 2), at: AT },
        Event::FundingRateSet { market, rate: rate(1), next: LATER },
        Event::FundingStarted { market, rate: rate(1), value: MONEY },
        Event::FundingPaid { account, market, leg, contracts, amount: MORE },
        Event::FundingEnded { market, rate: rate(1), next: LATER, residue: MONEY },
        Event::PositionModeSet { account, market, mode: PositionMode::Isolated },
        Event::LeverageSet { account, market, leg, leverage: 10, margin: MarginMode::Isolated, moved: MORE },
        Event::RiskLimitSet { account, market, leg, level: 2, moved: MORE },
        Event::CommandRefused { account: Some(account), market: Some(market), refusal: Refusal::NotFlat },
        Event::MarginMoved { account, market, leg, moved: MORE },
    ]
}

fn about_orders() -> Vec<Event> {
    let (account, market, order, client_id) = (ACCOUNT, MARKET, ORDER, client_id());
    let (side, price, remaining, level) = (Side::Sell, 101, 4, 13);
    let refusal = Refusal::NotFlat;
    let target = OrderRef::Id(order);
    let (maker, taker) = (party(1), party(2));
    vec![
        Event::OrderAccepted { order: self::order() },
        Event::OrderTriggered { account, market, order, contracts: 8, trigger: 102 },
        Event::OrderRefused { account, market, order, client_id, refusal },
        Event::OrderRested { account, market, order, side, price, remaining, level },
        Event::Fill(Fill { market, trade_id: 12, price, contracts: 2, aggressor: side, maker, taker, level }),
        Event::OrderCancelled {
            account,
            market,
            order,
            client_id,
            side,
            price,
            remaining,
            reason: CancelReason::Expired,
            level: Some(level),
        },
        Event::OrderAmended {
            account,
            market,
            order,
            side,
            old_price: 100,
            price,
            contracts: 8,
            remaining,
            trigger: Some(102),
            kept_place: true,
            cause: AmendCause::Peg,
            level: Some(level),
        },
        Event::AmendRefused { account, market, target, refusal },
        Event::CancelRefused { account, market, target: Some(target), refusal },
        Event::CancelAllAfterSet { account, at: Some(LATER) },
    ]
}

fn about_liquidations() -> Vec<Event> {
    let (account, market, leg, order) = (ACCOUNT, MARKET, LegId::LONG, ORDER);
    let position = Some((market, leg));
    let (side, price, contracts) = (Side::Sell, 99, 4);
    let (loser, winner) = (party(1), party(2));
    vec![
        Event::LiquidationStarted { account, position, equity: MORE, maintenance: MONEY },
        Event::LiquidationOrder {
            account,
            market,
            leg,
            order,
            side,
            contracts,
            limit: 90,
            bankruptcy: MONEY,
        },
        Event::LiquidationOrderEnded { account, market, leg, order, remaining: 3 },
        Event::Deleveraged(Deleveraged { market, trade_id: 12, price, contracts, side, loser, winner }),
        Event::InsurancePaid { account, position, amount: MONEY, fund: MORE },
        Event::LiquidationEnded { account, position },
    ]
}

fn refusals() -> Vec<Refusal> {
    let (contracts, price, max) = (3, 101, 9);
    let (notional, limit) = (MONEY, MORE);
    vec![
        Refusal::UnknownMarket(MARKET),
        Refusal::UnknownAccount(ACCOUNT),
        Refusal::MarketExists(MARKET),
        Refusal::InstrumentOutOfRange(InstrumentPart::Rules),
        Refusal::FeeOutOfRange,
        Refusal::AmountOutOfRange(MONEY),
        Refusal::NotAvailable { amount: MONEY, available: MORE },
        Refusal::PositionModeInvalid { set: PositionMode::Hedge },
        Refusal::UnknownLeg(LegId::SHORT),
        Refusal::LegMissing,
        Refusal::NotFlat,
        Refusal::RiskLimitOutOfRange { level: 11, max: 10 },
        Refusal::MarketClosed(MARKET),
        Refusal::OrderNotFound,
        Refusal::DuplicateOrderId,
        Refusal::DuplicateClientId,
        Refusal::NoPosition(MARKET),
        Refusal::NoExit,
        Refusal::Incompatible(Conflict::ReduceOnlyExits),
        Refusal::NotAmendable(Fixed::TriggerPrice),
        Refusal::NothingToAmend,
        Refusal::LeverageOutOfRange { leverage: 101, max: 100 },
        Refusal::SizeOutOfRange { contracts, min: 1, max },
        Refusal::SizeOffStep { contracts, step: 2 },
        Refusal::SizeBelowFilled { contracts, filled: 4 },
        Refusal::PriceOutOfRange { price, max },
        Refusal::TriggerWrongSide { price },
        Refusal::TrailOutOfRange { trail: 5 },
        Refusal::PegOutOfRange,
        Refusal::MarkOutOfRange,
        Refusal::FundingRateOutOfRange,
        Refusal::PriceProtection { price, limit: 100 },
        Refusal::NotionalTooSmall { notional, min: MORE },
        Refusal::ReduceOnlyNoPosition,
        Refusal::PostOnlyWouldCross,
        Refusal::PostOnlySpam { notional, min: MORE },
        Refusal::RiskLimitExceeded { notional, limit },
        Refusal::PositionTooLarge { contracts, max },
        Refusal::TooManyOpenOrders { max: 500 },
        Refusal::InsufficientMargin { required: MONEY, available: MORE },
        Refusal::NoOwnWallet(LegId::SHORT),
    ]
}

fn reasons() -> Vec<CancelReason> {
    vec![
        CancelReason::User,
        CancelReason::ImmediateRemainder,
        CancelReason::FillOrKill,
        CancelReason::PostOnlyWouldCross,
        CancelReason::SelfTrade,
        CancelReason::Expired,
        CancelReason::ReduceOnly,
        CancelReason::MarketNoLiquidity,
        CancelReason::Oco,
        CancelReason::InsufficientMargin,
        CancelReason::NotAllowed,
        CancelReason::Unbound,
        CancelReason::CancelAllAfter,
        CancelReason::MarketClosed,
        CancelReason::Liquidation,
        CancelReason::Bankruptcy,
    ]
}
