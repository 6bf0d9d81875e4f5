//! How large a document may be. Every reader has these limits, so that time and memory stay in proportion to the document.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

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

/// Reads to the end of what may have no end, with room for so many bytes and the read that finds the end from the beginning.
///
/// # Errors
/// It cannot be read, or is larger than a document may be.
pub fn read(from: impl Read, expected: u64) -> io::Result<Vec<u8>> {
    let room = usize::try_from(expected.min(MAX_BYTES) + 1).unwrap_or_default();
    let mut bytes = Vec::with_capacity(room);
    let read = from.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if read as u64 > MAX_BYTES {
        return Err(io::Error::other(format!("larger than {} MiB", MAX_BYTES >> 20)));
    }
    Ok(bytes)
}

/// As [`read`], of the file at a path, which may be a device.
///
/// # Errors
/// As there.
pub fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let expected = file.metadata()?.len();
    read(file, expected)
}
