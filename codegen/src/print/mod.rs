//! Stage `print`: the binding model in, the text of Rust files out.
//!
//! What is printed is thin: types with their documentation, a static table beside each, and short lists of calls into the
//! runtime. One file comes of one schema file. Nothing but the [`Model`] is looked at.

mod docs;
mod enums;
mod files;
mod layout;
mod outline;
mod structs;
mod tables;

use crate::error::{Error, Errors};
use crate::model::{Model, Type, TypeId};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

pub use files::{Change, foreign, write_files};
pub use outline::outline;

/// What printed code refers to beside itself.
#[derive(Debug, Clone)]
pub struct PrintOptions {
    /// Path of the module that holds the printed root module, as `crate::bindings`.
    pub root: String,
    /// Path of the module with the format's own scalars, if there is one: `crate::scalar`.
    pub scalars: Option<String>,
    /// Path of the runtime crate.
    pub runtime: String,
    /// What stands before the name of a schema file in the first line of the output: `schema/`.
    pub source_prefix: String,
    /// What `d:since` counts the versions of.
    pub product: String,
    /// Address of the manual that `d:ref` gives anchors of.
    pub manual: Option<String>,
}

impl Default for PrintOptions {
    fn default() -> Self {
        PrintOptions {
            root: "crate".to_owned(),
            scalars: None,
            runtime: "domxml_runtime".to_owned(),
            source_prefix: String::new(),
            product: "libvirt".to_owned(),
            manual: None,
        }
    }
}

/// One file of the output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Path below the output's directory, `/` between parts.
    pub path: String,
    /// The text.
    pub text: String,
}

impl Output {
    /// Whether the text says itself that it is printed.
    #[must_use]
    pub fn is_marked(&self) -> bool {
        files::is_marked(self.text.as_bytes())
    }
}

/// Prints a model.
///
/// # Errors
///
/// A scalar of the format's own where the options name no module for these, or a name in the model that is no
/// Rust identifier.
pub fn print(model: &Model, options: &PrintOptions) -> Result<Vec<Output>, Errors> {
    let printer = Printer::new(model, options)?;
    let mut outputs = vec![files::root(&printer)];
    let mut errors = Errors::default();
    for (index, module) in model.modules.iter().enumerate() {
        match files::module(&printer, index) {
            Ok(output) => outputs.push(output),
            Err(message) => errors.list.push(Error { file: module.source.clone(), line: 0, column: 0, message }),
        }
    }
    outputs.extend(files::folders(&printer));
    errors.or(outputs)
}

/// What every part of the stage needs.
struct Printer<'m> {
    model: &'m Model,
    options: &'m PrintOptions,
    runtime: TokenStream,
    scalars: TokenStream,
}

impl<'m> Printer<'m> {
    fn new(model: &'m Model, options: &'m PrintOptions) -> Result<Self, Errors> {
        let path = |text: &str| {
            text.parse::<TokenStream>().map_err(|_| Errors {
                list: vec![Error { file: String::new(), line: 0, column: 0, message: format!("`{text}` is no path") }],
            })
        };
        Ok(Printer {
            model,
            options,
            runtime: path(&options.runtime)?,
            scalars: path(options.scalars.as_deref().unwrap_or_default())?,
        })
    }

    fn ty(&self, id: TypeId) -> &'m Type {
        &self.model.types[id.0 as usize]
    }

    fn name(&self, id: TypeId) -> Ident {
        ident(&self.ty(id).name)
    }
}

/// An identifier. The model's names are identifiers already; what is not shows when the output is parsed.
fn ident(name: &str) -> Ident {
    match syn::parse_str::<Ident>(name) {
        Ok(ident) => ident,
        Err(_) => Ident::new("invalid_name", Span::call_site()),
    }
}

/// The attributes of an enum: what it derives, and that it may get more variants.
fn enum_attributes(copy: bool, default: bool) -> TokenStream {
    let copy = copy.then(|| quote!(Copy,));
    let default = default.then(|| quote!(, Default));
    quote!(#[derive(Debug, Clone, #copy PartialEq, Eq, Hash #default)] #[non_exhaustive])
}
