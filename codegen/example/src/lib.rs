//! A library's catalogue: the module [`library`] is printed from `schema/library.rng` by `build.rs`, in two lines.

include!(concat!(env!("OUT_DIR"), "/library.rs"));
