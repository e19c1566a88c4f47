//! The lines of an input: LF, CR or CRLF behind each, decoded as declared. Knows nothing of what a line says.

use std::borrow::Cow;
use std::io;

use labrelay_manifest::Encoding;
use labrelay_model::Position;

use crate::Input;

/// Longest line that is loaded: what is kept raw of a unit. Real log lines are below 4 KiB; a longer one is skipped and told.
pub const MAX_LINE_BYTES: usize = 64 * 1024;
/// Bytes read at once.
const CHUNK_BYTES: usize = 16 * 1024;
/// How UTF-16 begins when it says its byte order, low byte first.
const MARK_LE: [u8; 2] = [0xFF, 0xFE];
/// The same, high byte first.
const MARK_BE: [u8; 2] = [0xFE, 0xFF];
/// The byte order mark of UTF-8.
const MARK_UTF8: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// One line, without its end.
#[derive(Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// A line that was read; what its encoding does not know stands as U+FFFD.
    Text {
        /// Where it starts.
        position: Position,
        /// What it says.
        text: Cow<'a, str>,
    },
    /// A line longer than [`MAX_LINE_BYTES`], of which nothing was kept.
    TooLong {
        /// Where it starts.
        position: Position,
    },
}

/// Reads line by line, in bounded memory.
#[derive(Debug)]
pub struct LineReader {
    encoding: Encoding,
    /// What `encoding` came to, once the first bytes were looked at.
    decoder: Option<Decoder>,
    /// Where `buffer` begins in the input.
    at: u64,
    /// What was read, of which `given` bytes have been given already.
    buffer: Vec<u8>,
    given: usize,
}

/// How bytes become characters.
#[derive(Debug, Clone, Copy)]
struct Decoder {
    encoding: &'static encoding_rs::Encoding,
    unit: Unit,
}

/// What a line end is looked for in.
#[derive(Debug, Clone, Copy)]
enum Unit {
    Byte,
    Low16,
    High16,
}

/// Where a line ends in the buffer, and where the next one begins.
struct End {
    line: usize,
    next: usize,
}

impl LineReader {
    /// Reads from byte `position` on, where a line must begin.
    pub fn new(encoding: Encoding, position: u64) -> Self {
        Self { encoding, decoder: None, at: position, buffer: Vec::new(), given: 0 }
    }

    /// Behind the last line that was given: where to go on, for [`OpenedInput::set_position`](crate::OpenedInput::set_position).
    pub fn position(&self) -> u64 {
        self.at + self.given as u64
    }

    /// The next line; `None` at the input's end. A last line needs no end.
    pub fn next(&mut self, input: &mut impl Input) -> io::Result<Option<Line<'_>>> {
        let decoder = self.decoder(input)?;
        let width = decoder.unit.width();
        let (mut begin, position) = (self.given, Position(self.position()));
        let (mut looked_at, mut too_long) = (begin, false);
        let end = loop {
            if let Some(end) = decoder.unit.find_end(&self.buffer, looked_at, false) {
                break end;
            }
            if self.buffer.len() - begin > MAX_LINE_BYTES {
                too_long = true;
                begin = self.buffer.len() - width;
            }
            let behind = (self.buffer.len() - begin).saturating_sub(width);
            self.drop_front(begin);
            begin = 0;
            looked_at = behind - behind % width;
            if self.read_more(input)? == 0 {
                let all = End { line: self.buffer.len(), next: self.buffer.len() };
                break decoder.unit.find_end(&self.buffer, looked_at, true).unwrap_or(all);
            }
        };
        self.given = end.next;
        if too_long || end.line - begin > MAX_LINE_BYTES {
            return Ok(Some(Line::TooLong { position }));
        }
        if end.next == begin {
            return Ok(None);
        }
        let bytes = self.buffer.get(begin..end.line).unwrap_or_default();
        let bytes = if position.0 == 0 { without_mark(bytes, decoder) } else { bytes };
        let (text, _) = decoder.encoding.decode_without_bom_handling(bytes);
        Ok(Some(Line::Text { position, text }))
    }

    /// Done once a chunk, not once a line: what stays is moved.
    fn drop_front(&mut self, bytes: usize) {
        self.buffer.drain(..bytes.min(self.buffer.len()));
        self.at += bytes as u64;
        self.given = 0;
    }

    fn read_more(&mut self, input: &mut impl Input) -> io::Result<usize> {
        let held = self.buffer.len();
        self.buffer.resize(held + CHUNK_BYTES, 0);
        let room = self.buffer.get_mut(held..).unwrap_or_default();
        let read = input.read_at(self.at + held as u64, room);
        self.buffer.truncate(held + *read.as_ref().unwrap_or(&0));
        read
    }

    fn decoder(&mut self, input: &mut impl Input) -> io::Result<Decoder> {
        if let Some(decoder) = self.decoder {
            return Ok(decoder);
        }
        let (encoding, unit) = match self.encoding {
            Encoding::Utf8 => (encoding_rs::UTF_8, Unit::Byte),
            Encoding::Utf16Le => (encoding_rs::UTF_16LE, Unit::Low16),
            Encoding::Utf16Be => (encoding_rs::UTF_16BE, Unit::High16),
            Encoding::Utf16 => {
                let mut mark = [0; 2];
                match input.read_at(0, &mut mark)? {
                    2 if mark == MARK_BE => (encoding_rs::UTF_16BE, Unit::High16),
                    _ => (encoding_rs::UTF_16LE, Unit::Low16),
                }
            }
            Encoding::CodePage(page) => (page, Unit::Byte),
        };
        Ok(*self.decoder.insert(Decoder { encoding, unit }))
    }
}

