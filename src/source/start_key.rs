//! Where a scan goes on: the key of the last item that was read.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A `LastEvaluatedKey`, which is the next request's `ExclusiveStartKey`. It is written as DynamoDB JSON:
/// `{"pk": {"S": "user#1"}, "sk": {"N": "12"}}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StartKey(pub(super) BTreeMap<String, StartValue>);

/// The value of a key attribute.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) enum StartValue {
    S(String),
    N(String),
    B(Base64),
}

/// Bytes, written as base64.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Base64(pub(super) Vec<u8>);

impl Serialize for Base64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(Self).map_err(|_| de::Error::custom("a `B` is base64 text"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_key_is_dynamodb_json() {
        let text = r#"{"b":{"B":"AP8="},"n":{"N":"12"},"s":{"S":"user#1"}}"#;
        let key: StartKey = serde_json::from_str(text).unwrap();
        assert_eq!(key.0["b"], StartValue::B(Base64(vec![0, 255])));
        assert_eq!(key.0["n"], StartValue::N("12".to_owned()));
        assert_eq!(serde_json::to_string(&key).unwrap(), text);
        for wrong in [r#"{"b":{"B":"?"}}"#, r#"{"b":{"BOOL":true}}"#, r#"{"b":"text"}"#] {
            assert!(serde_json::from_str::<StartKey>(wrong).is_err(), "{wrong}");
        }
    }
}
