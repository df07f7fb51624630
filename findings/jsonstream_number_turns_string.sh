#!/usr/bin/env bash
#
# JSONStream hands out some integers as strings, record by record.
#
# Expected: a number beyond 2^53 is rounded, as with JSON.parse, or refused;
#	in any case a number.
# Seen: an integer that a double cannot hold comes as a string, its neighbour
#	that happens to fit as a number, and a negative one is rounded without a word.
# With: JSONStream 1.3.5 with jsonparse 1.3.1, of npm.
# Matters: whoever sorts by seq, or stores into a typed column, gets two types in
#	one column: 9007199254740993 and 9007199254740995 are strings,
#	...992 and ...994 numbers.  A typed sink refuses every other record.
# secaudit: counters stay below 2^53, and what has 64 bits (xid, query_id) is a
#	string in every record, so a type never depends on a value.

set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export npm_config_cache=$work/cache npm_config_update_notifier=false
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$work" JSONStream@1.3.5 jsonparse@1.3.1 >npm.log 2>&1 || {
	echo "needs npm, JSONStream 1.3.5 and jsonparse 1.3.1" >&2
	exit 2
}

for seq in 9007199254740991 9007199254740992 9007199254740993 9007199254740994 \
	9007199254740995 -9007199254740993; do
	echo "{\"v\":1,\"log\":\"9f3c2a7b5d1e4f60\",\"event\":\"statement\",\"seq\":$seq}"
done >trail.jsonl
cat >run.js <<'END'
const parse = require('JSONStream').parse;
require('fs').createReadStream('trail.jsonl').pipe(parse())
	.on('data', r => console.log(typeof r.seq, r.seq));
END
for package in JSONStream jsonparse; do
	echo "$package $(node -p "require('./node_modules/$package/package.json').version")"
done
grep -o '"seq":[-0-9]*' trail.jsonl | paste -sd' ' | sed 's/^/read: /'
node run.js | tee out

expected='number 9007199254740991
number 9007199254740992
string 9007199254740993
number 9007199254740994
string 9007199254740995
number -9007199254740992'
if [ "$(cat out)" != "$expected" ]; then
	echo "changed: was" >&2
	echo "$expected" >&2
	exit 1
fi
echo "as stated: the type of seq depends on its value"