impl Unit {
    fn width(self) -> usize {
        match self {
            Unit::Byte => 1,
            Unit::Low16 | Unit::High16 => 2,
        }
    }

    fn is(self, unit: &[u8], end: u8) -> bool {
        match self {
            Unit::Byte => unit == [end],
            Unit::Low16 => unit == [end, 0],
            Unit::High16 => unit == [0, end],
        }
    }

    /// Where the first LF or CR stands.
    fn find_mark(self, bytes: &[u8]) -> Option<usize> {
        match self {
            Unit::Byte => memchr::memchr2(b'\n', b'\r', bytes),
            Unit::Low16 | Unit::High16 => {
                let mut units = bytes.chunks_exact(self.width());
                let number = units.position(|unit| self.is(unit, b'\n') || self.is(unit, b'\r'))?;
                Some(number * self.width())
            }
        }
    }

    /// A CR that is the last thing there may have its LF behind it still, unless the input `is_over`.
    fn find_end(self, bytes: &[u8], from: usize, is_over: bool) -> Option<End> {
        let width = self.width();
        let line = from + self.find_mark(bytes.get(from..)?)?;
        let found = bytes.get(line..line + width)?;
        let behind = bytes.get(line + width..line + 2 * width);
        match (self.is(found, b'\r'), behind) {
            (true, Some(unit)) if self.is(unit, b'\n') => Some(End { line, next: line + 2 * width }),
            (true, None) if !is_over => None,
            _ => Some(End { line, next: line + width }),
        }
    }
}

