//! Boxes around what is large and rarely there, so that its parent stays cheap to make, to move and to hold many times.

use std::collections::HashSet;

use crate::model::{Basic, ChildContent, Count, FieldKind, Model, Scalar, Shape, TypeId};

/// The estimated size, in bytes, above which an optional child is boxed in an element of which a document can have many: what is absent
/// takes its whole size there, and a document of many disks would have most of its memory in what its disks do not have.
const LARGE_IN_MANY: usize = 32;

/// The same in an element of which there is one in a document.
const LARGE_IN_ONE: usize = 1000;

/// What an element has beside its fields: its place in the document, and what is kept of it.
const EXTRA: usize = 24;

/// Boxes optional children whose struct is large, the smallest first, since a box inside makes what is around it smaller; and those of which
/// the like is boxed in another element, so that who goes by the type of a field finds it in all of them.
/// The document elements are left alone: there is one in a document, and most of what they hold is there.
pub fn box_large(model: &mut Model) {
    let many = repeated(model);
    let mut candidates: Vec<(usize, usize, TypeId)> = Vec::new();
    let mut boxed: HashSet<TypeId> = HashSet::new();
    for (owner, ty) in model.types.iter().enumerate() {
        let Shape::Struct(shape) = &ty.shape else { continue };
        if model.roots.iter().any(|root| root.0 as usize == owner) {
            continue;
        }
        for (index, field) in shape.fields.iter().enumerate() {
            if let FieldKind::Child { content: ChildContent::Struct(child), count: Count::Optional, .. } = &field.kind {
                match field.boxed {
                    true => _ = boxed.insert(*child),
                    false => candidates.push((owner, index, *child)),
                }
            }
        }
    }
    loop {
        let mut sizes = Sizes { model, known: vec![None; model.types.len()] };
        let sized = candidates.iter().map(|&(owner, index, child)| (sizes.of(child), owner, index, child));
        let large = |owner: usize| if many[owner] { LARGE_IN_MANY } else { LARGE_IN_ONE };
        let large = sized.filter(|&(size, owner, ..)| size > large(owner)).min();
        let Some((_, owner, index, child)) = large else { break };
        candidates.retain(|candidate| (candidate.0, candidate.1) != (owner, index));
        boxed.insert(child);
        put_in_box(model, owner, index);
    }
    for (owner, index, _) in candidates.into_iter().filter(|(.., child)| boxed.contains(child)) {
        put_in_box(model, owner, index);
    }
}

fn put_in_box(model: &mut Model, owner: usize, index: usize) {
    if let Shape::Struct(shape) = &mut model.types[owner].shape {
        shape.fields[index].boxed = true;
    }
}

/// For each type, whether a document can hold several: it, or what holds it, stands in a list.
fn repeated(model: &Model) -> Vec<bool> {
    let mut repeated = vec![false; model.types.len()];
    let mut pending: Vec<(TypeId, bool)> = model.roots.iter().map(|root| (*root, false)).collect();
    let mut seen = vec![false; model.types.len()];
    while let Some((id, many)) = pending.pop() {
        let at = id.0 as usize;
        if seen[at] && (repeated[at] || !many) {
            continue;
        }
        seen[at] = true;
        repeated[at] |= many;
        match &model.types[at].shape {
            Shape::Struct(shape) => {
                for field in &shape.fields {
                    match &field.kind {
                        FieldKind::Child { content: ChildContent::Struct(ty), count, .. }
                        | FieldKind::Mix { ty, count } => {
                            pending.push((*ty, many || matches!(count, Count::Many | Count::OneOrMore)));
                        }
                        FieldKind::Payload { ty, .. } => pending.push((*ty, many)),
                        _ => {}
                    }
                }
            }
            Shape::Payload(payload) => {
                pending.extend(payload.variants.iter().filter_map(|variant| Some((variant.members?, many))));
            }
            Shape::Mix(mix) => {
                for variant in &mix.variants {
                    if let ChildContent::Struct(ty) = variant.content {
                        pending.push((ty, many));
                    }
                }
            }
            Shape::Values(_) => {}
        }
    }
    repeated
}

/// Estimates of sizes: what a 64-bit machine needs, padding aside.
struct Sizes<'m> {
    model: &'m Model,
    known: Vec<Option<usize>>,
}

impl Sizes<'_> {
    fn of(&mut self, id: TypeId) -> usize {
        if let Some(size) = self.known[id.0 as usize] {
            return size;
        }
        // What recurses does so through a box or a vector.
        self.known[id.0 as usize] = Some(8);
        let model = self.model;
        let size = match &model.types[id.0 as usize].shape {
            Shape::Struct(shape) => {
                let own = if shape.element.is_some() || shape.shared { EXTRA } else { 0 };
                own + shape.fields.iter().map(|field| self.field(&field.kind, field.boxed)).sum::<usize>()
            }
            Shape::Payload(payload) => {
                let members = payload.variants.iter().filter_map(|variant| variant.members);
                8 + members.map(|members| self.of(members)).max().unwrap_or(0)
            }
            Shape::Values(values) if values.others.is_empty() => 1,
            Shape::Values(_) => 24,
            Shape::Mix(mix) => 8 + mix.variants.iter().map(|variant| self.content(&variant.content)).max().unwrap_or(0),
        };
        self.known[id.0 as usize] = Some(size);
        size
    }

    fn field(&mut self, kind: &FieldKind, boxed: bool) -> usize {
        match kind {
            _ if boxed => 8,
            FieldKind::AnyAttributes | FieldKind::AnyElements { .. } => 24,
            FieldKind::Child { count: Count::Many | Count::OneOrMore, .. } => 24,
            FieldKind::Mix { count: Count::Many | Count::OneOrMore, .. } => 24,
            FieldKind::Attribute { scalar, .. } | FieldKind::Text { scalar, .. } => self.scalar(scalar),
            FieldKind::Child { content, .. } => self.content(content),
            FieldKind::Payload { ty, .. } | FieldKind::Mix { ty, .. } => self.of(*ty),
        }
    }

    fn content(&mut self, content: &ChildContent) -> usize {
        match content {
            ChildContent::Struct(id) => self.of(*id),
            ChildContent::Scalar(scalar) => self.scalar(scalar),
            ChildContent::Flag => 1,
            ChildContent::Any => 80,
        }
    }

    fn scalar(&mut self, scalar: &Scalar) -> usize {
        match scalar {
            Scalar::Basic(Basic::String) | Scalar::Spelt(_) | Scalar::List(_) => 24,
            Scalar::Basic(Basic::Integer) => 16,
            Scalar::Basic(_) => 8,
            Scalar::Type(id) => self.of(*id),
            Scalar::Custom(_) => 8,
        }
    }
}
