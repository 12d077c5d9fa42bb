//! Order books over REST. Those over streams are in `streams`.

use lmex_api::futures::{BookByGrouping, OrderbookL2};
use lmex_types::{Symbol, TimeMs};

use crate::json::decimal;
use crate::payload::Origin::{Documents, Lmex};
use crate::payload::{Payload, prove};

fn btc() -> Symbol {
    "BTC-PERP".parse().unwrap()
}

pub(crate) fn payloads() -> Vec<Payload> {
    let l2 = OrderbookL2 { symbol: btc(), depth: Some(1) };
    vec![
        Payload::new(l2, Lmex, "cryptofeed-pr1104/probe_futures_orderbook_l2_depth1.json", |book| {
            assert_eq!(book.symbol, btc());
            assert_eq!(book.timestamp, TimeMs::from_millis(1_779_800_650_027));
            let ([bid], [ask]) = (&book.buy_quote[..], &book.sell_quote[..]) else { panic!("{book:?}") };
            assert_eq!((bid.price, bid.size), (decimal("77054.5"), decimal("108350")));
            assert_eq!((ask.price, ask.size), (decimal("77054.7"), decimal("98250")));
            assert_eq!(book.depth, None);
        }),
        Payload::new(l2, Documents, "btse-docs-futures-v2.3/public__orderbook__response.json", |book| {
            assert_eq!((book.buy_quote[0].price, book.buy_quote[0].size), (decimal("36235"), decimal("700")));
            assert_eq!(
                (book.sell_quote[0].price, book.sell_quote[0].size),
                (decimal("36241.5"), decimal("600"))
            );
            assert_eq!(book.timestamp, TimeMs::from_millis(1_624_989_977_940));
        }),
        Payload::new(
            BookByGrouping { symbol: btc(), group: Some(0) },
            Documents,
            "btse-docs-futures-v2.3/public__orderbook_by_grouping__response.json",
            |book| {
                assert_eq!((book.buy_quote.len(), book.sell_quote.len()), (1, 1));
                assert_eq!(book.buy_quote[0].price, decimal("36371"));
                assert_eq!(book.sell_quote[0].price, decimal("36380.5"));
                assert_eq!(book.sell_quote[0].size, decimal("100"));
                assert_eq!(book.timestamp, TimeMs::from_millis(1_624_989_459_489));
            },
        ),
    ]
}

#[test]
fn books_are_read_and_written_as_recorded() {
    prove(&payloads());
}
