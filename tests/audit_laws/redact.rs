//! With `--redact` no value of an item is in any format, and equal values have equal hashes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use dynkeys::rules::RULES;
use serde_json::Value;
use tempfile::TempDir;

use super::common::{Run, root, run_in};

const FORMATS: [&str; 6] = ["human", "markdown", "html", "sarif", "json", "jsonl"];

/// Values that look like what a report says of itself, and keys of a delimiter of their own.
const ODD_MODEL: &str = r#"
entity = "Door"
[attributes]
id = { type = "string", required = true }
code = "string"
level = "integer"
[indexes.primary]
partition_key = { attribute = "pk", template = "door|{id}" }
sort_key = { attribute = "sk", template = "v-{code}|{level}" }
[indexes.gsi1]
partition_key = { attribute = "gsi1_pk", value = "{code}" }
"#;

const ODD_ITEMS: &str = r##"
{"pk": "door|secret one", "sk": "v-{uuid7}|12345", "id": "secret one", "code": "{uuid7}", "level": 12345, "gsi1_pk": "{uuid7}"}
{"pk": "door|tell / tale", "sk": "v-…tell|123456", "id": "tell / tale", "code": "tell / tale", "level": 123456, "gsi1_pk": "stale / tale"}
{"pk": "door|{abcd}", "sk": "v-{abcd}|1", "id": "{abcd}", "code": "{abce}", "level": 1, "gsi1_pk": 778899}
{"pk": "{hidden}", "sk": "{hidden}"}
{"pk": "gatekeeper#peters|paul", "sk": "gatekeeper"}
{"pk": "door|nested#hash", "sk": "v-nested#hash|2", "id": "nested#hash", "code": "nested#hash", "level": 2, "gsi1_pk": "nested#hash"}
{"pk": "door|  padded", "sk": "v-padded  |3", "id": "  padded", "code": "padded  ", "level": 3, "gsi1_pk": "  padded  "}
"##;

/// A folder of models with items.
struct Table {
    folder: TempDir,
    models: String,
    lines: Vec<String>,
}

impl Table {
    fn copy(fixture: &str) -> Self {
        let own = root().join("fixtures/audit").join(fixture);
        let read = |path: PathBuf| std::fs::read_to_string(path).unwrap();
        let models: Vec<(String, String)> = std::fs::read_dir(own.join("models"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), read(path)))
            .collect();
        Self::new(&models, &read(own.join("dynkeys.toml")), &read(own.join("items.jsonl")))
    }

    fn odd() -> Self {
        let config = "models = [\"models\"]\n\n[naming]\ndelimiter = \"|\"\n";
        Self::new(&[("door.toml".to_owned(), ODD_MODEL.to_owned())], config, ODD_ITEMS.trim_start())
    }

    fn new(models: &[(String, String)], config: &str, items: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("models")).unwrap();
        for (name, text) in models {
            std::fs::write(folder.path().join("models").join(name), text).unwrap();
        }
        std::fs::write(folder.path().join("dynkeys.toml"), config).unwrap();
        let models = models.iter().map(|(_, text)| text.as_str()).collect();
        let lines = items.lines().map(str::to_owned).collect();
        Self { folder, models, lines }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn audit(&self, lines: &[String], arguments: &[&str]) -> Run {
        std::fs::write(self.path().join("items.jsonl"), lines.join("\n")).unwrap();
        let all = ["audit", "--items", "items.jsonl", "--check", "duplicate-primary-key", "--examples", "1000"];
        let run = run_in(self.path(), &[&all[..], arguments].concat());
        assert_ne!(run.status, 2, "{}", run.stderr);
        run
    }

    /// The texts and numbers of all items, whole and part by part, that are no text of the models.
    fn values(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for line in &self.lines {
            let item: Value = serde_json::from_str(line).unwrap();
            for value in item.as_object().unwrap().values() {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                found.extend(text.split(['#', '|']).map(str::to_owned));
                found.insert(text);
            }
        }
        // The model's own words stay, and what stands for nothing.
        let is_own = |part: &str| self.models.contains(part) || matches!(part, "None" | "null");
        found.retain(|text| text.trim().len() >= 4 && !text.split(['#', '|']).all(is_own));
        found
    }
}

/// Another text of the same shape: of letters and digits others.
fn turned(text: &str) -> String {
    let turn = |c: char, first: char, count: u8| char::from((c as u8 - first as u8 + count / 2) % count + first as u8);
    let one = |c: char| match c {
        'a'..='z' => turn(c, 'a', 26),
        'A'..='Z' => turn(c, 'A', 26),
        '0'..='9' => turn(c, '0', 10),
        _ => c,
    };
    text.chars().map(one).collect()
}

