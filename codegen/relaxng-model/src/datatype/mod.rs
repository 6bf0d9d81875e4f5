//! Datatype libraries: the built-in one and that of XML Schema (part 2, second edition).
//!
//! A [`Type`] is a datatype with its parameters, checked once and then used to judge any number of strings. Regular
//! expressions are parsed when a type is made and compiled when they are first used.
//!
//! What a document's DTD declares is out of reach here: `ENTITY` and `ENTITIES` are judged by their spelling, as are `ID`
//! and `IDREF`, whose soundness over a whole document is [`validate::compatibility`](crate::validate::compatibility)'s matter.

mod blocks;
mod builtin;
#[cfg(feature = "validate")]
mod compile;
mod decimal;
mod facets;
mod lexical;
mod regex;
mod time;
mod value;

use std::fmt;

pub use lexical::is_ncname;
#[cfg(feature = "validate")]
pub(crate) use lexical::tokens;
pub(crate) use lexical::{collapse, is_blank};
pub use value::Value;

use crate::grammar::{Datatype, Param};
use builtin::Builtin;
use facets::Facets;

/// URI of the XML Schema datatype library.
pub const XSD: &str = "http://www.w3.org/2001/XMLSchema-datatypes";

/// The namespaces in scope where a value stands; only `QName` and `NOTATION` ask for them.
pub trait Namespaces {
    /// The namespace bound to `prefix`, the default namespace for the empty prefix.
    fn namespace(&self, prefix: &str) -> Option<&str>;
}

impl Namespaces for roxmltree::Node<'_, '_> {
    fn namespace(&self, prefix: &str) -> Option<&str> {
        match prefix {
            "" => self.default_namespace(),
            // Bound everywhere, declared nowhere.
            "xml" => Some(roxmltree::NS_XML_URI),
            _ => self.lookup_namespace_uri(Some(prefix)),
        }
    }
}

/// No namespace in scope.
impl Namespaces for () {
    fn namespace(&self, _: &str) -> Option<&str> {
        None
    }
}

/// Checks a datatype as a schema names it: that the library and the type exist, that each facet applies to the type and has
/// a proper value, and that `value` (the text of a `value` pattern) is in the lexical space.
///
/// # Errors
/// What is wrong, as the body of a message: lower case, no full stop.
pub fn check(
    datatype: &Datatype,
    params: &[Param],
    value: Option<&str>,
    namespaces: &dyn Namespaces,
) -> Result<(), String> {
    let checked = Type::new(datatype, params)?;
    match value {
        Some(text) if checked.value(text, namespaces).is_none() => {
            Err(format!("'{}' is not a value of datatype '{}'", text.escape_debug(), datatype.name))
        }
        _ => Ok(()),
    }
}

/// What the DTD compatibility specification makes of a datatype.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdKind {
    /// Names the element it stands on: `ID`.
    Id,
    /// Names another element: `IDREF`.
    IdRef,
    /// Names other elements: `IDREFS`.
    IdRefs,
}

/// A datatype with its parameters.
#[derive(Debug)]
pub struct Type {
    name: String,
    builtin: Builtin,
    facets: Facets,
}

impl Type {
    /// Looks a datatype up and reads its parameters.
    ///
    /// # Errors
    /// An unknown library or type, a parameter that does not apply or has a bad value, as the body of a message.
    pub fn new(datatype: &Datatype, params: &[Param]) -> Result<Type, String> {
        let name = datatype.name.as_str();
        let builtin = match datatype.library.as_str() {
            "" => {
                let builtin = match name {
                    "string" => Builtin::String,
                    "token" => Builtin::Token,
                    _ => {
                        return Err(format!(
                            "the built-in datatype library has no type '{name}', only string and token"
                        ));
                    }
                };
                if let Some(param) = params.first() {
                    return Err(format!(
                        "parameter '{}' on type '{name}': the types of the built-in datatype library take no parameters",
                        param.name
                    ));
                }
                builtin
            }
            XSD => Builtin::named(name).ok_or_else(|| format!("XML Schema has no datatype '{name}'"))?,
            library => return Err(format!("unknown datatype library '{library}'")),
        };
        Ok(Type { name: name.to_owned(), builtin, facets: Facets::new(name, builtin, params)? })
    }

    /// Whether `text` is a value of the type.
    #[cfg(feature = "validate")]
    #[must_use]
    pub fn accepts(&self, text: &str, namespaces: &dyn Namespaces) -> bool {
        let text = self.builtin.whitespace().normalize(text);
        self.builtin.lexical(&text, namespaces) && self.facets.accept(self.builtin, &text, namespaces)
    }

    /// The value that `text` spells, for comparison with other values of the same type; `None` where `text` is not in the
    /// lexical space of the type.
    #[must_use]
    pub fn value(&self, text: &str, namespaces: &dyn Namespaces) -> Option<Value> {
        let text = self.builtin.whitespace().normalize(text);
        if !self.builtin.lexical(&text, namespaces) || !self.facets.accept(self.builtin, &text, namespaces) {
            return None;
        }
        self.builtin.value(&text, namespaces)
    }

    /// Whether every string is a value.
    #[must_use]
    pub fn accepts_all(&self) -> bool {
        matches!(self.builtin, Builtin::String | Builtin::NormalizedString | Builtin::Token) && self.facets.is_empty()
    }

    /// Whether every value of `other` is surely one of this type. Where it cannot be told, it is not.
    #[must_use]
    #[cfg(feature = "validate")]
    pub fn includes(&self, other: &Type) -> bool {
        self.accepts_all()
            || (self.builtin.includes(other.builtin) && self.facets.include(&other.facets, other.builtin))
    }

    /// Whether two strings spell the same value just where they are equal, whitespace included.
    #[cfg(feature = "validate")]
    pub(crate) fn compares_exactly(&self) -> bool {
        self.builtin == Builtin::String
    }

    /// Whether two strings spell the same value just where they are equal after whitespace has been collapsed.
    #[cfg(feature = "validate")]
    pub(crate) fn compares_collapsed(&self) -> bool {
        matches!(
            self.builtin,
            Builtin::Token
                | Builtin::Language
                | Builtin::Name
                | Builtin::NcName(_)
                | Builtin::Nmtoken
                | Builtin::AnyUri
                | Builtin::NmtokenList
                | Builtin::NcNameList(_)
        )
    }

    /// The regular expressions that its values match, if there are any.
    #[cfg(feature = "proptest")]
    pub(crate) fn expressions(&self) -> Vec<regex_syntax::hir::Hir> {
        self.facets.expressions()
    }

    /// Its role in the DTD compatibility specification, if it has one.
    #[must_use]
    pub fn id_kind(&self) -> Option<IdKind> {
        match self.builtin {
            Builtin::NcName(kind) | Builtin::NcNameList(kind) => kind,
            _ => None,
        }
    }
}

/// The type and its facets in words: `unsignedInt at least 1, at most 31`, `string matching [0-9]+`.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        self.facets.fmt(f)
    }
}

#[cfg(test)]
mod tests;
