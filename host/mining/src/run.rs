//! Letters and digits without a blank between them: words, numbers, numbers in words, or an opaque id.

use labrelay_manifest::Shape;

use crate::Words;
use crate::lexer::{Class, Token};

/// Most digits of a number within a word (`COM3`, `subdir13`): more of them are an id.
const MOST_DIGITS_IN_WORD: usize = 4;
/// Shortest hexadecimal number without `0x`: anything shorter is a word or a code of its own.
const FEWEST_HEX_DIGITS: usize = 6;
/// What the shapes of a catalogue hold at most.
const MOST_WHOLE_DIGITS: usize = 29;
const MOST_DECIMALS: usize = 9;
const MOST_TOKEN_BYTES: usize = 256;

/// Takes a run apart.
pub(crate) fn split<'a>(tokens: &mut Vec<Token<'a>>, run: &'a str, words: &Words) {
    let digits = run.bytes().any(|byte| byte.is_ascii_digit());
    let whole = |shape| Token { class: Class::Variable(shape), text: run };
    if run.contains(|c: char| c.is_numeric() && !c.is_ascii_digit()) {
        push_foreign(tokens, run);
    } else if !digits {
        push_pieces(tokens, run, words);
    } else if is_number(run) {
        tokens.push(whole(Shape::Number));
    } else if is_hex(run) {
        tokens.push(whole(Shape::Hex));
    } else if let Some((number, unit)) = number_with_unit(run, words) {
        tokens.push(Token { class: Class::Variable(Shape::Number), text: number });
        tokens.push(word(unit, words));
    } else if may_come_apart(run, words) {
        push_pieces(tokens, run, words);
    } else if run.is_ascii() && run.len() <= MOST_TOKEN_BYTES {
        tokens.push(whole(Shape::Token));
    } else {
        push_pieces(tokens, run, words); // letters that are not ASCII: no shape holds them
    }
}

fn is_number(run: &str) -> bool {
    let (whole, decimals) = run.split_once('.').unwrap_or((run, "0"));
    let digits =
        |text: &str, most| (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole, MOST_WHOLE_DIGITS) && digits(decimals, MOST_DECIMALS)
}

fn is_hex(run: &str) -> bool {
    run.len() >= FEWEST_HEX_DIGITS
        && run.bytes().all(|byte| byte.is_ascii_hexdigit())
        && run.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// `12mW`, `33.3s`, `64bit`.
fn number_with_unit<'a>(run: &'a str, words: &Words) -> Option<(&'a str, &'a str)> {
    let (number, unit) = run.split_at_checked(run.find(|c: char| c.is_alphabetic())?)?;
    (is_number(number) && unit.chars().all(char::is_alphabetic) && words.know(unit)).then_some((number, unit))
}

/// Short numbers among technical words: each number may become a slot of its own.
fn may_come_apart(run: &str, words: &Words) -> bool {
    let short = |digits: &str| digits.len() <= MOST_DIGITS_IN_WORD;
    let starts_with_word = run.starts_with(|c: char| c.is_alphabetic());
    starts_with_word
        && run.split(|c: char| !c.is_ascii_digit()).all(short)
        && letters(run).all(|part| part.len() > 1 && words.know(part))
}

fn letters(run: &str) -> impl Iterator<Item = &str> {
    run.split(|c: char| !c.is_alphabetic()).filter(|part| !part.is_empty())
}

/// Words, numbers and what joins them, each as a token.
fn push_pieces<'a>(tokens: &mut Vec<Token<'a>>, run: &'a str, words: &Words) {
    let mut rest = run;
    while let Some(first) = rest.chars().next() {
        let kind = Kind::of(first);
        let end = rest.find(|c| Kind::of(c) != kind).unwrap_or(rest.len());
        let (piece, behind) = rest.split_at(end);
        tokens.push(match kind {
            Kind::Letters => word(piece, words),
            Kind::Digits => Token { class: Class::Variable(Shape::Number), text: piece },
            Kind::Joint => Token { class: Class::Mark, text: piece },
        });
        rest = behind;
    }
}

/// Digits of other scripts: no number that a slot reads, and nothing to pass unconfirmed.
fn push_foreign<'a>(tokens: &mut Vec<Token<'a>>, run: &'a str) {
    tokens.push(Token { class: Class::Unknown, text: run });
}

#[derive(PartialEq, Eq, Clone, Copy)]
enum Kind {
    Letters,
    Digits,
    Joint,
}

impl Kind {
    fn of(c: char) -> Self {
        match c {
            '0'..='9' => Self::Digits,
            '_' | '.' => Self::Joint,
            _ => Self::Letters, // and the signs within "couldn't" and "blue-green"
        }
    }
}

fn word<'a>(text: &'a str, words: &Words) -> Token<'a> {
    let class = if words.know(text) { Class::Known } else { Class::Unknown };
    Token { class, text }
}
