//! The methods that users call.

use crate::content::{self, Content};
use crate::edit;
use crate::error::{ErrorKind, Note, ParseErrors};
use crate::extra::Span;
use crate::info::TypeInfo;
use crate::near::nearest;
use crate::path::{self, Change, PathError};
use crate::reader::{self, ReadOptions};
use crate::slots::Prefer;
use crate::whole;
use crate::writer::{self, Finding, Print, WriteError, WriteOptions, Written};
use domxml_xml::{Form, Spare, Tree};
use std::any::Any;

/// A value and what its reader did of its own accord.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed<T> {
    /// The value.
    pub value: T,
    /// Notes in document order.
    pub notes: Vec<Note>,
}

/// An element that can stand alone as a document: the root, or any part of it, as for hot-plug.
pub trait Element: Content + Default {
    /// Reads a document whose root is this element. Unknown content is an error.
    ///
    /// # Errors
    ///
    /// All that is wrong with the document.
    fn from_xml(text: &str) -> Result<Self, ParseErrors> {
        Self::from_xml_with(text, &ReadOptions::default()).map(|parsed| parsed.value)
    }

    /// As [`Element::from_xml`], with options.
    ///
    /// # Errors
    ///
    /// All that is wrong with the document.
    fn from_xml_with(text: &str, options: &ReadOptions) -> Result<Parsed<Self>, ParseErrors> {
        // Read where it stays: the struct of a large format takes kilobytes.
        let mut parsed = Parsed { value: Self::default(), notes: Vec::new() };
        parsed.notes = reader::read_into(text, options, &mut parsed.value)?;
        Ok(parsed)
    }

    /// Reads the tree of a document.
    ///
    /// # Errors
    ///
    /// All that is wrong with the document.
    fn from_tree(tree: &Tree<'_>, options: &ReadOptions) -> Result<Parsed<Self>, ParseErrors> {
        let mut value = Self::default();
        let notes = reader::read(tree, options, &mut value)?.notes;
        Ok(Parsed { value, notes })
    }

    /// Reads the bytes of a document, in whatever encoding it is; the form is what [`Element::to_bytes`] asks for. Encodings other than
    /// those of Unicode, ISO-8859-1 and ASCII take the feature `encodings`.
    ///
    /// # Errors
    ///
    /// The bytes are not a text of their encoding, or what [`Element::from_xml_with`] finds wrong.
    fn from_bytes(bytes: &[u8], options: &ReadOptions) -> Result<(Parsed<Self>, Form), ParseErrors> {
        let decoded = domxml_xml::decode(bytes).map_err(ParseErrors::from)?;
        Ok((Self::from_xml_with(&decoded.text, options)?, decoded.form))
    }

    /// The element as the bytes of a document of that form: its encoding, declaration and byte order mark.
    ///
    /// # Errors
    ///
    /// As [`Element::to_xml`], or a name or a comment has a character that the encoding does not have.
    fn to_bytes(&self, form: &Form) -> Result<Vec<u8>, WriteError> {
        let text = form.declared(&self.to_xml()?);
        form.encode(&text).map_err(|error| WriteError::of_encoding(&text, error))
    }

    /// The element as a document, ended by a line break, which is read as the same element again. Everything it holds is written as it is, but
    /// for the name of an encoding in its declaration: a string is written in UTF-8, so no other name stays.
    /// Of a type that elements of several names have, it has the name under which it was read, or else that of the type.
    ///
    /// What was read can be written. Whether the format wants more than is there, the schema says (`domxml::validate`).
    ///
    /// # Errors
    ///
    /// A value would not be read again: it has a character that no document can hold, it is a number beyond its range, a list without the
    /// items that it needs, or empty where that counts as absent. The error has its path.
    fn to_xml(&self) -> Result<String, WriteError> {
        self.write_with(&WriteOptions::default()).map(|written| written.text)
    }

    /// As [`Element::to_xml`], with options.
    ///
    /// # Errors
    ///
    /// As [`Element::to_xml`].
    fn write_with(&self, options: &WriteOptions) -> Result<Written, WriteError> {
        writer::write(self, options)
    }

    /// What would be written, whether or not it can be: with the places of its parts, to be judged or compared with another print.
    fn print_with(&self, options: &WriteOptions) -> Print {
        writer::print(self, options)
    }

