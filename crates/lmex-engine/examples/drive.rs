//! scratch: profile driver
#![allow(clippy::all, missing_docs, unused)]
#[path = "../benches/mixed/mod.rs"]
mod mixed;
use lmex_engine::{Engine, Event, Stamped};
use std::hint::black_box;
#[inline(never)]
fn measured(engine: &mut Engine, commands: &[Stamped], events: &mut Vec<Event>) -> usize {
    let mut n = 0;
    for stamped in commands {
        events.clear();
        engine.apply(stamped, events);
        n += events.len();
        black_box(&events);
    }
    n
}
fn now() -> i64 {
    if std::env::var_os("VG").is_some() {
        return 0;
    }
    let t = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    t.tv_sec * 1_000_000_000 + t.tv_nsec
}
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let markets: u16 = args[1].parse().unwrap();
    let before: usize = args[2].parse().unwrap();
    let count: usize = args[3].parse().unwrap();
    let reps: usize = args[4].parse().unwrap();
    let mut venue = mixed::Venue::new(mixed::Mix { markets, ..mixed::Mix::TYPICAL });
    venue.run(before);
    let (engine, mut commands) = (venue.engine.clone(), Vec::new());
    venue.record(count, |s| commands.push(s));
    println!(
        "Event {} Order {} Stamped {}",
        size_of::<Event>(),
        size_of::<lmex_engine::Order>(),
        size_of::<Stamped>()
    );
    if std::env::var_os("AUDIT").is_some() {
        let mut e = engine.clone();
        let mut v = Vec::new();
        for (i, c) in commands.iter().enumerate() {
            v.clear();
            e.apply(c, &mut v);
            if i % 50 == 0 {
                e.audit().unwrap();
            }
        }
        println!("audited");
        return;
    }
    let mut best = f64::MAX;
    for _ in 0..reps {
        let mut engine = engine.clone();
        let mut events = Vec::with_capacity(100);
        let t = now();
        let n = measured(&mut engine, &commands, &mut events);
        let ns = (now() - t) as f64 / count as f64;
        if ns < best {
            best = ns;
        }
        println!("{ns:.0} ns/cmd, {:.2} events/cmd digest {:x}", n as f64 / count as f64, engine.digest());
    }
    println!("best {best:.0} ns");
}
