//! `dynkeys explain`.

mod output;

use std::path::PathBuf;

use crate::audit::{Classified, Classifier};
use crate::cli::{EXIT_CLEAN, EXIT_FAILED, EXIT_FINDINGS, ExplainArgs, Format, Streams};
use crate::commands::models::{is_model_path, load_models};
use crate::config::Config;
use crate::emit::Condition;
use crate::error::Error;
use crate::key::{Engine, KeyBuffer, Recorder};
use crate::model::{Dialect, Era};
use crate::report::{Explained, Leveled, Levels, Selection};
use crate::rules::{ItemContext, RULES, Scope, check_item};
use crate::source::{Item, read_items, untyped_among_typed};
use crate::text::{closest, did_you_mean, printable};
use crate::value::Value;

use output::{Output, View};

/// Explains the items.
pub fn run(args: &ExplainArgs, streams: &mut Streams<'_>) -> Result<u8, Error> {
    let request = Request::new(args)?;
    let folder = std::env::current_dir().unwrap_or_default();
    let config = Config::find(args.config.as_deref(), &folder)?;
    for rule in config.levels.rules() {
        let known = || RULES.iter().map(|rule| rule.name);
        if let (false, Some(near)) = (known().any(|name| name == rule), closest(rule, known())) {
            streams.note(&format!("there is no rule `{rule}` in [rules]: did you mean `{near}`?"));
        }
    }
    let engines = request.engines(args, &config)?;
    let explainer = Explainer::new(args, &config, &request, &engines)?;
    let mut output = Output::new(args.format, &request.view, config.table.name.as_deref());
    let mut failed = false;
    let mut hinted = false;
    output.begin(streams)?;
    for path in &request.items {
        let mut visit = |item: &Item<'_>| {
            if !hinted && let Some(name) = untyped_among_typed(&item.entries) {
                hinted = true;
                let name = printable(name);
                streams.note(&format!(
                    "{}: read as plain JSON, since `{name}` does not carry a type as other attributes seem to",
                    item.place
                ));
            }
            match explainer.entity_of(item) {
                Ok(engine) => explainer.explain(item, engine, &mut output, streams),
                Err(error) => {
                    failed = true;
                    streams.report(&error);
                    Ok(())
                }
            }
        };
        match read_items(path, &mut visit) {
            Ok(0) => streams.note(&format!("`{}` holds no item", printable(&path.display().to_string()))),
            Ok(_) => {}
            Err(error @ Error::Output(_)) => return Err(error),
            Err(error) => {
                // The other files are still explained.
                failed = true;
                streams.report(&error);
            }
        }
    }
    failed |= output.failed();
    let summary = output.end(failed, streams)?;
    Ok(match summary.fails(args.fail_on.into()) {
        _ if failed => EXIT_FAILED,
        true => EXIT_FINDINGS,
        false => EXIT_CLEAN,
    })
}

/// The arguments, taken apart.
struct Request {
    models: Vec<PathBuf>,
    items: Vec<PathBuf>,
    view: View,
}

impl Request {
    fn new(args: &ExplainArgs) -> Result<Self, Error> {
        let mut paths = args.paths.clone();
        let view = match (&args.query, args.dictionary, args.dialect.as_deref()) {
            (Some(condition), ..) if !Condition::NAMES.contains(&condition.as_str()) => {
                // `--query item.json`: the option's value is optional, so this is a path.
                let path = PathBuf::from(condition);
                if condition != "-" && !path.exists() {
                    return Err(Error::Usage {
                        message: format!("`{condition}` is no condition of a query"),
                        help: did_you_mean(condition, Condition::NAMES),
                    });
                }
                paths.push(path);
                View::Query(Condition::BeginsWith)
            }
            (Some(condition), ..) => View::Query(condition_of(condition, args)?),
            (None, Some(_), Some("all")) => {
                return Err(Error::usage(
                    "`--as` shows one dialect, and `--dialect all` shows them all",
                    "drop one of the two",
                ));
            }
            (None, Some(dictionary), _) => View::Dictionary(dictionary.into()),
            (None, None, Some("all")) => View::Dialects,
            (None, None, _) => View::Keys,
        };
        if matches!(view, View::Query(_)) && args.dialect.as_deref() == Some("all") {
            return Err(Error::usage(
                "`--query` shows one dialect, and `--dialect all` shows them all",
                "drop one of the two",
            ));
        }
        let (models, items): (Vec<PathBuf>, Vec<PathBuf>) = paths.into_iter().partition(|path| is_model_path(path));
        if items.is_empty() {
            return Err(Error::usage(
                "no items are given",
                "name a file of items, or `-` for standard input: `dynkeys explain models/product.toml item.json`",
            ));
        }
        if items.iter().filter(|path| *path == std::path::Path::new("-")).count() > 1 {
            return Err(Error::usage("standard input is given twice", "name `-` once"));
        }
        Ok(Self { models, items, view })
    }

