//! Exports to S3 on disk: full and incremental, whole and damaged.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use serde_json::{Value, json};

use super::common::{assert_same, run_in};
use super::{Shop, assert_told, count, lines, packed, stale, text, typed, without_source};

fn checksum(bytes: &[u8]) -> String {
    STANDARD.encode(Md5::digest(bytes))
}

/// An export whose data files are these, packed.
struct Dump {
    folder: &'static str,
    kind: &'static str,
    files: Vec<Vec<String>>,
}

const ID: &str = "AWSDynamoDB/01715938200000-abcdef";

impl Dump {
    fn full(files: Vec<Vec<String>>) -> Self {
        let item = |line: &String| json!({ "Item": typed(line) }).to_string();
        let files = files.into_iter().map(|lines| lines.iter().map(item).collect()).collect();
        Self { folder: ID, kind: "FULL_EXPORT", files }
    }

    fn name(at: usize) -> String {
        format!("file{at}.json.gz")
    }

    fn write(&self, shop: &Shop) {
        let mut manifest = String::new();
        for (at, lines) in self.files.iter().enumerate() {
            let bytes = packed(text(lines));
            shop.write(&format!("{}/data/{}", self.folder, Self::name(at)), &bytes);
            let line = json!({
                "itemCount": lines.len(),
                "md5Checksum": checksum(&bytes),
                "etag": "0123456789abcdef-1",
                "dataFileS3Key": format!("{ID}/data/{}", Self::name(at)),
            });
            manifest.push_str(&format!("{line}\n"));
        }
        shop.write(&format!("{}/manifest-files.json", self.folder), &manifest);
        shop.write(&format!("{}/manifest-files.md5", self.folder), checksum(manifest.as_bytes()));
        let items: usize = self.files.iter().map(Vec::len).sum();
        let summary = json!({
            "version": "2020-06-30",
            "exportArn": "arn:aws:dynamodb:eu-west-1:123456789012:table/shop/export/01715938200000-abcdef",
            "tableArn": "arn:aws:dynamodb:eu-west-1:123456789012:table/shop",
            "exportTime": "2024-05-17T09:30:00.000Z",
            "exportToTime": "2024-05-18T09:30:00.000Z",
            "manifestFilesS3Key": format!("{ID}/manifest-files.json"),
            "itemCount": items,
            "outputFormat": "DYNAMODB_JSON",
            "exportType": self.kind,
        });
        shop.write(&format!("{}/manifest-summary.json", self.folder), summary.to_string());
    }
}

/// Four files, of which the second one has the finding `o-second`.
fn four() -> Dump {
    let all = lines();
    let second = all[20..40].iter().cloned().chain([stale("o-second")]).collect();
    Dump::full(vec![all[..20].to_vec(), second, all[40..].to_vec(), Vec::new()])
}

#[test]
fn an_export_is_audited_as_a_file_of_its_items() {
    let shop = Shop::new();
    let all = lines();
    Dump::full(vec![all[..30].to_vec(), all[30..40].to_vec(), all[40..].to_vec()]).write(&shop);
    shop.write("items.jsonl", text(&all));
    let run = shop.audit(&["--export", ID]);
    assert_eq!((run.status, run.stderr.as_str()), (1, ""));
    let report = run.json();
    let source = json!({
        "kind": "export", "name": "shop", "region": "eu-west-1", "exported": "2024-05-17T09:30:00.000Z",
    });
    assert_eq!(report["source"], source);
    assert_eq!(report["coverage"]["complete"], true);
    assert_eq!(report["coverage"]["files"], json!({ "read": 3, "total": 3 }));
    assert_same(&without_source(report), &without_source(shop.audit(&["--items", "items.jsonl"]).json()));
}

#[test]
fn an_export_is_found_in_the_folders_it_is_copied_to() {
    let shop = Shop::new();
    four().write(&shop);
    let summary = format!("{ID}/manifest-summary.json");
    for path in [ID, "AWSDynamoDB", ".", summary.as_str()] {
        let run = shop.audit(&["--export", path]);
        assert_eq!((run.status, run.json()["coverage"]["items"].as_u64()), (1, Some(83)), "{path}: {}", run.stderr);
    }
    // Data files beside the manifests.
    let beside = Shop::new();
    Dump { folder: "copy", ..four() }.write(&beside);
    for at in 0..4 {
        let own = beside.path().join("copy");
        std::fs::rename(own.join("data").join(Dump::name(at)), own.join(Dump::name(at))).unwrap();
    }
    assert_eq!(beside.audit(&["--export", "copy"]).json()["coverage"]["items"], 83);
    Dump { folder: "other", ..four() }.write(&beside);
    let run = beside.audit(&["--export", "."]);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    assert_told(&run, &["there are 2 exports in `.`", "`./copy`, `./other`"]);
    let run = beside.audit(&["--export", "models"]);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    assert_told(&run, &["there is no export in `models`: it has no manifest-summary.json", "--items"]);
    let run = beside.audit(&["--export", "nowhere"]);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    assert_told(&run, &["cannot read `nowhere`"]);
}

