//! `dynkeys merge`.

use crate::cli::{MergeArgs, Streams};
use crate::commands::audit::{Wanted, finish, levels};
use crate::commands::written::look_at_written;
use crate::config::Config;
use crate::error::Error;
use crate::files::reads;
use crate::report::{Part, Pieces};

/// Joins the parts of an audit.
pub fn run(args: &MergeArgs, streams: &mut Streams<'_>) -> Result<u8, Error> {
    let folder = std::env::current_dir().unwrap_or_default();
    let config = Config::find(args.config.as_deref(), &folder)?;
    let levels = levels(&config, &args.rules)?;
    args.parts.iter().for_each(|path| reads(path));
    look_at_written(&[("--output", args.output.as_deref()), ("--save", args.save.as_deref())])?;
    let mut whole: Option<(String, Part)> = None;
    for path in &args.parts {
        let name = path.display().to_string();
        let text = crate::files::read_report(path).map_err(|reason| Error::Io {
            action: "read",
            path: path.clone(),
            reason,
        })?;
        let part = Part::from_json(&name, &text)?;
        match &mut whole {
            None => whole = Some((name, part)),
            Some((first, own)) => own.merge(first, part, &name)?,
        }
    }
    let Some((_, mut part)) = whole else {
        return Err(Error::usage("no part is given", "name the files of `dynkeys audit --partial`"));
    };
    part.cover();
    if let Pieces::Segments(scan) = &part.pieces {
        let lacking = u64::from(scan.total) - scan.segments.len() as u64;
        if lacking > 0 && part.coverage.sample.is_none() {
            part.coverage.complete = false;
            part.coverage.reason = Some(match lacking {
                1 => format!("1 of {} segments is in none of the parts", scan.total),
                _ => format!("{lacking} of {} segments are in none of the parts", scan.total),
            });
        }
    }
    let wanted = Wanted {
        format: args.format,
        output: args.output.as_deref(),
        is_streamed: false,
        save: args.save.as_deref(),
        fail_on: args.fail_on.into(),
        redact: args.redact,
        examples: part.catalog.examples,
    };
    finish(&part, &levels, &wanted, false, streams)
}
