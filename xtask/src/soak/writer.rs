//! Writes files as an instrument's software does, and does to them what such software and people do.
//!
//! Whatever it writes it tells the oracle. It overwrites only what is in the lake: a folder is a place of whole files, and
//! content that is gone before anybody looked is not the host's to save.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::content::{Bad, Line, text};
use super::fault::{Fault, Struck};
use super::logs::Logs;
use super::oracle::Oracle;
use super::random::Random;

/// Most lines of an ordinary file.
const LINES: u64 = 120;
/// Lines of a large file: more than one poll takes, and longer than what tells two files apart at their ends.
const MANY_LINES: u64 = 6_000;
/// Most lines by which a log grows at once.
const LOG_LINES: u64 = 40;
/// Names in a row of rotated files.
const ROTATED: u32 = 5;
/// Pieces that a growing file is written in.
const PIECES: usize = 5;

/// Whether files of which all is in the lake may be overwritten just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Overwriting {
    /// Yes.
    Allowed,
    /// No: the host has forgotten that it has read them, or is about to.
    Forbidden,
}

/// Fills the folder that the host reads.
pub(crate) struct Writer {
    /// What it has written.
    pub(crate) oracle: Oracle,
    folder: PathBuf,
    logs: Logs,
    random: Random,
    struck: Struck,
    next_id: u64,
    next_name: u64,
    overwritten: u32,
}

impl Writer {
    /// For this folder; nothing is written yet.
    pub(crate) fn new(folder: PathBuf, mut random: Random, struck: Struck) -> Self {
        let of_logs = Random::new(random.below(u64::MAX));
        let logs = Logs::new(folder.clone(), of_logs, struck.clone());
        Self {
            oracle: Oracle::default(),
            folder,
            logs,
            random,
            struck,
            next_id: 1,
            next_name: 1,
            overwritten: 0,
        }
    }

    /// Begins a line in a log that will be gone at the end of the round.
    pub(super) fn begin_a_line(&mut self) -> anyhow::Result<()> {
        self.logs.begin_a_line()
    }

    /// All that was written so far is in the lake: files may be written over, and old logs go.
    pub(super) fn all_is_delivered(&mut self) -> anyhow::Result<()> {
        self.oracle.all_is_delivered();
        self.logs.all_is_delivered(&mut self.oracle)
    }

    /// Writes something, and may do something to what lies there.
    pub(crate) fn step(&mut self, overwriting: Overwriting) -> anyhow::Result<()> {
        let lines = self.new_lines(LOG_LINES);
        self.logs.step(lines, &mut self.oracle, overwriting)?;
        match self.random.below(100) {
            0..45 => self.new_file(LINES),
            45..50 => self.new_file(MANY_LINES),
            50..58 => self.grow(),
            58..66 => self.rename(),
            66..74 => self.rotate(),
            74..81 => self.copy(),
            81..88 => self.same_beginning(),
            88.. if overwriting == Overwriting::Allowed => self.overwrite(),
            _ => self.new_file(LINES),
        }
    }

    fn new_file(&mut self, lines: u64) -> anyhow::Result<()> {
        let (name, lines) = (self.new_name(), self.new_lines(lines));
        self.write(name, lines)
    }

    /// Under a name that nobody looks for while it grows.
    fn grow(&mut self) -> anyhow::Result<()> {
        let (to, lines) = (self.new_name(), self.new_lines(LINES));
        let from = to.with_extension("part");
        let mut file = fs::File::create(&from).with_context(|| from.display().to_string())?;
        let text = text(&lines);
        for piece in text.as_bytes().chunks(text.len().div_ceil(PIECES)) {
            file.write_all(piece)?;
            file.sync_all()?;
        }
        fs::rename(&from, &to)?;
        self.oracle.written(to, lines);
        self.struck.note(Fault::Grown);
        Ok(())
    }

    fn rename(&mut self) -> anyhow::Result<()> {
        let Some(from) = self.any_file() else { return Ok(()) };
        let to = self.new_name();
        self.move_file(&from, to)?;
        self.struck.note(Fault::Renamed);
        Ok(())
    }

