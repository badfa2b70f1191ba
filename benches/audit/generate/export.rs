//! The files of an export to S3, as AWS names and fills them:
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html>

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use md5::{Digest, Md5};
use serde_json::json;

use super::random::Random;
use super::{Request, Truth};

/// An export that is being written.
pub struct Export<'r> {
    request: &'r Request<'r>,
    id: String,
    /// The folder of its manifests.
    folder: PathBuf,
}

/// A data file that is being written.
pub struct DataFile {
    name: String,
    out: Out,
}

enum Out {
    Packed(Box<GzEncoder<Hashed<BufWriter<File>>>>),
    Plain(BufWriter<File>),
}

/// A data file.
pub struct Written {
    name: String,
    items: u64,
    md5: String,
}

struct Hashed<W> {
    inner: W,
    md5: Md5,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.md5.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl Write for DataFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.out {
            Out::Packed(out) => out.write(bytes),
            Out::Plain(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl DataFile {
    /// Ends the file.
    pub fn finish(self, items: u64) -> io::Result<Written> {
        let md5 = match self.out {
            Out::Packed(out) => {
                let mut hashed = out.finish()?;
                hashed.flush()?;
                STANDARD.encode(hashed.md5.finalize())
            }
            Out::Plain(mut out) => {
                out.flush()?;
                String::new()
            }
        };
        Ok(Written { name: self.name, items, md5 })
    }
}

impl<'r> Export<'r> {
    /// Makes the folders.
    pub fn create(request: &'r Request<'r>) -> io::Result<Self> {
        let id = format!("01715938200000-{}", Random::new(request.seed, 0).hex(8));
        let folder = match request.plain {
            true => request.folder.to_path_buf(),
            false => request.folder.join("AWSDynamoDB").join(&id),
        };
        std::fs::create_dir_all(if request.plain { folder.clone() } else { folder.join("data") })?;
        Ok(Self { request, id, folder })
    }

    /// Starts a data file.
    pub fn data_file(&self, number: usize) -> io::Result<DataFile> {
        if self.request.plain {
            let name = format!("items-{number:03}.jsonl");
            let file = BufWriter::with_capacity(1 << 20, File::create(self.folder.join(&name))?);
            return Ok(DataFile { name, out: Out::Plain(file) });
        }
        let letters = b"abcdefghijklmnopqrstuvwxyz234567";
        let mut random = Random::new(self.request.seed, 1_000_000 + number as u64);
        let name: String = (0..26).map(|_| char::from(random.pick(letters))).collect();
        let name = format!("{name}.json.gz");
        let file = BufWriter::with_capacity(1 << 18, File::create(self.folder.join("data").join(&name))?);
        let hashed = Hashed { inner: file, md5: Md5::new() };
        Ok(DataFile { name, out: Out::Packed(Box::new(GzEncoder::new(hashed, Compression::new(6)))) })
    }

    /// Writes the manifests and the truth.
    pub fn finish(&self, files: &[Written], truth: &Truth) -> io::Result<()> {
        let truth_text = serde_json::to_string_pretty(&truth.to_json())? + "\n";
        std::fs::write(self.request.folder.join("truth.json"), truth_text)?;
        if self.request.plain {
            return Ok(());
        }
        let mut lines = String::new();
        for file in files {
            let line = json!({
                "itemCount": file.items,
                "md5Checksum": file.md5,
                "etag": format!("{}-1", Random::new(self.request.seed, file.items).hex(32)),
                "dataFileS3Key": format!("AWSDynamoDB/{}/data/{}", self.id, file.name),
            });
            lines.push_str(&format!("{line}\n"));
        }
        let table = "arn:aws:dynamodb:eu-central-1:123456789012:table/shop";
        let summary = json!({
            "version": "2023-08-01",
            "exportArn": format!("{table}/export/{}", self.id),
            "startTime": "2024-05-17T09:30:00.000Z",
            "endTime": "2024-05-17T09:41:12.345Z",
            "tableArn": table,
            "tableId": Random::new(self.request.seed, 2).uuid(),
            "exportTime": "2024-05-17T09:30:00.000Z",
            "s3Bucket": "shop-exports",
            "s3Prefix": null,
            "s3SseAlgorithm": "AES256",
            "s3SseKmsKeyId": null,
            "manifestFilesS3Key": format!("AWSDynamoDB/{}/manifest-files.json", self.id),
            "billedSizeBytes": truth.bytes,
            "itemCount": truth.items,
            "outputFormat": "DYNAMODB_JSON",
            "exportType": "FULL_EXPORT",
        });
        for (name, text) in [("manifest-files", lines), ("manifest-summary", summary.to_string())] {
            std::fs::write(self.folder.join(format!("{name}.json")), &text)?;
            std::fs::write(self.folder.join(format!("{name}.md5")), STANDARD.encode(Md5::digest(&text)))?;
        }
        std::fs::write(self.folder.join("_started"), "")
    }
}
