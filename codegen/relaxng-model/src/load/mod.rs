//! Reading the files of a schema: XML or compact syntax, the full syntax of section 3, and what 4.2 to 4.5 and 4.10 settle within a file.
//!
//! Every file is read once, however often it is referred to. What follows from references between files (4.6, 4.7) is
//! left to `simplify`, save that a chain of references must not come back to where it began.

mod names;
mod names_and_grammars;
mod patterns;
mod reader;
pub(crate) mod syntax;
mod uri;

use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::compact;
use crate::error::{Error, Errors};
use crate::libraries::Libraries;
use crate::resolver::Resolver;
use crate::schema::{File, FileId, Location, Schema};
use syntax::{Syntax, SyntaxKind};

/// A schema may refer to this many files.
pub const MAX_FILES: usize = 10_000;
/// A schema may consist of this many elements.
pub const MAX_NODES: usize = 500_000;
/// Elements of a schema may be nested this deep.
pub const MAX_DEPTH: u32 = 200;
/// URIs of namespaces and datatype libraries may be this long (they are repeated at every pattern they apply to), in bytes.
pub const MAX_URI: usize = 2_000;

/// The files of a schema, read and checked one by one.
#[derive(Debug)]
pub struct Loaded {
    pub(crate) schema: Schema,
    /// The root pattern of each file, by [`FileId`].
    pub(crate) roots: Vec<Syntax>,
    pub(crate) errors: Errors,
    /// The root is missing, or files include each other in a circle: there is no use in going on.
    pub(crate) broken: bool,
    /// Something in error was left out that may define names.
    pub(crate) incomplete: bool,
}

impl Loaded {
    /// What is wrong with the files so far.
    #[must_use]
    pub fn errors(&self) -> &Errors {
        &self.errors
    }

    /// The faithful view of the files.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }
}

/// A reference from one file to another.
#[derive(Debug, Clone, Copy)]
struct Link {
    from: FileId,
    to: FileId,
    at: Location,
    /// The section that describes it: 4.6 for `externalRef`, 4.7 for `include`.
    section: &'static str,
}

/// The files found so far.
struct Files<'r> {
    resolver: &'r dyn Resolver,
    libraries: &'r Libraries,
    /// Whether what stands in `d:reads` counts.
    reads: bool,
    known: FxHashMap<Rc<str>, FileId>,
    /// Canonical names, by [`FileId`].
    names: Vec<Rc<str>>,
    links: Vec<Link>,
}

impl Files<'_> {
    fn id(&mut self, name: &str) -> Option<FileId> {
        if let Some(id) = self.known.get(name) {
            return Some(*id);
        }
        let id = FileId(u32::try_from(self.names.len()).ok().filter(|_| self.names.len() < MAX_FILES)?);
        let name: Rc<str> = name.into();
        self.names.push(Rc::clone(&name));
        self.known.insert(name, id);
        Some(id)
    }
}

/// Reads the file `root` and every file it refers to. All errors are collected in [`Loaded::errors`].
#[must_use]
pub fn load(resolver: &dyn Resolver, root: &str) -> Loaded {
    load_with(resolver, root, &Libraries::default())
}

/// As [`load`], of a schema that uses datatype libraries which are not known here.
#[must_use]
pub fn load_with(resolver: &dyn Resolver, root: &str, libraries: &Libraries) -> Loaded {
    load_files(resolver, root, libraries, false)
}

/// As [`load_with`], of what a program reads that goes by the schema: with the patterns in [`READS`](crate::facts::READS), which are none
/// to a validator.
#[must_use]
pub fn load_lenient(resolver: &dyn Resolver, root: &str, libraries: &Libraries) -> Loaded {
    load_files(resolver, root, libraries, true)
}

fn load_files(resolver: &dyn Resolver, root: &str, libraries: &Libraries, reads: bool) -> Loaded {
    let mut loaded = Loaded {
        schema: Schema::default(),
        roots: Vec::new(),
        errors: Errors::default(),
        broken: false,
        incomplete: false,
    };
    let mut files =
        Files { resolver, libraries, reads, known: FxHashMap::default(), names: Vec::new(), links: Vec::new() };
    match resolver.resolve("", root) {
        Ok(name) => {
            files.id(&name);
        }
        Err(error) => {
            loaded.broken = true;
            loaded.errors.push(unreadable(root, &error.to_string()));
        }
    }
    // Files are numbered in the order in which they are first referred to.
    let mut next = 0;
    while let Some(name) = files.names.get(next).map(Rc::clone) {
        read_file(&mut loaded, &mut files, FileId(u32::try_from(next).unwrap_or(u32::MAX)), &name);
        next += 1;
    }
    check_links(&mut loaded, &files.links);
    loaded
}

