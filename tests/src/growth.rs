//! How the time that the command takes grows with the document: documents that grow in one respect, each in several sizes, and the slope of
//! the line through time against size where both are drawn by their logarithms. Twice the size takes twice the time where it is 1.
//!
//! What is counted is the time that the thread has of a processor, the least of several runs, and a line that is too steep is measured again:
//! a busy machine makes single runs slow, but not all of them, while a program whose time is not linear stays so however often it is asked.

use std::fmt;
use std::hint::black_box;
use std::io;

use dommigrate::cli::{Color, Output, OutputFormat};
use dommigrate::engine::{self, Options};
use dommigrate::host::Host;
use dommigrate::judgement::Judge;
use dommigrate::options::{Layout, Profile};
use dommigrate::report::{Action, FileReport, reporter};
use dommigrate::{drift, meaning};
use rayon::prelude::*;

use crate::measures::{self, Measure};

/// The steepest that a line may be.
const STEEPEST: f64 = 1.1;

/// The sizes of a document, each in how many of what it grows in: where the program was compiled to be fast, all of them so great that
/// none fits into the caches of a processor.
const SIZES: [usize; 4] = if cfg!(debug_assertions) { [250, 500, 1000, 2000] } else { [1000, 2000, 4000, 8000] };

/// Of at least so many runs, and of as many as that many seconds hold, the quickest counts.
const RUNS: usize = 2;
const SECONDS: f64 = 0.05;

/// So often a line is measured before it is called too steep.
const ATTEMPTS: usize = 5;

const HEAD: &str = "<domain type='kvm'>\n  <name>a</name>\n  <memory unit='KiB'>1024</memory>\n  <os>\n    <type>hvm</type>\n  </os>\n";

/// What a document grows in: a name, and what stands before, for each number, and behind; and for each number in a document that differs
/// in all of it.
struct Kind {
    name: &'static str,
    before: &'static str,
    each: fn(usize) -> String,
    other: fn(usize) -> String,
    behind: &'static str,
}

const KINDS: &[Kind] = &[
    kind("comments", ["", ""], |_| "  <!-- c -->\n".to_owned(), |_| "  <!-- d -->\n".to_owned()),
    kind("comments on a line", ["", ""], |_| "<!-- c -->".to_owned(), |_| "<!-- d -->".to_owned()),
    kind("unknown elements", ["", ""], |at| format!("  <x{at}/>\n"), |at| format!("  <y{at}/>\n")),
    kind("unknown elements of one name", ["", ""], |_| "  <x/>\n".to_owned(), |at| format!("  <x>{at}</x>\n")),
    kind("undeclared prefixes", ["", ""], |at| format!("  <p{at}:x/>\n"), |at| format!("  <p{at}:y/>\n")),
    kind(
        "metadata",
        ["  <metadata>\n", "  </metadata>\n"],
        |_| "    <a:b xmlns:a='urn:a'/>\n".to_owned(),
        |at| format!("    <a:b xmlns:a='urn:a{at}'/>\n"),
    ),
    kind(
        "text",
        ["  <description>", "</description>\n"],
        |_| "some words &amp; more\n".to_owned(),
        |_| "others\n".to_owned(),
    ),
    kind(
        "pins",
        ["  <vcpu>9000</vcpu>\n  <cputune>\n", "  </cputune>\n"],
        |at| format!("    <vcpupin vcpu='{at}' cpuset='{at}'/>\n"),
        |at| format!("    <vcpupin vcpu='{at}' cpuset='{}'/>\n", at + 1),
    ),
    kind(
        "cells",
        ["  <vcpu>9000</vcpu>\n  <cpu>\n    <numa>\n", "    </numa>\n  </cpu>\n"],
        |at| format!("      <cell id='{at}' cpus='{at}' memory='1024' unit='KiB'/>\n"),
        |at| format!("      <cell id='{at}' cpus='{at}' memory='2048' unit='KiB'/>\n"),
    ),
    device(
        "disks",
        |at| {
            format!(
                "<disk type='file' device='disk'><source file='/{at}'/><target dev='vd{}' bus='virtio'/></disk>",
                letters(at)
            )
        },
        |at| {
            format!(
                "<disk type='block' device='disk'><source dev='/other'/><target dev='vd{}' bus='virtio'/></disk>",
                letters(at)
            )
        },
    ),
    device(
        "refused values",
        |at| format!("<disk type='file' snapshot='{at}'><target dev='vd{}' bus='no'/></disk>", letters(at)),
        |at| format!("<disk type='file' snapshot='x{at}'><target dev='vd{}' bus='none'/></disk>", letters(at)),
    ),
    device(
        "interfaces",
        |_| "<interface type='network'><source network='default'/></interface>".to_owned(),
        |at| format!("<interface type='network'><source network='net{at}'/></interface>"),
    ),
    device(
        "controllers",
        |at| format!("<controller type='scsi' index='{at}'/>"),
        |at| format!("<controller type='scsi' index='{at}' model='virtio-scsi'/>"),
    ),
    device(
        "controllers without index",
        |_| "<controller type='usb' model='ich9-uhci1'/>".to_owned(),
        |_| "<controller type='scsi'/>".to_owned(),
    ),
    device(
        "channels",
        |at| format!("<channel type='pty'><target type='virtio' name='c{at}'/></channel>"),
        |at| format!("<channel type='null'><target type='virtio' name='c{at}'/></channel>"),
    ),
    device(
        "serial ports",
        |_| "<serial type='pty'/>".to_owned(),
        |at| format!("<serial type='file'><source path='/{at}'/></serial>"),
    ),
    device("devices of the host", |at| hostdev("yes", at), |at| hostdev("no", at)),
    device("SCSI devices of the host", |at| scsi_hostdev("yes", at), |at| scsi_hostdev("no", at)),
    device(
        "twins",
        |_| "<video><model type='vga'/><model type='vga'/></video>".to_owned(),
        |_| "<video><model type='cirrus'/><model type='vga'/></video>".to_owned(),
    ),
];

