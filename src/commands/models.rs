//! Finds and loads the models that a command is about.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::WalkDir;

use crate::config::{Config, FILE_NAME, read_source};
use crate::error::{Error, Problem};
use crate::fix::Texts;
use crate::key::Engine;
use crate::model::{Attribute, Dialect, Model, load};
use crate::rules::{Design, Entity, Shares};
use crate::text::{SourceFile, Span};

/// True of a path that names a model or a folder of models.
pub fn is_model_path(path: &Path) -> bool {
    is_toml(path) || path.is_dir()
}

fn is_toml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"))
}

/// The models of some paths, and what is wrong with those that could not be read.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The models that could be read.
    pub models: Vec<Arc<Model>>,
    /// The problems of the others, in the order of the files.
    pub problems: Vec<Problem>,
    /// Every file that was read, in order.
    pub sources: Vec<Arc<SourceFile>>,
    /// Their paths.
    pub paths: Vec<PathBuf>,
    /// The models by the names of their entities.
    names: BTreeMap<String, usize>,
}

/// Loads the models of these paths; without paths, those of the configuration, else of the folder `models`.
///
/// Every problem of every file is in the error.
pub fn load_models(paths: &[PathBuf], config: &Config) -> Result<Vec<Arc<Model>>, Error> {
    let loaded = load_all(paths, config, "explain models/product.toml item.json", &Texts::default())?;
    if loaded.problems.is_empty() { Ok(loaded.models) } else { Err(Error::Problems(loaded.problems)) }
}

/// The same, where a model that cannot be read does not keep the others from being used. `example` is the rest of a
/// command line that names a model; `texts` stand in for the files of their names.
pub fn load_all(paths: &[PathBuf], config: &Config, example: &str, texts: &Texts) -> Result<Loaded, Error> {
    let default = [PathBuf::from("models")];
    let (paths, is_given): (&[PathBuf], bool) = match (&config.models, paths) {
        (_, [_, ..]) => (paths, true),
        (Some(models), []) => (models, true),
        (None, []) => (&default, false),
    };
    if !is_given && !default[0].exists() {
        return Err(Error::usage(
            "no model is given, and there is no dynkeys.toml and no folder `models`",
            format!("name a model, as in `dynkeys {example}`, or run `dynkeys init`"),
        ));
    }
    let (files, excluded) = find_files(paths, config)?;
    if files.is_empty() && excluded == 0 {
        let names: Vec<String> = paths.iter().map(|path| format!("`{}`", path.display())).collect();
        return Err(Error::usage(
            format!("there is no model in {}", names.join(", ")),
            "a model is a .toml file; `dynkeys init` writes a first one",
        ));
    }
    let mut loaded = Loaded::default();
    for file in &files {
        let changed = texts.get(&file.display().to_string()).cloned();
        match changed.map_or_else(|| read_source(file, file), Ok) {
            Ok(source) => {
                loaded.sources.push(Arc::clone(&source));
                loaded.paths.push(file.clone());
                match load(&source) {
                    Ok(model) => loaded.add(model),
                    Err(found) => loaded.problems.extend(found),
                }
            }
            Err(Error::Problems(found)) => loaded.problems.extend(found),
            Err(error) => return Err(error),
        }
    }
    loaded.agree_on_ttl(config);
    loaded.share_patterns();
    Ok(loaded)
}

/// The dialect that a flag names.
pub fn dialect(text: &str) -> Result<Dialect, Error> {
    Dialect::parse(text).map_err(|help| Error::usage(format!("unknown dialect `{text}`"), help))
}

/// The model files of some paths, each once, and how many the configuration excludes.
fn find_files(paths: &[PathBuf], config: &Config) -> Result<(Vec<PathBuf>, usize), Error> {
    let mut files: Vec<PathBuf> = Vec::new();
    let mut seen: BTreeSet<PathBuf> = BTreeSet::new();
    let mut excluded = 0;
    for path in paths {
        for file in model_files(path)? {
            if config.exclude.matches(&file) {
                excluded += 1;
            } else if seen.insert(whole_path(&file)) {
                files.push(file);
            }
        }
    }
    Ok((files, excluded))
}

/// One file may be named in several ways; this one is always the same.
fn whole_path(file: &Path) -> PathBuf {
    std::fs::canonicalize(file).unwrap_or_else(|_| file.to_path_buf())
}

impl Loaded {
    /// True where these are some of the project's models and others are not among them.
    pub fn is_part(&self, config: &Config) -> bool {
        let default = [PathBuf::from("models")];
        let project = config.models.as_deref().unwrap_or(&default);
        let project = find_files(project, config).map_or_else(|_| Vec::new(), |(files, _)| files);
        let own: BTreeSet<PathBuf> = self.paths.iter().map(|file| whole_path(file)).collect();
        let known = project.iter().filter(|file| own.contains(&whole_path(file))).count();
        known > 0 && known < project.len()
    }

