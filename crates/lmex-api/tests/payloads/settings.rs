//! What can be set for a market: leverage, risk limit, position mode; and the margin that follows from it.

use lmex_api::futures::{
    Accepted, CancelAllAfter, MarginMode, MarginSettings, MarketRiskLimits, PositionMode, QueryLeverage,
    QueryPositionMode, QueryRiskLimit, SetLeverage, SetPositionMode, SetRiskLimit, SettingKind, SettleIn,
};
use lmex_api::{ErrorKind, Status, answer};
use lmex_types::{Symbol, TimeMs};

use crate::json::decimal;
use crate::payload::Origin::{Btse, BtseThroughCcxt, Documents};
use crate::payload::{Payload, prove};

pub(crate) fn payloads() -> Vec<Payload> {
    let mut payloads = vec![
        recorded_tiers(),
        recorded_tiers_again(),
        documented_tiers(),
        documented_limit(),
        documented_set_limit(),
    ];
    payloads.extend(leverages());
    payloads.extend([recorded_set_leverage(), documented_set_leverage()]);
    payloads.extend([recorded_mode(), recorded_one_way(), documented_modes(), documented_margins()]);
    payloads
}

fn recorded_tiers() -> Payload {
    let file = "ccxt-btse-aug2026/fetchMarketLeverageTiers.0.btse_fetchmarketleveragetiers_btc_linear_swap_live_captured_.json";
    Payload::new(MarketRiskLimits::default(), Btse, file, |answer| {
        assert_eq!((answer.code, answer.msg.as_deref(), answer.success), (1, Some("Success"), true));
        assert_eq!(answer.time, TimeMs::from_millis(1_786_563_839_582));
        assert_eq!(answer.data.len(), 10);
        let (first, second) = (&answer.data[0], &answer.data[1]);
        assert_eq!((first.symbol, first.risk_level, first.risk_limit_value), (btc(), 1, decimal("3000000")));
        assert_eq!((second.initial_margin_rate, second.max_leverage), (decimal("0.01333333"), decimal("75")));
        assert_eq!(second.maintenance_margin_rate, decimal("0.00733333"));
    })
}

fn recorded_tiers_again() -> Payload {
    let file = "ccxt-btse-aug2026/fetchLeverageTiers.0.btse_fetchleveragetiers_btc_linear_swap_live_captured_2026_0.json";
    Payload::new(MarketRiskLimits::default(), Btse, file, |answer| {
        assert_eq!((answer.time, answer.data.len()), (TimeMs::from_millis(1_786_563_763_486), 10));
        assert_eq!((answer.data[0].symbol, answer.data[0].max_leverage), (btc(), decimal("100")));
    })
}

fn documented_tiers() -> Payload {
    let file = "btse-docs-futures-v2.3/public__market_risk_limit_setting__response_successful.json";
    Payload::new(MarketRiskLimits::default(), Documents, file, |answer| {
        let levels: Vec<_> = answer.data.iter().map(|tier| tier.risk_level).collect();
        assert_eq!(levels, (1..=10).collect::<Vec<_>>());
        let last = &answer.data[9];
        assert_eq!((last.risk_limit_value, last.max_leverage), (decimal("400000000"), decimal("1")));
        assert_eq!(
            (last.initial_margin_rate, last.maintenance_margin_rate),
            (decimal("1"), decimal("0.698"))
        );
    })
}

fn documented_limit() -> Payload {
    let file = "btse-docs-futures-v2.3/trade__get_risk_limit__response.json";
    Payload::new(QueryRiskLimit { symbol: btc() }, Documents, file, |limit| {
        assert_eq!((limit.symbol, limit.risk_limit), (btc(), decimal("3000000")));
        assert_eq!(limit.risk_limit_level, Some(1));
    })
}

fn documented_set_limit() -> Payload {
    let request = SetRiskLimit { symbol: btc(), risk_limit_level: 2, position_mode: None };
    let file = "btse-docs-futures-v2.3/trade__set_risk_limit__response.json";
    Payload::new(request, Documents, file, |answer| {
        assert_eq!((answer.symbol, answer.status), (btc(), Some(Status::SUCCESS)));
        assert_eq!((answer.kind, answer.message.as_str()), (SettingKind::RISK_LIMIT, "false"));
        assert_eq!(answer.timestamp, TimeMs::from_millis(1_577_093_486_551));
        assert!(answer.is_set());
    })
}

