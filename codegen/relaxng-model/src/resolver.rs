//! Where the files of a schema come from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// Finds and reads the files of a schema.
pub trait Resolver {
    /// The canonical name of the file that `href` means in the file `base`; `base` is empty for the root. Two
    /// spellings of one file must give the same name. `base` may also be what an `xml:base` attribute resolved to, and
    /// need not exist then.
    ///
    /// # Errors
    ///
    /// Where `href` cannot name a file of this resolver.
    fn resolve(&self, base: &str, href: &str) -> Result<String, ResolveError>;

    /// The text of the file with this canonical name.
    ///
    /// # Errors
    ///
    /// Where there is no such file or it cannot be read.
    fn read(&self, name: &str) -> Result<String, ResolveError>;
}

/// Why a file could not be found or read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolveError(pub String);

impl fmt::Display for ResolveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ResolveError {}

impl From<std::io::Error> for ResolveError {
    fn from(error: std::io::Error) -> Self {
        Self(domxml_xml::why(&error))
    }
}

/// Reads from the file system. References are relative to the file that makes them.
#[derive(Debug, Clone, Default)]
pub struct FileResolver {
    directory: PathBuf,
    /// A name that is not how the file is called, as that is no UTF-8, and the file.
    odd: Option<(String, PathBuf)>,
}

impl FileResolver {
    /// Names are paths as one would type them: relative to the current directory, or absolute.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Names are relative to this directory: with `schema/`, the file `schema/devices/disk.rng` is called
    /// `devices/disk.rng`.
    #[must_use]
    pub fn in_directory(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into(), odd: None }
    }

    /// For the schema at a path, with its name: names are relative to the directory in which it stands.
    #[must_use]
    pub fn beside(schema: &Path) -> (Self, String) {
        let directory = schema.parent().unwrap_or(Path::new(""));
        let file = schema.strip_prefix(directory).unwrap_or(schema);
        let name = file.to_string_lossy().into_owned();
        let odd = file.to_str().is_none().then(|| (name.clone(), file.to_owned()));
        (Self { directory: directory.to_owned(), odd }, name)
    }

    /// For the schema at a path, with its name: names are paths as one would type them, but where that of the schema is no UTF-8.
    #[must_use]
    pub fn at(schema: &Path) -> (Self, String) {
        match schema.to_str() {
            Some(name) => (Self::new(), name.to_owned()),
            None => Self::beside(schema),
        }
    }
}

impl Resolver for FileResolver {
    fn resolve(&self, base: &str, href: &str) -> Result<String, ResolveError> {
        // The root is a path already; references in files are URIs.
        if base.is_empty() {
            let name = join("", href);
            return Ok(if name.is_empty() { ".".to_owned() } else { name });
        }
        let path = match scheme(href) {
            None => href,
            Some("file") => {
                let rest = &href["file:".len()..];
                rest.strip_prefix("//localhost").or_else(|| rest.strip_prefix("//")).unwrap_or(rest)
            }
            Some(other) => return Err(ResolveError(format!("`{other}:` is not read, only files are"))),
        };
        let name = join(base, &percent_decoded(path)?);
        // From a pipe or a terminal nothing may ever come. A base may be a directory.
        let found = std::fs::metadata(self.directory.join(&name));
        match found.is_ok_and(|found| !found.is_file() && !found.is_dir()) {
            true => Err(ResolveError(format!("`{name}` is no file"))),
            false => Ok(name),
        }
    }

    fn read(&self, name: &str) -> Result<String, ResolveError> {
        let odd = self.odd.as_ref().filter(|(odd, _)| odd == name);
        let path = odd.map_or(Path::new(name), |(_, path)| path);
        let bytes = domxml_xml::limits::read_file(&self.directory.join(path))?;
        let decoded = domxml_xml::decode(&bytes).map_err(|error| ResolveError(error.to_string()))?;
        Ok(decoded.text)
    }
}

/// Reads from a list that is part of the program.
#[derive(Debug, Clone, Copy)]
pub struct EmbeddedResolver {
    files: &'static [(&'static str, &'static str)],
}

impl EmbeddedResolver {
    /// A resolver for these files: pairs of name (`devices/disk.rng`) and text.
    #[must_use]
    pub const fn new(files: &'static [(&'static str, &'static str)]) -> Self {
        Self { files }
    }
}

impl Resolver for EmbeddedResolver {
    fn resolve(&self, base: &str, href: &str) -> Result<String, ResolveError> {
        Ok(join(base, href))
    }

    fn read(&self, name: &str) -> Result<String, ResolveError> {
        let found = self.files.iter().find(|(known, _)| *known == name);
        found.map(|(_, text)| (*text).to_owned()).ok_or_else(|| ResolveError("there is no such file".to_owned()))
    }
}

/// Reads from memory: files by name.
#[derive(Debug, Clone, Default)]
pub struct MemoryResolver {
    files: BTreeMap<String, String>,
}

