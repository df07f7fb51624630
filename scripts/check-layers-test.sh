#!/bin/bash
# check-layers-test.sh: check-layers.sh accepts a small tree that keeps to the
# layers, and fails on each kind of violation planted in a copy of it, with a
# message that names it.
set -euo pipefail
cd "$(dirname "$0")/.."

tmp=$(mktemp -d /tmp/secaudit-layers.XXXXXX)
trap 'rm -rf "$tmp"' EXIT
failures=0
number=0

# plant FILE TEXT...: write a file of the tree, one line a TEXT.
plant()
{
	mkdir -p "$(dirname "$tree/src/$1")"
	printf '%s\n' "${@:2}" > "$tree/src/$1"
}

# A tree without fault: statement calls record, record calls core.
tree=$tmp/good
plant core/text.h 'int aud_text_cut(int length);'
plant core/text.c '#include "core/text.h"' 'int aud_text_cut(int length) { return length; }'
plant record/line.h 'int aud_line_write(int length);'
plant record/line.c '#include "record/line.h"' '#include "core/text.h"' \
	'int aud_line_write(int length) { return aud_text_cut(length); }'
plant record/part.h 'int aud_part_write(int length);'
plant record/part.c '#include "record/line.h"' '#include "record/part.h"' \
	'int aud_part_write(int length) { return aud_line_write(length); }'
plant statement/end.h 'int aud_statement_end(int length);'
plant statement/end.c '#include "statement/end.h"' '#include "record/line.h"' \
	'int aud_statement_end(int length) { return aud_line_write(length); }'
plant server/compat.h '#define MAJOR (PG_VERSION_NUM / 10000)'
plant trail/file.c '#include <fcntl.h>' 'int aud_trail_open(void);' \
	'int aud_trail_open(void) { return open("x", O_RDONLY); }'

# compile FILE...: of the tree.
compile()
{
	local file
	for file; do
		gcc -I"$tree/src" -c -o "$tree/src/${file%.c}.o" "$tree/src/$file"
	done
}

# A copy of it, with its objects, to plant something in.
new_tree()
{
	number=$((number + 1))
	tree=$tmp/$number
	cp -r "$tmp/good" "$tree"
}

# expect STATUS PATTERN NAME: check the tree as it is.  PATTERN is an extended
# regular expression that a line of the output must match; for status 0 there
# must be no output.
expect()
{
	local status=0 said=no
	scripts/check-layers.sh "$tree/src" "$tree/src" > "$tmp/out" 2>&1 || status=$?
	if [ "$1" -eq 0 ]; then
		[ -s "$tmp/out" ] || said=yes
	elif grep -qE -- "$2" "$tmp/out"; then
		said=yes
	fi
	if [ $status -eq "$1" ] && [ $said = yes ]; then
		echo "ok      $3"
	else
		echo "FAILED  $3: exit status $status instead of $1, or no line that matches: $2"
		sed 's/^/        /' "$tmp/out"
		failures=$((failures + 1))
	fi
}

compile core/text.c record/{line,part}.c statement/end.c trail/file.c
expect 0 '' "a tree without fault passes"

new_tree
plant record/line.c '#include "record/line.h"' '#include "statement/end.h"' \
	'int aud_line_write(int length) { return length; }'
compile record/line.c
expect 1 'record/line\.c includes statement/end\.h: record/ may not use statement/$' "an include of a higher folder"

new_tree
plant core/text.c 'extern int aud_part_write(int length);' 'int aud_text_cut(int length);' \
	'int aud_text_cut(int length) { return aud_part_write(length); }'
compile core/text.c
expect 1 'core/text\.c uses aud_part_write of .*/record/part\.c: core/ may not use record/$' \
	"a call of a higher folder's function without its header"

new_tree
plant core/text.c 'extern int aud_line_count;' 'int aud_text_cut(int length);' \
	'int aud_text_cut(int length) { return length + aud_line_count; }'
plant record/line.c 'int aud_line_count = 1;' 'int aud_line_write(int length);' \
	'int aud_line_write(int length) { return length; }'
compile core/text.c record/line.c
expect 1 'core/text\.c uses aud_line_count of .*/record/line\.c' "a higher folder's variable"

new_tree
plant record/line.c '#include "record/line.h"' '#include "record/part.h"' \
	'int aud_line_write(int length) { return length ? aud_part_write(length - 1) : 0; }'
compile record/line.c
expect 1 '^record/line record/part$' "two files of a folder that call each other"
expect 1 'in a circle' "which is called a circle"

new_tree
plant core/text.c '#include "postgres.h"' 'int aud_text_cut(int length);' \
	'int aud_text_cut(int length) { return length; }'
mkdir "$tree/postgres"
touch "$tree/postgres/postgres.h"
CPATH=$tree/postgres compile core/text.c
expect 1 'core/text\.c includes "postgres\.h", which is not ours$' "core with a header of PostgreSQL"

new_tree
plant core/text.c '#include "utils/guc.h"' 'int aud_text_cut(int length);' \
	'int aud_text_cut(int length) { return length; }'
mkdir -p "$tree/postgres/utils"
touch "$tree/postgres/utils/guc.h"
CPATH=$tree/postgres compile core/text.c
expect 1 'core/text\.c includes "utils/guc\.h", which is not ours$' "core with one in a folder of PostgreSQL's"

new_tree
plant attic/old.c 'int aud_old;'
compile attic/old.c
expect 1 'attic/old\.c lies in a folder that the table does not know$' "a folder that the table does not know"

new_tree
plant record/line.c '#include "record/line.h"' '#if PG_VERSION_NUM >= 160000' '#endif' \
	'int aud_line_write(int length) { return length; }'
compile record/line.c
expect 1 '^\./record/line\.c:2:#if PG_VERSION_NUM' "PG_VERSION_NUM outside of server/"
expect 1 'PG_VERSION_NUM belongs in src/server/' "which is where it belongs"

new_tree
plant record/line.c '#include <fcntl.h>' '#include "record/line.h"' \
	'int aud_line_write(int length) { return open("x", O_RDONLY) + length; }'
compile record/line.c
expect 1 '^\./record/line\.c:3:.*open' "open() outside of trail, buffer, writer and sql"
expect 1 'only buffer, writer, trail and sql may open files' "which may open files"

new_tree
find "$tree" -name '*.o' -delete
expect 1 'no compiled files in .*: build first$' "no compiled files at all"

[ $failures -eq 0 ]
