//! A fault as it is asked for: in JSON, in one line, or by a program.

use serde::{Deserialize, Serialize};

use super::kind::{Kind, Setting, Target};

/// Longest text of a filter.
const LONGEST: usize = 200;
/// Longest time, in milliseconds: ten minutes.
const LONGEST_MS: i64 = 600_000;
/// Furthest that the clock can be off, in milliseconds: a day.
const FURTHEST_MS: i64 = 86_400_000;

/// A fault as it is asked for.
///
/// In JSON only the members that are given: `{"kind":"delay","path":"/order","ms":500,"times":3}`. In one line the
/// same: `delay,path=/order,ms=500,times=3`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultSpec {
    /// What goes wrong.
    pub kind: Kind,
    /// Requests with this method only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Requests of this path only; `*` stands for anything. `/order`, `/api/v2.3/order` and
    /// `/futures/api/v2.3/order` are the same. For messages: streams of this path only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Messages of this topic only; `*` stands for anything. Faults of both targets are aimed at messages by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// What is sent with this API key only; on streams, what is sent to who has logged in with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The same for all keys of an account, by its username.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<i64>,
    /// Bytes of an answer, or messages of a stream, a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_second: Option<u32>,
    /// Which block follows: 1 (the default), 2 or 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<u8>,
    /// Whether the fault comes before the request is executed, which then is not (but for a delay), or after (the
    /// default).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution: Option<Execution>,
    /// It happens so many times, then no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// It happens to every so many-th that matches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<u64>,
    /// It happens to so many of a hundred that match, by the seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u8>,
}

/// Before or after a request is executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Execution {
    /// It is not executed.
    Before,
    /// It is executed.
    #[default]
    After,
}

/// A fault that can't be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// A member that the kind does not read.
    #[error("{field} is not read by {kind} of {target}: leave it out")]
    Unread {
        /// The member.
        field: &'static str,
        /// The kind.
        kind: Kind,
        /// What it is aimed at.
        target: &'static str,
    },
    /// A member that the kind needs.
    #[error("{field} is missing: {kind} needs it")]
    Missing {
        /// The member.
        field: &'static str,
        /// The kind.
        kind: Kind,
    },
    /// A value out of range.
    #[error("{field} {given} is out of range: give {range}")]
    Range {
        /// The member.
        field: &'static str,
        /// What was given.
        given: String,
        /// What can be given.
        range: String,
    },
    /// A kind that does nothing to messages, with a topic.
    #[error("topic can't be given: {0} is about requests")]
    NotOfMessages(Kind),
    /// Not a fault in one line.
    #[error("{0:?} is no fault: write a kind and its members, such as delay,path=/order,ms=500,times=3")]
    Line(String),
    /// A member that can't be read.
    #[error("{field} {given:?} can't be read: {expected}")]
    Member {
        /// The member.
        field: String,
        /// What was given.
        given: String,
        /// What can be given.
        expected: String,
    },
    /// Aimed at what is not here.
    #[error("{field} {given:?} would never hit: {why}")]
    Nowhere {
        /// The member.
        field: &'static str,
        /// What was given.
        given: String,
        /// What is not here, and what is.
        why: String,
    },
    /// An account that is not here.
    #[error("account {0:?} is not here: use one of {1}")]
    Account(String, String),
    /// More than are kept.
    #[error("{0} faults are in place already: remove some first")]
    Full(usize),
}

