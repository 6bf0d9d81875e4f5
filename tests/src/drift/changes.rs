//! Changes by hand: what people and tools do to definitions behind the back of those who keep them.

use std::ops::Range;

use roxmltree::{Document, Node};

use super::Pair;
use crate::pairs::Random;

/// A kind of change.
pub(super) struct Kind {
    /// Its name.
    pub name: &'static str,
    make: fn(&Draft, &mut Random) -> Option<String>,
}

/// A document to be changed, beside what was asked for.
struct Draft<'d> {
    text: &'d str,
    domain: Node<'d, 'd>,
    desired: &'d str,
    wanted: Node<'d, 'd>,
}

/// Changes a document; none where it has nothing that can be changed in this way.
pub(super) fn make(kind: &Kind, pair: &Pair, random: &mut Random) -> Option<String> {
    let actual = Document::parse(&pair.actual).ok()?;
    let desired = Document::parse(&pair.desired).ok()?;
    let draft = Draft {
        text: &pair.actual,
        domain: actual.root_element(),
        desired: &pair.desired,
        wanted: desired.root_element(),
    };
    (kind.make)(&draft, random).filter(|changed| *changed != pair.actual)
}

fn at<'d>(root: Node<'d, 'd>, path: &str) -> Vec<Node<'d, 'd>> {
    let mut nodes = vec![root];
    for step in path.split('/') {
        nodes = nodes.iter().flat_map(Node::children).filter(|child| child.has_tag_name(step)).collect();
    }
    nodes
}

impl<'d> Draft<'d> {
    fn all(&self, path: &str) -> Vec<Node<'d, 'd>> {
        at(self.domain, path)
    }

    /// One of the elements at a path.
    fn any(&self, path: &str, random: &mut Random) -> Option<Node<'d, 'd>> {
        let all = self.all(path);
        (!all.is_empty()).then(|| all[random.below(all.len())])
    }

    /// Whether what was asked for has such an element.
    fn asked(&self, path: &str) -> bool {
        !at(self.wanted, path).is_empty()
    }

    fn splice(&self, range: Range<usize>, new: &str) -> Option<String> {
        Some(format!("{}{new}{}", &self.text[..range.start], &self.text[range.end..]))
    }

    /// Sets an attribute, which may not be there yet.
    fn set(&self, node: Node, name: &str, value: &str) -> Option<String> {
        match node.attributes().find(|own| own.name() == name) {
            Some(own) => self.splice(own.range_value(), value),
            None => {
                let start = node.range().start;
                let end = start + 1 + node.tag_name().name().len();
                self.splice(end..end, &format!(" {name}='{value}'"))
            }
        }
    }

    fn set_text(&self, node: Node, value: &str) -> Option<String> {
        self.splice(node.first_child().filter(Node::is_text)?.range(), value)
    }

    fn remove(&self, node: Node) -> Option<String> {
        self.splice(node.range(), "")
    }

    /// Removes one of the elements at a path, where what was asked for has such elements too.
    fn remove_asked(&self, path: &str, random: &mut Random) -> Option<String> {
        // Where some were asked for and others filled in, which is which is not known here.
        (at(self.wanted, path).len() == self.all(path).len())
            .then(|| self.any(path, random))?
            .map(|it| self.remove(it))?
    }

    /// Puts an element at the end of another, which may be empty.
    fn insert(&self, parent: Node, xml: &str) -> Option<String> {
        let range = parent.range();
        let own = &self.text[range.clone()];
        match own.rfind("</") {
            Some(end) => self.splice(range.start + end..range.start + end, xml),
            None => {
                let tag = parent.tag_name().name();
                self.splice(range.end - 2..range.end, &format!(">{xml}</{tag}>"))
            }
        }
    }

    fn add_device(&self, xml: &str) -> Option<String> {
        self.insert(*self.all("devices").first()?, xml)
    }

    /// Puts an element into the domain, once.
    fn add(&self, name: &str, xml: &str) -> Option<String> {
        self.all(name).is_empty().then(|| self.insert(self.domain, xml))?
    }

