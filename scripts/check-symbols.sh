#!/bin/sh
# check-symbols.sh MODULE POSTGRES: fail if the module calls a function of one
# of its libraries that the server exports too: the dynamic linker would give
# us the server's.  (jansson's json_object() is PostgreSQL's SQL function in a
# backend.)  Fail also if the module exports more than the server asks for.
set -eu
module=$1 server=$2

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

names()
{
	nm -D "$@" | awk '{print $NF}' | sed 's/@.*//' | sort -u
}

names --undefined-only "$module" > "$tmp/wanted"
names --defined-only "$server" > "$tmp/server"

status=0
if grep '^aud_' "$tmp/wanted" >&2; then
	echo "$module calls these functions, but has none of that name" >&2
	status=1
fi
for library in jansson crypto pcre2-8 zstd z; do
	path=$(ldd "$module" | awk -v l="lib$library." 'index($1, l) == 1 { print $3 }')
	[ -n "$path" ] || continue
	names --defined-only "$path" > "$tmp/library"
	clash=$(comm -12 "$tmp/wanted" "$tmp/server" | comm -12 - "$tmp/library")
	if [ -n "$clash" ]; then
		echo "$module means lib$library's function but would get the server's:" >&2
		echo "$clash" >&2
		status=1
	fi
done

exported=$(names --defined-only "$module" |
	grep -vE '^(_PG_init|Pg_magic_func|(pg_finfo_)?secaudit_[a-z0-9_]+|aud_[a-z0-9_]*_main)$' || true)
if [ -n "$exported" ]; then
	echo "$module exports what it should keep to itself:" >&2
	echo "$exported" >&2
	status=1
fi
exit $status
