//! A line as tokens: words, marks, and everything that is variable by its very form.
//!
//! Numbers, times, paths, addresses and ids are variable even when seen once: that is what makes a catalogue fit
//! lines that nobody has seen yet, and what keeps identifiers out of its literals.

use std::sync::LazyLock;

use labrelay_manifest::Shape;
use regex::Regex;

use crate::Words;
use crate::run;

/// A part of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub(crate) class: Class,
    pub(crate) text: &'a str,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Blanks and punctuation.
    Mark,
    /// Letters that stand in the list of technical words.
    Known,
    /// Other letters: a person must confirm them.
    Unknown,
    /// Variable, and of this shape.
    Variable(Shape),
}

/// Forms in order of precedence; the first that fits at a place is taken. No two tokens of a line share a byte.
const FORMS: &[(&str, Form)] = &[
    (
        r"(?x: \b (?: \d{4}[-/.]\d{1,2}[-/.]\d{1,2} | \d{1,2}[-/]\d{1,2}[-/]\d{2,4} | \d{1,2}\.\d{1,2}\.\d{4} | \d{2}-\d{2} )
       [T\x20] \d{1,2}:\d{2} (?: :\d{2} (?:[.,]\d{1,9})? )? (?:Z|[+-]\d{2}:?\d{2})? \b)",
        Form::Time,
    ),
    (
        r"\b(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/]\d{1,2}[-/]\d{2,4}|\d{1,2}\.\d{1,2}\.\d{4})\b",
        Form::Time,
    ),
    (r"\b\d+(?:[-:/]\d+){3,}\b", Form::Token),
    (r"\b\d{1,2}:\d{1,2}(?::\d{1,2}(?:[.,]\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?\b", Form::Time),
    (r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b", Form::Token),
    (r#"\b[A-Za-z][A-Za-z0-9+.-]*://[^\s"'<>)\]},;]+"#, Form::Token),
    (r"\b[A-Za-z0-9.%+_-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+\b", Form::Token),
    (
        r#"(?:\b[A-Za-z]:\\|\\\\)(?:[^\\/:*?"<>|\s,;]+(?: [^\\/:*?"<>|\s,;]+)*\\)*[^\\/:*?"<>|\s,;)\]}]*"#,
        Form::Path,
    ),
    (r"/[A-Za-z0-9_.@+~-]+(?:/[A-Za-z0-9_.@+~%=-]*)+", Form::Path),
    (r"\b(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b", Form::Token),
    (r"\b[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\b", Form::Hex),
    (r"\b0[xX][0-9A-Fa-f]+\b", Form::Hex),
    (r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+|/\d+)?\b", Form::Token),
    (r"\b\d+(?:\.\d+)?(?:,-?\d+(?:\.\d+)?)+\b", Form::Token),
    (r"[+-]\d{1,29}(?:\.\d{1,9})?\b", Form::Number),
    (r"[\p{L}\p{M}\p{N}_]+(?:[-.'][\p{L}\p{M}\p{N}_]+)*", Form::Run),
    (r"\s+|.", Form::Mark),
];

/// What becomes of text that has one of the [`FORMS`].
#[derive(Debug, Clone, Copy)]
enum Form {
    Time,
    Path,
    Hex,
    Token,
    /// With its sign; one without is a run.
    Number,
    /// Letters and digits, which `run` takes apart.
    Run,
    Mark,
}

static LEXER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let groups: Vec<String> = FORMS.iter().map(|(form, _)| format!("({form})")).collect();
    Regex::new(&groups.join("|")).ok() // a test builds it
});

/// The tokens of a line, which together are the line.
pub(crate) fn tokens<'a>(line: &'a str, words: &Words) -> Vec<Token<'a>> {
    let mut tokens = Vec::new();
    for captures in LEXER.iter().flat_map(|lexer| lexer.captures_iter(line)) {
        let found =
            FORMS.iter().zip(captures.iter().skip(1)).find_map(|((_, form), group)| Some((*form, group?)));
        if let Some((form, text)) = found {
            push(&mut tokens, form, text.as_str(), words);
        }
    }
    joined(line, tokens)
}

