//! libvirt itself: that of the system through `shared/tools/libvirt-oracle`, today's through `shared/tools/libvirt-today`.

use std::env;
use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::corpus::Document;

/// Interpreters that may have the bindings, Debian's first.
const PYTHONS: [&str; 2] = ["/usr/bin/python3", "python3"];

/// Whether libvirt's Python bindings are installed.
#[must_use]
pub fn python() -> Option<&'static str> {
    PYTHONS.into_iter().find(|python| {
        Command::new(python).args(["-c", "import libvirt"]).output().is_ok_and(|output| output.status.success())
    })
}

/// Which libvirt is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Libvirt {
    /// The one whose Python bindings the system has.
    System,
    /// The newest, which `libvirt-today setup` has put into a folder of its own.
    Today,
}

impl Libvirt {
    /// Whether it is there.
    #[must_use]
    pub fn is_installed(self) -> bool {
        match self {
            Self::System => python().is_some(),
            Self::Today => today_root().is_some_and(|root| root.join("usr/bin/python3").exists()),
        }
    }

    /// What has to be installed where it is not.
    #[must_use]
    pub fn missing(self) -> &'static str {
        match self {
            Self::System => "python3-libvirt is not installed",
            Self::Today => "`libvirt-today setup` has not run here",
        }
    }

    fn command(self, shared: &Path) -> Result<Command, String> {
        let (python, tool) = match self {
            Self::System => (python().ok_or(self.missing())?, "tools/libvirt-oracle"),
            Self::Today => ("python3", "tools/libvirt-today"),
        };
        let mut command = Command::new(python);
        command.arg(shared.join(tool));
        Ok(command)
    }

    /// The answer of `same BEFORE AFTER` for two directories: all it printed; the last line counts.
    ///
    /// # Errors
    /// When it cannot be run.
    pub fn same(self, shared: &Path, before: &Path, after: &Path) -> Result<String, String> {
        let mut command = self.command(shared)?;
        let output = command.arg("same").args([before, after]).output().map_err(|error| error.to_string())?;
        said(&output)
    }
}

fn said(output: &Output) -> Result<String, String> {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if text.trim().is_empty() { Err(String::from_utf8_lossy(&output.stderr).into_owned()) } else { Ok(text) }
}

/// Where `libvirt-today` keeps its libvirt.
fn today_root() -> Option<PathBuf> {
    let given = env::var_os("ROOT").map(PathBuf::from);
    given.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cache/libvirt-today")))
}

/// What today's libvirt makes of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It takes it, and writes this.
    Form(String),
    /// It refuses it, for this reason.
    Refused(String),
    /// Its driver crashed.
    Crash,
    /// It takes it, and what it writes is up to a driver that was not asked.
    Undecided,
}

/// What the test driver of today's libvirt makes of these documents, in their order.
///
/// # Errors
/// When it cannot be run or does not answer all of them.
pub fn ask(shared: &Path, documents: &[Document]) -> Result<Vec<Answer>, String> {
    let mut command = Libvirt::Today.command(shared)?;
    command.arg("lines");
    answers(&mut command, documents)
}

/// What libvirt's parser and formatter make of these documents under their own domain types, in their order.
///
/// # Errors
/// When it cannot be run or does not answer all of them.
pub fn ask_own(libvirt: Libvirt, documents: &[Document]) -> Result<Vec<Answer>, String> {
    let mut command = match libvirt {
        Libvirt::System => Command::new(python().ok_or(libvirt.missing())?),
        Libvirt::Today => {
            let mut inside = Command::new("chroot");
            inside.arg(today_root().ok_or(libvirt.missing())?).arg(PYTHONS[0]);
            inside
        }
    };
    answers(command.args(["-c", include_str!("own.py")]), documents)
}

/// Asks a command that takes questions by lines, and answers them by lines.
fn answers(command: &mut Command, documents: &[Document]) -> Result<Vec<Answer>, String> {
    let mut questions = tempfile::tempfile().map_err(|error| error.to_string())?;
    let write = |file: &mut File| -> std::io::Result<()> {
        let mut writer = std::io::BufWriter::new(&mut *file);
        for document in documents {
            writeln!(writer, "{}", json!({ "id": document.name, "xml": document.text }))?;
        }
        writer.flush()?;
        drop(writer);
        file.seek(SeekFrom::Start(0)).map(drop)
    };
    write(&mut questions).map_err(|error| error.to_string())?;
    let output = command.stdin(Stdio::from(questions)).output().map_err(|error| format!("libvirt-today: {error}"))?;
    let text = said(&output)?;
    let answers = text.lines().map(answer).collect::<Result<Vec<_>, _>>()?;
    match answers.len() == documents.len() {
        true => Ok(answers),
        false => Err(format!("libvirt-today: {} answers to {} questions", answers.len(), documents.len())),
    }
}

/// What today's QEMU driver makes of a document.
#[derive(Debug, Clone)]
pub struct Defined {
    /// The document as it was asked about: of the type `qemu`, with an emulator and a machine type that there are.
    pub given: String,
    /// The answer.
    pub answer: Answer,
}

/// What the QEMU driver of today's libvirt makes of these documents, in their order. It is started again where a document brings it down.
///
/// # Errors
/// When it cannot be run: `libvirt-today setup --qemu` and `libvirt-today qemu start` come first.
pub fn define(shared: &Path, documents: &[Document]) -> Result<Vec<Defined>, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let file = |name: String| folder.path().join(name);
    for (index, document) in documents.iter().enumerate() {
        fs::write(file(format!("{index}.xml")), &document.text).map_err(|error| error.to_string())?;
    }
    let answered =
        |index: usize| file(format!("out/{index}.out.xml")).exists() || file(format!("out/{index}.err")).exists();
    let mut open: Vec<usize> = (0..documents.len()).collect();
    while !open.is_empty() {
        let names = open.iter().map(|index| format!("{index}.xml"));
        let mut define = Libvirt::Today.command(shared)?;
        define.args(["qemu", "define", "--out", "out"]).args(names).current_dir(folder.path());
        let output = define.output().map_err(|error| format!("libvirt-today: {error}"))?;
        let before = open.len();
        open.retain(|index| !answered(*index));
        if open.len() == before {
            return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
        }
        if !open.is_empty() {
            let mut start = Libvirt::Today.command(shared)?;
            start.args(["qemu", "start"]).output().map_err(|error| format!("libvirt-today: {error}"))?;
        }
    }
    let read = |name: String| fs::read_to_string(file(name)).map_err(|error| error.to_string());
    let defined = |index: usize| {
        let given = read(format!("out/{index}.in.xml"))?;
        let answer = match fs::read_to_string(file(format!("out/{index}.out.xml"))) {
            Ok(form) => Answer::Form(form),
            Err(_) => match read(format!("out/{index}.err"))? {
                why if why == "the driver crashed" => Answer::Crash,
                why => Answer::Refused(why),
            },
        };
        Ok(Defined { given, answer })
    };
    (0..documents.len()).map(defined).collect()
}

fn answer(line: &str) -> Result<Answer, String> {
    let value: Value = serde_json::from_str(line).map_err(|error| format!("libvirt-today: {error}: {line}"))?;
    let text = || value["text"].as_str().unwrap_or_default().to_owned();
    match value["state"].as_str() {
        Some("ok") => Ok(Answer::Form(text())),
        Some("refused") => Ok(Answer::Refused(text())),
        Some("crash") => Ok(Answer::Crash),
        Some("undecided") => Ok(Answer::Undecided),
        _ => Err(format!("libvirt-today: no state in {line}")),
    }
}
