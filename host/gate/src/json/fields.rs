//! The object of a record's fields, read straight into cells; duplicates are noticed, nothing is repaired.

use std::fmt;

use labrelay_manifest::Field;
use labrelay_model::{Cell, CellKind, FieldType, Reason, Timestamp, Value};
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::Refusal;
use crate::decimal::{self, DURATION_DECIMALS};

/// Cells of `{"name":value,…}` in the order of `fields`. An absent field is an empty cell; null is refused,
/// since it is of no declared type.
pub(crate) fn read_fields(fields: &[Field], json: &str) -> Result<Vec<Cell>, Refusal> {
    let mut refusal = None;
    let mut reader = serde_json::Deserializer::from_str(json);
    let object = Object { fields, refusal: &mut refusal };
    let cells = object.deserialize(&mut reader).and_then(|cells| reader.end().map(|()| cells));
    cells.map_err(|_| refusal.unwrap_or(Reason::Malformed.into()))
}

/// The object. serde's errors are text, so the refusal is put beside them.
struct Object<'a> {
    fields: &'a [Field],
    refusal: &'a mut Option<Refusal>,
}

impl<'de> DeserializeSeed<'de> for Object<'_> {
    type Value = Vec<Cell>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Vec<Cell>, D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = Vec<Cell>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of fields")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vec<Cell>, A::Error> {
        let mut cells = vec![None; self.fields.len()];
        let mut expected = 0;
        while let Some(at) = map.next_key_seed(Name { fields: self.fields, expected })? {
            let read = match (self.fields.get(at), cells.get_mut(at)) {
                (Some(field), Some(cell)) => put(cell, map.next_value_seed(Scalar(&field.ty))?)
                    .map_err(|reason| Refusal::of(&field.name, reason)),
                _ => Err(Reason::UnknownField.into()),
            };
            if let Err(why) = read {
                *self.refusal = Some(why);
                return Err(A::Error::custom("refused"));
            }
            expected = at + 1;
        }
        Ok(cells)
    }
}

fn put(cell: &mut Cell, value: Result<Value, Reason>) -> Result<(), Reason> {
    match cell.replace(value?) {
        None => Ok(()),
        Some(_) => Err(Reason::DuplicateField),
    }
}

/// A field's name, as its place in the declaration; one past the end if it is not declared.
struct Name<'a> {
    fields: &'a [Field],
    /// Where it stands if the writer kept the manifest's order.
    expected: usize,
}

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<usize, D::Error> {
        reader.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field name")
    }

    fn visit_str<E>(self, name: &str) -> Result<usize, E> {
        let is_it = |field: &Field| field.name.as_str() == name;
        if self.fields.get(self.expected).is_some_and(is_it) {
            return Ok(self.expected);
        }
        Ok(self.fields.iter().position(is_it).unwrap_or(self.fields.len()))
    }
}

/// One value in the JSON form of its type; any other form is of the wrong type.
struct Scalar<'a>(&'a FieldType);

impl<'de> DeserializeSeed<'de> for Scalar<'_> {
    type Value = Result<Value, Reason>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Scalar<'_> {
    type Value = Result<Value, Reason>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field's value")
    }

    fn visit_bool<E>(self, yes: bool) -> Result<Self::Value, E> {
        Ok(if *self.0 == FieldType::Bool { Ok(Value::Bool(yes)) } else { Err(Reason::WrongType) })
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(match self.0 {
            FieldType::Int { .. } => Ok(Value::Int(number)),
            _ => fractional(self.0, number as f64),
        })
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(match self.0 {
            FieldType::Int { .. } => i64::try_from(number).map(Value::Int).map_err(|_| Reason::OutOfRange),
            _ => fractional(self.0, number as f64),
        })
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(fractional(self.0, number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(match self.0.cell_kind() {
            CellKind::Text => Ok(Value::Text(text.into())),
            CellKind::Enum => self.0.choice_index(text).map(Value::Enum).ok_or(Reason::NotInValues),
            CellKind::Timestamp => {
                Timestamp::parse(text).map(Value::Timestamp).map_err(|_| Reason::WrongType)
            }
            _ => Err(Reason::WrongType),
        })
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Err(Reason::WrongType))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Err(Reason::WrongType))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Err(Reason::WrongType))
    }
}

/// A number for a type that takes fractions.
fn fractional(ty: &FieldType, number: f64) -> Result<Value, Reason> {
    match ty {
        FieldType::Float { .. } => Ok(Value::Float(number)),
        FieldType::Duration { .. } => {
            decimal::units(number, DURATION_DECIMALS).map(Value::Duration).ok_or(Reason::OutOfRange)
        }
        _ => Err(Reason::WrongType),
    }
}
