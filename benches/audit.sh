#!/usr/bin/env bash
# Measures `dynkeys audit` of an export, and writes what comes out to benches/audit.md.
#
#   benches/audit.sh [--runs N] [--big] [--data FOLDER] [--out FILE]
#
#   --runs N       so many rounds, in each of which all commands take a turn (default 5)
#   --big          measure the memory of an audit of 20 million items, too: 2.3 GB more of disk, some minutes more
#   --data FOLDER  where the generated exports go and stay (default target/audit-bench, 3.5 GB)
#   --out FILE     where the result goes (default benches/audit.md)
#
# It needs bash, cargo, gzip and GNU time. DuckDB is taken as the command `duckdb`, else as the package `duckdb` of
# Python in a virtual environment that is made in FOLDER; without either it is left out. Nothing else should run
# meanwhile.
set -euo pipefail
cd "$(dirname "$0")/.."

runs=5 big=no data=target/audit-bench out=benches/audit.md
while [ $# -gt 0 ]; do
    case "$1" in
        --runs) runs=$2; shift 2 ;;
        --big) big=yes; shift ;;
        --data) data=$2; shift 2 ;;
        --out) out=$2; shift 2 ;;
        *) sed -n '2,14s/^# \{0,1\}//p' "$0"; exit 2 ;;
    esac
done
timer=$(command -v gtime || true)
[ -n "$timer" ] || { [ -x /usr/bin/time ] && timer=/usr/bin/time; }
[ -n "$timer" ] || { echo "audit.sh: GNU time is missing: install the package \`time\`" >&2; exit 2; }

say() { echo "audit.sh: $*" >&2; }

say "building"
cargo build --release --bin dynkeys --example generate-export --example check-report --example read-lines
target=${CARGO_TARGET_DIR:-target}/release
dynkeys=$target/dynkeys models=benches/audit/models
mkdir -p "$data"

# generate NAME ARGUMENT...
generate() {
    local name=$1
    shift
    # Whoever changes the generator gets its data anew.
    local wanted
    wanted="$* $(cat benches/audit/generate/*.rs | cksum)"
    [ "$(cat "$data/$name.made" 2>/dev/null)" = "$wanted" ] && return
    say "generating $name"
    rm -rf "${data:?}/$name"
    "$target/examples/generate-export" --out "$data/$name" "$@" >&2
    echo "$wanted" >"$data/$name.made"
}
items=2000000
generate export --items $items --files 16
generate plain --items $items --files 16 --plain
generate one --items $items --files 1
generate shapes --items 1000000 --files 16 --defects 0 --content shapes
generate partitions --items 1000000 --files 16 --defects 0 --content partitions
[ $big = no ] || generate big --items 20000000 --files 16

