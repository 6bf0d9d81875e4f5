//! How the time that the command takes grows with the document: documents that grow in one respect, each in several sizes, and the slope of
//! the line through time against size where both are drawn by their logarithms. Twice the size takes twice the time where it is 1.
//!
//! What is counted is the time that the thread has of a processor, the least of several runs: how busy the machine is hardly matters.

use std::fmt::Write as _;
use std::hint::black_box;

use dommigrate::engine::{self, Options};
use dommigrate::judgement::Judge;
use dommigrate::options::{Layout, Profile};
use rayon::prelude::*;

use crate::measures::{self, Measure};

/// The steepest that a line may be.
const STEEPEST: f64 = 1.1;

/// The sizes of a document, each in how many of what it grows in.
const SIZES: [usize; 4] = [250, 500, 1000, 2000];

/// Of so many runs the quickest counts.
const RUNS: usize = 3;

const HEAD: &str = "<domain type='kvm'>\n  <name>a</name>\n  <memory unit='KiB'>1024</memory>\n  <os>\n    <type>hvm</type>\n  </os>\n";

/// What a document grows in: a name, and what stands before, for each number, and behind.
struct Kind {
    name: &'static str,
    before: &'static str,
    each: fn(usize) -> String,
    behind: &'static str,
}

const KINDS: &[Kind] = &[
    kind("comments", "", |_| "  <!-- c -->\n".to_owned(), ""),
    kind("comments on a line", "", |_| "<!-- c -->".to_owned(), ""),
    kind("unknown elements", "", |at| format!("  <x{at}/>\n"), ""),
    kind("unknown elements of one name", "", |_| "  <x/>\n".to_owned(), ""),
    kind("undeclared prefixes", "", |at| format!("  <p{at}:x/>\n"), ""),
    kind("metadata", "  <metadata>\n", |_| "    <a:b xmlns:a='urn:a'/>\n".to_owned(), "  </metadata>\n"),
    kind("text", "  <description>", |_| "some words &amp; more\n".to_owned(), "</description>\n"),
    kind(
        "pins",
        "  <vcpu>9000</vcpu>\n  <cputune>\n",
        |at| format!("    <vcpupin vcpu='{at}' cpuset='{at}'/>\n"),
        "  </cputune>\n",
    ),
    kind(
        "cells",
        "  <vcpu>9000</vcpu>\n  <cpu>\n    <numa>\n",
        |at| format!("      <cell id='{at}' cpus='{at}' memory='1024' unit='KiB'/>\n"),
        "    </numa>\n  </cpu>\n",
    ),
    device("disks", |at| {
        format!(
            "<disk type='file' device='disk'><source file='/{at}'/><target dev='vd{}' bus='virtio'/></disk>",
            letters(at)
        )
    }),
    device("interfaces", |_| "<interface type='network'><source network='default'/></interface>".to_owned()),
    device("controllers", |at| format!("<controller type='scsi' index='{at}'/>")),
    device("channels", |at| format!("<channel type='pty'><target type='virtio' name='c{at}'/></channel>")),
    device("serial ports", |_| "<serial type='pty'/>".to_owned()),
    device("devices of the host", |at| {
        format!(
            "<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0x0000' bus='0x{:02x}' slot='0x{:02x}' function='0x{:x}'/></source></hostdev>",
            at / 256,
            at / 8 % 32,
            at % 8
        )
    }),
    device("twins", |_| "<video><model type='vga'/><model type='vga'/></video>".to_owned()),
];

const fn kind(name: &'static str, before: &'static str, each: fn(usize) -> String, behind: &'static str) -> Kind {
    Kind { name, before, each, behind }
}

const fn device(name: &'static str, each: fn(usize) -> String) -> Kind {
    Kind { name, before: "  <devices>\n", each, behind: "  </devices>\n" }
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

fn grown(kind: &Kind, size: usize) -> String {
    let mut text = HEAD.to_owned() + kind.before;
    for at in 0..size {
        text.push_str(&(kind.each)(at));
    }
    text + kind.behind + "</domain>\n"
}

/// Each kind of growth in each way to look at a document: none is steeper than a line through linear times, give or take.
///
/// # Errors
/// The schema cannot be loaded.
pub fn growth(name: &'static str) -> Result<Measure, String> {
    let judge = Judge::embedded()?;
    let measured = KINDS.par_iter().map(|kind| {
        let mut results = Vec::new();
        let documents: Vec<String> = SIZES.iter().map(|size| grown(kind, *size)).collect();
        let mut line = format!("{}:", kind.name);
        for (way, run) in ways(&judge) {
            let times: Vec<f64> = documents.iter().map(|text| least(&|| run(text))).collect();
            let slope = slope(&documents, &times);
            let _ = write!(line, " {way} {slope:.2} ({:.0} ms)", times.last().unwrap_or(&0.0) * 1000.0);
            let steep = (slope > STEEPEST).then(|| format!("{slope:.2} is steeper than {STEEPEST}: {times:.4?} s"));
            results.push((format!("{}, {way}", kind.name), steep));
        }
        (results, line)
    });
    let (results, remarks): (Vec<_>, Vec<_>) = measured.unzip();
    Ok(Measure { remarks, ..Measure::of(name, results.into_iter().flatten().collect()) })
}

type Way<'j> = (&'static str, Box<dyn Fn(&str) + 'j>);

fn ways(judge: &Judge) -> Vec<Way<'_>> {
    let modern = |layout| Options { layout, ..measures::plain_options() };
    let libvirt = measures::options(Profile::Libvirt, measures::newest());
    let upgrade = |options: Options| Box::new(move |text: &str| drop(black_box(engine::upgrade(text, &options))));
    let check = modern(Layout::Canonical);
    vec![
        ("modern", upgrade(modern(Layout::Canonical))),
        ("keep", upgrade(modern(Layout::Keep))),
        ("libvirt", upgrade(libvirt)),
        ("check", Box::new(move |text: &str| drop(black_box(judge.check(text, &check))))),
    ]
}

/// The least time that a call takes, in seconds.
fn least(call: &dyn Fn()) -> f64 {
    let once = || {
        let begin = worked();
        call();
        worked() - begin
    };
    (0..RUNS).map(|_| once()).fold(f64::INFINITY, f64::min)
}

/// The seconds that this thread has had of a processor.
fn worked() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// The slope of the line that lies nearest to the points.
fn slope(documents: &[String], times: &[f64]) -> f64 {
    let points: Vec<(f64, f64)> =
        documents.iter().zip(times).map(|(text, time)| ((text.len() as f64).ln(), time.max(1e-9).ln())).collect();
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let along: f64 = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
    let across: f64 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
    along / across
}
