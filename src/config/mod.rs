//! `dynkeys.toml`: what the models of a project share.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;

use crate::error::{Error, Problem};
use crate::model::Dialect;
use crate::model::document::{Entries, KeyType, ProjectionDocument, SecondaryKind, document, inline_schema};
use crate::model::reader::{FromToml, Node, Reader};
use crate::report::{Level, Levels};
use crate::rules::{Naming, Place, Preset, TableFacts, TableIndex};
use crate::text::{SourceFile, Spanned};

/// The name of the configuration file.
pub const FILE_NAME: &str = "dynkeys.toml";

document! {
    /// The configuration of dynkeys for a project.
    #[schemars(title = "dynkeys.toml")]
    lenient pub struct ConfigDocument {
        /// The models: files, and folders with all `.toml` files below them. Relative to this file; by default `models`.
        pub models: Option<Spanned<Vec<Spanned<String>>>>,
        /// Files that are no models: glob patterns, relative to this file. They are left out however they are named.
        pub exclude: Option<Vec<Spanned<String>>>,
        /// The dialect of models that name none: `guide`, or `boto3-assist@VERSION`.
        pub dialect: Option<Spanned<Dialect>>,
        /// The table that the models write to.
        pub table: Option<TableDocument>,
        /// The conventions for names.
        pub naming: Option<NamingDocument>,
        /// A level for each rule: `error`, `warning`, `info` or `off`.
        pub rules: Option<Entries<Spanned<Level>>>,
    }
}

document! {
    /// A DynamoDB table.
    pub struct TableDocument {
        /// Its name.
        pub name: Option<Spanned<String>>,
        /// Its partition key.
        pub partition_key: Option<TableKeyDocument>,
        /// Its sort key.
        pub sort_key: Option<TableKeyDocument>,
        /// Its secondary indexes, by name.
        pub indexes: Option<Entries<TableIndexDocument>>,
        /// The attribute by which DynamoDB deletes items, its time to live: a number of seconds since 1970.
        pub ttl: Option<Spanned<String>>,
    }
}

document! {
    /// A secondary index of the table.
    pub struct TableIndexDocument {
        /// `gsi` (the default) or `lsi`.
        pub kind: Option<Spanned<SecondaryKind>>,
        /// Its partition key.
        pub partition_key: Option<TableKeyDocument>,
        /// Its sort key.
        pub sort_key: Option<TableKeyDocument>,
        /// The attributes that it carries: `all`, `keys_only`, or a list of names.
        pub projection: Option<ProjectionDocument>,
    }
}

document! {
    /// A key attribute with its type.
    pub struct TableKeyTable {
        /// Its name.
        pub attribute: Spanned<String>,
        /// Its type: `S` (the default), `N` or `B`.
        pub r#type: Option<Spanned<KeyType>>,
    }
}

/// A key attribute: its name, or a table with its type.
#[derive(Clone, Debug)]
pub struct TableKeyDocument(pub TableKeyTable);

