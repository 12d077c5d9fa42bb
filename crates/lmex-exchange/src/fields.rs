//! Reads the fields of a query or a JSON body strictly: what is missing, of the wrong kind or unknown is refused by
//! name, as the venue would refuse it.

mod raw;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use lmex_api::wire::decimal;
use lmex_types::{ClientOrderId, Decimal, OrderId, TimeMs};
use serde_json::value::RawValue;

use crate::error_body::Refused;

/// Moments that can't be meant in milliseconds: they would lie before 1973.
const SECONDS: std::ops::Range<i64> = 1..100_000_000_000;

/// Fields that a request may have, at most of them all: room for them is made once.
const USUALLY_KNOWN: usize = 32;
/// Fields that are taken from anybody: no request of the venue has near as many.
const MOST: usize = 100;

/// The fields of one request, as they stand in its body if they do. Take what is known, then [`Fields::finish`].
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    /// Few, so that looking through them is as quick as any way to find one.
    values: Vec<Named<'a>>,
    /// The names that were asked for so far: what may be sent.
    known: Vec<&'static str>,
}

/// A field with its name.
type Named<'a> = (Cow<'a, str>, Value<'a>);

#[derive(Debug)]
enum Value<'a> {
    /// JSON as it was sent.
    Json(Cow<'a, RawValue>),
    /// A query parameter.
    Text(String),
}

impl Fields<'static> {
    /// The parameters of a query string.
    pub(crate) fn of_query(query: &str) -> Result<Self, Refused> {
        let pairs = raw::query_pairs(query)?.into_iter();
        Self::new(pairs.map(|(name, value)| (Cow::Owned(name), Value::Text(value))).collect())
    }
}

impl<'a> Fields<'a> {
    /// The members of a JSON object.
    pub(crate) fn of_body(body: &'a [u8]) -> Result<Self, Refused> {
        let members = raw::json_members(body)?.into_iter();
        Self::new(members.map(|(name, value)| (name, Value::Json(Cow::Borrowed(value)))).collect())
    }

    fn new(values: Vec<Named<'a>>) -> Result<Self, Refused> {
        let is_repeated = |(at, (name, _)): &(usize, &Named<'a>)| {
            values.iter().take(*at).any(|(earlier, _)| earlier == name)
        };
        if let Some((_, (name, _))) = values.iter().enumerate().find(is_repeated) {
            let name: String = name.chars().take(40).collect();
            return Err(Refused::parameter(format!("{name} is given twice: send it once")));
        }
        Ok(Self { values, known: Vec::with_capacity(USUALLY_KNOWN) })
    }

