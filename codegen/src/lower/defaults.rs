//! What a set of values is where nothing is said.

use std::collections::BTreeMap;

use crate::model::{ChildContent, Count, FieldKind, Model, Scalar, Shape, TypeId};

/// What is known so far of the places that hold a set of values and need not.
enum Meant {
    /// They all state this default.
    Value(String),
    /// They differ, or one of them states none.
    Nothing,
}

/// Finds for each set of values the one that is meant by every attribute, text and child of that type which is absent.
pub(super) fn find(model: &mut Model) {
    let mut meant: BTreeMap<TypeId, Meant> = BTreeMap::new();
    for ty in &model.types {
        match &ty.shape {
            Shape::Struct(shape) => {
                for field in &shape.fields {
                    let (scalar, optional) = match &field.kind {
                        FieldKind::Attribute { scalar, required, .. } | FieldKind::Text { scalar, required } => {
                            (scalar, !required)
                        }
                        FieldKind::Child { content: ChildContent::Scalar(scalar), count, .. } => {
                            (scalar, *count == Count::Optional)
                        }
                        _ => continue,
                    };
                    let Scalar::Type(id) = scalar else { continue };
                    let stated = field.facts.default.as_ref().map(|default| default.value.as_str());
                    if optional || stated.is_some() {
                        meet(&mut meant, *id, stated);
                    }
                }
            }
            // What is one of several kinds of value is never absent by itself.
            Shape::Values(values) => {
                for other in &values.others {
                    if let Scalar::Type(id) = other.scalar {
                        meet(&mut meant, id, None);
                    }
                }
            }
            Shape::Payload(_) | Shape::Mix(_) => {}
        }
    }
    for (id, meant) in meant {
        if let (Shape::Values(values), Meant::Value(value)) = (&mut model.types[id.0 as usize].shape, meant) {
            values.default = values.literals.iter().position(|literal| literal.value == value);
        }
    }
}

fn meet(meant: &mut BTreeMap<TypeId, Meant>, id: TypeId, stated: Option<&str>) {
    let fresh = stated.map_or(Meant::Nothing, |value| Meant::Value(value.to_owned()));
    meant
        .entry(id)
        .and_modify(|known| {
            if !matches!((&*known, stated), (Meant::Value(known), Some(value)) if known == value) {
                *known = Meant::Nothing;
            }
        })
        .or_insert(fresh);
}
