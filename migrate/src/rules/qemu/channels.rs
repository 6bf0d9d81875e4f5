//! Character devices, SPICE, and processes of the host that share the guest's memory.

use std::ptr;

use domxml::{
    AddressType, Audio, AudioType, Channel, ChannelTargetType, ChardevBackend, ChardevProtocol, ChardevProtocolType,
    ChardevReconnect, ChardevSocketMode, Console, Devices, Disk, DiskType, Filesystem, FilesystemAccessmode,
    FilesystemDriverType as Fs, FilesystemType, Interface, InterfaceDriver, InterfaceType, Parallel, Redirdev,
    RngBackend, RngBackendModel, Serial, Smartcard, SmartcardMode, YesNo, each,
};

use super::{refused, unread_console};
use crate::options::Driver;
use crate::rule::board::Board;
use crate::rule::kinds::check;
use crate::rule::scope::Scope;
use crate::rule::{Class, Context, rule};
use crate::rules::storage::source;

const NO_SPICE: &str = "a SPICE channel needs a SPICE display: add <graphics type='spice'/>, or leave this out";
const NOT_SHARED: &str = "this needs the guest's memory shared: add <access mode='shared'/> to <memoryBacking>, or memAccess='shared' to every cell";

rules![
    rule("qemu-spice-conflict", Class::Conflict)
        .summary("a SPICE channel or SPICE audio without a SPICE display")
        .doc(
            "Channels, redirected USB devices, smart cards and audio that go over SPICE need `<graphics \
             type='spice'>`; the QEMU driver refuses them without it.",
        )
        .finds("<devices><redirdev bus='usb' type='spicevmc'/></devices>")
        .finds("<devices><channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'/></channel></devices>")
        .finds("<devices><graphics type='vnc'/><audio id='1' type='spice'/></devices>")
        .row(refused(|it: &Redirdev, scope| without_spice(&it.type_, scope)))
        .row(refused(|it: &Channel, scope| without_spice(&it.type_, scope)))
        .row(refused(|it: &Serial, scope| without_spice(&it.type_, scope)))
        .row(refused(|it: &Parallel, scope| without_spice(&it.type_, scope)))
        .row(refused(|it: &Console, scope| without_spice(&it.type_, scope)))
        .row(refused(|it: &RngBackend, scope| match &it.model {
            RngBackendModel::Egd(egd) => without_spice(&egd.type_, scope),
            _ => None,
        }))
        .row(refused(|it: &Smartcard, scope| match &it.mode {
            SmartcardMode::Passthrough(mode) => without_spice(&mode.type_, scope),
            _ => None,
        }))
        .row(refused(|it: &Audio, scope| {
            (matches!(it.type_, AudioType::Spice(_)) && !scope.spice).then(|| {
                "SPICE audio needs a SPICE display: add <graphics type='spice'/>, or set type='none' or that of a sound server".to_owned()
            })
        })),
    rule("qemu-shared-memory-conflict", Class::Conflict)
        .summary("a process of the host that would need the guest's memory")
        .doc(
            "virtiofs and vhost-user devices are served by a process of the host that reads and writes the guest's \
             memory. The QEMU driver refuses them unless all of it is shared, in `<memoryBacking>` or by every NUMA \
             cell.",
        )
        .finds(
            "<devices><filesystem type='mount'><driver type='virtiofs'/><source dir='/s'/><target dir='t'/></filesystem></devices>",
        )
        .finds(
            "<devices><interface type='vhostuser'><source type='unix' path='/v.sock' mode='server'/><model type='virtio'/></interface></devices>",
        )
        .row(refused(|it: &Interface, scope| not_shared(matches!(it.type_, InterfaceType::Vhostuser(_)), scope)))
        .row(refused(|it: &Filesystem, scope| not_shared(is_virtiofs(it), scope)))
        .row(refused(|it: &Disk, scope| {
            not_shared(source(&it.type_).is_some() && matches!(it.type_, DiskType::Vhostuser(_) | DiskType::Vhostvdpa(_)), scope)
        })),
    rule("qemu-chardev-conflict", Class::Conflict)
        .summary("a character device that QEMU does not speak")
        .doc(
            "Over TCP, QEMU speaks `raw` and `telnet`; `tls` of the source encrypts it. A path below libvirt's own \
             folder is taken for one that it made itself, on which QEMU listens, so that nothing there connects again; a \
             virtio channel without a path is given such a one.",
        )
        .finds(
            "<devices><serial type='tcp'><source mode='bind' host='127.0.0.1' service='9000'/><protocol type='telnets'/></serial></devices>",
        )
        .finds(
            "<devices><channel type='unix'><source mode='connect' path='/var/lib/libvirt/qemu/channel/target/a/b'>\
             <reconnect enabled='yes' timeout='10'/></source><target type='virtio' name='b'/></channel></devices>",
        )
        .finds(
            "<devices><channel type='unix'><source mode='connect' path='/a'><reconnect enabled='yes' timeout='0'/></source>\
             <target type='virtio' name='b'/></channel></devices>",
        )
        .row(check(protocols).driver(Driver::Qemu))
        .row(check(pauses).driver(Driver::Qemu))
        .row(refused(|channel: &Channel, _| reconnects(channel))),
    rule("qemu-network-queue-conflict", Class::Conflict)
        .summary("a queue whose size is no power of two")
        .doc("The queues of a virtio network device hold a power of two of packets; the QEMU driver refuses other sizes.")
        .finds("<devices><interface type='user'><model type='virtio'/><driver rx_queue_size='300'/></interface></devices>")
        .row(refused(|nic: &Interface, _| queues(nic))),
    rule("qemu-filesystem-conflict", Class::Conflict)
        .summary("a folder that is mounted, or booted from, as QEMU cannot")
        .doc(
            "A guest boots from a virtiofs folder only where that is a PCI device, not on s390. virtiofs passes \
             rights through; modes of new files are for `accessmode='mapped'`, and QEMU mounts folders alone, \
             without limits of their size. The drivers `loop`, `nbd` and `ploop` are of containers.",
        )
        .finds("<devices><filesystem><driver type='loop'/><source dir='/s'/><target dir='t'/></filesystem></devices>")
        .finds("<devices><filesystem fmode='644'><source dir='/s'/><target dir='t'/></filesystem></devices>")
        .row(refused(|it: &Filesystem, _| folder(it).map(str::to_owned)))
        .finds(
            "<memoryBacking><access mode='shared'/></memoryBacking><os><type arch='s390x'>hvm</type></os><devices>\
             <filesystem type='mount'><driver type='virtiofs'/><source dir='/s'/><target dir='t'/><boot order='1'/></filesystem></devices>",
        )
        .row(
            refused(|it: &Filesystem, scope| {
                let elsewhere = match it.address.as_deref().map(|address| &address.type_) {
                    Some(AddressType::Pci(_)) => false,
                    Some(_) => true,
                    None => scope.board == Board::S390Ccw,
                };
                (is_virtiofs(it) && it.boot.is_some() && elsewhere)
                    .then(|| "a guest boots from virtiofs on PCI alone: leave out <boot>, or give it an address of PCI".to_owned())
            })
            .at(|it| it.boot.as_ref().map_or(&it.xml, |boot| &boot.xml)),
        ),
];

