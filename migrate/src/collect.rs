//! Which files a call is about. All commands find the same ones.
//!
//! What is named is taken as it is. A directory is searched for regular files; every file is taken once, however many links lead
//! to it, and what cannot be a document (a FIFO, a socket, a device, a link to nothing) is passed over with a note.

use std::collections::HashMap;
use std::fmt::Display;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use domxml_xml::{limits, why};
use ignore::WalkBuilder;

use crate::cli::Files;
use crate::input::{self, Origin, is_stdin, shown};
use crate::patterns::{Pattern, Patterns};

/// One thing that a path stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A document.
    Document(Origin),
    /// What a directory holds and no command can read, with a word on what it is.
    PassedOver(PathBuf, String),
    /// What could not be looked at, with the error.
    Failed(PathBuf, String),
}

/// What directories are searched for where the caller does not say.
const INCLUDE: &str = "*.[xX][mM][lL]";

/// Whether the configuration for a file of a directory wants it; none where it does not say for what directories are searched.
pub type Wanted<'w> = dyn Fn(&Path) -> Result<Option<bool>, String> + 'w;

/// Everything the paths stand for, those of a directory sorted.
///
/// # Errors
/// One line: a pattern is malformed, the list of files cannot be read, standard input is asked for twice, or what `wanted` says.
pub fn collect(files: &Files, wanted: &Wanted<'_>) -> Result<Vec<Item>, String> {
    let mut paths = files.paths.clone();
    if let Some(list) = &files.files_from {
        let wrong = |what: &dyn Display| format!("--files-from {}: {what}", shown(list));
        let bytes = read_list(list).map_err(|error| wrong(&why(&error)))?;
        if !files.null && bytes.contains(&0) {
            return Err(wrong(&"there are null characters in the list: say --null where they end its paths"));
        }
        paths.extend(listed(&bytes, files.null));
        if is_stdin(list) && paths.iter().any(|path| is_stdin(path)) {
            return Err(wrong(&"standard input is the list, and cannot be a document too"));
        }
    } else if paths.is_empty() {
        return Ok(vec![Item::Document(Origin::Stdin)]);
    }
    let search = Search::new(files, &paths, wanted)?;
    let mut found = Vec::new();
    for path in paths {
        if is_stdin(&path) {
            found.push(Candidate { item: Item::Document(Origin::Stdin), link: false, file: None });
        } else if path.is_dir() {
            search.directory(&path, &mut found)?;
        } else if !search.excluded(&path, false) {
            found.push(Candidate::named(path));
        }
    }
    Ok(once(found))
}

fn read_list(list: &Path) -> io::Result<Vec<u8>> {
    if is_stdin(list) { limits::read(io::stdin().lock(), 0) } else { input::read_bytes(list) }
}

/// The paths of a list: one on each line, or each ended by a null character. Before lines an editor may have put a byte order mark.
fn listed(bytes: &[u8], null: bool) -> Vec<PathBuf> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).filter(|_| !null).unwrap_or(bytes);
    let end = if null { b'\0' } else { b'\n' };
    let lines = bytes.split(|byte| *byte == end);
    let names = lines.map(|line| if null { line } else { line.strip_suffix(b"\r").unwrap_or(line) });
    names.filter(|name| !name.is_empty()).map(path_of).collect()
}

#[cfg(unix)]
fn path_of(name: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(name))
}

#[cfg(not(unix))]
fn path_of(name: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(name).into_owned())
}

/// What tells a file from another, whatever it is called. Names of one file (hard links) are told apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Identity {
    #[cfg(unix)]
    Inode(u64, u64),
    Path(PathBuf),
}

impl Identity {
    fn of(path: &Path, metadata: &Metadata) -> Option<Self> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            if metadata.nlink() == 1 {
                return Some(Self::Inode(metadata.dev(), metadata.ino()));
            }
        }
        let _ = metadata;
        fs::canonicalize(path).ok().map(Self::Path)
    }
}

