//! `--baseline` and `--write-baseline`.

use std::path::{Path, PathBuf};

use crate::baseline::{Baseline, write_baseline};
use crate::cli::{LintArgs, Streams};
use crate::commands::models::is_model_path;
use crate::config::FILE_NAME;
use crate::error::Error;
use crate::report::Linted;
use crate::text::{counted, printable};

/// What to do about findings that are known.
pub enum Known {
    /// There is no baseline.
    None,
    /// Hide what the file knows.
    Hide(PathBuf, Baseline),
    /// Write what is found to the file.
    Write(PathBuf),
}

impl Known {
    /// What the flags ask for. A baseline is read before anything is linted.
    pub fn new(args: &LintArgs) -> Result<Self, Error> {
        match (&args.write_baseline, &args.baseline) {
            (Some(Some(file)), _) if !is_model_path(file) => Ok(Self::Write(file.clone())),
            (Some(_), Some(file)) => Ok(Self::Write(file.clone())),
            (Some(_), None) => Err(Error::usage(
                "`--write-baseline` does not say to which file",
                "name it, as in `dynkeys lint --write-baseline dynkeys-baseline.json`",
            )),
            (None, Some(file)) => Ok(Self::Hide(file.clone(), Baseline::read(file)?)),
            (None, None) => Ok(Self::None),
        }
    }

    /// Hides what is known.
    pub fn hide(&self, linted: &mut Linted, whole: bool) {
        if let Self::Hide(_, baseline) = self {
            baseline.hide(linted, whole);
        }
    }

    /// Says what is known no more; where the baseline is written that is all.
    pub fn finish(&self, linted: &mut Linted, streams: &mut Streams<'_>) -> Result<(), Error> {
        match self {
            Self::Hide(file, _) if linted.mended > 0 => {
                let (what, them) = match linted.mended {
                    1 => ("1 finding that is".to_owned(), "it"),
                    number => (format!("{number} findings that are"), "them"),
                };
                streams.note(&format!(
                    "`{}` holds {what} no more; `--write-baseline` behind the same command takes {them} out",
                    printable(&file.display().to_string()),
                ));
            }
            Self::None | Self::Hide(..) => {}
            Self::Write(file) => {
                linted.known = write_baseline(file, linted)?;
                linted.findings.clear();
                streams.note(&format!(
                    "wrote {} to `{}`",
                    counted(linted.known as u64, "finding"),
                    printable(&file.display().to_string())
                ));
            }
        }
        Ok(())
    }
}

/// The paths to lint. A folder or a model behind a bare `--write-baseline` is one of them; the configuration, which a hook
/// names like any file that changed, is none.
pub fn paths(args: &LintArgs) -> impl Iterator<Item = &PathBuf> {
    let behind = args.write_baseline.iter().flatten().filter(|path| is_model_path(path));
    let is_model = |path: &&PathBuf| path.file_name() != Some(Path::new(FILE_NAME).as_os_str());
    args.paths.iter().chain(behind).filter(is_model)
}
