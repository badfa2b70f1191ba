//! The command line: its arguments, its help, its exit status.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};

use crate::commands;
use crate::emit::{Diagnostics, Dictionary, Guarded, Terminal};
use crate::error::Error;
use crate::report::{FailOn, Level};
use crate::text::is_printable;

/// Nothing at or above `--fail-on` was found.
pub const EXIT_CLEAN: u8 = 0;
/// Something was found.
pub const EXIT_FINDINGS: u8 = 1;
/// The run itself failed: bad arguments, unreadable input, interrupted.
pub const EXIT_FAILED: u8 = 2;

/// Shows, lints and audits the keys of DynamoDB single-table designs.
#[derive(Debug, Parser)]
#[command(
    name = "dynkeys",
    version,
    propagate_version = true,
    after_help = "\
Examples:
  dynkeys init                                   start a project: dynkeys.toml and a first model
  dynkeys explain models/product.toml item.json  the keys that the model writes for the item
  dynkeys explain models/ items.jsonl            the same for items that carry their keys
  dynkeys lint                                   what is wrong with the design, in CI
  dynkeys audit --export EXPORT                  are the keys in a table the ones that the models write?
  dynkeys docs --output table.html               the page about the table, for the team

Exit status: 0 nothing found, 1 findings at or above --fail-on, 2 the run itself failed."
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    /// When to use colours; NO_COLOR turns `auto` off
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: ColorChoice,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ColorChoice {
    /// In a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    Explain(ExplainArgs),
    Lint(LintArgs),
    Audit(Box<AuditArgs>),
    Merge(MergeArgs),
    Compare(CompareArgs),
    Rules(RulesArgs),
    Docs(DocsArgs),
    Schema(SchemaArgs),
    Init(InitArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
}

/// Show the keys that a model writes for items, and from which fields
///
/// A path that ends in .toml, or a folder, is a model or a folder of models; any other path is a file of items, and `-`
/// is standard input. Without a model, those of dynkeys.toml are used, else the folder `models`.
///
/// Items are plain JSON or DynamoDB JSON: an object, an array, one object a line, `{"Item": …}`, `{"Items": […]}` or a
/// whole response; gzip of any of these.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dynkeys explain models/product.toml item.json
      every key of every index, which field gave which part, and what is wrong with it
  dynkeys explain models/ items.jsonl.gz --format jsonl
      one line of JSON an item; the entity is found by the keys that the item carries
  dynkeys explain models/ new-user.json --entity User
      an item without keys needs its entity named
  aws dynamodb get-item … | dynkeys explain models/product.toml -
      items from standard input
  dynkeys explain models/user.toml user.json --index gsi1 --query begins_with
      the Query that this item's fields ask for, with the aws command
  dynkeys explain models/user.toml user.json --dialect all
      what each era of boto3-assist writes, and which keys differ
  dynkeys explain models/product.toml item.json --as resource --format json
      the dictionary that to_resource_dictionary() gives

Exit status: 0 nothing found, 1 findings at or above --fail-on, 2 the run itself failed.")]
pub struct ExplainArgs {
    /// Models (.toml files and folders) and items (any other file, or `-`)
    #[arg(value_name = "MODEL|ITEMS")]
    pub paths: Vec<PathBuf>,
    /// The entity of items whose keys do not tell it: they carry none, or those of several entities or of none
    #[arg(long, value_name = "NAME")]
    pub entity: Option<String>,
    /// How build_key behaves: `guide`, `boto3-assist@VERSION`, or `all` to compare
    #[arg(long, value_name = "DIALECT")]
    pub dialect: Option<String>,
    /// Show only this index; `primary` is the table's own key
    #[arg(long, value_name = "NAME")]
    pub index: Option<String>,
    /// Leave the sort keys out, as to_dict(include_sort_key=False) does
    #[arg(long)]
    pub partition_key_only: bool,
    /// Print a dictionary of boto3-assist instead of the table
    #[arg(long = "as", value_name = "DICTIONARY", conflicts_with = "query")]
    pub dictionary: Option<DictionaryChoice>,
    /// Print the Query that the item's fields ask for [eq, begins_with, lt, lte, gt, gte, between; default: begins_with]
    #[arg(long, value_name = "CONDITION", num_args = 0..=1, default_missing_value = "begins_with")]
    pub query: Option<String>,
    /// What `--query between` puts behind the sort key for the low end
    #[arg(long, value_name = "VALUE", requires = "query", allow_hyphen_values = true)]
    pub low: Option<String>,
    /// What `--query between` puts behind the sort key for the high end
    #[arg(long, value_name = "VALUE", requires = "query", allow_hyphen_values = true)]
    pub high: Option<String>,
    /// The output's format
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Format,
    /// Exit with 1 when there is a finding of this level or above
    #[arg(long, value_name = "LEVEL", default_value = "warning")]
    pub fail_on: FailOnChoice,
    /// Give a rule a level: error, warning, info or off
    #[arg(long = "rule", value_name = "NAME=LEVEL", value_parser = rule_level)]
    pub rules: Vec<(String, Level)>,
    /// The configuration [default: dynkeys.toml, in this folder or above]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Which dictionary `--as` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DictionaryChoice {
    /// to_dict() of each index
    Keys,
    /// to_dictionary(): the fields
    Plain,
    /// to_resource_dictionary(): fields and keys
    Resource,
    /// to_client_dictionary(): fields and keys as DynamoDB JSON
    Client,
}

impl From<DictionaryChoice> for Dictionary {
    fn from(choice: DictionaryChoice) -> Self {
        match choice {
            DictionaryChoice::Keys => Self::Keys,
            DictionaryChoice::Plain => Self::Plain,
            DictionaryChoice::Resource => Self::Resource,
            DictionaryChoice::Client => Self::Client,
        }
    }
}

/// The formats of `explain`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Tables for people
    Human,
    /// One JSON document
    Json,
    /// A line of JSON an item
    Jsonl,
}