fn push<'a>(tokens: &mut Vec<Token<'a>>, form: Form, text: &'a str, words: &Words) {
    let mut variable = |shape, text| tokens.push(Token { class: Class::Variable(shape), text });
    match form {
        Form::Path => variable(Shape::Path, text),
        Form::Hex => variable(Shape::Hex, text),
        Form::Token => variable(Shape::Token, text),
        Form::Number => variable(Shape::Number, text),
        Form::Time => variable(Shape::Time, text),
        Form::Mark => tokens.push(Token { class: Class::Mark, text }),
        Form::Run => run::split(tokens, text, words),
    }
}

/// Variables that touch each other become one token, since no slot would know where it ends; marks become one.
fn joined<'a>(line: &'a str, tokens: Vec<Token<'a>>) -> Vec<Token<'a>> {
    let mut joined: Vec<Token<'a>> = Vec::with_capacity(tokens.len());
    let mut end = 0;
    for token in tokens {
        end += token.text.len();
        let class = match (joined.last().map(|last| last.class), token.class) {
            (Some(Class::Mark), Class::Mark) => Class::Mark,
            (Some(Class::Variable(_)), Class::Variable(_)) => Class::Variable(Shape::Token),
            _ => {
                joined.push(token);
                continue;
            }
        };
        if let Some(last) = joined.last_mut() {
            let start = end - token.text.len() - last.text.len();
            *last = Token { class, text: line.get(start..end).unwrap_or_default() };
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(line: &str) -> String {
        let shown = tokens(line, &Words::technical()).into_iter().map(|token| match token.class {
            Class::Mark | Class::Known => token.text.to_owned(),
            Class::Unknown => format!("?{}", token.text),
            Class::Variable(shape) => format!("{{{shape:?}}}").to_lowercase(),
        });
        shown.collect()
    }

    #[test]
    fn what_is_variable_by_its_form_is_never_a_literal() {
        for (line, expected) in [
            ("2026-07-16 08:42:24.142 Laser on", "{time} Laser on"),
            ("16.07.2026 08:42 started", "{time} started"),
            ("at 08:42:24", "at {time}"),
            ("Sun Dec 04 17:21:04 2005", "{token} {token} {number} {time} {number}"),
            ("read C:\\Program Files\\App\\run 1.lmd", "read {path} {token}"),
            ("read /var/log/app.log, done", "read {path}, done"),
            ("host 10.0.0.17:8080 gone", "host {token} gone"),
            ("mac 00:1a:2b:3c:4d:5e", "mac {token}"),
            ("see https://example.org/a?b=c", "see {token}"),
            ("mail a.b@example.org.", "mail {token}."),
            ("handle 0x80070005", "handle {hex}"),
            ("id 123e4567-e89b-12d3-a456-426614174000", "id {hex}"),
            ("values 1,2,3 and 1.5,-2.5", "values {token} and {token}"),
            ("20171223-22:15:35:11|Step", "{token}|Step"),
        ] {
            assert_eq!(classes(line), expected, "{line}");
        }
    }

    #[test]
    fn numbers_in_and_behind_words() {
        for (line, expected) in [
            ("power 12.5 mW", "power {number} mW"),
            ("power 12mW", "power {number}mW"),
            ("temp -3.5 C", "temp {number} C"),
            ("FL1 on COM3", "FL{number} on COM{number}"),
            ("serial AW45441", "serial {token}"),
            ("lot 8664-364", "lot {token}"),
            ("block blk_-1581605246928123722 gone", "block {token} gone"),
            ("Laser driver v2", "Laser driver {token}"),
            ("a1b2c3d4e5", "{hex}"),
            ("operator Schneider logged in", "operator ?Schneider logged in"),
        ] {
            assert_eq!(classes(line), expected, "{line}");
        }
    }

    #[test]
    fn the_tokens_are_the_line() {
        for line in ["", "  a  b ", "x=1;y='z'", "鞘液压力 692.96 kPa，废液桶 51.0%", "{}[]<>--..//\\\\"]
        {
            let tokens = tokens(line, &Words::technical());
            assert_eq!(tokens.iter().map(|token| token.text).collect::<String>(), line);
        }
    }
}
