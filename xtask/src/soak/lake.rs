//! The lake's rows, read by a Delta reader that is not ours.

use std::path::Path;
use std::process::Command;

use anyhow::Context as _;
use serde_json::Value;

use super::compare::LakeRow;
use crate::cargo::repository;
use crate::demo::process::output_of;

/// Every row of every table.
pub(super) fn rows(python: &Path, lake: &Path) -> anyhow::Result<Vec<LakeRow>> {
    let reader = repository().join("tests/lake_rows.py");
    let printed = output_of(Command::new(python).arg(reader).arg(lake))?;
    let lines = printed.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let values = lines.map(|line| serde_json::from_slice(line).context("tests/lake_rows.py printed no JSON"));
    values.filter_map(|value: anyhow::Result<Value>| value.map(row).transpose()).collect()
}

/// `None` for a table's headline.
fn row(mut line: Value) -> Option<LakeRow> {
    let text = |key: &str| Some(line.get(key)?.as_str()?.to_owned());
    let row_id = text("row_id")?;
    let Some(Value::Object(fields)) = line.get_mut("fields").map(Value::take) else { return None };
    Some(LakeRow { row_id, fields })
}
