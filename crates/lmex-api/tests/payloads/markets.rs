//! Markets and their prices.

use lmex_api::futures::{MarketSummaryRequest, PriceRequest};

use crate::json::{Json, decimal};
use crate::payload::Origin::{Btse, BtseThroughCcxt, Documents, LmexThroughCcxt};
use crate::payload::{Payload, prove};

pub(crate) fn payloads() -> Vec<Payload> {
    vec![
        recorded_from_lmex(),
        full_from_btse(),
        plain_from_btse(),
        february_from_btse(),
        documented(),
        prices(),
    ]
}

fn recorded_from_lmex() -> Payload {
    let file = "ccxt-lmex-pr28684/fetchTicker.0.fetch_ticker_for_a_swap_market.json";
    Payload::new(MarketSummaryRequest::default(), LmexThroughCcxt, file, |rows| {
        let [row] = &rows[..] else { panic!("{} rows", rows.len()) };
        assert_eq!(row.symbol.as_str(), "BTC-PERP");
        assert_eq!((row.last, row.lowest_ask), (decimal("77203.3"), decimal("77203.3")));
        assert_eq!(row.highest_bid, decimal("77199.3"));
        assert_eq!(row.open_interest, decimal("70510904"));
        assert_eq!(row.open_interest_usd, decimal("54436744.74"));
        assert_eq!(row.percentage_change, decimal("-0.5009"));
        assert_eq!(row.volume, decimal("503334224.764866"));
        assert_eq!((row.high_24_hr, row.low_24_hr), (decimal("78056"), decimal("76693.5")));
        assert_eq!((row.base.as_str(), row.quote.as_str()), ("BTC", "USDT"));
        assert_eq!((row.contract_start, row.contract_end), (0, 0));
        assert_eq!((row.active, row.time_based_contract), (true, false));
        assert_eq!(row.funding_rate, decimal("0.00005104"));
        assert_eq!(row.contract_size, decimal("0.00001"));
        assert_eq!((row.min_valid_price, row.min_price_increment), (decimal("0.1"), decimal("0.1")));
        assert_eq!((row.min_order_size, row.max_order_size), (decimal("1"), decimal("7500000")));
        assert_eq!(row.min_size_increment, decimal("1"));
        assert_eq!((row.funding_interval_minutes, row.max_position, row.size), (None, None, None));

        let instrument = row.instrument().unwrap();
        assert_eq!(instrument.grid.tick(), decimal("0.1"));
        assert_eq!((instrument.min_contracts, instrument.max_contracts), (1, 7_500_000));
    })
}

fn full_from_btse() -> Payload {
    let file = "ccxt-btse-aug2026/fetchFundingRates.0.linear_swap_funding_rates_for_a_requested_symbol_the_market_.json";
    Payload::new(MarketSummaryRequest { symbol: None, full: true }, Btse, file, |rows| {
        let [rave, dated, btc] = &rows[..] else { panic!("{} rows", rows.len()) };
        assert_eq!(rave.symbol.as_str(), "RAVE-PERP");
        assert_eq!((rave.funding_rate, rave.contract_size), (decimal("0.00005"), decimal("1")));
        assert_eq!((rave.funding_interval_minutes, rave.funding_time), (Some(240), Some(1_786_536_000_000)));
        assert_eq!(rave.max_position, Some(decimal("6000000")));
        assert_eq!(
            (rave.min_risk_limit, rave.max_risk_limit),
            (Some(decimal("2500")), Some(decimal("6000000")))
        );
        assert_eq!(rave.available_settlement.as_ref().map(Vec::len), Some(19));

        assert_eq!((dated.symbol.as_str(), dated.time_based_contract), ("BTC-261225", true));
        // The end in seconds, the other times in milliseconds.
        assert_eq!((dated.contract_end, dated.close_time), (1_798_185_630, Some(1_798_185_630_000)));
        assert_eq!(
            (dated.start_matching, dated.inactive_time),
            (Some(1_782_432_015_000), Some(1_798_185_600_000))
        );
        assert_eq!((dated.funding_interval_minutes, dated.funding_time), (Some(0), Some(0)));
        assert_eq!(dated.instrument().unwrap().max_contracts, 100_000);

        assert_eq!((btc.funding_rate, btc.contract_size), (decimal("0.00007056"), decimal("0.00001")));
        assert_eq!(btc.volume, decimal("473105034.4348"));
        assert_eq!(btc.funding_interval_minutes, Some(480));
    })
}

fn plain_from_btse() -> Payload {
    let file = "ccxt-btse-aug2026/fetchOpenInterests.0.btse_fetchopeninterests_linear_swap_live_captured_2026_08_12.json";
    Payload::new(MarketSummaryRequest::default(), Btse, file, |rows| {
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].open_interest, decimal("31078414"));
        assert_eq!(rows[0].volume, decimal("495884101.67239606"));
        assert_eq!(rows[0].funding_rate, decimal("0.00009992"));
        assert_eq!((rows[0].open_time, rows[0].funding_time), (Some(0), None));
        assert_eq!(rows[0].max_position, Some(decimal("1100000000")));
    })
}

fn february_from_btse() -> Payload {
    let file = "ccxt-btse-aug2026/markets_info_rows.json";
    let futures_only = |text: &str| {
        let Json::List(mut rows) = Json::read(text) else { panic!("{text}") };
        rows.retain(|row| row.field("isMarketOpenToSpot").is_none());
        Json::List(rows).to_string()
    };
    Payload::new(MarketSummaryRequest::default(), BtseThroughCcxt, file, |rows| {
        let [eth, dated] = &rows[..] else { panic!("{} rows", rows.len()) };
        assert_eq!((eth.symbol.as_str(), eth.last), ("ETH-PERP", decimal("2020.51")));
        assert_eq!(eth.volume, decimal("1971320564.5253038"));
        assert_eq!((eth.contract_size, eth.min_price_increment), (decimal("0.0001"), decimal("0.01")));
        assert_eq!(eth.instrument().unwrap().max_contracts, 10_000_000);
        assert_eq!((dated.symbol.as_str(), dated.contract_end), ("ETH-260327", 1_774_598_430));
        assert_eq!(dated.inactive_time, Some(1_774_598_400_000));
    })
    .edited("the file holds two rows of the spot venue as well", futures_only)
}

fn documented() -> Payload {
    let file = "btse-docs-futures-v2.3/public__market_summary__response.json";
    Payload::new(MarketSummaryRequest { symbol: None, full: true }, Documents, file, |rows| {
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].last, decimal("36365"));
        assert_eq!(rows[0].percentage_change, decimal("4.973731309"));
        assert_eq!(rows[0].size, Some(decimal("4916.8266")));
        assert_eq!((rows[0].futures, rows[0].available_settlement.as_ref()), (Some(false), None));
        assert_eq!(rows[0].funding_time, Some(1_699_347_600_000));
        // Copied from spot: without a contract size there is nothing an order could be checked against.
        assert!(rows[0].instrument().is_err());
    })
}

fn prices() -> Payload {
    let file = "btse-docs-futures-v2.3/public__query_market_price__response.json";
    Payload::new(PriceRequest::default(), Documents, file, |rows| {
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].symbol.as_str(), "BTC-PERP");
        assert_eq!(rows[0].index_price, decimal("36288.949684967"));
        assert_eq!((rows[0].last_price, rows[0].mark_price), (decimal("36286.5"), decimal("0")));
    })
}

#[test]
fn markets_are_read_and_written_as_recorded() {
    prove(&payloads());
}
