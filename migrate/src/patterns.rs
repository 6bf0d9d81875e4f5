//! Patterns for paths, as in a `.gitignore`: a name alone stands for itself in every directory, with a slash it counts from a
//! directory.

use std::path::{Component, Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// A pattern and the directory from which it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    base: PathBuf,
    glob: String,
}

impl Pattern {
    /// `glob` counted from `base`.
    #[must_use]
    pub fn new(base: &Path, glob: &str) -> Self {
        Self { base: absolute(base), glob: glob.to_owned() }
    }

    /// What says the same: directories, and the line that a `.gitignore` in each of them would have.
    fn lines(&self) -> Vec<(PathBuf, String)> {
        let (not, glob) = match self.glob.strip_prefix('!') {
            Some(glob) => ("!", glob),
            None => ("", self.glob.as_str()),
        };
        let glob = glob.strip_prefix("./").unwrap_or(glob);
        let root = PathBuf::from("/");
        if !glob.trim_end_matches('/').contains('/') {
            return vec![(root, if glob.starts_with('#') { format!("{not}\\{glob}") } else { format!("{not}{glob}") })];
        }
        let mut base = self.base.clone();
        let mut rest = glob.trim_start_matches('/');
        while let Some(up) = rest.strip_prefix("../") {
            base.pop();
            rest = up;
        }
        let mut lines = vec![(base, format!("{not}/{rest}"))];
        if glob.starts_with('/') {
            // A whole path, as a shell completes it.
            lines.push((root, format!("{not}{glob}")));
        }
        lines
    }
}

/// Many patterns; of those that match, the last decides (`!` takes a path back).
#[derive(Debug, Clone)]
pub struct Patterns {
    /// In their order, each with the directory below which it holds.
    matchers: Vec<(PathBuf, Gitignore)>,
}

impl Patterns {
    /// # Errors
    /// One line that names the option: a pattern is malformed.
    pub fn new(option: &str, patterns: &[Pattern]) -> Result<Self, String> {
        let mut builders: Vec<(PathBuf, GitignoreBuilder)> = Vec::new();
        for pattern in patterns {
            for (base, line) in pattern.lines() {
                if builders.last().is_none_or(|(last, _)| *last != base) {
                    let mut builder = GitignoreBuilder::new("/");
                    builder.allow_unclosed_class(false);
                    builders.push((base, builder));
                }
                if let Some((_, builder)) = builders.last_mut() {
                    builder.add_line(None, &line).map_err(|error| format!("{option} {}: {error}", pattern.glob))?;
                }
            }
        }
        let build = |(base, builder): (PathBuf, GitignoreBuilder)| {
            builder.build().map(|matcher| (base, matcher)).map_err(|error| format!("{option}: {error}"))
        };
        Ok(Self { matchers: builders.into_iter().map(build).collect::<Result<_, _>>()? })
    }

    /// Whether a path, or a directory above it, is meant.
    #[must_use]
    pub fn matches(&self, path: &Path, directory: bool) -> bool {
        if self.matchers.is_empty() {
            return false;
        }
        let path = absolute(path);
        let decides = |(number, path): (usize, &Path)| {
            let of_matcher = |(base, matcher): &(PathBuf, Gitignore)| {
                let below = path.strip_prefix(base).ok().filter(|below| !below.as_os_str().is_empty())?;
                let found = matcher.matched(below, directory || number > 0);
                (!found.is_none()).then(|| found.is_ignore())
            };
            self.matchers.iter().rev().find_map(of_matcher)
        };
        path.ancestors().enumerate().find_map(decides).unwrap_or(false)
    }
}

/// The path from the root, without `.` and `..`.
pub(crate) fn absolute(path: &Path) -> PathBuf {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    let path = std::path::absolute(path).unwrap_or_else(|_| Path::new("/").join(path));
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            component => clean.push(component),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(base: &str, glob: &str, path: &str) -> bool {
        Patterns::new("--exclude", &[Pattern::new(Path::new(base), glob)]).unwrap().matches(Path::new(path), false)
    }

    #[test]
    fn a_name_stands_for_itself_everywhere() {
        assert!(matches("/srv/vms", "old*.xml", "/srv/vms/a/old-1.xml"));
        assert!(matches("/srv/vms", "archive", "/srv/vms/a/archive/b/c.xml"));
        assert!(matches("/srv/vms", "archive/", "/srv/vms/archive/c.xml"));
        assert!(!matches("/srv/vms", "archive/", "/srv/vms/archive"), "no directory");
        assert!(!matches("/srv/vms", "old*.xml", "/srv/vms/older/new.xml"));
    }

    #[test]
    fn with_a_slash_it_counts_from_its_base() {
        assert!(matches("/srv/vms", "/a/*.xml", "/srv/vms/a/b.xml"));
        assert!(matches("/srv/vms", "a/*.xml", "/srv/vms/a/b.xml"));
        assert!(!matches("/srv/vms", "a/*.xml", "/srv/vms/c/a/b.xml"));
        assert!(matches("/srv/vms", "**/a/*.xml", "/srv/vms/c/a/b.xml"));
        assert!(matches("/srv/vms", "./a/b.xml", "/srv/vms/a/b.xml"));
        assert!(matches("/srv/vms/x", "../a/b.xml", "/srv/vms/a/b.xml"));
        assert!(matches("/elsewhere", "/srv/vms/a", "/srv/vms/a/b.xml"), "a whole path");
        assert!(matches("/srv/[x] *y", "a/b.xml", "/srv/[x] *y/a/b.xml"));
    }

    #[test]
    fn the_last_pattern_decides() {
        let base = Path::new("/srv");
        let patterns = [Pattern::new(base, "*.xml"), Pattern::new(base, "!keep.xml")];
        let patterns = Patterns::new("--exclude", &patterns).unwrap();
        assert!(patterns.matches(Path::new("/srv/a.xml"), false));
        assert!(!patterns.matches(Path::new("/srv/keep.xml"), false));
        assert!(Patterns::new("--exclude", &[Pattern::new(base, "[z-a]")]).unwrap_err().contains("[z-a]"));
        assert!(Patterns::new("--exclude", &[Pattern::new(base, "a[")]).unwrap_err().contains("a["));
        assert!(!Patterns::new("--exclude", &[]).unwrap().matches(Path::new("/srv/a.xml"), false));
        // Wherever each counts from.
        let patterns = [Pattern::new(base, "a/"), Pattern::new(Path::new("/srv/b"), "!../a/keep.xml")];
        let patterns = Patterns::new("--exclude", &patterns).unwrap();
        assert!(patterns.matches(Path::new("/srv/a/b.xml"), false));
        assert!(!patterns.matches(Path::new("/srv/a/keep.xml"), false));
    }

    #[cfg(unix)]
    #[test]
    fn names_need_not_be_text() {
        use std::os::unix::ffi::OsStrExt;
        let path = |bytes: &[u8]| PathBuf::from(std::ffi::OsStr::from_bytes(bytes));
        let patterns = Patterns::new("--exclude", &[Pattern::new(&path(b"/srv/caf\xe9"), "/archive/*.xml")]).unwrap();
        assert!(patterns.matches(&path(b"/srv/caf\xe9/archive/\xff.xml"), false));
        assert!(!patterns.matches(&path(b"/srv/caf\xe8/archive/\xff.xml"), false));
    }
}
