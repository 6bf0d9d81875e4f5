//! Devices of one machine or architecture that others do not have.

use domxml::{
    ArchName, Console, ConsoleTargetType, Controller, ControllerType, ControllerTypeScsiModel as ScsiModel, Devices,
    Domain, Input, InputBus, InputType, Memballoon, MemballoonModel, MemoryBackingSourceType, Nvram, OnOff, Parallel,
    Serial, SerialTargetModelName as SerialModel, SerialTargetType, Sound, SoundModel, Video, VideoDriverName,
    VideoModelType, VideoModelTypeVirtio, VideoModelTypeVirtioDevice as Device, YesNo,
};

use super::disks::no_ide;
use super::{refused, refused_where};
use crate::options::Driver;
use crate::rule::board::{Board, is_power, is_s390};
use crate::rule::kinds::check;
use crate::rule::scope::Scope;
use crate::rule::{Class, Context, rule};

rules![
    rule("qemu-serial-conflict", Class::Conflict)
        .summary("a serial or parallel port that the machine does not have")
        .doc(
            "`spapr-vio-serial` is of pseries, `sclp-serial` and consoles of SCLP of s390, `isa-debug` of x86, `pl011` \
             of the `virt` board of ARM; pseries and s390 have no parallel ports, and no guest of QEMU has a console \
             of Xen, of User Mode Linux or of containers.",
        )
        .finds("<devices><serial type='pty'><target type='spapr-vio-serial'/></serial></devices>")
        .finds("<devices><serial type='pty'><target><model name='spapr-vty'/></target></serial></devices>")
        .finds("<os><type arch='s390x'>hvm</type></os><devices><parallel type='pty'/></devices>")
        .finds("<devices><console type='pty'><target type='lxc'/></console></devices>")
        .finds("<devices><console type='pty'><target type='uml'/></console></devices>")
        .row(refused(|serial: &Serial, scope| {
            let target = serial.target.as_ref()?;
            let model = target.model.as_ref().map(|model| model.name);
            match (target.type_, model) {
                (Some(SerialTargetType::SpaprVioSerial), _) | (None, Some(SerialModel::SpaprVty)) if scope.board != Board::Pseries => {
                    Some("only pseries machines have this serial port: leave out <target>")
                }
                (Some(SerialTargetType::SclpSerial), _) if !is_s390(scope.arch) => {
                    Some("only s390 guests have this serial port: leave out <target>")
                }
                (Some(SerialTargetType::IsaDebug), _) if !scope.is_x86() => {
                    Some("only x86 guests have a debug port of ISA: leave it out")
                }
                (_, Some(SerialModel::Pl011)) if scope.board != Board::ArmVirt => {
                    Some("only the virt machine of ARM has a pl011: leave out <target>")
                }
                (_, Some(SerialModel::Uart16550a))
                    if !matches!(scope.board, Board::RiscvVirt | Board::LoongarchVirt | Board::Other) =>
                {
                    Some("only the virt machines of RISC-V and LoongArch have a 16550a: leave out <target>")
                }
                (None, Some(SerialModel::PciSerial)) => Some("this model is of the type pci-serial: set it"),
                (None, Some(SerialModel::IsaDebugcon)) => Some("this model is of the type isa-debug: set it"),
                (None, Some(SerialModel::Sclpconsole | SerialModel::Sclplmconsole)) if !is_s390(scope.arch) => {
                    Some("only s390 guests have this serial port: leave out <model>")
                }
                (None, Some(SerialModel::UsbSerial)) => Some("this model is of the type usb-serial: set it"),
                _ => None,
            }
            .map(str::to_owned)
        }))
        .row(refused(|console: &Console, scope| {
            match console.target.as_ref()?.type_? {
                ConsoleTargetType::Sclp | ConsoleTargetType::Sclplm if !is_s390(scope.arch) => {
                    Some("only s390 guests have this console: set the target's type to serial or virtio")
                }
                ConsoleTargetType::Serial | ConsoleTargetType::Virtio | ConsoleTargetType::Sclp | ConsoleTargetType::Sclplm => None,
                _ => Some("QEMU has no console of this type: set the target's type to serial or virtio"),
            }
            .map(str::to_owned)
        }))
        .row(refused_where::<Parallel>(
            |scope| scope.board == Board::Pseries || is_s390(scope.arch),
            "this machine has no parallel ports: leave it out",
        )),
    rule("qemu-controller-conflict", Class::Conflict)
        .summary("a controller that the machine does not have")
        .doc(
            "IDE controllers are of pc, SATA not of s390; `buslogic` is of other hypervisors, as are `xenbus` and \
             `isa`, and s390 has SCSI controllers of virtio alone. Queues, limits and `ioeventfd` are of controllers \
             of virtio SCSI, some also of NVMe.",
        )
        .finds("<os><type arch='x86_64' machine='q35'>hvm</type></os><devices><controller type='ide' index='0'/></devices>")
        .finds("<devices><controller type='ide' index='1'/></devices>")
        .finds("<devices><controller type='scsi' index='0' model='buslogic'/></devices>")
        .finds("<devices><controller type='scsi' index='0' model='lsilogic'><driver queues='2'/></controller></devices>")
        .row(refused(|controller: &Controller, scope| controller_objection(controller, scope).map(str::to_owned)))
        .row(
            refused(|controller: &Controller, scope| option_objection(controller, scope))
                .at(|controller| controller.driver.as_ref().map_or(&controller.xml, |driver| &driver.xml)),
        ),
    rule("qemu-video-conflict", Class::Conflict)
        .summary("a video card that the machine does not have, or not so many of")
        .doc(
            "`vmvga` and `qxl` are of x86, `ramfb` not of Power and s390, and s390 has `virtio` alone; `xen`, `vbox` \
             and `gop` are of other hypervisors. Cards beside the first, and such with several screens (`heads`), are \
             `virtio` or `qxl`. Blobs are shared by way of a guest's memory that is of the kind `memfd`.",
        )
        .finds("<os><type arch='aarch64' machine='virt'>hvm</type></os><devices><graphics type='vnc'/><video><model type='qxl'/></video></devices>")
        .finds("<devices><graphics type='vnc'/><video><model type='vbox'/></video></devices>")
        .finds("<devices><graphics type='vnc'/><video><model type='vga'/></video><video><model type='cirrus'/></video></devices>")
        .finds("<devices><graphics type='vnc'/><video><model type='vga' heads='2'/></video></devices>")
        .finds("<devices><graphics type='vnc'/><video><driver name='vhostuser'/><model type='virtio' device='virtio-gpu'/></video></devices>")
        .finds("<devices><graphics type='vnc'/><video><model type='virtio' device='virtio-vga-gl'/></video></devices>")
        .finds("<devices><graphics type='vnc'/><video><model type='virtio' blob='on'/></video></devices>")
        .row(check(cards).driver(Driver::Qemu))
        .row(check(blobs).driver(Driver::Qemu))
        .row(refused(|video: &Video, _| of_device(video).map(str::to_owned)))
        .row(refused(|video: &Video, scope| {
            let model = &video.model.as_ref()?.type_;
            let objection = match model {
                VideoModelType::Xen | VideoModelType::Vbox | VideoModelType::Gop => {
                    "QEMU has no video card of this model: set it to virtio or vga"
                }
                VideoModelType::Vmvga | VideoModelType::Qxl(_) if !scope.is_x86() => {
                    "only x86 guests have this video card: set the model to virtio"
                }
                VideoModelType::Ramfb if is_power(scope.arch) || is_s390(scope.arch) => {
                    "guests of this architecture have no ramfb: set the model to virtio"
                }
                VideoModelType::Vga | VideoModelType::Cirrus | VideoModelType::Bochs if is_s390(scope.arch) => {
                    "s390 guests have virtio video cards alone: set the model to virtio"
                }
                _ => return None,
            };
            Some(objection.to_owned())
        })),
    rule("qemu-input-bus-conflict", Class::Conflict)
        .summary("an input device on a bus that the machine does not have")
        .doc("PS/2 is of PCs. The `virt` boards, pseries and s390 have USB and virtio.")
        .finds("<os><type arch='aarch64' machine='virt'>hvm</type></os><devices><input type='keyboard' bus='ps2'/></devices>")
        .row(refused(|input: &Input, scope| input_objection(input, scope).map(str::to_owned))),
    rule("qemu-device-conflict", Class::Conflict)
        .summary("a device that the machine does not have")
        .doc(
            "`<nvram>` is of pseries; a sound card `ich7` and a balloon of Xen are none of QEMU's, s390 has no \
             `ich9` sound, and a guest has one smart card.",
        )
        .finds("<devices><nvram><address type='spapr-vio' reg='0x3000'/></nvram></devices>")
        .finds("<devices><sound model='ich7'/></devices>")
        .row(refused_where::<Nvram>(
            |scope| scope.board != Board::Pseries,
            "only pseries machines have <nvram> among the devices: leave it out",
        ))
        .finds("<devices><smartcard mode='host'/><smartcard mode='host'/></devices>")
        .row(check(second_smartcard).driver(Driver::Qemu))
        .row(refused(|sound: &Sound, scope| {
            match sound.model {
                SoundModel::Ich7 => Some("QEMU has no sound card of this model: set model='ich9'"),
                SoundModel::Ich9 if is_s390(scope.arch) => Some("s390 guests have no sound card of this model: set model='virtio'"),
                _ => None,
            }
            .map(str::to_owned)
        }))
        .row(refused(|balloon: &Memballoon, scope: &Scope| {
            (balloon.model == MemballoonModel::Xen && scope.is_hvm()).then(|| "the balloon of Xen is none of QEMU's: set model='virtio'".to_owned())
        })),
];

