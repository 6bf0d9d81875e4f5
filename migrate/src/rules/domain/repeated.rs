//! `blocks-merged`, `features-repeated`: what stands in several elements where one is usual.

use domxml::{
    Blkiotune, Clock, Cputune, Devices, Domain, FeatureCapabilities, FeatureHyperv, FeatureKvm, FeatureXen, Features,
    Hugepages, Idmap, Iothreadids, Keywrap, MemoryBacking, Memtune, OnOff, Os, Perf, Pm, Vcpus,
};
use domxml_runtime::{Element, Extra, ReadOptions, Span, Unknown, extras, extras_mut};

use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::BOTH;

pub(super) static BLOCKS: Rule = Rule {
    id: "blocks-merged",
    class: Class::Structure,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "several blocks of one kind are one",
    doc: "libvirt collects the content of some blocks, as `<features>`, `<devices>` or `<cputune>`, from wherever it stands, so that two of \
          them are read as one. The schema takes one: the rule merges them. Where both say the same thing, the first counts, and the \
          last among features, as libvirt reads it.",
    example: Example {
        before: "<features><acpi/></features><features><apic/></features>",
        after: "<features><acpi/><apic/></features>",
    },
    apply: merge_blocks,
};

pub(super) static FEATURES: Rule = Rule {
    id: "features-repeated",
    class: Class::Structure,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "a feature that is given twice",
    doc: "Of a feature that is given twice libvirt reads both, and the last counts. The schema takes one: the rule leaves what libvirt makes \
          of them.",
    example: Example {
        before: "<features><hap state='off'/><kvm><hidden state='off'/><hidden state='on'/></kvm><hap state='on'/></features>",
        after: "<features><hap state='on'/><kvm><hidden state='on'/></kvm></features>",
    },
    apply: merge_features,
};

/// A block whose parts libvirt collects wherever they stand.
trait Block: Element {
    fn merge(&mut self, other: Self);

    /// Merges what stands in the block itself more than once; whether there was any.
    fn tidy(&mut self) -> bool {
        false
    }
}

macro_rules! blocks {
    ($($ty:ident: $(flag $flag:ident)* $(one $one:ident)* $(many $many:ident)*;)*) => {$(
        impl Block for $ty {
            fn merge(&mut self, other: Self) {
                $(self.$flag |= other.$flag;)*
                $(if self.$one.is_none() {
                    self.$one = other.$one;
                })*
                $(self.$many.extend(other.$many);)*
                self.xml.absorb(other.xml);
            }
        }
    )*};
}

blocks! {
    Memtune: one hard_limit one soft_limit one min_guarantee one swap_hard_limit;
    MemoryBacking: flag nosharepages flag locked flag discard one hugepages one source one access one allocation;
    Hugepages: many page;
    Blkiotune: one weight many device;
    Vcpus: many vcpu;
    Iothreadids: many iothread;
    Cputune: one shares one period one quota one global_period one global_quota one emulator_period one emulator_quota
        one iothread_period one iothread_quota one emulatorpin one emulatorsched
        many vcpupin many iothreadpin many vcpusched many iothreadsched many cachetune many memorytune many energytune;
    Idmap: many uid many gid;
    Pm: one suspend_to_mem one suspend_to_disk;
    Perf: many event;
    Keywrap: many cipher;
    Clock: many timer;
    Os: one firmware one init one initdir one inituser one initgroup one firmware_features one loader one nvram one varstore one kernel
        one initrd one cmdline one shim one dtb one root one acpi one bootmenu one bios one smbios
        many initarg many initenv many boot;
    Devices: one emulator one memballoon one nvram one vsock one pstore
        many disk many controller many lease many filesystem many interface many smartcard many serial many parallel
        many console many channel many input many tpm many graphics many sound many audio many video many hostdev
        many redirdev many redirfilter many hub many watchdog many rng many panic many shmem many memory many crypto many iommu;
}

/// Takes over what is given.
fn prefer<T>(old: &mut Option<T>, new: Option<T>) {
    if new.is_some() {
        *old = new;
    }
}