    /// `log.txt` becomes `log.1.txt`, that becomes `log.2.txt`, and a new `log.txt` is there. None is deleted.
    fn rotate(&mut self) -> anyhow::Result<()> {
        let name = |number: u32| self.folder.join(format!("log.{number}.txt"));
        let names: Vec<PathBuf> = (0..ROTATED).map(name).collect();
        if names.last().is_some_and(|last| last.exists()) {
            let kept = self.new_name();
            names.last().map_or(Ok(()), |last| self.move_file(last, kept))?;
        }
        for (from, to) in names.iter().zip(names.iter().skip(1)).rev() {
            if from.exists() {
                self.move_file(from, to.clone())?;
                self.struck.note(Fault::Rotated);
            }
        }
        let lines = self.new_lines(LINES);
        names.into_iter().next().map_or(Ok(()), |first| self.write(first, lines))
    }

    fn copy(&mut self) -> anyhow::Result<()> {
        let Some(of) = self.any_file() else { return Ok(()) };
        let lines = self.oracle.lines(&of).to_vec();
        let name = self.new_name();
        self.write(name, lines)?;
        self.struck.note(Fault::Copied);
        Ok(())
    }

    fn same_beginning(&mut self) -> anyhow::Result<()> {
        let Some(of) = self.any_file() else { return Ok(()) };
        let mut lines = self.oracle.lines(&of).to_vec();
        lines.extend(self.new_lines(LINES));
        let name = self.new_name();
        self.write(name, lines)?;
        self.struck.note(Fault::SameBeginning);
        Ok(())
    }

    /// Truncates and rewrites in turn, so that both happen in the shortest soak.
    fn overwrite(&mut self) -> anyhow::Result<()> {
        let Some(file) = self.random.one_of(&self.oracle.delivered()).cloned() else { return Ok(()) };
        let lines = self.oracle.lines(&file);
        if self.overwritten.is_multiple_of(2) && lines.len() > 1 {
            let kept = lines.iter().take(lines.len() / 2).copied().collect();
            self.truncate(file, kept)?;
        } else {
            self.rewrite(file)?;
        }
        self.overwritten += 1;
        Ok(())
    }

    /// The same file, other content.
    fn rewrite(&mut self, file: PathBuf) -> anyhow::Result<()> {
        let lines = self.new_lines(LINES);
        self.write(file, lines)?;
        self.struck.note(Fault::Rewritten);
        Ok(())
    }

    /// The same file without its end: to the host a new input, since its end is another.
    fn truncate(&mut self, file: PathBuf, kept: Vec<Line>) -> anyhow::Result<()> {
        OpenOptions::new().write(true).open(&file)?.set_len(text(&kept).len() as u64)?;
        self.oracle.written(file, kept);
        self.struck.note(Fault::Truncated);
        Ok(())
    }

    fn write(&mut self, file: PathBuf, lines: Vec<Line>) -> anyhow::Result<()> {
        fs::write(&file, text(&lines)).with_context(|| file.display().to_string())?;
        self.oracle.written(file, lines);
        Ok(())
    }

    fn move_file(&mut self, from: &Path, to: PathBuf) -> anyhow::Result<()> {
        fs::rename(from, &to).with_context(|| from.display().to_string())?;
        self.oracle.renamed(from, to);
        Ok(())
    }

    fn any_file(&mut self) -> Option<PathBuf> {
        self.random.one_of(&self.oracle.files()).cloned()
    }

    fn new_name(&mut self) -> PathBuf {
        self.next_name += 1;
        self.folder.join(format!("{:06}.txt", self.next_name))
    }

    /// Up to so many, at least one, some of which must stay.
    fn new_lines(&mut self, most: u64) -> Vec<Line> {
        let count = 1 + most / 2 + self.random.below(most / 2);
        (0..count).map(|_| self.new_line()).collect()
    }

    fn new_line(&mut self) -> Line {
        if self.random.percent(5)
            && let Some(bad) = self.random.one_of(&Bad::ALL)
        {
            return Line::Bad(*bad);
        }
        self.next_id += 1;
        Line::Good(self.next_id)
    }
}
