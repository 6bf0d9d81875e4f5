//! Standard output and standard error: a run is finished whatever becomes of what it prints.
//!
//! A reader that has gone away (`| head`) has what it wanted: the rest is dropped, and the status is that of the run. What is lost otherwise, as
//! on a full disk, is told, and is a failure.

use std::io::{self, BufWriter, Write};

use domxml_xml::{visible_lines, why};

use crate::report::Findings;

/// A stream. Where it can no longer be written to, that is remembered, and what comes after is dropped.
struct Sink<W: Write> {
    to: BufWriter<W>,
    error: Option<io::Error>,
}

impl<W: Write> Sink<W> {
    fn new(to: W) -> Self {
        Self { to: BufWriter::new(to), error: None }
    }

    fn put(&mut self, write: impl FnOnce(&mut BufWriter<W>) -> io::Result<()>) {
        if self.error.is_none() {
            self.error = write(&mut self.to).err();
        }
    }
}

/// Where results, findings and what is said beside them go.
pub(crate) struct Sinks {
    out: Sink<io::Stdout>,
    diagnostics: Sink<io::Stderr>,
    findings: Findings,
}

impl Sinks {
    /// `findings`: whether they go to standard output, or beside it where the result is something else.
    pub(crate) fn new(findings: Findings) -> Self {
        Self { out: Sink::new(io::stdout()), diagnostics: Sink::new(io::stderr()), findings }
    }

    /// Puts a result on standard output.
    pub(crate) fn result(&mut self, bytes: &[u8]) {
        self.out.put(|out| out.write_all(bytes));
    }

    /// Lets a reporter write findings, and what is said beside them on standard error.
    pub(crate) fn report(&mut self, write: impl FnOnce(&mut dyn Write, &mut dyn Write) -> io::Result<()>) {
        let (mut text, mut aside) = (Vec::new(), Vec::new());
        // Writing to memory does not fail; what else might go wrong is that a report cannot be printed at all.
        let written = write(&mut text, &mut aside);
        match self.findings {
            Findings::Result => self.result(&text),
            Findings::Aside => self.diagnostics.put(|diagnostics| diagnostics.write_all(&text)),
        }
        self.diagnostics.put(|diagnostics| diagnostics.write_all(&aside).and(written));
    }

    pub(crate) fn flush(&mut self) {
        self.out.put(BufWriter::flush);
        self.diagnostics.put(BufWriter::flush);
    }

    /// Nothing more comes. Whether something is lost, which is said where that may still be possible.
    pub(crate) fn end(mut self) -> bool {
        self.flush();
        let errors = [self.out.error, self.diagnostics.error].into_iter().flatten();
        let lost: Vec<String> = errors.filter_map(|error| lost(error).err()).collect();
        lost.iter().for_each(|error| complain(error));
        !lost.is_empty()
    }
}

/// Says what is wrong on standard error. Where that cannot be written to, there is nothing left to tell it.
pub fn complain(message: &str) {
    // What the configuration's reader says has lines.
    let _ = writeln!(io::stderr(), "dommigrate: {}", visible_lines(message));
}

/// What an error in printing comes to.
///
/// # Errors
/// One line, unless the reader has gone away.
pub fn lost(error: io::Error) -> Result<(), String> {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(format!("not all could be printed: {}", why(&error))),
    }
}

/// Prints a result as a whole.
///
/// # Errors
/// One line: not all could be printed.
pub(crate) fn print(text: &str) -> Result<(), String> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).or_else(lost)
}
