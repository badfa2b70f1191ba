-- The comparisons of an audit in SQL, for DuckDB: every key of every item is written anew and compared with the stored
-- one. The variable `files` lists the data files of the export. None of the audit's other checks and statistics are here.
WITH parsed AS (
    -- One call that reads all paths is the fastest way: a read of the files into typed columns takes three times as long.
    SELECT json_extract_string(json, [
        '/Item/pk/S', '/Item/sk/S', '/Item/gsi1_pk/S', '/Item/gsi1_sk/S', '/Item/gsi2_pk/S', '/Item/gsi2_sk/S',
        '/Item/gsi3_pk/S', '/Item/gsi3_sk/N', '/Item/lsi1_sk/S', '/Item/id/S', '/Item/email/S', '/Item/first_name/S',
        '/Item/last_name/S', '/Item/country/S', '/Item/city/S', '/Item/user_id/S', '/Item/reference/S',
        '/Item/placed_at/S', '/Item/day/S', '/Item/total_cents/N', '/Item/warehouse/S', '/Item/open_since/N',
        '/Item/order_id/S', '/Item/position/N', '/Item/product_id/S', '/Item/sold_at/S', '/Item/amount_cents/N',
        '/Item/name/S', '/Item/brand/S', '/Item/category/S', '/Item/price_cents/N', '/Item/seq/N', '/Item/kind/S',
        '/Item/at/S'
    ]) AS v
    FROM read_ndjson_objects(getvariable('files'), maximum_object_size = 4000000)
),
items AS (
    SELECT
        v[1] AS pk, v[2] AS sk, v[3] AS gsi1_pk, v[4] AS gsi1_sk, v[5] AS gsi2_pk, v[6] AS gsi2_sk, v[7] AS gsi3_pk,
        v[8] AS gsi3_sk, v[9] AS lsi1_sk, v[10] AS id, v[11] AS email, v[12] AS first_name, v[13] AS last_name,
        v[14] AS country, v[15] AS city, v[16] AS user_id, v[17] AS reference, v[18] AS placed_at, v[19] AS day,
        v[20] AS total_cents, v[21] AS warehouse, v[22] AS open_since, v[23] AS order_id, v[24] AS position,
        v[25] AS product_id, v[26] AS sold_at, v[27] AS amount_cents, v[28] AS name, v[29] AS brand, v[30] AS category,
        v[31] AS price_cents, v[32] AS seq, v[33] AS kind, v[34] AS event_at,
        CASE
            WHEN starts_with(v[2], 'line#') THEN 'OrderLine'
            WHEN starts_with(v[2], 'user#') THEN 'User'
            WHEN starts_with(v[2], 'product#') THEN 'Product'
            WHEN starts_with(v[2], 'order#') AND contains(v[2], '#event#') THEN 'Event'
            WHEN starts_with(v[2], 'order#') THEN 'Order'
        END AS entity
    FROM parsed
),
compared AS (
    SELECT
        entity,
        pk IS DISTINCT FROM CASE entity
            WHEN 'OrderLine' THEN 'order#' || order_id
            WHEN 'User' THEN 'user#' || id
            WHEN 'Product' THEN 'product#' || id
            ELSE 'user#' || user_id
        END AS pk,
        sk IS DISTINCT FROM CASE entity
            WHEN 'OrderLine' THEN 'line#' || repeat('0', 4 - length(position)) || position
            WHEN 'User' THEN 'user#' || id
            WHEN 'Product' THEN 'product#' || id
            WHEN 'Event' THEN 'order#' || reference || '#event#' || repeat('0', 6 - length(seq)) || seq
            ELSE 'order#' || reference
        END AS sk,
        gsi1_pk IS DISTINCT FROM CASE entity
            WHEN 'OrderLine' THEN 'product#' || product_id
            WHEN 'User' THEN 'email#' || email
            WHEN 'Product' THEN 'category#' || category
            WHEN 'Event' THEN 'events#' || kind || '#day#' || day
            ELSE 'order#' || id
        END AS gsi1_pk,
        gsi1_sk IS DISTINCT FROM CASE entity
            WHEN 'OrderLine' THEN 'sold#' || sold_at || '#order#' || order_id
            WHEN 'User' THEN 'user#' || id
            WHEN 'Product' THEN 'price#' || repeat('0', 10 - length(price_cents)) || price_cents || '#product#' || id
            WHEN 'Event' THEN event_at || '#' || id
            ELSE 'order#' || placed_at
        END AS gsi1_sk,
        gsi2_pk IS DISTINCT FROM CASE entity
            WHEN 'User' THEN 'country#' || country || '#city#' || city
            WHEN 'Product' THEN 'brand#' || brand
            WHEN 'Order' THEN 'orders#' || day
        END AS gsi2_pk,
        gsi2_sk IS DISTINCT FROM CASE entity
            WHEN 'User' THEN 'lastname#' || last_name || '#firstname#' || first_name
            WHEN 'Product' THEN 'name#' || name
            WHEN 'Order' THEN 'total#' || repeat('0', 10 - length(total_cents)) || total_cents || '#' || id
        END AS gsi2_sk,
        gsi3_pk IS DISTINCT FROM CASE WHEN open_since IS NOT NULL THEN 'open#' || warehouse || '#day#' || day END AS gsi3_pk,
        gsi3_sk IS DISTINCT FROM open_since AS gsi3_sk,
        lsi1_sk IS DISTINCT FROM 'amount#' || amount_cents AS lsi1_sk
    FROM items
)
SELECT
    entity, count(*) AS items, countif(pk) AS pk, countif(sk) AS sk, countif(gsi1_pk) AS gsi1_pk,
    countif(gsi1_sk) AS gsi1_sk, countif(gsi2_pk) AS gsi2_pk, countif(gsi2_sk) AS gsi2_sk, countif(gsi3_pk) AS gsi3_pk,
    countif(gsi3_sk) AS gsi3_sk, countif(lsi1_sk) AS lsi1_sk
FROM compared
GROUP BY entity
ORDER BY entity;
