#!/bin/sh
# Fail if a file includes a header of a layer above its own, or knows what
# only another file may know.  Layers, top to bottom:
#
#   secaudit.c, shmem.c    wiring: may include everything
#   hooks*                 -> event, objects, session, classify, record, buffer
#   event                  -> policy -> record -> buffer
#   sqlfuncs               -> buffer, writer, trail
#   writer -> trail -> buffer
#   core/                  no PostgreSQL, includes core/ only
#   bin/                   no PostgreSQL, includes core/ and bin/ only
set -eu
cd "$(dirname "$0")/.."
status=0

fault()
{
	echo "$1" >&2
	status=1
}

# deny PATTERN FILES...: none of the files that exist may include a header
# that matches the pattern.
deny()
{
	pattern=$1
	shift
	for file; do
		[ -f "$file" ] || continue
		hits=$(grep -nE "^#[[:space:]]*include[[:space:]]+\"($pattern)\"" "$file") || continue
		fault "$file includes a header it may not know:
$hits"
	done
}

# only PREFIXES FILES...: quoted includes must begin with one of the prefixes.
only()
{
	prefixes=$1
	shift
	for file; do
		[ -f "$file" ] || continue
		hits=$(grep -nE '^#[[:space:]]*include[[:space:]]+"' "$file" |
			grep -vE "\"($prefixes)") || continue
		fault "$file includes a header of PostgreSQL or of the server side:
$hits"
	done
}

only 'core/' src/core/*.[ch]
only 'core/|bin/' src/bin/*.[ch]
only 'core/|unit\.h|test/|check_' test/unit/*.[ch]

deny '(hooks|event|policy|record|writer|trail)\.h' src/buffer.[ch]
deny '(hooks|event|policy|record)\.h' src/trail.[ch]
deny '(hooks|event|policy)\.h' src/writer.[ch]
deny '(hooks|event|policy|writer|trail)\.h' src/record*.[ch]
deny '(hooks|event|record|buffer|writer|trail)\.h' src/policy.[ch] src/classify.[ch] src/label.[ch]
deny '(hooks|event|record|buffer|writer|trail)\.h' src/session.[ch] src/objects*.[ch]
deny '(hooks|writer|trail)\.h' src/event*.[ch]
deny '(writer|trail)\.h' src/hooks*.[ch]

for file in src/*.[ch] src/*/*.[ch]; do
	[ -f "$file" ] || continue
	[ "$file" = src/pg_compat.h ] && continue
	if grep -nH PG_VERSION_NUM "$file" >&2; then
		fault "$file: PG_VERSION_NUM belongs in src/pg_compat.h"
	fi
done

# Only the trail opens the trail's files; the buffer opens its own.
for file in src/*.c; do
	case $file in
		src/trail*.c|src/buffer*.c|src/writer*.c|src/sqlfuncs*.c) continue ;;
	esac
	if grep -nHE '\b(open|openat|fopen|AllocateFile|BasicOpenFile|PathNameOpenFile)[[:space:]]*\(' "$file" >&2; then
		fault "$file opens a file; only buffer, writer and trail may"
	fi
done

exit $status
