#!/usr/bin/env bash
#
# A record sent through pino with Elastic's ECS format has two values for one key.
#
# Expected: a log line is a JSON object with each key once, and fields of ECS have the
#	types of ECS.
# Seen: a record's own message stays beside the text's: the line has "message" twice, and a
#	reader takes the last, the first, or refuses it. A string called error, event or
#	host stays a string, where ECS has an object, beside "host.hostname" and "log.level".
# With: @elastic/ecs-pino-format 1.5.0, pino 9.14.0 of npm.
# Matters: a forwarder that logs a trail's record this way loses a value, and an index with
#	the mapping of ECS refuses a string where it has an object.
# secaudit: has no key called message; a record goes below one key of its own
#	({secaudit: record}), not to the top level of ECS.

set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export npm_config_cache=$work/cache npm_config_update_notifier=false
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$work" @elastic/ecs-pino-format@1.5.0 pino@9.14.0 >npm.log 2>&1 || {
	echo "needs npm and @elastic/ecs-pino-format@1.5.0 pino@9.14.0" >&2
	exit 2
}

cat >run.js <<'END'
const pino = require('pino');
const {ecsFormat} = require('@elastic/ecs-pino-format');
const lines = [];
const log = pino(ecsFormat(), {write: s => lines.push(s)});
log.info({event: 'statement', error: 'division by zero', message: 'of the record'}, 'of the call');
const line = lines[0];
console.log('"message":', line.match(/"message":"[^"]*"/g).join(' '));
console.log('JSON.parse:', JSON.parse(line).message);
console.log('error:', typeof JSON.parse(line).error, 'event:', typeof JSON.parse(line).event);
console.log('keys with a dot:', Object.keys(JSON.parse(line)).filter(k => k.includes('.')).join(' '));
END

expected=$(
	cat <<'END'
"message": "message":"of the record" "message":"of the call"
JSON.parse: of the call
error: string event: string
keys with a dot: log.level process.pid host.hostname ecs.version
END
)
node run.js | tee out
if [ "$(cat out)" != "$expected" ]; then
	echo "changed: was" >&2
	echo "$expected" >&2
	exit 1
fi
