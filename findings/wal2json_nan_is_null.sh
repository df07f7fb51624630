#!/usr/bin/env bash
#
# wal2json writes NaN as null, and TRUNCATE as nothing in one of its two formats.
#
# Expected: what a row holds can be told from what it does not hold, and both formats know
#	the same changes.
# Seen: NaN and Infinity of float8 and numeric become null, as NULL does, while the
#	timestamp infinity stays a string. A TRUNCATE is {"change":[]} in format 1, the
#	default, and {"action":"T"} in format 2.
# With: wal2json 2.5 for PostgreSQL 15.20, of Debian 12.
# Matters: a trail of changes made with it says "set to NULL" for a value that was not, and
#	an emptied table leaves a transaction without changes.
# secaudit: a parameter that is NaN is the string "NaN"; NULL is null. TRUNCATE is a record
#	of class write with the relations it emptied, also those that CASCADE reached.

set -euo pipefail

server=15.20-0+deb12u1
plugin=2.5-1+b1

work=$(mktemp -d)
as_user=()
stop() {
	[ ! -f "$work/data/postmaster.pid" ] || "${as_user[@]}" "$bin/pg_ctl" -D "$work/data" -m fast -w stop >/dev/null || true
	rm -rf "$work"
}
trap stop EXIT
cd "$work"
apt-get -q download "postgresql-15=$server" "postgresql-client-15=$server" "libpq5=$server" "postgresql-15-wal2json=$plugin" >apt.log 2>&1 || {
	echo "needs the Debian packages postgresql-15, postgresql-client-15 and libpq5 $server, postgresql-15-wal2json $plugin" >&2
	exit 2
}
for deb in *.deb; do dpkg -x "$deb" root; done
bin=$work/root/usr/lib/postgresql/15/bin
LD_LIBRARY_PATH=$(dirname "$(find "$work/root" -name libpq.so.5)")
export LD_LIBRARY_PATH HOME=$work
if [ "$(id -u)" = 0 ]; then # the server does not run as root
	as_user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
	chown 65534:65534 "$work"
else
	as_user=(env)
fi
"${as_user[@]}" "$bin/initdb" -D data -A trust -U postgres --no-sync >initdb.log 2>&1
"${as_user[@]}" "$bin/pg_ctl" -D data -l server.log -w -t 30 \
	-o "-c listen_addresses='' -c unix_socket_directories='$work' -c fsync=off -c wal_level=logical -c output_plugin_libraries=wal2json" start >/dev/null

"$bin/psql" -h "$work" -U postgres -XAtq -v ON_ERROR_STOP=1 -d postgres >out 2>&1 <<'SQL'
CREATE TABLE dose (id int PRIMARY KEY, f float8, n numeric, t timestamptz);
SELECT 'slot ' || slot_name FROM pg_create_logical_replication_slot('s', 'wal2json');
INSERT INTO dose VALUES (1, 'NaN', 'NaN', 'infinity');
INSERT INTO dose VALUES (2, '-Infinity', 'Infinity', NULL);
INSERT INTO dose VALUES (3, NULL, NULL, NULL);
TRUNCATE dose;
SELECT regexp_replace(data, '"columnnames.*"columnvalues"', '"columnvalues"')
	FROM pg_logical_slot_peek_changes('s', NULL, NULL);
SELECT data FROM pg_logical_slot_peek_changes('s', NULL, NULL, 'format-version', '2')
	WHERE data LIKE '%"T"%';
SQL
"$bin/postgres" --version
cat out

expected='slot s
{"change":[{"kind":"insert","schema":"public","table":"dose","columnvalues":[1,null,null,"infinity"]}]}
{"change":[{"kind":"insert","schema":"public","table":"dose","columnvalues":[2,null,null,null]}]}
{"change":[{"kind":"insert","schema":"public","table":"dose","columnvalues":[3,null,null,null]}]}
{"change":[]}
{"action":"T","schema":"public","table":"dose"}'
if [ "$(cat out)" != "$expected" ]; then
	echo "changed: was" >&2
	echo "$expected" >&2
	exit 1
fi
