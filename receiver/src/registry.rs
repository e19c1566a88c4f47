//! Who may deliver and what: devices with their public keys and serials, and manifests. One SQLite file.
//!
//! Holds no secret: a copy of it lets nobody sign. Several receivers on one machine may share it.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use labrelay_model::{DeviceName, Digest, FamilyName, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// How long a command waits for another process that writes the registry: their writes take milliseconds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Revoked keys that a request is tried with: a name whose PC was decommissioned more often is asked for the last ones.
const MAX_REVOKED_TRIED: u32 = 8;

const TABLES: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    CREATE TABLE IF NOT EXISTS devices (
        name TEXT PRIMARY KEY, public_key BLOB NOT NULL, added_at TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS serials (
        device TEXT NOT NULL REFERENCES devices(name) ON DELETE CASCADE, serial TEXT NOT NULL,
        PRIMARY KEY (device, serial)) STRICT;
    CREATE TABLE IF NOT EXISTS revoked_keys (
        public_key BLOB PRIMARY KEY, device TEXT NOT NULL, revoked_at TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS manifests (
        sha256 TEXT PRIMARY KEY, family TEXT NOT NULL, yaml BLOB NOT NULL, added_at TEXT NOT NULL) STRICT;
";

/// A raw Ed25519 public key.
pub type PublicKey = [u8; 32];

/// A registered controller PC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its name, also the `keyid` of its signatures.
    pub name: DeviceName,
    /// The key it signs with.
    pub public_key: PublicKey,
    /// Serial numbers of the instruments it may speak for.
    pub serials: BTreeSet<Box<str>>,
}

/// A registered manifest, without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestEntry {
    /// SHA-256 of the file.
    pub sha256: Digest,
    /// Its family.
    pub family: FamilyName,
    /// When it was registered, RFC 3339.
    pub added_at: String,
}

/// Why the registry did not do it.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// A device of this name is there, with another key.
    #[error("device {0} is registered with another key; to replace it run `device remove --name {0}` first")]
    OtherKey(DeviceName),
    /// The device itself has revoked this key.
    #[error(
        "device {0} revoked this key when it was decommissioned; make a new one there with `labrelay device init`"
    )]
    RevokedKey(DeviceName),
    /// SQLite failed.
    #[error(
        "the registry can't be read or written: {0}; check that the file's folder exists and is writable"
    )]
    Sqlite(#[from] rusqlite::Error),
}

/// The open registry.
#[derive(Debug)]
pub struct Registry {
    db: Mutex<Connection>,
}

impl Registry {
    /// Opens the registry at `path`, or begins a new one.
    pub fn open(path: &Path) -> Result<Self, RegistryError> {
        let db = Connection::open(path)?;
        db.busy_timeout(BUSY_TIMEOUT)?;
        db.execute_batch(TABLES)?;
        Ok(Self { db: Mutex::new(db) })
    }

    /// Registers a device, or replaces the serials of one that is there with the same key.
    pub fn add_device(&self, device: &Device, now: Timestamp) -> Result<(), RegistryError> {
        let name = device.name.as_str();
        let mut db = self.db();
        let write = db.transaction()?;
        if let Some(revoked) = revoked_by(&write, &device.public_key)? {
            return Err(RegistryError::RevokedKey(revoked));
        }
        write.execute(
            "INSERT INTO devices VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            params![name, device.public_key, now.to_string()],
        )?;
        let key: Vec<u8> =
            write.query_row("SELECT public_key FROM devices WHERE name = ?1", [name], |row| row.get(0))?;
        if key != device.public_key {
            return Err(RegistryError::OtherKey(device.name.clone()));
        }
        write.execute("DELETE FROM serials WHERE device = ?1", [name])?;
        for serial in &device.serials {
            write.execute("INSERT INTO serials VALUES (?1, ?2)", params![name, serial])?;
        }
        Ok(write.commit()?)
    }

