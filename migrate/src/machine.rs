//! Machine types by name: `pc-q35-9.2` is a family and a version.

/// A machine type, as `pc-q35-9.2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Machine<'a> {
    /// The name.
    pub name: &'a str,
    /// What all versions have in common: `pc`, `q35`, `virt`, `pseries`, `s390-ccw-virtio`, or else the name.
    pub family: &'a str,
}

impl<'a> Machine<'a> {
    /// Tells the family of a machine.
    #[must_use]
    pub fn new(name: &'a str) -> Self {
        let family = match name {
            "pc" | "q35" => name,
            _ if name.starts_with("pc-q35") => "q35",
            // 0.10 to 1.3 and those of RHEL 6 are from the time in which there was one kind of PC only.
            _ if name.starts_with("pc-i440fx") || name.starts_with("pc-0.") || name.starts_with("pc-1.") => "pc",
            _ if name.starts_with("rhel6.") || name.starts_with("rhel5.") => "pc",
            _ => unversioned(name),
        };
        Self { name, family }
    }

    /// Whether the name stands for the newest of a family.
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

/// `virt` of `virt-9.2`, `pseries` of `pseries-rhel7.6.0`.
fn unversioned(name: &str) -> &str {
    let version = |at: &usize| {
        let rest = &name[at + 1..];
        rest.starts_with(|c: char| c.is_ascii_digit()) || rest.starts_with("rhel")
    };
    match name.match_indices('-').map(|(at, _)| at).find(version) {
        Some(at) => &name[..at],
        None => name,
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
            ("versatilepb", "versatilepb"),
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
