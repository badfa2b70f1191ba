//! What can go wrong, as types. The outermost layer turns them into diagnostics.

use std::path::PathBuf;
use std::sync::Arc;

use crate::text::{Replacement, SourceFile, Span};

/// Something wrong at a place in a file that dynkeys read.
#[derive(Clone, Debug)]
pub struct Problem {
    /// A kebab-case name of the kind of problem, for example `unknown-field`.
    pub code: &'static str,
    /// What is wrong, in one sentence.
    pub message: String,
    /// The file in which it is.
    pub source: Arc<SourceFile>,
    /// Where in the file it is.
    pub span: Span,
    /// A few words for the place itself.
    pub label: String,
    /// What would be right.
    pub help: Option<String>,
    /// Another place that explains this one, with a few words for it.
    pub related: Option<(Span, String)>,
    /// What the misspelt text at a place was meant to be, where only one thing can have been meant.
    pub suggestion: Option<(Span, Replacement)>,
}

/// Why a command could not do its work. Each ends the run with exit status 2.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder could not be read or written.
    #[error("cannot {action} `{}`: {reason}", path.display())]
    Io {
        /// What was tried: "read", "write", "list".
        action: &'static str,
        /// The path as the user gave it.
        path: PathBuf,
        /// What the system said.
        reason: std::io::Error,
    },
    /// Places in models or in the configuration that are wrong; never empty.
    #[error("{}", summary(.0))]
    Problems(Vec<Problem>),
    /// An item that could not be read, found at a place in its file.
    #[error("{file}:{line}:{column}: {message}")]
    Item {
        /// The file's name.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// What is wrong.
        message: String,
        /// What would be right.
        help: Option<String>,
    },
    /// The request itself cannot be carried out as it was made.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// What would be right.
        help: Option<String>,
    },
    /// The user ended the run.
    #[error("interrupted")]
    Interrupted,
    /// The output could not be written.
    #[error("cannot write the output: {0}")]
    Output(std::io::Error),
}

impl Error {
    /// A usage error with a way out.
    pub fn usage(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), help: Some(help.into()) }
    }

    /// True where the reader of the output has gone, which ends the run quietly.
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(reason) if reason.kind() == std::io::ErrorKind::BrokenPipe)
    }
}

fn summary(problems: &[Problem]) -> String {
    match problems {
        [problem] => problem.message.clone(),
        _ => format!("{} errors", problems.len()),
    }
}