fn without_spice(backend: &ChardevBackend, scope: &Scope) -> Option<String> {
    let spice = matches!(backend, ChardevBackend::Spicevmc | ChardevBackend::Spiceport(_));
    (spice && !scope.spice).then(|| NO_SPICE.to_owned())
}

fn not_shared(served: bool, scope: &Scope) -> Option<String> {
    (served && !scope.shared_memory).then(|| NOT_SHARED.to_owned())
}

fn is_virtiofs(filesystem: &Filesystem) -> bool {
    filesystem.driver.as_ref().is_some_and(|driver| driver.type_ == Some(Fs::Virtiofs))
}

fn reconnects(channel: &Channel) -> Option<String> {
    let ChardevBackend::Unix(unix) = &channel.type_ else { return None };
    let source = unix.source.as_ref()?;
    let own = ["/var/lib/libvirt/qemu/channel/", "/run/libvirt/qemu/channel/", "/var/run/libvirt/qemu/channel/"];
    let ChannelTargetType::Virtio(virtio) = &channel.target.type_ else { return None };
    let generated = source.path.as_ref().is_none_or(|path| {
        own.iter().any(|folder| path.starts_with(folder))
            && virtio.name.as_deref().is_some_and(|name| path.ends_with(name))
    });
    let reconnects = source.reconnect.as_ref().is_some_and(|reconnect| reconnect.enabled == Some(YesNo::Yes));
    (generated && reconnects && source.mode != Some(ChardevSocketMode::Bind)).then(|| {
        match source.path {
            Some(_) => {
                "libvirt takes this path for its own and listens there: choose another path, or leave out <reconnect>"
            }
            None => "libvirt chooses a path and listens there: give one that is not its own, or leave out <reconnect>",
        }
        .to_owned()
    })
}

