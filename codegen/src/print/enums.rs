//! Enums: payloads, sets of values, mixes.

use super::{Printer, derives, docs, ident, tables};
use crate::model::{Basic, ChildContent, Facts, Mix, MixVariant, Payload, Scalar, Type, Values, Variant, XmlName};
use proc_macro2::TokenStream;
use quote::quote;

impl Printer<'_> {
    /// The items of a payload.
    pub fn payload_items(&self, ty: &Type, payload: &Payload) -> Result<Vec<TokenStream>, String> {
        let name = ident(&ty.name);
        let fallback = format!("What the attribute `{}` decides.", payload.attribute.local);
        let docs = docs::attributes(&ty.docs, &payload.facts, &fallback, self.options);
        let default = payload.absent.unwrap_or(0);
        let Some(held) = payload.variants.get(default) else {
            return Err(format!("the payload {name} has no variants"));
        };
        let bare = held.members.is_none();
        let derives = derives(false, bare);
        let variants = payload.variants.iter().enumerate().map(|(index, variant)| {
            let fallback = match variant.spelt {
                true => format!("`{}='{}'`", payload.attribute.local, variant.value),
                false => format!("Without the attribute `{}`.", payload.attribute.local),
            };
            let docs = docs::attributes(&variant.docs, &variant.facts, &fallback, self.options);
            let marked = (bare && index == default).then(|| quote!(#[default]));
            let (variant_name, members) = (ident(&variant.name), variant.members.map(|id| self.name(id)));
            let members = members.map(|members| quote!((#members)));
            quote!(#docs #marked #variant_name #members)
        });
        let mut items = vec![quote!(#docs #derives pub enum #name { #(#variants,)* })];
        if !bare {
            let made = self.made(held);
            items.push(quote!(impl Default for #name { fn default() -> Self { Self::#made } }));
        }
        items.push(self.payload_impl(ty, payload)?);
        Ok(items)
    }

    fn made(&self, variant: &Variant) -> TokenStream {
        let variant_name = ident(&variant.name);
        match variant.members.map(|id| self.name(id)) {
            Some(members) => quote!(#variant_name(#members::default())),
            None => quote!(#variant_name),
        }
    }

    fn payload_impl(&self, ty: &Type, payload: &Payload) -> Result<TokenStream, String> {
        let name = ident(&ty.name);
        let info = self.discriminator_info(payload)?;
        let spelt: Vec<&Variant> = payload.variants.iter().filter(|variant| variant.spelt).collect();
        let values: Vec<&str> = spelt.iter().map(|variant| variant.value.as_str()).collect();
        let made = spelt.iter().map(|variant| self.made(variant));
        let patterns = spelt.iter().map(|variant| pattern(variant, &quote!(_)));
        let unspelt = payload.variants.iter().find(|variant| !variant.spelt);
        let unspelt = unspelt.map(|variant| {
            let pattern = pattern(variant, &quote!(_));
            quote!(Self::#pattern => return None,)
        });
        let absent = payload.absent.map(|index| {
            let made = self.made(&payload.variants[index]);
            quote!(fn absent() -> Option<Self> { Some(Self::#made) })
        });
        let members = self.payload_members(payload);
        Ok(quote! {
            impl rt::PayloadType for #name {
                const TABLE: &'static rt::FieldInfo = {
                    static TABLE: rt::FieldInfo = #info;
                    &TABLE
                };
            }
            impl rt::Payload for #name {
                fn of(value: &str) -> Option<Self> {
                    Some(match value {
                        #(#values => Self::#made,)*
                        _ => return None,
                    })
                }
                #absent
                fn attribute(&self) -> &'static rt::FieldInfo {
                    <Self as rt::PayloadType>::TABLE
                }
                fn value(&self) -> Option<&'static str> {
                    Some(match self {
                        #(Self::#patterns => #values,)*
                        #unspelt
                    })
                }
                #members
            }
        })
    }

    fn payload_members(&self, payload: &Payload) -> Option<TokenStream> {
        let carrying = payload.variants.iter().filter(|variant| variant.members.is_some());
        let patterns: Vec<_> = carrying.map(|variant| pattern(variant, &quote!(members))).collect();
        if patterns.is_empty() {
            return None;
        }
        let rest = (patterns.len() < payload.variants.len()).then(|| quote!(_ => None,));
        Some(quote! {
            fn members(&self) -> Option<&dyn rt::Content> {
                match self {
                    #(Self::#patterns => Some(members),)*
                    #rest
                }
            }
            fn members_mut(&mut self) -> Option<&mut dyn rt::Content> {
                match self {
                    #(Self::#patterns => Some(members),)*
                    #rest
                }
            }
        })
    }

    /// The items of a set of values.
    pub fn values_items(&self, ty: &Type, values: &Values) -> Result<Vec<TokenStream>, String> {
        let name = ident(&ty.name);
        let docs = docs::attributes(&ty.docs, &ty.facts, "A set of values.", self.options);
        let derives = derives(values.others.is_empty(), !values.literals.is_empty());
        let mut variants = Vec::new();
        for (index, literal) in values.literals.iter().enumerate() {
            let docs = docs::attributes(&literal.docs, &literal.facts, &format!("`{}`", literal.value), self.options);
            let variant = ident(&literal.name);
            let default = (index == 0).then(|| quote!(#[default]));
            variants.push(quote!(#docs #default #variant));
        }
        for other in &values.others {
            let docs = docs::attributes(&[], &Facts::default(), "Another value.", self.options);
            let (variant, scalar) = (ident(&other.name), self.scalar(&other.scalar)?);
            variants.push(quote!(#docs #variant(#scalar)));
        }
        let mut items = vec![quote!(#docs #derives pub enum #name { #(#variants,)* })];
        if values.literals.is_empty() {
            let Some(first) = values.others.first() else { return Err(format!("the set {name} has no values")) };
            let first = ident(&first.name);
            items.push(quote!(impl Default for #name { fn default() -> Self { Self::#first(Default::default()) } }));
        }
        items.push(self.values_methods(ty, values)?);
        items.push(self.values_scalar(ty, values)?);
        Ok(items)
    }

    fn values_methods(&self, ty: &Type, values: &Values) -> Result<TokenStream, String> {
        let name = ident(&ty.name);
        let mut infos = Vec::new();
        for literal in &values.literals {
            infos.push(tables::value_info(&literal.value, &literal.facts)?);
        }
        let texts = values.others.iter().all(|other| matches!(other.scalar, Scalar::Basic(Basic::String)));
        let as_str = texts.then(|| {
            let spelt = values.literals.iter().map(|literal| literal.value.as_str());
            let variants = values.literals.iter().map(|literal| ident(&literal.name));
            let others = values.others.iter().map(|other| ident(&other.name));
            let lifetime = values.others.is_empty().then(|| quote!('static));
            let docs = docs::line("The value as a document spells it.");
            quote! {
                #docs
                #[must_use]
                pub fn as_str(&self) -> & #lifetime str {
                    match self {
                        #(Self::#variants => #spelt,)*
                        #(Self::#others(text) => text,)*
                    }
                }
            }
        });
        let docs = docs::line("The values that are known by name.");
        Ok(quote! {
            impl #name {
                #docs
                pub const VALUES: &'static [rt::ValueInfo] = &[#(#infos),*];
                #as_str
            }
        })
    }

    fn values_scalar(&self, ty: &Type, values: &Values) -> Result<TokenStream, String> {
        let name = ident(&ty.name);
        let spelt: Vec<&str> = values.literals.iter().map(|literal| literal.value.as_str()).collect();
        let variants: Vec<_> = values.literals.iter().map(|literal| ident(&literal.name)).collect();
        let otherwise = match values.others.as_slice() {
            [] => quote!(return Err(rt::ScalarError::one_of(Self::VALUES))),
            others => {
                let mut tries = Vec::new();
                for (index, other) in others.iter().enumerate() {
                    let variant = ident(&other.name);
                    tries.push(match (&other.scalar, index + 1 == others.len()) {
                        (Scalar::Basic(Basic::String), _) => quote!(return Ok(Self::#variant(text.to_owned()));),
                        (_, true) => quote! {
                            return rt::Scalar::parse(text)
                                .map(Self::#variant)
                                .map_err(|error| rt::ScalarError::one_of_or(Self::VALUES, error));
                        },
                        (_, false) => quote! {
                            if let Ok(value) = rt::Scalar::parse(text) {
                                return Ok(Self::#variant(value));
                            }
                        },
                    });
                    // A text takes everything: nothing is tried after it.
                    if matches!(other.scalar, Scalar::Basic(Basic::String)) {
                        break;
                    }
                }
                quote!({ #(#tries)* })
            }
        };
        let parse = match spelt.is_empty() {
            true => quote!(#otherwise),
            false => quote! {
                Ok(match rt::scalar::trim(text) {
                    #(#spelt => Self::#variants,)*
                    _ => #otherwise,
                })
            },
        };
        let write = match values.others.as_slice() {
            [] => quote!(out.push_str(self.as_str());),
            others => {
                let others = others.iter().map(|other| ident(&other.name));
                quote! {
                    match self {
                        #(Self::#variants => out.push_str(#spelt),)*
                        #(Self::#others(value) => rt::Scalar::write(value, out),)*
                    }
                }
            }
        };
        Ok(quote! {
            impl rt::Scalar for #name {
                const VALUES: &'static [rt::ValueInfo] = #name::VALUES;
                fn parse(text: &str) -> Result<Self, rt::ScalarError> { #parse }
                fn write(&self, out: &mut String) { #write }
            }
        })
    }

    /// The lines of the table of a mix.
    fn entries(&self, mix: &Mix) -> Result<Vec<TokenStream>, String> {
        let entry = |variant: &MixVariant| {
            let content = self.content_type(&variant.content)?;
            let Some(XmlName { ns, local }) = &variant.element else {
                return Ok(quote!(rt::FieldInfo::text::<#content>().entry()));
            };
            let kind = ident(tables::kind(&variant.content));
            let namespace = (!ns.is_empty()).then(|| quote!(.ns(#ns)));
            Ok(quote!(rt::FieldInfo::#kind::<#content>(#local) #namespace .entry()))
        };
        mix.variants.iter().map(entry).collect()
    }

    /// The items of a mix.
    pub fn mix_items(&self, ty: &Type, mix: &Mix) -> Result<Vec<TokenStream>, String> {
        let name = ident(&ty.name);
        let docs = docs::attributes(&ty.docs, &ty.facts, "One of several elements.", self.options);
        let derives = derives(false, false);
        let Some(first) = mix.variants.first() else { return Err(format!("the mix {name} has no variants")) };
        let mut variants = Vec::new();
        for variant in &mix.variants {
            let fallback = match &variant.element {
                Some(element) => format!("The element `<{}>`.", element.local),
                None => "Text.".to_owned(),
            };
            let docs = docs::attributes(&variant.docs, &Facts::default(), &fallback, self.options);
            let (variant_name, content) = (ident(&variant.name), self.content_type(&variant.content)?);
            variants.push(quote!(#docs #variant_name(#content)));
        }
        let first = ident(&first.name);
        Ok(vec![
            quote!(#docs #derives pub enum #name { #(#variants,)* }),
            quote!(impl Default for #name { fn default() -> Self { Self::#first(Default::default()) } }),
            mix_impl(&name, mix, &self.entries(mix)?),
        ])
    }
}

fn mix_impl(name: &proc_macro2::Ident, mix: &Mix, entries: &[TokenStream]) -> TokenStream {
    let elements: Vec<_> = mix.variants.iter().filter_map(|v| Some((v, v.element.as_ref()?))).collect();
    let variants: Vec<_> = elements.iter().map(|(variant, _)| ident(&variant.name)).collect();
    let plain = elements.iter().all(|(_, name)| name.ns.is_empty());
    let patterns = elements.iter().map(|(_, name)| {
        let (ns, local) = (&name.ns, &name.local);
        if plain { quote!(#local) } else { quote!((#ns, #local)) }
    });
    let method = if plain { quote!(plain) } else { quote!(name) };
    let reads = elements.iter().map(|(variant, _)| {
        let name = ident(&variant.name);
        match variant.content {
            ChildContent::Struct(_) => quote!(Self::#name(content) => r.element(node, content)),
            ChildContent::Scalar(_) => quote!(Self::#name(content) => r.scalar(node, content)),
            ChildContent::Flag => quote!(Self::#name(_) => r.empty(node)),
            ChildContent::Any => quote!(Self::#name(content) => *content = rt::Verbatim::of_node(node)),
        }
    });
    let writes = elements.iter().map(|(variant, name)| {
        let (ns, local) = (&name.ns, &name.local);
        let method = match variant.content {
            ChildContent::Struct(_) => "child",
            ChildContent::Scalar(_) => "leaf",
            ChildContent::Flag => "flag",
            ChildContent::Any => return quote!(w.verbatim(content)),
        };
        if ns.is_empty() {
            let method = ident(method);
            quote!(w.#method(#local, content))
        } else {
            let method = ident(&format!("{method}_ns"));
            quote!(w.#method(#ns, #local, content))
        }
    });
    let text = mix.variants.iter().find(|variant| variant.element.is_none()).map(|variant| ident(&variant.name));
    let of_text =
        text.as_ref().map(|text| quote!(fn of_text() -> Option<Self> { Some(Self::#text(Default::default())) }));
    let read_text = text.as_ref().map(|text| {
        quote! {
            fn read_text(&mut self, r: &mut rt::Reader, node: rt::Node<'_>, text: &str) {
                if let Self::#text(content) = self {
                    r.text(node, text, content);
                }
            }
        }
    });
    let skip_text = text.as_ref().map(|text| quote!(Self::#text(_) => {}));
    let write_text = text.as_ref().map(|text| quote!(Self::#text(content) => w.text(content),));
    let structs: Vec<_> = elements
        .iter()
        .filter(|(variant, _)| matches!(variant.content, ChildContent::Struct(_)))
        .map(|(variant, _)| ident(&variant.name))
        .collect();
    let rest = (structs.len() < mix.variants.len()).then(|| quote!(_ => None,));
    let content = (!structs.is_empty()).then(|| {
        quote! {
            fn content(&self) -> Option<&dyn rt::Content> {
                match self { #(Self::#structs(content) => Some(content),)* #rest }
            }
            fn content_mut(&mut self) -> Option<&mut dyn rt::Content> {
                match self { #(Self::#structs(content) => Some(content),)* #rest }
            }
        }
    });
    quote! {
        impl rt::Mix for #name {
            const ENTRIES: &'static [rt::FieldInfo] = &[#(#entries),*];
            fn of(node: rt::Node<'_>) -> Option<Self> {
                Some(match node.#method() {
                    #(#patterns => Self::#variants(Default::default()),)*
                    _ => return None,
                })
            }
            #of_text
            fn read(&mut self, r: &mut rt::Reader, node: rt::Node<'_>) {
                match self {
                    #(#reads,)*
                    #skip_text
                }
            }
            #read_text
            fn write(&self, w: &mut rt::Writer<'_>) {
                match self {
                    #(Self::#variants(content) => #writes,)*
                    #write_text
                }
            }
            #content
        }
    }
}

fn pattern(variant: &Variant, inside: &TokenStream) -> TokenStream {
    let name = ident(&variant.name);
    match variant.members {
        Some(_) => quote!(#name(#inside)),
        None => quote!(#name),
    }
}
