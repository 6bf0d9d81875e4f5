//! Reading one configuration file.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, Command, CommandFactory};
use domxml_xml::why;
use toml::{Table, Value};

use crate::cli::{Cli, Profile};
use crate::input::{self, shown};
use crate::options::Target;
use crate::patterns::{Pattern, Patterns};
use crate::rules;

/// The key of the sections for some paths, and that of their patterns.
const SECTIONS: &str = "per-path";
const PATHS: &str = "paths";

/// Options that say what one call is to do: they are for the command line.
const OF_A_CALL: [&str; 8] = ["check", "config", "diff", "dry-run", "files-from", "help", "null", "version"];

/// Options that may differ from file to file in one call.
const BY_FILE: [&str; 10] =
    ["driver", "ignore", "layout", "live", "profile", "select", "strict", "target", "unknown", "unsafe-fixes"];

/// Options that name a file: it lies beside the configuration.
const FILES: [&str; 2] = ["host", "schema"];

/// A configuration file.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) path: PathBuf,
    /// What holds for all files.
    pub(super) arguments: Vec<Argument>,
    /// What directories are searched for, where it says so.
    pub(super) include: Option<Patterns>,
    /// What is left out.
    pub(super) exclude: Patterns,
    sections: Vec<Section>,
}

/// What holds for some files.
#[derive(Debug)]
struct Section {
    paths: Patterns,
    arguments: Vec<Argument>,
}

/// An option, as it would be typed.
#[derive(Debug)]
pub(super) struct Argument {
    /// Its long name.
    pub(super) name: String,
    pub(super) typed: Vec<OsString>,
}

impl Config {
    /// # Errors
    /// One line that names the file: it cannot be read, or says something that makes no sense.
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let wrong = |error: &dyn std::fmt::Display| format!("{}: {}", shown(path), error.to_string().trim_end());
        let bytes = input::read_bytes(path).map_err(|error| wrong(&why(&error)))?;
        let text = String::from_utf8(bytes).map_err(|_| wrong(&"this is not UTF-8 text"))?;
        let mut table: Table = toml::from_str(&text).map_err(|error| wrong(&error))?;
        Self::of(path, &mut table).map_err(|error| wrong(&error))
    }

    fn of(path: &Path, table: &mut Table) -> Result<Self, String> {
        let base = path.parent().unwrap_or(Path::new("."));
        let base = if base.as_os_str().is_empty() { Path::new(".") } else { base };
        let mut patterns = |key: &str| -> Result<Vec<Pattern>, String> {
            let globs = table.remove(key).map_or_else(|| Ok(Vec::new()), |value| of_key(key, texts(&value)))?;
            Ok(globs.iter().map(|glob| Pattern::new(base, glob)).collect())
        };
        let (include, exclude) = (patterns("include")?, Patterns::new("exclude", &patterns("exclude")?)?);
        let include = if include.is_empty() { None } else { Some(Patterns::new("include", &include)?) };
        let sections = match table.remove(SECTIONS) {
            None => Vec::new(),
            Some(Value::Array(sections)) => {
                let section = |(at, section)| {
                    Section::of(base, section).map_err(|error: String| format!("[[{SECTIONS}]] {}: {error}", at + 1))
                };
                sections.into_iter().enumerate().map(section).collect::<Result<_, _>>()?
            }
            Some(_) => return Err(format!("{SECTIONS} is a list of tables: [[{SECTIONS}]]")),
        };
        let options = options();
        let argument = |(key, value): (&String, &Value)| of_key(key, Argument::of(&options, base, key, value));
        let arguments = table.iter().map(argument).collect::<Result<_, _>>()?;
        Ok(Self { path: path.to_owned(), arguments, include, exclude, sections })
    }

    /// Which sections hold for a file.
    pub(super) fn sections_for(&self, path: &Path) -> Vec<usize> {
        let holds = |(at, section): (usize, &Section)| section.paths.matches(path, false).then_some(at);
        self.sections.iter().enumerate().filter_map(holds).collect()
    }

    /// What holds where these sections do.
    pub(super) fn holding(&self, sections: &[usize]) -> impl Iterator<Item = &Argument> {
        let sections: Vec<&Section> = sections.iter().map(|at| &self.sections[*at]).collect();
        self.arguments.iter().chain(sections.into_iter().flat_map(|section| &section.arguments))
    }
}

impl Section {
    fn of(base: &Path, section: Value) -> Result<Self, String> {
        let Value::Table(mut table) = section else { return Err("is no table".to_owned()) };
        let globs = table.remove(PATHS).ok_or_else(|| format!("{PATHS} is missing: the files that it is about"))?;
        let globs: Vec<Pattern> = of_key(PATHS, texts(&globs))?.iter().map(|glob| Pattern::new(base, glob)).collect();
        let options = options();
        let argument = |(key, value): (&String, &Value)| {
            let argument = of_key(key, Argument::of(&options, base, key, value))?;
            match BY_FILE.contains(&key.as_str()) {
                true => Ok(argument),
                false => of_key(key, Err("holds for a whole call, and cannot be set for some paths".to_owned())),
            }
        };
        let arguments = table.iter().map(argument).collect::<Result<_, String>>()?;
        Ok(Self { paths: Patterns::new(PATHS, &globs)?, arguments })
    }
}

