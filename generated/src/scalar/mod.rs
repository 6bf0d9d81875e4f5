//! The format's own scalars, named by `d:scalar` in the schema: each takes every spelling that libvirt takes, and
//! is written in the one that libvirt writes.

mod address;
mod cpuset;
mod ip;
mod number;
mod text;
mod time;
mod unit;
mod usbfilter;

pub use address::{MacAddress, UsbPort, Uuid};
pub use cpuset::CpuSet;
pub use ip::IpAddress;
pub use number::{
    AnyBase, AnyBaseInt, Byte, CcwCssid, CcwDevno, CcwSsid, Decimal, DecimalOrHex, HexInt, HexNumber, Natural,
    OctalMode, PciBus, PciDomain, PciFunction, PciSlot, PciePort, Retries, SevPolicy, SevSnpPolicy, Signed,
    SignedAnyBase, SignedInt, SpaprVioReg, ThreeBytes, UsbId, WideNumber, WrappingInt, WrappingLong, ZpciFid, ZpciUid,
};
pub use text::{CleanPath, LaxYesNo, LoadParm, NicModel};
pub use time::DateTime;
pub(crate) use unit::in_bytes;
pub use unit::{MemoryUnit, bytes};
pub use usbfilter::{UsbFilterClass, UsbFilterId, UsbFilterVersion};

#[cfg(test)]
mod testing {
    use domxml_runtime::Scalar;

    /// The canonical spelling of what a text is read as.
    pub(crate) fn spelt<T: Scalar>(text: &str) -> Option<String> {
        let mut out = String::new();
        T::parse(text).ok()?.write(&mut out);
        Some(out)
    }

    /// Checks pairs of a text and its canonical spelling, which must be read back as itself; none: it is refused.
    pub(crate) fn check<T: Scalar>(pairs: &[(&str, Option<&str>)]) {
        for (text, expected) in pairs {
            assert_eq!(spelt::<T>(text).as_deref(), *expected, "{text:?}");
            if let Some(expected) = expected {
                assert_eq!(spelt::<T>(expected).as_deref(), Some(*expected), "{text:?} again");
            }
        }
    }
}