fn without_mark(bytes: &[u8], decoder: Decoder) -> &[u8] {
    let mark: &[u8] = match decoder.unit {
        Unit::Byte if decoder.encoding == encoding_rs::UTF_8 => &MARK_UTF8,
        Unit::Byte => &[],
        Unit::Low16 => &MARK_LE,
        Unit::High16 => &MARK_BE,
    };
    bytes.strip_prefix(mark).unwrap_or(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines(encoding: Encoding, mut bytes: &[u8]) -> Vec<Option<String>> {
        let mut reader = LineReader::new(encoding, 0);
        let mut lines = Vec::new();
        while let Some(line) = reader.next(&mut bytes).unwrap() {
            lines.push(match line {
                Line::Text { text, .. } => Some(text.into_owned()),
                Line::TooLong { .. } => None,
            });
        }
        assert_eq!(reader.position(), bytes.len() as u64);
        lines
    }

    fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    const TEXT: &str = "Röhre\n\r\nzwei\rdrei\r\n激光 ਊ\n\nlast";
    const LINES: [&str; 7] = ["Röhre", "", "zwei", "drei", "激光 ਊ", "", "last"];

    #[test]
    fn every_encoding_and_every_line_end_give_the_same_lines() {
        let marked = format!("\u{feff}{TEXT}");
        let cases = [
            (Encoding::Utf8, TEXT.as_bytes().to_vec()),
            (Encoding::Utf8, marked.as_bytes().to_vec()),
            (Encoding::Utf16Le, utf16(TEXT, u16::to_le_bytes)),
            (Encoding::Utf16Be, utf16(TEXT, u16::to_be_bytes)),
            (Encoding::Utf16Le, utf16(&marked, u16::to_le_bytes)),
            (Encoding::Utf16, utf16(&marked, u16::to_le_bytes)),
            (Encoding::Utf16, utf16(&marked, u16::to_be_bytes)),
            (Encoding::Utf16, utf16(TEXT, u16::to_le_bytes)),
        ];
        for (encoding, bytes) in cases {
            assert_eq!(lines(encoding, &bytes), LINES.map(|line| Some(line.to_owned())), "{encoding:?}");
        }
    }

    #[test]
    fn a_code_page_is_read_by_declaration() {
        let page = Encoding::from_label("windows-1252").unwrap();
        assert_eq!(lines(page, b"R\xF6hre \x80\r\nx"), [Some("Röhre €".to_owned()), Some("x".to_owned())]);
    }

    #[test]
    fn what_is_no_text_is_marked_and_a_half_character_harms_nothing() {
        assert_eq!(lines(Encoding::Utf8, b"a\xFFb\n"), [Some("a\u{fffd}b".to_owned())]);
        assert_eq!(
            lines(Encoding::Utf16Le, b"a\0\n\0b"),
            [Some("a".to_owned()), Some("\u{fffd}".to_owned())]
        );
        assert_eq!(lines(Encoding::Utf16, b"\xFF"), [Some("\u{fffd}".to_owned())]);
    }

    /// A line of 100 MB that exists nowhere as a whole, between two short ones.
    struct Endless;

    const HUGE: u64 = 100 * 1024 * 1024;

    impl Input for Endless {
        fn size(&self) -> u64 {
            HUGE + 4
        }

        fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
            let byte = |at: u64| match at {
                0 => b'a',
                1 => b'\n',
                at if at == HUGE + 1 => b'\r',
                at if at == HUGE + 2 => b'\n',
                _ => b'z',
            };
            let rest = usize::try_from(self.size().saturating_sub(offset)).unwrap();
            let read = rest.min(buf.len());
            (offset..).zip(&mut buf[..read]).for_each(|(at, to)| *to = byte(at));
            Ok(read)
        }
    }

    #[test]
    fn a_line_of_100_mb_is_skipped_and_told_in_bounded_memory() {
        let mut reader = LineReader::new(Encoding::Utf8, 0);
        let mut found = Vec::new();
        while let Some(line) = reader.next(&mut Endless).unwrap() {
            found.push(match line {
                Line::Text { position, text } => (position.0, Some(text.into_owned())),
                Line::TooLong { position } => (position.0, None),
            });
            assert!(reader.buffer.capacity() < 4 * MAX_LINE_BYTES);
        }
        assert_eq!(found, [(0, Some("a".into())), (2, None), (HUGE + 3, Some("z".into()))]);
    }

    proptest! {
        #[test]
        fn wherever_reading_goes_on_the_rest_is_the_same(text in "([a-ö]{0,9}(\r|\n|\r\n)){0,20}[a-z]{0,3}", stop in 0_usize..20) {
            let mut bytes = text.as_bytes();
            let mut first = LineReader::new(Encoding::Utf8, 0);
            let mut given = Vec::new();
            for _ in 0..stop {
                let Some(Line::Text { text, .. }) = first.next(&mut bytes).unwrap() else { break };
                given.push(Some(text.into_owned()));
            }
            let mut second = LineReader::new(Encoding::Utf8, first.position());
            while let Some(Line::Text { text, .. }) = second.next(&mut bytes).unwrap() {
                given.push(Some(text.into_owned()));
            }
            prop_assert_eq!(given, lines(Encoding::Utf8, text.as_bytes()));
        }
    }
}
