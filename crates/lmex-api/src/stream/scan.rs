//! A forward scanner over JSON text, for the one message that comes a thousand times a second.
//!
//! It reads what an order book message consists of and says `None` to everything else; the caller then takes the
//! slow way through `serde_json`, which decides whether the text is right.

use super::fixed::Fixed;

/// A position in JSON text.
pub(super) struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0 }
    }

    /// Takes the byte if it is next, after white space.
    pub(super) fn take(&mut self, byte: u8) -> bool {
        self.space();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// Takes the byte or gives up.
    pub(super) fn expect(&mut self, byte: u8) -> Option<()> {
        self.take(byte).then_some(())
    }

    /// A string without escapes.
    pub(super) fn string(&mut self) -> Option<&'a [u8]> {
        self.expect(b'"')?;
        let start = self.at;
        loop {
            match self.peek()? {
                b'"' => break,
                b'\\' => return None,
                0..0x20 => return None,
                _ => self.at += 1,
            }
        }
        let text = &self.text[start..self.at];
        self.at += 1;
        Some(text)
    }

    /// A plain decimal number, bare or in quotes, read in one pass: most of a message is these.
    pub(super) fn fixed(&mut self) -> Option<Fixed> {
        self.space();
        let quoted = self.peek() == Some(b'"');
        self.at += usize::from(quoted);
        let rest = self.text.get(self.at..)?;
        let (value, read) = Fixed::parse_prefix(rest)?;
        self.at += read;
        if quoted {
            // Not `expect`: white space inside the quotes is part of the text.
            let closed = self.peek() == Some(b'"');
            self.at += usize::from(closed);
            return closed.then_some(value);
        }
        // What makes a bare number longer than it was read, or is no JSON, is for the slow way to judge.
        let is_cut = matches!(self.peek(), Some(b'.' | b'e' | b'E' | b'+' | b'-'));
        (!is_cut && is_json_number(rest.get(..read)?)).then_some(value)
    }

    /// Whether nothing but white space is left.
    pub(super) fn at_end(&mut self) -> bool {
        self.space();
        self.at == self.text.len()
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }
}

/// Whether JSON allows the number: without a zero before other digits (`01`), and with digits on both sides of a point
/// (not `1.`, nor `.5`).
fn is_json_number(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let begins_well = matches!(digits, [b'0'] | [b'0', b'.', ..] | [b'1'..=b'9', ..]);
    begins_well && digits.last() != Some(&b'.')
}
