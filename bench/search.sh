#!/bin/bash
# search.sh [MB]: speed of secauditctl search beside jq, ripgrep and both
#
# Makes a trail of that size (default 2100), reads it once so that it is in memory,
# and runs each command once a round, one after the other, on one core.  Printed are
# the least seconds of all rounds.  BENCH_ROUNDS (3) says how many there are; jq over
# everything, which takes longest, runs in the first two.  CTL is the secauditctl to measure;
# BENCH_DIR says where the trail lives (default /tmp); BENCH_TRAIL names one that
# is there already, which stays.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

mb=${1:-2100} rounds=${BENCH_ROUNDS:-3}
ctl=$(realpath "${CTL:-secauditctl}")
for tool in jq rg taskset; do
	command -v $tool > /dev/null || die "$tool is missing (apt-get install jq ripgrep util-linux)"
done
[ -x "$ctl" ] || die "there is no $ctl; make builds it, or set CTL"

tmp=$(mktemp -d "${BENCH_DIR:-/tmp}/secaudit-search.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trail=${BENCH_TRAIL:-$tmp/trail}
[ -n "${BENCH_TRAIL:-}" ] || python3 bench/search_trail.py "$trail" "$mb"
files=("$trail"/*.jsonl)
# the same files, with indexes beside them, the newest as well
mkdir "$tmp/indexed"
ln "${files[@]}" "$tmp/indexed/" 2> /dev/null || cp "${files[@]}" "$tmp/indexed/"
echo '{"event":"audit.open","ts":"2026-01-31T00:00:00.000000Z"}' > "$tmp/indexed/secaudit-20260131T000000Z-999999.jsonl"
"$ctl" index -q "$tmp/indexed"
bytes=$(cat "${files[@]}" | wc -c)

names=() commands=()
add()
{
	names+=("$1")
	commands+=("$2")
}
export ctl trail indexed=$tmp/indexed
# shellcheck disable=SC2016
{
	add 'search, rare user, no index' '"$ctl" search --user=rare_user --output=json "$trail"'
	add 'search, rare user, index' '"$ctl" search --user=rare_user --output=json "$indexed"'
	add 'search, rare object, no index' '"$ctl" search --object=public.rare_object --output=json "$trail"'
	add 'search, rare object, index' '"$ctl" search --object=public.rare_object --output=json "$indexed"'
	add 'ripgrep + jq, rare user' 'rg -IN --no-mmap -j1 -F "\"user\":\"rare_user\"" "$trail"/*.jsonl | jq -c "select(.user == \"rare_user\")"'
	add 'search, every record as JSON' '"$ctl" search --all --output=json "$trail"'
	add 'search, every record as a table' '"$ctl" search --all --utc "$trail"'
	add 'ripgrep + jq, every record' 'rg -IN --no-mmap -j1 -F "\"class\":\"read\"" "$trail"/*.jsonl | jq -c "select(.class == \"read\")"'
	add 'jq -c ., every record' 'jq -c . "$trail"/*.jsonl'
}

for ((round = 1; round <= rounds; round++)); do
	for i in "${!names[@]}"; do
		case ${names[i]} in
			*jq*every*) [ "$round" -le 2 ] || continue ;;
		esac
		start=$(date +%s%N)
		taskset -c "${BENCH_CPU:-1}" bash -c "${commands[i]}" > /dev/null
		took=$((($(date +%s%N) - start) / 1000))
		if [ -z "${least[i]:-}" ] || [ "$took" -lt "${least[i]}" ]; then
			least[i]=$took
		fi
	done
done

echo "| command | seconds | MB/s | of jq -c . |"
echo "|---|--:|--:|--:|"
for i in "${!names[@]}"; do
	awk -v name="${names[i]}" -v us="${least[i]}" -v jq="${least[-1]}" -v bytes="$bytes" 'BEGIN {
		printf "| %s | %.3f | %.0f | %.3g |\n", name, us / 1e6, bytes / us, us / jq }'
done
