"""Compares the keys of an export with those of the models of this folder, in SQL: duckdb_keys.py THREADS FILE..."""

import sys

import duckdb

ENTITIES = {
    "User": {
        "pk": "'user#' || id", "sk": "'user#' || id",
        "gsi1_pk": "'email#' || email", "gsi1_sk": "'user#' || id",
        "gsi2_pk": "'country#' || country || '#city#' || city",
        "gsi2_sk": "'lastname#' || last_name || '#firstname#' || first_name",
    },
    "Order": {
        "pk": "'user#' || user_id", "sk": "'order#' || reference",
        "gsi1_pk": "'order#' || id", "gsi1_sk": "'order#' || placed_at",
        "gsi2_pk": "'orders#' || day",
        "gsi2_sk": "'total#' || lpad(total_cents, 10, '0') || '#' || id",
        "gsi3_pk": "'open#' || warehouse || '#day#' || day",
    },
    "Event": {
        "pk": "'user#' || user_id", "sk": "'order#' || reference || '#event#' || lpad(seq, 6, '0')",
        "gsi1_pk": "'events#' || kind || '#day#' || day", "gsi1_sk": "\"at\" || '#' || id",
    },
    "OrderLine": {
        "pk": "'order#' || order_id", "sk": "'line#' || lpad(\"position\", 4, '0')",
        "gsi1_pk": "'product#' || product_id", "gsi1_sk": "'sold#' || sold_at || '#order#' || order_id",
        "lsi1_sk": "'amount#' || amount_cents",
    },
    "Product": {
        "pk": "'product#' || id", "sk": "'product#' || id",
        "gsi1_pk": "'category#' || category",
        "gsi1_sk": "'price#' || lpad(price_cents, 10, '0') || '#product#' || id",
        "gsi2_pk": "'brand#' || brand", "gsi2_sk": "'name#' || name",
    },
}
NUMBERS = {"total_cents", "seq", "position", "amount_cents", "price_cents"}
FIELDS = [
    "id", "email", "country", "city", "last_name", "first_name", "user_id", "reference", "placed_at", "day",
    "total_cents", "warehouse", "seq", "kind", "at", "order_id", "position", "product_id", "sold_at", "amount_cents",
    "category", "price_cents", "brand", "name",
]
KEYS = ["pk", "sk", "gsi1_pk", "gsi1_sk", "gsi2_pk", "gsi2_sk", "gsi3_pk", "lsi1_sk"]

threads, *files = sys.argv[1:]
struct = ", ".join(f'"{name}" STRUCT("{"N" if name in NUMBERS else "S"}" VARCHAR)' for name in FIELDS + KEYS + ["_type"])
values = ", ".join(f'Item."{name}"."{"N" if name in NUMBERS else "S"}" AS "{name}"' for name in FIELDS + KEYS + ["_type"])
differs = [
    f"count(*) FILTER (_type = '{entity}' AND {key} IS DISTINCT FROM ({expected}){' AND ' + key + ' IS NOT NULL' if key == 'gsi3_pk' else ''})"
    for entity, keys in ENTITIES.items()
    for key, expected in keys.items()
]
database = duckdb.connect(config={"threads": int(threads)})
query = f"""
    SELECT count(*), {", ".join(differs)}
    FROM (SELECT {values} FROM read_json({files!r}, format = 'newline_delimited',
          columns = {{'Item': 'STRUCT({struct})'}}, maximum_object_size = 1000000))
"""
print(database.execute(query).fetchall())
