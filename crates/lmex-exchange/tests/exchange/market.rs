//! What everyone may ask.

use crate::venue;

use serde_json::{Value, json};
use venue::{START, Venue, assert_shape, keys, number, recorded, rows};

#[tokio::test]
async fn the_summary_is_a_list_of_exactly_the_keys_seen_live() {
    let venue = Venue::start().await;
    let all = rows(venue.get("/market_summary").await.ok());
    let symbols: Vec<_> = all.iter().map(|market| market["symbol"].as_str().unwrap()).collect();
    assert_eq!(symbols, ["BTC-PERP", "ETH-PERP", "AAPL-PERP"]);
    let btc = venue.get("/market_summary?symbol=BTC-PERP").await.one();
    // LMEX, 22 May 2026.
    let mut live = "symbol,last,lowestAsk,highestBid,openInterest,openInterestUSD,percentageChange,volume,high24Hr,\
                    low24Hr,base,quote,contractStart,contractEnd,active,timeBasedContract,fundingRate,contractSize,\
                    minValidPrice,minPriceIncrement,minOrderSize,maxOrderSize,minSizeIncrement"
        .split(',')
        .collect::<Vec<_>>();
    live.sort_unstable();
    assert_eq!(keys(&btc), live);
    assert_eq!((&btc["contractSize"], &btc["minPriceIncrement"]), (&json!(0.00001), &json!(0.1)));
    assert!(
        number(&btc["low24Hr"]) <= number(&btc["last"]) && number(&btc["last"]) <= number(&btc["high24Hr"])
    );
    assert!(number(&btc["highestBid"]) < number(&btc["lowestAsk"]));

    let full = venue.get("/market_summary?symbol=BTC-PERP&listFullAttributes=true").await.one();
    assert_eq!(full["fundingIntervalMinutes"], 480);
    let until = full["fundingTime"].as_i64().unwrap() - START;
    assert!((0..=8 * 3_600_000).contains(&until), "next funding is {until} ms away");
    for key in ["maxPosition", "minRiskLimit", "maxRiskLimit"] {
        assert!(number(&full[key]) > 0.into(), "{key}");
    }
    assert_eq!((&full["availableSettlement"], &full["futures"]), (&json!(["USDT"]), &json!(true)));
}

#[tokio::test]
async fn open_interest_counts_what_is_held() {
    let venue = Venue::start().await;
    let before = number(&venue.get("/market_summary?symbol=BTC-PERP").await.one()["openInterest"]);
    let order = json!({"symbol": "BTC-PERP", "side": "BUY", "type": "MARKET", "size": 30});
    venue.post("/order", order).await.one();
    let after = number(&venue.get("/market_summary?symbol=BTC-PERP").await.one()["openInterest"]);
    assert_eq!(after - before, 30.into());
}

#[tokio::test]
async fn prices_books_trades_candles_and_funding_have_the_documented_shape() {
    let venue = Venue::start().await;
    let folder = "btse-docs-futures-v2.3/public__";
    let recorded = |name: &str| recorded(&format!("{folder}{name}__response.json"));
    let price = venue.get("/price?symbol=BTC-PERP").await.one();
    let Some(documented) = recorded("query_market_price") else { return };
    assert_shape(&price, &documented[0]);
    let book = venue.get("/orderbook?symbol=BTC-PERP&group=0").await.ok();
    let documented = recorded("orderbook_by_grouping").unwrap();
    assert_shape(&book, &documented);
    assert_shape(&book["buyQuote"][0], &documented["buyQuote"][0]);
    let trade = &venue.get("/trades?symbol=BTC-PERP&count=1").await.one();
    assert_shape(trade, &recorded("query_trades_fills").unwrap()[0]);
    let candles = venue.get("/ohlcv?symbol=BTC-PERP&resolution=1").await.ok();
    assert_eq!(
        candles[0].as_array().unwrap().len(),
        recorded("charting_data").unwrap()[0].as_array().unwrap().len()
    );
    let funding = venue.get("/funding_history?symbol=BTC-PERP").await.ok();
    let documented = recorded("funding_history").unwrap();
    assert_shape(&funding["BTC-PERP"][0], &documented["BTC-PERP"][0]);
    let tiers = venue.get("/market/risk_limit?symbol=BTC-PERP").await.ok();
    let documented = recorded_tiers().unwrap();
    assert_shape(&tiers, &documented);
    assert_shape(&tiers["data"][0], &documented["data"][0]);
    assert_eq!(tiers["data"][0]["initialMarginRate"], documented["data"][0]["initialMarginRate"]);
}

fn recorded_tiers() -> Option<Value> {
    recorded("btse-docs-futures-v2.3/public__market_risk_limit_setting__response_successful.json")
}

