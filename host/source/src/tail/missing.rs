//! Logs that the walk did not meet: renamed to a name that the pattern does not match, or gone.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use labrelay_model::{InputIdentity, Reason};
use labrelay_os::file::FileId;

use super::TailSource;
use super::copies::Lost;
use super::log::{Life, Log, Name};
use crate::walk::file_at;

/// A log that was rotated away is let go once it has been read to its end and quiet for so long: programs write to
/// a renamed log until they open the next one.
const LET_GO_AFTER: Duration = Duration::from_secs(600);

impl TailSource {
    /// Finds the logs that this round has not met, by their file; those that are nowhere have ended.
    pub(super) fn look_for_missing(&mut self, now: SystemTime) {
        let mut missing: HashSet<FileId> = self
            .logs
            .iter()
            .filter(|(_, log)| log.watch.round != self.round)
            .map(|(file, _)| *file)
            .collect();
        if missing.is_empty() {
            return;
        }
        let still_there: Vec<(FileId, PathBuf)> = missing
            .iter()
            .filter_map(|file| Some((*file, self.logs.get(file)?.path.clone())))
            .filter(|(file, path)| file_at(path).is_some_and(|facts| facts.id == *file))
            .collect();
        for (file, path) in still_there {
            missing.remove(&file);
            self.meet_away(file, path, now);
        }
        for folder in self.folders_of(&missing) {
            self.search(&folder, &mut missing, now);
        }
        for file in missing {
            self.lose(file, Log::into_life);
        }
    }

    fn folders_of(&self, missing: &HashSet<FileId>) -> HashSet<PathBuf> {
        let paths = missing.iter().filter_map(|file| self.logs.get(file)).map(|log| log.path.as_path());
        let mut folders = HashSet::new();
        for path in paths {
            match path.parent() {
                Some(folder) => drop(folders.insert(folder.to_owned())),
                None => folders.extend(self.config.folders.iter().cloned()), // not met since the start
            }
        }
        folders
    }

    fn search(&mut self, folder: &Path, missing: &mut HashSet<FileId>, now: SystemTime) {
        let Ok(entries) = folder.read_dir() else { return };
        for entry in entries.take(self.bounds.entries).flatten() {
            if missing.is_empty() {
                break;
            }
            let path = entry.path();
            if let Some(facts) = file_at(&path).filter(|facts| missing.remove(&facts.id)) {
                self.meet_away(facts.id, path, now);
            }
        }
    }

    /// Met under a name that does not match: read to its end, then let go. File numbers are used again, so it has to go on
    /// with what was read; a log of which nothing was read is lost.
    fn meet_away(&mut self, file: FileId, path: PathBuf, now: SystemTime) {
        let round = self.round;
        let Some(log) = self.logs.get_mut(&file) else { return };
        let Some(facts) = file_at(&path) else { return };
        let is_as_it_was = log.name == Name::Other && log.stamp == facts.stamp;
        log.meet((path, Name::Other), facts.stamp, now, round);
        let goes_on = is_as_it_was || (log.life.read.bytes > 0 && matches!(log.open_whole(), Ok(Some(_))));
        if !goes_on {
            return self.lose(file, |log| log.life);
        }
        if log.unread() == 0 && log.quiet_for >= LET_GO_AFTER {
            self.not_ready(file);
            if let Some(log) = self.logs.remove(&file) {
                self.forgotten.push(InputIdentity(log.life.identity));
            }
            return;
        }
        self.make_ready_if_due(file);
    }

    /// This log is nowhere any more; `life` says with what it has ended.
    pub(super) fn lose(&mut self, file: FileId, life: impl FnOnce(Log) -> Life) {
        self.not_ready(file);
        self.changed.remove(&file);
        if let Some(log) = self.logs.remove(&file) {
            self.lost.push(Lost::new(life(log), Reason::Vanished, self.round));
        }
    }
}
