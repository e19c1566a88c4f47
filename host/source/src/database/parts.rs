//! Handing out rows of tables as inputs, and what a commit has to hold of them.

use std::time::SystemTime;

use labrelay_model::{GapCounts, InputIdentity, Reason};
use labrelay_os::file::{FileId, unnamed};

use super::followed::Followed;
use super::row::Row;
use super::snapshot::{NoLook, Snapshot};
use super::watched::Table;
use super::{DatabaseSource, ONE_GAP, TableConfig};
use crate::TroubleKind;
use crate::open::OpenedInput;

/// Bytes of rows after which one call opens no further database: as many as a plugin's reply may have.
const MAX_OPEN_BYTES: u64 = 4 << 20;

/// What changed of the tables, to be committed with the records.
#[derive(Debug)]
pub struct DatabaseProgress {
    /// What is to be remembered of a table from now on; `None` forgets it.
    pub tables: Vec<(InputIdentity, Option<Vec<u8>>)>,
    /// What vanished before it was read. A row has no bytes.
    pub gaps: Vec<(Reason, GapCounts)>,
}

/// Rows that are handed out.
pub(super) struct Given {
    file: FileId,
    /// Place in the configuration.
    table: usize,
    before: Followed,
    after: Followed,
    state: Table,
}

/// What one look found of one table.
struct Found {
    table: usize,
    before: Followed,
    rows: Vec<Row>,
    state: Table,
    /// A row that waited is gone.
    vanished: bool,
}

impl DatabaseSource {
    /// Looks into databases that are due, and opens up to `max` inputs: each the rows of one table, in a file without a name.
    /// The same rows are handed out again by the next call, unless they were [`committed`](Self::committed) in between.
    pub fn open_ready(&mut self, max: usize, now: SystemTime) -> Vec<OpenedInput> {
        self.given_out.clear();
        let due = self.databases.iter().filter(|(_, database)| database.due).map(|(file, _)| *file);
        let mut opened = Vec::new();
        for file in due.take(self.bounds.looks).collect::<Vec<_>>() {
            let room = max.saturating_sub(opened.len());
            if room == 0 || opened.iter().map(|input: &OpenedInput| input.size).sum::<u64>() >= MAX_OPEN_BYTES
            {
                break;
            }
            match self.look(file, now).and_then(|found| self.give_out(file, found, room, now)) {
                Ok(inputs) => opened.extend(inputs),
                Err(why) => self.put_back(file, why, now),
            }
        }
        opened
    }

    /// What has changed by itself since the last commit.
    pub fn unsaved(&self) -> DatabaseProgress {
        let forgotten = self.forgotten.iter().map(|identity| (*identity, None));
        let changed = self.changed.iter().filter_map(|place| self.followed.get(place));
        let changed = changed.map(|followed| (followed.identity(&self.key), Some(followed.save())));
        DatabaseProgress { tables: forgotten.chain(changed).collect(), gaps: self.gaps.clone() }
    }

    /// The same, and what a commit has to hold if of what is handed out these were read to their end.
    pub fn progress(&self, finished: &[InputIdentity]) -> DatabaseProgress {
        let DatabaseProgress { mut tables, gaps } = self.unsaved();
        tables.extend(self.given_out.iter().map(|(input, given)| {
            let followed = if finished.contains(input) { &given.after } else { &given.before };
            (followed.identity(&self.key), Some(followed.save()))
        }));
        DatabaseProgress { tables, gaps }
    }

    /// What [`progress`](Self::progress) gave for these is committed, or without any what [`unsaved`](Self::unsaved) gave.
    pub fn committed(&mut self, finished: &[InputIdentity]) {
        self.forgotten.clear();
        self.changed.clear();
        self.gaps.clear();
        for input in finished {
            let Some(given) = self.given_out.remove(input) else { continue };
            if let Some(database) = self.databases.get_mut(&given.file) {
                database.new = false;
                database.due = false; // the next look comes with the next scan, so that its writer has the file to itself
                if let Some(table) = database.tables.get_mut(given.table) {
                    *table = given.state;
                }
            }
            self.followed.insert((given.file, given.table), given.after);
        }
    }

    /// Reads all tables as of one moment; with what keeps a table of them from being read.
    fn look(&self, file: FileId, now: SystemTime) -> Result<(Vec<Found>, Option<TroubleKind>), NoLook> {
        let database = self.databases.get(&file).ok_or(NoLook::NotNow)?;
        Snapshot::look(&database.path, &self.config.tables, (now, self.config.settle), |snapshot| {
            let (mut all, mut trouble) = (Vec::new(), None);
            for (index, (table, state)) in self.config.tables.iter().zip(&database.tables).enumerate() {
                match self.read(snapshot, (file, index), table, *state, now) {
                    Ok(found) => all.push(found),
                    // The other tables are read all the same.
                    Err(NoLook::Trouble(kind @ TroubleKind::TableMissing)) => trouble = Some(kind),
                    Err(other) => return Err(other),
                }
            }
            Ok((all, trouble))
        })
    }