fn leverages() -> [Payload; 4] {
    let request = QueryLeverage { symbol: btc() };
    let cross =
        "ccxt-btse-aug2026/fetchLeverage.0.btse_fetchleverage_rave_linear_swap_live_captured_2026_08_12.json";
    [
        Payload::new(request, Btse, cross, |rows| {
            let [row] = &rows[..] else { panic!("{rows:?}") };
            assert_eq!((row.symbol.as_str(), row.leverage), ("RAVE-PERP", decimal("25")));
            assert_eq!((row.margin_mode.as_str(), row.position_direction.as_deref()), ("CROSS", None));
        }),
        Payload::new(request, Btse, "ccxt-btse-comments/3373_fetch_leverage.json", |rows| {
            let directions: Vec<_> = rows.iter().map(|row| row.position_direction.as_deref()).collect();
            assert_eq!(directions, [Some("LONG"), Some("SHORT")]);
            assert!(rows.iter().all(|row| row.leverage == decimal("10")));
        }),
        Payload::new(request, Btse, "ccxt-btse-comments/3258_parse_margin_mode.json", |rows| {
            assert_eq!((rows[0].margin_mode.as_str(), rows.len()), ("ISOLATED", 1));
        })
        .edited("one element of the list was kept", |text| format!("[{text}]")),
        Payload::new(
            request,
            Documents,
            "btse-docs-futures-v2.3/trade__get_leverage__response.json",
            |rows| {
                assert_eq!(
                    rows.iter().map(|row| row.leverage).collect::<Vec<_>>(),
                    [decimal("10"), decimal("3")]
                );
                assert_eq!(rows[1].position_direction.as_deref(), Some("SHORT"));
            },
        ),
    ]
}

fn set_leverage() -> SetLeverage {
    SetLeverage {
        symbol: btc(),
        leverage: decimal("0"),
        position_mode: None,
        position_id: None,
        margin_mode: MarginMode::Cross,
    }
}

fn recorded_set_leverage() -> Payload {
    let file =
        "ccxt-btse-aug2026/setLeverage.0.btse_setleverage_20_rave_linear_swap_live_captured_2026_08_1.json";
    Payload::new(set_leverage(), Btse, file, |answer| {
        assert_eq!((answer.symbol.as_str(), answer.kind), ("RAVE-PERP", SettingKind::LEVERAGE));
        assert_eq!(answer.timestamp, TimeMs::from_millis(1_786_594_422_797));
        assert_eq!(answer.reason(), "Leverage changed successfully to isolated mode, leverage: 20.0");
        assert!(answer.is_set());
    })
}

fn documented_set_leverage() -> Payload {
    let file = "btse-docs-futures-v2.3/trade__set_leverage__response.json";
    Payload::new(set_leverage(), Documents, file, |answer| {
        assert_eq!((answer.status, answer.kind), (Some(Status::SUCCESS), SettingKind(93)));
        assert_eq!((answer.timestamp.as_millis(), answer.message.as_str()), (1_660_711_246_942, ""));
    })
}

fn recorded_mode() -> Payload {
    let file = "ccxt-btse-comments/3193_fetch_position_mode.json";
    Payload::new(QueryPositionMode::default(), Btse, file, |modes| {
        let [mode] = &modes[..] else { panic!("{modes:?}") };
        assert_eq!((mode.symbol.as_str(), mode.position_mode.parse()), ("ETH-PERP", Ok(PositionMode::Hedge)));
    })
}

fn recorded_one_way() -> Payload {
    let file = "ccxt-btse-aug2026/fetchMarginMode.0.fetch_margin_mode.json";
    Payload::new(QueryPositionMode::default(), BtseThroughCcxt, file, |modes| {
        assert_eq!((modes.len(), modes[0].position_mode.as_str()), (1, "ONE_WAY"));
    })
}

