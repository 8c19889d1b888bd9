//! Chapters for host applications. There is no code in here.

#[cfg_attr(
    all(feature = "memory", feature = "testkit"),
    doc = include_str!("../docs/connecting.md")
)]
#[cfg_attr(
    not(all(feature = "memory", feature = "testkit")),
    doc = "How users connect Zoom. This chapter is shown where the feature `testkit` is on: it uses it."
)]
pub mod connecting {}

#[doc = include_str!("../docs/growing.md")]
pub mod growing {}

#[doc = include_str!("../docs/links.md")]
pub mod links {}

#[cfg_attr(feature = "testkit", doc = include_str!("../docs/proof.md"))]
#[cfg_attr(
    not(feature = "testkit"),
    doc = "How it is shown that nothing is lost. This chapter is shown where the feature `testkit` is on."
)]
pub mod proof {}
