//! Models that cannot be read, and what is said of them: `fixtures/broken/NAME.toml` with `NAME.stderr`.
//! `SNAPSHOTS=overwrite cargo test --test broken` writes the answers anew.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{assert_file, root, run_in};

#[test]
fn every_broken_model_is_an_error_with_all_its_places() {
    let folder = root().join("fixtures/broken");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".toml"))
        .collect();
    names.sort();
    assert!(names.len() >= 20, "{names:?}");
    for name in names {
        let run = run_in(&folder, &["explain", &name, "../guide/user.json"]);
        assert_eq!(run.status, 2, "{name}: {run:?}");
        assert_eq!(run.stdout, "", "{name}");
        assert!(run.stderr.contains(&format!("[{name}:")), "{name} has no place: {}", run.stderr);
        assert_file(&run.stderr, &format!("fixtures/broken/{}", name.replace(".toml", ".stderr")));
    }
}
