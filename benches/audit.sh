#!/usr/bin/env bash
# The figures of `dynkeys audit`: benches/audit.sh [--big] writes benches/audit.md.
#
# Needs Rust, gzip, GNU time, python3 with venv (DuckDB comes by pip into a folder that is removed; without it that
# contestant is left out), and 5 GB of disk; with --big 10 GB. Nothing else should run on the machine.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C

big=no
test "${1:-}" != --big || big=yes
rounds=${ROUNDS:-5}
work=${WORK:-$(mktemp -d)}
mkdir -p "$work"
echo "in $work" >&2
test -n "${WORK:-}" || trap 'rm -rf "$work"' EXIT

cargo build --release --locked --bin dynkeys --example generate-export --example check-report >&2
dynkeys=target/release/dynkeys
generate=target/release/examples/generate-export
check=target/release/examples/check-report

make() { # NAME ARGUMENT...
    local out="$work/$1"
    shift
    test -d "$out" || "$generate" --seed 1 --out "$out" "$@" >&2
}
make export --items 2000000 --files 16 --defects 0.001
make plain --items 2000000 --files 4 --defects 0.001 --plain
make one --items 2000000 --files 1 --defects 0.001
make shapes --items 1000000 --files 16 --content shapes --defects 0
make partitions --items 1000000 --files 16 --content partitions --defects 0
test "$big" = no || make big --items 20000000 --files 16 --defects 0.001

folder() { echo "$work/$1"/AWSDynamoDB/*; }
export=$(folder export)
files=("$export"/data/*.gz)
single=("$(folder one)"/data/*.gz)
plain=("$work"/plain/*.jsonl)

# Wall seconds and KB of memory of a command; its exit status is its own affair.
timed() {
    local out
    out=$(/usr/bin/time -f '%e %M' -o /dev/stdout -- "$@" 2>/dev/null </dev/null | tail -n 1) || true
    echo "$out"
}
audit() { timed "$dynkeys" audit benches/audit/models --format json --output "$work/report.json" "$@"; }
inflate() { timed sh -c 'gzip -dc "$@" | wc -l >/dev/null' sh "$@"; }
median() { sort -n | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }

duck="$work/duckdb"
if test ! -d "$duck"; then
    python3 -m venv "$duck" >&2 && "$duck/bin/pip" install --quiet duckdb >&2 || rm -rf "$duck"
fi
duckdb() { timed "$duck/bin/python" benches/audit/duckdb_keys.py 2 "${files[@]}"; }

# The audit finds every planted defect and no other.
"$dynkeys" audit benches/audit/models --export "$export" --check duplicate-primary-key --format json --output "$work/report.json" || true
truth=$("$check" "$work/report.json" "$work/export/truth.json")

names=(gzip two one duckdb plain single inflate)
declare -A times
for _ in $(seq "$rounds"); do
    for name in "${names[@]}"; do
        case $name in
        gzip) result=$(inflate "${files[@]}") ;;
        two) result=$(audit --export "$export" --threads 2) ;;
        one) result=$(audit --export "$export" --threads 1) ;;
        duckdb) test -d "$duck" || continue; result=$(duckdb) ;;
        plain) result=$(audit --items "${plain[@]}" --threads 2) ;;
        single) result=$(audit --items "${single[@]}" --threads 2) ;;
        inflate) result=$(audit --items "${single[@]}" --threads 1) ;;
        esac
        times[$name]+="${result% *}"$'\n'
    done
done
declare -A of
for name in "${names[@]}"; do of[$name]=$(printf '%s' "${times[$name]:-}" | median); done

memory() { local result; result=$(audit --export "$(folder "$1")" --threads 2); echo "${result#* }"; }
rate() { awk -v seconds="$1" 'BEGIN { printf "%.2f", 2 / seconds }'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }
mib() { awk -v kb="$1" 'BEGIN { printf "%.0f MiB", kb / 1024 }'; }

{
    cat <<HEAD
# Figures of \`dynkeys audit\`

Written by \`benches/audit.sh\`. $(nproc) processors, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), $(rustc --version), $(date -u +%F).
2 million items of five entities with 22 keys, $(zcat "${files[@]}" | wc -c) bytes of JSON lines, in 16 files of gzip; all checks
and statistics on. Medians of $rounds rounds in which all take turns; seconds are wall time of the whole process.

$truth.

| | seconds | million items a second | |
|---|---|---|---|
| \`gzip -dc FILES \| wc -l\` | ${of[gzip]} | | |
| export, two threads | ${of[two]} | $(rate "${of[two]}") | $(ratio "${of[two]}" "${of[gzip]}") times gzip |
| export, one thread | ${of[one]} | $(rate "${of[one]}") | $(ratio "${of[one]}" "${of[two]}") times two threads |
HEAD
    if test -d "$duck"; then
        echo "| the same comparisons in DuckDB $("$duck/bin/python" -c 'import duckdb; print(duckdb.__version__)'), two threads | ${of[duckdb]} | $(rate "${of[duckdb]}") | $(ratio "${of[duckdb]}" "${of[two]}") times the audit |"
    fi
    cat <<TAIL
| plain \`.jsonl\`, two threads | ${of[plain]} | $(rate "${of[plain]}") | |
| one \`.gz\`, two threads | ${of[single]} | $(rate "${of[single]}") | $(ratio "${of[single]}" "${of[inflate]}") times one thread: inflating and checking overlap |

| peak memory, two threads | |
|---|---|
| 2 million items | $(mib "$(memory export)") |
TAIL
    test "$big" = no || echo "| 20 million items | $(mib "$(memory big)") |"
    cat <<TAIL
| a million items, each of another unknown shape | $(mib "$(memory shapes)") |
| a million items, each in partitions of its own | $(mib "$(memory partitions)") |
TAIL
} >"$work/audit.md"
mv "$work/audit.md" benches/audit.md
cat benches/audit.md