impl Argument {
    fn of(options: &[(Command, Arg)], base: &Path, name: &str, value: &Value) -> Result<Self, String> {
        if OF_A_CALL.contains(&name) {
            return Err("is for the command line alone".to_owned());
        }
        let Some((command, option)) = options.iter().find(|(_, option)| option.get_long() == Some(name)) else {
            let names = options.iter().filter_map(|(_, option)| option.get_long());
            if name == PATHS {
                return Err(format!("stands in a section for some paths: put [[{SECTIONS}]] before it"));
            }
            let names = names.filter(|name| !OF_A_CALL.contains(name)).chain([SECTIONS]);
            let near = domxml_runtime::nearest(name, names);
            return Err(format!(
                "no option is called so{}",
                near.map_or_else(String::new, |near| format!("; did you mean '{near}'?"))
            ));
        };
        let flag = !option.get_action().takes_values();
        let typed = match (value, flag) {
            (Value::Boolean(true), _) => vec![format!("--{name}").into()],
            (Value::Boolean(false), true) => Vec::new(),
            (Value::Integer(times), true) if matches!(option.get_action(), ArgAction::Count) => {
                vec![format!("--{name}").into(); usize::try_from(*times).unwrap_or(0).min(9)]
            }
            (_, true) => return Err("is true or false".to_owned()),
            (Value::Array(_), false) if !matches!(option.get_action(), ArgAction::Append) => {
                return Err("takes one value, not a list".to_owned());
            }
            (value, false) => texts(value)?.iter().map(|text| typed(base, name, text)).collect(),
        };
        let argument = Self { name: name.to_owned(), typed };
        let call = std::iter::once("dommigrate".as_ref()).chain(argument.typed.iter().map(OsString::as_os_str));
        if let Err(error) = command.clone().no_binary_name(false).try_get_matches_from(call)
            && !matches!(error.kind(), clap::error::ErrorKind::MissingRequiredArgument)
        {
            return Err(first_line(&error));
        }
        if matches!(name, "select" | "ignore") {
            let target = Target::of(Profile::Modern, None);
            rules::select(&texts(value)?, &[], Profile::Modern, &target)?;
        }
        Ok(argument)
    }
}

/// An option with its value, as it would be typed: a file is named from the directory of the configuration.
fn typed(base: &Path, name: &str, text: &str) -> OsString {
    let mut typed = OsString::from(format!("--{name}="));
    typed.push(if FILES.contains(&name) { base.join(text).into_os_string() } else { text.into() });
    typed
}

/// What is said of a key, with its name.
fn of_key<T>(key: &str, said: Result<T, String>) -> Result<T, String> {
    said.map_err(|error| format!("{key}: {error}"))
}

/// A value as texts: one, or a list of them.
fn texts(value: &Value) -> Result<Vec<String>, String> {
    match value {
        Value::String(text) => Ok(vec![text.clone()]),
        Value::Integer(number) => Ok(vec![number.to_string()]),
        Value::Array(values) => {
            let text = |value: &Value| value.as_str().map(str::to_owned);
            let texts: Option<_> = values.iter().map(text).collect();
            texts.ok_or_else(|| "is a list of texts: put each of them in quotes".to_owned())
        }
        _ => Err("is a text, or a list of texts, each in quotes".to_owned()),
    }
}

/// The options of all commands that read a configuration, each with its command.
fn options() -> Vec<(Command, Arg)> {
    let mut cli = Cli::command();
    cli.build();
    let configured = |command: &&Command| command.get_arguments().any(|option| option.get_long() == Some("config"));
    let commands: Vec<Command> = cli.get_subcommands().filter(configured).cloned().collect();
    let options = |command: &Command| {
        let named = command.get_arguments().filter(|option| option.get_long().is_some()).cloned();
        named.map(|option| (command.clone(), option)).collect::<Vec<_>>()
    };
    commands.iter().flat_map(options).collect()
}

/// What is wrong with arguments, on one line.
pub(super) fn first_line(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let lines: Vec<&str> = text.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
    lines.join(" ").trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What can be said of an option.
    fn example(option: &Arg) -> Value {
        let text = match option.get_long().unwrap_or_default() {
            "select" | "ignore" => "structure".to_owned(),
            "target" => "9.0.0".to_owned(),
            "jobs" => "2".to_owned(),
            _ => option.get_possible_values().first().map_or("x", |value| value.get_name()).to_owned(),
        };
        if option.get_action().takes_values() { Value::String(text) } else { Value::Boolean(true) }
    }

    #[test]
    fn every_option_of_the_command_line_is_a_key() {
        let mut known = 0;
        for (_, option) in options() {
            let name = option.get_long().expect("a long name");
            let mut table = Table::from_iter([(name.to_owned(), example(&option))]);
            let read = Config::of(Path::new("dommigrate.toml"), &mut table);
            assert_eq!(read.is_err(), OF_A_CALL.contains(&name), "{name}: {read:?}");
            known += usize::from(read.is_ok());
        }
        assert!(known > 30, "{known}");
        for name in BY_FILE.iter().chain(&OF_A_CALL).chain(&FILES) {
            assert!(
                ["help", "version"].contains(name)
                    || options().iter().any(|(_, option)| option.get_long() == Some(name)),
                "{name}"
            );
        }
    }
}
