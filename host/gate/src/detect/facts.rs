//! What a single pass over a text says: enough to know that no detector can fire, which is nearly always so.

/// Characters that some identifiers can't be written without, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Marks(u32);

impl Marks {
    pub(super) const NONE: Self = Self(0);
    pub(super) const AT: Self = Self(1);
    pub(super) const COLON: Self = Self(1 << 1);
    pub(super) const SLASH: Self = Self(1 << 2);
    pub(super) const BACKSLASH: Self = Self(1 << 3);
    pub(super) const PIPE: Self = Self(1 << 4);
    pub(super) const DOLLAR: Self = Self(1 << 5);
    pub(super) const CARET: Self = Self(1 << 6);
    pub(super) const EQUALS: Self = Self(1 << 7);
    pub(super) const SPACE: Self = Self(1 << 8);
    pub(super) const DOT: Self = Self(1 << 9);
    pub(super) const DASH: Self = Self(1 << 10);
    pub(super) const UNDERSCORE: Self = Self(1 << 11);
    pub(super) const PLUS: Self = Self(1 << 12);
    pub(super) const HASH: Self = Self(1 << 13);
    pub(super) const TILDE: Self = Self(1 << 16);
    /// Begins an escape of some notation.
    pub(super) const ESCAPE: Self = Self(1 << 14);
    /// Not printable ASCII.
    pub(super) const ODD: Self = Self(1 << 15);

    const fn of(byte: u8) -> Self {
        match byte {
            b'@' => Self::AT,
            b':' => Self::COLON,
            b'/' => Self::SLASH,
            b'\\' => Self::BACKSLASH,
            b'|' => Self::PIPE,
            b'$' => Self::DOLLAR,
            b'^' => Self::CARET,
            b'=' => Self::EQUALS,
            b' ' => Self::SPACE,
            b'.' => Self::DOT,
            b'-' => Self::DASH,
            b'_' => Self::UNDERSCORE,
            b'+' => Self::PLUS,
            b'#' => Self::HASH,
            b'~' => Self::TILDE,
            b'%' | b'&' => Self::ESCAPE,
            b'!'..=b'}' => Self::NONE,
            _ => Self::ODD,
        }
    }

    pub(super) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn has_one_of(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }
}

/// Counts and marks of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts {
    pub(super) marks: Marks,
    pub(super) digits: usize,
    pub(super) letters: usize,
    /// Letters in a row.
    pub(super) word: usize,
    pub(super) length: usize,
}

/// The marks of every byte.
static MARKS: [Marks; 256] = {
    let mut marks = [Marks::NONE; 256];
    let mut rest: &mut [Marks] = &mut marks;
    let mut byte = 0_u8;
    while let Some((first, more)) = rest.split_first_mut() {
        *first = Marks::of(byte);
        byte = byte.wrapping_add(1);
        rest = more;
    }
    marks
};

impl Facts {
    pub(super) fn of(text: &str) -> Self {
        let mut facts = Self { marks: Marks::NONE, digits: 0, letters: 0, word: 0, length: text.len() };
        let mut word = 0;
        for byte in text.bytes() {
            let is_letter = byte.is_ascii_alphabetic();
            word = if is_letter { word + 1 } else { 0 };
            facts.word = facts.word.max(word);
            facts.letters += usize::from(is_letter);
            facts.digits += usize::from(byte.is_ascii_digit());
            facts.marks = facts.marks.or(MARKS.get(usize::from(byte)).copied().unwrap_or(Marks::ODD));
        }
        facts
    }

    /// Characters that are neither letter nor digit.
    pub(super) fn others(&self) -> usize {
        self.length - self.digits - self.letters
    }

    /// No less than the facts of the same letters and digits in any order, with fewer characters between them.
    pub(super) fn respelled(self) -> Self {
        Self { word: self.letters, ..self }
    }

    /// No less than the facts of two texts, one behind the other.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            marks: self.marks.or(other.marks),
            digits: self.digits + other.digits,
            letters: self.letters + other.letters,
            word: self.word + other.word,
            length: self.length + other.length,
        }
    }
}

/// The least that a text must have for a detector to be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Needs {
    digits: usize,
    letters: usize,
    word: usize,
    others: usize,
    length: usize,
    one_of: Marks,
}

impl Needs {
    pub(super) const NOTHING: Self =
        Self { digits: 0, letters: 0, word: 0, others: 0, length: 0, one_of: Marks::NONE };

    pub(super) const fn digits(self, digits: usize) -> Self {
        Self { digits, ..self }
    }

    pub(super) const fn letters(self, letters: usize) -> Self {
        Self { letters, ..self }
    }

    pub(super) const fn word(self, word: usize) -> Self {
        Self { word, ..self }
    }

    pub(super) const fn others(self, others: usize) -> Self {
        Self { others, ..self }
    }

    pub(super) const fn length(self, length: usize) -> Self {
        Self { length, ..self }
    }

    pub(super) const fn one_of(self, one_of: Marks) -> Self {
        Self { one_of, ..self }
    }

    /// Whether whatever meets these needs meets `other`.
    pub(super) fn includes(&self, other: &Self) -> bool {
        let marked = other.one_of == Marks::NONE
            || self.one_of != Marks::NONE && other.one_of.or(self.one_of) == other.one_of;
        marked
            && self.digits >= other.digits
            && self.letters >= other.letters
            && self.word >= other.word
            && self.others >= other.others
            && self.length >= other.length
    }

    /// Grows with every need, so that none includes one that stands behind it.
    pub(super) fn strictness(&self) -> usize {
        self.digits + self.letters + self.word + self.others + self.length
    }

    /// Whether only a text with more than letters and digits can meet them.
    pub(super) fn beyond_alphanumeric(&self) -> bool {
        self.others > 0 || self.one_of != Marks::NONE
    }

    /// The length of the shortest text that can meet them, or less.
    pub(super) fn least_length(&self) -> usize {
        self.length.max(self.digits + self.letters.max(self.word) + self.others)
    }

    pub(super) fn met_by(&self, facts: &Facts) -> bool {
        facts.digits >= self.digits
            && facts.letters >= self.letters
            && facts.word >= self.word
            && facts.others() >= self.others
            && facts.length >= self.length
            && (self.one_of == Marks::NONE || facts.marks.has_one_of(self.one_of))
    }
}
