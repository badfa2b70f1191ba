//! Where reports go, levels, and exit statuses.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::common::{Run, sarif};
use super::{Shop, assert_told, count, lines, stale, text};

const FORMATS: [&str; 6] = ["human", "markdown", "html", "sarif", "json", "jsonl"];

const SUM: &str = "82 items audited, 12 errors, 21 warnings\n";

fn shop() -> Shop {
    Shop::with("items.jsonl", text(&lines()))
}

#[cfg(unix)]
#[test]
fn a_file_holds_what_standard_output_would() {
    for format in FORMATS {
        let shop = shop();
        let audit =
            |more: &[&str]| shop.run(&[&["audit", "--items", "items.jsonl", "--format", format][..], more].concat());
        let shown = audit(&[]);
        // Links are followed, and what was there is replaced.
        shop.write("kept/old.txt", "old");
        std::os::unix::fs::symlink("kept/old.txt", shop.path().join("report")).unwrap();
        let run = audit(&["--output", "report", "--save", "saved.json"]);
        assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (1, "", SUM), "{format}");
        assert_eq!(shop.read("kept/old.txt"), shown.stdout, "{format}");
        assert_eq!(shop.files(), ["items.jsonl", "kept", "report", "saved.json"]);
        assert_eq!(std::fs::read_dir(shop.path().join("kept")).unwrap().count(), 1, "nothing half-written stays");
        let json = shop.audit(&["--items", "items.jsonl"]);
        assert_eq!(shop.read("saved.json"), json.stdout);
        let quiet = matches!(format, "human" | "json" | "jsonl");
        assert_eq!(shown.stderr, if quiet { "" } else { SUM }, "{format}");
    }
}

#[test]
fn what_cannot_be_written_is_told_and_nothing_half_written_stays() {
    let shop = shop();
    shop.write("locked.json", "as it was");
    let mut permissions = std::fs::metadata(shop.path().join("locked.json")).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(shop.path().join("locked.json"), permissions).unwrap();
    for flag in ["--output", "--save", "--partial"] {
        for (path, reason) in [
            ("nowhere/report.json", "cannot write `nowhere/report.json`: No such file or directory"),
            ("models", "cannot write `models`: it is a folder"),
            ("locked.json", "cannot write `locked.json`: it is read-only"),
            ("items.jsonl", "would overwrite a file that this run needs"),
        ] {
            for format in ["json", "jsonl"] {
                // Before anything is read: a scan takes an hour.
                let run = shop.run(&["audit", "--format", format, "--items", "items.jsonl", flag, path]);
                assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{flag} {path}");
                assert_told(&run, &[reason]);
            }
        }
    }
    let run = shop.run(&["audit", "--items", "items.jsonl", "--save", "a.json", "--output", "a.json"]);
    assert_eq!(run.status, 2);
    assert_told(&run, &["`--save a.json` would overwrite a file that this run needs"]);
    assert_eq!(shop.files(), ["items.jsonl", "locked.json"]);
    assert_eq!(shop.read("locked.json"), "as it was");
    assert_eq!(shop.read("items.jsonl"), text(&lines()));
    // A run that fails leaves the report of the one before.
    shop.write("report.jsonl", "as it was");
    for format in ["json", "jsonl"] {
        let more = ["--items", "items.jsonl", "--format", format, "--output", "report.jsonl"];
        let run = shop.run(&[&["audit", "--config", "nowhere.toml"][..], &more].concat());
        assert_eq!((run.status, shop.read("report.jsonl").as_str()), (2, "as it was"));
    }
    assert_eq!(shop.files(), ["items.jsonl", "locked.json", "report.jsonl"]);
}

#[test]
fn what_excludes_each_other_is_told() {
    let shop = shop();
    let run = |more: &[&str]| shop.run(&[&["audit", "--items", "items.jsonl"][..], more].concat());
    for more in [
        &["--partial", "part.json", "--save", "saved.json"][..],
        &["--partial", "part.json", "--output", "report.txt"],
        &["--partial", "part.json", "--redact"],
        &["--partial", "part.json", "--check", "duplicate-primary-key"],
        &["--export", "."],
        &["--table", "shop"],
    ] {
        let run = run(more);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{more:?}");
        assert_told(&run, &["cannot be used with"]);
    }
    let run = run(&["--segments", "4"]);
    assert_eq!(run.status, 2);
    assert_eq!(shop.files(), ["items.jsonl"]);
}

/// Lines of findings by check.
fn by_check(lines: &[Value]) -> BTreeMap<String, Vec<&Value>> {
    let mut all: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for line in lines {
        all.entry(line["check"].as_str().unwrap().to_owned()).or_default().push(line);
    }
    all
}

