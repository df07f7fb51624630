#!/bin/bash
# test-all.sh [TARGET...]: scripts/test-version for every major that there is,
# one after the other, and a matrix of what passed and failed
#
# VERSIONS="17 18" chooses.  The logs stay in build/test-NN.log.  Exit status 0:
# each of them ran, and nothing failed.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
. scripts/lib.sh

versions=${VERSIONS:-15 17 18 19}
mkdir -p build
status=0
for major in $versions; do
	log=build/test-$major.log
	say "PostgreSQL $major: ${*:-test} (log: $log)"
	if ! scripts/test-version "$major" "$@" > "$log" 2>&1 < /dev/null; then
		status=1
		grep -qE '^[0-9]+ passed, [0-9]+ failed' "$log" || tail -n 20 "$log"
	fi
done

# The summary at the end of each log: a line per part, then the sum.
logs=()
for major in $versions; do
	logs+=("build/test-$major.log")
done
awk -v versions="$versions" '
	/^[A-Za-z].* [0-9]+ passed, [0-9]+ failed$/ || /^[0-9]+ passed, [0-9]+ failed$/ {
		major = FILENAME
		gsub(/[^0-9]/, "", major)
		count = $(NF - 3) " / " $(NF - 1)
		name = $0
		sub(/ *[0-9]+ passed.*/, "", name)
		if (name == "")
			next
		good[major] += $(NF - 3)
		bad[major] += $(NF - 1)
		if (!(name in known)) {
			known[name] = 1
			names[++n] = name
		}
		cell[name, major] = count
	}
	function row(name, values,   i, line) {
		line = sprintf("%-24s", name)
		for (i = 1; i <= majors; i++)
			line = line sprintf("%14s", values[i] == "" ? "-" : values[i])
		print line
	}
	END {
		majors = split(versions, list, " ")
		print "\npassed / failed"
		row("PostgreSQL", list)
		for (j = 1; j <= n; j++) {
			for (i = 1; i <= majors; i++)
				values[i] = cell[names[j], list[i]]
			row(names[j], values)
		}
		for (i = 1; i <= majors; i++)
			values[i] = (list[i] in good) ? good[list[i]] " / " bad[list[i]] : "did not run"
		row("all", values)
	}' "${logs[@]}"
exit $status
