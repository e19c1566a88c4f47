//! One event of a catalogue as it is written.

use labrelay_model::FieldName;
use schemars::JsonSchema;
use serde::Deserialize;

use super::RawField;
use crate::yaml::Named;

/// One event: what leaves of a log line is its code and the values of its slots.
#[derive(Deserialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "an event: a mapping such as {severity: info, template: \"Started\"}"
)]
#[schemars(rename = "Event")]
pub(crate) struct RawEvent {
    /// How much it matters.
    pub(crate) severity: RawSeverity,
    /// For the privacy officer: what happened.
    pub(crate) description: Option<String>,
    /// The line as it is written, with slots in braces: `Laser {laser} is off`. `{{` and `}}` stand for braces.
    pub(crate) template: Option<String>,
    /// The same line in several languages of the interface.
    pub(crate) templates: Option<Vec<String>>,
    /// The variable parts, by the names that stand in braces.
    #[serde(default)]
    pub(crate) slots: Named<FieldName, RawField>,
}

/// How much an event matters.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Severity")]
pub(crate) enum RawSeverity {
    /// Nothing to do.
    Info,
    /// Something may need attention.
    Warning,
    /// Something failed.
    Error,
    /// The instrument can't go on.
    Critical,
}
