//! `lmex fills`, `positions`, `balance`, `fees`: what is one's own.

use lmex::futures::UserTrades;

use super::time::moment;
use crate::args::{Fills, MaybeMarket};
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Align, Narrow, Output, Table};

const LEFT: Align = Align::Left;
const RIGHT: Align = Align::Right;

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
        let mut table = Table::new("no fills", &columns).narrow(Narrow {
            short: &[
                ("filledPrice", "price"),
                ("filledSize", "size"),
                ("feeAmount", "fee"),
                ("feeCurrency", ""),
                ("realizedPnl", "pnl"),
            ],
            below: &["orderId"],
            drop: &["feeCurrency"],
        });
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
        let mut table = Table::new("no open positions", &columns).narrow(Narrow {
            short: &[
                ("entryPrice", "entry"),
                ("markPrice", "mark"),
                ("unrealizedProfitLoss", "pnl"),
                ("liquidationPrice", "liquidation"),
                ("currentLeverage", "leverage"),
            ],
            below: &[],
            drop: &["currentLeverage"],
        });
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
        let mut table = Table::new("no wallet", &columns).narrow(Narrow::LIST);
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
