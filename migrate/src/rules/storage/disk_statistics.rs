//! Statistics that QEMU keeps of a disk.

use crate::rules::prelude::*;

const NO_SPAN: &str = "a span of statistics is of 1 second at least: give another number";
const TWICE: &str = "another histogram is of these operations already: leave this one out";
const UNORDERED: &str = "the bins of a histogram stand in ascending order: put them so";
const BARE: &str = "a histogram of one bin counts nothing";

rules![
    rule("disk-statistics-conflict", Class::Conflict)
        .summary("statistics of a disk that libvirt refuses")
        .doc(
            "A span of statistics is not of 0 seconds, there is one histogram of each kind of operation, and its bins \
             stand in ascending order."
        )
        .finds(
            "<devices><disk type='file' device='disk'><driver name='qemu'><statistics><statistic interval='0'/>\
             </statistics></driver>\
             <source file='/a'/><target dev='vda' bus='virtio'/></disk></devices>",
        )
        .finds(
            "<devices><disk type='file' device='disk'><driver name='qemu'><statistics><latency-histogram type='read'>\
             <bin start='100'/><bin start='50'/></latency-histogram></statistics></driver>\
             <source file='/a'/><target dev='vda' bus='virtio'/></disk></devices>",
        )
        .row(refuse_where(required(DiskStatistic::INTERVAL), |interval, _| *interval == 0, NO_SPAN).since(11, 9, 0))
        .row(unique(DiskStatistics::LATENCY_HISTOGRAMS, |it, _| Some(rank(it)), TWICE).since(12, 1, 0))
        .row(
            refuse_if(UNORDERED, |it: &DiskLatencyHistogram, _| {
                !it.bins.iter().map(|bin| bin.start).skip_while(|start| *start == 0).is_sorted_by(|a, b| a < b)
            })
            .since(12, 1, 0),
        ),
    rule("disk-histogram-bins", Class::Spelling)
        .since(12, 1, 0)
        .summary("histograms of a disk in their order, from 0 on")
        .doc(
            "libvirt writes the histogram of all operations first, then those of reading, writing, zones and flushing, \
             each with a bin from 0 on. A histogram that has that bin alone counts nothing, and is not written.",
        )
        .example(
            "<devices><disk type='file' device='disk'><driver name='qemu'><statistics><latency-histogram type='read'>\
             <bin start='100'/></latency-histogram></statistics></driver><source file='/a'/><target dev='vda' \
             bus='virtio'/>\
             </disk></devices>",
            "<devices><disk type='file' device='disk'><driver name='qemu'><statistics><latency-histogram type='read'>\
             <bin start='0'/><bin start='100'/></latency-histogram></statistics></driver><source file='/a'/>\
             <target dev='vda' bus='virtio'/></disk></devices>",
        )
        .row(nothing(child(DiskStatistics::LATENCY_HISTOGRAMS), counts_nothing, BARE))
        .row(algorithm(begin_at_zero).when(|it, _| !counts_nothing(it)).phase(Phase::Write).profiles(LIBVIRT))
        .row(sort(DiskStatistics::LATENCY_HISTOGRAMS, |it, _| rank(it), "the histograms in libvirt's order")),
];

/// The place of a histogram among those of its disk: all operations first, then by kind.
fn rank(histogram: &DiskLatencyHistogram) -> usize {
    histogram.type_.map_or(0, |type_| 1 + type_ as usize)
}

fn counts_nothing(histogram: &DiskLatencyHistogram) -> bool {
    histogram.bins.iter().all(|bin| bin.start == 0)
}

fn begin_at_zero(histogram: &mut DiskLatencyHistogram, cx: &mut Context<'_>) {
    let zeros = histogram.bins.iter().take_while(|bin| bin.start == 0).count();
    if zeros != 1 {
        histogram.bins.drain(..zeros);
        histogram.bins.insert(0, DiskLatencyBin::default());
        cx.rewrote(&histogram.xml, "the first bin of a histogram is from 0 on").becomes("", "<bin start='0'/>");
    }
}