#[test]
fn of_a_change_the_new_image_counts() {
    let shop = Shop::new();
    let change = |old: Option<&str>, new: Option<&str>| {
        let keys = old.or(new).map(typed).unwrap();
        let mut change = json!({
            "Metadata": { "WriteTimestampMicros": { "N": "1715938200000000" } },
            "Keys": { "pk": keys["pk"], "sk": keys["sk"] },
        });
        for (name, image) in [("OldImage", old), ("NewImage", new)] {
            if let Some(image) = image {
                change[name] = typed(image);
            }
        }
        change.to_string()
    };
    let all = lines();
    let (bad, sound) = (stale("o-7"), all[0].clone());
    let first = vec![change(None, Some(&sound)), change(Some(&bad), Some(&all[1])), change(Some(&bad), None)];
    let second = vec![change(Some(&all[2]), Some(&bad)), change(Some(&sound), None), String::new()];
    let mut dump = Dump { folder: ID, kind: "INCREMENTAL_EXPORT", files: vec![first, second] };
    dump.files[1].pop();
    dump.write(&shop);
    let run = shop.audit(&["--export", ID]);
    let report = run.json();
    assert_eq!(run.status, 1, "{}", run.stderr);
    assert_eq!((&report["coverage"]["items"], &report["coverage"]["deleted"]), (&json!(3), &json!(2)));
    assert_eq!(report["source"]["exported"], "2024-05-18T09:30:00.000Z");
    assert_eq!(count(&report, "stale-key"), 1);
    assert_eq!(report["summary"], json!({ "errors": 1, "warnings": 0, "infos": 0 }));
    // What is no change is told, and the others count.
    dump.files[0].push(json!({ "Item": typed(&sound) }).to_string());
    dump.files[0].push(change(None, Some(&sound)));
    dump.write(&shop);
    let run = shop.audit(&["--export", ID]);
    assert_eq!((run.status, &run.json()["coverage"]["items"]), (2, &json!(4)));
    assert_told(&run, &["data/file0.json.gz:4:1", "this is no change of an incremental export"]);
}

/// An audit of a damaged export: what is told of the second file, while the others are audited.
fn damaged(damage: impl FnOnce(&Shop, &str), told: &[&str]) -> Value {
    let shop = Shop::new();
    four().write(&shop);
    damage(&shop, &format!("{ID}/data/file1.json.gz"));
    let run = shop.audit(&["--export", ID]);
    assert_eq!(run.status, 2, "{run:?}");
    assert_told(&run, told);
    assert_told(&run, &["data/file1.json.gz"]);
    assert!(!run.stderr.contains("file0") && !run.stderr.contains("file2"), "{}", run.stderr);
    let report = run.json();
    assert_eq!(report["coverage"]["complete"], false);
    assert_eq!(report["coverage"]["reason"], "some of the input could not be read");
    assert_eq!(report["coverage"]["files"], json!({ "read": 3, "total": 4 }));
    // 20 items are in the first file and 42 in the third one.
    assert!(report["coverage"]["items"].as_u64().unwrap() >= 62, "{report}");
    assert!(count(&report, "unclassified-item") == 7 && count(&report, "case-variant-key") == 3);
    report
}

#[test]
fn a_damaged_data_file_is_named_and_the_others_are_audited() {
    let cut = |shop: &Shop, file: &str| {
        let bytes = std::fs::read(shop.path().join(file)).unwrap();
        shop.write(file, &bytes[..bytes.len() - 40]);
    };
    damaged(
        cut,
        &["is not the file that was exported: its MD5 checksum is not the one of the manifest", "aws s3 sync"],
    );
    let swap = |shop: &Shop, file: &str| {
        shop.write(file, packed(text(&[json!({ "Item": typed(&stale("o-other")) }).to_string()])));
    };
    damaged(swap, &["its MD5 checksum is not the one of the manifest"]);
    let empty = |shop: &Shop, file: &str| drop(shop.write(file, ""));
    damaged(empty, &["its MD5 checksum is not the one of the manifest"]);
    let garbage = |shop: &Shop, file: &str| drop(shop.write(file, b"\x1f\x8b\x08 no gzip at all"));
    damaged(garbage, &[]);
}

