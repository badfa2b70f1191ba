//! `dynkeys audit`.

mod files;
mod growing;
#[cfg(feature = "live")]
mod live;
mod output;
mod progress;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use crate::audit::{Auditor, BYTES_FOR_DUPLICATES, Defect, Options};
use crate::cli::{AuditArgs, AuditFormat, EXIT_CLEAN, Streams};
use crate::commands::models::{dialect, load_models};
use crate::commands::written;
use crate::config::Config;
use crate::error::Error;
use crate::files::{WholeFile, reads, write_whole};
use crate::key::Engine;
use crate::report::{Level, Levels, Part};
use crate::rules::{RULES, rule};
use crate::text::{counted, did_you_mean, printable};

use growing::GrowingFile;
pub use output::{Wanted, finish};

/// Audits a table.
pub fn run(args: &AuditArgs, streams: &mut Streams<'_>) -> Result<u8, Error> {
    let folder = std::env::current_dir().unwrap_or_default();
    let config = Config::find(args.config.as_deref(), &folder)?;
    if args.print_iam_policy {
        return print_iam_policy(args, &config, streams);
    }
    let request = Request::new(args, &config)?;
    let (Some(path), true) = (&args.output, request.wanted.is_streamed) else { return audit(&request, streams) };
    let failed = |reason| Error::Io { action: "write", path: path.clone(), reason };
    let (terminal, err_terminal) = (streams.terminal, streams.err_terminal);
    if args.checkpoint.is_some() && !is_special(path) {
        let mut file = GrowingFile::new(path.clone(), Arc::clone(&request.kept));
        let status = audit(&request, &mut Streams { out: &mut file, terminal, err: &mut *streams.err, err_terminal })?;
        file.end().map_err(failed)?;
        return Ok(status);
    }
    let mut file = WholeFile::create(path).map_err(failed)?;
    let status = audit(&request, &mut Streams { out: &mut file, terminal, err: &mut *streams.err, err_terminal })?;
    file.put().map_err(failed)?;
    Ok(status)
}

/// True of what is no file, as a pipe.
fn is_special(path: &std::path::Path) -> bool {
    std::fs::metadata(path).is_ok_and(|known| !known.is_file())
}

fn audit(request: &Request<'_>, streams: &mut Streams<'_>) -> Result<u8, Error> {
    let args = request.args;
    let (part, failed) = match (&args.export, &args.table) {
        (Some(path), _) => files::export(path, request, streams)?,
        (None, Some(table)) => audit_table(table, request, streams)?,
        (None, None) if !args.items.is_empty() => files::items(&args.items, request, streams)?,
        (None, None) => return Err(nothing_to_audit(request.config)),
    };
    let status = write_part(&part, failed, request, streams)?;
    if part.coverage.complete
        && !failed
        && let Some(checkpoint) = &args.checkpoint
    {
        // The next run is to start anew, so that all of this one must be out.
        streams.out.flush().map_err(Error::Output)?;
        std::fs::remove_file(checkpoint).map_err(|reason| Error::Io {
            action: "remove",
            path: checkpoint.clone(),
            reason,
        })?;
    }
    Ok(status)
}

fn write_part(part: &Part, failed: bool, request: &Request<'_>, streams: &mut Streams<'_>) -> Result<u8, Error> {
    let args = request.args;
    if let Some(file) = &args.partial {
        write_whole(file, &part.to_json()?).map_err(|reason| Error::Io {
            action: "write",
            path: file.clone(),
            reason,
        })?;
        return Ok(if failed || !part.coverage.complete { crate::cli::EXIT_FAILED } else { EXIT_CLEAN });
    }
    finish(part, &request.levels, &request.wanted, failed, streams)
}

/// What is asked for.
struct Request<'r> {
    args: &'r AuditArgs,
    config: &'r Config,
    levels: Levels,
    wanted: Wanted<'r>,
    threads: usize,
    /// How much of the file of findings is kept that an earlier run wrote.
    kept: Arc<AtomicU64>,
}

