//! A position that the book can't take: closed against one in profit, as both sides see it over HTTP.

use lmex_engine::{Command, MarketId, MarketRules};
use serde_json::{Value, json};

use crate::cross_account::OTHER;
use crate::quiet::{instrument, mark, numbers, other_waits, quiet, take};
use crate::stream::Stream;
use crate::venue::{Venue, rows};

async fn others(venue: &Venue, target: &str) -> Value {
    venue.signed_by(OTHER, "GET", target, b"").await.ok()
}

#[tokio::test]
async fn the_one_in_profit_is_closed_and_both_histories_say_why() {
    let venue = quiet().await;
    other_waits(&venue, "SELL", 30_000, json!(100)).await;
    take(&venue, "BUY", 30_000, json!({})).await;
    let held = others(&venue, "/user/positions").await;
    assert_eq!(held[0]["adlScoreBucket"], 5, "there is nobody else");
    let mut winner = Stream::logged_in(&venue, OTHER).await;
    assert!(winner.subscribe("notificationApiV4").await && winner.subscribe("fillsV2").await);

    // 98,500 after the fee of 1,500; at 97 another 90,000 less: 8,500 where 0.5 % of 2,910,000 is 14,550. Nobody bids, so the
    // other takes it over where nothing is left: 97 − 8,500 / 30,000 = 96.7167, up to the tick.
    mark(&venue, 97.into()).await;
    for positions in [venue.my("/user/positions").await.ok(), others(&venue, "/user/positions").await] {
        assert_eq!(positions, json!([]));
    }
    let lost = rows(venue.my("/user/wallet_history").await.ok());
    assert_eq!(numbers(&lost[0], ["type", "amount", "fees"]), ["106", "-98400", "0"]);
    assert_eq!(numbers(&venue.my("/user/wallet?wallet=CROSS@").await.one(), ["totalValue"]), ["100"]);
    let won = others(&venue, "/user/wallet_history").await;
    assert_eq!(numbers(&won[0], ["type", "amount", "fees"]), ["108", "98400", "0"]);
    // 100,000 − 600 of fee as maker + 98,400.
    assert_eq!(numbers(&others(&venue, "/user/wallet").await[0], ["totalValue"]), ["197800"]);

    let (loser, fill) =
        (venue.my("/user/trade_history").await.ok(), others(&venue, "/user/trade_history").await);
    assert_eq!(numbers(&loser[0], ["triggerType", "filledPrice", "filledSize"]), ["1003", "96.72", "30000"]);
    assert_eq!(numbers(&fill[0], ["triggerType", "filledPrice", "filledSize"]), ["1004", "96.72", "30000"]);
    assert_eq!((&loser[0]["side"], &fill[0]["side"]), (&json!("SELL"), &json!("BUY")));
    assert_eq!((&loser[0]["username"], &fill[0]["username"]), (&json!("demo"), &json!("other")));
    let order = fill[0]["orderId"].as_str().unwrap();
    let asked = others(&venue, &format!("/order?orderID={order}")).await;
    assert_eq!((&asked["status"], &asked["reduceOnly"]), (&json!(4), &json!(true)));
    assert_eq!(venue.my(&format!("/order?orderID={order}")).await.refused(400).1, "Order not found");

    let heard = winner.heard_so_far().await;
    let told = |topic: &str| heard.iter().filter(|message| message["topic"] == topic).collect::<Vec<_>>();
    let (notified, filled) = (told("notificationApiV4"), told("fillsV2"));
    assert_eq!((notified.len(), filled.len()), (1, 1), "{heard:?}");
    assert_eq!(notified[0]["data"][0]["status"], 1004);
    assert_eq!(filled[0]["data"][0]["orderId"], order);
}

/// A second market like the first, in which the usual account buys 15,000 at 100 from the other one.
async fn hold_in_a_second_market(venue: &Venue) {
    let (instrument, rules) = (instrument("PEPE-PERP"), MarketRules::default());
    let open = Command::OpenMarket { market: MarketId(8), instrument, rules, price: 10_000 };
    venue.exchange.desk().command(open).await.unwrap();
    let order = |side: &str| json!({"symbol": "PEPE-PERP", "side": side, "type": "LIMIT", "size": 15_000, "price": 100});
    let waits = venue.signed_by(OTHER, "POST", "/order", order("SELL").to_string().as_bytes()).await.one();
    let takes = venue.post("/order", order("BUY")).await.one();
    assert_eq!((&waits["status"], &takes["status"]), (&json!(2), &json!(4)));
}

#[tokio::test]
async fn a_loss_in_one_market_closes_both_positions_against_the_other_user() {
    let venue = quiet().await;
    other_waits(&venue, "SELL", 15_000, json!(100)).await;
    take(&venue, "BUY", 15_000, json!({})).await;
    hold_in_a_second_market(&venue).await;
    // 100,000 less 1,500 of fee, of two times 750; 600 for the other, as maker.
    let wallet = venue.my("/user/wallet?wallet=CROSS@").await.one();
    assert_eq!(numbers(&wallet, ["totalValue"]), ["98500"]);

    // At 94 90,000 of it are lost: 8,500 where 0.5 % of 1,410,000 + 1,500,000 is 14,550. The larger loss goes first, where
    // nothing is left: 94 − 8,500 / 15,000 = 93.4333, up to the tick. 100 are left for a position that needs 7,500:
    // 100 − 100 / 15,000 = 99.9933, up to the tick.
    mark(&venue, 94.into()).await;
    for positions in [venue.my("/user/positions").await.ok(), others(&venue, "/user/positions").await] {
        assert_eq!(positions, json!([]));
    }
    let names = ["triggerType", "filledPrice", "filledSize", "realizedPnl"];
    let told = |fills: &Value| {
        let row = |at: usize| (fills[at]["symbol"].clone(), numbers(&fills[at], names).join(" "));
        [row(0), row(1)]
    };
    let row = |symbol: &str, told: &str| (json!(symbol), told.to_owned());
    let lost = venue.my("/user/trade_history?count=2").await.ok();
    let expected = [row("PEPE-PERP", "1003 100 15000 0"), row("DOGE-PERP", "1003 93.44 15000 -98400")];
    assert_eq!(told(&lost), expected);
    let won = others(&venue, "/user/trade_history?count=2").await;
    assert_eq!(
        told(&won),
        [row("PEPE-PERP", "1004 100 15000 0"), row("DOGE-PERP", "1004 93.44 15000 98400")]
    );
    let totals = [
        venue.my("/user/wallet?wallet=CROSS@").await.ok(),
        others(&venue, "/user/wallet?wallet=CROSS@").await,
    ];
    assert_eq!(
        totals.map(|wallet| numbers(&wallet[0], ["totalValue"])),
        [["100"], ["197800"]].map(|total| total.map(str::to_owned))
    );
    venue.exchange.desk().read(|state| state.engine.audit()).await.unwrap().unwrap();
}
