//! A group as an event of a catalogue: what is literal, what each slot becomes, and what it is called.

use labrelay_manifest::{Severity, Shape};

use crate::Words;
use crate::group::{Group, Part};
use crate::name::{Codes, SlotNames, plain_word};
use crate::slot::{Proposal, propose};

/// Most slots that the matcher takes in one template.
const MOST_SLOTS: usize = 16;
/// Behind these words stands no reading: what they announce names a thing or a person.
const NAMING: &str = "id ids uid pid user users account login patient person operator physician doctor \
                      name sample specimen tube barcode case order accession record mrn ssn dob born \
                      birth age phone fax tel room bed ward visit encounter insurance card passport \
                      licence license serial lot number no key token session host ip address zip port";

/// An event to be written into the manifest.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) code: String,
    pub(crate) severity: Severity,
    pub(crate) lines: u64,
    pub(crate) pieces: Vec<Piece>,
}

/// A part of an event's template.
#[derive(Debug)]
pub(crate) enum Piece {
    Text(Box<str>),
    /// A word that nobody has confirmed.
    Unconfirmed(Box<str>),
    Slot {
        name: String,
        proposal: Proposal,
    },
}

/// Makes events of groups, each with names of its own.
#[derive(Debug)]
pub(crate) struct Events<'w> {
    pub(crate) words: &'w Words,
    /// Whether unknown words are taken as they are.
    pub(crate) trusted: bool,
    pub(crate) codes: Codes,
    pub(crate) names: SlotNames,
}

impl Events<'_> {
    /// `None` if the group's lines say hardly anything but values, or hold more of them than a template may.
    pub(crate) fn of(&mut self, group: &Group, ignore_all: bool) -> Option<Event> {
        let mut proposals = self.proposals(group, ignore_all);
        fix_constants(&mut proposals, group);
        let slots =
            proposals.iter().filter(|(_, proposal)| matches!(proposal, Some(it) if !is_constant(it))).count();
        if slots > MOST_SLOTS || !group.says_enough() {
            return None;
        }
        let code = self.codes.of(&group.parts, self.trusted);
        let severity = severity(&group.parts);
        Some(Event { code, severity, lines: group.lines, pieces: self.pieces(proposals) })
    }

    /// What becomes of each part; `None` beside what is literal anyway.
    fn proposals<'g>(&self, group: &'g Group, ignore_all: bool) -> Vec<(&'g Part, Option<Proposal>)> {
        let proposal = |(at, part): (usize, &'g Part)| {
            let Part::Slot { shape, seen } = part else { return (part, None) };
            let drop = ignore_all
                || is_named(&group.parts, at)
                || *shape == Shape::Number && has_number_beside(&group.parts, at);
            let proposal = match drop {
                true => Proposal::Ignored(*shape),
                false => propose(*shape, seen, self.words, self.trusted),
            };
            (part, Some(proposal))
        };
        group.parts.iter().enumerate().map(proposal).collect()
    }

    fn pieces(&mut self, proposals: Vec<(&Part, Option<Proposal>)>) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut names = Vec::new();
        let mut word = None;
        for (part, proposal) in proposals {
            word = plain_word(part, false).or(word);
            pieces.push(match (part, proposal) {
                (_, Some(Proposal::Constant(text))) => Piece::Unconfirmed(text),
                (_, Some(proposal)) => {
                    let before = word.take().filter(|_| !matches!(proposal, Proposal::Ignored(_)));
                    let name = self.names.of(before, proposal.kind(), &names);
                    names.push(name.clone());
                    Piece::Slot { name, proposal }
                }
                (Part::Word { text, known: false }, None) => Piece::Unconfirmed(text.clone()),
                (Part::Mark(text) | Part::Word { text, .. }, None) => Piece::Text(text.clone()),
                (Part::Slot { shape, .. }, None) => {
                    Piece::Slot { name: String::new(), proposal: Proposal::Ignored(*shape) }
                }
            });
        }
        pieces
    }
}

impl Proposal {
    /// The word that stands for values of this kind.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Constant(_) => "text",
            Self::Int { .. } => "int",
            Self::Float { .. } => "float",
            Self::Bool => "bool",
            Self::Enum(_) => "word",
            Self::Ignored(Shape::Number) => "number",
            Self::Ignored(Shape::Hex) => "hex",
            Self::Ignored(Shape::Time) => "time",
            Self::Ignored(Shape::Token) => "token",
            Self::Ignored(Shape::Path) => "path",
        }
    }
}

fn is_constant(proposal: &Proposal) -> bool {
    matches!(proposal, Proposal::Constant(_))
}

/// Whether the words before a slot announce a name or id of something.
fn is_named(parts: &[Part], at: usize) -> bool {
    let before = parts.get(..at).unwrap_or_default().iter().rev();
    let words = before
        .take_while(|part| !matches!(part, Part::Slot { .. }))
        .filter_map(|part| plain_word(part, true));
    words.take(2).any(|word| NAMING.split(' ').any(|naming| naming == word))
}

/// Whether another number stands beside a slot without a word between: a phone number or a date in groups.
fn has_number_beside(parts: &[Part], at: usize) -> bool {
    let is_mark = |part: &&Part| matches!(part, Part::Mark(_));
    let is_number = |part: &Part| matches!(part, Part::Slot { shape: Shape::Number, .. });
    let (before, behind) = (parts.get(..at).unwrap_or_default(), parts.get(at + 1..).unwrap_or_default());
    before.iter().rev().find(|part| !is_mark(part)).is_some_and(is_number)
        || behind.iter().find(|part| !is_mark(part)).is_some_and(is_number)
}

/// Where a template would have too many slots, numbers that were the same in every line become text.
fn fix_constants(proposals: &mut [(&Part, Option<Proposal>)], group: &Group) {
    let slots = |proposals: &[(&Part, Option<Proposal>)]| {
        proposals.iter().filter(|(_, proposal)| proposal.is_some()).count()
    };
    if slots(proposals) <= MOST_SLOTS || group.lines < 2 {
        return;
    }
    for (part, proposal) in proposals {
        let Part::Slot { seen, .. } = part else { continue };
        let only = seen.words().filter(|words| words.len() == 1).and_then(|words| words.keys().next());
        if let Some(text) = only.filter(|text| text.len() <= 2) {
            *proposal = Some(Proposal::Constant(text.clone()));
        }
    }
}

/// From the words of the line, for a person to correct.
fn severity(parts: &[Part]) -> Severity {
    let says = |stems: &[&str]| {
        let words = parts.iter().filter_map(|part| plain_word(part, true));
        words.into_iter().any(|word| stems.iter().any(|stem| word.starts_with(stem)))
    };
    if says(&["fatal", "critical", "emergency", "panic"]) {
        Severity::Critical
    } else if says(&["err", "fail", "exception", "crash"]) {
        Severity::Error
    } else if says(&["warn", "low", "high", "retry", "timeout", "lost", "unable", "cannot", "couldn"]) {
        Severity::Warning
    } else {
        Severity::Info
    }
}