    /// Puts a part into one of the elements at a path that has none of its name.
    fn add_part(&self, path: &str, name: &str, xml: &str, random: &mut Random) -> Option<String> {
        let node = self.any(path, random)?;
        let has = node.children().any(|it| it.has_tag_name(name));
        (!has).then(|| self.insert(node, xml))?
    }

    /// Sets the text of an element at a path to another of these.
    fn other_text(&self, path: &str, values: &[&str], random: &mut Random) -> Option<String> {
        let node = self.any(path, random)?;
        self.set_text(node, other(values, node.text().unwrap_or_default(), random)?)
    }

    /// Sets an attribute that stands at a path to another of these.
    fn other_value(&self, path: &str, name: &str, values: &[&str], random: &mut Random) -> Option<String> {
        let node = self.any(path, random)?;
        self.set(node, name, other(values, node.attribute(name)?, random)?)
    }

    /// Makes a number at a path another.
    fn other_number(&self, path: &str, add: u64) -> Option<String> {
        let node = *self.all(path).first()?;
        self.set_text(node, &(node.text()?.trim().parse::<u64>().ok()? + add).to_string())
    }
}

fn other<'v>(values: &[&'v str], now: &str, random: &mut Random) -> Option<&'v str> {
    let others: Vec<&str> = values.iter().copied().filter(|value| *value != now).collect();
    (!others.is_empty()).then(|| others[random.below(others.len())])
}

const fn kind(name: &'static str, make: fn(&Draft, &mut Random) -> Option<String>) -> Kind {
    Kind { name, make }
}

const NIC: &str = "<interface type='network'><mac address='52:54:00:de:ad:01'/><source network='other'/><model type='virtio'/></interface>";
const DISK: &str = "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/srv/added.qcow2'/>\
                    <target dev='vdz' bus='virtio'/></disk>";