    /// What would be spelt out or left out if it were written, in the order of writing.
    fn findings_with(&self, options: &WriteOptions) -> Vec<Finding> {
        writer::findings(self, options)
    }

    /// Reads a document, lets `change` change it, and returns its text with the changes, in which every other byte stands as it
    /// was: quotes, white space, comments, the order of attributes. What the format does not know stays too. What is new has the
    /// quotes, indentation and line ends of the text around it.
    ///
    /// # Errors
    ///
    /// All that is wrong with the document, or a new value that cannot be written.
    fn edit(text: &str, change: impl FnOnce(&mut Self)) -> Result<String, ParseErrors> {
        edit::edit(text, |element| {
            change(element);
            Ok(())
        })
    }

    /// As [`Element::edit`], where the change can fail: then nothing is changed.
    ///
    /// # Errors
    ///
    /// The error of `change`, or as [`Element::edit`].
    fn try_edit<E: From<ParseErrors>>(
        text: &str,
        change: impl FnOnce(&mut Self) -> Result<(), E>,
    ) -> Result<String, E> {
        edit::edit(text, change)
    }

    /// The element's bytes in the document that it was read from; empty where it was not.
    fn span(&self) -> Span {
        self.extra().map_or(Span::default(), |extra| extra.span)
    }

    /// The value that a path leads to, as `devices/disk[2]/target/@dev`; none where nothing stands there. See [`path`].
    ///
    /// # Errors
    ///
    /// The format has no such field, or the path leads to no single value.
    fn get(&self, path: &str) -> Result<Option<String>, PathError> {
        path::get(self, path)
    }

    /// Sets the value that a path leads to. Elements on the way that are not there are made, also one behind the last of several. Another
    /// value of an attribute that decides a choice takes along what the other branch has too.
    ///
    /// # Errors
    ///
    /// The format has no such field, or it does not take the value; then nothing is changed.
    fn set(&mut self, path: &str, value: &str) -> Result<Change, PathError> {
        path::set(self, path, value)
    }

    /// Removes what a path leads to: an attribute, a text, or an element with all that is in it.
    ///
    /// # Errors
    ///
    /// The format has no such field, or does not do without it; then nothing is changed.
    fn remove(&mut self, path: &str) -> Result<Change, PathError> {
        path::remove(self, path)
    }

    /// The element that a path leads to.
    ///
    /// # Errors
    ///
    /// The format has no such element there.
    fn find(&self, path: &str) -> Result<Option<&dyn Content>, PathError> {
        path::element(self, path)
    }

    /// Everything that the element says: the path of each value, and the value.
    fn values(&self) -> Vec<(String, String)> {
        path::values(self)
    }

    /// Removes every element of this type in it that the format does without, as `domain.remove_every::<DeviceSeclabel>()`, with all that is in
    /// them; how many were removed.
    fn remove_every<T: Content>(&mut self) -> usize {
        content::remove_every::<T>(self)
    }

    /// Whether there is nothing in the element: no attribute, no text, no child, nothing unknown that is kept. Comments are
    /// nothing.
    fn says_nothing(&self) -> bool {
        whole::says_nothing(self)
    }

    /// Takes over what a second element says: what may stand more than once stands beside what is there; of the rest,
    /// `prefer` says which of the two counts. What `other` keeps verbatim is kept.
    fn merge(&mut self, mut other: Self, prefer: Prefer) {
        whole::merge(self, &mut other, prefer);
    }

    /// Calls `visit` with this element, every element inside and every payload enum.
    fn walk(&self, visit: &mut dyn FnMut(&dyn Any)) {
        content::walk(self, visit);
    }

    /// As [`Element::walk`], to change what is met.
    fn walk_mut(&mut self, visit: &mut dyn FnMut(&mut dyn Any)) {
        content::walk_mut(self, visit);
    }
}

impl<T: Element> Element for Box<T> {}

