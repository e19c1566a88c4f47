//! Checks one event: its slots, and that each of its templates has them all.

use labrelay_model::FieldName;

use super::columns::Columns;
use super::{slot, template};
use crate::check::{note, text};
use crate::fault::Fault;
use crate::raw::{RawEvent, RawSeverity};
use crate::{Event, Severity, Slot, Template};

/// Most templates of one event: one for each language of an interface, and some left for its versions.
const MAX_TEMPLATES: usize = 32;

/// The event, with its slots placed among the stream's columns.
pub(super) fn event(code: &FieldName, raw: RawEvent, columns: &mut Columns) -> Result<Event, Vec<Fault>> {
    let mut faults = Vec::new();
    if let Some(description) = &raw.description {
        note(text("description", description), &mut faults);
    }
    let mut slots = Vec::new();
    let mut elsewhere = Vec::new();
    for (name, raw) in raw.slots.0 {
        match slot::slot(&name, raw).and_then(|draft| columns.place(code, &name, draft)) {
            Ok(kind) => slots.push(Slot { name, kind }),
            Err(wrong) => elsewhere.push(wrong.under(name.as_str()).under("slots")),
        }
    }
    // Templates name the slots: without all of them every error here would only follow from one above.
    let templates = if elsewhere.is_empty() {
        note(templates(&raw.template, &raw.templates, &slots), &mut faults)
    } else {
        None
    };
    faults.extend(elsewhere);
    match templates {
        Some(templates) if faults.is_empty() => Ok(Event {
            code: code.as_str().into(),
            severity: severity(raw.severity),
            description: raw.description,
            slots,
            templates,
        }),
        _ => Err(faults.into_iter().map(|fault| fault.under(code.as_str())).collect()),
    }
}

fn severity(raw: RawSeverity) -> Severity {
    match raw {
        RawSeverity::Info => Severity::Info,
        RawSeverity::Warning => Severity::Warning,
        RawSeverity::Error => Severity::Error,
        RawSeverity::Critical => Severity::Critical,
    }
}

fn templates(
    one: &Option<String>,
    many: &Option<Vec<String>>,
    slots: &[Slot],
) -> Result<Vec<Template>, Fault> {
    match (one, many) {
        (Some(text), None) => {
            template::parse(text, slots).map(|it| vec![it]).map_err(|why| Fault::at("template", why))
        }
        (None, Some(texts)) if (1..=MAX_TEMPLATES).contains(&texts.len()) => texts
            .iter()
            .enumerate()
            .map(|(at, text)| {
                template::parse(text, slots).map_err(|why| Fault::at(&at.to_string(), why).under("templates"))
            })
            .collect(),
        (None, Some(texts)) => {
            Err(Fault::at("templates", format!("{} templates; 1 to {MAX_TEMPLATES}", texts.len())))
        }
        (Some(_), Some(_)) => Err(Fault::at("template", "an event has either `template` or `templates`")),
        (None, None) => {
            Err(Fault::here("an event needs `template`, such as `template: \"Laser {laser} is off\"`"))
        }
    }
}

/// Where a template stands, with keys from the inside out, below the catalogue.
pub(super) fn place(event: &Event, template: usize) -> Vec<String> {
    let mut keys = match event.templates.len() {
        1 => vec!["template".to_owned()],
        _ => vec![template.to_string(), "templates".to_owned()],
    };
    keys.push(event.code.to_string());
    keys
}
