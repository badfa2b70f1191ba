//! The subcommands, one file each: thin, they join the layers below.

pub mod audit;
pub mod compare;
pub mod completions;
pub mod docs;
pub mod explain;
pub mod init;
pub mod interrupt;
pub mod lint;
pub mod man;
pub mod merge;
mod models;
mod repository;
pub mod rules;
pub mod schema;
mod written;
