//! From an annotated RELAX NG schema to Rust: types, a parser and a formatter.
//!
//! A build script needs [`Builder`] alone: `domxml_codegen::Builder::new("my.rng").out_dir().run()`.
//!
//! Each stage is a module, takes the result of the one before and knows nothing of those that follow:
//!
//! | stage | in | out |
//! |---|---|---|
//! | [`relaxng_model::load()`] | schema files | [`relaxng_model::Grammar`] |
//! | [`analyse`] | grammar | [`analyse::Facts`]: cardinalities, discriminated choices, orders, recursion |
//! | [`lower`] | grammar, facts | [`model::Model`]: final names, types and orders |
//! | [`mod@print`] | model | [`print::Output`]: the text of Rust files |
//!
//! Invariants: `print` never looks at a grammar; `lower` alone reads annotations; output depends on the schema alone, to the byte.

pub mod analyse;
pub mod annotations;
mod builder;
#[cfg(feature = "cli")]
pub mod docs;
pub mod dump;
pub mod error;
pub mod lower;
pub mod model;
pub mod overrides;
pub mod print;

pub use builder::Builder;
pub use error::{Error, Errors};
pub use overrides::Overrides;
pub use relaxng_model::{EmbeddedResolver, FileResolver, Resolver};

use model::Model;
use print::{Output, PrintOptions};
use relaxng_model::schema::FileId;
use relaxng_model::{Grammar, Libraries};

/// What a run of the whole pipeline gives.
#[derive(Debug, Clone)]
pub struct Generated {
    /// The files of the output.
    pub outputs: Vec<Output>,
    /// The outline of the types, see [`print::outline`].
    pub outline: String,
    /// The schema files that were read, as the resolver names them.
    pub sources: Vec<String>,
}

/// Runs the whole pipeline.
///
/// # Errors
///
/// All errors of the first stage that has any.
pub fn generate(
    resolver: &dyn Resolver,
    root: &str,
    lowering: &lower::Options,
    printing: &PrintOptions,
) -> Result<Generated, Errors> {
    generate_of(&relaxng_model::load_lenient(resolver, root, &Libraries::default())?, lowering, printing)
}

/// As [`generate`], of a schema that is loaded, as with [`Overrides::load`].
///
/// # Errors
///
/// All errors of the first stage that has any.
pub fn generate_of(grammar: &Grammar, lowering: &lower::Options, printing: &PrintOptions) -> Result<Generated, Errors> {
    let model = model_of(grammar, lowering)?;
    let outputs = print::print(&model, printing)?;
    let schema = &grammar.schema;
    let is_schema = |(number, _): &(u32, &_)| !schema.is_beside(FileId(*number));
    let sources = (0..).zip(&schema.files).filter(is_schema).map(|(_, file)| file.name.clone()).collect();
    Ok(Generated { outputs, outline: print::outline(&model)?, sources })
}

/// Runs `analyse` and `lower`.
///
/// # Errors
///
/// All errors of the first stage that has any.
pub fn model_of(grammar: &Grammar, options: &lower::Options) -> Result<Model, Errors> {
    let facts = analyse::analyse(grammar)?;
    lower::lower(grammar, &facts, options)
}
