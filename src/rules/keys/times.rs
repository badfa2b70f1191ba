//! Placeholders that print a time, and times to try them with.

use crate::key::conforms;
use crate::key::python::{has_directive, parse_moment};
use crate::model::{Attribute, AttributeType, Expression, ExpressionKind, FieldPath, Filter};
use crate::rules::Entity;
use crate::value::Value;

/// A placeholder that prints the time of a field.
#[derive(Clone, Debug)]
pub(super) struct Time<'e> {
    /// The field.
    pub field: &'e FieldPath,
    /// What is done to it, the innermost first.
    pub filters: Vec<&'e Filter>,
}

/// The time that an expression prints, where it is one of a field; what takes its place while it is unset does not count.
pub(super) fn time<'e>(entity: &Entity, expression: &'e Expression) -> Option<Time<'e>> {
    let found = chain(expression)?;
    let is_moment = |filter: &&Filter| matches!(filter, Filter::Isoformat | Filter::Timestamp | Filter::Strftime(_));
    let attribute = entity.attribute(found.field).filter(|_| found.field.path.is_empty())?;
    let is_time = *attribute.kind == AttributeType::Datetime || found.filters.iter().any(is_moment);
    is_time.then_some(found)
}

fn chain(expression: &Expression) -> Option<Time<'_>> {
    match &expression.kind {
        ExpressionKind::Field(field) => Some(Time { field, filters: Vec::new() }),
        ExpressionKind::Filter(inner, filter) => {
            let mut found = chain(inner)?;
            found.filters.push(filter);
            Some(found)
        }
        ExpressionKind::Or(inner, _) | ExpressionKind::And(_, inner) => chain(inner),
        ExpressionKind::If { then, otherwise, .. } => chain(then).or_else(|| chain(otherwise)),
        _ => None,
    }
}

impl Time<'_> {
    /// True where the time is printed as seconds since 1970.
    pub fn is_epoch(&self) -> bool {
        self.filters.iter().any(|filter| matches!(filter, Filter::Timestamp))
    }

    /// What `strftime` prints, where it does.
    pub fn format(&self) -> Option<&str> {
        self.filters.iter().find_map(|filter| match filter {
            Filter::Strftime(format) => Some(format.as_str()),
            _ => None,
        })
    }

    /// The units that are printed.
    pub fn units(&self) -> Units {
        self.format().map_or(Units { year: true, month: true, day: true, clock: true }, Units::of)
    }

    /// How the time is printed, in a few words.
    pub fn form(&self) -> String {
        match self.format() {
            Some(format) => format!("`{format}`"),
            None if self.is_epoch() => "seconds since 1970".to_owned(),
            None => "ISO 8601".to_owned(),
        }
    }
}

/// Which units of a time are printed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Units {
    /// The year.
    pub year: bool,
    /// The month, or what tells it: a week or a day of the year.
    pub month: bool,
    /// The day.
    pub day: bool,
    /// Any of hours, minutes and seconds.
    pub clock: bool,
}

impl Units {
    fn of(format: &str) -> Self {
        let has = |directives| has_directive(format, directives);
        Self { year: has("YyGF"), month: has("mbBjUWVF"), day: has("djFuwaA"), clock: has("HIMSfTp") }
    }

    /// True where the order of two moments can be asked of what is printed: they are the same in all that is left out in
    /// front.
    fn can_tell(self, (low, high): (&Moment, &Moment)) -> bool {
        let same = |upto: usize| low.0.get(..upto) == high.0.get(..upto);
        (self.year || same(4))
            && (self.year || self.month || same(7))
            && (self.year || self.month || self.day || same(10))
    }
}

/// A date, a time of the day and millionths of a second.
type Moment = (&'static str, &'static str, &'static str);

/// Moments, the earlier first. The year 2024 comes first in what is tried.
const MOMENTS: [Moment; 13] = [
    ("1999-12-31", "09:30:00", "000000"),
    ("2000-01-01", "09:30:00", "000000"),
    ("2023-11-20", "09:30:00", "000000"),
    ("2024-01-15", "00:30:00", "000000"),
    ("2024-01-15", "01:00:00", "000000"),
    ("2024-01-15", "13:00:00", "000000"),
    ("2024-01-15", "13:00:00", "250000"),
    ("2024-02-01", "09:30:00", "000000"),
    ("2024-04-03", "09:30:00", "000000"),
    ("2024-06-20", "09:30:00", "000000"),
    ("2024-10-02", "09:30:00", "000000"),
    ("2024-11-08", "09:30:00", "000000"),
    ("2024-12-30", "09:30:00", "000000"),
];

/// The forms in which programs write times.
const FORMS: [fn(&Moment) -> String; 12] = [
    |(date, clock, micros)| format!("{date}T{clock}{}+00:00", fraction(micros)),
    |(date, clock, micros)| format!("{date}T{clock}{}", fraction(micros)),
    |(date, clock, _)| format!("{date}T{clock}Z"),
    |(date, clock, micros)| format!("{date}T{clock}.{}Z", &micros[..3]),
    |(date, clock, micros)| format!("{date}T{clock}.{micros}Z"),
    |(date, clock, micros)| format!("{date}T{clock}.{}+00:00", &micros[..3]),
    |(date, clock, micros)| format!("{date}T{clock}.{micros}+00:00"),
    |(date, clock, micros)| format!("{date}T{clock}.{micros}"),
    |(date, clock, micros)| format!("{date} {clock}{}", fraction(micros)),
    |(date, clock, _)| format!("{}T{}Z", date.replace('-', ""), clock.replace(':', "")),
    |(date, ..)| (*date).to_owned(),
    |(date, ..)| date.replace('-', ""),
];

/// As `isoformat` prints it: nothing where it is zero.
fn fraction(micros: &str) -> String {
    if micros.bytes().all(|digit| digit == b'0') { String::new() } else { format!(".{micros}") }
}

/// A time in one of the forms, as a value that the attribute may have.
fn value(attribute: &Attribute, form: fn(&Moment) -> String, moment: &Moment) -> Option<Value<'static>> {
    let value = Value::text(form(moment));
    conforms(attribute, &value).then_some(value)
}

