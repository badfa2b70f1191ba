//! Times in sort keys: what `audit` says of those that are stored, and `lint` of those that `strftime` prints.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::run_in;
use serde_json::{Value, json};
use tempfile::TempDir;

/// What a report has of a check: how the times are written, and how many are not as most are.
type Told = Vec<(String, u64)>;

/// A model with one time in its sort key.
fn model(kind: &str, sort_key: &str) -> String {
    format!(
        "entity = \"Reading\"\n[attributes]\nuser = {{ type = \"string\", required = true }}\nid = {{ type = \
         \"string\", required = true }}\nat = {kind}\n[indexes.primary]\npartition_key = {{ attribute = \"pk\", \
         template = \"user#{{user}}\" }}\nsort_key = {{ attribute = \"sk\", template = \"{sort_key}\" }}\n"
    )
}

/// Items whose sort keys are these.
fn items(times: &[(&str, String)]) -> String {
    let item = |(at, (time, key)): (usize, &(&str, String))| {
        json!({ "pk": "user#joe", "sk": key, "user": "joe", "id": at.to_string(), "at": time }).to_string() + "\n"
    };
    times.iter().enumerate().map(item).collect()
}

struct Table(TempDir);

impl Table {
    fn new(model: &str, items: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("reading.toml"), model).unwrap();
        std::fs::write(folder.path().join("items.jsonl"), items).unwrap();
        Self(folder)
    }

    /// Times as they are, each with a number behind it.
    fn plain(kind: &str, delimiter: &str, times: &[&str]) -> Self {
        let keys: Vec<(&str, String)> =
            times.iter().enumerate().map(|(at, time)| (*time, format!("{time}{delimiter}{at}"))).collect();
        Self::new(&model(kind, &format!("{{at}}{delimiter}{{id}}")), &items(&keys))
    }

    fn audit(&self, more: &[&str]) -> Value {
        let arguments = ["audit", "reading.toml", "--items", "items.jsonl", "--format", "json", "--fail-on", "never"];
        let run = run_in(self.0.path(), &[&arguments[..], more].concat());
        assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{run:?}");
        run.json()
    }

    /// What is told of mixed formats and of formats that do not sort. Nothing else is found.
    fn told(&self) -> (Told, Told) {
        let report = self.audit(&[]);
        for (name, check) in report["checks"].as_object().unwrap() {
            let is_expected = matches!(name.as_str(), "mixed-time-formats" | "unsortable-time");
            assert!(is_expected || check["count"] == 0, "{name}: {check}");
        }
        let of = |name: &str| {
            let groups = report["checks"][name]["groups"].as_array().unwrap().iter();
            groups.map(|one| (one["detail"].as_str().unwrap().to_owned(), one["count"].as_u64().unwrap())).collect()
        };
        (of("mixed-time-formats"), of("unsortable-time"))
    }
}

const DATETIME: &str = r#"{ type = "datetime", required = true }"#;
const TEXT: &str = r#"{ type = "string", required = true }"#;

