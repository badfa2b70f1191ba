//! `dynkeys lint`.

mod known;
mod output;

use std::path::{Path, PathBuf};

use crate::cli::{EXIT_CLEAN, EXIT_FINDINGS, LintArgs, Streams};
use crate::commands::models::{Loaded, load_all};
use crate::config::{Config, FILE_NAME};
use crate::error::Error;
use crate::key::Engine;
use crate::model::Dialect;
use crate::report::{Level, Levels, Linted};
use crate::rules::{Design, DesignFinding, Entity, RULES, check_design, rule, unknown_rule, unreadable_model};
use crate::suppress::suppress;
use crate::text::did_you_mean;

/// Lints the models.
pub fn run(args: &LintArgs, streams: &mut Streams<'_>) -> Result<u8, Error> {
    let folder = std::env::current_dir().unwrap_or_default();
    let config = Config::find(args.config.as_deref(), &folder)?;
    let linter = Linter::new(args, &config)?;
    let known = known::Known::new(args)?;
    let mut linted = linter.lint()?;
    known.apply(&mut linted, linter.paths.is_empty(), streams)?;
    output::write(args, &folder, &linted, streams)?;
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
        let dialect = args
            .dialect
            .as_deref()
            .map(|text| Dialect::parse(text).map_err(|help| Error::usage(format!("unknown dialect `{text}`"), help)))
            .transpose()?;
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
        let paths = known::paths(args).filter(is_model).cloned().collect();
        Ok(Self { config, paths, dialect, levels })
    }

    fn lint(&self) -> Result<Linted, Error> {
        let loaded = load_all(&self.paths, self.config, "lint models/product.toml")?;
        let models = loaded.models.len();
        let (findings, ignored) = self.findings(&loaded);
        let mut linted = Linted::new(findings, &self.levels);
        linted.models = models;
        linted.files = loaded.sources.iter().map(|source| source.name().to_owned()).collect();
        linted.ignored = ignored;
        Ok(linted)
    }

    fn findings(&self, loaded: &Loaded) -> (Vec<DesignFinding>, usize) {
        let design = self.design(loaded);
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

    fn design(&self, loaded: &Loaded) -> Design {
        let entities = loaded.models.iter().map(|model| {
            let own = model.dialect.as_ref().map(|dialect| dialect.value.clone());
            let dialect = self.dialect.clone().or(own).or_else(|| self.config.dialect.clone()).unwrap_or_default();
            Entity::new(Engine::new(model.clone(), dialect))
        });
        Design {
            entities: entities.collect(),
            naming: self.config.naming.clone(),
            delimiter: self.config.delimiter.clone(),
            table: self.config.table.clone(),
        }
    }
}
