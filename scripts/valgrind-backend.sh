#!/bin/bash
# valgrind-backend.sh: does the module touch memory that it should not?
#
# Runs a throw-away server with everything audited under valgrind, all its
# processes, lets a bit of everything happen in it (test/valgrind/*.sql, pgbench
# in its three modes, refused logins, processes that are ended) and fails on
# every error with a frame of secaudit.so in its stack that test/valgrind/
# postgres.supp does not take for PostgreSQL's own.  Also checks that the trail
# it leaves is sound.  About a minute; KEEP=1 keeps the reports.
#
# The server is the one of PG_CONFIG.  Without USE_VALGRIND palloc's chunks are
# invisible to valgrind, so that an overrun from one into the next is not seen:
# what is seen is memory that was never written, and the ends of malloc'd blocks.
# Names of PostgreSQL's static functions need its debug symbols.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

scripts/deps.sh build budget
tmp=$(mktemp -d /tmp/secaudit-valgrind.XXXXXX)
chmod 755 "$tmp"
postmaster=

finish()
{
	local status=$?
	if [ -n "$postmaster" ]; then
		as_server "$bin/pg_ctl" stop -D "$tmp/data" -m immediate > /dev/null 2>&1 || true
	fi
	if [ $status -eq 0 ] && [ -z "${KEEP:-}" ]; then
		remove_tree "$tmp"
	else
		echo "Reports and the server's log are in $tmp" >&2
	fi
}
trap finish EXIT

