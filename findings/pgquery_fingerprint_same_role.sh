#!/usr/bin/env bash
#
# libpg_query gives SET ROLE alice and SET ROLE mallory one fingerprint.
#
# Expected: a fingerprint leaves out constants, and keeps names of roles, schemas and
#	functions with their number of arguments.
# Seen: the role of SET ROLE and the name of SET SESSION AUTHORIZATION count as constants,
#	the grantee of GRANT does not; two schemas' tables of one name are the same in SELECT,
#	but not in DROP TABLE; f(1) and f(1, 2) are the same.
# With: libpg-query 18.1.5 of npm.
# Matters: a list of known statements by fingerprint knows the statement that becomes
#	another user, too, and the one that reads another tenant's schema.
# secaudit: to_role, and objects with their schema, are values of their own; stats counts
#	statements by normalised text, rules and search by those.

set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export npm_config_cache=$work/cache npm_config_update_notifier=false
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$work" libpg-query@18.1.5 >npm.log 2>&1 || {
	echo "needs npm and libpg-query@18.1.5" >&2
	exit 2
}

cat >run.js <<'END'
const q = require('libpg-query');
const pairs = [
	['SET ROLE alice', 'SET ROLE mallory'],
	['SET SESSION AUTHORIZATION alice', 'SET SESSION AUTHORIZATION mallory'],
	['GRANT admin TO alice', 'GRANT admin TO mallory'],
	['SELECT * FROM tenant_a.bill', 'SELECT * FROM tenant_b.bill'],
	['DROP TABLE tenant_a.bill', 'DROP TABLE tenant_b.bill'],
	['SELECT f(1)', 'SELECT f(1, 2)'],
	['SELECT f(1)', 'SELECT g(1)'],
];
(async () => {
	await q.loadModule();
	for (const [a, b] of pairs)
		console.log(await q.fingerprint(a) === await q.fingerprint(b) ? 'same: ' : 'other:', a, '|', b);
})();
END

expected=$(
	cat <<'END'
same:  SET ROLE alice | SET ROLE mallory
same:  SET SESSION AUTHORIZATION alice | SET SESSION AUTHORIZATION mallory
other: GRANT admin TO alice | GRANT admin TO mallory
same:  SELECT * FROM tenant_a.bill | SELECT * FROM tenant_b.bill
other: DROP TABLE tenant_a.bill | DROP TABLE tenant_b.bill
same:  SELECT f(1) | SELECT f(1, 2)
other: SELECT f(1) | SELECT g(1)
END
)
node run.js | tee out
if [ "$(cat out)" != "$expected" ]; then
	echo "changed: was" >&2
	echo "$expected" >&2
	exit 1
fi