impl FaultSpec {
    /// Every request or message, every time.
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            method: None,
            path: None,
            topic: None,
            key: None,
            account: None,
            ms: None,
            per_second: None,
            tier: None,
            execution: None,
            times: None,
            every: None,
            percent: None,
        }
    }

    /// Reads one line: `delay,path=/order,ms=500,times=3`.
    pub fn parse(line: &str) -> Result<Self, FaultError> {
        let mut words = line.split(',').map(str::trim);
        let kind = words.next().unwrap_or_default();
        let kind = kind.parse().map_err(|expected| unreadable("kind", kind, expected))?;
        let mut spec = Self::new(kind);
        for word in words {
            let (field, value) = word.split_once('=').ok_or_else(|| FaultError::Line(cut(line)))?;
            spec.set(field.trim(), value.trim())?;
        }
        Ok(spec)
    }

    fn set(&mut self, field: &str, value: &str) -> Result<(), FaultError> {
        let text = || Some(value.to_owned());
        match field {
            "method" => self.method = text(),
            "path" => self.path = text(),
            "topic" => self.topic = text(),
            "key" => self.key = text(),
            "account" => self.account = text(),
            "ms" => self.ms = Some(whole(field, value)?),
            "per_second" => self.per_second = Some(whole(field, value)?),
            "tier" => self.tier = Some(whole(field, value)?),
            "times" => self.times = Some(whole(field, value)?),
            "every" => self.every = Some(whole(field, value)?),
            "percent" => self.percent = Some(whole(field, value)?),
            "execution" => {
                self.execution = Some(match value {
                    "before" => Execution::Before,
                    "after" => Execution::After,
                    _ => return Err(unreadable(field, value, "use before or after".to_owned())),
                });
            }
            _ => {
                let known = "use method, path, topic, key, account, ms, per_second, tier, execution, times, every or percent";
                return Err(unreadable("member", field, known.to_owned()));
            }
        }
        Ok(())
    }

    /// What it is aimed at: messages if it names a topic or its kind knows nothing else.
    pub fn target(&self) -> Target {
        let by_topic = if self.topic.is_some() { Target::Messages } else { Target::Requests };
        self.kind.only_target().unwrap_or(by_topic)
    }

    /// Whether it can be.
    pub(super) fn check(&self) -> Result<(), FaultError> {
        let (kind, target) = (self.kind, self.target());
        if self.topic.is_some() && target == Target::Requests {
            return Err(FaultError::NotOfMessages(kind));
        }
        let given = [
            (Setting::Ms, self.ms.is_some()),
            (Setting::PerSecond, self.per_second.is_some()),
            (Setting::Tier, self.tier.is_some()),
            (Setting::Execution, self.execution.is_some()),
        ];
        for (setting, is_given) in given {
            if is_given && !kind.settings(target).contains(&setting) {
                return Err(self.unread(setting.name()));
            }
            if !is_given && kind.needs() == Some(setting) {
                return Err(FaultError::Missing { field: setting.name(), kind });
            }
        }
        self.check_filters()?;
        self.check_ranges()
    }

    fn check_filters(&self) -> Result<(), FaultError> {
        if self.target() == Target::Messages && self.method.is_some() {
            return Err(self.unread("method"));
        }
        if self.kind == Kind::ClockOffset {
            // There is one clock, and it is off for everybody.
            let all = [
                ("method", self.method.is_some()),
                ("path", self.path.is_some()),
                ("key", self.key.is_some()),
                ("account", self.account.is_some()),
                ("times", self.times.is_some()),
                ("every", self.every.is_some()),
                ("percent", self.percent.is_some()),
            ];
            if let Some((field, _)) = all.into_iter().find(|(_, is_given)| *is_given) {
                return Err(self.unread(field));
            }
        }
        let texts = [
            ("method", &self.method),
            ("path", &self.path),
            ("topic", &self.topic),
            ("key", &self.key),
            ("account", &self.account),
        ];
        for (field, text) in texts {
            let length = text.as_ref().map_or(1, String::len) as u64;
            range(field, Some(length), 1, LONGEST as u64).map_err(|_| FaultError::Range {
                field,
                given: format!("of {length} characters"),
                range: format!("1 to {LONGEST} characters"),
            })?;
        }
        Ok(())
    }

    fn check_ranges(&self) -> Result<(), FaultError> {
        match self.kind {
            Kind::ClockOffset => range("ms", self.ms, -FURTHEST_MS, FURTHEST_MS)?,
            _ => range("ms", self.ms, 1, LONGEST_MS)?,
        }
        range("per_second", self.per_second, 1, 1_000_000_000)?;
        range("tier", self.tier, 1, 3)?;
        range("times", self.times, 1, u64::MAX)?;
        range("every", self.every, 1, u64::MAX)?;
        range("percent", self.percent, 1, 100)
    }

    fn unread(&self, field: &'static str) -> FaultError {
        let target = match self.target() {
            Target::Requests => "requests",
            Target::Messages => "messages",
        };
        FaultError::Unread { field, kind: self.kind, target }
    }
}

