//! Settings and transfers: sent once, and cleared up by asking where that can be.

use std::time::Duration;

use lmex::futures::{
    MarginMode, PositionMode, SetLeverage, SetRiskLimit, TransferAmount, TransferAsset, TransferFunds,
    WalletHistory, WalletType,
};
use lmex::{Client, Decimal, Error};

use crate::faults::Fault;
use crate::rig::{Rig, SHORT, btc};

const LOST: [Fault; 4] = [Fault::Reset, Fault::Silence, Fault::HTML_502, Fault::HalfAnswer];

async fn impatient() -> (Rig, Client) {
    let rig = Rig::start().await;
    let client = rig.builder().timeout(SHORT).resolve_within(Duration::from_millis(200)).build().unwrap();
    (rig, client)
}

fn leverage(leverage: i64) -> SetLeverage {
    SetLeverage {
        symbol: btc(),
        leverage: Decimal::from(leverage),
        position_mode: None,
        position_id: None,
        margin_mode: MarginMode::Cross,
    }
}

#[tokio::test]
async fn every_setting_is_set_and_can_be_asked_for() {
    let rig = Rig::start().await;
    let client = rig.client();
    client.set_leverage(&leverage(25)).await.unwrap();
    assert_eq!(client.leverage(btc()).await.unwrap()[0].leverage, Decimal::from(25));
    let tiers = client.risk_tiers(Some(btc())).await.unwrap();
    assert!(tiers.len() > 1 && tiers.iter().all(|tier| tier.symbol == btc()));
    let level = tiers[1].risk_level;
    let setting = SetRiskLimit { symbol: btc(), risk_limit_level: level, position_mode: None };
    client.set_risk_limit(&setting).await.unwrap();
    assert_eq!(client.risk_limit(btc()).await.unwrap().risk_limit_level, Some(level));
    client.set_position_mode(btc(), PositionMode::Hedge).await.unwrap();
    assert_eq!(client.position_mode(Some(btc())).await.unwrap()[0].position_mode, "HEDGE");
    assert_eq!(client.margin_settings(Some(btc())).await.unwrap()[0].symbol, btc());
}

#[tokio::test]
async fn a_setting_whose_answer_is_lost_is_asked_for_and_not_sent_again() {
    for fault in LOST {
        let (rig, client) = impatient().await;
        rig.proxy.next("POST", "/leverage", fault.clone());
        client.set_leverage(&leverage(7)).await.unwrap_or_else(|error| panic!("{fault:?}: {error}"));
        rig.proxy.next("POST", "/position_mode", fault.clone());
        client.set_position_mode(btc(), PositionMode::Hedge).await.unwrap();
        let arrivals = ["/leverage", "/position_mode"].map(|path| rig.proxy.arrivals("POST", path));
        assert_eq!(arrivals, [1, 1], "{fault:?}");
    }
}

#[tokio::test]
async fn a_setting_that_never_arrived_is_unknown() {
    let (rig, client) = impatient().await;
    rig.proxy.next("POST", "/leverage", Fault::Swallow);
    let error = client.set_leverage(&leverage(7)).await.unwrap_err();
    assert!(error.is_unknown(), "{error}");
    assert_ne!(client.leverage(btc()).await.unwrap()[0].leverage, Decimal::from(7));
}

#[tokio::test]
async fn a_setting_that_is_refused_is_an_error_that_says_why() {
    let rig = Rig::start().await;
    let error = rig.client().set_leverage(&leverage(1_000)).await.unwrap_err();
    assert!(matches!(error, Error::NotSet(_) | Error::Api(_)) && !error.is_unknown(), "{error:?}");
}

fn transfer(amount: TransferAmount) -> TransferFunds {
    TransferFunds {
        wallet_src: None,
        wallet_src_type: WalletType::Cross,
        wallet_dest: None,
        wallet_dest_type: WalletType::Spot,
        assets: vec![TransferAsset { currency: "USDT".to_owned(), amount }],
    }
}

#[tokio::test]
async fn a_transfer_moves_money_once_whatever_becomes_of_its_answer() {
    for fault in LOST {
        let (rig, client) = impatient().await;
        let before = client.wallet().await.unwrap().total_value;
        rig.proxy.next("POST", "/user/wallet/transfer", fault.clone());
        let request = transfer(TransferAmount::Exactly(Decimal::from(1_000)));
        let error = client.transfer(&request).await.unwrap_err();
        assert!(error.is_unknown(), "{fault:?}: {error}");
        assert_eq!(rig.proxy.arrivals("POST", "/user/wallet/transfer"), 1, "{fault:?}");
        let moved = before - client.wallet().await.unwrap().total_value;
        assert_eq!(moved, Decimal::from(1_000), "{fault:?}");
        let request = WalletHistory { wallet: None, start: None, end: None, count: None };
        let history = client.wallet_history(&request).await.unwrap();
        assert!(history.iter().any(|record| record.amount.abs() == Decimal::from(1_000)), "{history:?}");
    }
}
