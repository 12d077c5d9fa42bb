use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn at(millis: i64) -> TimeMs {
    TimeMs::from_millis(1_000_000 + millis)
}

/// Sends as fast as the pacer allows and returns when each request left.
fn leave(pacer: &mut Pacer, class: RateClass, limits: &Limits, count: usize) -> Vec<i64> {
    let mut now = at(0);
    let mut left = Vec::new();
    while left.len() < count {
        match pacer.decide(now, class, limits) {
            Admission::Now => left.push(now.ms_since(at(0))),
            Admission::At(then) | Admission::Blocked(then) => now = then,
        }
    }
    left
}

fn admitted(pacer: &mut Pacer, class: RateClass) -> usize {
    (0..200).filter(|_| pacer.decide(at(0), class, &Limits::default()) == Admission::Now).count()
}

#[test]
fn no_second_holds_more_than_the_limit() {
    for (class, limit) in [
        (RateClass::Query, 15),
        (RateClass::Order, 70),
        (RateClass::Close, 74),
        (RateClass::Cancel, 75),
        (RateClass::Transfer, 5),
    ] {
        let left = leave(&mut Pacer::new(), class, &Limits::default(), 400);
        for window in left.windows(limit + 1) {
            assert!(window[limit] - window[0] >= 1_020, "{class:?}: {} in under 1,020 ms", limit + 1);
        }
    }
}

#[test]
fn cancels_have_room_when_closes_have_none_and_closes_when_orders_have_none() {
    let mut pacer = Pacer::new();
    let classes = [RateClass::Order, RateClass::Close, RateClass::Order, RateClass::Cancel, RateClass::Query];
    assert_eq!(classes.map(|class| admitted(&mut pacer, class)), [70, 4, 0, 1, 15]);
}

#[test]
fn the_place_that_becomes_free_is_a_cancels_whoever_asks_first() {
    let (mut pacer, limits) = (Pacer::new(), Limits::default());
    for _ in 0..75 {
        assert_eq!(pacer.decide(at(0), RateClass::Cancel, &limits), Admission::Now);
    }
    pacer.decide(at(500), RateClass::Cancel, &limits);
    for (class, then) in [(RateClass::Cancel, 1_040), (RateClass::Close, 1_040), (RateClass::Order, 1_040)] {
        assert_eq!(pacer.decide(at(500), class, &limits), Admission::At(at(then)), "75 go at once");
    }
    // One a slot: now each place that becomes free is worth less to who may fill less.
    let (mut pacer, limits) = (Pacer::new(), Limits { reserve: 3, ..limits.orders(10) });
    for slot in 0..10 {
        assert_eq!(pacer.decide(at(20 * slot), RateClass::Cancel, &limits), Admission::Now);
    }
    for (class, then) in [(RateClass::Cancel, 1_040), (RateClass::Close, 1_060), (RateClass::Order, 1_100)] {
        assert_eq!(pacer.decide(at(500), class, &limits), Admission::At(at(then)), "{class:?}");
    }
}

#[test]
fn nothing_leaves_while_blocked() {
    let (mut pacer, limits) = (Pacer::new(), Limits::default());
    pacer.decide(at(0), RateClass::Cancel, &limits);
    pacer.block(at(300_000));
    pacer.block(at(1_000));
    for class in RateClass::ALL {
        for now in [0, 1_000, 5_000, 299_999] {
            assert_eq!(pacer.decide(at(now), class, &limits), Admission::Blocked(at(300_000)), "{class:?}");
        }
    }
    assert_eq!(pacer.decide(at(300_000), RateClass::Cancel, &limits), Admission::Now);
}

#[test]
fn scenario_28_after_a_block_comes_a_trickle_cancels_first() {
    let (mut pacer, limits) = (Pacer::new(), Limits::default());
    pacer.block(at(1_000));
    let mut left = Vec::new();
    let mut waiting = RateClass::ALL.map(|class| (class, 3));
    for now in (0..8_000).map(at) {
        // Those that are to be last ask first.
        for (class, count) in waiting.iter_mut().rev().filter(|(_, count)| *count > 0) {
            if pacer.decide(now, *class, &limits) == Admission::Now {
                *count -= 1;
                left.push((*class, now.ms_since(at(0))));
            }
        }
    }
    let classes = left.iter().map(|(class, _)| *class).collect::<Vec<_>>();
    assert!(classes[..9].is_sorted(), "cancels, closes, orders: {left:?}");
    assert_eq!((left.len(), left[0]), (15, (RateClass::Cancel, 1_000)));
    for pair in left.windows(2).filter(|pair| pair[1].1 < 4_000) {
        assert!(pair[1].1 - pair[0].1 >= 100, "two at once: {left:?}");
    }
    assert_eq!(pacer.decide(at(8_000), RateClass::Query, &limits), Admission::Now);
    assert_eq!(
        pacer.decide(at(8_000), RateClass::Query, &limits),
        Admission::Now,
        "and then all is as before"
    );
}

