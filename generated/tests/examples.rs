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
    assert_eq!(printed(compare::run), "-      <source file='/a.qcow2'/>\n+      <source file='/b.qcow2'/>\n");
}

#[cfg(feature = "serde")]
#[test]
fn a_domain_is_json() {
    assert_eq!(printed(json::run), "\"vda\" \"/a.qcow2\" true\n");
}
