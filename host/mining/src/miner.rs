//! From lines to a proposal, and the repair of what a catalogue would not take.

use std::cmp::Reverse;

use labrelay_manifest::{Manifest, ManifestErrors};

use crate::event::{Event, Events};
use crate::group::{Group, Groups};
use crate::line::{Unfit, readable};
use crate::name::{Codes, SlotNames};
use crate::yaml::{self, Heading, Text};
use crate::{Words, clear, merge, overlap, widen};

/// Rounds of repair: each makes every unclear template wider or leaves it out, so few are ever needed.
const MOST_ROUNDS: usize = 40;

/// Reads lines; `finish` proposes a catalogue.
#[derive(Debug)]
pub struct Miner {
    words: Words,
    accept_words: bool,
    groups: Groups,
    counts: Counts,
}

/// What became of the lines read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Lines with text.
    pub lines: u64,
    /// Of these, not UTF-8 or with characters that hide something: no catalogue matches them.
    pub disguised: u64,
    /// Longer than [`crate::MAX_LINE_BYTES`].
    pub too_long: u64,
    /// Of a form that came after too many others.
    pub too_varied: u64,
}

impl Miner {
    /// `accept_words` takes unknown words as part of the message: for evaluation, or where a log is known to hold
    /// nothing about people.
    pub fn new(words: Words, accept_words: bool) -> Self {
        Self { words, accept_words, groups: Groups::default(), counts: Counts::default() }
    }

    /// Learns from a line, given without its line feed.
    pub fn add(&mut self, line: &[u8]) {
        let line = line.trim_ascii_end();
        if line.is_empty() {
            return;
        }
        self.counts.lines += 1;
        match readable(line) {
            Ok(line) if self.groups.add(line, &self.words) => {}
            Ok(_) => self.counts.too_varied += 1,
            Err(Unfit::Disguised) => self.counts.disguised += 1,
            Err(Unfit::TooLong) => self.counts.too_long += 1,
        }
    }

    /// What became of the lines so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Merges what belongs together and proposes a catalogue without unclear or ambiguous templates.
    pub fn finish(self, heading: Heading) -> Proposal {
        let groups = merge::merge(self.groups.finish(), self.accept_words);
        let groups = overlap::absorb(groups.into_iter().flat_map(widen::spell_out).collect());
        let mut groups = overlap::absorb(groups.into_iter().flat_map(clear::clear_ends).collect());
        groups.sort_by_key(|group| Reverse(group.lines)); // a reviewer reads the frequent ones first
        let candidates = groups.into_iter().map(|group| Candidate { group, care: Care::Inferred }).collect();
        let mut proposal =
            Proposal { words: self.words, accept_words: self.accept_words, heading, candidates, left_out: 0 };
        proposal.settle();
        proposal
    }
}

/// A proposed catalogue.
#[derive(Debug)]
pub struct Proposal {
    words: Words,
    accept_words: bool,
    heading: Heading,
    candidates: Vec<Candidate>,
    left_out: u64,
}

/// A group that is to become an event.
#[derive(Debug)]
struct Candidate {
    group: Group,
    care: Care,
}

/// How carefully a group's values are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Care {
    /// Slots as inferred.
    Inferred,
    /// Every value is dropped.
    Ignored,
    /// Every value is dropped, with all that touches it.
    Widened,
    /// Not proposed.
    LeftOut,
}

impl Proposal {
    /// The manifest to review.
    pub fn yaml(&self) -> String {
        self.written(self.accept_words).yaml
    }

    /// Events proposed.
    pub fn events(&self) -> usize {
        self.candidates.len()
    }

    /// Lines whose form no catalogue takes: nothing but values, or like another one's.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// The manifest as it would be with all words confirmed, to match the lines again.
    pub fn confirmed(&self) -> Result<Manifest, ManifestErrors> {
        Manifest::parse(self.written(true).yaml.as_bytes())
    }

    /// Drops the values of these events, given by their index in [`Proposal::confirmed`]: lines that come nearest to
    /// them did not match. Says whether anything changed.
    pub fn ignore_values(&mut self, events: &[u16]) -> bool {
        let mut changed = false;
        for event in events {
            if let Some(candidate) = self.candidates.get_mut(usize::from(*event)) {
                changed |= candidate.care == Care::Inferred;
                candidate.care = candidate.care.max(Care::Ignored);
            }
        }
        self.settle();
        changed
    }

    /// Repairs until the manifest is one that `manifest check` takes.
    fn settle(&mut self) {
        self.drop_empty();
        for _ in 0..MOST_ROUNDS {
            let text = self.written(true);
            let Err(errors) = Manifest::parse(text.yaml.as_bytes()) else { return };
            self.repair(&text, &errors);
            self.drop_empty();
        }
        let text = self.written(true);
        if let Err(errors) = Manifest::parse(text.yaml.as_bytes()) {
            self.drop_all(&text, &errors);
        }
    }

    fn written(&self, confirmed: bool) -> Text {
        let events: Vec<Event> = self.made().into_iter().flatten().collect();
        yaml::write(&self.heading, &events, confirmed)
    }

    /// Each candidate as an event, `None` where it can't be one.
    fn made(&self) -> Vec<Option<Event>> {
        let mut events = Events {
            words: &self.words,
            trusted: self.accept_words,
            codes: Codes::default(),
            names: SlotNames::default(),
        };
        self.candidates.iter().map(|one| events.of(&one.group, one.care > Care::Inferred)).collect()
    }

    /// Leaves out what can't be an event.
    fn drop_empty(&mut self) {
        let made = self.made();
        let mut kept = Vec::with_capacity(self.candidates.len());
        for (candidate, event) in std::mem::take(&mut self.candidates).into_iter().zip(made) {
            if event.is_some() && candidate.care != Care::LeftOut {
                kept.push(candidate);
            } else {
                self.left_out += candidate.group.lines;
            }
        }
        self.candidates = kept;
    }

    /// Of two templates for the same line the rarer goes; one that is unclear in itself becomes wider.
    fn repair(&mut self, text: &Text, errors: &ManifestErrors) {
        for error in errors.iter() {
            let Some(at) = text.event_at(error.line) else { continue };
            match error.other_line.and_then(|line| text.event_at(line)) {
                Some(other) if other != at => self.leave_out_rarer(at, other),
                _ => self.candidates.get_mut(at).into_iter().for_each(Candidate::raise),
            }
        }
    }

    fn leave_out_rarer(&mut self, one: usize, other: usize) {
        let lines = |at: usize| self.candidates.get(at).map_or(0, |candidate| candidate.group.lines);
        let rarer = if lines(one) <= lines(other) { one } else { other };
        let both = [one, other].map(|at| self.candidates.get(at).is_none_or(|it| it.care == Care::LeftOut));
        if let (false, Some(rarer)) = (both.contains(&true), self.candidates.get_mut(rarer)) {
            rarer.care = Care::LeftOut;
        }
    }

    fn drop_all(&mut self, text: &Text, errors: &ManifestErrors) {
        for at in errors.iter().filter_map(|error| text.event_at(error.line)) {
            self.candidates.get_mut(at).into_iter().for_each(|candidate| candidate.care = Care::LeftOut);
        }
        self.drop_empty();
    }
}

impl Candidate {
    fn raise(&mut self) {
        self.care = match self.care {
            Care::Inferred => Care::Ignored,
            Care::Ignored => {
                self.group = widen::widen(&self.group);
                Care::Widened
            }
            Care::Widened | Care::LeftOut => Care::LeftOut,
        };
    }
}
