//! What has to be known of one table of one database to go on with it, through everything that may happen to the file.
//!
//! A key alone proves nothing: a database may be restored, emptied, made anew or compacted, and then the same keys are other
//! rows. So some of the rows that were read are *witnesses*, by key and digest. Reading goes on behind the newest
//! one that is still there as it was read; if there is none, from the first row. What is read twice that way gets the same row
//! id, which is made of the table's name of rows, the key and what the row says.

use aws_lc_rs::{digest, hmac};
use labrelay_model::InputIdentity;
use labrelay_os::file::FileId;
use serde::{Deserialize, Serialize};

use super::TableConfig;
use super::row::Row;
use super::snapshot::{NoLook, Snapshot};

/// Version in front of what is saved.
const VERSION: u8 = 1;
/// Rows that are remembered of a table: the first and the latest. Some are deleted or changed one by one; all at once, by
/// restoring.
const WITNESSES: usize = 16;

/// A table as far as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Followed {
    volume: u64,
    file: u64,
    pub(super) table: Box<str>,
    /// By which its rows are named: of the database in which its first row was read, and kept by its copies.
    pub(super) rows: [u8; 32],
    /// Counts how often reading did not go on where it was, so that a plugin never takes old positions for new ones.
    life: u32,
    /// Digest of the columns that the witnesses' digests are over.
    columns: [u8; 8],
    /// By key; the last one is the last row that was read.
    witnesses: Vec<Witness>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Witness {
    key: i64,
    digest: [u8; 16],
}

impl Followed {
    /// A table of which nothing was read.
    pub(super) fn new(file: FileId, table: &TableConfig, key: &hmac::Key) -> Self {
        Self {
            volume: file.volume,
            file: file.file,
            table: table.name.clone(),
            rows: name(key, &[b"table rows", &place(file), table.name.as_bytes()]),
            life: 0,
            columns: columns(table),
            witnesses: Vec::new(),
        }
    }

    pub(super) fn file(&self) -> FileId {
        FileId { volume: self.volume, file: self.file }
    }

    /// The last key that was read.
    pub(super) fn read(&self) -> Option<i64> {
        self.witnesses.last().map(|witness| witness.key)
    }

    /// Under which it is remembered.
    pub(super) fn identity(&self, key: &hmac::Key) -> InputIdentity {
        InputIdentity(name(key, &[b"table", &place(self.file()), self.table.as_bytes()]))
    }

    /// Under which a plugin knows it, for as long as reading goes on.
    pub(super) fn input(&self, key: &hmac::Key) -> InputIdentity {
        let life = self.life.to_be_bytes();
        InputIdentity(name(key, &[b"table input", &place(self.file()), &life, self.table.as_bytes()]))
    }

    pub(super) fn save(&self) -> Vec<u8> {
        postcard::to_extend(self, vec![VERSION]).unwrap_or_default() // has no sequence of unknown length
    }

    /// `None` if it is of a version that this build does not know: the table is read again then, under the same row names.
    pub(super) fn restore(saved: &[u8]) -> Option<Self> {
        let (VERSION, body) = saved.split_first().map(|(version, body)| (*version, body))? else {
            return None;
        };
        postcard::from_bytes(body).ok()
    }

    /// As it stands in `snapshot`: with the witnesses that are there up to the newest that is as it was read.
    pub(super) fn resumed(
        &self,
        snapshot: &Snapshot,
        table: &TableConfig,
        key: &hmac::Key,
    ) -> Result<Self, NoLook> {
        let same_columns = self.columns == columns(table);
        let mut resumed = self.clone();
        while let Some(witness) = resumed.witnesses.last() {
            let row = snapshot.row(table, witness.key)?;
            // After an update of the manifest the digest says nothing, and the key has to do.
            if row.is_some_and(|row| !same_columns || digest_of(key, &row) == witness.digest) {
                break;
            }
            resumed.witnesses.pop();
        }
        if resumed.witnesses.len() != self.witnesses.len() {
            resumed.life = self.life.wrapping_add(1);
        }
        Ok(resumed)
    }

    /// The same rows in this file, of which `before` was known: it is a copy, or has come in the place of another one.
    pub(super) fn in_place_of(self, before: &Self) -> Self {
        let life = self.life.max(before.life).wrapping_add(1);
        Self { volume: before.volume, file: before.file, life, ..self }
    }

    /// The same, with these rows read.
    pub(super) fn with_read(mut self, rows: &[Row], table: &TableConfig, key: &hmac::Key) -> Self {
        let witness = |row: &Row| Witness { key: row.key, digest: digest_of(key, row) };
        if self.columns != columns(table) {
            (self.columns, self.witnesses) = (columns(table), Vec::new());
        }
        self.witnesses.extend(rows.iter().take(1).map(witness)); // may be the first of all
        let latest = rows.iter().skip(1);
        self.witnesses.extend(latest.skip(rows.len().saturating_sub(WITNESSES)).map(witness));
        let too_many = self.witnesses.len().saturating_sub(WITNESSES);
        self.witnesses.drain(1..=too_many);
        self
    }
}

fn place(file: FileId) -> [u8; 16] {
    let mut place = [0; 16];
    let (volume, number) = place.split_at_mut(8);
    volume.copy_from_slice(&file.volume.to_be_bytes());
    number.copy_from_slice(&file.file.to_be_bytes());
    place
}

fn name(key: &hmac::Key, parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(key);
    parts.iter().for_each(|part| context.update(part));
    context.sign().as_ref().try_into().unwrap_or_default()
}

fn digest_of(key: &hmac::Key, row: &Row) -> [u8; 16] {
    let digest = name(key, &[b"row", row.line.as_bytes()]);
    digest.first_chunk().copied().unwrap_or_default()
}

fn columns(table: &TableConfig) -> [u8; 8] {
    let names = table.columns.join("\0");
    digest::digest(&digest::SHA256, names.as_bytes()).as_ref().first_chunk().copied().unwrap_or_default()
}
