//! Error bodies that were recorded, and what a client may conclude from each.

use http::{HeaderMap, HeaderValue};
use lmex_api::futures::{
    AccountFees, CreateOrder, MarketRiskLimits, OpenOrders, QueryLeverage, QueryPositionMode, QueryRiskLimit,
    SettleIn, UnifiedWalletMargin, UserTrades, WalletHistory, WalletMargin,
};
use lmex_api::{ApiError, Endpoint, ErrorKind, answer};
use lmex_types::{Symbol, TimeMs};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::orders::create;
use crate::support;
use crate::wallets::transfer;

#[derive(Deserialize)]
struct Recorded {
    http: Option<u16>,
    body: Box<RawValue>,
}

/// Kind, HTTP status, code and message of every recorded error body, in the order of the file.
const KINDS: &[(ErrorKind, u16, i64, &str)] = &[
    (ErrorKind::Authentication, 400, -7, "Authenticate failed"),
    (ErrorKind::Invalid, 400, -2, "symbol parameter is mandatory"),
    (ErrorKind::Invalid, 400, -2, "Invalid request parameters"),
    (ErrorKind::Invalid, 400, -2, "Can't support count more than 500"),
    (ErrorKind::UnknownMarket, 400, -7006, "Unsupported symbol"),
    (ErrorKind::OrderNotFound, 429, -1, "Order not found"),
    (ErrorKind::OrderNotFound, 429, -1, "Order not found"),
    (ErrorKind::Refused, 400, 133, "Position mode invalid"),
    (ErrorKind::Refused, 400, 134, "failure: Remaining positions."),
    (
        ErrorKind::Refused,
        400,
        4051,
        "[RAVE-PERP] The order size cannot surpass 50000.0 contracts. Please adjust your order size and try again.",
    ),
    (ErrorKind::Refused, 400, 33_001_003, "You can not SELL ETH lower than 1825.24 USDT"),
    (ErrorKind::InsufficientFunds, 400, 33_199_101, "Available balance is insufficient to meet this order."),
    (
        ErrorKind::Refused,
        400,
        33_199_120,
        "Reduce only open order canceled because no active position exists",
    ),
    (
        ErrorKind::Refused,
        200,
        135,
        "User is in ISOLATE_HEDGE in market: ETH-PERP-USDT, but positionId is empty in the request.",
    ),
    (ErrorKind::Invalid, 400, 301, "Invalid order size"),
    (ErrorKind::Authentication, 401, 10_002, "UNAUTHORIZED: Authentication Failed"),
    (ErrorKind::InsufficientFunds, 400, 51_523, "BADREQUEST: Insufficient wallet balance"),
    (
        ErrorKind::Refused,
        400,
        4003,
        "BADREQUEST: The order amount cannot surpass 100.0 BTC. Please adjust your order size and try again.",
    ),
    (
        ErrorKind::Refused,
        400,
        33_001_001,
        "BADREQUEST: The distance between Trigger Price and Limit Price cannot exceed 5.0 %",
    ),
    (
        ErrorKind::Invalid,
        400,
        400,
        "BADREQUEST: startTime can not before than 1569888000000 (2019-10-01T00:00)",
    ),
    (
        ErrorKind::Invalid,
        400,
        400,
        "BADREQUEST: resolution too small for the requested time range. Records returned exceeds 300",
    ),
    (ErrorKind::Unavailable, 400, -11, "System error"),
];

fn recorded() -> Option<Vec<Recorded>> {
    let text = support::shared_file("payloads/ccxt-btse-comments/_live_error_bodies.json")?;
    Some(serde_json::from_str(&text).unwrap())
}

fn refused<E: Endpoint>(endpoint: &E, status: u16, body: &str) -> ApiError {
    match answer(endpoint, status, &HeaderMap::new(), body.as_bytes()) {
        Err(error) => error,
        Ok(_) => panic!("read as an answer: {body}"),
    }
}

#[test]
fn every_recorded_body_has_its_kind() {
    let Some(recorded) = recorded() else { return };
    assert_eq!(recorded.len(), KINDS.len());
    for (recorded, (kind, status, code, message)) in recorded.iter().zip(KINDS) {
        // The status is not known of one body, which carries it itself.
        assert_eq!(recorded.http.unwrap_or(400), *status);
        let error = refused(&create(), *status, recorded.body.get());
        let expected = ApiError::new(*kind, *status, Some(*code), *message);
        assert_eq!(error, expected, "{}", recorded.body);
    }
}

/// Only what the venue certainly did not do may be done again: a system error leaves that open.
#[test]
fn only_a_system_error_leaves_open_what_the_venue_did() {
    let Some(recorded) = recorded() else { return };
    let open: Vec<_> = recorded
        .iter()
        .map(|recorded| refused(&create(), recorded.http.unwrap_or(400), recorded.body.get()))
        .filter(|error| !error.is_definite())
        .map(|error| error.message)
        .collect();
    assert_eq!(open, ["System error"]);
}

