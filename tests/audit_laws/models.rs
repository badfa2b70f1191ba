//! Tables of models: those of the repository, and some that are hard to audit.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dynkeys::model::{Model, load};
use dynkeys::text::SourceFile;

/// Models in which everything is that the others lack: cases, defaults, templates without a prefix, capitals, numbers,
/// several attributes to a key, one attribute in two indexes, a key that is a field.
const ODD: [&str; 4] = [
    r#"
entity = "Thing"
[attributes]
a = "any"
b = "any"
c = { type = "string", default = "" }
d = { type = "integer", default = 7 }
[indexes.primary]
partition_key = { attribute = "pk", build_key = [["Thing", "{a}"], ["B", "{b or 'x'}"], ["", "{c}"], ["d", "v-{d}"]] }
sort_key = { attribute = "sk", template = "A#{a}#{b or ''}{c|str|upper}" }
[indexes.gsi1]
partition_key = { attribute = "gsi1_pk", cases = [{ when = "a", build_key = [["{c}", "{a}"], ["last", "{b}"]] }, { value = "{b}" }] }
sort_key = { attribute = "gsi1_sk", build_key = [["things", ""], ["{a == b}", "{a if b else none}"]], eager = true }
"#,
    r#"
entity = "Sensor"
[attributes]
id = { type = "string", required = true }
at = { type = "integer", required = true }
day = "string"
note = "string"
level = { type = "float", default = 0.5 }
[indexes.primary]
partition_key = { attribute = "pk", template = "SENSOR|{id}" }
sort_key = { attribute = "sk", template = "{day or ''}|{at}" }
[indexes.gsi1]
sparse = true
partition_key = { attribute = "gsi1_pk", template = "day|{day}" }
sort_key = { attribute = "gsi1_sk", template = "note|{note}" }
[indexes.gsi2]
partition_key = { attribute = "id", value = "{id}" }
sort_key = { attribute = "at", type = "N", value = "{at}" }
[indexes.lsi1]
kind = "lsi"
sort_key = { attribute = "lsi1_sk", template = "{level}" }
"#,
    r#"
entity = "Reading"
[attributes]
id = { type = "string", required = true }
at = { type = "integer", required = true }
[indexes.primary]
partition_key = { attribute = "pk", template = "SENSOR|{id}" }
sort_key = { attribute = "sk", template = "reading|{at|zfill(5)}" }
[indexes.gsi1]
partition_key = { attribute = "gsi1_pk", template = "day|{at}" }
sort_key = { attribute = "gsi1_sk", template = "note|{id|upper}" }
[indexes.gsi3]
partition_key = { attribute = "gsi1_sk", template = "note|{id|upper}" }
"#,
    r#"
entity = "Plain"
[attributes]
id = { type = "string", required = true }
name = "string"
size = "integer"
[indexes.primary]
partition_key = { attribute = "pk", build_key = [["Plain", "{id}"]] }
sort_key = { attribute = "sk", build_key = [["Size", "{size}"], ["Name", "{name or ''}"]] }
[indexes.gsi4]
partition_key = { attribute = "name", value = "{name}" }
sort_key = { attribute = "gsi4_sk", build_key = [["size", "{size|zfill(3)}"]] }
"#,
];

/// Models that are told apart by their keys, with what the short way may well mistake: capitals, defaults, words for
/// what is not set, numbers, several attributes to a key, keys that are fields.
const APART: [&str; 3] = [
    r#"
entity = "Sensor"
[attributes]
serial = { type = "string", required = true }
at = { type = "integer", required = true }
day = { type = "string", default = "Monday" }
note = "string"
room = "any"
[indexes.primary]
partition_key = { attribute = "pk", template = "SENSOR#{serial}" }
sort_key = { attribute = "sk", template = "at#{at}" }
[indexes.gsi1]
partition_key = { attribute = "gsi1_pk", template = "day|{day}" }
sort_key = { attribute = "gsi1_sk", template = "{note or 'None'}|{room}" }
[indexes.gsi2]
partition_key = { attribute = "serial", value = "{serial}" }
sort_key = { attribute = "at", type = "N", value = "{at}" }
[indexes.lsi1]
kind = "lsi"
sort_key = { attribute = "lsi1_sk", build_key = [["Room", "{room}"], ["", "{at}"], ["end", ""]] }
"#,
    r#"
entity = "Room"
[attributes]
id = { type = "string", required = true }
name = "string"
floor = "integer"
day = "datetime"
ttl = "any"
[indexes.primary]
partition_key = { attribute = "pk", build_key = [["Room", "{id}"]] }
sort_key = { attribute = "sk", build_key = [["Room", "{id}"], ["floor", "{floor}"]] }
[indexes.gsi1]
sparse = true
partition_key = { attribute = "gsi1_pk", build_key = [["name", "{name}"]] }
sort_key = { attribute = "gsi1_sk", build_key = [["day", "{day}"]] }
[indexes.gsi3]
partition_key = [{ attribute = "gsi3_a", value = "{name}" }, { attribute = "gsi3_b", type = "N", value = "{floor}" }]
sort_key = { attribute = "gsi3_sk", value = "{day}" }
"#,
    r#"
entity = "Door"
[attributes]
id = { type = "integer", required = true }
code = { type = "string", default = "" }
open = "boolean"
[indexes.primary]
partition_key = { attribute = "pk", build_key = [["door", "{id}"]] }
sort_key = { attribute = "sk", template = "{code}{id}" }
[indexes.gsi5]
partition_key = { attribute = "gsi5_pk", build_key = [["NAME", "{code or ''}"]] }
"#,
];

