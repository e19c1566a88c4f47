//! A plugin bundle, its index and its signature: each is read in its one form, or refused with a reason.

use labrelay_bundle::{Bundle, Envelope, Index};

pub(crate) fn run(bytes: &[u8]) {
    match Bundle::read(bytes) {
        Ok(bundle) => assert_eq!(bundle.to_bytes(), bytes, "a bundle has one form"),
        Err(why) => assert!(!why.to_string().is_empty(), "an error says something"),
    }
    match Index::parse(bytes) {
        Ok(index) => assert_eq!(index.to_bytes(), bytes, "an index has one form"),
        Err(why) => assert!(!why.to_string().is_empty(), "an error says something"),
    }
    if let Ok(envelope) = Envelope::parse(bytes) {
        let again = Envelope::parse(&envelope.to_bytes());
        assert_eq!(again.as_ref(), Ok(&envelope), "what an envelope says it says again");
    }
}
