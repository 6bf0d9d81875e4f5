//! Machine types by name: `pc-q35-9.2` is a family and a version.

/// A machine type, as `pc-q35-9.2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Machine<'a> {
    /// The name.
    pub name: &'a str,
    /// What all versions have in common: `pc`, `q35`, `virt`, `pseries`, `s390-ccw-virtio`, or else the name.
    pub family: &'a str,
}

/// The families that have a version for each QEMU: how the names of these begin, and what the newest of them is called.
const VERSIONED: [(&str, &str); 6] = [
    ("pc-q35", "q35"),
    // `pc-0.10` to `pc-1.3` and those of RHEL 6 are from the time in which there was one kind of PC only.
    ("pc-", "pc"),
    ("rhel", "pc"),
    ("virt-", "virt"),
    ("pseries-", "pseries"),
    ("s390-ccw-virtio-", "s390-ccw-virtio"),
];

/// The family of the machine that libvirt takes where none is named.
#[must_use]
pub fn default_family(arch: &str) -> &'static str {
    match arch {
        "i686" | "x86_64" => "pc",
        "ppc" => "g3beige",
        "ppc64" | "ppc64le" => "pseries",
        "s390" | "s390x" => "s390-ccw-virtio",
        _ => "virt",
    }
}

impl<'a> Machine<'a> {
    /// Tells the family of a machine.
    #[must_use]
    pub fn new(name: &'a str) -> Self {
        let family = VERSIONED.iter().find(|(start, _)| name.starts_with(start)).map_or(name, |(_, family)| family);
        Self { name, family }
    }

    /// Whether the name stands for the newest of a family, or has no versions.
    #[must_use]
    pub fn is_alias(&self) -> bool {
        self.name == self.family
    }

    /// The QEMU that brought this version of the machine, as `9.2`; none of the versions of distributions, which count otherwise.
    #[must_use]
    pub fn version(&self) -> Option<(u16, u16)> {
        let (major, minor) = self.name.rsplit('-').next()?.split_once('.')?;
        Some((major.parse().ok()?, minor.parse().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_of_machines() {
        for (name, family) in [
            ("pc", "pc"),
            ("pc-i440fx-9.2", "pc"),
            ("pc-0.13", "pc"),
            ("rhel6.6.0", "pc"),
            ("pc-q35-rhel9.4.0", "q35"),
            ("q35", "q35"),
            ("virt-9.2", "virt"),
            ("virt", "virt"),
            ("pseries-rhel7.6.0-sxxm", "pseries"),
            ("s390-ccw-virtio-8.1", "s390-ccw-virtio"),
            ("pseries-bionic", "pseries"),
            ("versatilepb", "versatilepb"),
            ("SS-20", "SS-20"),
            ("", ""),
        ] {
            assert_eq!(Machine::new(name).family, family, "{name}");
        }
    }

    #[test]
    fn versions_of_machines() {
        for (name, version) in [
            ("pc-i440fx-9.2", Some((9, 2))),
            ("pc-0.13", Some((0, 13))),
            ("virt", None),
            ("pc-q35-rhel9.4.0", None),
            ("pc-i440fx-xenial", None),
            ("s390-ccw-virtio-10.1", Some((10, 1))),
        ] {
            assert_eq!(Machine::new(name).version(), version, "{name}");
        }
    }
}
