//! The faults of `../shared/faults`, row by row: what is run on each input, and what must come of it.
//!
//! `tests/fault_rows.txt` is the table. A row is named as in the material, `documents NAME` or `command NUMBER`, and followed by its steps,
//! one a line; its file is copied to a directory of its own first.
//!
//! | step | what it does |
//! |---|---|
//! | `$ ARGUMENTS` | runs the command; `FILE` is the copy, `ORIGINAL` the file of the material, `MATERIAL/..` another one of it, `OWN/..` one of this crate, `< NAME` makes the file of that name its input, `> NAME` and `2> NAME` take its output, `>\|` and `2>\|` go to a reader that has gone away |
//! | `= STATUS` | the exit status; 0 where nothing is said |
//! | `has TEXT`, `lacks TEXT` | what it printed, on either stream; `\n` stands for a line break |
//! | `N x TEXT` | how often that stands in what it printed |
//! | `file has TEXT`, `file lacks TEXT` | what stands in the copy, byte for byte |
//! | `file unchanged` | the run left the copy as it was before |
//! | `put NAME`, `pipe NAME` | makes a file with the bytes of the copy, or a named pipe, beside it |
//! | `copies N FILE` | makes so many copies of a file of the material in the folder `many` |
//! | `repeat N TEXT` | makes the copy a domain that holds the text so often, `#` being its number; `HEAD\\|TEXT\\|TAIL` repeats what stands between |
//! | `held TEST` | a test of this name holds the row: it must be there |
//! | `bytes NAME` | that file is as the copy was at first |
//! | `later` | the row belongs to what is not built yet, or to another table of tests; the reason follows |
//!
//! Every row of the material must stand in the table.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use rayon::prelude::*;

use crate::corpus;
use crate::measures::Measure;

/// How long a step may take; the slow inputs have a test of their own.
const PATIENCE: Duration = Duration::from_secs(60);

/// A domain of which one part is long.
const REPEATED: &str =
    "<domain type='kvm'><name>a</name><memory unit='KiB'>1024</memory><os><type>hvm</type></os>BODY</domain>\n";

/// A row of the table.
#[derive(Debug)]
struct Row<'t> {
    name: &'t str,
    steps: Vec<&'t str>,
}

/// The rows of the table that are to be run, each held by its steps.
///
/// # Errors
/// A row of the material that the table lacks, or one of the table that the material lacks.
pub fn rows(name: &'static str, shared: &Path, command: &Path) -> Result<Measure, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fault_rows.txt");
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let rows = parse(&text)?;
    let faults = shared.join("faults");
    let inputs = inputs(&faults);
    for (input, _) in &inputs {
        if !rows.iter().any(|row| row.name == *input) {
            return Err(format!("fault_rows.txt lacks the row {input}"));
        }
    }
    let results: Vec<(String, Option<String>)> = rows
        .par_iter()
        .filter(|row| !row.steps.iter().any(|step| step.starts_with("later ")))
        .map(|row| {
            let input = inputs.iter().find(|(name, _)| name == row.name);
            let failure = input.map_or_else(
                || Some("the material has no such row".to_owned()),
                |(_, file)| run(row, &faults, file, command).err(),
            );
            (row.name.to_owned(), failure)
        })
        .collect();
    Ok(Measure::of(name, results))
}

fn parse(text: &str) -> Result<Vec<Row<'_>>, String> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
        match (line.strip_prefix("  "), rows.last_mut()) {
            (Some(step), Some(row)) => row.steps.push(step),
            (Some(_), None) => return Err(format!("fault_rows.txt:{}: a step without a row", number + 1)),
            (None, _) => rows.push(Row { name: line, steps: Vec::new() }),
        }
    }
    Ok(rows)
}

/// The rows of the material with their files, none where a row makes its input itself.
fn inputs(faults: &Path) -> Vec<(String, Option<PathBuf>)> {
    let mut all = Vec::new();
    for (table, column) in [("documents", "name"), ("reports", "name"), ("command", "file")] {
        let folder = faults.join(table);
        for (number, row) in corpus::table(&folder.join("README.tsv")).iter().enumerate() {
            let name = row.get(column);
            let file = [folder.join(name), folder.join(format!("{name}.xml"))].into_iter().find(|path| path.is_file());
            let name = if table == "command" { format!("{table} {}", number + 1) } else { format!("{table} {name}") };
            all.push((name, file));
        }
    }
    all
}

