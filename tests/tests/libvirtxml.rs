//! What Go's `libvirtxml` has a field for is typed here too.

use domxml_tests::libvirtxml::coverage;

/// Elements and attributes that `libvirtxml` has where the format has none: its types serve in several places, of which not each takes all,
/// and two of its names are misspelt.
const BEYOND_THE_FORMAT: usize = 97;

#[test]
fn what_libvirtxml_types_is_typed() {
    let coverage = coverage();
    let beyond: Vec<&str> = coverage.only_theirs().collect();
    assert_eq!(beyond.len(), BEYOND_THE_FORMAT, "{beyond:#?}");
    assert!(coverage.ours.len() > coverage.theirs.len() && coverage.theirs.len() > 2700, "{}", coverage.print(false));
    for both in
        ["domain/devices/disk/source/@file", "domain/qemu:commandline/qemu:arg/@value", "domain/cpu/numa/cell/@id"]
    {
        assert!(coverage.ours.contains(both) && coverage.theirs.contains(both), "{both}");
    }
}
