//! Moving play money: between one's own wallets, and between the accounts of this exchange.

use std::sync::Arc;

use axum::extract::State;
use lmex_api::futures::{Envelope, TransferReceipt, Transferred, WalletType};
use lmex_engine::{AccountId, Command, Event, LegId, MarginMode, MarketId, Money};
use lmex_types::TimeMs;

use super::wallet::{isolated_named, wallets};
use super::{Answer, Json};
use crate::accounts::DEMO_ACCOUNT;
use crate::call::PrivateCall;
use crate::desk::Desk;
use crate::dialect::Manners as _;
use crate::error_body::Refused;
use crate::fields::{Fields, mandatory};
use crate::server::App;
use crate::translate::{CURRENCY, ISOLATED_WALLET, transferable};
use crate::views::Wallets;

/// The most entries of a transfer.
const MOST_ASSETS: usize = 20;
/// The steps of a transfer between accounts, by the code of their failure (BTSE API 2.3, "Transfer Error Code").
const OUT_OF_FUTURES: i64 = -1046;
const BETWEEN_USERS: i64 = -1047;
const INTO_FUTURES: i64 = -1048;

/// Moves money between the wallets of the account: spot, cross, and those of isolated positions.
pub(super) async fn own(State(app): State<Arc<App>>, call: PrivateCall) -> Answer<Transferred> {
    let mut fields = call.body()?;
    let way = Way::read(&mut fields)?;
    fields.finish()?;
    let (account, dialect) = (call.account, app.dialect);
    let moved = app.desk.act(move |desk| -> Result<_, Refused> {
        let (from, to) = (way.from.purse(desk, account)?, way.to.purse(desk, account)?);
        if from == to {
            let advice = "walletSrcType and walletDestType are the same: nothing would move";
            return Err(Refused::parameter(advice));
        }
        let amount = way.amount(desk, account, from)?;
        hand_over(desk, account, (from, to), amount).map_err(Refused::wallet)?;
        Ok(match dialect.answers_wallets() {
            true => Transferred::Wallets(wallets(&desk.state, account, Wallets::All)),
            false => Transferred::Receipt(receipt(desk, None)),
        })
    });
    Ok(Json(moved.await??))
}

/// Moves money from one account to another: out of one's own, or, for the demo account, which is the main one, out of
/// any.
pub(super) async fn between_accounts(
    State(app): State<Arc<App>>,
    call: PrivateCall,
) -> Answer<Envelope<TransferReceipt>> {
    let mut fields = call.body()?;
    let way = Way::read(&mut fields)?;
    let from = mandatory("fromUser", fields.text("fromUser")?)?;
    let receiver = mandatory("receiver", fields.text("receiver")?)?;
    fields.finish()?;
    let receipt = app.desk.act(move |desk| -> Result<_, Refused> {
        let from = sender(desk, call.account, &from)?;
        let receiver = desk.state.owners.named(&receiver).ok_or_else(|| {
            Refused::parameter("receiver is not an account of this exchange: use one of its names")
        })?;
        if from == receiver {
            return Err(Refused::parameter("fromUser and receiver are the same: use /user/wallet/transfer"));
        }
        let (source, target) = (way.from.purse(desk, from)?, way.to.purse(desk, receiver)?);
        let amount = way.amount(desk, from, source)?;
        let step = if source == Purse::Spot { BETWEEN_USERS } else { OUT_OF_FUTURES };
        take(desk, from, source, amount).map_err(|error| Refused::transfer(step, error))?;
        if let Err(error) = put(desk, receiver, target, amount) {
            // It stays where it was.
            put(desk, from, source, amount).map_err(|error| Refused::transfer(BETWEEN_USERS, error))?;
            return Err(Refused::transfer(INTO_FUTURES, error));
        }
        Ok(receipt(desk, Some("Success")))
    });
    Ok(Json(receipt.await??))
}

/// Whose money is moved. Who may not know an account does not learn whether it exists.
fn sender(desk: &Desk, caller: AccountId, name: &str) -> Result<AccountId, Refused> {
    let owners = &desk.state.owners;
    let is_main = owners.name(caller) == DEMO_ACCOUNT;
    let from = owners.named(name).filter(|from| is_main || *from == caller);
    from.ok_or_else(|| {
        let own = owners.name(caller);
        Refused::parameter(format!("fromUser must be an account of yours: {own} can move its own money"))
    })
}