/// The values of `--fail-on`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOnChoice {
    /// Errors only
    Error,
    /// Warnings and errors
    Warning,
    /// Any finding
    Info,
    /// No finding
    Never,
}

impl From<FailOnChoice> for FailOn {
    fn from(choice: FailOnChoice) -> Self {
        match choice {
            FailOnChoice::Error => Self::Error,
            FailOnChoice::Warning => Self::Warning,
            FailOnChoice::Info => Self::Info,
            FailOnChoice::Never => Self::Never,
        }
    }
}

fn rule_level(text: &str) -> Result<(String, Level), String> {
    let (name, level) = text.split_once('=').ok_or("write NAME=LEVEL, as in `truncated-key=off`")?;
    let level = Level::from_word(level).ok_or_else(|| format!("`{level}` is no level: error, warning, info or off"))?;
    Ok((name.to_owned(), level))
}

/// Prove a design sound before anything is written
///
/// A path that ends in .toml is a model, a folder holds models. Without paths the models of dynkeys.toml are linted,
/// else those of the folder `models`. All models that are given are those of one table.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dynkeys lint                            the models of dynkeys.toml, or of the folder models
  dynkeys lint models/user.toml           one model
  dynkeys lint --format sarif > out.sarif for code scanning; also json, github and junit
  dynkeys lint --fix                      applies the safe fixes; --fix --unsafe the others too
  dynkeys lint --diff                     what the safe fixes would change, as a patch
  dynkeys lint --rule unused-index=off    a level for a rule: error, warning, info or off
  dynkeys lint --write-baseline known.json
      begin with a design as it is; from then on `dynkeys lint --baseline known.json`
  dynkeys rules overlapping-keys          what a rule finds, why it matters and how to fix it

