//! A place in canonical text, and the few steps that reading it takes. Every step is `None` where the text
//! goes on in another way.

use std::borrow::Cow;

/// The text from here on.
pub(super) struct Cursor<'a>(&'a str);

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self(text)
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }

    /// Past exactly this.
    pub(super) fn skip(&mut self, expected: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(expected)?;
        Some(())
    }

    /// Past `first` and then `second`, or nowhere.
    pub(super) fn skip_both(&mut self, first: &str, second: &str) -> bool {
        let rest = self.0.strip_prefix(first).and_then(|rest| rest.strip_prefix(second));
        rest.map(|rest| self.0 = rest).is_some()
    }

    /// The next `count` bytes.
    pub(super) fn take(&mut self, count: usize) -> Option<&'a str> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// A number or a word: all up to the comma or brace behind it.
    pub(super) fn bare(&mut self) -> Option<&'a str> {
        let end = self.0.bytes().position(|byte| matches!(byte, b',' | b'}'))?;
        self.take(end)
    }

    /// The text between quotes; borrowed unless something in it is escaped.
    pub(super) fn quoted(&mut self) -> Option<Cow<'a, str>> {
        self.skip("\"")?;
        let plain = self.plain()?;
        if self.0.starts_with('"') {
            self.skip("\"")?;
            return Some(plain.into());
        }
        self.escaped(plain.to_owned()).map(Cow::Owned)
    }

    /// Up to the next quote or backslash.
    fn plain(&mut self) -> Option<&'a str> {
        let end = self.0.bytes().position(|byte| matches!(byte, b'"' | b'\\'))?;
        self.take(end)
    }

    /// The rest of a text that begins with `text`. Printable ASCII has no other escapes than these two.
    fn escaped(&mut self, mut text: String) -> Option<String> {
        while self.skip("\"").is_none() {
            self.skip("\\")?;
            text.push_str(self.take(1).filter(|escaped| matches!(*escaped, "\"" | "\\"))?);
            text.push_str(self.plain()?);
        }
        Some(text)
    }
}
