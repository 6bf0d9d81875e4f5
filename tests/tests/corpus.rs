//! The measures over the test material, each held to its list of known failures.

use std::sync::LazyLock;

use dommigrate::cli::Profile;
use domxml::{Domain, Element as _, ReadOptions, Unknown};
use domxml_runtime::{Defaults, EmptyElements, Finding, Newer, OutputOnly, Version, WriteOptions};
use domxml_tests::corpus::{self, Document};
use domxml_tests::judge::Engine;
use domxml_tests::measures::{self, Measure, Rewriting};
use domxml_tests::oracle::Libvirt;
use domxml_tests::{coverage, data, findings, known, oldest, own, strewn, today, variants};

static RELEASES: LazyLock<Vec<Document>> =
    LazyLock::new(|| corpus::shared().map_or_else(Vec::new, |shared| corpus::releases(&shared)));
static WILD: LazyLock<Vec<Document>> =
    LazyLock::new(|| corpus::shared().map_or_else(Vec::new, |shared| corpus::wild(&shared)));

/// Runs a measure where the material is there, and fails on any difference to its list.
fn hold(name: &str, measure: impl FnOnce(&std::path::Path) -> Result<Measure, String>) {
    let Some(shared) = corpus::shared_or_say(name) else { return };
    let measure = measure(&shared).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(measure.cases > 0, "{name}: nothing was measured");
    println!("{measure}");
    if let Err(message) = known::compare(measure.name, &measure.failed) {
        panic!("{message}");
    }
}

/// As [`hold`], where libvirt is asked too.
fn hold_with(libvirt: Libvirt, name: &str, measure: impl FnOnce(&std::path::Path) -> Result<Measure, String>) {
    match libvirt.is_installed() {
        true => hold(name, measure),
        false => eprintln!("{name}: did not run, {}", libvirt.missing()),
    }
}

#[test]
fn valid_documents_are_read() {
    hold("parses", |_| Ok(measures::parses(&RELEASES)));
}

#[test]
fn documents_of_libvirt_stay_byte_for_byte() {
    hold("round-trips", |shared| Ok(measures::round_trips(&RELEASES, shared)));
    hold("driver-outputs", |_| Ok(measures::driver_outputs(&RELEASES)));
}

#[test]
fn documents_are_the_same_by_way_of_json_and_yaml() {
    for (name, format) in [("data-json", data::Format::Json), ("data-yaml", data::Format::Yaml)] {
        hold(name, |shared| {
            let documents = [&RELEASES[..], &WILD[..], &corpus::fixtures(), &corpus::mutants(shared)].concat();
            Ok(data::there_and_back(name, &documents, format))
        });
    }
}

/// What is found without writing is what is found when it is written.
#[test]
fn what_would_be_found_is_found_without_writing() {
    let plain = WriteOptions::default();
    let told = WriteOptions { output_only: OutputOnly::Note, ..plain };
    let form = WriteOptions {
        defaults: Defaults::Canonical,
        empty: EmptyElements::Drop,
        output_only: OutputOnly::Drop,
        target: Some(Version::new(1, 2, 0)),
        newer: Newer::Drop,
        ..plain
    };
    let options = ReadOptions { unknown: Unknown::Keep, ..ReadOptions::default() };
    let mut found = 0;
    for document in [&RELEASES[..], &WILD[..], &corpus::fixtures()].concat() {
        let Ok(read) = Domain::from_xml_with(&document.text, &options) else { continue };
        for options in [plain, told, form] {
            let said = |finding: &Finding| (finding.span, finding.value.clone(), finding.action);
            let written: Vec<_> = read.value.print_with(&options).findings.iter().map(said).collect();
            let unwritten: Vec<_> = read.value.findings_with(&options).iter().map(said).collect();
            assert_eq!(unwritten, written, "{}", document.name);
            found += written.len();
        }
    }
    assert!(found > 0, "nothing was found");
}

#[test]
fn the_oldest_libvirt_is_that_of_upstreams_schemas() {
    hold("oldest", |shared| Ok(domxml_tests::oldest::oldest("oldest", &RELEASES, shared)));
}

#[test]
fn comments_survive() {
    hold("comments", |_| Ok(measures::comments("comments", &RELEASES, measures::newest())));
    hold("wild-comments", |_| Ok(measures::comments("wild-comments", &WILD, measures::newest())));
}

