//! RELAX NG, in XML or compact syntax (files called `.rnc`): a schema is loaded, simplified, held against the specification's restrictions, and can then
//! judge documents.
//!
//! [`load()`] does the first three in one call; [`load::load`], [`simplify::simplify`] and [`restrict::restrict`] are the
//! stages. The result, a [`Grammar`], keeps the author's definitions and knows for each pattern where it stands, what is
//! annotated there and how it is documented.
//!
//! Without the feature `validate`, which is on by default, schemas are read and documents are not judged. With the feature
//! `proptest` a grammar gives valid documents to test with (module `strategy`).

mod compact;
pub mod datatype;
#[cfg(feature = "validate")]
pub mod diff;
pub mod dump;
pub mod error;
pub mod facts;
pub mod grammar;
mod libraries;
pub mod load;
mod near;
pub mod places;
pub mod resolver;
pub mod restrict;
pub mod schema;
pub mod simplify;
#[cfg(feature = "proptest")]
pub mod strategy;
#[cfg(feature = "validate")]
pub mod validate;
mod vocabulary;

pub use error::{Error, Errors};
pub use grammar::Grammar;
pub use libraries::Libraries;
pub use near::closest;
pub use resolver::{EmbeddedResolver, FileResolver, MemoryResolver, ResolveError, Resolver};
pub use vocabulary::Vocabulary;

/// Loads, simplifies and checks the schema whose root file is `root`.
///
/// # Errors
///
/// Everything that is wrong with the schema, as far as it can be told at once.
pub fn load(resolver: &dyn Resolver, root: &str) -> Result<Grammar, Errors> {
    load_with(resolver, root, &Libraries::default())
}

/// As [`load()`], of a schema that uses datatype libraries which are not known here.
///
/// # Errors
///
/// As those of [`load()`].
pub fn load_with(resolver: &dyn Resolver, root: &str, libraries: &Libraries) -> Result<Grammar, Errors> {
    checked(load::load_with(resolver, root, libraries))
}

/// As [`load_with`], of what is read by whoever goes by the schema, which may be more than is valid: see [`load::load_lenient`].
///
/// ```
/// # #[cfg(feature = "validate")] {
/// use relaxng_model::{Grammar, Libraries, MemoryResolver, load, load_lenient, validate::Validator};
///
/// let mut files = MemoryResolver::new();
/// files.insert(
///     "vlan.rng",
///     "<element name='vlan' xmlns='http://relaxng.org/ns/structure/1.0' xmlns:d='https://domxml.org/ns/schema/1'>
///        <choice><value>yes</value><d:reads><value>no</value></d:reads></choice>
///      </element>",
/// );
/// let document = roxmltree::Document::parse("<vlan>no</vlan>").unwrap();
/// let is_valid = |grammar: Grammar| Validator::new(&grammar).is_valid(&document);
/// assert!(!is_valid(load(&files, "vlan.rng").unwrap()));
/// assert!(is_valid(load_lenient(&files, "vlan.rng", &Libraries::default()).unwrap()));
/// # }
/// ```
///
/// # Errors
///
/// As those of [`load()`].
pub fn load_lenient(resolver: &dyn Resolver, root: &str, libraries: &Libraries) -> Result<Grammar, Errors> {
    checked(load::load_lenient(resolver, root, libraries))
}

fn checked(loaded: load::Loaded) -> Result<Grammar, Errors> {
    let (grammar, mut errors) = simplify::simplify_in_part(loaded);
    let Some(grammar) = grammar else {
        return Err(errors);
    };
    errors.append(restrict::violations(&grammar, !errors.is_empty()));
    errors.into_result(grammar)
}
