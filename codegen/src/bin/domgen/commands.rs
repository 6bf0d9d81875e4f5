//! What the commands do.

use crate::diff::{self, DiffArgs};
use crate::docs::{self, DocsArgs};
use crate::shared::{failed, load_in, load_types, say, tell};
use crate::written::{self, Runtime};
use clap::{Args, Parser, Subcommand, ValueEnum};
use domxml_codegen::print::{Change, PrintOptions, outline};
use domxml_codegen::{Overrides, analyse, dump, generate_of, lower, model_of};
use domxml_xml::{Positions, Spare, limits, visible_lines};
use relaxng_model::validate::{Validator, Violation};
use relaxng_model::{FileResolver, Grammar};
use std::fs;
use std::path::{Path, PathBuf};

/// Makes Rust types, a parser and a formatter from a RELAX NG schema, and judges schemas and documents.
#[derive(Debug, Parser)]
#[command(name = "domgen", version, after_help = domxml_xml::limits::SUMMARY)]
pub struct Arguments {
    /// A file beside a schema of others, that names its types and fields and says what foreign datatypes are taken for.
    #[arg(long, global = true, value_name = "FILE")]
    overrides: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Writes a crate whose types hold the documents of a schema.
    Generate(GenerateArgs),
    /// Reports everything that is wrong with a schema, by the rules of RELAX NG; that no types can be made of it is a note.
    Check {
        /// The schema's root file.
        schema: PathBuf,
        /// Refuse, too, what the generator cannot make types of, clashes of names and annotations that nothing reads.
        #[arg(long)]
        strict: bool,
    },
    /// Judges documents; `-` is standard input.
    Validate {
        /// The schema's root file.
        schema: PathBuf,
        /// The documents.
        #[arg(required = true)]
        documents: Vec<PathBuf>,
    },
    /// Prints what two schemas differ in: elements, attributes and values, by their paths.
    Diff(DiffArgs),
    /// Prints the types that come of a schema: fields and variants with their Rust types, and what they are in a document. The text
    /// changes only where the types do.
    Outline {
        /// The schema's root file.
        schema: PathBuf,
        /// As for `generate`: numbers and booleans do not keep their spelling.
        #[arg(long)]
        canonical_numbers: bool,
    },
    /// Writes a static reference of a format: pages that need no server, with a search over all names.
    Docs(DocsArgs),
    /// Prints the result of a stage.
    Dump {
        /// The schema's root file.
        schema: PathBuf,
        /// Which stage.
        #[arg(long, default_value = "model")]
        stage: Stage,
    },
}

/// Arguments of `generate`.
#[derive(Debug, Args)]
struct GenerateArgs {
    /// The schema's root file.
    schema: PathBuf,
    /// Where the crate goes.
    #[arg(short, long)]
    output: PathBuf,
    /// Write the .rs files alone, below a root module `mod.rs`.
    #[arg(long)]
    sources: bool,
    /// Path of the module that holds the sources' root module.
    #[arg(long, value_name = "PATH", default_value = "crate::bindings", requires = "sources", value_parser = module)]
    root: String,
    /// Path of the module with the types that `d:scalar` names.
    #[arg(long, value_name = "PATH", value_parser = module)]
    scalars: Option<String>,
    /// Name of the crate; the schema's file name otherwise.
    #[arg(long, value_parser = package)]
    name: Option<String>,
    /// Where the crate has `domxml-runtime` from: `carry` puts it beside the sources, so that nothing of ours is needed (the default where it
    /// can be), a version is that of the registry, a directory is that of a checkout.
    #[arg(long, value_name = "carry|VERSION|DIR", conflicts_with = "sources")]
    runtime: Option<String>,
    /// Refuse clashes of names and annotations that nothing reads.
    #[arg(long)]
    strict: bool,
    /// Write numbers and booleans in their one canonical spelling, whatever that of the document.
    #[arg(long)]
    canonical_numbers: bool,
}

