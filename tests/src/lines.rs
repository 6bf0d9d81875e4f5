//! How many lines the code takes: those of logic in the rules, by chapter, and the longest files and functions.
//!
//! A line of logic has a token on it that is neither of a comment, nor of a `use` or `mod`, nor of what identifies a rule and tells of it:
//! its id and class, its summary, its prose and its examples, which are counted apart. The messages of rows are logic, and so are lines
//! that hold brackets alone; modules of tests are not counted.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// Chapters that are counted apart: what QEMU's driver refuses, what the host lacks, and advice.
pub const APART: [&str; 3] = ["qemu", "host", "advice"];

/// The methods of a rule that tell of it.
const PROSE: [&str; 4] = ["summary", "doc", "example", "finds"];

/// The lines of a file, by what stands on them.
#[derive(Debug, Clone, Default)]
pub struct Lines {
    /// All of them.
    pub all: usize,
    /// Those with logic.
    pub logic: usize,
    /// Those with nothing but the identity and prose of rules.
    pub prose: usize,
    /// The functions, and how many lines the body of each takes without blank ones and comments.
    pub functions: Vec<(String, usize)>,
}

impl Lines {
    /// Those of a source text.
    ///
    /// # Errors
    /// Where it is no Rust.
    pub fn of(text: &str) -> Result<Self, String> {
        let tokens = TokenStream::from_str(text).map_err(|error| error.to_string())?;
        let mut marks = Marks::default();
        marks.walk(tokens);
        Ok(Self {
            all: text.lines().count(),
            logic: marks.logic.len(),
            prose: marks.prose.difference(&marks.logic).count(),
            functions: marks.functions,
        })
    }

    fn add(&mut self, other: &Self) {
        self.all += other.all;
        self.logic += other.logic;
        self.prose += other.prose;
    }
}

/// What stands on which lines.
#[derive(Debug, Default)]
struct Marks {
    logic: BTreeSet<usize>,
    prose: BTreeSet<usize>,
    functions: Vec<(String, usize)>,
}

impl Marks {
    fn walk(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut rest = tokens.as_slice();
        while let [token, behind @ ..] = rest {
            if let Some(passed) = passed_over(rest) {
                rest = &rest[passed..];
            } else if let Some(told) = told(rest) {
                self.prose.extend(rest[..told].iter().flat_map(lines));
                rest = &rest[told..];
            } else {
                if let Some((name, body)) = function(rest) {
                    let mut within = BTreeSet::new();
                    every_line(body.stream(), &mut within);
                    self.functions.push((name, within.len()));
                }
                self.mark(token);
                rest = behind;
            }
        }
    }

    fn mark(&mut self, token: &TokenTree) {
        match token {
            TokenTree::Group(group) => {
                self.logic.extend(brackets(group));
                self.walk(group.stream());
            }
            _ => self.logic.extend(lines(token)),
        }
    }
}

/// The lines that tokens stand on, whatever they tell.
fn every_line(tokens: TokenStream, found: &mut BTreeSet<usize>) {
    for token in tokens {
        match &token {
            TokenTree::Group(group) => {
                found.extend(brackets(group));
                every_line(group.stream(), found);
            }
            _ => found.extend(lines(&token)),
        }
    }
}

fn brackets(group: &Group) -> [usize; 2] {
    [group.span_open().start().line, group.span_close().end().line]
}

fn lines(token: &TokenTree) -> std::ops::RangeInclusive<usize> {
    token.span().start().line..=token.span().end().line
}

fn is_word(token: Option<&TokenTree>, word: &str) -> bool {
    matches!(token, Some(TokenTree::Ident(ident)) if ident == word)
}

fn is_mark(token: Option<&TokenTree>, mark: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == mark)
}

