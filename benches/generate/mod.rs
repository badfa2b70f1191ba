//! Models of one large table, the same on every run: a multi-tenant shop of many entities with four indexes each.

/// Kinds of entities, of which each table has as many as it needs.
const NOUNS: [&str; 20] = [
    "order",
    "invoice",
    "payment",
    "customer",
    "product",
    "shipment",
    "address",
    "review",
    "coupon",
    "session",
    "ticket",
    "comment",
    "document",
    "project",
    "task",
    "event",
    "device",
    "report",
    "contract",
    "subscription",
];

/// `count` models as file names and texts. Every third belongs to a parent and shares its partition, as the lines of an
/// order do; the others have a partition of their own within their tenant.
pub fn models(count: usize) -> Vec<(String, String)> {
    (0..count)
        .map(|at| {
            let noun = NOUNS[at % NOUNS.len()];
            let name = format!("{noun}{at}");
            let parent = format!("{}{}", NOUNS[(at / 3) % NOUNS.len()], at / 3);
            let (partition, sort) = if at % 3 == 2 {
                (
                    format!("[[\"tenant\", \"{{tenant}}\"], [\"{parent}\", \"{{parent_id}}\"]]"),
                    format!("[[\"{name}\", \"{{id}}\"]]"),
                )
            } else {
                (
                    format!("[[\"tenant\", \"{{tenant}}\"], [\"{name}\", \"{{id}}\"]]"),
                    format!("[[\"{name}\", \"{{id}}\"]]"),
                )
            };
            let text = format!(
                r#"entity      = "{entity}"
description = "Number {at} of a generated table."

[attributes]
tenant    = {{ type = "string", required = true, pattern = "[0-9a-z-]+", max_length = 36, immutable = true }}
id        = {{ type = "string", required = true, pattern = "[0-9a-z-]+", max_length = 36, immutable = true }}
parent_id = {{ type = "string", required = true, pattern = "[0-9a-z-]+", max_length = 36, immutable = true }}
name      = {{ type = "string", required = true, max_length = 100 }}
status    = {{ type = "string", default = "new", enum = ["new", "open", "done"] }}
created   = {{ type = "datetime", required = true }}
amount    = {{ type = "integer", default = 0 }}

[indexes.primary]
description   = "Get one by id."
partition_key = {{ attribute = "pk", build_key = {partition} }}
sort_key      = {{ attribute = "sk", build_key = {sort} }}

[indexes.gsi1]
description   = "All of a tenant, by name."
partition_key = {{ attribute = "gsi1_pk", build_key = [["tenant", "{{tenant}}"], ["{name}s", ""]] }}
sort_key      = {{ attribute = "gsi1_sk", build_key = [["name", "{{name}}"]] }}

[indexes.gsi2]
description   = "All of a tenant, by status and time, whatever they are."
partition_key = {{ attribute = "gsi2_pk", build_key = [["tenant", "{{tenant}}"], ["status", "{{status}}"]] }}
sort_key      = {{ attribute = "gsi2_sk", template = "{name}#{{created|strftime('%Y-%m-%dT%H:%M:%S')}}" }}

[indexes.gsi3]
description   = "Those of a parent, by amount."
partition_key = {{ attribute = "gsi3_pk", build_key = [["tenant", "{{tenant}}"], ["parent", "{{parent_id}}"]] }}
sort_key      = {{ attribute = "gsi3_sk", template = "{name}#{{amount|zfill(10)}}" }}

[[access_patterns]]
name  = "Get one"
index = "primary"
given = ["tenant", "{own}", "id"]

[[access_patterns]]
name  = "All by name"
index = "gsi1"
given = ["tenant"]

[[access_patterns]]
name  = "By status"
index = "gsi2"
given = ["tenant", "status"]

[[access_patterns]]
name  = "Of a parent"
index = "gsi3"
given = ["tenant", "parent_id"]
"#,
                entity = capitalised(&name),
                own = if at % 3 == 2 { "parent_id" } else { "id" },
            );
            (format!("{name}.toml"), text)
        })
        .collect()
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
