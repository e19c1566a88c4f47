//! One walk over a document before anything is built from it: bounds its size with all aliases expanded and
//! refuses duplicate keys. Builds nothing.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, EnumAccess, Error, MapAccess, SeqAccess, Visitor};

/// Greatest document with all aliases expanded, in bytes of its scalars plus one per node. Four times the
/// greatest file: a few aliases are fine, aliases of aliases of aliases are not.
const MAX_EXPANDED: usize = 4 * super::MAX_FILE_BYTES;

/// Fails on duplicate keys, tags, and documents that are larger than they look.
pub(super) fn check(bytes: &[u8]) -> Result<(), serde_yaml::Error> {
    let left = Cell::new(MAX_EXPANDED);
    Census { left: &left }.deserialize(serde_yaml::Deserializer::from_slice(bytes))
}

#[derive(Clone, Copy)]
struct Census<'a> {
    left: &'a Cell<usize>,
}

impl Census<'_> {
    fn spend<E: Error>(self, bytes: usize) -> Result<(), E> {
        let rest = self.left.get().checked_sub(bytes.saturating_add(1));
        self.left.set(rest.ok_or_else(|| E::custom("the aliases of this file repeat too much"))?);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Census<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, de: D) -> Result<(), D::Error> {
        de.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Census<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.spend(text.len())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.spend(0)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.spend(0)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.spend(0)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.spend(0)
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.spend(0)
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.spend(0)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(A::Error::custom("tags such as `!name` are not supported"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        self.spend(0)?;
        while items.next_element_seed(self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        self.spend(0)?;
        let mut seen = BTreeSet::new();
        while entries.next_key_seed(NewKey { census: self, seen: &mut seen })?.is_some() {
            entries.next_value_seed(self)?;
        }
        Ok(())
    }
}

/// A key that must not have been seen in its mapping. Fails while it reads the key, so the error stands there.
struct NewKey<'a> {
    census: Census<'a>,
    seen: &'a mut BTreeSet<Box<str>>,
}

impl<'de> DeserializeSeed<'de> for NewKey<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, de: D) -> Result<(), D::Error> {
        de.deserialize_str(self)
    }
}

impl Visitor<'_> for NewKey<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<(), E> {
        self.census.spend(key.len())?;
        if self.seen.insert(key.into()) {
            Ok(())
        } else {
            Err(E::custom(format_args!("duplicate key `{key}`")))
        }
    }
}
