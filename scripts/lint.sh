#!/bin/bash
# lint.sh: what a reviewer should not have to look for.  Runs every check,
# says which ones failed, exits 1 if any did.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

shopt -s nullglob
sources=(src/*.[ch] src/*/*.[ch] src/*/*/*.[ch] test/unit/*.[ch] test/fuzz/*.[ch])
core=(src/core/*.c src/core/*/*.c src/bin/*.c)
server=(src/secaudit.c src/{hooks,statement,facts,record,buffer,trail,writer,server,sql}/*.c)
tmp=$(mktemp -d /tmp/secaudit-lint.XXXXXX)
trap 'remove_tree "$tmp"' EXIT
failures=0

# check NAME COMMAND...
check()
{
	local name=$1 status=0
	shift
	"$@" > "$tmp/out" 2>&1 < /dev/null || status=$?
	if [ $status -eq 0 ]; then
		say "ok      $name"
	else
		failures=$((failures + 1))
		say "${red}FAILED${off}  $name"
		head -n 60 "$tmp/out"
	fi
}

# cppcheck does not know that ereport(ERROR) ends a function: src/record/stmt.c.
static_analysis()
{
	cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr \
		--enable=warning,portability,performance \
		--suppress=missingIncludeSystem --suppress=unknownMacro \
		--suppress=nullPointerRedundantCheck:src/record/stmt.c \
		-D__GNUC__ -DPG_VERSION_NUM=150000 -DPGDLLEXPORT= -Isrc \
		'-DLSN_FORMAT_ARGS(lsn)=0,0' "$@"
}

# gcc's own path-sensitive analysis; of core and bin, which have no PostgreSQL
# in them whose longjmp it would not understand.
gcc_analyzer()
{
	local file status=0
	for file in "$@"; do
		gcc -fanalyzer -Werror -std=gnu11 -O1 -Wall -Wextra -D_GNU_SOURCE -Isrc \
			-I"$("$PG_CONFIG" --includedir)" -c -o /dev/null "$file" || status=1
	done
	return $status
}

layers()
{
	build all > /dev/null
	scripts/check-layers.sh
}

symbols()
{
	build all > /dev/null
	scripts/check-symbols.sh secaudit.so "$("$PG_CONFIG" --bindir)/postgres"
}

# Aim at files of 300 lines and functions of 15; these are where it ends.
sizes()
{
	local file lines status=0
	for file in "${server[@]}" "${core[@]}"; do
		lines=$(wc -l < "$file")
		if [ "$lines" -gt 600 ]; then
			echo "$file: $lines lines (600 at most)"
			status=1
		fi
		awk -v f="$file" '/^{/ { start = NR }
			/^}/ { if (start && NR - start - 1 > 80) {
				printf "%s:%d: function of %d lines (80 at most)\n", f, start, NR - start - 1; bad = 1 }
				start = 0 }
			END { exit bad }' "$file" || status=1
	done
	return $status
}

# docs/architecture.md has a line for each folder, and names only what is there.
# shellcheck disable=SC2016 # the backquotes are Markdown's
picture()
{
	local folder name status=0
	for folder in src/*/ src/core/*/; do
		name=${folder#src/}
		if ! grep -qF -- "\`$name\`" docs/architecture.md; then
			echo "docs/architecture.md does not describe \`$name\`"
			status=1
		fi
	done
	while read -r name; do
		if [ ! -e "src/$name" ]; then
			echo "docs/architecture.md names $name, which is not there"
			status=1
		fi
	done < <(grep -oE '`[a-z_]+/[a-z_/]*(\.[ch])?`' docs/architecture.md | tr -d '`' | grep -vE '^(test|scripts|docs|bench|t|sql|expected)/' | sort -u)
	return $status
}

# What documents name exists, and what exists is documented.
documents()
{
	build all > /dev/null
	scripts/check-docs . secauditctl
}

# The archives are what is committed: the same bytes from the same commit.
archives()
{
	local run
	for run in 1 2; do
		TZ=$([ $run = 1 ] && echo UTC || echo Asia/Tokyo) "$MAKE" -s dist DIST_DIR="$tmp/dist-$run"
	done
	diff -r "$tmp/dist-1" "$tmp/dist-2"
}

completion()
{
	build all > /dev/null
	scripts/check-completion.sh ./secauditctl
}

check "layers" layers
check "layers, shown to fail" scripts/check-layers-test.sh
check "clang-format" clang-format --dry-run -Werror "${sources[@]}"
check "sizes of files and functions" sizes
check "picture of the folders" picture
check "documents" documents
check "documents, shown to fail" scripts/check-docs-test.sh
check "shellcheck" shellcheck -x -e SC1091 .ci/run scripts/*.sh scripts/test-version packaging/completion/*.bash debian/module.post* findings/*.sh
[ ${#core[@]} -eq 0 ] || check "gcc -fanalyzer" gcc_analyzer "${core[@]}"
check "cppcheck" static_analysis "${core[@]}" "${server[@]}"
check "symbols" symbols
check "release" scripts/check-release
check "completion of the shells" completion
check "release and completion, shown to fail" scripts/check-release-test.sh
check "archives" archives

if [ $failures -gt 0 ]; then
	die "$failures of the checks failed"
fi
