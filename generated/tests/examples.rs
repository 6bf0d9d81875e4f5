//! What the programs of `examples/` print.

#[allow(dead_code)]
#[path = "../examples/attach_device.rs"]
mod attach_device;
#[allow(dead_code)]
#[path = "../examples/build_domain.rs"]
mod build_domain;
#[allow(dead_code)]
#[path = "../examples/change_bridges.rs"]
mod change_bridges;
#[allow(dead_code)]
#[path = "../examples/change_source.rs"]
mod change_source;
#[allow(dead_code)]
#[path = "../examples/clone_domain.rs"]
mod clone_domain;
#[allow(dead_code)]
#[path = "../examples/compare.rs"]
mod compare;
#[allow(dead_code)]
#[path = "../examples/compare_live.rs"]
mod compare_live;
#[allow(dead_code)]
#[path = "../examples/count_cpus.rs"]
mod count_cpus;
#[allow(dead_code)]
#[path = "../examples/doubled_addresses.rs"]
mod doubled_addresses;
#[cfg(feature = "serde")]
#[allow(dead_code)]
#[path = "../examples/edit_yaml.rs"]
mod edit_yaml;
#[allow(dead_code)]
#[path = "../examples/hot_plug.rs"]
mod hot_plug;
#[cfg(feature = "serde")]
#[allow(dead_code)]
#[path = "../examples/json.rs"]
mod json;
#[allow(dead_code)]
#[path = "../examples/keep_unknown.rs"]
mod keep_unknown;
#[allow(dead_code)]
#[path = "../examples/list_disks.rs"]
mod list_disks;
#[allow(dead_code)]
#[path = "../examples/list_interfaces.rs"]
mod list_interfaces;
#[allow(dead_code)]
#[path = "../examples/pci_tree.rs"]
mod pci_tree;
#[allow(dead_code)]
#[path = "../examples/print_errors.rs"]
mod print_errors;
#[allow(dead_code)]
#[path = "../examples/raise_memory.rs"]
mod raise_memory;
#[allow(dead_code)]
#[path = "../examples/strip_seclabels.rs"]
mod strip_seclabels;
#[allow(dead_code)]
#[path = "../examples/swap_cdrom.rs"]
mod swap_cdrom;

/// The document of those that change one.
const SERVER: &str = include_str!("../examples/server.xml");

