//! Methods on generated types that the schema cannot state: short cuts that several users would write alike.

mod make;

pub use make::NotADevice;
