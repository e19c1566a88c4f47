//! How a source's text is encoded, by declaration. Guesses nothing from bytes, but for a declared byte order mark.

/// Encodings in which a byte 10 or 13 may stand for something else than a line's end, or which decode to nothing.
const WITHOUT_LINES: &[&encoding_rs::Encoding] = &[encoding_rs::ISO_2022_JP, encoding_rs::REPLACEMENT];

/// How a source's text is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// UTF-16 as its byte order mark says; without one low byte first, as Windows writes it.
    Utf16,
    /// A code page whose line ends are single bytes.
    CodePage(&'static encoding_rs::Encoding),
}

/// A label that names no encoding with lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "no encoding of text; write `utf-8`, `utf-16le`, `utf-16be`, `utf-16` or a code page such as `windows-1252`"
)]
pub struct UnknownEncoding;

impl Encoding {
    /// Reads a label; those of code pages are the WHATWG's.
    pub fn from_label(label: &str) -> Result<Self, UnknownEncoding> {
        if label.eq_ignore_ascii_case("utf-16") {
            return Ok(Self::Utf16); // the WHATWG takes it for little-endian
        }
        let found = encoding_rs::Encoding::for_label(label.as_bytes()).ok_or(UnknownEncoding)?;
        match found {
            found if found == encoding_rs::UTF_8 => Ok(Self::Utf8),
            found if found == encoding_rs::UTF_16LE => Ok(Self::Utf16Le),
            found if found == encoding_rs::UTF_16BE => Ok(Self::Utf16Be),
            found if WITHOUT_LINES.contains(&found) => Err(UnknownEncoding),
            found => Ok(Self::CodePage(found)),
        }
    }

    /// What a person calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
            Self::Utf16 => "UTF-16",
            Self::CodePage(page) => page.name(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_name_unicode_and_code_pages_and_nothing_else() {
        assert_eq!(Encoding::from_label("utf-16"), Ok(Encoding::Utf16));
        assert_eq!(Encoding::from_label("UTF-16LE"), Ok(Encoding::Utf16Le));
        assert_eq!(Encoding::from_label("utf-8"), Ok(Encoding::Utf8));
        assert_eq!(Encoding::from_label("windows-1252").map(Encoding::name), Ok("windows-1252"));
        for label in ["", "latin", "iso-2022-jp", "utf-7"] {
            assert_eq!(Encoding::from_label(label), Err(UnknownEncoding), "{label}");
        }
    }
}
