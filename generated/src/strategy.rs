//! Strategies of [proptest](https://docs.rs/proptest): domains and devices as the schema takes them, to test a program with that reads,
//! changes or writes them. `any::<Domain>()` gives them too.
//!
//! ```
//! use domxml::{Domain, strategy};
//! use proptest::prelude::*;
//!
//! proptest! {
//!     // #[test]
//!     fn what_is_written_is_read_again(domain in strategy::domains()) {
//!         let text = domain.to_xml()?;
//!         prop_assert_eq!(Domain::from_xml(&text)?.to_xml()?, text);
//!     }
//! }
//! # what_is_written_is_read_again();
//! ```
//!
//! A domain that fails a test is made smaller by leaving out what it need not have, so that it shows what the failure takes.
//!
//! What the schema takes is no machine that would start: libvirt refuses much that no schema can say, as two disks of one name. The
//! names, paths and numbers are made up, and lead nowhere.

use std::sync::{Arc, OnceLock};

use domxml_runtime::{Described, FieldKind};
use proptest::prelude::{Arbitrary, Strategy};
use proptest::strategy::BoxedStrategy;
use relaxng_model::Grammar;
use relaxng_model::grammar::{Kind, Pattern};
use relaxng_model::places::{Given, Member, Place};
use relaxng_model::strategy::{Documents, documents};

use crate::bindings::{Device, Devices, Domain};
use crate::device::LoneDevice;
use crate::grammar::grammar;

/// The texts of domains that the schema takes and libvirt reads, each on one line. Most of what is optional is left out, see
/// [`Documents::left_out`].
pub fn domain_texts() -> impl Strategy<Value = String> {
    read(documents(grammar()).left_out(4, 5), |text| Domain::from_xml(text).is_ok())
}

/// Leaves out the few texts with a value that the schema takes and libvirt does not, as a number after `0x` where it reads decimal digits.
fn read(texts: Documents, is_read: fn(&str) -> bool) -> impl Strategy<Value = String> {
    texts.prop_filter("libvirt does not read it", move |text| is_read(text))
}

/// Domains.
pub fn domains() -> impl Strategy<Value = Domain> {
    domain_texts().prop_filter_map("no domain", |text| Domain::from_xml(&text).ok())
}

/// The texts of devices that stand alone, as they are given to `virsh attach-device`; as [`domain_texts`].
pub fn device_texts() -> impl Strategy<Value = String> {
    static DEVICES: OnceLock<Arc<Grammar>> = OnceLock::new();
    let devices = DEVICES.get_or_init(|| {
        let whole = grammar();
        let any = Given::default();
        let domain = Place::document(&whole).child(&whole, &any, "", "domain");
        let place = domain.and_then(|domain| domain.child(&whole, &any, "", "devices")).unwrap_or_default();
        let is_device = |member: &Member<'_>| {
            let fields = Devices::table().fields;
            fields.iter().any(|line| line.kind == FieldKind::Child && line.is(member.ns, member.name))
        };
        let members = place.content(&whole, &any).children.into_iter().filter(is_device);
        let patterns = members.flat_map(|member| member.forms).map(|form| form.pattern.clone()).collect();
        let start = Pattern { kind: Kind::Choice(patterns), origin: whole.start.origin };
        Arc::new(Grammar { start, ..Grammar::clone(&whole) })
    });
    read(documents(Arc::clone(devices)).left_out(3, 5), |text| Device::from_xml(text).is_ok())
}

/// Devices that stand alone, of every kind.
pub fn devices() -> impl Strategy<Value = LoneDevice> {
    device_texts().prop_filter_map("no device", |text| Device::from_xml(&text).ok())
}

impl Arbitrary for Domain {
    type Parameters = ();
    type Strategy = BoxedStrategy<Domain>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        domains().boxed()
    }
}

impl Arbitrary for LoneDevice {
    type Parameters = ();
    type Strategy = BoxedStrategy<LoneDevice>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        devices().boxed()
    }
}
