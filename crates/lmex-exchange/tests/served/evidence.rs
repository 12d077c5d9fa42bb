//! What is known of each endpoint and topic, where it is recorded or printed, and where the exchange does something else.

/// What is known of an endpoint, in the order of the CATALOG.
pub(crate) struct Told {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) payloads: &'static [&'static str],
    pub(crate) deviations: &'static str,
}

/// What is known of a topic.
pub(crate) struct Topic {
    pub(crate) name: &'static str,
    pub(crate) is_book: bool,
    pub(crate) is_private: bool,
    pub(crate) lmex: bool,
    pub(crate) btse: bool,
    pub(crate) payloads: &'static [&'static str],
    pub(crate) notes: &'static str,
}

const fn told(
    method: &'static str,
    path: &'static str,
    payloads: &'static [&'static str],
    deviations: &'static str,
) -> Told {
    Told { method, path, payloads, deviations }
}

pub(crate) const ENDPOINTS: &[Told] = &[
    told(
        "GET",
        "/market_summary",
        &[
            "ccxt-lmex-pr28684/fetchTicker.0.fetch_ticker_for_a_swap_market.json",
            "ccxt-btse-aug2026/markets_info_rows.json",
            "btse-docs-futures-v2.3/public__market_summary__response.json",
        ],
        "",
    ),
    told(
        "GET",
        "/ohlcv",
        &[
            "ccxt-btse-aug2026/fetchOHLCV.2.fetch_ohlcv_for_swap.json",
            "btse-docs-futures-v2.3/public__charting_data__response.json",
        ],
        "",
    ),
    told("GET", "/price", &["btse-docs-futures-v2.3/public__query_market_price__response.json"], ""),
    told(
        "GET",
        "/orderbook",
        &["btse-docs-futures-v2.3/public__orderbook_by_grouping__response.json"],
        "steps of the groupings above 2 are a guess",
    ),
    told(
        "GET",
        "/orderbook/L2",
        &[
            "cryptofeed-pr1104/probe_futures_orderbook_l2_depth1.json",
            "btse-docs-futures-v2.3/public__orderbook__response.json",
        ],
        "",
    ),
    told(
        "GET",
        "/trades",
        &["btse-docs-futures-v2.3/public__query_trades_fills__response.json"],
        "nothing is archived: `includeOld` changes nothing",
    ),
    told("GET", "/funding_history", &["btse-docs-futures-v2.3/public__funding_history__response.json"], ""),
    told(
        "GET",
        "/market/risk_limit",
        &[
            "ccxt-btse-aug2026/fetchMarketLeverageTiers.0.btse_fetchmarketleveragetiers_btc_linear_swap_live_captured_.json",
            "btse-docs-futures-v2.3/public__market_risk_limit_setting__response_successful.json",
            "btse-docs-futures-v2.3/public__market_risk_limit_setting__response_failed_to_find_the_market.json",
        ],
        "tiers of markets other than BTC-PERP are chosen: the same rates at smaller limits",
    ),
    told(
        "POST",
        "/order",
        &[
            "ccxt-btse-aug2026/createOrder.0.btse_createorder_limit_buy_rave_linear_swap_live_captured_20.json",
            "btse-docs-futures-v2.3/trade__create_new_order__response_general.json",
            "btse-docs-futures-v2.3/trade__create_new_order__response_for_oco_order.json",
            "btse-docs-futures-v2.3/trade__create_new_order__response_for_hedge_mode_order.json",
            "lmex-docs-rest-futures-v2.2/post_order.response200.Response_general_.json",
        ],
        "`positionId` is taken too, as other requests do; the distance between trigger and limit price is not bounded",
    ),
    told("POST", "/order/peg", &["btse-docs-futures-v2.3/trade__create_new_algo_order__response.json"], ""),
    told(
        "GET",
        "/order",
        &["btse-docs-futures-v2.3/trade__query_order__response.json"],
        "kept for 30 minutes, or the last 100,000",
    ),
    told("PUT", "/order", &["btse-docs-futures-v2.3/trade__amend_order__response.json"], ""),
    told(
        "DELETE",
        "/order",
        &[
            "ccxt-btse-aug2026/cancelOrder.0.btse_cancelorder_rave_linear_swap_live_captured_2026_08_13_c.json",
            "btse-docs-futures-v2.3/trade__cancel_order__response.json",
        ],
        "an id that is there and empty is refused, where it would cancel a whole market",
    ),
    told(
        "POST",
        "/order/cancelAllAfter",
        &["btse-docs-futures-v2.3/trade__dead_man_s_switch_cancel_all_after__request.json"],
        "no answer is documented: this one says what was understood; 0 calls it off",
    ),
    told(
        "GET",
        "/user/open_orders",
        &[
            "ccxt-btse-aug2026/fetchOpenOrders.0.btse_fetchopenorders_rave_linear_swap_live_captured_2026_08_.json",
            "btse-docs-futures-v2.3/trade__query_open_orders__response.json",
        ],
        "",
    ),
    told(
        "GET",
        "/user/trade_history",
        &[
            "ccxt-btse-aug2026/fetchMyTrades.0.btse_fetchmytrades_rave_linear_swap_live_captured_2026_08_13.json",
            "ccxt-btse-comments/1718_parse_trade_fetchmytrades_swap.json",
            "btse-docs-futures-v2.3/trade__query_trades_fills__response.json",
        ],
        "the wallet of an isolated position in one-way mode is named `ISOLATED@…`, where `VIRTUAL|1@…#1` was recorded; `includeOld` is read as: no bound of 7 days",
    ),
    told(
        "GET",
        "/user/positions",
        &[
            "ccxt-btse-aug2026/fetchPositions.1.btse_fetchpositions_rave_linear_swap_live_captured_2026_08_1.json",
            "ccxt-btse-comments/3072_parse_position.json",
            "btse-docs-futures-v2.3/trade__query_position__response.json",
        ],
        "`minimumRequiredMargin` is always 0",
    ),
    told(
        "POST",
        "/order/close_position",
        &[
            "ccxt-btse-aug2026/closePosition.0.close_isolated_position.json",
            "btse-docs-futures-v2.3/trade__close_position__response.json",
        ],
        "",
    ),
    told("GET", "/risk_limit", &["btse-docs-futures-v2.3/trade__get_risk_limit__response.json"], ""),
    told(
        "POST",
        "/risk_limit",
        &["btse-docs-futures-v2.3/trade__set_risk_limit__response.json"],
        "`riskLimit`, of before January 2026, is refused",
    ),
    told(
        "POST",
        "/leverage",
        &[
            "ccxt-btse-aug2026/setLeverage.0.btse_setleverage_20_rave_linear_swap_live_captured_2026_08_1.json",
            "ccxt-btse-comments/3478_handle_errors_futures_order_and_leverage_end.json",
            "btse-docs-futures-v2.3/trade__set_leverage__response.json",
        ],
        "whole numbers only; without `marginMode` a market with positions or orders keeps its mode",
    ),
    told(
        "GET",
        "/leverage",
        &[
            "ccxt-btse-aug2026/fetchLeverage.0.btse_fetchleverage_rave_linear_swap_live_captured_2026_08_12.json",
            "btse-docs-futures-v2.3/trade__get_leverage__response.json",
        ],
        "",
    ),
    told(
        "POST",
        "/settle_in",
        &["btse-docs-futures-v2.3/trade__change_contract_settlement_currency__request.json"],
        "USDT is the one currency there is",
    ),
    told(
        "GET",
        "/user/fees",
        &[
            "ccxt-btse-aug2026/fetchTradingFees.0.btse_fetchtradingfees_live_captured_2026_08_12_httpresponse_.json",
            "btse-docs-futures-v2.3/trade__query_account_fee__response.json",
        ],
        "",
    ),
    told(
        "POST",
        "/order/bind/tpsl",
        &["btse-docs-futures-v2.3/trade__bind_tp_sl__response.json"],
        "of two the stop loss comes first, with `remainingSize` 0, as in the example; whether the lower price does is not told",
    ),
    told(
        "GET",
        "/position_mode",
        &[
            "ccxt-btse-comments/3193_fetch_position_mode.json",
            "btse-docs-futures-v2.3/trade__query_position_mode__response.json",
        ],
        "",
    ),
    told("POST", "/position_mode", &["btse-docs-futures-v2.3/trade__change_position_mode__request.json"], ""),
    told(
        "GET",
        "/user/margin_setting",
        &[
            "btse-docs-futures-v2.3/trade__query_user_initial_margin_percentage_and_maintenance_margin_percentage__response.json",
        ],
        "",
    ),
    told(
        "GET",
        "/user/wallet",
        &[
            "ccxt-btse-aug2026/fetchBalance.1.btse_fetchbalance_swap_cross_wallet_live_captured_2026_08_13.json",
            "btse-docs-futures-v2.3/wallet__query_wallet_balance__response.json",
        ],
        "",
    ),
    told(
        "GET",
        "/user/wallet_history",
        &["btse-docs-futures-v2.3/wallet__query_wallet_history__response.json"],
        "nothing about blockchains, which play money has none of",
    ),
    told(
        "GET",
        "/user/unifiedWallet/margin",
        &["btse-docs-futures-v2.3/wallet__query_unified_wallet_margin__response.json"],
        "",
    ),
    told("GET", "/user/margin", &["btse-docs-futures-v2.3/wallet__query_wallet_margin__response.json"], ""),
    told(
        "POST",
        "/user/wallet/transfer",
        &[
            "btse-docs-futures-v2.3/wallet__transfer_funds_between_futures_wallet__response.json",
            "lmex-docs-rest-futures-v2.2/post_user_wallet_transfer.response200.Response.json",
        ],
        "`ISOLATED` is the wallet of an open position, named as `/user/wallet` names it; how much may leave it is Binance's rule",
    ),
    told(
        "POST",
        "/subaccount/wallet/transfer",
        &[],
        "the document prints no answer; the accounts are those of this exchange",
    ),
];