/// The options of `<driver>` are those of virtio SCSI; NVMe has some of them.
fn option_objection(controller: &Controller, scope: &Scope) -> Option<String> {
    let driver = controller.driver.as_ref()?;
    let nvme = match &controller.type_ {
        ControllerType::Nvme(_) => true,
        ControllerType::Scsi(scsi) => {
            let model = scsi.model.filter(|model| *model != ScsiModel::Auto);
            // Where none is said it is that of the machine.
            let virtio = model.map_or(!scope.is_x86() && scope.board != Board::Pseries, is_virtio_scsi);
            if virtio {
                return None;
            }
            false
        }
        _ => false,
    };
    let number = |number: Option<u32>| number.is_some_and(|number| number > 0);
    let given = [
        ("queues", number(driver.queues) && !nvme),
        ("ioeventfd", driver.ioeventfd.is_some() && !nvme),
        ("cmd_per_lun", number(driver.cmd_per_lun)),
        ("max_sectors", number(driver.max_sectors)),
    ];
    let (name, _) = given.into_iter().find(|(_, given)| *given)?;
    Some(format!("only controllers of the model virtio-scsi have {name}: leave it out, or set model='virtio-scsi'"))
}

fn is_virtio_scsi(model: ScsiModel) -> bool {
    matches!(model, ScsiModel::VirtioScsi | ScsiModel::VirtioTransitional | ScsiModel::VirtioNonTransitional)
}

