//! What each endpoint answers.

use lmex_api::{EndpointInfo, Method};
use serde_json::{Map, Value, json};

use crate::dialect::{Dialect, Manners as _};

/// The shapes by name: their members with their types, in a line. `?` after a name says that the member may be absent,
/// `|null` that it may be null; a capital letter names a shape, brackets a list.
const SHAPES: &[(&str, &str)] = &[
    (
        "MarketSummary",
        "symbol:string last:number lowestAsk:number highestBid:number openInterest:number openInterestUSD:number \
         percentageChange:number volume:number high24Hr:number low24Hr:number base:string quote:string \
         contractStart:integer contractEnd:integer active:boolean timeBasedContract:boolean fundingRate:number \
         contractSize:number minValidPrice:number minPriceIncrement:number minOrderSize:number maxOrderSize:number \
         minSizeIncrement:number fundingIntervalMinutes?:integer fundingTime?:integer openTime?:integer \
         closeTime?:integer startMatching?:integer inactiveTime?:integer maxPosition?:number minRiskLimit?:number \
         maxRiskLimit?:number availableSettlement?:[string] futures?:boolean",
    ),
    ("Price", "symbol:string indexPrice:number lastPrice:number markPrice:number"),
    ("Level", "price:string size:string"),
    ("Book", "symbol:string buyQuote:[Level] sellQuote:[Level] timestamp:integer depth?:integer"),
    ("Trade", "price:number size:number side:string symbol:string serialId:integer timestamp:integer"),
    ("Funding", "time:integer rate:number symbol:string"),
    (
        "RiskTier",
        "symbol:string riskLevel:integer riskLimitValue:number initialMarginRate:number maintenanceMarginRate:number \
         maxLeverage:number",
    ),
    ("RiskTiers", "code:integer msg:string time:integer data:[RiskTier] success:boolean"),
    (
        "OrderAnswer",
        "status:integer symbol:string orderType:integer price:number side:string orderID:string timestamp:integer \
         triggerPrice:number trigger:boolean deviation:number stealth:number message:string avgFilledPrice:number \
         clOrderID:string originalOrderSize:number currentOrderSize:number filledSize:number totalFilledSize:number \
         remainingSize:number postOnly:boolean orderDetailType:null positionMode:string positionDirection:string|null \
         positionId:string time_in_force:string",
    ),
    ("Exit", "orderId:string side:string triggerPrice:number triggerUseLastPrice:boolean"),
    (
        "OpenOrder",
        "vendorName:null botID:null orderType:integer price:number side:string orderValue:number pegPriceMin:number \
         pegPriceMax:number pegPriceDeviation:number cancelDuration:integer timestamp:integer orderID:string \
         stealth:number triggerOrder:boolean triggered:boolean triggerPrice:number triggerOriginalPrice:number \
         triggerOrderType:integer triggerTrailingStopDeviation:number triggerStopPrice:number symbol:string \
         trailValue:number trailValueType:string contractSize:number activationPrice:null activationPriceType:null \
         ocoPeerOrderId:string|null currentPegPrice:number clOrderID:string reduceOnly:boolean orderState:string \
         triggerUseLastPrice:boolean avgFilledPrice:number timeInForce:string originalOrderSize:number \
         currentOrderSize:number totalFilledSize:number remainingSize:number orderDetailType:null \
         takeProfitOrder:Exit|null stopLossOrder:Exit|null closeOrder:boolean positionMode:string \
         positionDirection:string|null positionId:string wrapperOrder:boolean",
    ),
    (
        "OrderDetail",
        "orderType:integer price:number originalOrderSize:number currentOrderSize:number totalFilledSize:number \
         remainingSize:number side:string orderValue:number pegPriceMin:number pegPriceMax:number \
         pegPriceDeviation:number timestamp:integer orderID:string stealth:number triggerOrder:boolean \
         triggered:boolean triggerPrice:number triggerOriginalPrice:number triggerOrderType:integer \
         triggerTrailingStopDeviation:number triggerStopPrice:number symbol:string trailValue:number clOrderID:string \
         reduceOnly:boolean status:integer triggerUseLastPrice:boolean avgFilledPrice:number contractSize:number \
         timeInForce:string closeOrder:boolean takeProfitOrder?:Exit stopLossOrder?:Exit",
    ),
    (
        "Position",
        "marginType:integer entryPrice:number markPrice:number symbol:string side:string orderValue:number \
         settleWithAsset:string unrealizedProfitLoss:number totalMaintenanceMargin:number size:number \
         liquidationPrice:number isolatedLeverage:number adlScoreBucket:number liquidationInProgress:boolean \
         timestamp:integer takeProfitOrder:Exit|null stopLossOrder:Exit|null positionMode:string \
         positionDirection:string|null positionId:string walletName:string currentLeverage:number contractSize:number \
         minimumRequiredMargin:number",
    ),
    (
        "OwnTrade",
        "tradeId:string orderId:string username:string side:string orderType:integer triggerType:integer|null \
         price:number size:number filledPrice:number filledSize:number triggerPrice:number base:string quote:string \
         symbol:string feeCurrency:string feeAmount:number wallet:string realizedPnl:number total:number \
         serialId:integer timestamp:integer orderDetailType:null contractSize:number clOrderID:string \
         positionId:string avgFilledPrice:number",
    ),
    ("Fee", "symbol:string makerFee:number takerFee:number"),
    (
        "Asset",
        "balance:number assetPrice:number currency:string display:boolean timestamp:integer snapshotID:integer \
         value:number type:integer total:number availableBalanceForTransfer:number",
    ),
    (
        "Wallet",
        "wallet:string totalValue:number marginBalance:number availableBalance:number unrealisedProfitLoss:number \
         maintenanceMargin:number leverage:number openMargin:number assets:[Asset] assetsInUse:[Asset] \
         trackingID:integer requestId:integer queryType?:integer walletTotalValue?:number \
         originalAvailableBalance:number",
    ),
    (
        "WalletRecord",
        "amount:number currency:string description:string|null fees:number orderId:string status:integer \
         timestamp:integer type:integer username:string wallet:string",
    ),
    (
        "WalletShare",
        "activeWalletName:string unrealisedProfitLoss:number walletTotalValue:number marginBalance:number \
         availableBalance:number maintenanceMargin:number",
    ),
    (
        "UnifiedMargin",
        "symbol:string walletTotalValue:number walletTotalUnrealizedProfitLoss:number \
         futuresTotalAvailableBalance:number wallets:[WalletShare]",
    ),
    ("MarginSetting", "symbol:string initialMarginPercentage:number maintenanceMarginPercentage:number"),
    ("ReceiptData", "requestId:string"),
    ("Receipt", "code:integer msg:string|null time:integer data:ReceiptData success:boolean"),
    ("RiskLimit", "symbol:string riskLimit:number riskLimitLevel:number"),
    ("Setting", "symbol:string timestamp:integer status:integer type:integer message:string"),
    ("Leverage", "symbol:string leverage:number marginMode:string positionDirection:string|null"),
    ("PositionMode", "symbol:string positionMode:string"),
    ("Switch", "timeout:integer status:integer message:string"),
    ("Refused", "status:integer errorCode:integer message:string extraData:[string]|null"),
    (
        "RefusedInEnvelope",
        "code?:integer msg?:string|null time?:integer data?:null success?:boolean status?:integer errorCode?:integer message?:string extraData?:[string]|null",
    ),
    ("ServerTime", "iso:string epoch:integer"),
];

