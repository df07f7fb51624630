#!/bin/bash
# shellcheck disable=SC2016 # the backquotes are Markdown's
# check-docs-test.sh: check-docs notices a fault of each kind.  Plants one at a
# time in a copy of what it reads.
set -euo pipefail
cd "$(dirname "$0")/.."
tmp=$(mktemp -d /tmp/secaudit-check-docs.XXXXXX)
trap 'rm -rf "$tmp"' EXIT
status=0

# plant FILE SED EXPECTED: after the edit, check-docs must report that.
plant()
{
	local file=$1 edit=$2 expected=$3
	cp "$tmp/tree/$file" "$tmp/saved"
	sed -i -E "$edit" "$tmp/tree/$file"
	if cmp -s "$tmp/tree/$file" "$tmp/saved"; then
		echo "the edit changes nothing in $file: $edit" >&2
		status=1
	elif scripts/check-docs "$tmp/tree" secauditctl > "$tmp/out" || ! grep -qF -- "$expected" "$tmp/out"; then
		echo "not noticed: $file: $edit; wanted: $expected; reported:" >&2
		cat "$tmp/out" >&2
		status=1
	fi
	cp "$tmp/saved" "$tmp/tree/$file"
}

mkdir "$tmp/tree"
cp -r docs src t sql scripts findings bench test Makefile ./*.md ./*.sql "$tmp/tree"
if ! scripts/check-docs "$tmp/tree" secauditctl; then
	echo "the documents have faults of their own" >&2
	exit 1
fi

conf=docs/configuration.md
plant src/server/guc.c 's/"secaudit.log_nested"/"secaudit.log_deep"/' 'setting secaudit.log_deep exists and is not documented'
plant $conf 's/`secaudit.lock`/`secaudit.bolt`/' 'setting secaudit.bolt is documented and does not exist'
plant $conf 's/(`secaudit.buffer_size`\*\* \()16MB/\132MB/' 'secaudit.buffer_size: the default is 16384, not 32MB'
plant README.md 's/(`secaudit.flush_interval` \| `)200ms/\1100ms/' 'secaudit.flush_interval: the default is 200, not 100ms'
plant $conf 's/200ms, 10ms to 1min/200ms, 10ms to 2min/' 'secaudit.flush_interval: the range ends at 60000, not 2min'
plant $conf 's/(`secaudit.durability`\*\* \(`async`; )reload/\1start/' 'secaudit.durability: it is set at reload, not start'
plant $conf 's/`overwrite`/overwrite/g' 'secaudit.on_failure: its value overwrite is not documented'
plant $conf 's/^\| `misc_set` \|/| `set` |/' 'class misc_set exists and is not documented'
plant docs/record.md 's/^\| `lock_mode` \|/| `mode` |/' 'key mode is documented and does not exist'
plant docs/record.md 's/ `copy_from` \|/ |/' 'access copy_from exists and is not documented'
plant docs/record.md 's/^\| `alert` \|/| `alerts` |/' 'event alert exists and is not documented'
plant docs/secaudit-record-1.schema.json 's/"lock_mode"/"lock_kind"/' 'no code writes lock_kind'
plant docs/sql.md 's/^\| `head` \|/| `top` |/' 'column top is documented and does not exist'
plant docs/sql.md 's/^## secaudit.flush\(/## secaudit.sync(/' 'function flush exists and is not documented'
plant docs/secauditctl.1 's/\\-\\-expect=/\\-\\-expected=/' "verify's option --expect exists and is not documented"
plant docs/operations.md 's/(HINT:  )Permissions should/\1Permissions must/' 'no such message: Permissions must'
plant docs/operations.md 's/set secaudit.on_config_error to "start"\./set secaudit.on_config_error to "run"./' 'no such message: Perhaps you meant "read".'
plant docs/operations.md 's/SecauditRotate/SecauditRotating/' 'wait event SecauditRotating does not exist'
plant docs/operations.md 's/`t\/048_kill.pl`/`t\/048_kills.pl`/' 't/048_kills.pl does not exist'
plant docs/install.md 's/`make deps`/`make dependencies`/' 'make dependencies does not exist'
plant README.md 's/\(docs\/record.md\)/(docs\/records.md)/' 'link to docs/records.md: there is no such file'
plant docs/install.md 's/#monitoring|#the-first-hour/#the-first-day/' 'there is no such heading'
plant docs/coverage.md '/^\| 2 \|/{p}' 'situation 2 is there twice'
plant docs/trail.md 's/^# The trail on disk/# What is told on disk/' '"told": write'

exit $status
