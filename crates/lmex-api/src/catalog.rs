//! The one list of endpoints. Documents, tests and the local exchange's coverage are made from it.

use crate::endpoint::{Endpoint, EndpointInfo};
use crate::futures;

/// Every endpoint this crate knows, in the order of the official document.
pub const CATALOG: &[EndpointInfo] = &[
    futures::MarketSummaryRequest::INFO,
    futures::Candles::INFO,
    futures::PriceRequest::INFO,
    futures::BookByGrouping::INFO,
    futures::OrderbookL2::INFO,
    futures::Trades::INFO,
    futures::FundingHistory::INFO,
    futures::CreateOrder::INFO,
    futures::QueryOrder::INFO,
    futures::AmendOrder::INFO,
    futures::CancelOrder::INFO,
    futures::ClosePosition::INFO,
    futures::OpenOrders::INFO,
    futures::UserTrades::INFO,
    futures::Positions::INFO,
    futures::AccountFees::INFO,
    futures::FuturesWallet::INFO,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Bucket, Method, Permission, Safety};

    #[test]
    fn no_endpoint_is_listed_twice() {
        for (at, info) in CATALOG.iter().enumerate() {
            let again =
                CATALOG[at + 1..].iter().any(|other| (other.method, other.path) == (info.method, info.path));
            assert!(!again, "{} {}", info.method, info.path);
        }
    }

    #[test]
    fn what_creates_or_changes_is_never_safe_to_repeat() {
        for info in CATALOG {
            assert_eq!(
                info.safety == Safety::Safe,
                info.method == Method::Get,
                "{} {}",
                info.method,
                info.path
            );
            if info.method != Method::Get {
                assert_eq!((info.permission, info.bucket), (Permission::Trade, Bucket::Order));
            }
        }
    }
}
