//! JSON with exact numbers: compared without a detour over binary floats, and changed for tests of leniency.

use std::fmt;

use lmex_types::Decimal;
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A decimal, written down.
pub(crate) fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// A JSON value whose numbers are exact.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Number(Decimal),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// Where two values differ. In a path every place of a list is `[*]`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Difference {
    pub(crate) path: String,
    pub(crate) recorded: String,
    pub(crate) ours: String,
}

impl Json {
    pub(crate) fn read(text: &str) -> Self {
        let raw: &RawValue = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
        Self::from_raw(raw)
    }

    fn from_raw(raw: &RawValue) -> Self {
        let text = raw.get();
        match text.as_bytes()[0] {
            b'n' => Self::Null,
            b't' => Self::Bool(true),
            b'f' => Self::Bool(false),
            b'"' => Self::Text(serde_json::from_str(text).unwrap()),
            b'[' => {
                let items: Vec<&RawValue> = serde_json::from_str(text).unwrap();
                Self::List(items.into_iter().map(Self::from_raw).collect())
            }
            b'{' => {
                let Fields(fields) = serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"));
                Self::Object(fields.into_iter().map(|(name, raw)| (name, Self::from_raw(&raw))).collect())
            }
            _ => Self::Number(number(text).unwrap_or_else(|| panic!("{text} is no number"))),
        }
    }

    pub(crate) fn field(&self, name: &str) -> Option<&Self> {
        let Self::Object(fields) = self else { return None };
        fields.iter().find(|(field, _)| field == name).map(|(_, value)| value)
    }

    /// What differs between what was recorded and what we write, whatever the order of fields.
    ///
    /// With `text_is_number`, a text that is a number equals that number: for recordings that went through a reader
    /// which turns numbers into text.
    pub(crate) fn differences(&self, ours: &Self, text_is_number: bool) -> Vec<Difference> {
        let mut found = Vec::new();
        self.compare(ours, text_is_number, "", &mut found);
        found
    }

    fn compare(&self, ours: &Self, text_is_number: bool, path: &str, found: &mut Vec<Difference>) {
        match (self, ours) {
            (Self::List(a), Self::List(b)) if a.len() == b.len() => {
                for (a, b) in a.iter().zip(b) {
                    a.compare(b, text_is_number, &format!("{path}[*]"), found);
                }
            }
            (Self::Object(a), Self::Object(b)) => {
                for (name, value) in a {
                    let path = format!("{path}.{name}");
                    match ours.field(name) {
                        Some(other) => value.compare(other, text_is_number, &path, found),
                        None => found.push(Difference::new(&path, value.to_string(), "absent")),
                    }
                }
                for (name, value) in b.iter().filter(|(name, _)| self.field(name).is_none()) {
                    found.push(Difference::new(&format!("{path}.{name}"), "absent", value.to_string()));
                }
            }
            (Self::Text(a), Self::Number(b)) if text_is_number && number(a) == Some(*b) => {}
            (a, b) if a == b => {}
            (a, b) => found.push(Difference::new(path, a.to_string(), b.to_string())),
        }
    }

    /// This value with every number written as text.
    pub(crate) fn with_numbers_as_text(&self) -> Self {
        match self {
            Self::Number(number) => Self::Text(number.to_string()),
            Self::List(items) => Self::List(items.iter().map(Self::with_numbers_as_text).collect()),
            Self::Object(fields) => Self::Object(
                fields.iter().map(|(name, value)| (name.clone(), value.with_numbers_as_text())).collect(),
            ),
            other => other.clone(),
        }
    }