macro_rules! prefer_all {
    ($old:expr, $new:expr; $($field:ident)*) => {{$( prefer(&mut $old.$field, $new.$field.take()); )*}};
}

fn merge_enlightenments(old: &mut FeatureHyperv, new: &mut FeatureHyperv) {
    prefer_all! { old, new;
        relaxed vapic spinlocks vpindex runtime synic stimer reset vendor_id frequencies reenlightenment
        tlbflush ipi evmcs avic emsr_bitmap xmm_input
    }
}

fn merge_capabilities(old: &mut FeatureCapabilities, new: &mut FeatureCapabilities) {
    prefer_all! { old, new;
        audit_control audit_write block_suspend chown dac_override dac_read_search fowner fsetid ipc_lock
        ipc_owner kill lease linux_immutable mac_admin mac_override mknod net_admin net_bind_service
        net_broadcast net_raw setgid setfcap setpcap setuid sys_admin sys_boot sys_chroot sys_module
        sys_nice sys_pacct sys_ptrace sys_rawio sys_resource sys_time sys_tty_config syslog wake_alarm
    }
}

/// Takes the features out of what is kept that some block names a second time. `wrap` puts one where it can be read, and
/// `tidy` prepares what was read.
fn take_repeated(
    kept: &mut Extra,
    wrap: impl Fn(&str) -> String,
    tidy: impl Fn(Features) -> Features,
) -> Vec<Features> {
    let Some(kept) = &mut kept.kept else { return Vec::new() };
    let mut taken = Vec::new();
    kept.nodes.retain(|node| {
        if node.element_name().is_none() {
            return true;
        }
        // What is kept in the trial, too, is no feature.
        let known = read::<Features>(&wrap(&node.text)).map(&tidy);
        let known = known.filter(|features| {
            let mut keeps = false;
            extras(features, &mut |extra| keeps |= extra.kept.as_ref().is_some_and(|kept| !kept.nodes.is_empty()));
            !keeps
        });
        known.map(|features| taken.push(features)).is_none()
    });
    taken
}

/// Merges the features that a block within names twice; whether there were any.
fn tidy_within(features: &mut Features) -> bool {
    let mut any = false;
    macro_rules! within {
        ($($field:ident in $name:literal by $merge:expr;)*) => {$(
            if let Some(old) = &mut features.$field {
                let wrap = |text: &str| format!("<features><{0}>{text}</{0}></features>", $name);
                let repeated = take_repeated(&mut old.xml, wrap, |features| features);
                for mut new in repeated.into_iter().filter_map(|other| other.$field) {
                    $merge(old, &mut new);
                    any = true;
                }
            }
        )*};
    }
    within! {
        hyperv in "hyperv" by merge_enlightenments;
        capabilities in "capabilities" by merge_capabilities;
        kvm in "kvm" by |old: &mut FeatureKvm, new: &mut FeatureKvm| {
            prefer_all!(old, new; hidden hint_dedicated poll_control pv_ipi dirty_ring);
        };
        xen in "xen" by |old: &mut FeatureXen, new: &mut FeatureXen| prefer_all!(old, new; e820_host passthrough);
    }
    any
}