fn controller_objection(controller: &Controller, scope: &Scope) -> Option<&'static str> {
    match &controller.type_ {
        ControllerType::Ide(_) if no_ide(scope) => Some("this machine has no IDE: leave out the controller"),
        ControllerType::Ide(_) if scope.board == Board::I440fx && controller.index.is_some_and(|index| index > 0) => {
            Some("this machine has one IDE controller: leave this one out")
        }
        ControllerType::Sata if is_s390(scope.arch) => Some("s390 guests have no SATA: take a SCSI controller"),
        ControllerType::Xenbus(_) | ControllerType::Isa if scope.is_hvm() => {
            Some("QEMU has no controller of this type: leave it out")
        }
        ControllerType::Scsi(scsi) => match scsi.model? {
            ScsiModel::Buslogic => Some("QEMU has no buslogic controller: set model='virtio-scsi' or 'lsilogic'"),
            ScsiModel::Ncr53c90 if scope.board != Board::Other => {
                Some("this machine has no ncr53c90 controller: set model='virtio-scsi'")
            }
            ScsiModel::Lsilogic | ScsiModel::Lsisas1068 | ScsiModel::Lsisas1078 | ScsiModel::Vmpvscsi
                if is_s390(scope.arch) =>
            {
                Some("s390 guests have SCSI controllers of virtio alone: set model='virtio-scsi'")
            }
            _ => None,
        },
        _ => None,
    }
}

