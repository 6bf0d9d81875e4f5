//! Brings `src/bindings/` and `src/host/` up to date with `../schema/`. Files are written only where they differ: on a clean checkout
//! nothing changes.

use domxml_codegen::lower::Options;
use domxml_codegen::print::{Output, PrintOptions, write_files};
use relaxng_model::FileResolver;
use std::path::Path;
use std::process::ExitCode;

/// A schema with its root, and where its types are printed.
struct Schema {
    directory: &'static str,
    root: &'static str,
    prefix: &'static str,
    module: &'static str,
    output: &'static str,
    manual: &'static str,
}

const SCHEMAS: [Schema; 2] = [
    Schema {
        directory: "../schema",
        root: "domain.rng",
        prefix: "schema/",
        module: "crate::bindings",
        output: "src/bindings",
        manual: "https://libvirt.org/formatdomain.html",
    },
    Schema {
        directory: "../schema/host",
        root: "host.rng",
        prefix: "schema/host/",
        module: "crate::host",
        output: "src/host",
        manual: "https://libvirt.org/formatdomaincaps.html",
    },
];

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=build.rs");
    let done: Vec<bool> = SCHEMAS.iter().map(print).collect();
    if done.contains(&false) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Whether a schema could be printed.
fn print(schema: &Schema) -> bool {
    let Schema { directory, root, prefix, module, output, manual } = *schema;
    println!("cargo::rerun-if-changed={directory}/{root}");
    // A packaged crate holds the bindings and no schema.
    if !Path::new(directory).join(root).exists() {
        return true;
    }
    let printing = PrintOptions {
        root: module.to_owned(),
        scalars: Some("crate::scalar".to_owned()),
        source_prefix: prefix.to_owned(),
        manual: Some(manual.to_owned()),
        ..PrintOptions::default()
    };
    let resolver = FileResolver::in_directory(directory);
    let options = Options { strict: true, canonical_numbers: true };
    let generated = match domxml_codegen::generate(&resolver, root, &options, &printing) {
        Ok(generated) => generated,
        Err(errors) => {
            // A broken schema is looked at again once any of its files has changed.
            println!("cargo::rerun-if-changed={directory}");
            for error in &errors.list {
                println!("cargo::error={prefix}{error}");
            }
            return false;
        }
    };
    for source in &generated.sources {
        println!("cargo::rerun-if-changed={directory}/{source}");
    }
    let mut outputs = generated.outputs;
    outputs.push(Output { path: "outline.txt".to_owned(), text: generated.outline });
    if let Err(error) = write_files(Path::new(output), &outputs) {
        println!("cargo::error={output}: {error}");
        return false;
    }
    true
}