    /// Forgets a device; `false` if there was none. What it delivered stays.
    pub fn remove_device(&self, name: &DeviceName) -> Result<bool, RegistryError> {
        Ok(self.db().execute("DELETE FROM devices WHERE name = ?1", [name.as_str()])? > 0)
    }

    /// Forgets `device` and never again takes its key, durably; nothing changes if another key is registered by now.
    pub fn revoke(&self, device: &Device, now: Timestamp) -> Result<(), RegistryError> {
        let (name, key) = (device.name.as_str(), device.public_key);
        let mut db = self.db();
        let write = db.transaction()?;
        if write.execute("DELETE FROM devices WHERE name = ?1 AND public_key = ?2", params![name, key])? > 0 {
            write.execute(
                "INSERT INTO revoked_keys VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                params![key, name, now.to_string()],
            )?;
        }
        Ok(write.commit()?)
    }

    /// The keys that `name` has revoked, newest first.
    pub fn revoked_keys(&self, name: &DeviceName) -> Result<Vec<PublicKey>, RegistryError> {
        let db = self.db();
        let mut query = db.prepare(
            "SELECT public_key FROM revoked_keys WHERE device = ?1 ORDER BY revoked_at DESC LIMIT ?2",
        )?;
        let keys = query.query_map(params![name.as_str(), MAX_REVOKED_TRIED], |row| row.get(0))?;
        Ok(keys.collect::<Result<_, _>>()?)
    }

    /// The device of this name.
    pub fn device(&self, name: &DeviceName) -> Result<Option<Device>, RegistryError> {
        let db = self.db();
        let found = db
            .prepare_cached("SELECT name, public_key FROM devices WHERE name = ?1")?
            .query_row([name.as_str()], read_device)
            .optional()?;
        found.map(|device| with_serials(&db, device)).transpose()
    }

    /// All devices by name.
    pub fn devices(&self) -> Result<Vec<Device>, RegistryError> {
        let db = self.db();
        let mut query = db.prepare("SELECT name, public_key FROM devices ORDER BY name")?;
        let devices = query.query_map([], read_device)?.collect::<Result<Vec<_>, _>>()?;
        devices.into_iter().map(|device| with_serials(&db, device)).collect()
    }

    /// Registers a manifest by the digest of its bytes; `false` if it was there.
    pub fn add_manifest(
        &self,
        sha256: Digest,
        family: &FamilyName,
        yaml: &[u8],
        now: Timestamp,
    ) -> Result<bool, RegistryError> {
        let added = self.db().execute(
            "INSERT INTO manifests VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
            params![sha256.to_string(), family.as_str(), yaml, now.to_string()],
        )?;
        Ok(added > 0)
    }

    /// The text of the manifest with this digest.
    pub fn manifest(&self, sha256: Digest) -> Result<Option<Vec<u8>>, RegistryError> {
        let query = "SELECT yaml FROM manifests WHERE sha256 = ?1";
        Ok(self.db().query_row(query, [sha256.to_string()], |row| row.get(0)).optional()?)
    }

    /// All manifests by family and age.
    pub fn manifests(&self) -> Result<Vec<ManifestEntry>, RegistryError> {
        let db = self.db();
        let mut query =
            db.prepare("SELECT sha256, family, added_at FROM manifests ORDER BY family, added_at")?;
        let entries = query.query_map([], |row| {
            Ok(ManifestEntry { sha256: parsed(row, 0)?, family: parsed(row, 1)?, added_at: row.get(2)? })
        })?;
        Ok(entries.collect::<Result<_, _>>()?)
    }

    /// Whether the registry can be read.
    pub fn answers(&self) -> Result<(), RegistryError> {
        Ok(self.db().query_row("SELECT 1 FROM sqlite_schema", [], |_| Ok(()))?)
    }