fn is_body(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

/// How many tokens a comment, an import, the name of a module or a module of tests takes that begins here.
fn passed_over(tokens: &[TokenTree]) -> Option<usize> {
    if is_mark(tokens.first(), '#') {
        let inner = usize::from(is_mark(tokens.get(1), '!'));
        let Some(TokenTree::Group(attribute)) = tokens.get(1 + inner) else { return None };
        let attribute = attribute.stream().to_string().replace(' ', "");
        let end = 2 + inner;
        if attribute == "cfg(test)" {
            return Some(end + 1 + tokens[end..].iter().position(is_body)?);
        }
        return attribute.starts_with("doc=").then_some(end);
    }
    let visible = usize::from(is_word(tokens.first(), "pub"));
    let within = usize::from(visible > 0 && matches!(tokens.get(1), Some(TokenTree::Group(_))));
    let item = visible + within;
    // `use<'a>` is of a type.
    let is_import = is_word(tokens.get(item), "use") && !is_mark(tokens.get(item + 1), '<');
    let is_module = is_word(tokens.get(item), "mod") && is_mark(tokens.get(item + 2), ';');
    let end = tokens.iter().position(|token| is_mark(Some(token), ';'))?;
    (is_import || is_module).then_some(end + 1)
}

/// How many tokens take what identifies a rule or tells of it, that begins here: `rule("id", Class::Structure)`, `.summary("..")`.
fn told(tokens: &[TokenTree]) -> Option<usize> {
    match tokens {
        [TokenTree::Punct(dot), TokenTree::Ident(name), TokenTree::Group(_), ..] if dot.as_char() == '.' => {
            PROSE.iter().any(|prose| name == prose).then_some(3)
        }
        [TokenTree::Ident(name), TokenTree::Group(given), ..] if name == "rule" => {
            matches!(given.stream().into_iter().next(), Some(TokenTree::Literal(_))).then_some(2)
        }
        _ => None,
    }
}

/// The function that begins here, and its body.
fn function(tokens: &[TokenTree]) -> Option<(String, &Group)> {
    let [word, TokenTree::Ident(name), head @ ..] = tokens else { return None };
    match head.iter().find(|token| is_mark(Some(token), ';') || is_body(token))? {
        TokenTree::Group(body) if is_word(Some(word), "fn") => Some((name.to_string(), body)),
        _ => None,
    }
}

/// The lines of every file of Rust in a folder, by the path below it.
///
/// # Errors
/// Where a file cannot be read, or is no Rust.
pub fn files(folder: &Path) -> Result<BTreeMap<PathBuf, Lines>, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).map_err(|error| format!("{}: {error}", next.display()))? {
            let path = entry.map_err(|error| format!("{}: {error}", next.display()))?.path();
            if path.is_dir() {
                open.extend((!path.ends_with("target")).then_some(path));
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).map_err(|error| error.to_string());
                let lines = text.and_then(|text| Lines::of(&text));
                let lines = lines.map_err(|error| format!("{}: {error}", path.display()))?;
                found.insert(path.strip_prefix(folder).unwrap_or(&path).to_owned(), lines);
            }
        }
    }
    Ok(found)
}

/// What the rules take, and the longest function of the workspace.
#[derive(Debug, Default)]
pub struct Count {
    /// By chapter: a folder, or a file beside the folders.
    pub chapters: BTreeMap<String, Lines>,
    /// The longest file of rules.
    pub largest: (PathBuf, usize),
    /// The longest function, and where it stands.
    pub longest: (PathBuf, String, usize),
}

/// Counts the checkout.
///
/// # Errors
/// Where a file cannot be read, or is no Rust.
pub fn count() -> Result<Count, String> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut count = Count::default();
    for (path, lines) in files(&workspace)? {
        if let Some((name, length)) = lines.functions.iter().max_by_key(|(_, length)| *length)
            && *length > count.longest.2
        {
            count.longest = (path.clone(), name.clone(), *length);
        }
        let Ok(below) = path.strip_prefix("migrate/src/rules") else { continue };
        let chapter = below.iter().next().unwrap_or_default().to_string_lossy().into_owned();
        count.chapters.entry(chapter).or_default().add(&lines);
        if lines.all > count.largest.1 {
            count.largest = (below.to_owned(), lines.all);
        }
    }
    Ok(count)
}

impl Count {
    /// Both totals: without the chapters that are counted apart, and with them.
    #[must_use]
    pub fn totals(&self) -> [Lines; 2] {
        let mut totals = [Lines::default(), Lines::default()];
        for (chapter, lines) in &self.chapters {
            totals[1].add(lines);
            if !APART.contains(&&**chapter) {
                totals[0].add(lines);
            }
        }
        totals
    }

    /// A table by chapters, the rows by kind, and what is longest.
    #[must_use]
    pub fn print(&self) -> String {
        let mut out = format!("{:24} {:>7} {:>7} {:>7}\n", "lines of rules", "logic", "prose", "all");
        let [own, all] = self.totals();
        let totals = [(format!("without {}", APART.join(", ")), own), ("all".to_owned(), all)];
        let chapters = self.chapters.iter().map(|(name, lines)| (name.clone(), lines.clone()));
        for (name, Lines { all, logic, prose, .. }) in chapters.chain(totals) {
            let _ = writeln!(out, "{name:24} {logic:>7} {prose:>7} {all:>7}");
        }
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        for row in dommigrate::rules::all().flat_map(|rule| &rule.rows) {
            *kinds.entry(row.fact.kind.as_str()).or_default() += 1;
        }
        let (rules, rows) = (dommigrate::rules::all().count(), kinds.values().sum::<usize>());
        let kinds: Vec<String> = kinds.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        let _ = writeln!(out, "{rules} rules, {rows} rows: {}", kinds.join(", "));
        let _ = writeln!(out, "longest file of rules: {} with {} lines", self.largest.0.display(), self.largest.1);
        let (path, name, length) = &self.longest;
        let _ = writeln!(out, "longest function of the workspace: {name} in {} with {length} lines", path.display());
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_no_logic() {
        let text = "//! A file.\nuse a::b;\n\nrules![\n    // A remark.\n    rule(\"id\", Class::Structure)\n        .summary(\"one\")\n        \
                    .doc(\n            \"two\",\n        )\n        .row(refuse(|it: &T, _| {\n            wrong(it)\n        })),\n];\n\n\
                    /// Why.\nfn wrong(it: &T) -> Option<&'static str> {\n    // Because.\n    None\n}\n\n#[cfg(test)]\nmod tests {\n    \
                    fn none() {}\n}\n";
        let lines = Lines::of(text).expect("it is Rust");
        assert_eq!((lines.logic, lines.prose), (8, 5), "{lines:?}");
        assert_eq!(lines.functions, [("wrong".to_owned(), 1)]);
    }
}