/// Beside those above: its keys are fields of theirs, and it has their index in its own way.
const SHARING: &str = r#"
entity = "Hall"
[attributes]
id = "string"
floor = "integer"
day = "string"
[indexes.primary]
partition_key = { attribute = "pk", build_key = [["hall", "{id}"]] }
sort_key = { attribute = "sk", build_key = [["hall", "{id}"]] }
[indexes.gsi1]
partition_key = { attribute = "gsi1_pk", build_key = [["hall", "{day}"]] }
[indexes.gsi6]
partition_key = { attribute = "floor", type = "N", value = "{floor}" }
sort_key = { attribute = "day", value = "{day}" }
"#;

/// Models that only their values tell apart: patterns, lists, numbers, and delimiters of every kind in keys.
const TOLD: [&str; 6] = [
    r#"
entity = "Note"
[attributes]
id = { type = "string", required = true, pattern = "[0-9]+|v|a#b" }
name = "string"
[indexes.primary]
partition_key = { attribute = "pk", build_key = [["k", "{name}"]] }
sort_key = { attribute = "sk", build_key = [["n", "{id}"]] }
[indexes.gsi1]
partition_key = { attribute = "gsi1_pk", template = "{name}" }
"#,
    r#"
entity = "Last"
[attributes]
name = "string"
[indexes.primary]
partition_key = { attribute = "pk", build_key = [["k", "{name}"]] }
sort_key = { attribute = "sk", template = "n#Smith" }
"#,
    r#"
entity = "State"
[attributes]
name = "string"
state = { type = "string", required = true, enum = ["none", "STREET", "open"] }
[indexes.primary]
partition_key = { attribute = "pk", build_key = [["k", "{name}"]] }
sort_key = { attribute = "sk", build_key = [["n", "{state}"]] }
[indexes.gsi1]
partition_key = { attribute = "gsi1_pk", template = "state|{state}" }
"#,
    r#"
entity = "Path"
[attributes]
name = "string"
a = "any"
[indexes.primary]
partition_key = { attribute = "pk", template = "{name}" }
sort_key = { attribute = "sk", template = "p|{a}" }
"#,
    r#"
entity = "Step"
[attributes]
name = "string"
a = "any"
b = { type = "integer", required = true }
[indexes.primary]
partition_key = { attribute = "pk", template = "{name}" }
sort_key = { attribute = "sk", template = "p|{a}|{b}" }
"#,
    r#"
entity = "Leap"
[attributes]
name = "string"
a = "any"
b = { type = "string", pattern = ".+" }
[indexes.primary]
partition_key = { attribute = "pk", template = "{name}" }
sort_key = { attribute = "sk", template = "p::{a}::{b}" }
"#,
];

fn in_folder(folder: &str) -> Vec<Arc<Model>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    let model = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        Arc::new(load(&SourceFile::new(path.display().to_string(), text)).unwrap())
    };
    paths.into_iter().map(model).collect()
}

/// The first ones have a short way.
pub const TABLES: [&str; 7] =
    ["models", "fixtures/audit/shop/models", "benches/audit/models", "apart", "sharing", "odd", "told"];

pub fn models(table: &str) -> Vec<Arc<Model>> {
    let model = |text: &&str| {
        let loaded = load(&SourceFile::new("model.toml", *text));
        Arc::new(loaded.unwrap_or_else(|problems| panic!("{problems:?}")))
    };
    match table {
        "apart" => APART.iter().map(model).collect(),
        "sharing" => APART.iter().chain([&SHARING]).map(model).collect(),
        "told" => TOLD.iter().map(model).collect(),
        "odd" => ODD.iter().map(model).collect(),
        folder => in_folder(folder),
    }
}
