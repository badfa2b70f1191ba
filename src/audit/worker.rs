//! Audits items in the long way: finds each one's entity by the shapes of its keys, writes its keys anew, and compares.

use std::borrow::Cow;

use super::auditor::{Auditor, Foreign, IndexOf, OwnIndex};
use super::classify::Classified;
use super::defect::Defect;
use super::digits::Digits;
use super::mismatch::{Comparison, Judged, is_lossy, judge, lacking, rounded_field, stored_text, with_computed};
use super::partitions::Partitions;
use super::reasons::{mistyped, printed, replaced};
use super::shapes::shape;
use super::shown::{Entries, Shown, Wanted, Whereabouts, identity_text, key_text};
use super::state::{Cause, Lengths, Plain, State, Subject};
use super::suspect::{LARGEST_ITEM, NEAR, cause, is_odd, is_odd_of_itself};
use super::tally::Example;
use super::times::{Looks, Seen, looks, offset_of};
use super::ttl;
use crate::key::python::equal;
use crate::key::suspicious::{blank, holds_delimiter, placeholder};
use crate::key::{Fields, KeyBuffer, NamedDelimiters, Part, PartKind, Recorder, State as FieldState, Written};
use crate::model::IndexKind;
use crate::source::raw::{Kind, RawItem};
use crate::source::{number, stored_number};
use crate::value::Value;

/// Audits items one after the other.
#[derive(Debug)]
pub struct Worker<'a> {
    pub(super) auditor: &'a Auditor,
    /// What was seen.
    pub state: State,
    /// Every finding of an item since they were last taken, where somebody listens.
    pub findings: Option<Vec<(Subject, Example)>>,
    /// The number of the file that is read, in [`Options::files`](super::Options::files).
    pub file: u32,
    /// The entity of the last plain item: the next one is often of the same.
    pub(super) last: usize,
    buffer: KeyBuffer,
    other: KeyBuffer,
    /// The parts of the item's keys to be looked at: a place of [`State::seen`], and the part.
    pub(super) looked: Vec<(usize, std::ops::Range<usize>, usize)>,
}

impl<'a> Worker<'a> {
    /// One that has audited nothing yet.
    pub(super) fn new(auditor: &'a Auditor) -> Self {
        let keys = auditor.entities.iter().map(|entity| entity.keys.len()).sum();
        let state = State {
            entities: vec![0; auditor.engines.len()],
            lengths: vec![Lengths::default(); auditor.names.len()],
            plain: vec![Plain::default(); keys],
            stored: vec![0; auditor.entities.iter().map(|entity| entity.fields.len()).sum()],
            seen: vec![Seen::default(); auditor.seen.len()],
            partitions: vec![Partitions::default(); auditor.indexes.len()],
            ..State::default()
        };
        Self {
            auditor,
            state,
            findings: None,
            file: 0,
            last: 0,
            buffer: KeyBuffer::default(),
            other: KeyBuffer::default(),
            looked: Vec::new(),
        }
    }

    /// Audits an item as it stands in the input. False where only its values can tell: then [`Worker::item`] audits it.
    #[inline]
    pub fn raw(&mut self, item: &RawItem<'_>, place: Whereabouts<'_>) -> bool {
        if self.plain(item, place) {
            return true;
        }
        let Some(entries) = self.entries(item) else { return false };
        self.item(&entries, item.size, place);
        true
    }

