//! What drivers ask of libvirt's parser, and what they choose before it does.

use domxml::{ConsoleTargetType, VideoModelType};

use crate::options::Driver;
use crate::rule::scope::Scope;

/// Those that keep the aliases of users.
pub const KEEP_ALIASES: &[Driver] = &[Driver::Qemu, Driver::Test, Driver::Xen, Driver::Ch];
/// Those that choose the firmware of a guest.
pub const CHOOSE_FIRMWARE: &[Driver] = &[Driver::Qemu, Driver::Test, Driver::Xen, Driver::Bhyve, Driver::Vmware];
/// Those that plug memory in.
pub const PLUG_MEMORY: &[Driver] = &[Driver::Qemu, Driver::Test, Driver::Hyperv];
/// Those that have CPUs of which each is described.
pub const DESCRIBE_CPUS: &[Driver] = &[Driver::Qemu, Driver::Test];

impl Driver {
    /// Whether a name may have a slash in it.
    #[must_use]
    pub fn takes_slash(self) -> bool {
        matches!(self, Self::Vmware | Self::Vbox | Self::Openvz)
    }

    /// The units that are given out on a SCSI bus. One of those on a wide bus is the controller's own.
    #[must_use]
    pub fn scsi_units(self) -> &'static [u32] {
        const WIDE: [u32; 15] = [0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15];
        if self == Self::Vmware { &WIDE } else { &WIDE[..7] }
    }

    /// The controller and the unit on it of the disk of this number on SCSI.
    #[must_use]
    pub fn scsi_place(self, index: u32) -> (u32, u32) {
        let units = self.scsi_units();
        let on_bus = u32::try_from(units.len()).unwrap_or(1);
        (index / on_bus, units[(index % on_bus) as usize])
    }

    /// The model of a video card without one, where it is the same for all guests.
    #[must_use]
    pub fn video(self) -> Option<VideoModelType> {
        match self {
            Self::Vmware => Some(VideoModelType::Vmvga),
            Self::Vbox => Some(VideoModelType::Vbox),
            Self::Bhyve => Some(VideoModelType::Gop),
            _ => None,
        }
    }

    /// What names of network devices begin with that libvirt makes up.
    #[must_use]
    pub fn made_up_devices(self) -> &'static [&'static str] {
        const ALL: [&str; 4] = ["vnet", "macvtap", "macvlan", "vif"];
        if self == Self::Xen { &ALL } else { &ALL[..3] }
    }
}

impl Scope {
    /// The type of a console without one.
    #[must_use]
    pub fn usual_console(&self) -> ConsoleTargetType {
        match self.driver {
            _ if self.is_hvm() => ConsoleTargetType::Serial,
            Driver::Xen => ConsoleTargetType::Xen,
            Driver::Lxc => ConsoleTargetType::Lxc,
            Driver::Uml => ConsoleTargetType::Uml,
            Driver::Openvz => ConsoleTargetType::Openvz,
            _ => ConsoleTargetType::Serial,
        }
    }
}
