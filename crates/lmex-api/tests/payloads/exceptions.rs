//! What we don't write as it was recorded, and why. An exception that is not needed any more fails.

use crate::coverage;
use crate::payload::Payload;

/// A place in a file that may differ.
pub(crate) struct Exception {
    file: &'static str,
    path: &'static str,
    reason: &'static str,
}

const NEVER_A_VALUE: &str = "null in every recording, so it is not kept; absent in the documents";
const SEEN_LIVE: &str = "absent in the documents; null in every recording, and so we write it";
const OPEN_ORDER: &str = "btse-docs-futures-v2.3/trade__query_open_orders__response.json";
const WALLET: &str =
    "ccxt-btse-aug2026/fetchBalance.1.btse_fetchbalance_swap_cross_wallet_live_captured_2026_08_13.json";

const COMMENTED_WALLET: &str = "ccxt-btse-comments/1058_fetch_balance.json";
const SEEN_LIVE_NUMBER: &str =
    "left out where another client quotes the answer; in every recording, and so we write it";

const EXCEPTIONS: &[Exception] = &[
    Exception {
        file: "btse-docs-futures-v2.3/public__market_summary__response.json",
        path: "[*].availableSettlement",
        reason: "null here and a list in every recording of a market that trades; absent without one",
    },
    Exception { file: OPEN_ORDER, path: "[*].activationPrice", reason: SEEN_LIVE },
    Exception { file: OPEN_ORDER, path: "[*].activationPriceType", reason: SEEN_LIVE },
    Exception { file: OPEN_ORDER, path: "[*].ocoPeerOrderId", reason: SEEN_LIVE },
    Exception { file: COMMENTED_WALLET, path: "[*].maintenanceMargin", reason: SEEN_LIVE_NUMBER },
    Exception { file: COMMENTED_WALLET, path: "[*].leverage", reason: SEEN_LIVE_NUMBER },
    Exception { file: COMMENTED_WALLET, path: "[*].openMargin", reason: SEEN_LIVE_NUMBER },
    Exception { file: WALLET, path: "[*].assets[*].memo", reason: NEVER_A_VALUE },
    Exception { file: WALLET, path: "[*].assets[*].market", reason: NEVER_A_VALUE },
    Exception {
        file: "btse-docs-futures-v2.3/trade__query_account_fee__response.json",
        path: "",
        reason: "a lone object here, a list in LMEX's document and in every recording; we write a list",
    },
    Exception {
        file: "btse-docs-futures-v2.3/wallet__query_wallet_history__response.json",
        path: "[*].orderId",
        reason: "a number here, a text by the table beside it and in LMEX's document",
    },
    Exception {
        file: "btse-docs-futures-v2.3/wallet__transfer_funds_between_futures_wallet__response.json",
        path: "[*].activeWalletName",
        reason: "an empty text, where the other answers leave a name out that there is not",
    },
];

/// The exception for a place, if there is one.
pub(crate) fn of(file: &str, path: &str) -> Option<&'static Exception> {
    EXCEPTIONS.iter().find(|exception| exception.file == file && exception.path == path)
}

#[test]
fn every_exception_is_needed() {
    let payloads = coverage::payloads();
    for Exception { file, path, reason } in EXCEPTIONS {
        println!("{file} {path}: {reason}");
        let payload: Option<&Payload> = payloads.iter().find(|payload| payload.file == *file);
        let payload = payload.unwrap_or_else(|| panic!("{file} is not proven"));
        let Some(text) = payload.text() else { return };
        let needed = payload.differences(&text).iter().any(|difference| difference.path == *path);
        assert!(needed, "{file} {path} is the same now: take the exception away");
    }
}
