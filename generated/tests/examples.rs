//! What the programs of `examples/` print.

#[allow(dead_code)]
#[path = "../examples/build_domain.rs"]
mod build_domain;
#[allow(dead_code)]
#[path = "../examples/change_source.rs"]
mod change_source;
#[allow(dead_code)]
#[path = "../examples/compare.rs"]
mod compare;
#[allow(dead_code)]
#[path = "../examples/doubled_addresses.rs"]
mod doubled_addresses;
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
#[path = "../examples/print_errors.rs"]
mod print_errors;

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
    assert_eq!(printed(keep_unknown::run), "4:3: domain/shiny: unknown element <shiny>\nkept\n");
}

#[test]
fn errors_have_a_place_and_a_suggestion() {
    let errors = printed(print_errors::run);
    assert!(errors.contains("8:30: domain/devices/disk/target: invalid value 'virtoi' of attribute 'bus'"), "{errors}");
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

/// The programs, as the table of `examples/README.md` lists them.
const PROGRAMS: [&str; 10] = [
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
];

/// Lines of a program but for empty ones and comments; those of Go are as gofmt lays them out.
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
