//! `lmex orders`, `order`, `fills`, `positions`, `balance`, `fees`: what is one's own.

use lmex::Status;
use lmex::futures::{OrderAnswer, UserTrades};

use super::time::moment;
use crate::args::{Fills, MaybeMarket, OneOrder};
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Align, Format, Output, Table};

const LEFT: Align = Align::Left;
const RIGHT: Align = Align::Right;

pub async fn orders(args: &MaybeMarket, context: &Context, output: &Output) -> Result<(), CliError> {
    let orders = context.signed_client()?.open_orders(args.market).await?.into_data();
    output.print(&orders, || {
        let columns = [
            ("orderID", LEFT),
            ("symbol", LEFT),
            ("side", LEFT),
            ("price", RIGHT),
            ("currentOrderSize", RIGHT),
            ("totalFilledSize", RIGHT),
            ("timeInForce", LEFT),
            ("timestamp", LEFT),
            ("clOrderID", LEFT),
        ];
        let mut table = Table::new("no open orders", &columns);
        for order in &orders {
            table.row([
                order.order_id.clone(),
                order.symbol.to_string(),
                order.side.to_string(),
                order.price.normalize().to_string(),
                order.current_order_size.normalize().to_string(),
                order.total_filled_size.normalize().to_string(),
                order.time_in_force.clone(),
                moment(order.timestamp, output.format),
                order.cl_order_id.clone(),
            ]);
        }
        table
    })
}

/// What is shown of one order, open or finished.
const ORDER_COLUMNS: [(&str, Align); 9] = [
    ("orderID", LEFT),
    ("symbol", LEFT),
    ("side", LEFT),
    ("status", LEFT),
    ("price", RIGHT),
    ("currentOrderSize", RIGHT),
    ("totalFilledSize", RIGHT),
    ("avgFilledPrice", RIGHT),
    ("clOrderID", LEFT),
];

/// The cells of [`ORDER_COLUMNS`]: the venue's two answers about an order have the same fields, but no type in common.
macro_rules! order_row {
    ($order:expr, $format:expr) => {
        [
            $order.order_id.clone(),
            $order.symbol.to_string(),
            $order.side.to_string(),
            status($order.status, $format),
            $order.price.normalize().to_string(),
            $order.current_order_size.normalize().to_string(),
            $order.total_filled_size.normalize().to_string(),
            $order.avg_filled_price.normalize().to_string(),
            $order.cl_order_id.clone(),
        ]
    };
}

pub async fn order(args: &OneOrder, context: &Context, output: &Output) -> Result<(), CliError> {
    let order = context.signed_client()?.order(args.order).await?.into_data();
    output.print(&order, || {
        let mut table = Table::new("no such order", &ORDER_COLUMNS);
        table.row(order_row!(order, output.format));
        table
    })
}

/// The venue's answers to an action on orders.
pub fn answer_table(orders: &[OrderAnswer], output: &Output) -> Table {
    let mut table = Table::new("no orders", &ORDER_COLUMNS);
    for order in orders {
        table.row(order_row!(order, output.format));
    }
    table
}

/// The number for programs, with its name for people.
fn status(status: Status, format: Format) -> String {
    if format == Format::Csv { status.0.to_string() } else { status.to_string() }
}

pub async fn fills(args: &Fills, context: &Context, output: &Output) -> Result<(), CliError> {
    let request = UserTrades { symbol: args.market, count: Some(args.count), ..UserTrades::default() };
    let fills = context.signed_client()?.trade_history(&request).await?.into_data();
    output.print(&fills, || {
        let columns = [
            ("timestamp", LEFT),
            ("symbol", LEFT),
            ("side", LEFT),
            ("filledPrice", RIGHT),
            ("filledSize", RIGHT),
            ("feeAmount", RIGHT),
            ("feeCurrency", LEFT),
            ("realizedPnl", RIGHT),
            ("orderId", LEFT),
        ];
        let mut table = Table::new("no fills", &columns);
        for fill in &fills {
            table.row([
                moment(fill.timestamp, output.format),
                fill.symbol.to_string(),
                fill.side.to_string(),
                fill.filled_price.normalize().to_string(),
                fill.filled_size.normalize().to_string(),
                fill.fee_amount.normalize().to_string(),
                fill.fee_currency.clone(),
                fill.realized_pnl.normalize().to_string(),
                fill.order_id.clone(),
            ]);
        }
        table
    })
}

pub async fn positions(args: &MaybeMarket, context: &Context, output: &Output) -> Result<(), CliError> {
    let positions = context.signed_client()?.positions(args.market).await?.into_data();
    output.print(&positions, || {
        let columns = [
            ("symbol", LEFT),
            ("side", LEFT),
            ("size", RIGHT),
            ("entryPrice", RIGHT),
            ("markPrice", RIGHT),
            ("unrealizedProfitLoss", RIGHT),
            ("liquidationPrice", RIGHT),
            ("currentLeverage", RIGHT),
        ];
        let mut table = Table::new("no open positions", &columns);
        for position in &positions {
            table.row([
                position.symbol.to_string(),
                position.side.to_string(),
                position.size.normalize().to_string(),
                output.amount(position.entry_price, 6),
                output.amount(position.mark_price, 6),
                output.amount(position.unrealized_profit_loss, 6),
                output.amount(position.liquidation_price, 6),
                output.amount(position.current_leverage, 4),
            ]);
        }
        table
    })
}

pub async fn balance(context: &Context, output: &Output) -> Result<(), CliError> {
    let wallet = context.signed_client()?.wallet().await?.into_data();
    output.print(&wallet, || {
        let columns = [
            ("wallet", LEFT),
            ("totalValue", RIGHT),
            ("marginBalance", RIGHT),
            ("availableBalance", RIGHT),
            ("unrealisedProfitLoss", RIGHT),
            ("maintenanceMargin", RIGHT),
            ("openMargin", RIGHT),
        ];
        let mut table = Table::new("no wallet", &columns);
        let amounts = [
            wallet.total_value,
            wallet.margin_balance,
            wallet.available_balance,
            wallet.unrealised_profit_loss,
            wallet.maintenance_margin,
            wallet.open_margin,
        ];
        let amounts = amounts.map(|amount| output.amount(amount, 6));
        table.row(std::iter::once(wallet.wallet.clone()).chain(amounts));
        table
    })
}

pub async fn fees(args: &MaybeMarket, context: &Context, output: &Output) -> Result<(), CliError> {
    let fees = context.signed_client()?.fees(args.market).await?.into_data();
    output.print(&fees, || {
        let columns = [("symbol", LEFT), ("makerFee", RIGHT), ("takerFee", RIGHT)];
        let mut table = Table::new("no fees", &columns);
        for fee in &fees {
            table.row([
                fee.symbol.to_string(),
                fee.maker_fee.normalize().to_string(),
                fee.taker_fee.normalize().to_string(),
            ]);
        }
        table
    })
}