/// The manifest with another line for the second file.
fn with_manifest(shop: &Shop, change: impl Fn(&mut Value)) {
    let name = format!("{ID}/manifest-files.json");
    let mut all: Vec<Value> = shop.read(&name).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    change(&mut all[1]);
    let lines: Vec<String> = all.iter().map(Value::to_string).collect();
    shop.write(&name, text(&lines));
    shop.write(&format!("{ID}/manifest-files.md5"), checksum(text(&lines).as_bytes()));
}

#[test]
fn a_data_file_of_which_no_checksum_is_known_is_read_to_its_end() {
    let no_checksum = |shop: &Shop| with_manifest(shop, |file| file["md5Checksum"] = Value::Null);
    let cut = |shop: &Shop, file: &str| {
        no_checksum(shop);
        let bytes = std::fs::read(shop.path().join(file)).unwrap();
        shop.write(file, &bytes[..bytes.len() - 40]);
    };
    let report = damaged(cut, &["is cut short: the packed file ends in its middle", "copy the file again"]);
    assert!(report["coverage"]["items"].as_u64().unwrap() > 62, "whole lines before the cut count: {report}");
    let fewer = |shop: &Shop, _: &str| with_manifest(shop, |file| file["itemCount"] = json!(22));
    let report = damaged(fewer, &["holds 21 items, and the manifest says that it has 22"]);
    assert_eq!(report["coverage"]["items"], 83);
    let broken = |shop: &Shop, file: &str| {
        no_checksum(shop);
        let mut lines: Vec<String> = four().files[1].clone();
        lines[0] = "{\"Item\":{\"pk\":{\"S\":\"user#x\"}".to_owned();
        lines[7] = "{\"Item\":{\"pk\":{\"N\":\"twelve\"}}}".to_owned();
        shop.write(file, packed(text(&lines)));
    };
    let report = damaged(broken, &["file1.json.gz:1:1", "1 more line of the file cannot be read either"]);
    assert_eq!(report["coverage"]["items"], 81, "a broken line, the first one as well, hides no other: {report}");
}

#[test]
fn a_missing_data_file_is_told_before_the_audit_begins() {
    let shop = Shop::new();
    four().write(&shop);
    std::fs::remove_file(shop.path().join(ID).join("data/file1.json.gz")).unwrap();
    let run = shop.audit(&["--export", ID]);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    assert_told(&run, &["the export lacks a data file of its manifest", "data/file1.json.gz`", "aws s3 sync"]);
    std::fs::remove_file(shop.path().join(ID).join("data/file2.json.gz")).unwrap();
    assert_told(&shop.audit(&["--export", ID]), &["data/file1.json.gz` and 1 more"]);
}

#[test]
fn a_damaged_manifest_is_named() {
    let damage = |name: &str, bytes: &str, told: &[&str]| {
        let shop = Shop::new();
        four().write(&shop);
        shop.write(&format!("{ID}/{name}"), bytes);
        let run = shop.audit(&["--export", ID]);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{run:?}");
        assert_told(&run, told);
    };
    damage("manifest-files.json", "{}\n", &["manifest-files.json` is not the file of its checksum"]);
    damage(
        "manifest-summary.json",
        "{\"itemCount\": ",
        &["manifest-summary.json:1:", "this is not the manifest of an export"],
    );
    let ion = "{\"outputFormat\": \"ION\"}";
    damage("manifest-summary.json", ion, &["is in the format ION", "--export-format DYNAMODB_JSON"]);
    let shop = Shop::new();
    four().write(&shop);
    with_manifest(&shop, |file| drop(file.as_object_mut().unwrap().remove("dataFileS3Key")));
    assert_told(&shop.audit(&["--export", ID]), &["manifest-files.json:2:", "this is not the line of a data file"]);
    with_manifest(&shop, |file| *file = json!({ "dataFileS3Key": "x", "md5Checksum": "abc" }));
    assert_told(&shop.audit(&["--export", ID]), &["manifest-files.json:2:1", "`abc` is no MD5 checksum in base64"]);
}

