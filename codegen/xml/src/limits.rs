//! How large a document may be. Every reader has these limits, so that time and memory stay in proportion to the document.

/// The bytes of a document.
pub const MAX_BYTES: u64 = 256 << 20;
/// The elements, attributes, texts, comments and processing instructions of a document.
pub const MAX_NODES: usize = 1_000_000;
/// The attributes of one tag, declarations of namespaces included: the parser compares each with each.
pub const MAX_ATTRIBUTES: usize = 500;
/// The namespaces that are in scope at one place: the parser copies them to each element that declares a further one.
pub const MAX_NAMESPACES: usize = 64;
/// The elements inside each other.
pub const MAX_DEPTH: usize = 200;
/// The bytes of a name.
pub const MAX_NAME: usize = 50_000;

/// The limits in words, as a command prints them with its help.
pub const SUMMARY: &str = "A document may have 256 MiB, 1,000,000 nodes (elements, attributes, texts, comments), \
500 attributes in one tag, 64 namespaces in scope and 200 elements inside each other.";
