//! Brings `src/bindings/` up to date with `../schema/`. Files are written only where they differ: on a clean checkout
//! nothing changes.

use domxml_codegen::lower::Options;
use domxml_codegen::print::{PrintOptions, write_files};
use relaxng_model::FileResolver;
use std::path::Path;
use std::process::ExitCode;

const SCHEMA: &str = "../schema";
const ROOT: &str = "domain.rng";

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={SCHEMA}/{ROOT}");
    // A packaged crate holds the bindings and no schema.
    if !Path::new(SCHEMA).join(ROOT).exists() {
        return ExitCode::SUCCESS;
    }
    let printing = PrintOptions {
        root: "crate::bindings".to_owned(),
        scalars: Some("crate::scalar".to_owned()),
        source_prefix: "schema/".to_owned(),
        manual: Some("https://libvirt.org/formatdomain.html".to_owned()),
        ..PrintOptions::default()
    };
    let resolver = FileResolver::in_directory(SCHEMA);
    let generated = match domxml_codegen::generate(
        &resolver,
        ROOT,
        &Options { strict: true, canonical_numbers: true },
        &printing,
    ) {
        Ok(generated) => generated,
        Err(errors) => {
            // A broken schema is looked at again once any of its files has changed.
            println!("cargo::rerun-if-changed={SCHEMA}");
            for error in &errors.list {
                println!("cargo::error=schema/{error}");
            }
            return ExitCode::FAILURE;
        }
    };
    for source in &generated.sources {
        println!("cargo::rerun-if-changed={SCHEMA}/{source}");
    }
    if let Err(error) = write_files(Path::new("src/bindings"), &generated.outputs) {
        println!("cargo::error=src/bindings: {error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
