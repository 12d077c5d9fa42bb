//! Which faults are in place, and which of them hits.

use std::sync::{Arc, Weak};

use serde::Serialize;
use tokio::sync::Notify;

use super::kind::{Kind, Target};
use super::pattern::{fits, spellings};
use super::spec::{Execution, FaultError, FaultSpec};
use crate::crowd::Chance;

/// Most faults in place at once.
const MOST: usize = 100;
/// How long a request is held back for another to overtake it, unless the fault says so, in milliseconds.
const OVERTAKE_MS: u64 = 1_000;
/// Apart from the streams of the seed that the market is drawn from.
const FIRST_STREAM: u64 = 1 << 40;

/// What there is to know of what might be hit.
#[derive(Debug, Clone, Copy)]
pub(super) enum Facts<'a> {
    /// A request that has come.
    Request { method: &'a str, path: &'a str },
    /// A message that is to go out. One without a topic, such as an acknowledgement, is slowed down at most.
    Message { path: &'a str, topic: Option<&'a str>, is_delta: bool },
    /// A stream that is due to be closed.
    Connection { path: &'a str },
}

/// Who sent a request, or is logged in to a stream. The key is what is claimed: nothing is believed for it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caller<'a> {
    pub(super) key: Option<&'a str>,
    pub(super) account: Option<&'a str>,
}

/// What is to go wrong.
#[derive(Debug, Clone)]
pub(super) struct Decision {
    pub(super) kind: Kind,
    pub(super) ms: u64,
    pub(super) per_second: u32,
    pub(super) tier: u8,
    pub(super) execution: Execution,
    pub(super) order: Order,
}

/// The part of a request in a change of order.
#[derive(Debug, Clone)]
pub(super) enum Order {
    /// It goes on once it is overtaken.
    Held(Arc<Notify>),
    /// It overtakes; the other one goes on afterwards.
    Overtakes(Arc<Notify>),
}

/// A fault that is in place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FaultStatus {
    /// Its number.
    pub id: u64,
    /// How many times it has hit.
    pub hits: u64,
    /// How many times it still will; `None` without an end.
    pub left: Option<u64>,
    /// What was asked for.
    #[serde(flatten)]
    pub spec: FaultSpec,
}

/// The faults in place, in the order in which they were put there.
#[derive(Debug)]
pub(super) struct Register {
    seed: u64,
    next_id: u64,
    faults: Vec<Fault>,
}

#[derive(Debug)]
struct Fault {
    id: u64,
    spec: FaultSpec,
    chance: Chance,
    /// What matched, hit or not.
    matched: u64,
    hits: u64,
    /// The request that waits to be overtaken, as long as it does.
    held: Weak<Notify>,
}

impl Register {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, next_id: 1, faults: Vec::new() }
    }

    /// Puts one in place, if it can be.
    pub(super) fn add(&mut self, spec: FaultSpec) -> Result<FaultStatus, FaultError> {
        spec.check()?;
        if self.faults.len() >= MOST {
            return Err(FaultError::Full(MOST));
        }
        let id = self.next_id;
        self.next_id += 1;
        let chance = Chance::new(self.seed, FIRST_STREAM + id);
        let fault = Fault { id, spec, chance, matched: 0, hits: 0, held: Weak::new() };
        let status = fault.status();
        self.faults.push(fault);
        Ok(status)
    }

    /// What goes wrong with this, if anything: the first fault that matches and is due hits, and only that one.
    pub(super) fn decide(&mut self, facts: &Facts<'_>, caller: Caller<'_>) -> Option<Decision> {
        let mut decision = None;
        for fault in &mut self.faults {
            if fault.spec.kind == Kind::ClockOffset {
                // One clock, off for everybody: counted, and in nobody's way.
                fault.hits += u64::from(matches!(facts, Facts::Request { .. }));
            } else if decision.is_none() && fault.is_about(facts, caller) {
                decision = fault.strike();
            }
        }
        decision
    }

    /// The shortest time after which connections such as this are closed, in milliseconds.
    pub(super) fn closes_after(&self, facts: &Facts<'_>, caller: Caller<'_>) -> Option<u64> {
        let about = self.faults.iter().filter(|fault| !fault.is_used_up() && fault.is_about(facts, caller));
        about.map(Fault::ms).min()
    }

    pub(super) fn clock_offset_ms(&self) -> i64 {
        let offsets = self.faults.iter().filter(|fault| fault.spec.kind == Kind::ClockOffset);
        offsets.filter_map(|fault| fault.spec.ms).fold(0, i64::saturating_add)
    }

    pub(super) fn len(&self) -> usize {
        self.faults.len()
    }

    pub(super) fn list(&self) -> Vec<FaultStatus> {
        self.faults.iter().map(Fault::status).collect()
    }

    pub(super) fn remove(&mut self, id: u64) -> Option<FaultStatus> {
        let at = self.faults.iter().position(|fault| fault.id == id)?;
        Some(self.faults.remove(at).status())
    }

    pub(super) fn clear(&mut self) -> Vec<FaultStatus> {
        self.faults.drain(..).map(|fault| fault.status()).collect()
    }
}