impl FromToml for TableKeyDocument {
    fn from_toml(node: &Node<'_>, reader: &mut Reader) -> Option<Self> {
        if matches!(node.get_ref(), toml::de::DeValue::String(_)) {
            let attribute = Spanned::from_toml(node, reader)?;
            let span = node.span().into();
            return Some(Self(TableKeyTable { attribute, r#type: None, span }));
        }
        TableKeyTable::from_toml(node, reader).map(Self)
    }
}

inline_schema!(<> TableKeyDocument, generator => {
    let table = generator.subschema_for::<TableKeyTable>();
    json_schema!({ "anyOf": [{ "type": "string" }, table] })
});

document! {
    /// The conventions for names.
    pub struct NamingDocument {
        /// A convention by name.
        pub preset: Option<Spanned<Preset>>,
        /// A regular expression that the names of indexes match.
        pub index: Option<Spanned<String>>,
        /// A regular expression that the partition key attributes of indexes match.
        pub partition_key: Option<Spanned<String>>,
        /// A regular expression that the sort key attributes of indexes match.
        pub sort_key: Option<Spanned<String>>,
        /// What stands between the parts of a key; by default `#`.
        pub delimiter: Option<Spanned<String>>,
    }
}

/// The configuration, checked. Empty where there is no file.
#[derive(Clone, Debug)]
pub struct Config {
    /// The models, as paths from the working folder; none where the file does not say.
    pub models: Option<Vec<PathBuf>>,
    /// The files that are no models.
    pub exclude: Exclude,
    /// The project's dialect.
    pub dialect: Option<Dialect>,
    /// What it says of the table.
    pub table: TableFacts,
    /// The conventions for names.
    pub naming: Naming,
    /// What stands between the parts of a key.
    pub delimiter: String,
    /// The levels of rules.
    pub levels: Levels,
    /// The names in `[rules]`, with their places.
    pub rule_names: Vec<(String, Place)>,
    /// The file itself, with its path from the working folder.
    pub file: Option<(PathBuf, Arc<SourceFile>)>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            models: None,
            exclude: Exclude::default(),
            dialect: None,
            table: TableFacts::default(),
            naming: Naming::default(),
            delimiter: "#".to_owned(),
            levels: Levels::default(),
            rule_names: Vec::new(),
            file: None,
        }
    }
}

/// Glob patterns of files that are left out.
#[derive(Clone, Debug, Default)]
pub struct Exclude {
    /// The folder of the configuration, as a whole path.
    folder: PathBuf,
    globs: GlobSet,
}

impl Exclude {
    /// True of a file that is left out. A pattern that matches a folder leaves out all that is in it.
    pub fn matches(&self, path: &Path) -> bool {
        if self.globs.is_empty() {
            return false;
        }
        let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
        let whole = std::fs::canonicalize(&whole).unwrap_or(whole);
        let Ok(inside) = whole.strip_prefix(&self.folder) else { return false };
        inside.ancestors().filter(|path| !path.as_os_str().is_empty()).any(|path| self.globs.is_match(path))
    }
}

impl Config {
    /// Reads the file given, else the nearest `dynkeys.toml` from `folder` upwards, else nothing.
    pub fn find(given: Option<&Path>, folder: &Path) -> Result<Self, Error> {
        if let Some(path) = given {
            return Self::read(path, path);
        }
        for (up, ancestor) in folder.ancestors().enumerate() {
            let absolute = ancestor.join(FILE_NAME);
            if absolute.is_file() {
                let shown: PathBuf = std::iter::repeat_n("..", up).collect::<PathBuf>().join(FILE_NAME);
                return Self::read(&absolute, &shown);
            }
        }
        Ok(Self::default())
    }

    fn read(path: &Path, shown: &Path) -> Result<Self, Error> {
        Self::of(read_source(path, shown)?, shown)
    }

    /// The configuration that another text of its file makes.
    pub fn reread(&self, text: &Arc<SourceFile>) -> Result<Self, Error> {
        let path = self.file.as_ref().map_or(Path::new(FILE_NAME), |(path, _)| path);
        Self::of(Arc::clone(text), path)
    }

    fn of(source: Arc<SourceFile>, shown: &Path) -> Result<Self, Error> {
        let (document, mut reader) = Reader::read::<ConfigDocument>(Arc::clone(&source));
        let config = document.map(|document| Self::check(document, shown, &mut reader));
        match config {
            Some(config) if reader.problems.is_empty() => {
                Ok(Self { file: Some((shown.to_path_buf(), source)), ..config })
            }
            _ => Err(Error::Problems(reader.finish())),
        }
    }

