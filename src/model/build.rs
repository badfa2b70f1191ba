//! A document into a model: names are resolved, expressions read, and what contradicts itself is recorded.

use std::sync::Arc;

use super::document::{
    AccessPatternDocument, AttributeDocument, AttributeTable, AttributeType, CaseDocument, IndexDocument, KeyDocument,
    KeyType, ModelDocument, OneOrMany, PairDocument, ProjectionDocument, SecondaryKind,
};
use super::expression::{Names, is_name};
use super::number_text::{Numbers, number_texts};
use super::reader::Reader;
use super::template::{Piece, Template, read_expression};
use super::{
    AccessPattern, Attribute, Case, Cell, Expression, Index, IndexKind, Key, KeyValue, Keys, Model, PRIMARY, Pair,
    Projection, Rule,
};
use crate::error::Problem;
use crate::text::{SourceFile, Span, Spanned, did_you_mean, replacement};
use crate::value::Value;

/// Reads a model. Every problem of the file is in the error, in the order of the places.
pub fn load(source: &Arc<SourceFile>) -> Result<Model, Vec<Problem>> {
    let (document, reader) = Reader::read::<ModelDocument>(Arc::clone(source));
    let mut builder = Builder { reader, attributes: Names::default() };
    let model = document.map(|document| builder.model(document));
    let problems = builder.reader.finish();
    match model {
        Some(model) if problems.is_empty() => Ok(model),
        _ => Err(problems),
    }
}

struct Builder {
    reader: Reader,
    attributes: Names,
}

impl Builder {
    fn model(&mut self, document: ModelDocument) -> Model {
        self.not_empty(&document.entity, "entity");
        let (attributes, unread) =
            document.attributes.map_or_else(Default::default, |entries| (entries.entries, entries.unread));
        // An attribute that could not be read has its own problem: expressions that name it are no second one.
        self.attributes = attributes.iter().map(|(name, _)| name.value.clone()).chain(unread).collect();
        let attributes: Vec<Attribute> =
            attributes.into_iter().map(|(name, attribute)| self.attribute(name, attribute)).collect();
        self.one_ttl(&attributes);
        let mut indexes = document.indexes.map_or_else(Vec::new, |entries| entries.entries);
        if let Some((name, _)) = indexes.get(MOST_INDEXES) {
            let message = format!(
                "this model has {} indexes, and no more than {MOST_INDEXES} are read: a table has 20 global secondary \
                 indexes unless AWS raises its quota",
                indexes.len()
            );
            self.reader
                .problem("index-limit", name.span, message)
                .label("the first that is not read")
                .help("one model is one entity of one table: give each table models of its own");
            indexes.truncate(MOST_INDEXES);
        }
        let indexes = indexes.into_iter().filter_map(|(name, index)| self.index(name, index)).collect();
        let patterns = document.access_patterns.unwrap_or_default();
        let access_patterns = patterns.into_iter().map(|pattern| self.access_pattern(pattern)).collect();
        Model {
            source: Arc::clone(&self.reader.source),
            entity: document.entity,
            description: document.description,
            dialect: document.dialect,
            attributes,
            indexes,
            access_patterns,
        }
    }

    /// A table has one time to live, so a model has one at most.
    fn one_ttl(&mut self, attributes: &[Attribute]) {
        let mut marked = attributes.iter().filter_map(|attribute| Some((&attribute.name.value, attribute.ttl?)));
        let Some((first, place)) = marked.next() else { return };
        for (name, span) in marked {
            self.reader
                .problem("ttl-conflict", span, format!("`{name}` is marked as the time to live, and so is `{first}`"))
                .label("the second one")
                .related(place, format!("`{first}` is the first one"))
                .help("a table has one time to live: keep `ttl = true` on that attribute only");
        }
    }

    fn not_empty(&mut self, name: &Spanned<String>, what: &str) {
        if name.trim().is_empty() {
            self.reader.problem("empty-name", name.span, format!("`{what}` is empty")).label("needs a name");
        }
    }

