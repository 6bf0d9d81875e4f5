//! Addresses of devices.

use crate::drift::addresses::number;
use crate::drift::allowance::{Allowance, Case, added, changed, left_out};

/// Whether the address at which the case stands is one that the driver could have given.
fn could_give(case: &Case) -> bool {
    case.world.addresses().could_give(case.element(), case.device())
}

/// Whether what was asked for leaves the place open: an address of a kind without its numbers.
fn left_open(case: &Case) -> bool {
    let places: &[&str] = match case.own("type") {
        // What an address of another kind has is not read.
        "spapr-vio" => &["reg"],
        _ => &["bus", "slot", "port", "reg", "devno", "base"],
    };
    case.desired().is_some_and(|address| places.iter().all(|name| address.attribute(name).is_none()))
}

pub(super) static ROWS: &[Allowance] = &[
    added("address-assigned", &["devices/*/address"])
        .when(could_give)
        .why("a device without an address is given the next free one that suits it"),
    added(
        "address-completed",
        &[
            "devices/*/address/@domain",
            "devices/*/address/@bus",
            "devices/*/address/@slot",
            "devices/*/address/@function",
            "devices/*/address/@port",
            "devices/*/address/@reg",
            "devices/*/address/@cssid",
            "devices/*/address/@ssid",
            "devices/*/address/@devno",
            "devices/*/address/@base",
        ],
    )
    .when(|case| left_open(case) && could_give(case))
    .why("an address of which only the kind is asked for is completed with the next free place"),
    changed("address-of-board", &["devices/controller/address/@type"])
        .when(|case| {
            let device = case.device();
            let on_board =
                matches!(device.attribute("type"), Some("ide" | "usb")) && device.attribute("index") == Some("0");
            on_board && case.after == "pci" && case.own("slot") == "0x01" && could_give(case)
        })
        .why("the first IDE and USB controllers of pc are on its board, whatever bus their address names"),
    added("address-usb-port", &["devices/*/address/@port"])
        .when(|case| case.own("type") == "usb" && could_give(case))
        .why("a USB device of which only the bus is asked for is given the next free port"),
    added("address-dimm-base", &["devices/memory/address/@base"])
        .when(|case| number_of(case.after))
        .why("a memory module is given a place in the guest's memory"),
    changed("address-virtio-serial-port-0", &["devices/channel/address/@port"])
        .when(|case| case.before == "0" && case.device().value("target/@type") == Some("virtio") && could_give(case))
        .why("port 0 of a virtio serial bus is kept for a console, so a channel is given another"),
    changed("address-port-taken", &["devices/*/address/@port"])
        .when(|case| case.before == "0" && case.own("type") == "virtio-serial" && could_give(case))
        .why("port 0 stands for a port that the driver chooses"),
    added("address-multifunction", &["devices/*/address/@multifunction"])
        .when(|case| {
            case.after == "on" && case.own("function") == "0x0" && case.world.addresses().shares_slot(case.element())
        })
        .why("function 0 of a slot with several functions says so"),
    changed("zpci-completed", &["devices/*/address/zpci/@uid", "devices/*/address/zpci/@fid"])
        .when(|case| number(case.before) == Some(0) && number(case.after).is_some_and(|it| it > 0) && is_s390(case))
        .why("numbers of zPCI that are 0 or left out are given by the driver"),
    added("zpci-assigned", &["devices/*/address/zpci", "devices/*/address/zpci/@uid", "devices/*/address/zpci/@fid"])
        .when(|case| is_s390(case) && case.element().attribute("uid").and_then(number).is_some_and(|uid| uid > 0))
        .why("a PCI device of s390 is given the numbers under which the guest sees it"),
    left_out("address-of-no-controller", &["devices/controller/address"])
        .when(|case| {
            let own = case.frames.len().checked_sub(2).and_then(|parent| case.frames[parent].actual);
            own.is_some_and(|own| own.attribute("type") == Some("usb") && own.attribute("model") == Some("none"))
        })
        .why("no USB has no address"),
];

fn is_s390(case: &Case) -> bool {
    case.world.arch == "s390x"
}

fn number_of(text: &str) -> bool {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}