fn printed(run: fn() -> Result<String, Box<dyn std::error::Error>>) -> String {
    run().unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_domain_is_built_from_nothing() {
    assert_eq!(
        printed(build_domain::run),
        "<domain type='kvm'>
  <name>web</name>
  <memory unit='MiB'>2048</memory>
  <vcpu>2</vcpu>
  <os>
    <type>hvm</type>
  </os>
  <devices>
    <disk type='file'>
      <source file='/images/web.qcow2'/>
      <target dev='vda'/>
    </disk>
    <disk type='file' device='cdrom'>
      <source file='/images/debian.iso'/>
      <target dev='sda'/>
      <readonly/>
    </disk>
    <interface type='bridge'>
      <source bridge='br0'/>
      <model type='virtio'/>
    </interface>
  </devices>
</domain>
"
    );
}

#[test]
fn devices_are_listed() {
    assert_eq!(printed(list_disks::run), "vda /a.qcow2\n");
    assert_eq!(printed(list_interfaces::run), "52:54:00:12:34:56 br0\n");
    assert_eq!(printed(doubled_addresses::run), "0000:00:05.0: devices/disk[1] and devices/interface[1]\n");
}

#[test]
fn one_source_is_changed_and_nothing_else() {
    let changed = printed(change_source::run);
    assert!(changed.contains("      <source file='/b.qcow2'/>\n") && !changed.contains("/a.qcow2"), "{changed}");
    assert!(changed.contains("<os><type>hvm</type></os>"), "the layout stays: {changed}");
}

#[test]
fn one_device_is_read_and_written() {
    assert_eq!(
        printed(hot_plug::run),
        "<disk type='block'>\n  <source dev='/dev/sdx'/>\n  <target dev='vdb'/>\n  <alias name='ua-data'/>\n</disk>\n"
    );
}

#[test]
fn what_is_unknown_is_told_and_kept() {
    assert_eq!(printed(keep_unknown::run), "4:3: domain/shiny: unknown element <shiny> in <domain>\nkept\n");
}

#[test]
fn errors_have_a_place_and_a_suggestion() {
    let errors = printed(print_errors::run);
    assert!(
        errors.contains("8:30: domain/devices/disk/target: 'virtoi' is no value of the attribute 'bus'"),
        "{errors}"
    );
    assert!(errors.contains("did you mean 'virtio'?") && errors.contains("did you mean 'bridge'?"), "{errors}");
}

#[test]
fn domains_are_compared() {
    assert_eq!(printed(compare::run), "true false\n");
}

#[cfg(feature = "serde")]
#[test]
fn a_domain_is_json() {
    assert_eq!(printed(json::run), "\"vda\" \"/a.qcow2\" true\n");
}

#[test]
fn what_is_changed_in_place_is_all_that_changes() {
    let rng =
        "    <rng model='virtio'>\n      <backend model='random'>/dev/urandom</backend>\n    </rng>\n  </devices>";
    assert_eq!(printed(attach_device::run), SERVER.replace("  </devices>", rng));
    assert_eq!(printed(change_bridges::run), SERVER.replace("br0", "br1"));
    assert_eq!(printed(swap_cdrom::run), SERVER.replace("old.iso", "new.iso"));
}

#[test]
fn a_copy_has_what_is_its_own() {
    let copy = printed(clone_domain::run);
    assert!(copy.contains("<name>copy</name>") && copy.contains("<source file='/images/copy.qcow2'>"), "{copy}");
    assert!(copy.contains("<seclabel model='dac' relabel='no'/>"), "what else the source says stays: {copy}");
    assert!(!copy.contains("<uuid>") && !copy.contains("<mac "), "{copy}");
}

#[test]
fn cpus_and_memory_are_counted() {
    assert_eq!(printed(count_cpus::run), "4 of 8 CPUs, 8 places\n");
    let raised = printed(raise_memory::run);
    assert!(raised.contains("<memory unit='GiB'>8</memory>") && !raised.contains("<currentMemory"), "{raised}");
    assert_eq!(raised.matches("memory='4' unit='GiB'").count(), 2, "{raised}");
}

#[test]
fn no_label_is_left() {
    let (count, text) =
        printed(strip_seclabels::run).split_once('\n').map(|(a, b)| (a.to_owned(), b.to_owned())).expect("lines");
    assert_eq!(count, "3 labels");
    assert!(!text.contains("seclabel") && text.contains("<source path='/var/log/server.log'/>"), "{text}");
}

#[test]
fn buses_are_printed_with_what_is_on_them() {
    let expected = "bus 0, pcie-root
  0000:00:02.0 devices/controller[2]
  0000:00:03.0 devices/controller[3]
bus 1, pcie-root-port
  0000:01:00.0 devices/disk[1], not alone
  0000:01:00.0 devices/interface[2], not alone
bus 2, pcie-root-port
  0000:02:00.0 devices/interface[1]
";
    assert_eq!(printed(pci_tree::run), expected);
}

#[test]
fn what_runs_is_compared_with_what_is_configured() {
    let expected = "disk sda: /images/old.iso is /images/new.iso
network card 52:54:00:00:00:02 is not there
";
    assert_eq!(printed(compare_live::run), expected);
}

#[cfg(feature = "serde")]
#[test]
fn a_domain_is_changed_as_yaml() {
    let changed = domxml::Domain::from_xml(&SERVER.replace("br0", "br1")).expect("a domain");
    assert!(domxml::SameAs::same_as(&domxml::Domain::from_xml(&printed(edit_yaml::run)).expect("a domain"), &changed));
}

/// The programs, as the table of `examples/README.md` lists them.
const PROGRAMS: [&str; 20] = [
    "build_domain",
    "list_disks",
    "list_interfaces",
    "change_source",
    "hot_plug",
    "doubled_addresses",
    "keep_unknown",
    "print_errors",
    "compare",
    "json",
    "clone_domain",
    "attach_device",
    "count_cpus",
    "change_bridges",
    "strip_seclabels",
    "pci_tree",
    "raise_memory",
    "swap_cdrom",
    "edit_yaml",
    "compare_live",
];

/// Lines of a program but for empty ones and comments, as rustfmt and gofmt lay them out. A directive as `//go:embed` is no comment.
fn length(path: &std::path::Path) -> usize {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let is_code =
        |line: &&str| !line.trim().is_empty() && (!line.trim().starts_with("//") || line.starts_with("//go:"));
    text.lines().filter(is_code).count()
}

#[test]
fn no_program_is_longer_than_its_counterpart_in_go() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut table = "| program | lines here | lines in Go |\n|---|---:|---:|\n".to_owned();
    for name in PROGRAMS {
        let lines = (length(&folder.join(format!("{name}.rs"))), length(&folder.join(format!("go/{name}.go"))));
        assert!(lines.0 <= lines.1, "{name}: {} lines, {} in Go", lines.0, lines.1);
        table += &format!("| [{name}]({name}.rs) | {} | [{}](go/{name}.go) |\n", lines.0, lines.1);
    }
    let page = folder.join("README.md");
    let text = std::fs::read_to_string(&page).expect("the page");
    let (before, _) = text.split_once("| program |").expect("the table");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&page, format!("{before}{table}")).expect("written");
    }
    let text = std::fs::read_to_string(&page).expect("the page");
    assert!(text.ends_with(&table), "BLESS=1 writes the table of {} anew:\n{table}", page.display());
}
