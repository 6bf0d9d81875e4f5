//! From data to a document.

use super::DataError;
use super::shape::{self, CONTENT, ELEMENTS, MARK, Shape, TEXT, UNKNOWN};
use super::value::Data;
use crate::escape;
use crate::info::{FieldInfo, FieldKind, Name, TypeInfo, ValueInfo};
use crate::near;
use crate::writer::usual_prefix;
use domxml_xml::Spare;
use std::ops::Range;

/// A document made of data, without layout.
pub(super) struct Document {
    /// Its text.
    pub text: String,
    /// What is said to be not of the format.
    marked: Vec<Range<usize>>,
}

impl Document {
    /// Whether this byte is of something that is said to be not of the format.
    pub fn is_marked(&self, at: usize) -> bool {
        self.marked.iter().any(|range| range.contains(&at))
    }
}

/// The document of a root with this name and type.
pub(super) fn document(name: Name, info: &'static TypeInfo, data: &Data) -> Result<Document, DataError> {
    let mut builder =
        Builder { out: String::new(), marked: Vec::new(), scope: Vec::new(), added: Vec::new(), path: Vec::new() };
    let root = Root { ns: name.ns, local: name.local };
    let tag_end = builder.element(root.ns, root.local, 1, info, data)?;
    let mut declarations = String::new();
    for (prefix, uri) in &builder.added {
        attribute(&mut declarations, &format!("xmlns:{prefix}"), uri);
    }
    builder.out.insert_str(tag_end, &declarations);
    for range in &mut builder.marked {
        if range.start >= tag_end {
            *range = range.start + declarations.len()..range.end + declarations.len();
        }
    }
    Ok(Document { text: builder.out, marked: builder.marked })
}

/// The name of the root.
struct Root {
    ns: &'static str,
    local: &'static str,
}

fn attribute(out: &mut String, name: &str, value: &str) {
    out.push(' ');
    out.push_str(name);
    out.push_str("='");
    let start = out.len();
    out.push_str(value);
    escape::attribute(out, start);
    out.push('\'');
}

/// Whether a text can be the name of an attribute.
fn is_name(text: &str) -> bool {
    let first = |c: char| c.is_alphabetic() || c == '_';
    !text.is_empty()
        && text.split(':').count() <= 2
        && text.split(':').all(|part| {
            part.starts_with(first) && part.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
        })
}

struct Builder {
    out: String,
    marked: Vec<Range<usize>>,
    /// Namespaces that open elements declare: prefix and URI.
    scope: Vec<(String, String)>,
    /// Namespaces that the root has to declare beside.
    added: Vec<(String, String)>,
    /// The open elements.
    path: Vec<String>,
}

/// Something that is not of the format, and the child that it stands before.
struct Stray<'d> {
    xml: &'d str,
    before: Option<&'d str>,
}

/// What stands in an element, sorted.
#[derive(Default)]
struct Parts<'d> {
    /// Children that are of the format, in order.
    children: Vec<Part<'d>>,
    strays: Vec<Stray<'d>>,
}

enum Part<'d> {
    Child(&'static FieldInfo, &'d Data),
    Text(String),
    Any(&'d str),
}

impl Builder {
    fn error(&self, message: impl Into<String>) -> DataError {
        DataError::new(self.path.join("/"), message)
    }

