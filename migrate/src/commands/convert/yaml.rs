//! YAML, of which values are taken as they are spelt: readers make numbers and switches of what was meant as a text, so that `0x1234`
//! would be 4660 and a machine called `on` be `true`.

use std::fmt;

use domxml::data::Data;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::NonFiniteFloatPolicy;
use serde_saphyr::{Error, Location, Spanned};

/// Reads a document.
///
/// # Errors
/// What the reader says.
pub(super) fn read(text: &str) -> Result<Data, Error> {
    // Words such as `yes` and `off` are texts, as in YAML 1.2.
    let options = serde_saphyr::options! {
        strict_booleans: true,
        non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
    };
    serde_saphyr::from_str_with_options(text, options).map(|node: Spanned<Node>| data(node, text))
}

/// A value, a list or an object, of which the reader knows where each part stands.
enum Node {
    Null,
    Bool(bool),
    /// Some number: how it is spelt is known by its place.
    Number,
    Text(String),
    List(Vec<Spanned<Node>>),
    Map(Vec<(String, Spanned<Node>)>),
}

fn data(node: Spanned<Node>, text: &str) -> Data {
    let place = node.defined;
    match node.value {
        Node::Null => Data::Null,
        Node::Bool(yes) => spelt(text, &place, &|word| (word == yes.to_string()).then_some(Data::Bool(yes))),
        Node::Number => spelt(text, &place, &|number| {
            let value: i128 = number.parse().ok()?;
            (value.to_string() == number).then_some(Data::Number(value))
        }),
        Node::Text(text) => Data::Text(text),
        Node::List(items) => Data::List(items.into_iter().map(|item| data(item, text)).collect()),
        Node::Map(entries) => Data::Map(entries.into_iter().map(|(key, value)| (key, data(value, text))).collect()),
    }
}

/// What stands at a place: what `plain` makes of it, or else a text.
fn spelt(text: &str, place: &Location, plain: &dyn Fn(&str) -> Option<Data>) -> Data {
    let bytes = place.span().byte_offset().zip(place.span().byte_len());
    let range = bytes.and_then(|(start, length)| {
        let start = usize::try_from(start).ok()?;
        Some(start..start.checked_add(usize::try_from(length).ok()?)?)
    });
    let word = range.and_then(|range| text.get(range)).unwrap_or_default().trim();
    plain(word).unwrap_or_else(|| Data::Text(word.to_owned()))
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object, a list or a value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Node, E> {
        Ok(Node::Number)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Node, E> {
        Ok(Node::Number)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
        Ok(Node::Number)
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = from.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = from.next_entry()? {
            entries.push(entry);
        }
        Ok(Node::Map(entries))
    }
}
