//! Laws of the audit that hold for every input: how lines are read, the short way and the long one, parts and the whole,
//! hashed values.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

#[path = "audit_laws/items.rs"]
mod items;
#[path = "audit_laws/lines.rs"]
mod lines;
#[path = "audit_laws/merge.rs"]
mod merge;
#[path = "audit_laws/models.rs"]
mod models;
#[path = "audit_laws/redact.rs"]
mod redact;
#[path = "audit_laws/short.rs"]
mod short;
