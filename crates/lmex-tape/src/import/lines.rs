//! Lines of a file, gzipped or not, with their place.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use super::error::{ImportError, LineProblem, Place};

/// Reads a capture line by line. A line is never longer than the limit, so memory is bounded.
pub(super) struct Lines {
    text: Text,
    limit: u64,
    place: Place,
    buffer: Vec<u8>,
}

impl Lines {
    pub(super) fn open(path: &Path, limit: u64) -> Result<Self, ImportError> {
        let failed = |source| ImportError::Open { file: path.into(), source };
        let file = File::open(path).map_err(failed)?;
        if !file.metadata().map_err(failed)?.is_file() {
            return Err(ImportError::NotAFile { file: path.into() });
        }
        let mut bytes = BufReader::with_capacity(64 << 10, Counted { file, count: 0 });
        // The first two bytes of every gzip file (RFC 1952, section 2.3.1); a line starts with a digit.
        let gzipped = bytes.fill_buf().map_err(failed)?.starts_with(&[0x1f, 0x8b]);
        let text = if gzipped {
            Text::Gzip(Box::new(BufReader::with_capacity(64 << 10, MultiGzDecoder::new(bytes))))
        } else {
            Text::Plain(bytes)
        };
        let place = Place { file: path.into(), line: 0, byte: 0 };
        Ok(Self { text, limit, place, buffer: Vec::new() })
    }

    /// The next line without its end, and where it is; `None` after the last one.
    pub(super) fn next(&mut self) -> Result<Option<(&Place, &str)>, ImportError> {
        self.place.line += 1;
        self.place.byte += self.buffer.len() as u64;
        self.buffer.clear();
        let limit = self.limit;
        let read = self.text.reader().take(limit.saturating_add(1)).read_until(b'\n', &mut self.buffer);
        if let Err(error) = read {
            return Err(unreadable(error).at(&self.place));
        }
        if self.buffer.is_empty() {
            return Ok(None);
        }
        let line = self.buffer.strip_suffix(b"\n").unwrap_or(&self.buffer);
        if line.len() as u64 > limit {
            return Err(LineProblem::TooLong { limit }.at(&self.place));
        }
        match std::str::from_utf8(line) {
            Ok(line) => Ok(Some((&self.place, line.trim_end_matches('\r')))),
            Err(_) => Err(LineProblem::NotText.at(&self.place)),
        }
    }

    /// Whether no line was read so far.
    pub(super) fn is_empty(&self) -> bool {
        self.place.byte == 0 && self.buffer.is_empty()
    }

    /// How much text was read, in bytes after decompression.
    pub(super) fn text_bytes(&self) -> u64 {
        self.place.byte + self.buffer.len() as u64
    }

    /// How much of the file itself was read, in (compressed) bytes.
    pub(super) fn bytes_read(&self) -> u64 {
        match &self.text {
            Text::Plain(bytes) => bytes.get_ref().count,
            Text::Gzip(text) => text.get_ref().get_ref().get_ref().count,
        }
    }
}

fn unreadable(error: io::Error) -> LineProblem {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => LineProblem::Truncated,
        _ => LineProblem::Read(error),
    }
}

enum Text {
    Plain(BufReader<Counted>),
    Gzip(Box<BufReader<MultiGzDecoder<BufReader<Counted>>>>),
}

impl Text {
    fn reader(&mut self) -> &mut dyn BufRead {
        match self {
            Self::Plain(bytes) => bytes,
            Self::Gzip(text) => text,
        }
    }
}

struct Counted {
    file: File,
    count: u64,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.count += read as u64;
        Ok(read)
    }
}