    fn attribute(&mut self, name: Spanned<String>, document: AttributeDocument) -> Attribute {
        let table = document.0;
        self.not_empty(&name, "attribute name");
        if let Some(default) = &table.default
            && let Some(wanted) = wrong_kind(*table.r#type, default)
        {
            self.reader
                .problem(
                    "wrong-default",
                    default.span,
                    format!("a default of type {} is {wanted}, this is {}", table.r#type.as_str(), toml_kind(default)),
                )
                .label(format!("expected {wanted}"))
                .related(table.r#type.span, "the type");
        }
        self.texts_of_values(&table);
        let allowed = table.r#enum.map_or_else(Vec::new, |list| {
            if list.is_empty() {
                self.reader
                    .problem("empty-enum", list.span, "an `enum` without values allows nothing")
                    .help("list the values, or leave `enum` out");
            }
            list.value
        });
        if let Some(default) = &table.default
            && !allowed.is_empty()
            && !allowed.iter().any(|one| one.value == default.value)
        {
            self.reader
                .problem("wrong-default", default.span, "the default is not one of the `enum`")
                .label("not in the list")
                .related(Span { start: allowed[0].span.start, end: allowed[allowed.len() - 1].span.end }, "the list");
        }
        let computed = table.computed.filter(|flag| flag.value);
        if let Some(flag) = &computed {
            if let Some(default) = &table.default {
                self.reader
                    .problem(
                        "computed-field",
                        default.span,
                        format!("`{}` is computed, so no item leaves it to a default", name.value),
                    )
                    .label("remove this")
                    .related(flag.span, "computed")
                    .help("keep `computed = true` for a field that items do not store, `default` for one that they do");
            }
            if let Some(required) = table.required.as_ref().filter(|required| !required.value) {
                self.reader
                    .problem(
                        "computed-field",
                        required.span,
                        format!("`{}` is computed, so every key has a value for it", name.value),
                    )
                    .label("remove this")
                    .related(flag.span, "computed")
                    .help("leave `required` out: a computed field always has a value where keys are written");
            }
        }
        Attribute {
            name,
            kind: table.r#type,
            default: table.default,
            required: computed.is_some() || table.required.is_some_and(|flag| flag.value),
            pattern: table.pattern,
            matcher: Arc::default(),
            size: Arc::default(),
            most_nodes: super::pattern::MOST_NODES,
            most_steps: super::pattern::MOST_STEPS,
            allowed,
            max_length: table.max_length,
            immutable: table.immutable.is_some_and(|flag| flag.value),
            computed: computed.is_some(),
            ttl: table.ttl.filter(|flag| flag.value).map(|flag| flag.span),
            description: table.description,
        }
    }

    /// What `pattern` and `max_length` say of the texts of values must be something that a value can keep to.
    fn texts_of_values(&mut self, table: &AttributeTable) {
        let (pattern, most) = (table.pattern.as_ref(), table.max_length.as_ref());
        let is_read = pattern.is_none_or(|pattern| self.reader.check_pattern(pattern));
        let kind = *table.r#type;
        let numbers = match kind {
            AttributeType::Integer => Numbers::Whole,
            AttributeType::Float => Numbers::Any,
            AttributeType::Boolean | AttributeType::List | AttributeType::Map | AttributeType::Binary => {
                // The most bytes of a binary value may well be meant.
                let most = most.filter(|_| kind != AttributeType::Binary).map(|most| ("max_length", most.span));
                for (name, span) in pattern.map(|pattern| ("pattern", pattern.span)).into_iter().chain(most) {
                    let message =
                        format!("`{name}` is for text and numbers, this attribute is of type {}", kind.as_str());
                    self.reader
                        .problem("wrong-pattern", span, message)
                        .label("remove this")
                        .related(table.r#type.span, "the type")
                        .help("list single values with `enum`, or make the type `string`");
                }
                return;
            }
            AttributeType::String | AttributeType::Datetime | AttributeType::Any => return,
        };
        // Listed values are what they are, whatever the pattern says.
        if !is_read || table.r#enum.as_ref().is_some_and(|list| !list.is_empty()) {
            return;
        }
        let has_texts = |most| number_texts(pattern.map(|pattern| pattern.value.as_str()), numbers, most).is_some();
        let what = if kind == AttributeType::Integer { "whole number" } else { "number" };
        let (span, message) = match (pattern, most) {
            (Some(pattern), _) if !has_texts(None) => (pattern.span, format!("no {what}'s text matches this pattern")),
            (Some(pattern), Some(most)) if !has_texts(Some(most.value)) => {
                (pattern.span, format!("no {what} of at most {} characters matches this pattern", most.value))
            }
            (None, Some(most)) if !has_texts(Some(most.value)) => {
                (most.span, format!("no {what}'s text has at most {} characters", most.value))
            }
            _ => return,
        };
        let problem = self.reader.problem("wrong-pattern", span, message).label("matches no value");
        problem.related(table.r#type.span, "the type").help(
            "a number is matched as Python prints it, without zeros in front: `7`, `-12`, `1.5`; make the type `string` \
             where the values are digits such as `007`",
        );
    }

    fn index(&mut self, name: Spanned<String>, document: IndexDocument) -> Option<Index> {
        let kind = match (name.value.as_str(), &document.kind) {
            (PRIMARY, Some(kind)) => {
                self.reader
                    .problem("primary-kind", kind.span, "`primary` is the table's own key and has no kind")
                    .label("remove this")
                    .help("give a secondary index another name");
                IndexKind::Primary
            }
            (PRIMARY, None) => IndexKind::Primary,
            (_, Some(kind)) if **kind == SecondaryKind::Lsi => IndexKind::Local,
            _ => IndexKind::Global,
        };
        self.not_empty(&name, "index name");
        match (kind, &document.partition_key) {
            (IndexKind::Local, Some(keys)) => {
                let span = first_span(keys);
                self.reader
                    .problem(
                        "lsi-partition-key",
                        span,
                        "a local secondary index has the table's partition key, not its own",
                    )
                    .label("remove this")
                    .help("name only the `sort_key`, or make it a `gsi`");
            }
            (IndexKind::Primary | IndexKind::Global, None) => {
                self.reader
                    .problem("missing-key", name.span, format!("index `{}` has no `partition_key`", name.value))
                    .label("this needs a `partition_key`")
                    .help("write `partition_key = { attribute = …, build_key = … }`");
            }
            _ => {}
        }
        if kind == IndexKind::Local && document.sort_key.is_none() {
            self.reader
                .problem("missing-key", name.span, format!("local index `{}` has no `sort_key`", name.value))
                .label("this needs a `sort_key`");
        }
        let partition_keys = self.keys(document.partition_key, kind);
        let sort_keys = self.keys(document.sort_key, kind);
        Some(Index {
            name,
            kind,
            description: document.description,
            partition_keys: partition_keys?,
            sort_keys: sort_keys?,
            projection: document.projection.map(|projection| match projection {
                ProjectionDocument::All => Projection::All,
                ProjectionDocument::KeysOnly => Projection::KeysOnly,
                ProjectionDocument::Include(names) => Projection::Include(names),
            }),
            sparse: document.sparse.is_some_and(|flag| flag.value),
            span: document.span,
        })
    }

    fn keys(&mut self, document: Option<OneOrMany<KeyDocument>>, kind: IndexKind) -> Option<Keys> {
        let (documents, is_list) = match document {
            None => return Some(Keys::default()),
            Some(OneOrMany::One(key)) => (vec![key], false),
            Some(OneOrMany::Many(keys, span)) => {
                if let Some((message, help)) = wrong_list(kind, keys.len()) {
                    self.reader.problem("multi-attribute-key-invalid", span, message).label("this list").help(help);
                }
                (keys, true)
            }
        };
        let keys: Vec<Option<Key>> = documents.into_iter().map(|key| self.key(key)).collect();
        let keys = keys.into_iter().collect::<Option<Vec<Key>>>()?;
        Some(Keys { keys, is_list })
    }

    fn key(&mut self, document: KeyDocument) -> Option<Key> {
        self.not_empty(&document.attribute, "attribute");
        let ways = [
            ("build_key", document.build_key.as_ref().map(|way| way.span)),
            ("template", document.template.as_ref().map(|way| way.span)),
            ("value", document.value.as_ref().map(|way| way.span)),
            ("cases", document.cases.as_ref().map(|way| way.span)),
        ];
        let what = format!("key `{}`", document.attribute.value);
        self.exactly_one(&ways, &what, document.span)?;
        let value = match document.cases {
            Some(cases) => self.cases(cases).map(KeyValue::Cases),
            None => self.rule(document.build_key, document.template, document.value).map(KeyValue::One),
        };
        Some(Key {
            attribute: document.attribute,
            kind: document.r#type.map_or(KeyType::S, |kind| kind.value),
            eager_span: document.eager.as_ref().map(|flag| flag.span),
            eager: document.eager.is_some_and(|flag| flag.value),
            value: value?,
            span: document.span,
        })
    }

    fn exactly_one(&mut self, ways: &[(&str, Option<Span>)], what: &str, whole: Span) -> Option<()> {
        let names: Vec<String> = ways.iter().map(|(name, _)| format!("`{name}`")).collect();
        let mut given: Vec<(&str, Span)> =
            ways.iter().filter_map(|(name, span)| span.map(|span| (*name, span))).collect();
        given.sort_by_key(|(_, span)| *span);
        match given.as_slice() {
            [_] => Some(()),
            [] => {
                self.reader
                    .problem("key-value", whole, format!("{what} does not say what its value is"))
                    .label(format!("needs one of {}", names.join(", ")))
                    .help("for example `build_key = [[\"user\", \"{id}\"]]`");
                None
            }
            [(first, first_span), (second, span), ..] => {
                self.reader
                    .problem("key-value", *span, format!("{what} has both `{first}` and `{second}`"))
                    .label("a second value")
                    .related(*first_span, "the first")
                    .help(format!("keep exactly one of {}", names.join(", ")));
                None
            }
        }
    }

    fn cases(&mut self, cases: Spanned<Vec<CaseDocument>>) -> Option<Vec<Case>> {
        if cases.is_empty() {
            self.reader
                .problem("key-value", cases.span, "`cases` is empty")
                .help("write `{ when = \"field\", template = \"…\" }`, and a last case without `when`");
            return None;
        }
        let last = cases.len() - 1;
        let built: Vec<Option<Case>> = cases
            .value
            .into_iter()
            .enumerate()
            .map(|(at, case)| {
                if case.when.is_none() && at < last {
                    self.reader
                        .problem(
                            "unreachable-case",
                            case.span,
                            "a case without `when` is always taken: those after it never are",
                        )
                        .label("only the last case may go without `when`");
                }
                let ways = [
                    ("build_key", case.build_key.as_ref().map(|way| way.span)),
                    ("template", case.template.as_ref().map(|way| way.span)),
                    ("value", case.value.as_ref().map(|way| way.span)),
                ];
                self.exactly_one(&ways, "this case", case.span)?;
                let when = match case.when {
                    Some(when) => Some(self.condition(&when)?),
                    None => None,
                };
                Some(Case { when, rule: self.rule(case.build_key, case.template, case.value)? })
            })
            .collect();
        built.into_iter().collect()
    }

    /// A condition is an expression as it stands; one in braces is taken for what was meant.
    fn condition(&mut self, when: &Spanned<String>) -> Option<Expression> {
        if when.trim().starts_with('{') {
            self.reader
                .problem("expression-syntax", when.span, "`when` is an expression, not text with placeholders")
                .label("no braces here")
                .help(format!("write `when = \"{}\"`", when.trim().trim_matches(['{', '}'])));
            return None;
        }
        read_expression(when, 0..when.len(), when.span, &self.attributes, &mut self.reader)
    }

    fn rule(
        &mut self,
        build_key: Option<Spanned<Vec<PairDocument>>>,
        template: Option<Spanned<String>>,
        value: Option<Spanned<Value<'static>>>,
    ) -> Option<Rule> {
        if let Some(pairs) = build_key {
            if pairs.is_empty() {
                self.reader
                    .problem("key-value", pairs.span, "`build_key` has no pairs, so the key would be empty")
                    .help("write `build_key = [[\"user\", \"{id}\"]]`");
                return None;
            }
            if pairs.len() > MOST_PAIRS {
                let message = format!(
                    "this has {} pairs, and a key of 2048 bytes has no room for more than {MOST_PAIRS}",
                    pairs.len()
                );
                self.reader
                    .problem("key-value", pairs.span, message)
                    .help("keep the values that queries ask for, and leave the others as attributes");
                return None;
            }
            let pairs: Vec<Option<Pair>> = pairs.value.into_iter().map(|pair| self.pair(pair)).collect();
            return pairs.into_iter().collect::<Option<Vec<_>>>().map(Rule::BuildKey);
        }
        if let Some(text) = template {
            let template = Template::read(&text, text.span, &self.attributes, &mut self.reader)?;
            let is_hole = |piece: &&Piece| matches!(piece, Piece::Placeholder(_));
            let holes = template.pieces.iter().filter(is_hole).count();
            if holes > MOST_HOLES {
                let message = format!(
                    "this has {holes} placeholders, and a key of 2048 bytes has no room for more than {MOST_HOLES}"
                );
                self.reader
                    .problem("key-value", text.span, message)
                    .help("keep the values that queries ask for, and leave the others as attributes");
                return None;
            }
            return Some(Rule::Template(template));
        }
        let value = value?;
        let span = value.span;
        match self.cell(value)? {
            Cell::Text(_) => {
                self.not_one_placeholder(span);
                None
            }
            Cell::Literal(Value::Str(_)) => {
                self.not_one_placeholder(span);
                None
            }
            Cell::Literal(Value::List(_) | Value::Map(_) | Value::Bool(_)) => {
                self.reader.problem("wrong-type", span, "a key is text, a number or bytes");
                None
            }
            cell => Some(Rule::Value(Spanned::new(cell, span))),
        }
    }

    fn not_one_placeholder(&mut self, span: Span) {
        self.reader
            .problem("key-value", span, "`value` is exactly one placeholder, or a number")
            .label("expected `{field}`")
            .help("use `template` for text around a placeholder");
    }

    fn pair(&mut self, pair: PairDocument) -> Option<Pair> {
        let spans = (pair.prefix.span, pair.value.span);
        let prefix = self.cell(pair.prefix);
        let value = self.cell(pair.value);
        Some(Pair { prefix: Spanned::new(prefix?, spans.0), value: Spanned::new(value?, spans.1) })
    }

    /// A cell that is exactly one placeholder passes the typed value on; other text is text.
    fn cell(&mut self, cell: Spanned<Value<'static>>) -> Option<Cell> {
        let Value::Str(text) = &cell.value else {
            return Some(Cell::Literal(cell.value));
        };
        let mut template = Template::read(text, cell.span, &self.attributes, &mut self.reader)?;
        Some(match template.pieces.as_mut_slice() {
            [] => Cell::Literal(Value::text("")),
            [Piece::Text(text)] => Cell::Literal(Value::text(std::mem::take(text))),
            [Piece::Placeholder(_)] => match template.pieces.pop() {
                Some(Piece::Placeholder(expression)) => Cell::Placeholder(expression),
                _ => return None,
            },
            _ => Cell::Text(template),
        })
    }

    fn access_pattern(&mut self, document: AccessPatternDocument) -> AccessPattern {
        self.not_empty(&document.name, "name");
        let given = document.given.unwrap_or_default();
        for field in &given {
            let root = field.split('.').next().unwrap_or_default();
            if self.attributes.place(root).is_none() {
                if self.reader.is_full() {
                    self.reader.problem("unknown-field", field.span, String::new());
                    continue;
                }
                let names = || self.attributes.iter().map(String::as_str);
                let help = did_you_mean(root, names());
                let meant = replacement(root, names().filter(|name| is_name(name)));
                let place = self.reader.span_in_string(field.span, 0..root.len());
                self.reader
                    .problem("unknown-field", field.span, format!("unknown attribute `{root}`"))
                    .label("not known here")
                    .maybe_help(help)
                    .suggestion(place, meant);
            }
        }
        AccessPattern {
            name: document.name,
            index: document.index,
            given,
            condition: document.condition,
            description: document.description,
            span: document.span,
        }
    }
}

/// The most indexes of a model:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html>
const MOST_INDEXES: usize = 500;

/// The most pairs of a `build_key`.
const MOST_PAIRS: usize = 512;

/// The most placeholders of a template.
const MOST_HOLES: usize = 1_024;

/// What is wrong with a list of so many key attributes, and what would be right. Only a GSI has multi-attribute keys:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.DesignPattern.MultiAttributeKeys.html>
fn wrong_list(kind: IndexKind, count: usize) -> Option<(String, &'static str)> {
    let (message, help) = match (kind, count) {
        (IndexKind::Global, 1..=4) => return None,
        (IndexKind::Global, 0) => ("this list of key attributes is empty".to_owned(), "list one to four keys"),
        (IndexKind::Global, more) => (
            format!("a GSI has up to four attributes in each half of its key, this has {more}"),
            "join those that are always asked for together: `build_key = [[\"a\", \"{a}\"], [\"b\", \"{b}\"]]`",
        ),
        (IndexKind::Primary | IndexKind::Local, _) => (
            "only a GSI has multi-attribute keys, each half of this key is one attribute".to_owned(),
            "join the values in one: `{ attribute = \"pk\", build_key = [[\"a\", \"{a}\"], [\"b\", \"{b}\"]] }`",
        ),
    };
    Some((message, help))
}

fn first_span(keys: &OneOrMany<KeyDocument>) -> Span {
    match keys {
        OneOrMany::One(key) => key.span,
        OneOrMany::Many(_, span) => *span,
    }
}

/// What a default of this type would be, where `default` is of another kind. Numbers may differ among themselves: that
/// is a design question, not a contradiction.
fn wrong_kind(kind: AttributeType, default: &Value<'static>) -> Option<&'static str> {
    let (fits, wanted) = match kind {
        AttributeType::Any => (true, ""),
        AttributeType::String => (matches!(default, Value::Str(_)), "text"),
        AttributeType::Datetime => (matches!(default, Value::Str(_)), "a date as text"),
        AttributeType::Integer | AttributeType::Float => {
            (matches!(default, Value::Int(_) | Value::BigInt(_) | Value::Float(_)), "a number")
        }
        AttributeType::Boolean => (matches!(default, Value::Bool(_)), "`true` or `false`"),
        AttributeType::List => (matches!(default, Value::List(_)), "an array"),
        AttributeType::Map => (matches!(default, Value::Map(_)), "a table"),
        AttributeType::Binary => (false, "left out: TOML has no bytes"),
    };
    (!fits).then_some(wanted)
}

fn toml_kind(value: &Value<'static>) -> &'static str {
    match value {
        Value::Str(_) => "text",
        Value::Bool(_) => "a boolean",
        Value::Int(_) | Value::BigInt(_) => "a whole number",
        Value::Float(_) => "a float",
        Value::List(_) => "an array",
        Value::Map(_) => "a table",
        Value::None | Value::Bytes(_) | Value::Set(_) | Value::Decimal(_) => "something else",
    }
}
