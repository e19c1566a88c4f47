//! From the JSON Schema of manifests to a page: a section for each kind of mapping, with a table of its keys.

use std::fmt::Write as _;

use anyhow::Context as _;
use serde_json::{Map, Value};

const BEGINNING: &str = "\
<!-- Written by `cargo xtask book` from `labrelay manifest schema`: change the doc comments in sdk/manifest/src/raw. -->\n\
# Manifest reference\n\n\
Every key that a manifest can have. The same is in `labrelay manifest schema`, by which an editor completes and marks mistakes. \
What the values must be like beyond that, such as which ranges identify nobody, `labrelay manifest check` says line by line.\n";

/// The page.
pub(super) fn of(schema: &Value) -> anyhow::Result<String> {
    let root = schema.as_object().context("the schema is a mapping")?;
    let kinds = root.get("$defs").and_then(Value::as_object).context("the schema names its kinds")?;
    let mut page = BEGINNING.to_owned();
    section(&mut page, "Manifest", root)?;
    for (name, kind) in kinds {
        section(&mut page, name, kind.as_object().context("a kind is a mapping")?)?;
    }
    Ok(page)
}

/// One kind: a mapping with keys, a list of words, or alternatives.
fn section(page: &mut String, name: &str, kind: &Map<String, Value>) -> anyhow::Result<()> {
    write!(page, "\n## {name}\n\n{}\n", text(kind, "description"))?;
    if let Some(keys) = kind.get("properties").and_then(Value::as_object) {
        let required: Vec<&str> = kind
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        page.push_str("\n| key | what it is | |\n|---|---|---|\n");
        for (key, value) in keys {
            let value = value.as_object().context("a key is described by a mapping")?;
            let must = if required.contains(&&**key) { "required. " } else { "" };
            writeln!(page, "| `{key}` | {} | {must}{} |", shape(value)?, text(value, "description"))?;
        }
        return Ok(());
    }
    let choices = kind.get("oneOf").or_else(|| kind.get("anyOf")).and_then(Value::as_array);
    page.push_str("\n| value | |\n|---|---|\n");
    for choice in choices.with_context(|| format!("{name} has neither keys nor choices"))? {
        let choice = choice.as_object().context("a choice is a mapping")?;
        writeln!(page, "| {} | {} |", shape(choice)?, text(choice, "description"))?;
    }
    Ok(())
}

/// What stands at a key, in a few words.
fn shape(value: &Map<String, Value>) -> anyhow::Result<String> {
    if let Some(kind) = value.get("$ref").and_then(Value::as_str) {
        return Ok(link(kind));
    }
    if let Some(word) = value.get("const").and_then(Value::as_str) {
        return Ok(format!("`{word}`"));
    }
    if let Some(choices) = value.get("anyOf").and_then(Value::as_array) {
        let shapes: Vec<String> = choices
            .iter()
            .filter_map(Value::as_object)
            .filter(|choice| choice.get("type").and_then(Value::as_str) != Some("null"))
            .map(shape)
            .collect::<anyhow::Result<_>>()?;
        return Ok(shapes.join(" or "));
    }
    let within = |key: &str| value.get(key).and_then(Value::as_object).map(shape).transpose();
    Ok(match word(value)? {
        "object" => {
            format!("mapping of names to {}", within("additionalProperties")?.unwrap_or("anything".into()))
        }
        "array" => format!(
            "list of {}{}",
            within("items")?.unwrap_or("anything".into()),
            bounds(value, "minItems", "maxItems")
        ),
        "string" => "text".into(),
        "integer" => format!("whole number{}", bounds(value, "minimum", "maximum")),
        "number" => "number".into(),
        "boolean" => "`true` or `false`".into(),
        other => other.into(),
    })
}

/// The type's word; one that may also be left out is no other.
fn word(value: &Map<String, Value>) -> anyhow::Result<&str> {
    let ty = value.get("type").context("what stands at a key has a type")?;
    let first = ty.as_array().and_then(|types| types.first()).unwrap_or(ty);
    first.as_str().context("a type is a word")
}

fn bounds(value: &Map<String, Value>, least: &str, most: &str) -> String {
    match (value.get(least), value.get(most)) {
        (Some(least), Some(most)) if least == most => format!(", {least}"),
        (Some(least), Some(most)) => format!(", {least} to {most}"),
        (Some(least), None) => format!(", at least {least}"),
        _ => String::new(),
    }
}

fn link(kind: &str) -> String {
    let name = kind.rsplit('/').next().unwrap_or(kind);
    format!("[{name}](#{})", name.to_lowercase())
}

/// A text in one line, in which no bar ends a cell.
fn text(value: &Map<String, Value>, key: &str) -> String {
    let text = value.get(key).and_then(Value::as_str).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_a_manifest_is_explained() {
        let page = of(&labrelay_manifest::schema()).unwrap();
        let cells: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
        assert!(cells.len() > 60, "{}", cells.len());
        let unexplained: Vec<&&str> = cells.iter().filter(|line| line.ends_with("|  |")).collect();
        assert!(unexplained.is_empty(), "{unexplained:#?}");
    }

    #[test]
    fn a_schema_of_another_form_is_an_error() {
        assert!(of(&serde_json::json!({"properties": {}})).is_err());
        assert!(of(&serde_json::json!({"properties": {}, "$defs": {"Odd": {"description": "x"}}})).is_err());
    }
}
