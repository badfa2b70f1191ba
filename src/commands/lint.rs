//! `dynkeys lint`.

use std::path::{Path, PathBuf};

use crate::cli::{EXIT_CLEAN, EXIT_FINDINGS, LintArgs, LintFormat, Streams};
use crate::commands::models::{Loaded, dialect, load_all};
use crate::config::{Config, FILE_NAME};
use crate::emit::{write_linted, write_linted_json};
use crate::error::Error;
use crate::model::Dialect;
use crate::report::{Level, Levels, Linted};
use crate::rules::{DesignFinding, RULES, check_design, rule, unknown_rule, unreadable_model};
use crate::suppress::suppress;
use crate::text::did_you_mean;

/// Lints the models.
pub fn run(args: &LintArgs, streams: &mut Streams<'_>) -> Result<u8, Error> {
    let folder = std::env::current_dir().unwrap_or_default();
    let config = Config::find(args.config.as_deref(), &folder)?;
    let linter = Linter::new(args, &config)?;
    let linted = linter.lint()?;
    match args.format {
        LintFormat::Human => write_linted(streams.out, streams.terminal, &linted),
        LintFormat::Json => write_linted_json(streams.out, &linted),
    }?;
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
        // A hook names every file that changed, the configuration too.
        let is_model = |path: &&PathBuf| path.file_name() != Some(Path::new(FILE_NAME).as_os_str());
        let paths = args.paths.iter().filter(is_model).cloned().collect();
        Ok(Self { config, paths, dialect, levels })
    }

    fn lint(&self) -> Result<Linted, Error> {
        let loaded = load_all(&self.paths, self.config, "lint models/product.toml")?;
        let models = loaded.models.len();
        let (findings, ignored) = self.findings(&loaded);
        let mut linted = Linted::new(findings, &self.levels);
        linted.models = models;
        linted.ignored = ignored;
        Ok(linted)
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
        let is_on = |name: &str| rule(name).is_some_and(|rule| self.levels.of(rule, rule.level) != Level::Off);
        let ignored = suppress(&mut findings, &loaded.sources, is_on);
        (findings, ignored)
    }
}
