//! An audit of a generated export finds every planted defect and no other.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../benches/audit/generate/mod.rs"]
mod generate;

#[path = "../benches/audit/check.rs"]
mod truth;

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dynkeys::audit::files::{FileJob, FilesAudited, Progress, audit_files};
use dynkeys::audit::{Auditor, Catalog, Defect, Options, State};
use dynkeys::key::Engine;
use dynkeys::model::load;
use dynkeys::report::{Audited, Coverage, Levels, PART_VERSION, Part, Pieces, Source};
use dynkeys::source::export::{Export, ExportFile};
use dynkeys::source::raw::LineFormat;
use dynkeys::text::SourceFile;

use serde_json::Value;

use common::assert_same;
use generate::{Content, Request, Truth};

const MODELS: [&str; 5] = ["event", "order", "order-line", "product", "user"];

fn engines() -> Vec<Engine> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/audit/models");
    let engine = |name: &&str| {
        let text = std::fs::read_to_string(folder.join(format!("{name}.toml"))).unwrap();
        let model = load(&SourceFile::new(format!("{name}.toml"), text)).unwrap();
        let dialect = model.dialect.as_ref().unwrap().value.clone();
        Engine::new(Arc::new(model), dialect)
    };
    MODELS.iter().map(engine).collect()
}

fn request(folder: &Path) -> Request<'_> {
    Request { content: Content::Shop, items: 10_000, files: 4, defects: 0.05, seed: 7, folder, plain: false }
}

fn export_jobs(folder: &Path) -> Vec<FileJob> {
    let export = Export::open(folder).unwrap();
    assert_eq!(export.items, Some(10_000));
    export.files.into_iter().map(export_job).collect()
}

fn export_job(file: ExportFile) -> FileJob {
    FileJob {
        name: file.path.display().to_string(),
        path: file.path,
        format: LineFormat::Items,
        is_lines: true,
        md5: file.md5,
        items: file.items,
    }
}

fn plain_jobs(folder: &Path) -> Vec<FileJob> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    paths.sort();
    let job = |path: PathBuf| FileJob {
        name: path.display().to_string(),
        path,
        format: LineFormat::Items,
        is_lines: false,
        md5: None,
        items: None,
    };
    paths.into_iter().map(job).collect()
}

fn audit(auditor: &Auditor, jobs: &[FileJob], threads: usize) -> State {
    let FilesAudited { state, errors, .. } = audit_files(auditor, jobs, threads, &Progress::default(), None);
    assert!(errors.is_empty(), "{errors:?}");
    state
}

/// Counts as check, entity, index and attribute.
type Counts = BTreeMap<(String, String, String, String), u64>;

fn wanted(truth: &Truth, duplicates: bool) -> Counts {
    let own = |text: &&str| (*text).to_owned();
    let counts = truth.checks.iter().map(|((check, entity, index, attribute), count)| {
        let one_entity = !matches!(*check, "duplicate-primary-key" | "item-near-limit");
        let entity = if one_entity { own(entity) } else { String::new() };
        ((own(check), entity, own(index), own(attribute)), *count)
    });
    counts.filter(|((check, ..), _)| duplicates || check != "duplicate-primary-key").collect()
}

fn found(auditor: &Auditor, state: &State) -> Counts {
    let mut counts = Counts::new();
    // What some items lack others store here: then it is what it looks like.
    let unstored = state.unstored.iter().map(|(unstored, tally)| (&unstored.subject, tally));
    for (subject, tally) in state.tallies.iter().chain(unstored) {
        let entity = subject.entity.map(|at| auditor.engines()[usize::from(at)].model().entity.value.clone());
        let index = subject.index.map(|at| auditor.indexes()[usize::from(at)].name.clone());
        let attribute = subject.attribute.map(|at| auditor.names().name(usize::from(at)).to_owned());
        let key = (
            subject.defect.name().to_owned(),
            entity.unwrap_or_default(),
            index.unwrap_or_default(),
            attribute.unwrap_or_default(),
        );
        *counts.entry(key).or_default() += tally.count;
        assert!(!tally.examples.is_empty());
    }
    let unclassified = (Defect::UnclassifiedItem.name().to_owned(), String::new(), String::new(), String::new());
    counts.insert(unclassified, state.shapes.count());
    counts
}

/// What was seen of the parts of a key: the counts of all but the most frequent group.
fn rare(
    catalog: &Catalog,
    state: &State,
    entity: &str,
    key: &str,
    field: &str,
) -> (BTreeMap<usize, u64>, BTreeMap<String, u64>) {
    let is_it = |part: &dynkeys::audit::CatalogPart| {
        let (own, attribute) = (&catalog.entities[part.entity].name, &catalog.attributes[part.attribute]);
        own == entity && attribute == key && part.field == field
    };
    let at = catalog.parts.iter().position(is_it).unwrap_or_else(|| panic!("no part {entity} {key} {field}"));
    let seen = &state.seen[at];
    let widths: Vec<(usize, u64)> = seen.widths.iter().map(|group| group.count).enumerate().collect();
    let formats = seen.formats.iter().map(|(format, group)| (format.class(None).to_string(), group.count)).collect();
    (rarer(widths), rarer(formats))
}