fn unreadable(file: &str, why: &str) -> Error {
    Error { file: file.to_owned(), line: 0, column: 0, section: "", message: format!("cannot be read: {why}") }
}

fn read_file(loaded: &mut Loaded, files: &mut Files<'_>, id: FileId, name: &str) {
    loaded.schema.files.push(File { name: name.to_owned(), text: String::new() });
    let root = match files.resolver.read(name) {
        Ok(text) => {
            let translated = compact::is_compact(name).then(|| compact::translate(&text)).transpose();
            let root = match &translated {
                Ok(translated) => reader::Reader::read(loaded, files, id, &text, translated.as_ref()),
                Err(fault) => {
                    let (line, column) = domxml_xml::line_and_column(&text, fault.at);
                    let message = format!("is not in compact syntax: {}", fault.message);
                    loaded.errors.push(Error { file: name.to_owned(), line, column, section: "", message });
                    None
                }
            };
            loaded.schema.files[id.0 as usize].text = text;
            root
        }
        Err(error) => {
            let link = files.links.iter().find(|link| link.to == id);
            match link {
                Some(link) => {
                    let message = format!("`{name}` cannot be read: {error}");
                    loaded.errors.add(&loaded.schema, link.at, link.section, message);
                }
                None => loaded.errors.push(unreadable(name, &error.to_string())),
            }
            None
        }
    };
    let root = root.unwrap_or_else(|| {
        loaded.broken |= id == FileId(0);
        loaded.incomplete = true;
        Syntax { node: crate::schema::NodeId(0), ns: None, kind: SyntaxKind::Broken }
    });
    loaded.roots.push(root);
}

/// What `include` refers to is a grammar (4.7), and no chain of references is a circle (4.6, 4.7).
fn check_links(loaded: &mut Loaded, links: &[Link]) {
    for link in links.iter().filter(|link| link.section == "4.7") {
        if !matches!(loaded.roots[link.to.0 as usize].kind, SyntaxKind::Grammar(_) | SyntaxKind::Broken) {
            let message = "what is included must be a `grammar`";
            loaded.errors.add(&loaded.schema, link.at, link.section, message);
            loaded.incomplete = true;
        }
    }
    let mut outgoing: Vec<Vec<Link>> = vec![Vec::new(); loaded.roots.len()];
    for link in links {
        outgoing[link.from.0 as usize].push(*link);
    }
    // Depth first, with a stack of our own: (file, its next link to follow).
    let mut seen = vec![false; loaded.roots.len()];
    let mut open = vec![false; loaded.roots.len()];
    let mut stack: Vec<(usize, usize)> = Vec::new();
    if let Some(first) = seen.first_mut() {
        *first = true;
        open[0] = true;
        stack.push((0, 0));
    }
    while let Some((file, next)) = stack.last_mut() {
        let Some(link) = outgoing[*file].get(*next) else {
            open[*file] = false;
            stack.pop();
            continue;
        };
        *next += 1;
        let to = link.to.0 as usize;
        if open[to] {
            let circle = stack.iter().map(|(file, _)| *file).skip_while(|file| *file != to).chain([to]);
            let chain = chain(circle.map(|file| loaded.schema.files[file].name.as_str()));
            let message = format!("the files refer to each other in a circle: {chain}");
            loaded.errors.add(&loaded.schema, link.at, link.section, message);
            loaded.broken = true;
        } else if !seen[to] {
            seen[to] = true;
            open[to] = true;
            stack.push((to, 0));
        }
    }
}

/// Names joined by arrows; of a long chain only the beginning and the end.
pub(crate) fn chain<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let mut names: Vec<&str> = names.collect();
    if names.len() > 10 {
        names.splice(8..names.len() - 1, ["..."]);
    }
    names.join(" -> ")
}