/// A smaller draw of the measures `strewn` and `strewn-libvirt`, for which the checkout has documents enough.
#[test]
fn a_kept_layout_keeps_what_is_strewn_in() {
    let documents = [&RELEASES[..], &WILD[..], &corpus::fixtures()].concat();
    for (name, profile) in [("strewn", Profile::Modern), ("strewn-libvirt", Profile::Libvirt)] {
        let measure = strewn::strewn(name, &documents, profile, 200, strewn::SEED);
        assert_eq!(measure.cases, 200, "{measure}");
        assert!(measure.failed.is_empty(), "{measure}");
    }
}

#[test]
fn upgrading_twice_is_upgrading_once() {
    let newest = measures::newest();
    for (name, documents, profile) in [
        ("idempotent", &RELEASES, Profile::Modern),
        ("idempotent-libvirt", &RELEASES, Profile::Libvirt),
        ("wild-idempotent", &WILD, Profile::Modern),
        ("wild-idempotent-libvirt", &WILD, Profile::Libvirt),
    ] {
        hold(name, |_| Ok(measures::idempotent(name, documents, profile, newest)));
    }
}

#[test]
fn the_order_of_rules_matters_only_where_it_is_declared() {
    hold("shuffled", |_| Ok(domxml_tests::order::shuffled("shuffled", &RELEASES, Profile::Modern)));
    hold("shuffled-libvirt", |_| Ok(domxml_tests::order::shuffled("shuffled-libvirt", &RELEASES, Profile::Libvirt)));
}

#[test]
fn libvirt_reads_the_results_alike() {
    let newest = measures::newest();
    for (name, documents, rewriting) in [
        ("same-fmt", &RELEASES, Rewriting::Format),
        ("same-modern", &RELEASES, Rewriting::Upgrade(Profile::Modern)),
        ("wild-same", &WILD, Rewriting::Upgrade(Profile::Modern)),
    ] {
        hold_with(Libvirt::System, name, |shared| measures::same(name, documents, shared, rewriting, newest));
    }
}

#[cfg(unix)]
#[test]
fn faults_found_in_use() {
    let command = domxml_tests::faults::command().expect("the command");
    hold("faults", |shared| domxml_tests::fault_rows::rows("faults", shared, &command));
}

#[test]
fn libvirts_own_form() {
    hold("canonical-9.0.0", |shared| Ok(measures::canonical("canonical-9.0.0", &RELEASES, shared, "9.0.0")));
    hold("canonical-11.3.0", |shared| Ok(measures::canonical("canonical-11.3.0", &RELEASES, shared, "11.3.0")));
    hold("canonical-12.8.0", |shared| Ok(measures::canonical("canonical-12.8.0", &RELEASES, shared, "12.8.0")));
}

#[test]
fn what_came_after_the_corpus() {
    hold("new-11.3.0", |shared| Ok(today::answers("new-11.3.0", shared, "11.3.0")));
    hold("new-12.8.0", |shared| Ok(today::answers("new-12.8.0", shared, "12.8.0")));
    hold("info-new", |shared| Ok(today::info("info-new", shared)));
    hold("newer-than-target", |shared| Ok(today::newer_than_target("newer-than-target", shared)));
    hold("dumps", |shared| Ok(today::dumps("dumps", shared)));
}

#[test]
fn todays_driver_reads_what_it_wrote_and_check_passes_it() {
    let options = measures::plain_options();
    hold("dumps-check", |shared| Ok(measures::passes("dumps-check", &today::dumped(shared), &options)));
    hold_with(Libvirt::Today, "dumps-same", |shared| today::dumps_same("dumps-same", shared));
}

#[test]
fn what_each_libvirt_refuses() {
    for (name, version) in [("refused-9.0.0", "9.0.0"), ("refused-11.3.0", "11.3.0"), ("refused-12.8.0", "12.8.0")] {
        hold(name, |shared| Ok(measures::refused(name, &RELEASES, shared, version)));
    }
}

#[test]
fn todays_libvirt_says_what_we_say_of_our_fixtures() {
    let fixtures = coverage::fixtures();
    hold_with(Libvirt::Today, "fixtures-12.8.0", |shared| variants::asked("fixtures-12.8.0", &fixtures, shared));
}

#[test]
fn libvirt_says_what_we_say_of_other_hypervisors() {
    let fixtures = coverage::fixtures();
    hold_with(Libvirt::System, "own-types-9.0.0", |_| {
        let documents = own::documents(&[&RELEASES[..], &WILD[..]].concat(), &fixtures);
        own::asked("own-types-9.0.0", Libvirt::System, Version::new(9, 0, 0), &documents)
    });
}