Exit status: 0 nothing found, 1 findings at or above --fail-on, 2 the run itself failed.
With --fix the findings are those that remain; with --diff a change counts as one.")]
#[command(group = ArgGroup::new("fixes").args(["fix", "diff"]).multiple(true))]
pub struct LintArgs {
    /// Models (.toml files) and folders of models
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How build_key behaves, for every model: `guide` or `boto3-assist@VERSION`
    #[arg(long, value_name = "DIALECT")]
    pub dialect: Option<String>,
    /// Hide the findings that this file knows
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write what is found to FILE, else to that of --baseline, and hide it; a folder or a model here is one to lint
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    pub write_baseline: Option<Option<PathBuf>>,
    /// The output's format
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: LintFormat,
    /// Exit with 1 when there is a finding of this level or above
    #[arg(long, value_name = "LEVEL", default_value = "warning")]
    pub fail_on: FailOnChoice,
    /// Give a rule a level: error, warning, info or off
    #[arg(long = "rule", value_name = "NAME=LEVEL", value_parser = rule_level)]
    pub rules: Vec<(String, Level)>,
    /// The configuration [default: dynkeys.toml, in this folder or above]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Apply the fixes that leave all keys as they are
    #[arg(long)]
    pub fix: bool,
    /// Apply the fixes that change keys or names, too, and guesses
    #[arg(long = "unsafe", requires = "fixes")]
    pub allow_unsafe: bool,
    /// Print what the fixes would change, as a patch, and change nothing
    #[arg(long)]
    pub diff: bool,
}

/// The formats of `lint`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LintFormat {
    /// For people: each finding with its place
    Human,
    /// One JSON document
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// JUnit XML, for GitLab and Jenkins
    Junit,
}

/// Compare the keys that are in a table with those that the models write; nothing is ever written to it
///
/// Finds each item's entity by the shapes of its keys, writes the item's keys anew, and compares. A path that ends in
/// .toml is a model, a folder holds models; without paths the models are those of dynkeys.toml, else of the folder
/// `models`. All models that are given are those of one table.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dynkeys audit --items dump.jsonl.gz           items in files, of any kind that `explain` reads
  dynkeys audit --export ./01700000000000-abc   an export to S3, copied with `aws s3 sync`
  dynkeys audit --table shop                    a live table, with the credentials of the AWS CLI
  dynkeys audit --table shop --sample 5%        a share of it, with error bounds
  dynkeys audit --table shop --checkpoint shop.json
      an interrupted scan goes on where it stopped
  dynkeys audit --table shop --segments 0-99/1000 --partial part-0.json
      a worker's share; `dynkeys merge part-*.json` makes the report
  dynkeys audit --export . --format html --output report.html
  dynkeys audit --export . --save new.json && dynkeys compare old.json new.json --fail-on-new
  dynkeys audit --table shop --print-iam-policy the permissions that a scan needs