/// Makes the enum of the elements that may be the root of a document.
#[macro_export]
macro_rules! roots {
    ($(#[$doc:meta])* $name:ident: $($root:ident),+ $(,)?) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $name {
            $(
                #[doc = concat!("Its root is [`", stringify!($root), "`].")]
                $root(::std::boxed::Box<$root>),
            )+
        }

        impl $name {
            /// Reads a document. Unknown content is an error.
            ///
            /// # Errors
            ///
            /// Its root is none of these elements, or all that is wrong with it.
            pub fn from_xml(text: &str) -> ::std::result::Result<Self, $crate::ParseErrors> {
                Self::from_xml_with(text, &$crate::ReadOptions::default()).map(|parsed| parsed.value)
            }

            /// As `from_xml`, with options.
            ///
            /// # Errors
            ///
            /// Its root is none of these elements, or all that is wrong with it.
            pub fn from_xml_with(
                text: &str,
                options: &$crate::ReadOptions,
            ) -> ::std::result::Result<$crate::Parsed<Self>, $crate::ParseErrors> {
                let tables = [$(<$root as $crate::Described>::table()),+];
                let chosen = $crate::element::root_of(text, &tables)?;
                let mut number = 0;
                $(
                    if number == chosen {
                        let $crate::Parsed { value, notes } = <$root as $crate::Element>::from_xml_with(text, options)?;
                        return ::std::result::Result::Ok($crate::Parsed { value: $name::$root(value.into()), notes });
                    }
                    number += 1;
                )+
                let _ = number;
                ::std::unreachable!("one of them was chosen")
            }

            /// The document, ended by a line break.
            ///
            /// # Errors
            ///
            /// A value would not be read again as what it is.
            pub fn to_xml(&self) -> ::std::result::Result<::std::string::String, $crate::WriteError> {
                match self {
                    $($name::$root(root) => $crate::Element::to_xml(&**root),)+
                }
            }
        }
    };
}

/// Which of several types is that of the root of a document; what `roots!` calls.
///
/// # Errors
///
/// It is none of them, or the text is no document.
#[doc(hidden)]
pub fn root_of(text: &str, types: &[&'static TypeInfo]) -> Result<usize, ParseErrors> {
    let mut spare = Spare::default();
    let tree = reader::parse_document(text, &mut spare)?;
    let root = reader::Node(tree.document.root_element());
    let (ns, local) = root.name();
    let named = |info: &&'static TypeInfo| info.element.is_some_and(|name| (name.ns, name.local) == (ns, local));
    // A type that elements of several names have says nothing of its name.
    let chosen = types.iter().position(named).or(types.iter().position(|info| info.element.is_none()));
    chosen.ok_or_else(|| {
        let names = || types.iter().filter_map(|info| info.element);
        let mut errors =
            ParseErrors::syntax(text, tree.document.root_element().range().start, format!("the root is <{local}>"));
        for error in &mut errors.errors {
            error.kind = ErrorKind::Root;
            error.expected = names().map(|name| format!("<{}>", name.local)).collect();
            error.suggestion = nearest(local, names().map(|name| name.local)).map(|near| format!("<{near}>"));
        }
        errors
    })
}

/// Makes elements of structs, with the two methods that need no trait in scope.
#[macro_export]
macro_rules! elements {
    (shared $ty:ty) => {
        impl $crate::Element for $ty {}

        impl $ty {
            /// Reads a document whose root is such an element, whatever its name: elements of several names are alike. Unknown
            /// content is an error; [`Element`]($crate::Element) has the methods with options, and one that writes it under the name
            /// that it was read with.
            ///
            /// # Errors
            ///
            /// All that is wrong with the document.
            #[inline]
            pub fn from_xml(text: &str) -> ::std::result::Result<Self, $crate::ParseErrors> {
                $crate::Element::from_xml(text)
            }
        }
    };
    ($($ty:ty),* $(,)?) => {$(
        impl $crate::Element for $ty {}

        impl $ty {
            /// Reads a document whose root is this element. Unknown content is an error; [`Element`]($crate::Element)
            /// has the methods with options.
            ///
            /// # Errors
            ///
            /// All that is wrong with the document.
            #[inline]
            pub fn from_xml(text: &str) -> ::std::result::Result<Self, $crate::ParseErrors> {
                $crate::Element::from_xml(text)
            }

            /// The element as a document, ended by a line break, which is read as the same element again.
            ///
            /// # Errors
            ///
            /// A value would not be read again as what it is: it has a control character, is beyond its range, or is empty where that counts
            /// as absent.
            #[inline]
            pub fn to_xml(&self) -> ::std::result::Result<::std::string::String, $crate::WriteError> {
                $crate::Element::to_xml(self)
            }
        }
    )*};
}
