//! What can go wrong on demand.

use serde::{Deserialize, Serialize};

/// What a fault is aimed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// Requests over HTTP, and the opening of streams when a path names it.
    Requests,
    /// Messages of the streams.
    Messages,
}

/// A way of failing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "each is described by `Kind::does`, from which the documentation is made")]
pub enum Kind {
    Delay,
    Drop,
    Reset,
    Duplicate,
    Replay,
    Reorder,
    Truncate,
    Slow,
    BadGateway,
    TimeOut,
    RateLimit,
    Silence,
    Gap,
    Cross,
    Close,
    ClockOffset,
}

/// What a fault can be told beside its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// `ms`
    Ms,
    /// `per_second`
    PerSecond,
    /// `tier`
    Tier,
    /// `execution`
    Execution,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Delay,
        Self::Drop,
        Self::Reset,
        Self::Duplicate,
        Self::Replay,
        Self::Reorder,
        Self::Truncate,
        Self::Slow,
        Self::BadGateway,
        Self::TimeOut,
        Self::RateLimit,
        Self::Silence,
        Self::Gap,
        Self::Cross,
        Self::Close,
        Self::ClockOffset,
    ];

    /// Its name, as it is typed: `bad-gateway`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Delay => "delay",
            Self::Drop => "drop",
            Self::Reset => "reset",
            Self::Duplicate => "duplicate",
            Self::Replay => "replay",
            Self::Reorder => "reorder",
            Self::Truncate => "truncate",
            Self::Slow => "slow",
            Self::BadGateway => "bad-gateway",
            Self::TimeOut => "time-out",
            Self::RateLimit => "rate-limit",
            Self::Silence => "silence",
            Self::Gap => "gap",
            Self::Cross => "cross",
            Self::Close => "close",
            Self::ClockOffset => "clock-offset",
        }
    }

    /// What it does to its target, in words; `None` if it has no such target.
    pub fn does(self, target: Target) -> Option<&'static str> {
        match target {
            Target::Requests => self.does_to_requests(),
            Target::Messages => self.does_to_messages(),
        }
    }

    fn does_to_requests(self) -> Option<&'static str> {
        Some(match self {
            Self::Delay => {
                "executed, and answered `ms` later; or executed `ms` later, even if the client has gone"
            }
            Self::Drop => "executed or not, and never answered: the connection stays open for ten minutes",
            Self::Reset => "executed or not, then the connection is reset (RST)",
            Self::Duplicate => "executed twice; the first answer comes",
            Self::Replay => "passed on twice, as gateways do; the second answer comes: its nonce was used",
            Self::Reorder => "executed after the next one that matches, or after `ms` (1000)",
            Self::Truncate => "executed; half of the answer's body comes, then the end of the connection",
            Self::Slow => "executed; the answer's body comes at `per_second` bytes a second",
            Self::BadGateway => "executed or not, and answered 502 with a page of HTML",
            Self::TimeOut => "executed or not, and answered 408",
            Self::RateLimit => {
                "not executed, answered 429 with `Retry-After`; the block of the `tier` (1, 2, 3: 1 s, 5 min, 15 min) holds for key, account or address as a real one"
            }
            Self::ClockOffset => {
                "the venue's wall clock is `ms` ahead (behind if negative) for nonces, `/time` and `Retry-After`"
            }
            Self::Silence | Self::Gap | Self::Cross | Self::Close => return None,
        })
    }

    fn does_to_messages(self) -> Option<&'static str> {
        Some(match self {
            Self::Delay => "comes `ms` later, and all after it on that connection",
            Self::Drop => "is lost",
            Self::Reset => "the connection is reset (RST) in its place",
            Self::Duplicate => "comes twice",
            Self::Reorder => "comes after the next one of its topic",
            Self::Truncate => "ends in the middle: no JSON",
            Self::Slow => {
                "the connection takes `per_second` messages a second, as of a client that reads slowly: what waits beyond the bound closes it with error 1007"
            }
            Self::Silence => {
                "nothing comes, while pings are answered; with a topic, that topic alone is silent"
            }
            Self::Gap => "a delta of a book is lost, so that the next one's number does not follow",
            Self::Cross => "a book's message has a bid above every ask",
            Self::Close => "connections are closed `ms` after they were opened, again and again",
            Self::Replay | Self::BadGateway | Self::TimeOut | Self::RateLimit | Self::ClockOffset => {
                return None;
            }
        })
    }

    /// What can be said about it.
    pub fn settings(self, target: Target) -> &'static [Setting] {
        match (self, target) {
            (Self::Delay, Target::Requests) => &[Setting::Ms, Setting::Execution],
            (Self::Drop | Self::Reset | Self::BadGateway | Self::TimeOut, Target::Requests) => {
                &[Setting::Execution]
            }
            (Self::Reorder, Target::Requests) => &[Setting::Ms],
            (Self::Delay | Self::Close, Target::Messages) | (Self::ClockOffset, _) => &[Setting::Ms],
            (Self::Slow, _) => &[Setting::PerSecond],
            (Self::RateLimit, _) => &[Setting::Tier],
            _ => &[],
        }
    }

    /// What it can't do without.
    pub(super) fn needs(self) -> Option<Setting> {
        match self {
            Self::Delay | Self::Close | Self::ClockOffset => Some(Setting::Ms),
            Self::Slow => Some(Setting::PerSecond),
            _ => None,
        }
    }

    /// The target if nothing but the kind is known.
    pub(super) fn only_target(self) -> Option<Target> {
        match (self.does_to_requests(), self.does_to_messages()) {
            (Some(_), None) => Some(Target::Requests),
            (None, Some(_)) => Some(Target::Messages),
            _ => None,
        }
    }
}

impl Setting {
    /// Its name in JSON and in a line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ms => "ms",
            Self::PerSecond => "per_second",
            Self::Tier => "tier",
            Self::Execution => "execution",
        }
    }
}

impl std::str::FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.iter().map(|kind| kind.name()).collect();
            format!("use one of {}", known.join(", "))
        })
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
