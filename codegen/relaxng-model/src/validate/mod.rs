//! Validation: whether documents are what a grammar says, and where not, why.
//!
//! Documents are judged by derivatives of patterns, as section 6 of the RELAX NG specification defines validity, to the
//! letter. The verdict takes one fast pass; only a document that fails is walked again, slowly, to find out everything
//! that is wrong with it.
//!
//! ```
//! use relaxng_model::validate::Validator;
//! use relaxng_model::{MemoryResolver, load};
//!
//! let schema = r#"<element name="disk" xmlns="http://relaxng.org/ns/structure/1.0">
//!   <attribute name="type"><choice><value>file</value><value>block</value></choice></attribute>
//! </element>"#;
//! let mut files = MemoryResolver::new();
//! files.insert("disk.rng", schema);
//! let grammar = load(&files, "disk.rng").expect("a correct schema");
//! let mut validator = Validator::new(&grammar);
//!
//! let document = roxmltree::Document::parse("<disk type='flie'/>").expect("well-formed");
//! let violations = validator.validate(&document);
//! assert_eq!(violations[0].path, "/disk/@type");
//! assert_eq!(violations[0].suggestion.as_deref(), Some("file"));
//! ```

mod arena;
pub mod compatibility;
mod derive;
mod diagnose;
mod expect;
mod names;
mod place;
mod schema;
mod strings;
mod violation;
mod walk;

use std::sync::Arc;

use derive::Machine;
use schema::{Compact, Schema};
pub use violation::{MAX_EXPECTED, MAX_VIOLATIONS, Violation, ViolationKind};

/// Judges documents against one schema.
///
/// The compiled schema is shared between clones; each clone has its own memory of derivatives, which makes it faster
/// with every document, and is kept below a few megabytes. For several threads, give each a clone.
#[derive(Debug)]
pub struct Validator {
    schema: Arc<Schema>,
    /// None until the first document: a validator that is only cloned needs none.
    machine: Option<Machine>,
}

impl Clone for Validator {
    fn clone(&self) -> Self {
        Validator { schema: Arc::clone(&self.schema), machine: None }
    }
}

impl Validator {
    /// Compiles a grammar.
    #[must_use]
    pub fn new(grammar: &crate::Grammar) -> Validator {
        Validator::of(Schema::new(Compact::of(grammar)))
    }

    fn of(schema: Schema) -> Validator {
        Validator { schema: Arc::new(schema), machine: None }
    }

    fn machine(&mut self) -> (&Schema, &mut Machine) {
        (&self.schema, self.machine.get_or_insert_with(|| Machine::new(&self.schema)))
    }

    /// A grammar compiled as far as can be kept in a file, for [`Validator::unpack`] of the same build of this crate.
    #[cfg(feature = "compact")]
    #[must_use]
    pub fn pack(grammar: &crate::Grammar) -> Vec<u8> {
        postcard::to_allocvec(&Compact::of(grammar))
            .expect("memory has no end, and a grammar nothing that cannot be kept")
    }

    /// The validator of a grammar that was packed; none for bytes that are no grammar.
    #[cfg(feature = "compact")]
    #[must_use]
    pub fn unpack(bytes: &[u8]) -> Option<Validator> {
        let compact: Compact = postcard::from_bytes(bytes).ok()?;
        Schema::of(compact).map(Validator::of)
    }

    /// Whether the document is valid.
    pub fn is_valid(&mut self, document: &roxmltree::Document<'_>) -> bool {
        let (schema, machine) = self.machine();
        machine.is_valid(schema, document)
    }

    /// Everything that is wrong with the document, in document order, up to [`MAX_VIOLATIONS`]; nothing where it is valid.
    ///
    /// After a fault the search goes on with what stands next to it, as if it were none: one mistake makes one violation.
    pub fn validate(&mut self, document: &roxmltree::Document<'_>) -> Vec<Violation> {
        let (schema, machine) = self.machine();
        if machine.is_valid(schema, document) { Vec::new() } else { machine.diagnose(schema, document) }
    }
}
