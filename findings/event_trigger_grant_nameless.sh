#!/usr/bin/env bash
#
# An event trigger learns that there was a GRANT, but not on what or to whom.
#
# Expected: pg_event_trigger_ddl_commands() gives a row for each object a command
#	changed, with object_identity filled in, as for CREATE and ALTER.
# Seen: GRANT on two tables is one row, with object type but with objid and identity
#	NULL; DROP OWNED is a row of REVOKE for each right that went, all without
#	an object.  SELECT INTO is named; ALTER TABLE ALL IN TABLESPACE has no row.
# With: PostgreSQL 15.20-0+deb12u1 of Debian 12.
# Matters: audit by event trigger is the usual advice where no extension may be
#	loaded, and who was given which right is the first thing an auditor asks.
#	The trigger's table has an empty line there.
# secaudit: reads the parse tree in ProcessUtility_hook: objects, privileges,
#	grantees and grantor of each GRANT, and the objects of DROP OWNED.

set -euo pipefail

server=15.20-0+deb12u1

work=$(mktemp -d)
as_user=()
stop() {
	[ ! -f "$work/data/postmaster.pid" ] || "${as_user[@]}" "$bin/pg_ctl" -D "$work/data" -m fast -w stop >/dev/null || true
	rm -rf "$work"
}
trap stop EXIT
cd "$work"
apt-get -q download "postgresql-15=$server" "postgresql-client-15=$server" "libpq5=$server" >apt.log 2>&1 || {
	echo "needs the Debian packages postgresql-15, postgresql-client-15 and libpq5 $server" >&2
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
	-o "-c listen_addresses='' -c unix_socket_directories='$work' -c fsync=off" start >/dev/null

"$bin/psql" -h "$work" -U postgres -XAtq -v ON_ERROR_STOP=1 -d postgres >out 2>&1 <<'SQL'
SELECT version();
CREATE FUNCTION audit() RETURNS event_trigger LANGUAGE plpgsql AS $$
DECLARE
	c record;
	n int := 0;
BEGIN
	FOR c IN SELECT * FROM pg_event_trigger_ddl_commands() LOOP
		n := n + 1;
		INSERT INTO seen (tag, command, type, objid, identity)
			VALUES (tg_tag, c.command_tag, c.object_type, c.objid, c.object_identity);
	END LOOP;
	IF n = 0 THEN
		INSERT INTO seen (tag, command) VALUES (tg_tag, 'no row');
	END IF;
END $$;
CREATE TABLE seen (n serial, tag text, command text, type text, objid oid, identity text);
CREATE ROLE intern;
CREATE TABLE card (a int);
CREATE TABLE bill (a int);
CREATE EVENT TRIGGER audit ON ddl_command_end EXECUTE FUNCTION audit();
GRANT SELECT ON card, bill TO intern;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO intern;
SELECT a INTO copy FROM card;
DROP OWNED BY intern;
ALTER TABLE ALL IN TABLESPACE pg_default SET TABLESPACE pg_default;
DROP EVENT TRIGGER audit;
SELECT tag, command, type, objid IS NOT NULL, identity FROM seen ORDER BY n;
SQL
echo "command | as reported | type | has objid | identity"
cat out

expected='GRANT|GRANT|TABLE|f|
ALTER DEFAULT PRIVILEGES|ALTER DEFAULT PRIVILEGES|TABLES|f|
SELECT INTO|SELECT INTO|table|t|public.copy
DROP OWNED|REVOKE|TABLE|f|
DROP OWNED|REVOKE|TABLE|f|
DROP OWNED|REVOKE|TABLE|f|
ALTER TABLE|no row||f|'
if [ "$(sed 1d out)" != "$expected" ]; then
	echo "changed: was" >&2
	echo "$expected" >&2
	exit 1
fi
echo "as stated: rights were given and taken, on nothing that has a name"