    /// This value with a field nobody has heard of in every object, but not in those that are keyed by market.
    pub(crate) fn with_unknown_fields(&self) -> Self {
        match self {
            Self::List(items) => Self::List(items.iter().map(Self::with_unknown_fields).collect()),
            Self::Object(fields) => {
                let known = fields.iter().map(|(name, value)| (name.clone(), value.with_unknown_fields()));
                let unknown = ("somethingNew".to_owned(), Self::read(r#"{"deep":[1,null,"x"]}"#));
                Self::Object(known.chain((!self.is_keyed_by_market()).then_some(unknown)).collect())
            }
            other => other.clone(),
        }
    }

    /// The names of the fields of the first row, if the value has rows with names.
    pub(crate) fn row_fields(&self) -> Vec<String> {
        let Some(Self::Object(fields)) = self.row() else { return Vec::new() };
        fields.iter().map(|(name, _)| name.clone()).collect()
    }

    /// The first row with names: of a list, of the lists of an object that is keyed by market, or the object itself.
    pub(crate) fn row(&self) -> Option<&Self> {
        match self {
            Self::List(items) => items.first()?.row(),
            Self::Object(fields) if self.is_keyed_by_market() => fields.first()?.1.row(),
            Self::Object(_) => Some(self),
            _ => None,
        }
    }

    /// This value with a field of the first row replaced, or taken out.
    pub(crate) fn with_row_field(&self, name: &str, value: Option<Self>) -> Self {
        let mut copy = self.clone();
        if let Some(Self::Object(fields)) = copy.row_mut() {
            fields.retain(|(field, _)| field != name);
            fields.extend(value.map(|value| (name.to_owned(), value)));
        }
        copy
    }

    fn row_mut(&mut self) -> Option<&mut Self> {
        if self.is_keyed_by_market() {
            let Self::Object(fields) = self else { return None };
            return fields.first_mut()?.1.row_mut();
        }
        match self {
            Self::List(items) => items.first_mut()?.row_mut(),
            Self::Object(_) => Some(self),
            _ => None,
        }
    }

    fn is_keyed_by_market(&self) -> bool {
        matches!(self, Self::Object(fields) if !fields.is_empty() && fields.iter().all(|(_, value)| matches!(value, Self::List(_))))
    }
}

impl Difference {
    fn new(path: &str, recorded: impl Into<String>, ours: impl Into<String>) -> Self {
        Self { path: path.to_owned(), recorded: recorded.into(), ours: ours.into() }
    }
}

fn number(text: &str) -> Option<Decimal> {
    if text.contains(['e', 'E']) { Decimal::from_scientific(text).ok() } else { text.parse().ok() }
}

/// The fields of an object. A name that comes twice is refused, as our own reading does.
struct Fields(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;

        impl<'de> Visitor<'de> for Collect {
            type Value = Fields;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields: Vec<(String, Box<RawValue>)> = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, Box<RawValue>>()? {
                    if fields.iter().any(|(field, _)| *field == name) {
                        return Err(A::Error::custom(format!("{name} comes twice")));
                    }
                    fields.push((name, value));
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(Collect)
    }
}

impl fmt::Display for Json {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |text: &str| serde_json::to_string(text).map_err(|_| fmt::Error);
        match self {
            Self::Null => out.write_str("null"),
            Self::Bool(value) => write!(out, "{value}"),
            Self::Number(value) => write!(out, "{value}"),
            Self::Text(text) => out.write_str(&quoted(text)?),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(ToString::to_string).collect();
                write!(out, "[{}]", items.join(","))
            }
            Self::Object(fields) => {
                let write_field = |(name, value): &(String, Self)| Ok(format!("{}:{value}", quoted(name)?));
                let fields: Vec<String> = fields.iter().map(write_field).collect::<Result<_, _>>()?;
                write!(out, "{{{}}}", fields.join(","))
            }
        }
    }
}

#[test]
fn comparing_is_exact_and_blind_to_order_only() {
    let differences = |a, b| Json::read(a).differences(&Json::read(b), false).len();
    assert_eq!(differences(r#"{"a":36365,"b":[1e-05]}"#, r#"{"b":[0.00001],"a":36365.0}"#), 0);
    // Equal as binary floats.
    assert_eq!(differences("0.1", "0.1000000000000000055"), 1);
    for (recorded, ours) in [
        (r#"{"a":null}"#, "{}"),
        ("{}", r#"{"a":null}"#),
        (r#"{"a":null}"#, r#"{"a":""}"#),
        (r#"{"a":null}"#, r#"{"a":0}"#),
        (r#"{"a":1}"#, r#"{"a":"1"}"#),
        ("[1,2]", "[1,3]"),
        ("[1]", "[1,1]"),
        ("{}", "[]"),
    ] {
        assert_eq!(differences(recorded, ours), 1, "{recorded} {ours}");
    }
}

#[test]
fn text_is_a_number_only_where_that_is_said() {
    let recorded = Json::read(r#"{"price":"77203.30","name":"BTC"}"#);
    let ours = Json::read(r#"{"price":77203.3,"name":"BTC"}"#);
    assert_eq!(recorded.differences(&ours, true), []);
    assert_eq!(recorded.differences(&ours, false).len(), 1);
}
