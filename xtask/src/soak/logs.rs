//! Logs that grow while they are read, rotated in every way that programs know; and lines that vanish before they are read.
//!
//! Whatever it writes it tells the oracle. It cuts, copies and hides only logs of which something has been read: what was never
//! looked at can't be told from its copy, and is not the host's to save.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::content::{Line, text};
use super::fault::{Fault, Struck};
use super::oracle::Oracle;
use super::random::Random;
use super::writer::Overwriting;

/// Logs that are written at the same time.
const LOGS: u64 = 4;
/// What stands in a log that is deleted before its line has an end.
const HALF_A_LINE: &str = "half a line";

/// Writes logs into the folder that the host reads.
pub(super) struct Logs {
    folder: PathBuf,
    random: Random,
    struck: Struck,
    /// Those of which something has been read.
    known: BTreeSet<u64>,
    /// Of these, how many were cut or renamed away.
    known_rotated: u64,
    next_name: u64,
    /// Files of lines without an end, which the host has seen.
    halves: Vec<PathBuf>,
}

impl Logs {
    pub(super) fn new(folder: PathBuf, random: Random, struck: Struck) -> Self {
        Self {
            folder,
            random,
            struck,
            known: BTreeSet::new(),
            known_rotated: 0,
            next_name: 0,
            halves: Vec::new(),
        }
    }

    /// Appends `lines` to a log, and may rotate one.
    pub(super) fn step(
        &mut self,
        lines: Vec<Line>,
        oracle: &mut Oracle,
        cutting: Overwriting,
    ) -> anyhow::Result<()> {
        let log = self.random.below(LOGS);
        self.append(log, lines, oracle)?;
        if self.random.percent(10) {
            return self.rotate_by_rename(log, "log", Fault::LogRenamed, oracle);
        }
        // In turn, so that both happen in the shortest soak.
        match self.known.first().copied() {
            Some(known) if cutting == Overwriting::Allowed && self.random.percent(20) => {
                self.known_rotated += 1;
                match self.known_rotated % 2 {
                    0 => self.rotate_by_rename(known, "old", Fault::LogRenamedAway, oracle),
                    _ => self.copy_and_truncate(known, oracle),
                }
            }
            _ => Ok(()),
        }
    }

    /// Everything is read and delivered: old logs go, and half a line is gone with its log.
    pub(super) fn all_is_delivered(&mut self, oracle: &mut Oracle) -> anyhow::Result<()> {
        self.known =
            (0..LOGS).filter(|log| fs::metadata(self.path(*log)).is_ok_and(|log| log.len() > 0)).collect();
        for old in oracle.take_old_logs() {
            fs::remove_file(old)?;
        }
        for half in std::mem::take(&mut self.halves) {
            fs::remove_file(half)?;
            oracle.vanished(HALF_A_LINE.len() as u64);
            self.struck.note(Fault::LineVanished);
        }
        Ok(())
    }

    /// Begins a line that will vanish at the end of this round: the host sees it meanwhile.
    pub(super) fn begin_a_line(&mut self) -> anyhow::Result<()> {
        let half = self.new_name("half.log");
        fs::write(&half, HALF_A_LINE)?;
        self.halves.push(half);
        Ok(())
    }

    fn append(&mut self, log: u64, lines: Vec<Line>, oracle: &mut Oracle) -> anyhow::Result<()> {
        let path = self.path(log);
        let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
        let text = text(&lines);
        // In two pieces, as a buffer is flushed: between lines or within one.
        let (first, second) = text.as_bytes().split_at(text.len() / 2);
        file.write_all(first)?;
        file.write_all(second)?;
        oracle.appended(path, lines);
        self.struck.note(Fault::LogGrown);
        Ok(())
    }

    fn rotate_by_rename(
        &mut self,
        log: u64,
        ending: &str,
        fault: Fault,
        oracle: &mut Oracle,
    ) -> anyhow::Result<()> {
        let (from, to) = (self.path(log), self.new_name(ending));
        fs::rename(&from, &to)?;
        self.known.remove(&log);
        oracle.log_rotated(&from, to);
        self.struck.note(fault);
        Ok(())
    }

    /// The copy has everything, and the log begins anew.
    fn copy_and_truncate(&mut self, log: u64, oracle: &mut Oracle) -> anyhow::Result<()> {
        let (from, to) = (self.path(log), self.new_name("log"));
        fs::copy(&from, &to)?;
        OpenOptions::new().write(true).open(&from)?.set_len(0)?;
        self.known.remove(&log);
        oracle.log_rotated(&from, to);
        self.struck.note(Fault::LogCut);
        Ok(())
    }

    fn path(&self, log: u64) -> PathBuf {
        self.folder.join(format!("{log}.log"))
    }

    fn new_name(&mut self, ending: &str) -> PathBuf {
        self.next_name += 1;
        Path::new(&self.folder).join(format!("old-{:06}.{ending}", self.next_name))
    }
}
