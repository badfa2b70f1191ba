//! What DynamoDB says of a table: its keys, its indexes and its size.
//! <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html>

use serde::Deserialize;

use crate::error::Error;
use crate::model::KeyType;
use crate::text::closest;

/// A table as DescribeTable describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableDescription {
    /// Its name.
    pub name: String,
    /// Its ARN, where one is given.
    pub arn: Option<String>,
    /// Its region, as the ARN gives it.
    pub region: Option<String>,
    /// Its status: ACTIVE, CREATING, UPDATING, DELETING and others.
    pub status: String,
    /// The key attributes of the table itself.
    pub keys: KeySchema,
    /// Its secondary indexes: the global ones, then the local ones.
    pub indexes: Vec<IndexDescription>,
    /// How many items it has. DynamoDB counts about every six hours; a new table has none until then.
    pub items: u64,
    /// How many bytes they have, counted along with them.
    pub bytes: u64,
    /// True where reads are paid for one by one.
    pub on_demand: bool,
    /// The read units a second that are provisioned; none where reads are paid for one by one.
    pub read_capacity: Option<u64>,
}

/// A secondary index as DescribeTable describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexDescription {
    /// Its name.
    pub name: String,
    /// True of a local index.
    pub is_local: bool,
    /// Its key attributes. A local index has the table's partition key.
    pub keys: KeySchema,
    /// The attributes that it carries.
    pub projection: TableProjection,
    /// How many items it has.
    pub items: u64,
    /// How many bytes they have.
    pub bytes: u64,
    /// Its status: ACTIVE, CREATING, UPDATING or DELETING. A local index has none of its own and is ACTIVE.
    pub status: String,
    /// True while items that were there before the index are still being added to it.
    pub is_backfilling: bool,
    /// The read units a second that are provisioned for a global index.
    pub read_capacity: Option<u64>,
}

/// The key attributes of a table or of an index, with their types. Only a global index can have several of a kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeySchema {
    /// The partition key.
    pub partition: Vec<(String, KeyType)>,
    /// The sort key; empty where there is none.
    pub sort: Vec<(String, KeyType)>,
}

/// The attributes that an index of a table carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableProjection {
    /// Every attribute.
    All,
    /// The keys of the index and of the table.
    KeysOnly,
    /// The keys and these.
    Include(Vec<String>),
}

impl KeySchema {
    /// Gives the attributes of a key schema their types. An error names the attribute that has none.
    pub(super) fn new(
        elements: impl IntoIterator<Item = (String, bool)>,
        types: &[(String, KeyType)],
    ) -> Result<Self, String> {
        let mut keys = Self::default();
        for (name, is_partition) in elements {
            let Some((_, kind)) = types.iter().find(|(known, _)| *known == name) else {
                return Err(format!("the key attribute `{name}` has no type"));
            };
            let half = if is_partition { &mut keys.partition } else { &mut keys.sort };
            half.push((name, *kind));
        }
        Ok(keys)
    }

    /// Its attributes, the partition key first.
    pub fn attributes(&self) -> impl Iterator<Item = &(String, KeyType)> {
        self.partition.iter().chain(&self.sort)
    }
}

impl TableProjection {
    pub(super) fn new(kind: &str, mut included: Vec<String>) -> Self {
        match kind {
            "KEYS_ONLY" => Self::KeysOnly,
            "INCLUDE" => {
                included.sort_unstable();
                Self::Include(included)
            }
            _ => Self::All,
        }
    }
}

impl TableDescription {
    /// Reads what `aws dynamodb describe-table` prints. `file` is for messages.
    pub fn from_json(file: &str, text: &str) -> Result<Self, Error> {
        let wrong = |message: String| {
            Error::usage(
                format!("`{file}` does not describe a table: {message}"),
                format!("make it with `aws dynamodb describe-table --table-name NAME > {file}`"),
            )
        };
        let document: Document = match serde_json::from_str(text) {
            Ok(Output { table: Some(table) }) => table,
            // The table alone, as the SDKs and `--query Table` give it.
            Ok(Output { table: None }) => serde_json::from_str(text).map_err(|reason| wrong(reason.to_string()))?,
            Err(reason) => return Err(wrong(reason.to_string())),
        };
        document.into_description().map_err(wrong)
    }