/// A row while it runs.
struct Run<'r> {
    directory: tempfile::TempDir,
    command: &'r Path,
    faults: &'r Path,
    original: PathBuf,
    file: PathBuf,
    first: Vec<u8>,
    before: Vec<u8>,
    line: String,
    status: Option<i32>,
    printed: String,
    judged: bool,
}

fn run(row: &Row<'_>, faults: &Path, file: &Option<PathBuf>, command: &Path) -> Result<(), String> {
    let directory = tempfile::tempdir().map_err(|error| error.to_string())?;
    let original = file.clone().unwrap_or_default();
    let name = original.file_name().unwrap_or_default();
    let copy = directory.path().join(name);
    let first = if file.is_some() { fs::read(&original).map_err(|error| error.to_string())? } else { Vec::new() };
    if file.is_some() {
        fs::write(&copy, &first).map_err(|error| error.to_string())?;
    }
    let mut run = Run {
        directory,
        command,
        faults,
        original,
        file: copy,
        before: first.clone(),
        first,
        line: String::new(),
        status: None,
        printed: String::new(),
        judged: true,
    };
    for step in &row.steps {
        run.step(step)?;
    }
    run.settle()
}

impl Run<'_> {
    /// What was not said of the last status: 0.
    fn settle(&mut self) -> Result<(), String> {
        if !std::mem::replace(&mut self.judged, true) && self.status != Some(0) {
            return Err(self.wrong(&format!("status {:?}, not 0", self.status)));
        }
        Ok(())
    }

    fn wrong(&self, what: &str) -> String {
        let first = self.printed.lines().next().unwrap_or_default();
        format!("$ {}: {what} ({first})", self.line)
    }

    fn hold(&self, holds: bool, step: &str) -> Result<(), String> {
        if holds { Ok(()) } else { Err(self.wrong(step)) }
    }

    fn step(&mut self, step: &str) -> Result<(), String> {
        let (verb, rest) = step.split_once(' ').unwrap_or((step, ""));
        let text = rest.replace("\\n", "\n");
        match verb {
            "$" => self.execute(rest),
            "=" => {
                self.judged = true;
                let expected: i32 = rest.parse().map_err(|_| format!("no status: {rest}"))?;
                self.hold(self.status == Some(expected), &format!("status {:?}, not {expected}", self.status))
            }
            "has" => self.hold(self.printed.contains(&text), step),
            "lacks" => self.hold(!self.printed.contains(&text), step),
            "file" => self.file(rest),
            "put" => fs::write(self.beside(rest), &self.first).map_err(|error| error.to_string()),
            "pipe" => {
                let made = Command::new("mkfifo").arg(self.beside(rest)).status();
                made.is_ok_and(|status| status.success()).then_some(()).ok_or_else(|| "mkfifo".to_owned())
            }
            "copies" => self.copies(rest),
            "repeat" => self.repeat(&text),
            "held" => self.hold(is_test(rest), step),
            "bytes" => self.hold(fs::read(self.beside(rest)).is_ok_and(|bytes| bytes == self.first), step),
            count => match (count.parse::<usize>(), text.strip_prefix("x ")) {
                (Ok(expected), Some(text)) => {
                    let found = self.printed.matches(text).count();
                    self.hold(found == expected, &format!("{found} x {text}, not {expected}"))
                }
                _ => Err(format!("no such step: {step}")),
            },
        }
    }

    fn repeat(&self, rest: &str) -> Result<(), String> {
        let (count, text) = rest.split_once(' ').ok_or("repeat lacks a text")?;
        let count: usize = count.parse().map_err(|_| format!("no number: {count}"))?;
        let parts: Vec<&str> = text.split('|').collect();
        let (before, text, after) =
            if let [before, text, after] = parts[..] { (before, text, after) } else { ("", text, "") };
        let body: String = (0..count).map(|number| text.replace('#', &number.to_string())).collect();
        let document = REPEATED.replace("BODY", &format!("{before}{body}{after}"));
        fs::write(&self.file, document).map_err(|error| error.to_string())
    }

    fn copies(&self, rest: &str) -> Result<(), String> {
        let (count, name) = rest.split_once(' ').ok_or("copies lacks a file")?;
        let count: usize = count.parse().map_err(|_| format!("no number: {count}"))?;
        let copy = || -> std::io::Result<()> {
            let bytes = fs::read(self.faults.join(name))?;
            fs::create_dir_all(self.beside("many"))?;
            (0..count).try_for_each(|number| fs::write(self.beside("many").join(format!("{number}.xml")), &bytes))
        };
        copy().map_err(|error| error.to_string())
    }

    fn beside(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn file(&self, rest: &str) -> Result<(), String> {
        let bytes = fs::read(&self.file).map_err(|error| error.to_string())?;
        let (verb, text) = rest.split_once(' ').unwrap_or((rest, ""));
        let text = text.replace("\\n", "\n").replace("\\r", "\r").replace("\\u{feff}", "\u{feff}");
        let found = bytes.windows(text.len().max(1)).any(|window| window == text.as_bytes());
        let holds = match verb {
            "has" => found,
            "lacks" => !found,
            "unchanged" => bytes == self.before,
            _ => return Err(format!("no such step: file {rest}")),
        };
        self.hold(holds, &format!("file {rest}"))
    }

    fn execute(&mut self, line: &str) -> Result<(), String> {
        self.settle()?;
        self.before = fs::read(&self.file).unwrap_or_default();
        self.line = line.to_owned();
        let mut command = Command::new(self.command);
        command.current_dir(self.directory.path()).stdin(Stdio::null());
        let mut words = line.split(' ');
        let mut sinks = Sinks::default();
        while let Some(word) = words.next() {
            match word {
                "<" => {
                    let input = fs::File::open(self.beside(words.next().unwrap_or_default()));
                    command.stdin(input.map_err(|error| error.to_string())?);
                }
                ">" => sinks.out = Some(self.sink(words.next().unwrap_or_default())?),
                "2>" => sinks.err = Some(self.sink(words.next().unwrap_or_default())?),
                ">|" => sinks.out = Some(gone()?),
                "2>|" => sinks.err = Some(gone()?),
                word => {
                    command.arg(self.path(word));
                }
            }
        }
        let output = patiently(&mut command, sinks).map_err(|error| self.wrong(&error))?;
        self.status = output.status.code();
        self.judged = false;
        self.printed.clear();
        for stream in [&output.stdout, &output.stderr] {
            let _ = write!(self.printed, "{}", String::from_utf8_lossy(stream));
        }
        Ok(())
    }

    fn sink(&self, name: &str) -> Result<Stdio, String> {
        fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(self.beside(name))
            .map(Stdio::from)
            .map_err(|error| error.to_string())
    }

    fn path(&self, word: &str) -> PathBuf {
        match word {
            "FILE" => self.file.clone(),
            "ORIGINAL" => self.original.clone(),
            other => match (other.strip_prefix("MATERIAL/"), other.strip_prefix("OWN/")) {
                (Some(path), _) => self.faults.join(path),
                (_, Some(path)) => Path::new(env!("CARGO_MANIFEST_DIR")).join(path),
                _ => other.into(),
            },
        }
    }
}