fn queues(nic: &Interface) -> Option<String> {
    let model = nic.model.as_ref().and_then(|model| model.type_.as_ref())?;
    let driver = driver(&nic.type_).filter(|_| model.as_str().starts_with("virtio"))?;
    let sizes = [("rx_queue_size", driver.rx_queue_size), ("tx_queue_size", driver.tx_queue_size)];
    let (name, size) = sizes
        .into_iter()
        .find_map(|(name, size)| size.filter(|size| *size > 0 && !size.is_power_of_two()).map(|size| (name, size)))?;
    Some(format!(
        "{name} is a power of two: set {} instead of {size}",
        size.checked_next_power_of_two().unwrap_or(1024)
    ))
}

fn driver(type_: &InterfaceType) -> Option<&InterfaceDriver> {
    match type_ {
        InterfaceType::Bridge(it) => it.driver.as_deref(),
        InterfaceType::Ethernet(it) => it.driver.as_deref(),
        InterfaceType::Vhostuser(it) => it.driver.as_deref(),
        InterfaceType::Network(it) => it.driver.as_deref(),
        InterfaceType::Direct(it) => it.driver.as_deref(),
        InterfaceType::User(it) => it.driver.as_deref(),
        InterfaceType::Vdpa(it) => it.driver.as_deref(),
        _ => None,
    }
}

fn folder(it: &Filesystem) -> Option<&'static str> {
    let mapped = it.accessmode == Some(FilesystemAccessmode::Mapped);
    if !matches!(it.type_, FilesystemType::Mount(_)) {
        return Some("QEMU mounts folders alone: set type='mount'");
    }
    if matches!(it.driver.as_ref().and_then(|it| it.type_), Some(Fs::Loop | Fs::Nbd | Fs::Ploop)) {
        return Some("containers have this driver: set type='path' or 'virtiofs' of <driver>, or leave it out");
    }
    if is_virtiofs(it) && it.accessmode.is_some_and(|mode| mode != FilesystemAccessmode::Passthrough) {
        return Some("virtiofs passes rights through: set accessmode='passthrough'");
    }
    if (it.fmode.is_some() || it.dmode.is_some()) && !mapped {
        return Some("modes of new files are for accessmode='mapped': set that, or leave out fmode and dmode");
    }
    (it.space_hard_limit.is_some() || it.space_soft_limit.is_some())
        .then_some("QEMU does not limit the size of a folder: leave out the limits")
}

/// Connections that are tried again without a pause. Those of interfaces and to emulators of a TPM are taken.
fn pauses(devices: &Devices, cx: &mut Context<'_>) {
    let mut taken = Vec::new();
    devices.interfaces.iter().for_each(|it| each(it, |again: &ChardevReconnect| taken.push(ptr::from_ref(again))));
    devices.tpms.iter().for_each(|it| each(it, |again: &ChardevReconnect| taken.push(ptr::from_ref(again))));
    each(devices, |again: &ChardevReconnect| {
        let without = again.enabled == Some(YesNo::Yes) && again.timeout == Some(0);
        if without && !taken.contains(&ptr::from_ref(again)) {
            cx.error(&again.xml, "a pause of no seconds before connecting again: set timeout to 1 or more");
        }
    });
}

fn protocols(devices: &Devices, cx: &mut Context<'_>) {
    let mut unread = Vec::new();
    if let Some(console) = unread_console(devices) {
        each(console, |protocol: &ChardevProtocol| unread.push(ptr::from_ref(protocol)));
    }
    each(devices, |protocol: &ChardevProtocol| {
        if matches!(protocol.type_, Some(ChardevProtocolType::Telnets | ChardevProtocolType::Tls))
            && !unread.contains(&ptr::from_ref(protocol))
        {
            cx.error(&protocol.xml, "QEMU speaks raw and telnet: set type='raw', and tls='yes' in <source> to encrypt");
        }
    });
}
