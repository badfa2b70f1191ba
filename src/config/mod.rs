//! `dynkeys.toml`: what the models of a project share.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;

use crate::error::{Error, Problem};
use crate::model::Dialect;
use crate::model::document::{Entries, KeyType, ProjectionDocument, SecondaryKind, document, inline_schema, words};
use crate::model::reader::{FromToml, Node, Reader};
use crate::report::{Level, Levels};
use crate::text::{SourceFile, Spanned};

/// The name of the configuration file.
pub const FILE_NAME: &str = "dynkeys.toml";

document! {
    /// The configuration of dynkeys for a project.
    #[schemars(title = "dynkeys.toml")]
    lenient pub struct ConfigDocument {
        /// The models: files, and folders with all `.toml` files below them. Relative to this file; by default `models`.
        pub models: Option<Spanned<Vec<Spanned<String>>>>,
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

words! {
    /// A convention for names.
    pub enum Preset {
        /// gsi0, gsi0_pk, gsi0_sk.
        Guide = "guide",
        /// GSI1, GSI1PK, GSI1SK.
        Upper = "upper",
        /// gsi1, gsi1pk, gsi1sk.
        Lower = "lower",
    }
}

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
    /// The project's dialect.
    pub dialect: Option<Dialect>,
    /// The table's name.
    pub table_name: Option<String>,
    /// What stands between the parts of a key.
    pub delimiter: String,
    /// The levels of rules.
    pub levels: Levels,
}

impl Default for Config {
    fn default() -> Self {
        Self { models: None, dialect: None, table_name: None, delimiter: "#".to_owned(), levels: Levels::default() }
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
        let source = read_source(path, shown)?;
        let (document, mut reader) = Reader::read::<ConfigDocument>(Arc::clone(&source));
        let config = document.map(|document| Self::check(document, shown, &mut reader));
        match config {
            Some(config) if reader.problems.is_empty() => Ok(config),
            _ => {
                reader.problems.sort_by_key(|problem| problem.span);
                Err(Error::Problems(reader.problems))
            }
        }
    }

    fn check(document: ConfigDocument, shown: &Path, reader: &mut Reader) -> Self {
        let mut config = Self::default();
        let folder = shown.parent().unwrap_or(Path::new(""));
        config.models = document.models.map(|models| models.iter().map(|path| folder.join(&path.value)).collect());
        config.dialect = document.dialect.map(|dialect| dialect.value);
        config.table_name = document.table.and_then(|table| table.name).map(|name| name.value);
        if let Some(naming) = document.naming {
            for pattern in [&naming.index, &naming.partition_key, &naming.sort_key].into_iter().flatten() {
                reader.check_pattern(pattern);
            }
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
            config.levels.set(rule.value, level.value);
        }
        config
    }
}

/// Reads a file as text, keeping `shown` as its name.
pub fn read_source(path: &Path, shown: &Path) -> Result<Arc<SourceFile>, Error> {
    let unreadable = |reason| Error::Io { action: "read", path: shown.to_path_buf(), reason };
    let bytes = std::fs::read(path).map_err(unreadable)?;
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
            }]))
        }
    }
}