/// A wallet that money can be taken out of and put into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purse {
    Spot,
    Cross,
    /// The own money of an open isolated position.
    Isolated(MarketId, LegId),
}

/// A wallet as a request names it.
#[derive(Debug)]
enum Named {
    Spot,
    Cross,
    /// The field, and the wallet's name in it.
    Isolated(&'static str, String),
}

impl Named {
    fn read(
        fields: &mut Fields<'_>,
        kind_field: &'static str,
        name_field: &'static str,
    ) -> Result<Self, Refused> {
        let kind: WalletType = mandatory(kind_field, fields.word(kind_field)?)?;
        let name = fields.text(name_field)?;
        match (kind, name) {
            (WalletType::Isolated, name) => Ok(Self::Isolated(name_field, mandatory(name_field, name)?)),
            // Names isolated wallets; the others have no name of their own.
            (_, Some(_)) => Err(Refused::parameter(format!(
                "{name_field} goes with {kind_field} ISOLATED only: leave it out"
            ))),
            (WalletType::Spot, None) => Ok(Self::Spot),
            (WalletType::Cross, None) => Ok(Self::Cross),
        }
    }

    /// Which of the account's wallets that is.
    fn purse(&self, desk: &Desk, account: AccountId) -> Result<Purse, Refused> {
        let (field, name) = match self {
            Self::Spot => return Ok(Purse::Spot),
            Self::Cross => return Ok(Purse::Cross),
            Self::Isolated(field, name) => (field, name),
        };
        let engine = &desk.state.engine;
        let held = isolated_named(&desk.state, name)
            .and_then(|(market, leg)| engine.position(account, market, leg))
            .filter(|held| held.margin == MarginMode::Isolated);
        held.map(|held| Purse::Isolated(held.market, held.leg)).ok_or_else(|| {
            Refused::parameter(format!(
                "{field} is not the wallet of an open isolated position: use a name that /user/wallet says, such as {ISOLATED_WALLET}BTC-PERP-USDT"
            ))
        })
    }
}

/// What is to be moved from where to where.
#[derive(Debug)]
struct Way {
    from: Named,
    to: Named,
    /// `None` is all there is.
    amount: Option<Money>,
}

impl Way {
    fn read(fields: &mut Fields<'_>) -> Result<Self, Refused> {
        let from = Named::read(fields, "walletSrcType", "walletSrc")?;
        let to = Named::read(fields, "walletDestType", "walletDest")?;
        let assets = mandatory("apiWallets", fields.objects("apiWallets", MOST_ASSETS)?)?;
        Ok(Self { from, to, amount: moved(assets)? })
    }

