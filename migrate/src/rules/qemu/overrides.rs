//! Properties that `<qemu:override>` sets.

use domxml::{QemuOverrideProperty, QemuOverridePropertyType as Type};

use super::refused;
use crate::rule::{Class, rule};

rules![
    rule("qemu-override-conflict", Class::Conflict)
        .summary("a property of <qemu:override> whose value is none of its type")
        .doc(
            "A property that is set has a value of its type: a number in decimal digits, or `true` or `false`. One \
             that is removed has none. The QEMU driver refuses others; those that have no such namespace read past \
             them.",
        )
        .finds(
            "<qemu:override xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><qemu:device alias='ua-a'>\
             <qemu:frontend>\
             <qemu:property name='p' type='bool' value='on'/></qemu:frontend></qemu:device></qemu:override>",
        )
        .finds(
            "<qemu:override xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><qemu:device alias='ua-a'>\
             <qemu:frontend>\
             <qemu:property name='p' type='unsigned' value='0x1f'/></qemu:frontend></qemu:device></qemu:override>",
        )
        .row(refused(|it: &QemuOverrideProperty, _| objection(it).map(str::to_owned))),
];

fn objection(property: &QemuOverrideProperty) -> Option<&'static str> {
    let Some(value) = property.value.as_deref() else {
        let unset = property.type_ != Type::Remove;
        return unset.then_some("a property that is set needs a value: add value, or set type='remove'");
    };
    // Blanks before a number are read past.
    let number = value.trim_start();
    match property.type_ {
        Type::Remove => Some("a property that is removed has no value: leave it out"),
        Type::Signed if number.parse::<i64>().is_err() => {
            Some("a signed property is a whole number in decimal digits: write value so")
        }
        Type::Unsigned if number.parse::<u64>().is_err() => {
            Some("an unsigned property is a whole number in decimal digits, without a minus sign: write value so")
        }
        Type::Bool if !matches!(value, "true" | "false") => {
            Some("a bool is true or false, not on or off, yes or no: set value to one of them")
        }
        _ => None,
    }
}