/// Where the output of a command goes, where that is not read.
#[derive(Debug, Default)]
struct Sinks {
    out: Option<Stdio>,
    err: Option<Stdio>,
}

/// A pipe of which nobody reads.
fn gone() -> Result<Stdio, String> {
    std::io::pipe().map(|(_, writer)| writer.into()).map_err(|error| error.to_string())
}

/// Whether a test of the workspace has this name.
fn is_test(name: &str) -> bool {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [root.join("tests"), root.join("../migrate/tests")];
    let files = folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
    let head = format!("\nfn {name}() {{");
    files.filter_map(|file| fs::read_to_string(file.path()).ok()).any(|text| text.contains(&head))
}

/// Runs a command that must end by itself.
fn patiently(command: &mut Command, sinks: Sinks) -> Result<Output, String> {
    let spool = || tempfile::tempfile().map_err(|error| error.to_string());
    let (out, err) = (spool()?, spool()?);
    let copy = |file: &fs::File| file.try_clone().map_err(|error| error.to_string());
    command.stdout(sinks.out.map_or_else(|| copy(&out).map(Stdio::from), Ok)?);
    command.stderr(sinks.err.map_or_else(|| copy(&err).map(Stdio::from), Ok)?);
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            break status;
        }
        if begun.elapsed() > PATIENCE {
            let _ = child.kill();
            let _ = child.wait();
            return Err("did not end".to_owned());
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let read = |mut file: fs::File| {
        use std::io::{Read as _, Seek as _};
        let mut bytes = Vec::new();
        let read = file.rewind().and_then(|()| file.read_to_end(&mut bytes));
        read.map(|_| bytes).map_err(|error| error.to_string())
    };
    Ok(Output { status, stdout: read(out)?, stderr: read(err)? })
}