    /// The next rows of one table that have rested.
    fn read(
        &self,
        snapshot: &Snapshot,
        (file, index): (FileId, usize),
        table: &TableConfig,
        Table { waits, .. }: Table,
        now: SystemTime,
    ) -> Result<Found, NoLook> {
        let last = snapshot.last_key(table)?;
        let before = self.followed_in(snapshot, (file, index), table)?;
        let still_there = |(to, _)| Ok(snapshot.row(table, to)?.is_some());
        let vanished = !waits.map(still_there).transpose()?.unwrap_or(true);
        let waits = waits.filter(|_| !vanished);
        let mut state = Table::default();
        let nothing = |before, state| Found { table: index, before, rows: Vec::new(), state, vanished };
        let (Some(last), from) = (last, before.read().map_or(Some(i64::MIN), |read| read.checked_add(1)))
        else {
            return Ok(nothing(before, state));
        };
        let Some(from) = from.filter(|from| *from <= last) else { return Ok(nothing(before, state)) };
        let waits =
            waits.filter(|(to, since)| (from..=last).contains(to) && *since <= now).unwrap_or((last, now));
        state.waits = Some(waits);
        if now.duration_since(waits.1).unwrap_or_default() < self.config.settle {
            return Ok(nothing(before, state));
        }
        let part = snapshot.part(table, from, waits.0)?;
        state.more = part.more;
        if !part.more {
            state.waits = (waits.0 < last).then_some((last, now));
        }
        Ok(Found { table: index, before, rows: part.rows, state, vanished })
    }

    /// What is known of a table and still true. Of a file that is new here, or no longer what it was, that may be what is
    /// known of another one.
    fn followed_in(
        &self,
        snapshot: &Snapshot,
        place: (FileId, usize),
        table: &TableConfig,
    ) -> Result<Followed, NoLook> {
        let anew = || Followed::new(place.0, table, &self.key);
        let known = self.followed.get(&place).cloned().unwrap_or_else(anew);
        let own = known.resumed(snapshot, table, &self.key)?;
        let is_new = self.databases.get(&place.0).is_some_and(|database| database.new);
        if !is_new && own.read().is_some() && own == known {
            return Ok(own);
        }
        let mut best = own.clone();
        let others = self.followed.iter().filter(|((file, index), _)| *index == place.1 && *file != place.0);
        for (_, other) in others {
            let other = other.resumed(snapshot, table, &self.key)?;
            if other.read() > best.read() {
                best = other.in_place_of(&own);
            }
        }
        Ok(best)
    }

    fn give_out(
        &mut self,
        file: FileId,
        (found, trouble): (Vec<Found>, Option<TroubleKind>),
        room: usize,
        now: SystemTime,
    ) -> Result<Vec<OpenedInput>, NoLook> {
        let Some(database) = self.databases.get_mut(&file) else { return Ok(Vec::new()) };
        let mut opened = Vec::new();
        for Found { table, before, rows, state, vanished } in found {
            if vanished {
                self.gaps.push((Reason::CutShort, ONE_GAP));
                // Told, whatever becomes of the rows that are handed out now.
                database.tables.get_mut(table).into_iter().for_each(|table| table.waits = None);
            }
            if rows.is_empty() {
                database.tables.get_mut(table).into_iter().for_each(|table| *table = state);
                let known = self.followed.get(&(file, table)).and_then(Followed::read);
                if before.read() > known {
                    self.followed.insert((file, table), before);
                    self.changed.insert((file, table));
                }
                continue;
            }
            let Some(config) = self.config.tables.get(table).filter(|_| opened.len() < room) else {
                continue;
            };
            let lines: String = rows.iter().flat_map(|row| [row.line.as_str(), "\n"]).collect();
            let identity = before.input(&self.key);
            opened.push(OpenedInput {
                identity,
                rows: InputIdentity(before.rows),
                file: unnamed(lines.as_bytes()).map_err(|_| NoLook::Trouble(TroubleKind::ReadError))?,
                begin: 0,
                size: lines.len() as u64,
                path: database.path.clone(),
            });
            let after = before.clone().with_read(&rows, config, &self.key);
            self.given_out.insert(identity, Given { file, table, before, after, state });
        }
        (database.busy_looks, database.trouble) = (0, trouble);
        if opened.is_empty() {
            (database.due, database.new) = (false, false);
            database.exhausted = Some((database.stamps, now));
        }
        Ok(opened)
    }
}
