//! What is served, one module for each group of endpoints. A handler reads the request, acts at the desk and answers.

mod account;
mod json;
mod margin;
mod market;
mod orders;
mod risk_limit;
mod settings;
mod time;
mod transfer;
mod wallet;

use std::sync::Arc;

use axum::Router;
use axum::routing::{delete, get, post, put};

use crate::error_body::Refused;
use crate::server::App;
use json::Json;

/// What a handler answers.
type Answer<T> = Result<Json<T>, Refused>;

/// All routes of the REST API.
pub(crate) fn all() -> Router<Arc<App>> {
    // Not nested: a nested route sees its path cut, and it is the whole path that is signed.
    futures().merge(time::routes())
}

fn v23(path: &str) -> String {
    format!("/futures/api/v2.3{path}")
}

fn futures() -> Router<Arc<App>> {
    Router::new()
        .route(&v23("/market_summary"), get(market::summary))
        .route(&v23("/price"), get(market::price))
        .route(&v23("/orderbook"), get(market::grouped_book))
        .route(&v23("/orderbook/L2"), get(market::book))
        .route(&v23("/trades"), get(market::trades))
        .route(&v23("/ohlcv"), get(market::candles))
        .route(&v23("/funding_history"), get(market::funding_history))
        .route(&v23("/market/risk_limit"), get(risk_limit::tiers))
        .route(&v23("/order"), post(orders::create))
        .route(&v23("/order"), put(orders::amend))
        .route(&v23("/order"), delete(orders::cancel))
        .route(&v23("/order"), get(orders::query))
        .route(&v23("/order/peg"), post(orders::create_algo))
        .route(&v23("/order/bind/tpsl"), post(orders::bind))
        .route(&v23("/order/close_position"), post(orders::close))
        .route(&v23("/order/cancelAllAfter"), post(orders::cancel_all_after))
        .route(&v23("/user/open_orders"), get(orders::open))
        .route(&v23("/user/trade_history"), get(account::trades))
        .route(&v23("/user/positions"), get(account::positions))
        .route(&v23("/user/wallet"), get(wallet::wallet))
        .route(&v23("/user/fees"), get(account::fees))
        .route(&v23("/user/wallet_history"), get(wallet::history))
        .route(&v23("/user/margin"), get(margin::margin))
        .route(&v23("/user/unifiedWallet/margin"), get(margin::unified))
        .route(&v23("/user/margin_setting"), get(margin::settings))
        .route(&v23("/user/wallet/transfer"), post(transfer::own))
        .route(&v23("/subaccount/wallet/transfer"), post(transfer::between_accounts))
        .route(&v23("/risk_limit"), get(risk_limit::risk_limit).post(risk_limit::set))
        .route(&v23("/settle_in"), post(settings::settle_in))
        .route(&v23("/leverage"), get(settings::leverage).post(settings::set_leverage))
        .route(&v23("/position_mode"), get(settings::position_mode).post(settings::set_position_mode))
}
