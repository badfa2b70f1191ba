//! `dynkeys docs`.

use std::io::ErrorKind;
use std::path::Path;

use crate::cli::{DocsArgs, DocsFormat, EXIT_CLEAN, EXIT_FINDINGS, Streams};
use crate::commands::models::{dialect, load_all};
use crate::commands::written::look_at_written;
use crate::config::Config;
use crate::emit::{chart_html, chart_markdown, harmless};
use crate::error::Error;
use crate::files::{read_report, write_whole};
use crate::fix::Texts;
use crate::report::chart::Chart;
use crate::text::printable;

/// Writes the page about a table, or says whether it is current.
pub fn run(args: &DocsArgs, streams: &mut Streams<'_>) -> Result<u8, Error> {
    let folder = std::env::current_dir().unwrap_or_default();
    let config = Config::find(args.config.as_deref(), &folder)?;
    let dialect = args.dialect.as_deref().map(dialect).transpose()?;
    let loaded = load_all(&args.paths, &config, "docs models/product.toml", &Texts::default())?;
    if !loaded.problems.is_empty() {
        // A page without one of the entities would not be the page about the table.
        return Err(Error::Problems(loaded.problems));
    }
    if loaded.models.is_empty() {
        return Err(Error::usage("every model is excluded", "see `exclude` in dynkeys.toml"));
    }
    let chart = Chart::new(&loaded.design(&config, dialect.as_ref()), args.title.as_deref());
    let page = match args.format.unwrap_or_else(|| format_of(args.output.as_deref())) {
        DocsFormat::Markdown => chart_markdown(&chart),
        DocsFormat::Html => chart_html(&chart),
    };
    // A file holds what standard output would.
    let page = harmless(&page).map_err(Error::Output)?;
    match &args.output {
        None => streams.out.write_all(page.as_bytes()).map_err(Error::Output)?,
        Some(file) if args.check => return check(file, &page, streams),
        Some(file) => {
            look_at_written(&[("--output", Some(file))])?;
            write_whole(file, &page).map_err(|reason| Error::Io { action: "write", path: file.clone(), reason })?;
        }
    }
    Ok(EXIT_CLEAN)
}

fn format_of(output: Option<&Path>) -> DocsFormat {
    let extension = output.and_then(Path::extension).map(|extension| extension.to_ascii_lowercase());
    match extension.as_deref().and_then(|extension| extension.to_str()) {
        Some("html" | "htm") => DocsFormat::Html,
        _ => DocsFormat::Markdown,
    }
}

/// Says whether a file holds the page. Line ends do not count, for a checkout may change them.
fn check(file: &Path, page: &str, streams: &mut Streams<'_>) -> Result<u8, Error> {
    let shown = printable(&file.display().to_string()).into_owned();
    let why = match read_report(file) {
        Ok(held) if held.replace("\r\n", "\n") == page => return Ok(EXIT_CLEAN),
        Ok(_) => "is not current",
        Err(error) if error.kind() == ErrorKind::InvalidData => "is not current",
        Err(error) if error.kind() == ErrorKind::NotFound => "is not there",
        Err(reason) => return Err(Error::Io { action: "read", path: file.to_path_buf(), reason }),
    };
    streams.note(&format!("{shown} {why}; the same command without --check writes it"));
    Ok(EXIT_FINDINGS)
}
