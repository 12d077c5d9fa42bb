//! Positions, as the stream sends them.

use lmex_types::{Decimal, Side, Symbol};
use serde::{Deserialize, Deserializer, Serialize};

use super::mode::{OrderMode, without_settlement};
use crate::code::{OrderKind, Status};
use crate::futures::ProtectiveOrder;
use crate::wire;
use crate::wire::decimal::Number;

/// A position (`allPositionV4`, `positionsV3`; their forerunners `allPositionV3` and `positionsV2` have fewer fields).
/// The engine sends what it keeps of an order, so much of it says nothing about a position.
///
/// A position that is closed comes once more on `positionsV3`: with no contracts, and nothing left but its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StreamPosition {
    /// Internal.
    #[serde(default, with = "wire::integer")]
    pub request_id: i64,
    /// The account.
    #[serde(default, with = "wire::text::option")]
    pub username: Option<String>,
    /// Undocumented; `null` where it is printed.
    #[serde(default, with = "wire::text::option")]
    pub user_currency: Option<String>,
    /// The market with what it is settled in: `BTC-PERP-USDT`.
    #[serde(default, with = "wire::text")]
    pub market_name: String,
    /// [`OrderKind::POSITION`]; 0 when it is closed.
    #[serde(default = "closed", deserialize_with = "order_type")]
    pub order_type: OrderKind,
    /// Long or short, as a number.
    #[serde(default)]
    pub order_mode: OrderMode,
    /// [`Status::ACTIVE`].
    #[serde(default = "active")]
    pub status: Status,
    /// One contract, in the base currency, where it is printed.
    #[serde(default, with = "wire::decimal")]
    pub original_amount: Decimal,
    /// The highest price since it is held, says the document; 0 where it is printed.
    #[serde(default, with = "wire::decimal")]
    pub max_price_held: Decimal,
    /// Of orders, not of positions.
    #[serde(default, with = "wire::decimal")]
    pub peg_price_min: Decimal,
    /// Of orders, not of positions.
    #[serde(default, with = "wire::decimal")]
    pub stealth: Decimal,
    /// Undocumented; `null` where it is printed.
    #[serde(default, with = "wire::text::option")]
    pub base_currency: Option<String>,
    /// Undocumented; `null` where it is printed.
    #[serde(default, with = "wire::text::option")]
    pub quote_currency: Option<String>,
    /// Undocumented.
    #[serde(default, deserialize_with = "wire::empty::or_default")]
    pub quote_currency_fiat: bool,
    /// Undocumented; `null` where it is printed.
    #[serde(default)]
    pub parents: Option<serde_json::Value>,
    /// What making costs, as a fraction of notional.
    #[serde(default)]
    pub maker_fees_ratio: Option<Vec<Number>>,
    /// What taking costs, as a fraction of notional.
    #[serde(default)]
    pub taker_fees_ratio: Option<Vec<Number>>,
    /// The order that closes it, if one is bound.
    #[serde(default, rename = "orderID", with = "wire::text::option")]
    pub order_id: Option<String>,
    /// Undocumented; `null` where it is printed.
    #[serde(default, with = "wire::text::option")]
    pub vendor_name: Option<String>,
    /// Undocumented; `null` where it is printed.
    #[serde(default, rename = "botID", with = "wire::text::option")]
    pub bot_id: Option<String>,
    /// Of orders, not of positions.
    #[serde(default, with = "wire::decimal")]
    pub max_stealth_display_amount: Decimal,
    /// Undocumented; 0 where it is printed.
    #[serde(default, alias = "sellexchangeRate", with = "wire::decimal")]
    pub sell_exchange_rate: Decimal,
    /// Undocumented; `null` where it is printed.
    #[serde(default, with = "wire::text::option")]
    pub tag: Option<String>,
    /// The price that fires the order that closes it.
    #[serde(default, with = "wire::decimal")]
    pub trigger_price: Decimal,
    /// Whether there is an order that closes it.
    #[serde(default, deserialize_with = "wire::empty::or_default")]
    pub close_order: bool,
    /// Undocumented; 0 where it is printed.
    #[serde(default, with = "wire::decimal")]
    pub db_base_bal_held: Decimal,
    /// Undocumented; what it binds of the quote currency, negative.
    #[serde(default, with = "wire::decimal")]
    pub db_quote_bal_held: Decimal,
    /// Whether there is a position.
    #[serde(default, deserialize_with = "wire::empty::or_default")]
    pub is_future: bool,
    /// Whether it is being liquidated.
    #[serde(default, deserialize_with = "wire::empty::or_default")]
    pub liquidation_in_progress: bool,
    /// 91 cross, 92 isolated.
    #[serde(default, with = "wire::integer")]
    pub margin_type: i64,
    /// Average price of the position.
    #[serde(default, with = "wire::decimal")]
    pub entry_price: Decimal,
    /// The mark price at which it is liquidated; 0 if there is none.
    #[serde(default, with = "wire::decimal")]
    pub liquidation_price: Decimal,
    /// The mark price. The document calls it `markPrice` in its table.
    #[serde(default, alias = "markPrice", with = "wire::decimal")]
    pub marked_price: Decimal,
    /// Undocumented; 0 where it is printed.
    #[serde(default, with = "wire::decimal")]
    pub margin_held: Decimal,
    /// Profit at the mark price.
    #[serde(default, with = "wire::decimal")]
    pub unrealized_profit_loss: Decimal,
    /// Below this much margin it is liquidated.
    #[serde(default, with = "wire::decimal")]
    pub total_maintenance_margin: Decimal,
    /// In contracts, always positive; 0 when it is closed.
    #[serde(alias = "totalContract", with = "wire::decimal")]
    pub total_contracts: Decimal,
    /// Undocumented; 0 where it is printed.
    #[serde(default, with = "wire::decimal")]
    pub margin_charged_long_open: Decimal,
    /// Undocumented; 0 where it is printed.
    #[serde(default, with = "wire::decimal")]
    pub margin_charged_short_open: Decimal,
    /// Undocumented; 0 where it is printed.
    #[serde(default, with = "wire::decimal")]
    pub uncharged_margin_long_open: Decimal,
    /// Undocumented; 0 where it is printed.
    #[serde(default, with = "wire::decimal")]
    pub uncharged_margin_short_open: Decimal,
    /// Undocumented; `null` where it is printed.
    #[serde(default, with = "wire::text::option")]
    pub isolated_currency: Option<String>,
    /// Leverage with isolated margin.
    #[serde(default, with = "wire::decimal")]
    pub isolated_leverage: Decimal,
    /// Undocumented; 0 where it is printed.
    #[serde(default, with = "wire::decimal")]
    pub total_fees: Decimal,
    /// Notional at the mark price, in the quote currency; negative of shorts in older messages.
    #[serde(default, with = "wire::decimal")]
    pub total_value: Decimal,
    /// Place in the queue for auto-deleveraging: 4 is served first.
    #[serde(default, with = "wire::integer")]
    pub adl_score_bucket: i64,
    /// The same as a fraction.
    #[serde(default, with = "wire::decimal")]
    pub adl_score_percentile: Decimal,
    /// `TYPE_FUTURES_POSITION`.
    #[serde(default, with = "wire::text::option")]
    pub order_type_name: Option<String>,
    /// `MODE_BUY` or `MODE_SELL`.
    #[serde(default, with = "wire::text::option")]
    pub order_mode_name: Option<String>,
    /// `FUTURES_MARGIN_CROSS` or `FUTURES_MARGIN_ISOLATED`.
    #[serde(default, with = "wire::text::option")]
    pub margin_type_name: Option<String>,
    /// Notional over wallet.
    #[serde(default, with = "wire::decimal")]
    pub current_leverage: Decimal,
    /// Base currency in one contract.
    #[serde(default, with = "wire::decimal")]
    pub contract_size: Decimal,
    /// Undocumented; 0 where it is printed.
    #[serde(default, with = "wire::decimal")]
    pub minimum_required_margin: Decimal,
    /// Undocumented; 0 where it is printed.
    #[serde(default, with = "wire::decimal")]
    pub filled_size: Decimal,
    /// Bound take profit.
    #[serde(default)]
    pub take_profit_order: Option<ProtectiveOrder>,
    /// Bound stop loss.
    #[serde(default)]
    pub stop_loss_order: Option<ProtectiveOrder>,
    /// The position's name: `BTC-PERP-USDT`, with `|LONG` or `|SHORT` in hedge mode.
    #[serde(default, with = "wire::text")]
    pub position_id: String,
    /// The wallet that bears it.
    #[serde(default, with = "wire::text::option")]
    pub active_wallet_name: Option<String>,
    /// `ONE_WAY`, `HEDGE` or `ISOLATED`.
    #[serde(default, with = "wire::text::option")]
    pub position_mode: Option<String>,
    /// `LONG` or `SHORT`, in every mode.
    #[serde(default, with = "wire::text::option")]
    pub position_direction: Option<String>,
    /// Undocumented; 0 where it is printed.
    #[serde(default, with = "wire::integer")]
    pub service_type: i64,
    /// Of orders, not of positions.
    #[serde(default, alias = "avgFillPrice", with = "wire::decimal")]
    pub avg_filled_price: Decimal,
    /// The same as `is_future`.
    #[serde(default, deserialize_with = "wire::empty::or_default")]
    pub future: bool,
    /// The currency it is settled in.
    #[serde(default, rename = "settleWithNonUSDAsset", with = "wire::text::option")]
    pub settle_with_non_usd_asset: Option<String>,
}

impl StreamPosition {
    /// Whether it is closed.
    pub fn is_closed(&self) -> bool {
        self.total_contracts.is_zero()
    }

    /// `BUY` for long, `SELL` for short; `None` when it is closed.
    pub fn side(&self) -> Option<Side> {
        self.order_mode.side()
    }

    /// The market; `None` where it is named in a way that is not known.
    pub fn symbol(&self) -> Option<Symbol> {
        without_settlement(&self.market_name).parse().ok()
    }
}

fn active() -> Status {
    Status::ACTIVE
}

fn closed() -> OrderKind {
    OrderKind(0)
}

fn order_type<'de, D: Deserializer<'de>>(deserializer: D) -> Result<OrderKind, D::Error> {
    wire::integer::deserialize(deserializer).map(OrderKind)
}