const fn kind(
    name: &'static str,
    [before, behind]: [&'static str; 2],
    each: fn(usize) -> String,
    other: fn(usize) -> String,
) -> Kind {
    Kind { name, before, each, other, behind }
}

const fn device(name: &'static str, each: fn(usize) -> String, other: fn(usize) -> String) -> Kind {
    kind(name, ["  <devices>\n", "  </devices>\n"], each, other)
}

fn hostdev(managed: &str, at: usize) -> String {
    let (bus, slot, function) = (at / 256, at / 8 % 32, at % 8);
    let address = format!("domain='0x0000' bus='0x{bus:02x}' slot='0x{slot:02x}' function='0x{function:x}'");
    format!("<hostdev mode='subsystem' type='pci' managed='{managed}'><source><address {address}/></source></hostdev>")
}

/// One without an address of its own, which libvirt gives it.
fn scsi_hostdev(managed: &str, at: usize) -> String {
    let source = format!("<adapter name='scsi_host0'/><address bus='0' target='0' unit='{at}'/>");
    format!("<hostdev mode='subsystem' type='scsi' managed='{managed}'><source>{source}</source></hostdev>")
}

/// The letters of a target's name, as libvirt counts them.
fn letters(number: usize) -> String {
    let mut rest = number;
    let mut name = String::new();
    loop {
        name.insert(0, char::from(b'a' + u8::try_from(rest % 26).unwrap_or(0)));
        rest /= 26;
        if rest == 0 {
            return name;
        }
        rest -= 1;
    }
}

fn grown(kind: &Kind, each: fn(usize) -> String, size: usize) -> String {
    let mut text = HEAD.to_owned() + kind.before;
    for at in 0..size {
        text.push_str(&each(at));
    }
    text + kind.behind + "</domain>\n"
}

/// A document, and the one that differs from it in all that it grows in.
struct Grown {
    text: String,
    other: String,
}

/// Each kind of growth in each way to look at a document: none is steeper than a line through linear times, give or take.
///
/// # Errors
/// The schema cannot be loaded.
pub fn growth(name: &'static str) -> Result<Measure, String> {
    let judge = Judge::embedded()?;
    let options = [Profile::Modern, Profile::Libvirt].map(|profile| measures::options(profile, measures::newest()));
    let [modern, libvirt] = options;
    let diff = meaning::Comparison::new(modern, libvirt);
    let drift = drift::Comparison::new(None, Host::default())?;
    let ways = ways(judge, &diff, &drift);
    let mut measured: Vec<Vec<Line>> = KINDS.par_iter().map(|kind| lines_of(kind, &ways, |_| true)).collect();
    // Neighbours on other processors share caches with a measurement: what is too steep is measured again with none.
    for (kind, lines) in KINDS.iter().zip(&mut measured) {
        let steep: Vec<_> = lines.iter().filter(|line| line.slope > STEEPEST).map(|line| line.way).collect();
        for again in lines_of(kind, &ways, |way| steep.contains(&way)) {
            lines.retain(|line| line.way != again.way);
            lines.push(again);
        }
    }
    let results = KINDS.iter().zip(&measured).flat_map(|(kind, lines)| lines.iter().map(|line| line.result(kind)));
    let remark = |(kind, lines): (&Kind, &Vec<Line>)| {
        lines.iter().fold(format!("{}:", kind.name), |remark, line| format!("{remark} {line}"))
    };
    let remarks = KINDS.iter().zip(&measured).map(remark).collect();
    Ok(Measure { remarks, ..Measure::of(name, results.collect()) })
}

/// How one way to look at documents goes with their size.
struct Line {
    way: &'static str,
    slope: f64,
    /// The least seconds that each of the documents took.
    times: Vec<f64>,
}

impl Line {
    /// The name of the case, and what is wrong with it.
    fn result(&self, kind: &Kind) -> (String, Option<String>) {
        let wrong = || format!("{:.2} is steeper than {STEEPEST}: {:.4?} s", self.slope, self.times);
        (format!("{}, {}", kind.name, self.way), (self.slope > STEEPEST).then(wrong))
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = self.times.last().unwrap_or(&0.0) * 1000.0;
        write!(f, "{} {:.2} ({milliseconds:.0} ms)", self.way, self.slope)
    }
}

/// Those ways to look at documents of a kind that are asked for.
fn lines_of(kind: &Kind, ways: &[Way<'_>], asked: impl Fn(&'static str) -> bool) -> Vec<Line> {
    let grown = |size: &usize| Grown { text: grown(kind, kind.each, *size), other: grown(kind, kind.other, *size) };
    let documents: Vec<Grown> = SIZES.iter().map(grown).collect();
    let asked = ways.iter().filter(|(way, _)| asked(way));
    asked.map(|(way, run)| line_of(way, &documents, run)).collect()
}

/// A way to look at documents: its name, and what it does.
type Way<'j> = (&'static str, Box<dyn Fn(&Grown) + Sync + 'j>);

fn ways<'j>(judge: &'j Judge, diff: &'j meaning::Comparison, drift: &'j drift::Comparison) -> Vec<Way<'j>> {
    let modern = |layout| Options { layout, ..measures::plain_options() };
    let libvirt = measures::options(Profile::Libvirt, measures::newest());
    let upgrade =
        |options: Options| Box::new(move |grown: &Grown| drop(black_box(engine::upgrade(&grown.text, &options))));
    let check = modern(Layout::Canonical);
    vec![
        ("modern", upgrade(modern(Layout::Canonical))),
        ("keep", upgrade(modern(Layout::Keep))),
        ("libvirt", upgrade(libvirt)),
        (
            "check",
            Box::new(move |grown| {
                let findings = judge.check(&grown.text, &check);
                told(&FileReport::new(String::new(), &grown.text, findings, Action::Unchanged));
            }),
        ),
        (
            "validate",
            Box::new(|grown| {
                let findings = judge.validate(&grown.text);
                told(&FileReport::new(String::new(), &grown.text, findings, Action::Unchanged));
            }),
        ),
        ("diff", Box::new(|grown| drop(black_box(diff.compare(&grown.text, &grown.other))))),
        ("drift", Box::new(|grown| drop(black_box(drift.compare(&grown.text, &grown.other))))),
    ]
}

