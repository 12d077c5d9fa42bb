//! Wallets and fees.

use lmex_api::futures::{AccountFees, FuturesWallet};

use crate::json::decimal;
use crate::payload::Origin::{Btse, BtseThroughCcxt, Documents};
use crate::payload::{Payload, prove};

pub(crate) fn payloads() -> Vec<Payload> {
    vec![recorded_wallet(), documented_wallet(), commented_wallet(), documented_fees()]
}

fn recorded_wallet() -> Payload {
    let file =
        "ccxt-btse-aug2026/fetchBalance.1.btse_fetchbalance_swap_cross_wallet_live_captured_2026_08_13.json";
    Payload::new(FuturesWallet::default(), BtseThroughCcxt, file, |wallets| {
        let [wallet] = &wallets[..] else { panic!("{wallets:?}") };
        assert_eq!(wallet.wallet, "CROSS@");
        for value in [wallet.total_value, wallet.margin_balance, wallet.available_balance] {
            assert_eq!(value, decimal("49.99230975"));
        }
        assert_eq!(wallet.original_available_balance, Some(decimal("49.99230975")));
        assert_eq!((wallet.tracking_id, wallet.request_id), (Some(8_652_679_827_533_950_098), Some(0)));
        assert_eq!((wallet.query_type, wallet.wallet_total_value), (None, None));
        assert_eq!((wallet.maintenance_margin, wallet.open_margin), (decimal("0"), decimal("0")));
        let [usdt, usd] = &wallet.assets[..] else { panic!("{wallet:?}") };
        assert_eq!((usdt.currency.as_str(), usdt.balance), ("USDT", decimal("49.99230975")));
        assert_eq!((usdt.asset_price, usdt.display), (decimal("1"), Some(false)));
        assert_eq!(usdt.available_balance_for_transfer, Some(decimal("49.99230975")));
        assert_eq!((usdt.value, usdt.total, usdt.kind), (Some(decimal("0")), Some(decimal("0")), Some(0)));
        assert_eq!((usd.currency.as_str(), usd.asset_price), ("USD", decimal("1.00105411")));
        assert_eq!(wallet.assets_in_use, []);
    })
}

fn documented_wallet() -> Payload {
    let file = "btse-docs-futures-v2.3/wallet__query_wallet_balance__response.json";
    Payload::new(FuturesWallet::default(), Documents, file, |wallets| {
        let [wallet] = &wallets[..] else { panic!("{wallets:?}") };
        assert_eq!((wallet.total_value, wallet.available_balance), (decimal("100"), decimal("100")));
        assert_eq!((wallet.query_type, wallet.request_id), (Some(0), None));
        assert_eq!(wallet.active_wallet_name.as_deref(), Some("String"));
        assert_eq!(wallet.username.as_deref(), Some("String"));
        assert_eq!(wallet.wallet_total_value, Some(decimal("0")));
        let ([held], [bound]) = (&wallet.assets[..], &wallet.assets_in_use[..]) else { panic!("{wallet:?}") };
        assert_eq!((held.balance, held.asset_price), (decimal("0.20183537"), decimal("7158.844999999999")));
        assert_eq!((held.display, held.available_balance_for_transfer), (None, None));
        assert_eq!((bound.currency.as_str(), bound.balance), ("BTC", decimal("0.01")));
    })
}

/// The document's wallet, as another client quotes it.
fn commented_wallet() -> Payload {
    let file = "ccxt-btse-comments/1058_fetch_balance.json";
    Payload::new(FuturesWallet::default(), Documents, file, |wallets| {
        let [wallet] = &wallets[..] else { panic!("{wallets:?}") };
        assert_eq!((wallet.wallet.as_str(), wallet.total_value), ("CROSS@", decimal("100")));
        assert_eq!((wallet.assets[0].balance, wallet.query_type), (decimal("0.20183537"), None));
    })
}

fn documented_fees() -> Payload {
    let file = "btse-docs-futures-v2.3/trade__query_account_fee__response.json";
    Payload::new(AccountFees::default(), Documents, file, |fees| {
        let [fee] = &fees[..] else { panic!("{fees:?}") };
        assert_eq!(fee.symbol.as_str(), "BTC-PERP");
        assert_eq!((fee.maker_fee, fee.taker_fee), (decimal("0"), decimal("0")));
    })
}

#[test]
fn accounts_are_read_and_written_as_recorded() {
    prove(&payloads());
}

/// No rates of the futures venue were recorded; those of the spot venue have the documented shape.
#[test]
fn the_fee_rates_of_spot_have_the_same_shape() {
    let file = "ccxt-btse-aug2026/fetchTradingFees.0.btse_fetchtradingfees_live_captured_2026_08_12_httpresponse_.json";
    prove(&[Payload::new(AccountFees::default(), Btse, file, |fees| {
        let symbols: Vec<_> = fees.iter().map(|fee| fee.symbol.as_str()).collect();
        assert_eq!(symbols, ["FUSD-USD", "TRUMPSOL-USD", "K_SATS-USD", "BTC-USD"]);
        assert!(
            fees.iter().all(|fee| (fee.maker_fee, fee.taker_fee) == (decimal("0.002"), decimal("0.002")))
        );
    })]);
}
