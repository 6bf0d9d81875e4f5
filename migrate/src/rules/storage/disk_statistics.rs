//! `disk-histogram-bins`, `disk-statistics-conflict`.

use domxml::{DiskLatencyBin, DiskLatencyHistogram, DiskStatistics, Domain};
use domxml_runtime::Version;

use super::util::disks;
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{LIBVIRT, conflict};

pub(super) static BINS: Rule = Rule {
    id: "disk-histogram-bins",
    class: Class::Spelling,
    since: Some(Version::new(12, 1, 0)),
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "histograms of a disk in their order, from 0 on",
    doc: "libvirt writes the histogram of all operations first, then those of reading, writing, zones and flushing, each with a bin from 0 \
          on. A histogram that has that bin alone counts nothing, and is not written.",
    example: Example {
        before: "<devices><disk type='file' device='disk'><driver name='qemu'><statistics><latency-histogram type='read'>\
                 <bin start='100'/></latency-histogram></statistics></driver><source file='/a'/><target dev='vda' bus='virtio'/>\
                 </disk></devices>",
        after: "<devices><disk type='file' device='disk'><driver name='qemu'><statistics><latency-histogram type='read'>\
                <bin start='0'/><bin start='100'/></latency-histogram></statistics></driver><source file='/a'/>\
                <target dev='vda' bus='virtio'/></disk></devices>",
    },
    apply: order,
};

pub(super) static CONFLICT: Rule = conflict(
    "disk-statistics-conflict",
    "statistics of a disk that libvirt refuses",
    "A span of statistics is not of 0 seconds, there is one histogram of each kind of operation, and its bins stand in ascending order.",
    "<devices><disk type='file' device='disk'><driver name='qemu'><statistics><statistic interval='0'/></statistics></driver>\
     <source file='/a'/><target dev='vda' bus='virtio'/></disk></devices>",
    check,
);

fn statistics(domain: &mut Domain) -> impl Iterator<Item = &mut DiskStatistics> {
    disks(domain).iter_mut().filter_map(|disk| disk.driver.as_mut()?.statistics.as_mut())
}

/// The place of a histogram among those of its disk: all operations first, then by kind.
fn rank(histogram: &DiskLatencyHistogram) -> usize {
    histogram.type_.map_or(0, |type_| 1 + type_ as usize)
}

fn order(domain: &mut Domain, cx: &mut Context) {
    for statistics in statistics(domain) {
        let DiskStatistics { latency_histogram: histograms, xml, .. } = statistics;
        for empty in histograms.extract_if(.., |histogram| histogram.bin.iter().all(|bin| bin.start == 0)) {
            cx.rewrote(&empty.xml, "a histogram of one bin counts nothing").becomes("<latency-histogram>", "");
            xml.absorb(empty.xml);
        }
        for histogram in histograms.iter_mut() {
            let before = histogram.bin.len();
            let zeros = histogram.bin.iter().take_while(|bin| bin.start == 0).count();
            histogram.bin.drain(..zeros.saturating_sub(1));
            if zeros == 0 {
                histogram.bin.insert(0, DiskLatencyBin::default());
            }
            if histogram.bin.len() != before {
                cx.rewrote(&histogram.xml, "the first bin is from 0 on").becomes("", "<bin start='0'/>");
            }
        }
        if !histograms.is_sorted_by_key(rank) {
            histograms.sort_by_key(rank);
            cx.rewrote(xml, "the histograms in their order");
        }
    }
}

fn check(domain: &mut Domain, cx: &mut Context) {
    for statistics in statistics(domain) {
        if cx.knows(11, 9, 0) {
            for statistic in statistics.statistic.iter().filter(|statistic| statistic.interval == 0) {
                cx.error(&statistic.xml, "a span of statistics is not of 0 seconds");
            }
        }
        if !cx.knows(12, 1, 0) {
            continue;
        }
        let histograms = &statistics.latency_histogram;
        for (at, histogram) in histograms.iter().enumerate() {
            if histograms[..at].iter().any(|other| other.type_ == histogram.type_) {
                cx.error(&histogram.xml, "another histogram is of these operations");
            }
            let starts = histogram.bin.iter().map(|bin| bin.start).skip_while(|start| *start == 0);
            if !starts.is_sorted_by(|a, b| a < b) {
                cx.error(&histogram.xml, "the bins of a histogram stand in ascending order");
            }
        }
    }
}
