#!/usr/bin/env bash
#
# The canonical JSON that TUF signs is not JSON, and not the other canonical JSON.
#
# Expected: a canonical form of a JSON text is JSON: one that parses, on one line.
#	Two libraries for "canonical JSON" agree.
# Seen: the OLPC form, used by TUF, escapes quotes and backslashes only.  A query
#	with a newline has a newline in it: the "line" is two, and no parser takes
#	it.  Numbers with a fraction are refused.  RFC 8785 (JCS) gives other bytes
#	for the same record, and so another hash.
# With: @tufjs/canonical-json 2.0.0 and canonicalize 4.0.0 of npm.
# Matters: whoever signs records "canonically", to be free of key order, has to
#	say in which form; the signed bytes of the first cannot be kept as JSON
#	lines, and verification in ten years needs the same library.
# secaudit: hashes and seals the bytes of the line as written, without any
#	canonical form; the docs say that only those can be checked.

set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export npm_config_cache=$work/cache npm_config_update_notifier=false
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$work" \
	@tufjs/canonical-json@2.0.0 canonicalize@4.0.0 >npm.log 2>&1 || {
	echo "needs npm, @tufjs/canonical-json 2.0.0 and canonicalize 4.0.0" >&2
	exit 2
}

cat >run.mjs <<'END'
import { createHash } from 'node:crypto';
import { canonicalize as olpc } from '@tufjs/canonical-json';
import jcs from 'canonicalize';
const attempt = f => { try { return f(); } catch (e) { return `${e.constructor.name}: ${e.message}`; } };
const line = '{"v":1,"event":"statement","rows":20,"query":"SELECT 1\\nFROM card","seq":7}';
console.log('record:', line);
for (const [name, form] of [['OLPC', olpc], ['JCS', jcs]]) {
	const text = form(JSON.parse(line));
	console.log(name, 'form:', text);
	console.log(name, 'lines:', text.split('\n').length);
	console.log(name, 'parses:', attempt(() => Boolean(JSON.parse(text))) === true);
	console.log(name, 'SHA-256:', createHash('sha256').update(text).digest('hex').slice(0, 16));
	console.log(name, 'fraction:', attempt(() => form({ ms: 1.5 })));
}
END
for package in @tufjs/canonical-json canonicalize; do
	echo "$package $(sed -n 's/.*"version": *"\([^"]*\)".*/\1/p' "node_modules/$package/package.json")"
done
node run.mjs | tee out

expected='OLPC lines: 2
OLPC parses: false
OLPC fraction: TypeError: cannot encode 1.5
JCS lines: 1
JCS parses: true
JCS fraction: {"ms":1.5}'
if [ "$(grep -E '^(OLPC|JCS) (lines|parses|fraction):' out)" != "$expected" ] ||
	[ "$(grep -c SHA-256 out)" != "$(sed -n 's/.*SHA-256: //p' out | sort -u | wc -l)" ]; then
	echo "changed: was" >&2
	echo "$expected" >&2
	exit 1
fi
echo "as stated: two canonical forms, two hashes, one of them not JSON"
