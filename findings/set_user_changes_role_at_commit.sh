#!/usr/bin/env bash
#
# set_user() returns OK, and the role is still the old one until its transaction ends.
#
# Expected: a function that changes the role has changed it when it returns, as
#	set_config('role', ...) has; what compares the role before and after the
#	statement sees it.
# Seen: current_user, in the same statement and when the statement is over, is
#	the old role.  The change is made while the transaction commits, and so is
#	the line in the server log.
# With: postgresql-15-set-user 4.0.1-1 with PostgreSQL 15.20-0+deb12u1, Debian 12.
# Matters: set_user_u() is how sites let people become superuser with a trace.
#	An audit hook that looks at the end of the statement finds no change of
#	role; the next statement runs as a superuser, with nothing in between.
# secaudit: compares the role before and after each statement, so the call is
#	recorded as a function's, and current_user and superuser are right from the
#	next statement on; from_role, to_role and gains_superuser need a comparison
#	at the end of the transaction as well.

set -euo pipefail

server=15.20-0+deb12u1
setuser=4.0.1-1

work=$(mktemp -d)
as_user=()
stop() {
	[ ! -f "$work/data/postmaster.pid" ] || "${as_user[@]}" "$bin/pg_ctl" -D "$work/data" -m fast -w stop >/dev/null || true
	rm -rf "$work"
}
trap stop EXIT
cd "$work"
packages=("postgresql-15=$server" "postgresql-client-15=$server" "libpq5=$server" "postgresql-15-set-user=$setuser")
apt-get -q download "${packages[@]}" >apt.log 2>&1 || {
	echo "needs the Debian packages ${packages[*]}" >&2
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
	-o "-c listen_addresses='' -c unix_socket_directories='$work' -c fsync=off -c shared_preload_libraries=set_user" \
	start >/dev/null
sql() { "$bin/psql" -h "$work" -XAtq -v ON_ERROR_STOP=1 -d postgres -U "$1"; }

sql postgres <<'SQL'
CREATE EXTENSION set_user;
CREATE ROLE dba LOGIN;
CREATE ROLE app;
GRANT app TO dba;
GRANT EXECUTE ON FUNCTION set_user_u(text) TO dba;
SQL
sql dba >out <<'SQL'
SELECT 'set_config:', set_config('role', 'app', false), current_user;
RESET ROLE;
SELECT 'set_user_u:', set_user_u('postgres'), current_user;
SELECT 'next statement:', current_user, current_setting('is_superuser');
SELECT 'reset_user:', reset_user(), current_user;
SELECT 'next statement:', current_user, current_setting('is_superuser');
SQL
"$bin/postgres" --version
echo "set_user $(sql postgres <<<"SELECT extversion FROM pg_extension WHERE extname = 'set_user'")"
echo "what | answer | current_user"
cat out

expected='set_config:|app|app
set_user_u:|OK|dba
next statement:|postgres|on
reset_user:|OK|postgres
next statement:|dba|off'
if [ "$(cat out)" != "$expected" ]; then
	echo "changed: was" >&2
	echo "$expected" >&2
	exit 1
fi
echo "as stated: the role changes after the statement that changed it"
