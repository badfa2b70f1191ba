//! `dynkeys audit --table`, as a process.

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::common::{Run, assert_same, command, finish, root};
use super::dynamodb::{Fault, Proxy, Server, each, environment, shop};

const MODELS: &str = "fixtures/audit/live/models";
const USERS: usize = 300;
const ORDERS: usize = 9;
/// A user, nine orders and now and then something else.
const COUNT: usize = USERS * (ORDERS + 1) + USERS / 50;

/// Items of the models with some defects, of about half a kilobyte each.
fn table() -> Vec<Value> {
    let mut all = Vec::new();
    let text = |text: String| json!({ "S": text });
    for user in 0..USERS {
        let id = format!("u{user:04}");
        // An email that is not set.
        let email = if user % 100 == 7 { "None".to_owned() } else { format!("{id}@example.com") };
        let mut item = json!({
            "pk": text(format!("user#{id}")), "sk": text(format!("user#{id}")), "id": text(id.clone()),
            "gsi1_pk": text(format!("email#{email}")), "gsi1_sk": text(format!("user#{id}")),
            "name": text("x".repeat(user % 400)),
        });
        if email != "None" {
            item["email"] = text(email);
        }
        all.push(item);
        for order in 0..ORDERS {
            let (id, status) = (format!("o{user:04}-{order}"), ["open", "paid", "sent"][order % 3]);
            let placed = format!("2024-05-{:02}T10:00:00Z", 1 + order);
            let mut item = json!({
                "pk": text(format!("user#u{user:04}")), "sk": text(format!("order#{id}")), "id": text(id.clone()),
                "user_id": text(format!("u{user:04}")), "status": text(status.to_owned()),
                "placed_at": text(placed.clone()), "lsi1_sk": text(format!("placed#{placed}")),
                "gsi1_pk": text(format!("status#{status}")), "gsi1_sk": text(format!("order#{id}")),
                "name": text("y".repeat(400)),
            });
            match user % 50 {
                // Its status has changed, and the key has not.
                3 if order == 2 => item["status"] = text("lost".to_owned()),
                // It was written before there was an index.
                4 if order == 3 => {
                    item.as_object_mut().unwrap().retain(|name, _| !name.starts_with("gsi1"));
                }
                _ => {}
            }
            all.push(item);
        }
        if user % 50 == 5 {
            all.push(json!({ "pk": text(format!("invoice#{user}")), "sk": text("invoice".to_owned()) }));
        }
    }
    all
}

fn filled() -> Server {
    let server = Server::start(&[shop()]);
    server.put("shop", table());
    server
}

fn audit(endpoint: &str, arguments: &[&str]) -> Command {
    audit_in(&root(), endpoint, &[&[MODELS], arguments].concat())
}

fn audit_in(folder: &Path, endpoint: &str, arguments: &[&str]) -> Command {
    let all = ["audit", "--table", "shop", "--endpoint-url", endpoint, "--format", "json"];
    let mut command = command(folder, &[&all, arguments].concat());
    command.envs(environment());
    command
}

/// What a report found, without where it was found and what it took.
fn found(run: &Run) -> Value {
    let mut report = run.json();
    let all = report.as_object_mut().unwrap();
    for name in ["source", "coverage", "models"] {
        all.remove(name).unwrap();
    }
    let checks = all["checks"].as_object_mut().unwrap();
    checks.retain(|name, _| !name.starts_with("table-"));
    for example in checks.values_mut().flat_map(|check| check["examples"].as_array_mut().unwrap()) {
        example.as_object_mut().unwrap().remove("place");
    }
    report
}

#[track_caller]
fn assert_complete(run: &Run) {
    assert_eq!(run.status, 1, "{}", run.stderr);
    let coverage = &run.json()["coverage"];
    assert_eq!((&coverage["complete"], &coverage["items"]), (&json!(true), &json!(COUNT)));
}

