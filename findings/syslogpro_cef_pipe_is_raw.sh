#!/usr/bin/env bash
#
# syslog-pro writes CEF without the escapes of CEF.
#
# Expected: a pipe in a field of the head and an equals sign in a value get a
#	backslash, as the format asks for.
# Seen: both stay as they are: the head has a field more, and what follows the
#	equals sign reads as another key's value.
# With: syslog-pro 1.0.0 of npm.
# Matters: names and statements have both characters every day.
# secaudit: `secauditctl convert --to cef` escapes both and backslashes; a test
#	reads it back with a parser that knows the escapes.

set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export npm_config_cache=$work/cache npm_config_update_notifier=false
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$work" syslog-pro@1.0.0 >npm.log 2>&1 || {
	echo "needs npm and syslog-pro 1.0.0" >&2
	exit 2
}

cat >run.js <<'END'
const { CEF } = require('syslog-pro');
new CEF({ deviceVendor: 'example', deviceProduct: 'db', deviceVersion: '1', deviceEventClassId: 'read',
	name: 'read a|b', severity: '3', extensions: { msg: 'where id=7' } })
	.buildMessage().then(text => console.log(text.trim()));
END
echo "syslog-pro $(node -p "require('./node_modules/syslog-pro/package.json').version")"
node run.js | tee out

if grep -q 'a\\|b' out || grep -q 'id\\=7' out || ! grep -q 'a|b' out || ! grep -q 'id=7' out; then
	echo "changed: was a|b and id=7, without a backslash" >&2
	exit 1
fi
echo "as stated: neither is escaped"
