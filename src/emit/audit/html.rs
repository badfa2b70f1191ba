//! The report of an audit as one page of HTML that loads nothing and runs nothing: what matters first, then charts, then
//! what was found, check by check. Keys and names are data of strangers: each is escaped and stands in a `<bdi>`.

mod charts;
mod findings;
mod text;

use std::fmt::Write as _;
use std::io::Write;

use super::words;
use crate::emit::escape::html;
use crate::emit::page::{Page, section};
use crate::error::Error;
use crate::report::{Audited, Check, Level};

use text::{stranger, stranger_code};

/// Writes the page.
pub fn write_audited_html(out: &mut dyn Write, audited: &Audited) -> Result<(), Error> {
    out.write_all(page(audited).as_bytes()).map_err(Error::Output)
}

fn page(audited: &Audited) -> String {
    let source = words::source(&audited.source);
    let found = words::checks(audited);
    let charts = charts::sections(audited);
    let findings = if found.is_empty() {
        format!("<p class=\"verdict clean\">{}</p>\n", stranger(&words::found(audited)))
    } else {
        found.iter().map(|(name, check)| findings::check(name, check)).collect()
    };
    let mut main = section("summary", "Summary", "", &summary(audited, &found));
    for chart in &charts {
        main.push_str(&section(chart.id, chart.title, chart.lead, &chart.content));
    }
    main.push_str(&section("findings", "Findings", "", &findings));
    let page = Page {
        title: &format!("Audit of {source}"),
        generator: "dynkeys audit",
        style: include_str!("html/style.css"),
        header: &header(audited, &source),
        contents: &contents(&charts, &found),
        main: &main,
        footer: "Written by <code>dynkeys audit</code>, which only reads. <code>dynkeys rules NAME</code> tells of a check \
                 what it finds, why it matters and how to mend it.",
    };
    page.html()
}

fn header(audited: &Audited, source: &str) -> String {
    format!(
        "<h1>Audit of {}</h1>\n<ul class=\"facts\"><li>{}</li></ul>\n",
        stranger(source),
        stranger(&words::read(&audited.coverage))
    )
}

fn contents(charts: &[charts::Section], found: &[(&str, &Check)]) -> String {
    let mut list = String::from("<nav aria-label=\"Contents\">\n<ul>\n<li><a href=\"#summary\">Summary</a></li>\n");
    for chart in charts {
        let _ = writeln!(list, "<li><a href=\"#{}\">{}</a></li>", chart.id, html(chart.title));
    }
    let checks: String = found
        .iter()
        .map(|(name, check)| {
            format!(
                "<li><a class=\"{}\" href=\"#{}\">{} <span>{}</span></a></li>\n",
                check.level.as_str(),
                html(name),
                html(name),
                words::number(check.count)
            )
        })
        .collect();
    let checks = if checks.is_empty() { checks } else { format!("\n<ul class=\"found\">\n{checks}</ul>") };
    let _ = writeln!(list, "<li><a href=\"#findings\">Findings</a>{checks}</li>");
    list + "</ul>\n</nav>\n"
}

/// What half a screen has room for.
fn summary(audited: &Audited, found: &[(&str, &Check)]) -> String {
    let Audited { coverage, summary, dialect, .. } = audited;
    let class = match (found.first(), coverage.complete) {
        (Some((_, check)), _) => check.level.as_str(),
        (None, false) => "warning",
        (None, true) => "clean",
    };
    let verdict = stranger(&words::found(audited));
    let mut text = format!("<p class=\"verdict {class}\">Found: {verdict}</p>\n<ul class=\"tiles\">\n");
    let levels = [(summary.errors, Level::Error), (summary.warnings, Level::Warning), (summary.infos, Level::Info)];
    for (count, level) in levels {
        let quiet = if count == 0 { " none" } else { "" };
        let name = match level {
            Level::Error => "errors",
            Level::Warning => "warnings",
            _ => "infos",
        };
        let _ = writeln!(text, "<li class=\"{}{quiet}\"><b>{}</b> {name}</li>", level.as_str(), words::number(count));
    }
    let _ = writeln!(text, "<li><b>{}</b> items</li>", words::number(coverage.items));
    let _ = writeln!(text, "<li><b>{}</b> of data</li>\n</ul>", words::size(coverage.bytes));
    let (dialect, remark) = words::dialect(dialect);
    let mut rows = vec![match words::incomplete(coverage) {
        Some(reason) => ("Incomplete", reason),
        None => ("Complete", "everything was read that was asked for".to_owned()),
    }];
    rows.extend(coverage.sample.as_ref().map(|sample| ("Sample", words::sample(sample))));
    rows.push(("Dialect", dialect));
    rows.extend(remark.map(|remark| ("Mind", remark)));
    text.push_str("<dl class=\"facts-list\">\n");
    for (name, words) in rows {
        let class = if matches!(name, "Incomplete" | "Mind") { " class=\"mind\"" } else { "" };
        let _ = writeln!(text, "<div{class}><dt>{name}</dt><dd>{}</dd></div>", stranger(&words));
    }
    let _ = writeln!(
        text,
        "<div><dt>Models</dt><dd>{} <small>(checksum of the models and of what was asked for)</small></dd></div>\n</dl>",
        stranger_code(&audited.models)
    );
    text
}
