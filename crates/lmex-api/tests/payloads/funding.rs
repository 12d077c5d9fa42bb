//! Funding.

use lmex_api::futures::{FundingHistory, FundingPeriod};
use lmex_types::TimeMs;

use crate::json::decimal;
use crate::payload::Origin::Documents;
use crate::payload::{Payload, prove};

pub(crate) fn payloads() -> Vec<Payload> {
    let request = FundingHistory { symbol: None, period: FundingPeriod::Default };
    let file = "btse-docs-futures-v2.3/public__funding_history__response.json";
    vec![Payload::new(request, Documents, file, |markets| {
        assert_eq!(markets.keys().collect::<Vec<_>>(), ["BTC-PERP"]);
        let [rate] = &markets["BTC-PERP"][..] else { panic!("{markets:?}") };
        assert_eq!(rate.time, TimeMs::from_millis(1_706_515_200_000));
        assert_eq!(rate.rate, decimal("0.000011405"));
        assert_eq!(rate.symbol.as_str(), "BTC-PERP");
    })]
}

#[test]
fn funding_is_read_and_written_as_recorded() {
    prove(&payloads());
}
