//! Reading a journal that a dead process has left, whatever its file has become.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Seek as _, SeekFrom};
use std::path::Path;

use super::{Intent, JournalError, Line, io};

/// No line of ours is longer.
const LONGEST_LINE_BYTES: usize = 4 * 1024;

/// No client of ours has more orders unsettled.
const MOST_UNSETTLED: usize = 100_000;

/// The intents in a file that nothing has become of.
///
/// A line that was being written when the power failed may be there in part. Its order was never sent, nor that of a
/// line after it, since an order waits for the disk. Such a part stands beside the padding it was to overwrite; what
/// can't be read among whole lines is damage.
pub(super) fn read(mut file: &File, path: &Path) -> Result<Vec<Intent>, JournalError> {
    file.seek(SeekFrom::Start(0)).map_err(|source| io(path, "read", source))?;
    let mut lines = Lines {
        reader: BufReader::new(file),
        path,
        text: Vec::new(),
        follows_padding: false,
        line: 1,
        byte: 0,
        next: (1, 0),
    };
    let mut unsettled = BTreeMap::new();
    // Unreadable, but perhaps the beginning of a line whose end is still padding.
    let mut suspect = None;
    while lines.advance()? {
        if let Some(damage) = suspect.take_if(|_| !lines.follows_padding) {
            return Err(damage);
        }
        suspect = match serde_json::from_slice(&lines.text) {
            Ok(Line::Intended(intent)) => unsettled.insert(intent.client_id, intent).and(None),
            Ok(Line::Settled { client_id, .. }) => unsettled.remove(&client_id).and(None),
            Err(_) if lines.follows_padding => None,
            Err(_) => Some(lines.damaged()),
        };
        if unsettled.len() > MOST_UNSETTLED {
            return Err(lines.damaged());
        }
    }
    match suspect {
        Some(damage) if !lines.follows_padding => Err(damage),
        _ => Ok(unsettled.into_values().collect()),
    }
}

/// One line after the other, in bounded memory.
struct Lines<'a> {
    reader: BufReader<&'a File>,
    path: &'a Path,
    text: Vec<u8>,
    /// Whether there was padding between this line, or the end of the file, and the line before.
    follows_padding: bool,
    /// The line's number, from 1.
    line: usize,
    /// Where it begins, from 0.
    byte: u64,
    /// Where the next one begins.
    next: (usize, u64),
}

impl Lines<'_> {
    /// Reads the next line that is not padding. There is none if the file ends, be it within a line: that one was being
    /// written when the process died.
    fn advance(&mut self) -> Result<bool, JournalError> {
        self.follows_padding = self.skip_padding()?;
        (self.line, self.byte) = self.next;
        self.text.clear();
        loop {
            let buffer = fill(&mut self.reader, self.path)?;
            let length = buffer.iter().position(|byte| is_break(*byte));
            let (part, rest) = buffer.split_at(length.unwrap_or(buffer.len()));
            if self.text.len() + part.len() > LONGEST_LINE_BYTES {
                return Err(self.damaged());
            }
            self.text.extend_from_slice(part);
            let (taken, is_whole) = (part.len() + usize::from(length.is_some()), length.is_some());
            if rest.is_empty() && taken == 0 {
                return Ok(false);
            }
            self.reader.consume(taken);
            self.next.1 += taken as u64;
            if is_whole {
                self.next.0 += 1;
                return Ok(true);
            }
        }
    }

    /// Whether there was any.
    fn skip_padding(&mut self) -> Result<bool, JournalError> {
        let start = self.next.1;
        loop {
            let buffer = fill(&mut self.reader, self.path)?;
            let length = buffer.iter().take_while(|byte| is_break(**byte)).count();
            let is_over = length < buffer.len() || buffer.is_empty();
            self.reader.consume(length);
            self.next = (self.next.0 + length, self.next.1 + length as u64);
            if is_over {
                return Ok(self.next.1 > start);
            }
        }
    }

    fn damaged(&self) -> JournalError {
        JournalError::Damaged { path: self.path.to_owned(), line: self.line, byte: self.byte }
    }
}

fn fill<'a>(reader: &'a mut BufReader<&File>, path: &Path) -> Result<&'a [u8], JournalError> {
    reader.fill_buf().map_err(|source| io(path, "read", source))
}

/// Files are padded with line breaks; zeros are what a system leaves where it had no time to write.
fn is_break(byte: u8) -> bool {
    byte == b'\n' || byte == 0
}