Exit status: 0 nothing found, 1 findings at or above --fail-on, 2 the run itself failed or did not read all.")]
#[command(group = ArgGroup::new("source").args(["items", "export", "table"]))]
pub struct AuditArgs {
    /// Models (.toml files) and folders of models
    #[arg(value_name = "MODEL")]
    pub paths: Vec<PathBuf>,
    /// Audit the items of these files; `-` is standard input
    #[arg(long, value_name = "FILE", num_args = 1.., help_heading = "What to audit")]
    pub items: Vec<PathBuf>,
    /// Audit an export to S3, full or incremental, that was copied to this folder
    #[arg(long, value_name = "PATH", help_heading = "What to audit")]
    pub export: Option<PathBuf>,
    /// Audit a live table: its name or its ARN
    #[arg(long, value_name = "NAME", help_heading = "What to audit")]
    pub table: Option<String>,
    /// The profile of the AWS configuration
    #[arg(long, value_name = "NAME", help_heading = "A live table")]
    pub profile: Option<String>,
    /// The AWS region
    #[arg(long, value_name = "NAME", help_heading = "A live table")]
    pub region: Option<String>,
    /// Another endpoint than AWS's, as that of DynamoDB Local
    #[arg(long, value_name = "URL", help_heading = "A live table")]
    pub endpoint_url: Option<String>,
    /// Scan this index instead of the table
    #[arg(long, value_name = "NAME", help_heading = "A live table")]
    pub index: Option<String>,
    /// Into how many segments the scan is cut, or a worker's share of them, as `0-99/1000` [default: by the table's size]
    #[arg(long, value_name = "N|A-B/N", value_parser = segments, help_heading = "A live table")]
    pub segments: Option<Segments>,
    /// Read this share of the table, as `5%`: whole segments, spread over all of it
    #[arg(long, value_name = "SHARE", value_parser = share, help_heading = "A live table")]
    pub sample: Option<f64>,
    /// Read this many segments at once, 1 to 64; each has one request on its way [default: 16]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64), help_heading = "A live table")]
    pub concurrency: Option<u16>,
    /// Use at most so many read units a second
    #[arg(long, value_name = "N", value_parser = positive, help_heading = "A live table")]
    pub max_read_units: Option<f64>,
    /// Ask before a scan that costs more than this, in US dollars [default: 1]
    #[arg(long, value_name = "DOLLARS", value_parser = not_negative, help_heading = "A live table")]
    pub max_cost: Option<f64>,
    /// What a million read request units cost in US dollars, for the cost that is told [default: 0.125, us-east-1]
    #[arg(long, value_name = "DOLLARS", value_parser = not_negative, help_heading = "A live table")]
    pub price: Option<f64>,
    /// Do not ask
    #[arg(long, help_heading = "A live table")]
    pub yes: bool,
    /// Keep how far the scan is in FILE, and go on from there
    #[arg(long, value_name = "FILE", help_heading = "A live table")]
    pub checkpoint: Option<PathBuf>,
    /// Print the IAM policy that a scan needs, and do nothing else
    #[arg(long, help_heading = "A live table")]
    pub print_iam_policy: bool,
    /// Make a check that is made on request only: duplicate-primary-key
    #[arg(long = "check", value_name = "NAME")]
    pub checks: Vec<String>,
    /// How build_key behaves, for every model: `guide` or `boto3-assist@VERSION`
    #[arg(long, value_name = "DIALECT")]
    pub dialect: Option<String>,
    /// How many examples are shown of each check; JSON and SARIF have so many of each group of its findings
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(0..=1000))]
    pub examples: u16,
    /// Show hashes in place of values
    #[arg(long)]
    pub redact: bool,
    /// The output's format
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: AuditFormat,
    /// Write to this file, whole or not at all, instead of to standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Keep the report in FILE as JSON, for `dynkeys compare`
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
    /// Write what `dynkeys merge` joins to FILE, instead of a report
    #[arg(long, value_name = "FILE", conflicts_with_all = ["save", "output", "checks", "redact"])]
    pub partial: Option<PathBuf>,
    /// How many threads check files [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
    /// Exit with 1 when there is a finding of this level or above
    #[arg(long, value_name = "LEVEL", default_value = "warning")]
    pub fail_on: FailOnChoice,
    /// Give a rule a level: error, warning, info or off
    #[arg(long = "rule", value_name = "NAME=LEVEL", value_parser = rule_level)]
    pub rules: Vec<(String, Level)>,
    /// The configuration [default: dynkeys.toml, in this folder or above]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// The formats of `audit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AuditFormat {
    /// For people: what matters first, then each check with examples, then the indexes
    Human,
    /// Markdown, for a pull request or the summary of a job
    Markdown,
    /// A page for a browser, with charts: one file that loads nothing
    Html,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// One JSON document
    Json,
    /// A line of JSON a finding, as it is found
    Jsonl,
}

/// The segments of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segments {
    /// Into how many the table is cut.
    pub total: u32,
    /// The first and the last one to read; all without.
    pub share: Option<(u32, u32)>,
}

