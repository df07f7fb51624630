#!/usr/bin/env bash
#
# csvtojson makes null of a trail's name that looks like a number.
#
# Expected: with checkType a column is a number or a string; sixteen hex digits
#	are a string.
# Seen: each cell is judged alone.  9f3c2a7b5d1e4f60 stays a string,
#	9503217850214360 is a number, 9503217850214e60 is 9.503217850214e+72, and
#	12345678901e4560 is infinity, which JSON writes as null.  Of the session ids
#	66712345.1230 and 66712345.123, two sessions, one number is made.
# With: csvtojson 2.0.14 of npm, from CSV as jq and others write it.
# Matters: (log, seq) identifies a record in a whole fleet.  One trail in 770 has
#	a name of digits, or of digits around one "e", and looks fine until it is
#	joined with others by that name.
# secaudit: the name of a new trail should begin with a letter that begins no
#	number (a, b, f).  Session ids are those of %c in the server log and cannot
#	be changed: give them the type string (colParser) in a table.

set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export npm_config_cache=$work/cache npm_config_update_notifier=false
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$work" csvtojson@2.0.14 >npm.log 2>&1 || {
	echo "needs npm and csvtojson 2.0.14" >&2
	exit 2
}

cat >trail.csv <<'END'
log,seq,session
9f3c2a7b5d1e4f60,1,6a1b2c3d.1f4e
9503217850214360,1,66712345.1230
9503217850214e60,1,66712345.123
12345678901e4560,1,6a1b2c3d.1f4e
a2345678901e4560,1,6a1b2c3d.1f4e
END
cat >run.js <<'END'
require('csvtojson')({ checkType: true }).fromFile('trail.csv').then(rows => {
	for (const r of rows)
		console.log(JSON.stringify(r));
});
END
echo "csvtojson $(node -p "require('./node_modules/csvtojson/package.json').version")"
cat trail.csv
node run.js | tee out

expected='{"log":"9f3c2a7b5d1e4f60","seq":1,"session":"6a1b2c3d.1f4e"}
{"log":9503217850214360,"seq":1,"session":66712345.123}
{"log":9.503217850214e+72,"seq":1,"session":66712345.123}
{"log":null,"seq":1,"session":"6a1b2c3d.1f4e"}
{"log":"a2345678901e4560","seq":1,"session":"6a1b2c3d.1f4e"}'
if [ "$(cat out)" != "$expected" ]; then
	echo "changed: was" >&2
	echo "$expected" >&2
	exit 1
fi
echo "as stated: a name is a string, a number or null; one with a letter first is safe"
