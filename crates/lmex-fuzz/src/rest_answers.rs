//! Answers over REST: any endpoint's decoder, with status, header and body from the input.
//!
//! An input is the number of the endpoint in the catalogue (1 byte), the status (2), the length of a `Retry-After` header
//! (1), the header and the body.

use std::path::Path;

use http::{HeaderMap, HeaderValue};
use lmex_api::{ApiError, CATALOG, Endpoint, EndpointInfo, answer_to, futures};
use lmex_types::TimeMs;
use serde::Serialize;
use serde::de::IgnoredAny;

use crate::input::Input;
use crate::seeds;

/// Reads an answer of one endpoint, and checks the laws of what comes out; whether it was a response.
type Check = fn(u16, &HeaderMap, &[u8]) -> bool;

macro_rules! endpoints {
    ($($endpoint:ident $(=> $look:expr)?),* $(,)?) => {
        &[$((futures::$endpoint::INFO, |status, headers, body| {
            let answer = answer_to::<futures::$endpoint>(status, headers, body);
            $(if let Ok(response) = &answer {
                let look: fn(&<futures::$endpoint as Endpoint>::Response) = $look;
                look(response);
            })?
            check::<futures::$endpoint>(&answer, body)
        })),*]
    };
}

/// Every endpoint with what else its response can be asked.
const ENDPOINTS: &[(EndpointInfo, Check)] = endpoints![
    MarketSummaryRequest => |rows| rows.iter().for_each(|row| drop(row.instrument())),
    Candles,
    PriceRequest,
    BookByGrouping,
    OrderbookL2,
    Trades,
    FundingHistory,
    MarketRiskLimits,
    CreateOrder => |orders| orders.iter().for_each(look_at_order),
    CreateAlgoOrder => |orders| orders.iter().for_each(look_at_order),
    QueryOrder,
    AmendOrder => |orders| orders.iter().for_each(look_at_order),
    CancelOrder => |orders| orders.iter().for_each(look_at_order),
    CancelAllAfter,
    OpenOrders,
    UserTrades,
    Positions,
    ClosePosition => |orders| orders.iter().for_each(look_at_order),
    QueryRiskLimit,
    SetRiskLimit => |setting| drop(setting.reason().to_owned()),
    SetLeverage => |setting| drop(setting.reason().to_owned()),
    QueryLeverage,
    SettleIn,
    AccountFees,
    BindTpSl => |orders| orders.iter().for_each(look_at_order),
    QueryPositionMode,
    SetPositionMode,
    MarginSettings,
    FuturesWallet,
    WalletHistory,
    UnifiedWalletMargin,
    WalletMargin,
    TransferFunds,
    SubaccountTransfer,
];

fn look_at_order(order: &futures::OrderAnswer) {
    let _ = (order.reason(), order.status.to_string(), order.status.is_unknown());
}

pub(crate) fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let endpoint = CATALOG[input.index(CATALOG.len())];
    let status = u16::try_from(input.number::<2>() % 1_000).unwrap_or_default();
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_bytes(input.part::<1>()) {
        headers.insert("retry-after", value);
    }
    decoder(&endpoint)(status, &headers, input.rest());
}

fn decoder(endpoint: &EndpointInfo) -> Check {
    let known = ENDPOINTS.iter().find(|(info, _)| info == endpoint);
    #[expect(clippy::panic, reason = "an endpoint that is not fuzzed must be noticed")]
    known.map_or_else(
        || panic!("{} {} is not in ENDPOINTS", endpoint.method, endpoint.path),
        |(_, check)| *check,
    )
}

fn check<E: Endpoint<Response: Serialize>>(answer: &Result<E::Response, ApiError>, body: &[u8]) -> bool {
    match answer {
        Ok(response) => check_written::<E>(response),
        Err(error) => check_error(error, body),
    }
    answer.is_ok()
}

/// What was read can be written and read again, and comes out the same.
fn check_written<E: Endpoint<Response: Serialize>>(response: &E::Response) {
    let mut written = seeds::json(response);
    // Its times are seconds or milliseconds, told apart by their size: which they were is settled by the second time,
    // also of a time before 1973, and of one so early that it is moved again.
    let settles_after = if E::INFO == futures::WalletHistory::INFO { 3 } else { 0 };
    for _ in 0..settles_after {
        written = rewritten::<E>(&written);
    }
    let again = rewritten::<E>(&written);
    assert_eq!(String::from_utf8_lossy(&again), String::from_utf8_lossy(&written));
}

fn rewritten<E: Endpoint<Response: Serialize>>(written: &[u8]) -> Vec<u8> {
    let again = answer_to::<E>(200, &HeaderMap::new(), written);
    #[expect(clippy::panic, reason = "a finding")]
    let again = again.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(written)));
    seeds::json(&again)
}

/// An error is short, and a definite no only in the venue's own words.
fn check_error(error: &ApiError, body: &[u8]) {
    assert!(error.message.len() <= 8_000, "a message of {} bytes", error.message.len());
    assert!(!error.to_string().chars().any(char::is_control), "{error:?} has control characters");
    let is_json = serde_json::from_slice::<IgnoredAny>(body).is_ok();
    assert!(!error.is_definite() || is_json, "{error:?} is no word of the venue");
    let now = TimeMs::from_millis(1_700_000_000_000);
    if let Some(unlock) = error.unlock_time(now) {
        assert!((1_000..=900_000).contains(&unlock.ms_since(now)), "blocked until {unlock}");
    }
}

/// Each payload for the endpoints that can read it, and as an error.
pub(crate) fn seeds(shared: Option<&Path>) -> Vec<Vec<u8>> {
    let mut made = Vec::new();
    for body in seeds::payloads(shared) {
        let mut is_read = false;
        for (at, endpoint) in (0_u8..).zip(CATALOG) {
            if decoder(endpoint)(200, &HeaderMap::new(), &body) {
                made.push(input(at, 200, "", &body));
                is_read = true;
            }
        }
        if !is_read {
            made.extend(
                [(0, 200, ""), (8, 400, ""), (20, 429, "1700000300000"), (33, 503, "2")]
                    .map(|(at, status, retry_after)| input(at, status, retry_after, &body)),
            );
        }
    }
    made
}

fn input(endpoint: u8, status: u16, retry_after: &str, body: &[u8]) -> Vec<u8> {
    let length = u8::try_from(retry_after.len()).unwrap_or_default();
    let head = [&[endpoint], &status.to_be_bytes()[..], &[length], retry_after.as_bytes()].concat();
    [&head, body].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_endpoint_of_the_catalogue_is_fuzzed() {
        for endpoint in CATALOG {
            decoder(endpoint);
        }
        assert_eq!(ENDPOINTS.len(), CATALOG.len());
    }
}
