#!/usr/bin/env bash
#
# libpg_query's normalize() leaves the arguments of EXECUTE and comments as they are.
#
# Expected: every constant of a statement becomes $1, $2, ...
# Seen: so it is in queries, SET, CREATE ROLE, options of user mappings and DO; but the
#	arguments of EXECUTE, the query behind PREPARE, and comments keep their text.
# With: libpg-query 18.1.5 of npm.
# Matters: normalised text is taken for free of personal data. A client that prepares by SQL
#	(PREPARE, EXECUTE) sends each value in the one place that is kept.
# secaudit: secaudit.redact = literals replaces the arguments of EXECUTE and drops comments.

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
(async () => {
	await q.loadModule();
	for (const s of [
		"SELECT name FROM patient WHERE id = 4711",
		"SET app.name = 'Erika'",
		"DO $$ BEGIN PERFORM 'Erika'; END $$",
		"PREPARE find(text) AS SELECT 1 FROM patient WHERE name = 'Erika'",
		"EXECUTE find('Erika')",
		"SELECT 1 /* for Erika */",
	])
		console.log(await q.normalize(s));
})();
END

expected=$(
	cat <<'END'
SELECT name FROM patient WHERE id = $1
SET app.name = $1
DO $1
PREPARE find(text) AS SELECT 1 FROM patient WHERE name = 'Erika'
EXECUTE find('Erika')
SELECT $1 /* for Erika */
END
)
node run.js | tee out
if [ "$(cat out)" != "$expected" ]; then
	echo "changed: was" >&2
	echo "$expected" >&2
	exit 1
fi