    /// The same, which needs no body any more.
    pub(crate) fn into_owned(self) -> Fields<'static> {
        let owned = |(name, value): Named<'a>| {
            let value = match value {
                Value::Json(json) => Value::Json(Cow::Owned(json.into_owned())),
                Value::Text(text) => Value::Text(text),
            };
            (Cow::Owned(name.into_owned()), value)
        };
        Fields { values: self.values.into_iter().map(owned).collect(), known: self.known }
    }

    /// Whether nothing was sent.
    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Refuses a field that is there and empty, where that would mean more than the sender knows.
    pub(crate) fn refuse_empty(&self, names: &[&'static str]) -> Result<(), Refused> {
        for name in names {
            let is_empty = |(given, value): &Named<'_>| {
                given == name && matches!(value, Value::Text(text) if text.is_empty())
            };
            if self.values.iter().any(is_empty) {
                return Err(Refused::parameter(format!("{name} is empty: give an id, or leave it out")));
            }
        }
        Ok(())
    }

    /// Text. Absent, `null` and empty are the same.
    pub(crate) fn text(&mut self, name: &'static str) -> Result<Option<String>, Refused> {
        let Some(value) = self.take(name) else { return Ok(None) };
        let text = match value {
            Value::Text(text) => text,
            Value::Json(json) => serde_json::from_str(json.get())
                .map_err(|_| wrong(name, "must be text in quotes", json.get()))?,
        };
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    /// A number, exactly.
    pub(crate) fn decimal(&mut self, name: &'static str) -> Result<Option<Decimal>, Refused> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Json(json)) if json.get().starts_with('"') => {
                Err(wrong(name, "must be a number: send it without quotes", json.get()))
            }
            Some(Value::Json(json)) => number(name, json.get()),
            Some(Value::Text(text)) => number(name, &text),
        }
    }

    /// A number, exactly; in quotes or without: LMEX's documents show amounts of money both ways.
    pub(crate) fn amount(&mut self, name: &'static str) -> Result<Option<Decimal>, Refused> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Json(json)) => match serde_json::from_str::<String>(json.get()) {
                Ok(text) => number(name, &text),
                Err(_) => number(name, json.get()),
            },
            Some(Value::Text(text)) => number(name, &text),
        }
    }

    /// A list of objects, at most so many.
    pub(crate) fn objects(
        &mut self,
        name: &'static str,
        most: usize,
    ) -> Result<Option<Vec<Fields<'static>>>, Refused> {
        let Some(value) = self.take(name) else { return Ok(None) };
        let Value::Json(json) = value else {
            return Err(Refused::parameter(format!("{name} must be a list of objects in a JSON body")));
        };
        let items: Vec<&RawValue> = serde_json::from_str(json.get())
            .map_err(|_| wrong(name, "must be a list of objects", json.get()))?;
        if items.len() > most {
            return Err(Refused::parameter(format!("{name} must have at most {most} elements")));
        }
        let object = |item: &&RawValue| Fields::of_body(item.get().as_bytes()).map(Fields::into_owned);
        items.iter().map(object).collect::<Result<_, _>>().map(Some)
    }

    /// A whole number; `10.0` is one.
    pub(crate) fn whole(&mut self, name: &'static str) -> Result<Option<i64>, Refused> {
        let Some(value) = self.decimal(name)? else { return Ok(None) };
        let whole = value.is_integer().then(|| i64::try_from(value).ok()).flatten();
        whole
            .map(Some)
            .ok_or_else(|| Refused::parameter(format!("{name} must be a whole number, not {value}")))
    }

    /// `true` or `false`.
    pub(crate) fn flag(&mut self, name: &'static str) -> Result<Option<bool>, Refused> {
        let Some(value) = self.take(name) else { return Ok(None) };
        let text = match &value {
            Value::Text(text) => text.as_str(),
            Value::Json(json) => json.get(),
        };
        match text {
            "true" => Ok(Some(true)),
            "false" => Ok(Some(false)),
            _ => Err(wrong(name, "must be true or false, without quotes", text)),
        }
    }

    /// One word of a list, spelt as LMEX spells it.
    pub(crate) fn word<T>(&mut self, name: &'static str) -> Result<Option<T>, Refused>
    where
        T: FromStr<Err: fmt::Display> + fmt::Display,
    {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let word: T = text.parse().map_err(|error: T::Err| Refused::parameter(error.to_string()))?;
        let spelling = word.to_string();
        if text != spelling {
            return Err(Refused::parameter(format!(
                "{name} {text:?} is not spelt as LMEX spells it: use {spelling}"
            )));
        }
        Ok(Some(word))
    }

    /// A moment in milliseconds since 1970.
    pub(crate) fn time(&mut self, name: &'static str) -> Result<Option<TimeMs>, Refused> {
        let Some(millis) = self.whole(name)? else { return Ok(None) };
        // Seconds in the place of milliseconds would ask for January 1970.
        if SECONDS.contains(&millis) {
            return Err(Refused::parameter(format!(
                "{name} must be in milliseconds since 1970: {millis} is too small"
            )));
        }
        Ok(Some(TimeMs::from_millis(millis)))
    }

    /// A moment in milliseconds or in seconds since 1970: what would be January 1970 in the first is the second.
    pub(crate) fn time_or_seconds(&mut self, name: &'static str) -> Result<Option<TimeMs>, Refused> {
        let moment = self.whole(name)?;
        let millis = |moment: i64| if SECONDS.contains(&moment) { moment * 1_000 } else { moment };
        Ok(moment.map(|moment| TimeMs::from_millis(millis(moment))))
    }

    /// The venue's id of an order.
    pub(crate) fn order_id(&mut self, name: &'static str) -> Result<Option<OrderId>, Refused> {
        let parsed = self.text(name)?.map(|text| text.parse::<OrderId>());
        parsed.transpose().map_err(|error| Refused::parameter(error.to_string()))
    }

    /// The trader's own id: LMEX's documents spell the key `clOrderID` nearly everywhere and `clOrderId` once, so
    /// both are taken.
    pub(crate) fn client_id(&mut self) -> Result<Option<ClientOrderId>, Refused> {
        let (usual, other) = (self.text("clOrderID")?, self.text("clOrderId")?);
        if usual.is_some() && other.is_some() && usual != other {
            return Err(Refused::parameter("clOrderID and clOrderId differ: send one of them"));
        }
        let parsed = usual.or(other).map(|text| text.parse::<ClientOrderId>());
        parsed.transpose().map_err(|error| Refused::parameter(error.to_string()))
    }

    /// Refuses what is left: keys that nobody asked for.
    pub(crate) fn finish(self) -> Result<(), Refused> {
        // The same of two requests that differ in the order of their fields alone.
        let Some(name) = self.values.iter().map(|(name, _)| name.as_ref()).min() else { return Ok(()) };
        let shown: String = name.chars().take(40).collect();
        let advice = match (name, self.known.is_empty()) {
            ("orderType", false) if self.known.contains(&"type") => "use type".to_owned(),
            ("limit", false) if self.known.contains(&"count") => "use count".to_owned(),
            (_, true) => "send none".to_owned(),
            _ => format!("known are {}", self.known.join(", ")),
        };
        Err(Refused::parameter(format!("{shown} is not a known parameter: {advice}")))
    }

    fn take(&mut self, name: &'static str) -> Option<Value<'a>> {
        self.known.push(name);
        let is_null = |value: &Value<'_>| matches!(value, Value::Json(json) if json.get() == "null");
        let at = self.values.iter().position(|(given, _)| given == name)?;
        Some(self.values.swap_remove(at).1).filter(|value| !is_null(value))
    }
}

/// The value, or LMEX's message for one that is missing.
pub(crate) fn mandatory<T>(name: &str, value: Option<T>) -> Result<T, Refused> {
    value.ok_or_else(|| Refused::parameter(format!("{name} parameter is mandatory")))
}

/// The number, if a decimal holds all its digits: rounding could make a valid price or size of one that is not.
fn number(name: &str, text: &str) -> Result<Option<Decimal>, Refused> {
    // Rust's own spelling, not JSON's.
    let read = if text.contains('_') { Err(String::new()) } else { decimal::parse(text) };
    let read = read.map_err(|_| wrong(name, "must be a number that a decimal can hold", text))?;
    match read {
        Some(value) if !always_fits(text) && digits_of(text) != digits_of(&value.to_string()) => {
            Err(Refused::too_fine(name, text))
        }
        read => Ok(read),
    }
}

/// Whether no digit can be lost, whatever the digits are: a decimal holds 28 of them, on either side of the point.
fn always_fits(text: &str) -> bool {
    text.len() <= 28 && !text.contains(['e', 'E'])
}

/// The significant digits of a number: without sign, point, exponent and the zeros around them.
fn digits_of(number: &str) -> String {
    let mantissa = number.split(['e', 'E']).next().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    digits.trim_matches('0').to_owned()
}

fn wrong(name: &str, expected: &str, given: &str) -> Refused {
    let given: String = given.chars().take(40).collect();
    Refused::parameter(format!("{name} {expected}, not {given}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse;
    use lmex_types::Side;

    fn body(json: &str) -> Fields<'_> {
        Fields::of_body(json.as_bytes()).unwrap()
    }

    fn message(refused: Refused) -> String {
        let text = format!("{refused:?}");
        assert_eq!(refused.into_response().status(), 400, "{text}");
        text
    }

    #[test]
    fn numbers_are_exact_in_every_spelling_of_json() {
        for (json, expected) in [("10", "10"), ("10.0", "10"), ("1e-05", "0.00001"), ("6.00003E4", "60000.3")]
        {
            let read = body(&format!("{{\"price\":{json}}}")).decimal("price").unwrap().unwrap();
            assert_eq!(read, expected.parse().unwrap(), "{json}");
        }
        assert_eq!(body(r#"{"size":10.0}"#).whole("size").unwrap(), Some(10));
        assert_eq!(body(r#"{"size":null}"#).whole("size").unwrap(), None);
    }

    #[test]
    fn a_number_with_more_digits_than_a_decimal_holds_is_not_rounded() {
        for json in [
            "60000.123456789012345678901234567890",
            "60000.00000000000000000000000000000001",
            "59999.99999999999999999999999999999999",
            "6.000000000000000000000000000000001E4",
            "0.00000000000000000000000000001",
            "60000.0000000000000000000000000000100",
        ] {
            let refused = body(&format!("{{\"price\":{json}}}")).decimal("price").unwrap_err();
            assert!(message(refused).contains("price has more digits than any market's tick"), "{json}");
            let refused = Fields::of_query(&format!("size={json}")).unwrap().whole("size").unwrap_err();
            assert!(message(refused).contains("size has more digits"), "{json}");
        }
        for (json, expected) in [
            ("60000.00000000000000000000000000000000000", "60000"),
            ("000.10", "0.1"),
            ("-0.0e5", "0"),
            ("79228162514264337593543950335", "79228162514264337593543950335"),
        ] {
            let read = Fields::of_query(&format!("price={json}")).unwrap().decimal("price").unwrap().unwrap();
            assert_eq!(read, expected.parse().unwrap(), "{json}");
        }
    }

    #[test]
    fn what_is_wrong_is_refused_by_name() {
        for (json, expected) in [
            (r#"{"size":"10"}"#, "size must be a number: send it without quotes"),
            (r#"{"size":1.5}"#, "size must be a whole number, not 1.5"),
            (r#"{"size":1e400}"#, "size must be a number that a decimal can hold"),
            (r#"{"size":1e25}"#, "size must be a whole number"),
            (r#"{"size":[1]}"#, "size must be a number"),
            (r#"{"size":true}"#, "size must be a number"),
            (r#"{"size":"1_0"}"#, "size must be a number"),
        ] {
            let refused = body(json).whole("size").unwrap_err();
            assert!(message(refused).contains(expected), "{json}");
        }
        assert!(message(body(r#"{"side":"buy"}"#).word::<Side>("side").unwrap_err()).contains("use BUY"));
        assert!(
            message(body(r#"{"side":"LONG"}"#).word::<Side>("side").unwrap_err()).contains("BUY or SELL")
        );
        assert!(
            message(body(r#"{"side":1}"#).word::<Side>("side").unwrap_err()).contains("side must be text")
        );
        assert!(
            message(body(r#"{"postOnly":"true"}"#).flag("postOnly").unwrap_err())
                .contains("postOnly must be")
        );
        assert!(message(body(r#"{"start":1700000000}"#).time("start").unwrap_err()).contains("milliseconds"));
    }

    #[test]
    fn unknown_and_repeated_keys_are_refused() {
        let mut fields = body(r#"{"type":"LIMIT","orderType":"LIMIT"}"#);
        fields.text("type").unwrap();
        assert!(
            message(fields.finish().unwrap_err()).contains("orderType is not a known parameter: use type")
        );
        assert!(message(Fields::of_body(br#"{"a":1,"a":2}"#).unwrap_err()).contains("a is given twice"));
        assert!(message(Fields::of_query("a=1&a=2").unwrap_err()).contains("a is given twice"));
        let fields = Fields::of_query("colour=red").unwrap();
        assert!(message(fields.finish().unwrap_err()).contains("colour is not a known parameter: send none"));
    }

    #[test]
    fn only_one_json_object_is_a_body() {
        for json in ["", "  ", "[]", "1", "null", "{", "{} {}", r#"{"a":}"#, "\u{feff}{}"] {
            assert!(message(Fields::of_body(json.as_bytes()).unwrap_err()).contains("body is"), "{json}");
        }
        assert!(Fields::of_body(&[0xff, 0xfe]).is_err());
        let many = (0..200).map(|n| format!("\"{n}\":1")).collect::<Vec<_>>().join(",");
        assert!(Fields::of_body(format!("{{{many}}}").as_bytes()).is_err());
    }

    #[test]
    fn a_name_with_escapes_is_the_same_name() {
        assert_eq!(body(r#"{"\u0073ize":7}"#).whole("size").unwrap(), Some(7));
        let twice = Fields::of_body(br#"{"size":1,"\u0073ize":2}"#).unwrap_err();
        assert!(message(twice).contains("size is given twice"));
    }

    #[test]
    fn a_query_has_at_most_a_hundred_parameters() {
        let query = |count: usize| (0..count).map(|n| format!("p{n}=1")).collect::<Vec<_>>().join("&");
        assert!(Fields::of_query(&query(100)).is_ok());
        let refused = Fields::of_query(&query(101)).unwrap_err();
        assert!(message(refused).contains("query has more than 100 parameters: send fewer"));
    }

    #[test]
    fn a_query_is_decoded() {
        let mut fields = Fields::of_query("wallet=CROSS%40&clOrderID=a%2Bb&empty=&x+y=1").unwrap();
        assert_eq!(fields.text("wallet").unwrap().as_deref(), Some("CROSS@"));
        assert_eq!(fields.client_id().unwrap().unwrap().as_str(), "a+b");
        assert_eq!(fields.text("empty").unwrap(), None);
        assert!(message(fields.finish().unwrap_err()).contains("x y is not a known parameter"));
        for query in ["a=%", "a=%zz", "a=%ff"] {
            assert!(Fields::of_query(query).is_err(), "{query}");
        }
    }

    proptest::proptest! {
        #[test]
        fn reading_never_panics(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200), text in "\\PC{0,80}") {
            let _ = Fields::of_body(&bytes);
            let _ = Fields::of_query(&text);
            let _ = Fields::of_query(&String::from_utf8_lossy(&bytes));
        }
    }
}
