//! A manifest as one readable page for privacy officers: what may leave, why it can't identify a person, and what
//! has changed since another version.
//!
//! Makes text out of a manifest that has been checked; checks nothing itself, and opens no file.

mod catalogue;
mod difference;
mod example;
mod fields;
mod html;
mod kinds;
mod markdown;
mod numbers;
mod overview;
mod page;
mod pattern;
mod possible;
mod reading;
mod streams;
mod why;

use labrelay_manifest::Manifest;
pub use page::Page;

/// The page about `manifest`; with `older`, what has changed since then stands before the streams.
pub fn explain(manifest: &Manifest, older: Option<&Manifest>) -> Page {
    let mut page = Page::new(format!("What {} may send", manifest.title()));
    overview::write(&mut page, manifest);
    reading::write(&mut page, manifest);
    if let Some(older) = older {
        difference::write(&mut page, older, manifest);
    }
    for stream in manifest.streams() {
        streams::write(&mut page, stream);
    }
    page
}
