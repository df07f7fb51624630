#!/bin/bash
# demo.sh: see secaudit at work.  Installs what is missing, builds, starts a
# throw-away server in a temporary directory, lets a few people work with it,
# shows the trail they left, and removes everything again.
#
# KEEP=1 leaves the server running and says how to reach and how to end it.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
keep=${KEEP:-}

scripts/deps.sh build
if [ "$(id -u)" -eq 0 ] && ! id postgres > /dev/null 2>&1; then
	die "The server does not run as root, and there is no user postgres to run it as."
fi

tmp=$(mktemp -d /tmp/secaudit-demo.XXXXXX)
chmod 755 "$tmp"
running=no

finish()
{
	local status=$?
	if [ $running = yes ] && { [ -z "$keep" ] || [ $status -ne 0 ]; }; then
		as_server "$bin/pg_ctl" stop -D "$tmp/data" -m fast > /dev/null 2>&1 || true
	fi
	if [ $status -ne 0 ]; then
		echo "The demo failed; its files are in $tmp" >&2
	elif [ -z "$keep" ]; then
		remove_tree "$tmp"
	fi
}
trap finish EXIT

say "building secaudit for $("$PG_CONFIG" --version)"
quietly "$tmp/build.log" build all
say "installing it into a private copy of the server (the machine's own stays as it is)"
stage_server "$tmp/server"
quietly "$tmp/install.log" build install "$tmp/server"
bin=$stage_bindir

say "starting a server with shared_preload_libraries = 'secaudit'"
mkdir "$tmp/data" "$tmp/trail" "$tmp/run"
chmod 700 "$tmp/data" "$tmp/trail"
[ "$(id -u)" -ne 0 ] || chown postgres: "$tmp/data" "$tmp/trail" "$tmp/run"
owner=postgres
cd "$tmp"
as_server env LC_ALL=C.UTF-8 "$bin/initdb" -D "$tmp/data" -U $owner -A trust -N \
	--no-instructions > "$tmp/initdb.log" 2>&1 || { cat "$tmp/initdb.log" >&2; exit 1; }
as_server tee -a "$tmp/data/postgresql.conf" > /dev/null <<-CONF
	listen_addresses = ''
	unix_socket_directories = '$tmp/run'
	shared_preload_libraries = 'secaudit'
	secaudit.directory = '$tmp/trail'
	secaudit.node_name = 'shop-db'
	secaudit.log = 'all, -misc, -misc_set'
CONF
as_server tee "$tmp/data/pg_hba.conf" > /dev/null <<-CONF
	local all $owner trust
	local all all scram-sha-256
CONF
as_server "$bin/pg_ctl" start -w -D "$tmp/data" -l "$tmp/data/server.log" > /dev/null ||
	{ tail -n 20 "$tmp/data/server.log" >&2; exit 1; }
running=yes

# as WHO WHAT SQL: one person does something; what the server answers is shown.
as()
{
	local who=$1 what=$2 sql=$3 answer
	answer=$(as_server env -u PGOPTIONS PGPASSWORD="${password:-}" PGAPPNAME="${app:-psql}" \
		"$bin/psql" -X -q -At -h "$tmp/run" -p 5432 -U "$who" -d "${db:-shop}" -c "$sql" \
		2>&1 < /dev/null) || true
	answer=$(head -n 1 <<< "$answer")
	printf '        %-9s %-58s %s%s%s\n' "$who" "$what" "$dim" "${answer##*FATAL:  }" "$off"
}

say "people at work"
export PGPORT=5432
db=postgres as $owner "makes a database" "CREATE DATABASE shop"
as $owner "makes roles, with passwords" \
	"CREATE ROLE web LOGIN PASSWORD 'web-s3cret'; CREATE ROLE intern LOGIN PASSWORD 'intern-s3cret'; CREATE ROLE payments"
as $owner "makes a table of card data" \
	"CREATE TABLE card (id int PRIMARY KEY, holder text, pan text)"
as $owner "grants on it" \
	"GRANT SELECT, INSERT, UPDATE ON card TO web; GRANT SELECT, DELETE ON card TO payments; GRANT payments TO intern WITH ADMIN OPTION"
as $owner "makes a function that runs with its owner's rights" \
	"CREATE FUNCTION holder_of(int) RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN (SELECT holder FROM card WHERE id = \$1); END'"
export app=webshop password=web-s3cret
as web "stores cards" \
	"INSERT INTO card SELECT i, 'customer ' || i, '4111-0000-0000-' || 1000 + i FROM generate_series(1, 20) i"
as web "reads one" "SELECT holder FROM card WHERE id = 7"
as web "changes one" "UPDATE card SET holder = 'ANNA B' WHERE id = 7"
export app=psql password=guess-1
as intern "logs in with a wrong password" "SELECT 1"
export password=intern-s3cret
as intern "reads the cards: denied" "SELECT * FROM card"
as intern "asks for a table that is not there" "SELECT * FROM cards"
as intern "goes through the function" "SELECT holder_of(7)"
as intern "takes on a role, and deletes a card under a SELECT" \
	"SET ROLE payments; WITH gone AS (DELETE FROM card WHERE id = 13 RETURNING *) SELECT count(*) FROM gone"
as intern "tries to become superuser: denied" "ALTER ROLE intern SUPERUSER"
as intern "tries to drop the table: denied" "DROP TABLE card"
password=''
as $owner "is talked into it" "ALTER ROLE intern SUPERUSER PASSWORD 'new-s3cret'"
export password=new-s3cret
as intern "copies everything away, and drops the table" \
	"COPY card TO '$tmp/data/loot.csv'; DROP TABLE card"
as_server "$bin/psql" -X -q -h "$tmp/run" -U $owner -d postgres \
	-c "CREATE EXTENSION secaudit" -c "SELECT secaudit.flush()" > /dev/null

trail=("$tmp"/trail/secaudit-*.jsonl)
echo
say "the trail: ${trail[*]}"
echo
as_server "$bin/secauditctl" tail "$tmp/trail"

echo
say "one record as it stands in the file, broken into lines here"
echo
grep -h '"command":"COPY"' "${trail[@]}" | head -n 1 | perl -pe '
	s/("(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\[\]{},:"]+)/push @t, $1; ""/ge;
	$_ = ""; my $depth = 0;
	foreach my $t (@t) {
		$depth-- if $t =~ /^[\]}]$/;
		$_ .= $t;
		$depth++ if $t =~ /^[\[{]$/;
		$_ .= "\n" . "  " if $depth == 1 && $t =~ /^[,{]$/;
		$_ .= " " if $depth > 1 && $t eq "," || $depth >= 1 && $t eq ":";
	}
	$_ = "  $_";
	s/\s*$/\n/'

echo
if [ -n "$keep" ]; then
	prefix=''
	[ "$(id -u)" -ne 0 ] || prefix='runuser -u postgres -- '
	cat <<-END
		The server is still running. Files: $tmp
		  use it:     $prefix$bin/psql -h $tmp/run -U $owner shop
		  watch it:   $prefix$bin/secauditctl tail -f $tmp/trail
		  settings:   $tmp/data/postgresql.conf
		  end it:     $prefix$bin/pg_ctl stop -D $tmp/data && rm -r $tmp
	END
else
	as_server "$bin/pg_ctl" stop -D "$tmp/data" -m fast > /dev/null
	running=no
	say "server stopped, $tmp removed; make demo KEEP=1 leaves both in place"
fi
