//! A Rust file with its code told apart from comments and literals, so that a rule about code isn't set off by prose.
//!
//! This is a scanner, not a parser: it knows strings, characters, lifetimes, comments and brackets, and that is
//! enough for rules about words and lengths.

use std::ops::Range;

/// A Rust source in two masks of its own length: in each, what doesn't belong is blanked, and lines stay lines.
#[derive(Debug)]
pub(crate) struct RustText {
    /// Code only.
    pub(crate) code: String,
    /// Comments only, with their slashes.
    pub(crate) comments: String,
    /// Where the code is compiled for tests only.
    tests: Vec<Range<usize>>,
}

/// A named function: where its `fn` stands and where its body ends.
pub(crate) struct Function<'a> {
    pub(crate) name: &'a str,
    pub(crate) span: Range<usize>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Code,
    Comment,
    Literal,
}

impl RustText {
    pub(crate) fn read(source: &str) -> Self {
        let bytes = source.as_bytes();
        let blank: Vec<u8> = bytes.iter().map(|byte| if *byte == b'\n' { b'\n' } else { b' ' }).collect();
        let (mut code, mut comments) = (blank.clone(), blank);
        let mut at = 0;
        while at < bytes.len() {
            let (kind, end) = span_at(bytes, at);
            let end = end.clamp(at + 1, bytes.len());
            match kind {
                Kind::Code => code[at..end].copy_from_slice(&bytes[at..end]),
                Kind::Comment => comments[at..end].copy_from_slice(&bytes[at..end]),
                Kind::Literal => {}
            }
            at = end;
        }
        let code = String::from_utf8_lossy(&code).into_owned();
        let tests = test_spans(&code);
        Self { code, comments: String::from_utf8_lossy(&comments).into_owned(), tests }
    }

    /// The line of a byte of a mask, counted from 1.
    pub(crate) fn line(&self, at: usize) -> usize {
        self.code.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1
    }

    /// Whether a byte of the code is compiled for tests only.
    pub(crate) fn in_tests(&self, at: usize) -> bool {
        self.tests.iter().any(|span| span.contains(&at))
    }

    /// Identifiers and keywords of the code, with where they start.
    pub(crate) fn words(&self) -> impl Iterator<Item = (usize, &str)> {
        words(&self.code)
    }

    /// Every function with a body.
    pub(crate) fn functions(&self) -> Vec<Function<'_>> {
        let mut found = Vec::new();
        let mut words = self.words().peekable();
        while let Some((start, word)) = words.next() {
            // `fn` before a bracket is a type, before a name a function.
            let Some((at, name)) = words.peek().filter(|_| word == "fn") else { continue };
            let is_name = self.code[start + 2..*at].trim().is_empty();
            if let Some(span) = item_span(&self.code, start).filter(|_| is_name) {
                found.push(Function { name, span });
            }
        }
        found
    }
}

/// Identifier-like words of a text, with where they start.
pub(crate) fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(is_part)?;
        let length = text[start..].find(|letter| !is_part(letter)).unwrap_or(text.len() - start);
        at = start + length;
        Some((start, &text[start..at]))
    })
}

/// What starts at a byte, and where it ends.
fn span_at(bytes: &[u8], at: usize) -> (Kind, usize) {
    let rest = &bytes[at..];
    match rest {
        [b'/', b'/', ..] => (Kind::Comment, at + rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len())),
        [b'/', b'*', ..] => (Kind::Comment, block_comment_end(bytes, at)),
        [b'"', ..] => (Kind::Literal, quoted_end(bytes, at + 1, b'"')),
        [b'\'', ..] => match char_end(bytes, at) {
            Some(end) => (Kind::Literal, end),
            None => (Kind::Code, at + 1),
        },
        [b'r', ..] if starts_token(bytes, at) => match raw_string_end(bytes, at) {
            Some(end) => (Kind::Literal, end),
            None => (Kind::Code, at + 1),
        },
        _ => (Kind::Code, at + 1),
    }
}

/// Whether a string prefix can start here: not in the middle of a word, but after `b` or `c` of `br"` and `cr"`.
fn starts_token(bytes: &[u8], at: usize) -> bool {
    let is_part = |at: usize| bytes[at].is_ascii_alphanumeric() || bytes[at] == b'_';
    match at {
        0 => true,
        1 => !is_part(0) || matches!(bytes[0], b'b' | b'c'),
        _ => !is_part(at - 1) || (matches!(bytes[at - 1], b'b' | b'c') && !is_part(at - 2)),
    }
}