/// An item before it is known whether the same file comes twice.
struct Candidate {
    item: Item,
    /// Whether a symbolic link leads there.
    link: bool,
    file: Option<Identity>,
}

impl Candidate {
    fn named(path: PathBuf) -> Self {
        let link = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_symlink());
        let file = fs::metadata(&path).ok().and_then(|metadata| Identity::of(&path, &metadata));
        Self { item: Item::Document(Origin::Named(path)), link, file }
    }
}

/// Each file once: under its own name rather than that of a link, and as named where it was named.
fn once(found: Vec<Candidate>) -> Vec<Item> {
    let mut stdin = false;
    let mut places: HashMap<Identity, usize> = HashMap::new();
    let mut kept: Vec<Option<Candidate>> = Vec::new();
    for candidate in found {
        if candidate.item == Item::Document(Origin::Stdin) && std::mem::replace(&mut stdin, true) {
            continue;
        }
        let Some(identity) = candidate.file.clone() else {
            kept.push(Some(candidate));
            continue;
        };
        let Some(place) = places.get(&identity).copied() else {
            places.insert(identity, kept.len());
            kept.push(Some(candidate));
            continue;
        };
        let Some(before) = kept[place].take() else { continue };
        let named = [&before, &candidate].iter().any(|one| matches!(one.item, Item::Document(Origin::Named(_))));
        let (at, mut better) = if before.link && !candidate.link { (kept.len(), candidate) } else { (place, before) };
        if let (true, Item::Document(Origin::Found(path))) = (named, &better.item) {
            better.item = Item::Document(Origin::Named(path.clone()));
        }
        if at == kept.len() {
            places.insert(identity, at);
            kept.push(Some(better));
        } else {
            kept[at] = Some(better);
        }
    }
    kept.into_iter().flatten().map(|candidate| candidate.item).collect()
}

/// How directories are searched.
struct Search<'w> {
    /// What the caller says, or where that is nothing and a configuration says nothing either.
    include: Patterns,
    /// Whether the caller says it.
    is_typed: bool,
    wanted: &'w Wanted<'w>,
    exclude: Patterns,
    gitignore: bool,
}

impl<'w> Search<'w> {
    fn new(files: &Files, paths: &[PathBuf], wanted: &'w Wanted<'w>) -> Result<Self, String> {
        let here = std::env::current_dir().map_err(|error| format!("no current directory: {}", why(&error)))?;
        // A pattern with a slash counts from where the command runs, or from a directory that is searched.
        let bases: Vec<&Path> = std::iter::once(here.as_path())
            .chain(paths.iter().map(PathBuf::as_path).filter(|path| path.is_dir()))
            .collect();
        let given = |globs: &[String]| -> Vec<Pattern> {
            let pattern = |glob: &String, base: &&Path| Pattern::new(base, glob);
            globs.iter().flat_map(|glob| bases.iter().map(move |base| pattern(glob, base))).collect()
        };
        let is_typed = !files.include.is_empty();
        let include = if is_typed { given(&files.include) } else { given(&[INCLUDE.to_owned()]) };
        Ok(Self {
            is_typed,
            wanted,
            include: Patterns::new("--include", &include)?,
            exclude: Patterns::new("--exclude", &given(&files.exclude))?,
            gitignore: files.respect_gitignore,
        })
    }

    fn excluded(&self, path: &Path, directory: bool) -> bool {
        self.exclude.matches(path, directory)
    }

    fn included(&self, path: &Path) -> Result<bool, String> {
        let configured = if self.is_typed { None } else { (self.wanted)(path)? };
        Ok(configured.unwrap_or_else(|| self.include.matches(path, false)))
    }

