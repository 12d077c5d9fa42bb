//! Moving play money: between one's own wallets, and between the accounts of this exchange.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use lmex_api::futures::{Envelope, TransferReceipt, Transferred, WalletType};
use lmex_engine::{AccountId, Command, Event, Money};
use lmex_types::TimeMs;

use super::Answer;
use crate::accounts::DEMO_ACCOUNT;
use crate::call::PrivateCall;
use crate::desk::Desk;
use crate::error_body::Refused;
use crate::fields::{Fields, mandatory};
use crate::server::App;
use crate::translate::{CURRENCY, transferable};

/// The most entries of a transfer.
const MOST_ASSETS: usize = 20;
/// The steps of a transfer between accounts, by the code of their failure (BTSE API 2.3, "Transfer Error Code").
const OUT_OF_FUTURES: i64 = -1046;
const BETWEEN_USERS: i64 = -1047;
const INTO_FUTURES: i64 = -1048;

/// Moves money between the spot and the cross wallet of the account.
pub(super) async fn own(State(app): State<Arc<App>>, call: PrivateCall) -> Answer<Transferred> {
    let mut fields = call.body()?;
    let way = Way::read(&mut fields)?;
    fields.finish()?;
    if way.from == way.to {
        return Err(Refused::parameter("walletSrcType and walletDestType are the same: nothing would move"));
    }
    let account = call.account;
    let receipt = app.desk.act(move |desk| -> Result<_, Refused> {
        let amount = way.amount(desk, account)?;
        take(desk, account, way.from, amount).map_err(Refused::wallet)?;
        give(desk, account, way.from, way.to, amount).map_err(Refused::wallet)?;
        // BTSE's document answers the wallets, LMEX's this.
        Ok(receipt(desk, None))
    });
    Ok(Json(Transferred::Receipt(receipt.await??)))
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
        let amount = way.amount(desk, from)?;
        let step = if way.from == Purse::Cross { OUT_OF_FUTURES } else { BETWEEN_USERS };
        take(desk, from, way.from, amount).map_err(|error| Refused::transfer(step, error))?;
        if let Err(error) = put(desk, receiver, way.to, amount) {
            // It stays where it was.
            put(desk, from, way.from, amount).map_err(|error| Refused::transfer(BETWEEN_USERS, error))?;
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

/// A wallet that money can be taken out of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purse {
    Spot,
    Cross,
}

/// What is to be moved from where to where.
#[derive(Debug)]
struct Way {
    from: Purse,
    to: Purse,
    /// `None` is all there is.
    amount: Option<Money>,
}

impl Way {
    fn read(fields: &mut Fields) -> Result<Self, Refused> {
        let from = purse("walletSrcType", fields.word("walletSrcType")?)?;
        let to = purse("walletDestType", fields.word("walletDestType")?)?;
        // Name isolated wallets; the others have no name of their own.
        for name in ["walletSrc", "walletDest"] {
            if fields.text(name)?.is_some() {
                let advice =
                    format!("{name} goes with ISOLATED only, which is not served here: leave it out");
                return Err(Refused::parameter(advice));
            }
        }
        let assets = mandatory("apiWallets", fields.objects("apiWallets", MOST_ASSETS)?)?;
        Ok(Self { from, to, amount: moved(assets)? })
    }

    /// How much that is of what the account has.
    fn amount(&self, desk: &Desk, account: AccountId) -> Result<Money, Refused> {
        let all = || match self.from {
            Purse::Spot => desk.state.owners.spot(account),
            Purse::Cross => transferable(&desk.state.engine, account),
        };
        let amount = self.amount.unwrap_or_else(all);
        if amount > Money::ZERO { Ok(amount) } else { Err(Refused::wallet("there is nothing to move")) }
    }
}

fn purse(field: &str, given: Option<WalletType>) -> Result<Purse, Refused> {
    match mandatory(field, given)? {
        WalletType::Spot => Ok(Purse::Spot),
        WalletType::Cross => Ok(Purse::Cross),
        WalletType::Isolated => Err(Refused::rejected(format!(
            "{field} ISOLATED is not served by the local exchange: the margin of an isolated position follows its leverage, use SPOT or CROSS"
        ))),
    }
}

/// The sum of what is to be moved; `None` is all there is.
fn moved(assets: Vec<Fields>) -> Result<Option<Money>, Refused> {
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

fn take(desk: &mut Desk, account: AccountId, from: Purse, amount: Money) -> Result<(), String> {
    match from {
        Purse::Cross => engine_says(desk, Command::Withdraw { account, amount }),
        Purse::Spot if desk.change_spot(account, -amount) => Ok(()),
        Purse::Spot => {
            let there = desk.state.owners.spot(account);
            Err(format!("amount {amount} is more than the {there} in the spot wallet: move less"))
        }
    }
}

/// Puts what was taken from one wallet into another of the same account, or back where it came from.
fn give(desk: &mut Desk, account: AccountId, from: Purse, to: Purse, amount: Money) -> Result<(), String> {
    put(desk, account, to, amount).or_else(|error| put(desk, account, from, amount).and(Err(error)))
}

fn put(desk: &mut Desk, account: AccountId, to: Purse, amount: Money) -> Result<(), String> {
    match to {
        Purse::Cross => engine_says(desk, Command::Deposit { account, amount }),
        Purse::Spot if desk.change_spot(account, amount) => Ok(()),
        Purse::Spot => Err(format!("amount {amount} does not fit into the spot wallet")),
    }
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
