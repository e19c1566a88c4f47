//! A line's shape for a person who must not see the line: technical words and marks, and nothing else of it.

use labrelay_manifest::Shape;

use crate::Words;
use crate::lexer::{self, Class};
use crate::line::readable;

/// The line with `<n>` for numbers, `<word>` for words that are in no list, and the like for everything variable.
pub fn hidden_shape(line: &[u8], words: &Words) -> String {
    let Ok(line) = readable(line) else { return "<unreadable>".into() };
    let shown = lexer::tokens(line, words).into_iter().map(|token| match token.class {
        Class::Mark | Class::Known => token.text,
        Class::Unknown => "<word>",
        Class::Variable(Shape::Number) => "<n>",
        Class::Variable(Shape::Hex) => "<hex>",
        Class::Variable(Shape::Time) => "<time>",
        Class::Variable(Shape::Token) => "<token>",
        Class::Variable(Shape::Path) => "<path>",
    });
    shown.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_technical_words_and_marks_is_shown() {
        let words = Words::technical();
        let hidden = |line: &str| hidden_shape(line.as_bytes(), &words);
        assert_eq!(
            hidden("2026-03-01 10:22:33 user Schneider opened D:\\Data\\Schneider.lmd (17 events)"),
            "<time> user <word> opened <path> (<n> events)"
        );
        assert_eq!(hidden("id AB-12-345678 Müller"), "id <token> <word>");
        assert_eq!(hidden_shape(b"Schneid\xffer", &words), "<unreadable>");
    }
}