/// The path of a module, as `--root` and `--scalars` take it.
fn module(text: &str) -> Result<String, &'static str> {
    let is_path =
        syn::parse_str::<syn::Path>(text).is_ok_and(|path| path.segments.iter().all(|it| it.arguments.is_none()));
    if is_path { Ok(text.to_owned()) } else { Err("the path of a Rust module is expected, as crate::bindings") }
}

/// The name of a package, as `--name` takes it and cargo does.
fn package(text: &str) -> Result<String, &'static str> {
    let is_name = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    if is_name {
        Ok(text.to_owned())
    } else {
        Err("the name of a crate is expected: letters, digits, - and _, a letter first")
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Stage {
    /// The simplified grammar.
    Grammar,
    /// What `analyse` found.
    Facts,
    /// The binding model.
    Model,
}

/// Runs a command; false if something was found. An error is a message: the command could not do its work.
pub fn run(arguments: &Arguments) -> Result<bool, String> {
    let beside = arguments.overrides.as_deref().map(read_overrides).transpose()?;
    let load = |schema: &Path| {
        let (resolver, name) = FileResolver::at(schema);
        let loaded = load_in(&resolver, &name, beside.as_ref());
        loaded.map_err(|errors| errors.to_string())
    };
    let types = |schema: &Path| {
        let (resolver, name) = FileResolver::at(schema);
        load_types(&resolver, &name, beside.as_ref()).map_err(|errors| errors.to_string())
    };
    match &arguments.command {
        Command::Generate(args) => write_crate(args, beside.as_ref()).map(|()| true),
        Command::Check { schema, strict } => {
            // A schema that cannot be read is no fault in the schema.
            limits::read_file(schema).map_err(failed(schema))?;
            let (resolver, name) = FileResolver::at(schema);
            let grammar = match load_types(&resolver, &name, beside.as_ref()) {
                Ok(grammar) => grammar,
                Err(errors) => return found(&errors),
            };
            let options = lower::Options { strict: *strict, ..lower::Options::default() };
            match model_of(&grammar, &options) {
                Ok(_) => Ok(true),
                Err(errors) if *strict => found(&errors),
                // What is right as RELAX NG is right, whatever is made of it.
                Err(errors) => {
                    tell(&format!("note: no types can be made of this schema:\n{errors}"));
                    Ok(true)
                }
            }
        }
        Command::Validate { schema, documents } => validate(&load(schema)?, documents),
        Command::Docs(args) => docs::run(args, beside.as_ref()).map(|()| true),
        Command::Diff(arguments) => diff::run(arguments, &load),
        Command::Outline { schema, canonical_numbers } => {
            let options = lower::Options { canonical_numbers: *canonical_numbers, ..lower::Options::default() };
            let model = model_of(&types(schema)?, &options).map_err(|errors| errors.to_string())?;
            say(&outline(&model).map_err(|errors| errors.to_string())?)?;
            Ok(true)
        }
        Command::Dump { schema, stage } => {
            let grammar = types(schema)?;
            let facts = || analyse::analyse(&grammar).map_err(|errors| errors.to_string());
            let text = match stage {
                Stage::Grammar => relaxng_model::dump::dump(&grammar),
                Stage::Facts => dump::facts(&facts()?),
                Stage::Model => {
                    let model = lower::lower(&grammar, &facts()?, &lower::Options::default());
                    dump::model(&model.map_err(|errors| errors.to_string())?)
                }
            };
            say(&text)?;
            Ok(true)
        }
    }
}

/// Writes the crate of a schema, or its sources alone.
fn write_crate(args: &GenerateArgs, beside: Option<&Overrides>) -> Result<(), String> {
    let GenerateArgs { schema, output, sources, root, scalars, name, runtime, strict, canonical_numbers } = args;
    let options = lower::Options { strict: *strict, canonical_numbers: *canonical_numbers };
    let root = if *sources { root.clone() } else { "crate".to_owned() };
    let printing = PrintOptions { root, scalars: scalars.clone(), ..PrintOptions::default() };
    // Modules are named by the files' places below the schema's directory, wherever that is.
    let directory = schema.parent().unwrap_or(Path::new(""));
    let (resolver, file) = FileResolver::beside(schema);
    let grammar = load_types(&resolver, &file, beside);
    let generated = grammar.and_then(|grammar| generate_of(&grammar, &options, &printing));
    let generated = generated.map_err(|mut errors| {
        for error in &mut errors.list {
            if !error.file.is_empty() && beside.is_none_or(|beside| beside.name() != error.file) {
                error.file = directory.join(&error.file).display().to_string();
            }
        }
        errors.to_string()
    });
    let mut outputs = generated?.outputs;
    if !*sources {
        let name = match name {
            Some(name) => name.clone(),
            None => crate_name(schema),
        };
        written::in_crate(&mut outputs, &name, &Runtime::of(runtime.as_deref())?, schema);
    }
    for change in written::write(output, &outputs)? {
        match change {
            Change::Written(path) => tell(&format!("wrote {}", path.display())),
            Change::Removed(path) => tell(&format!("removed {}", path.display())),
        }
    }
    Ok(())
}

/// Prints what was found: the result of the command.
fn found(what: &dyn std::fmt::Display) -> Result<bool, String> {
    say(&format!("{}\n", visible_lines(&what.to_string())))?;
    Ok(false)
}

/// What stands beside a schema.
fn read_overrides(file: &Path) -> Result<Overrides, String> {
    let text = fs::read_to_string(file).map_err(failed(file))?;
    Overrides::read(file.display().to_string(), text).map_err(|errors| errors.to_string())
}

fn validate(grammar: &Grammar, documents: &[PathBuf]) -> Result<bool, String> {
    let mut validator = Validator::new(grammar);
    let (mut valid, mut unread) = (true, Vec::new());
    for document in documents {
        let name = document.display();
        let bytes = match read(document) {
            Ok(bytes) => bytes,
            Err(error) => {
                unread.push(failed(document)(error));
                continue;
            }
        };
        let found = match domxml_xml::decode(&bytes) {
            Ok(decoded) => judge(&mut validator, &decoded.text),
            Err(error) => vec![error.to_string()],
        };
        valid &= found.is_empty();
        for line in found {
            say(&visible_lines(&format!("{name}:{line}\n")))?;
        }
    }
    if unread.is_empty() { Ok(valid) } else { Err(unread.join("\n")) }
}

/// What is wrong with a document, each as `line:column: message`.
fn judge(validator: &mut Validator, text: &str) -> Vec<String> {
    let mut spare = Spare::default();
    let tree = match domxml_xml::parse(text, &mut spare) {
        Ok(tree) => tree,
        Err(error) => return vec![error.located(text)],
    };
    let positions = Positions::new(text);
    let violations = validator.validate(&tree.document).into_iter();
    let place = |violation: Violation| {
        let (line, column) = positions.line_and_column(violation.range.start);
        tree.named(format!("{line}:{column}: {violation}"))
    };
    violations.map(place).collect()
}

fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    if path == Path::new("-") { limits::read(std::io::stdin().lock(), 0) } else { limits::read_file(path) }
}

/// The schema's file name as crates are spelt: `inactiveDomain.rng` becomes `inactive-domain`.
fn crate_name(schema: &Path) -> String {
    let stem = schema.file_stem().and_then(|stem| stem.to_str()).unwrap_or("bindings");
    let mut name = String::new();
    let mut after_small = false;
    for letter in stem.chars() {
        if letter.is_ascii_uppercase() && after_small {
            name.push('-');
        }
        after_small = letter.is_ascii_lowercase() || letter.is_ascii_digit();
        name.push(if letter.is_ascii_alphanumeric() || letter == '-' { letter.to_ascii_lowercase() } else { '_' });
    }
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) { name } else { format!("schema-{name}") }
}
