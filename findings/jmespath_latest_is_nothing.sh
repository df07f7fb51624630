#!/usr/bin/env bash
#
# jmespath of npm sorts records by their time, and finds no latest among them.
#
# Expected: max_by() takes what sort_by() takes; the specification says a number
#	or a text, and the implementation for Python does so.
# Seen: sort_by(r, &ts) is right, max_by(r, &ts) and min_by(r, &ts) are undefined,
#	without an error.  With numbers they work, and so does max(r[].ts).
# With: jmespath 0.16.0 of npm.
# Matters: "the last login of" is asked with max_by() over times, and the answer
#	"none" looks like a fact.
# secaudit: ask for the last of sort_by(), or by (log, seq): seq is a number.

set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export npm_config_cache=$work/cache npm_config_update_notifier=false
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$work" jmespath@0.16.0 >npm.log 2>&1 || {
	echo "needs npm and jmespath 0.16.0" >&2
	exit 2
}

cat >run.js <<'END'
const { search } = require('jmespath');
const data = { r: [
	{ ts: '2026-05-04T10:00:00.000001Z', seq: 1, user: 'alice' },
	{ ts: '2026-05-04T11:00:00.000001Z', seq: 2, user: 'bob' },
] };
for (const query of ['sort_by(r, &ts)[-1].user', 'max(r[].ts)', 'max_by(r, &ts).user', 'min_by(r, &ts).user',
	'max_by(r, &seq).user'])
	console.log(query + ': ' + JSON.stringify(search(data, query)));
END
echo "jmespath $(node -p "require('./node_modules/jmespath/package.json').version")"
node run.js | tee out

expected='sort_by(r, &ts)[-1].user: "bob"
max(r[].ts): "2026-05-04T11:00:00.000001Z"
max_by(r, &ts).user: null
min_by(r, &ts).user: null
max_by(r, &seq).user: "bob"'
if [ "$(cat out)" != "$expected" ]; then
	echo "changed: was" >&2
	echo "$expected" >&2
	exit 1
fi
echo "as stated: sorted by time, and no latest"
