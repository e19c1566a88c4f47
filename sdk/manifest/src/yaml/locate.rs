//! Where a value stands in a YAML file.
//!
//! The reader tells positions only in its errors. So this walks along the path and fails on purpose at its end:
//! costs nothing while files are right, and needs no second YAML parser that might read them differently.

use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Line and column, both from 1, of the value under these keys, which are mapping keys or the numbers of a list's
/// items; where a key is missing, of the mapping or list that lacks it.
pub(crate) fn locate(bytes: &[u8], path: &[String]) -> (usize, usize) {
    let found = Walk(path).deserialize(serde_yaml::Deserializer::from_slice(bytes));
    let place = found.err().and_then(|error| error.location());
    place.map_or((1, 1), |place| (place.line(), place.column()))
}

struct Walk<'a>(&'a [String]);

impl Walk<'_> {
    /// The reader adds the place of the value that it was visiting.
    fn here<E: Error>(self) -> Result<(), E> {
        Err(E::custom("here"))
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, de: D) -> Result<(), D::Error> {
        de.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("here")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let Some((first, rest)) = self.0.split_first() else { return self.here() };
        while let Some(key) = entries.next_key::<String>()? {
            if key == *first {
                return entries.next_value_seed(Walk(rest));
            }
            entries.next_value::<IgnoredAny>()?;
        }
        self.here()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Some((first, rest)) = self.0.split_first() else { return self.here() };
        for _ in 0..first.parse().unwrap_or(usize::MAX) {
            if items.next_element::<IgnoredAny>()?.is_none() {
                return self.here();
            }
        }
        items.next_element_seed(Walk(rest))?;
        self.here()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_value_is_found() {
        let file = b"a: 1\nb:\n  c: text\n  d: [1,\n    2]\n  e: {f: true, g: ~}\n";
        for (path, place) in [
            ("a", (1, 4)),
            ("b.c", (3, 6)),
            ("b.d", (4, 6)),
            ("b.d.0", (4, 7)),
            ("b.d.1", (5, 5)),
            ("b.d.2", (4, 6)),
            ("b.e", (6, 6)),
            ("b.e.f", (6, 10)),
            ("b.e.g", (6, 19)),
            ("b.nothing", (3, 3)),
            ("b.e.nothing", (6, 6)),
            ("nothing.at.all", (1, 1)),
        ] {
            let path: Vec<String> = path.split('.').map(String::from).collect();
            assert_eq!(locate(file, &path), place, "{path:?}");
        }
    }
}
