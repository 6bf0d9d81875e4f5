//! For the `build.rs` of a crate with a schema of its own.

use crate::error::{Error, Errors};
use crate::lower::Options;
use crate::overrides::Overrides;
use crate::print::{PrintOptions, foreign, write_files};
use relaxng_model::FileResolver;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Prints the types of a schema while a crate is built:
///
/// ```no_run
/// // build.rs
/// fn main() -> std::process::ExitCode {
///     domxml_codegen::Builder::new("schema/library.rng").out_dir().run()
/// }
/// ```
///
/// What is printed into `OUT_DIR` is included as one line, which makes the module `library`; elsewhere it is a module like any other:
///
/// ```ignore
/// include!(concat!(env!("OUT_DIR"), "/library.rs"));
/// ```
///
/// The crate depends on `domxml-runtime`, and on `domxml-codegen` among its `build-dependencies`.
#[derive(Debug, Clone)]
pub struct Builder {
    schema: PathBuf,
    overrides: Option<PathBuf>,
    module: String,
    out: Option<PathBuf>,
    lowering: Options,
    printing: PrintOptions,
}

impl Builder {
    /// Of the schema in this file, in XML syntax or, where it is called `.rnc`, compact syntax, which may include others; its path is that from the crate's `Cargo.toml`. The module is called as the
    /// file is.
    #[must_use]
    pub fn new(schema: impl Into<PathBuf>) -> Self {
        let schema = schema.into();
        let stem = schema.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
        let module = stem.chars().map(letter).collect();
        Builder {
            schema,
            overrides: None,
            module,
            out: None,
            lowering: Options { strict: false, canonical_numbers: false },
            printing: PrintOptions { product: "version".to_owned(), ..PrintOptions::default() },
        }
    }

    /// With names, types and documentation from this file beside the schema, where the schema is not one's own: see [`overrides`](crate::overrides).
    #[must_use]
    pub fn overrides(mut self, file: impl Into<PathBuf>) -> Self {
        self.overrides = Some(file.into());
        self
    }

    /// Prints into the directory that cargo makes for a build script.
    #[must_use]
    pub fn out_dir(mut self) -> Self {
        self.out = None;
        self
    }

    /// Prints into this directory of the crate instead, as `src`, so that what is printed can be read and committed. Files that are not printed
    /// stay.
    #[must_use]
    pub fn directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.out = Some(directory.into());
        self
    }

    /// Calls the module so.
    #[must_use]
    pub fn module(mut self, name: impl Into<String>) -> Self {
        self.module = name.into();
        self
    }

    /// Where the format's own scalars are, which the schema names by `d:scalar`: `crate::scalar`.
    #[must_use]
    pub fn scalars(mut self, path: impl Into<String>) -> Self {
        self.printing.scalars = Some(path.into());
        self
    }

    /// What the documentation says that `d:since` counts the versions of.
    #[must_use]
    pub fn product(mut self, name: impl Into<String>) -> Self {
        self.printing.product = name.into();
        self
    }

    /// Clashes of names, and annotations that nothing reads, are errors.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.lowering.strict = true;
        self
    }

    /// Numbers and booleans are written in their one canonical spelling, instead of that of the document.
    #[must_use]
    pub fn canonical_numbers(mut self) -> Self {
        self.lowering.canonical_numbers = true;
        self
    }

    /// Prints, tells cargo when to do so again, and tells it all that is wrong.
    #[must_use]
    pub fn run(&self) -> ExitCode {
        let directory = self.schema.parent().unwrap_or(Path::new(""));
        let name = |file: &str| directory.join(file).display().to_string();
        println!("cargo::rerun-if-changed=build.rs");
        println!("cargo::rerun-if-changed={}", self.schema.display());
        if let Some(overrides) = &self.overrides {
            println!("cargo::rerun-if-changed={}", overrides.display());
        }
        match self.print() {
            Ok(sources) => {
                sources.iter().for_each(|source| println!("cargo::rerun-if-changed={}", name(source)));
                ExitCode::SUCCESS
            }
            Err(errors) => {
                // A broken schema is looked at again once anything beside it has changed.
                println!("cargo::rerun-if-changed={}", name(""));
                for error in &errors.list {
                    let is_beside =
                        self.overrides.as_ref().is_some_and(|file| file.display().to_string() == error.file);
                    let place = if error.file.is_empty() || is_beside { String::new() } else { name("") };
                    println!("cargo::error={place}{error}");
                }
                ExitCode::FAILURE
            }
        }
    }

    /// Prints; the result is which schema files were read.
    ///
    /// # Errors
    ///
    /// All that is wrong with the schema, or what cannot be written.
    pub fn print(&self) -> Result<Vec<String>, Errors> {
        let out = match &self.out {
            Some(directory) => directory.clone(),
            None => std::env::var_os("OUT_DIR").map(PathBuf::from).ok_or_else(|| {
                other("OUT_DIR is not set: cargo sets it for build scripts; elsewhere name a `directory`".to_owned())
            })?,
        };
        let (resolver, name) = FileResolver::beside(&self.schema);
        let printing = PrintOptions { root: format!("crate::{}", self.module), ..self.printing.clone() };
        let generated = match &self.overrides {
            Some(file) => {
                let beside = file.display().to_string();
                let text = std::fs::read_to_string(file)
                    .map_err(|error| other(format!("{beside}: {}", domxml_xml::why(&error))))?;
                let grammar = Overrides::read(&*beside, text)?.load_lenient(&resolver, &name)?;
                crate::generate_of(&grammar, &self.lowering, &printing)?
            }
            None => crate::generate(&resolver, &name, &self.lowering, &printing)?,
        };
        let target = out.join(&self.module);
        let failed = |error: std::io::Error| other(format!("{}: {}", target.display(), domxml_xml::why(&error)));
        if let [first, ..] = &*foreign(&target, &generated.outputs) {
            let message = format!(
                "{} is not printed by domxml-codegen, and is left as it is: remove it",
                target.join(first).display()
            );
            return Err(other(message));
        }
        write_files(&target, &generated.outputs).map_err(failed)?;
        if self.out.is_none() {
            // An included file cannot find modules beside itself.
            let text = format!("#[path = {:?}]\npub mod {};\n", target.join("mod.rs"), self.module);
            std::fs::write(out.join(format!("{}.rs", self.module)), text).map_err(failed)?;
        }
        Ok(generated.sources)
    }
}

/// An error that is not of the schema.
fn other(message: String) -> Errors {
    Errors { list: vec![Error { file: String::new(), line: 0, column: 0, message }] }
}