    /// The models as those of one table. The dialect is the one that is given, else a model's own, else the project's.
    pub fn design(&self, config: &Config, given: Option<&Dialect>) -> Design {
        let engines = self.models.iter().map(|model| {
            let own = model.dialect.as_ref().map(|dialect| &dialect.value);
            let dialect = given.or(own).or(config.dialect.as_ref()).cloned().unwrap_or_default();
            Engine::new(Arc::clone(model), dialect)
        });
        let engines: Vec<Engine> = engines.collect();
        let shares = Shares::new(engines.len(), engines.iter().map(|engine| engine.keys().len()).sum());
        let entities = engines.into_iter().map(|engine| Entity::sharing(engine, shares));
        Design {
            entities: entities.collect(),
            naming: config.naming.clone(),
            delimiter: config.delimiter.clone(),
            table: config.table.clone(),
        }
    }

    /// Records each model that names another time to live than the configuration or an earlier model: a table has one.
    fn agree_on_ttl(&mut self, config: &Config) {
        let shown = |source: &SourceFile, span: Span| {
            let position = source.position(span.start);
            format!("{}:{}:{}", source.name(), position.line, position.column)
        };
        let table = config.table.ttl.as_ref();
        let or_correct = if table.is_some() { ", or correct `ttl` in dynkeys.toml" } else { "" };
        let mut first = table.map(|(name, place)| (name.clone(), shown(&place.source, place.span)));
        for model in &self.models {
            for attribute in &model.attributes {
                let Some(span) = attribute.ttl else { continue };
                let name = &attribute.name.value;
                match &first {
                    None => first = Some((name.clone(), shown(&model.source, span))),
                    Some((known, _)) if known == name => {}
                    // Two of one model are found when it is read.
                    Some((known, place)) => self.problems.push(Problem {
                        code: "ttl-conflict",
                        message: format!("`{name}` is marked as the time to live, and {place} says that it is `{known}`"),
                        source: Arc::clone(&model.source),
                        span,
                        label: format!("`{known}` elsewhere"),
                        help: Some(format!(
                            "a table has one time to live: mark the same attribute in every model, or remove `ttl` from \
                             `{name}`{or_correct}"
                        )),
                        related: None,
                        suggestion: None,
                    }),
                }
            }
        }
    }

    /// Shares out how large the automata may be with which patterns are matched: where all of them together would be too
    /// large, the largest are left out.
    fn share_patterns(&mut self) {
        const MOST_NODES: usize = 3_000_000;
        const STEPS: usize = 16_000_000;
        let attributes = self.models.iter().flat_map(|model| &model.attributes);
        let mut sizes: Vec<usize> = attributes.filter_map(Attribute::pattern_nodes).collect();
        sizes.retain(|size| *size <= MOST_NODES);
        sizes.sort_unstable();
        let mut room = MOST_NODES;
        let fitting = sizes.iter().take_while(|size| room.checked_sub(**size).inspect(|left| room = *left).is_some());
        // Of several of one size all are in or none is.
        let (count, last) = fitting.fold((0, 0), |(count, _), size| (count + 1, *size));
        let nodes = match sizes.get(count) {
            None => MOST_NODES,
            Some(next) if *next == last => last - 1,
            Some(_) => last,
        };
        let steps = u64::try_from((STEPS / sizes.len().max(1)).max(1_000)).unwrap_or(u64::MAX);
        for model in self.models.iter_mut().filter_map(Arc::get_mut) {
            model.attributes.iter_mut().for_each(|attribute| attribute.share(nodes, steps));
        }
    }

    /// Adds a model, unless another one has its entity.
    fn add(&mut self, model: Model) {
        let Some(first) = self.names.get(&model.entity.value).and_then(|at| self.models.get(*at)) else {
            self.names.insert(model.entity.value.clone(), self.models.len());
            self.models.push(Arc::new(model));
            return;
        };
        self.problems.push(Problem {
            code: "duplicate-entity",
            message: format!("`{}` is the entity of `{}` already", model.entity.value, first.source.name()),
            source: Arc::clone(&model.source),
            span: model.entity.span,
            label: "a second model of this name".to_owned(),
            help: Some("give each model an entity of its own".to_owned()),
            related: None,
            suggestion: None,
        });
    }
}

/// The model files of a path: itself, or every `.toml` file below it but configurations, in the order of their names.
fn model_files(path: &Path) -> Result<Vec<PathBuf>, Error> {
    if !path.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let mut files = Vec::new();
    let walk = WalkDir::new(path)
        .follow_links(true)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.'));
    for entry in walk {
        // A link that leads nowhere or back up is no model, unless it is called one.
        if let Err(error) = &entry
            && error.path().is_some_and(|below| below != path && !is_toml(below))
        {
            continue;
        }
        let entry = entry.map_err(|error| Error::Io {
            action: "list",
            path: error.path().unwrap_or(path).to_path_buf(),
            reason: error.into(),
        })?;
        let is_model = entry.file_type().is_file() && is_toml(entry.path()) && entry.file_name() != FILE_NAME;
        if is_model {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}
