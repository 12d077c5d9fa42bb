//! Who stands on whom. The table is the house plan; ARCHITECTURE.md tells why.

use crate::finding::{Finding, Rule};
use crate::house::House;
use crate::manifest::{Dependency, DependencyKind, Manifest};

static FLOOR: Rule = Rule {
    name: "floor",
    reason: "a room uses only the rooms it stands on, so that each can be read, tested and replaced alone",
};
static WORLD: Rule = Rule {
    name: "world-in-pure-crate",
    reason: "clock, sockets, files, threads and randomness enter by the edge crates only: \
             what decides must give the same answer twice",
};

/// A crate of ours: what it may use, what only its tests may use beside that, and whether it is pure.
struct Room {
    name: &'static str,
    pure: bool,
    stands_on: &'static [&'static str],
    tests_also: &'static [&'static str],
}

impl Room {
    const fn pure(name: &'static str, stands_on: &'static [&'static str]) -> Self {
        Self { name, pure: true, stands_on, tests_also: &[] }
    }

    const fn edge(name: &'static str, stands_on: &'static [&'static str]) -> Self {
        Self { name, pure: false, stands_on, tests_also: &[] }
    }

    const fn tests_use(self, tests_also: &'static [&'static str]) -> Self {
        Self { tests_also, ..self }
    }
}

const ROOMS: [Room; 13] = [
    Room::pure("lmex-types", &[]),
    Room::edge("lmex-journal", &[]),
    Room::pure("lmex-api", &["lmex-types"]),
    Room::pure("lmex-engine", &["lmex-types"]),
    Room::pure("lmex-strategy", &["lmex-types"]),
    Room::pure("lmex-backtest", &["lmex-engine", "lmex-strategy", "lmex-types"]),
    Room::edge("lmex-tape", &["lmex-types"]),
    Room::edge("lmex", &["lmex-api", "lmex-types"]),
    Room::edge("lmex-exchange", &["lmex-api", "lmex-engine", "lmex-journal", "lmex-tape", "lmex-types"])
        .tests_use(&["lmex"]),
    Room::edge("lmex-runtime", &["lmex", "lmex-backtest", "lmex-strategy", "lmex-tape", "lmex-types"]),
    Room::edge(
        "lmex-cli",
        &[
            "lmex",
            "lmex-api",
            "lmex-backtest",
            "lmex-exchange",
            "lmex-runtime",
            "lmex-strategy",
            "lmex-tape",
            "lmex-types",
        ],
    ),
    Room::edge("lmex-fuzz", &["lmex", "lmex-api", "lmex-tape", "lmex-types"]),
    Room::edge("xtask", &[]),
];

/// Libraries that bring the world in. A seeded generator (`rand_chacha`) is arithmetic and not among them.
const WORLDLY: [&str; 26] = [
    "async-std",
    "axum",
    "chrono",
    "crossbeam",
    "crossbeam-channel",
    "getrandom",
    "hyper",
    "hyper-util",
    "mio",
    "parking_lot",
    "quanta",
    "rand",
    "rayon",
    "reqwest",
    "rustix",
    "rustls",
    "smol",
    "socket2",
    "tempfile",
    "time",
    "tokio",
    "tokio-tungstenite",
    "tokio-util",
    "tower",
    "tracing-subscriber",
    "tungstenite",
];

/// Whether a crate is one of the pure ones.
pub(crate) fn is_pure(crate_name: &str) -> bool {
    room(crate_name).is_some_and(|room| room.pure)
}

pub(crate) fn check(house: &House) -> Vec<Finding> {
    house.members().iter().flat_map(check_member).collect()
}

fn check_member(member: &Manifest<'_>) -> Vec<Finding> {
    let name = member.name().unwrap_or_default();
    let Some(room) = room(name) else {
        let what = format!(
            "`{name}` has no floor: add it to the table in xtask/src/rules/floors.rs and to ARCHITECTURE.md"
        );
        return vec![Finding::new(member.path, 1, &FLOOR, what)];
    };
    member
        .dependencies()
        .iter()
        .filter_map(|each| {
            let (rule, what) = room.fault(each)?;
            Some(Finding::new(member.path, each.line, rule, what))
        })
        .collect()
}

impl Room {
    fn fault(&self, dependency: &Dependency<'_>) -> Option<(&'static Rule, String)> {
        let Dependency { name, kind, .. } = dependency;
        let for_tests = *kind == DependencyKind::Dev;
        if room(name).is_some() || name.starts_with("lmex-") {
            let allowed = self.stands_on.contains(name) || (for_tests && self.tests_also.contains(name));
            let what = || format!("{} may not use {name}: it may use {}", self.name, self.listed());
            return (!allowed).then(|| (&FLOOR, what()));
        }
        let what = || format!("{} is pure and may not depend on {name}", self.name);
        (self.pure && !for_tests && WORLDLY.contains(name)).then(|| (&WORLD, what()))
    }

    fn listed(&self) -> String {
        if self.stands_on.is_empty() { "no crate of ours".into() } else { self.stands_on.join(", ") }
    }
}

fn room(name: &str) -> Option<&'static Room> {
    ROOMS.iter().find(|room| room.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, rest: &str) -> Vec<(usize, &'static str)> {
        let text = format!("[package]\nname = \"{name}\"\n{rest}");
        let house = House::of(&[("crates/sample/Cargo.toml", &text)]);
        check(&house).iter().map(|finding| (finding.line, finding.rule.name)).collect()
    }

    #[test]
    fn a_crate_uses_only_what_it_stands_on() {
        let uses = "[dependencies]\nlmex-types.workspace = true\nlmex-engine.workspace = true\n";
        assert_eq!(found("lmex-api", uses), [(5, "floor")]);
        assert_eq!(found("lmex-exchange", uses), []);
    }

    #[test]
    fn the_exchange_may_use_the_client_in_tests_only() {
        assert_eq!(found("lmex-exchange", "[dependencies]\nlmex.workspace = true\n"), [(4, "floor")]);
        assert_eq!(found("lmex-exchange", "[dev-dependencies]\nlmex.workspace = true\n"), []);
        assert_eq!(found("lmex-engine", "[dev-dependencies]\nlmex.workspace = true\n"), [(4, "floor")]);
    }

    #[test]
    fn the_world_stays_out_of_pure_crates() {
        let uses = "[dependencies]\nserde = \"1\"\nclock = { package = \"tokio\", version = \"1\" }\n";
        assert_eq!(found("lmex-engine", uses), [(5, "world-in-pure-crate")]);
        assert_eq!(found("lmex", uses), []);
        assert_eq!(found("lmex-engine", "[dev-dependencies]\ntempfile = \"3\"\n"), []);
    }

    #[test]
    fn a_crate_without_a_floor_is_found() {
        assert_eq!(found("lmex-attic", ""), [(1, "floor")]);
    }

    #[test]
    fn nobody_stands_on_themselves_or_on_a_room_that_is_not() {
        for room in &ROOMS {
            for other in room.stands_on {
                let below = super::room(other).unwrap();
                assert!(
                    !below.stands_on.contains(&room.name),
                    "{} and {other} stand on each other",
                    room.name
                );
                assert!(
                    !room.pure || below.pure,
                    "{} is pure and stands on {other}, which is not",
                    room.name
                );
            }
        }
    }
}