/// All but the most frequent.
fn rarer<K: Ord>(groups: Vec<(K, u64)>) -> BTreeMap<K, u64> {
    let most = groups.iter().map(|(_, count)| *count).max().unwrap_or_default();
    groups.into_iter().filter(|(_, count)| *count > 0 && *count < most).collect()
}

fn check(auditor: &Auditor, state: &State, truth: &Truth, duplicates: bool) {
    assert_eq!(found(auditor, state), wanted(truth, duplicates));
    assert_eq!((state.items, state.bytes), (truth.items, truth.bytes));
    for (engine, count) in auditor.engines().iter().zip(&state.entities) {
        let entity = engine.model().entity.value.as_str();
        assert_eq!(*count, truth.entities[entity], "{entity}");
    }
    let shapes: BTreeMap<&str, u64> =
        state.shapes.groups().into_iter().map(|(shape, tally)| (shape, tally.count)).collect();
    assert_eq!(shapes, truth.shapes);
    let catalog = Catalog::new(auditor);
    let (widths, _) = rare(&catalog, state, "OrderLine", "lsi1_sk", "amount_cents");
    assert_eq!(widths, truth.widths);
    let (_, formats) = rare(&catalog, state, "Event", "gsi1_sk", "at");
    let formats: BTreeMap<&str, u64> = formats.iter().map(|(format, count)| (format.as_str(), *count)).collect();
    assert_eq!(formats, truth.formats);
    // Every other part is of one width and one format.
    for (part, seen) in catalog.parts.iter().zip(&state.seen) {
        let widths = seen.widths.iter().filter(|group| group.count > 0).count();
        let formats = seen.formats.len();
        let attribute = &catalog.attributes[part.attribute];
        let is_planted = attribute == "lsi1_sk" || (attribute == "gsi1_sk" && part.field == "at");
        assert!(is_planted || widths + formats <= 1, "{part:?} {seen:?}");
    }
    let index = auditor.indexes().iter().position(|index| index.name == "gsi1").unwrap();
    let partitions = &state.partitions[index];
    let (by_items, by_bytes) = partitions.largest(2);
    for largest in [&by_items, &by_bytes] {
        assert_eq!(largest[0].key, "product#P-00000001");
        assert!(largest[0].items.abs_diff(truth.hot_items) <= partitions.error(), "{largest:?} {}", truth.hot_items);
        assert!(largest.get(1).is_none_or(|next| next.items * 10 < largest[0].items), "{largest:?}");
    }
}

/// The report: it does not depend on how the items were parted nor on their order.
fn report(auditor: &Auditor, state: State) -> Value {
    let part = Part {
        dynkeys_part: PART_VERSION,
        source: Source::default(),
        coverage: Coverage { complete: true, ..Coverage::default() },
        pieces: Pieces::Files(Vec::new()),
        described: None,
        catalog: Catalog::new(auditor),
        state,
        sampled: BTreeMap::new(),
        written: None,
    };
    // What a file keeps of it is all of it.
    let kept = Part::from_json("part.json", &part.to_json().unwrap()).unwrap();
    let report = serde_json::to_value(Audited::new(&part, &Levels::default(), false)).unwrap();
    assert_same(&serde_json::to_value(Audited::new(&kept, &Levels::default(), false)).unwrap(), &report);
    report
}

#[test]
fn an_audit_finds_every_planted_defect_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let truth = generate::generate(&request(folder.path()), 2).unwrap();
    let planted: Vec<(&str, u64)> =
        Defect::ALL.iter().map(|defect| (defect.name(), truth.count(defect.name()))).collect();
    for (check, count) in planted {
        let is_of_parts = matches!(
            check,
            "mis-sorted-number" | "mixed-time-formats" | "unsortable-time" | "hot-partition" | "large-collection"
        );
        // These are of models that the planted tables do not have.
        let is_elsewhere = matches!(check, "field-not-stored" | "lossy-coercion" | "ttl-not-epoch-seconds");
        assert!(count >= 5 || is_of_parts || is_elsewhere, "{check}: {count}");
    }
    assert!(truth.widths.len() == 2 && truth.formats.len() == 2 && truth.shapes.len() == 4);
    let saved = std::fs::read_to_string(folder.path().join("truth.json")).unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&saved).unwrap(), truth.to_json());

    let jobs = export_jobs(folder.path());
    let auditor = Auditor::new(engines(), Options::default());
    let state = audit(&auditor, &jobs, 1);
    check(&auditor, &state, &truth, false);
    let several = audit(&auditor, &jobs, 3);
    check(&auditor, &several, &truth, false);

    // One after the other, whatever their order.
    let mut backwards = jobs.clone();
    backwards.reverse();
    let backwards = audit(&auditor, &backwards, 1);
    check(&auditor, &backwards, &truth, false);
    let whole = report(&auditor, state);
    assert_same(&report(&auditor, several), &whole);
    assert_same(&report(&auditor, backwards), &whole);
    // However the files are parted.
    for parts in [vec![vec![0], vec![1], vec![2], vec![3]], vec![vec![2, 0], vec![3, 1]], vec![vec![1], vec![3, 0, 2]]]
    {
        let mut merged: Option<State> = None;
        for part in parts {
            let own: Vec<FileJob> = part.into_iter().map(|at: usize| jobs[at].clone()).collect();
            let state = audit(&auditor, &own, 1);
            match &mut merged {
                None => merged = Some(state),
                Some(merged) => merged.merge(state, auditor.options().examples),
            }
        }
        assert_same(&report(&auditor, merged.unwrap()), &whole);
    }

    let auditor = Auditor::new(engines(), Options { duplicates: true, ..Options::default() });
    check(&auditor, &audit(&auditor, &jobs, 2), &truth, true);
}