    /// Writes an element; the result is where its start tag ends.
    fn element(
        &mut self,
        ns: &str,
        name: &str,
        number: usize,
        info: &'static TypeInfo,
        data: &Data,
    ) -> Result<usize, DataError> {
        self.path.push(if number > 1 { format!("{name}[{number}]") } else { name.to_owned() });
        let lone;
        let entries = match data {
            Data::Map(entries) => entries,
            Data::Null => &Vec::new(),
            Data::Bool(_) | Data::Number(_) | Data::Text(_) if info.text_field().is_some() => {
                lone = vec![(TEXT.to_owned(), data.clone())];
                &lone
            }
            other => return Err(self.error(format!("{} stands where an object is expected", other.kind()))),
        };
        let find = |field: &'static FieldInfo| {
            let key = shape::key(field.ns, field.name);
            let own = |(name, _): &&(String, Data)| name.strip_prefix(MARK).unwrap_or(name) == key;
            let of = entries.iter().filter(|(_, value)| !matches!(value, Data::Map(_) | Data::List(_) | Data::Null));
            of.clone().find(own).and_then(|(_, value)| value.text(field.values).ok())
        };
        let shape = Shape::of(info, &find);
        let scope = self.scope.len();
        let tag_end = self.start_tag(ns, name, Some(&shape), entries)?;
        let parts = self.parts(&shape, entries)?;
        self.content(parts)?;
        self.end_tag(ns, name);
        self.scope.truncate(scope);
        self.path.pop();
        Ok(tag_end)
    }

    /// Writes a start tag with the attributes among the entries; the result is where it ends, before the `>`. Without a shape no attribute
    /// is of the format.
    fn start_tag(
        &mut self,
        ns: &str,
        name: &str,
        shape: Option<&Shape>,
        entries: &[(String, Data)],
    ) -> Result<usize, DataError> {
        for (index, (key, value)) in entries.iter().enumerate() {
            if entries[..index].iter().any(|(other, _)| other == key) {
                return Err(self.error(format!("the key '{key}' is given more than once")));
            }
            let declared = key.strip_prefix(MARK).and_then(|name| name.strip_prefix("xmlns"));
            if let Some(prefix) = declared.filter(|prefix| prefix.is_empty() || prefix.starts_with(':')) {
                let uri = value.text(&[]).map_err(|message| self.error(format!("'{key}': {message}")))?;
                self.scope.push((prefix.trim_start_matches(':').to_owned(), uri));
            }
        }
        self.out.push('<');
        let name = self.qualified(ns, name, false);
        self.out.push_str(&name);
        for (key, value) in entries {
            let field = shape.and_then(|shape| shape.attribute_of(key));
            let marked = key.strip_prefix(MARK);
            let name = match (field, marked) {
                _ if matches!(value, Data::Null) => continue,
                (Some(field), _) => self.qualified(field.ns, field.name, true),
                (None, Some(name)) if is_name(name) => name.to_owned(),
                (None, Some(name)) => return Err(self.error(format!("'{name}' cannot be the name of an attribute"))),
                (None, None) => continue,
            };
            let values: &[ValueInfo] = field.map_or(&[], |field| field.values);
            let value = value.text(values).map_err(|message| self.error(format!("'{key}': {message}")))?;
            let start = self.out.len();
            attribute(&mut self.out, &name, &value);
            if field.is_none() || marked.is_some() {
                self.marked.push(start..self.out.len());
            }
        }
        let end = self.out.len();
        self.out.push('>');
        Ok(end)
    }

    fn end_tag(&mut self, ns: &str, name: &str) {
        self.out.push_str("</");
        let name = self.qualified(ns, name, false);
        self.out.push_str(&name);
        self.out.push('>');
    }

    /// A name with the prefix of its namespace, which the root declares where nothing does.
    fn qualified(&mut self, ns: &str, name: &str, attribute: bool) -> String {
        if ns.is_empty() {
            return name.to_owned();
        }
        let known = self.added.iter().chain(&self.scope).rev();
        let usable = |prefix: &str| !(attribute && prefix.is_empty());
        if let Some((prefix, _)) = known.clone().find(|(prefix, uri)| uri == ns && usable(prefix)) {
            return if prefix.is_empty() { name.to_owned() } else { format!("{prefix}:{name}") };
        }
        let base = usual_prefix(ns);
        let taken = |prefix: &str| self.added.iter().chain(&self.scope).any(|(known, _)| known == prefix);
        let numbered = (1..).map(|number| format!("{base}{number}"));
        let prefix = std::iter::once(base.to_owned()).chain(numbered).find(|prefix| !taken(prefix)).unwrap_or_default();
        self.added.push((prefix.clone(), ns.to_owned()));
        format!("{prefix}:{name}")
    }

    /// What stands in an element of this shape.
    fn parts<'d>(&self, shape: &Shape, entries: &'d [(String, Data)]) -> Result<Parts<'d>, DataError> {
        let mut parts = Parts::default();
        for (key, value) in entries {
            match key.as_str() {
                TEXT => {
                    let values: &[ValueInfo] = shape.text_field().map_or(&[], |field| field.values);
                    parts.children.push(Part::Text(self.text(value, values)?));
                }
                ELEMENTS => {
                    for item in self.items(key, value)? {
                        parts.children.push(Part::Any(self.xml(item)?));
                    }
                }
                UNKNOWN => parts.strays = self.strays(value)?,
                CONTENT => {
                    for item in self.items(key, value)? {
                        parts.children.push(self.ordered(shape, item)?);
                    }
                }
                _ if key.starts_with(MARK) || shape.attribute_of(key).is_some() => {}
                _ => {
                    let Some((field, _)) = shape.child_of(key) else { return Err(self.no_such(shape, key)) };
                    match value {
                        Data::List(items) if field.many => {
                            parts.children.extend(items.iter().map(|item| Part::Child(field, item)));
                        }
                        // Of what may be left out, nothing is none.
                        Data::Null => {}
                        Data::Bool(false) if field.kind == FieldKind::Flag => {}
                        value => parts.children.push(Part::Child(field, value)),
                    }
                }
            }
        }
        Ok(parts)
    }

    fn no_such(&self, shape: &Shape, key: &str) -> DataError {
        let keys = shape.keys();
        let meant = near::nearest(key, keys.iter().map(String::as_str));
        let meant = meant.map_or_else(String::new, |meant| format!("; did you mean '{meant}'?"));
        self.error(format!("unknown key '{key}'{meant}"))
    }

    fn text(&self, value: &Data, values: &[ValueInfo]) -> Result<String, DataError> {
        value.text(values).map_err(|message| self.error(message))
    }

    fn items<'d>(&self, key: &str, value: &'d Data) -> Result<&'d [Data], DataError> {
        match value {
            Data::List(items) => Ok(items),
            _ => Err(self.error(format!("'{key}': {} stands where a list is expected", value.kind()))),
        }
    }

    /// One of the children whose order is kept.
    fn ordered<'d>(&self, shape: &Shape, item: &'d Data) -> Result<Part<'d>, DataError> {
        let Data::Map(entries) = item else {
            return Err(self.error(format!("'{CONTENT}': {} stands where an object is expected", item.kind())));
        };
        let [(key, value)] = entries.as_slice() else {
            return Err(
                self.error(format!("'{CONTENT}': an object with one key is expected, not with {}", entries.len()))
            );
        };
        if key == TEXT {
            return Ok(Part::Text(self.text(value, &[])?));
        }
        let (field, _) = shape.child_of(key).ok_or_else(|| self.no_such(shape, key))?;
        Ok(Part::Child(field, value))
    }

    /// XML that is given as text.
    fn xml<'d>(&self, value: &'d Data) -> Result<&'d str, DataError> {
        let Data::Text(xml) = value else {
            return Err(self.error(format!("{} stands where XML is expected, as a text", value.kind())));
        };
        // It must not reach out of the place where it is put.
        let alone = format!("<x>{xml}</x>");
        let mut spare = Spare::default();
        match domxml_xml::parse(&alone, &mut spare) {
            Ok(_) => Ok(xml),
            Err(error) => Err(self.error(format!("'{xml}' is no XML: {}", error.message))),
        }
    }

    fn strays<'d>(&self, value: &'d Data) -> Result<Vec<Stray<'d>>, DataError> {
        let stray = |item: &'d Data| {
            let xml =
                item.get("xml").ok_or_else(|| self.error(format!("'{UNKNOWN}': an object without the key 'xml'")))?;
            let before = match item.get("before") {
                Some(Data::Text(place)) => Some(place.as_str()),
                _ => None,
            };
            Ok(Stray { xml: self.xml(xml)?, before })
        };
        self.items(UNKNOWN, value)?.iter().map(stray).collect()
    }

    /// Writes what stands in an element.
    fn content(&mut self, parts: Parts<'_>) -> Result<(), DataError> {
        let mut counts: Vec<(String, usize)> = Vec::new();
        let mut strays = parts.strays;
        for part in parts.children {
            let key = match &part {
                Part::Child(field, _) => shape::key(field.ns, field.name),
                Part::Text(_) => TEXT.to_owned(),
                Part::Any(_) => String::new(),
            };
            let number = match counts.iter_mut().find(|(known, _)| *known == key) {
                Some((_, count)) => {
                    *count += 1;
                    *count
                }
                None => {
                    counts.push((key.clone(), 1));
                    1
                }
            };
            let place = if number == 1 { key } else { format!("{key}[{number}]") };
            for stray in strays.extract_if(.., |stray| stray.before == Some(&place)) {
                self.stray(&stray);
            }
            match part {
                Part::Child(field, value) => self.child(field, number, value)?,
                Part::Text(text) => {
                    let start = self.out.len();
                    self.out.push_str(&text);
                    escape::text(&mut self.out, start);
                }
                Part::Any(xml) => self.out.push_str(xml),
            }
        }
        for stray in &strays {
            self.stray(stray);
        }
        Ok(())
    }

    fn stray(&mut self, stray: &Stray<'_>) {
        let start = self.out.len();
        self.out.push_str(stray.xml);
        self.marked.push(start..self.out.len());
    }

    fn child(&mut self, field: &'static FieldInfo, number: usize, value: &Data) -> Result<(), DataError> {
        if let Some(table) = field.content {
            return self.element(field.ns, field.name, number, table(), value).map(|_| ());
        }
        self.path.push(if number > 1 { format!("{}[{number}]", field.name) } else { field.name.to_owned() });
        if field.kind == FieldKind::Verbatim {
            let xml = self.xml(value)?;
            self.out.push_str(xml);
        } else {
            let scope = self.scope.len();
            self.plain(field, value)?;
            self.scope.truncate(scope);
        }
        self.path.pop();
        Ok(())
    }

    /// Writes an element that holds a value, or nothing.
    fn plain(&mut self, field: &'static FieldInfo, value: &Data) -> Result<(), DataError> {
        let mut parts = Parts::default();
        let entries: &[(String, Data)] = match value {
            Data::Map(entries) => entries,
            _ => &[],
        };
        self.start_tag(field.ns, field.name, None, entries)?;
        for (key, value) in entries {
            match key.as_str() {
                TEXT => parts.children.push(Part::Text(self.text(value, field.values)?)),
                UNKNOWN => parts.strays = self.strays(value)?,
                key if key.starts_with(MARK) => {}
                key => return Err(self.error(format!("unknown key '{key}'"))),
            }
        }
        match (field.kind, value) {
            (_, Data::Map(_)) => {}
            (FieldKind::Flag, Data::Bool(true)) => {}
            (FieldKind::Flag, _) => return Err(self.error("true or false is expected")),
            _ => parts.children.push(Part::Text(self.text(value, field.values)?)),
        }
        self.content(parts)?;
        self.end_tag(field.ns, field.name);
        Ok(())
    }
}
