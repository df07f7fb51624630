#!/bin/bash
# check-layers.sh [SRC [OBJECTS...]]: the folders under src/ are the layers.
# Fails if a file includes a header of a folder that its own may not use,
# calls a function or reads a variable of one without the header (nm tells),
# or if files of the tree call each other in a circle; and if a file knows
# what only one folder may know.  OBJECTS: directories with the compiled
# files, src/X.o or build/plain/src/X.o.  scripts/check-layers-test.sh plants
# a violation of each kind.
set -euo pipefail
cd "$(dirname "$0")/.."

# A folder, then the folders below it that its files may use.
table='
.          hooks statement facts record buffer trail writer sql server core
hooks      statement server core
statement  facts record buffer server core
facts      record server core
record     buffer server core
sql        statement facts record writer trail buffer server core
writer     trail record buffer server core
trail      buffer server core
buffer     server core
server     core
bin        core
core
'
# One parser in several files that call each other, each for what the others
# meet: a unit, with one internal header.
units='core/redact'

src=${1:-src}
shift || true
if [ $# -gt 0 ]; then
	objects=("$@")
else
	objects=(src build/plain/src)
fi
status=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

fault()
{
	echo "$1" >&2
	status=1
}

# below[FOLDER]: " a b c ", its row of the table and itself.
declare -A below
while read -r row_folder row_rest; do
	[ -z "$row_folder" ] || below[$row_folder]=" $row_folder $row_rest "
done <<< "$table"

# set_folder FILE: the row that a path below src/ belongs to, in $folder.
set_folder()
{
	case $1 in
		*/*) folder=${1%%/*} ;;
		*) folder=. ;;
	esac
}

# may_use FROM TO: may that file use this one?  Leaves both folders.
may_use()
{
	set_folder "$1"
	from_folder=$folder
	set_folder "$2"
	to_folder=$folder
	[[ ${below[$from_folder]-} == *" $to_folder "* ]]
}

known_folders()
{
	local file
	while read -r file; do
		set_folder "$file"
		[ -n "${below[$folder]-}" ] ||
			fault "$src/$file lies in a folder that the table does not know"
	done < "$tmp/files"
}

# Quoted includes with a path are ours; without one they are PostgreSQL's.
check_includes()
{
	local file header
	while read -r file header; do
		if [ -f "$src/$header" ]; then
			may_use "$file" "$header" ||
				fault "$src/$file includes $header: $from_folder/ may not use $to_folder/"
		elif [[ $file == core/* || $file == bin/* ]]; then
			fault "$src/$file includes \"$header\", which is not ours"
		fi
	done < <(cd "$src" && xargs grep -HoE '^#[[:space:]]*include[[:space:]]+"[^"]+"' < "$tmp/files" |
		sed -E 's/:#.*"(.*)"/ \1/')
}

# "FROM TO SYMBOL" for each symbol of ours that a file takes from another.
list_symbols()
{
	local directory
	for directory in "${objects[@]}"; do
		[ -d "$directory" ] || continue
		(cd "$directory" && find . -name '*.o' -printf '%P\n' | sort | xargs -r nm -A --quiet) |
			sed -E 's/^([^:]*)\.o:/\1 /' | while read -r name rest; do
				[ ! -f "$src/$name.c" ] || echo "$name $rest"
			done
	done | awk 'NF == 4 && $3 ~ /[TDBRCV]/ { print $1, "has", $4 }
		NF == 3 && $2 == "U" { print $1, "uses", $3 }' | sort -u > "$tmp/nm"
	awk '$2 == "has" { if (!($3 in owner) || $1 !~ /^bin\//) owner[$3] = $1; next }
		{ user[++n] = $1; symbol[n] = $3 }
		END { for (i = 1; i <= n; i++)
			if (symbol[i] in owner && owner[symbol[i]] != user[i])
				print user[i], owner[symbol[i]], symbol[i] }' \
		<(grep ' has ' "$tmp/nm") <(grep ' uses ' "$tmp/nm") | sort -u > "$tmp/calls"
}

check_symbols()
{
	local from to symbol
	while read -r from to symbol; do
		may_use "$from" "$to" ||
			fault "$src/$from.c uses $symbol of $src/$to.c: $from_folder/ may not use $to_folder/"
	done < "$tmp/calls"
}

# tsort names the files of each circle.
check_circles()
{
	awk -v units="$units" '
		function unit(f,  i, n, u) {
			n = split(units, u, " ")
			for (i = 1; i <= n; i++)
				if (index(f, u[i] "/") == 1) return u[i]
			return f
		}
		unit($1) != unit($2) { print unit($1), unit($2) }' "$tmp/calls" > "$tmp/edges"
	if ! tsort "$tmp/edges" > /dev/null 2> "$tmp/circles"; then
		fault "files that call each other in a circle:
$(sed -e 's/^tsort: //' -e '/input contains a loop/d' "$tmp/circles" | sort -u | paste -sd ' ')"
	fi
}

# Only server/ knows the server's version, only trail/, buffer/, writer/ and
# sql/ open files.
check_knowledge()
{
	local hits
	hits=$(cd "$src" && grep -rnE 'PG_VERSION_NUM' --include='*.[ch]' . | grep -v '^\./server/') &&
		fault "PG_VERSION_NUM belongs in src/server/:
$hits"
	hits=$(cd "$src" && grep -rnE '\b(open|openat|fopen|AllocateFile|BasicOpenFile|PathNameOpenFile)[[:space:]]*\(' \
		--include='*.c' . | grep -vE '^\./(trail|buffer|writer|sql|core|bin)/') &&
		fault "only buffer, writer, trail and sql may open files:
$hits"
	return 0
}

(cd "$src" && find . -name '*.[ch]' -printf '%P\n' | sort) > "$tmp/files"
known_folders
check_includes
list_symbols
[ -s "$tmp/calls" ] || fault "no compiled files in ${objects[*]}: build first"
check_symbols
check_circles
check_knowledge
exit $status