impl<'r> Request<'r> {
    fn new(args: &'r AuditArgs, config: &'r Config) -> Result<Self, Error> {
        for name in &args.checks {
            if name != Defect::DuplicatePrimaryKey.name() {
                let is_known = Defect::ALL.iter().any(|defect| defect.name() == name);
                let message = if is_known {
                    format!("`{name}` is always checked")
                } else {
                    format!("there is no check `{name}`")
                };
                let help = if is_known {
                    format!("leave `--check {name}` out; `--rule {name}=off` turns it off")
                } else {
                    "the check that is made on request only is duplicate-primary-key".to_owned()
                };
                return Err(Error::usage(message, help));
            }
            if args.table.is_some() {
                return Err(Error::usage(
                    "DynamoDB keeps no two items of one primary key, so there is nothing to look for in a live table",
                    "leave `--check duplicate-primary-key` out; it is for files that were joined or written by hand",
                ));
            }
        }
        if let Some(path) =
            args.paths.iter().find(|path| path.extension().is_none_or(|own| own != "toml") && path.is_file())
        {
            let name = path.display().to_string();
            let name = printable(&name);
            return Err(Error::usage(
                format!("`{name}` is no model: models end in .toml"),
                format!("audit its items with `--items {name}`, or an export with `--export FOLDER`"),
            ));
        }
        args.items.iter().for_each(|path| reads(path));
        look_at_written(args)?;
        if args.table.is_none()
            && let Some(flag) = live_flag(args)
        {
            return Err(Error::usage(
                format!("`{flag}` is for a live table"),
                "name the table with `--table NAME`, or leave the flag out",
            ));
        }
        let threads = match args.threads {
            Some(threads) => threads.into(),
            None => std::thread::available_parallelism().map_or(1, usize::from),
        };
        Ok(Self {
            args,
            config,
            levels: levels(config, &args.rules)?,
            wanted: Wanted {
                format: args.format,
                output: args.output.as_deref(),
                is_streamed: args.format == AuditFormat::Jsonl && args.partial.is_none(),
                save: args.save.as_deref(),
                fail_on: args.fail_on.into(),
                redact: args.redact,
                examples: args.examples.into(),
            },
            // Findings are heard in the order of the items.
            threads: if args.format == AuditFormat::Jsonl { 1 } else { threads },
            kept: Arc::default(),
        })
    }

    /// The models of the table.
    fn engines(&self) -> Result<Vec<Engine>, Error> {
        let given = self.args.dialect.as_deref().map(dialect).transpose()?;
        let models = load_models(&self.args.paths, self.config)?;
        if models.is_empty() {
            return Err(Error::usage("every model is excluded", "see `exclude` in dynkeys.toml"));
        }
        // Now every input is known.
        look_at_written(self.args)?;
        let engines = models.iter().map(|model| {
            let own = model.dialect.as_ref().map(|dialect| dialect.value.clone());
            let dialect = given.clone().or(own).or(self.config.dialect.clone()).unwrap_or_default();
            Engine::new(std::sync::Arc::clone(model), dialect)
        });
        Ok(engines.collect())
    }

    fn options(&self, files: Vec<String>) -> Options {
        Options {
            examples: self.args.examples.into(),
            delimiter: self.config.delimiter.clone(),
            duplicates: !self.args.checks.is_empty(),
            carried: None,
            index: self.args.index.clone(),
            ttl: self.config.table.ttl.as_ref().map(|(name, _)| name.clone()),
            files,
        }
    }

    fn auditor(&self, files: Vec<String>) -> Result<Auditor, Error> {
        Ok(Auditor::new(self.engines()?, self.options(files)))
    }
}

