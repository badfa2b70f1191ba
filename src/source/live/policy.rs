//! The permissions that an audit needs.

use serde_json::{Value, json};

/// The IAM policy that allows to read a table, and nothing else: DescribeTable of the table, Scan of it and of the
/// indexes that are scanned. `table` is a name or an ARN; of a name the account is not known, and `*` stands for it.
pub fn iam_policy(table: &str, region: Option<&str>, indexes: &[&str]) -> Value {
    let arn = if table.starts_with("arn:") { table.to_owned() } else { arn(table, region) };
    let indexes = indexes.iter().map(|index| format!("{arn}/index/{index}"));
    let scanned: Vec<String> = std::iter::once(arn.clone()).chain(indexes).collect();
    json!({
        "Version": "2012-10-17",
        "Statement": [
            { "Sid": "DescribeTable", "Effect": "Allow", "Action": "dynamodb:DescribeTable", "Resource": arn },
            { "Sid": "ScanTable", "Effect": "Allow", "Action": "dynamodb:Scan", "Resource": scanned },
        ],
    })
}

fn arn(table: &str, region: Option<&str>) -> String {
    let partition = match region {
        Some(region) if region.starts_with("cn-") => "aws-cn",
        Some(region) if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    };
    format!("arn:{partition}:dynamodb:{}:*:table/{table}", region.unwrap_or("*"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_allows_describe_table_and_scan_and_nothing_else() {
        let policy = iam_policy("shop", Some("eu-west-1"), &["gsi1"]);
        let arn = "arn:aws:dynamodb:eu-west-1:*:table/shop";
        assert_eq!(policy["Statement"][0]["Action"], "dynamodb:DescribeTable");
        assert_eq!(policy["Statement"][0]["Resource"], arn);
        assert_eq!(policy["Statement"][1]["Action"], "dynamodb:Scan");
        assert_eq!(policy["Statement"][1]["Resource"], json!([arn, format!("{arn}/index/gsi1")]));
        assert_eq!(policy["Statement"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn an_arn_is_taken_as_it_is() {
        let resource = |table, region| iam_policy(table, region, &[])["Statement"][0]["Resource"].clone();
        let arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/shop";
        assert_eq!(resource(arn, Some("us-east-1")), arn);
        assert_eq!(resource("shop", None), "arn:aws:dynamodb:*:*:table/shop");
        assert_eq!(resource("shop", Some("cn-north-1")), "arn:aws-cn:dynamodb:cn-north-1:*:table/shop");
        assert_eq!(resource("shop", Some("us-gov-west-1")), "arn:aws-us-gov:dynamodb:us-gov-west-1:*:table/shop");
    }
}
