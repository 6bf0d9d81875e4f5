//! Embeds what a generated crate carries along into the command: the sources of the runtime, as they stand beside this crate. A package of
//! this crate has none, as a registry then has the runtime too.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() -> std::io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let var = |name: &str| std::env::var_os(name).map(PathBuf::from).unwrap_or_default();
    let here = var("CARGO_MANIFEST_DIR");
    let mut files = Vec::new();
    if std::env::var_os("CARGO_FEATURE_CLI").is_some() && here.join("runtime/src").is_dir() {
        files.push(("Cargo.toml".to_owned(), here.join("../Cargo.toml")));
        for carried in ["runtime", "xml"] {
            for file in ["Cargo.toml", "README.md", "LICENSE-APACHE", "LICENSE-MIT"] {
                files.push((format!("{carried}/{file}"), here.join(carried).join(file)));
            }
            sources(&here.join(carried).join("src"), &format!("{carried}/src"), &mut files)?;
        }
    }
    let mut text = "/// Files by their paths in a generated crate.\npub const FILES: &[(&str, &str)] = &[\n".to_owned();
    for (name, path) in &files {
        println!("cargo::rerun-if-changed={}", path.display());
        let _ = writeln!(text, "    ({name:?}, include_str!({:?})),", path.canonicalize()?);
    }
    text.push_str("];\n");
    std::fs::write(var("OUT_DIR").join("carried.rs"), text)
}

fn sources(directory: &Path, name: &str, files: &mut Vec<(String, PathBuf)>) -> std::io::Result<()> {
    println!("cargo::rerun-if-changed={}", directory.display());
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(directory)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    entries.sort();
    for path in entries {
        let own = path.file_name().unwrap_or_default().to_string_lossy();
        let name = format!("{name}/{own}");
        if path.is_dir() {
            sources(&path, &name, files)?;
        } else {
            files.push((name, path));
        }
    }
    Ok(())
}