/// An error where a file that is read would be written, or one be written twice, or cannot be written.
fn look_at_written(args: &AuditArgs) -> Result<(), Error> {
    written::look_at_written(&[
        ("--output", args.output.as_deref()),
        ("--save", args.save.as_deref()),
        ("--partial", args.partial.as_deref()),
        ("--checkpoint", args.checkpoint.as_deref()),
    ])
}

/// A flag for live tables that was given.
fn live_flag(args: &AuditArgs) -> Option<&'static str> {
    let given = [
        ("--profile", args.profile.is_some()),
        ("--region", args.region.is_some()),
        ("--endpoint-url", args.endpoint_url.is_some()),
        ("--index", args.index.is_some()),
        ("--segments", args.segments.is_some()),
        ("--sample", args.sample.is_some()),
        ("--concurrency", args.concurrency.is_some()),
        ("--max-read-units", args.max_read_units.is_some()),
        ("--max-cost", args.max_cost.is_some()),
        ("--price", args.price.is_some()),
        ("--yes", args.yes),
        ("--checkpoint", args.checkpoint.is_some()),
    ];
    given.into_iter().find(|(_, is_given)| *is_given).map(|(flag, _)| flag)
}

/// The levels of rules: those of the configuration, and over them those of flags.
pub fn levels(config: &Config, given: &[(String, Level)]) -> Result<Levels, Error> {
    let mut levels = config.levels.clone();
    for (name, level) in given {
        if rule(name).is_none() {
            return Err(Error::Usage {
                message: format!("there is no rule `{name}`"),
                help: did_you_mean(name, RULES.iter().map(|rule| rule.name)),
            });
        }
        levels.set(name.clone(), *level);
    }
    Ok(levels)
}

#[cfg(feature = "live")]
fn print_iam_policy(args: &AuditArgs, config: &Config, streams: &mut Streams<'_>) -> Result<u8, Error> {
    live::print_iam_policy(args, config, streams)
}

#[cfg(not(feature = "live"))]
fn print_iam_policy(_: &AuditArgs, _: &Config, _: &mut Streams<'_>) -> Result<u8, Error> {
    Err(not_live())
}

#[cfg(feature = "live")]
fn audit_table(table: &str, request: &Request<'_>, streams: &mut Streams<'_>) -> Result<(Part, bool), Error> {
    live::audit(table, request, streams)
}

#[cfg(not(feature = "live"))]
fn audit_table(_: &str, _: &Request<'_>, _: &mut Streams<'_>) -> Result<(Part, bool), Error> {
    Err(not_live())
}

#[cfg(not(feature = "live"))]
fn not_live() -> Error {
    Error::usage("this dynkeys was built without live tables", "build it with the feature `live`, or audit an export")
}

fn nothing_to_audit(config: &Config) -> Error {
    let help = match &config.table.name {
        Some(name) => {
            format!("say `--table {name}` for the live table of dynkeys.toml, `--export PATH` or `--items FILE`")
        }
        None => {
            "say `--table NAME` for a live table, `--export PATH` for an export to S3, or `--items FILE`".to_owned()
        }
    };
    Error::usage("nothing to audit is given", help)
}

/// Says what memory the search for duplicates takes.
fn tell_memory(items: Option<u64>, streams: &mut Streams<'_>) {
    let takes = match items {
        Some(items) => {
            let megabytes = (items * BYTES_FOR_DUPLICATES).div_ceil(1 << 20);
            format!("up to {megabytes} MiB of memory for {}", counted(items, "item"))
        }
        None => format!("up to {BYTES_FOR_DUPLICATES} bytes of memory an item"),
    };
    streams.note(&format!("duplicate-primary-key takes {takes}, and checks items one by one, which is slower"));
}

/// Names of files as messages show them.
fn names(paths: &[PathBuf]) -> Vec<String> {
    paths
        .iter()
        .map(|path| if path.as_os_str() == "-" { "<stdin>".to_owned() } else { path.display().to_string() })
        .collect()
}
