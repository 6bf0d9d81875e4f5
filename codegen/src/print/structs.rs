//! Structs: elements, and the members of payloads.

use super::{Printer, derives, docs, ident, layout};
use crate::model::{ChildContent, Count, Field, FieldKind, Order, Shape, Slot, Struct, Type, TypeId, XmlName};
use proc_macro2::TokenStream;
use quote::quote;
use relaxng_model::grammar::NameClass;

/// Which of the two sequences of an element is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Attributes,
    Children,
}

impl Printer<'_> {
    /// The items of a struct.
    pub fn struct_items(&self, id: TypeId, ty: &Type, shape: &Struct) -> Result<Vec<String>, String> {
        let name = ident(&ty.name);
        let fallback = match &shape.element {
            Some(element) => format!("The element `<{}>`.", element.local),
            None => "The members of one variant.".to_owned(),
        };
        let docs = docs::attributes(&ty.docs, &ty.facts, &fallback, self.options);
        let derives = derives(false, true);
        let mut fields = Vec::new();
        for field in &shape.fields {
            let (name, ty) = (ident(&field.name), self.field_type(field)?);
            let docs = docs::attributes(&field.docs, &field.facts, &self.field_fallback(field), self.options);
            fields.push(quote!(#docs pub #name: #ty));
        }
        if shape.element.is_some() {
            let docs = docs::line("Where it stands in its document, and what is kept of it verbatim.");
            fields.push(quote!(#docs pub xml: rt::Extra));
        }
        let definition = quote!(#docs #derives pub struct #name { #(#fields,)* });
        Ok(vec![layout::item(definition)?, self.table(ty, shape)?, layout::item(self.content_impl(id, ty, shape))?])
    }

    fn content_impl(&self, id: TypeId, ty: &Type, shape: &Struct) -> TokenStream {
        let name = ident(&ty.name);
        let mut methods = vec![quote! {
            fn info(&self) -> &'static rt::TypeInfo {
                <Self as rt::Described>::table()
            }
        }];
        if shape.element.is_some() {
            methods.push(quote! {
                fn extra(&self) -> Option<&rt::Extra> {
                    Some(&self.xml)
                }
                fn extra_mut(&mut self) -> Option<&mut rt::Extra> {
                    Some(&mut self.xml)
                }
            });
        }
        methods.extend(self.payload_methods(shape));
        methods.extend(self.attribute_methods(shape));
        methods.extend(self.child_methods(shape));
        methods.extend(text_method(self, shape));
        let written =
            self.write_body(shape, &shape.attribute_orders, Side::Attributes, self.parted_attributes.contains(&id));
        if !written.is_empty() {
            methods.push(quote!(fn write_attributes(&self, w: &mut rt::Writer<'_>) { #written }));
        }
        let written = self.write_body(shape, &shape.child_orders, Side::Children, self.parted_children.contains(&id));
        if !written.is_empty() {
            methods.push(quote!(fn write_children(&self, w: &mut rt::Writer<'_>) { #written }));
        }
        methods.extend(self.visit_methods(shape));
        quote!(impl rt::Content for #name { #(#methods)* })
    }

    fn payload_methods(&self, shape: &Struct) -> Option<TokenStream> {
        let fields: Vec<_> = shape
            .fields
            .iter()
            .filter(|field| matches!(field.kind, FieldKind::Payload { .. }))
            .map(|field| ident(&field.name))
            .collect();
        let (get, get_mut) = match fields.as_slice() {
            [] => return None,
            [field] => (quote!(rt::NestPayload::get(&self.#field)), quote!(rt::NestPayload::get_mut(&mut self.#field))),
            _ => {
                let index = (0..fields.len()).map(proc_macro2::Literal::usize_unsuffixed);
                let arms = index.clone();
                (
                    quote!(match index { #(#index => rt::NestPayload::get(&self.#fields),)* _ => None }),
                    quote!(match index { #(#arms => rt::NestPayload::get_mut(&mut self.#fields),)* _ => None }),
                )
            }
        };
        let index = if fields.len() == 1 { quote!(_index) } else { quote!(index) };
        Some(quote! {
            fn payload(&self, #index: usize) -> Option<&dyn rt::Payload> { #get }
            fn payload_mut(&mut self, #index: usize) -> Option<&mut dyn rt::Payload> { #get_mut }
            fn select(&mut self, r: &mut rt::Reader, node: rt::Node<'_>) {
                #(r.select(node, &mut self.#fields);)*
            }
        })
    }

    fn attribute_methods(&self, shape: &Struct) -> Option<TokenStream> {
        let mut arms = Vec::new();
        let mut any = None;
        for field in &shape.fields {
            let member = ident(&field.name);
            match &field.kind {
                FieldKind::Attribute { name, .. } => {
                    arms.push((name, quote!(r.attribute(attribute, &mut self.#member))));
                }
                // Seen when the variant was chosen.
                FieldKind::Payload { ty, .. } => {
                    if let Shape::Payload(payload) = &self.ty(*ty).shape
                        && !arms.iter().any(|(name, _)| **name == payload.attribute)
                    {
                        arms.push((&payload.attribute, quote!({})));
                    }
                }
                FieldKind::AnyAttributes => any = Some(member),
                _ => {}
            }
        }
        let mut methods = TokenStream::new();
        if !arms.is_empty() {
            let body = match_name(&quote!(attribute), &arms);
            let reads = shape.fields.iter().any(|field| matches!(field.kind, FieldKind::Attribute { .. }));
            let reader = ident(if reads { "r" } else { "_r" });
            methods.extend(quote! {
                fn attribute(&mut self, #reader: &mut rt::Reader, attribute: rt::Attribute<'_>) -> bool { #body }
            });
        }
        if let Some(member) = any {
            methods.extend(quote! {
                fn any_attribute(&mut self, r: &mut rt::Reader, attribute: rt::Attribute<'_>) -> bool {
                    r.any_attribute(attribute, &mut self.#member);
                    true
                }
            });
        }
        if methods.is_empty() { None } else { Some(methods) }
    }

    fn child_methods(&self, shape: &Struct) -> Option<TokenStream> {
        let mut arms = Vec::new();
        let (mut mixes, mut any) = (Vec::new(), None);
        for field in &shape.fields {
            let member = ident(&field.name);
            match &field.kind {
                FieldKind::Child { name, content, .. } => {
                    let method = ident(match content {
                        ChildContent::Struct(_) => "child",
                        ChildContent::Scalar(_) => "leaf",
                        ChildContent::Flag => "flag",
                        ChildContent::Any => "verbatim",
                    });
                    let reader = if field.facts.repeat_refused { quote!(r.once(node)) } else { quote!(r) };
                    arms.push((name, quote!(#reader.#method(node, &mut self.#member))));
                }
                FieldKind::Mix { .. } => mixes.push(quote!(r.mix(node, &mut self.#member))),
                FieldKind::AnyElements { names, .. } => any = Some((member, takes(names))),
                _ => {}
            }
        }
        let mut methods = TokenStream::new();
        let body = match (arms.as_slice(), mixes.as_slice()) {
            ([], []) => None,
            ([], mixes) => Some(quote!(#(#mixes)||*)),
            (arms, []) => Some(match_name(&quote!(node), arms)),
            (arms, mixes) => Some(match_name_or(&quote!(node), arms, &quote!(#(#mixes)||*))),
        };
        if let Some(body) = body {
            methods.extend(quote!(fn child(&mut self, r: &mut rt::Reader, node: rt::Node<'_>) -> bool { #body }));
        }
        if let Some((member, takes)) = any {
            let take = quote!(r.verbatim(node, &mut self.#member););
            let body = match takes {
                None => quote!(#take true),
                Some(takes) => quote! {
                    let takes = #takes;
                    if takes {
                        #take
                    }
                    takes
                },
            };
            methods.extend(quote! {
                fn any_child(&mut self, r: &mut rt::Reader, node: rt::Node<'_>) -> bool { #body }
            });
        }
        if methods.is_empty() { None } else { Some(methods) }
    }

    /// The calls that write one side of a struct.
    fn write_body(&self, shape: &Struct, orders: &[Order], side: Side, parted: bool) -> TokenStream {
        let mut branches: Vec<(Option<TokenStream>, TokenStream)> = Vec::new();
        for order in orders {
            let condition =
                order.when.as_ref().map(|(field, variants)| self.condition(&shape.fields[*field], variants));
            branches.push((condition, self.write_calls(shape, &order.slots, side, parted)));
            if order.when.is_none() {
                break;
            }
        }
        if branches.iter().all(|(_, calls)| calls.is_empty()) {
            return TokenStream::new();
        }
        let mut body = TokenStream::new();
        for (condition, calls) in branches {
            body.extend(match condition {
                Some(condition) => quote!(if #condition { #calls } else),
                None if body.is_empty() => calls,
                None => quote!({ #calls }),
            });
        }
        body
    }

    fn condition(&self, field: &Field, variants: &[usize]) -> TokenStream {
        let member = ident(&field.name);
        let FieldKind::Payload { ty, optional } = &field.kind else { return quote!(true) };
        let Shape::Payload(payload) = &self.ty(*ty).shape else { return quote!(true) };
        let name = self.name(*ty);
        let patterns = variants.iter().map(|index| {
            let variant = &payload.variants[*index];
            let variant_name = ident(&variant.name);
            let pattern = match variant.members {
                Some(_) => quote!(#name::#variant_name(_)),
                None => quote!(#name::#variant_name),
            };
            if *optional { quote!(Some(#pattern)) } else { pattern }
        });
        quote!(matches!(self.#member, #(#patterns)|*))
    }

    fn write_calls(&self, shape: &Struct, slots: &[Slot], side: Side, parted: bool) -> TokenStream {
        // Calls for one part of a payload's members stand together in one block.
        let mut blocks: Vec<(u32, TokenStream)> = Vec::new();
        for slot in slots {
            let (field, part) = match slot {
                Slot::Field(field) => (&shape.fields[*field], None),
                Slot::Part(field, part) => (&shape.fields[*field], Some(*part)),
            };
            let Some(call) = write_call(field, part, side) else { continue };
            let own = if side == Side::Attributes { field.part } else { field.child_part };
            match blocks.last_mut() {
                Some((last, calls)) if *last == own || !parted => calls.extend(call),
                _ => blocks.push((own, call)),
            }
        }
        let blocks = blocks.into_iter().map(|(part, calls)| match parted {
            true => {
                let part = proc_macro2::Literal::u32_unsuffixed(part);
                quote!(if w.part(#part) { #calls })
            }
            false => calls,
        });
        quote!(#(#blocks)*)
    }

    /// The methods that visit children.
    fn visit_methods(&self, shape: &Struct) -> Option<TokenStream> {
        let (mut each, mut each_mut) = (TokenStream::new(), TokenStream::new());
        for field in &shape.fields {
            let member = ident(&field.name);
            match &field.kind {
                FieldKind::Child { content: ChildContent::Struct(_), .. } => {
                    each.extend(quote!(rt::Nest::each(&self.#member, visit);));
                    each_mut.extend(quote!(rt::Nest::each_mut(&mut self.#member, visit);));
                }
                FieldKind::Mix { .. } => {
                    each.extend(quote!(rt::NestMix::each(&self.#member, visit);));
                    each_mut.extend(quote!(rt::NestMix::each_mut(&mut self.#member, visit);));
                }
                _ => {}
            }
        }
        if each.is_empty() {
            return None;
        }
        Some(quote! {
            fn children(&self, visit: &mut dyn FnMut(&dyn rt::Content)) { #each }
            fn children_mut(&mut self, visit: &mut dyn FnMut(&mut dyn rt::Content)) { #each_mut }
        })
    }

    /// The Rust type of a field.
    pub fn field_type(&self, field: &Field) -> Result<TokenStream, String> {
        Ok(match &field.kind {
            FieldKind::Attribute { scalar, required, .. } | FieldKind::Text { scalar, required } => {
                let scalar = self.scalar(scalar)?;
                if *required { scalar } else { quote!(Option<#scalar>) }
            }
            FieldKind::AnyAttributes => quote!(Vec<rt::AnyAttribute>),
            FieldKind::AnyElements { .. } => quote!(Vec<rt::Verbatim>),
            FieldKind::Child { content: ChildContent::Flag, count, .. } => match count {
                Count::One => quote!(rt::Present),
                Count::Optional => quote!(bool),
                Count::Many | Count::OneOrMore => quote!(u32),
            },
            FieldKind::Child { content, count, .. } => {
                let ty = self.content_type(content)?;
                let ty = if field.boxed { quote!(Box<#ty>) } else { ty };
                counted(ty, *count)
            }
            FieldKind::Payload { ty, optional } => {
                let ty = self.name(*ty);
                if *optional { quote!(Option<#ty>) } else { quote!(#ty) }
            }
            FieldKind::Mix { ty, count } => {
                let ty = self.name(*ty);
                counted(quote!(#ty), *count)
            }
        })
    }

    /// The Rust type of what a child holds.
    pub fn content_type(&self, content: &ChildContent) -> Result<TokenStream, String> {
        Ok(match content {
            ChildContent::Struct(id) => {
                let name = self.name(*id);
                quote!(#name)
            }
            ChildContent::Scalar(scalar) => self.scalar(scalar)?,
            ChildContent::Flag => quote!(rt::Present),
            ChildContent::Any => quote!(rt::Verbatim),
        })
    }

    fn field_fallback(&self, field: &Field) -> String {
        match &field.kind {
            FieldKind::Attribute { name, .. } => format!("The attribute `{}`.", name.local),
            FieldKind::AnyAttributes => "Attributes of any name.".to_owned(),
            FieldKind::Child { name, count: Count::Many | Count::OneOrMore, .. } => {
                format!("The elements `<{}>`.", name.local)
            }
            FieldKind::Child { name, .. } => format!("The element `<{}>`.", name.local),
            FieldKind::Text { .. } => "The text.".to_owned(),
            FieldKind::Payload { ty, .. } => match &self.ty(*ty).shape {
                Shape::Payload(payload) => format!("What the attribute `{}` decides.", payload.attribute.local),
                _ => "A choice.".to_owned(),
            },
            FieldKind::Mix { .. } => "Elements whose order is kept.".to_owned(),
            FieldKind::AnyElements { .. } => "Elements of any name.".to_owned(),
        }
    }
}

fn counted(ty: TokenStream, count: Count) -> TokenStream {
    match count {
        Count::One => ty,
        Count::Optional => quote!(Option<#ty>),
        Count::Many | Count::OneOrMore => quote!(Vec<#ty>),
    }
}

/// The test whether the name of `node` is of one of the classes; none where every name is.
fn takes(names: &[NameClass]) -> Option<TokenStream> {
    let open = |class: &NameClass| matches!(class, NameClass::AnyName(None));
    if names.iter().any(open) { None } else { Some(contains(names)) }
}

fn contains(names: &[NameClass]) -> TokenStream {
    let classes = names.iter().map(|class| match class {
        NameClass::Name { ns, local } => quote!(node.name() == (#ns, #local)),
        NameClass::Choice(members) => contains(members),
        NameClass::AnyName(None) => quote!(true),
        NameClass::AnyName(Some(except)) => {
            let except = contains(std::slice::from_ref(except));
            quote!(!(#except))
        }
        NameClass::NsName { ns, except } => {
            let within = if ns.is_empty() { quote!(node.name().0.is_empty()) } else { quote!(node.name().0 == #ns) };
            match except.as_deref() {
                None => within,
                Some(except) => {
                    let except = contains(std::slice::from_ref(except));
                    quote!((#within && !(#except)))
                }
            }
        }
    });
    quote!(#(#classes)||*)
}

fn text_method(printer: &Printer<'_>, shape: &Struct) -> Option<TokenStream> {
    let find = |wanted: fn(&Printer<'_>, &FieldKind) -> bool| {
        shape.fields.iter().find(|field| wanted(printer, &field.kind)).map(|field| ident(&field.name))
    };
    let is_mixed = |printer: &Printer<'_>, kind: &FieldKind| match kind {
        FieldKind::Mix { ty, .. } => printer.is_mixed(*ty),
        _ => false,
    };
    let (mut reader, mut element) = ("r", "node");
    let call = if let Some(member) = find(|_, kind| matches!(kind, FieldKind::Text { .. })) {
        quote!(r.text(node, text, &mut self.#member);)
    } else if let Some(member) = find(is_mixed) {
        quote!(r.mix_text(node, text, &mut self.#member);)
    } else {
        let member = find(|_, kind| matches!(kind, FieldKind::AnyElements { text: true, .. }))?;
        (reader, element) = ("_r", "_node");
        quote!(self.#member.push(rt::Verbatim::text(text));)
    };
    let (reader, element) = (ident(reader), ident(element));
    Some(quote!(fn text(&mut self, #reader: &mut rt::Reader, #element: rt::Node<'_>, text: &str) { #call }))
}

/// A match on a name, true where one of the arms was taken.
fn match_name(on: &TokenStream, arms: &[(&XmlName, TokenStream)]) -> TokenStream {
    match_name_or(on, arms, &quote!(false))
}

fn match_name_or(on: &TokenStream, arms: &[(&XmlName, TokenStream)], otherwise: &TokenStream) -> TokenStream {
    let plain = arms.iter().all(|(name, _)| name.ns.is_empty());
    let patterns = arms.iter().map(|(name, _)| {
        let (ns, local) = (&name.ns, &name.local);
        if plain { quote!(#local) } else { quote!((#ns, #local)) }
    });
    let calls = arms.iter().map(|(_, call)| call);
    let method = if plain { quote!(plain) } else { quote!(name) };
    quote! {
        match #on.#method() {
            #(#patterns => #calls,)*
            _ => return #otherwise,
        }
        true
    }
}

/// The call that writes a field, if it belongs to this side.
fn write_call(field: &Field, part: Option<u32>, side: Side) -> Option<TokenStream> {
    let member = ident(&field.name);
    let named = |method: &str, name: &XmlName| {
        let (ns, local) = (&name.ns, &name.local);
        if ns.is_empty() {
            let method = ident(method);
            quote!(w.#method(#local, &self.#member);)
        } else {
            let method = ident(&format!("{method}_ns"));
            quote!(w.#method(#ns, #local, &self.#member);)
        }
    };
    let call = match (&field.kind, side) {
        (FieldKind::Attribute { name, .. }, Side::Attributes) => named("attribute", name),
        (FieldKind::AnyAttributes, Side::Attributes) => quote!(w.any_attributes(&self.#member);),
        (FieldKind::Child { name, content, .. }, Side::Children) => match content {
            ChildContent::Struct(_) => named("child", name),
            ChildContent::Scalar(_) => named("leaf", name),
            ChildContent::Flag => named("flag", name),
            ChildContent::Any => quote!(w.verbatim(&self.#member);),
        },
        (FieldKind::AnyElements { .. }, Side::Children) => quote!(w.verbatim(&self.#member);),
        (FieldKind::Text { .. }, Side::Children) => quote!(w.text(&self.#member);),
        (FieldKind::Mix { .. }, Side::Children) => quote!(w.mix(&self.#member);),
        (FieldKind::Payload { .. }, side) => {
            let kind = if side == Side::Attributes { "attributes" } else { "children" };
            match part {
                None => {
                    let method = ident(&format!("payload_{kind}"));
                    quote!(w.#method(&self.#member);)
                }
                Some(part) => {
                    let method = ident(&format!("payload_{kind}_part"));
                    let part = proc_macro2::Literal::u32_unsuffixed(part);
                    quote!(w.#method(&self.#member, #part);)
                }
            }
        }
        _ => return None,
    };
    Some(call)
}
