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
    futures::MarketRiskLimits::INFO,
    futures::CreateOrder::INFO,
    futures::CreateAlgoOrder::INFO,
    futures::QueryOrder::INFO,
    futures::AmendOrder::INFO,
    futures::CancelOrder::INFO,
    futures::CancelAllAfter::INFO,
    futures::OpenOrders::INFO,
    futures::UserTrades::INFO,
    futures::Positions::INFO,
    futures::ClosePosition::INFO,
    futures::QueryRiskLimit::INFO,
    futures::SetRiskLimit::INFO,
    futures::SetLeverage::INFO,
    futures::QueryLeverage::INFO,
    futures::SettleIn::INFO,
    futures::AccountFees::INFO,
    futures::BindTpSl::INFO,
    futures::QueryPositionMode::INFO,
    futures::SetPositionMode::INFO,
    futures::MarginSettings::INFO,
    futures::FuturesWallet::INFO,
    futures::WalletHistory::INFO,
    futures::UnifiedWalletMargin::INFO,
    futures::WalletMargin::INFO,
    futures::TransferFunds::INFO,
    futures::SubaccountTransfer::INFO,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Bucket, Method, Permission, RateClass, Safety};

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
        }
    }

    #[test]
    fn what_a_request_does_decides_its_permission_and_its_budget() {
        for info in CATALOG {
            let (changes, path) = (info.method != Method::Get, info.path);
            let expected = match path {
                "/api/v2.3/user/wallet/transfer" => (Permission::Transfer, Bucket::Wallet),
                "/api/v2.3/subaccount/wallet/transfer" => (Permission::Wallet, Bucket::Wallet),
                _ if changes && path.starts_with("/api/v2.3/order") => (Permission::Trade, Bucket::Order),
                // Settings. No document says on which budget they draw: the smaller one is safe.
                _ if changes => (Permission::Trade, Bucket::Query),
                "/api/v2.3/order" => (Permission::Trade, Bucket::Query),
                _ if is_about_the_account(path) => (Permission::Read, Bucket::Query),
                _ => (Permission::Public, Bucket::Query),
            };
            assert_eq!((info.permission, info.bucket), expected, "{} {path}", info.method);
        }
    }

    fn is_about_the_account(path: &str) -> bool {
        let settings = ["/api/v2.3/risk_limit", "/api/v2.3/leverage", "/api/v2.3/position_mode"];
        path.starts_with("/api/v2.3/user/") || settings.contains(&path)
    }

    #[test]
    fn what_takes_risk_away_may_use_the_reserve_and_nothing_else_may() {
        use crate::futures::{
            CancelAllAfter, CancelOrder, CancelTarget, ClosePosition, CreateOrder, OpenOrders, OrderForm,
        };
        use lmex_types::{OrderType, Side};
        let (symbol, client_id) = ("BTC-PERP".parse().unwrap(), "a".parse().unwrap());
        let order = CreateOrder::new(symbol, Side::Buy, OrderForm::Market, 1, client_id);
        let close = ClosePosition {
            symbol,
            order_type: OrderType::Market,
            price: None,
            post_only: false,
            position_id: None,
        };
        let classes = [
            class(&CancelOrder { symbol, target: CancelTarget::Client(client_id) }),
            class(&CancelAllAfter { timeout_ms: 1 }),
            class(&close),
            class(&CreateOrder { reduce_only: true, ..order.clone() }),
            class(&order),
            class(&OpenOrders { symbol: None, order: None }),
        ];
        use RateClass::{Cancel, Close, Order, Query};
        assert_eq!(classes, [Cancel, Cancel, Close, Close, Order, Query]);
    }

    fn class<E: Endpoint>(endpoint: &E) -> RateClass {
        crate::prepare(endpoint).unwrap().rate_class()
    }
}