/// The most segments that DynamoDB takes.
const MOST_SEGMENTS: u32 = 1_000_000;

fn segments(text: &str) -> Result<Segments, String> {
    let number = |text: &str| text.trim().parse::<u32>().map_err(|_| format!("`{text}` is no number"));
    let (share, total) = match text.split_once('/') {
        None => (None, number(text)?),
        Some((share, total)) => {
            let (first, last) = share.split_once('-').unwrap_or((share, share));
            (Some((number(first)?, number(last)?)), number(total)?)
        }
    };
    if !(1..=MOST_SEGMENTS).contains(&total) {
        return Err(format!("a table is cut into 1 to {MOST_SEGMENTS} segments"));
    }
    match share {
        Some((first, last)) if first > last || last >= total => Err(format!(
            "the segments of {total} are 0 to {}: write FIRST-LAST/{total}, as in `0-0/{total}`",
            total - 1
        )),
        share => Ok(Segments { total, share }),
    }
}

fn share(text: &str) -> Result<f64, String> {
    let (number, unit) = text.strip_suffix('%').map_or((text, 1.0), |number| (number.trim(), 100.0));
    match number.parse::<f64>() {
        Ok(number) if number > 0.0 && number <= unit => Ok(number / unit),
        _ => Err("write a share of the table above 0 and up to 1, as in `5%` or `0.05`".to_owned()),
    }
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number > 0.0 && number.is_finite() => Ok(number),
        _ => Err("write a number above 0".to_owned()),
    }
}

fn not_negative(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number >= 0.0 && number.is_finite() => Ok(number),
        _ => Err("write a number, 0 or more".to_owned()),
    }
}

/// Join the parts of an audit into its report
///
/// The parts are files of `dynkeys audit --partial`, of one table and the same models. The report is that of an audit of
/// the whole.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dynkeys merge part-*.json
  dynkeys merge part-*.json --format html --output report.html

Exit status: 0 nothing found, 1 findings at or above --fail-on, 2 the run itself failed or the parts are not the whole.")]
pub struct MergeArgs {
    /// The parts
    #[arg(value_name = "PART", required = true)]
    pub parts: Vec<PathBuf>,
    /// Show hashes in place of values
    #[arg(long)]
    pub redact: bool,
    /// The output's format
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: AuditFormat,
    /// Write to this file, whole or not at all, instead of to standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Keep the report in FILE as JSON, for `dynkeys compare`
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
    /// Exit with 1 when there is a finding of this level or above
    #[arg(long, value_name = "LEVEL", default_value = "warning")]
    pub fail_on: FailOnChoice,
    /// Give a rule a level: error, warning, info or off
    #[arg(long = "rule", value_name = "NAME=LEVEL", value_parser = rule_level)]
    pub rules: Vec<(String, Level)>,
    /// The configuration [default: dynkeys.toml, in this folder or above]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Show what got better and what got worse between two audits
///
/// The reports are files of `dynkeys audit --save` or `--format json`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dynkeys compare monday.json tuesday.json
  dynkeys compare main.json branch.json --fail-on-new   in CI

Exit status: 0 compared, 1 something is new or got worse (--fail-on-new), 2 the run itself failed.")]
pub struct CompareArgs {
    /// The earlier report
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// The later one
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
    /// Exit with 1 when there are findings that the earlier report has not, or more of them
    #[arg(long)]
    pub fail_on_new: bool,
    /// Findings below this level do not count for --fail-on-new
    #[arg(long, value_name = "LEVEL", default_value = "warning")]
    pub fail_on: FailOnChoice,
    /// The output's format
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: CompareFormat,
}

/// The formats of `compare`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CompareFormat {
    /// For people
    Human,
    /// One JSON document
    Json,
    /// Markdown, for a pull request
    Markdown,
}