const fn topic(name: &'static str, payloads: &'static [&'static str], notes: &'static str) -> Topic {
    Topic { name, is_book: false, is_private: false, lmex: true, btse: true, payloads, notes }
}

const fn book(
    name: &'static str,
    btse: bool,
    payloads: &'static [&'static str],
    notes: &'static str,
) -> Topic {
    Topic { is_book: true, btse, ..topic(name, payloads, notes) }
}

const fn private(
    name: &'static str,
    btse: bool,
    payloads: &'static [&'static str],
    notes: &'static str,
) -> Topic {
    Topic { is_private: true, btse, ..topic(name, payloads, notes) }
}

pub(crate) const TOPICS: &[Topic] = &[
    book(
        "update:SYM_0",
        true,
        &[
            "lmex-docs-ws/ws-oss-futures-orderbook-incremental-updates-3-response-subscribe.json",
            "btse-docs-futures-v2.3/order_book_ws__orderbook_incremental_updates__response.json",
        ],
        "best 50 levels a side",
    ),
    book(
        "update:SYM_1",
        true,
        &[],
        "to `update:SYM_8`: prices in steps, as `GET /orderbook` groups them; numbered from 1 for those who listen",
    ),
    book("update:SYM", false, &[], "LMEX's prose has this spelling too"),
    book(
        "snapshotL1:SYM",
        false,
        &["lmex-docs-ws/ws-oss-futures-oss-l1-snapshot-3-response-subscribe.json"],
        "",
    ),
    book(
        "snapshotL1:SYM_0",
        true,
        &["btse-docs-futures-v2.3/order_book_ws__oss_l1_snapshot_by_grouping__response.json"],
        "",
    ),
    Topic { lmex: false, ..book("snapshotL1:SYM_1", true, &[], "to `snapshotL1:SYM_8`") },
    topic(
        "tradeHistoryApi:SYM",
        &["cryptofeed-pr1104/probe_futures_ws_trade_legacy_topic.json"],
        "comes as `tradeHistoryApi`, with the old name of the market",
    ),
    topic("tradeHistoryApiV2:SYM", &["lmex-docs-ws/ws-futures-public-trade-fills-2-response.json"], ""),
    topic(
        "tradeHistoryApiV3:SYM",
        &["btse-docs-futures-v2.3/ws__public_trade_fills__response_data_notification.json"],
        "",
    ),
    private(
        "notificationApiV3",
        true,
        &["lmex-docs-ws/ws-futures-notifications-2-response.json"],
        "with the fields of version 2.2; BTSE's document v2.3 names it beside the newer one",
    ),
    private(
        "notificationApiV4",
        true,
        &["btse-docs-futures-v2.3/ws__notifications__response.json"],
        "unverified on LMEX",
    ),
    private(
        "fillsV2",
        true,
        &[
            "lmex-docs-ws/ws-futures-user-trade-fills-2-response.json",
            "btse-docs-futures-v2.3/ws__user_trade_fills__response.json",
        ],
        "",
    ),
    private(
        "allPositionV3",
        false,
        &["lmex-docs-ws/ws-futures-all-position-2-response.json"],
        "every 5 seconds; with the fields of `allPositionV4`, which are more",
    ),
    private(
        "allPositionV4",
        true,
        &["btse-docs-futures-v2.3/ws__all_position__response.json"],
        "every 5 seconds",
    ),
    private(
        "positionsV2",
        false,
        &["lmex-docs-ws/ws-futures-positions-2-response.json"],
        "with the fields of `positionsV3`, which are more",
    ),
    private(
        "positionsV3",
        true,
        &[
            "btse-docs-futures-v2.3/ws__positions__response.json",
            "btse-docs-futures-v2.3/ws__positions__response_the_position_has_been_closed.json",
        ],
        "a closed position comes once more",
    ),
    private(
        "open-order:SYM-USD",
        false,
        &["lmex-docs-ws/ws-futures-open-orders-2-response.json"],
        "`-USDT` and no settlement are taken too",
    ),
];

