//! `dommigrate.toml`: what a directory of definitions wants by default. The command line wins.
//!
//! A key is the long name of an option, and is read as if it had been typed: so that a file can say whatever the command line can, is checked
//! as that is, and no list of options stands here. For each file of a call the nearest configuration above it counts.

mod read;

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use clap::parser::ValueSource;
use clap::{CommandFactory, FromArgMatches};

use crate::cli::{Cli, Files};
use crate::collect::{self, Item};
use crate::input::{Origin, is_stdin};
use read::{Argument, Config};

/// Name of the file that is looked for.
pub const NAME: &str = "dommigrate.toml";

/// Options of which a file and the command line each add to what the other says.
const ADDED: [&str; 1] = ["ignore"];

/// The configurations that one call meets.
#[derive(Debug)]
pub struct Configs {
    /// The command line.
    typed: Vec<OsString>,
    /// The long names of the options on it.
    given: HashSet<String>,
    /// The long names that the command has.
    known: HashSet<String>,
    /// The file that `--config` names.
    named: Option<PathBuf>,
    /// By directory, out of its links.
    nearest: Mutex<HashMap<PathBuf, Option<Arc<Config>>>>,
    /// By directory, as the paths of the call name it.
    given_folders: Mutex<HashMap<PathBuf, Option<Arc<Config>>>>,
}

impl Configs {
    /// For a command line that has been found right.
    ///
    /// # Errors
    /// One line: it was not right after all.
    pub fn new(typed: &[OsString]) -> Result<Self, String> {
        let matches = Cli::command().try_get_matches_from(typed).map_err(|error| error.to_string())?;
        let (name, command) = matches.subcommand().ok_or("no command")?;
        let mut cli = Cli::command();
        cli.build();
        let options = cli.find_subcommand(name).into_iter().flat_map(|command| command.get_arguments());
        let names =
            options.filter_map(|option| Some((option.get_id().as_str().to_owned(), option.get_long()?.to_owned())));
        let names: Vec<(String, String)> = names.collect();
        let typed_by_user = |id: &str| command.value_source(id) == Some(ValueSource::CommandLine);
        let given = names.iter().filter(|(id, _)| typed_by_user(id)).map(|(_, long)| long.clone()).collect();
        let known: HashSet<String> = names.into_iter().map(|(_, long)| long).collect();
        let named = known.contains("config").then(|| command.get_one::<PathBuf>("config").cloned()).flatten();
        Ok(Self {
            typed: typed.to_vec(),
            given,
            known,
            named,
            nearest: Mutex::default(),
            given_folders: Mutex::default(),
        })
    }

    /// The arguments of the whole call: with what the configuration of its first path says, or of the directory that it runs in.
    ///
    /// # Errors
    /// One line: the configuration cannot be read, or says something that makes no sense.
    pub fn whole<A: FromArgMatches>(&self, files: &Files) -> Result<A, String> {
        self.of_call(files.paths.iter().map(PathBuf::as_path))
    }

