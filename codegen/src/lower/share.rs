//! Types that are equal become one.
//!
//! Two types are equal where all of their fields (variants, values) are: names, documentation, what is known about them, and the
//! types that they hold, however these refer to each other. What the elements are called, what is said of them as a whole, and
//! how they are written where they are empty is a matter of the field that holds them, and stands there.
//!
//! The one type is called after the definition that is the content of all its elements, or by the `d:type` of them all. Where there
//! is neither, a strict run says so; otherwise the first of them gives the name.

use std::collections::{BTreeMap, HashMap};

use relaxng_model::grammar::DefineId;

use super::{Draft, Lowerer, renumber, types};
use crate::model::{Facts, Shape, TypeId};

impl Lowerer<'_, '_> {
    /// Makes one type of those that are equal. The others stay behind, without a name.
    pub(super) fn share(&mut self) {
        let classes = classes(&self.drafts, &self.roots());
        let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (index, class) in classes.iter().enumerate() {
            members.entry(*class).or_default().push(index);
        }
        let mut moved: Vec<TypeId> = (0..self.drafts.len()).map(type_id).collect();
        for equal in members.into_values().filter(|equal| equal.len() > 1) {
            let schema = &self.grammar.schema;
            let first = equal.iter().copied().min_by_key(|&index| {
                let location = schema.node(self.drafts[index].origin).location;
                (location.file, location.offset)
            });
            let Some(first) = first else { continue };
            self.unite(first, &equal);
            for other in equal {
                moved[other] = type_id(first);
                self.drafts[other].gone = other != first;
            }
        }
        for draft in &mut self.drafts {
            renumber(&mut draft.ty.shape, &moved);
        }
    }

    /// Makes the first of equal types stand for all of them.
    fn unite(&mut self, first: usize, equal: &[usize]) {
        let same = |is: &dyn Fn(&Draft) -> bool| equal.iter().all(|&index| is(&self.drafts[index]));
        let model = &self.drafts[first];
        let define = model.define.filter(|define| same(&|draft| draft.define == Some(*define)));
        let given = model.given && same(&|draft| draft.given && draft.ty.name == model.ty.name);
        let docs = same(&|draft| draft.ty.docs == model.ty.docs);
        let facts = same(&|draft| draft.ty.facts == model.ty.facts);
        let element = element_of(&model.ty.shape).cloned();
        let named_alike = same(&|draft| element_of(&draft.ty.shape) == element.as_ref());
        match define {
            _ if given => {}
            Some(define) => self.name_after(first, define, docs),
            None if self.strict => {
                let other = equal.iter().find(|&&index| index != first).map_or(first, |&index| index);
                let message = format!(
                    "this is equal to what stands at {}, and would be called '{}' there as well: let both refer to one definition, which \
                     names the type, or name it by d:type in both places",
                    self.place(self.drafts[other].origin),
                    model.ty.name,
                );
                self.errors.at(&self.grammar.schema, model.origin, message);
            }
            None => {}
        }
        let draft = &mut self.drafts[first];
        if !facts {
            draft.ty.facts = Facts { unknown_refused: draft.ty.facts.unknown_refused, ..Facts::default() };
        }
        if let Shape::Struct(shape) = &mut draft.ty.shape
            && !named_alike
        {
            shape.element = None;
            shape.shared = true;
        }
    }

    fn name_after(&mut self, index: usize, define: DefineId, docs: bool) {
        let origin = self.grammar.defines[define.0 as usize].origin;
        let name = self.type_override(&[origin]).unwrap_or_else(|| self.define_name(define));
        let described = self.notes.docs(&[origin]);
        let draft = &mut self.drafts[index];
        draft.ty.name = name;
        draft.origin = origin;
        if !(docs && described.is_empty()) {
            draft.ty.docs = described;
        }
    }
}

fn type_id(index: usize) -> TypeId {
    TypeId(u32::try_from(index).expect("a model has fewer than 2^32 types"))
}

fn element_of(shape: &Shape) -> Option<&crate::model::XmlName> {
    if let Shape::Struct(shape) = shape { shape.element.as_ref() } else { None }
}

/// A number for each type, the same for those that are equal: at first all that look alike are, then those that hold others are told
/// apart until nothing changes.
fn classes(drafts: &[Draft], roots: &[TypeId]) -> Vec<usize> {
    let mut looks: HashMap<String, usize> = HashMap::new();
    let mut held: Vec<Vec<usize>> = Vec::new();
    let mut classes: Vec<usize> = Vec::new();
    for (index, draft) in drafts.iter().enumerate() {
        let mut shape = draft.ty.shape.clone();
        let mut inner = Vec::new();
        types::each_type(&mut shape, &mut |ty| inner.push(std::mem::replace(ty, TypeId(0)).0 as usize));
        let mut element = false;
        if let Shape::Struct(shape) = &mut shape {
            element = shape.element.is_some();
            // A document element has a name of its own.
            if !roots.contains(&type_id(index)) {
                shape.element = None;
            }
        }
        let looked = format!("{element} {} {shape:?}", draft.ty.facts.unknown_refused);
        let next = looks.len();
        classes.push(*looks.entry(looked).or_insert(next));
        held.push(inner);
    }
    let mut count = looks.len();
    loop {
        let mut finer: HashMap<(usize, Vec<usize>), usize> = HashMap::new();
        let next: Vec<usize> = (0..drafts.len())
            .map(|index| {
                let key = (classes[index], held[index].iter().map(|&inner| classes[inner]).collect());
                let number = finer.len();
                *finer.entry(key).or_insert(number)
            })
            .collect();
        classes = next;
        if finer.len() == count {
            return classes;
        }
        count = finer.len();
    }
}