fn documented_modes() -> Payload {
    let file = "btse-docs-futures-v2.3/trade__query_position_mode__response.json";
    Payload::new(QueryPositionMode::default(), Documents, file, |modes| {
        let modes: Vec<_> =
            modes.iter().map(|row| (row.symbol.as_str(), row.position_mode.as_str())).collect();
        assert_eq!(modes, [("ETH-PERP", "HEDGE"), ("BTC-PERP", "ONE_WAY")]);
    })
}

fn documented_margins() -> Payload {
    let file = "btse-docs-futures-v2.3/trade__query_user_initial_margin_percentage_and_maintenance_margin_percentage__response.json";
    Payload::new(MarginSettings::default(), Documents, file, |rows| {
        let [eth, btc] = &rows[..] else { panic!("{rows:?}") };
        assert_eq!((eth.symbol.as_str(), btc.symbol.as_str()), ("ETH-PERP", "BTC-PERP"));
        assert_eq!(eth.initial_margin_percentage, decimal("0.01"));
        assert_eq!(btc.maintenance_margin_percentage, decimal("0.005"));
    })
}

fn btc() -> Symbol {
    "BTC-PERP".parse().unwrap()
}

#[test]
fn settings_are_read_and_written_as_recorded() {
    prove(&payloads());
}

/// Recorded from BTSE: HTTP says 200, the status says no, and the reason is JSON inside of JSON.
#[test]
fn a_setting_can_be_refused_with_http_200() {
    let file = "ccxt-btse-comments/3478_handle_errors_futures_order_and_leverage_end.json";
    prove(&[Payload::new(set_leverage(), Btse, file, |answer| {
        assert_eq!((answer.status, answer.is_set()), (Some(Status::POSITION_ID_INVALID), false));
        assert!(answer.status.unwrap().is_refusal());
        let reason =
            "User is in ISOLATE_HEDGE in market: ETH-PERP-USDT, but positionId is empty in the request.";
        assert_eq!(answer.reason(), reason);
    })]);
}

/// No document prints the answer to a position mode that is set; its table lets all but the market be absent.
#[test]
fn a_position_mode_that_is_set_may_say_little() {
    let request = SetPositionMode { symbol: btc(), position_mode: PositionMode::Hedge };
    let read = |text: &str| answer(&request, 200, &http::HeaderMap::new(), text.as_bytes()).unwrap();
    let whole = read(r#"{"symbol":"BTC-PERP","timestamp":5,"status":20,"type":"129","message":null}"#);
    assert_eq!((whole.status, whole.kind), (Some(Status::SUCCESS), SettingKind::POSITION_MODE));
    assert!(read(r#"{"symbol":"BTC-PERP"}"#).is_set());
    assert!(!read(r#"{"symbol":"BTC-PERP","status":138}"#).is_set());
    assert!(!read(r#"{"symbol":"BTC-PERP","errorCode":-2,"message":"Invalid"}"#).is_set());
}

/// Both answer nothing when they succeed, and LMEX's document prints how the second one fails.
#[test]
fn silence_is_success_where_it_is_documented() {
    let headers = http::HeaderMap::new();
    let timeout = CancelAllAfter { timeout_ms: 60_000 };
    let settle = SettleIn { symbol: btc(), currency: "BTC".to_owned(), position_id: None };
    for body in ["", " \n", "{}", "null", r#"{"status":20}"#] {
        assert_eq!(answer(&timeout, 200, &headers, body.as_bytes()), Ok(Accepted), "{body:?}");
        assert_eq!(answer(&settle, 200, &headers, body.as_bytes()), Ok(Accepted), "{body:?}");
    }
    let silent = answer(&set_leverage(), 200, &headers, b"").unwrap_err();
    assert_eq!(silent.kind, ErrorKind::Unreadable);
    let Some(text) = crate::support::shared_file(
        "payloads/lmex-docs-rest-futures-v2.2/post_settle_in.response401.General.json",
    ) else {
        return;
    };
    for status in [200, 401] {
        let error = answer(&settle, status, &headers, text.as_bytes()).unwrap_err();
        assert_eq!((error.kind, error.code), (ErrorKind::Authentication, Some(-7)));
    }
}
