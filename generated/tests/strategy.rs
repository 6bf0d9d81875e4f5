//! What the strategies make is taken by the schema and by the types, and what is made of it survives.
#![cfg(all(feature = "proptest", feature = "validate"))]

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use domxml::{Described, Device, Devices, Domain, FieldKind, LoneDevice, strategy};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// The same documents in each run.
fn runner(cases: u32) -> TestRunner {
    let config = Config { failure_persistence: None, ..Config::with_cases(cases) };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

fn error(errors: impl ToString) -> TestCaseError {
    TestCaseError::fail(errors.to_string())
}

#[test]
fn domains_are_valid_and_are_read_printed_and_read_again() {
    let result = runner(400).run(&strategy::domain_texts(), |text| {
        domxml::validate(&text).map_err(error)?;
        let domain = Domain::from_xml(&text).map_err(error)?;
        let printed = domain.to_xml().expect("it can be written");
        domxml::validate(&printed).map_err(error)?;
        let again = Domain::from_xml(&printed).map_err(error)?;
        prop_assert_eq!(again.to_xml().expect("it can be written"), printed);
        prop_assert_eq!(again, domain);
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn devices_of_every_kind_are_made_and_read() {
    let seen: RefCell<BTreeMap<&str, usize>> = RefCell::default();
    let result = runner(1000).run(&strategy::device_texts(), |text| {
        let lone = Device::from_xml(&text).map_err(error)?;
        let printed = lone.device().to_xml().expect("it can be written");
        prop_assert_eq!(
            Device::from_xml(&printed).map_err(error)?.device().to_xml().expect("it can be written"),
            printed
        );
        *seen.borrow_mut().entry(lone.device().kind()).or_default() += 1;
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    let kinds = Devices::table().fields.iter().filter(|line| line.kind == FieldKind::Child).map(|line| line.name);
    assert_eq!(seen.borrow().keys().copied().collect::<BTreeSet<_>>(), kinds.collect());
}

#[test]
fn a_failure_is_told_with_no_more_than_it_takes() {
    let has_a_boot_order = |domain: &Domain| domain.devices().any(|device| device.boot_order().is_some());
    let failure = runner(2000).run(&any::<Domain>(), |domain| {
        prop_assert!(!has_a_boot_order(&domain));
        Ok(())
    });
    let Err(proptest::test_runner::TestError::Fail(_, smallest)) = failure else { panic!("{failure:?}") };
    assert_eq!(smallest.devices().count(), 1, "{}", smallest.to_xml().expect("it can be written"));
    assert!(has_a_boot_order(&smallest));
    assert!(smallest.cpu.is_none() && smallest.features.is_none(), "{}", smallest.to_xml().expect("it can be written"));
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::with_cases(50) })]

    #[test]
    fn what_is_attached_is_a_device_of_the_domain(mut domain in strategy::domains(), device in any::<LoneDevice>()) {
        let (kind, text) = (device.device().kind(), device.device().to_xml().expect("it can be written"));
        domain.attach_device(device);
        prop_assert!(domain.devices().any(|device| device.kind() == kind && device.to_xml().expect("it can be written") == text));
    }
}