impl MemoryResolver {
    /// A resolver without files.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file, or replaces it.
    pub fn insert(&mut self, name: impl Into<String>, text: impl Into<String>) {
        self.files.insert(name.into(), text.into());
    }
}

impl Resolver for MemoryResolver {
    fn resolve(&self, base: &str, href: &str) -> Result<String, ResolveError> {
        Ok(join(base, href))
    }

    fn read(&self, name: &str) -> Result<String, ResolveError> {
        self.files.get(name).cloned().ok_or_else(|| ResolveError("there is no such file".to_owned()))
    }
}

/// A reference seen from the file `base`, with `.` and `..` carried out: `devices/disk.rng` and `../types.rng` give
/// `types.rng`. A trailing slash stays, as URIs have it.
#[must_use]
pub fn join(base: &str, href: &str) -> String {
    if href.is_empty() {
        return base.to_owned();
    }
    let whole = match base.rfind('/') {
        Some(slash) if !href.starts_with('/') => format!("{}{href}", &base[..=slash]),
        _ => href.to_owned(),
    };
    let absolute = whole.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if absolute => {}
            _ => parts.push(part),
        }
    }
    let mut name = if absolute { "/".to_owned() } else { String::new() };
    name.push_str(&parts.join("/"));
    if !parts.is_empty() && (whole.ends_with('/') || whole.ends_with("/.") || whole.ends_with("/..")) {
        name.push('/');
    }
    name
}

/// The scheme of a URI reference, if it has one.
fn scheme(href: &str) -> Option<&str> {
    let (scheme, _) = href.split_once(':')?;
    let rest = scheme.strip_prefix(|c: char| c.is_ascii_alphabetic())?;
    rest.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c)).then_some(scheme)
}

/// `%20` and the like as the characters they stand for.
fn percent_decoded(href: &str) -> Result<String, ResolveError> {
    if !href.contains('%') {
        return Ok(href.to_owned());
    }
    let mut bytes = Vec::with_capacity(href.len());
    let mut rest = href.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = match (first, tail) {
            (b'%', [high, low, ..]) => hex(*high).zip(hex(*low)).map(|(high, low)| high * 16 + low),
            _ => None,
        };
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8(bytes).map_err(|_| ResolveError(format!("`{href}` is not UTF-8 once its escapes are resolved")))
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_relative_to_the_file_that_makes_them() {
        for (base, href, name) in [
            ("", "domain.rng", "domain.rng"),
            ("domain.rng", "types.rng", "types.rng"),
            ("domain.rng", "./devices/disk.rng", "devices/disk.rng"),
            ("devices/disk.rng", "../types.rng", "types.rng"),
            ("a/b/", "c", "a/b/c"),
            ("a/b", "c/", "a/c/"),
            ("a", "../../c", "../../c"),
            ("/a/b", "../../../c", "/c"),
            ("a/b", "/etc/c", "/etc/c"),
        ] {
            assert_eq!(join(base, href), name, "{href} in {base}");
        }
    }

    #[test]
    fn files_are_named_by_uris() {
        let files = FileResolver::new();
        assert_eq!(files.resolve("a/b.rng", "c%20d.rng"), Ok("a/c d.rng".to_owned()));
        assert_eq!(files.resolve("a/b.rng", "file:///c.rng"), Ok("/c.rng".to_owned()));
        assert!(files.resolve("a/b.rng", "http://example.org/c.rng").is_err());
        assert!(files.resolve("a/b.rng", "%ff").is_err());
        assert_eq!(files.resolve("", "."), Ok(".".to_owned()));
    }

    #[cfg(unix)]
    #[test]
    fn a_schema_is_read_whatever_bytes_its_path_has() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let directory = std::env::temp_dir().join(format!("domxml-odd-{}", std::process::id()));
        let odd = directory.join(OsStr::from_bytes(b"d\xe9"));
        std::fs::create_dir_all(&odd).expect("made");
        let schema = odd.join(OsStr::from_bytes(b"s\xe9.rng"));
        std::fs::write(&schema, "of the schema").expect("written");
        std::fs::write(odd.join("a.rng"), "of a").expect("written");
        let (files, name) = FileResolver::at(&schema);
        let name = files.resolve("", &name).expect("a name");
        assert_eq!((&*name, files.read(&name)), ("s\u{fffd}.rng", Ok("of the schema".to_owned())));
        let other = files.resolve(&name, "a.rng").expect("a name");
        assert_eq!(files.read(&other), Ok("of a".to_owned()));
        std::fs::remove_dir_all(&directory).expect("removed");
    }

    #[cfg(unix)]
    #[test]
    fn references_lead_to_what_has_an_end() {
        let files = FileResolver::new();
        assert_eq!(files.resolve("a.rng", "/dev/zero"), Err(ResolveError("`/dev/zero` is no file".to_owned())));
        assert!(files.resolve("a.rng", "/dev/").is_ok(), "a base");
        assert_eq!(files.resolve("", "/dev/stdin"), Ok("/dev/stdin".to_owned()), "named by the caller");
    }
}