/// List the rules, or explain one: what it finds, why it matters, how to fix it
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dynkeys rules                           all rules with their levels
  dynkeys rules overlapping-keys          the page of a rule
  dynkeys rules --format json             for a script")]
pub struct RulesArgs {
    /// The rule; all without one
    #[arg(value_name = "NAME")]
    pub rule: Option<String>,
    /// The output's format
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: RulesFormat,
}

/// The formats of `rules`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RulesFormat {
    /// For people
    Human,
    /// One JSON document
    Json,
}

/// Write the page about a table: entity chart, access patterns, item collections
///
/// The page shows which keys each entity writes to the table and to each index, which request answers each access
/// pattern, and which entities share the partitions of an index. All models that are given are those of one table;
/// without paths they are those of dynkeys.toml, else of the folder `models`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dynkeys docs > docs/table.md                   Markdown with Mermaid diagrams, as GitHub and GitLab show it
  dynkeys docs --output docs/table.html          one HTML file that loads nothing, for a browser
  dynkeys docs --output docs/table.md --check    in CI: is the page current?

Exit status: 0 done, 1 the page is not current (--check), 2 the run itself failed: a model that cannot be read, too.")]
pub struct DocsArgs {
    /// Models (.toml files) and folders of models
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The page's format [default: html where FILE ends in .html, otherwise markdown]
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<DocsFormat>,
    /// Write to this file, whole or not at all, instead of to standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write nothing; exit with 1 where FILE is not what would be written
    #[arg(long, requires = "output")]
    pub check: bool,
    /// The page's title [default: made of the table's name]
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// How build_key behaves, for every model: `guide` or `boto3-assist@VERSION`
    #[arg(long, value_name = "DIALECT")]
    pub dialect: Option<String>,
    /// The configuration [default: dynkeys.toml, in this folder or above]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// The formats of `docs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DocsFormat {
    /// Markdown with Mermaid diagrams
    Markdown,
    /// One HTML file that loads nothing
    Html,
}

/// Print the JSON Schema of models or of dynkeys.toml, for editors
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dynkeys schema model > model.schema.json
  dynkeys schema config > dynkeys.schema.json

Editors with a TOML language server complete and check a model whose first line is
  #:schema ./model.schema.json")]
pub struct SchemaArgs {
    /// Which schema
    #[arg(value_name = "WHICH")]
    pub which: SchemaChoice,
}

/// The schemas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaChoice {
    /// Of models/*.toml
    Model,
    /// Of dynkeys.toml
    Config,
}

/// Start a project: a commented dynkeys.toml and a first model; nothing is overwritten
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dynkeys init              in this folder
  dynkeys init service/     in another, which is made if need be")]
pub struct InitArgs {
    /// The folder
    #[arg(value_name = "FOLDER", default_value = ".")]
    pub folder: PathBuf,
}

/// Print completions for a shell
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dynkeys completions bash > ~/.local/share/bash-completion/completions/dynkeys
  dynkeys completions zsh > ~/.zfunc/_dynkeys
  dynkeys completions fish > ~/.config/fish/completions/dynkeys.fish")]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

/// Print a manual page
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dynkeys man > dynkeys.1                        the whole
  dynkeys man explain > dynkeys-explain.1        one command")]
pub struct ManArgs {
    /// The command; the whole tool without one
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}

/// What a command writes to.
pub struct Streams<'s> {
    /// Standard output: the chosen format and nothing else.
    pub out: &'s mut dyn Write,
    /// What the reader of standard output can show.
    pub terminal: Terminal,
    /// Standard error.
    pub err: &'s mut dyn Write,
    /// For errors and findings on standard error.
    pub err_terminal: Terminal,
}

impl Streams<'_> {
    /// Writes an error to standard error. A reader that has gone is no reason to fail once more.
    pub fn report(&mut self, error: &Error) {
        let _ = Diagnostics::new(self.err_terminal).write(self.err, error);
    }

    /// Writes a word of advice to standard error.
    pub fn note(&mut self, text: &str) {
        let _ = writeln!(self.err, "note: {text}");
    }
}

