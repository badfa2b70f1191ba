//! `dynkeys lint`.

mod fixing;
mod known;
mod output;

use std::cell::LazyCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::cli::{EXIT_CLEAN, EXIT_FAILED, EXIT_FINDINGS, LintArgs, Streams};
use crate::commands::models::{Loaded, dialect, load_all};
use crate::config::Config;
use crate::error::Error;
use crate::fix::{Checked, FileState, Texts};
use crate::model::Dialect;
use crate::report::{Level, Levels, Linted};
use crate::rules::{DesignFinding, RULES, check_design, rule, unknown_rule, unreadable_model};
use crate::suppress::suppress;
use crate::text::{SourceFile, did_you_mean};

use known::Known;

/// Lints the models.
pub fn run(args: &LintArgs, streams: &mut Streams<'_>) -> Result<u8, Error> {
    let folder = std::env::current_dir().unwrap_or_default();
    let config = Config::find(args.config.as_deref(), &folder)?;
    let known = Known::new(args)?;
    // What fixes have changed stands in for the files, the configuration's too.
    let lint = |texts: &Texts| {
        let mut checked = match config.file.as_ref().and_then(|(_, file)| texts.get(file.name())) {
            Some(text) => Linter::new(args, &config.reread(text)?)?.lint(texts),
            None => Linter::new(args, &config)?.lint(texts),
        }?;
        known.hide(&mut checked.linted, known::paths(args).next().is_none());
        Ok(checked)
    };
    let (mut linted, is_whole) = match (args.diff, args.fix) {
        (true, _) => return fixing::diff(args, lint, streams),
        (false, true) => fixing::fix(args, lint, streams)?,
        (false, false) => (lint(&Texts::default())?.linted, true),
    };
    known.finish(&mut linted, streams)?;
    linted.count_the_rest();
    output::write(args, &folder, &linted, streams)?;
    if !is_whole {
        return Ok(EXIT_FAILED);
    }
    Ok(if linted.summary().fails(args.fail_on.into()) { EXIT_FINDINGS } else { EXIT_CLEAN })
}

/// One set of models to lint, as often as fixes need it.
struct Linter<'l> {
    config: &'l Config,
    paths: Vec<PathBuf>,
    dialect: Option<Dialect>,
    levels: Levels,
}

impl<'l> Linter<'l> {
    fn new(args: &LintArgs, config: &'l Config) -> Result<Self, Error> {
        let dialect = args.dialect.as_deref().map(dialect).transpose()?;
        let mut levels = config.levels.clone();
        for (name, level) in &args.rules {
            if rule(name).is_none() {
                return Err(Error::Usage {
                    message: format!("there is no rule `{name}`"),
                    help: did_you_mean(name, RULES.iter().map(|rule| rule.name)),
                });
            }
            levels.set(name.clone(), *level);
        }
        let paths = known::paths(args).cloned().collect();
        Ok(Self { config, paths, dialect, levels })
    }

    fn lint(&self, texts: &Texts) -> Result<Checked, Error> {
        let loaded = load_all(&self.paths, self.config, "lint models/product.toml", texts)?;
        let models = loaded.models.len();
        let (findings, ignored) = self.findings(&loaded);
        let mut linted = Linted::new(findings, &self.levels);
        linted.models = models;
        linted.files = loaded.sources.iter().map(|source| source.name().to_owned()).collect();
        linted.ignored = ignored;
        Ok(Checked { linted, files: self.files(&loaded) })
    }

    /// The files that fixes may change.
    fn files(&self, loaded: &Loaded) -> BTreeMap<String, FileState> {
        let is_model = |source: &Arc<SourceFile>| loaded.models.iter().any(|model| Arc::ptr_eq(&model.source, source));
        let models = loaded.sources.iter().zip(&loaded.paths).map(|(source, path)| (source, path, is_model(source)));
        let config = self.config.file.iter().map(|(path, source)| (source, path, true));
        let state = |path: &PathBuf, is_sound| FileState { path: path.clone(), is_sound };
        models.chain(config).map(|(source, path, is_sound)| (source.name().to_owned(), state(path, is_sound))).collect()
    }

    fn findings(&self, loaded: &Loaded) -> (Vec<DesignFinding>, usize) {
        let design = loaded.design(self.config, self.dialect.as_ref());
        let mut findings: Vec<DesignFinding> = loaded.problems.iter().map(unreadable_model).collect();
        for (name, place) in &self.config.rule_names {
            if rule(name).is_none() {
                findings.push(unknown_rule(place.clone(), name));
            }
        }
        findings.extend(check_design(&design));
        // What an ignore hides is known only where every model is read: a rule may look at several.
        let is_whole = LazyCell::new(|| loaded.problems.is_empty() && !loaded.is_part(self.config));
        let is_on = |name: &str| rule(name).is_some_and(|rule| self.levels.of(rule, rule.level) != Level::Off);
        let ignored = suppress(&mut findings, &loaded.sources, |name| is_on(name) && *is_whole);
        (findings, ignored)
    }
}
