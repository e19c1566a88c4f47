//! `plugins`: the folder they lie in, and whether the site lets one run that nobody has signed.

use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

/// What the site says about plugins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plugins {
    /// Folder of plugins: bundles that were installed, libraries, and `trust.yaml`.
    pub folder: PathBuf,
    /// Of libraries that lie there without a signature.
    pub unsigned: Unsigned,
}

/// Whether a plugin runs that nobody has signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Unsigned {
    /// No, unless it is part of this program's own installation.
    #[default]
    Refuse,
    /// Yes: `status`, `check` and the audit log say so.
    Accept,
}

/// `plugins` written as a map.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Map {
    folder: PathBuf,
    #[serde(default)]
    unsigned: Unsigned,
}

impl<'de> Deserialize<'de> for Plugins {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FolderOrMap)
    }
}

/// Reads the folder alone, as every configuration before bundles has it, or the map.
struct FolderOrMap;

impl<'de> Visitor<'de> for FolderOrMap {
    type Value = Plugins;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a folder, or `folder: FOLDER` with or without `unsigned: accept`")
    }

    fn visit_str<E: Error>(self, folder: &str) -> Result<Plugins, E> {
        Ok(Plugins { folder: folder.into(), unsigned: Unsigned::Refuse })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Plugins, A::Error> {
        let Map { folder, unsigned } = Map::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Plugins { folder, unsigned })
    }
}

#[cfg(test)]
mod tests {
    use labrelay_manifest::yaml;

    use super::*;

    fn read(text: &str) -> Result<Plugins, String> {
        yaml::read(text.as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_folder_alone_accepts_nothing_unsigned() {
        let expected = Plugins { folder: "./plugins".into(), unsigned: Unsigned::Refuse };
        assert_eq!(read("./plugins"), Ok(expected.clone()));
        assert_eq!(read("{folder: ./plugins}"), Ok(expected));
    }

    #[test]
    fn a_site_accepts_unsigned_plugins_by_that_word_alone() {
        let plugins = read("{folder: ./plugins, unsigned: accept}").unwrap();
        assert_eq!(plugins.unsigned, Unsigned::Accept);
        for wrong in ["{folder: p, unsigned: true}", "{folder: p, signed: no}", "{unsigned: accept}", "[p]"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