    /// The index of a name, or an error that lists the indexes there are.
    pub fn index(&self, name: &str) -> Result<&IndexDescription, Error> {
        let known = || self.indexes.iter().map(|index| index.name.as_str());
        self.indexes.iter().find(|index| index.name == name).ok_or_else(|| {
            let help = match (closest(name, known()), known().count()) {
                (Some(near), _) => format!("did you mean `{near}`?"),
                (None, 0) => "it has no secondary indexes: leave the index out".to_owned(),
                _ => format!("it has {}", known().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
            };
            Error::usage(format!("the table `{}` has no index `{name}`", self.name), help)
        })
    }

    /// An error where the table cannot be read in its state. It can while it is updated.
    pub fn ensure_readable(&self) -> Result<(), Error> {
        let help = match self.status.as_str() {
            "ACTIVE" | "UPDATING" => return Ok(()),
            "CREATING" => "wait until it is: `aws dynamodb wait table-exists --table-name NAME`",
            "DELETING" => "it is being deleted; name another table",
            "INACCESSIBLE_ENCRYPTION_CREDENTIALS" => "DynamoDB cannot use the table's KMS key: enable it, and allow it",
            "ARCHIVING" | "ARCHIVED" => "its KMS key was gone for seven days: restore it from its backup",
            _ => "wait until it is, or ask its owner",
        };
        Err(Error::usage(
            format!("the table `{}` is {}, not ACTIVE", self.name, self.status),
            help.replace("NAME", &self.name),
        ))
    }
}

/// The region that an ARN names: `arn:aws:dynamodb:REGION:ACCOUNT:table/NAME`.
pub(super) fn region_of(arn: &str) -> Option<String> {
    arn.split(':').nth(3).filter(|region| !region.is_empty()).map(str::to_owned)
}

#[derive(Deserialize)]
struct Output {
    #[serde(rename = "Table")]
    table: Option<Document>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    table_name: String,
    table_arn: Option<String>,
    #[serde(default = "active")]
    table_status: String,
    key_schema: Vec<KeyElement>,
    attribute_definitions: Vec<AttributeDefinition>,
    #[serde(default)]
    global_secondary_indexes: Vec<IndexDocument>,
    #[serde(default)]
    local_secondary_indexes: Vec<IndexDocument>,
    #[serde(default)]
    item_count: u64,
    #[serde(default)]
    table_size_bytes: u64,
    billing_mode_summary: Option<BillingMode>,
    provisioned_throughput: Option<Throughput>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct IndexDocument {
    index_name: String,
    key_schema: Vec<KeyElement>,
    projection: Option<ProjectionDocument>,
    #[serde(default = "active")]
    index_status: String,
    #[serde(default)]
    backfilling: bool,
    #[serde(default)]
    item_count: u64,
    #[serde(default)]
    index_size_bytes: u64,
    provisioned_throughput: Option<Throughput>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct KeyElement {
    attribute_name: String,
    key_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AttributeDefinition {
    attribute_name: String,
    attribute_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ProjectionDocument {
    #[serde(default)]
    projection_type: String,
    #[serde(default)]
    non_key_attributes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct BillingMode {
    billing_mode: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Throughput {
    read_capacity_units: Option<u64>,
}

fn active() -> String {
    "ACTIVE".to_owned()
}

/// The type of a key attribute, by its letter.
pub(super) fn key_type(letter: &str) -> Result<KeyType, String> {
    let all = [KeyType::S, KeyType::N, KeyType::B];
    all.into_iter().find(|kind| kind.as_str() == letter).ok_or_else(|| format!("`{letter}` is no type of a key"))
}

/// The provisioned read units; DynamoDB gives 0 where there are none.
pub(super) fn capacity(units: Option<u64>) -> Option<u64> {
    units.filter(|units| *units > 0)
}

fn schema(elements: Vec<KeyElement>, types: &[(String, KeyType)]) -> Result<KeySchema, String> {
    KeySchema::new(elements.into_iter().map(|element| (element.attribute_name, element.key_type == "HASH")), types)
}

impl Document {
    fn into_description(self) -> Result<TableDescription, String> {
        let types = self.attribute_definitions.into_iter();
        let types = types.map(|known| Ok((known.attribute_name, key_type(&known.attribute_type)?)));
        let types: Vec<(String, KeyType)> = types.collect::<Result<_, String>>()?;
        let global = self.global_secondary_indexes.into_iter().map(|index| index.into_description(false, &types));
        let local = self.local_secondary_indexes.into_iter().map(|index| index.into_description(true, &types));
        let indexes = global.chain(local).collect::<Result<_, String>>()?;
        let mode = self.billing_mode_summary.and_then(|summary| summary.billing_mode);
        Ok(TableDescription {
            region: self.table_arn.as_deref().and_then(region_of),
            name: self.table_name,
            arn: self.table_arn,
            status: self.table_status,
            keys: schema(self.key_schema, &types)?,
            indexes,
            items: self.item_count,
            bytes: self.table_size_bytes,
            on_demand: mode.as_deref() == Some("PAY_PER_REQUEST"),
            read_capacity: capacity(self.provisioned_throughput.and_then(|known| known.read_capacity_units)),
        })
    }
}

impl IndexDocument {
    fn into_description(self, is_local: bool, types: &[(String, KeyType)]) -> Result<IndexDescription, String> {
        let projection = match self.projection {
            Some(known) => TableProjection::new(&known.projection_type, known.non_key_attributes),
            None => TableProjection::All,
        };
        Ok(IndexDescription {
            name: self.index_name,
            is_local,
            keys: schema(self.key_schema, types)?,
            projection,
            items: self.item_count,
            bytes: self.index_size_bytes,
            status: self.index_status,
            is_backfilling: self.backfilling,
            read_capacity: capacity(self.provisioned_throughput.and_then(|known| known.read_capacity_units)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = r#"{"Table": {
        "TableName": "shop", "TableArn": "arn:aws:dynamodb:eu-west-1:123456789012:table/shop", "TableStatus": "ACTIVE",
        "CreationDateTime": "2024-05-01T12:00:00+00:00", "ItemCount": 7, "TableSizeBytes": 900,
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        "AttributeDefinitions": [
            {"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "S"},
            {"AttributeName": "n", "AttributeType": "N"}, {"AttributeName": "b", "AttributeType": "B"}],
        "ProvisionedThroughput": {"NumberOfDecreasesToday": 0, "ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
        "GlobalSecondaryIndexes": [{"IndexName": "gsi1", "IndexStatus": "CREATING", "Backfilling": true,
            "KeySchema": [{"AttributeName": "n", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "HASH"},
                          {"AttributeName": "b", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["b2", "a1"]}}],
        "LocalSecondaryIndexes": [{"IndexName": "lsi1", "ItemCount": 7, "IndexSizeBytes": 100,
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"}}]
    }}"#;

    fn named(names: &[(&str, KeyType)]) -> Vec<(String, KeyType)> {
        names.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect()
    }

    #[test]
    fn describe_table_is_read() {
        let table = TableDescription::from_json("table.json", TABLE).unwrap();
        assert_eq!((table.name.as_str(), table.region.as_deref()), ("shop", Some("eu-west-1")));
        assert_eq!((table.items, table.bytes, table.on_demand, table.read_capacity), (7, 900, false, Some(5)));
        assert_eq!(table.keys.partition, named(&[("pk", KeyType::S)]));
        assert_eq!(table.keys.sort, named(&[("sk", KeyType::S)]));
        let [gsi, lsi] = table.indexes.as_slice() else { panic!("{table:?}") };
        assert_eq!(gsi.keys.partition, named(&[("n", KeyType::N), ("sk", KeyType::S)]));
        assert_eq!(gsi.keys.sort, named(&[("b", KeyType::B)]));
        assert_eq!(gsi.projection, TableProjection::Include(vec!["a1".to_owned(), "b2".to_owned()]));
        assert!(gsi.is_backfilling && !gsi.is_local && gsi.status == "CREATING" && gsi.read_capacity.is_none());
        assert!(lsi.is_local && lsi.status == "ACTIVE" && lsi.projection == TableProjection::KeysOnly);
        let value: serde_json::Value = serde_json::from_str(TABLE).unwrap();
        assert_eq!(TableDescription::from_json("table.json", &value["Table"].to_string()).unwrap(), table);
    }

    #[test]
    fn what_describes_no_table_is_an_error() {
        for (text, reason) in [
            ("{", "EOF"),
            ("{}", "missing field `TableName`"),
            (&TABLE.replace(r#"{"AttributeName": "n", "AttributeType": "N"}, "#, ""), "`n` has no type"),
            (&TABLE.replace(r#""AttributeType": "N""#, r#""AttributeType": "SS""#), "`SS` is no type of a key"),
        ] {
            let error = TableDescription::from_json("table.json", text).unwrap_err();
            assert!(error.to_string().starts_with("`table.json` does not describe a table: "), "{error}");
            assert!(error.to_string().contains(reason), "{error}");
        }
    }

    fn help(error: &Error) -> &str {
        match error {
            Error::Usage { help: Some(help), .. } => help,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_index_that_is_not_there_is_an_error_with_those_that_are() {
        let mut table = TableDescription::from_json("table.json", TABLE).unwrap();
        assert_eq!(table.index("lsi1").unwrap().name, "lsi1");
        let error = table.index("gsi2").unwrap_err();
        assert_eq!(error.to_string(), "the table `shop` has no index `gsi2`");
        assert_eq!(help(&error), "did you mean `gsi1`?");
        assert_eq!(help(&table.index("by-customer").unwrap_err()), "it has `gsi1`, `lsi1`");
        table.indexes.clear();
        assert_eq!(help(&table.index("gsi1").unwrap_err()), "it has no secondary indexes: leave the index out");
    }

    #[test]
    fn a_table_that_is_not_active_is_an_error() {
        let mut table = TableDescription::from_json("table.json", TABLE).unwrap();
        for status in ["ACTIVE", "UPDATING"] {
            table.status = status.to_owned();
            assert!(table.ensure_readable().is_ok(), "{status}");
        }
        for status in ["CREATING", "DELETING", "INACCESSIBLE_ENCRYPTION_CREDENTIALS", "ARCHIVED", "SOMETHING_NEW"] {
            table.status = status.to_owned();
            let error = table.ensure_readable().unwrap_err();
            assert_eq!(error.to_string(), format!("the table `shop` is {status}, not ACTIVE"));
            assert!(!help(&error).is_empty() && !help(&error).contains("NAME"), "{error:?}");
        }
    }
}
