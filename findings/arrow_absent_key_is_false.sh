#!/usr/bin/env bash
#
# Apache Arrow's tableFromJSON() makes values of keys that are absent.
#
# Expected: a key that a record has not is null in its row; a key that no column
#	can be made for is an error.
# Seen: an absent text is "", an absent truth value is false, an absent number is
#	null.  A text in a column that began with a number is null, and a key of an
#	object that the first record's object had not is left out, without a word.
# With: apache-arrow 21.2.0 of npm.
# Matters: an empty text is a fact about a record that said nothing, and what a
#	later record says more is gone.
# secaudit: truth values are written only where they are true, so that false is
#	right for ours; for the rest give vectors of a type, or load with a reader that
#	takes a schema.

set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export npm_config_cache=$work/cache npm_config_update_notifier=false
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$work" apache-arrow@21.2.0 >npm.log 2>&1 || {
	echo "needs npm and apache-arrow 21.2.0" >&2
	exit 2
}

cat >run.js <<'END'
const { tableFromJSON } = require('apache-arrow');
for (const rows of [
	[{ user: 'alice', superuser: true, rows: 1 }, { user: 'bob' }, { rows: 2 }],
	[{ value: 1 }, { value: 'on' }],
	[{ setting: { name: 'a' } }, { setting: { name: 'b', from: 'file' } }],
])
	console.log(JSON.stringify(tableFromJSON(rows).toArray()));
END
echo "apache-arrow $(node -p "require('./node_modules/apache-arrow/package.json').version")"
node run.js | tee out

expected='[{"user":"alice","superuser":true,"rows":1},{"user":"bob","superuser":false,"rows":null},{"user":"","superuser":false,"rows":2}]
[{"value":1},{"value":null}]
[{"setting":{"name":"a"}},{"setting":{"name":"b"}}]'
if [ "$(cat out)" != "$expected" ]; then
	echo "changed: was" >&2
	echo "$expected" >&2
	exit 1
fi
echo "as stated: false and an empty text where nothing was said"
