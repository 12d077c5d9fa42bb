//! Variables from the shell and from a `.env` file, which may set keys and nothing else.

use std::collections::BTreeMap;
use std::path::Path;

use zeroize::Zeroizing;

/// The variables that a `.env` file may set. It lies in a working folder, which may be someone else's: it must not
/// decide which exchange is talked to.
const ALLOWED: [&str; 6] = [
    "LMEX_API_KEY",
    "LMEX_API_SECRET",
    "LMEX_TESTNET_API_KEY",
    "LMEX_TESTNET_API_SECRET",
    "LMEX_LIVE_API_KEY",
    "LMEX_LIVE_API_SECRET",
];

/// Keys as they were found.
#[derive(Default)]
pub struct Variables {
    file: BTreeMap<String, Zeroizing<String>>,
    ignored: Vec<String>,
    unreadable: Option<String>,
}

impl Variables {
    /// Reads `.env` in the working folder, if there is one.
    pub fn read() -> Self {
        match std::fs::read_to_string(Path::new(".env")) {
            Ok(text) => Self::parse(&Zeroizing::new(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::default(),
            Err(error) => Self { unreadable: Some(error.to_string()), ..Self::default() },
        }
    }

    /// `NAME=value` lines; `export`, quotes and comments as shells write them. Not a parser from elsewhere: those put
    /// other variables in place of `$NAME`, which a secret may contain, and leave copies of it in memory.
    fn parse(text: &str) -> Self {
        let mut variables = Self::default();
        let text = text.trim_start_matches(BYTE_ORDER_MARK);
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let Some((name, value)) = line.strip_prefix("export ").unwrap_or(line).split_once('=') else {
                continue;
            };
            let name = name.trim();
            if ALLOWED.contains(&name) {
                variables.file.insert(name.to_owned(), Zeroizing::new(unquoted(value.trim()).to_owned()));
            } else if name.starts_with("LMEX_") {
                variables.ignored.push(name.to_owned());
            }
        }
        variables
    }

    /// A variable and where it came from: the shell first.
    pub fn find(&self, name: &str) -> Option<(String, String)> {
        if let Some(value) = std::env::var(name).ok().filter(|value| !value.is_empty()) {
            return Some((value, "the environment".to_owned()));
        }
        self.file.get(name).map(|value| (value.to_string(), ".env".to_owned()))
    }

    /// What the user should know about `.env`: names of ours that were passed over, or that it can't be read.
    pub fn warnings(&self) -> impl Iterator<Item = String> {
        let ignored =
            self.ignored.iter().map(|name| format!("{name} in .env is ignored: a .env may set keys only"));
        ignored.chain(self.unreadable.iter().map(|error| format!(".env can't be read: {error}")))
    }
}

/// What some editors begin a file with.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// A value up to its closing quote, or else up to a comment. What has no closing quote, or has more behind it than a
/// comment, is taken as it is.
fn unquoted(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some((inner, rest)) = value.strip_prefix(quote).and_then(|rest| rest.split_once(quote))
            && (rest.trim().is_empty() || rest.trim_start().starts_with('#'))
        {
            return inner;
        }
    }
    value.split(" #").next().unwrap_or(value).trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_sets_keys_and_nothing_else() {
        let text = "\u{feff}LMEX_TESTNET_API_KEY=first\n# mine\nexport LMEX_API_KEY='abc'\nLMEX_API_SECRET=\"x=y\"\nLMEX_ENV=live\nLMEX_REST_URL=https://evil.example\nPATH=/x\nbroken\nLMEX_LIVE_API_KEY=k # note";
        let variables = Variables::parse(text);
        let value = |name: &str| variables.file.get(name).map(|value| value.to_string());
        assert_eq!(value("LMEX_API_KEY").as_deref(), Some("abc"));
        assert_eq!(value("LMEX_API_SECRET").as_deref(), Some("x=y"));
        assert_eq!(value("LMEX_LIVE_API_KEY").as_deref(), Some("k"));
        assert_eq!(value("LMEX_TESTNET_API_KEY").as_deref(), Some("first"));
        assert_eq!(variables.file.len(), 4);
        assert_eq!(variables.ignored, ["LMEX_ENV", "LMEX_REST_URL"]);
    }
    #[test]
    fn quotes_end_where_they_end() {
        for (written, value) in [
            (r#""a b" # note"#, "a b"),
            ("'a # b'  # note", "a # b"),
            ("\"a\"# note", "a"),
            (r#""it's""#, "it's"),
            (r#""open"#, r#""open"#),
            (r#""a"b"#, r#""a"b"#),
            ("a#b # note", "a#b"),
            ("$HOME", "$HOME"),
        ] {
            assert_eq!(unquoted(written), value, "{written}");
        }
    }
}
