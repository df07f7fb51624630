#!/usr/bin/env bash
#
# nsyslog-parser does not find structured data in which a quote is escaped.
#
# Expected: in RFC 5424, \" inside a value is a quote and \] a bracket, and the value goes on.
# Seen: with a quote, nsyslog-parser leaves structuredData empty and puts the element before
#	the message, so that a JSON message is none any more; with a bracket, the backslash
#	stays in the value. glossy reads all three lines.
# With: nsyslog-parser 0.10.1, glossy 0.1.7 of npm.
# Matters: one quoted name in a value is enough. The record is lost to whoever parses
#	the message as JSON.
# secaudit: put the record into the message, and into structured data only what has no
#	text of users (log, seq).

set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export npm_config_cache=$work/cache npm_config_update_notifier=false
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$work" nsyslog-parser@0.10.1 glossy@0.1.7 >npm.log 2>&1 || {
	echo "needs npm and nsyslog-parser@0.10.1 glossy@0.1.7" >&2
	exit 2
}

cat >run.js <<'END'
const nsyslog = require('nsyslog-parser');
const glossy = require('glossy').Parse;
const head = '<110>1 2026-01-31T23:59:58.123456Z db1 secaudit 7 statement ';
for (const data of ['[sec@32473 seq="7" q="a"]', '[sec@32473 seq="7" q="a[1\\]"]',
	'[sec@32473 seq="7" q="\\"A\\" b"]']) {
	const line = head + data + ' {"seq":7}';
	const n = nsyslog(line);
	glossy.parse(line, g => {
		console.log(data);
		console.log('  glossy:  ', JSON.stringify(g.structuredData), g.message);
		console.log('  nsyslog: ', JSON.stringify(n.structuredData), n.message);
	});
}
END

expected=$(
	cat <<'END'
[sec@32473 seq="7" q="a"]
  glossy:   {"sec@32473":{"seq":"7","q":"a"}} {"seq":7}
  nsyslog:  [{"$id":"sec@32473","seq":"7","q":"a"}] {"seq":7}
[sec@32473 seq="7" q="a[1\]"]
  glossy:   {"sec@32473":{"seq":"7","q":"a[1]"}} {"seq":7}
  nsyslog:  [{"$id":"sec@32473","seq":"7","q":"a[1\\]"}] {"seq":7}
[sec@32473 seq="7" q="\"A\" b"]
  glossy:   {"sec@32473":{"seq":"7","q":"\"A\" b"}} {"seq":7}
  nsyslog:  [] [sec@32473 seq="7" q="\"A\" b"] {"seq":7}
END
)
node run.js | tee out
if [ "$(cat out)" != "$expected" ]; then
	echo "changed: was" >&2
	echo "$expected" >&2
	exit 1
fi
