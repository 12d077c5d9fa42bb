//! What requests about orders have in common: prices, triggers, exits, and the position they are for.

use lmex_api::futures::{PositionMode as ModeWord, TriggerSource};
use lmex_engine::{
    AccountId, Exit, Exits, LegId, MarketView, NewTrigger, OcoStop, PositionMode, PriceSource, TriggerKind,
};
use lmex_types::{Decimal, Side};

use crate::desk::DeskState;
use crate::error_body::Refused;
use crate::fields::Fields;
use crate::ids::Ids;
use crate::translate::{leg_name, leg_named, mode_of, mode_word};

/// A price as ticks; `field` is what the request calls it.
pub(super) fn ticks(market: &MarketView<'_>, field: &str, price: Decimal) -> Result<i64, Refused> {
    market.instrument().grid.ticks(price).map_err(|error| Refused::price(field, &error))
}

/// A price that need not be there: 0 says the same as nothing, as in the documents' own requests.
pub(super) fn price(fields: &mut Fields<'_>, name: &'static str) -> Result<Option<Decimal>, Refused> {
    Ok(fields.decimal(name)?.filter(|price| !price.is_zero()))
}

/// A number of contracts.
pub(super) fn size(fields: &mut Fields<'_>) -> Result<i64, Refused> {
    let size = crate::fields::mandatory("size", fields.decimal("size")?)?;
    if !size.is_integer() {
        return Err(Refused::size(format!(
            "size must be a whole number of contracts, not {size}: divide the amount by the market's contractSize"
        )));
    }
    i64::try_from(size)
        .map_err(|_| Refused::size("size is out of range: send a number of contracts that fits the market"))
}

/// Which price a trigger looks at: the mark price unless something else is said.
pub(super) fn source(fields: &mut Fields<'_>, name: &'static str) -> Result<PriceSource, Refused> {
    let Some(given) = fields.text(name)? else { return Ok(PriceSource::Mark) };
    if given == TriggerSource::MarkPrice.as_str() {
        return Ok(PriceSource::Mark);
    }
    if given == TriggerSource::LastPrice.as_str() {
        return Ok(PriceSource::Last);
    }
    Err(Refused::parameter(format!("{name} is not known: use markPrice or lastPrice")))
}

/// The position mode a request is written for: one-way unless something else is said (LMEX: "`ONE_WAY` (default)").
pub(super) fn mode(fields: &mut Fields<'_>) -> Result<PositionMode, Refused> {
    Ok(fields.word::<ModeWord>("positionMode")?.map_or(PositionMode::OneWay, mode_of))
}

/// The position that `positionId` names.
pub(super) fn named_leg(market: &MarketView<'_>, name: &str) -> Result<LegId, Refused> {
    let instrument = market.instrument();
    leg_named(instrument, name).ok_or_else(|| {
        let example = leg_name(instrument, LegId::ONE_WAY);
        Refused::position_id(format!(
            "positionId is not a position of this market: use {example}, {example}|LONG or {example}|SHORT, or what /user/positions says"
        ))
    })
}

/// The position of the account that is meant. It must be named where there may be several.
pub(super) fn leg(
    state: &DeskState,
    account: AccountId,
    market: &MarketView<'_>,
    name: Option<&str>,
) -> Result<LegId, Refused> {
    let set = state.engine.position_mode(account, market.id()).unwrap_or_default();
    let named = name.map(|name| named_leg(market, name)).transpose()?;
    match (named, set) {
        (Some(leg), _) if leg.mode() == set => Ok(leg),
        (None, PositionMode::OneWay) => Ok(LegId::ONE_WAY),
        (Some(_), _) => Err(Refused::position_id(format!(
            "positionId is not a position here: the market is in positionMode {}, use {}",
            mode_word(set),
            examples(market, set)
        ))),
        (None, _) => Err(Refused::position_id(format!(
            "positionId parameter is mandatory in positionMode {}: use {}",
            mode_word(set),
            examples(market, set)
        ))),
    }
}

