//! Lines of the same form: literal text, words, and the places where they vary.

use std::collections::HashMap;

use labrelay_manifest::Shape;

use crate::Words;
use crate::lexer::{self, Class, Token};
use crate::name::is_level;
use crate::seen::Seen;

/// Most groups kept. A catalogue of more events is no catalogue that a person reviews; further lines are counted.
pub(crate) const MOST_GROUPS: usize = 10_000;

/// Fewest letters, in bytes, that a template needs beside its slots.
const FEWEST_LETTERS: usize = 3;

/// A part of a group's form.
#[derive(Debug, Clone)]
pub(crate) enum Part {
    /// Blanks and punctuation.
    Mark(Box<str>),
    /// A word that every line of the group has here.
    Word { text: Box<str>, known: bool },
    /// It varies.
    Slot { shape: Shape, seen: Seen },
}

/// Lines of the same form.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) parts: Vec<Part>,
    pub(crate) lines: u64,
}

impl Group {
    fn new(tokens: &[Token<'_>]) -> Self {
        let part = |token: &Token<'_>| match token.class {
            Class::Mark => Part::Mark(token.text.into()),
            Class::Known | Class::Unknown => {
                Part::Word { text: token.text.into(), known: token.class == Class::Known }
            }
            Class::Variable(shape) => Part::Slot { shape, seen: Seen::default() },
        };
        Self { parts: tokens.iter().map(part).collect(), lines: 0 }
    }

    fn add(&mut self, tokens: &[Token<'_>]) {
        self.lines += 1;
        for (part, token) in self.parts.iter_mut().zip(tokens) {
            if let Part::Slot { seen, .. } = part {
                seen.add(token.text, 1);
            }
        }
    }

    /// Whether its words say more than a line's head does: a template of less would fit nearly anything.
    pub(crate) fn says_enough(&self) -> bool {
        let letters = |part: &Part| match part {
            Part::Word { text, .. } if !is_level(text) => text.len(),
            _ => 0,
        };
        self.parts.iter().map(letters).sum::<usize>() >= FEWEST_LETTERS
    }

    /// Takes in a group of as many parts: where the two differ, a slot stands afterwards.
    pub(crate) fn unite(&mut self, other: &Self) {
        let (lines, other_lines) = (self.lines, other.lines);
        for (part, other) in self.parts.iter_mut().zip(&other.parts) {
            if part.text().is_none() || part.text() != other.text() {
                let (mut seen, shape) = (part.seen(lines), part.shape_with(other));
                seen.absorb(&other.seen(other_lines));
                *part = Part::Slot { shape, seen };
            }
        }
        self.lines += other.lines;
    }

    /// The form as one text, with each slot as the sign that `sign` gives it. Lines hold no control
    /// characters, so these signs are free.
    pub(crate) fn form(&self, sign: impl Fn(Shape, &Seen) -> char) -> String {
        let mut form = String::new();
        for part in &self.parts {
            match part {
                Part::Mark(text) | Part::Word { text, .. } => form.push_str(text),
                Part::Slot { shape, seen } => form.push(sign(*shape, seen)),
            }
        }
        form
    }
}

impl Part {
    fn text(&self) -> Option<&str> {
        match self {
            Self::Mark(text) | Self::Word { text, .. } => Some(text),
            Self::Slot { .. } => None,
        }
    }

    fn seen(&self, lines: u64) -> Seen {
        let mut seen = Seen::default();
        match self {
            Self::Slot { seen, .. } => return seen.clone(),
            Self::Mark(text) | Self::Word { text, .. } => seen.add(text, lines),
        }
        seen
    }

    fn shape_with(&self, other: &Self) -> Shape {
        match (self, other) {
            (Self::Slot { shape, .. }, Self::Slot { shape: of_other, .. }) if shape == of_other => *shape,
            _ => Shape::Token,
        }
    }
}

/// The sign of each shape, for [`Group::form`].
pub(crate) fn sign(shape: Shape) -> char {
    match shape {
        Shape::Number => '\u{1}',
        Shape::Hex => '\u{2}',
        Shape::Time => '\u{3}',
        Shape::Token => '\u{4}',
        Shape::Path => '\u{5}',
    }
}

/// Sorts lines into groups.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    groups: Vec<Group>,
    by_form: HashMap<String, usize>,
}

impl Groups {
    /// Adds a line; `false` if it would be one group too many.
    pub(crate) fn add(&mut self, line: &str, words: &Words) -> bool {
        let tokens = lexer::tokens(line, words);
        let mut form = String::with_capacity(line.len());
        for token in &tokens {
            match token.class {
                Class::Variable(shape) => form.push(sign(shape)),
                _ => form.push_str(token.text),
            }
        }
        let at = match self.by_form.get(&form) {
            Some(at) => *at,
            None if self.groups.len() == MOST_GROUPS => return false,
            None => {
                self.groups.push(Group::new(&tokens));
                self.by_form.insert(form, self.groups.len() - 1);
                self.groups.len() - 1
            }
        };
        if let Some(group) = self.groups.get_mut(at) {
            group.add(&tokens);
        }
        true
    }

    /// The groups in the order of their first lines.
    pub(crate) fn finish(self) -> Vec<Group> {
        self.groups
    }
}
