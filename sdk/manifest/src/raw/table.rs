//! A table of an instrument's database, as a manifest writes it.

use std::borrow::Cow;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use crate::yaml::{Named, Parsed};

/// The tables of a source, by their names in the database.
pub(crate) type RawTables = Named<SqlName, RawDatabaseTable>;

/// A table of which the declared columns are read, and nothing else.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table: a mapping such as {key: id, columns: [id, level, value]}")]
#[schemars(rename = "DatabaseTable")]
pub(crate) struct RawDatabaseTable {
    /// The column of whole numbers that only grow and never repeat, by which the host knows what it has read: an
    /// `INTEGER PRIMARY KEY`, or `rowid`.
    #[schemars(with = "SqlName")]
    pub(crate) key: Parsed<SqlName>,
    /// The columns that the plugin sees.
    #[schemars(with = "Vec<SqlName>", length(min = 1, max = 64))]
    pub(crate) columns: Vec<Parsed<SqlName>>,
}

/// A table's or column's name as the instrument's maker has given it.
#[derive(Debug, Clone)]
pub(crate) struct SqlName(pub(crate) Box<str>);

/// Longest name of a table or column: a reviewer reads it.
const MAX_NAME_CHARS: usize = 64;

impl FromStr for SqlName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits =
            (1..=MAX_NAME_CHARS).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        if fits {
            Ok(Self(text.into()))
        } else {
            Err("a table's or column's name has 1 to 64 printable characters")
        }
    }
}

impl std::fmt::Display for SqlName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl JsonSchema for SqlName {
    fn schema_name() -> Cow<'static, str> {
        "SqlName".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1, "maxLength": MAX_NAME_CHARS })
    }
}

/// What the schema says of [`RawTables`]: names that are not ours may look like anything.
#[derive(JsonSchema)]
#[schemars(transparent, inline)]
pub(crate) struct TablesSchema(
    #[expect(dead_code, reason = "only its schema is used")]
    std::collections::BTreeMap<String, RawDatabaseTable>,
);