    fn check(document: ConfigDocument, shown: &Path, reader: &mut Reader) -> Self {
        let mut config = Self::default();
        let folder = shown.parent().unwrap_or(Path::new(""));
        config.models = document.models.map(|models| models.iter().map(|path| folder.join(&path.value)).collect());
        config.dialect = document.dialect.map(|dialect| dialect.value);
        config.exclude = exclude(document.exclude.unwrap_or_default(), folder, reader);
        if let Some(ttl) = document.table.as_ref().and_then(|table| table.ttl.as_ref())
            && ttl.trim().is_empty()
        {
            reader
                .problem("empty-name", ttl.span, "the name of the time to live is empty")
                .help("name the attribute, or leave `ttl` out");
        }
        config.table = document.table.map(|document| table(document, reader)).unwrap_or_default();
        if let Some(naming) = document.naming {
            for pattern in [&naming.index, &naming.partition_key, &naming.sort_key].into_iter().flatten() {
                reader.check_pattern(pattern);
            }
            let text = |pattern: Option<Spanned<String>>| pattern.map(|pattern| pattern.value);
            config.naming = Naming {
                preset: naming.preset.map(|preset| preset.value),
                index: text(naming.index),
                partition_key: text(naming.partition_key),
                sort_key: text(naming.sort_key),
                delimiter: naming.delimiter.as_ref().map(|delimiter| delimiter.value.clone()),
            };
            if let Some(delimiter) = naming.delimiter {
                if delimiter.is_empty() {
                    reader.problem("empty-name", delimiter.span, "the delimiter is empty").help("leave it out for `#`");
                }
                config.delimiter = delimiter.value;
            }
        }
        for (rule, level) in document.rules.map_or_else(Vec::new, |rules| rules.entries) {
            let kebab = !rule.is_empty()
                && rule.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
            if !kebab {
                reader
                    .problem("unknown-rule", rule.span, format!("`{}` is no name of a rule", rule.value))
                    .help("rules have names such as `placeholder-in-key`");
            }
            config.rule_names.push((rule.value.clone(), Place::new(&reader.source, rule.span)));
            config.levels.set(rule.value, level.value);
        }
        config
    }
}

fn exclude(patterns: Vec<Spanned<String>>, folder: &Path, reader: &mut Reader) -> Exclude {
    let mut globs = GlobSetBuilder::new();
    for pattern in patterns {
        let pattern_text = pattern.strip_prefix("./").unwrap_or(&pattern).trim_end_matches('/');
        match GlobBuilder::new(pattern_text).literal_separator(true).build() {
            Ok(glob) => drop(globs.add(glob)),
            Err(error) => {
                let reason = error.kind().to_string();
                reader
                    .problem("wrong-pattern", pattern.span, format!("this is no glob pattern: {reason}"))
                    .help("write it as in `models/legacy/**`");
            }
        }
    }
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let folder = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf());
    // A set of patterns that were each sound is sound.
    Exclude { folder, globs: globs.build().unwrap_or_default() }
}

fn table(document: TableDocument, reader: &Reader) -> TableFacts {
    let key = |key: Option<TableKeyDocument>| {
        key.map(|TableKeyDocument(key)| (key.attribute.value, key.r#type.map_or(KeyType::S, |kind| kind.value)))
    };
    let indexes = document.indexes.map_or_else(Vec::new, |indexes| indexes.entries);
    TableFacts {
        name: document.name.map(|name| name.value),
        ttl: document.ttl.map(|ttl| (ttl.value, Place::new(&reader.source, ttl.span))),
        partition_key: key(document.partition_key),
        sort_key: key(document.sort_key),
        indexes: indexes
            .into_iter()
            .map(|(name, index)| TableIndex {
                name: name.value,
                is_local: index.kind.is_some_and(|kind| *kind == SecondaryKind::Lsi),
                partition_key: key(index.partition_key),
                sort_key: key(index.sort_key),
                projection: match index.projection {
                    None | Some(ProjectionDocument::All) => None,
                    Some(ProjectionDocument::KeysOnly) => Some(Vec::new()),
                    Some(ProjectionDocument::Include(names)) => {
                        Some(names.into_iter().map(|name| name.value).collect())
                    }
                },
            })
            .collect(),
    }
}

/// Reads a file as text, keeping `shown` as its name.
pub fn read_source(path: &Path, shown: &Path) -> Result<Arc<SourceFile>, Error> {
    let unreadable = |reason| Error::Io { action: "read", path: shown.to_path_buf(), reason };
    let bytes = crate::files::read_file(path).map_err(unreadable)?;
    crate::files::reads(path);
    let name = shown.display().to_string();
    match String::from_utf8(bytes) {
        Ok(text) => Ok(SourceFile::new(name, text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let source = SourceFile::new(name, String::from_utf8_lossy(error.as_bytes()));
            Err(Error::Problems(vec![Problem {
                code: "not-utf8",
                message: "this file is not UTF-8 text".to_owned(),
                source,
                span: (at..at + '\u{fffd}'.len_utf8()).into(),
                label: "this byte is not UTF-8".to_owned(),
                help: Some("save the file as UTF-8".to_owned()),
                related: None,
                suggestion: None,
            }]))
        }
    }
}