#[test]
fn an_empty_export_is_no_failure() {
    let shop = Shop::new();
    Dump::full(vec![Vec::new(), Vec::new()]).write(&shop);
    let run = run_in(shop.path(), &["audit", "--export", "."]);
    assert_eq!((run.status, run.stderr.as_str()), (0, "note: the export holds no item\n"));
    assert!(run.stdout.contains("0 items, 0 B, 2 files"), "{}", run.stdout);
}

/// Writes the manifest of files with other lines, and its checksum.
fn rewrite_manifest(shop: &Shop, change: impl Fn(Vec<String>) -> Vec<String>) {
    let path = format!("{ID}/manifest-files.json");
    let held = std::fs::read_to_string(shop.path().join(&path)).unwrap();
    let lines = change(held.lines().map(str::to_owned).collect());
    let manifest: String = lines.iter().map(|line| format!("{line}\n")).collect();
    shop.write(&path, &manifest);
    shop.write(&format!("{ID}/manifest-files.md5"), checksum(manifest.as_bytes()));
}

#[test]
fn a_manifest_that_lacks_lines_is_no_complete_export() {
    for kept in [3, 1, 0] {
        let shop = Shop::new();
        four().write(&shop);
        rewrite_manifest(&shop, |lines| lines[..kept].to_vec());
        let run = shop.audit(&["--export", ID]);
        // The fourth file is empty: nothing is missing without it.
        if kept == 3 {
            assert_eq!((run.status, run.json()["coverage"]["complete"].as_bool()), (1, Some(true)), "{run:?}");
            continue;
        }
        let sum = if kept == 1 { 20 } else { 0 };
        let said = format!("`itemCount` of manifest-summary.json is 83, and the {kept} data file");
        assert_eq!(run.status, 2, "{run:?}");
        assert_told(&run, &[&said, &format!(" {sum}: the export in `{ID}` is not whole"), "aws s3 sync"]);
        let coverage = &run.json()["coverage"];
        assert_eq!((coverage["complete"].as_bool(), coverage["items"].as_u64()), (Some(false), Some(sum)));
        assert!(coverage["reason"].as_str().unwrap().starts_with(&said));
        let human = run_in(shop.path(), &["audit", "models", "--export", ID]);
        assert!(human.status == 2 && human.stdout.contains("not everything was read"), "{human:?}");
        let part = run_in(shop.path(), &["audit", "models", "--export", ID, "--partial", "part.json"]);
        assert_eq!(part.status, 2);
        assert_eq!(run_in(shop.path(), &["merge", "part.json", "--fail-on", "never"]).status, 2);
    }
}

#[test]
fn items_are_counted_where_the_manifest_does_not_say_how_many_a_file_has() {
    let shop = Shop::new();
    four().write(&shop);
    let without = |line: String| {
        let mut line: Value = serde_json::from_str(&line).unwrap();
        line.as_object_mut().unwrap().remove("itemCount");
        line.to_string()
    };
    rewrite_manifest(&shop, |lines| lines.into_iter().map(without).collect());
    assert_eq!(shop.audit(&["--export", ID]).json()["coverage"]["complete"], true);
    rewrite_manifest(&shop, |lines| lines[1..].to_vec());
    let run = shop.audit(&["--export", ID]);
    assert_eq!((run.status, run.json()["coverage"]["complete"].as_bool()), (2, Some(false)));
    assert_told(&run, &["`itemCount` of manifest-summary.json is 83, and 63 items were read"]);
}

#[test]
fn a_data_file_that_is_named_twice_is_an_error() {
    let shop = Shop::new();
    four().write(&shop);
    // By its own name, by another folder of the bucket, and by a link.
    for twice in [
        |lines: Vec<String>| [&lines[..], &lines[..1]].concat(),
        |lines: Vec<String>| [&lines[..4], &[lines[0].replace("/data/", "/other/")]].concat(),
        |lines: Vec<String>| [&lines[..4], &[lines[0].replace("file0", "file9")]].concat(),
    ] {
        rewrite_manifest(&shop, twice);
        #[cfg(unix)]
        let _ = std::os::unix::fs::symlink(Dump::name(0), shop.path().join(ID).join("data").join(Dump::name(9)));
        let run = shop.audit(&["--export", ID]);
        if cfg!(unix) {
            assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{run:?}");
            assert_told(&run, &["manifest-files.json:5:1", "twice: line 1 does, too"]);
        }
    }
}
