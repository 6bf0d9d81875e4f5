//! What the commands have in common: loading a schema, and saying what came of it.

use std::io::{self, Write};
use std::path::Path;

use domxml_codegen::{Errors, Overrides};
use domxml_xml::{visible_lines, why};
use relaxng_model::{FileResolver, Grammar, Libraries};

/// The grammar of a schema, with what stands beside it.
pub fn load_in(resolver: &FileResolver, root: &str, beside: Option<&Overrides>) -> Result<Grammar, Errors> {
    match beside {
        Some(beside) => beside.load(resolver, root),
        None => Ok(relaxng_model::load(resolver, root)?),
    }
}

/// As [`load_in`], of what types are made of.
pub fn load_types(resolver: &FileResolver, root: &str, beside: Option<&Overrides>) -> Result<Grammar, Errors> {
    match beside {
        Some(beside) => beside.load_lenient(resolver, root),
        None => Ok(relaxng_model::load_lenient(resolver, root, &Libraries::default())?),
    }
}

/// Prints a result. Nobody reading on is no error.
pub fn say(text: &str) -> Result<(), String> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("standard output: {}", why(&error))),
        _ => Ok(()),
    }
}

/// Says on standard error what is done. That nobody reads it any more hinders nothing.
pub fn tell(what: &str) {
    let _ = writeln!(io::stderr(), "{}", visible_lines(what));
}

/// What is said where nothing can be done with a file.
pub fn failed(file: &Path) -> impl Fn(io::Error) -> String {
    move |error| format!("{}: {}", file.display(), why(&error))
}
