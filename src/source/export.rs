//! An export of a table to S3, copied to disk: its manifests and its data files.
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html>

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use serde::Deserialize;

use super::raw::LineFormat;
use crate::error::Error;
use crate::files::{FileId, read_report, reads};

/// An export.
#[derive(Clone, Debug)]
pub struct Export {
    /// Its folder: the one of its manifests.
    pub folder: PathBuf,
    /// What its lines are.
    pub format: LineFormat,
    /// The table that was exported.
    pub table_arn: Option<String>,
    /// When, as the manifest says: the time of a full export, the end of the span of an incremental one.
    pub time: Option<String>,
    /// How many items it holds.
    pub items: Option<u64>,
    /// Its data files, in the order of the manifest.
    pub files: Vec<ExportFile>,
}

/// A data file of an export.
#[derive(Clone, Debug)]
pub struct ExportFile {
    /// Where it is on disk.
    pub path: PathBuf,
    /// How many items it holds.
    pub items: Option<u64>,
    /// The MD5 checksum of the file as it is in S3.
    pub md5: Option<[u8; 16]>,
    /// The line of the manifest that names it, from 1.
    pub line: usize,
}

const AGAIN: &str =
    "its items would be counted twice: copy the manifest from S3 again: `aws s3 sync` of the whole export";
const SUMMARY: &str = "manifest-summary.json";
const FILES: &str = "manifest-files.json";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SummaryDocument {
    table_arn: Option<String>,
    export_time: Option<String>,
    export_to_time: Option<String>,
    item_count: Option<u64>,
    output_format: Option<String>,
    export_type: Option<String>,
    manifest_files_s3_key: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FileDocument {
    item_count: Option<u64>,
    md5_checksum: Option<String>,
    data_file_s3_key: String,
}

impl Export {
    /// Reads the manifests of the export at a path: its folder, a folder that holds it alone, or its
    /// `manifest-summary.json`. Every data file that the manifest names must be there.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let folder = find(path)?;
        let summary: SummaryDocument = parse(&folder.join(SUMMARY))?;
        match summary.output_format.as_deref() {
            None | Some("DYNAMODB_JSON") => {}
            Some(other) => {
                return Err(Error::usage(
                    format!("the export in `{}` is in the format {other}", folder.display()),
                    "export the table again with `--export-format DYNAMODB_JSON`, the default",
                ));
            }
        }
        let format = match summary.export_type.as_deref() {
            Some("INCREMENTAL_EXPORT") => LineFormat::Changes,
            _ => LineFormat::Items,
        };
        let named = summary.manifest_files_s3_key.as_deref().and_then(|key| key.rsplit('/').next()).unwrap_or(FILES);
        let manifest = folder.join(named);
        let text = read(&manifest)?;
        let mut files = Vec::new();
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let file: FileDocument = serde_json::from_str(line).map_err(|reason| Error::Item {
                file: manifest.display().to_string(),
                line: at + 1,
                column: reason.column(),
                message: format!("this is not the line of a data file: {reason}"),
                help: Some("copy the whole export from S3 again: `aws s3 sync`".to_owned()),
            })?;
            let md5 = match file.md5_checksum.as_deref() {
                None | Some("") => None,
                Some(text) => Some(checksum(text).ok_or_else(|| Error::Item {
                    file: manifest.display().to_string(),
                    line: at + 1,
                    column: 1,
                    message: format!("`{}` is no MD5 checksum in base64", crate::text::excerpt(text)),
                    help: None,
                })?),
            };
            let own = ExportFile {
                path: data_file(&folder, &file.data_file_s3_key),
                items: file.item_count,
                md5,
                line: at + 1,
            };
            files.push(own);
        }
        if let Some((first, second)) = twice(&files) {
            return Err(Error::Item {
                file: manifest.display().to_string(),
                line: second.line,
                column: 1,
                message: format!(
                    "the manifest names the data file `{}` twice: line {} does, too",
                    second.path.display(),
                    first.line
                ),
                help: Some(AGAIN.to_owned()),
            });
        }
        let missing: Vec<&ExportFile> = files.iter().filter(|file| !file.path.is_file()).collect();
        if let Some(first) = missing.first() {
            let others = match missing.len() - 1 {
                0 => String::new(),
                1 => " and 1 more".to_owned(),
                more => format!(" and {more} more"),
            };
            return Err(Error::usage(
                format!("the export lacks a data file of its manifest: `{}`{others}", first.path.display()),
                "copy the whole export from S3 again: `aws s3 sync s3://BUCKET/PREFIX/AWSDynamoDB/EXPORT-ID FOLDER`",
            ));
        }
        let time = match format {
            LineFormat::Items => summary.export_time,
            LineFormat::Changes => summary.export_to_time,
        };
        Ok(Self { folder, format, table_arn: summary.table_arn, time, items: summary.item_count, files })
    }
}