    /// The wanted attributes of an item as values; none where some are neither text nor numbers nor the like.
    fn entries<'i>(&self, item: &RawItem<'i>) -> Option<Vec<(Cow<'a, str>, Value<'i>)>> {
        let mut entries = Vec::with_capacity(self.auditor.names.len());
        for number_of in 0..self.auditor.names.len() {
            let (kind, text) = item.get(number_of);
            let value = match kind {
                Kind::Absent => continue,
                Kind::Text => Value::Str(Cow::Borrowed(text)),
                Kind::Number if item.is_typed => stored_number(text)?,
                // Plain JSON may hold numbers that are floats though they are whole: `12.0`.
                Kind::Number if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') => number(text)?,
                Kind::True => Value::Bool(true),
                Kind::False => Value::Bool(false),
                Kind::Null => Value::None,
                Kind::Number | Kind::Other => return None,
            };
            entries.push((Cow::Borrowed(self.auditor.names.name(number_of)), value));
        }
        Some(entries)
    }

    /// Counts a change that deleted its item.
    pub fn deleted(&mut self) {
        self.state.deleted += 1;
    }

    /// Audits an item of any kind. `size` is its size in DynamoDB.
    pub fn item(&mut self, item: &Entries<'_>, size: u64, place: Whereabouts<'_>) {
        let auditor = self.auditor;
        let wanted = Wanted { names: &auditor.names, item };
        self.state.items += 1;
        self.state.bytes += size;
        self.state.sizes.add(size);
        let shown = Shown::new(auditor, &wanted, place);
        self.count_keys(&wanted, size);
        if let Some(duplicates) = &auditor.duplicates
            && let Whereabouts::File(own) = place
            && let Some(identity) = shown.identity()
        {
            let line = u32::try_from(own.line).unwrap_or(u32::MAX);
            if let Some(other) = duplicates.first(identity, (self.file, line)) {
                let (first, second) = (other.min((self.file, line)), other.max((self.file, line)));
                self.add_duplicate(&shown, first, second);
            }
        }
        if size * 100 >= LARGEST_ITEM * NEAR as u64 {
            self.add(Subject::of(Defect::ItemNearLimit), &shown, None, Some(format!("{size} bytes")), None);
        }
        let classified = auditor.classifier.classify(item);
        self.look_at_ttl(&classified, &wanted, &shown);
        match classified {
            Classified::One(entity) => {
                self.state.entities[entity] += 1;
                self.compare(entity, item, &wanted, &shown);
            }
            Classified::Several(entities) => {
                let names: Vec<&str> =
                    entities.iter().map(|entity| auditor.engines[*entity].model().entity.value.as_str()).collect();
                let subject = Subject { detail: names.join(", "), ..Subject::of(Defect::AmbiguousItem) };
                self.add(subject, &shown, None, None, None);
            }
            Classified::NoMatch | Classified::NoKeys => {
                let texts = shown.texts(auditor);
                let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
                let example = || shown.example(auditor, None, None, None);
                let (most, delimiter) = (auditor.options.examples, &auditor.options.delimiter);
                self.state.shapes.add(&texts, delimiter, shown.rank, most, example);
                if let Some(findings) = &mut self.findings {
                    let subject = Subject { detail: shape(&texts, delimiter), ..Subject::of(Defect::UnclassifiedItem) };
                    findings.push((subject, example()));
                }
            }
        }
    }

    /// Looks at what should be the item's time to live; of items of no entity, where it is declared.
    fn look_at_ttl(&mut self, classified: &Classified, wanted: &Wanted<'_, '_>, shown: &Shown<'_>) {
        let auditor = self.auditor;
        let (entity, ttls) = match classified {
            Classified::One(entity) => (Some(*entity), auditor.entities[*entity].ttl.as_slice()),
            _ => (None, auditor.ttl.as_slice()),
        };
        for ttl in ttls {
            let Some((value, fault)) = wanted.get(ttl.attribute).and_then(|value| Some((value, ttl.fault(value)?)))
            else {
                continue;
            };
            let subject = Subject {
                entity: entity.and_then(|entity| u16::try_from(entity).ok()),
                attribute: u16::try_from(ttl.attribute).ok(),
                detail: fault.to_owned(),
                ..Subject::of(Defect::TtlNotEpochSeconds)
            };
            let stored = key_text(value).map(|text| ttl::shown(&text));
            self.add(subject, shown, Some(ttl.attribute), stored, None);
        }
    }

    fn add_duplicate(&mut self, shown: &Shown<'_>, first: (u32, u32), second: (u32, u32)) {
        let auditor = self.auditor;
        let name = |file: u32| auditor.options.files.get(file as usize).map_or("", String::as_str);
        let place = format!("{}:{} and {}:{}", name(first.0), first.1, name(second.0), second.1);
        self.tell(Subject::of(Defect::DuplicatePrimaryKey), shown.rank, || Example {
            place: Some(place.clone()),
            ..shown.example(auditor, None, None, None)
        });
    }

    /// Counts the lengths of keys, and the item in the partitions of the table and its indexes.
    fn count_keys(&mut self, wanted: &Wanted<'_, '_>, size: u64) {
        let auditor = self.auditor;
        let text = |number: &usize| wanted.get(*number).and_then(identity_text);
        let mut counted = vec![false; auditor.names.len()];
        for (at, index) in auditor.indexes.iter().enumerate() {
            let keys = index.partition.iter().chain(&index.sort);
            for key in keys.clone() {
                if let Some(text) = text(key)
                    && !std::mem::replace(&mut counted[*key], true)
                {
                    self.state.lengths[*key].add(text.len());
                }
            }
            if keys.clone().all(|key| wanted.get(*key).is_some()) && !index.partition.is_empty() {
                let joined: Vec<Cow<'_, str>> = index.partition.iter().filter_map(text).collect();
                self.state.partitions[at].add(&joined.join(JOINED), size);
            }
        }
    }

    pub(super) fn add(
        &mut self,
        subject: Subject,
        shown: &Shown<'_>,
        attribute: Option<usize>,
        stored: Option<String>,
        expected: Option<String>,
    ) {
        let auditor = self.auditor;
        let example = || shown.example(auditor, attribute, stored.clone(), expected.clone());
        self.tell(subject, shown.rank, example);
    }

    /// Counts a finding, and gives it to whoever listens.
    fn tell(&mut self, subject: Subject, rank: u64, example: impl Fn() -> Example) {
        if let Some(findings) = &mut self.findings {
            findings.push((subject.clone(), example()));
        }
        let most = self.auditor.options.examples;
        self.state.tallies.entry(subject).or_default().add(rank, most, example);
    }

    /// Compares an item's keys with those that its model writes.
    fn compare(&mut self, entity: usize, item: &Entries<'_>, wanted: &Wanted<'_, '_>, shown: &Shown<'_>) {
        let auditor = self.auditor;
        let (engine, own) = (&auditor.engines[entity], &auditor.entities[entity]);
        let fields = engine.map(item);
        let mut recorder = Recorder::default();
        let mut buffer = std::mem::take(&mut self.buffer);
        engine.write(&fields, &mut buffer, &mut recorder);
        let stored: Vec<Option<&Value<'_>>> = own.keys.iter().map(|key| wanted.get(key.attribute)).collect();
        let comparison = |number: usize, facts| Comparison {
            entity,
            number,
            facts,
            engine,
            own_fields: &own.fields,
            fields: &fields,
            recorder: &recorder,
        };
        // An attribute of two indexes is compared once, as the last one writes it.
        let is_last =
            |number: usize| !own.keys[number + 1..].iter().any(|key| key.attribute == own.keys[number].attribute);
        for (place, field) in own.fields.iter().enumerate() {
            if !fields.is_missing(field) {
                self.state.stored[own.first_field + place] += 1;
            }
        }
        // Of some keys nobody can say what the model writes.
        let mut compared_keys: Vec<usize> = Vec::with_capacity(own.keys.len());
        for (number, facts) in own.keys.iter().enumerate() {
            if !is_last(number) {
                continue;
            }
            let compared = comparison(number, facts);
            if let Some(value) = stored[number]
                && self.compare_key(&compared, value, buffer.get(number), shown)
            {
                compared_keys.push(number);
            }
        }
        self.explain(entity, &fields, &stored, &compared_keys);
        for index in &own.indexes {
            let comparison = |number: usize| comparison(number, &own.keys[number]);
            self.compare_index(entity, index, &stored, &buffer, shown, &comparison);
        }
        // What others call a field is found only where it puts the item into an index.
        let is_indexed = |attribute: &usize| {
            let keys = |index: &IndexOf| index.partition.iter().chain(&index.sort).copied().collect::<Vec<_>>();
            let mut secondary = auditor.indexes.iter().filter(|index| index.kind != IndexKind::Primary).map(keys);
            secondary.any(|keys| keys.contains(attribute) && keys.iter().all(|key| wanted.get(*key).is_some()))
        };
        for Foreign { attribute, index, is_field } in &own.foreign {
            if let Some(value) = wanted.get(*attribute)
                && (!is_field || is_indexed(attribute))
            {
                let subject = self.subject(Defect::LeftoverIndexKey, entity, *index, *attribute);
                self.add(subject, shown, Some(*attribute), key_text(value).map(Cow::into_owned), None);
            }
        }
        self.buffer = buffer;
    }

    pub(super) fn subject(&self, defect: Defect, entity: usize, index: usize, attribute: usize) -> Subject {
        let short = |number: usize| u16::try_from(number).ok();
        Subject { entity: short(entity), index: short(index), attribute: short(attribute), ..Subject::of(defect) }
    }

    /// Counts which dialects write the stored keys.
    fn explain(&mut self, entity: usize, fields: &Fields<'_>, stored: &[Option<&Value<'_>>], compared: &[usize]) {
        let own = &self.auditor.entities[entity];
        let texts: Vec<(usize, &str)> = stored
            .iter()
            .enumerate()
            .filter_map(|(number, value)| match value {
                Some(Value::Str(text)) if own.keys[number].is_known && compared.contains(&number) => {
                    Some((number, text.as_ref()))
                }
                _ => None,
            })
            .collect();
        self.state.compared += texts.len() as u64;
        for (at, (_, engine)) in own.eras.iter().enumerate() {
            engine.write(fields, &mut self.other, &mut ());
            let same = texts.iter().filter(|(number, text)| self.other.get(*number) == Written::Text(text)).count();
            self.state.explained[at] += same as u64;
        }
    }

    /// Compares a stored key with what the model writes; false where that cannot be said.
    fn compare_key(
        &mut self,
        of: &Comparison<'_, '_>,
        stored: &Value<'_>,
        written: Written<'_>,
        shown: &Shown<'_>,
    ) -> bool {
        let attribute = of.facts.attribute;
        let own = &of.engine.keys()[of.number];
        let subject = |worker: &Self, defect| worker.subject(defect, of.entity, of.facts.index, attribute);
        let shown_stored = || stored_text(stored);
        if let Some((cause, detail)) = mistyped(of, stored, written) {
            let subject = Subject { detail, cause, ..subject(self, Defect::WrongKeyType) };
            self.add(subject, shown, Some(attribute), shown_stored(), None);
            return true;
        }
        let length = key_bytes(stored);
        let most = own.half.max_bytes();
        if length * 100 >= most * NEAR {
            self.add(subject(self, Defect::KeyNearLimit), shown, Some(attribute), shown_stored(), None);
        }
        let delimiter = &of.facts.delimiter;
        let Value::Str(text) = stored else {
            let is_of_index = matches!(written, Written::Absent) && !of.facts.is_primary;
            if !of.facts.is_known || is_of_index {
                return true;
            }
            if !self.is_same(stored, written) {
                return self.add_judged(judge(of, stored), of, shown_stored(), written_text(written), shown);
            }
            if let Some(field) = rounded_field(of) {
                let subject = Subject { detail: field, ..subject(self, Defect::LossyCoercion) };
                self.add(subject, shown, Some(attribute), shown_stored(), None);
            }
            return true;
        };
        let odd = is_odd(text, delimiter);
        if !of.facts.is_known {
            if odd && !of.facts.is_odd {
                self.add(subject(self, Defect::OddCharacters), shown, Some(attribute), shown_stored(), None);
            }
            return true;
        }
        match written {
            Written::Text(written) if written == text => {
                if odd && is_odd_of_itself(text, of.recorder.parts(of.number), delimiter, of.facts.is_odd) {
                    self.add(subject(self, Defect::OddCharacters), shown, Some(attribute), shown_stored(), None);
                }
                self.look_at_parts(of, text, delimiter, shown);
            }
            Written::Text(raw) | Written::Open(raw) if !raw.is_empty() => {
                let is_open = matches!(written, Written::Open(_));
                let filled = is_open.then(|| with_computed(of, text, raw));
                let expected = filled.as_deref().unwrap_or(raw);
                let defect = match (cause(text, raw, delimiter), &filled) {
                    // The computed parts are as they are stored; what is left may differ in case alone.
                    (Defect::StaleKey, Some(filled)) if filled != text => cause(text, filled, delimiter),
                    (defect, _) => defect,
                };
                let mut subject = subject(self, defect);
                if defect == Defect::StaleKey {
                    let judged = judge(of, stored);
                    if judged == Judged::Right && odd && !of.facts.is_odd {
                        let subject = Subject { defect: Defect::OddCharacters, ..subject };
                        self.add(subject, shown, Some(attribute), shown_stored(), None);
                    }
                    return self.add_judged(judged, of, shown_stored(), Some(expected.to_owned()), shown);
                }
                // Nobody can say which dialects write what is computed.
                if defect == Defect::CaseVariantKey && !is_open {
                    subject.detail = self.writers(of, text);
                } else if defect == Defect::PlaceholderInKey {
                    (subject.cause, subject.detail) = replaced(of, text, expected, delimiter);
                }
                self.add(subject, shown, Some(attribute), shown_stored(), Some(expected.to_owned()));
            }
            // What the model leaves out of an index is told of the index.
            Written::Absent | Written::Text(_) if !of.facts.is_primary => {}
            written => return self.add_judged(judge(of, stored), of, shown_stored(), written_text(written), shown),
        }
        true
    }

    fn is_same(&self, stored: &Value<'_>, written: Written<'_>) -> bool {
        match written {
            Written::Typed(value) => equal(stored, value),
            Written::Text(_) | Written::Open(_) | Written::Absent | Written::Failed(_) => false,
        }
    }

    /// The dialects that write a key as it is stored.
    fn writers(&mut self, of: &Comparison<'_, '_>, stored: &str) -> String {
        let mut found = Vec::new();
        for (era, engine) in &self.auditor.entities[of.entity].eras {
            engine.write(of.fields, &mut self.other, &mut ());
            if self.other.get(of.number) == Written::Text(stored) {
                found.push(era.versions());
            }
        }
        if found.is_empty() { "no dialect".to_owned() } else { found.join(", ") }
    }

    /// What the parts of a key that is as the model writes it tell.
    fn look_at_parts(&mut self, of: &Comparison<'_, '_>, text: &str, delimiter: &str, shown: &Shown<'_>) {
        let parts = of.recorder.parts(of.number);
        let stop = of.recorder.stop_of(of.number);
        let attribute = of.facts.attribute;
        let mut found: Vec<Defect> = Vec::new();
        let is_named = |part: &Part<'_>, own: &str| {
            let named = of.facts.named.get_or_init(|| NamedDelimiters::of(of.engine, of.number, delimiter));
            named.accept(part, own)
        };
        if stop.is_some() && !text.is_empty() {
            found.push(Defect::TruncatedKey);
        }
        for part in parts {
            let own = text.get(part.start..part.end).unwrap_or_default();
            let is_unset = match part.kind {
                PartKind::Field(field) | PartKind::Fallback(Some(field)) => {
                    matches!(of.fields.state(field), FieldState::Unset | FieldState::Null)
                }
                _ => false,
            };
            let suspect = if placeholder(part, own, is_unset, of.engine.model()).is_some() {
                Some(Defect::PlaceholderInKey)
            } else if blank(part, text, stop.is_some(), delimiter, of.facts.is_primary).is_some() {
                Some(Defect::BlankKeyPart)
            } else if holds_delimiter(part, parts, text, delimiter) && !is_named(part, own) {
                Some(Defect::DelimiterInValue)
            } else if is_lossy(part, of) {
                Some(Defect::LossyCoercion)
            } else {
                None
            };
            if let Some(defect) = suspect {
                if !found.contains(&defect) {
                    found.push(defect);
                }
                // A value that holds the delimiter, or that mapping rounded, is still a time or a number.
                if !matches!(defect, Defect::DelimiterInValue | Defect::LossyCoercion) {
                    continue;
                }
            }
            let Some(expression) = part.expression else { continue };
            let place = self
                .auditor
                .seen
                .iter()
                .position(|seen| seen.entity == of.entity && seen.key == of.number && seen.span == expression.span);
            if let Some(place) = place
                && !own.is_empty()
            {
                let looks = looks(own, &self.auditor.seen[place]);
                // A word that stands in for the field is the model's own.
                if matches!(looks, Looks::Other | Looks::Unknown) && matches!(part.kind, PartKind::Fallback(_)) {
                    continue;
                }
                let example = |_| shown.example(self.auditor, Some(attribute), Some(text.to_owned()), None);
                let digits = if self.auditor.seen[place].may_be_digits { Digits::of(own) } else { None };
                let seen = &mut self.state.seen[place];
                seen.add(looks, digits, || shown.rank, example);
                if let PartKind::Field(field) = part.kind
                    && let Value::Str(value) = of.fields.value(field)
                    && let Some(offset) = offset_of(value, looks, &self.auditor.seen[place])
                {
                    seen.add_offset(offset, shown.rank, example);
                }
            }
        }
        for defect in found {
            let mut subject = self.subject(defect, of.entity, of.facts.index, attribute);
            if defect == Defect::LossyCoercion {
                subject.detail = rounded_field(of).unwrap_or_default();
            } else if defect == Defect::PlaceholderInKey {
                (subject.cause, subject.detail) = printed(of, text);
            }
            self.add(subject, shown, Some(attribute), Some(text.to_owned()), None);
        }
    }

    /// Whether an item has the keys of an index that its model writes, both halves or none.
    fn compare_index<'c, 'm>(
        &mut self,
        entity: usize,
        index: &OwnIndex,
        stored: &[Option<&Value<'_>>],
        buffer: &KeyBuffer,
        shown: &Shown<'_>,
        comparison: &dyn Fn(usize) -> Comparison<'c, 'm>,
    ) {
        // In an index that is scanned every item has its keys, and those of others may not be projected.
        if index.kind == IndexKind::Primary || self.auditor.options.index.is_some() {
            return;
        }
        let keys = &self.auditor.entities[entity].keys;
        let is_written = |number: &&usize| {
            !matches!(
                buffer.get(**number),
                Written::Absent | Written::Failed(_) | Written::Text("") | Written::Open("")
            )
        };
        let is_stored = |number: &&usize| stored[**number].is_some();
        let attribute = |number: usize| keys[number].attribute;
        let missing = index.keys.iter().copied().find(|number| !is_stored(&number));
        let report = |worker: &mut Self, defect, number: usize| {
            let written = written_text(buffer.get(number)).filter(|_| defect != Defect::LeftoverIndexKey);
            let (mut reason, expected) = lacking(&comparison(number), written);
            // The other half may be made of what the item lacks.
            let others = index.keys.iter().filter(|other| **other != number && !is_stored(other));
            for other in others.filter(|_| reason.0 == Cause::NotWritten) {
                let (of_other, _) = lacking(&comparison(*other), written_text(buffer.get(*other)));
                if of_other.0 == Cause::FieldsUnset {
                    reason = of_other;
                    break;
                }
            }
            let (cause, detail) = reason;
            let subject = worker.subject(defect, entity, index.index, attribute(number));
            let subject = Subject { cause, detail, ..subject };
            let own = stored[number].and_then(key_text).map(Cow::into_owned);
            worker.add(subject, shown, Some(attribute(number)), own, expected);
        };
        if let Some(missing) = missing {
            // The half that is there tells nothing more. In a sparse index the model may leave a half out on purpose.
            let is_as_written = || index.keys.iter().all(|number| is_stored(&number) == is_written(&number));
            let defect = if index.alone.iter().any(|number| is_stored(&number)) {
                (!index.sparse || !is_as_written()).then_some(Defect::HalfIndexKey)
            } else {
                let all_written = index.keys.iter().all(|number| is_written(&number) && keys[*number].is_known);
                (all_written && !index.sparse).then_some(Defect::MissingIndexKey)
            };
            if let Some(defect) = defect {
                report(self, defect, missing);
            }
            return;
        }
        let leftover = |number: &&usize| {
            keys[**number].is_known && matches!(buffer.get(**number), Written::Absent | Written::Text(""))
        };
        let mut unstored = None;
        for number in index.keys.iter().filter(leftover) {
            let judged = stored[*number].map_or(Judged::Right, |value| judge(&comparison(*number), value));
            match judged {
                Judged::Missing(missing) if !missing.differs => unstored = unstored.or(Some((*number, missing))),
                _ => return report(self, Defect::LeftoverIndexKey, *number),
            }
        }
        // With the field that the item lacks the model may well write the key.
        if let Some((number, missing)) = unstored {
            let subject = self.subject(Defect::LeftoverIndexKey, entity, index.index, attribute(number));
            self.add_unstored(subject, missing, stored[number].and_then(stored_text), shown);
        }
    }
}

/// Joins the texts of a partition key of several attributes.
pub(super) const JOINED: &str = " / ";

fn key_bytes(value: &Value<'_>) -> usize {
    match value {
        Value::Str(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        _ => 0,
    }
}

fn written_text(written: Written<'_>) -> Option<String> {
    match written {
        Written::Open("") => None,
        Written::Text(text) | Written::Open(text) => Some(text.to_owned()),
        Written::Typed(value) => key_text(value).map(Cow::into_owned),
        Written::Absent | Written::Failed(_) => None,
    }
}