/// Prints a report in every format.
fn told(report: &FileReport) {
    for output_format in [OutputFormat::Text, OutputFormat::Json, OutputFormat::Github, OutputFormat::Sarif] {
        let mut reporter = reporter(&Output { output_format, color: Color::Never, quiet: false, verbose: 0 }, false);
        reporter.file(report, &mut io::sink(), &mut io::sink()).expect("a sink takes everything");
    }
}

/// The line of a way to look at these documents, measured until it is flat enough, if it ever is.
fn line_of(way: &'static str, documents: &[Grown], run: &dyn Fn(&Grown)) -> Line {
    let mut line = Line { way, slope: f64::INFINITY, times: vec![f64::INFINITY; documents.len()] };
    for _ in 0..ATTEMPTS {
        for (time, document) in line.times.iter_mut().zip(documents) {
            *time = time.min(least(&|| run(document)));
        }
        line.slope = slope(documents, &line.times);
        if line.slope <= STEEPEST {
            break;
        }
    }
    line
}

/// The least time that a call takes, in seconds.
fn least(call: &dyn Fn()) -> f64 {
    let (mut least, mut spent, mut runs) = (f64::INFINITY, 0.0, 0);
    while runs < RUNS || spent < SECONDS {
        let begin = worked();
        call();
        let own = worked() - begin;
        least = least.min(own);
        spent += own;
        runs += 1;
    }
    least
}

/// The seconds that this thread has had of a processor.
fn worked() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// The slope of the line that lies nearest to the points.
fn slope(documents: &[Grown], times: &[f64]) -> f64 {
    let points: Vec<(f64, f64)> = documents
        .iter()
        .zip(times)
        .map(|(grown, time)| ((grown.text.len() as f64).ln(), time.max(1e-9).ln()))
        .collect();
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let along: f64 = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
    let across: f64 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
    along / across
}