#[test]
fn formats_that_do_not_sort_together_are_told() {
    let day = "2025-12-17T21:47:0";
    for (times, detail, count) in [
        (
            &["8.305464+0000", "8.305464+00:00", "9.305464+0000", "9.305464+01:00", "9Z"][..],
            "1 as YYYY-MM-DDThh:mm:ssZ, 1 as YYYY-MM-DDThh:mm:ss+00:00, 1 as YYYY-MM-DDThh:mm:ss+01:00, 2 as \
             YYYY-MM-DDThh:mm:ss+0000",
            3,
        ),
        (&["8Z", "9+0000"], "1 as YYYY-MM-DDThh:mm:ssZ, 1 as YYYY-MM-DDThh:mm:ss+0000", 1),
        (&["8+0000", "8+0100"], "1 as YYYY-MM-DDThh:mm:ss+0000, 1 as YYYY-MM-DDThh:mm:ss+0100", 1),
        (&["8+00:00", "8+00"], "1 as YYYY-MM-DDThh:mm:ss+00:00, 1 as YYYY-MM-DDThh:mm:ss+00", 1),
        (
            &["8Z", "8 UTC", "9 GMT"],
            "1 as YYYY-MM-DDThh:mm:ssZ, 1 as YYYY-MM-DDThh:mm:ss UTC, 1 as \
             YYYY-MM-DDThh:mm:ss GMT",
            2,
        ),
        (&["8Z", "8z"], "1 as YYYY-MM-DDThh:mm:ssZ, 1 as YYYY-MM-DDThh:mm:ssz", 1),
        (&["8+01:00", "8+02:00"], "1 as YYYY-MM-DDThh:mm:ss+01:00, 1 as YYYY-MM-DDThh:mm:ss+02:00", 1),
        (&["3.1Z", "3.15Z", "4.5Z"], "2 as YYYY-MM-DDThh:mm:ss.fZ, 1 as YYYY-MM-DDThh:mm:ss.ffZ", 1),
        (
            &["3Z", "3.017Z", "3.017123Z"],
            "1 as YYYY-MM-DDThh:mm:ssZ, 1 as YYYY-MM-DDThh:mm:ss.fffZ, 1 as \
             YYYY-MM-DDThh:mm:ss.ffffffZ",
            2,
        ),
    ] {
        let times: Vec<String> = times.iter().map(|end| format!("{day}{end}")).collect();
        let times: Vec<&str> = times.iter().map(String::as_str).collect();
        let table = Table::plain(DATETIME, "#", &times);
        assert_eq!(table.told(), (vec![(detail.to_owned(), count)], Vec::new()), "{times:?}");
        // Text that looks like times is told, too.
        let table = Table::plain(TEXT, "#", &times);
        assert_eq!(table.told(), (vec![(detail.to_owned(), count)], Vec::new()), "{times:?}");
    }
    for (times, detail) in [
        (
            ["2025-12-17 21:47:08+00:00", "2025-12-17 22:47:08+01:00"],
            "1 as YYYY-MM-DD hh:mm:ss+00:00, 1 as YYYY-MM-DD hh:mm:ss+01:00",
        ),
        (["2025-12-17T21:47:08Z", "2025-12-17t21:47:08Z"], "1 as YYYY-MM-DDThh:mm:ssZ, 1 as YYYY-MM-DDthh:mm:ssZ"),
        (["2025-12-17", "2025-12-17 21:47:08"], "1 as YYYY-MM-DD, 1 as YYYY-MM-DD hh:mm:ss"),
        (
            ["2025-12-17 21:47:08,123", "2025-12-17 21:47:08.123"],
            "1 as YYYY-MM-DD hh:mm:ss.fff, 1 as \
             YYYY-MM-DD hh:mm:ss,fff",
        ),
    ] {
        let table = Table::plain(TEXT, "#", &times);
        let table = if detail.contains(",fff") { Table::plain(TEXT, "|", &times) } else { table };
        assert_eq!(table.told(), (vec![(detail.to_owned(), 1)], Vec::new()), "{times:?}");
    }
}

#[test]
fn formats_that_sort_together_are_not_told() {
    for times in [
        // Fractions of any length before an offset, or before the end of the part.
        &["2025-12-17T21:47:08+00:00", "2025-12-17T21:47:08.3+00:00", "2025-12-17T21:47:08.305464+00:00"][..],
        &["2025-12-17T21:47:08-05:00", "2025-12-17T21:47:08.3-05:00", "2025-12-17T21:47-05:00"],
        &["2025-12-17T21:47:08", "2025-12-17T21:47:08.3", "2025-12-17T21:47:08.305464", "2025-12-17T21:47"],
        &["2025-12-17 21:47:08+02:00", "2025-12-17 21:47:08.3+02:00"],
        &["2025-12-17 21:47:08 UTC", "2025-12-17 21:47:08.3 UTC"],
        &["2025-12-17", "2025-12-17T21:47:08.305Z", "2025-12", "2025"],
        &["20251217", "20251217T214708Z"],
        &["2025-12-17T21:47:08.305Z", "2025-12-17T21:47:09.000Z"],
        &["1715938200", "1715938201"],
        // All of one format that nobody knows: it may well sort.
        &["Q3 of 2024", "Q4 of 2024"],
    ] {
        assert_eq!(Table::plain(DATETIME, "#", times).told(), (Vec::new(), Vec::new()), "{times:?}");
    }
    // Text that looks like dates may be anything.
    for times in [
        &["01/31/2024", "02/01/2024"][..],
        &["Fri, 17 May 2024 09:30:00 GMT", "Sat, 18 May 2024 09:30:00 GMT"],
        &["2024-05-17", "31.01.2024", "draft", "final", "other"],
    ] {
        assert_eq!(Table::plain(TEXT, "#", times).told(), (Vec::new(), Vec::new()), "{times:?}");
    }
}