/// An error body under status 200 is an error too, with the same code and message.
#[test]
fn a_recorded_body_under_status_200_is_never_an_answer() {
    let Some(recorded) = recorded() else { return };
    for (recorded, (_, _, code, message)) in recorded.iter().zip(KINDS) {
        let body = recorded.body.get();
        let errors = [
            refused::<CreateOrder>(&create(), 200, body),
            refused(&OpenOrders::default(), 200, body),
            refused(&UserTrades::default(), 200, body),
        ];
        for error in errors {
            assert_eq!((error.code, error.message.as_str()), (Some(*code), *message));
            assert_ne!(error.kind, ErrorKind::Unreadable, "{body}");
        }
    }
}

/// A reply to setting a leverage has a market, as fee rates do; it must not pass for rates of zero.
#[test]
fn an_error_body_with_a_market_is_no_fee_rate() {
    let Some(recorded) = recorded() else { return };
    for recorded in &recorded {
        refused(&AccountFees::default(), 200, recorded.body.get());
    }
}

#[test]
fn the_documented_errors_have_their_kind() {
    for (file, status, kind, code) in [
        (
            "lmex-docs-rest-futures-v2.2/post_settle_in.response401.General.json",
            401,
            ErrorKind::Authentication,
            -7,
        ),
        (
            "btse-docs-futures-v2.3/public__market_risk_limit_setting__response_failed_to_find_the_market.json",
            200,
            ErrorKind::Invalid,
            -2,
        ),
    ] {
        let Some(text) = support::shared_file(&format!("payloads/{file}")) else { return };
        let error = refused(&OpenOrders::default(), status, &text);
        assert_eq!((error.kind, error.status, error.code), (kind, status, Some(code)), "{file}");
    }
}

/// Documented in words only: HTTP 429 with errorCode 303, and when the block ends.
#[test]
fn a_rate_limit_says_when_it_ends() {
    let mut headers = HeaderMap::new();
    headers.insert("retry-after", HeaderValue::from_static("1786594634000"));
    let body = br#"{"status":429,"errorCode":303,"message":"API rate limit exceeded","extraData":null}"#;
    let error = answer(&OpenOrders::default(), 429, &headers, body).unwrap_err();
    assert_eq!(error.kind, ErrorKind::RateLimited);
    let now = TimeMs::from_millis(1_786_594_624_000);
    assert_eq!(error.unlock_time(now), Some(now.plus_ms(10_000)));
}

/// The errors that the document prints as answers. Neither says which HTTP status it comes with.
pub(crate) const PRINTED: [&str; 2] = [
    "btse-docs-futures-v2.3/public__market_risk_limit_setting__response_failed_to_find_the_market.json",
    "btse-docs-futures-v2.3/trade__change_contract_settlement_currency__response_only_available_when_an_error_occurs.json",
];

#[test]
fn errors_that_are_printed_as_answers_are_errors_with_any_status() {
    let [no_market, settlement] = PRINTED;
    let settle =
        SettleIn { symbol: "BTC-PERP".parse().unwrap(), currency: "BTC".to_owned(), position_id: None };
    for status in [200, 400] {
        let Some(text) = support::shared_file(&format!("payloads/{no_market}")) else { return };
        let error = refused(&MarketRiskLimits::default(), status, &text);
        assert_eq!((error.kind, error.code), (ErrorKind::Invalid, Some(-2)));
        assert_eq!(error.message, "Invalid request parameters");
        let Some(text) = support::shared_file(&format!("payloads/{settlement}")) else { return };
        let error = refused(&settle, status, &text);
        assert_eq!((error.code, error.message.as_str()), (Some(0), "String"));
    }
}

/// The HTTP status does not always tell: a body that was recorded as an error is no balance, limit or mode either.
#[test]
fn a_recorded_body_under_status_200_is_no_account_either() {
    let Some(bodies) = recorded() else { return };
    let symbol: Symbol = "BTC-PERP".parse().unwrap();
    for body in bodies {
        let text = body.body.get();
        refused(&UnifiedWalletMargin::default(), 200, text);
        refused(&WalletMargin { symbol }, 200, text);
        refused(&WalletHistory::default(), 200, text);
        refused(&QueryLeverage { symbol }, 200, text);
        refused(&QueryRiskLimit { symbol }, 200, text);
        refused(&QueryPositionMode::default(), 200, text);
        refused(&MarketRiskLimits::default(), 200, text);
        refused(&transfer(), 200, text);
        refused(&SettleIn { symbol, currency: "BTC".to_owned(), position_id: None }, 200, text);
    }
}
