//! Compares the report of an audit with the truth about the export, both as JSON.

use std::collections::BTreeMap;

use serde_json::Value;

/// Counts as entity, index, attribute.
type Groups = BTreeMap<[String; 3], u64>;

/// Every difference between a report and the truth, a line each.
pub fn differences(report: &Value, truth: &Value) -> Vec<String> {
    let mut found = Differences(Vec::new());
    found.compare("coverage.complete", &report["coverage"]["complete"], &Value::Bool(true));
    for name in ["items", "bytes"] {
        found.compare(&format!("coverage.{name}"), &report["coverage"][name], &truth[name]);
    }
    for (entity, items) in members(&truth["entities"]) {
        found.compare(&format!("items of {entity}"), &report["entities"][entity]["items"], items);
    }
    found.checks(report, truth);
    found.shapes(report, truth);
    found.mixed("mis-sorted-number", "lsi1", "widths", " of width ", report, truth);
    found.mixed("mixed-time-formats", "gsi1", "formats", " as ", report, truth);
    found.hot(report, truth);
    found.0
}

struct Differences(Vec<String>);

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

fn groups_of(check: &Value) -> &[Value] {
    check["groups"].as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

impl Differences {
    fn compare(&mut self, what: &str, found: &Value, wanted: &Value) {
        if found != wanted {
            self.0.push(format!("{what}: {found} in the report, {wanted} in truth"));
        }
    }

    /// The defects of items; those that nobody planted, too.
    fn checks(&mut self, report: &Value, truth: &Value) {
        let checks = |of: &Value| members(&of["checks"]).map(|(name, _)| name.to_owned()).collect::<Vec<_>>();
        let planted = checks(truth);
        for name in &planted {
            // Duplicates are looked for on request only.
            if report["checks"][name].is_null() && name == "duplicate-primary-key" {
                continue;
            }
            let groups = |of: &Value, has_entity: bool| {
                let mut groups = Groups::new();
                for group in groups_of(&of["checks"][name]) {
                    let entity = if has_entity { text(&group["entity"]) } else { "" };
                    let key = [entity, text(&group["index"]), text(&group["attribute"])].map(str::to_owned);
                    *groups.entry(key).or_default() += number(&group["count"]);
                }
                groups
            };
            let found = groups(report, true);
            // Some defects are told of items of any entity.
            let has_entity = found.keys().any(|[entity, ..]| !entity.is_empty());
            let wanted = groups(truth, has_entity);
            if found != wanted {
                self.0.push(format!("{name}: {found:?} in the report, {wanted:?} in truth"));
            }
        }
        let of_groups = ["mis-sorted-number", "mixed-time-formats", "hot-partition"];
        for name in checks(report).iter().filter(|name| !planted.contains(name)) {
            if !of_groups.contains(&name.as_str()) {
                self.compare(name, &report["checks"][name]["count"], &Value::from(0));
            }
        }
    }

    fn shapes(&mut self, report: &Value, truth: &Value) {
        let mut found = BTreeMap::new();
        for group in groups_of(&report["checks"]["unclassified-item"]) {
            *found.entry(text(&group["subject"])).or_default() += number(&group["count"]);
        }
        let wanted: BTreeMap<&str, u64> =
            members(&truth["shapes"]).map(|(shape, count)| (shape, number(count))).collect();
        if found != wanted {
            self.0.push(format!("shapes: {found:?} in the report, {wanted:?} in truth"));
        }
    }

    /// A check of a part of a key: only the planted part is found, and its detail has every planted number.
    fn mixed(&mut self, name: &str, index: &str, kinds: &str, between: &str, report: &Value, truth: &Value) {
        let (check, truth) = (&report["checks"][name], &truth[name]);
        let planted: u64 = members(&truth[kinds]).map(|(_, count)| number(count)).sum();
        self.compare(&format!("{name}: count"), &check["count"], &planted.into());
        let groups = groups_of(check);
        let Some(group) = groups.first().filter(|_| planted > 0) else { return };
        self.compare(&format!("{name}: groups"), &groups.len().into(), &1.into());
        self.compare(&format!("{name}: entity"), &group["entity"], &truth["entity"]);
        self.compare(&format!("{name}: index"), &group["index"], &index.into());
        self.compare(&format!("{name}: attribute"), &group["attribute"], &truth["attribute"]);
        let details: Vec<&str> = text(&group["detail"]).split(", ").collect();
        for (kind, count) in members(&truth[kinds]) {
            let wanted = format!("{count}{between}{kind}");
            if !details.contains(&wanted.as_str()) {
                self.0.push(format!("{name}: {details:?} in the report, {wanted} in truth"));
            }
        }
    }

    fn hot(&mut self, report: &Value, truth: &Value) {
        let (check, truth) = (&report["checks"]["hot-partition"], &truth["hot-partition"]);
        let index = text(&truth["index"]);
        self.compare("hot-partition: count", &check["count"], &1.into());
        self.compare("hot-partition: index", &check["groups"][0]["index"], &truth["index"]);
        self.compare("hot-partition: key", &check["groups"][0]["subject"], &truth["key"]);
        let partitions = &report["indexes"][index]["partitions"];
        let largest = &partitions["by_items"][0];
        self.compare("largest partition", &largest["key"], &truth["key"]);
        let (found, wanted) = (number(&largest["items"]), number(&truth["items"]));
        if found.abs_diff(wanted) > number(&partitions["error"]) {
            self.0.push(format!("hot-partition: {found} items in the report, {wanted} in truth"));
        }
    }
}