#[test]
fn what_follows_a_time_decides_where_it_has_no_end_of_its_own() {
    let times = ["2025-12-17T21:47:08.1", "2025-12-17T21:47:08.15"];
    // `|` sorts after every digit, `#` before them.
    let detail = "1 as YYYY-MM-DDThh:mm:ss.f, 1 as YYYY-MM-DDThh:mm:ss.ff".to_owned();
    assert_eq!(Table::plain(DATETIME, "|", &times).told(), (vec![(detail, 1)], Vec::new()));
    assert_eq!(Table::plain(DATETIME, "#", &times).told(), (Vec::new(), Vec::new()));
    let times = ["2025-12-17", "2025-12-17T21:47:08"];
    let detail = "1 as YYYY-MM-DD, 1 as YYYY-MM-DDThh:mm:ss".to_owned();
    assert_eq!(Table::plain(DATETIME, "_", &times).told(), (vec![(detail, 1)], Vec::new()));
    assert_eq!(Table::plain(DATETIME, "#", &times).told(), (Vec::new(), Vec::new()));
}

#[test]
fn times_that_never_sort_are_told_alone_and_in_company() {
    for (times, format) in [
        (["01/31/2024", "02/01/2023"], "DD.MM.YYYY or MM/DD/YYYY"),
        (["31.01.2024", "01.02.2023"], "DD.MM.YYYY or MM/DD/YYYY"),
        (["31.01.2024 09:30", "1.2.2023 10:00"], "DD.MM.YYYY or MM/DD/YYYY"),
        (["Fri, 17 May 2024 09:30:00 GMT", "Sat, 18 May 2024 09:30:00 GMT"], "RFC 1123"),
        (["Fri May 17 2024 09:30:00 GMT+0000", "Sat May 18 2024"], "a date with names of days or months"),
        (["17 May 2024", "18-Jun-2024"], "a date with names of days or months"),
    ] {
        let alone = (format!("2 as {format}"), 2);
        assert_eq!(Table::plain(DATETIME, "#", &times).told(), (Vec::new(), vec![alone.clone()]), "{times:?}");
        let beside = Table::plain(DATETIME, "#", &[times[0], times[1], "2024-05-17T09:30:00Z"]);
        let mixed = (format!("1 as YYYY-MM-DDThh:mm:ssZ, 2 as {format}"), 1);
        assert_eq!(beside.told(), (vec![mixed], vec![alone]), "{times:?}");
    }
}

