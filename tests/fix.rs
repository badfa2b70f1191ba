//! `lint --fix` and `--diff` as processes: what changes, what does not, and what is said of it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::{Run, run_in};
use dynkeys::rules::{Group, RULES};
use tempfile::TempDir;

/// One sure slip, one guess, two fixes in one line, letters outside ASCII, comments and an odd layout.
const MODEL: &str = "\
# Users, né 😀
entity  = \"User\"   # odd   layout

[attributes]
id         = { type = \"string\", required = true }  # the id
first_name = \"string\"
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"usér😀\", \"{frist_name}\"], [\"n\", \"{first_nam or ''}\"]] } # two
sort_key = { attribute = \"sk\", template = 'né#{ud}' } # a guess
";
const SAFE: [(&str, &str); 2] = [("{frist_name}", "{first_name}"), ("{first_nam or", "{first_name or")];
const GUESS: (&str, &str) = ("{ud}", "{id}");

fn replaced(text: &str, all: &[(&str, &str)]) -> String {
    all.iter().fold(text.to_owned(), |text, (old, new)| text.replace(old, new))
}

/// A folder with these files. Without a configuration of its own only the rules whose fixes are the subject are on,
/// whatever others find in the models.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let kept = ["missing-primary", "index-attribute-reused", "unknown-field"];
    let off = RULES.iter().filter(|rule| rule.is_about_designs() && !kept.contains(&rule.name));
    let off = off.filter(|rule| rule.group != Group::Housekeeping);
    let off: String = off.map(|rule| format!("{} = \"off\"\n", rule.name)).collect();
    fs::write(folder.path().join("dynkeys.toml"), format!("[rules]\n{off}")).unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn lint(folder: &Path, more: &[&str]) -> Run {
    let mut arguments = vec!["lint", "--format", "json"];
    arguments.extend(more);
    run_in(folder, &arguments)
}

fn read(folder: &TempDir, name: &str) -> String {
    String::from_utf8(fs::read(folder.path().join(name)).unwrap()).unwrap()
}

#[test]
fn safe_fixes_are_applied_and_guesses_wait_for_a_word() {
    let folder = folder(&[("models/user.toml", MODEL)]);
    let run = lint(folder.path(), &["--fix"]);
    let safe = replaced(MODEL, &SAFE);
    assert_eq!(read(&folder, "models/user.toml"), safe);
    assert_eq!(run.stderr, "fixed 2 findings in 1 file (1 more with --unsafe)\n");
    // The guess remains as a finding, and makes the exit status.
    assert_eq!((run.status, run.json()["summary"]["errors"].as_u64()), (1, Some(1)), "{run:?}");
    assert_eq!(run.json()["findings"][0]["fix"]["safe"], false);

    let run = lint(folder.path(), &["--fix", "--unsafe"]);
    assert_eq!(read(&folder, "models/user.toml"), replaced(&safe, &[GUESS]));
    assert_eq!((run.status, run.stderr.as_str()), (0, "fixed 1 finding in 1 file\n"), "{run:?}");
    assert_eq!(run.json()["summary"]["models"], 1);
}

#[test]
fn a_second_run_changes_nothing() {
    let folder = folder(&[("models/user.toml", MODEL)]);
    lint(folder.path(), &["--fix", "--unsafe"]);
    let file = folder.path().join("models/user.toml");
    let (text, written) = (fs::read(&file).unwrap(), fs::metadata(&file).unwrap().modified().unwrap());
    let run = lint(folder.path(), &["--fix", "--unsafe"]);
    assert_eq!((run.status, run.stderr.as_str()), (0, "nothing to fix\n"));
    assert_eq!((fs::read(&file).unwrap(), fs::metadata(&file).unwrap().modified().unwrap()), (text, written));
    let left: Vec<_> = fs::read_dir(file.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["user.toml"], "nothing is left behind");
}

#[test]
fn a_diff_is_a_patch_and_changes_nothing() {
    for text in [MODEL.to_owned(), MODEL.trim_end().to_owned(), MODEL.replace('\n', "\r\n"), format!("\u{feff}{MODEL}")]
    {
        let name = "my models/user é.toml";
        let folder =
            folder(&[(name, &text), ("dynkeys.toml", "models = [\"my models\"]\n[rules]\nemtpy-key = \"off\"\n")]);
        let run = run_in(folder.path(), &["lint", "--diff", "--unsafe"]);
        assert_eq!((run.status, run.stderr.as_str()), (1, "would fix 4 findings in 2 files\n"), "{run:?}");
        assert_eq!(read(&folder, name), text);
        assert_eq!(run_in(folder.path(), &["lint", "--fix", "--diff", "--unsafe"]).stdout, run.stdout);

        let patch = folder.path().join("fixes.patch");
        fs::write(&patch, &run.stdout).unwrap();
        let apply = Command::new("git")
            .args(["apply", "--whitespace=nowarn", "fixes.patch"])
            .current_dir(folder.path())
            .env("GIT_CEILING_DIRECTORIES", folder.path().parent().unwrap())
            .output();
        // A machine without git has the other checks.
        let Ok(apply) = apply else { continue };
        assert!(apply.status.success(), "{apply:?}\n{}", run.stdout);
        let patched = (read(&folder, name), read(&folder, "dynkeys.toml"));
        fs::write(folder.path().join(name), &text).unwrap();
        fs::write(folder.path().join("dynkeys.toml"), patched.1.replace("empty", "emtpy")).unwrap();
        lint(folder.path(), &["--fix", "--unsafe"]);
        assert_eq!((read(&folder, name), read(&folder, "dynkeys.toml")), patched);
        assert_eq!(patched.0, replaced(&replaced(&text, &SAFE), &[GUESS]));
    }
}

#[test]
fn the_status_of_a_diff_says_whether_there_is_one() {
    let folder = folder(&[("models/user.toml", MODEL)]);
    assert_eq!(lint(folder.path(), &["--diff"]).status, 1);
    assert_eq!(lint(folder.path(), &["--diff", "--fail-on", "never"]).status, 0);
    lint(folder.path(), &["--fix"]);
    // A finding is left, but nothing that would be changed.
    let run = lint(folder.path(), &["--diff"]);
    assert_eq!((run.status, run.stdout.as_str()), (0, ""), "{run:?}");
    assert_eq!(run.stderr, "nothing to fix (1 more with --unsafe)\n");
}

#[test]
fn unsafe_alone_is_a_slip() {
    let folder = folder(&[("models/user.toml", MODEL)]);
    let run = lint(folder.path(), &["--unsafe"]);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("--fix|--diff"), "{}", run.stderr);
}

#[test]
fn line_ends_and_byte_order_marks_are_kept() {
    for text in
        [MODEL.replace('\n', "\r\n"), format!("\u{feff}{MODEL}"), format!("\u{feff}{}", MODEL.replace('\n', "\r\n"))]
    {
        let folder = folder(&[("models/user.toml", &text)]);
        let run = lint(folder.path(), &["--fix", "--unsafe"]);
        assert_eq!(run.status, 0, "{run:?}");
        assert_eq!(read(&folder, "models/user.toml"), replaced(&replaced(&text, &SAFE), &[GUESS]));
    }
}

#[test]
fn comments_go_with_their_lines() {
    let model = "entity = \"User\"\r\n# kept\r\n# dynkeys: ignore[missing-primary] why\r\n[indexes.primary]\r\n\
        partition_key = { attribute = \"pk\", template = \"user\" } # dynkeys: ignore[missing-primary, index-attribute-reused, \
        unknown-rule]  \r\n";
    let folder = folder(&[("models/user.toml", model)]);
    let run = lint(folder.path(), &["--fix"]);
    // The names of one comment overlap: each waits for the one before.
    assert_eq!(run.stderr, "fixed 4 findings in 1 file\n");
    let fixed = "entity = \"User\"\r\n# kept\r\n[indexes.primary]\r\npartition_key = { attribute = \"pk\", template = \"user\" }\r\n";
    assert_eq!(read(&folder, "models/user.toml"), fixed);
}

#[test]
fn ignores_stay_while_a_model_cannot_be_read() {
    let broken = "entity = \"Order\"\nx = {\n";
    let ignoring = "entity = \"User\"\n# dynkeys: ignore[index-attribute-reused] it shares a key with Order\n[indexes.primary]\n\
        partition_key = { attribute = \"pk\", template = \"user\" }\n";
    let folder = folder(&[("models/order.toml", broken), ("models/user.toml", ignoring)]);
    let run = lint(folder.path(), &["--fix", "--unsafe"]);
    assert_eq!(run.stderr, "nothing to fix\n");
    assert_eq!(read(&folder, "models/user.toml"), ignoring);
}

#[test]
fn ignores_stay_where_a_hook_names_only_some_models() {
    // Alone, neither shares an attribute with the other.
    let ignoring = "entity = \"User\"\n[indexes.primary] # dynkeys: ignore[index-attribute-reused] why\n\
        partition_key = { attribute = \"pk\", template = \"user\" }\n";
    let folder = folder(&[("models/user.toml", ignoring), ("models/order.toml", &ignoring.replace("User", "Order"))]);
    let run = lint(folder.path(), &["models/user.toml", "--fix"]);
    assert_eq!((run.stderr.as_str(), read(&folder, "models/user.toml").as_str()), ("nothing to fix\n", ignoring));
    // All of them, or one that is none of the project's, are looked at whole.
    for paths in [&["models"][..], &["models/user.toml", "models/order.toml"], &[]] {
        let run = lint(folder.path(), &[paths, &["--diff"]].concat());
        assert_eq!(run.stderr, "would fix 2 findings in 2 files\n");
    }
    fs::write(folder.path().join("other.toml"), ignoring).unwrap();
    assert_eq!(lint(folder.path(), &["other.toml", "--fix"]).stderr, "fixed 1 finding in 1 file\n");
}

#[test]
fn ignored_findings_and_rules_that_are_off_are_not_fixed() {
    let ignored = MODEL
        .replace("# two", "# dynkeys: ignore[unreadable-model, unknown-field] as it is")
        .replace("# a guess", "# dynkeys: ignore[unreadable-model, unknown-field] as it is");
    let folder = folder(&[("models/user.toml", &ignored)]);
    let run = lint(folder.path(), &["--fix", "--unsafe"]);
    assert_eq!(run.stderr, "nothing to fix\n", "{run:?}");
    assert_eq!(read(&folder, "models/user.toml"), ignored);

    fs::write(folder.path().join("models/user.toml"), MODEL).unwrap();
    let off = ["--fix", "--rule", "unreadable-model=off"];
    // The rule `unknown-field` has its own level, where there is such a rule.
    let more: &[&str] =
        if dynkeys::rules::rule("unknown-field").is_some() { &["--rule", "unknown-field=off"] } else { &[] };
    lint(folder.path(), &[&off, more].concat());
    assert_eq!(read(&folder, "models/user.toml"), MODEL);
}

#[test]
fn a_fix_that_does_harm_is_taken_back() {
    // `valu` can only mean `value`, but the key has a template: the two contradict each other.
    let model = "entity = \"User\"\n[attributes]\nid = \"strng\"\n[indexes.primary]\n\
        partition_key = { attribute = \"pk\", template = \"user#{id}\", valu = \"{id}\" }\n";
    let folder = folder(&[("models/user.toml", model)]);
    let run = lint(folder.path(), &["--fix"]);
    assert_eq!(read(&folder, "models/user.toml"), model.replace("strng", "string"));
    assert_eq!(
        run.stderr,
        "note: not applied at models/user.toml:5:61: replace `valu` by `value` (unreadable-model): it would bring an error of \
         `unreadable-model`: key-value: key `pk` has both `template` and `value`\nfixed 1 finding in 1 file\n"
    );
    assert_eq!(run.status, 1);
}

#[test]
fn the_configuration_is_mended_too() {
    let model = "entity = \"User\"\n[indexes.primary]\npartition_key = { attribute = \"pk\", template = \"user\" }\n";
    let config = "# ours\nmodels = [\"models\"]\n[rules]\nemtpy-key = \"off\"   # why\nunused-ignore = \"info\"\nunused-ignor = \"info\"\n";
    let folder = folder(&[("models/user.toml", model), ("dynkeys.toml", config), ("below/x", "")]);
    // From a folder below, too. A name that is there already cannot be written twice.
    let run = run_in(&folder.path().join("below"), &["lint", "--fix"]);
    assert_eq!(read(&folder, "dynkeys.toml"), config.replace("emtpy", "empty"), "{run:?}");
    assert!(run.stderr.contains("not applied at ../dynkeys.toml:6:1: replace `unused-ignor`"), "{}", run.stderr);
    assert!(run.stderr.ends_with("fixed 1 finding in 1 file\n"), "{}", run.stderr);
}

#[test]
fn a_file_that_nobody_may_write_is_an_error_and_the_others_are_fixed() {
    let other = MODEL.replace("\"User\"", "\"Member\"");
    let folder = folder(&[("models/a.toml", MODEL), ("models/b.toml", &other)]);
    let path = folder.path().join("models/a.toml");
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    let run = lint(folder.path(), &["--fix"]);
    assert_eq!(run.status, 2, "{run:?}");
    assert!(run.stderr.contains("cannot write `models/a.toml`: the file is read-only"), "{}", run.stderr);
    assert!(run.stderr.contains("fixed 2 findings in 1 file"), "{}", run.stderr);
    assert_eq!(read(&folder, "models/a.toml"), MODEL);
    assert_eq!(read(&folder, "models/b.toml"), replaced(&other, &SAFE));
    // What is left is still printed: all of the one, the guess of the other.
    assert_eq!(run.json()["summary"]["errors"], 4);
    // To look costs no right to write.
    assert_eq!(lint(folder.path(), &["--diff"]).status, 1);
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_permissions_kept() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = folder(&[("real/user.toml", MODEL), ("models/x", "")]);
    let (real, link) = (folder.path().join("real/user.toml"), folder.path().join("models/user.toml"));
    symlink("../real/user.toml", &link).unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    lint(folder.path(), &["--fix"]);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(read(&folder, "real/user.toml"), replaced(MODEL, &SAFE));
}

#[test]
fn misspelt_names_of_every_kind_are_replaced() {
    let model = r#"entity = "User"
[attributes]
id = { type = "strng", requird = true }
last_name = "string"
address = "map"
"odd name" = "string"
[indexes.primary]
partition_key = { attribute = "pk", build_key = [["user", "{self.id}"], ["\tc", "\u00e9{self.adress.city|lowr}"]] }
[indexes.gsi1]
projection = "keys_onyl"
partition_key = { attribute = "a", cases = [{ when = "last_nmae", template = "{ last_n\u0061me2 }" }, { template = '''
x{LAST_NAME}''' }] }
[[access_patterns]]
name = "a"
index = "gsi1"
given = ['adress.city', "last_nmae"]
"#;
    let folder = folder(&[("models/user.toml", model)]);
    let run = lint(folder.path(), &["--fix"]);
    let fixed = replaced(
        model,
        &[
            ("strng", "string"),
            ("requird", "required"),
            ("self.id", "id"),
            ("self.adress.city|lowr", "address.city|lower"),
            ("keys_onyl", "keys_only"),
            ("last_nmae", "last_name"),
            ("LAST_NAME", "last_name"),
            ("'adress.city'", "'address.city'"),
        ],
    );
    assert_eq!(read(&folder, "models/user.toml"), fixed, "{run:?}");
    // Names that differ in digits are two names.
    assert!(run.stderr.ends_with(" in 1 file (1 more with --unsafe)\n"), "{}", run.stderr);
    let run = lint(folder.path(), &["--fix", "--unsafe"]);
    assert_eq!(read(&folder, "models/user.toml"), fixed.replace("last_n\\u0061me2", "last_name"), "{run:?}");
}

#[test]
fn a_name_that_may_mean_two_things_is_left_alone() {
    let model = "entity = \"User\"\n[attributes]\nline1 = \"string\"\nline2 = \"string\"\n\"nome!\" = \"string\"\n[indexes.primary]\n\
        partition_key = { attribute = \"pk\", template = \"{line}#{nome}\" }\n";
    let folder = folder(&[("models/user.toml", model)]);
    let run = lint(folder.path(), &["--fix", "--unsafe"]);
    assert_eq!(run.stderr, "nothing to fix\n");
    assert_eq!(read(&folder, "models/user.toml"), model);
}