fn block_comment_end(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0_usize);
    while at < bytes.len() {
        match &bytes[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] if depth == 1 => return at + 2,
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
    }
    at
}

fn quoted_end(bytes: &[u8], mut at: usize, quote: u8) -> usize {
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    at
}

/// Where a character literal ends; `None` for a lifetime.
fn char_end(bytes: &[u8], at: usize) -> Option<usize> {
    let first = *bytes.get(at + 1)?;
    if first == b'\\' {
        return Some(quoted_end(bytes, at + 1, b'\''));
    }
    let width = match first {
        0xf0.. => 4,
        0xe0.. => 3,
        0xc0.. => 2,
        _ => 1,
    };
    (bytes.get(at + 1 + width) == Some(&b'\'')).then_some(at + width + 2)
}

fn raw_string_end(bytes: &[u8], at: usize) -> Option<usize> {
    let hashes = bytes[at + 1..].iter().take_while(|byte| **byte == b'#').count();
    let open = at + 1 + hashes;
    if bytes.get(open) != Some(&b'"') {
        return None;
    }
    let close: Vec<u8> = std::iter::once(b'"').chain(std::iter::repeat_n(b'#', hashes)).collect();
    let body = &bytes[open + 1..];
    let found = body.windows(close.len()).position(|window| window == close);
    Some(found.map_or(bytes.len(), |position| open + 1 + position + close.len()))
}

/// From `start` to the end of the item's braces; `None` where it ends in a semicolon and has no body.
fn item_span(code: &str, start: usize) -> Option<Range<usize>> {
    let (mut nested, mut braces) = (0_i32, 0_i32);
    for (offset, byte) in code.as_bytes()[start..].iter().enumerate() {
        match byte {
            b'(' | b'[' if braces == 0 => nested += 1,
            b')' | b']' if braces == 0 => nested -= 1,
            b';' | b'}' if nested == 0 && braces == 0 => return None,
            b'{' if nested == 0 => braces += 1,
            b'}' if nested == 0 => {
                braces -= 1;
                if braces == 0 {
                    return Some(start..start + offset + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// Items under an attribute that makes them tests.
fn test_spans(code: &str) -> Vec<Range<usize>> {
    let marks = ["#[cfg(test)]", "#[cfg(all(test", "#[test]", "#[tokio::test"];
    let starts = marks.iter().flat_map(|mark| code.match_indices(mark));
    starts.filter_map(|(at, _)| item_span(code, at)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_and_comments_are_not_code() {
        let source = concat!(
            "let a = \"one \\\" fn x() {\"; // two\n",
            "let b = r#\"three \" four\"#; /* five /* six */ seven */ let c = '\"'; let d: &'static str = b\"x\";\n",
            "let e = '\\''; let f = 'é'; eight"
        );
        let text = RustText::read(source);
        let code: Vec<&str> = text.words().map(|(_, word)| word).collect();
        let wanted = "let a let b let c let d static str b let e let f eight";
        assert_eq!(code.join(" "), wanted);
        assert_eq!(
            text.comments.split_whitespace().collect::<Vec<_>>().join(" "),
            "// two /* five /* six */ seven */"
        );
        assert_eq!(text.line(text.code.find("eight").unwrap()), 3);
    }

    #[test]
    fn functions_have_names_and_bodies() {
        let source = "trait T { fn bare(&self) -> [u8; 3]; fn with(f: fn(u8)) where u8: Copy { if true { 1 } } }\nfn last() {}";
        let text = RustText::read(source);
        let names: Vec<&str> = text.functions().iter().map(|function| function.name).collect();
        assert_eq!(names, ["with", "last"]);
        let ends: Vec<&str> =
            text.functions().iter().map(|function| &source[function.span.clone()]).collect();
        assert!(ends[0].ends_with("{ 1 } }"), "{}", ends[0]);
        assert_eq!(ends[1], "fn last() {}");
    }

    #[test]
    fn test_items_are_known() {
        let text = RustText::read("fn live() {}\n#[cfg(test)]\nmod tests { fn inside() {} }\nfn after() {}");
        let inside = |name: &str| text.in_tests(text.code.find(name).unwrap());
        assert!(inside("inside"));
        assert!(!inside("live") && !inside("after"));
    }
}
