//! The names of the dialects of build_key. What each does is in `key::pairs`.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::reader::{FromToml, Node, Reader};

/// The eras in which build_key behaved alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Era {
    /// As the guide prints it.
    Guide,
    /// boto3-assist 0.1.0 and 0.1.1.
    V0_1_0,
    /// boto3-assist 0.1.2 to 0.20.
    V0_1_2,
    /// boto3-assist 0.21 to 0.36.
    V0_21,
    /// boto3-assist 0.37 to 0.57.
    V0_37,
    /// boto3-assist 0.58 and on.
    V0_58,
}

impl Era {
    /// Every era, oldest last but for the guide's own.
    pub const ALL: [Self; 6] = [Self::Guide, Self::V0_1_0, Self::V0_1_2, Self::V0_21, Self::V0_37, Self::V0_58];

    /// The versions that the era spans, for people.
    pub const fn versions(self) -> &'static str {
        match self {
            Self::Guide => "guide",
            Self::V0_1_0 => "boto3-assist 0.1.0 to 0.1.1",
            Self::V0_1_2 => "boto3-assist 0.1.2 to 0.20",
            Self::V0_21 => "boto3-assist 0.21 to 0.36",
            Self::V0_37 => "boto3-assist 0.37 to 0.57",
            Self::V0_58 => "boto3-assist 0.58 and on",
        }
    }

    /// The dialect named after the era's first version.
    pub fn dialect(self) -> Dialect {
        let version = match self {
            Self::Guide => return Dialect::default(),
            Self::V0_1_0 => (0, 1, 0),
            Self::V0_1_2 => (0, 1, 2),
            Self::V0_21 => (0, 21, 0),
            Self::V0_37 => (0, 37, 0),
            Self::V0_58 => (0, 58, 0),
        };
        Dialect::of_version(version, format!("{PACKAGE}@{}.{}.{}", version.0, version.1, version.2))
    }
}

const PACKAGE: &str = "boto3-assist";

/// How build_key behaves: the guide's way, or that of a version of the library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialect {
    name: String,
    era: Era,
    version: Option<(u32, u32, u32)>,
}

impl Default for Dialect {
    fn default() -> Self {
        Self { name: "guide".to_owned(), era: Era::Guide, version: None }
    }
}

impl Dialect {
    /// Reads `guide` or `boto3-assist@VERSION`; the error says what would be right.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "guide" {
            return Ok(Self::default());
        }
        let Some(version) = text.strip_prefix(PACKAGE).and_then(|rest| rest.strip_prefix('@')) else {
            return Err(
                "write `guide`, or `boto3-assist@` and the installed version, as in `boto3-assist@0.66.0`".to_owned()
            );
        };
        let parsed = parse_version(version)
            .ok_or_else(|| format!("`{version}` is no version; write it as in `boto3-assist@0.66.0`"))?;
        if parsed < (0, 1, 0) {
            return Err("the first published version is 0.1.0".to_owned());
        }
        Ok(Self::of_version(parsed, text.to_owned()))
    }

    fn of_version(version: (u32, u32, u32), name: String) -> Self {
        let era = match version {
            v if v < (0, 1, 2) => Era::V0_1_0,
            v if v < (0, 21, 0) => Era::V0_1_2,
            v if v < (0, 37, 0) => Era::V0_21,
            v if v < (0, 58, 0) => Era::V0_37,
            _ => Era::V0_58,
        };
        Self { name, era, version: Some(version) }
    }

    /// The name as the user wrote it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The era to which the dialect belongs.
    pub fn era(&self) -> Era {
        self.era
    }

    /// True where `to_dictionary()` gives floats; before boto3-assist 0.66 it gave Decimals.
    pub fn has_native_numbers(&self) -> bool {
        self.version.is_none_or(|version| version >= (0, 66, 0))
    }

    /// True where `to_client_dictionary()` leaves unset fields out: boto3-assist 0.1.
    pub fn drops_none_for_clients(&self) -> bool {
        self.version.is_some_and(|version| version < (0, 2, 0))
    }

    /// True where every model has a `ttl` property: boto3-assist since 0.54.
    pub fn has_ttl(&self) -> bool {
        self.version.is_some_and(|version| version >= (0, 54, 0))
    }
}

impl FromToml for Dialect {
    fn from_toml(node: &Node<'_>, reader: &mut Reader) -> Option<Self> {
        let text = String::from_toml(node, reader)?;
        match Self::parse(&text) {
            Ok(dialect) => Some(dialect),
            Err(help) => {
                reader
                    .problem("unknown-dialect", node.span().into(), format!("unknown dialect `{text}`"))
                    .label("not known")
                    .help(help);
                None
            }
        }
    }
}

impl JsonSchema for Dialect {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Dialect".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^(guide|boto3-assist@[0-9].*)$" })
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// One to three numbers, then perhaps a suffix such as `rc1` or `.post1`, which belongs to the same era.
fn parse_version(text: &str) -> Option<(u32, u32, u32)> {
    if !text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-' | '_' | '!')) {
        return None;
    }
    let mut numbers = [0; 3];
    let mut parts = text.split('.');
    for (at, number) in numbers.iter_mut().enumerate() {
        let Some(part) = parts.next() else {
            if at == 0 {
                return None;
            }
            break;
        };
        let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        *number = match part[..digits].parse() {
            Ok(number) => number,
            Err(_) if at > 0 && part.starts_with(|c: char| c.is_ascii_alphabetic()) => break,
            Err(_) => return None,
        };
        let suffix = &part[digits..];
        if !suffix.chars().all(|c| c.is_ascii_alphanumeric() || c == '+') {
            return None;
        }
        if !suffix.is_empty() {
            break;
        }
    }
    Some((numbers[0], numbers[1], numbers[2]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_means_its_era() {
        for (text, era) in [
            ("guide", Era::Guide),
            ("boto3-assist@0.1.0", Era::V0_1_0),
            ("boto3-assist@0.1.1", Era::V0_1_0),
            ("boto3-assist@0.1.2", Era::V0_1_2),
            ("boto3-assist@0.9.5", Era::V0_1_2),
            ("boto3-assist@0.20.9", Era::V0_1_2),
            ("boto3-assist@0.21", Era::V0_21),
            ("boto3-assist@0.36.0", Era::V0_21),
            ("boto3-assist@0.37.0rc1", Era::V0_37),
            ("boto3-assist@0.57.3", Era::V0_37),
            ("boto3-assist@0.58", Era::V0_58),
            ("boto3-assist@1", Era::V0_58),
            ("boto3-assist@12.0.0.post1", Era::V0_58),
        ] {
            assert_eq!(Dialect::parse(text).map(|dialect| dialect.era()), Ok(era), "{text}");
        }
        for text in [
            "",
            "Guide",
            "boto3-assist",
            "boto3-assist@",
            "boto3-assist@x",
            "boto3-assist@0.0.9",
            "boto3-assist@0.-1",
            "boto3-assist@0.66.0.x y",
            "boto3-assist@0.66.0\u{1b}[31m",
        ] {
            assert!(Dialect::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_era_is_the_era_of_its_dialect() {
        for era in Era::ALL {
            assert_eq!(Dialect::parse(era.dialect().name()), Ok(era.dialect()));
            assert_eq!(era.dialect().era(), era);
        }
    }
}