/// Which variants fall short depends on every fixture, so that no list of them would last: their share is held.
#[test]
fn todays_libvirt_says_what_we_say_of_variants() {
    let Some(shared) = corpus::shared_or_say("variants-12.8.0") else { return };
    if !Libvirt::Today.is_installed() {
        eprintln!("variants-12.8.0: did not run, {}", Libvirt::Today.missing());
        return;
    }
    for (name, documents, least) in
        [("variants-12.8.0", coverage::fixtures(), 97.5), ("new-variants-12.8.0", today::newer(&shared), 98.5)]
    {
        let measure =
            variants::asked(name, &variants::variants(&documents, 2000, variants::SEED), &shared).expect("an answer");
        println!("{measure}");
        let alike = (measure.cases - measure.failed.len()) as f64 * 100.0 / measure.cases as f64;
        assert!(alike >= least, "{name}: {alike:.2} % alike, at least {least} % are held\n{measure}");
    }
}

#[test]
fn legacy_cases() {
    hold("legacy-cases-9.0.0", |shared| Ok(measures::legacy_cases("legacy-cases-9.0.0", shared, "9.0.0")));
    hold("legacy-cases-11.3.0", |shared| Ok(measures::legacy_cases("legacy-cases-11.3.0", shared, "11.3.0")));
}

#[test]
fn canonical_files_stay_untouched() {
    for (name, version) in [("untouched-9.0.0", "9.0.0"), ("untouched-11.3.0", "11.3.0")] {
        hold(name, |shared| Ok(measures::untouched(name, &RELEASES, shared, version)));
    }
}

#[test]
fn diff_tells_what_no_schema_knows() {
    hold("unknown-different", |_| Ok(domxml_tests::unknown::different("unknown-different", &RELEASES, 500)));
    hold("unknown-same", |_| Ok(domxml_tests::unknown::same("unknown-same", &RELEASES, 500)));
}

#[test]
fn check_says_what_validate_says() {
    hold("one-judgement", |_| Ok(measures::one_judgement("one-judgement", &RELEASES)));
    hold("one-judgement-wild", |_| Ok(measures::one_judgement("one-judgement-wild", &WILD)));
    hold("one-judgement-mutants", |shared| {
        Ok(measures::one_judgement("one-judgement-mutants", &corpus::mutants(shared)))
    });
}

#[test]
fn what_libvirt_writes_passes_check() {
    for name in ["passes-check-9.0.0", "passes-check-11.3.0", "passes-check-12.8.0"] {
        hold(name, |shared| {
            let version = name.trim_start_matches("passes-check-");
            Ok(measures::passes_check(name, &shared.join(format!("corpus/canonical-{version}"))))
        });
    }
}

#[test]
fn an_edit_is_told_once() {
    hold("wild-told-once", |_| findings::told_once("wild-told-once", &WILD));
    hold("faults-told-once", |shared| findings::told_once("faults-told-once", &corpus::faults(shared)));
}

#[test]
fn no_newer_libvirt_is_asked_for_than_before() {
    if !Engine::Xmllint.is_installed() {
        eprintln!("raised: did not run, xmllint is not installed");
        return;
    }
    hold("raised", |shared| oldest::raised("raised", &RELEASES, shared));
    hold("wild-raised", |shared| oldest::raised("wild-raised", &WILD, shared));
}

#[test]
fn what_the_qemu_driver_refuses() {
    hold("qemu-refusals", |shared| Ok(domxml_tests::qemu::refusals(&shared.join("qemu_pairs"))));
    hold("qemu-taken", |shared| Ok(domxml_tests::qemu::taken(&shared.join("qemu_pairs"))));
}

#[test]
fn what_hosts_say_of_themselves() {
    hold("hosts", |shared| Ok(domxml_tests::hosts::typed("hosts", shared)));
}

#[test]
fn guests_against_a_host() {
    hold("hosts-defined", |shared| Ok(domxml_tests::hosts::defined("hosts-defined", shared)));
    hold("hosts-refused", |shared| Ok(domxml_tests::hosts::refused("hosts-refused", shared)));
}

#[test]
fn live_forms() {
    hold("live", |shared| Ok(measures::live(&RELEASES, shared)));
}

#[test]
fn the_oldest_documents_become_valid() {
    hold("oldest-documents", |shared| Ok(measures::oldest_documents(&RELEASES, shared)));
}

#[test]
fn diff_says_what_libvirt_says() {
    hold_with(Libvirt::System, "diff-pairs", |shared| domxml_tests::pairs::diff("diff-pairs", &RELEASES, shared, 2000));
}