    /// A panic elsewhere can't leave the connection half-way: SQLite rolls an open transaction back.
    fn db(&self) -> MutexGuard<'_, Connection> {
        self.db.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The device that has revoked this key.
fn revoked_by(db: &Connection, key: &PublicKey) -> Result<Option<DeviceName>, RegistryError> {
    let query = "SELECT device FROM revoked_keys WHERE public_key = ?1";
    Ok(db.query_row(query, [key], |row| parsed(row, 0)).optional()?)
}

fn read_device(row: &Row<'_>) -> rusqlite::Result<Device> {
    Ok(Device { name: parsed(row, 0)?, public_key: row.get(1)?, serials: BTreeSet::new() })
}

fn with_serials(db: &Connection, mut device: Device) -> Result<Device, RegistryError> {
    let mut query = db.prepare_cached("SELECT serial FROM serials WHERE device = ?1")?;
    let serials = query.query_map([device.name.as_str()], |row| row.get::<_, String>(0))?;
    device.serials = serials.map(|serial| serial.map(Into::into)).collect::<Result<_, _>>()?;
    Ok(device)
}

/// Reads a text column whose type is one of ours.
fn parsed<T>(row: &Row<'_>, at: usize) -> rusqlite::Result<T>
where
    T: std::str::FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    row.get::<_, String>(at)?.parse().map_err(|why| {
        rusqlite::Error::FromSqlConversionFailure(at, rusqlite::types::Type::Text, Box::new(why))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(key: u8, serials: &[&str]) -> Device {
        let serials = serials.iter().map(|&serial| serial.into()).collect();
        Device { name: DeviceName::new("pc").unwrap(), public_key: [key; 32], serials }
    }

    #[test]
    fn a_device_is_found_with_its_serials_until_removed() {
        let folder = tempfile::tempdir().unwrap();
        let registry = Registry::open(&folder.path().join("registry.sqlite")).unwrap();
        let now = crate::clock::now();
        registry.add_device(&device(1, &["A", "B"]), now).unwrap();
        registry.add_device(&device(1, &["B", "C"]), now).unwrap();
        let name = DeviceName::new("pc").unwrap();
        assert_eq!(registry.device(&name).unwrap(), Some(device(1, &["B", "C"])));
        assert_eq!(registry.devices().unwrap(), [device(1, &["B", "C"])]);
        assert!(registry.remove_device(&name).unwrap());
        assert_eq!(registry.device(&name).unwrap(), None);
        assert!(!registry.remove_device(&name).unwrap());
    }

    #[test]
    fn a_revoked_key_is_never_taken_again_and_its_name_may_get_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("registry.sqlite");
        let (name, now) = (DeviceName::new("pc").unwrap(), crate::clock::now());
        let registry = Registry::open(&path).unwrap();
        registry.add_device(&device(1, &["A"]), now).unwrap();
        registry.revoke(&device(1, &[]), now).unwrap();
        drop(registry);
        let registry = Registry::open(&path).unwrap();
        assert_eq!(registry.device(&name).unwrap(), None);
        assert_eq!(registry.revoked_keys(&name).unwrap(), [[1; 32]]);
        let refused = registry.add_device(&device(1, &["A"]), now).unwrap_err();
        assert!(matches!(refused, RegistryError::RevokedKey(_)), "{refused}");

        registry.add_device(&device(2, &["A"]), now).unwrap();
        registry.revoke(&device(1, &[]), now).unwrap();
        assert_eq!(registry.device(&name).unwrap(), Some(device(2, &["A"])), "another key's request");
    }

    #[test]
    fn a_key_is_never_replaced_silently() {
        let folder = tempfile::tempdir().unwrap();
        let registry = Registry::open(&folder.path().join("registry.sqlite")).unwrap();
        registry.add_device(&device(1, &["A"]), crate::clock::now()).unwrap();
        let refused = registry.add_device(&device(2, &["B"]), crate::clock::now()).unwrap_err();
        assert!(matches!(refused, RegistryError::OtherKey(_)));
        assert_eq!(registry.devices().unwrap(), [device(1, &["A"])]);
    }
}