/// The kinds.
pub(super) static KINDS: &[Kind] = &[
    // Identity and resources.
    kind("name-changed", |d, _| d.set_text(*d.all("name").first()?, "somebody-else")),
    kind("uuid-changed", |d, _| {
        d.asked("uuid").then(|| d.set_text(*d.all("uuid").first()?, "0d2b3fa4-91a5-4a0c-8d28-5a7b31d4f0e1"))?
    }),
    kind("title-added", |d, _| d.add("title", "<title>changed by hand</title>")),
    kind("description-added", |d, _| d.add("description", "<description>changed by hand</description>")),
    kind("metadata-added", |d, _| {
        d.add("metadata", "<metadata><app:info xmlns:app='http://example.org/app'>seen</app:info></metadata>")
    }),
    kind("metadata-changed", |d, _| {
        d.insert(*d.all("metadata").first()?, "<app:more xmlns:app='http://example.org/more' at='2'/>")
    }),
    kind("vcpus-changed", |d, _| d.other_number("vcpu", 1)),
    kind("memory-changed", |d, _| d.other_number("memory", 1024)),
    kind("current-memory-changed", |d, _| {
        let node = *d.all("currentMemory").first()?;
        d.set_text(node, &(node.text()?.trim().parse::<u64>().ok()?.checked_sub(1024)?).to_string())
    }),
    kind("iothreads-added", |d, _| d.add("iothreads", "<iothreads>2</iothreads>")),
    kind("cputune-added", |d, _| d.add("cputune", "<cputune><shares>2048</shares></cputune>")),
    kind("memory-backing-added", |d, _| d.add("memoryBacking", "<memoryBacking><locked/></memoryBacking>")),
    kind("blkiotune-added", |d, _| d.add("blkiotune", "<blkiotune><weight>700</weight></blkiotune>")),
    // Processor.
    kind("cpu-model-changed", |d, r| d.other_text("cpu/model", &["Haswell", "EPYC", "POWER7", "max", "qemu64"], r)),
    kind("cpu-mode-changed", |d, r| d.other_value("cpu", "mode", &["host-passthrough", "maximum"], r)),
    kind("cpu-feature-added", |d, _| d.insert(*d.all("cpu").first()?, "<feature policy='disable' name='x2apic'/>")),
    kind("cpu-topology-added", |d, _| {
        let cpu = *d.all("cpu").first()?;
        d.all("cpu/topology")
            .is_empty()
            .then(|| d.insert(cpu, "<topology sockets='1' dies='1' cores='1' threads='1'/>"))?
    }),
    kind("cpu-check-changed", |d, r| d.other_value("cpu", "check", &["full", "partial", "none"], r)),
    // Boot and firmware.
    kind("boot-changed", |d, r| d.other_value("os/boot", "dev", &["network", "cdrom", "fd", "hd"], r)),
    kind("boot-added", |d, r| {
        let dev = other(&["network", "cdrom", "fd"], d.all("os/boot").first()?.attribute("dev")?, r)?;
        d.insert(*d.all("os").first()?, &format!("<boot dev='{dev}'/>"))
    }),
    kind("boot-menu-added", |d, _| {
        d.all("os/bootmenu").is_empty().then(|| d.insert(*d.all("os").first()?, "<bootmenu enable='yes'/>"))?
    }),
    kind("kernel-added", |d, _| {
        d.all("os/kernel").is_empty().then(|| d.insert(*d.all("os").first()?, "<kernel>/boot/vmlinuz-evil</kernel>"))?
    }),
    kind("cmdline-changed", |d, _| d.set_text(*d.all("os/cmdline").first()?, "init=/bin/sh")),
    kind("loader-changed", |d, r| {
        d.other_text("os/loader", &["/srv/firmware/OVMF_CODE.fd", "/usr/share/OVMF/evil.fd", "/tmp/code.fd"], r)
    }),
    kind("nvram-changed", |d, _| d.set_text(*d.all("os/nvram").first()?, "/srv/other_VARS.fd")),
    kind("machine-family-changed", |d, r| {
        let machine = d.all("os/type").first()?.attribute("machine")?;
        let all = ["pc-q35-9.0", "pc-i440fx-9.0", "virt-9.0", "pseries-9.0", "isapc"];
        let others: Vec<&str> = all
            .into_iter()
            .filter(|other| machine.rsplit_once('-').is_none_or(|(family, _)| !other.starts_with(family)))
            .collect();
        d.other_value("os/type", "machine", &others, r)
    }),
    kind("machine-version-changed", |d, _| {
        let node = *d.all("os/type").first()?;
        let machine = node.attribute("machine")?;
        // An alias leaves the version to the driver.
        let named = at(d.wanted, "os/type").first()?.attribute("machine")?;
        let (family, version) = machine.rsplit_once('-')?;
        (named == machine && version.contains('.')).then(|| d.set(node, "machine", &format!("{family}-2.4")))?
    }),
    kind("emulator-changed", |d, r| {
        d.other_text("devices/emulator", &["/opt/qemu/bin/qemu-system-x86_64", "/usr/bin/qemu-wrapper", "/tmp/qemu"], r)
    }),
    // Features, lifecycle, clock.
    kind("feature-removed", |d, r| {
        let all: Vec<_> = at(d.domain, "features").iter().flat_map(Node::children).filter(Node::is_element).collect();
        let node = *all.get(r.below(all.len().max(1)))?;
        let asked = at(d.wanted, &format!("features/{}", node.tag_name().name()));
        (!asked.is_empty()).then(|| d.remove(node))?
    }),
    kind("feature-added", |d, r| {
        let name = ["pae", "apic", "acpi", "viridian", "hap", "privnet"][r.below(6)];
        let node = format!("<{name}/>");
        match d.all("features").first() {
            Some(features) => d.all(&format!("features/{name}")).is_empty().then(|| d.insert(*features, &node))?,
            None => d.insert(d.domain, &format!("<features>{node}</features>")),
        }
    }),
    kind("hyperv-added", |d, _| {
        let block = "<hyperv mode='custom'><relaxed state='on'/></hyperv>";
        d.all("features/hyperv").is_empty().then(|| d.insert(*d.all("features").first()?, block))?
    }),
    kind("on-poweroff-changed", |d, r| d.other_text("on_poweroff", &["restart", "preserve", "destroy"], r)),
    kind("on-reboot-changed", |d, r| d.other_text("on_reboot", &["restart", "preserve", "destroy"], r)),
    kind("on-crash-changed", |d, r| d.other_text("on_crash", &["restart", "preserve", "destroy"], r)),
    kind("clock-changed", |d, r| d.other_value("clock", "offset", &["utc", "localtime"], r)),
    kind("timer-added", |d, _| {
        let block = "<timer name='hypervclock' present='yes'/>";
        let has = d.all("clock/timer").iter().any(|timer| timer.attribute("name") == Some("hypervclock"));
        (!has).then(|| d.insert(*d.all("clock").first()?, block))?
    }),
    // Disks.
    kind("disk-source-changed", |d, r| {
        d.set(d.any("devices/disk/source", r).filter(|it| it.has_attribute("file"))?, "file", "/srv/other.img")
    }),
    kind("disk-block-changed", |d, r| {
        d.set(d.any("devices/disk/source", r).filter(|it| it.has_attribute("dev"))?, "dev", "/dev/other")
    }),
    kind("disk-cache-changed", |d, r| {
        let node = d.any("devices/disk/driver", r)?;
        d.set(node, "cache", other(&["unsafe", "none", "writeback"], node.attribute("cache").unwrap_or_default(), r)?)
    }),
    kind("disk-io-changed", |d, r| {
        let node = d.any("devices/disk/driver", r)?;
        d.set(node, "discard", other(&["unmap", "ignore"], node.attribute("discard").unwrap_or_default(), r)?)
    }),
    kind("disk-format-changed", |d, r| d.other_value("devices/disk/driver", "type", &["qcow2", "vmdk", "vdi"], r)),
    kind("disk-bus-changed", |d, r| d.other_value("devices/disk/target", "bus", &["virtio", "scsi", "sata", "usb"], r)),
    kind("disk-target-changed", |d, r| d.other_value("devices/disk/target", "dev", &["vdy", "sdy", "hdd"], r)),
    kind("disk-readonly-added", |d, r| {
        let disk = d.any("devices/disk", r).filter(|it| it.attribute("device") == Some("disk"))?;
        let has = disk.children().any(|it| it.has_tag_name("readonly"));
        (!has).then(|| d.insert(disk, "<readonly/>"))?
    }),
    kind("disk-iotune-added", |d, r| {
        let disk = d.any("devices/disk", r)?;
        let has = disk.children().any(|it| it.has_tag_name("iotune"));
        (!has).then(|| d.insert(disk, "<iotune><total_iops_sec>100</total_iops_sec></iotune>"))?
    }),
    kind("disk-added", |d, _| d.add_device(DISK)),
    kind("cdrom-added", |d, _| {
        d.add_device("<disk type='file' device='cdrom'><driver name='qemu' type='raw'/><target dev='sdx' bus='scsi'/><readonly/></disk>")
    }),
    kind("disk-removed", |d, r| d.remove_asked("devices/disk", r)),
    // Network.
    kind("interface-source-changed", |d, r| d.other_value("devices/interface/source", "network", &["other"], r)),
    kind("interface-bridge-changed", |d, r| d.other_value("devices/interface/source", "bridge", &["br9"], r)),
    kind("interface-model-changed", |d, r| {
        d.other_value("devices/interface/model", "type", &["virtio", "e1000", "rtl8139", "e1000e"], r)
    }),
    kind("interface-mac-changed", |d, r| {
        let node = d.any("devices/interface/mac", r)?;
        let asked = d.desired.to_ascii_lowercase().contains(&node.attribute("address")?.to_ascii_lowercase());
        asked.then(|| d.set(node, "address", "52:54:00:de:ad:02"))?
    }),
    kind("interface-link-changed", |d, r| {
        let node = d.any("devices/interface", r)?;
        let has = node.children().any(|it| it.has_tag_name("link"));
        (!has).then(|| d.insert(node, "<link state='down'/>"))?
    }),
    kind("interface-added", |d, _| d.add_device(NIC)),
    kind("interface-user-added", |d, _| {
        d.add_device("<interface type='user'><mac address='52:54:00:de:ad:03'/></interface>")
    }),
    kind("interface-removed", |d, r| d.remove_asked("devices/interface", r)),
    // Displays.
    kind("listen-changed", |d, r| {
        let graphics = d.any("devices/graphics", r)?;
        let listen = graphics
            .children()
            .find(|it| it.has_tag_name("listen"))
            .filter(|it| it.attribute("type") == Some("address"))?;
        let changed = d.set(listen, "address", "0.0.0.0")?;
        Some(changed.replace("listen='127.0.0.1'", "listen='0.0.0.0'"))
    }),
    kind("password-added", |d, r| {
        let graphics = d
            .any("devices/graphics", r)
            .filter(|it| ["vnc", "spice"].contains(&it.attribute("type").unwrap_or_default()))?;
        d.set(graphics, "passwd", "letmein")
    }),
    kind("graphics-added", |d, _| {
        d.all("devices/graphics").is_empty().then(|| {
        d.add_device("<graphics type='vnc' port='-1' autoport='yes' listen='0.0.0.0'><listen type='address' address='0.0.0.0'/></graphics>")
    })?
    }),
    kind("graphics-removed", |d, r| d.remove_asked("devices/graphics", r)),
    kind("video-model-changed", |d, r| d.other_value("devices/video/model", "type", &["qxl", "bochs", "vmvga"], r)),
    kind("video-added", |d, _| {
        d.add_device("<video><model type='qxl' ram='65536' vram='65536' vgamem='16384' heads='1'/></video>")
    }),
    kind("video-removed", |d, r| d.remove_asked("devices/video", r)),
    // Other devices.
    kind("tablet-added", |d, _| d.add_device("<input type='tablet' bus='usb'/>")),
    kind("input-removed", |d, r| d.remove_asked("devices/input", r)),
    kind("serial-added", |d, _| {
        let target = "<target type='isa-serial' port='3'><model name='isa-serial'/></target>";
        d.add_device(&format!(
            "<serial type='tcp'><source mode='bind' host='0.0.0.0' service='4444'/>{target}</serial>"
        ))
    }),
    kind("serial-removed", |d, r| d.remove_asked("devices/serial", r)),
    kind("channel-added", |d, _| {
        d.add_device("<channel type='unix'><target type='virtio' name='org.example.added'/></channel>")
    }),
    kind("channel-removed", |d, r| d.remove_asked("devices/channel", r)),
    kind("controller-scsi-added", |d, _| d.add_device("<controller type='scsi' index='7' model='virtio-scsi'/>")),
    kind("controller-usb-added", |d, _| d.add_device("<controller type='usb' index='5' model='qemu-xhci'/>")),
    kind("controller-pci-added", |d, _| {
        d.add_device(
            "<controller type='pci' index='29' model='pcie-root-port'><model name='pcie-root-port'/></controller>",
        )
    }),
    kind("controller-removed", |d, r| {
        let all: Vec<_> = d
            .all("devices/controller")
            .into_iter()
            .filter(|own| {
                let same = |it: &Node| {
                    it.attribute("type") == own.attribute("type") && it.attribute("index") == own.attribute("index")
                };
                at(d.wanted, "devices/controller").iter().any(|it| same(it) && it.has_attribute("model"))
            })
            .collect();
        d.remove(*all.get(r.below(all.len().max(1)))?)
    }),
    kind("controller-model-changed", |d, r| {
        let node = d
            .any("devices/controller", r)
            .filter(|it| ["usb", "scsi"].contains(&it.attribute("type").unwrap_or_default()))?;
        let same = |it: &Node| {
            it.attribute("type") == node.attribute("type") && it.attribute("index") == node.attribute("index")
        };
        let asked = at(d.wanted, "devices/controller").iter().any(|it| same(it) && it.has_attribute("model"));
        let models: &[&str] = if node.attribute("type") == Some("usb") {
            &["nec-xhci", "piix4-uhci"]
        } else {
            &["lsisas1068", "vmpvscsi"]
        };
        asked.then(|| d.set(node, "model", other(models, node.attribute("model")?, r)?))?
    }),
    kind("address-changed", |d, r| {
        let all: Vec<_> = d
            .domain
            .descendants()
            .filter(|it| it.has_tag_name("address") && it.attribute("type") == Some("pci"))
            .collect();
        let node = *all.get(r.below(all.len().max(1)))?;
        let device = node.parent_element()?.tag_name().name();
        let numbers = |it: &Node| {
            ["domain", "bus", "slot", "function"].map(|name| {
                let text = it.attribute(name).unwrap_or("0");
                u32::from_str_radix(text.trim_start_matches("0x"), 16).unwrap_or(0)
            })
        };
        let asked = d.wanted.descendants().any(|it| {
            it.has_tag_name("address")
                && it.has_attribute("slot")
                && it.parent_element().is_some_and(|parent| parent.tag_name().name() == device)
                && numbers(&it) == numbers(&node)
        });
        asked.then(|| d.set(node, "slot", "0x1b"))?
    }),
    kind("watchdog-added", |d, _| d.add_device("<watchdog model='i6300esb' action='poweroff'/>")),
    kind("rng-added", |d, _| d.add_device("<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>")),
    kind("tpm-added", |d, _| {
        d.all("devices/tpm")
            .is_empty()
            .then(|| d.add_device("<tpm model='tpm-tis'><backend type='emulator' version='2.0'/></tpm>"))?
    }),
    kind("sound-added", |d, _| d.add_device("<sound model='ich9'/>")),
    kind("sound-removed", |d, r| d.remove_asked("devices/sound", r)),
    kind("audio-changed", |d, r| d.other_value("devices/audio", "type", &["pulseaudio", "sdl", "oss"], r)),
    kind("filesystem-added", |d, _| {
        d.add_device(
            "<filesystem type='mount' accessmode='passthrough'><source dir='/etc'/><target dir='etc'/></filesystem>",
        )
    }),
    kind("hostdev-pci-added", |d, _| {
        let source = "<source><address domain='0x0000' bus='0x65' slot='0x00' function='0x0'/></source>";
        d.add_device(&format!("<hostdev mode='subsystem' type='pci' managed='yes'>{source}</hostdev>"))
    }),
    kind("hostdev-usb-added", |d, _| {
        let source = "<source><vendor id='0x1050'/><product id='0x0407'/></source>";
        d.add_device(&format!("<hostdev mode='subsystem' type='usb' managed='no'>{source}</hostdev>"))
    }),
    kind("hostdev-removed", |d, r| d.remove_asked("devices/hostdev", r)),
    kind("redirdev-added", |d, _| {
        d.add_device(
            "<redirdev bus='usb' type='tcp'><source mode='connect' host='10.0.0.9' service='4000'/></redirdev>",
        )
    }),
    kind("memballoon-removed", |d, _| {
        let node = *d.all("devices/memballoon").first()?;
        (node.attribute("model") != Some("none")).then(|| d.splice(node.range(), "<memballoon model='none'/>"))?
    }),
    kind("memballoon-changed", |d, _| {
        let node = d.all("devices/memballoon").into_iter().find(|it| it.attribute("model") != Some("none"))?;
        d.set(node, "autodeflate", if node.attribute("autodeflate") == Some("on") { "off" } else { "on" })
    }),
    kind("shmem-added", |d, _| {
        d.add_device("<shmem name='added'><model type='ivshmem-plain'/><size unit='M'>4</size></shmem>")
    }),
    kind("vsock-added", |d, _| {
        d.all("devices/vsock")
            .is_empty()
            .then(|| d.add_device("<vsock model='virtio'><cid auto='no' address='77'/></vsock>"))?
    }),
    kind("seclabel-added", |d, _| d.add("seclabel", "<seclabel type='none' model='selinux'/>")),
    kind("qemu-arguments-added", |d, _| {
        let space = "http://libvirt.org/schemas/domain/qemu/1.0";
        let has = d.domain.children().any(|it| it.is_element() && it.tag_name().namespace() == Some(space));
        let block = format!("<q:commandline xmlns:q='{space}'><q:arg value='-snapshot'/></q:commandline>");
        (!has).then(|| d.insert(d.domain, &block))?
    }),
    // Details that tools set.
    kind("vcpu-cpuset-added", |d, _| {
        let node = *d.all("vcpu").first()?;
        (!node.has_attribute("cpuset")).then(|| d.set(node, "cpuset", "0-1"))?
    }),
    kind("memtune-added", |d, _| d.add("memtune", "<memtune><hard_limit unit='KiB'>8388608</hard_limit></memtune>")),
    kind("numatune-added", |d, _| d.add("numatune", "<numatune><memory mode='strict' nodeset='0'/></numatune>")),
    kind("sysinfo-added", |d, _| {
        d.add("sysinfo", "<sysinfo type='smbios'><system><entry name='serial'>changed</entry></system></sysinfo>")
    }),
    kind("genid-added", |d, _| d.add("genid", "<genid>0d2b3fa4-91a5-4a0c-8d28-5a7b31d4f0e1</genid>")),
    kind("pm-added", |d, _| d.add("pm", "<pm><suspend-to-mem enabled='yes'/></pm>")),
    kind("resource-added", |d, _| d.add("resource", "<resource><partition>/machine/other</partition></resource>")),
    kind("bios-serial-added", |d, _| {
        d.all("os/bios").is_empty().then(|| d.insert(*d.all("os").first()?, "<bios useserial='yes'/>"))?
    }),
    kind("initrd-changed", |d, _| d.set_text(*d.all("os/initrd").first()?, "/boot/initrd.other")),
    kind("disk-serial-added", |d, r| d.add_part("devices/disk", "serial", "<serial>CHANGED</serial>", r)),
    kind("disk-shareable-added", |d, r| d.add_part("devices/disk", "shareable", "<shareable/>", r)),
    kind("disk-boot-added", |d, r| d.add_part("devices/disk", "boot", "<boot order='9'/>", r)),
    kind("disk-wwn-added", |d, r| d.add_part("devices/disk", "wwn", "<wwn>5000c50015ea71ff</wwn>", r)),
    kind("disk-detect-zeroes-added", |d, r| d.set(d.any("devices/disk/driver", r)?, "detect_zeroes", "unmap")),
    kind("disk-error-policy-changed", |d, r| {
        d.set(d.any("devices/disk/driver", r)?, "error_policy", if r.below(2) == 0 { "stop" } else { "ignore" })
    }),
    kind("disk-driver-removed", |d, r| {
        let node = d.any("devices/disk/driver", r)?;
        (node.attribute("type")? != "raw").then(|| d.remove(node))?
    }),
    kind("disk-snapshot-added", |d, r| {
        d.set(d.any("devices/disk", r).filter(|it| !it.has_attribute("snapshot"))?, "snapshot", "external")
    }),
    kind("interface-link-down", |d, r| d.add_part("devices/interface", "link", "<link state='down'/>", r)),
    kind("interface-mtu-added", |d, r| d.add_part("devices/interface", "mtu", "<mtu size='9000'/>", r)),
    kind("interface-vlan-added", |d, r| d.add_part("devices/interface", "vlan", "<vlan><tag id='42'/></vlan>", r)),
    kind("interface-bandwidth-added", |d, r| {
        let block = "<bandwidth><inbound average='1000'/></bandwidth>";
        d.add_part("devices/interface", "bandwidth", block, r)
    }),
    kind("interface-filter-added", |d, r| {
        d.add_part("devices/interface", "filterref", "<filterref filter='no-mac-spoofing'/>", r)
    }),
    kind("interface-boot-added", |d, r| d.add_part("devices/interface", "boot", "<boot order='8'/>", r)),
    kind("interface-trust-added", |d, r| d.set(d.any("devices/interface", r)?, "trustGuestRxFilters", "yes")),
    kind("interface-isolated", |d, r| d.add_part("devices/interface", "port", "<port isolated='yes'/>", r)),
    kind("filesystem-source-changed", |d, r| {
        d.set(d.any("devices/filesystem/source", r).filter(|it| it.has_attribute("dir"))?, "dir", "/srv/other")
    }),
    kind("hostdev-managed-changed", |d, r| d.other_value("devices/hostdev", "managed", &["yes", "no"], r)),
    kind("hostdev-source-changed", |d, r| {
        let node = d.any("devices/hostdev/source/address", r).filter(|it| it.has_attribute("slot"))?;
        d.set(node, "bus", "0x7f")
    }),
    kind("serial-source-changed", |d, r| {
        d.set(d.any("devices/serial/source", r).filter(|it| it.has_attribute("path"))?, "path", "/tmp/other")
    }),
    kind("serial-log-added", |d, r| d.add_part("devices/serial", "log", "<log file='/tmp/serial.log'/>", r)),
    kind("console-type-changed", |d, r| d.other_value("devices/console", "type", &["vc", "null"], r)),
    kind("graphics-port-changed", |d, r| {
        d.set(d.any("devices/graphics", r).filter(|it| it.has_attribute("port"))?, "port", "5977")
    }),
    kind("graphics-keymap-added", |d, r| {
        let vnc = d.any("devices/graphics", r).filter(|it| it.attribute("type") == Some("vnc"))?;
        (vnc.attribute("keymap") != Some("de")).then(|| d.set(vnc, "keymap", "de"))?
    }),
    kind("video-vram-changed", |d, r| d.other_value("devices/video/model", "vram", &["8192", "131072"], r)),
    kind("video-acceleration-added", |d, r| {
        d.add_part("devices/video/model", "acceleration", "<acceleration accel3d='yes'/>", r)
    }),
    kind("input-bus-changed", |d, r| {
        let node = d.any("devices/input", r).filter(|it| d.asked("devices/input") && it.has_attribute("bus"))?;
        d.set(node, "bus", other(&["usb", "virtio"], node.attribute("bus")?, r)?)
    }),
    kind("balloon-period-added", |d, r| d.add_part("devices/memballoon", "stats", "<stats period='7'/>", r)),
    kind("rng-backend-changed", |d, r| d.other_text("devices/rng/backend", &["/dev/random", "/dev/hwrng"], r)),
    kind("tpm-model-changed", |d, r| d.other_value("devices/tpm", "model", &["tpm-crb", "tpm-tis"], r)),
    kind("device-alias-changed", |d, r| {
        let devices = ["devices/disk", "devices/interface", "devices/serial", "devices/sound"];
        d.add_part(devices[r.below(devices.len())], "alias", "<alias name='ua-changed'/>", r)
    }),
    kind("panic-added", |d, _| {
        let has = d.all("devices/panic").iter().any(|it| it.attribute("model") == Some("hyperv"));
        (!has).then(|| d.add_device("<panic model='hyperv'/>"))?
    }),
    kind("iommu-added", |d, _| d.all("devices/iommu").is_empty().then(|| d.add_device("<iommu model='virtio'/>"))?),
    kind("memory-module-added", |d, _| {
        d.add_device("<memory model='dimm'><target><size unit='KiB'>524288</size><node>0</node></target></memory>")
    }),
    kind("qemu-argument-changed", |d, r| {
        let all: Vec<_> =
            d.domain.descendants().filter(|it| it.tag_name().name() == "arg" && it.has_attribute("value")).collect();
        d.set(*all.get(r.below(all.len().max(1)))?, "value", "-other")
    }),
];
