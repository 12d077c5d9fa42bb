//! The two legs of a hedge: settings that concern both, and what happens when the venue closes them against each other.

use lmex_engine::{AccountId, Command, Money};
use serde_json::{Value, json};

use crate::quiet::{cross, mark, numbers, other_waits, quiet, take};
use crate::stream::Stream;
use crate::venue::{KEY, SECRET, Venue, rows};

/// The usual account has so many contracts of each leg, bought and sold at 100.
async fn hedged(long: i64, short: i64, leverage: Option<i64>) -> Venue {
    let venue = quiet().await;
    let hedge = json!({"symbol": "DOGE-PERP", "positionMode": "HEDGE"});
    assert_eq!(venue.post("/position_mode", hedge).await.ok()["status"], 20);
    if let Some(leverage) = leverage {
        assert_eq!(lever(&venue, leverage).await["status"], 20);
    }
    for (waits, takes, size) in [("SELL", "BUY", long), ("BUY", "SELL", short)] {
        other_waits(&venue, waits, size, json!(100)).await;
        take(&venue, takes, size, json!({"positionMode": "HEDGE"})).await;
    }
    venue
}

async fn lever(venue: &Venue, leverage: i64) -> Value {
    let body = json!({"symbol": "DOGE-PERP", "leverage": leverage, "positionMode": "HEDGE"});
    venue.post("/leverage", body).await.ok()
}

async fn set_levels(venue: &Venue) -> Vec<Value> {
    let shown = rows(venue.my("/leverage?symbol=DOGE-PERP").await.ok());
    shown.into_iter().map(|leg| leg["leverage"].clone()).collect()
}

/// What one leg could have and the other could not is not given to the first and taken back: at a loss it gives back less
/// than it took.
#[tokio::test]
async fn a_leverage_that_one_leg_can_not_have_moves_nothing() {
    let venue = hedged(60, 60, Some(10)).await;
    mark(&venue, 98.into()).await;
    // 100,000 less twice 600 of margin and 3 of fee; 700 are left.
    assert_eq!(cross(&venue).await, ["98794", "98794"]);
    let command = Command::Withdraw { account: AccountId(1), amount: Money::from_quote(98_094) };
    venue.exchange.desk().command(command).await.unwrap();
    let positions = venue.my("/user/positions").await.ok();
    let history = venue.my("/user/wallet_history").await.ok();

    // Each leg would take 600 more.
    let refused = lever(&venue, 5).await;
    assert_eq!(refused["status"], 8, "{refused}");
    assert_eq!(cross(&venue).await, ["700", "700"]);
    assert_eq!(
        venue.my("/user/wallet_history").await.ok(),
        history,
        "nothing was moved, not even there and back"
    );
    assert_eq!(venue.my("/user/positions").await.ok(), positions);
    assert_eq!(set_levels(&venue).await, [json!(10), json!(10)]);

    // At 8 times each takes 150 more.
    assert_eq!(lever(&venue, 8).await["status"], 20);
    assert_eq!(cross(&venue).await, ["400", "400"]);
    assert_eq!(set_levels(&venue).await, [json!(8), json!(8)]);
}

/// 96,500 after fees, less 65,000 at 98.7: 31,500, of 34,545 that 70,000 contracts need. Without the 10,000 that both legs
/// have it is 24,675, and that is enough.
#[tokio::test]
async fn legs_that_close_each_other_are_in_every_history_both() {
    let venue = hedged(60_000, 10_000, None).await;
    assert_eq!(cross(&venue).await[0], "96500");
    let mut stream = Stream::logged_in(&venue, (KEY, SECRET)).await;
    assert!(stream.subscribe("notificationApiV4").await && stream.subscribe("fillsV2").await);
    mark(&venue, "98.7".parse().unwrap()).await;
    let held = venue.my("/user/positions").await.one();
    assert_eq!((&held["size"], &held["positionDirection"]), (&json!(50_000), &json!("LONG")));

    let fills = rows(venue.my("/user/trade_history").await.ok());
    let [first, second] = [&fills[0], &fills[1]];
    let long = if first["side"] == "SELL" { first } else { second };
    let short = if first["side"] == "SELL" { second } else { first };
    let names = ["triggerType", "filledPrice", "filledSize", "realizedPnl"];
    assert_eq!(numbers(long, names), ["1003", "98.7", "10000", "-13000"]);
    assert_eq!(numbers(short, names), ["1003", "98.7", "10000", "13000"]);
    assert_eq!(
        (&long["positionId"], &short["positionId"]),
        (&json!("DOGE-PERP-USDT|LONG"), &json!("DOGE-PERP-USDT|SHORT"))
    );
    assert!(long["tradeId"] != short["tradeId"] && long["orderId"] != short["orderId"]);
    for fill in [long, short] {
        let order = venue.my(&format!("/order?orderID={}", fill["orderId"].as_str().unwrap())).await.ok();
        assert_eq!(
            (&order["status"], &order["reduceOnly"], &order["side"]),
            (&json!(4), &json!(true), &fill["side"])
        );
    }
    let history = rows(venue.my("/user/wallet_history").await.ok());
    let mut booked = [0, 1].map(|at: usize| numbers(&history[at], ["type", "amount"]));
    booked.sort();
    assert_eq!(booked, [["106", "-13000"], ["106", "13000"]], "both are the venue's doing");

    let heard = stream.heard_so_far().await;
    let told = |topic: &str| {
        let of_topic = heard.iter().filter(|message| message["topic"] == topic);
        of_topic.map(|message| message["data"][0].clone()).collect::<Vec<_>>()
    };
    let notified: Vec<_> =
        told("notificationApiV4").iter().map(|row| (row["status"].clone(), row["side"].clone())).collect();
    assert_eq!(notified, [(json!(1003), json!("SELL")), (json!(1003), json!("BUY"))]);
    let filled: Vec<_> = told("fillsV2").iter().map(|row| row["orderId"].clone()).collect();
    assert_eq!(filled, [long["orderId"].clone(), short["orderId"].clone()]);
}