#[test]
fn plain_lines_and_packed_ones_hold_the_same() {
    let (packed, plain) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let truth = generate::generate(&request(packed.path()), 1).unwrap();
    let again = generate::generate(&Request { plain: true, ..request(plain.path()) }, 2).unwrap();
    assert_eq!(truth.to_json(), again.to_json());
    let auditor = Auditor::new(engines(), Options::default());
    let state = audit(&auditor, &plain_jobs(plain.path()), 2);
    check(&auditor, &state, &truth, false);
    // The files are the same on every run.
    let other = tempfile::tempdir().unwrap();
    generate::generate(&request(other.path()), 2).unwrap();
    for (one, two) in export_jobs(packed.path()).iter().zip(export_jobs(other.path())) {
        assert_eq!(one.path.file_name(), two.path.file_name());
        assert_eq!(one.md5, two.md5);
        assert!(std::fs::read(&one.path).unwrap() == std::fs::read(&two.path).unwrap());
    }
}

/// The same as somebody who runs the tool sees it.
#[test]
fn the_report_has_every_planted_defect_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let truth = generate::generate(&request(folder.path()), 2).unwrap();
    let export = folder.path().to_str().unwrap();
    let audit = |more: &[&str]| {
        let models = "benches/audit/models";
        let arguments = ["audit", models, "--export", export, "--format", "json", "--fail-on", "never"];
        let run = common::run(&[&arguments[..], more].concat());
        assert_eq!(run.status, 0, "{run:?}");
        run.json()
    };
    for more in [&["--threads", "2"][..], &["--threads", "1", "--check", "duplicate-primary-key"]] {
        let report = audit(more);
        assert_eq!(truth::differences(&report, &truth.to_json()), Vec::<String>::new());
        // Another truth is told from this one.
        let mut other = truth.clone();
        *other.checks.values_mut().next().unwrap() += 1;
        *other.shapes.values_mut().next().unwrap() += 1;
        *other.widths.values_mut().next().unwrap() += 1;
        *other.formats.values_mut().next().unwrap() += 1;
        other.hot_items += other.items;
        other.checks.remove(&("stale-key", "User", "gsi1", "gsi1_pk"));
        let differences = truth::differences(&report, &other.to_json());
        for check in ["stale-key", "shapes", "mis-sorted-number", "mixed-time-formats", "hot-partition"] {
            assert!(differences.iter().any(|line| line.starts_with(check)), "{check}: {differences:?}");
        }
    }
}

/// What strains the memory of an audit is still counted right.
#[test]
fn shapes_and_partitions_without_end_are_counted() {
    let audited = |content| {
        let folder = tempfile::tempdir().unwrap();
        let wanted = Request { content, items: 9_000, files: 3, defects: 0.0, ..request(folder.path()) };
        let truth = generate::generate(&wanted, 2).unwrap();
        let auditor = Auditor::new(engines(), Options::default());
        let jobs: Vec<FileJob> = Export::open(folder.path()).unwrap().files.into_iter().map(export_job).collect();
        let report = report(&auditor, audit(&auditor, &jobs, 2));
        assert_eq!(report["coverage"]["items"], truth.items);
        assert_eq!(report["coverage"]["bytes"], truth.bytes);
        report
    };
    let unclassified = &audited(Content::Shapes)["checks"]["unclassified-item"];
    assert_eq!(unclassified["count"], 9_000);
    assert_eq!(unclassified["groups"].as_array().unwrap().len(), 1, "{unclassified}");
    let report = audited(Content::Partitions);
    assert_eq!(report["summary"], serde_json::json!({ "errors": 0, "warnings": 0, "infos": 0 }));
    for index in ["primary", "gsi1"] {
        let partitions = &report["indexes"][index]["partitions"];
        let count = partitions["count"].as_u64().unwrap();
        assert!(partitions["exact"] == false && count.abs_diff(9_000) < 9_000 / 20, "{index}: {partitions}");
    }
}