    /// The models with their dialects, ready to write keys.
    fn engines(&self, args: &ExplainArgs, config: &Config) -> Result<Vec<Engine>, Error> {
        let flag = match args.dialect.as_deref() {
            None | Some("all") => None,
            Some(text) => Some(Dialect::parse(text).map_err(|help| Error::Usage {
                message: format!("unknown dialect `{text}`"),
                help: Some(help + ", or `all` to compare"),
            })?),
        };
        let models = load_models(&self.models, config)?;
        if let Some(name) = &args.entity {
            let names: Vec<String> = models.iter().map(|model| model.entity.value.clone()).collect();
            if !names.contains(name) {
                return Err(Error::Usage {
                    message: format!("no model has the entity `{name}`"),
                    help: did_you_mean(name, names.iter().map(String::as_str)),
                });
            }
        }
        if let Some(name) = &args.index {
            let indexes = || models.iter().flat_map(|model| model.indexes.iter().map(|index| index.name.as_str()));
            if !indexes().any(|index| index == name) {
                let mut known: Vec<&str> = indexes().collect();
                known.sort_unstable();
                known.dedup();
                return Err(Error::Usage {
                    message: format!("no index is called `{name}`"),
                    help: did_you_mean(name, known),
                });
            }
        }
        Ok(models
            .into_iter()
            .map(|model| {
                let own = model.dialect.as_ref().map(|dialect| dialect.value.clone());
                let dialect = flag.clone().or(own).or_else(|| config.dialect.clone()).unwrap_or_default();
                Engine::new(model, dialect)
            })
            .collect())
    }
}

fn condition_of(name: &str, args: &ExplainArgs) -> Result<Condition, Error> {
    if name != "between" && (args.low.is_some() || args.high.is_some()) {
        return Err(Error::usage(
            format!("`--low` and `--high` are for `between`, not for `{name}`"),
            "say `--query between`",
        ));
    }
    Ok(match name {
        "eq" => Condition::Eq,
        "lt" => Condition::Lt,
        "lte" => Condition::Lte,
        "gt" => Condition::Gt,
        "gte" => Condition::Gte,
        "between" => match (&args.low, &args.high) {
            (Some(low), Some(high)) => Condition::Between { low: low.clone(), high: high.clone() },
            _ => {
                return Err(Error::usage(
                    "`--query between` needs both ends",
                    "add `--low VALUE --high VALUE`: each is put behind the sort key, as in `--low 2024-01 --high 2024-06`",
                ));
            }
        },
        _ => Condition::BeginsWith,
    })
}

struct Explainer<'e> {
    engines: &'e [Engine],
    /// The same models in every dialect; empty unless they are compared.
    compared: Vec<Vec<(Era, Engine)>>,
    classifier: Classifier,
    /// The entity of items whose keys do not tell it.
    named: Option<&'e str>,
    levels: Levels,
    delimiter: String,
    selection: Selection<'e>,
    scope: Scope<'e>,
}

impl<'e> Explainer<'e> {
    fn new(args: &'e ExplainArgs, config: &Config, request: &Request, engines: &'e [Engine]) -> Result<Self, Error> {
        let compared = match request.view {
            View::Dialects => engines
                .iter()
                .map(|engine| {
                    let one = |era: Era| (era, Engine::new(engine.model().clone(), era.dialect()));
                    Era::ALL.into_iter().map(one).collect()
                })
                .collect(),
            _ => Vec::new(),
        };
        let mut levels = config.levels.clone();
        for (rule, level) in &args.rules {
            let known = || RULES.iter().filter(|rule| rule.is_about_items()).map(|rule| rule.name);
            if !known().any(|name| name == rule) {
                return Err(Error::Usage {
                    message: format!("there is no rule `{rule}`"),
                    help: did_you_mean(rule, known()),
                });
            }
            levels.set(rule.clone(), *level);
        }
        Ok(Self {
            engines,
            compared,
            classifier: Classifier::new(engines, &config.delimiter),
            named: args.entity.as_deref(),
            levels,
            delimiter: config.delimiter.clone(),
            selection: Selection { index: args.index.as_deref(), partition_key_only: args.partition_key_only },
            scope: Scope {
                index: args.index.as_deref(),
                partition_only: args.partition_key_only,
                sort_is_prefix: matches!(request.view, View::Query(Condition::BeginsWith | Condition::Between { .. })),
            },
        })
    }

    /// The place of the engine for an item.
    fn entity_of(&self, item: &Item<'_>) -> Result<usize, Error> {
        if self.engines.len() == 1 {
            return Ok(0);
        }
        let named =
            self.named.and_then(|name| self.engines.iter().position(|engine| engine.model().entity.value == name));
        let names = |places: &[usize]| {
            let names: Vec<String> =
                places.iter().map(|at| format!("`{}`", self.engines[*at].model().entity.value)).collect();
            names.join(", ")
        };
        let all: Vec<usize> = (0..self.engines.len()).collect();
        let classified = self.classifier.classify(&item.entries);
        let (message, help) = match (classified, named) {
            // The keys that an item carries decide; a name is for those that do not decide.
            (Classified::One(entity), _) | (_, Some(entity)) => return Ok(entity),
            (Classified::Several(several), None) => (
                format!("the keys of this item could be those of {}", names(&several)),
                "name its entity: `--entity NAME`".to_owned(),
            ),
            (Classified::NoMatch, None) => (
                format!("no entity writes the keys of this item: {}", self.primary_key(item)),
                format!("the entities are {}; name one with `--entity NAME`", names(&all)),
            ),
            (Classified::NoKeys, None) => (
                "this item does not carry its keys, so its entity is not known".to_owned(),
                format!("name it: `--entity NAME`, one of {}", names(&all)),
            ),
        };
        Err(Error::Usage { message: format!("{}: {message}", item.place), help: Some(help) })
    }