pub(crate) const DEVIATIONS: &[&str] = &[
    "Amounts of money are printed with 8 decimals, cut and not rounded, as recorded; the books have 12. On streams `totalMaintenanceMargin`, `totalValue` and `dbQuoteBalHeld` have 9, as printed there.",
    "Maintenance margin is the tier's rate of the value. Nothing recorded or printed agrees with that: BTSE's stream examples are value × 0.00565 (998.928345 → 5.643945149, 9990 → 56.4435), a recorded ETH position is value × 0.0055646 (3.93495658 → 0.0218963), LMEX's older examples have other ratios (0.00526, 0.0152). A taker fee of 0.00055 stands beside the first two, which leaves 0.0001; no formula is published. If the fee of closing belongs to it, liquidation comes a little later here.",
    "`takerFeesRatio` of positions on streams is read as the account's taker fee, and `dbQuoteBalHeld` is profit less maintenance margin: both printed examples agree, no document says so.",
    "Refusals of a mode that can't change say why in `message`; recorded was `message` `failure` with the reason in `extraData`.",
    "Limit prices may be any distance from the trigger: 5 % was recorded of spot alone.",
    "What may go into the wallet of an isolated position is what may be withdrawn; what may leave it is the smaller of wallet − maintenance margin and wallet + profit − initial margin, both at the mark price (Binance publishes this rule, LMEX and BTSE none).",
    "The bucket of auto-deleveraging is the fifth of the queue, as at Binance; no document has the rule. Recorded are 0, 1 and 2; BTSE prints bucket 2 beside a percentile of 0.75 and bucket 1 beside 0.00704, which are no fifths.",
    "The first price of a trailing stop, and `clOrderID` of the stop leg of a pair, are shown as the engine has them: no recording has either.",
    "An order outside the price band is refused with the code that was recorded of BTSE (33001003) in both dialects; version 2.3 also lists status 305, which never comes.",
    "The dead man's switch takes up to 24 hours, and `GET /user/margin` answers accounts with the unified wallet too: no document bounds the one, BTSE's refuses the other.",
    "HTTP 408 comes of a request whose body does not come, never of one that takes long; 451 and the spot API are not served, but for `/spot/api/v3.2/time` and `/spot/api/v3.3/time`.",
    "`Retry-After` is the moment of unlocking in milliseconds since 1970; no document names the unit.",
    "The window of nonces (`--nonce-window`) is a guess.",
];