files=("$data"/export/AWSDynamoDB/*/data/*.json.gz)
one=("$data"/one/AWSDynamoDB/*/data/*.json.gz)
lines=("$data"/plain/*.jsonl)
times=$(mktemp -d)
trap 'rm -rf "$times"' EXIT

duckdb=
if command -v duckdb >/dev/null; then
    duckdb=$(command -v duckdb)
    duckdb_version=$("$duckdb" --version | cut -d' ' -f1)
elif [ -x "$data/venv/bin/python" ] || python3 -m venv "$data/venv" >&2; then
    if "$data/venv/bin/python" -c 'import duckdb' 2>/dev/null || "$data/venv/bin/pip" install --quiet duckdb >&2; then
        duckdb="$data/venv/bin/python"
        duckdb_version=$("$duckdb" -c 'import duckdb; print(duckdb.__version__)')
    fi
fi
[ -n "$duckdb" ] || say "no DuckDB: neither the command nor the package of Python is to be had; left out"

audit() { # audit THREADS ARGUMENT...
    local threads=$1
    shift
    "$timer" -f '%e %M' -a -o "$measured" "$dynkeys" audit "$models" "$@" --threads "$threads" --format json \
        --fail-on never >"$times/report.json"
}
shell() { "$timer" -f '%e %M' -a -o "$measured" bash -c "$1" bash "${@:2}" >/dev/null; }
# run NAME COMMAND...: one run of a command; its seconds and kilobytes go to the name's file.
run() {
    measured=$times/$1
    "${@:2}"
}
round() {
    run two audit 2 --export "$data/export"
    run gzip shell 'gzip -dc "$@" | wc -l' "${files[@]}"
    run single audit 1 --export "$data/export"
    if [ -n "$duckdb" ]; then
        case "$duckdb" in
            *python) run duckdb shell '"$@"' "$duckdb" benches/audit/compare.py benches/audit/compare.sql "${files[@]}" ;;
            *) run duckdb shell '"$1" -c "SET threads = 2; SET VARIABLE files = (SELECT list(file) FROM glob('"'$2'"'))" \
                -f "$3"' "$duckdb" "$(dirname "${files[0]}")/*.json.gz" benches/audit/compare.sql ;;
        esac
    fi
    run plain audit 2 --items "${lines[@]}"
    run one_two audit 2 --export "$data/one"
    run one_single audit 1 --export "$data/one"
    run one_read shell '"$@"' "$target/examples/read-lines" "${one[@]}"
}

say "comparing the report with the truth"
measured=$times/unused
audit 2 --export "$data/export"
"$target/examples/check-report" "$times/report.json" "$data/export/truth.json" >&2
audit 2 --export "$data/export" --check duplicate-primary-key
"$target/examples/check-report" "$times/report.json" "$data/export/truth.json" >&2
say "one round to warm up"
round
rm -f "$times"/*
for ((at = 1; at <= runs; at++)); do
    say "round $at of $runs, load $(cut -d' ' -f1 /proc/loadavg 2>/dev/null || echo unknown)"
    round
done
say "memory"
run shapes audit 2 --export "$data/shapes"
run partitions audit 2 --export "$data/partitions"
[ $big = no ] || run big audit 2 --export "$data/big"

pick() { cut -d' ' -f1 "$times/$1" | sort -n | awk '{ at[NR] = $1 } END { print '"$2"' }'; }
median() { pick "$1" 'NR % 2 ? at[(NR + 1) / 2] : (at[NR / 2] + at[NR / 2 + 1]) / 2'; }
least() { pick "$1" 'at[1]'; }
peak() { cut -d' ' -f2 "$times/$1" | sort -n | tail -1 | awk '{ printf "%.1f", $1 / 1024 }'; }
calculate() { awk "BEGIN { printf \"$1\", $2 }"; }
# row WHAT NAME ITEMS
row() {
    local rate='-'
    [ -z "${3:-}" ] || rate="$(calculate '%.2f' "$3 / $(median "$2") / 1e6") M/s"
    echo "| $1 | $(calculate '%.2f' "$(median "$2")") s | $(calculate '%.2f' "$(least "$2")") s | $rate |"
}
# figure WHAT VALUE OPERATOR LIMIT UNIT
figure() {
    local holds
    holds=$(awk "BEGIN { print ($2 $3 $4) ? \"yes\" : \"no\" }")
    local sign=$3
    sign=${sign/<=/at most}
    sign=${sign/>=/at least}
    sign=${sign/</under}
    echo "| $1 | $sign $4${5:+ $5} | $2${5:+ $5} | $holds |"
}
model=$(awk -F': ' '/^model name/ { print $2; exit }' /proc/cpuinfo 2>/dev/null || true)
[ -n "$model" ] || model=$(sysctl -n machdep.cpu.brand_string 2>/dev/null || uname -m)
cores=$(getconf _NPROCESSORS_ONLN)
bytes=$(cat "${lines[@]}" | wc -c)
packed=$(cat "${files[@]}" | wc -c)

{
    cat <<EOF
# The figures of \`dynkeys audit\`

Written by \`benches/audit.sh\`. $(date -u +%Y-%m-%d), $cores processors of the model $model, $(uname -s),
$("$dynkeys" --version), $(rustc --version | cut -d' ' -f1-2), $(gzip --version | head -1)${duckdb:+, DuckDB $duckdb_version}.

An export of $items items of five entities with 0.1 % defects of every kind: $(calculate '%.2f' "$bytes / 1e9") GB of JSON
lines, $(calculate '%.0f' "$packed / 1e6") MB in ${#files[@]} gzip files. All checks and statistics are on; the report has every planted defect and no
other. Each command had $runs runs, in turns with the others, from its start to its end with all files in the page cache.

| command | median | least | items |
|---|---|---|---|
$(row 'audit, two threads' two $items)
$(row 'audit, one thread' single $items)
$(row '`gzip -dc FILES \| wc -l`' gzip $items)
$([ -z "$duckdb" ] || row 'DuckDB, two threads: the comparisons of keys alone ([compare.sql](audit/compare.sql))' duckdb $items)
$(row 'audit of the plain lines, two threads' plain $items)
$(row 'audit of a single gzip file, two threads' one_two $items)
$(row 'audit of a single gzip file, one thread' one_single $items)
$(row 'reading and unpacking the single file, and nothing else' one_read $items)

| figure | wanted | measured | holds |
|---|---|---|---|
$(figure 'items a second, two threads' "$(calculate '%.2f' "$items / $(median two) / 1e6")" '>=' 1.2 million)
$(figure 'two threads, against `gzip -dc FILES \| wc -l`' "$(calculate '%.3f' "$(median two) / $(median gzip)")" '<=' 0.3)
$([ -z "$duckdb" ] || figure 'DuckDB, against two threads' "$(calculate '%.2f' "$(median duckdb) / $(median two)")" '>=' 2)
$(figure 'one thread, against two' "$(calculate '%.2f' "$(median single) / $(median two)")" '<=' 1.9)
$(figure 'items a second of plain lines, two threads' "$(calculate '%.2f' "$items / $(median plain) / 1e6")" '>=' 3 million)
$(figure 'a single gzip file: two threads, against one' "$(calculate '%.2f' "$(median one_two) / $(median one_single)")" '<' 1)
$(figure 'peak memory, 2 million items' "$(peak two)" '<' 64 MB)
$([ $big = no ] || figure 'peak memory, 20 million items' "$(peak big)" '<' 64 MB)
$(figure 'peak memory, a million unknown shapes' "$(peak shapes)" '<' 64 MB)
$(figure 'peak memory, a million partition keys in every index' "$(peak partitions)" '<' 64 MB)
EOF
} | grep -v '^$' | sed -e 's/^| command/\n&/' -e 's/^| figure/\n&/' -e 's/^Written by/\n&/' -e 's/^An export of/\n&/' >"$out"
say "wrote $out"