#[test]
fn a_line_is_a_finding_and_every_finding_a_line() {
    let shop = shop();
    let many: Vec<String> = (0..300).map(|number| stale(&format!("x-{number}"))).collect();
    shop.write("more.jsonl", text(&many));
    let files = ["--items", "items.jsonl", "more.jsonl", "--threads", "4"];
    let run = shop.run(&[&["audit", "--format", "jsonl"][..], &files].concat());
    let lines = run.lines();
    let report = shop.audit(&files).json();
    let place = |line: &Value| {
        let place = line["place"].as_str().unwrap().to_owned();
        let (file, line) = place.rsplit_once(':').unwrap();
        (file.to_owned(), line.parse::<u64>().unwrap())
    };
    let found = by_check(&lines);
    let of_parts = ["field-not-stored", "mis-sorted-number", "mixed-time-formats", "hot-partition", "large-collection"];
    for (check, own) in report["checks"].as_object().unwrap() {
        let told = found.get(check).map_or(&[][..], Vec::as_slice);
        let wanted = if of_parts.contains(&check.as_str()) {
            own["examples"].as_array().unwrap().len()
        } else {
            usize::try_from(own["count"].as_u64().unwrap()).unwrap()
        };
        assert_eq!(told.len(), wanted, "{check}");
        assert!(told.iter().all(|line| line["level"] == own["level"]));
    }
    assert_eq!(count(&report, "stale-key"), 305);
    // In the order of the items; what shows when all are counted comes last.
    let is_late = |line: &&Value| {
        let is_of_part = of_parts.contains(&line["check"].as_str().unwrap());
        is_of_part || line["subject"].as_str().is_some_and(|subject| subject.ends_with("is not stored"))
    };
    let of_items: Vec<_> = lines.iter().take_while(|line| !is_late(line)).collect();
    let rest = &lines[of_items.len()..];
    assert!(!rest.is_empty() && rest.iter().all(|line| is_late(&line)));
    let places: Vec<_> = of_items.into_iter().map(place).collect();
    assert!(places.is_sorted(), "{places:?}");
    // Every example of the report is a line.
    for check in report["checks"].as_object().unwrap().values() {
        for example in check["examples"].as_array().unwrap() {
            let is_it = |line: &Value| example.as_object().unwrap().iter().all(|(name, value)| line[name] == *value);
            assert!(lines.iter().any(is_it), "{example}");
        }
    }
}

/// What an audit says with levels: its exit status, the level of a check, and the sum.
fn with_levels(shop: &Shop, config: &str, more: &[&str]) -> (i32, Value, Value) {
    let own = shop.read("dynkeys.toml");
    shop.write("other.toml", format!("{own}\n[rules]\n{config}"));
    let all = ["--items", "items.jsonl", "--config", "other.toml"];
    let run: Run = shop.audit(&[&all[..], more].concat());
    let report = run.json();
    (run.status, report["checks"]["stale-key"]["level"].clone(), report["summary"].clone())
}

#[test]
fn levels_are_those_of_flags_of_the_configuration_and_of_the_rules() {
    let sound = lines()[0].clone();
    let shop = Shop::with("items.jsonl", text(&[sound, stale("o-71"), stale("o-72")]));
    let sum =
        |errors: u64, warnings: u64, infos: u64| json!({ "errors": errors, "warnings": warnings, "infos": infos });
    assert_eq!(with_levels(&shop, "", &[]), (1, json!("error"), sum(2, 0, 0)));
    assert_eq!(with_levels(&shop, "stale-key = \"info\"", &[]), (0, json!("info"), sum(0, 0, 2)));
    assert_eq!(with_levels(&shop, "stale-key = \"off\"", &[]), (0, Value::Null, sum(0, 0, 0)));
    let flag = ["--rule", "stale-key=warning"];
    assert_eq!(with_levels(&shop, "stale-key = \"info\"", &flag), (1, json!("warning"), sum(0, 2, 0)));
    for (level, fail_on, status) in [
        ("error", "error", 1),
        ("warning", "error", 0),
        ("warning", "warning", 1),
        ("info", "warning", 0),
        ("info", "info", 1),
        ("error", "never", 0),
    ] {
        let rule = format!("stale-key={level}");
        let (own, ..) = with_levels(&shop, "", &["--rule", &rule, "--fail-on", fail_on]);
        assert_eq!(own, status, "{level} {fail_on}");
    }
    // The levels are in every format.
    let run = shop.run(&["audit", "--items", "items.jsonl", "--rule", "stale-key=info", "--format", "sarif"]);
    assert_eq!((run.status, &sarif(&run.stdout)["runs"][0]["results"][0]["level"]), (0, &json!("note")));
    let run = shop.run(&["audit", "--items", "items.jsonl", "--rule", "stale-key=off", "--format", "jsonl"]);
    assert_eq!((run.status, run.stdout.as_str()), (0, ""));
    for (rule, words) in
        [("stale-keys=off", "there is no rule `stale-keys`"), ("stale-key=loud", "loud"), ("stale-key", "stale-key")]
    {
        let run = shop.run(&["audit", "--items", "items.jsonl", "--rule", rule]);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""));
        assert_told(&run, &[words]);
    }
}