impl Export {
    /// What the manifests say against each other: the export as a whole and its files hold different numbers of items, as
    /// where lines of the manifest are missing. Of an incremental export nothing is known that must agree.
    pub fn lacks(&self) -> Option<Error> {
        let items = self.files.iter().try_fold(0_u64, |sum, file| sum.checked_add(file.items?));
        let sum = items.filter(|_| self.format == LineFormat::Items)?;
        let whole = self.items.filter(|whole| *whole != sum)?;
        let files = self.files.len();
        let (plural, hold) = if files == 1 { ("", "holds") } else { ("s", "hold") };
        let message = format!(
            "`itemCount` of {SUMMARY} is {whole}, and the {files} data file{plural} of the manifest {hold} {sum}: the export in \
             `{}` is not whole",
            self.folder.display()
        );
        Some(Error::usage(message, WHOLE))
    }

    /// An error where so many items were read and the manifest says that there are others.
    pub fn other_than(&self, read: u64) -> Option<Error> {
        let whole = self.items.filter(|whole| *whole != read && self.format == LineFormat::Items)?;
        let message =
            format!("`itemCount` of {SUMMARY} is {whole}, and {read} items were read: the export is not whole");
        Some(Error::usage(message, WHOLE))
    }
}

const WHOLE: &str =
    "copy the whole export from S3 again: `aws s3 sync s3://BUCKET/PREFIX/AWSDynamoDB/EXPORT-ID FOLDER`";

/// Two lines of a manifest that name one file, under whatever names.
fn twice(files: &[ExportFile]) -> Option<(&ExportFile, &ExportFile)> {
    let mut known: BTreeMap<FileId, &ExportFile> = BTreeMap::new();
    files.iter().find_map(|file| known.insert(FileId::of(&file.path), file).map(|first| (first, file)))
}

/// The folder of the export at a path.
fn find(path: &Path) -> Result<PathBuf, Error> {
    let has = |folder: &Path| folder.join(SUMMARY).is_file();
    if has(path) {
        return Ok(path.to_path_buf());
    }
    if path.file_name().is_some_and(|name| name == SUMMARY) && path.is_file() {
        return Ok(path.parent().unwrap_or(Path::new(".")).to_path_buf());
    }
    let entries =
        std::fs::read_dir(path).map_err(|reason| Error::Io { action: "read", path: path.to_path_buf(), reason })?;
    let mut below: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    // `aws s3 sync` of a prefix keeps the folder AWSDynamoDB.
    let inner = path.join("AWSDynamoDB");
    if let Ok(entries) = std::fs::read_dir(&inner) {
        below.extend(entries.filter_map(|entry| entry.ok().map(|entry| entry.path())));
    }
    below.retain(|folder| has(folder));
    below.sort();
    match below.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(Error::usage(
            format!("there is no export in `{}`: it has no {SUMMARY}", path.display()),
            "name the folder of the export's ID, as in `--export AWSDynamoDB/01693685827463-2d8752fd`; for files of items \
             without a manifest use `--items`",
        )),
        several => {
            let names: Vec<String> = several.iter().map(|folder| format!("`{}`", folder.display())).collect();
            Err(Error::usage(
                format!("there are {} exports in `{}`", several.len(), path.display()),
                format!("name one of them: {}", names.join(", ")),
            ))
        }
    }
}

/// A data file by its key in S3: in `data` beside the manifests, or one folder above them as in incremental exports.
fn data_file(folder: &Path, key: &str) -> PathBuf {
    let name = key.rsplit('/').next().unwrap_or(key);
    let own = folder.join("data").join(name);
    let shared = folder.parent().unwrap_or(Path::new(".")).join("data").join(name);
    let beside = folder.join(name);
    if own.is_file() {
        own
    } else if shared.is_file() {
        shared
    } else if beside.is_file() {
        beside
    } else {
        own
    }
}

fn checksum(text: &str) -> Option<[u8; 16]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

/// Reads a manifest, and compares it with its checksum where the export has that.
fn read(path: &Path) -> Result<String, Error> {
    let text = read_report(path).map_err(|reason| Error::Io { action: "read", path: path.to_path_buf(), reason })?;
    reads(path);
    reads(&path.with_extension("md5"));
    if let Ok(wanted) = read_report(&path.with_extension("md5"))
        && let Some(wanted) = checksum(wanted.trim())
        && Md5::digest(&text)[..] != wanted
    {
        return Err(Error::usage(
            format!("`{}` is not the file of its checksum, `{}`", path.display(), path.with_extension("md5").display()),
            "copy the whole export from S3 again: `aws s3 sync`",
        ));
    }
    Ok(text)
}

fn parse<T: for<'t> Deserialize<'t>>(path: &Path) -> Result<T, Error> {
    let text = read(path)?;
    serde_json::from_str(&text).map_err(|reason| Error::Item {
        file: path.display().to_string(),
        line: reason.line(),
        column: reason.column(),
        message: format!("this is not the manifest of an export: {reason}"),
        help: Some("copy the whole export from S3 again: `aws s3 sync`".to_owned()),
    })
}