#[test]
fn how_long_it_trickles_is_a_setting_of_each_client() {
    for (trickle_ms, then) in [(0, None), (1_000, Some(1_400)), (3_000, Some(1_400))] {
        let (mut pacer, limits) = (Pacer::new(), Limits { trickle_ms, ..Limits::default() });
        pacer.block(at(1_000));
        assert_eq!(pacer.decide(at(1_000), RateClass::Cancel, &limits), Admission::Now);
        let expected = then.map_or(Admission::Now, |then| Admission::At(at(then + 20)));
        assert_eq!(pacer.decide(at(1_000), RateClass::Query, &limits), expected);
        let after = pacer.decide(at(2_200), RateClass::Query, &limits);
        pacer.decide(at(2_200), RateClass::Query, &limits);
        assert_eq!(after, Admission::Now);
        let again = pacer.decide(at(2_200), RateClass::Query, &limits);
        assert_eq!(again == Admission::Now, trickle_ms <= 1_000);
    }
}

#[test]
fn the_tutorials_limit_can_be_set() {
    let left = leave(&mut Pacer::new(), RateClass::Cancel, &Limits::default().orders(10), 30);
    assert!(left[10] >= 1_000 && left[20] >= 2_000);
}

#[test]
fn a_limit_beyond_all_measure_is_none() {
    let limits = Limits::default().orders(u32::MAX).queries(u32::MAX);
    let left = leave(&mut Pacer::new(), RateClass::Order, &limits, 200_000);
    assert_eq!(left.last(), Some(&0));
}

#[test]
fn a_clock_set_back_neither_stops_the_client_nor_lets_it_flood() {
    let (mut pacer, limits) = (Pacer::new(), Limits::default().queries(1));
    assert_eq!(pacer.decide(at(3_600_000), RateClass::Query, &limits), Admission::Now);
    assert!(pacer.is_ahead_of(at(0)));
    assert_eq!(pacer.decide(at(0), RateClass::Query, &limits), Admission::At(at(1_040)));
    // Clocks of processes differ by a millisecond: time stands still rather than run back and forth.
    for now in [1_039, 1_040, 1_039] {
        pacer.decide(at(now), RateClass::Transfer, &limits);
    }
    assert_eq!(pacer.decide(at(1_039), RateClass::Query, &limits), Admission::Now);
    assert_eq!(pacer.decide(at(1_039), RateClass::Query, &limits), Admission::At(at(2_080)));
}

#[test]
fn a_block_by_a_wrong_clock_lasts_as_long_as_the_longest_block() {
    let (mut pacer, limits) = (Pacer::new(), Limits::default());
    pacer.block(TimeMs::from_millis(i64::MAX));
    let end = at(900_000);
    for now in [0, 1_000, 899_999] {
        assert_eq!(pacer.decide(at(now), RateClass::Cancel, &limits), Admission::Blocked(end));
    }
    assert_eq!(pacer.decide(end, RateClass::Cancel, &limits), Admission::Now);
}

#[test]
fn what_another_has_counted_is_taken_over_once() {
    let limits = Limits::default().queries(4);
    let [mut shared, mut own] = [Pacer::new(), Pacer::new()];
    for pacer in [&mut shared, &mut own] {
        pacer.count(at(0), RateClass::Query);
        pacer.count(at(0), RateClass::Query);
    }
    own.count(at(100), RateClass::Query);
    own.block(at(200));
    for _ in 0..3 {
        shared.merge(&own, at(100));
    }
    assert_eq!(shared.decide(at(100), RateClass::Query, &limits), Admission::Blocked(at(200)));
    shared.blocked_until = None;
    assert_eq!(shared.decide(at(100), RateClass::Query, &limits), Admission::Now, "three were counted");
    assert_eq!(shared.decide(at(100), RateClass::Query, &limits), Admission::At(at(1_040)));
}

