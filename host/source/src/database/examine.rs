//! Whether the databases of a source can be read as declared, for `labrelay check`: which table, column or key is amiss.
//!
//! Names what the manifest declares, and nothing that stands in a database.

use std::fmt;
use std::time::{Duration, SystemTime};

use super::DatabaseConfig;
use super::TableConfig;
use super::snapshot::{NoLook, Snapshot};
use crate::TroubleKind;
use crate::walk::{Step, Walk, Wanted};

/// Most databases that are tried; the rest are alike.
const MAX_TRIED: usize = 8;
/// Most entries of the folders that are looked at.
const MAX_ENTRIES: usize = 20_000;

/// What was found.
#[derive(Debug, Default)]
pub struct Examined {
    /// Databases that were looked for and are there.
    pub databases: usize,
    /// What is amiss in them.
    pub findings: Vec<Finding>,
}

/// What keeps a database, or a table of it, from being read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The database can't be read at all.
    Database(TroubleKind),
    /// There is no such table, or it is a view or a virtual one.
    NoTable(Box<str>),
    /// The table has no such column.
    NoColumn(Box<str>, Box<str>),
    /// This column is not the table's `INTEGER PRIMARY KEY`.
    NoKey(Box<str>, Box<str>),
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database(kind) => kind.fmt(f),
            Self::NoTable(table) => write!(f, "there is no table `{table}` in it"),
            Self::NoColumn(table, column) => write!(f, "the table `{table}` has no column `{column}`"),
            Self::NoKey(table, key) => {
                write!(
                    f,
                    "`{key}` is not the INTEGER PRIMARY KEY of the table `{table}`, by which its rows are followed"
                )
            }
        }
    }
}

impl DatabaseConfig {
    /// Looks into the databases that are there now.
    pub fn examine(&self, now: SystemTime) -> Examined {
        let mut walk = Walk::new(self.folders.clone());
        let mut examined = Examined::default();
        for _ in 0..MAX_ENTRIES {
            let wanted = Wanted { pattern: &self.pattern, recursive: self.recursive };
            let Some(step) = walk.next(wanted) else { break };
            let Step::File(path) = step else { continue };
            examined.databases += 1;
            if examined.databases > MAX_TRIED {
                break;
            }
            let look = Snapshot::look(&path, &self.tables, (now, Duration::ZERO), |snapshot| {
                Ok(self.tables.iter().filter_map(|table| finding(snapshot, table)).collect::<Vec<_>>())
            });
            match look {
                Ok(findings) => examined.findings.extend(findings),
                Err(NoLook::Busy) => examined.findings.push(Finding::Database(TroubleKind::InUse)),
                Err(NoLook::NotNow) => {}
                Err(NoLook::Trouble(kind)) => examined.findings.push(Finding::Database(kind)),
            }
        }
        examined
    }
}

fn finding(snapshot: &Snapshot, table: &TableConfig) -> Option<Finding> {
    let Err(why) = snapshot.check(table) else { return None };
    let NoLook::Trouble(TroubleKind::TableMissing) = why else {
        return Some(Finding::Database(match why {
            NoLook::Trouble(kind) => kind,
            NoLook::Busy | NoLook::NotNow => TroubleKind::InUse,
        }));
    };
    let columns = table.columns.iter().map(|column| &**column);
    let missing: Vec<&str> = columns.filter(|column| !snapshot.has_column(table, column)).collect();
    Some(match missing.first() {
        Some(_) if missing.len() == table.columns.len() => Finding::NoTable(table.name.clone()),
        Some(column) => Finding::NoColumn(table.name.clone(), (*column).into()),
        None => Finding::NoKey(table.name.clone(), table.key.clone()),
    })
}
