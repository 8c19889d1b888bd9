//! Chapters for host applications. There is no code in here.

#[doc = include_str!("../docs/growing.md")]
pub mod growing {}