#[test]
fn times_of_no_known_format_are_a_group_of_their_own() {
    let table = Table::plain(DATETIME, "#", &["2024-05-17T09:30:00Z", "2024-05-18T09:30:00Z", "next Friday", "soon"]);
    let detail = "2 as YYYY-MM-DDThh:mm:ssZ, 2 (50.0 %) in a format that is not known".to_owned();
    assert_eq!(table.told(), (vec![(detail, 2)], Vec::new()));
    // An example shows each.
    let report = table.audit(&[]);
    let examples = report["checks"]["mixed-time-formats"]["examples"].as_array().unwrap().iter();
    let stored: Vec<&str> = examples.map(|one| one["stored"].as_str().unwrap()).collect();
    assert!(stored.len() == 2 && stored[0].starts_with("2024-05-1"), "{stored:?}");
    assert!(stored[1] == "next Friday#2" || stored[1] == "soon#3", "{stored:?}");
    // Parts make the whole.
    let folder = table.0.path();
    let text = std::fs::read_to_string(folder.join("items.jsonl")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let mut names = Vec::new();
    for (at, part) in lines.chunks(1).enumerate() {
        let name = format!("items-{at}.jsonl");
        std::fs::write(folder.join(&name), part.join("\n")).unwrap();
        let part = format!("part-{at}.json");
        let run = run_in(folder, &["audit", "reading.toml", "--items", &name, "--partial", &part]);
        assert_eq!(run.status, 0, "{run:?}");
        names.push(part);
    }
    let mut arguments = vec!["merge"];
    arguments.extend(names.iter().map(String::as_str));
    let merged = run_in(folder, &[&arguments[..], &["--format", "json", "--fail-on", "never"]].concat());
    let merged = merged.json();
    for name in ["groups", "count"] {
        let of = |report: &Value| report["checks"]["mixed-time-formats"][name].clone();
        assert_eq!(of(&merged), of(&report));
    }
}

#[test]
fn many_formats_are_not_all_listed() {
    let times: Vec<String> = (1..=9).map(|digits| format!("2024-05-17T09:30:00.{}Z", "1".repeat(digits))).collect();
    let times: Vec<&str> = times.iter().map(String::as_str).collect();
    let (mixed, _) = Table::plain(DATETIME, "#", &times).told();
    let (detail, count) = &mixed[0];
    assert!(detail.ends_with(", and 3 more") && detail.matches(" as ").count() == 6 && *count == 8, "{detail}");
}

/// A table of times that `strftime` prints.
fn printed(format: &str, after: &str, times: &[(&str, &str)]) -> Table {
    let key = |(at, (time, printed)): (usize, &(&'static str, &str))| (*time, format!("{printed}{after}#{at}"));
    let times: Vec<(&'static str, &str)> = times.iter().map(|(time, printed)| (leak(time), *printed)).collect();
    let keys: Vec<(&str, String)> = times.iter().enumerate().map(key).collect();
    Table::new(&model(DATETIME, &format!("{{at|strftime('{format}')}}{after}#{{id}}")), &items(&keys))
}

fn leak(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

#[test]
fn offsets_that_keys_leave_out_are_told() {
    let two = [
        ("2014-02-11T10:00:00+02:00", "2014-02-11T10:00:00"),
        ("2014-02-11T09:00:00+00:00", "2014-02-11T09:00:00"),
        ("2014-02-11T09:30:00Z", "2014-02-11T09:30:00"),
    ];
    let told = printed("%Y-%m-%dT%H:%M:%S", "", &two).told();
    let detail = "2 at +00:00, 1 at +02:00: the key leaves the offset out".to_owned();
    assert_eq!(told, (vec![(detail, 1)], Vec::new()));
    // A `Z` of the format, or of the template, says UTC of all of them.
    let with_z = two.map(|(time, text)| (time, format!("{text}.000Z")));
    let with_z: Vec<(&str, &str)> = with_z.iter().map(|(time, text)| (*time, text.as_str())).collect();
    let detail = "2 at +00:00, 1 at +02:00: the key says UTC all the same".to_owned();
    let told = printed("%Y-%m-%dT%H:%M:%S.000Z", "", &with_z).told();
    assert_eq!(told, (vec![(detail.clone(), 1)], Vec::new()));
    assert_eq!(printed("%Y-%m-%dT%H:%M:%S", "Z", &two).told(), (vec![(detail, 1)], Vec::new()));
    // Even where all have one offset.
    let told = printed("%Y-%m-%dT%H:%M:%S.000Z", "", &with_z[..1]).told();
    assert_eq!(told, (vec![("1 at +02:00: the key says UTC all the same".to_owned(), 1)], Vec::new()));
}

#[test]
fn offsets_that_keys_leave_out_rightly_are_not_told() {
    let one = [("2014-02-11T10:00:00+02:00", "10"), ("2014-02-11T09:00:00+02:00", "09")];
    for (format, after, times) in [
        // One offset, and nothing says that it is UTC.
        ("%H", "", &one[..]),
        // UTC in several spellings.
        ("%HZ", "", &[("2014-02-11T10:00:00Z", "10Z"), ("2014-02-11 09:00:00+0000", "09Z")]),
        // Nobody knows the offset of a time that says none.
        ("%HZ", "", &[("2014-02-11T10:00:00", "10Z"), ("2014-02-11T09:00:00Z", "09Z")]),
        // The day where it was.
        ("%Y-%m-%d", "", &[("2014-02-11T10:00:00+02:00", "2014-02-11"), ("2014-02-11T09:00:00Z", "2014-02-11")]),
    ] {
        assert_eq!(printed(format, after, times).told(), (Vec::new(), Vec::new()), "{format}");
    }
    // `timestamp` and `isoformat` keep the moment.
    let keys = [("2014-02-11T10:00:00+02:00", "1392105600.0#0"), ("2014-02-11T09:00:00Z", "1392109200.0#1")];
    let keys: Vec<(&str, String)> = keys.map(|(time, key)| (time, key.to_owned())).to_vec();
    let table = Table::new(&model(DATETIME, "{at|timestamp}#{id}"), &items(&keys));
    assert_eq!(table.told(), (Vec::new(), Vec::new()));
}

/// What `lint` says of a rule.
fn lint(kind: &str, sort_key: &str, rule: &str) -> Vec<(String, String)> {
    let table = Table::new(&model(kind, sort_key), "");
    let run = run_in(table.0.path(), &["lint", "reading.toml", "--format", "json", "--fail-on", "never"]);
    assert_eq!(run.status, 0, "{run:?}");
    let report = run.json();
    let findings = report["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == rule);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    findings.map(|finding| (text(&finding["message"]), text(&finding["help"]))).collect()
}

#[test]
fn lint_finds_offsets_that_strftime_leaves_out() {
    let with = |pattern: &str| format!("{{ type = \"datetime\", required = true, pattern = '{pattern}' }}");
    let local = "{at|strftime('%Y-%m-%dT%H:%M:%S')}#{id}";
    let utc = "{at|strftime('%Y-%m-%dT%H:%M:%S.000Z')}#{id}";
    let any = r"[0-9-]{10}T[0-9:]{8}([+-][0-9]{2}:[0-9]{2}|Z)";
    for (pattern, key, message) in [
        (any, local, "is earlier than"),
        (any, utc, "is earlier than"),
        (any, "{at|strftime('%Y-%m-%dT%H:%M:%S%z')}#{id}", "is earlier than"),
        (any, "{at|strftime('%Y%m%d%H')}#{id}", "is earlier than"),
        (r"[0-9-]{10}T[0-9:]{8}\+0[12]:00", local, "is earlier than"),
        (r"[0-9-]{10}T[0-9:]{8}\.[0-9]{3}\+0[12]00", local, "is earlier than"),
        (r"[0-9-]{10} [0-9:]{8}-0[45]:00", "{at|strftime('%F %T')}#{id}", ""),
        (r"[0-9-]{10}T[0-9:]{8}\+02:00", utc, "`2024-05-17T10:00:00+02:00` becomes `2024-05-17T10:00:00.000Z`"),
        (r"[0-9-]{10}T[0-9:]{8}\+02:00", "{at|strftime('%Y-%m-%dT%H:%M:%S')}Z", "as a time in UTC"),
        (r"[0-9-]{10}T[0-9:]{8}-0500", "{at|strftime('%FT%T+00:00')}#{id}", "as a time in UTC"),
    ] {
        let found = lint(&with(pattern), key, "unsortable-time");
        assert!(found.len() == 1 && found[0].0.contains(message), "{pattern} {key}: {found:?}");
        assert!(found[0].1.contains("UTC"), "{found:?}");
    }
    for (pattern, key) in [
        (r"[0-9-]{10}T[0-9:]{8}Z", utc),
        (r"[0-9-]{10}T[0-9:]{8}\+00:00", utc),
        (r"[0-9-]{10}T[0-9:]{8}", utc),
        (r"[0-9-]{10}T[0-9:]{8}\+02:00", local),
        (r"[0-9-]{10}T[0-9:]{8}\+02:00", "{at|strftime('%Y-%m-%dT%H:%M:%S%z')}#{id}"),
        (any, "{at|strftime('%Y-%m-%d')}#{id}"),
        (any, "{at|timestamp}#{id}"),
    ] {
        let found = lint(&with(pattern), key, "unsortable-time");
        assert_eq!(found, [], "{pattern} {key}");
    }
    // Without a pattern nothing says that there are several.
    assert_eq!(lint(DATETIME, local, "unsortable-time"), []);
    assert_eq!(lint(DATETIME, utc, "unsortable-time"), []);
}

#[test]
fn years_before_1000_have_as_few_digits_as_in_python() {
    let keys = [("0500-01-01T00:00:00", "500-01-01T00:00:00.000000#0".to_owned())];
    let table = Table::new(&model(DATETIME, "{at|strftime('%Y-%m-%dT%H:%M:%S.%f%z')}#{id}"), &items(&keys));
    assert_eq!(table.told(), (Vec::new(), Vec::new()));
}

#[test]
fn no_table_is_proved_wrong_by_a_year_before_1000() {
    let of_site = |entity: &str, field: &str, sort_key: &str| {
        format!(
            "entity = \"{entity}\"\n[attributes]\nsite = {{ type = \"string\", required = true, pattern = \"[a-z]+\" }}\n\
             {field}\n[indexes.primary]\npartition_key = {{ attribute = \"pk\", template = \"site#{{site}}\" }}\n\
             sort_key = {{ attribute = \"sk\", template = \"{sort_key}\" }}\n"
        )
    };
    let folder = tempfile::tempdir().unwrap();
    let visit = of_site("Visit", "at = { type = \"datetime\", required = true }", "{at|strftime('%Y')}");
    std::fs::write(folder.path().join("visit.toml"), visit).unwrap();
    let levels = |digits: &str| {
        let number = format!("n = {{ type = \"string\", required = true, pattern = \"{digits}\" }}");
        std::fs::write(folder.path().join("limit.toml"), of_site("Limit", &number, "{n}")).unwrap();
        let run = run_in(folder.path(), &["lint", ".", "--format", "json", "--fail-on", "never"]);
        let found = run.json()["findings"].as_array().unwrap().clone();
        let own = found.into_iter().filter(|finding| finding["rule"] == "overlapping-keys");
        own.map(|finding| finding["level"].as_str().unwrap().to_owned()).collect::<Vec<String>>()
    };
    // What Python prints for the year 7 depends on its version and the system.
    assert_eq!(levels("[0-9]{1,3}"), ["info"]);
    assert_eq!(levels("20[0-9]{2}"), ["error"]);
}