impl Block for Features {
    fn merge(&mut self, mut other: Self) {
        self.acpi |= other.acpi;
        self.pae |= other.pae;
        self.viridian |= other.viridian;
        self.privnet |= other.privnet;
        match (&mut self.hyperv, other.hyperv) {
            (Some(old), Some(mut new)) => {
                // The mode is the last one even where that is not spelt out.
                old.mode = Some(new.mode.unwrap_or_default());
                merge_enlightenments(old, &mut new);
                old.xml.absorb(new.xml);
            }
            (old, new) => prefer(old, new),
        }
        match (&mut self.xen, other.xen) {
            (Some(old), Some(mut new)) => {
                prefer_all!(old, new; e820_host passthrough);
                old.xml.absorb(new.xml);
            }
            (old, new) => prefer(old, new),
        }
        match (&mut self.capabilities, other.capabilities) {
            (Some(old), Some(mut new)) => {
                // The policy is the last one even where that is not spelt out.
                old.policy = Some(new.policy.unwrap_or_default());
                merge_capabilities(old, &mut new);
                old.xml.absorb(new.xml);
            }
            (old, new) => prefer(old, new),
        }
        // The sizes are looked for by themselves: the first counts.
        match (&mut self.smm, other.smm) {
            (Some(old), Some(new)) => {
                old.state = Some(new.state.unwrap_or(OnOff::On));
                old.tseg = old.tseg.take().or(new.tseg);
                old.xml.absorb(new.xml);
            }
            (old, new) => prefer(old, new),
        }
        match (&mut self.hpt, other.hpt) {
            (Some(old), Some(new)) => {
                old.resizing = new.resizing;
                old.maxpagesize = old.maxpagesize.take().or(new.maxpagesize);
                old.xml.absorb(new.xml);
            }
            (old, new) => prefer(old, new),
        }
        match (&mut self.tcg, other.tcg) {
            (Some(old), Some(new)) => {
                prefer(&mut old.tb_cache, new.tb_cache);
                old.xml.absorb(new.xml);
            }
            (old, new) => prefer(old, new),
        }
        prefer_all! { self, other;
            apic hap kvm pvspinlock pmu vmport gic ioapic vmcoreinfo htm nested_hv msrs ccf_assist cfpc sbbc ibs
            async_teardown ras ps2 aia
        }
        self.xml.absorb(other.xml);
    }

    fn tidy(&mut self) -> bool {
        let mut any = tidy_within(self);
        let tidy = |mut features: Features| {
            tidy_within(&mut features);
            features
        };
        for other in take_repeated(&mut self.xml, |text| format!("<features>{text}</features>"), tidy) {
            self.merge(other);
            any = true;
        }
        any
    }
}

fn read<T: Element>(text: &str) -> Option<T> {
    let options = ReadOptions { unknown: Unknown::Keep };
    let mut value = T::from_xml_with(text, &options).ok()?.value;
    // Where the parts of a text that is read on its own stand says nothing about the document.
    extras_mut(&mut value, &mut |extra| extra.span = Span::default());
    Some(value)
}

/// Takes the further blocks of a name out of what is kept and merges them into the first.
fn merge_into<T: Block>(first: &mut Option<T>, name: &str, outer: &mut Extra, cx: &mut Context) {
    let (Some(first), Some(kept)) = (first, &mut outer.kept) else { return };
    let mut merged = Vec::new();
    kept.nodes.retain(|node| {
        let block = if node.is_element(name) { read::<T>(&node.text) } else { None };
        block.map(|block| merged.push(block)).is_none()
    });
    for mut block in merged {
        block.tidy();
        let at = first.extra().cloned().unwrap_or_default();
        first.merge(block);
        cx.rewrote(&at, format!("another <{name}> is merged into this one"))
            .becomes(format!("<{name}>, <{name}>"), format!("<{name}>"));
    }
}

fn merge_blocks(domain: &mut Domain, cx: &mut Context) {
    merge_hugepages(domain, cx);
    if domain.xml.kept.as_ref().is_none_or(|kept| kept.nodes.is_empty()) {
        return;
    }
    macro_rules! each {
        ($($name:literal in $field:ident)*) => {$( merge_into(&mut domain.$field, $name, &mut domain.xml, cx); )*};
    }
    each! {
        "features" in features
        "devices" in devices
        "memtune" in memtune
        "memoryBacking" in memory_backing
        "blkiotune" in blkiotune
        "vcpus" in vcpus
        "iothreadids" in iothreadids
        "cputune" in cputune
        "idmap" in idmap
        "pm" in pm
        "perf" in perf
        "keywrap" in keywrap
        "clock" in clock
        "os" in os
    }
}

/// Further `<hugepages>` within the block.
fn merge_hugepages(domain: &mut Domain, cx: &mut Context) {
    if let Some(backing) = &mut domain.memory_backing {
        merge_into(&mut backing.hugepages, "hugepages", &mut backing.xml, cx);
    }
}

fn merge_features(domain: &mut Domain, cx: &mut Context) {
    if let Some(features) = &mut domain.features
        && features.tidy()
    {
        cx.rewrote(&features.xml, "of a feature that stands twice the last counts");
    }
}
