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

use domxml_runtime::{Described, Expected, FieldKind, ParseErrors, Scalar as _, ScalarError};
use proptest::prelude::{Arbitrary, Strategy};
use proptest::strategy::BoxedStrategy;
use relaxng_model::Grammar;
use relaxng_model::grammar::{Kind, Pattern};
use relaxng_model::places::{Given, Member, Place};
use relaxng_model::strategy::{Documents, documents};

use crate::bindings::{Device, Devices, Domain};
use crate::device::LoneDevice;
use crate::grammar::grammar;
use crate::scalar::Decimal;

/// The texts of domains that the schema takes, each on one line, with numbers [as libvirt reads them](in_decimal). Most of what is optional
/// is left out, see [`Documents::left_out`].
pub fn domain_texts() -> impl Strategy<Value = String> {
    domain_documents().prop_map(|text| match Domain::from_xml(&text) {
        Err(errors) => in_decimal(&text, &errors),
        Ok(_) => text,
    })
}

fn domain_documents() -> Documents {
    documents(grammar()).left_out(4, 5)
}

/// A text, of which a reader said what is wrong with it, with decimal digits for those after `0x` in numbers of which libvirt reads no others.
/// The schema, as libvirt's own, takes both.
#[must_use]
pub fn in_decimal(text: &str, errors: &ParseErrors) -> String {
    let mut decimal = text.to_owned();
    let Err(ScalarError { expected: Expected::Described(wanted) }) = Decimal::parse("") else { return decimal };
    // From the last on, so that the places of the others stay.
    for error in errors.errors.iter().rev().filter(|error| error.expected == [&*wanted]) {
        let digits = text.get(error.range.clone()).and_then(|value| value.strip_prefix("0x"));
        if let Some(number) = digits.and_then(|digits| u64::from_str_radix(digits, 16).ok()) {
            decimal.replace_range(error.range.clone(), &number.to_string());
        }
    }
    decimal
}

/// Domains.
pub fn domains() -> impl Strategy<Value = Domain> {
    domain_documents().prop_filter_map("no domain", |text| Domain::from_xml(&text).ok())
}

/// The texts of devices that stand alone, as they are given to `virsh attach-device`; as [`domain_texts`].
pub fn device_texts() -> impl Strategy<Value = String> {
    device_documents().prop_map(|text| match Device::from_xml(&text) {
        Err(errors) => in_decimal(&text, &errors),
        Ok(_) => text,
    })
}

fn device_documents() -> Documents {
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
    documents(Arc::clone(devices)).left_out(3, 5)
}

/// Devices that stand alone, of every kind.
pub fn devices() -> impl Strategy<Value = LoneDevice> {
    device_documents().prop_filter_map("no device", |text| Device::from_xml(&text).ok())
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