    /// As [`Configs::whole`], of a call with these paths.
    ///
    /// # Errors
    /// As there.
    pub fn of_call<'p, A: FromArgMatches>(&self, mut paths: impl Iterator<Item = &'p Path>) -> Result<A, String> {
        let config = self.of(paths.find(|path| !is_stdin(path)))?;
        self.filled(config.iter().flat_map(|config| &config.arguments))
    }

    /// Whether the configuration for a file that was found leaves it out.
    ///
    /// # Errors
    /// One line: the configuration cannot be read, or says something that makes no sense.
    pub fn leaves_out(&self, path: Option<&Path>) -> Result<bool, String> {
        let config = self.of(path)?;
        Ok(path.zip(config).is_some_and(|(path, config)| config.exclude.matches(path, false)))
    }

    /// Everything the paths stand for, but for what the configurations leave out.
    ///
    /// # Errors
    /// One line: a configuration is wrong, or what [`collect::collect`] says.
    pub fn collect(&self, files: &Files) -> Result<Vec<Item>, String> {
        let wanted = |path: &Path| {
            let config = self.of(Some(path))?;
            Ok(config.and_then(|config| config.include.as_ref().map(|include| include.matches(path, false))))
        };
        let mut items = Vec::new();
        for item in collect::collect(files, &wanted)? {
            let path = match &item {
                Item::Document(origin) => origin.path(),
                Item::PassedOver(path, _) | Item::Failed(path, _) => Some(path.as_path()),
            };
            if !self.leaves_out(path)? {
                items.push(item);
            }
        }
        Ok(items)
    }

    /// What is to be done with each file, made of the arguments that hold for it. Everything is made at once, so that what is wrong is
    /// told before any file is touched.
    ///
    /// # Errors
    /// One line: a configuration says something that makes no sense.
    pub fn by_file<A: FromArgMatches, S>(
        &self,
        items: &[Item],
        make: impl Fn(A) -> Result<S, String>,
    ) -> Result<ByFile<S>, String> {
        let mut made: HashMap<Key, Arc<S>> = HashMap::new();
        let mut files = HashMap::new();
        for item in items {
            let Item::Document(origin) = item else { continue };
            let config = self.of(origin.path())?;
            let key = Key::of(config.as_deref(), origin.path());
            let settings = match made.get(&key) {
                Some(settings) => settings.clone(),
                None => {
                    let arguments = self.filled(config.iter().flat_map(|config| config.holding(&key.sections)))?;
                    made.entry(key).insert_entry(Arc::new(make(arguments)?)).get().clone()
                }
            };
            files.insert(origin.clone(), settings);
        }
        Ok(ByFile(files))
    }

    /// The arguments with those of a configuration before them.
    fn filled<'a, A: FromArgMatches>(&self, config: impl Iterator<Item = &'a Argument>) -> Result<A, String> {
        let wanted = |argument: &&Argument| {
            let name = argument.name.as_str();
            self.known.contains(name) && (!self.given.contains(name) || ADDED.contains(&name))
        };
        let mut all: Vec<OsString> = self.typed.iter().take(2).cloned().collect();
        all.extend(config.filter(wanted).flat_map(|argument| argument.typed.iter().cloned()));
        all.extend(self.typed.iter().skip(2).cloned());
        let matches = Cli::command().try_get_matches_from(all).map_err(|error| read::first_line(&error))?;
        let (_, command) = matches.subcommand().ok_or("no command")?;
        A::from_arg_matches(command).map_err(|error| error.to_string())
    }

    /// The configuration for a file, for a directory that is searched, or for standard input.
    fn of(&self, path: Option<&Path>) -> Result<Option<Arc<Config>>, String> {
        if let Some(named) = &self.named {
            return self.cached(named, || Config::read(named).map(Some));
        }
        let here = path.unwrap_or(Path::new("."));
        let here = if here.as_os_str().is_empty() { Path::new(".") } else { here };
        // A link is searched from where it leads, as the file is that is rewritten.
        let Ok(metadata) = fs::symlink_metadata(here) else { return Ok(None) };
        match here.parent() {
            Some(folder) if metadata.is_file() => self.in_folder(folder),
            _ => {
                let Ok(found) = fs::canonicalize(here) else { return Ok(None) };
                let start = if found.is_dir() { found.as_path() } else { found.parent().unwrap_or(&found) };
                self.above(start)
            }
        }
    }

    /// The configuration for the files in a folder that are no links: found once for all of them.
    fn in_folder(&self, folder: &Path) -> Result<Option<Arc<Config>>, String> {
        let known = self.given_folders.lock().unwrap_or_else(PoisonError::into_inner).get(folder).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let Ok(directory) = fs::canonicalize(here) else { return Ok(None) };
        let found = self.above(&directory)?;
        self.given_folders.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned(), found.clone());
        Ok(found)
    }

    fn above(&self, directory: &Path) -> Result<Option<Arc<Config>>, String> {
        let known = self.nearest.lock().unwrap_or_else(PoisonError::into_inner).get(directory).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let file = directory.join(NAME);
        // What cannot be read, as a directory or a link to nothing, is told when it is read.
        let is_there = fs::symlink_metadata(&file).is_ok();
        let found = match (is_there, directory.parent()) {
            (true, _) => Some(Arc::new(Config::read(&file)?)),
            (false, Some(parent)) => self.above(parent)?,
            (false, None) => None,
        };
        self.nearest.lock().unwrap_or_else(PoisonError::into_inner).insert(directory.to_owned(), found.clone());
        Ok(found)
    }

    fn cached(
        &self,
        path: &Path,
        read: impl FnOnce() -> Result<Option<Config>, String>,
    ) -> Result<Option<Arc<Config>>, String> {
        let mut nearest = self.nearest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = nearest.get(path) {
            return Ok(known.clone());
        }
        let config = read()?.map(Arc::new);
        nearest.insert(path.to_owned(), config.clone());
        Ok(config)
    }
}

/// What makes the arguments of two files the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    config: Option<PathBuf>,
    /// Which sections of it hold.
    sections: Vec<usize>,
}

impl Key {
    fn of(config: Option<&Config>, path: Option<&Path>) -> Self {
        let sections = config.zip(path).map_or_else(Vec::new, |(config, path)| config.sections_for(path));
        Self { config: config.map(|config| config.path.clone()), sections }
    }
}

/// What is to be done with each file.
#[derive(Debug)]
pub struct ByFile<S>(HashMap<Origin, Arc<S>>);

impl<S> ByFile<S> {
    /// What is to be done with a file of those that it was made for.
    ///
    /// # Errors
    /// One line: it was not made for this file.
    pub fn of(&self, origin: &Origin) -> Result<Arc<S>, String> {
        self.0.get(origin).cloned().ok_or_else(|| "nothing was settled for this file".to_owned())
    }
}