    fn directory(&self, root: &Path, found: &mut Vec<Candidate>) -> Result<(), String> {
        let exclude = self.exclude.clone();
        // Machine definitions are not source code: what a .gitignore leaves out of a repository is still a definition, unless
        // the caller wants otherwise.
        let walk = WalkBuilder::new(root)
            .standard_filters(false)
            // What begins with a dot is the business of other programs: repositories, what editors and this command keep for a moment.
            .hidden(true)
            .git_ignore(self.gitignore)
            .git_exclude(self.gitignore)
            .parents(self.gitignore)
            .require_git(false)
            .filter_entry(move |entry| {
                !exclude.matches(entry.path(), entry.file_type().is_some_and(|kind| kind.is_dir()))
            })
            .sort_by_file_path(Ord::cmp)
            .build();
        for entry in walk {
            match entry {
                Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_dir()) => {}
                Ok(entry) => {
                    let link = entry.path_is_symlink();
                    let path = entry.into_path();
                    if self.included(&path)?
                        && let Some(candidate) = self.entry(root, path, link)
                    {
                        found.push(candidate);
                    }
                }
                Err(error) => {
                    let (path, why) = unsearched(&error);
                    let item = Item::Failed(path.unwrap_or(root).to_owned(), why);
                    found.push(Candidate { item, link: false, file: None });
                }
            }
        }
        Ok(())
    }

    /// What a directory entry stands for; nothing where it is found elsewhere.
    fn entry(&self, root: &Path, path: PathBuf, link: bool) -> Option<Candidate> {
        let passed = |path, why: &str| Candidate { item: Item::PassedOver(path, why.to_owned()), link, file: None };
        Some(match fs::metadata(&path) {
            Ok(metadata) if metadata.is_file() => {
                let file = Identity::of(&path, &metadata);
                Candidate { item: Item::Document(Origin::Found(path)), link, file }
            }
            Ok(metadata) if metadata.is_dir() => {
                let inside = fs::canonicalize(&path).ok()?.starts_with(fs::canonicalize(root).ok()?);
                if inside {
                    return None;
                }
                passed(path, "is a symbolic link to a directory, which is not followed: name it to have it searched")
            }
            Ok(metadata) => {
                let what = kind(&metadata);
                passed(path, &format!("is {what}, no file: passed over"))
            }
            Err(error) if link && error.kind() == io::ErrorKind::NotFound => {
                passed(path, "is a symbolic link to nothing: passed over")
            }
            Err(error) if link && is_loop(&error) => passed(path, "is a symbolic link in a loop: passed over"),
            Err(error) => Candidate { item: Item::Failed(path, why(&error)), link, file: None },
        })
    }
}

/// Where a search could not go on, and why.
fn unsearched(error: &ignore::Error) -> (Option<&Path>, String) {
    match error {
        ignore::Error::WithPath { path, err } => (Some(path), unsearched(err).1),
        ignore::Error::WithDepth { err, .. } => unsearched(err),
        ignore::Error::Io(error) => {
            // The walk puts the path before what the system says, and so do reports.
            let said = error.get_ref().and_then(|error| error.source());
            let said = said.and_then(|error| error.downcast_ref::<io::Error>()).unwrap_or(error);
            (None, format!("cannot be searched: {}", why(said)))
        }
        error => (None, error.to_string()),
    }
}

#[cfg(unix)]
fn is_loop(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error())
}

#[cfg(not(unix))]
fn is_loop(_: &io::Error) -> bool {
    false
}

#[cfg(unix)]
fn kind(metadata: &Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    let kind = metadata.file_type();
    match () {
        () if kind.is_fifo() => "a FIFO",
        () if kind.is_socket() => "a socket",
        () => "a device",
    }
}

#[cfg(not(unix))]
fn kind(_: &Metadata) -> &'static str {
    "something else"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_end_in_lines_or_nulls() {
        let names = |bytes: &[u8], null| -> Vec<String> {
            listed(bytes, null).into_iter().map(|path| path.display().to_string()).collect()
        };
        assert_eq!(names(b"a.xml\n\nb c.xml\r\nd.xml", false), ["a.xml", "b c.xml", "d.xml"]);
        assert_eq!(names("\u{feff}a.xml\r\n".as_bytes(), false), ["a.xml"]);
        assert_eq!(names(b"a\nb.xml\0\0c.xml\0", true), ["a\nb.xml", "c.xml"]);
        assert!(names(b"", false).is_empty());
    }
}
