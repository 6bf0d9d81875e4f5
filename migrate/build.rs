//! Compiles the schema to what the command embeds: a command that is asked about one small file has no time to load it. Its text, which
//! is read only to tell people of the format, is packed.

use std::path::Path;
use std::process::ExitCode;

use miniz_oxide::deflate::compress_to_vec;
use relaxng_model::validate::Validator;
use relaxng_model::{EmbeddedResolver, Vocabulary, load};

fn main() -> ExitCode {
    // The schema is part of this program: where it changes, this is another one and runs again.
    println!("cargo::rerun-if-changed=build.rs");
    let grammar = match load(&EmbeddedResolver::new(domxml_schema::FILES), domxml_schema::ROOT) {
        Ok(grammar) => grammar,
        Err(errors) => {
            for error in &errors.list {
                println!("cargo::error=schema/{error}");
            }
            return ExitCode::FAILURE;
        }
    };
    let directory = std::env::var_os("OUT_DIR").unwrap_or_default();
    let write = |name: &str, bytes: Vec<u8>| std::fs::write(Path::new(&directory).join(name), bytes);
    let written = write("grammar", Validator::pack(&grammar))
        .and_then(|()| write("vocabulary", Vocabulary::of(&grammar).pack()))
        .and_then(|()| write("schema", compress_to_vec(texts().as_bytes(), 10)));
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("cargo::error={}: {error}", Path::new(&directory).display());
            ExitCode::FAILURE
        }
    }
}

/// Name and text of each file of the schema, one behind the other, with a NUL between them.
fn texts() -> String {
    let parts: Vec<&str> = domxml_schema::FILES.iter().flat_map(|(name, text)| [*name, *text]).collect();
    parts.join("\0")
}
