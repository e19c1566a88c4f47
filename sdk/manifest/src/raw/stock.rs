//! The settings of a stock plugin as they are written.

use labrelay_model::FieldName;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::stock::STOCK_PLUGIN;
use crate::yaml::Named;

/// The library that collects for this manifest, where it is not one of the family's own.
#[derive(Clone, Copy)]
pub(crate) struct StockName;

impl std::str::FromStr for StockName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let why = || {
            format!(
                "there is one stock plugin, `{STOCK_PLUGIN}`; a plugin of the family's own is not named here"
            )
        };
        if text == STOCK_PLUGIN { Ok(Self) } else { Err(why()) }
    }
}

/// How a source's files are read: one of `textlog` and `table`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a reader: a mapping such as {textlog: {stream: event}}")]
#[schemars(rename = "Reader")]
pub(crate) struct RawReader {
    /// A text log, entry by entry.
    pub(crate) textlog: Option<RawTextlog>,
    /// Tables of delimited text, such as CSV.
    pub(crate) table: Option<RawTable>,
}

/// A text log.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a text log: a mapping such as {stream: event}")]
#[schemars(rename = "Textlog")]
pub(crate) struct RawTextlog {
    /// The stream whose catalogue tells what an entry means.
    pub(crate) stream: String,
    /// Where an entry begins. Default: at a `time` if one is given, else at every line.
    pub(crate) entry: Option<RawEntryStart>,
    /// The time that every entry begins with; templates match what stands behind it.
    pub(crate) time: Option<RawEntryTime>,
    /// What becomes of an entry's lines behind its first. Default `match`.
    pub(crate) further_lines: Option<RawFurtherLines>,
    /// Fields that are the same in every record: from the site's configuration.
    #[serde(default)]
    pub(crate) fields: Named<FieldName, RawFilled>,
}

/// Where an entry of a log begins.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "EntryStart")]
pub(crate) enum RawEntryStart {
    /// At every line.
    Line,
    /// At every line that begins with a time.
    Time,
    /// At every line that does not begin with a blank or tab.
    Unindented,
}

/// The time before an entry's text.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a mapping such as {field: at}")]
#[schemars(rename = "EntryTime")]
pub(crate) struct RawEntryTime {
    /// The timestamp field that it goes into.
    pub(crate) field: String,
    /// How it is written, such as `%d.%m.%Y %H:%M:%S`; without it as ISO 8601.
    pub(crate) format: Option<String>,
}

/// What becomes of an entry's lines behind its first.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "FurtherLines")]
pub(crate) enum RawFurtherLines {
    /// A template has to match them too.
    Match,
    /// They are dropped unread.
    Drop,
}

/// Tables of delimited text.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table: a mapping with `streams`")]
#[schemars(rename = "Table")]
pub(crate) struct RawTable {
    /// One character between two cells, or `tab`. Default `,`.
    pub(crate) delimiter: Option<String>,
    /// What stands before decimals. Default `point`.
    pub(crate) decimal: Option<RawDecimalMark>,
    /// Cells that say nothing, beside empty ones: `-`, `n/a`.
    #[serde(default)]
    pub(crate) empty: Vec<String>,
    /// First cells of rows that are titles or other text, and no row of a table.
    #[serde(default)]
    pub(crate) skip: Vec<String>,
    /// The column with the name of a panel, tube or control material, by which the site says what is QC.
    pub(crate) qc: Option<String>,
    /// What becomes of rows, by the stream that they go into.
    pub(crate) streams: Named<FieldName, RawTableStream>,
}

/// What stands before decimals.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "DecimalMark")]
pub(crate) enum RawDecimalMark {
    /// `1.5`
    Point,
    /// `1,5`
    Comma,
}

/// One stream, filled by rows.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a mapping with `fields`")]
#[schemars(rename = "TableStream")]
pub(crate) struct RawTableStream {
    /// The stream's fields, each with where its value stands.
    pub(crate) fields: Named<FieldName, RawFilled>,
}

/// Where the value of a field stands: one of `column`, `columns`, `heading` and `setting`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "where it stands: a mapping such as {column: Power}")]
#[schemars(rename = "Filled")]
pub(crate) struct RawFilled {
    /// Name of the column, as the table's header row has it; the second of two of one name is `Name#2`.
    pub(crate) column: Option<String>,
    /// Names of columns that make one value together, with a blank between: date and time.
    pub(crate) columns: Option<Vec<String>>,
    /// Key of a line above the table: `Serial Number: 123` or `Serial Number;123`.
    pub(crate) heading: Option<String>,
    /// Key of the plugin's settings in the site's configuration.
    pub(crate) setting: Option<String>,
    /// How a timestamp is written, such as `%d.%m.%Y %H:%M`; without it as ISO 8601.
    pub(crate) format: Option<String>,
    /// What a file writes, and which of the enum's words it means.
    #[serde(default)]
    #[schemars(with = "std::collections::BTreeMap<String, String>")]
    pub(crate) words: Named<String, String>,
}
