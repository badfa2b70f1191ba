//! A headless browser, in which pages are looked at.
//!
//! It is looked for in the PATH; the variable `DYNKEYS_BROWSER` names another, and with the value `required` a test
//! fails where there is none.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use percent_encoding::percent_decode_str;
use serde_json::Value;

const NAMES: [&str; 5] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
/// How long it may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// A browser.
pub struct Browser(PathBuf);

impl Browser {
    /// The browser of this machine; without one the test is told to be skipped.
    pub fn find() -> Option<Self> {
        let wanted = std::env::var_os("DYNKEYS_BROWSER");
        let is_required = wanted.as_ref().is_some_and(|wanted| wanted == "required");
        if let Some(own) = wanted.filter(|wanted| !wanted.is_empty() && !is_required) {
            assert!(Path::new(&own).is_file(), "DYNKEYS_BROWSER names no file: {}", own.display());
            return Some(Self(own.into()));
        }
        let folders = std::env::var_os("PATH").unwrap_or_default();
        let found = std::env::split_paths(&folders).flat_map(|folder| NAMES.map(|name| folder.join(name)));
        let found = found.into_iter().find(|file| file.is_file()).map(Self);
        assert!(found.is_some() || !is_required, "no browser in the PATH: one of {}", NAMES.join(", "));
        if found.is_none() {
            // Past what a test run keeps to itself, so that it is seen.
            let words = "skipped: what needs a browser; none is in the PATH, and DYNKEYS_BROWSER names none\n";
            std::io::stderr().write_all(words.as_bytes()).unwrap();
        }
        found
    }

    /// Runs it on a file, and gives what it prints.
    fn run(&self, folder: &Path, page: &Path, arguments: &[&str]) -> String {
        let (out, errors) = (folder.join("out.txt"), folder.join("errors.txt"));
        let mut child = Command::new(&self.0)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"])
            .args(["--no-first-run", "--disable-extensions", "--disable-background-networking"])
            .arg(format!("--user-data-dir={}", folder.join("profile").display()))
            .args(arguments)
            .arg(format!("file://{}", page.display()))
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(File::create(&out).unwrap())
            .stderr(File::create(&errors).unwrap())
            .spawn()
            .unwrap();
        let start = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if start.elapsed() > PATIENCE {
                child.kill().unwrap();
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        let read = |file: &Path| String::from_utf8_lossy(&std::fs::read(file).unwrap()).into_owned();
        assert!(status.success(), "{}: {status}\n{}", self.0.display(), read(&errors));
        read(&out)
    }

    /// Measures pages, each as wide as told and in the scheme told: see `probe.html`.
    pub fn measure(&self, pages: &[(&str, u32, &str, &str)]) -> Vec<Value> {
        let pages: Vec<Value> = pages
            .iter()
            .map(|(name, width, scheme, html)| {
                serde_json::json!({"name": name, "width": width, "scheme": scheme, "html": html})
            })
            .collect();
        // Within a script nothing may look like its end.
        let pages = serde_json::to_string(&pages).unwrap().replace('<', "\\u003c");
        let folder = tempfile::tempdir().unwrap();
        let probe = folder.path().join("probe.html");
        std::fs::write(&probe, include_str!("probe.html").replacen("PAGES", &pages, 1)).unwrap();
        let dom = self.run(folder.path(), &probe, &["--dump-dom"]);
        let result = dom.split("<pre id=\"result\">").nth(1).and_then(|rest| rest.split("</pre>").next());
        let result = percent_decode_str(result.unwrap_or_default()).decode_utf8().unwrap();
        match serde_json::from_str(&result) {
            Ok(Value::Array(results)) => results,
            _ => panic!("the probe says `{result}`: {}", dom.chars().take(2000).collect::<String>()),
        }
    }

    /// A picture of a page, as a file of PNG.
    pub fn picture(&self, html: &str, width: u32, height: u32) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let (page, picture) = (folder.path().join("page.html"), folder.path().join("page.png"));
        std::fs::write(&page, html).unwrap();
        let size = format!("--window-size={width},{height}");
        self.run(folder.path(), &page, &[&size, &format!("--screenshot={}", picture.display())]);
        std::fs::read(picture).unwrap()
    }
}
