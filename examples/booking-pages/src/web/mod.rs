//! What all pages share.

pub(crate) mod admin;
pub(crate) mod client;
pub(crate) mod form;
pub(crate) mod guard;
pub(crate) mod layout;
pub(crate) mod problem;
pub(crate) mod session;
pub(crate) mod take;
pub(crate) mod zones;
