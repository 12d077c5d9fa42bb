//! `lmex fills`, `positions`, `balance`, `fees`.

use crate::support::{Venue, without_numbers};

/// Each verb, and the names its JSON and its CSV have.
const VERBS: [(&str, &[&str], &[&str]); 4] = [
    (
        "fills",
        &[
            "tradeId",
            "orderId",
            "filledPrice",
            "filledSize",
            "feeAmount",
            "realizedPnl",
            "clOrderID",
            "timestamp",
        ],
        &["timestamp", "symbol", "side", "filledPrice", "filledSize", "feeAmount", "feeCurrency"],
    ),
    (
        "positions",
        &["symbol", "side", "size", "entryPrice", "markPrice", "unrealizedProfitLoss", "liquidationPrice"],
        &["symbol", "side", "size", "entryPrice", "markPrice", "unrealizedProfitLoss"],
    ),
    (
        "balance",
        &["wallet", "totalValue", "availableBalance", "assets"],
        &["wallet", "totalValue", "marginBalance", "availableBalance"],
    ),
    ("fees", &["symbol", "makerFee", "takerFee"], &["symbol", "makerFee", "takerFee"]),
];

#[test]
fn before_the_first_order_there_is_money_and_nothing_else() {
    let venue = Venue::start();
    assert_eq!(venue.lmex("fills").ok().out, "no fills\n");
    assert_eq!(venue.lmex("positions").ok().out, "no open positions\n");
    assert_eq!(venue.lmex("orders").ok().out, "no open orders\n");
    assert_eq!(venue.lmex("balance --json").json()["availableBalance"], 100_000);
    for line in ["fills --csv", "positions --csv", "orders --csv"] {
        let (columns, rows) = venue.lmex(line).csv();
        assert!(!columns.is_empty() && rows.is_empty(), "lmex {line}: a header and no row");
    }
}

#[test]
fn after_it_all_follow_the_fill() {
    let venue = Venue::start();
    venue.lmex("buy BTC-PERP 0.01btc --market --client-id mine").ok();
    let mut seen = String::new();
    for (line, names, columns) in VERBS {
        let ran = venue.lmex(line).ok();
        assert_eq!(ran.err, format!("local {} (simulated, seed 7)\n", venue.handle().rest_url()));
        seen.push_str(&format!("$ lmex {line}\n{}\n", ran.out));
        let value = venue.lmex(&format!("{line} --json")).json();
        let first = value.as_array().map_or(&value, |rows| &rows[0]);
        for name in names {
            assert!(first.get(name).is_some(), "lmex {line} --json has no {name}: {first}");
        }
        let (header, rows) = venue.lmex(&format!("{line} --csv")).csv();
        assert_eq!(header[..columns.len()], *columns, "lmex {line} --csv");
        assert!(!rows.is_empty(), "lmex {line} --csv");
    }
    without_numbers().bind(|| insta::assert_snapshot!("account", seen));
    let fill = venue.lmex("fills BTC-PERP -n 1 --json").json();
    assert_eq!((&fill[0]["filledSize"], &fill[0]["clOrderID"]), (&1_000.into(), &"mine".into()));
}

#[test]
fn csv_keeps_every_digit() {
    let venue = Venue::start();
    venue.lmex("buy BTC-PERP 100ct --market").ok();
    let json = venue.lmex("fills --json").json();
    let (columns, rows) = venue.lmex("fills --csv").csv();
    let cell = |name: &str| &rows[0][columns.iter().position(|column| column == name).unwrap()];
    for name in ["filledPrice", "feeAmount", "timestamp"] {
        assert_eq!(*cell(name), json[0][name].to_string(), "{name}");
    }
}

#[test]
fn one_market_is_picked_out() {
    let venue = Venue::start();
    venue.lmex("buy BTC-PERP 100ct --market").ok();
    assert_eq!(venue.lmex("fills ETH-PERP --json").json(), serde_json::json!([]));
    assert_eq!(venue.lmex("positions ETH-PERP --json").json(), serde_json::json!([]));
    let fees = venue.lmex("fees ETH-PERP --json").json();
    assert_eq!((fees.as_array().unwrap().len(), &fees[0]["symbol"]), (1, &"ETH-PERP".into()));
}