/// Pairs of times in one form each, the earlier first, whose order can be told from the units that are printed: in the
/// first form that the attribute takes, since a format prints all of them alike, or in each.
pub(super) fn pairs(attribute: &Attribute, units: Units, each_form: bool) -> Vec<(Value<'static>, Value<'static>)> {
    let takes = |form: &&fn(&Moment) -> String| MOMENTS.iter().all(|moment| value(attribute, **form, moment).is_some());
    match FORMS.iter().find(takes) {
        Some(form) if !each_form => both(attribute, *form, units),
        _ => FORMS.iter().flat_map(|form| both(attribute, *form, units)).collect(),
    }
}

fn both(attribute: &Attribute, form: fn(&Moment) -> String, units: Units) -> Vec<(Value<'static>, Value<'static>)> {
    let year = |moment: &Moment| moment.0.get(..4).map(str::to_owned);
    let all = MOMENTS.iter().enumerate().flat_map(|(at, low)| MOMENTS.iter().skip(at + 1).map(move |high| (low, high)));
    // A reader sees best what differs within a year.
    let (near, far): (Vec<_>, Vec<_>) =
        all.filter(|pair| units.can_tell(*pair)).partition(|(low, high)| year(low) == year(high));
    let value_of = |(low, high)| Some((value(attribute, form, low)?, value(attribute, form, high)?));
    near.into_iter().chain(far).filter_map(value_of).collect()
}

/// What stands before the hour and behind the minute.
const CLOCKS: [(&str, &str); 5] = [("T", ":00"), ("T", ":00.000"), ("T", ":00.000000"), (" ", ":00"), ("T", "")];

/// Times at another offset than that of UTC, which the attribute may have.
pub(super) fn elsewhere(attribute: &Attribute) -> impl Iterator<Item = Value<'static>> {
    const OFFSETS: [&str; 12] = [
        "+02:00", "+01:00", "-05:00", "-04:00", "-08:00", "-07:00", "+05:30", "+09:00", "+0200", "+0100", "-0500",
        "+02",
    ];
    let times = OFFSETS.iter().flat_map(|offset| {
        CLOCKS.iter().map(move |(between, end)| Value::text(format!("2024-05-17{between}10:00{end}{offset}")))
    });
    times.filter(|value| conforms(attribute, value))
}

/// Pairs of times in different forms, the earlier first: other offsets, fractions of other lengths.
pub(super) fn mixed_pairs(attribute: &Attribute) -> Vec<(Value<'static>, Value<'static>)> {
    const OFFSETS: [(&str, &str); 12] = [
        ("+02:00", "+00:00"),
        ("+02:00", "Z"),
        ("+0200", "+0000"),
        ("+02", "+00"),
        ("+02:00", "-05:00"),
        ("Z", "-05:00"),
        ("+02:00", ""),
        // In summer and in winter.
        ("+02:00", "+01:00"),
        ("+0200", "+0100"),
        ("+02", "+01"),
        ("-04:00", "-05:00"),
        ("-0400", "-0500"),
    ];
    const PARTS: [(&str, &str); 5] = [("", ".5"), ("", ".500"), ("", ".500000"), (".5", ".55"), (".500", ".500500")];
    const ZONES: [&str; 4] = ["Z", "+00:00", "", "+0000"];
    let offsets = OFFSETS.iter().flat_map(|(east, other)| {
        // Ten o'clock in the east is eight in Greenwich.
        CLOCKS.iter().map(move |(between, end)| {
            (format!("2024-05-17{between}10:00{end}{east}"), format!("2024-05-17{between}09:30{end}{other}"))
        })
    });
    let parts = ZONES.iter().flat_map(|zone| {
        PARTS.iter().map(move |(less, more)| {
            (format!("2024-05-17T09:30:00{less}{zone}"), format!("2024-05-17T09:30:00{more}{zone}"))
        })
    });
    let separators = [
        ("2024-05-17T09:30:00", "2024-05-17 10:30:00"),
        ("20240517T093000", "2024-05-18T09:30:00"),
        ("20240517T093000Z", "2024-05-18T09:30:00Z"),
        ("20240517", "2024-05-18"),
    ];
    let separators = separators.iter().map(|(low, high)| ((*low).to_owned(), (*high).to_owned()));
    let seconds = |text: &str| parse_moment(text).and_then(|moment| moment.timestamp());
    let is_ordered = |(low, high): &(String, String)| seconds(low) < seconds(high);
    let values = |(low, high)| {
        let (low, high) = (Value::text(low), Value::text(high));
        (conforms(attribute, &low) && conforms(attribute, &high)).then_some((low, high))
    };
    offsets.chain(parts).chain(separators).filter(is_ordered).filter_map(values).collect()
}
