//! The start of the page: which manifest this is, how to read the page, what is read, and every stream in one line.

use std::time::Duration;

use labrelay_manifest::{Encoding, Format, Manifest, Protocol, Source, SourceKind};

use crate::numbers::length_of_time;
use crate::page::{Cell, Page, Text, code};
use crate::streams::{leaves_as, tells_of};

/// Adds it.
pub(crate) fn write(page: &mut Page, manifest: &Manifest) {
    page.paragraph(
        Text::from("Manifest of the instrument family ")
            .code(manifest.family().as_str())
            .plain(", version ")
            .code(manifest.version())
            .plain(". SHA-256 of its file: ")
            .code(manifest.sha256().to_string())
            .plain(". Every batch that leaves names this number."),
    );
    how_to_read(page);
    page.heading("What is read");
    page.table(&["source", "what it is"], manifest.sources().iter().map(source).collect());
    page.heading("What leaves, in short");
    let rows = manifest.streams().iter().map(|stream| {
        vec![
            code(stream.name.as_str()).into(),
            Cell::from(stream.description.as_str()),
            tells_of(stream.about).into(),
            leaves_as(stream).into(),
            stream.leaving().len().to_string().into(),
        ]
    });
    page.table(&["stream", "what it says", "tells of", "leaves", "fields"], rows.collect());
}

fn how_to_read(page: &mut Page) {
    page.heading("How to read this page");
    page.list(vec![
        Text::default()
            .strong("What is not on this page does not leave.")
            .plain(" A record is sent only if each part of it was declared here and fits; otherwise all of it stays \
                    on the PC. No field takes free text, and no switch turns the check off."),
        "Names of files, folders, panels, users, PCs and tubes are read on the PC where that is needed, and leave \
         in no form."
            .into(),
        "A number leaves only if its bounds allow fewer than 10,000,000 values, or if it is a counter that only goes \
         up: national identifiers, phone and account numbers need more. A shorter number that happens to lie within \
         the bounds can't be told from a reading; that is why bounds are as narrow as the instrument allows."
            .into(),
        "The examples are made up from the declared form. They come from no file.".into(),
    ]);
}

fn source(source: &Source) -> Vec<Cell> {
    let text_is = match source.encoding {
        Encoding::Utf8 => String::new(), // what a reader takes for granted
        encoding => format!(", whose text is {}", encoding.name()),
    };
    let time = |settle: &Duration| length_of_time(i64::try_from(settle.as_micros()).unwrap_or(i64::MAX));
    let about = match &source.kind {
        SourceKind::Folder { pattern, settle, format } => Text::from("files named like ")
            .code(&**pattern)
            .plain(" in the folders that the site names")
            .plain(match format {
                Format::Fcs => ", in the FCS format of flow cytometers",
                Format::Other => "",
            })
            .plain(text_is)
            .plain(format!(", once they have rested for {}", time(settle))),
        SourceKind::Tail { pattern, settle } => Text::from("logs named like ")
            .code(&**pattern)
            .plain(" in the folders that the site names, line by line while they grow")
            .plain(text_is)
            .plain(format!("; a last line without an end, once the log has rested for {}", time(settle))),
        SourceKind::Line { protocol: Protocol::Lis01 } => Text::from(
            "messages that the instrument sends over the port or serial line that the site names (LIS01-A2)",
        )
        .plain(text_is),
        _ => Text::from("an input that this version of Labrelay can't describe"),
    };
    vec![code(source.name.as_str()).into(), about.into()]
}
