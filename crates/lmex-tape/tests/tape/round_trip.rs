//! What is written is read back, whatever it is.

use lmex_tape::{
    Existing, Quote, SizeUnit, TapeBody, TapeHeader, TapeInfo, TapeLevel, TapeMessage, TapeReader, TapeWriter,
};
use lmex_types::{Decimal, Side};
use proptest::prelude::*;

use crate::captures::{Desk, read};

fn amount(lowest: i64) -> impl Strategy<Value = Decimal> {
    (lowest..=i64::MAX, 0_u32..=8).prop_map(|(mantissa, scale)| Decimal::new(mantissa, scale))
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Buy), Just(Side::Sell)]
}

fn body() -> impl Strategy<Value = TapeBody> {
    let level =
        (side(), amount(1), amount(0)).prop_map(|(side, price, size)| TapeLevel { side, price, size });
    let quote = || (amount(1), amount(0)).prop_map(|(price, size)| Quote { price, size });
    let trade = (side(), amount(1), amount(1));
    prop_oneof![
        (any::<bool>(), prop::collection::vec(level, 1..40))
            .prop_map(|(snapshot, levels)| TapeBody::Depth { snapshot, levels }),
        trade.prop_map(|(aggressor, price, size)| TapeBody::Trade { aggressor, price, size }),
        (quote(), quote()).prop_map(|(bid, ask)| TapeBody::Top { bid, ask }),
    ]
}

fn messages() -> impl Strategy<Value = Vec<TapeMessage>> {
    let step = (0_i64..1_000_000_000, 0_i64..1_000_000_000, body());
    (any::<i32>(), prop::collection::vec(step, 1..60)).prop_map(|(start, steps)| {
        let (mut at_ns, mut received_ns) = (i64::from(start), 0);
        let message = |(passed, received, body)| {
            (at_ns, received_ns) = (at_ns + passed, received_ns + received);
            TapeMessage { at_ns, received_ns, body }
        };
        steps.into_iter().map(message).collect()
    })
}

fn header() -> impl Strategy<Value = TapeHeader> {
    let unit =
        prop_oneof![Just(SizeUnit::Base), amount(1).prop_map(|value| SizeUnit::QuoteContracts { value })];
    ("\\PC{1,30}", "[A-Z_-]{1,20}", unit)
        .prop_map(|(source, symbol, unit)| TapeHeader::new(&source, &symbol, unit))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_tape_gives_back_what_was_written(header in header(), messages in messages(), gaps in 0_u64..3) {
        let desk = Desk::new();
        let mut tape = TapeWriter::create(&desk.tape(), header.clone(), Existing::Refuse).unwrap();
        messages.iter().for_each(|message| tape.write(message).unwrap());
        (0..gaps).for_each(|_| tape.note_gap());
        let info = tape.finish().unwrap();
        prop_assert_eq!(&info.header, &header);
        prop_assert_eq!(info.messages, messages.len() as u64);
        prop_assert_eq!(info.gaps, gaps);
        prop_assert_eq!(TapeInfo::read(&desk.tape()).unwrap(), info);
        prop_assert_eq!(read(&desk.tape()), messages);
    }
}

/// More rows than a batch, and than a row group, in messages that lie across the borders.
#[test]
fn messages_survive_the_borders_of_batches_and_row_groups() {
    let desk = Desk::new();
    let header = TapeHeader::new("test", "BTC-PERP", SizeUnit::Base);
    let mut tape = TapeWriter::create(&desk.tape(), header, Existing::Refuse).unwrap();
    let level =
        |n: i64| TapeLevel { side: Side::Sell, price: Decimal::from(n + 1), size: Decimal::from(n % 7) };
    let message = |n: i64| {
        let body = TapeBody::Depth { snapshot: n % 2 == 0, levels: (0..n * 997).map(level).collect() };
        TapeMessage { at_ns: n, received_ns: n, body }
    };
    let messages: Vec<_> = (1..28).map(message).collect();
    messages.iter().for_each(|message| tape.write(message).unwrap());
    let info = tape.finish().unwrap();
    assert!(info.levels > 300_000);
    assert!(TapeReader::open(&desk.tape()).unwrap().map(Result::unwrap).eq(messages));
}