fn range<T: Copy + PartialOrd + std::fmt::Display>(
    field: &'static str,
    given: Option<T>,
    least: T,
    most: T,
) -> Result<(), FaultError> {
    match given {
        Some(given) if given < least || given > most => {
            Err(FaultError::Range { field, given: given.to_string(), range: format!("{least} to {most}") })
        }
        _ => Ok(()),
    }
}

fn whole<T: std::str::FromStr>(field: &str, value: &str) -> Result<T, FaultError> {
    value.parse().map_err(|_| unreadable(field, value, "give a whole number".to_owned()))
}

fn unreadable(field: &str, given: &str, expected: String) -> FaultError {
    FaultError::Member { field: cut(field), given: cut(given), expected }
}

pub(super) fn cut(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_and_json_say_the_same() {
        let line = "delay, path=/order, method=POST, ms=500, times=3, execution=before, percent=50";
        let json = r#"{"kind":"delay","method":"POST","path":"/order","ms":500,"execution":"before","times":3,"percent":50}"#;
        let spec = FaultSpec::parse(line).unwrap();
        assert_eq!(serde_json::to_string(&spec).unwrap(), json);
        assert_eq!(serde_json::from_str::<FaultSpec>(json).unwrap(), spec);
        assert_eq!(spec.check(), Ok(()));
        assert!(serde_json::from_str::<FaultSpec>(r#"{"kind":"delay","colour":"red"}"#).is_err());
    }

    #[test]
    fn what_can_not_be_is_named_with_what_can() {
        for (line, said) in [
            ("delay", "ms is missing: delay needs it"),
            ("delay,ms=0", "ms 0 is out of range: give 1 to 600000"),
            ("drop,ms=5", "ms is not read by drop of requests: leave it out"),
            ("drop,topic=*,execution=before", "execution is not read by drop of messages"),
            ("bad-gateway,topic=*", "topic can't be given: bad-gateway is about requests"),
            ("rate-limit,tier=4", "tier 4 is out of range: give 1 to 3"),
            ("slow", "per_second is missing"),
            ("gap,method=GET", "method is not read by gap of messages"),
            ("clock-offset,ms=5,path=/order", "path is not read by clock-offset"),
            ("clock-offset,ms=-86400001", "out of range: give -86400000 to 86400000"),
            ("drop,percent=101", "percent 101 is out of range"),
            ("drop,times=0", "times 0 is out of range"),
            ("drop,path=", "path of 0 characters is out of range: give 1 to 200 characters"),
        ] {
            let refused = FaultSpec::parse(line).unwrap().check().unwrap_err().to_string();
            assert!(refused.contains(said), "{line}: {refused}");
        }
        for (line, said) in [
            ("", "kind \"\" can't be read: use one of delay, drop"),
            ("delay,ms", "is no fault: write a kind and its members"),
            ("delay,ms=soon", "ms \"soon\" can't be read: give a whole number"),
            ("delay,colour=red", "member \"colour\" can't be read: use method, path"),
            ("drop,execution=never", "use before or after"),
        ] {
            let refused = FaultSpec::parse(line).unwrap_err().to_string();
            assert!(refused.contains(said), "{line}: {refused}");
        }
    }

    #[test]
    fn a_topic_aims_at_messages() {
        assert_eq!(FaultSpec::parse("drop").unwrap().target(), Target::Requests);
        assert_eq!(FaultSpec::parse("drop,topic=*").unwrap().target(), Target::Messages);
        assert_eq!(FaultSpec::parse("silence").unwrap().target(), Target::Messages);
    }
}
