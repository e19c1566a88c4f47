//! What was seen where a line varies: enough to infer a type, and bounded whatever the log is.

use std::collections::BTreeMap;

/// Most different words kept of one place: more of them are no small set of words any more.
const MOST_WORDS: usize = 64;

/// The values of one place in a group of lines. They stay in memory; only ranges and confirmed words are proposed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    pub(crate) lines: u64,
    words: BTreeMap<Box<str>, u64>,
    more_words: bool,
    numbers: Numbers,
}

/// The numbers among them.
#[derive(Debug, Clone)]
pub(crate) struct Numbers {
    pub(crate) min: f64,
    pub(crate) max: f64,
    pub(crate) decimals: usize,
    /// Whether each one was written as a number is: no leading zero, no leading plus.
    pub(crate) plain: bool,
}

impl Default for Numbers {
    fn default() -> Self {
        Self { min: f64::INFINITY, max: f64::NEG_INFINITY, decimals: 0, plain: true }
    }
}

impl Seen {
    /// Adds what stood there in `lines` lines.
    pub(crate) fn add(&mut self, text: &str, lines: u64) {
        self.lines += lines;
        self.numbers.add(text);
        if let Some(count) = self.words.get_mut(text) {
            *count += lines;
        } else if self.words.len() < MOST_WORDS {
            self.words.insert(text.into(), lines);
        } else {
            self.more_words = true;
        }
    }

    /// Adds what was seen at the same place of another group.
    pub(crate) fn absorb(&mut self, other: &Self) {
        other.words.iter().for_each(|(word, lines)| self.add(word, *lines));
        self.lines += other.lines.saturating_sub(other.words.values().sum());
        self.more_words |= other.more_words;
        self.numbers.absorb(&other.numbers);
    }

    /// Other texts stood there as well, and nobody kept them.
    pub(crate) fn add_unkept(&mut self) {
        self.more_words = true;
        self.numbers.plain = false;
    }

    /// The different texts and in how many lines each stood; `None` if there were too many to keep.
    pub(crate) fn words(&self) -> Option<&BTreeMap<Box<str>, u64>> {
        (!self.more_words).then_some(&self.words)
    }

    /// Whether at least so many different texts stood there.
    pub(crate) fn is_varied(&self, texts: usize) -> bool {
        self.more_words || self.words.len() >= texts
    }

    /// Some of the texts.
    pub(crate) fn kept(&self) -> impl Iterator<Item = &str> {
        self.words.keys().map(|text| &**text)
    }

    /// The numbers; `None` if something else was among them.
    pub(crate) fn numbers(&self) -> Option<&Numbers> {
        (self.numbers.plain && self.lines > 0).then_some(&self.numbers)
    }
}

impl Numbers {
    fn add(&mut self, text: &str) {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        let leading_zero = whole.len() > 1 && whole.starts_with('0');
        self.plain &= !leading_zero && whole.starts_with(|c: char| c.is_ascii_digit());
        self.decimals = self.decimals.max(decimals.len());
        let number: f64 = text.parse().unwrap_or(f64::NAN);
        self.plain &= number.is_finite();
        self.min = self.min.min(number);
        self.max = self.max.max(number);
    }

    fn absorb(&mut self, other: &Self) {
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.decimals = self.decimals.max(other.decimals);
        self.plain &= other.plain;
    }
}
