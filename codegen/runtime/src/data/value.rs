//! Data of any shape, in the order in which it was written.

use crate::info::ValueInfo;
use serde_core::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_core::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use std::fmt;

/// Data that says of itself what it is, as JSON does. Keys keep their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Number(i128),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Data>),
    /// Values by keys.
    Map(Vec<(String, Data)>),
}

/// The largest whole number that every reader of JSON takes as it is.
const LARGEST: i128 = (1 << 53) - 1;

impl Data {
    /// A value: a number where its type is one, and the number's spelling is the value's.
    pub(super) fn scalar(text: String, number: bool) -> Self {
        let plain = |number: &i128| number.unsigned_abs() <= LARGEST.unsigned_abs() && number.to_string() == text;
        match text.parse().ok().filter(|value| number && plain(value)) {
            Some(value) => Data::Number(value),
            None => Data::Text(text),
        }
    }

    /// A value as text. `true` and `false` stand for what the values of its type call so.
    pub(super) fn text(&self, values: &[ValueInfo]) -> Result<String, String> {
        let named = |word: &str| values.iter().any(|value| value.value == word);
        let word = |yes| {
            let words = if yes { ["true", "yes", "on"] } else { ["false", "no", "off"] };
            words.into_iter().find(|word| named(word)).unwrap_or(words[0]).to_owned()
        };
        match self {
            Data::Text(text) => Ok(text.clone()),
            Data::Number(number) => Ok(number.to_string()),
            Data::Bool(yes) => Ok(word(*yes)),
            Data::Null | Data::List(_) | Data::Map(_) => {
                Err(format!("{} stands where a value is expected", self.kind()))
            }
        }
    }

    /// What it is, for messages.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Data::Null => "nothing",
            Data::Bool(_) | Data::Number(_) | Data::Text(_) => "a value",
            Data::List(_) => "a list",
            Data::Map(_) => "an object",
        }
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Data> {
        let Data::Map(entries) = self else { return None };
        entries.iter().find(|(own, _)| own == key).map(|(_, value)| value)
    }
}

impl Serialize for Data {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self {
            Data::Null => out.serialize_unit(),
            Data::Bool(value) => out.serialize_bool(*value),
            Data::Number(number) => match (i64::try_from(*number), u64::try_from(*number)) {
                (Ok(number), _) => out.serialize_i64(number),
                (_, Ok(number)) => out.serialize_u64(number),
                _ => out.serialize_i128(*number),
            },
            Data::Text(text) => out.serialize_str(text),
            Data::List(items) => {
                let mut list = out.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| list.serialize_element(item))?;
                list.end()
            }
            Data::Map(entries) => {
                let mut map = out.serialize_map(Some(entries.len()))?;
                entries.iter().try_for_each(|(key, value)| map.serialize_entry(key, value))?;
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Data;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object, a list, a text, a whole number, true, false or nothing")
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Data, E> {
        Ok(Data::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Data, E> {
        Ok(Data::Number(value.into()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Data, E> {
        Ok(Data::Number(value.into()))
    }

    fn visit_i128<E: de::Error>(self, value: i128) -> Result<Data, E> {
        Ok(Data::Number(value))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Data, E> {
        Err(E::custom(format!("the number {value} has more than one spelling: write it as a text, in quotes")))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Data, E> {
        Ok(Data::Text(value.to_owned()))
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<Data, E> {
        Ok(Data::Text(value))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Data, E> {
        Ok(Data::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<Data, E> {
        Ok(Data::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Data, D::Error> {
        Data::deserialize(from)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Data, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = from.next_element()? {
            items.push(item);
        }
        Ok(Data::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Data, A::Error> {
        let mut entries: Vec<(String, Data)> = Vec::new();
        while let Some(entry) = from.next_entry()? {
            entries.push(entry);
        }
        Ok(Data::Map(entries))
    }
}
