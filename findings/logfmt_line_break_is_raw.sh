#!/usr/bin/env bash
#
# logfmt writes a line break as it is, and reads \n as the letter n.
#
# Expected: a record is one line, and what was written reads back.
# Seen: a value with a line break and no blank is neither quoted nor escaped, so one record
#	is two lines; \n in a quoted value, as other writers have it, becomes n; opt=a=b
#	becomes opt with the value ab.
# With: logfmt 1.4.0 of npm.
# Matters: statements have line breaks, and "x=1" stands in many of them.
# secaudit: search --output logfmt quotes every value with a blank, = or line break, and
#	escapes line breaks; read it back with a parser that knows \n, or ship JSON.

set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export npm_config_cache=$work/cache npm_config_update_notifier=false
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$work" logfmt@1.4.0 >npm.log 2>&1 || {
	echo "needs npm and logfmt@1.4.0" >&2
	exit 2
}

cat >run.js <<'END'
const l = require('logfmt');
console.log(JSON.stringify(l.stringify({query: 'SELECT\n1', user: 'alice'})));
console.log(JSON.stringify(l.parse('query="SELECT\\n1" user=alice')));
console.log(JSON.stringify(l.parse('opt=a=b')));
END

expected=$(
	cat <<'END'
"query=SELECT\n1 user=alice"
{"query":"SELECTn1","user":"alice"}
{"opt":"ab"}
END
)
node run.js | tee out
if [ "$(cat out)" != "$expected" ]; then
	echo "changed: was" >&2
	echo "$expected" >&2
	exit 1
fi
