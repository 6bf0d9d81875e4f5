//! What holds for a document: the options of the command line and of the editor, and the configuration file above it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use serde_json::Value;

use crate::cli::{Layout, Lsp, RuleSelection, Unknown};
use crate::collect::Item;
use crate::commands::host_of;
use crate::config::Configs;
use crate::engine::Options;
use crate::input::Origin;
use crate::options::Fate;

type Singles = HashMap<(String, bool), Option<Rc<Options>>>;

/// What holds for a document.
#[derive(Debug)]
pub struct Settings {
    /// What `check` is asked to do.
    pub checking: Options,
    /// What `upgrade` is asked to do.
    pub options: Options,
    /// What becomes of unknown content where a document is laid out.
    pub unknown: Unknown,
    /// How it is laid out.
    pub layout: Layout,
    /// Whether the configuration leaves the document out.
    pub is_excluded: bool,
    selection: RuleSelection,
    /// What one rule alone does, by its id, and with it whether unsafe rewrites are made.
    single: RefCell<Singles>,
}

impl Settings {
    /// What holds where these arguments are all that is said.
    ///
    /// # Errors
    /// One line: something in them makes no sense.
    pub fn new(args: &Lsp, is_excluded: bool) -> Result<Self, String> {
        let options = Options::new(&args.rules, args.unknown, args.layout)?;
        let mut checking = Options::new(&args.rules, args.unknown, Some(Layout::Canonical))?;
        checking.plan = checking.plan.on_host(host_of(&args.host)?.map(Arc::new));
        if checking.unknown == Fate::Left {
            checking.unknown = Fate::Dropped;
        }
        let (unknown, layout) = (args.unknown.unwrap_or_default(), args.layout.unwrap_or(Layout::Canonical));
        let (selection, single) = (args.rules.clone(), RefCell::default());
        Ok(Self { checking, options, unknown, layout, is_excluded, selection, single })
    }

    /// What one rule alone would do, in the layout of the file.
    #[must_use]
    pub fn single(&self, rule: &str, unsafe_too: bool) -> Option<Rc<Options>> {
        let key = (rule.to_owned(), unsafe_too);
        let mut single = self.single.borrow_mut();
        let made = single.entry(key).or_insert_with(|| {
            let mut selection = RuleSelection { select: vec![rule.to_owned()], ..self.selection.clone() };
            selection.unsafe_fixes |= unsafe_too;
            Options::new(&selection, Some(self.unknown), Some(Layout::Keep)).ok().map(Rc::new)
        });
        made.clone()
    }
}

/// Where settings come from.
#[derive(Debug)]
pub struct Source {
    /// The command line with which the server was started.
    typed: Vec<OsString>,
    /// What the editor says.
    editor: Vec<OsString>,
}

impl Source {
    /// From the command line.
    #[must_use]
    pub fn new(typed: &[OsString]) -> Self {
        Self { typed: typed.to_vec(), editor: Vec::new() }
    }

    /// Takes over what the editor says: options by their long names, as in a configuration file.
    ///
    /// # Errors
    /// A value is none that an option can have.
    pub fn told(&mut self, said: &Value) -> Result<(), String> {
        let Some(options) = said.get("dommigrate").unwrap_or(said).as_object() else { return Ok(()) };
        let mut typed = Vec::new();
        for (name, value) in options {
            typed.extend(option(name, value)?.into_iter().map(OsString::from));
        }
        self.editor = typed;
        Ok(())
    }

    /// What holds for a document at a path; for one that is not saved, what holds in the working directory.
    ///
    /// # Errors
    /// One line: something in it makes no sense.
    pub fn of(&self, path: Option<&Path>) -> Result<Settings, String> {
        let typed: Vec<OsString> = self.typed.iter().chain(&self.editor).cloned().collect();
        self.by_configuration(&typed, path)
    }

    fn by_configuration(&self, typed: &[OsString], path: Option<&Path>) -> Result<Settings, String> {
        let configs = Configs::new(typed)?;
        let path = path.map_or_else(|| PathBuf::from("unsaved.xml"), Path::to_path_buf);
        let files = crate::cli::Files { paths: vec![path.clone()], ..crate::cli::Files::default() };
        // A file that is not there yet is in its directory all the same.
        let is_excluded = path.is_file() && !configs.collect(&files)?.iter().any(|it| matches!(it, Item::Document(_)));
        let origin = Origin::Named(path);
        let by_file =
            configs.by_file(&[Item::Document(origin.clone())], |args: Lsp| Settings::new(&args, is_excluded))?;
        let settings = by_file.of(&origin)?;
        drop(by_file);
        Arc::try_unwrap(settings).map_err(|_| "the settings are in use".to_owned())
    }
}

/// An option as it would be typed.
fn option(name: &str, value: &Value) -> Result<Vec<String>, String> {
    let option = format!("--{name}");
    Ok(match value {
        Value::Null | Value::Bool(false) => Vec::new(),
        Value::Bool(true) => vec![option],
        Value::String(text) if text.is_empty() => Vec::new(),
        Value::String(text) => vec![option, text.clone()],
        Value::Number(number) => vec![option, number.to_string()],
        Value::Array(all) => {
            let each = all.iter().map(|value| match value {
                Value::String(text) => Ok(vec![option.clone(), text.clone()]),
                _ => Err(format!("{name}: a list of texts is expected")),
            });
            each.collect::<Result<Vec<_>, _>>()?.concat()
        }
        Value::Object(_) => return Err(format!("{name}: a text, a number, true, false or a list is expected")),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_editor_says_options_by_their_names() {
        let typed = |value: Value| option("ignore", &value);
        assert_eq!(typed(json!(["a", "b"])), Ok(["--ignore", "a", "--ignore", "b"].map(str::to_owned).to_vec()));
        assert_eq!(typed(json!(true)), Ok(vec!["--ignore".to_owned()]));
        assert_eq!(typed(json!("")), Ok(Vec::new()));
        assert!(typed(json!({"a": 1})).is_err());
    }

    #[test]
    fn what_makes_no_sense_is_told() {
        let mut source = Source::new(&["dommigrate".into(), "lsp".into()]);
        source.told(&json!({"dommigrate": {"target": "8.0.0"}})).expect("options");
        let settings = source.of(None).expect("settings");
        assert_eq!(settings.options.target.oldest.to_string(), "8.0.0");
        source.told(&json!({"target": "newest"})).expect("options");
        assert!(source.of(None).expect_err("no version").contains("newest"));
    }
}