    /// The primary key that an item carries, for a message.
    fn primary_key(&self, item: &Item<'_>) -> String {
        let mut shown: Vec<String> = Vec::new();
        for model in self.engines.iter().map(Engine::model) {
            let primary = model.primary().into_iter();
            let keys = primary.flat_map(|index| index.partition_keys.keys.iter().chain(&index.sort_keys.keys));
            for key in keys {
                let found = item.entries.iter().find(|(name, _)| *name == key.attribute.value);
                if let Some((name, value)) = found {
                    let text = crate::key::python::str_of(value).unwrap_or_default();
                    let one = format!("{name} = `{text}`");
                    if !shown.contains(&one) {
                        shown.push(one);
                    }
                }
            }
        }
        shown.join(", ")
    }

    /// Explains one item.
    fn explain(
        &self,
        item: &Item<'_>,
        at: usize,
        output: &mut Output<'_>,
        streams: &mut Streams<'_>,
    ) -> Result<(), Error> {
        if let Some(engines) = self.compared.get(at) {
            let works: Vec<(Era, Work<'_, '_>)> =
                engines.iter().map(|(era, engine)| (*era, Work::new(engine, item))).collect();
            let configured = self.engines[at].dialect().era();
            let findings: Vec<Vec<Leveled>> = works
                .iter()
                .map(|(era, work)| if *era == configured { self.check(work) } else { Vec::new() })
                .collect();
            let explained: Vec<(Era, Explained<'_, '_>)> = works
                .iter()
                .zip(&findings)
                .map(|((era, work), findings)| (*era, self.explained(work, findings, item)))
                .collect();
            return output.compare(&explained, configured, streams);
        }
        let work = Work::new(&self.engines[at], item);
        let findings = self.check(&work);
        output.item(&self.explained(&work, &findings, item), streams)
    }

    fn check(&self, work: &Work<'_, '_>) -> Vec<Leveled> {
        let context = ItemContext {
            engine: work.engine,
            fields: &work.fields,
            keys: &work.keys,
            recorder: &work.recorder,
            dropped: &work.dropped,
            delimiter: &self.delimiter,
            scope: self.scope,
        };
        check_item(&context).into_iter().filter_map(|finding| self.levels.apply(finding)).collect()
    }

    fn explained<'x, 'm>(
        &self,
        work: &'x Work<'x, 'm>,
        findings: &'x [Leveled],
        item: &'x Item<'x>,
    ) -> Explained<'x, 'm>
    where
        'e: 'x,
    {
        Explained {
            place: item.place,
            engine: work.engine,
            fields: &work.fields,
            keys: &work.keys,
            recorder: &work.recorder,
            ttl: item.entries.iter().find(|(name, _)| name == "ttl").map(|(_, ttl)| ttl),
            findings,
            selection: self.selection,
        }
    }
}

/// An item with its keys written.
struct Work<'w, 'm> {
    engine: &'m Engine,
    fields: crate::key::Fields<'w>,
    keys: KeyBuffer,
    recorder: Recorder<'m>,
    dropped: Vec<&'w str>,
}

impl<'w, 'm: 'w> Work<'w, 'm> {
    fn new(engine: &'m Engine, item: &'w Item<'w>) -> Self {
        let fields = engine.map(&item.entries);
        let mut keys = KeyBuffer::default();
        let mut recorder = Recorder::default();
        engine.write(&fields, &mut keys, &mut recorder);
        Self { engine, fields, keys, recorder, dropped: dropped(engine, &item.entries) }
    }
}

/// The attributes that mapping drops: neither fields, nor keys of this model, nor what the library takes for keys.
fn dropped<'w>(engine: &Engine, entries: &'w [(std::borrow::Cow<'w, str>, Value<'w>)]) -> Vec<&'w str> {
    entries
        .iter()
        .map(|(name, _)| name.as_ref())
        .filter(|name| {
            let is_known = engine.has_field(name)
                || engine.model().is_key_attribute(name)
                || (*name == "ttl" && engine.dialect().has_ttl());
            !is_known && !is_infrastructure(name)
        })
        .collect()
}

/// True of `pk`, `sk` and `gsi<N>_pk` and `_sk`, which the library never takes for data.
fn is_infrastructure(name: &str) -> bool {
    let number =
        name.strip_prefix("gsi").and_then(|rest| rest.strip_suffix("_pk").or_else(|| rest.strip_suffix("_sk")));
    matches!(name, "pk" | "sk")
        || number.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// True where the output is for programs.
fn is_json(format: Format) -> bool {
    format != Format::Human
}
