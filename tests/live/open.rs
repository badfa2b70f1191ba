//! What a connection finds in the environment. Each case runs in a process of its own, since the SDK looks at the
//! process's own environment: this test binary, asked for the one test that does what it is told.

use std::path::Path;
use std::process::Command;

use dynkeys::error::Error;
use dynkeys::source::live::{ConnectOptions, Connection};

/// What the child prints before what it found.
const MARK: &str = "opened: ";

#[test]
#[allow(clippy::print_stdout, reason = "the test that runs it reads what it prints")]
#[ignore = "the other tests of this file run it, in processes of their own"]
fn child() {
    let option = |name: &str| std::env::var(name).ok();
    let options = ConnectOptions {
        profile: option("TEST_PROFILE"),
        region: option("TEST_REGION"),
        endpoint_url: option("TEST_ENDPOINT_URL"),
    };
    match Connection::open(&options) {
        Ok(connection) => println!("{MARK}{}", connection.region()),
        Err(Error::Usage { message, help }) => println!("{MARK}{message} | {}", help.unwrap_or_default()),
        Err(other) => println!("{MARK}{other:?}"),
    }
}

/// Opens a connection in an environment that has nothing else, and says what came of it.
fn open(home: &Path, environment: &[(&str, &str)]) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "open::child", "--ignored", "--nocapture"]).env_clear();
    command.env("HOME", home).env("AWS_EC2_METADATA_DISABLED", "true").envs(environment.iter().copied());
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let found = text.lines().find_map(|line| line.split_once(MARK).map(|(_, found)| found.to_owned()));
    found.unwrap_or_else(|| panic!("{text}\n{}", String::from_utf8_lossy(&output.stderr)))
}

const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "not-a-secret")];

fn with<'v>(more: &[(&'v str, &'v str)]) -> Vec<(&'v str, &'v str)> {
    KEYS.iter().chain(more).copied().collect()
}

/// A home with shared files.
fn home(config: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join(".aws")).unwrap();
    std::fs::write(home.path().join(".aws/config"), config).unwrap();
    home
}

const PROFILES: &str = "[profile production]\nregion = eu-central-1\naws_access_key_id = AKIDPROFILE\n\
    aws_secret_access_key = not-a-secret\n[profile staging]\nregion = eu-west-2\n";

#[test]
fn the_region_is_found_or_asked_for() {
    let home = home(PROFILES);
    let open = |environment: &[(&str, &str)]| open(home.path(), environment);
    assert_eq!(open(&with(&[("AWS_REGION", "eu-west-1")])), "eu-west-1");
    assert_eq!(open(&with(&[("AWS_DEFAULT_REGION", "eu-west-3")])), "eu-west-3");
    assert_eq!(open(&with(&[("AWS_REGION", "eu-west-1"), ("TEST_REGION", "us-east-1")])), "us-east-1");
    assert_eq!(open(&with(&[("TEST_PROFILE", "production")])), "eu-central-1");
    let missing = open(&with(&[]));
    assert!(missing.starts_with("the AWS region is not known | "), "{missing}");
    assert!(missing.contains("--region") && missing.contains("AWS_REGION"), "{missing}");
}

#[test]
fn credentials_are_found_or_asked_for() {
    let home = home(PROFILES);
    let missing = open(home.path(), &[("AWS_REGION", "eu-west-1")]);
    assert!(missing.starts_with("there are no AWS credentials"), "{missing}");
    for way in ["aws sso login", "AWS_PROFILE", "--profile"] {
        assert!(missing.contains(way), "{missing}");
    }
    // A profile that is named has to have some, whatever the environment has.
    let missing = open(home.path(), &with(&[("TEST_PROFILE", "staging")]));
    assert!(missing.starts_with("there are no AWS credentials"), "{missing}");
    assert!(!missing.contains("not-a-secret"), "{missing}");
}

#[test]
fn a_login_that_is_over_is_told() {
    let home = home(
        "[profile sso]\nregion = eu-west-1\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Reader\n\
         [sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.awsapps.com/start\n",
    );
    let missing = open(home.path(), &[("AWS_PROFILE", "sso")]);
    assert!(missing.starts_with("there are no AWS credentials: "), "{missing}");
    assert!(missing.contains("aws sso login"), "{missing}");
}

#[test]
fn a_profile_that_is_not_there() {
    let home = home(PROFILES);
    for name in ["TEST_PROFILE", "AWS_PROFILE"] {
        let told = open(home.path(), &with(&[(name, "prodction")]));
        assert_eq!(told, "there is no AWS profile `prodction` | did you mean `production`?");
        let told = open(home.path(), &with(&[(name, "ann")]));
        assert_eq!(told, "there is no AWS profile `ann` | there are `production`, `staging`");
    }
    let none = tempfile::tempdir().unwrap();
    let told = open(none.path(), &with(&[("AWS_PROFILE", "ann")]));
    assert!(told.starts_with("there is no AWS profile `ann` | there are no profiles"), "{told}");
}

#[test]
fn an_endpoint_that_is_no_url() {
    let home = tempfile::tempdir().unwrap();
    for name in ["TEST_ENDPOINT_URL", "AWS_ENDPOINT_URL"] {
        let told = open(home.path(), &with(&[("AWS_REGION", "eu-west-1"), (name, "localhost:8000")]));
        assert!(told.starts_with("`localhost:8000` is no URL of an endpoint | write it as `http://"), "{told}");
    }
    assert_eq!(open(home.path(), &with(&[("AWS_REGION", "a"), ("TEST_ENDPOINT_URL", "http://localhost:1")])), "a");
}