say "building secaudit for $("$PG_CONFIG" --version)"
quietly "$tmp/build.log" build all
stage_server "$tmp/server"
quietly "$tmp/install.log" build install "$tmp/server"
bin=$stage_bindir
mkdir "$tmp/data" "$tmp/trail" "$tmp/run" "$tmp/reports"
cp -r test/valgrind "$tmp/load"
chmod 700 "$tmp/data" "$tmp/trail"
chmod a+rX "$tmp/load" "$tmp/load"/*
[ "$(id -u)" -ne 0 ] || chown postgres: "$tmp/data" "$tmp/trail" "$tmp/run" "$tmp/reports"
cd "$tmp/load"

# client PROGRAM [ARGUMENT]...: one of the server's programs, as a client.
client()
{
	local program=$1
	shift
	as_server env -u PGDATABASE -u PGOPTIONS -u PGSERVICE LC_ALL=C.UTF-8 PGHOST="$tmp/run" \
		PGUSER=postgres "$bin/$program" "$@"
}

start_server()
{
	local tries=0
	as_server env LC_ALL=C.UTF-8 "$bin/initdb" -D "$tmp/data" -U postgres -A trust -N \
		--no-instructions > "$tmp/initdb.log" 2>&1 || { cat "$tmp/initdb.log" >&2; exit 1; }
	as_server tee -a "$tmp/data/postgresql.conf" < server.conf > /dev/null
	as_server tee -a "$tmp/data/postgresql.conf" > /dev/null <<-CONF
		unix_socket_directories = '$tmp/run'
		secaudit.directory = '$tmp/trail'
	CONF
	as_server tee "$tmp/data/pg_hba.conf" > /dev/null <<-CONF
		local all refused reject
		local all with_password scram-sha-256
		local all all trust
		local replication all trust
	CONF
	as_server env LC_ALL=C.UTF-8 valgrind --quiet --trace-children=yes --num-callers=40 \
		--show-leak-kinds=definite --error-limit=no --suppressions="$tmp/load/postgres.supp" \
		--xml=yes --xml-file="$tmp/reports/%p.xml" "$bin/postgres" -D "$tmp/data" \
		> "$tmp/server.log" 2>&1 < /dev/null &
	postmaster=$!
	until client pg_isready -q; do
		tries=$((tries + 1))
		if [ $tries -gt 240 ] || ! kill -0 $postmaster 2>/dev/null; then
			tail -n 20 "$tmp/server.log" >&2
			die "the server did not start"
		fi
		sleep 0.5
	done
}

# An error of a statement is a part of the work; the end of a session is not,
# except where it is asked for.
run_sql()
{
	local status=0
	say "$1"
	client psql -X -q -d postgres -f "$1" > "$tmp/${1%.sql}.log" 2>&1 < /dev/null || status=$?
	if [ $status -eq 2 ]; then
		tail -n 20 "$tmp/${1%.sql}.log" >&2
		die "$1: the server ended the session"
	fi
}

run_pgbench()
{
	local mode
	client pgbench -q -i -I dtp postgres > "$tmp/pgbench.log" 2>&1
	client psql -X -q -d postgres > /dev/null <<-SQL
		INSERT INTO pgbench_branches VALUES (1, 0);
		INSERT INTO pgbench_tellers SELECT i, 1, 0 FROM generate_series(1, 10) i;
		INSERT INTO pgbench_accounts SELECT i, 1, 0 FROM generate_series(1, 1000) i;
	SQL
	for mode in simple extended prepared; do
		say "pgbench, $mode"
		client pgbench -n -M $mode -c 2 -t 10 -b tpcb-like -b select-only postgres \
			>> "$tmp/pgbench.log" 2>&1 || { tail -n 20 "$tmp/pgbench.log" >&2; die "pgbench failed"; }
	done
}

# expect_refusal ARGUMENT...: psql must not get in.
expect_refusal()
{
	if client psql -X -w -c 'SELECT 1' "$@" >> "$tmp/refused.log" 2>&1 < /dev/null; then
		die "not refused: psql $*"
	fi
}

run_logins()
{
	say "logins that are refused"
	expect_refusal -d postgres -U refused
	expect_refusal -d postgres -U nobody_at_all
	expect_refusal -d no_such_database
	expect_refusal -d "dbname=postgres user=with_password password=wrong"
	expect_refusal -d "dbname=postgres options='-c work_mem=nonsense'"
	expect_refusal -d "dbname=postgres options='-c secaudit.log=nonsense'"
	client psql -X -q -d "dbname=postgres user=with_password password=valgrind" -c 'SELECT 1' \
		> /dev/null
	client psql -X -q -d "dbname=postgres replication=database" -c 'IDENTIFY_SYSTEM' > /dev/null
	client psql -X -q -d "dbname=postgres replication=database" -c 'NONSENSE' > /dev/null 2>&1 || true
}

run_endings()
{
	say "sessions that are ended; a writer that is told to and stays"
	client psql -X -q -d postgres -c "SET statement_timeout = '200ms'; SELECT pg_sleep(60)" \
		> /dev/null 2>&1 || true
	client psql -X -q -d postgres -c 'SELECT pg_terminate_backend(pg_backend_pid())' \
		> /dev/null 2>&1 || true
	client psql -X -q -d postgres -c 'SELECT pg_reload_conf()' > /dev/null
	kill -TERM "$(client psql -X -A -t -d postgres -c 'SELECT writer_pid FROM secaudit.status()')"
	client psql -X -q -d postgres -c 'SELECT secaudit.flush()' > /dev/null
}

# Errors in which secaudit.so takes part, as text; from valgrind's XML, whose
# frames name the object also where debug information has the file and line.
# A process that was killed leaves a report without an end.
our_errors()
{
	awk '
		function content(s) { sub(/^ *<[a-z]*>/, "", s); sub(/<\/[a-z]*>$/, "", s); return s }
		/<error>/ { inside = 1; ours = 0; text = fn = place = "" }
		!inside { next }
		/<what>|<text>|<auxwhat>/ { text = text content($0) "\n" }
		/<obj>/ { place = content($0); sub(/.*\//, "", place); ours += place == "secaudit.so" }
		/<fn>/ { fn = content($0) }
		/<file>/ { place = content($0) }
		/<line>/ { place = place ":" content($0) }
		/<\/frame>/ { text = text "    " fn " (" place ")\n"; fn = place = "" }
		/<\/error>/ { inside = 0; if (ours) { print text; found = 1 } }
		END { exit found }
	' "$@"
}

say "starting the server under valgrind"
start_server
for file in [0-9]*.sql; do
	run_sql "$file"
done
run_pgbench
run_logins
run_endings
say "stopping the server"
as_server "$bin/pg_ctl" stop -D "$tmp/data" -m fast -t 300 > /dev/null
wait $postmaster || die "the server ended with $?"
postmaster=

cd "$OLDPWD"
if grep -nE 'PANIC:|terminated by signal' "$tmp/server.log"; then
	die "a process of the server crashed"
fi
./secauditctl verify "$tmp/trail" > "$tmp/verify.log" 2>&1 || { cat "$tmp/verify.log"; die "the trail is not sound"; }
processes=$(find "$tmp/reports" -name '*.xml' | wc -l)
[ "$processes" -ge 20 ] || die "only $processes processes left a report"
if ! our_errors "$tmp"/reports/*.xml > "$tmp/errors"; then
	cat "$tmp/errors"
	die "errors with secaudit.so in their stack: $(grep -c '^$' "$tmp/errors")"
fi
say "$processes processes, no error of secaudit.so; $(tail -n 1 "$tmp/verify.log")"