/// The items with other values in their fields and keys.
fn other_lines(lines: &[String]) -> Vec<String> {
    let line = |line: &String| {
        let mut item: Value = serde_json::from_str(line).unwrap();
        for value in item.as_object_mut().unwrap().values_mut() {
            match value {
                Value::String(text) => *text = turned(text),
                Value::Number(number) => *value = turned(&number.to_string()).parse::<u64>().unwrap_or(7).into(),
                _ => {}
            }
        }
        item.to_string()
    };
    lines.iter().map(line).collect()
}

/// What stands in the output as it is, and what is left of it when escapes are undone.
fn readable(format: &str, run: &Run) -> String {
    let text = format!("{}\n{}", run.stdout, run.stderr);
    match format {
        "json" | "sarif" | "jsonl" => text.replace("\\\"", "\"").replace("\\\\", "\\"),
        "html" | "markdown" => {
            let plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
            plain.replace("&amp;", "&").replace('\\', "")
        }
        _ => text,
    }
}

fn tables() -> [Table; 3] {
    [Table::copy("shop"), Table::copy("hostile"), Table::odd()]
}

#[test]
fn no_value_of_an_item_is_in_a_hashed_report() {
    let pages: String = RULES.iter().flat_map(|rule| [rule.name, rule.summary, rule.doc]).collect();
    for table in tables() {
        let mut values = table.values();
        // A word of the report itself is in the pages of the rules, or in the report of other items as well.
        values.retain(|value| !pages.contains(value));
        assert!(values.len() > 20, "{values:?}");
        for format in FORMATS {
            let hashed = readable(format, &table.audit(&table.lines, &["--redact", "--format", format]));
            let shown = readable(format, &table.audit(&table.lines, &["--format", format]));
            let others = readable(format, &table.audit(&other_lines(&table.lines), &["--redact", "--format", format]));
            let told: Vec<&String> =
                values.iter().filter(|value| hashed.contains(*value) && !others.contains(*value)).collect();
            assert!(told.is_empty(), "{format}: {told:?}\n{hashed}");
            // Else nothing would be looked for.
            let visible = values.iter().filter(|value| shown.contains(*value)).count();
            assert!(visible * 5 > values.len(), "{format}: {visible} of {}", values.len());
        }
    }
}

/// The parts of a key; the odd table has a delimiter of its own.
fn parts(text: &str, table: &Table) -> Vec<String> {
    let own = if table.models == ODD_MODEL { '|' } else { '#' };
    text.split(['#', own]).map(str::to_owned).collect()
}

/// The hashes in a text.
fn hashes(text: &str) -> BTreeSet<String> {
    let behind = text.split('~').skip(1);
    let hash =
        behind.filter_map(|rest| rest.get(..10).filter(|hash| hash.bytes().all(|byte| byte.is_ascii_hexdigit())));
    hash.map(|hash| format!("~{hash}")).collect()
}

#[test]
fn equal_values_have_equal_hashes_in_every_format() {
    for table in tables() {
        let lines = |flags: &[&str]| table.audit(&table.lines, &[&["--format", "jsonl"][..], flags].concat()).lines();
        let mut known: BTreeMap<String, String> = BTreeMap::new();
        let mut told = 0;
        for (shown, hashed) in lines(&[]).iter().zip(lines(&["--redact"])) {
            assert_eq!((&shown["check"], &shown["place"]), (&hashed["check"], &hashed["place"]));
            let keys =
                shown["key"].as_object().into_iter().flatten().map(|(name, value)| (value, &hashed["key"][name]));
            for (own, hash) in keys.chain(["stored", "expected"].map(|name| (&shown[name], &hashed[name]))) {
                let (Some(own), Some(hash)) = (own.as_str(), hash.as_str()) else { continue };
                let (own, hash) = (parts(own, &table), parts(hash, &table));
                assert_eq!(own.len(), hash.len(), "{own:?} {hash:?}");
                for (own, hash) in own.into_iter().zip(hash) {
                    let before = known.entry(own.clone()).or_insert_with(|| hash.clone());
                    assert_eq!((*before).as_str(), hash, "{own}");
                    told += 1;
                }
            }
        }
        let all: BTreeSet<&String> = known.values().collect();
        assert_eq!(all.len(), known.len(), "other values have other hashes");
        assert!(told > 2 * all.len() && all.iter().any(|hash| hash.starts_with('~')), "{told} {}", all.len());
        let json = table.audit(&table.lines, &["--redact", "--format", "json"]).stdout;
        assert!(all.iter().filter(|hash| json.contains(**hash)).count() * 2 > all.len());
        for format in FORMATS {
            let own = hashes(&table.audit(&table.lines, &["--redact", "--format", format]).stdout);
            assert!(!own.is_empty() && own.is_subset(&hashes(&json)), "{format}");
        }
    }
}