fn examples(market: &MarketView<'_>, mode: PositionMode) -> String {
    let name = |leg| leg_name(market.instrument(), leg);
    match mode {
        PositionMode::OneWay => format!("{} or leave it out", name(LegId::ONE_WAY)),
        PositionMode::Hedge => format!("{} or {}", name(LegId::LONG), name(LegId::SHORT)),
        PositionMode::Isolated => format!("what /user/positions says, such as {}", name(LegId::isolated(1))),
    }
}

/// What an order waits for, as it is asked for.
#[derive(Debug)]
pub(super) struct AskedTrigger {
    pub(super) kind: TriggerKind,
    /// Absent of a trailing stop that says only how far it trails.
    pub(super) price: Option<Decimal>,
    pub(super) source: PriceSource,
    pub(super) trail: Option<Decimal>,
}

impl AskedTrigger {
    /// With a trail the trigger price must be on the grid and says nothing else: a trailing stop starts from the price
    /// as it is.
    pub(super) fn on_grid(&self, market: &MarketView<'_>) -> Result<NewTrigger, Refused> {
        let price = self.price.map(|price| ticks(market, "triggerPrice", price)).transpose()?;
        let trail = self.trail.map(|trail| ticks(market, "trailValue", trail)).transpose()?;
        Ok(NewTrigger { kind: self.kind, price: price.unwrap_or(0), source: self.source, trail })
    }
}

/// The stop leg of a pair, as it is asked for.
#[derive(Debug)]
pub(super) struct AskedOco {
    pub(super) trigger_price: Decimal,
    pub(super) stop_price: Decimal,
    pub(super) source: PriceSource,
}

impl AskedOco {
    pub(super) fn on_grid(&self, market: &MarketView<'_>, ids: &mut Ids) -> Result<OcoStop, Refused> {
        let trigger_price = ticks(market, "triggerPrice", self.trigger_price)?;
        let price = ticks(market, "stopPrice", self.stop_price)?;
        Ok(OcoStop { order: ids.next_order(), trigger_price, source: self.source, price })
    }
}

/// Take profit and stop loss, as they are asked for.
#[derive(Debug)]
pub(super) struct AskedExits {
    take_profit: (Option<Decimal>, PriceSource),
    stop_loss: (Option<Decimal>, PriceSource),
}

impl AskedExits {
    pub(super) fn read(fields: &mut Fields<'_>) -> Result<Self, Refused> {
        Ok(Self {
            take_profit: (price(fields, "takeProfitPrice")?, source(fields, "takeProfitTrigger")?),
            stop_loss: (price(fields, "stopLossPrice")?, source(fields, "stopLossTrigger")?),
        })
    }

    pub(super) fn on_grid(&self, market: &MarketView<'_>, ids: &mut Ids) -> Result<Exits, Refused> {
        let mut exit = |field, (price, source): (Option<Decimal>, PriceSource)| -> Result<_, Refused> {
            let Some(price) = price else { return Ok(None) };
            let price = ticks(market, field, price)?;
            Ok(Some(Exit { order: ids.next_order(), price, source }))
        };
        Ok(Exits {
            take_profit: exit("takeProfitPrice", self.take_profit)?,
            stop_loss: exit("stopLossPrice", self.stop_loss)?,
        })
    }
}

/// The prices of exits with the names of their fields.
pub(super) fn exit_prices(exits: &Exits) -> impl Iterator<Item = (&'static str, i64)> + use<> {
    let profit = exits.take_profit.map(|exit| ("takeProfitPrice", exit.price));
    let loss = exits.stop_loss.map(|exit| ("stopLossPrice", exit.price));
    profit.into_iter().chain(loss)
}

/// The side of the order that closes so many contracts of a position; of a flat one, for messages only, what it would
/// be.
pub(super) fn closing_side(contracts: i64, leg: LegId) -> Side {
    if contracts > 0 || leg == LegId::LONG { Side::Sell } else { Side::Buy }
}
