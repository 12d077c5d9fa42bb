//! Wallets: their history, their margin, and money that is moved between them.

use lmex_api::futures::{
    SubaccountTransfer, TransferAmount, TransferAsset, TransferFunds, Transferred, UnifiedWalletMargin,
    Wallet, WalletHistory, WalletMargin, WalletRecordKind, WalletStatus, WalletType,
};
use lmex_api::{ErrorKind, answer};
use lmex_types::TimeMs;

use crate::json::decimal;
use crate::payload::Origin::Documents;
use crate::payload::{Payload, prove};

pub(crate) fn payloads() -> Vec<Payload> {
    vec![history(), unified(), margin(), transferred()]
}

fn history() -> Payload {
    let file = "btse-docs-futures-v2.3/wallet__query_wallet_history__response.json";
    Payload::new(WalletHistory::default(), Documents, file, |records| {
        let [record] = &records[..] else { panic!("{records:?}") };
        assert_eq!((record.amount, record.fees), (decimal("21.35823825"), decimal("0.06")));
        assert_eq!((record.currency.as_str(), record.wallet.as_str()), ("USD", "Wallet"));
        assert_eq!(
            (record.order_id.as_str(), record.status),
            ("20181213000239", Some(WalletStatus::COMPLETED))
        );
        assert_eq!((record.kind, record.description.as_deref()), (WalletRecordKind(1), Some("String")));
        assert_eq!(record.timestamp, TimeMs::from_millis(1_571_630_174_639));
        assert_eq!(record.txid.as_deref(), Some("<Blockchain Transaction ID>"));
        assert_eq!(record.currency_network.as_deref(), Some("<Blockchain currency network>"));
    })
}

fn unified() -> Payload {
    let file = "btse-docs-futures-v2.3/wallet__query_unified_wallet_margin__response.json";
    Payload::new(UnifiedWalletMargin::default(), Documents, file, |margin| {
        assert_eq!(
            (margin.symbol.as_str(), margin.wallet_total_value),
            ("BTC-PERP", decimal("1535.10700567"))
        );
        assert_eq!(margin.wallet_total_unrealized_profit_loss, decimal("-49.90799449"));
        assert_eq!(margin.futures_total_available_balance, decimal("1836.521306109"));
        let [wallet] = &margin.wallets[..] else { panic!("{margin:?}") };
        assert_eq!(wallet.active_wallet_name, "VIRTUAL|5@BTC-PERP-USDT#4");
        assert_eq!(
            (wallet.wallet_total_value, wallet.unrealised_profit_loss),
            (decimal("956.43166194"), decimal("49.88502177"))
        );
        // What counts as margin is the balance and the unrealised profit; less maintenance, it is what is available.
        assert_eq!(wallet.margin_balance, wallet.wallet_total_value + wallet.unrealised_profit_loss);
        assert_eq!(wallet.available_balance, wallet.margin_balance - wallet.maintenance_margin);
    })
}

fn margin() -> Payload {
    let request = WalletMargin { symbol: "BTC-PERP".parse().unwrap() };
    let file = "btse-docs-futures-v2.3/wallet__query_wallet_margin__response.json";
    Payload::new(request, Documents, file, |wallets| assert_example(wallets))
}

fn transferred() -> Payload {
    let file = "btse-docs-futures-v2.3/wallet__transfer_funds_between_futures_wallet__response.json";
    Payload::new(transfer(), Documents, file, |transferred| {
        let Transferred::Wallets(wallets) = transferred else { panic!("{transferred:?}") };
        assert_example(wallets);
    })
}

fn assert_example(wallets: &[Wallet]) {
    let [wallet] = wallets else { panic!("{wallets:?}") };
    assert_eq!((wallet.wallet.as_str(), wallet.total_value), ("CROSS@", decimal("100")));
    assert_eq!((wallet.tracking_id, wallet.query_type), (Some(0), Some(0)));
    let ([held], [bound]) = (&wallet.assets[..], &wallet.assets_in_use[..]) else { panic!("{wallet:?}") };
    assert_eq!((held.balance, held.asset_price), (decimal("0.20183537"), decimal("7158.844999999999")));
    assert_eq!((bound.balance, bound.currency.as_str()), (decimal("0.01"), "BTC"));
}

/// The transfer of the document's example.
pub(crate) fn transfer() -> TransferFunds {
    let all = |currency: &str| TransferAsset { currency: currency.to_owned(), amount: TransferAmount::All };
    TransferFunds {
        wallet_src: None,
        wallet_src_type: WalletType::Spot,
        wallet_dest: None,
        wallet_dest_type: WalletType::Cross,
        assets: vec![all("USD"), all("BTC")],
    }
}

fn between_accounts() -> SubaccountTransfer {
    let TransferFunds { wallet_src, wallet_src_type, wallet_dest, wallet_dest_type, assets } = transfer();
    let (from_user, receiver) = ("me".to_owned(), "my-sub".to_owned());
    SubaccountTransfer {
        wallet_src,
        wallet_src_type,
        wallet_dest,
        wallet_dest_type,
        from_user,
        receiver,
        assets,
    }
}

#[test]
fn wallets_are_read_and_written_as_recorded() {
    prove(&payloads());
}

/// LMEX's document of version 2.2 answers a transfer with a receipt.
#[test]
fn a_transfer_may_be_answered_with_a_receipt() {
    let file = "lmex-docs-rest-futures-v2.2/post_user_wallet_transfer.response200.Response.json";
    prove(&[
        Payload::new(transfer(), Documents, file, |transferred| {
            let Transferred::Receipt(receipt) = transferred else { panic!("{transferred:?}") };
            assert_eq!((receipt.code, receipt.msg.as_deref(), receipt.success), (1, None, true));
            assert_eq!(receipt.time, TimeMs::from_millis(1_666_150_752_818));
            assert_eq!(receipt.data.request_id.as_deref(), Some("<Request Id>"));
        }),
        Payload::new(between_accounts(), Documents, file, |receipt| assert_eq!(receipt.code, 1)),
    ]);
}

/// No document prints a transfer between accounts; its table has the envelope, with any object or none in it.
#[test]
fn a_transfer_between_accounts_is_done_or_an_error() {
    let read = |text: &str| answer(&between_accounts(), 200, &http::HeaderMap::new(), text.as_bytes());
    for data in ["null", "{}", "17", "[]", "\"done\"", r#"{"requestId":{"deep":1}}"#] {
        let text =
            format!(r#"{{"code":1,"msg":"Success","time":1747207591721,"data":{data},"success":true}}"#);
        assert_eq!(read(&text).unwrap().data.request_id, None, "{data}");
    }
    let failed = read(
        r#"{"code":-1047,"msg":"Transfer fromUser to receiver failed","time":1,"data":null,"success":false}"#,
    );
    let failed = failed.unwrap_err();
    assert_eq!((failed.code, failed.status), (Some(-1047), 200));
    assert_eq!(failed.message, "Transfer fromUser to receiver failed");
    // Whether the money has moved is open then.
    assert_eq!(read("{}").unwrap_err().kind, ErrorKind::Unreadable);
}
