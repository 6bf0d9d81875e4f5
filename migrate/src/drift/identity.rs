//! What makes an element the same one in two documents: rows, by the place of the element.

use super::tree::Element;

/// What identifies the elements at a place.
#[derive(Debug)]
pub struct Identity {
    /// The path below `<domain>`.
    pub at: &'static str,
    /// Keys, the strongest first: two elements are the same where all values of a key are there and equal. `address/*` stands for all
    /// attributes of the child.
    pub keys: &'static [&'static [&'static str]],
}

const fn by(at: &'static str, keys: &'static [&'static [&'static str]]) -> Identity {
    Identity { at, keys }
}

/// The elements that can stand several times beside each other. What is not listed is told apart by its position, in which it means
/// something: boot devices, hosts of a network disk, arguments.
pub static IDENTITIES: &[Identity] = &[
    by("devices/disk", &[&["target/@dev"], &["alias/@name"]]),
    by("devices/controller", &[&["@type", "@index"], &["alias/@name"], &["@type", "address/*"]]),
    by("devices/lease", &[&["lockspace", "key"]]),
    by("devices/filesystem", &[&["target/@dir"], &["alias/@name"]]),
    by("devices/interface", &[&["mac/@address"], &["alias/@name"], &["target/@dev"], &["address/*"]]),
    by("devices/smartcard", &[&["alias/@name"], &["address/*"], &["@mode"]]),
    by("devices/serial", &[&["target/@port"], &["alias/@name"]]),
    by("devices/parallel", &[&["target/@port"], &["alias/@name"]]),
    by("devices/console", &[&["target/@type", "target/@port"], &["target/@port"]]),
    by(
        "devices/channel",
        &[
            &["target/@type", "target/@name"],
            &["target/@type", "target/@address", "target/@port"],
            &["alias/@name"],
            &["address/*"],
        ],
    ),
    by(
        "devices/input",
        &[&["alias/@name"], &["@type", "source/@evdev"], &["@type", "source/@dev"], &["address/*"], &["@type", "@bus"]],
    ),
    by("devices/graphics", &[&["@type"]]),
    by("devices/sound", &[&["alias/@name"], &["@model", "address/*"], &["@model"]]),
    by("devices/audio", &[&["@id"]]),
    by("devices/video", &[&["alias/@name"], &["model/@primary"], &["address/*"], &["model/@type"]]),
    by(
        "devices/hostdev",
        &[
            &["alias/@name"],
            &["@mode", "@type", "source/@protocol", "source/@wwpn"],
            &["@mode", "@type", "source/@protocol", "source/@name"],
            &["@mode", "@type", "source/adapter/@name", "source/address/*"],
            &["@mode", "@type", "source/address/*"],
            &["@mode", "@type", "source/vendor/@id", "source/product/@id"],
            &["@mode", "@type", "source/block"],
            &["@mode", "@type", "source/char"],
            &["@mode", "@type", "source/interface"],
        ],
    ),
    by("devices/redirdev", &[&["alias/@name"], &["address/*"], &["@bus", "@type"]]),
    by("devices/hub", &[&["alias/@name"], &["address/*"], &["@type"]]),
    by("devices/watchdog", &[&["alias/@name"], &["@model"]]),
    by("devices/rng", &[&["alias/@name"], &["address/*"], &["backend/@model", "backend"]]),
    by("devices/panic", &[&["@model"]]),
    by("devices/shmem", &[&["@name"]]),
    by("devices/memory", &[&["alias/@name"], &["address/*"], &["@model", "target/node", "target/size"]]),
    by("devices/iommu", &[&["alias/@name"], &["@model"]]),
    by("devices/crypto", &[&["alias/@name"], &["@model"]]),
    by("devices/redirfilter/usbdev", &[&["@class", "@vendor", "@product", "@version"]]),
    by("devices/disk/source/seclabel", &[&["@model"]]),
    by("devices/interface/ip", &[&["@address"]]),
    by("devices/interface/route", &[&["@address", "@prefix"], &["@address"]]),
    by("devices/interface/vlan/tag", &[&["@id"]]),
    by("devices/interface/filterref/parameter", &[&["@name", "@value"], &["@name"]]),
    by("devices/graphics/channel", &[&["@name"]]),
    by("os/firmware/feature", &[&["@name"]]),
    by("os/initenv", &[&["@name"]]),
    by("os/acpi/table", &[&["@type"]]),
    by("cpu/feature", &[&["@name"]]),
    by("cpu/cache", &[&["@level"]]),
    by("cpu/numa/cell", &[&["@id"]]),
    by("cpu/numa/cell/distances/sibling", &[&["@id"]]),
    by("cpu/numa/cell/cache", &[&["@level"]]),
    by("clock/timer", &[&["@name"]]),
    by("cputune/vcpupin", &[&["@vcpu"]]),
    by("cputune/iothreadpin", &[&["@iothread"]]),
    by("cputune/vcpusched", &[&["@vcpus"]]),
    by("cputune/iothreadsched", &[&["@iothreads"]]),
    by("cputune/cachetune", &[&["@vcpus"]]),
    by("cputune/cachetune/cache", &[&["@id", "@level", "@type"]]),
    by("cputune/cachetune/monitor", &[&["@level", "@vcpus"]]),
    by("cputune/memorytune", &[&["@vcpus"]]),
    by("cputune/memorytune/node", &[&["@id"]]),
    by("cputune/energytune", &[&["@vcpus"]]),
    by("iothreadids/iothread", &[&["@id"]]),
    by("vcpus/vcpu", &[&["@id"]]),
    by("numatune/memnode", &[&["@cellid"]]),
    by("memoryBacking/hugepages/page", &[&["@nodeset"], &["@size", "@unit"]]),
    by("blkiotune/device", &[&["path"]]),
    by("idmap/uid", &[&["@start"]]),
    by("idmap/gid", &[&["@start"]]),
    by("sysinfo/bios/entry", &[&["@name"]]),
    by("sysinfo/system/entry", &[&["@name"]]),
    by("sysinfo/chassis/entry", &[&["@name"]]),
    by("sysinfo/entry", &[&["@name"]]),
    by("seclabel", &[&["@model"], &["@type"]]),
    by("keywrap/cipher", &[&["@name"]]),
    by("commandline/env", &[&["@name"]]),
    by("override/device", &[&["@alias"]]),
    by("override/device/frontend/property", &[&["@name"]]),
];

