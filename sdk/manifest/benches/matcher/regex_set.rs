//! What a catalogue's templates are as a plain `RegexSet`: the yardstick.

use labrelay_manifest::{Part, Stream};
use regex::bytes::{RegexSet, RegexSetBuilder};

/// What a `RegexSet` of 10,000 templates needs, and more.
const MAX_BYTES: usize = 4 << 30;

pub(crate) fn regex_set(stream: &Stream) -> Result<RegexSet, regex::Error> {
    let events = stream.catalogue.iter().flat_map(|catalogue| catalogue.events());
    let patterns = events.flat_map(|event| {
        event.templates.iter().map(|template| {
            let part = |part: &Part| match part {
                Part::Literal(text) => regex::escape(text),
                Part::Slot(slot) => {
                    let slot = event.slots.get(usize::from(*slot));
                    slot.map_or_else(String::new, |slot| format!("(?:{})", slot.kind.written().regex))
                }
            };
            format!("^{}$", template.parts.iter().map(part).collect::<String>())
        })
    });
    let mut builder = RegexSetBuilder::new(patterns);
    builder.unicode(false).size_limit(MAX_BYTES).dfa_size_limit(64 << 20).build()
}
