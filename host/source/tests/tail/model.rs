//! Random histories of logs against what was written: every token once in what was committed, or within a counted gap.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;

use crate::lab::{Lab, Then};

#[derive(Debug, Clone)]
enum Step {
    Append { log: u8, lines: u8 },
    AppendWithoutEnd { log: u8 },
    RenameMatching { log: u8 },
    RenameAway { log: u8 },
    CopyAndTruncate { log: u8 },
    Copy { log: u8 },
    Cut { log: u8 },
    Rewrite { log: u8 },
    Delete { log: u8 },
    Scan,
    Read(Then),
    Restart,
    Pass { seconds: u8 },
}

fn step() -> impl Strategy<Value = Step> {
    let log = 0..2_u8;
    prop_oneof![
        6 => (log.clone(), 1..20_u8).prop_map(|(log, lines)| Step::Append { log, lines }),
        1 => log.clone().prop_map(|log| Step::AppendWithoutEnd { log }),
        1 => log.clone().prop_map(|log| Step::RenameMatching { log }),
        1 => log.clone().prop_map(|log| Step::RenameAway { log }),
        2 => log.clone().prop_map(|log| Step::CopyAndTruncate { log }),
        1 => log.clone().prop_map(|log| Step::Copy { log }),
        1 => log.clone().prop_map(|log| Step::Cut { log }),
        1 => log.clone().prop_map(|log| Step::Rewrite { log }),
        1 => log.prop_map(|log| Step::Delete { log }),
        3 => Just(Step::Scan),
        5 => Just(Step::Read(Then::Commit)),
        1 => Just(Step::Read(Then::Lose)),
        1 => Just(Step::Restart),
        1 => (1..30_u8).prop_map(|seconds| Step::Pass { seconds }),
    ]
}

/// A lab with what was written.
struct History {
    lab: Lab,
    next: u32,
    copies: u32,
    /// Committed text.
    read: String,
}

impl History {
    fn new() -> Self {
        Self { lab: Lab::new(), next: 0, copies: 0, read: String::new() }
    }

    /// A token that is written once in all.
    fn token(&mut self) -> String {
        self.next += 1;
        format!("<{:06}>", self.next)
    }

    fn name(log: u8) -> String {
        format!("{log}.log")
    }

    fn new_name(&mut self, ending: &str) -> String {
        self.copies += 1;
        format!("old-{}{ending}", self.copies)
    }

    /// Something of this log was read already; what has never been looked at can't be told from its copy.
    fn is_known(&self, name: &str) -> bool {
        let Ok(text) = std::fs::read_to_string(self.lab.path(name)) else { return false };
        text.get(..8).is_some_and(|first| self.read.contains(first))
    }

    fn exists(&self, name: &str) -> bool {
        self.lab.path(name).exists()
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Append { log, lines } => {
                let text: String = (0..*lines).map(|_| self.token() + "\n").collect();
                self.lab.append(&Self::name(*log), text);
            }
            Step::AppendWithoutEnd { log } => {
                let token = self.token();
                self.lab.append(&Self::name(*log), token);
            }
            Step::RenameMatching { log } => self.rename(*log, ".log"),
            // Only by what was read of it is it known under a name that is not meant.
            Step::RenameAway { log } if self.is_known(&Self::name(*log)) => self.rename(*log, ".txt"),
            Step::RenameAway { .. } => {}
            Step::CopyAndTruncate { log } => {
                if self.copy(*log) {
                    self.lab.truncate(&Self::name(*log), 0);
                    self.look();
                }
            }
            Step::Copy { log } => {
                self.copy(*log);
            }
            Step::Cut { log } => self.harm(*log, |lab, name| lab.truncate(name, 0)),
            Step::Rewrite { log } => {
                // Of what was never read nobody knows that it was replaced.
                if !self.is_known(&Self::name(*log)) {
                    return;
                }
                let text = self.token() + "\n";
                self.harm(*log, |lab, name| lab.write(name, &text));
            }
            Step::Delete { log } => self.harm(*log, |lab, name| lab.remove(name)),
            Step::Scan => self.lab.scan(),
            Step::Read(then) => {
                self.lab.scan();
                self.lab.poll(*then);
                self.read += &std::mem::take(&mut self.lab.read).concat();
            }
            Step::Restart => {
                // What was never committed is known to nobody after a restart, so everything is read before.
                self.read_all();
                self.lab.restart();
                self.lab.scan();
            }
            Step::Pass { seconds } => self.lab.now += Duration::from_secs((*seconds).into()),
        }
    }

    fn rename(&mut self, log: u8, ending: &str) {
        if self.exists(&Self::name(log)) {
            self.lab.scan();
            let to = self.new_name(ending);
            self.lab.rename(&Self::name(log), &to);
            self.look();
        }
    }

    /// One harm at a time: what is done twice between two looks can't be followed.
    fn look(&mut self) {
        for _ in 0..2 {
            self.lab.scan();
            self.lab.poll(Then::Lose);
        }
    }

    fn copy(&mut self, log: u8) -> bool {
        let name = Self::name(log);
        if !self.is_known(&name) {
            return false;
        }
        self.lab.scan();
        let to = self.new_name(".log");
        self.lab.copy(&name, &to);
        true
    }

    /// Something is lost, and we have seen it before.
    fn harm(&mut self, log: u8, harm: impl FnOnce(&Lab, &str)) {
        if self.exists(&Self::name(log)) {
            self.lab.scan();
            harm(&self.lab, &Self::name(log));
            self.look();
        }
    }

    fn read_all(&mut self) {
        self.read += &self.lab.drain_at_rest().concat();
    }

    /// Tokens that were read, with how often.
    fn tokens(&self) -> BTreeMap<u32, u32> {
        let mut tokens = BTreeMap::new();
        for token in self.read.split('<').skip(1) {
            *tokens.entry(token.get(..6).unwrap().parse().unwrap()).or_default() += 1;
        }
        tokens
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_line_is_read_once_or_stands_in_a_gap(steps in prop::collection::vec(step(), 1..40)) {
        let mut history = History::new();
        for step in &steps {
            history.take(step);
        }
        history.read_all();
        let tokens = history.tokens();
        let doubled: Vec<_> = tokens.iter().filter(|(_, count)| **count > 1).collect();
        prop_assert!(doubled.is_empty(), "read twice: {:?}", doubled);
        let missing = u64::from(history.next) - tokens.len() as u64;
        let gap_bytes: u64 = history.lab.gaps.values().map(|gap| gap.bytes).sum();
        prop_assert!(missing * 8 <= gap_bytes, "{} tokens are missing, {} bytes in gaps", missing, gap_bytes);
        prop_assert!(gap_bytes <= missing * 9, "{} bytes in gaps, {} tokens are missing", gap_bytes, missing);
    }
}
