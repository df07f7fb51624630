#!/usr/bin/env bash
#
# A CloudEvent and its own JSON have two times.
#
# Expected: the time that an event was made with is the time in its JSON.
# Seen: the object keeps six digits, its JSON has three, cut, not rounded; an
#	event read from JSON has three as well, and its offset has become Z.
# With: cloudevents 10.0.0 of npm.
# Matters: what goes through a gateway loses the order of records within a
#	millisecond, and a comparison of `ts` with the original fails.
# secaudit: (log, seq) is identity and order; the record goes into `data` as a
#	whole, where its own `ts` stays.

set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export npm_config_cache=$work/cache npm_config_update_notifier=false
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$work" cloudevents@10.0.0 >npm.log 2>&1 || {
	echo "needs npm and cloudevents 10.0.0" >&2
	exit 2
}

cat >run.js <<'END'
const { CloudEvent, HTTP } = require('cloudevents');
const event = new CloudEvent({ id: '1', source: '/db1', type: 'audit', time: '2026-05-04T10:11:12.123987Z',
	data: { ts: '2026-05-04T10:11:12.123987Z' } });
const body = JSON.parse(HTTP.structured(event).body);
console.log('object: ' + event.time);
console.log('json: ' + body.time);
console.log('data: ' + body.data.ts);
const read = HTTP.toEvent({ headers: { 'content-type': 'application/cloudevents+json' },
	body: JSON.stringify({ specversion: '1.0', id: '1', source: '/db1', type: 'audit',
		time: '2026-05-04T12:11:12.123987+02:00' }) });
console.log('read: ' + read.time);
END
echo "cloudevents $(node -p "require('./node_modules/cloudevents/package.json').version")"
node run.js | tee out

expected='object: 2026-05-04T10:11:12.123987Z
json: 2026-05-04T10:11:12.123Z
data: 2026-05-04T10:11:12.123987Z
read: 2026-05-04T10:11:12.123Z'
if [ "$(cat out)" != "$expected" ]; then
	echo "changed: was" >&2
	echo "$expected" >&2
	exit 1
fi
echo "as stated: six digits in the object, three in its JSON"
