//! How positions are written: `positionsV3` and `allPositionV4` with all fields of version 2.3, their forerunners
//! `positionsV2` and `allPositionV3` with those of LMEX's stream documentation.

use std::collections::BTreeMap;

use axum::extract::ws::Utf8Bytes;
use lmex_api::stream::StreamPosition;
use serde_json::value::RawValue;

use super::channel::AccountTopic;
use super::reply;

/// The fields of the forerunners, as documented; `avgFilledPrice` is `avgFillPrice` there.
const OLDER_FIELDS: [&str; 38] = [
    "requestId",
    "username",
    "userCurrency",
    "marketName",
    "orderType",
    "orderMode",
    "originalAmount",
    "maxPriceHeld",
    "pegPriceMin",
    "stealth",
    "orderID",
    "maxStealthDisplayAmount",
    "sellExchangeRate",
    "triggerPrice",
    "closeOrder",
    "liquidationInProgress",
    "marginType",
    "entryPrice",
    "liquidationPrice",
    "markedPrice",
    "unrealizedProfitLoss",
    "totalMaintenanceMargin",
    "totalContracts",
    "isolatedLeverage",
    "totalFees",
    "totalValue",
    "adlScoreBucket",
    "orderTypeName",
    "orderModeName",
    "marginTypeName",
    "currentLeverage",
    "positionId",
    "positionMode",
    "positionDirection",
    "settleWithNonUSDAsset",
    "takeProfitOrder",
    "stopLossOrder",
    "contractSize",
];

/// A message of one of the position topics.
pub(super) fn positions_message<'a>(
    topic: AccountTopic,
    positions: impl IntoIterator<Item = &'a StreamPosition>,
) -> Utf8Bytes {
    let rows: Vec<String> = positions.into_iter().map(|position| row(topic, position)).collect();
    reply::data(topic.name(), &format!("[{}]", rows.join(",")))
}

fn row(topic: AccountTopic, position: &StreamPosition) -> String {
    match topic {
        AccountTopic::AllPositionV3 | AccountTopic::PositionsV2 => older(position),
        // Strings and numbers: writing them cannot fail.
        _ => serde_json::to_string(position).unwrap_or_default(),
    }
}

/// Numbers are handed on as they are written: through a binary float they would lose digits.
fn older(position: &StreamPosition) -> String {
    let (mut market_name, mut position_id) = (position.market_name.clone(), position.position_id.clone());
    if let Some(symbol) = position.market_name.strip_suffix("-USDT") {
        let leg = position_id.strip_prefix(&market_name).unwrap_or_default();
        position_id = format!("{symbol}-USD{leg}");
        market_name = format!("{symbol}-USD");
    }
    let renamed = StreamPosition { market_name, position_id, ..position.clone() };
    let text = serde_json::to_string(&renamed).unwrap_or_default();
    let mut row: BTreeMap<String, Box<RawValue>> = serde_json::from_str(&text).unwrap_or_default();
    let average = row.remove("avgFilledPrice");
    row.retain(|name, _| OLDER_FIELDS.contains(&name.as_str()));
    row.extend(average.map(|average| ("avgFillPrice".to_owned(), average)));
    serde_json::to_string(&row).unwrap_or_default()
}