#[test]
fn a_table_is_audited_as_a_file_of_its_items() {
    let server = filled();
    let proxy = Proxy::quiet(&server);
    let run = finish(audit(&proxy.url(), &["--segments", "7"]));
    assert_complete(&run);
    let mut file = tempfile::Builder::new().suffix(".jsonl").tempfile().unwrap();
    table().iter().for_each(|item| writeln!(file, "{item}").unwrap());
    let of_file = super::common::run(&["audit", MODELS, "--format", "json", "--items", file.path().to_str().unwrap()]);
    assert_same(&found(&run), &found(&of_file));
    let report = run.json();
    assert_eq!(report["checks"]["placeholder-in-key"]["count"], 3);
    assert_eq!(report["source"], json!({ "kind": "table", "name": "shop", "region": "eu-west-1" }));
    assert_eq!(report["coverage"]["segments"], json!({ "read": 7, "total": 7 }));
    assert!(report["coverage"]["read_units"].as_f64().unwrap() > 100.0);
    assert!(report["checks"]["table-index-missing"]["count"] == 0);
    let requests = proxy.requests();
    assert!(requests.iter().all(|request| request.is_read()));
    assert_eq!(requests.iter().filter(|request| request.scan.is_none()).count(), 1);
    assert!(
        run.stderr.contains("note: `shop` has 3,006 items")
            && run.stderr.contains("less than $0.01 at $0.125 a million"),
        "{}",
        run.stderr
    );
}

#[test]
fn the_report_of_the_parts_is_the_report_of_the_whole() {
    let server = filled();
    let folder = tempfile::tempdir().unwrap();
    let models = root().join(MODELS);
    let models = models.to_str().unwrap();
    let shares = ["0-2/20", "3/20", "4-18/20", "19-19/20"];
    for (at, share) in shares.iter().enumerate() {
        let file = format!("part-{at}.json");
        let run = finish(audit_in(folder.path(), &server.url(), &[models, "--segments", share, "--partial", &file]));
        assert_eq!((run.status, run.stdout.as_str()), (0, ""), "{}", run.stderr);
    }
    let whole = finish(audit(&server.url(), &["--segments", "20"]));
    assert_complete(&whole);
    let merge = |files: &[&str]| finish(command(folder.path(), &[&["merge", "--format", "json"], files].concat()));
    let merged = merge(&["part-3.json", "part-0.json", "part-2.json", "part-1.json"]);
    assert_eq!(merged.status, 1, "{}", merged.stderr);
    assert_same(&merged.json(), &whole.json());
    let lacking = merge(&["part-0.json", "part-2.json"]);
    assert_eq!(lacking.status, 2);
    assert_eq!(lacking.json()["coverage"]["reason"], "2 of 20 segments are in none of the parts");
    let twice = merge(&["part-0.json", "part-0.json"]);
    assert!(twice.status == 2 && twice.stderr.contains("both hold segment 0"), "{}", twice.stderr);
}

#[test]
fn a_sample_bounds_the_truth() {
    let server = filled();
    let whole = finish(audit(&server.url(), &["--segments", "60"])).json();
    let run = finish(audit(&server.url(), &["--segments", "60", "--sample", "50%"]));
    let sampled = run.json();
    assert_eq!(run.status, 1, "{}", run.stderr);
    let coverage = &sampled["coverage"];
    assert_eq!(coverage["segments"], json!({ "read": 30, "total": 60 }));
    assert!(coverage["items"].as_u64().unwrap() < COUNT as u64);
    assert_eq!((&coverage["complete"], &coverage["sample"]["share"]), (&json!(true), &json!(0.5)));
    let holds = |estimate: &Value, truth: u64| {
        let bound = |name: &str| estimate[name].as_u64().unwrap();
        assert!(bound("low") <= truth && truth <= bound("high"), "{estimate} {truth}");
        assert!(bound("low") <= bound("count") && bound("count") <= bound("high"));
    };
    holds(&coverage["sample"]["items"], COUNT as u64);
    for (name, check) in whole["checks"].as_object().unwrap() {
        let estimate = &sampled["checks"][name]["estimate"];
        if !estimate.is_null() {
            holds(estimate, check["count"].as_u64().unwrap());
        }
    }
    assert!(run.stderr.contains("reading 50 % of it takes"), "{}", run.stderr);
}

#[test]
fn a_sample_that_is_the_whole_estimates_nothing() {
    let server = filled();
    let url = server.url();
    let asked = ["audit", "--table", "shop", "--endpoint-url", &url, MODELS, "--segments", "1", "--sample", "50%"];
    let mut human = command(&root(), &asked);
    human.envs(environment());
    let run = finish(human);
    assert!(run.stdout.contains("every segment was read, so nothing is estimated"), "{}", run.stdout);
    for wrong in [" s in the table", "in the sample", "1 read units", "1 items", "about "] {
        assert!(!run.stdout.contains(wrong), "{wrong}: {}", run.stdout);
    }
}

