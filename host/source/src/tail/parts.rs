//! Handing out parts of logs, and what a commit has to hold of them.

use std::fs::File;
use std::time::SystemTime;

use labrelay_model::{GapCounts, InputIdentity, Reason};
use labrelay_os::file::{FileFacts, FileId, FileStamp};

use super::TailSource;
use super::content::Content;
use super::log::Life;
use crate::TroubleKind;
use crate::open::{NotNow, OpenedInput};

/// What changed of the logs, to be committed with the records.
#[derive(Debug)]
pub struct TailProgress {
    /// What is to be remembered of a log from now on; `None` forgets it.
    pub logs: Vec<(InputIdentity, Option<Vec<u8>>)>,
    /// What vanished before it was read.
    pub gaps: Vec<(Reason, GapCounts)>,
}

/// A part that is handed out.
pub(super) struct Given {
    file: FileId,
    stamp: FileStamp,
    before: Content,
    after: Content,
}

impl TailSource {
    /// Opens up to `max` logs that have complete lines, those first that waited longest. The same parts are opened again by
    /// the next call, unless they were [`committed`](Self::committed) in between.
    pub fn open_ready(&mut self, max: usize, now: SystemTime) -> Vec<OpenedInput> {
        self.given_out.clear();
        let first: Vec<FileId> =
            self.ready.iter().take(self.bounds.opens.max(max)).map(|(_, file)| *file).collect();
        let mut opened = Vec::new();
        for file in first {
            if opened.len() >= max {
                break;
            }
            match self.open(file, now) {
                Ok(input) => opened.extend(input),
                Err(not_now) => self.put_back(file, not_now),
            }
        }
        opened
    }

    /// Whether what the plugin read of `input` is what was looked at before. If not, nothing of it may be committed: the
    /// log was cut or rewritten meanwhile, which the next call of [`open_ready`](Self::open_ready) finds out.
    pub fn is_unchanged(&self, input: &OpenedInput) -> bool {
        let Some(given) = self.given_out.get(&input.identity) else { return true };
        let same = || -> std::io::Result<bool> {
            let moved = FileFacts::of_file(&input.file)?.stamp != given.stamp;
            Ok(!moved || given.before.extended(&input.file, input.size)? == Some(given.after))
        };
        same().unwrap_or(false)
    }

    /// What has changed by itself since the last commit, whatever becomes of what is handed out.
    pub fn unsaved(&self) -> TailProgress {
        let mut logs: Vec<_> = self.forgotten.iter().map(|identity| (*identity, None)).collect();
        let changed = self.changed.iter().filter_map(|file| self.logs.get(file));
        logs.extend(changed.map(|log| saved(&log.life)));
        TailProgress { logs, gaps: self.gaps.clone() }
    }

    /// The same, and what a commit has to hold if of what is handed out these were read to their end.
    pub fn progress(&self, finished: &[InputIdentity]) -> TailProgress {
        let TailProgress { mut logs, gaps } = self.unsaved();
        for (identity, given) in &self.given_out {
            let Some(log) = self.logs.get(&given.file) else { continue };
            let read = if finished.contains(identity) { given.after } else { given.before };
            logs.push(saved(&log.life.with_read(read)));
        }
        TailProgress { logs, gaps }
    }

    /// What [`progress`](Self::progress) gave for these is committed, or without any what [`unsaved`](Self::unsaved) gave.
    pub fn committed(&mut self, finished: &[InputIdentity]) {
        self.changed.clear();
        self.forgotten.clear();
        self.gaps.clear();
        for identity in finished {
            if let Some(given) = self.given_out.remove(identity) {
                self.was_read(&given);
            }
        }
    }

    /// Hands out the next part of a log, if there is one.
    fn open(&mut self, file: FileId, now: SystemTime) -> Result<Option<OpenedInput>, NotNow> {
        let trouble = |error: std::io::Error| NotNow::Trouble(TroubleKind::of_file(&error));
        let Some(log) = self.logs.get_mut(&file) else { return Err(NotNow::Moved) };
        let opened = log.open()?;
        if !log.is_whole(&opened).map_err(trouble)? {
            self.cut(file, now);
            return Ok(None);
        }
        let gone = log.is_as_read();
        let Some(end) = log.next_part(&opened, self.config.unit, self.config.settle).map_err(trouble)? else {
            log.exhausted = Some(log.stamp);
            self.not_ready(file);
            self.count_gap(Reason::CutShort, gone);
            return Ok(None);
        };
        let extended = log.life.read.extended(&opened, end).map_err(trouble)?;
        self.count_gap(Reason::CutShort, gone);
        match extended {
            Some(after) => Ok(self.give_out(file, opened, after)),
            None => {
                self.cut(file, now);
                Ok(None)
            }
        }
    }

    fn give_out(&mut self, id: FileId, file: File, after: Content) -> Option<OpenedInput> {
        let log = self.logs.get(&id)?;
        let (identity, rows) = (InputIdentity(log.life.identity), InputIdentity(log.life.rows));
        let (path, before) = (log.path.clone(), log.life.read);
        self.given_out.insert(identity, Given { file: id, stamp: log.stamp, before, after });
        Some(OpenedInput { identity, rows, file, begin: before.bytes, size: after.bytes, path })
    }

    /// Leaves a log to the next scan, which finds it again under whatever name it has by then.
    pub(super) fn put_back(&mut self, file: FileId, not_now: NotNow) {
        self.not_ready(file);
        if let (NotNow::Trouble(kind), Some(log)) = (not_now, self.logs.get(&file)) {
            self.report.trouble(kind, log.path.clone());
        }
    }

    /// The part is committed. Others have their turn first.
    fn was_read(&mut self, given: &Given) {
        self.not_ready(given.file);
        self.turn += 1;
        let Some(log) = self.logs.get_mut(&given.file) else { return };
        log.turn = self.turn;
        log.life.read = given.after;
        log.searched = given.after.bytes;
        if given.after.bytes == given.stamp.size {
            log.exhausted = Some(given.stamp);
        }
        self.make_ready_if_due(given.file);
    }
}

fn saved(life: &Life) -> (InputIdentity, Option<Vec<u8>>) {
    (InputIdentity(life.identity), Some(life.save()))
}
