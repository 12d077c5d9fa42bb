//! What kinds of events there are, as histories are counted by.

use lmex_engine::{AccountId, Event, Money, Party, Refusal};

/// Kinds of events, and ends, that random histories come to.
pub(crate) const WANTED: &[&str] = &[
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
    "OrderCancelled Bankruptcy",
    "OrderAccepted waits Trade",
    "OrderAccepted waits TakeProfit",
    "OrderAccepted waits StopLoss",
    "OrderTriggered",
    "OrderAmended waits User",
    "OrderAmended waits Bound",
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
    "MarginMoved in",
    "MarginMoved out",
    "CommandRefused NoOwnWallet",
];

/// The name of an event with what matters of it.
pub(crate) fn kind(event: &Event) -> String {
    let (name, of) = (event_name(event), refusal_name);
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
        Event::RiskLimitSet { moved, .. } | Event::MarginMoved { moved, .. } => {
            format!("{name} {}", way(*moved))
        }
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

/// A list of all there are of a kind, with a name for each: one that is new does not compile until it is in the list.
macro_rules! named {
    ($list:ident, $name:ident, $kind:ident: $($each:ident)*) => {
        pub(crate) const $list: &[&str] = &[$(stringify!($each),)*];

        fn $name(each: &$kind) -> &'static str {
            match each {
                $($kind::$each { .. } => stringify!($each),)*
            }
        }
    };
}

named! {
    EVENTS, event_name, Event:
        MarketOpened TradingSet AccountOpened Deposited Withdrawn InsuranceFunded OrderAccepted
        OrderTriggered OrderRefused OrderRested Fill OrderCancelled OrderAmended AmendRefused CancelRefused
        CrowdEntered LevelChanged Trade PricesSet FundingRateSet FundingStarted FundingPaid FundingEnded
        CancelAllAfterSet PositionModeSet LeverageSet RiskLimitSet LiquidationStarted LiquidationOrder
        LiquidationOrderEnded Deleveraged InsurancePaid LiquidationEnded CommandRefused MarginMoved
}

named! {
    REFUSALS, refusal_name, Refusal:
        UnknownMarket UnknownAccount MarketExists InstrumentOutOfRange FeeOutOfRange AmountOutOfRange
        NotAvailable PositionModeInvalid UnknownLeg NotFlat RiskLimitOutOfRange MarketClosed OrderNotFound
        DuplicateOrderId DuplicateClientId NoPosition NoExit Incompatible NotAmendable NothingToAmend
        LeverageOutOfRange SizeOutOfRange SizeOffStep SizeBelowFilled PriceOutOfRange TriggerWrongSide
        TrailOutOfRange PegOutOfRange MarkOutOfRange FundingRateOutOfRange PriceProtection NotionalTooSmall
        ReduceOnlyNoPosition PostOnlyWouldCross PostOnlySpam RiskLimitExceeded PositionTooLarge
        TooManyOpenOrders InsufficientMargin LegMissing NoOwnWallet
}
