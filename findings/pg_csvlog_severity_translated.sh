#!/usr/bin/env bash
#
# PostgreSQL's csvlog says FEHLER where its jsonlog, of the same error, says ERROR.
#
# Expected: csvlog and jsonlog hold the same values in two formats.
# Seen: the severity in csvlog follows lc_messages, the one in jsonlog stays English; the
#	message is translated in both. A role's or a session's lc_messages is enough, so one
#	file has both words. A successful statement has SQLSTATE 00000 in csvlog, and no
#	state_code at all in jsonlog.
# With: PostgreSQL 15.20 of Debian 12.
# Matters: an alert on severity in (ERROR, FATAL), written for jsonlog, is silent on the
#	csvlog of a server with another language.
# secaudit: outcome, event and class are fixed English words whatever the language; an
#	error is told by its sqlstate. Only error.message is what the client was told.

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
apt-get -q download "postgresql-15=$server" "postgresql-client-15=$server" "libpq5=$server" locales >apt.log 2>&1 || {
	echo "needs the Debian packages postgresql-15, postgresql-client-15 and libpq5 $server, and locales" >&2
	exit 2
}
for deb in *.deb; do dpkg -x "$deb" root; done
bin=$work/root/usr/lib/postgresql/15/bin
LD_LIBRARY_PATH=$(dirname "$(find "$work/root" -name libpq.so.5)")
mkdir locales
I18NPATH=$work/root/usr/share/i18n localedef -i de_DE -f UTF-8 "$work/locales/de_DE.UTF-8" >localedef.log 2>&1 || true
export LD_LIBRARY_PATH HOME=$work LOCPATH=$work/locales
if [ "$(id -u)" = 0 ]; then # the server does not run as root
	as_user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
	chown 65534:65534 "$work"
else
	as_user=(env)
fi
"${as_user[@]}" "$bin/initdb" -D data -A trust -U postgres --no-locale --no-sync >initdb.log 2>&1
cat >>data/postgresql.conf <<'END'
logging_collector = on
log_destination = 'csvlog,jsonlog'
log_filename = 'server'
log_statement = 'all'
END
"${as_user[@]}" "$bin/pg_ctl" -D data -l server.log -w -t 30 \
	-o "-c listen_addresses='' -c unix_socket_directories='$work' -c fsync=off" start >/dev/null
"$bin/psql" -h "$work" -U postgres -XAtq -d postgres >/dev/null 2>&1 <<'SQL' || true
SET lc_messages = 'de_DE.UTF-8';
SELECT 1 / 0 AS german;
SET lc_messages = 'C';
SELECT 1 / 0 AS english;
SQL
"${as_user[@]}" "$bin/pg_ctl" -D data -m fast -w stop >/dev/null

"$bin/postgres" --version
{
	echo "csvlog (severity, SQLSTATE, message):"
	grep -a ' AS english\| AS german' data/log/server.csv | cut -d, -f12-14
	echo "jsonlog (severity, state_code, message):"
	grep -a ' AS english\| AS german' data/log/server.json | sed -E \
		's/.*"error_severity":"([^"]*)",("state_code":"([^"]*)",)?"message":"([^"]*)".*/\1,\3,"\4"/'
} | tee out

expected='csvlog (severity, SQLSTATE, message):
LOG,00000,"Anweisung: SELECT 1 / 0 AS german;"
FEHLER,22012,"Division durch Null"
LOG,00000,"statement: SELECT 1 / 0 AS english;"
ERROR,22012,"division by zero"
jsonlog (severity, state_code, message):
LOG,,"Anweisung: SELECT 1 / 0 AS german;"
ERROR,22012,"Division durch Null"
LOG,,"statement: SELECT 1 / 0 AS english;"
ERROR,22012,"division by zero"'
if [ "$(cat out)" != "$expected" ]; then
	echo "changed: was" >&2
	echo "$expected" >&2
	exit 1
fi