/// Runs the command line and returns the exit status.
pub fn run() -> u8 {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // What the user typed stands in the message, and may hold what a terminal or a log acts on.
            let is_odd = |text: &str| !text.chars().all(is_printable) || text.contains("##") || text.contains("::");
            if error.use_stderr() && std::env::args_os().any(|argument| is_odd(&argument.to_string_lossy())) {
                let mut err = Guarded::new(io::stderr().lock(), false);
                let _ = write!(err, "{}", error.render()).and_then(|()| err.flush());
            } else {
                // Help and version go to standard output and are no failure.
                let _ = error.print();
            }
            return if error.use_stderr() { EXIT_FAILED } else { EXIT_CLEAN };
        }
    };
    let stdout = io::stdout();
    let stderr = io::stderr();
    let terminal = terminal(cli.color, &stdout);
    let err_terminal = self::terminal(cli.color, &stderr);
    let out = io::BufWriter::with_capacity(64 << 10, stdout.lock());
    let mut out = guarded(&cli.command, stdout.is_terminal(), terminal.color, out);
    let mut err = Guarded::new(stderr.lock(), err_terminal.color);
    let mut streams = Streams { out: &mut *out, terminal, err: &mut err, err_terminal };
    let done = match &cli.command {
        Command::Explain(args) => commands::explain::run(args, &mut streams),
        Command::Lint(args) => commands::lint::run(args, &mut streams),
        Command::Audit(args) => commands::audit::run(args, &mut streams),
        Command::Merge(args) => commands::merge::run(args, &mut streams),
        Command::Compare(args) => commands::compare::run(args, &mut streams),
        Command::Rules(args) => commands::rules::run(args, &mut streams),
        Command::Docs(args) => commands::docs::run(args, &mut streams),
        Command::Schema(args) => commands::schema::run(args, &mut streams),
        Command::Init(args) => commands::init::run(args, &mut streams),
        Command::Completions(args) => commands::completions::run(args, &mut streams),
        Command::Man(args) => commands::man::run(args, &mut streams),
    };
    let flushed = streams.out.flush().map_err(Error::Output);
    let status = match done.and_then(|status| flushed.map(|()| status)) {
        Ok(status) => status,
        Err(error) if error.is_closed_pipe() => EXIT_CLEAN,
        Err(error) => {
            streams.report(&error);
            EXIT_FAILED
        }
    };
    // A log that is gone is no failure.
    let _ = streams.err.flush();
    status
}

/// Standard output, guarded as far as its format allows.
fn guarded<'o>(command: &Command, is_terminal: bool, color: bool, out: impl Write + 'o) -> Box<dyn Write + 'o> {
    match command {
        // Commands of a build server that are meant as such, and a script of a shell.
        Command::Lint(args) if args.format == LintFormat::Github && !args.diff => Box::new(out),
        Command::Completions(_) => Box::new(out),
        // A patch goes to `git apply`, or to a screen.
        Command::Lint(args) if args.diff && !is_terminal => Box::new(Guarded::exact(out)),
        _ => Box::new(Guarded::new(out, color)),
    }
}

/// What a stream's reader can show. A pipe has 80 columns, so that output does not depend on who reads it.
fn terminal(choice: ColorChoice, stream: &impl anstream::stream::RawStream) -> Terminal {
    let color = match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => anstream::AutoStream::choice(stream) != anstream::ColorChoice::Never,
    };
    let columns = || std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let width = if stream.is_terminal() {
        terminal_size::terminal_size().map(|(width, _)| width.0).or_else(columns)
    } else {
        None
    };
    match width.filter(|width| *width > 0) {
        Some(width) => Terminal::screen(width, color),
        None => Terminal { color, ..Terminal::FILE },
    }
}
