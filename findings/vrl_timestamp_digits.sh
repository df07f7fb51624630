#!/usr/bin/env bash
#
# VRL writes a time stamp with 0, 3 or 6 digits, as it happens: text order is lost.
#
# Expected: a time stamp with six digits, parsed and written again, has six digits.
# Seen: parse_timestamp() makes a time, and whatever writes it as JSON (to_string(),
#	encode_json(), the event itself) drops groups of three zeros:
#	58.000000Z becomes 58Z, 58.120000Z becomes 58.120Z.  Since "." sorts before
#	"Z", the first microsecond of a second sorts before its beginning.
# With: VRL as WebAssembly, @bpinternal/verel 0.2.0 of npm.
# Matters: ORDER BY ts on a text column, sort(1) and a keyword field put one
#	record in a thousand in the wrong place, and a fixed format
#	(%Y-%m-%dT%H:%M:%S.%fZ) refuses some records.
# secaudit: writes always six digits; its recipe for Vector leaves ts a string.
#	Where a time is needed, write it with
#	format_timestamp!(t, format: "%Y-%m-%dT%H:%M:%S%.6fZ").

set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export npm_config_cache=$work/cache npm_config_update_notifier=false
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$work" @bpinternal/verel@0.2.0 >npm.log 2>&1 || {
	echo "needs npm and @bpinternal/verel 0.2.0" >&2
	exit 2
}

cat >run.js <<'END'
const vrl = require('@bpinternal/verel');
const program = `
	. = parse_json!(string!(.message))
	t = parse_timestamp!(.ts, format: "%Y-%m-%dT%H:%M:%S%.6fZ")
	.parsed = t
	.text = to_string(t)
	.fixed = format_timestamp!(t, format: "%Y-%m-%dT%H:%M:%S%.6fZ")
`;
const events = ['000000', '000001', '120000', '123456'].map((micro, i) => {
	const message = `{"v":1,"log":"9f3c2a7b5d1e4f60","ts":"2026-01-31T23:59:58.${micro}Z","event":"statement","seq":${i + 1}}`;
	return vrl.execute(program, { message }).event;
});
for (const e of events)
	console.log(e.seq, e.ts, e.parsed, e.text, e.fixed);
const order = key => [...events].sort((a, b) => a[key] < b[key] ? -1 : 1).map(e => e.seq).join(' ');
console.log('order by ts:', order('ts'));
console.log('order by parsed:', order('parsed'));
END
echo "@bpinternal/verel $(node -p "require('./node_modules/@bpinternal/verel/package.json').version")"
echo "seq, as read, as parsed, to_string(), with six digits asked for:"
node run.js | tee out

expected='1 2026-01-31T23:59:58.000000Z 2026-01-31T23:59:58Z 2026-01-31T23:59:58Z 2026-01-31T23:59:58.000000Z
2 2026-01-31T23:59:58.000001Z 2026-01-31T23:59:58.000001Z 2026-01-31T23:59:58.000001Z 2026-01-31T23:59:58.000001Z
3 2026-01-31T23:59:58.120000Z 2026-01-31T23:59:58.120Z 2026-01-31T23:59:58.120Z 2026-01-31T23:59:58.120000Z
4 2026-01-31T23:59:58.123456Z 2026-01-31T23:59:58.123456Z 2026-01-31T23:59:58.123456Z 2026-01-31T23:59:58.123456Z
order by ts: 1 2 3 4
order by parsed: 2 3 4 1'
if [ "$(cat out)" != "$expected" ]; then
	echo "changed: was" >&2
	echo "$expected" >&2
	exit 1
fi
echo "as stated: the digits come and go, and record 1 sorts last"
