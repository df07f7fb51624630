#!/usr/bin/env bash
#
# syslog-parse adds the milliseconds of its own clock to the time in the line.
#
# Expected: a line parsed twice gives one time; a line in RFC 5424 is read or refused.
# Seen: the time of a line of RFC 3164 has the milliseconds at which it was parsed, so two
#	readings of a file disagree, and lines of one second are in another order. A line of
#	RFC 5424 gives undefined, and no error.
# With: syslog-parse 2.0.0 of npm.
# Matters: whoever joins two readings by time, or keeps a line once by (host, time), does not.
# secaudit: the record has its own ts, with six digits, and (log, seq) is its identity; the
#	time of the transport is not needed.

set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export npm_config_cache=$work/cache npm_config_update_notifier=false
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$work" syslog-parse@2.0.0 >npm.log 2>&1 || {
	echo "needs npm and syslog-parse@2.0.0" >&2
	exit 2
}

cat >run.js <<'END'
const parse = require('syslog-parse').default || require('syslog-parse');
const line = '<110>Jan 31 23:59:58 db1 secaudit[7]: {"seq":7}';
const clock = Date.now;
const Real = Date;
const at = ms => { // the parser's clock stands at this millisecond
	const now = Real.UTC(2026, 1, 1, 0, 0, 0, ms);
	global.Date = class extends Real {
		constructor(...a) { a.length ? super(...a) : super(now); }
		static now() { return now; }
	};
	const r = parse(line);
	global.Date = Real;
	return new Real(r.time).getUTCMilliseconds();
};
console.log('read at .017:', at(17), ' read at .930:', at(930));
console.log('RFC 5424:', parse('<110>1 2026-01-31T23:59:58.123456Z db1 secaudit 7 statement - {"seq":7}'));
END

expected=$(
	cat <<'END'
read at .017: 17  read at .930: 930
RFC 5424: undefined
END
)
node run.js | tee out
if [ "$(cat out)" != "$expected" ]; then
	echo "changed: was" >&2
	echo "$expected" >&2
	exit 1
fi
