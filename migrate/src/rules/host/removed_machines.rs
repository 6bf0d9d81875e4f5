//! Machine types that QEMU no longer has, or advises against: where no host is there to ask.

use crate::machine::Machine;

/// A group of machine types that QEMU removed.
struct Removed {
    /// Names; one that ends in `*` stands for all that begin so.
    names: &'static [&'static str],
    /// The first QEMU without them.
    by: (u16, u16),
    /// What takes their place; empty where nothing does.
    instead: &'static str,
}

/// From QEMU's own record of what it removed.
static REMOVED: &[Removed] = &[
    Removed { names: &["s390-virtio", "s390"], by: (2, 6), instead: "s390-ccw-virtio" },
    Removed { names: &["xlnx-ep108"], by: (3, 0), instead: "xlnx-zcu102" },
    Removed { names: &["pc-0.*"], by: (5, 0), instead: "pc" },
    Removed { names: &["spike_v1.9.1", "spike_v1.10"], by: (5, 1), instead: "spike" },
    Removed { names: &["r4k"], by: (5, 2), instead: "malta" },
    Removed { names: &["pc-1.*"], by: (6, 0), instead: "pc" },
    Removed { names: &["fulong2e"], by: (6, 0), instead: "fuloong2e" },
    Removed { names: &["raspi2"], by: (6, 2), instead: "raspi2b" },
    Removed { names: &["raspi3"], by: (6, 2), instead: "raspi3b" },
    Removed { names: &["swift-bmc"], by: (7, 0), instead: "witherspoon-bmc" },
    Removed { names: &["taihu"], by: (7, 2), instead: "ref405ep" },
    Removed {
        names: &["pc-i440fx-1.4", "pc-i440fx-1.5", "pc-i440fx-1.6", "pc-i440fx-1.7", "pc-q35-1.*"],
        by: (8, 2),
        instead: "",
    },
    Removed {
        names: &[
            "akita",
            "borzoi",
            "cheetah",
            "connex",
            "mainstone",
            "n800",
            "n810",
            "spitz",
            "terrier",
            "tosa",
            "verdex",
            "z2",
        ],
        by: (9, 2),
        instead: "virt",
    },
    Removed { names: &["shix"], by: (9, 2), instead: "" },
    Removed { names: &["ref405ep"], by: (10, 0), instead: "" },
];

/// QEMU comes out three times a year: a versioned machine is deprecated after nine releases, and goes after eighteen.
const DEPRECATED_AFTER: u16 = 9;
const REMOVED_AFTER: u16 = 18;

/// The first QEMU that removed machines by the calendar.
const CALENDAR: u16 = release((10, 1));

/// The newest QEMU that is known.
const NEWEST: u16 = release((11, 1));

/// The number of a release, counted from 0.0: three in a major version since 4.0.
const fn release((major, minor): (u16, u16)) -> u16 {
    major * 3 + minor
}

/// What becomes of a machine type, without a host to ask.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// This QEMU and newer ones do not have it; what takes its place.
    Removed((u16, u16), Option<&'static str>),
    /// Since this QEMU it is deprecated, and this one will not have it.
    Deprecated((u16, u16), (u16, u16)),
}

/// What becomes of a machine type; none where it is no matter of QEMU's, or nothing is known against it.
pub(super) fn fate(name: &str) -> Option<Fate> {
    let is = |pattern: &&&str| match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == **pattern,
    };
    if let Some(removed) = REMOVED.iter().find(|removed| removed.names.iter().any(|own| is(&own))) {
        return Some(Fate::Removed(removed.by, Some(removed.instead).filter(|instead| !instead.is_empty())));
    }
    let machine = Machine::new(name);
    let (major, minor) = machine.version().filter(|_| !machine.is_alias())?;
    let own = if major < 4 { before_4(major, minor) } else { release((major, minor)) };
    let removed = (own + REMOVED_AFTER).max(CALENDAR);
    let deprecated = own + DEPRECATED_AFTER;
    let version = |release: u16| (release / 3, release % 3);
    if removed <= NEWEST {
        Some(Fate::Removed(version(removed), None))
    } else if deprecated <= NEWEST {
        Some(Fate::Deprecated(version(deprecated), version(removed)))
    } else {
        None
    }
}

/// Releases before 4.0, which came three a year too, counted back from it: 3.1, 3.0, 2.12 and so on.
fn before_4(major: u16, minor: u16) -> u16 {
    match (major, minor) {
        (3, minor) => 10 + minor,
        // 2.12 is the last but two before 4.0; from 2.3 on nothing is left to count.
        (2, minor) => minor.saturating_sub(3),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_becomes_of_machines() {
        for (name, fate_of_it) in [
            ("pc-0.13", Some(Fate::Removed((5, 0), Some("pc")))),
            ("pc-1.2", Some(Fate::Removed((6, 0), Some("pc")))),
            ("pc-i440fx-1.7", Some(Fate::Removed((8, 2), None))),
            ("pc-i440fx-2.1", Some(Fate::Removed((10, 1), None))),
            ("pc-q35-4.2", Some(Fate::Removed((10, 2), None))),
            ("virt-5.1", Some(Fate::Removed((11, 1), None))),
            ("virt-5.2", Some(Fate::Deprecated((8, 2), (11, 2)))),
            ("pc-q35-8.1", Some(Fate::Deprecated((11, 1), (14, 1)))),
            ("pc-q35-8.2", None),
            ("pc", None),
            ("pc-q35-rhel9.4.0", None),
            ("pc-i440fx-xenial", None),
            ("borzoi", Some(Fate::Removed((9, 2), Some("virt")))),
        ] {
            assert_eq!(fate(name), fate_of_it, "{name}");
        }
    }
}
