//! Under construction.
pub mod datatype;
pub mod grammar;
pub mod schema;
pub mod validate;
