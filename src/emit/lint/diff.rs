//! What fixes would change, as a patch for `git apply` and `patch -p1`.

use std::io::Write;

use similar::TextDiff;

use crate::emit::log::{begins_here, commands};
use crate::error::Error;
use crate::fix::Rewrite;
use crate::text::is_printable;

/// Writes a unified diff of each file.
pub fn write_diff(out: &mut dyn Write, rewrites: &[Rewrite]) -> Result<(), Error> {
    for rewrite in rewrites {
        let diff = TextDiff::from_lines(&rewrite.before, &rewrite.after);
        let header = |side| file_name(side, &rewrite.name);
        write!(out, "{}", diff.unified_diff().header(&header('a'), &header('b'))).map_err(Error::Output)?;
    }
    Ok(())
}

/// A name in the head of a patch. One that would break the line, or that a terminal might act on, is quoted as git does.
fn file_name(side: char, name: &str) -> String {
    let name = name.strip_prefix("./").unwrap_or(name);
    let whole = format!("{side}/{}", name.trim_start_matches('/'));
    let is_odd = |c: char| c == '"' || c == '\\' || !is_printable(c);
    if whole.contains(is_odd) || commands(&whole).next().is_some() {
        let mut quoted = String::from("\"");
        for (at, c) in whole.char_indices() {
            match c {
                '"' | '\\' => quoted.extend(['\\', c]),
                c if !is_printable(c) || begins_here(&whole[at..]) => {
                    let mut bytes = [0; 4];
                    quoted.extend(c.encode_utf8(&mut bytes).bytes().map(|byte| format!("\\{byte:03o}")));
                }
                c => quoted.push(c),
            }
        }
        quoted.push('"');
        return quoted;
    }
    // A tab ends a name that has spaces in it.
    if whole.contains(' ') { format!("{whole}\t") } else { whole }
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn odd_names_are_quoted() {
        for (name, head) in [
            ("./models/user.toml", "a/models/user.toml"),
            ("/tmp/user.toml", "a/tmp/user.toml"),
            ("my models/é.toml", "a/my models/é.toml\t"),
            ("a\u{202e}b\u{a0}.toml", "\"a/a\\342\\200\\256b\\302\\240.toml\""),
            ("##vso[x].toml", "\"a/\\043#vso[x].toml\""),
            ("a\"b\\c\n\u{9b}.toml", "\"a/a\\\"b\\\\c\\012\\302\\233.toml\""),
        ] {
            assert_eq!(file_name('a', name), head);
        }
    }
}