/// The schema of what an endpoint answers; `None` where it is nothing.
pub(super) fn answer(info: &EndpointInfo, dialect: Dialect) -> Option<Value> {
    let path = info.path.strip_prefix("/api/v2.3").unwrap_or(info.path);
    let kind = match (info.method, path) {
        (_, "/ohlcv") => return Some(candles()),
        (_, "/funding_history") => {
            let rows = kind("[Funding]");
            return Some(json!({"type": "object", "additionalProperties": rows}));
        }
        (_, "/user/wallet/transfer") if dialect.answers_wallets() => "[Wallet]",
        (_, "/user/wallet/transfer") => "Receipt",
        (_, "/settle_in") => return None,
        (_, "/market_summary") => "[MarketSummary]",
        (_, "/price") => "[Price]",
        (_, "/orderbook" | "/orderbook/L2") => "Book",
        (_, "/trades") => "[Trade]",
        (_, "/market/risk_limit") => "RiskTiers",
        (Method::Get, "/order") => "OrderDetail",
        (_, "/order/cancelAllAfter") => "Switch",
        (_, "/user/open_orders") => "[OpenOrder]",
        (_, "/user/trade_history") => "[OwnTrade]",
        (_, "/user/positions") => "[Position]",
        (_, "/user/fees") => "[Fee]",
        (_, "/user/wallet" | "/user/margin") => "[Wallet]",
        (_, "/user/wallet_history") => "[WalletRecord]",
        (_, "/user/unifiedWallet/margin") => "UnifiedMargin",
        (_, "/user/margin_setting") => "[MarginSetting]",
        (_, "/subaccount/wallet/transfer") => "Receipt",
        (Method::Get, "/risk_limit") => "RiskLimit",
        (Method::Get, "/leverage") => "[Leverage]",
        (Method::Get, "/position_mode") => "[PositionMode]",
        (Method::Post, "/risk_limit" | "/leverage" | "/position_mode") => "Setting",
        _ => "[OrderAnswer]",
    };
    Some(self::kind(kind))
}

/// Time in seconds, open, high, low, close, volume.
fn candles() -> Value {
    json!({
        "type": "array", "maxItems": 300,
        "items": {"type": "array", "minItems": 6, "maxItems": 6, "items": {"type": "number"}},
    })
}

/// All shapes as schemas.
pub(super) fn schemas() -> Value {
    SHAPES.iter().map(|(name, members)| ((*name).to_owned(), object(members))).collect::<Map<_, _>>().into()
}

fn object(members: &str) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for (name, of) in members.split_whitespace().filter_map(|member| member.split_once(':')) {
        let plain = name.trim_end_matches('?');
        if plain == name {
            required.push(plain);
        }
        properties.insert(plain.to_owned(), kind(of));
    }
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

fn kind(of: &str) -> Value {
    if let Some(of) = of.strip_suffix("|null") {
        return json!({"anyOf": [kind(of), {"type": "null"}]});
    }
    if let Some(item) = of.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return json!({"type": "array", "items": kind(item)});
    }
    match of.starts_with(|c: char| c.is_ascii_uppercase()) {
        true => json!({"$ref": format!("#/components/schemas/{of}")}),
        false => json!({"type": of}),
    }
}