#[test]
fn fifty_faults_of_each_kind_and_every_report_is_right() {
    const KINDS: [Fault; 6] = [
        Fault::Throttle,
        Fault::InternalError,
        Fault::DropBefore,
        Fault::DropMiddle,
        Fault::RepeatPage,
        Fault::RepeatOwnPage,
    ];
    let server = filled();
    let arguments = ["--segments", "100"];
    let quiet = finish(audit(&server.url(), &arguments));
    assert_complete(&quiet);
    for kind in &KINDS {
        let proxy = Proxy::start(&server, each(std::slice::from_ref(kind), 50));
        let run = finish(audit(&proxy.url(), &arguments));
        assert_complete(&run);
        assert_same(&found(&run), &found(&quiet));
        let told = match kind {
            Fault::Throttle => "note: the scan was throttled 50 times",
            _ => "note: the scan tried a request again ",
        };
        assert!(run.stderr.contains(told) || *kind == Fault::RepeatOwnPage, "{kind:?}: {}", run.stderr);
    }
}

/// Starts a scan of which every page takes a while.
fn slow(server: &Server) -> Proxy {
    Proxy::start(server, |request| request.scan.map(|_| Fault::Delay(Duration::from_millis(300))))
}

fn spawn(mut command: Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn wait_for(what: &str, mut is_there: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_there() {
        assert!(begin.elapsed() < Duration::from_secs(60), "{what} did not come");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn scans(proxy: &Proxy) -> usize {
    proxy.requests().iter().filter(|request| request.scan.is_some()).count()
}

#[cfg(unix)]
fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

#[cfg(unix)]
#[test]
fn an_interrupted_scan_reports_what_it_read_and_goes_on_later() {
    let server = filled();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.json");
    let arguments = ["--segments", "100", "--checkpoint", file.to_str().unwrap()];
    let whole = finish(audit(&server.url(), &["--segments", "100"]));
    for name in ["-INT", "-TERM"] {
        let proxy = slow(&server);
        let child = spawn(audit(&proxy.url(), &arguments));
        wait_for("a second round of pages", || scans(&proxy) > 20);
        signal(&child, name);
        let run = super::common::read(&child.wait_with_output().unwrap());
        assert_eq!(run.status, 2, "{}", run.stderr);
        let coverage = &run.json()["coverage"];
        assert_eq!((&coverage["complete"], &coverage["reason"]), (&json!(false), &json!("interrupted")));
        let items = coverage["items"].as_u64().unwrap();
        assert!(items > 0 && items < COUNT as u64);
        let told = format!("note: the report is of what was read, {items} items; the same command goes on from `");
        assert!(run.stderr.contains(&told), "{}", run.stderr);
    }
    let rest = Proxy::quiet(&server);
    let run = finish(audit(&rest.url(), &arguments));
    assert_complete(&run);
    assert!(run.stderr.contains("note: going on from `"), "{}", run.stderr);
    assert_same(&run.json(), &whole.json());
    assert!(scans(&rest) < 100, "{}", scans(&rest));
    assert!(!file.exists());
}

#[cfg(unix)]
#[test]
fn a_scan_that_crashed_goes_on_from_its_last_checkpoint() {
    let server = filled();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.json");
    let arguments = ["--segments", "120", "--checkpoint", file.to_str().unwrap()];
    let proxy = slow(&server);
    let mut child = spawn(audit(&proxy.url(), &arguments));
    let items = || {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let part: Value = serde_json::from_str(&text).unwrap_or_default();
        part["state"]["items"].as_u64().unwrap_or_default()
    };
    wait_for("a checkpoint with items", || items() > 0);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(items() < COUNT as u64);
    let run = finish(audit(&server.url(), &arguments));
    assert_complete(&run);
    assert_same(&run.json(), &finish(audit(&server.url(), &["--segments", "120"])).json());
}

#[test]
fn a_scan_whose_credentials_expire_goes_on_with_new_ones() {
    let server = filled();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.json");
    let arguments = ["--segments", "100", "--checkpoint", file.to_str().unwrap()];
    let proxy = Proxy::start(&server, |request| request.scan.filter(|scan| *scan >= 40).map(|_| Fault::EXPIRED));
    let run = finish(audit(&proxy.url(), &arguments));
    assert_eq!(run.status, 2, "{}", run.stderr);
    let report = run.json();
    let reason = report["coverage"]["reason"].as_str().unwrap();
    assert!(reason.starts_with("the scan failed: the credentials have expired"), "{reason}");
    assert!(run.stderr.contains("aws sso login") && run.stderr.contains("goes on from"), "{}", run.stderr);
    let read = report["coverage"]["items"].as_u64().unwrap();
    assert!(read > 0 && read < COUNT as u64);
    let run = finish(audit(&server.url(), &arguments));
    assert_complete(&run);
    assert_same(&found(&run), &found(&finish(audit(&server.url(), &["--segments", "100"]))));
}

#[test]
fn a_checkpoint_of_something_else_is_refused() {
    let server = filled();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.json");
    let path = file.to_str().unwrap();
    let proxy = Proxy::start(&server, |request| request.scan.filter(|scan| *scan >= 20).map(|_| Fault::EXPIRED));
    assert_eq!(finish(audit(&proxy.url(), &["--segments", "50", "--checkpoint", path])).status, 2);
    let kept = std::fs::read(&file).unwrap();
    for (arguments, told) in [
        (&["--segments", "51"][..], "is of other segments: 50 of 50"),
        (&["--segments", "0-9/50"][..], "is of other segments: 50 of 50"),
        (&["--sample", "10%"][..], "is of other segments: 50 of 50"),
        (&["--examples", "7"][..], "is of other models, dialects"),
        (&["--dialect", "guide", "--region", "eu-west-2"][..], "is of `shop` in eu-west-1"),
        (&["--index", "gsi1"][..], "is of `shop` in eu-west-1"),
    ] {
        let run = finish(audit(&server.url(), &[arguments, &["--checkpoint", path]].concat()));
        assert!(run.status == 2 && run.stderr.contains(told), "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains("remove the file to start anew"), "{}", run.stderr);
    }
    assert_eq!(std::fs::read(&file).unwrap(), kept);
    std::fs::write(&file, "{}").unwrap();
    let run = finish(audit(&server.url(), &["--checkpoint", path]));
    assert!(run.status == 2 && run.stderr.contains("is no part of an audit"), "{}", run.stderr);
    assert!(run.stderr.contains("a file that is not there yet"), "{}", run.stderr);
    let missing = folder.path().join("no/shop.json");
    let run = finish(audit(&server.url(), &["--checkpoint", missing.to_str().unwrap()]));
    assert!(run.status == 2 && run.stderr.contains("cannot write"), "{}", run.stderr);
}

#[test]
fn an_index_is_audited_by_what_it_carries() {
    let server = filled();
    let run = finish(audit(&server.url(), &["--index", "gsi1"]));
    assert_eq!(run.status, 1, "{}", run.stderr);
    let report = run.json();
    assert_eq!(report["source"]["index"], "gsi1");
    // The items without its keys and the invoices are not in it.
    assert_eq!(report["coverage"]["items"], COUNT - 12);
    assert_eq!(report["checks"]["placeholder-in-key"]["count"], 3);
    // It carries keys and the name only, so that keys of other fields cannot be written anew.
    let run = finish(audit(&server.url(), &["--index", "lsi1"]));
    let report = run.json();
    assert_eq!(report["coverage"]["items"], USERS * ORDERS, "{}", run.stderr);
    let counts: Vec<_> =
        report["checks"].as_object().unwrap().iter().filter(|(_, check)| check["count"] != 0).collect();
    assert!(counts.iter().all(|(_, check)| check["level"] == "info"), "{counts:?}");
    let run = finish(audit(&server.url(), &["--index", "gsi2"]));
    assert!(run.status == 2 && run.stderr.contains("has no index `gsi2`"), "{}", run.stderr);
}

#[test]
fn what_the_table_lacks_is_told() {
    let mut other = shop();
    other["GlobalSecondaryIndexes"][0]["IndexName"] = json!("by_status");
    other["LocalSecondaryIndexes"].take();
    other.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    other["AttributeDefinitions"].as_array_mut().unwrap().retain(|known| known["AttributeName"] != "lsi1_sk");
    let server = Server::start(&[other]);
    server.put("shop", table().into_iter().take(20));
    let run = finish(audit(&server.url(), &[]));
    assert_eq!(run.status, 1, "{}", run.stderr);
    let checks = &run.json()["checks"];
    let missing = &checks["table-index-missing"];
    assert_eq!((&missing["level"], &missing["count"]), (&json!("error"), &json!(2)));
    let told = &missing["examples"];
    assert_eq!(told[0]["message"], "the table `shop` has no index `gsi1`, which `Order` and `User` write");
    assert_eq!(told[0]["help"], "`by_status` of the table has the same keys: give the model's index its name");
    assert_eq!(told[1]["place"], format!("{MODELS}/order.toml:20:10"));
    assert_eq!(checks["table-index-unmodelled"]["count"], 0);
}

#[test]
fn a_scan_that_costs_too_much_is_not_begun() {
    let server = filled();
    let proxy = Proxy::quiet(&server);
    let arguments = ["--price", "1000000", "--max-cost", "5"];
    let run = finish(audit(&proxy.url(), &arguments));
    assert_eq!((run.status, run.stdout.as_str(), scans(&proxy)), (2, "", 0));
    for told in ["the scan costs $", "more than $5.00", "--yes", "--max-cost", "--sample 5%"] {
        assert!(run.stderr.contains(told), "{}", run.stderr);
    }
    assert_complete(&finish(audit(&proxy.url(), &[&arguments[..], &["--yes"]].concat())));
}

#[test]
fn read_units_are_bounded_by_a_flag() {
    let server = Server::start(&[shop()]);
    server.put("shop", table().into_iter().take(400));
    let run = finish(audit(&server.url(), &["--segments", "8"]));
    let units = run.json()["coverage"]["read_units"].as_f64().unwrap();
    let begin = Instant::now();
    let rate = (units / 4.0).floor();
    let run = finish(audit(&server.url(), &["--segments", "8", "--max-read-units", &rate.to_string()]));
    assert_eq!(run.json()["coverage"]["items"], 400, "{}", run.stderr);
    assert!(begin.elapsed() > Duration::from_secs(2), "{:?}", begin.elapsed());
}

#[test]
fn findings_are_streamed() {
    let server = filled();
    let all = ["audit", MODELS, "--table", "shop", "--endpoint-url", &server.url(), "--format", "jsonl"];
    let mut command = command(&root(), &all);
    command.envs(environment());
    let run = finish(command);
    let whole = finish(audit(&server.url(), &[])).json();
    let lines = run.lines();
    for (name, check) in whole["checks"].as_object().unwrap() {
        let count = lines.iter().filter(|line| line["check"] == name.as_str()).count() as u64;
        let all = check["count"].as_u64().unwrap();
        assert!(count == all || count == check["examples"].as_array().unwrap().len() as u64, "{name}: {count} {all}");
    }
    let of = |name: &str| lines.iter().filter(|line| line["check"] == name).count();
    assert_eq!(of("placeholder-in-key"), 3);
}

#[test]
fn errors_say_what_to_do() {
    let server = Server::start(&[shop()]);
    let url = server.url();
    let without = |name: &str| {
        let mut command = audit(&url, &[]);
        command.env_remove(name).env("HOME", "/nowhere");
        finish(command)
    };
    let denied = Proxy::start(&server, |request| request.scan.map(|_| Fault::DENIED));
    let elsewhere = {
        let all = ["audit", MODELS, "--table", "store", "--endpoint-url", &url];
        let mut command = command(&root(), &all);
        command.envs(environment());
        finish(command)
    };
    for (run, told) in [
        (without("AWS_REGION"), &["the AWS region is not known", "--region"][..]),
        (without("AWS_SECRET_ACCESS_KEY"), &["there are no AWS credentials", "aws sso login"]),
        (elsewhere, &["there is no table `store` in eu-west-1", "aws dynamodb list-tables"]),
        (finish(audit(&denied.url(), &[])), &["not allowed to call dynamodb:Scan", "--print-iam-policy"]),
        (finish(audit(&url, &["--profile", "nobody"])), &["there is no AWS profile `nobody`"]),
    ] {
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        assert!(told.iter().all(|part| run.stderr.contains(part)), "{}", run.stderr);
    }
}

#[test]
fn the_policy_is_printed_without_a_table_being_asked() {
    let run = super::common::run(&["audit", "--table", "shop", "--index", "gsi1", "--print-iam-policy"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let policy = run.json();
    let actions: Vec<_> = policy["Statement"].as_array().unwrap().iter().map(|one| &one["Action"]).collect();
    assert_eq!(actions, ["dynamodb:DescribeTable", "dynamodb:Scan"]);
    let folder = tempfile::tempdir().unwrap();
    let run = super::common::run_in(folder.path(), &["audit", "--print-iam-policy"]);
    assert!(run.status == 2 && run.stderr.contains("--table NAME"), "{}", run.stderr);
}