impl Fault {
    fn is_about(&self, facts: &Facts<'_>, caller: Caller<'_>) -> bool {
        let spec = &self.spec;
        let is_equal = |wanted: &Option<String>, is: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| is == Some(wanted))
        };
        let is_near = |path: &str| {
            let wanted = spec.path.as_deref();
            wanted.is_none_or(|wanted| spellings(path).any(|path| fits(wanted, path)))
        };
        if !is_equal(&spec.key, caller.key) || !is_equal(&spec.account, caller.account) {
            return false;
        }
        match *facts {
            Facts::Request { method, path } => {
                // A stream is opened by a request too, but only who names its path means that.
                let is_meant = spec.path.is_some() || !path.starts_with("/ws/");
                spec.target() == Target::Requests
                    && is_meant
                    && is_near(path)
                    && spec.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            }
            Facts::Message { path, topic, is_delta } => {
                let is_kind = match spec.kind {
                    Kind::Close => false,
                    Kind::Slow => true,
                    Kind::Gap => is_delta,
                    Kind::Cross => topic.is_some_and(|topic| topic.starts_with("update:")),
                    _ => topic.is_some(),
                };
                let wanted = spec.topic.as_deref();
                spec.target() == Target::Messages
                    && is_kind
                    && is_near(path)
                    && wanted.is_none_or(|wanted| fits(wanted, topic.unwrap_or_default()))
            }
            Facts::Connection { path } => spec.kind == Kind::Close && is_near(path),
        }
    }

    /// Something matches: whether this is one of those that are hit.
    fn strike(&mut self) -> Option<Decision> {
        if self.is_used_up() {
            return None;
        }
        self.matched += 1;
        let is_nth = self.spec.every.is_none_or(|every| self.matched.is_multiple_of(every));
        let is_drawn = self.spec.percent.is_none_or(|percent| self.chance.below(100) < i64::from(percent));
        let overtakes = self.held.upgrade().filter(|_| self.spec.target() == Target::Requests);
        if let Some(held) = overtakes {
            self.held = Weak::new();
            return Some(self.decision(Order::Overtakes(held)));
        }
        if !(is_nth && is_drawn) {
            return None;
        }
        self.hits += 1;
        let held = Arc::new(Notify::new());
        if self.spec.kind == Kind::Reorder {
            self.held = Arc::downgrade(&held);
        }
        Some(self.decision(Order::Held(held)))
    }

    fn decision(&self, order: Order) -> Decision {
        Decision {
            kind: self.spec.kind,
            ms: self.ms(),
            per_second: self.spec.per_second.unwrap_or(1),
            tier: self.spec.tier.unwrap_or(1),
            execution: self.spec.execution.unwrap_or_default(),
            order,
        }
    }

    fn ms(&self) -> u64 {
        self.spec.ms.and_then(|ms| u64::try_from(ms).ok()).unwrap_or(OVERTAKE_MS)
    }

    fn is_used_up(&self) -> bool {
        self.spec.times.is_some_and(|times| self.hits >= times) && self.held.strong_count() == 0
    }

    fn status(&self) -> FaultStatus {
        let left = self.spec.times.map(|times| times.saturating_sub(self.hits));
        FaultStatus { id: self.id, hits: self.hits, left, spec: self.spec.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOBODY: Caller<'_> = Caller { key: None, account: None };
    const ORDER: Facts<'_> = Facts::Request { method: "POST", path: "/futures/api/v2.3/order" };

    fn register(lines: &[&str]) -> Register {
        let mut register = Register::new(7);
        for line in lines {
            register.add(FaultSpec::parse(line).unwrap()).unwrap();
        }
        register
    }

    fn hits(register: &mut Register, facts: &Facts<'_>, times: usize) -> Vec<Option<Kind>> {
        (0..times).map(|_| register.decide(facts, NOBODY).map(|decision| decision.kind)).collect()
    }

    #[test]
    fn times_every_and_percent_say_how_often() {
        let often = |line| {
            let hits = hits(&mut register(&[line]), &ORDER, 12);
            hits.into_iter().map(|hit| if hit.is_some() { 'x' } else { '.' }).collect::<String>()
        };
        assert_eq!(often("drop"), "xxxxxxxxxxxx");
        assert_eq!(often("drop,times=2"), "xx..........");
        assert_eq!(often("drop,every=3"), "..x..x..x..x");
        assert_eq!(often("drop,every=3,times=2"), "..x..x......");
        assert_eq!(often("drop,percent=50"), often("drop,percent=50"), "the same seed, the same faults");
        let drawn = often("drop,percent=50").matches('x').count();
        assert!((2..11).contains(&drawn), "{drawn}");
    }

    #[test]
    fn seeds_and_numbers_draw_apart() {
        let draw = |seed: u64, skip: u64| {
            let mut register = Register { seed, next_id: 1 + skip, faults: Vec::new() };
            register.add(FaultSpec::parse("drop,percent=50").unwrap()).unwrap();
            hits(&mut register, &ORDER, 40)
        };
        assert_eq!(draw(1, 0), draw(1, 0));
        assert_ne!(draw(1, 0), draw(2, 0));
        assert_ne!(draw(1, 0), draw(1, 1));
    }

    #[test]
    fn the_first_that_is_due_hits_alone_and_is_counted() {
        let mut register = register(&["delay,ms=5,times=1", "bad-gateway,method=post", "drop,path=/user/*"]);
        assert_eq!(
            hits(&mut register, &ORDER, 3),
            [Some(Kind::Delay), Some(Kind::BadGateway), Some(Kind::BadGateway)]
        );
        let counted: Vec<_> = register.list().iter().map(|fault| (fault.hits, fault.left)).collect();
        assert_eq!(counted, [(1, Some(0)), (2, None), (0, None)]);
        let wallet = Facts::Request { method: "GET", path: "/futures/api/v2.3/user/wallet" };
        assert_eq!(hits(&mut register, &wallet, 1), [Some(Kind::Drop)]);
        assert_eq!(register.remove(3).map(|fault| fault.hits), Some(1));
        assert_eq!(hits(&mut register, &wallet, 1), [None]);
        assert_eq!(register.clear().len(), 2);
    }

    #[test]
    fn who_sends_it_counts() {
        let mut register = register(&["drop,account=demo", "reset,key=k2"]);
        let mut of = |key, account| register.decide(&ORDER, Caller { key, account }).map(|hit| hit.kind);
        assert_eq!(of(None, None), None);
        assert_eq!(of(Some("k1"), Some("demo")), Some(Kind::Drop));
        assert_eq!(of(Some("k2"), Some("other")), Some(Kind::Reset));
        assert_eq!(of(Some("k3"), Some("other")), None);
    }

    #[test]
    fn each_kind_finds_its_messages() {
        let message = |topic, is_delta| Facts::Message { path: "/ws/oss/futures", topic, is_delta };
        let one = |line, facts: Facts<'_>| hits(&mut register(&[line]), &facts, 1)[0].is_some();
        assert!(one("silence", message(Some("update:BTC-PERP_0"), true)));
        assert!(!one("silence", message(None, false)), "acknowledgements and pongs come");
        assert!(one("slow,topic=*,per_second=1", message(None, false)), "a slow client is slow for all");
        assert!(one("gap", message(Some("update:BTC-PERP_0"), true)));
        assert!(!one("gap", message(Some("update:BTC-PERP_0"), false)), "a snapshot has no number before it");
        assert!(!one("cross", message(Some("tradeHistoryApi"), false)));
        assert!(!one("drop,topic=fillsV2", message(Some("update:BTC-PERP_0"), true)));
        assert!(one("drop,topic=update:*,path=/ws/oss/futures", message(Some("update:BTC-PERP_0"), true)));
        assert!(!one("drop,topic=update:*,path=/ws/futures", message(Some("update:BTC-PERP_0"), true)));
        assert!(
            !one("drop", message(Some("update:BTC-PERP_0"), true)),
            "without a topic it is about requests"
        );
        assert!(!one("drop", Facts::Request { method: "GET", path: "/ws/futures" }));
        assert!(one("drop,path=/ws/*", Facts::Request { method: "GET", path: "/ws/futures" }));
    }

    #[test]
    fn one_request_is_held_and_the_next_overtakes_it() {
        let mut register = register(&["reorder,times=1"]);
        let first = register.decide(&ORDER, NOBODY).unwrap();
        let Order::Held(held) = first.order else { panic!("the first one waits") };
        let second = register.decide(&ORDER, NOBODY).unwrap();
        assert!(matches!(second.order, Order::Overtakes(ref other) if Arc::ptr_eq(other, &held)));
        assert!(register.decide(&ORDER, NOBODY).is_none(), "once");
        let mut register = self::register(&["reorder,times=2"]);
        drop(register.decide(&ORDER, NOBODY));
        let next = register.decide(&ORDER, NOBODY).unwrap();
        assert!(matches!(next.order, Order::Held(_)), "one that has gone on can't be overtaken");
    }

    #[test]
    fn the_clock_is_off_by_all_of_them_and_in_nobodys_way() {
        let mut register = register(&["clock-offset,ms=5000", "drop", "clock-offset,ms=-2000"]);
        assert_eq!(register.clock_offset_ms(), 3_000);
        assert_eq!(hits(&mut register, &ORDER, 1), [Some(Kind::Drop)]);
        assert_eq!(register.list().iter().map(|fault| fault.hits).collect::<Vec<_>>(), [1, 1, 1]);
    }

    #[test]
    fn there_is_an_end_to_them() {
        let mut register = Register::new(1);
        let added = (0..200).map_while(|_| register.add(FaultSpec::new(Kind::Drop)).ok()).count();
        assert_eq!(added, MOST);
        let full = register.add(FaultSpec::new(Kind::Drop)).unwrap_err();
        assert_eq!(full.to_string(), "100 faults are in place already: remove some first");
    }
}
