//! The compact syntax: a file of it is translated to the XML syntax, which the loader reads; every place is that in the file.
//!
//! The translation follows the specification of the compact syntax (OASIS, 21 November 2002), annotations included.

mod lexer;
mod names;
mod parser;
mod tree;

pub(crate) use tree::Translated;

/// Why a text is not in compact syntax: where, in bytes, and what is wrong there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub at: usize,
    pub message: String,
}

type Result<T> = std::result::Result<T, Fault>;

/// Whether a file of this name is in compact syntax.
pub(crate) fn is_compact(name: &str) -> bool {
    name.rsplit('.').next().is_some_and(|extension| extension.eq_ignore_ascii_case("rnc"))
}

/// The XML syntax of a schema in compact syntax.
pub(crate) fn translate(text: &str) -> Result<Translated> {
    Ok(parser::Parser::new(text)?.schema()?.print())
}
