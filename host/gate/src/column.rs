//! One field, compiled: its rule, and how it stands in a line.

use std::collections::HashMap;

use labrelay_manifest::Field;

use crate::binding::Binding;
use crate::rule::Rule;

/// A field where records and lines have it.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) field: Field,
    /// `"name":`, as lines have it; names need no escapes.
    pub(crate) key: Box<str>,
    pub(crate) rule: Rule,
    /// Where each word stands, for a type that is a choice: a catalogue may have thousands of events.
    words: HashMap<Box<str>, u16>,
}

impl Column {
    /// All of `fields`, in their order.
    pub(crate) fn all(fields: &[Field], binding: &mut Binding) -> Vec<Self> {
        fields.iter().map(|field| Self::new(field, binding)).collect()
    }

    fn new(field: &Field, binding: &mut Binding) -> Self {
        let count = u16::try_from(field.ty.choices().unwrap_or_default()).unwrap_or_default();
        let words = (0..count).filter_map(|index| Some((field.ty.choice(index)?.into(), index)));
        Self {
            key: format!("\"{}\":", field.name).into(),
            rule: Rule::new(&field.ty, binding),
            words: words.collect(),
            field: field.clone(),
        }
    }

    /// Where `word` stands among the words of a choice.
    pub(crate) fn word_index(&self, word: &str) -> Option<u16> {
        self.words.get(word).copied()
    }
}