    /// How much that is of what the account has there.
    fn amount(&self, desk: &Desk, account: AccountId, from: Purse) -> Result<Money, Refused> {
        let engine = &desk.state.engine;
        let all = || match from {
            Purse::Spot => desk.state.owners.spot(account),
            Purse::Cross => transferable(engine, account),
            Purse::Isolated(market, leg) => {
                engine.position(account, market, leg).map_or(Money::ZERO, |held| held.removable)
            }
        };
        let amount = self.amount.unwrap_or_else(all);
        if amount > Money::ZERO { Ok(amount) } else { Err(Refused::wallet("there is nothing to move")) }
    }
}

/// The sum of what is to be moved; `None` is all there is.
fn moved(assets: Vec<Fields<'_>>) -> Result<Option<Money>, Refused> {
    let mut assets = assets.into_iter();
    let (Some(mut asset), None) = (assets.next(), assets.next()) else {
        return Err(Refused::parameter(format!(
            "apiWallets must have one element: {CURRENCY} is all there is"
        )));
    };
    let currency = mandatory("apiWallets.currency", asset.text("currency")?)?;
    let all = asset.flag("allBalance")?.unwrap_or(false);
    let balance = asset.amount("balance")?;
    asset.finish()?;
    if currency != CURRENCY {
        return Err(Refused::currency(format!("apiWallets.currency is not known here: use {CURRENCY}")));
    }
    match (all, balance) {
        (true, None) => Ok(None),
        (true, Some(_)) => {
            Err(Refused::parameter("apiWallets.balance goes without allBalance: send one of them"))
        }
        (false, balance) => {
            let amount = Money::try_from(mandatory("apiWallets.balance", balance)?);
            let amount = amount.ok().filter(|amount| *amount > Money::ZERO);
            amount.map(Some).ok_or_else(|| {
                Refused::parameter("apiWallets.balance must be above zero, with at most 12 decimals")
            })
        }
    }
}

/// Moves money between two wallets of an account. Where it can't all be done, nothing is.
fn hand_over(
    desk: &mut Desk,
    account: AccountId,
    (from, to): (Purse, Purse),
    amount: Money,
) -> Result<(), String> {
    match (from, to) {
        (Purse::Cross, Purse::Isolated(market, leg)) => move_margin(desk, account, market, leg, amount),
        (Purse::Isolated(market, leg), Purse::Cross) => move_margin(desk, account, market, leg, -amount),
        _ => {
            take(desk, account, from, amount)?;
            // Back where it came from, if need be.
            put(desk, account, to, amount).or_else(|error| put(desk, account, from, amount).and(Err(error)))
        }
    }
}

fn take(desk: &mut Desk, account: AccountId, from: Purse, amount: Money) -> Result<(), String> {
    match from {
        Purse::Cross => engine_says(desk, Command::Withdraw { account, amount }),
        Purse::Isolated(market, leg) => {
            can_pass_through(desk, account)?;
            move_margin(desk, account, market, leg, -amount)?;
            engine_says(desk, Command::Withdraw { account, amount })
        }
        Purse::Spot if desk.change_spot(account, -amount) => Ok(()),
        Purse::Spot => {
            let there = desk.state.owners.spot(account);
            Err(format!("amount {amount} is more than the {there} in the spot wallet: move less"))
        }
    }
}

fn put(desk: &mut Desk, account: AccountId, to: Purse, amount: Money) -> Result<(), String> {
    match to {
        Purse::Cross => engine_says(desk, Command::Deposit { account, amount }),
        Purse::Isolated(market, leg) => {
            can_pass_through(desk, account)?;
            engine_says(desk, Command::Deposit { account, amount })?;
            move_margin(desk, account, market, leg, amount)
                .or_else(|error| engine_says(desk, Command::Withdraw { account, amount }).and(Err(error)))
        }
        Purse::Spot if desk.change_spot(account, amount) => Ok(()),
        Purse::Spot => Err(format!("amount {amount} does not fit into the spot wallet")),
    }
}

/// Money goes by way of the cross wallet, which would keep what it lacks itself.
fn can_pass_through(desk: &Desk, account: AccountId) -> Result<(), String> {
    let wallet = desk.state.engine.wallet(account).unwrap_or_default();
    let free = wallet.available - wallet.unrealised.max(Money::ZERO);
    match free.is_negative() {
        true => Err(format!("the cross wallet lacks {}: move that much into it first", -free)),
        false => Ok(()),
    }
}

fn move_margin(
    desk: &mut Desk,
    account: AccountId,
    market: MarketId,
    leg: LegId,
    amount: Money,
) -> Result<(), String> {
    engine_says(desk, Command::MoveMargin { account, market, leg, amount })
}

fn engine_says(desk: &mut Desk, command: Command) -> Result<(), String> {
    let batch = desk.apply(command);
    let refusal = batch.events.iter().find_map(|event| match event {
        Event::CommandRefused { refusal, .. } => Some(refusal.to_string()),
        _ => None,
    });
    refusal.map_or(Ok(()), Err)
}

/// What a transfer answers; its name is the number of the last command.
fn receipt(desk: &Desk, said: Option<&str>) -> Envelope<TransferReceipt> {
    let (time, request_id): (TimeMs, _) = (desk.state.now, desk.state.seq.to_string());
    let data = TransferReceipt { request_id: Some(request_id) };
    Envelope { code: 1, msg: said.map(str::to_owned), time, data, success: true }
}