/// The row of a place.
#[must_use]
pub fn find(path: &[&str]) -> Option<&'static Identity> {
    IDENTITIES.iter().find(|identity| identity.at.split('/').eq(path.iter().copied()))
}

/// The values of a key, joined; none where one of them is not there.
#[must_use]
pub fn key(element: &Element, parts: &[&str]) -> Option<String> {
    let mut key = String::new();
    for part in parts {
        match part.strip_suffix("/*") {
            Some(path) => {
                let child = element.at(path)?;
                let mut values: Vec<_> = child.attributes.iter().map(|own| (own.name, own.value)).collect();
                values.sort_unstable();
                for (name, value) in values {
                    key.extend([name, "=", value, " "]);
                }
            }
            None => key.push_str(element.value(part)?),
        }
        key.push('\u{1f}');
    }
    Some(key)
}

/// The element's own key as a condition of XPath, as `target/@dev='vda'`; none where no key of plain values is there.
#[must_use]
pub fn predicate(identity: &Identity, element: &Element) -> Option<String> {
    let plain = |keys: &&&[&str]| keys.iter().all(|part| !part.ends_with("/*"));
    let keys = identity.keys.iter().filter(plain).find(|parts| key(element, parts).is_some())?;
    let conditions = keys.iter().filter_map(|part| Some(format!("{part}='{}'", element.value(part)?)));
    Some(conditions.collect::<Vec<_>>().join(" and "))
}
