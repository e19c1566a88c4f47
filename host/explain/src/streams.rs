//! The section of one stream: what it tells of, how it leaves, its fields and events.

use labrelay_manifest::{About, Aggregate, Every, Stream};

use crate::page::{Page, Text};
use crate::{catalogue, fields};

/// Adds the section.
pub(crate) fn write(page: &mut Page, stream: &Stream) {
    page.heading(Text::from("Stream ").code(stream.name.as_str()));
    page.paragraph(stream.description.as_str());
    page.paragraph(how_it_leaves(stream));
    match stream.about {
        About::Specimen if stream.leaving() == stream.fields => {
            page.paragraph(Text::default().strong("Nothing of this stream leaves.").plain(
                " Each record is checked and counted, then dropped; the table says what it is checked for.",
            ));
        }
        About::Specimen => page.paragraph(
            Text::from("Read on the PC, and never sent as such: ")
                .then(fields::names(&stream.fields))
                .plain(". What leaves of a window is:"),
        ),
        About::Instrument | About::Qc => {}
    }
    fields::write(page, stream.leaving(), stream.about);
    if let Some(catalogue) = &stream.catalogue {
        catalogue::write(page, catalogue, &stream.fields);
    }
}

/// In a few words, for a table.
pub(crate) fn leaves_as(stream: &Stream) -> String {
    match (stream.about, stream.aggregate) {
        (About::Specimen, Some(Aggregate { every, at_least })) => {
            format!("only summed up per {}, over {at_least} acquisitions or more", word(every))
        }
        (About::Specimen, None) => "only summed up".into(),
        (About::Instrument | About::Qc, _) => "record by record".into(),
    }
}

/// What a stream tells of, in a few words.
pub(crate) fn tells_of(about: About) -> &'static str {
    match about {
        About::Instrument => "the instrument itself",
        About::Qc => "declared control material",
        About::Specimen => "patients' specimens",
    }
}

fn how_it_leaves(stream: &Stream) -> Text {
    match stream.about {
        About::Instrument => {
            "It tells of the instrument itself, and of no specimen: each record leaves as it is.".into()
        }
        About::Qc => "It tells of acquisitions that the site has declared to be quality control, with material from \
                      a manufacturer and not from a patient: each record leaves as it is."
            .into(),
        About::Specimen => Text::from("It tells of patients' specimens, so ")
            .strong("no single record ever leaves")
            .plain(format!(
                ": they leave {}. A window with fewer waits for a longer one, up to a week; what is still too few \
                 then is dropped.",
                leaves_as(stream)
            )),
    }
}

fn word(every: Every) -> &'static str {
    match every {
        Every::Hour => "hour",
        Every::Day => "day",
        Every::Week => "week",
    }
}
