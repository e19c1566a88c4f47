//! Lines of a stream's catalogue as cells of its records. Lines that fit no template are `unmatched`'s.

use labrelay_manifest::{Catalogue, Manifest, Matched, Matcher, SiteWords, Stream};
use labrelay_model::{Cell, StreamIndex};

/// The catalogues of all streams, ready to match. Made once, when the plugin is opened.
pub(crate) struct Events {
    /// By the stream's index.
    matchers: Vec<Option<Matcher>>,
    words: SiteWords,
}

/// The catalogue of one stream.
pub(crate) struct StreamEvents<'a> {
    catalogue: &'a Catalogue,
    matcher: &'a Matcher,
    words: &'a SiteWords,
}

impl Events {
    pub(crate) fn new(manifest: &Manifest, words: SiteWords) -> Self {
        Self { matchers: manifest.streams().iter().map(Matcher::of).collect(), words }
    }

    pub(crate) fn words(&self) -> &SiteWords {
        &self.words
    }

    /// `None` if the stream has no catalogue.
    pub(crate) fn of<'a>(&'a self, index: StreamIndex, declared: &'a Stream) -> Option<StreamEvents<'a>> {
        let matcher = self.matchers.get(usize::from(index.0))?.as_ref()?;
        Some(StreamEvents { catalogue: declared.catalogue.as_deref()?, matcher, words: &self.words })
    }
}

impl StreamEvents<'_> {
    /// Puts event, severity and slots of `line` into `cells`; `None` if it fits no template.
    pub(crate) fn read(&self, line: &[u8], matched: &mut Matched, cells: &mut [Cell]) -> Option<()> {
        self.matcher.match_line(line, self.words, matched).ok()?;
        matched.fill(self.catalogue, cells)
    }
}
