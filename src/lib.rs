//! Explains the keys of DynamoDB single-table designs.
//!
//! The layers, lowest first; each uses those before it and never those after it: [`text`], [`error`], [`value`] and
//! [`files`]; [`model`]; [`key`]; [`source`]; [`audit`]; [`rules`]; [`report`], [`suppress`], [`baseline`], [`fix`] and
//! [`config`]; [`emit`]; [`commands`] and [`cli`].

pub mod audit;
pub mod baseline;
pub mod cli;
pub mod commands;
pub mod config;
pub mod emit;
pub mod error;
pub mod files;
pub mod fix;
pub mod key;
pub mod model;
pub mod report;
pub mod rules;
pub mod source;
pub mod suppress;
pub mod text;
pub mod value;
