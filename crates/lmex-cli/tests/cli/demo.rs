//! `lmex demo`: the whole walk, for people and for programs.

use std::time::{Duration, Instant};

use crate::support::Place;

const STEPS: [&str; 11] = [
    "Price",
    "Closes",
    "Spread",
    "Limit order, post-only",
    "Market order",
    "Fill",
    "Position",
    "Live stream",
    "Cancel",
    "Close",
    "Rate limit",
];

#[test]
fn people_see_eleven_steps_each_with_the_command_to_repeat_it() {
    let place = Place::new();
    let start = Instant::now();
    let out = place.lmex("demo").ok().out;
    assert!(start.elapsed() < Duration::from_secs(40), "{:?}", start.elapsed());
    for (at, title) in STEPS.iter().enumerate() {
        assert!(out.contains(&format!("{:>2}. {title}: ", at + 1)), "step {title}\n{out}");
    }
    assert_eq!(out.matches("\n    $ lmex ").count(), 10, "the last needs no command\n{out}");
    assert!(out.contains("Prices: simulated, seed 7. Play money"), "{out}");
    assert!(out.contains("All 11 steps did what they say"), "{out}");
    assert_eq!(std::fs::read_dir(place.state()).unwrap().count(), 0, "it leaves nothing behind");
}

#[test]
fn programs_get_a_line_for_each_step() {
    let place = Place::new();
    let ran = place.lmex("demo --json").ok();
    assert!(
        ran.err.starts_with("local http://127.0.0.1:") && ran.err.contains("(simulated, seed 7)"),
        "{}",
        ran.err
    );
    let steps = ran.json_lines();
    let titles: Vec<_> = steps.iter().map(|step| step["title"].as_str().unwrap()).collect();
    assert_eq!(titles, STEPS);
    assert!(steps.iter().zip(1..).all(|(step, number)| step["step"] == number));
    let (columns, rows) = place.lmex("demo --csv").csv();
    assert_eq!((columns.join(",").as_str(), rows.len()), ("step,title,result,command", 11));
}
