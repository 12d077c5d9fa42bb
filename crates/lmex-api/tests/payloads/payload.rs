//! A recorded payload, and what is proven with it.

use http::HeaderMap;
use lmex_api::{ApiError, Endpoint, EndpointInfo, Evidence, answer};
use serde::Serialize;

use crate::exceptions;
use crate::json::{Difference, Json};
use crate::support;

/// Where a payload comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Recorded from LMEX by ccxt, whose reader turns numbers into text: a text that is a number equals it.
    LmexThroughCcxt,
    /// Recorded from LMEX.
    Lmex,
    /// Recorded from BTSE by ccxt, as above.
    BtseThroughCcxt,
    /// Recorded from BTSE.
    Btse,
    /// Printed in the official documents: the shape can be trusted, the values are often made up.
    Documents,
}

impl Origin {
    pub(crate) fn evidence(self) -> Evidence {
        match self {
            Self::LmexThroughCcxt | Self::Lmex => Evidence::LiveLmex,
            Self::BtseThroughCcxt | Self::Btse => Evidence::LiveBtse,
            Self::Documents => Evidence::Documented,
        }
    }

    fn text_is_number(self) -> bool {
        matches!(self, Self::LmexThroughCcxt | Self::BtseThroughCcxt)
    }
}

/// Reads an answer and writes it again.
type Again = dyn Fn(&str) -> Result<String, ApiError>;

/// A recorded answer of an endpoint.
pub(crate) struct Payload {
    pub(crate) info: EndpointInfo,
    pub(crate) origin: Origin,
    pub(crate) file: &'static str,
    edit: Option<Edit>,
    encodes_back: bool,
    check: Box<dyn Fn(&str)>,
    again: Box<Again>,
}

struct Edit {
    reason: &'static str,
    apply: fn(&str) -> String,
}

impl Payload {
    /// `check` compares what was read with values that were written down by hand from the file.
    pub(crate) fn new<E>(endpoint: E, origin: Origin, file: &'static str, check: fn(&E::Response)) -> Self
    where
        E: Endpoint<Response: Serialize> + Clone + 'static,
    {
        let read = move |text: &str| answer(&endpoint, 200, &HeaderMap::new(), text.as_bytes());
        let read_again = read.clone();
        Self {
            info: E::INFO,
            origin,
            file,
            edit: None,
            encodes_back: true,
            check: Box::new(move |text| {
                check(&read(text).unwrap_or_else(|error| panic!("{file}: {error}")));
            }),
            again: Box::new(move |text| read_again(text).map(|value| serde_json::to_string(&value).unwrap())),
        }
    }

    /// Changes the text before it is read, for a reason.
    pub(crate) fn edited(self, reason: &'static str, apply: fn(&str) -> String) -> Self {
        Self { edit: Some(Edit { reason, apply }), ..self }
    }

    /// Proves reading only: the payload is of an older version or was trimmed, and we write the whole of the newer one.
    pub(crate) fn only_read(self) -> Self {
        Self { encodes_back: false, ..self }
    }

    /// The text; `None` without the shared folder.
    pub(crate) fn text(&self) -> Option<String> {
        let text = support::shared_file(&format!("payloads/{}", self.file))?;
        let Some(Edit { reason, apply }) = self.edit else { return Some(text) };
        let edited = apply(&text);
        assert_ne!(edited, text, "{}: the edit is not needed any more: {reason}", self.file);
        println!("{}: edited: {reason}", self.file);
        Some(edited)
    }

    /// Proves another text, of which the same must hold.
    pub(crate) fn prove_text(&self, text: &str) {
        let edited = self.edit.as_ref().map(|edit| (edit.apply)(text));
        (self.check)(edited.as_deref().unwrap_or(text));
    }

    /// Reads the text and writes it again.
    pub(crate) fn again(&self, text: &str) -> Result<String, ApiError> {
        (self.again)(text)
    }

    /// What differs after reading and writing, whether there is an exception for it or not.
    pub(crate) fn differences(&self, text: &str) -> Vec<Difference> {
        if !self.encodes_back {
            return Vec::new();
        }
        let ours = self.again(text).unwrap_or_else(|error| panic!("{}: {error}", self.file));
        Json::read(text).differences(&Json::read(&ours), self.origin.text_is_number())
    }
}

/// Each payload reads to its hand-checked values and is written again as it was.
pub(crate) fn prove(payloads: &[Payload]) {
    for payload in payloads {
        let Some(text) = payload.text() else { return };
        (payload.check)(&text);
        let mut differences = payload.differences(&text);
        differences.retain(|difference| exceptions::of(payload.file, &difference.path).is_none());
        assert_eq!(differences, [], "{}", payload.file);
    }
}