/// What does not go together with QEMU's device of a virtio card.
fn of_device(video: &Video) -> Option<&'static str> {
    let model = video.model.as_ref()?;
    let VideoModelType::Virtio(VideoModelTypeVirtio { device: Some(device), .. }) = &model.type_ else { return None };
    let apart = video.driver.as_ref().is_some_and(|driver| driver.name == Some(VideoDriverName::Vhostuser));
    let is_apart = matches!(device, Device::VhostUserVga | Device::VhostUserGpu);
    if apart != is_apart {
        return Some(
            "the devices vhost-user-vga and vhost-user-gpu are those of <driver name='vhostuser'/>: leave out device, or change one of the two",
        );
    }
    let drawn = model.acceleration.as_ref().is_some_and(|it| it.accel3d == Some(YesNo::Yes));
    let draws = matches!(device, Device::VirtioVgaGl | Device::VirtioGpuGl);
    (draws && !drawn).then_some(
        "a device that draws by OpenGL is accelerated: add <acceleration accel3d='yes'/>, or leave out device",
    )
}

/// What the first card can be the others cannot, and most have one screen.
fn blobs(domain: &Domain, cx: &mut Context<'_>) {
    let source = domain.memory_backing.as_ref().and_then(|backing| backing.source.as_ref());
    let is_memfd = source.is_some_and(|source| source.type_ == Some(MemoryBackingSourceType::Memfd));
    let models = domain.devices.iter().flat_map(|devices| &devices.videos).filter_map(|video| video.model.as_ref());
    for model in models.filter(|_| !is_memfd) {
        if model.blob == Some(OnOff::On) && matches!(model.type_, VideoModelType::Virtio(_)) {
            let why =
                "blobs need memory that is a memfd: set <source type='memfd'/> in <memoryBacking>, or leave out blob";
            cx.error(&model.xml, why);
        }
    }
}

fn cards(devices: &Devices, cx: &mut Context<'_>) {
    let primary = |video: &Video| video.model.as_ref().is_some_and(|model| model.primary == Some(YesNo::Yes));
    let first = devices.videos.iter().position(primary).unwrap_or(0);
    for (index, video) in devices.videos.iter().enumerate() {
        let Some(model) = &video.model else {
            if index != first && cx.scope.is_x86() {
                cx.error(
                    &video.xml,
                    "a video card beside the first is virtio or qxl: add <model type='virtio'/>, or leave it out",
                );
            }
            continue;
        };
        let several = matches!(model.type_, VideoModelType::Qxl(_) | VideoModelType::Virtio(_));
        if several || matches!(model.type_, VideoModelType::None) {
            continue;
        }
        if index != first {
            cx.error(&model.xml, "only the first video card can be of this model: set it to virtio, or leave it out");
        } else if model.heads.is_some_and(|heads| heads != 1) {
            cx.error(
                &model.xml,
                "a video card of this model has one screen: leave out heads, or set the model to virtio",
            );
        } else if model.resolution.is_some()
            && matches!(model.type_, VideoModelType::Cirrus | VideoModelType::Vmvga | VideoModelType::Ramfb)
        {
            cx.error(&model.xml, "a video card of this model has no resolution to choose: leave out <resolution>");
        }
    }
}

fn input_objection(input: &Input, scope: &Scope) -> Option<&'static str> {
    // That a tablet is on no PS/2 bus, whatever the machine, is said for every driver.
    let bus = match &input.type_ {
        InputType::Mouse(it) | InputType::Keyboard(it) => it.bus?,
        _ => return None,
    };
    let lacks_ps2 = scope.board.has_ps2() == Some(false) || is_arm(scope);
    (bus == InputBus::Ps2 && lacks_ps2).then_some("this machine has no PS/2: set bus='usb' or 'virtio'")
}

/// Whether it is an ARM, of which libvirt takes no board to have PS/2.
fn is_arm(scope: &Scope) -> bool {
    matches!(scope.arch, Some(ArchName::Aarch64 | ArchName::Armv7l | ArchName::Armv6l))
}

fn second_smartcard(devices: &Devices, cx: &mut Context<'_>) {
    for second in devices.smartcards.iter().skip(1) {
        cx.error(&second.xml, "a guest of QEMU has one smart card: leave this one out");
    }
}
