//! A grammar as stable text, for people who look into the stages of the generator and for tests that compare.

use domxml_xml::visible;

use crate::grammar::{Datatype, Grammar, Kind, NameClass, Pattern};
use crate::schema::NodeId;

/// Prints a grammar: `start` first, then the definitions in their order, each with its place. One pattern a line,
/// indented below the pattern it belongs to. The same grammar gives the same text.
#[must_use]
pub fn dump(grammar: &Grammar) -> String {
    let mut dump = Dump { grammar, out: String::new() };
    dump.head("start", grammar.start.origin);
    dump.pattern(&grammar.start, 1);
    for define in &grammar.defines {
        dump.head(&format!("define {}", define.name), define.origin);
        dump.pattern(&define.pattern, 1);
    }
    dump.out
}

/// A name class on one line: `name`, `{namespace}name`, `*`, `{namespace}*`, `* - (a | b)`.
#[must_use]
pub fn name_class(class: &NameClass) -> String {
    let except = |except: &Option<Box<NameClass>>| {
        except.as_ref().map_or_else(String::new, |except| format!(" - ({})", name_class(except)))
    };
    match class {
        NameClass::Name { ns, local } if ns.is_empty() => local.clone(),
        NameClass::Name { ns, local } => format!("{{{ns}}}{local}"),
        NameClass::AnyName(inner) => format!("*{}", except(inner)),
        NameClass::NsName { ns, except: inner } => format!("{{{ns}}}*{}", except(inner)),
        NameClass::Choice(members) => members.iter().map(name_class).collect::<Vec<_>>().join(" | "),
    }
}

struct Dump<'g> {
    grammar: &'g Grammar,
    out: String,
}

impl Dump<'_> {
    fn head(&mut self, what: &str, origin: NodeId) {
        let schema = &self.grammar.schema;
        let place = schema.place(schema.node(origin).location);
        self.line(0, &format!("{what} @{place}"));
    }

    fn line(&mut self, depth: usize, text: &str) {
        self.out.push_str(&"  ".repeat(depth));
        self.out.push_str(&visible(text));
        self.out.push('\n');
    }

    fn pattern(&mut self, pattern: &Pattern, depth: usize) {
        match &pattern.kind {
            Kind::Empty => self.line(depth, "empty"),
            Kind::NotAllowed => self.line(depth, "notAllowed"),
            Kind::Text => self.line(depth, "text"),
            Kind::Ref(id) => {
                let name = format!("ref {}", self.grammar.defines[id.0 as usize].name);
                self.line(depth, &name);
            }
            Kind::Choice(members) => self.members("choice", members, depth),
            Kind::Interleave(members) => self.members("interleave", members, depth),
            Kind::Group(members) => self.members("group", members, depth),
            Kind::OneOrMore(inner) => self.inner("oneOrMore", inner, depth),
            Kind::List(inner) => self.inner("list", inner, depth),
            Kind::Attribute { name, pattern: inner } => {
                self.inner(&format!("attribute {}", name_class(name)), inner, depth);
            }
            Kind::Element { name, pattern: inner } => {
                self.inner(&format!("element {}", name_class(name)), inner, depth);
            }
            Kind::Value { datatype, value, ns } => {
                let ns = if ns.is_empty() { String::new() } else { format!(" ns {ns:?}") };
                self.line(depth, &format!("value {} {value:?}{ns}", type_name(datatype)));
            }
            Kind::Data { datatype, params, except } => {
                self.line(depth, &format!("data {}", type_name(datatype)));
                for param in params {
                    self.line(depth + 1, &format!("{} {:?}", param.name, param.value));
                }
                if let Some(inner) = except {
                    self.inner("except", inner, depth + 1);
                }
            }
        }
    }

    fn inner(&mut self, what: &str, inner: &Pattern, depth: usize) {
        self.line(depth, what);
        self.pattern(inner, depth + 1);
    }

    fn members(&mut self, what: &str, members: &[Pattern], depth: usize) {
        self.line(depth, what);
        for member in members {
            self.pattern(member, depth + 1);
        }
    }
}

/// `token` of the built-in library, `xsd:int`, `{library}name` of others.
fn type_name(datatype: &Datatype) -> String {
    match datatype.library.as_str() {
        "" => datatype.name.clone(),
        "http://www.w3.org/2001/XMLSchema-datatypes" => format!("xsd:{}", datatype.name),
        library => format!("{{{library}}}{}", datatype.name),
    }
}