#[test]
fn the_layout_is_fixed() {
    let mut pacer = Pacer::new();
    pacer.count(TimeMs::from_millis(20 * 258), RateClass::Order);
    pacer.count(TimeMs::from_millis(20 * 259), RateClass::Transfer);
    pacer.block(TimeMs::from_millis(20 * 260));
    let bytes = pacer.to_bytes();
    let set = bytes.iter().enumerate().filter(|(_, byte)| **byte != 0).map(|(at, byte)| (at, *byte));
    let expected = [(0, 3), (1, 1), (8, 0x50), (9, 0x14), (18, 1), (16 + 2 * 104, 1)];
    assert_eq!((Pacer::BYTES, set.collect::<Vec<_>>()), (328, expected.to_vec()));
}

/// One of several processes that ask for their turn.
#[derive(Debug, Clone)]
struct Step {
    after_ms: i64,
    class: RateClass,
    process: usize,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let class = (0..RateClass::ALL.len()).prop_map(|class| RateClass::ALL[class]);
    let step = (0_i64..30, class, 0_usize..3);
    vec(step.prop_map(|(after_ms, class, process)| Step { after_ms, class, process }), 1..600)
}

proptest! {
    #[test]
    fn waiting_as_told_is_always_enough(steps in vec(0_i64..400, 1..200), limit in 1_u32..20) {
        let (mut pacer, limits) = (Pacer::new(), Limits::default().queries(limit));
        let mut now = at(0);
        for step in steps {
            now = now.plus_ms(step);
            if let Admission::At(then) = pacer.decide(now, RateClass::Query, &limits) {
                prop_assert!(then > now && then.ms_since(now) <= 1_040);
                prop_assert_eq!(pacer.decide(then.plus_ms(-1), RateClass::Query, &limits), Admission::At(then));
                prop_assert_eq!(pacer.decide(then, RateClass::Query, &limits), Admission::Now);
                now = then;
            }
        }
    }

    /// Each has limits of its own, and all keep the highest of them together. State goes through its bytes.
    #[test]
    fn scenario_29_no_window_over_all_processes_holds_more_than_the_limit(steps in steps(), limit in 2_u32..20) {
        let limits = [limit, limit, limit / 2].map(|orders| Limits::default().orders(orders).queries(orders));
        let (mut now, mut left) = (at(0), Vec::new());
        let mut shared = Pacer::new().to_bytes();
        for Step { after_ms, class, process } in steps {
            now = now.plus_ms(after_ms);
            let mut pacer = Pacer::from_bytes(&shared);
            if pacer.decide(now, class, &limits[process]) == Admission::Now {
                left.push((now, class));
            }
            shared = pacer.to_bytes();
        }
        for class in [RateClass::Order, RateClass::Query, RateClass::Transfer] {
            let most = if class == RateClass::Transfer { 5 } else { limit as usize };
            let times: Vec<_> =
                left.iter().filter(|(_, other)| other.shares_budget(class)).map(|(time, _)| *time).collect();
            for window in times.windows(most + 1) {
                prop_assert!(window[most].ms_since(window[0]) >= 1_020, "{:?}: {:?}", class, window);
            }
        }
    }

    #[test]
    fn any_bytes_are_a_state_that_soon_lets_requests_through(
        bytes in vec(any::<u8>(), Pacer::BYTES), now in any::<i64>(), class in 0_usize..5
    ) {
        let bytes: [u8; Pacer::BYTES] = bytes.try_into().unwrap();
        let mut pacer = Pacer::from_bytes(&bytes);
        prop_assert_eq!(pacer.to_bytes(), bytes);
        let now = now.clamp(-1_i64 << 62, 1 << 62);
        let (begin, mut now) = (TimeMs::from_millis(now), TimeMs::from_millis(now));
        for _ in 0..10 {
            match pacer.decide(now, RateClass::ALL[class], &Limits::default()) {
                Admission::Now => return Ok(()),
                Admission::At(then) | Admission::Blocked(then) => now = then,
            }
            prop_assert!(now.ms_since(begin) <= LONGEST_BLOCK_MS + 10_000, "{:?}", now);
        }
        prop_assert!(false, "it never came through");
    }
}