#[tokio::test]
async fn a_book_is_best_first_and_grouping_never_flatters_it() {
    let venue = Venue::start().await;
    let prices = |book: &Value, side: &str| -> Vec<f64> {
        let levels = book[side].as_array().unwrap().iter();
        levels.map(|level| level["price"].as_str().unwrap().parse().unwrap()).collect()
    };
    let book = venue.get("/orderbook/L2?symbol=BTC-PERP").await.ok();
    let (bids, asks) = (prices(&book, "buyQuote"), prices(&book, "sellQuote"));
    assert_eq!((bids.len(), asks.len()), (50, 50), "50 levels unless told otherwise");
    assert!(bids.is_sorted_by(|a, b| a > b) && asks.is_sorted_by(|a, b| a < b) && bids[0] < asks[0]);
    assert_eq!(venue.get("/orderbook/L2?symbol=BTC-PERP&depth=3").await.ok()["depth"], 3);

    let grouped = venue.get("/orderbook?symbol=BTC-PERP&group=2").await.ok();
    let (grouped_bids, grouped_asks) = (prices(&grouped, "buyQuote"), prices(&grouped, "sellQuote"));
    assert!(grouped_bids.iter().chain(&grouped_asks).all(|price| price.fract() == 0.0), "steps of 1");
    assert!(grouped_bids[0] <= bids[0] && grouped_asks[0] >= asks[0]);
    assert!(grouped_bids.is_sorted_by(|a, b| a > b) && grouped_asks.is_sorted_by(|a, b| a < b));
}

#[tokio::test]
async fn trades_and_candles_come_newest_first_within_their_bounds() {
    let venue = Venue::start().await;
    let trades = rows(venue.get("/trades?symbol=BTC-PERP&count=20").await.ok());
    assert_eq!(trades.len(), 20);
    assert!(trades.is_sorted_by_key(|trade| -trade["serialId"].as_i64().unwrap()));
    let tenth = trades[9]["serialId"].as_i64().unwrap();
    let older =
        rows(venue.get(&format!("/trades?symbol=BTC-PERP&count=5&beforeSerialId={tenth}")).await.ok());
    assert_eq!(older, trades[10..15]);

    let hour = 3_600_000;
    let (start, end) = (START - 10 * hour, START);
    let target = format!("/ohlcv?symbol=BTC-PERP&resolution=60&start={start}&end={end}");
    let candles = rows(venue.get(&target).await.ok());
    assert_eq!(candles.len(), 10, "bounds are in milliseconds");
    assert!(
        candles.is_sorted_by_key(|candle| -candle[0].as_i64().unwrap()),
        "rows are in seconds, newest first"
    );
    assert!(
        candles.iter().all(|candle| (start / 1_000..=end / 1_000).contains(&candle[0].as_i64().unwrap()))
    );
    assert_eq!(rows(venue.get("/ohlcv?symbol=BTC-PERP&resolution=1").await.ok()).len(), 300);
}

#[tokio::test]
async fn funding_is_asked_for_by_count_or_by_bounds() {
    let venue = Venue::start().await;
    let funding = venue.get("/funding_history?symbol=ETH-PERP&count=3").await.ok();
    assert_eq!((keys(&funding), funding["ETH-PERP"].as_array().unwrap().len()), (vec!["ETH-PERP"], 3));
    assert_eq!(keys(&venue.get("/funding_history").await.ok()), ["AAPL-PERP", "BTC-PERP", "ETH-PERP"]);
    let day_ago = START - 86_400_000;
    let day = venue.get(&format!("/funding_history?symbol=ETH-PERP&from={day_ago}&to={START}")).await.ok();
    assert_eq!(day["ETH-PERP"].as_array().unwrap().len(), 3, "every eight hours");
}

#[tokio::test]
async fn ones_own_trade_is_public_and_moves_the_candle() {
    let venue = Venue::start().await;
    let (_, ask) = venue.best().await;
    let order = json!({"symbol": "BTC-PERP", "side": "BUY", "type": "MARKET", "size": 25});
    venue.post("/order", order).await.one();
    let trade = venue.get("/trades?symbol=BTC-PERP&count=1").await.one();
    assert_eq!(
        (trade["price"].as_f64(), &trade["size"], &trade["side"]),
        (Some(ask), &json!(25), &json!("BUY"))
    );
    let mine = venue.my("/user/trade_history?symbol=BTC-PERP").await.one();
    assert_eq!(mine["serialId"], trade["serialId"], "the same trade has the same number for everyone");
    let candle = &venue.get("/ohlcv?symbol=BTC-PERP&resolution=1").await.ok()[0];
    assert_eq!(candle[4].as_f64(), Some(ask), "it closes at the last trade");
}

#[tokio::test]
async fn the_time_is_that_of_the_wall_clock() {
    let venue = Venue::start().await;
    for version in ["v3.2", "v3.3"] {
        let time = venue.send("GET", &format!("/spot/api/{version}/time"), &[], b"").await.ok();
        assert_eq!(time, json!({"iso": "2026-09-21T14:13:20.000Z", "epoch": START / 1_000}));
    }
}
